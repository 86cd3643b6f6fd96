/// What a node computes.
///
/// Activations are NHWC; a batch is dimension 0.
public enum Operation: Hashable, Sendable {
    /// Inputs: activations [N, H, W, C], weights [O, kernelHeight, kernelWidth, C / groups], optional bias [O].
    case convolution(Convolution)
    /// Inputs: activations [N, K] (or [..., K]), weights [O, K], optional bias [O].
    case dense
    /// Inputs: activations, then scale, offset, mean and variance, each [C] along the last axis.
    case batchNormalization(epsilon: Float)
    case pool(Pooling)
    /// Over all spatial axes of [N, H, W, C]; the result is [N, 1, 1, C].
    case globalPool(PoolingKind)
    /// Two inputs with NumPy broadcasting.
    case binary(BinaryOperation)
    case activation(Activation)
    /// Other element-wise functions of one input, mostly met in imported models.
    case unary(UnaryOperation)
    case concatenate(axis: Int)
    case slice(Slicing)
    /// The target shape; 0 keeps the input's extent at that place, one −1 is inferred.
    case reshape([Int])
    case transpose([Int])
    case pad(Padding)
    case softmax(axis: Int)
    case resize(Resizing)
    /// Across channels: x / (bias + alpha / size · Σ x²)^beta.
    case localResponseNormalization(size: Int, alpha: Float, beta: Float, bias: Float)
    /// Inputs: [..., M, K] and [..., K, N], both may be computed; leading axes broadcast.
    case matrixMultiply
    case reduce(Reduction)
    /// Inputs: activations [N, H, W, C], weights [O, kernelHeight, kernelWidth, C / groups], optional bias [O].
    case transposedConvolution(TransposedConvolution)
    /// Two inputs with NumPy broadcasting; the result is a `bool` each.
    case compare(Comparison)
    /// Inputs: `bool` conditions, then what to take where they hold and where not, with NumPy broadcasting.
    case select
    /// Inputs: any values, then int32 or int64 places along `axis`; negative ones count from the end.
    case gather(axis: Int)
    case argument(ArgumentReduction)
    case cumulativeSum(CumulativeSum)
    /// Inputs: activations, then optionally scale and offset, which broadcast to them.
    case layerNormalization(LayerNormalization)
    /// Inputs: a sequence, weights, recurrent weights, bias and states, see `Recurrence`.
    case recurrence(Recurrence)
    /// Converts between element types without quantisation.
    case cast(DataType)
    /// From real numbers to integers (or from one scale to another), by the result's quantisation.
    case quantize(DataType, Quantization)
    /// From integers to float32, by the input's quantisation.
    case dequantize
    /// What only training needs; devices and formats refuse it.
    case training(TrainingOperation)
}

/// A 2-D convolution (1-D signals have height 1).
public struct Convolution: Hashable, Sendable {
    /// Rows and columns of the weights.
    public var kernel: Extent
    /// Pixels between neighbouring windows.
    public var stride: Extent
    /// Pixels between neighbouring taps of a window; 1 for a dense one.
    public var dilation: Extent
    /// Zeros added around the input.
    public var padding: EdgePadding
    /// 1 for an ordinary convolution; the number of input channels for a depthwise one.
    public var groups: Int

    /// A convolution; channel counts follow from its weights [outputs, height, width, inputs / groups].
    public init(
        kernel: Extent, stride: Extent = 1, dilation: Extent = 1, padding: EdgePadding = .zero,
        groups: Int = 1
    ) {
        self.kernel = kernel
        self.stride = stride
        self.dilation = dilation
        self.padding = padding
        self.groups = groups
    }
}

/// A height and a width.
public struct Extent: Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// Rows.
    public var height: Int
    /// Columns.
    public var width: Int
    /// So many rows and columns.
    public init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }
    /// A square: `3` is 3×3.
    public init(integerLiteral value: Int) { self.init(value, value) }
}

/// Rows and columns added around an image.
public struct EdgePadding: Hashable, Sendable {
    public var top, bottom, left, right: Int
    /// Rows and columns to add at each edge.
    public init(top: Int, bottom: Int, left: Int, right: Int) {
        self.top = top
        self.bottom = bottom
        self.left = left
        self.right = right
    }
    /// Nothing is added.
    public static let zero = EdgePadding(top: 0, bottom: 0, left: 0, right: 0)

    /// TensorFlow's SAME: the result has ⌈size / stride⌉ rows and columns; the odd one goes to bottom and right.
    public static func same(_ input: Extent, kernel: Extent, stride: Extent, dilation: Extent = 1)
        -> EdgePadding
    {
        func total(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
            max(((size + stride - 1) / stride - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
        }
        let rows = total(input.height, kernel.height, stride.height, dilation.height)
        let columns = total(input.width, kernel.width, stride.width, dilation.width)
        return EdgePadding(
            top: rows / 2, bottom: rows - rows / 2, left: columns / 2, right: columns - columns / 2)
    }
}

/// What is taken of each window.
public enum PoolingKind: String, Hashable, Sendable { case maximum, average }

/// The maximum or average of each window of [N, H, W, C], channel by channel.
public struct Pooling: Hashable, Sendable {
    /// Maximum or average.
    public var kind: PoolingKind
    /// Rows and columns of a window.
    public var kernel: Extent
    /// Pixels between neighbouring windows.
    public var stride: Extent
    /// Pixels added around the input; a maximum never picks them.
    public var padding: EdgePadding
    /// Whether an average divides by the whole window even where it overlaps the padding.
    public var countsPadding: Bool
    /// Pixels between neighbouring elements of a window; 1 for a dense one.
    public var dilation: Extent
    /// Whether the average of stored integers rounds halves away from zero, as TFLite's integer kernel does, instead of
    /// the real number it stands for to the nearest even step; both quantisations must be the same.
    public var roundsAwayFromZero: Bool

    /// Pooling over windows of `kernel` pixels; without padding, and dense, unless stated otherwise.
    public init(
        _ kind: PoolingKind, kernel: Extent, stride: Extent, padding: EdgePadding = .zero,
        countsPadding: Bool = false, dilation: Extent = 1, roundsAwayFromZero: Bool = false
    ) {
        self.kind = kind
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.countsPadding = countsPadding
        self.dilation = dilation
        self.roundsAwayFromZero = roundsAwayFromZero
    }
}

/// Arithmetic of two operands that broadcast.
public enum BinaryOperation: String, Hashable, Sendable, CaseIterable {
    case add, subtract, multiply, divide, minimum, maximum, power
}

/// A function of each element, as layers apply it to their results.
public enum Activation: Hashable, Sendable {
    case relu, relu6, hardSwish, sigmoid, silu, tanh
    /// max(0, min(1, alpha·x + beta)); 1/6 and 1/2 for MobileNetV3's.
    case hardSigmoid(alpha: Float, beta: Float)
    /// The exact form, or the tanh approximation.
    case gelu(approximate: Bool)
    case leakyRelu(slope: Float)
    case clip(lower: Float, upper: Float)

    /// MobileNetV3's: max(0, min(1, x / 6 + 1/2)).
    public static let hardSigmoid = Activation.hardSigmoid(alpha: 1 / 6, beta: 0.5)
}

/// A function of each element that models use outside layers; trigonometric ones take radians.
public enum UnaryOperation: String, Hashable, Sendable, CaseIterable {
    case absolute, negate, exponential, logarithm, squareRoot, reciprocal, floor, ceiling, round, sign, sine,
        cosine
    case errorFunction, softplus, softsign
}

/// Elements `starts[i]`, `starts[i] + strides[i]`, … along each axis, `sizes[i]` of them.
public struct Slicing: Hashable, Sendable {
    public var starts, sizes, strides: [Int]
    /// A slice of as many axes as `starts` has; strides are 1 where none are given.
    public init(starts: [Int], sizes: [Int], strides: [Int]? = nil) {
        self.starts = starts
        self.sizes = sizes
        self.strides = strides ?? [Int](repeating: 1, count: starts.count)
    }
}

/// Elements added before and after along each axis.
public struct Padding: Hashable, Sendable {
    /// Where added elements come from: one number, the mirror image without the edge, or the edge repeated.
    public enum Mode: String, Hashable, Sendable { case constant, reflect, edge }
    public var before, after: [Int]
    /// Where added elements come from.
    public var mode: Mode
    /// The added number; read only by `constant`.
    public var value: Float
    /// Padding by `before[axis]` and `after[axis]` elements along each axis.
    public init(before: [Int], after: [Int], mode: Mode = .constant, value: Float = 0) {
        self.before = before
        self.after = after
        self.mode = mode
        self.value = value
    }
}

/// Resampling of the two spatial axes of [N, H, W, C].
public struct Resizing: Hashable, Sendable {
    /// Whether a result is one element of the input or a mixture of its neighbours.
    public enum Mode: String, Hashable, Sendable { case nearest, linear }
    /// How an output position maps to an input position (ONNX's names).
    public enum Coordinates: String, Hashable, Sendable {
        case halfPixel, alignCorners, asymmetric, pytorchHalfPixel, halfPixelSymmetric
        /// TFLite's: positions are multiplied by input over output size instead of divided by its inverse, which differs in the
        /// last bit of float32 and so, between two elements, in the element.
        case halfPixelStep, alignCornersStep, asymmetricStep
    }
    /// How `nearest` turns a position between two elements into one; `prefer…` rounds to the nearest and says
    /// what becomes of halves.
    public enum Rounding: String, Hashable, Sendable { case floor, ceiling, preferFloor, preferCeiling }
    /// Rows and columns of the result.
    public var size: Extent
    /// Nearest element or linear interpolation.
    public var mode: Mode
    /// How output positions map to input positions.
    public var coordinates: Coordinates
    /// How `nearest` rounds positions.
    public var rounding: Rounding
    /// Output over input size as the model states it, where that differs from the ratio of sizes.
    public var scaleHeight, scaleWidth: Float?
    /// Resampling to `size`; the ratio of sizes is the scale unless the model states another.
    public init(
        to size: Extent, mode: Mode, coordinates: Coordinates = .halfPixel, rounding: Rounding = .preferFloor,
        scaleHeight: Float? = nil, scaleWidth: Float? = nil
    ) {
        self.size = size
        self.mode = mode
        self.coordinates = coordinates
        self.rounding = rounding
        self.scaleHeight = scaleHeight
        self.scaleWidth = scaleWidth
    }
}

/// One number in place of all elements along some axes.
public struct Reduction: Hashable, Sendable {
    /// How elements become one.
    public enum Kind: String, Hashable, Sendable { case mean, sum, maximum, minimum, product }
    /// How elements become one.
    public var kind: Kind
    /// The axes that are reduced, distinct, from 0.
    public var axes: [Int]
    /// Whether reduced axes stay, with extent 1.
    public var keepsDimensions: Bool
    /// A reduction over `axes`, in any order.
    public init(_ kind: Kind, axes: [Int], keepsDimensions: Bool) {
        self.kind = kind
        self.axes = axes
        self.keepsDimensions = keepsDimensions
    }
}

/// Operations that exist only while a network is trained.
public enum TrainingOperation: Hashable, Sendable {
    case dropout(rate: Float)
    /// Rounds to an int8 grid and back; the gradient passes straight through inside the range.
    case fakeQuantize(Quantization)
    /// +1 for x ≥ 0, −1 below, with a straight-through gradient inside [−1, 1].
    case binarize
}
