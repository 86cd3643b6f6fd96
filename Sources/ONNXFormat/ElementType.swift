import ModelGraph

/// The element types of the ONNX format, by their numbers.
enum ElementType: Int32 {
    case float32 = 1, uint8, int8, uint16, int16, int32, int64, string, bool, float16, double, uint32, uint64
    case complex64, complex128, bfloat16, float8E4M3FN, float8E4M3FNUZ, float8E5M2, float8E5M2FNUZ, uint4,
        int4
    case float4E2M1, float8E8M0, uint2, int2

    /// Bytes of one element in a file.
    var bytes: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .float32, .int32, .uint32: 4
        case .int64, .double, .uint64: 8
        case .string, .complex64, .complex128, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ,
            .uint4,
            .int4, .float4E2M1, .float8E8M0, .uint2, .int2:
            0
        }
    }

    /// Whether two elements share a byte, the first in its lower half.
    var isHalved: Bool { self == .int4 || self == .uint4 }

    /// Bytes that so many elements take in a file.
    func bytes(for count: Int) -> Int { isHalved ? (count + 1) / 2 : count * bytes }

    /// Whether constants of this type are read.
    var isReadable: Bool { bytes > 0 || isHalved }

    /// The type a constant of this type has in memory (wider where the graph has none of the same width).
    var storedAs: DataType {
        switch self {
        case .float32, .double: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .int8, .int4: .int8
        case .uint8, .uint4: .uint8
        case .bool: .bool
        case .int16: .int16
        case .uint16, .int32: .int32
        case .uint32, .int64, .uint64, .string, .complex64, .complex128, .float8E4M3FN, .float8E4M3FNUZ,
            .float8E5M2,
            .float8E5M2FNUZ, .float4E2M1, .float8E8M0, .uint2, .int2:
            .int64
        }
    }

    /// The graph's type of the same name; nil where it has none.
    var graphType: DataType? {
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
        case .uint16, .string, .double, .uint32, .uint64, .complex64, .complex128, .float8E4M3FN,
            .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .uint4, .int4, .float4E2M1, .float8E8M0, .uint2,
            .int2:
            nil
        }
    }

    init?(_ dataType: DataType) {
        switch dataType {
        case .float32: self = .float32
        case .float16: self = .float16
        case .bfloat16: self = .bfloat16
        case .int8: self = .int8
        case .uint8: self = .uint8
        case .int16: self = .int16
        case .int32: self = .int32
        case .int64: self = .int64
        case .bool: self = .bool
        case .binary: return nil
        }
    }
}
