/// One table of a flatbuffer: fields found through its vtable, absent ones at their defaults.
struct FlatTable {
    private let buffer: FlatBuffer
    private let position: Int
    private let vtable: Int
    private let vtableBytes: Int
    private let tableBytes: Int
    private let name: String

    init(_ buffer: FlatBuffer, at position: Int, _ name: String) throws(TFLiteError) {
        let distance: Int32 = try buffer.integer(at: position, name)
        let vtable = position - Int(distance)
        let vtableBytes: UInt16 = try buffer.integer(at: vtable, "the field list of \(name)")
        let tableBytes: UInt16 = try buffer.integer(at: vtable + 2, "the field list of \(name)")
        guard vtableBytes >= 4, vtableBytes % 2 == 0, vtable + Int(vtableBytes) <= buffer.bytes.count,
            tableBytes >= 4, position + Int(tableBytes) <= buffer.bytes.count
        else { throw buffer.damaged("\(name) at byte \(position) has a field list of impossible size") }
        self.buffer = buffer
        self.position = position
        self.vtable = vtable
        self.vtableBytes = Int(vtableBytes)
        self.tableBytes = Int(tableBytes)
        self.name = name
    }

    /// The byte at which a field of `width` bytes is stored; nil where the table leaves it out.
    private func place(of field: Int, width: Int) throws(TFLiteError) -> Int? {
        let slot = 4 + 2 * field
        guard slot + 2 <= vtableBytes else { return nil }
        let offset: UInt16 = try buffer.integer(at: vtable + slot, name)
        guard offset != 0 else { return nil }
        guard Int(offset) >= 4, Int(offset) + width <= tableBytes else {
            throw buffer.damaged("field \(field) of \(name) lies outside the table")
        }
        return position + Int(offset)
    }

    func damaged(_ detail: String) -> TFLiteError { buffer.damaged(detail) }

    func has(_ field: Int) throws(TFLiteError) -> Bool { try place(of: field, width: 1) != nil }

    func integer<T: FixedWidthInteger>(_ field: Int, default missing: T = 0) throws(TFLiteError) -> T {
        guard let place = try place(of: field, width: T.bitWidth / 8) else { return missing }
        return try buffer.integer(at: place, name)
    }

    func bool(_ field: Int) throws(TFLiteError) -> Bool {
        let value: UInt8 = try integer(field)
        return value != 0
    }

    func float(_ field: Int, default missing: Float = 0) throws(TFLiteError) -> Float {
        let bits: UInt32 = try integer(field, default: missing.bitPattern)
        return Float(bitPattern: bits)
    }

    func table(_ field: Int, _ what: String) throws(TFLiteError) -> FlatTable? {
        guard let place = try place(of: field, width: 4) else { return nil }
        return try FlatTable(buffer, at: try buffer.follow(place, what), what)
    }

    /// The bytes of a vector whose elements take `elementBytes`; nil where the table leaves it out.
    func vector(_ field: Int, elementBytes: Int, _ what: String) throws(TFLiteError) -> Range<Int>? {
        guard let place = try place(of: field, width: 4) else { return nil }
        let start = try buffer.follow(place, what)
        let count: UInt32 = try buffer.integer(at: start, what)
        let (length, overflow) = Int(count).multipliedReportingOverflow(by: elementBytes)
        guard !overflow, length <= buffer.bytes.count - start - 4 else {
            throw buffer.damaged("\(what) claims \(count) elements, more than the file holds")
        }
        return start + 4..<start + 4 + length
    }

    func integers<T: FixedWidthInteger>(_ field: Int, as: T.Type, _ what: String) throws(TFLiteError) -> [T]?
    {
        let width = T.bitWidth / 8
        guard let range = try vector(field, elementBytes: width, what) else { return nil }
        try buffer.budget.spend(range.count)
        var values: [T] = []
        values.reserveCapacity(range.count / width)
        for place in stride(from: range.lowerBound, to: range.upperBound, by: width) {
            values.append(try buffer.integer(at: place, what))
        }
        return values
    }

    func floats(_ field: Int, _ what: String) throws(TFLiteError) -> [Float]? {
        try integers(field, as: UInt32.self, what)?.map { Float(bitPattern: $0) }
    }

    /// A text; bytes that are not UTF-8 are repaired.
    func string(_ field: Int, _ what: String) throws(TFLiteError) -> String? {
        guard let range = try vector(field, elementBytes: 1, what) else { return nil }
        try buffer.budget.spend(range.count)
        return String(decoding: buffer.bytes[range], as: UTF8.self)
    }

    /// A name, which stays on one line: control characters become question marks.
    func name(_ field: Int, _ what: String) throws(TFLiteError) -> String? {
        guard let text = try string(field, what) else { return nil }
        guard text.unicodeScalars.contains(where: \.isControl) else { return text }
        var line = String.UnicodeScalarView()
        line.append(contentsOf: text.unicodeScalars.map { $0.isControl ? "?" : $0 })
        return String(line)
    }

    /// Reads a vector of tables, each through `read`.
    func tables<T>(
        _ field: Int, _ what: String, _ read: (FlatTable, Int) throws(TFLiteError) -> T
    ) throws(TFLiteError) -> [T] {
        guard let range = try vector(field, elementBytes: 4, what) else { return [] }
        // What a record of a table takes in memory; the smallest real table takes eight bytes of the file.
        try buffer.budget.spend(range.count / 4 * 128)
        var records: [T] = []
        records.reserveCapacity(range.count / 4)
        for place in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
            let name = "\(what) \(records.count)"
            let table = try FlatTable(buffer, at: try buffer.follow(place, name), name)
            records.append(try read(table, records.count))
        }
        return records
    }
}

extension Unicode.Scalar {
    /// Whether this ends a line or moves the cursor.
    fileprivate var isControl: Bool {
        [.control, .lineSeparator, .paragraphSeparator].contains(properties.generalCategory)
    }
}
