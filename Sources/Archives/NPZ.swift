/// NumPy's format for several named arrays: a ZIP archive of .npy files.
public enum NPZ {
    /// The arrays in the bytes of an .npz file, in file order, packed or not; `file` names it in errors.
    ///
    /// What would take more than `ExpansionLimit` allows is refused before anything is unpacked.
    public static func parse(
        _ bytes: [UInt8], file: String
    ) throws(ArchiveError) -> [(name: String, array: NumberArray)] {
        try members(bytes, file: file) { contents, member throws(ArchiveError) in
            try NPY.parse(contents, file: member)
        }.map { (name: $0, array: $1) }
    }

    /// An array of an archive.
    public enum Entry: Hashable, Sendable {
        case numbers(NumberArray)
        case texts(TextArray)
    }

    /// The arrays of numbers and of texts, in file order; those of other kinds are named with what is wrong with them.
    public static func entries(
        _ bytes: [UInt8], file: String
    ) throws(ArchiveError) -> [(name: String, entry: Result<Entry, ArchiveError>)] {
        try members(bytes, file: file) {
            contents, member throws(ArchiveError) -> Result<Entry, ArchiveError> in
            do throws(ArchiveError) {
                return .success(try NPY.entry(contents, file: member))
            } catch {
                guard case .unsupported = error else { throw error }
                return .failure(error)
            }
        }.map { (name: $0, entry: $1) }
    }

    /// What `read` makes of each file of an archive, given its bytes and its name for errors.
    private static func members<Value>(
        _ bytes: [UInt8], file: String, _ read: ([UInt8], String) throws(ArchiveError) -> Value
    ) throws(ArchiveError) -> [(String, Value)] {
        let archive = try ZipArchive(bytes, file: file)
        let limit = ExpansionLimit.bytes(packed: bytes.count)
        guard archive.members.reduce(0, { $0 + $1.size }) <= limit else {
            throw .unsupported(file: file, detail: "its arrays take more than \(limit) bytes")
        }
        var members: [(String, Value)] = []
        for member in archive.members {
            guard member.name.hasSuffix(".npy") else {
                throw .unsupported(file: file, detail: "'\(member.name)' is no .npy array")
            }
            let contents = try archive.contents(of: member)
            members.append(
                (String(member.name.dropLast(4)), try read(contents, "\(file): \(member.name)")))
        }
        return members
    }

    /// The arrays as an .npz file that is not packed; equal arrays give equal bytes.
    public static func bytes(
        of arrays: [(name: String, array: NumberArray)], file: String = "archive"
    ) throws(ArchiveError) -> [UInt8] {
        try ZipArchive.bytes(
            of: arrays.map { (name: "\($0.name).npy", contents: NPY.bytes(of: $0.array)) }, file: file)
    }

    /// The arrays in the .npz file at `path`, in file order; throws where it cannot be read or is damaged.
    public static func read(path: String) throws(ArchiveError) -> [(name: String, array: NumberArray)] {
        try parse(try InputFile.bytes(of: path), file: path)
    }

    /// Writes the arrays as an .npz file, whole or not at all.
    public static func write(
        _ arrays: [(name: String, array: NumberArray)], to path: String
    ) throws(ArchiveError) {
        try NPY.store(try bytes(of: arrays, file: path), at: path)
    }
}
