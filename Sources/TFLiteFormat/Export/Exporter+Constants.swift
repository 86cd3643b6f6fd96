import ModelGraph

extension Exporter {
    /// A constant's elements as the file stores them; nothing in a dry run.
    func bytes(
        of tensor: Tensor, as dataType: DataType? = nil, named name: String
    ) throws(TFLiteError) -> [UInt8] {
        let dataType = dataType ?? tensor.dataType
        guard Schema.TensorType(dataType) != nil else {
            throw fault("'\(name)' holds \(dataType.rawValue), which TFLite kernels do not compute in")
        }
        if isDryRun { return [] }
        guard tensor.isKnown else { throw fault("the numbers of '\(name)' are not known") }
        guard dataType.bytes(for: tensor.shape.elementCount) < 1 << 31 else {
            throw fault("'\(name)' of shape \(tensor.shape) is larger than a TFLite file can be")
        }
        if dataType == .float16, case .float32(let values) = tensor.storage {
            return values.map { Float16($0).bitPattern }.littleEndian
        }
        switch tensor.storage {
        case .float32(let values): return values.map(\.bitPattern).littleEndian
        case .float16(let values): return values.map(\.bitPattern).littleEndian
        case .int8(let values): return values.map { UInt8(bitPattern: $0) }
        case .uint8(let values): return values
        case .int16(let values): return values.littleEndian
        case .int32(let values): return values.littleEndian
        case .int64(let values): return values.littleEndian
        case .bool(let values): return values.map { $0 ? 1 : 0 }
        case .repeated(let value, _): return repeated(value, dataType, count: tensor.shape.elementCount)
        case .bfloat16, .binary, .unknown: throw fault("'\(name)' cannot be stored")
        }
    }

    private func repeated(_ value: Double, _ dataType: DataType, count: Int) -> [UInt8] {
        let whole = Int64(exactly: value.rounded()) ?? 0
        let element: [UInt8] =
            switch dataType {
            case .float32: [Float(value).bitPattern].littleEndian
            case .float16: [Float16(value).bitPattern].littleEndian
            case .int8: [UInt8(bitPattern: Int8(clamping: whole))]
            case .uint8: [UInt8(clamping: whole)]
            case .int16: [Int16(clamping: whole)].littleEndian
            case .int32: [Int32(clamping: whole)].littleEndian
            case .int64: [whole].littleEndian
            case .bool: [value != 0 ? 1 : 0]
            case .bfloat16, .binary: []
            }
        return Array([[UInt8]](repeating: element, count: count).joined())
    }
}

extension Tensor {
    /// Weights [O, h, w, 1] as depthwise operators read them; what is unknown or repeated has no order.
    func channelsLast(_ shape: Shape) -> Tensor {
        let channels = shape[3]
        switch storage {
        case .float32(let values): return Tensor(shape, .float32(values.channelsLast(channels)))
        case .float16(let values): return Tensor(shape, .float16(values.channelsLast(channels)))
        case .int8(let values): return Tensor(shape, .int8(values.channelsLast(channels)))
        case .uint8(let values): return Tensor(shape, .uint8(values.channelsLast(channels)))
        case .repeated(let value, let dataType): return Tensor(shape, .repeated(value, dataType))
        case .bfloat16, .int16, .int32, .int64, .bool, .binary, .unknown:
            return Tensor(shape, .unknown(dataType))
        }
    }
}
