/// A NumPy array: the .npy format, versions 1 to 3, of booleans, integers or floats in C order.
public struct NPYArray: Sendable {
    public let shape: [Int]
    public let values: Dataset.Storage

    /// Parses the bytes of an .npy file; unsigned bytes stay bytes, everything else becomes float32.
    public init(parsing bytes: some RandomAccessCollection<UInt8>, file: String) throws(DatasetError) {
        let bytes = Array(bytes)
        guard bytes.count >= 12, bytes.starts(with: [0x93] + Array("NUMPY".utf8)), (1...3).contains(bytes[6])
        else {
            throw .byte(file: file, offset: 0, detail: "is no .npy array")
        }
        let width = bytes[6] == 1 ? 2 : 4
        let length = bytes[8..<8 + width].reversed().reduce(0) { $0 << 8 | Int($1) }
        let start = 8 + width + length
        guard start <= bytes.count else {
            throw .byte(
                file: file, offset: 8, detail: "a header of \(length) bytes does not fit into the file")
        }
        let header = String(decoding: bytes[8 + width..<start], as: UTF8.self)
        guard let type = header.value(of: "descr")?.split(separator: "'").first,
            let order = header.value(of: "fortran_order"), let extents = header.tuple(of: "shape")
        else {
            throw .byte(
                file: file, offset: 8 + width, detail: "its header lacks descr, fortran_order or shape")
        }
        guard order.hasPrefix("False") else {
            throw .byte(
                file: file, offset: 8 + width,
                detail: "is in Fortran order; store it with numpy.ascontiguousarray")
        }
        guard let element = Element(rawValue: String(type)) else {
            throw .byte(
                file: file, offset: 8 + width,
                detail: "holds '\(type)'; known: \(Element.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let count = extents.reduce(1) { $0.multipliedSaturated(by: $1) }
        guard extents.allSatisfy({ $0 >= 0 }),
            count.multipliedSaturated(by: element.width) == bytes.count - start
        else {
            throw .byte(
                file: file, offset: start,
                detail: "\(bytes.count - start) bytes do not hold an array of shape \(extents)")
        }
        shape = extents
        values = element.values(bytes[start...], count: count)
        if case .floats(let floats) = values, let wrong = floats.firstIndex(where: { !$0.isFinite }) {
            throw .byte(
                file: file, offset: start + wrong * element.width, detail: "a value is not finite in float32")
        }
    }

    private enum Element: String, CaseIterable {
        case bool = "|b1"
        case uint8 = "|u1"
        case int8 = "|i1"
        case uint16 = "<u2"
        case int16 = "<i2"
        case int32 = "<i4"
        case int64 = "<i8"
        case float16 = "<f2"
        case float32 = "<f4"
        case float64 = "<f8"

        var width: Int {
            switch self {
            case .bool, .uint8, .int8: 1
            case .uint16, .int16, .float16: 2
            case .int32, .float32: 4
            case .int64, .float64: 8
            }
        }

        func values(_ bytes: ArraySlice<UInt8>, count: Int) -> Dataset.Storage {
            if self == .bool || self == .uint8 { return .bytes(Array(bytes)) }
            let values = (0..<count).map { index -> Float in
                var bits: UInt64 = 0
                for place in 0..<width {
                    bits |= UInt64(bytes[bytes.startIndex + index * width + place]) << UInt64(8 * place)
                }
                return value(bits)
            }
            return .floats(values)
        }

        private func value(_ bits: UInt64) -> Float {
            switch self {
            case .bool, .uint8: Float(bits)
            case .int8: Float(Int8(truncatingIfNeeded: bits))
            case .uint16: Float(bits)
            case .int16: Float(Int16(truncatingIfNeeded: bits))
            case .int32: Float(Int32(truncatingIfNeeded: bits))
            case .int64: Float(Int64(bitPattern: bits))
            case .float16: Float(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))
            case .float32: Float(bitPattern: UInt32(truncatingIfNeeded: bits))
            case .float64: Float(Double(bitPattern: bits))
            }
        }
    }
}

extension String {
    /// What follows `'key':` in a Python dictionary.
    fileprivate func value(of key: String) -> Substring? {
        guard let place = firstRange(of: "'\(key)':") else { return nil }
        return self[place.upperBound...].drop { $0 == " " }
    }

    /// The numbers of a Python tuple.
    fileprivate func tuple(of key: String) -> [Int]? {
        guard let text = value(of: key), text.first == "(", let end = text.firstIndex(of: ")") else {
            return nil
        }
        var numbers: [Int] = []
        for part in text[text.index(after: text.startIndex)..<end].split(separator: ",") {
            let digits = part.filter { $0 != " " }
            if digits.isEmpty { continue }
            guard let number = Int(digits) else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}
