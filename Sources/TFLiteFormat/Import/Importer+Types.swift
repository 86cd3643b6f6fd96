import ModelGraph

extension Importer {
    /// The type of a tensor as the file stores it.
    func storedType(of index: Int) throws(TFLiteError) -> ValueType {
        let tensor = file.subgraph.tensors[index]
        let label = "tensor '\(name(of: index))'"
        guard let type = Schema.TensorType(rawValue: tensor.type) else {
            let names = Schema.tensorTypeNames
            let type = Int(tensor.type) < names.count ? names[Int(tensor.type)] : "number \(tensor.type)"
            throw unsupported("\(label) has element type \(type), which Swiftlet does not compute in")
        }
        guard !tensor.isVariable else { throw unsupported("\(label) is a variable kept between runs") }
        let shape = Shape(tensor.shape)
        guard shape.dimensions.allSatisfy({ $0 >= 0 }), shape.elementCount < 1 << 40 else {
            throw file.flat.damaged("\(label) has the impossible shape \(shape)")
        }
        return ValueType(shape, type.dataType, quantization: try quantization(of: tensor, type, label))
    }

    /// The type of a tensor inside the graph: quantised unsigned integers are signed there.
    func type(of index: Int) throws(TFLiteError) -> ValueType {
        let stored = try storedType(of: index)
        guard stored.dataType == .uint8, let quantization = stored.quantization else { return stored }
        let signed = Quantization(
            scales: quantization.scales, zeroPoints: quantization.zeroPoints.map { $0 - 128 },
            axis: quantization.axis)
        return ValueType(stored.shape, .int8, quantization: signed)
    }

    private func quantization(
        of tensor: TFLiteFile.Tensor, _ type: Schema.TensorType, _ label: String
    ) throws(TFLiteError) -> Quantization? {
        guard let record = tensor.quantization, let allowed = type.zeroPoints else { return nil }
        guard record.isAffine else { throw unsupported("\(label) uses a quantisation that is not affine") }
        let zeroPoints = record.zeroPoints.isEmpty ? record.scales.map { _ in 0 } : record.zeroPoints
        guard zeroPoints.count == record.scales.count, zeroPoints.allSatisfy(allowed.contains),
            record.scales.allSatisfy({ $0.isFinite && $0 > 0 })
        else {
            throw file.flat.damaged("\(label) has scales or zero points out of range")
        }
        if record.scales.count == 1 {
            return Quantization(scale: record.scales[0], zeroPoint: Int32(zeroPoints[0]))
        }
        // Some converters give a bias the axis that its weights have.
        let axis = tensor.shape.count == 1 ? 0 : record.axis
        guard tensor.shape.indices.contains(axis), tensor.shape[axis] == record.scales.count else {
            throw file.flat.damaged(
                "\(label) has \(record.scales.count) scales along axis \(axis) of \(Shape(tensor.shape))")
        }
        return Quantization(scales: record.scales, zeroPoints: zeroPoints.map { Int32($0) }, axis: axis)
    }
}

extension Schema.TensorType {
    var dataType: DataType {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .int32: .int32
        case .uint8: .uint8
        case .int64: .int64
        case .bool: .bool
        case .int8, .int4: .int8
        case .int16: .int16
        }
    }

    /// Nil where the format has none for the type.
    init?(_ dataType: DataType) {
        switch dataType {
        case .float32: self = .float32
        case .float16: self = .float16
        case .int32: self = .int32
        case .uint8: self = .uint8
        case .int64: self = .int64
        case .bool: self = .bool
        case .int8: self = .int8
        case .int16: self = .int16
        case .bfloat16, .binary: return nil
        }
    }

    /// The zero points that integers of this type may have; nil for types that are not quantised here.
    fileprivate var zeroPoints: ClosedRange<Int64>? {
        switch self {
        case .int8: -128...127
        case .int4: -8...7
        case .int16: -32_768...32_767
        case .uint8: 0...255
        case .int32: 0...0
        case .float32, .float16, .int64, .bool: nil
        }
    }
}
