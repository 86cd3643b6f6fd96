/// What passes, prices, training and the engine ask of every operation, besides what it computes.
///
/// A new operation gives its answers here (`Operation.traits`), its shape in `Operation+OutputType.swift`, a tag in
/// `Operation+Packed.swift`, a lowering in Engine, and translations in the formats; passes then treat it correctly.
public struct OperationTraits: Hashable, Sendable {
    /// The kind of work, each operation has one.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Activations times weights [outputs, …], with an optional bias [outputs].
        case layer
        /// A product of two values.
        case product
        case pooling
        /// One result for each element: arithmetic, activations, normalisation with known statistics.
        case elementwise
        /// Copies: every result is an element of an input (converted, for casts) or a constant.
        case movement
        /// Each result depends on several elements: softmax, reductions, resampling.
        case mixing
        /// Steps through a sequence with weights and a state.
        case recurrence
    }

    /// What becomes of the channels (last axis) between the first input and the result.
    public enum Channels: Hashable, Sendable {
        /// The operation makes new ones.
        case produced
        /// Each is computed from the one at the same place, whatever the others are.
        case kept
        /// Each is computed from those at the same place of all operands.
        case joined
        /// It depends on axes and extents of the operation.
        case dependOnAxes
        /// Each may depend on all.
        case mixed
    }

    /// When a result is zero whatever the other operands are.
    public enum Zeros: Hashable, Sendable {
        case never
        case whenFirstInputIs, whenAnyInputIs, whenAllInputsAre
        /// Activations and bias are zero.
        case whenLayerInputsAre
    }

    /// The kind of work.
    public var kind: Kind
    /// How many inputs the operation takes.
    public var inputCount = 1...1
    /// What becomes of the channels.
    public var channels = Channels.mixed
    /// When the result is known to be zero.
    public var zeros = Zeros.never
    /// The inputs that hold numbers which training adjusts, where they are constants.
    public var trainedInputs = 0..<0
    /// All inputs have the element type of the first.
    public var operandsShareType = false
    /// Every element of the result is an element of the input (or a padding constant), so that integers keep their scale.
    public var keepsScale = false
    /// The quantiser gives input and result one scale; true wherever `keepsScale` is.
    public var sharesScale = false
    /// Casts and changes of scale.
    public var isConversion = false
    /// A result may be written over an operand of the same size: every element depends on the same one of the operand.
    public var worksInPlace = false
    /// The same numbers come from operands whose axes are in any other, common order.
    public var ignoresAxes = false
    /// The result is the input's memory under another shape.
    public var isView = false
    /// The operation changes nothing where its only input and its result have the same type.
    public var passesOn = false
    /// A kernel of the operation can apply an activation to its result on the way out.
    public var fusesActivation = false
    /// A kernel of the operation can add another value to its result on the way out.
    public var fusesResidual = false
    /// The operation has an int8 form, where its tensors allow one.
    public var hasInt8Form = false
    /// The scale of the int8 result, where the operation's range is known beforehand.
    public var ownQuantization: Quantization?

    init(_ kind: Kind) { self.kind = kind }
}

extension Operation {
    /// The operation's traits.
    public var traits: OperationTraits {
        switch self {
        case .convolution, .dense: .layer
        case .transposedConvolution: .transposedLayer
        case .batchNormalization: .normalization
        case .pool(let pooling): pooling.traits
        case .globalPool(let kind): .pooling(kind, sharesScale: kind == .maximum)
        case .binary(let operation): operation.traits
        case .activation(let activation): activation.traits
        case .unary: .elementwise
        case .concatenate: .concatenation
        case .slice(let slicing): .movement(passesOn: slicing.strides.allSatisfy { $0 == 1 })
        case .transpose(let permutation): .movement(passesOn: permutation == Array(permutation.indices))
        case .reshape: .movement(isView: true)
        case .pad(let padding): padding.traits
        case .softmax: .softmax
        case .resize(let resizing): resizing.traits
        case .localResponseNormalization: .mixing(zeros: .whenFirstInputIs)
        case .matrixMultiply: .product
        case .reduce(let reduction): reduction.traits
        case .compare: .comparison
        case .select: .selection
        case .gather: .gathering
        case .argument, .cumulativeSum: .mixing()
        case .layerNormalization: .layerNormalization
        case .recurrence: .recurrence
        case .cast: .conversion(.movement, zeros: .never, passesOn: true)
        case .quantize: .conversion(.elementwise, passesOn: true)
        case .dequantize: .conversion(.elementwise, passesOn: false)
        case .training(let operation): operation.traits
        }
    }

    /// Whether this multiplies by a weight matrix.
    public var isLayer: Bool { traits.kind == .layer }

    /// Whether every element of the result is an element of the input (or a padding constant), so that integers keep
    /// their scale.
    var movesOnly: Bool { traits.keepsScale }
}

extension OperationTraits {
    fileprivate static let layer: OperationTraits = {
        var traits = OperationTraits(.layer)
        traits.inputCount = 2...3
        traits.channels = .produced
        traits.zeros = .whenLayerInputsAre
        traits.trainedInputs = 1..<3
        traits.fusesActivation = true
        traits.fusesResidual = true
        traits.hasInt8Form = true
        return traits
    }()

    fileprivate static let transposedLayer: OperationTraits = {
        var traits = layer
        traits.fusesResidual = false
        return traits
    }()

    fileprivate static let product: OperationTraits = {
        var traits = OperationTraits(.product)
        traits.inputCount = 2...2
        traits.zeros = .whenAnyInputIs
        traits.trainedInputs = 0..<2
        traits.operandsShareType = true
        traits.fusesActivation = true
        return traits
    }()

    fileprivate static let elementwise: OperationTraits = {
        var traits = OperationTraits(.elementwise)
        traits.channels = .kept
        traits.ignoresAxes = true
        traits.worksInPlace = true
        return traits
    }()

    fileprivate static let normalization: OperationTraits = {
        var traits = elementwise
        traits.ignoresAxes = false
        traits.inputCount = 5...5
        traits.trainedInputs = 1..<3
        traits.fusesActivation = true
        return traits
    }()

    fileprivate static let concatenation: OperationTraits = {
        var traits = OperationTraits(.movement)
        traits.inputCount = 1...Int.max
        traits.channels = .dependOnAxes
        traits.zeros = .whenAllInputsAre
        traits.operandsShareType = true
        traits.passesOn = true
        traits.hasInt8Form = true
        return traits
    }()

    fileprivate static let comparison: OperationTraits = {
        var traits = OperationTraits(.elementwise)
        traits.inputCount = 2...2
        traits.operandsShareType = true
        traits.ignoresAxes = true
        return traits
    }()

    fileprivate static let selection: OperationTraits = {
        var traits = OperationTraits(.elementwise)
        traits.inputCount = 3...3
        traits.ignoresAxes = true
        return traits
    }()

    fileprivate static let gathering: OperationTraits = {
        var traits = OperationTraits(.movement)
        traits.inputCount = 2...2
        traits.zeros = .whenFirstInputIs
        traits.keepsScale = true
        traits.sharesScale = true
        return traits
    }()

    fileprivate static let layerNormalization: OperationTraits = {
        var traits = mixing()
        traits.inputCount = 1...3
        traits.trainedInputs = 1..<3
        return traits
    }()

    fileprivate static let recurrence: OperationTraits = {
        var traits = OperationTraits(.recurrence)
        traits.inputCount = 5...7
        traits.trainedInputs = 1..<4
        return traits
    }()

    fileprivate static let softmax: OperationTraits = {
        var traits = mixing(channels: .dependOnAxes)
        traits.hasInt8Form = true
        traits.ownQuantization = .unitInterval
        return traits
    }()

    fileprivate static func pooling(_ kind: PoolingKind, sharesScale: Bool) -> OperationTraits {
        var traits = OperationTraits(.pooling)
        traits.channels = .kept
        traits.zeros = .whenFirstInputIs
        traits.keepsScale = kind == .maximum
        traits.sharesScale = sharesScale
        traits.hasInt8Form = true
        return traits
    }

    fileprivate static func movement(isView: Bool = false, passesOn: Bool = true) -> OperationTraits {
        var traits = OperationTraits(.movement)
        traits.channels = .dependOnAxes
        traits.zeros = .whenFirstInputIs
        traits.keepsScale = true
        traits.sharesScale = true
        traits.isView = isView
        traits.passesOn = passesOn
        traits.hasInt8Form = true
        return traits
    }

    fileprivate static func mixing(
        channels: Channels = .mixed, zeros: Zeros = .never
    ) -> OperationTraits {
        var traits = OperationTraits(.mixing)
        traits.channels = channels
        traits.zeros = zeros
        return traits
    }

    fileprivate static func conversion(
        _ kind: Kind, zeros: Zeros = .whenFirstInputIs, passesOn: Bool
    ) -> OperationTraits {
        var traits = OperationTraits(kind)
        traits.channels = .kept
        traits.zeros = zeros
        traits.isConversion = true
        traits.ignoresAxes = true
        traits.worksInPlace = true
        traits.passesOn = passesOn
        return traits
    }
}

extension Pooling {
    fileprivate var traits: OperationTraits {
        var traits = OperationTraits.pooling(kind, sharesScale: true)
        traits.passesOn = kernel == 1 && padding == .zero
        return traits
    }
}

extension BinaryOperation {
    fileprivate var traits: OperationTraits {
        var traits = OperationTraits.elementwise
        traits.inputCount = 2...2
        traits.channels = .joined
        traits.trainedInputs = 0..<2
        traits.operandsShareType = true
        traits.fusesActivation = true
        switch self {
        case .multiply: (traits.zeros, traits.hasInt8Form) = (.whenAnyInputIs, true)
        case .add, .subtract: (traits.zeros, traits.hasInt8Form) = (.whenAllInputsAre, true)
        case .minimum, .maximum: traits.zeros = .whenAllInputsAre
        case .divide, .power: break
        }
        return traits
    }
}

extension Activation {
    fileprivate var traits: OperationTraits {
        var traits = OperationTraits.elementwise
        traits.zeros = keepsZero ? .whenFirstInputIs : .never
        traits.hasInt8Form = true
        traits.ownQuantization = ownQuantization
        return traits
    }

    /// Whether f(0) = 0.
    private var keepsZero: Bool {
        switch self {
        case .relu, .relu6, .hardSwish, .silu, .tanh, .gelu, .leakyRelu: true
        case .sigmoid, .hardSigmoid: false
        case .clip(let lower, let upper): lower <= 0 && upper >= 0
        }
    }

    private var ownQuantization: Quantization? {
        switch self {
        case .sigmoid, .hardSigmoid: .unitInterval
        case .tanh: Quantization(scale: 1 / 128)
        case .relu, .relu6, .hardSwish, .silu, .gelu, .leakyRelu, .clip: nil
        }
    }
}

extension Padding {
    fileprivate var traits: OperationTraits {
        var traits = OperationTraits.movement()
        let addsZeros = value == 0 || mode != .constant
        traits.zeros = addsZeros ? .whenFirstInputIs : .never
        traits.hasInt8Form = addsZeros
        return traits
    }
}

extension Resizing {
    fileprivate var traits: OperationTraits {
        var traits = OperationTraits.mixing(channels: .kept, zeros: .whenFirstInputIs)
        traits.sharesScale = true
        traits.passesOn = true
        traits.hasInt8Form = mode == .nearest
        return traits
    }
}

extension Reduction {
    fileprivate var traits: OperationTraits {
        var traits = OperationTraits.mixing(channels: .dependOnAxes, zeros: .whenFirstInputIs)
        traits.passesOn = axes.isEmpty
        traits.hasInt8Form = kind == .mean
        return traits
    }
}

extension TrainingOperation {
    fileprivate var traits: OperationTraits {
        var traits = OperationTraits.elementwise
        switch self {
        case .dropout: (traits.zeros, traits.passesOn) = (.whenFirstInputIs, true)
        case .fakeQuantize, .binarize: traits.ignoresAxes = false
        }
        return traits
    }
}
