/// NumPy's format for one array.
public enum NPY {
    /// The array in the bytes of an .npy file, versions 1 to 3; `file` names it in errors.
    ///
    /// Memory is bounded by the bytes given: a shape that they do not fill is refused before anything is allocated.
    public static func parse(_ bytes: [UInt8], file: String) throws(ArchiveError) -> NumberArray {
        switch try entry(bytes, file: file) {
        case .numbers(let array): return array
        case .texts: throw .unsupported(file: file, detail: "holds texts; expected numbers")
        }
    }

    /// The array of numbers or texts in the bytes of an .npy file; memory is bounded as that of `parse`.
    static func entry(_ bytes: [UInt8], file: String) throws(ArchiveError) -> NPZ.Entry {
        let header = try NPYHeader(parsing: bytes, file: file)
        let count = header.shape.reduce(1) { $0.multipliedSaturated(by: $1) }
        guard count.multipliedSaturated(by: header.element.width) == bytes.count - header.end else {
            throw .damaged(
                file: file,
                detail:
                    "\(bytes.count - header.end) bytes do not hold '\(header.description)' of shape \(header.shape)"
            )
        }
        var stored = bytes[header.end...]
        if header.isFortranOrder, header.shape.count > 1, count > 0 {
            stored = rowMajor(stored, shape: header.shape, width: header.element.width)
        }
        switch header.element {
        case .number(let type):
            return .numbers(
                NumberArray(header.shape, type.elements(stored, isBigEndian: header.isBigEndian)))
        case .unicode, .bytes:
            return .texts(try TextArray(header, stored, file: file))
        }
    }

    /// The array as an .npy file.
    public static func bytes(of array: NumberArray) -> [UInt8] {
        NPYHeader.bytes(of: array) + array.elements.bytes
    }

    /// The array in the .npy file at `path`; throws where it cannot be read or is damaged.
    public static func read(path: String) throws(ArchiveError) -> NumberArray {
        try parse(try InputFile.bytes(of: path), file: path)
    }

    /// Writes the array as an .npy file, whole or not at all.
    public static func write(_ array: NumberArray, to path: String) throws(ArchiveError) {
        try store(bytes(of: array), at: path)
    }

    /// Elements stored first axis fastest, put in order.
    private static func rowMajor(_ bytes: ArraySlice<UInt8>, shape: [Int], width: Int) -> ArraySlice<UInt8> {
        var steps = [Int](repeating: width, count: shape.count)
        for axis in shape.indices.dropFirst() { steps[axis] = steps[axis - 1] * shape[axis - 1] }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = [Int](repeating: 0, count: shape.count)
        var place = bytes.startIndex
        for _ in 0..<bytes.count / width {
            result += bytes[place..<place + width]
            for axis in shape.indices.reversed() {
                index[axis] += 1
                place += steps[axis]
                if index[axis] < shape[axis] { break }
                place -= steps[axis] * shape[axis]
                index[axis] = 0
            }
        }
        return result[...]
    }

    static func store(_ bytes: [UInt8], at path: String) throws(ArchiveError) {
        do throws(SystemError) {
            try DurableFile.write(bytes, to: path)
        } catch {
            throw .unwritable(file: path, detail: error.description)
        }
    }
}
