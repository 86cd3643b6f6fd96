import Foundation
import ModelGraph

/// Turns stored tensors into `Tensor`s, checking every size before memory is taken.
struct TensorDecoder {
    /// Where external data may lie; nil refuses it.
    let folder: String?
    /// Bytes that all tensors together may take.
    let limit: Int
    private(set) var taken = 0

    init(folder: String?, limit: Int) {
        self.folder = folder
        self.limit = limit
    }

    /// The number of elements, or a refusal where dimensions are negative or their product overflows.
    static func checkedCount(_ dimensions: [Int64], name: String) throws(ONNXProblem) -> Int {
        // Extents of 0 do not hide others that overflow.
        var count = 1
        for dimension in dimensions where dimension != 0 {
            guard dimension > 0 else {
                throw .tensor(name: name, detail: "has the negative dimension \(dimension)")
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: Int(dimension))
            guard !overflow, product < 1 << 40 else {
                throw .tensor(name: name, detail: "has more elements than any machine holds")
            }
            count = product
        }
        if dimensions.contains(0) { count = 0 }
        guard dimensions.count <= 32 else {
            throw .tensor(name: name, detail: "has \(dimensions.count) dimensions; at most 32 are read")
        }
        return count
    }

    mutating func reserve(_ bytes: Int, for what: @autoclosure () -> String) throws(ONNXProblem) {
        let (sum, overflow) = taken.addingReportingOverflow(bytes)
        guard !overflow, sum <= limit else {
            throw .memory(what: what(), bytes: overflow ? .max : sum, limit: limit)
        }
        taken = sum
    }

    mutating func tensor(_ proto: ProtoTensor) throws(ONNXProblem) -> Tensor {
        let name = proto.name
        let count = try TensorDecoder.checkedCount(proto.dims, name: name)
        guard let element = ElementType(rawValue: proto.dataType), element.isReadable else {
            let type = ElementType(rawValue: proto.dataType).map { "\($0)" } ?? "number \(proto.dataType)"
            throw .tensor(
                name: name,
                detail: "has the element type \(type), which is not read; use float32, float16, int8 or uint8"
            )
        }
        let shape = Shape(proto.dims.map(Int.init))
        try reserve(count * 8, for: "tensor '\(name.shortened)'")
        taken -= count * (8 - element.storedAs.bits / 8)
        if proto.dataLocation == 1 || !proto.externalData.isEmpty {
            let data = try external(proto, bytes: element.bytes(for: count))
            return Tensor(shape, try decode(data, element, count, name))
        }
        if !proto.rawData.isEmpty || count == 0 {
            guard proto.rawData.count == element.bytes(for: count) else {
                throw .tensor(
                    name: name,
                    detail:
                        "shape \(shape) needs \(element.bytes(for: count)) bytes, the file holds \(proto.rawData.count)"
                )
            }
            return Tensor(shape, try decode(proto.rawData, element, count, name))
        }
        return Tensor(shape, try listed(proto, element, count))
    }

    private func external(_ proto: ProtoTensor, bytes: Int) throws(ONNXProblem) -> Data {
        guard let folder else {
            throw .tensor(name: proto.name, detail: "lies in another file, and this model has no folder")
        }
        func entry(_ key: String) -> String? { proto.externalData.first { $0.key == key }?.value }
        guard let location = entry("location") else {
            throw .tensor(name: proto.name, detail: "lies in another file whose name is missing")
        }
        let offset = try number(entry("offset") ?? "0", of: proto.name)
        let length = try number(entry("length") ?? "\(bytes)", of: proto.name)
        guard length == bytes else {
            throw .tensor(
                name: proto.name, detail: "needs \(bytes) bytes of external data, its length says \(length)")
        }
        return try FileBytes.readExternal(
            location, folder: folder, offset: offset, length: length, limit: limit)
    }

    private func number(_ text: String, of name: String) throws(ONNXProblem) -> Int {
        guard let value = Int(text), value >= 0 else {
            throw .tensor(name: name, detail: "has '\(text.shortened)' where an offset or length should be")
        }
        return value
    }

    /// Little-endian bytes, as `raw_data` and external files hold them.
    private func decode(
        _ data: Data, _ element: ElementType, _ count: Int, _ name: String
    ) throws(ONNXProblem) -> Tensor.Storage {
        switch element {
        case .float32: return .float32(data.elements(UInt32.self).map(Float.init(bitPattern:)))
        case .float16: return .float16(data.elements(UInt16.self).map(Float16.init(bitPattern:)))
        case .bfloat16: return .bfloat16(data.elements(UInt16.self))
        case .double: return .float32(data.elements(UInt64.self).map { Float(Double(bitPattern: $0)) })
        case .int8: return .int8(data.elements(Int8.self))
        case .uint8: return .uint8(Array(data))
        case .int16: return .int16(data.elements(Int16.self))
        case .uint16: return .int32(data.elements(UInt16.self).map(Int32.init))
        case .int32: return .int32(data.elements(Int32.self))
        case .uint32: return .int64(data.elements(UInt32.self).map(Int64.init))
        case .int64: return .int64(data.elements(Int64.self))
        case .uint64: return .int64(data.elements(UInt64.self).map { Int64(clamping: $0) })
        case .bool: return .bool(data.map { $0 != 0 })
        case .int4: return .int8(data.halves.prefix(count).map { Int8(bitPattern: $0 << 4) >> 4 })
        case .uint4: return .uint8(Array(data.halves.prefix(count)))
        case .string, .complex64, .complex128, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ,
            .float4E2M1, .float8E8M0, .uint2, .int2:
            throw .tensor(name: name, detail: "has the element type \(element), which is not read")
        }
    }

    /// Elements in the typed lists, which small tensors use instead of bytes.
    private func listed(_ proto: ProtoTensor, _ element: ElementType, _ count: Int) throws(ONNXProblem)
        -> Tensor.Storage
    {
        let stored: Int
        switch element {
        case .float32: stored = proto.floatData.count
        case .double: stored = proto.doubleData.count
        case .int64: stored = proto.int64Data.count
        case .uint32, .uint64: stored = proto.uint64Data.count
        default: stored = proto.int32Data.count
        }
        guard stored == (element.isHalved ? (count + 1) / 2 : count) else {
            throw .tensor(
                name: proto.name,
                detail:
                    "shape \(Shape(proto.dims.map(Int.init))) needs \(count) elements, the file holds \(stored)"
            )
        }
        let integers = proto.int32Data
        switch element {
        case .float32: return .float32(proto.floatData)
        case .double: return .float32(proto.doubleData.map { Float($0) })
        case .int64: return .int64(proto.int64Data)
        case .uint32, .uint64: return .int64(proto.uint64Data.map { Int64(clamping: $0) })
        case .float16: return .float16(integers.map { Float16(bitPattern: UInt16(truncatingIfNeeded: $0)) })
        case .bfloat16: return .bfloat16(integers.map { UInt16(truncatingIfNeeded: $0) })
        case .int8: return .int8(integers.map { Int8(truncatingIfNeeded: $0) })
        case .uint8: return .uint8(integers.map { UInt8(truncatingIfNeeded: $0) })
        case .bool: return .bool(integers.map { $0 != 0 })
        case .int16: return .int16(integers.map { Int16(truncatingIfNeeded: $0) })
        case .uint16, .int32: return .int32(integers)
        case .int4, .uint4:
            let bytes = Data(integers.map { UInt8(truncatingIfNeeded: $0) })
            return try decode(bytes, element, count, proto.name)
        case .string, .complex64, .complex128, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ,
            .float4E2M1, .float8E8M0, .uint2, .int2:
            throw .tensor(name: proto.name, detail: "has the element type \(element), which is not read")
        }
    }
}

extension Data {
    /// The lower and the upper four bits of each byte.
    fileprivate var halves: [UInt8] { flatMap { [$0 & 0x0F, $0 >> 4] } }

    /// The bytes as little-endian integers; any rest shorter than one is ignored (callers have checked the count).
    fileprivate func elements<T: FixedWidthInteger>(_: T.Type) -> [T] {
        let count = count / MemoryLayout<T>.size
        return withUnsafeBytes { bytes in
            // SAFETY: `count` whole elements lie inside the buffer, and unaligned loads are allowed.
            (0..<count).map {
                T(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self))
            }
        }
    }
}
