/// The numbers of a flexbuffer that is a map, as custom operators keep their options.
///
/// A flexbuffer is read from its end: the last byte is the width of the root, the one before its type. Elements that are
/// offsets point backwards. See https://google.github.io/flatbuffers/flatbuffers_internals.html.
struct FlexMap {
    /// Whole and real numbers and truth values by key; other elements are left out.
    let numbers: [String: Double]

    /// Types of elements, the upper six bits of a type byte.
    private enum Kind {
        static let int: UInt8 = 1, uint: UInt8 = 2, float: UInt8 = 3, map: UInt8 = 9, bool: UInt8 = 26
        static let indirectInt: UInt8 = 6, indirectUInt: UInt8 = 7, indirectFloat: UInt8 = 8
    }

    /// Nil where the bytes are not such a map.
    init?(_ bytes: ArraySlice<UInt8>) {
        let reader = Reader(bytes: Array(bytes))
        let count = reader.bytes.count
        guard count >= 3 else { return nil }
        let rootWidth = Int(reader.bytes[count - 1]), type = reader.bytes[count - 2]
        let width = 1 << Int(type & 3)
        guard type >> 2 == Kind.map, let map = reader.target(at: count - 2 - rootWidth, width: rootWidth),
            let size = reader.unsigned(at: map - width, width: width), size <= count,
            let keys = reader.target(at: map - 3 * width, width: width),
            let keyWidth = reader.unsigned(at: map - 2 * width, width: width)
        else { return nil }
        var numbers: [String: Double] = [:]
        for index in 0..<size {
            guard let place = reader.target(at: keys + index * keyWidth, width: keyWidth),
                let key = reader.text(at: place),
                let kind = reader.unsigned(at: map + size * width + index, width: 1)
            else { return nil }
            numbers[key] = reader.number(at: map + index * width, width: width, type: UInt8(kind))
        }
        self.numbers = numbers
    }

    private struct Reader {
        let bytes: [UInt8]

        func bits(at place: Int, width: Int) -> UInt64? {
            guard [1, 2, 4, 8].contains(width), place >= 0, place <= bytes.count - width else { return nil }
            return (0..<width).reduce(UInt64(0)) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
        }

        func unsigned(at place: Int, width: Int) -> Int? {
            bits(at: place, width: width).flatMap { Int(exactly: $0) }
        }

        /// Where the offset at `place` points to.
        func target(at place: Int, width: Int) -> Int? {
            guard let offset = unsigned(at: place, width: width), offset <= place else { return nil }
            return place - offset
        }

        /// A text that ends with a zero byte.
        func text(at place: Int) -> String? {
            guard bytes.indices.contains(place), let end = bytes[place...].firstIndex(of: 0) else {
                return nil
            }
            return String(decoding: bytes[place..<end], as: UTF8.self)
        }

        func number(at place: Int, width: Int, type: UInt8) -> Double? {
            switch type >> 2 {
            case Kind.int, Kind.uint, Kind.float, Kind.bool:
                return inline(at: place, width: width, kind: type >> 2)
            case Kind.indirectInt, Kind.indirectUInt, Kind.indirectFloat:
                guard let target = target(at: place, width: width) else { return nil }
                return inline(at: target, width: 1 << Int(type & 3), kind: type >> 2 - 5)
            default: return nil
            }
        }

        private func inline(at place: Int, width: Int, kind: UInt8) -> Double? {
            guard let bits = bits(at: place, width: width) else { return nil }
            guard kind != Kind.float else {
                switch width {
                case 4: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
                case 8: return Double(bitPattern: bits)
                default: return nil
                }
            }
            guard kind == Kind.int else { return Double(bits) }
            let unused = UInt64(64 - 8 * width)
            return Double(Int64(bitPattern: bits << unused) >> Int64(unused))
        }
    }
}
