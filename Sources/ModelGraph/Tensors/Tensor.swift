/// An immutable array of numbers with a shape; its storage is shared between copies.
public struct Tensor: Hashable, Sendable {
    /// The extents; constants keep the layout their operation names (weights OHWI, activations NHWC).
    public let shape: Shape
    /// The elements, or what is known of them.
    public let storage: Storage

    /// The elements in row-major order, or what is known of them.
    public enum Storage: Hashable, Sendable {
        case float32([Float])
        case float16([Float16])
        /// The upper sixteen bits of each float32.
        case bfloat16([UInt16])
        case int8([Int8])
        case uint8([UInt8])
        case int16([Int16])
        case int32([Int32])
        case int64([Int64])
        case bool([Bool])
        /// Rows along the last axis, each padded to whole bytes, least significant bit first.
        case binary([UInt8])
        /// One value repeated `shape.elementCount` times, never expanded in memory.
        case repeated(Double, DataType)
        /// Only the type is known: enough for shapes, counts and prices, not to run.
        case unknown(DataType)
    }

    /// Precondition: `storage` holds exactly the elements of `shape`.
    public init(_ shape: Shape, _ storage: Storage) {
        if let count = storage.count {
            let expected = storage.dataType == .binary ? Tensor.packedBytes(shape) : shape.elementCount
            precondition(count == expected, "Tensor: \(count) stored elements for shape \(shape)")
        }
        self.shape = shape
        self.storage = storage
    }

    /// A float32 tensor of `values` in row-major order, exactly as many as `shape` has elements.
    public init(_ shape: Shape, _ values: [Float]) { self.init(shape, .float32(values)) }

    /// A tensor of which only shape and type are known.
    public static func unknown(_ shape: Shape, _ dataType: DataType = .float32) -> Tensor {
        Tensor(shape, .unknown(dataType))
    }

    /// The element type.
    public var dataType: DataType { storage.dataType }
    /// Whether the elements are known, stored one by one or as one repeated value.
    public var isKnown: Bool { if case .unknown = storage { false } else { true } }

    /// The number that all elements are known to be: a repeated one, or the only element; nil for others.
    var number: Double? {
        if case .repeated(let number, _) = storage { return number }
        return shape.elementCount == 1 ? floats?.first.map(Double.init) : nil
    }

    /// Bytes of a `binary` tensor of this shape: whole bytes for each row along the last axis.
    static func packedBytes(_ shape: Shape) -> Int {
        guard let last = shape.dimensions.last, last > 0 else { return 0 }
        return shape.elementCount / last * ((last + 7) / 8)
    }
}

extension Tensor.Storage {
    /// The type of the elements.
    public var dataType: DataType {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .int8: .int8
        case .uint8: .uint8
        case .int16: .int16
        case .int32: .int32
        case .int64: .int64
        case .bool: .bool
        case .binary: .binary
        case .repeated(_, let dataType), .unknown(let dataType): dataType
        }
    }

    /// How many elements (bytes for `binary`) are held in memory; nil where none are.
    var count: Int? {
        switch self {
        case .float32(let values): values.count
        case .float16(let values): values.count
        case .bfloat16(let values): values.count
        case .int8(let values): values.count
        case .uint8(let values): values.count
        case .int16(let values): values.count
        case .int32(let values): values.count
        case .int64(let values): values.count
        case .bool(let values): values.count
        case .binary(let values): values.count
        case .repeated, .unknown: nil
        }
    }
}

extension Tensor {
    /// The elements as float32 (integers converted, halves widened, `binary` as ±1), or nil where they are unknown.
    public var floats: [Float]? {
        switch storage {
        case .float32(let values): values
        case .float16(let values): values.map(Float.init)
        case .bfloat16(let values): values.map { Float(bitPattern: UInt32($0) << 16) }
        case .int8(let values): values.map(Float.init)
        case .uint8(let values): values.map(Float.init)
        case .int16(let values): values.map(Float.init)
        case .int32(let values): values.map(Float.init)
        case .int64(let values): values.map(Float.init)
        case .bool(let values): values.map { $0 ? 1 : 0 }
        case .binary(let values): unpacked(values)
        case .repeated(let value, _): [Float](repeating: Float(value), count: shape.elementCount)
        case .unknown: nil
        }
    }

    private func unpacked(_ bytes: [UInt8]) -> [Float] {
        guard let last = shape.dimensions.last, last > 0 else { return [] }
        let rowBytes = (last + 7) / 8
        return (0..<shape.elementCount).map { index in
            let (row, column) = index.quotientAndRemainder(dividingBy: last)
            return bytes[row * rowBytes + column / 8] >> (column % 8) & 1 == 1 ? 1 : -1
        }
    }
}
