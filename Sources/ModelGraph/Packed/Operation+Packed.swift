extension Operation: Packable {
    /// A tag, then the operation's own numbers; tags are part of the file format.
    func pack(into bytes: inout [UInt8]) {
        switch self {
        case .convolution(let convolution): bytes.pack(0, convolution)
        case .dense: bytes.append(1)
        case .batchNormalization(let epsilon): bytes.pack(2, epsilon)
        case .pool(let pooling): bytes.pack(3, pooling)
        case .globalPool(let kind): bytes.pack(4, kind)
        case .binary(let operation): bytes.pack(5, operation)
        case .activation(let activation): bytes.pack(6, activation)
        case .unary(let operation): bytes.pack(7, operation)
        case .concatenate(let axis): bytes.pack(8, axis)
        case .slice(let slicing): bytes.pack(9, slicing.starts, slicing.sizes, slicing.strides)
        case .reshape(let target): bytes.pack(10, target)
        case .transpose(let permutation): bytes.pack(11, permutation)
        case .pad(let padding): bytes.pack(12, padding.before, padding.after, padding.mode, padding.value)
        case .softmax(let axis): bytes.pack(13, axis)
        case .resize(let resizing): bytes.pack(14, resizing)
        case .localResponseNormalization(let size, let alpha, let beta, let bias):
            bytes.pack(15, size, alpha, beta, bias)
        case .matrixMultiply: bytes.append(16)
        case .reduce(let reduction): bytes.pack(17, reduction.kind, reduction.axes, reduction.keepsDimensions)
        case .cast(let dataType): bytes.pack(18, dataType)
        case .quantize(let dataType, let quantization): bytes.pack(19, dataType, quantization)
        case .dequantize: bytes.append(20)
        case .training(let operation): bytes.pack(21, operation)
        case .transposedConvolution(let convolution): bytes.pack(22, convolution)
        case .compare(let comparison): bytes.pack(23, comparison)
        case .select: bytes.append(24)
        case .gather(let axis): bytes.pack(25, axis)
        case .argument(let argument): bytes.pack(26, argument)
        case .cumulativeSum(let sum): bytes.pack(27, sum.axis, sum.isExclusive, sum.isReversed)
        case .layerNormalization(let normalization):
            bytes.pack(28, normalization.axes, normalization.epsilon)
        case .recurrence(let recurrence): bytes.pack(recurrence.roundsHidden ? 30 : 29, recurrence)
        }
    }

    init(from reader: inout PackedReader) throws(PackedModelError) {
        switch try reader.byte() {
        case 0: self = .convolution(try reader.value())
        case 1: self = .dense
        case 2: self = .batchNormalization(epsilon: try reader.value())
        case 3: self = .pool(try reader.value())
        case 4: self = .globalPool(try reader.value())
        case 5: self = .binary(try reader.value())
        case 6: self = .activation(try reader.value())
        case 7: self = .unary(try reader.value())
        case 8: self = .concatenate(axis: try reader.value())
        case 9:
            self = .slice(
                Slicing(
                    starts: try reader.value(), sizes: try reader.value(),
                    strides: try reader.value([Int].self)))
        case 10: self = .reshape(try reader.value())
        case 11: self = .transpose(try reader.value())
        case 12:
            self = .pad(
                Padding(
                    before: try reader.value(), after: try reader.value(), mode: try reader.value(),
                    value: try reader.value()))
        case 13: self = .softmax(axis: try reader.value())
        case 14: self = .resize(try reader.value())
        case 15:
            self = .localResponseNormalization(
                size: try reader.value(), alpha: try reader.value(), beta: try reader.value(),
                bias: try reader.value())
        case 16: self = .matrixMultiply
        case 17:
            self = .reduce(
                Reduction(try reader.value(), axes: try reader.value(), keepsDimensions: try reader.value()))
        case 18: self = .cast(try reader.value())
        case 19: self = .quantize(try reader.value(), try reader.value())
        case 20: self = .dequantize
        case 21: self = .training(try reader.value())
        case 22: self = .transposedConvolution(try reader.value())
        case 23: self = .compare(try reader.value())
        case 24: self = .select
        case 25: self = .gather(axis: try reader.value())
        case 26: self = .argument(try reader.value())
        case 27:
            self = .cumulativeSum(
                CumulativeSum(
                    axis: try reader.value(), isExclusive: try reader.value(),
                    isReversed: try reader.value()))
        case 28:
            self = .layerNormalization(
                LayerNormalization(axes: try reader.value(), epsilon: try reader.value()))
        case 29: self = .recurrence(try reader.value())
        case 30:
            var recurrence: Recurrence = try reader.value()
            recurrence.roundsHidden = true
            self = .recurrence(recurrence)
        case let tag: throw reader.fault("\(tag) is no operation")
        }
    }
}

extension [UInt8] {
    fileprivate mutating func pack(_ tag: UInt8, _ fields: any Packable...) {
        append(tag)
        for field in fields { field.pack(into: &self) }
    }
}

extension Extent: Packable {
    func pack(into bytes: inout [UInt8]) {
        height.pack(into: &bytes)
        width.pack(into: &bytes)
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self.init(try reader.value(), try reader.value())
    }
}

extension EdgePadding: Packable {
    func pack(into bytes: inout [UInt8]) {
        for edge in [top, bottom, left, right] { edge.pack(into: &bytes) }
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self.init(
            top: try reader.value(), bottom: try reader.value(), left: try reader.value(),
            right: try reader.value())
    }
}

extension Convolution: Packable {
    func pack(into bytes: inout [UInt8]) {
        for extent in [kernel, stride, dilation] { extent.pack(into: &bytes) }
        padding.pack(into: &bytes)
        groups.pack(into: &bytes)
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self.init(
            kernel: try reader.value(), stride: try reader.value(), dilation: try reader.value(),
            padding: try reader.value(), groups: try reader.value())
    }
}

extension Pooling: Packable {
    func pack(into bytes: inout [UInt8]) {
        kind.pack(into: &bytes)
        for extent in [kernel, stride, dilation] { extent.pack(into: &bytes) }
        padding.pack(into: &bytes)
        countsPadding.pack(into: &bytes)
        roundsAwayFromZero.pack(into: &bytes)
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        let (kind, kernel, stride, dilation) = (
            try reader.value(PoolingKind.self), try reader.value(Extent.self), try reader.value(Extent.self),
            try reader.value(Extent.self)
        )
        self.init(
            kind, kernel: kernel, stride: stride, padding: try reader.value(),
            countsPadding: try reader.value(),
            dilation: dilation, roundsAwayFromZero: try reader.value())
    }
}

extension Activation: Packable {
    func pack(into bytes: inout [UInt8]) {
        switch self {
        case .relu: bytes.append(0)
        case .relu6: bytes.append(1)
        case .hardSwish: bytes.append(2)
        case .sigmoid: bytes.append(3)
        case .silu: bytes.append(4)
        case .tanh: bytes.append(5)
        case .hardSigmoid(let alpha, let beta): bytes.pack(6, alpha, beta)
        case .gelu(let approximate): bytes.pack(7, approximate)
        case .leakyRelu(let slope): bytes.pack(8, slope)
        case .clip(let lower, let upper): bytes.pack(9, lower, upper)
        }
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        switch try reader.byte() {
        case 0: self = .relu
        case 1: self = .relu6
        case 2: self = .hardSwish
        case 3: self = .sigmoid
        case 4: self = .silu
        case 5: self = .tanh
        case 6: self = .hardSigmoid(alpha: try reader.value(), beta: try reader.value())
        case 7: self = .gelu(approximate: try reader.value())
        case 8: self = .leakyRelu(slope: try reader.value())
        case 9: self = .clip(lower: try reader.value(), upper: try reader.value())
        case let tag: throw reader.fault("\(tag) is no activation")
        }
    }
}

extension Resizing: Packable {
    func pack(into bytes: inout [UInt8]) {
        size.pack(into: &bytes)
        mode.pack(into: &bytes)
        coordinates.pack(into: &bytes)
        rounding.pack(into: &bytes)
        scaleHeight.pack(into: &bytes)
        scaleWidth.pack(into: &bytes)
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self.init(
            to: try reader.value(), mode: try reader.value(), coordinates: try reader.value(),
            rounding: try reader.value(), scaleHeight: try reader.value(), scaleWidth: try reader.value())
    }
}

extension TrainingOperation: Packable {
    func pack(into bytes: inout [UInt8]) {
        switch self {
        case .dropout(let rate): bytes.pack(0, rate)
        case .fakeQuantize(let quantization): bytes.pack(1, quantization)
        case .binarize: bytes.append(2)
        }
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        switch try reader.byte() {
        case 0: self = .dropout(rate: try reader.value())
        case 1: self = .fakeQuantize(try reader.value())
        case 2: self = .binarize
        case let tag: throw reader.fault("\(tag) is no training operation")
        }
    }
}

extension TransposedConvolution: Packable {
    func pack(into bytes: inout [UInt8]) {
        for extent in [kernel, stride, dilation] { extent.pack(into: &bytes) }
        padding.pack(into: &bytes)
        added.pack(into: &bytes)
        groups.pack(into: &bytes)
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self.init(
            kernel: try reader.value(), stride: try reader.value(), dilation: try reader.value(),
            padding: try reader.value(), added: try reader.value(), groups: try reader.value())
    }
}

extension ArgumentReduction: Packable {
    func pack(into bytes: inout [UInt8]) {
        kind.pack(into: &bytes)
        axis.pack(into: &bytes)
        keepsDimensions.pack(into: &bytes)
        selectsLast.pack(into: &bytes)
        result.pack(into: &bytes)
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self.init(
            try reader.value(), axis: try reader.value(), keepsDimensions: try reader.value(),
            selectsLast: try reader.value(), result: try reader.value())
    }
}

extension Recurrence: Packable {
    func pack(into bytes: inout [UInt8]) {
        cell.pack(into: &bytes)
        isReversed.pack(into: &bytes)
        returnsCell.pack(into: &bytes)
        cellClip.pack(into: &bytes)
        rounding.pack(into: &bytes)
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self.init(
            try reader.value(), isReversed: try reader.value(), returnsCell: try reader.value(),
            cellClip: try reader.value(), rounding: try reader.value())
    }
}

extension Recurrence.Cell: Packable {
    func pack(into bytes: inout [UInt8]) {
        switch self {
        case .plain(let activation): bytes.pack(0, activation)
        case .lstm: bytes.append(1)
        case .gru(let resetsAfterProduct): bytes.pack(2, resetsAfterProduct)
        }
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        switch try reader.byte() {
        case 0: self = .plain(try reader.value())
        case 1: self = .lstm
        case 2: self = .gru(resetsAfterProduct: try reader.value())
        case let tag: throw reader.fault("\(tag) is no recurrent cell")
        }
    }
}

extension RecurrenceRounding: Packable {
    func pack(into bytes: inout [UInt8]) {
        hidden.pack(into: &bytes)
        cellScale.pack(into: &bytes)
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self.init(hidden: try reader.value(), cellScale: try reader.value())
    }
}
