import ModelGraph

extension Tensor {
    /// The elements as integers; nil unless the type is an integer one or bool and the elements are known.
    var integers: [Int]? {
        switch storage {
        case .int8(let values): values.map(Int.init)
        case .uint8(let values): values.map(Int.init)
        case .int16(let values): values.map(Int.init)
        case .int32(let values): values.map(Int.init)
        case .int64(let values): values.map(Int.init)
        case .bool(let values): values.map { $0 ? 1 : 0 }
        case .repeated(let value, let type):
            // Lists of integers are shapes and axes; millions of them are not, and would fill the memory.
            type.isFloatingPoint || type == .binary || shape.elementCount > 1 << 24
                ? nil : [Int](repeating: Int(exactly: value.rounded()) ?? 0, count: shape.elementCount)
        case .float32, .float16, .bfloat16, .binary, .unknown: nil
        }
    }

    /// Whether an element is not a number.
    var holdsNaN: Bool {
        switch storage {
        case .float32(let values): values.contains(where: \.isNaN)
        case .float16(let values): values.contains(where: \.isNaN)
        case .bfloat16(let values): values.contains { $0 & 0x7FFF > 0x7F80 }
        case .repeated(let value, _): value.isNaN
        case .int8, .uint8, .int16, .int32, .int64, .bool, .binary, .unknown: false
        }
    }
}

extension Tensor.Storage {
    /// Numbers stored as elements of a type: integers saturate, NaN becomes 0 there.
    init(_ values: [Double], as type: DataType) {
        func clamped<T: FixedWidthInteger>(_ value: Double, _: T.Type) -> T {
            if value.isNaN { return 0 }
            if value >= Double(T.max) { return .max }
            return value <= Double(T.min) ? .min : T(value)
        }
        switch type {
        case .float32, .binary: self = .float32(values.map(Float.init))
        case .float16: self = .float16(values.map { Float16($0) })
        case .bfloat16: self = .bfloat16(values.map { Float($0).roundedToBfloat16 })
        case .int8: self = .int8(values.map { clamped($0, Int8.self) })
        case .uint8: self = .uint8(values.map { clamped($0, UInt8.self) })
        case .int16: self = .int16(values.map { clamped($0, Int16.self) })
        case .int32: self = .int32(values.map { clamped($0, Int32.self) })
        case .int64: self = .int64(values.map { clamped($0, Int64.self) })
        case .bool: self = .bool(values.map { $0 != 0 })
        }
    }
}

extension Float {
    /// The upper sixteen bits after rounding half to even; NaN stays NaN.
    var roundedToBfloat16: UInt16 {
        if isNaN { return UInt16(truncatingIfNeeded: bitPattern >> 16) | 0x40 }
        let bias = 0x7FFF + (bitPattern >> 16 & 1)
        return UInt16(truncatingIfNeeded: (bitPattern &+ bias) >> 16)
    }
}

extension Tensor {
    /// The real numbers that these integers stand for; nil where they are unknown or would take more than 1 GiB.
    func dequantized(_ quantization: Quantization) -> Tensor? {
        if case .repeated(let value, _) = storage, quantization.axis == nil {
            let real = (Float(value) - Float(quantization.zeroPoint)) * quantization.scale
            return Tensor(shape, .repeated(Double(real), .float32))
        }
        guard !isRepeated || shape.elementCount <= 1 << 28, let values = floats else { return nil }
        guard let axis = quantization.axis else {
            let (scale, zero) = (quantization.scale, Float(quantization.zeroPoint))
            return Tensor(shape, values.map { ($0 - zero) * scale })
        }
        let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
        let real = values.indices.map { index in
            let channel = index / inner % shape[axis]
            return (values[index] - Float(quantization.zeroPoints[channel])) * quantization.scales[channel]
        }
        return Tensor(shape, real)
    }
}
