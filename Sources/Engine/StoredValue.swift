import Kernels
import ModelGraph

/// A value of the graph while the plan is made: its memory and how its elements are stored there.
struct StoredValue {
    var buffer: Buffer
    var type: ValueType
    var storage: Storage

    enum Storage: Hashable {
        case float32
        /// int8 with one scale; uint8 values are stored 128 lower.
        case int8(AffineScale)
        /// Anything else, in its own type: halves, integers without or with several scales.
        case raw(NumberType)
    }

    var count: Int { type.shape.elementCount }

    /// The same memory, read as the integers themselves instead of the real numbers they stand for.
    var withoutScale: StoredValue {
        var slot = self
        slot.type.quantization = nil
        if case .int8 = storage {
            // uint8 values are stored 128 lower.
            slot.storage = .int8(AffineScale(1, type.dataType == .uint8 ? -128 : 0))
        }
        return slot
    }
}

extension StoredValue.Storage {
    /// How the engine stores values of a type; nil where it cannot.
    init?(_ type: ValueType) {
        switch (type.dataType, type.quantization) {
        case (.float32, _): self = .float32
        case (.int8, let quantization?) where quantization.axis == nil:
            self = .int8(AffineScale(quantization.scale, quantization.zeroPoint))
        case (.uint8, let quantization?) where quantization.axis == nil:
            self = .int8(AffineScale(quantization.scale, quantization.zeroPoint &- 128))
        case (let dataType, _):
            guard let number = NumberType(dataType) else { return nil }
            self = .raw(number)
        }
    }

    var elementBytes: Int {
        switch self {
        case .float32: 4
        case .int8: 1
        case .raw(let type): type.bytes
        }
    }
}

extension NumberType {
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

extension Activation {
    /// The element-wise kernel that computes it.
    var function: UnaryFunction {
        switch self {
        case .relu: .relu
        case .relu6: .relu6
        case .hardSwish: .hardSwish
        case .sigmoid: .sigmoid
        case .silu: .silu
        case .tanh: .tanh
        case .hardSigmoid(let alpha, let beta): .hardSigmoid(alpha: alpha, beta: beta)
        case .gelu(let approximate): approximate ? .geluTanh : .gelu
        case .leakyRelu(let slope): .leakyRelu(slope: slope)
        case .clip(let lower, let upper): .clip(lower: lower, upper: upper)
        }
    }
}

extension Operation {
    /// The element-wise kernel of an operation that is a function of one number.
    var function: UnaryFunction? {
        if case .activation(let activation) = self { return activation.function }
        if case .unary(let operation) = self { return operation.function }
        return nil
    }
}

extension UnaryOperation {
    var function: UnaryFunction {
        switch self {
        case .absolute: .absolute
        case .negate: .negate
        case .exponential: .exponential
        case .logarithm: .logarithm
        case .squareRoot: .squareRoot
        case .reciprocal: .reciprocal
        case .floor: .floor
        case .ceiling: .ceiling
        case .round: .round
        case .sign: .sign
        case .sine: .sine
        case .cosine: .cosine
        case .errorFunction: .errorFunction
        case .softplus: .softplus
        case .softsign: .softsign
        }
    }
}

extension BinaryOperation {
    var function: BinaryFunction {
        switch self {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: .divide
        case .minimum: .minimum
        case .maximum: .maximum
        case .power: .power
        }
    }
}

extension WindowShape {
    /// Nil where the kernels cannot address the layer.
    init?(_ convolution: Convolution, input: Shape, output: Shape) {
        self.init(
            images: input[0], input: (input[1], input[2], input[3]),
            output: (output[1], output[2], output[3]),
            kernel: (convolution.kernel.height, convolution.kernel.width),
            stride: (convolution.stride.height, convolution.stride.width),
            dilation: (convolution.dilation.height, convolution.dilation.width),
            padding: (
                convolution.padding.top, convolution.padding.bottom, convolution.padding.left,
                convolution.padding.right
            ), groups: convolution.groups)
        guard isValid else { return nil }
    }

    init?(_ pooling: Pooling, input: Shape, output: Shape) {
        self.init(
            images: input[0], input: (input[1], input[2], input[3]),
            output: (output[1], output[2], output[3]),
            kernel: (pooling.kernel.height, pooling.kernel.width),
            stride: (pooling.stride.height, pooling.stride.width),
            dilation: (pooling.dilation.height, pooling.dilation.width),
            padding: (
                pooling.padding.top, pooling.padding.bottom, pooling.padding.left, pooling.padding.right
            ))
        guard isValid else { return nil }
    }
}
