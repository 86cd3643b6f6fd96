/// Why bytes are not a packed model.
public struct PackedModelError: Error, Hashable, CustomStringConvertible {
    /// Path of the file, or the name under which bytes were read.
    public let file: String
    /// Where in the file, in bytes from its start; nil where the fault is in the graph as a whole.
    public let offset: Int?
    /// What is wrong there.
    public let detail: String
    /// File, place and fault in one sentence.
    public var description: String { "\(file): " + (offset.map { "byte \($0): " } ?? "") + detail }
}

/// Something that is written to a packed model and read back.
protocol Packable {
    func pack(into bytes: inout [UInt8])
    init(from reader: inout PackedReader) throws(PackedModelError)
}

/// Walks through the bytes of a packed model; every length is checked before it is believed.
struct PackedReader {
    let bytes: [UInt8]
    let file: String
    private(set) var offset = 0

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    var remaining: Int { bytes.count - offset }

    func fault(_ detail: String) -> PackedModelError {
        PackedModelError(file: file, offset: offset, detail: detail)
    }

    mutating func byte() throws(PackedModelError) -> UInt8 {
        guard remaining > 0 else { throw fault("ends too early") }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func bytes(_ count: Int) throws(PackedModelError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else {
            throw fault("\(count) bytes are announced, \(remaining) are left")
        }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    /// A number of elements, each of which takes at least one byte.
    mutating func count() throws(PackedModelError) -> Int {
        let count = try Int(from: &self)
        guard (0...remaining).contains(count) else {
            throw fault("\(count) elements are announced, \(remaining) bytes are left")
        }
        return count
    }

    mutating func value<Element: Packable>(_: Element.Type = Element.self) throws(PackedModelError) -> Element
    {
        try Element(from: &self)
    }

    /// Fixed-width little-endian numbers, as many as `count`.
    mutating func numbers<Number: FixedWidthInteger>(
        _ count: Int, _: Number.Type = Number.self
    ) throws(PackedModelError) -> [Number] {
        let width = Number.bitWidth / 8
        let (length, overflow) = count.multipliedReportingOverflow(by: width)
        guard !overflow else { throw fault("\(count) elements are announced") }
        let slice = try bytes(length)
        return (0..<count).map { index in
            var number: Number = 0
            for place in (0..<width).reversed() {
                number =
                    number << 8 | Number(truncatingIfNeeded: slice[slice.startIndex + index * width + place])
            }
            return number
        }
    }
}

extension [UInt8] {
    mutating func append<Number: FixedWidthInteger>(numbers: [Number]) {
        reserveCapacity(count + numbers.count * Number.bitWidth / 8)
        for number in numbers {
            for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
                append(UInt8(truncatingIfNeeded: number >> Number(shift)))
            }
        }
    }
}

extension Int: Packable {
    /// Zigzag, then seven bits a byte, least significant first.
    func pack(into bytes: inout [UInt8]) {
        var rest = UInt64(bitPattern: Int64(self << 1) ^ Int64(self >> 63))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    init(from reader: inout PackedReader) throws(PackedModelError) {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let byte = try reader.byte()
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                self = Int(truncatingIfNeeded: number >> 1) ^ -Int(truncatingIfNeeded: number & 1)
                return
            }
        }
        throw reader.fault("an integer is longer than 64 bits")
    }
}

extension Int32: Packable {
    func pack(into bytes: inout [UInt8]) { Int(self).pack(into: &bytes) }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        guard let number = Int32(exactly: try Int(from: &reader)) else {
            throw reader.fault("an integer leaves 32 bits")
        }
        self = number
    }
}

extension Float: Packable {
    func pack(into bytes: inout [UInt8]) { bytes.append(numbers: [bitPattern]) }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self.init(bitPattern: try reader.numbers(1)[0])
    }
}

extension Double: Packable {
    func pack(into bytes: inout [UInt8]) { bytes.append(numbers: [bitPattern]) }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self.init(bitPattern: try reader.numbers(1)[0])
    }
}

extension Bool: Packable {
    func pack(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
    init(from reader: inout PackedReader) throws(PackedModelError) { self = try reader.byte() != 0 }
}

extension String: Packable {
    func pack(into bytes: inout [UInt8]) {
        utf8.count.pack(into: &bytes)
        bytes += utf8
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        let count = try reader.count()
        guard let text = String(validating: try reader.bytes(count), as: UTF8.self) else {
            throw reader.fault("a name is not UTF-8")
        }
        self = text
    }
}

extension Array: Packable where Element: Packable {
    func pack(into bytes: inout [UInt8]) {
        count.pack(into: &bytes)
        for element in self { element.pack(into: &bytes) }
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self = []
        for _ in 0..<(try reader.count()) { append(try Element(from: &reader)) }
    }
}

extension Optional: Packable where Wrapped: Packable {
    func pack(into bytes: inout [UInt8]) {
        (self != nil).pack(into: &bytes)
        if let self { self.pack(into: &bytes) }
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self = try Bool(from: &reader) ? try Wrapped(from: &reader) : nil
    }
}

/// Enumerations are packed by name, so that new cases do not shift old ones.
extension RawRepresentable where RawValue == String {
    func pack(into bytes: inout [UInt8]) { rawValue.pack(into: &bytes) }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        let name = try String(from: &reader)
        guard let value = Self(rawValue: name) else { throw reader.fault("'\(name)' is not known") }
        self = value
    }
}

extension DataType: Packable {}
extension PoolingKind: Packable {}
extension BinaryOperation: Packable {}
extension UnaryOperation: Packable {}
extension Padding.Mode: Packable {}
extension Resizing.Mode: Packable {}
extension Resizing.Coordinates: Packable {}
extension Resizing.Rounding: Packable {}
extension Reduction.Kind: Packable {}
extension Comparison: Packable {}
extension ArgumentReduction.Kind: Packable {}
