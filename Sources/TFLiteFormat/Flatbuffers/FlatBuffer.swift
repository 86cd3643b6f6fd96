/// The bytes of a flatbuffer; every read is checked against their end.
struct FlatBuffer {
    let bytes: [UInt8]
    let file: String
    let budget: ReadBudget

    init(bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
        budget = ReadBudget(fileBytes: bytes.count, file: file)
    }

    /// The little-endian integer at `position`.
    func integer<T: FixedWidthInteger>(at position: Int, _ what: String) throws(TFLiteError) -> T {
        let width = T.bitWidth / 8
        guard position >= 0, position <= bytes.count - width else {
            throw damaged("\(what) at byte \(position) lies outside the \(bytes.count) bytes of the file")
        }
        var value: T = 0
        for offset in 0..<width { value |= T(truncatingIfNeeded: bytes[position + offset]) << (8 * offset) }
        return value
    }

    /// Where the unsigned offset stored at `position` leads.
    func follow(_ position: Int, _ what: String) throws(TFLiteError) -> Int {
        let offset: UInt32 = try integer(at: position, what)
        return position + Int(offset)
    }

    /// The root table, after checking the file identifier in bytes 4 to 7.
    func root(identifier: String) throws(TFLiteError) -> FlatTable {
        guard bytes.count >= 8 else {
            throw damaged("\(bytes.count) bytes are too few")
        }
        guard Array(bytes[4..<8]) == Array(identifier.utf8) else {
            throw damaged("bytes 4 to 7 are not the identifier '\(identifier)'")
        }
        return try FlatTable(self, at: try follow(0, "the root table"), "the root table")
    }

    func damaged(_ detail: String) -> TFLiteError { .damaged(file: file, detail: detail) }
}

/// Bounds what a file may make the reader hold in memory.
///
/// Tables and vectors may be shared in a flatbuffer, so a small file can describe a huge model; a real one does not.
final class ReadBudget {
    private let file: String
    private var remaining: Int

    /// Room for sixteen times the file, and 1 MiB for the smallest files.
    init(fileBytes: Int, file: String) {
        self.file = file
        let (scaled, overflow) = fileBytes.multipliedReportingOverflow(by: 16)
        remaining = overflow ? .max : scaled + (1 << 20)
    }

    func spend(_ bytes: Int) throws(TFLiteError) {
        guard bytes >= 0, bytes <= remaining else {
            throw .damaged(file: file, detail: "its tables describe far more data than the file holds")
        }
        remaining -= bytes
    }
}
