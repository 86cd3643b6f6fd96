import ModelGraph

extension Importer {
    /// The value of a tensor that something computed, or of a constant used as it is stored.
    mutating func operand(_ index: Int) throws(TFLiteError) -> ValueID {
        if let value = values[index] { return value }
        if let list = folded[index] {
            let type = try type(of: index)
            let shape: Shape = type.shape.elementCount == list.count ? type.shape : [list.count]
            let value = builder.constant(
                unique(name(of: index)), Tensor(shape, .int32(list.map(clampedInt32))))
            values[index] = value
            return value
        }
        let stored = storedAs[index] ?? index
        let type = try type(of: index)
        let value: ValueID
        if stored != index || type.dataType == .float16 {
            value = try realConstant(stored, named: name(of: index), isDepthwise: false)
        } else {
            let storage = try elements(of: index)
            value = builder.constant(
                unique(name(of: index)), Tensor(type.shape, storage), quantization: type.quantization)
        }
        values[index] = value
        return value
    }

    private func clampedInt32(_ value: Int) -> Int32 { Int32(clamping: value) }

    /// The stored elements of a constant; unsigned quantised ones made signed.
    func elements(of index: Int) throws(TFLiteError) -> Tensor.Storage {
        let tensor = file.subgraph.tensors[index]
        let label = "tensor '\(name(of: index))'"
        guard file.buffers.indices.contains(tensor.buffer) else {
            throw file.flat.damaged("\(label) names buffer \(tensor.buffer) of \(file.buffers.count)")
        }
        let range = file.buffers[tensor.buffer]
        let type = try storedType(of: index)
        if range.isEmpty, type.shape.elementCount > 0 {
            throw file.flat.damaged("\(place) uses \(label) before anything computes it")
        }
        if file.subgraph.tensors[index].sparsity != nil {
            let width = type.dataType.bytes(for: 1)
            let flat = FlatBuffer(bytes: try denseBytes(of: index, elementBytes: width), file: file.name)
            return try flat.elements(in: 0..<flat.bytes.count, type, label)
        }
        let isHalved = tensor.type == Schema.TensorType.int4.rawValue
        let bytes = isHalved ? (type.shape.elementCount + 1) / 2 : type.bytes
        guard range.count == bytes else {
            throw file.flat.damaged(
                "\(label) of shape \(type.shape) needs \(bytes) bytes, its buffer has \(range.count)")
        }
        try file.flat.budget.spend(type.bytes)
        if isHalved { return .int8(file.flat.halfBytes(range, count: type.shape.elementCount)) }
        return try file.flat.elements(in: range, type, label)
    }

    /// A constant as real numbers: floats as they are, halves widened, integers through their scales.
    mutating func realConstant(
        _ index: Int, named name: String, isDepthwise: Bool
    ) throws(TFLiteError) -> ValueID {
        let type = try type(of: index)
        guard type.dataType.isFloatingPoint || type.quantization != nil else {
            throw unsupported("'\(name)' holds integers without a scale where real numbers are needed")
        }
        let tensor = Tensor(type.shape, try elements(of: index))
        try file.flat.budget.spend(type.shape.elementCount * 4)
        guard let integersOrReals = tensor.floats else { throw unsupported("'\(name)' is not known") }
        var reals = type.quantization.map { $0.reals(integersOrReals, shape: type.shape) } ?? integersOrReals
        if isDepthwise { reals = reals.channelsFirst(type.shape[3]) }
        let shape = isDepthwise ? type.shape.channelsFirst : type.shape
        return builder.constant(unique(name), Tensor(shape, .float32(reals)))
    }

    /// Small integers that say how an operator works (axes, sizes, target shapes): constants or folded from shapes.
    func integers(_ index: Int) throws(TFLiteError) -> [Int] {
        guard let list = try knownIntegers(index) else {
            throw unsupported("'\(name(of: index))' must be a constant of integers")
        }
        return list
    }

    /// Nil where the tensor is computed from the model's input, or holds no or too many integers.
    func knownIntegers(_ index: Int) throws(TFLiteError) -> [Int]? {
        if let list = folded[index] { return list }
        let type = try storedType(of: index)
        // The shape of a single number: a list of no extents, which needs no bytes.
        if type.shape == [0], !type.dataType.isFloatingPoint { return [] }
        guard isConstant(index), type.shape.elementCount <= 64 else { return nil }
        switch try elements(of: index) {
        case .int32(let values): return values.map(Int.init)
        case .int64(let values): return values.map(Int.init)
        case .float32, .float16, .bfloat16, .int8, .uint8, .int16, .bool, .binary, .repeated, .unknown:
            return nil
        }
    }
}

extension FlatBuffer {
    /// Signed integers of four bits, the first of a byte in its lower half.
    func halfBytes(_ range: Range<Int>, count: Int) -> [Int8] {
        (0..<count).map { index in
            let byte = bytes[range.lowerBound + index / 2]
            return Int8(bitPattern: index % 2 == 0 ? byte << 4 : byte & 0xF0) >> 4
        }
    }

    /// Decodes little-endian elements; NaN is refused, since no trained model holds one.
    func elements(
        in range: Range<Int>, _ type: ValueType, _ label: String
    ) throws(TFLiteError) -> Tensor.Storage {
        switch type.dataType {
        case .float32:
            let values = words(range, as: UInt32.self).map { Float(bitPattern: $0) }
            if values.contains(where: \.isNaN) { throw damaged("\(label) holds NaN") }
            return .float32(values)
        case .float16:
            let values = words(range, as: UInt16.self).map { Float16(bitPattern: $0) }
            if values.contains(where: \.isNaN) { throw damaged("\(label) holds NaN") }
            return .float16(values)
        case .int16: return .int16(words(range, as: UInt16.self).map { Int16(bitPattern: $0) })
        case .int32: return .int32(words(range, as: UInt32.self).map { Int32(bitPattern: $0) })
        case .int64: return .int64(words(range, as: UInt64.self).map { Int64(bitPattern: $0) })
        case .int8: return .int8(bytes[range].map { Int8(bitPattern: $0) })
        case .uint8:
            // Flipping the top bit subtracts 128.
            if type.quantization != nil { return .int8(bytes[range].map { Int8(bitPattern: $0 ^ 0x80) }) }
            return .uint8(Array(bytes[range]))
        case .bool: return .bool(bytes[range].map { $0 != 0 })
        case .bfloat16, .binary: throw damaged("\(label) has an element type that the format lacks")
        }
    }

    private func words<T: FixedWidthInteger>(_ range: Range<Int>, as: T.Type) -> [T] {
        let width = T.bitWidth / 8
        return stride(from: range.lowerBound, to: range.upperBound, by: width).map { place in
            (0..<width).reduce(T(0)) { $0 | T(bytes[place + $1]) << T(8 * $1) }
        }
    }
}

extension Quantization {
    /// The real numbers that stored integers stand for.
    func reals(_ integers: [Float], shape: Shape) -> [Float] {
        guard let axis else {
            let (scale, zero) = (scale, Float(zeroPoint))
            return integers.map { scale * ($0 - zero) }
        }
        let inner = shape.strides[axis]
        let extent = shape[axis]
        return integers.indices.map { index in
            let channel = index / inner % extent
            return scales[channel] * (integers[index] - Float(zeroPoints[channel]))
        }
    }
}

extension Shape {
    /// TFLite's depthwise weights [1, h, w, O] as [O, h, w, 1].
    var channelsFirst: Shape { [self[3], self[1], self[2], self[0]] }
}

extension Array {
    /// Transposes rows of `channels` elements into `channels` rows.
    func channelsFirst(_ channels: Int) -> [Element] {
        guard channels > 0 else { return self }
        let places = count / channels
        return (0..<count).map { self[$0 % places * channels + $0 / places] }
    }

    /// The inverse of `channelsFirst`.
    func channelsLast(_ channels: Int) -> [Element] {
        guard channels > 0 else { return self }
        return channelsFirst(count / channels)
    }
}
