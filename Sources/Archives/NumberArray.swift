/// An n-dimensional array of numbers as NumPy stores it, row-major.
public struct NumberArray: Hashable, Sendable {
    /// Extents, outermost first; empty for a single number.
    public let shape: [Int]
    /// The numbers, row-major.
    public let elements: Elements

    /// The numbers in their own type.
    public enum Elements: Hashable, Sendable {
        case float32([Float])
        case float64([Double])
        case float16([Float16])
        case int8([Int8])
        case uint8([UInt8])
        case int16([Int16])
        case uint16([UInt16])
        case int32([Int32])
        case int64([Int64])
        case bool([Bool])
    }

    /// Precondition: `shape` holds as many elements as there are.
    public init(_ shape: [Int], _ elements: Elements) {
        let count = shape.reduce(1) { $0.multipliedSaturated(by: $1) }
        precondition(count == elements.count, "NumberArray: \(elements.count) elements for shape \(shape)")
        self.shape = shape
        self.elements = elements
    }

    /// Every element as float32; large integers and doubles are rounded.
    public var floats: [Float] {
        switch elements {
        case .float32(let values): values
        case .float64(let values): values.map(Float.init)
        case .float16(let values): values.map(Float.init)
        case .int8(let values): values.map(Float.init)
        case .uint8(let values): values.map(Float.init)
        case .int16(let values): values.map(Float.init)
        case .uint16(let values): values.map(Float.init)
        case .int32(let values): values.map(Float.init)
        case .int64(let values): values.map(Float.init)
        case .bool(let values): values.map { $0 ? 1 : 0 }
        }
    }
}

extension NumberArray.Elements {
    /// How many numbers there are.
    public var count: Int {
        switch self {
        case .float32(let values): values.count
        case .float64(let values): values.count
        case .float16(let values): values.count
        case .int8(let values): values.count
        case .uint8(let values): values.count
        case .int16(let values): values.count
        case .uint16(let values): values.count
        case .int32(let values): values.count
        case .int64(let values): values.count
        case .bool(let values): values.count
        }
    }

    /// The elements as they lie in memory and in the file: little-endian.
    public var bytes: [UInt8] {
        switch self {
        case .float32(let values): values.map(\.bitPattern).littleEndianBytes
        case .float64(let values): values.map(\.bitPattern).littleEndianBytes
        case .float16(let values): values.map(\.bitPattern).littleEndianBytes
        case .int8(let values): values.map { UInt8(bitPattern: $0) }
        case .uint8(let values): values
        case .int16(let values): values.littleEndianBytes
        case .uint16(let values): values.littleEndianBytes
        case .int32(let values): values.littleEndianBytes
        case .int64(let values): values.littleEndianBytes
        case .bool(let values): values.map { $0 ? 1 : 0 }
        }
    }
}

/// The element types of .npy files that are read and written, by NumPy's names.
enum ElementType: String, CaseIterable {
    case float32 = "f4"
    case float64 = "f8"
    case float16 = "f2"
    case int8 = "i1"
    case uint8 = "u1"
    case int16 = "i2"
    case uint16 = "u2"
    case int32 = "i4"
    case int64 = "i8"
    case bool = "b1"

    init(of elements: NumberArray.Elements) {
        switch elements {
        case .float32: self = .float32
        case .float64: self = .float64
        case .float16: self = .float16
        case .int8: self = .int8
        case .uint8: self = .uint8
        case .int16: self = .int16
        case .uint16: self = .uint16
        case .int32: self = .int32
        case .int64: self = .int64
        case .bool: self = .bool
        }
    }

    var width: Int {
        switch self {
        case .int8, .uint8, .bool: 1
        case .float16, .int16, .uint16: 2
        case .float32, .int32: 4
        case .float64, .int64: 8
        }
    }

    /// Decodes whole elements.
    func elements(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> NumberArray.Elements {
        switch self {
        case .float32: .float32(bytes.words(UInt32.self, isBigEndian).map { Float(bitPattern: $0) })
        case .float64: .float64(bytes.words(UInt64.self, isBigEndian).map { Double(bitPattern: $0) })
        case .float16: .float16(bytes.words(UInt16.self, isBigEndian).map { Float16(bitPattern: $0) })
        case .int8: .int8(bytes.map { Int8(bitPattern: $0) })
        case .uint8: .uint8(Array(bytes))
        case .int16: .int16(bytes.words(UInt16.self, isBigEndian).map { Int16(bitPattern: $0) })
        case .uint16: .uint16(bytes.words(UInt16.self, isBigEndian))
        case .int32: .int32(bytes.words(UInt32.self, isBigEndian).map { Int32(bitPattern: $0) })
        case .int64: .int64(bytes.words(UInt64.self, isBigEndian).map { Int64(bitPattern: $0) })
        case .bool: .bool(bytes.map { $0 != 0 })
        }
    }
}

extension ArraySlice<UInt8> {
    func words<T: FixedWidthInteger>(_: T.Type, _ isBigEndian: Bool) -> [T] {
        let width = T.bitWidth / 8
        return stride(from: startIndex, to: endIndex, by: width).map { place in
            let word = (0..<width).reduce(T(0)) { $0 | T(self[place + $1]) << T(8 * $1) }
            return isBigEndian ? word.byteSwapped : word
        }
    }
}

extension Array where Element: FixedWidthInteger {
    var littleEndianBytes: [UInt8] {
        let width = Element.bitWidth / 8
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * width)
        for element in self {
            for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: element >> Element(8 * byte))) }
        }
        return bytes
    }
}

extension Int {
    /// The product, or `Int.max` where it overflows.
    package func multipliedSaturated(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
