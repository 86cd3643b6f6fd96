import Kernels
import ModelGraph

extension TapePlanner {
    /// Every operation's rule, or why it has none.
    mutating func makeRule(for step: TapeStep) throws(TrainingError) -> any Rule {
        let result = result(of: step.output)
        switch step.node.operation {
        case .convolution(let convolution):
            return try convolutionRule(step, convolution.geometry(of: step, in: graph))
        case .dense: return try convolutionRule(step, denseGeometry(step))
        case .batchNormalization(let epsilon): return normalizationRule(step, epsilon: epsilon)
        case .pool(let pooling):
            return try poolingRule(
                step, pooling.geometry(of: step, in: graph), pooling.kind, pooling.countsPadding)
        case .globalPool(let kind): return try poolingRule(step, globalGeometry(step), kind, false)
        case .binary(let operation):
            return BinaryRule(
                a: operand(0, of: step), b: operand(1, of: step), result: result, operation: operation)
        case .activation(let activation):
            return ActivationRule(
                input: operand(0, of: step), result: result, activation: activation.trainingForm)
        case .unary(let operation):
            return UnaryRule(input: operand(0, of: step), result: result, operation: operation)
        case .concatenate, .slice, .reshape, .transpose, .pad: return try movementRule(step)
        case .softmax(let axis): return SoftmaxRule(input: operand(0, of: step), result: result, axis: axis)
        case .matrixMultiply: return matrixRule(step)
        case .reduce(let reduction): return reductionRule(step, reduction)
        case .training(let operation): return try trainingRule(step, operation)
        case .resize(let resizing): return resizeRule(step, resizing)
        case .compare(let comparison):
            return ComparisonRule(
                a: operand(0, of: step), b: operand(1, of: step), result: result, comparison: comparison)
        case .select:
            return SelectRule(
                condition: operand(0, of: step), a: operand(1, of: step), b: operand(2, of: step),
                result: result)
        case .cast(let target): return CastRule(input: operand(0, of: step), result: result, target: target)
        case .gather(let axis):
            return LookUpRule(
                input: operand(0, of: step), places: operand(1, of: step), result: result, axis: axis)
        case .argument(let reduction):
            return ArgumentRule(input: operand(0, of: step), result: result, reduction: reduction)
        case .cumulativeSum(let sum):
            return CumulativeSumRule(input: operand(0, of: step), result: result, sum: sum)
        case .localResponseNormalization, .quantize, .dequantize, .transposedConvolution, .layerNormalization,
            .recurrence:
            throw .unsupported(
                node: step.node.name, detail: "\(step.node.operation.name) has no gradient rule")
        }
    }

    private func convolutionRule(_ step: TapeStep, _ geometry: ConvolutionGeometry) throws(TrainingError)
        -> any Rule
    {
        try checkSize(geometry, step)
        return ConvolutionRule(
            input: operand(0, of: step), weights: operand(1, of: step),
            bias: step.inputs.count > 2 ? operand(2, of: step) : nil, result: result(of: step.output),
            convolution: TrainingConvolution(geometry, kernels: kernels))
    }

    /// Tables count floats of one image in 32 bits.
    private func checkSize(_ geometry: ConvolutionGeometry, _ step: TapeStep) throws(TrainingError) {
        let input = geometry.height * geometry.width * geometry.channels
        let output = geometry.outHeight * geometry.outWidth * geometry.outChannels
        guard max(input, output) < 1 << 28, geometry.batch > 0, input > 0, output > 0 else {
            throw .unsupported(
                node: step.node.name, detail: "an image is empty or has more than 2^28 elements")
        }
    }

    /// Rows of the last axis, as 1×1 images.
    private func denseGeometry(_ step: TapeStep) -> ConvolutionGeometry {
        let shape = graph[step.inputs[0]].type.shape
        let depth = shape[shape.rank - 1]
        return ConvolutionGeometry(
            batch: depth == 0 ? 0 : shape.elementCount / depth, height: 1, width: 1, channels: depth,
            outHeight: 1,
            outWidth: 1, outChannels: graph[step.inputs[1]].type.shape[0], kernelHeight: 1, kernelWidth: 1,
            strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, top: 0, left: 0, groups: 1)
    }

    private func globalGeometry(_ step: TapeStep) -> ConvolutionGeometry {
        let shape = graph[step.inputs[0]].type.shape
        return ConvolutionGeometry(
            batch: shape[0], height: shape[1], width: shape[2], channels: shape[3], outHeight: 1, outWidth: 1,
            outChannels: shape[3], kernelHeight: shape[1], kernelWidth: shape[2], strideHeight: 1,
            strideWidth: 1,
            dilationHeight: 1, dilationWidth: 1, top: 0, left: 0, groups: 1)
    }

    private mutating func poolingRule(
        _ step: TapeStep, _ geometry: ConvolutionGeometry, _ kind: PoolingKind, _ countsPadding: Bool
    ) throws(TrainingError) -> any Rule {
        try checkSize(geometry, step)
        let result = result(of: step.output)
        return PoolingRule(
            input: operand(0, of: step), result: result,
            pooling: TrainingPooling(geometry, kernels: kernels),
            kind: kind == .maximum
                ? .maximum(chosen: remember(result.value.count)) : .average(countsPadding: countsPadding))
    }

    private mutating func normalizationRule(_ step: TapeStep, epsilon: Float) -> any Rule {
        let (mean, variance) = (operand(3, of: step), operand(4, of: step))
        let channels = mean.value.count
        let statistics = statistics(2 * channels)
        let input = operand(0, of: step)
        addNormalization(
            Tape.Normalization(
                statistics: statistics, mean: mean.value, variance: variance.value,
                rows: channels == 0 ? 0 : input.value.count / channels))
        return NormalizationRule(
            input: input, scale: operand(1, of: step), offset: operand(2, of: step), mean: mean,
            variance: variance,
            residual: step.residual == nil ? nil : operand(5, of: step), result: result(of: step.output),
            clamp: step.clamp ?? Clamp(), epsilon: epsilon, statistics: statistics,
            memory: remember(6 * channels))
    }

    private func resizeRule(_ step: TapeStep, _ resizing: Resizing) -> any Rule {
        let (from, to) = (graph[step.inputs[0]].type.shape, result(of: step.output).shape)
        func taps(_ axis: Int, _ scale: Float?) -> [ResizeRule.Taps] {
            switch resizing.mode {
            case .linear:
                resizing.positions(from: from[axis], to: to[axis], scale: scale).map {
                    ResizeRule.Taps(around: $0, extent: from[axis])
                }
            case .nearest:
                resizing.nearestElements(from: from[axis], to: to[axis], scale: scale).map {
                    ResizeRule.Taps(first: $0, second: $0, weight: 0)
                }
            }
        }
        return ResizeRule(
            input: operand(0, of: step), result: result(of: step.output),
            rows: taps(1, resizing.scaleHeight), columns: taps(2, resizing.scaleWidth))
    }

    private func matrixRule(_ step: TapeStep) -> any Rule {
        let (a, b, result) = (operand(0, of: step), operand(1, of: step), result(of: step.output))
        let rank = result.shape.count
        var pairs: [(a: Int, b: Int, result: Int)] = []
        let leading = Array(result.shape.prefix(rank - 2))
        Broadcast(Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)), into: leading).forEach { i, j, k in
            pairs.append((i, j, k))
        }
        return MatrixRule(
            a: a, b: b, result: result,
            product: TrainingProduct(
                rows: a.shape[a.shape.count - 2], depth: a.shape[a.shape.count - 1],
                columns: b.shape[b.shape.count - 1], kernels: kernels), pairs: pairs)
    }

    private mutating func reductionRule(_ step: TapeStep, _ reduction: Reduction) -> any Rule {
        let (input, result) = (operand(0, of: step), result(of: step.output))
        let kept = input.shape.enumerated().map { reduction.axes.contains($0.offset) ? 1 : $0.element }
        let isExtreme = reduction.kind == .maximum || reduction.kind == .minimum
        return ReductionRule(
            input: input, result: result, kind: reduction.kind, keptShape: kept,
            chosen: isExtreme ? remember(result.value.count) : nil)
    }

    private mutating func trainingRule(
        _ step: TapeStep, _ operation: TrainingOperation
    ) throws(TrainingError) -> any Rule {
        let (input, result) = (operand(0, of: step), result(of: step.output))
        switch operation {
        case .binarize: return BinarizeRule(input: input, result: result)
        case .dropout(let rate):
            guard rate >= 0, rate < 1 else {
                throw .unsupported(
                    node: step.node.name, detail: "the dropout rate must lie in [0, 1), got \(rate)")
            }
            return DropoutRule(
                input: input, result: result, rate: rate, factors: remember(result.value.count),
                node: UInt64(position))
        case .fakeQuantize(let quantization):
            let isWeight = graph[step.inputs[0]].constant != nil
            let extent = quantization.axis.map { $0 < input.shape.count && $0 >= 0 ? input.shape[$0] : -1 }
            guard extent == nil || isWeight && extent == quantization.scales.count,
                quantization.scales.allSatisfy({ $0 > 0 && $0.isFinite })
            else {
                throw .unsupported(
                    node: step.node.name,
                    detail: "needs positive scales: one, or for weights one for each index of its axis")
            }
            guard !isWeight else {
                let run = quantization.axis.map { input.shape[($0 + 1)...].reduce(1, *) } ?? input.value.count
                return WeightRoundingRule(input: input, result: result, run: run)
            }
            return ActivationRoundingRule(
                input: input, result: result, scale: quantization.scale,
                zeroPoint: Float(quantization.zeroPoint))
        }
    }
}

extension Convolution {
    func geometry(of step: TapeStep, in graph: Graph) -> ConvolutionGeometry {
        ConvolutionGeometry(
            from: graph[step.inputs[0]].type.shape, to: graph[step.output].type.shape, kernel: kernel,
            stride: stride, dilation: dilation, padding: padding, groups: groups)
    }
}

extension Pooling {
    func geometry(of step: TapeStep, in graph: Graph) -> ConvolutionGeometry {
        ConvolutionGeometry(
            from: graph[step.inputs[0]].type.shape, to: graph[step.output].type.shape, kernel: kernel,
            stride: stride, dilation: dilation, padding: padding, groups: 1)
    }
}

extension ConvolutionGeometry {
    fileprivate init(
        from input: Shape, to output: Shape, kernel: Extent, stride: Extent, dilation: Extent,
        padding: EdgePadding,
        groups: Int
    ) {
        self.init(
            batch: input[0], height: input[1], width: input[2], channels: input[3], outHeight: output[1],
            outWidth: output[2], outChannels: output[3], kernelHeight: kernel.height,
            kernelWidth: kernel.width,
            strideHeight: stride.height, strideWidth: stride.width, dilationHeight: dilation.height,
            dilationWidth: dilation.width, top: padding.top, left: padding.left, groups: groups)
    }
}
