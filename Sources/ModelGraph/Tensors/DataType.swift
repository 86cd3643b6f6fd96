/// The element types a tensor may have.
public enum DataType: String, Hashable, Sendable, CaseIterable, Codable {
    case float32, float16, bfloat16, int8, uint8, int32, int64, bool, int16
    /// One bit an element, packed along the last axis: set is +1, clear is −1.
    case binary

    /// Storage of one element, in bits.
    public var bits: Int {
        switch self {
        case .float32, .int32: 32
        case .float16, .bfloat16, .int16: 16
        case .int8, .uint8, .bool: 8
        case .int64: 64
        case .binary: 1
        }
    }

    /// Bytes that `count` elements occupy when stored densely.
    public func bytes(for count: Int) -> Int {
        let (bits, overflow) = count.multipliedReportingOverflow(by: bits)
        return overflow ? .max : (bits + 7) / 8
    }

    /// Whether arithmetic on the type rounds.
    public var isFloatingPoint: Bool {
        switch self {
        case .float32, .float16, .bfloat16: true
        case .int8, .uint8, .int16, .int32, .int64, .bool, .binary: false
        }
    }
}
