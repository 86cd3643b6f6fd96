import Determinism
import Kernels
import ModelGraph
import Testing
import Training

/// Results of the fast instruction sets against the portable one, on shapes that fill and overflow their tiles.
@Suite("Instruction sets agree")
struct KernelTests {
    @Test(
        "with the portable kernels up to rounding",
        arguments: [
            (3, 40, 1, 1), (9, 24, 1, 2), (16, 16, 1, 1), (33, 70, 1, 1), (32, 32, 32, 1), (24, 48, 4, 2),
            (5, 5, 5, 2),
        ], TrainingKernels.available)
    func agree(_ shape: (inputs: Int, outputs: Int, groups: Int, stride: Int), _ kernels: TrainingKernels)
        throws
    {
        var builder = GraphBuilder(name: "block")
        let input = builder.input("input", ValueType([1, 9, 11, shape.inputs]))
        let side = try builder.apply(
            .convolution(Convolution(kernel: 1)),
            to: [input, builder.constant("side", .unknown([shape.inputs, 1, 1, shape.inputs]))])
        let weights = builder.constant("w", .unknown([shape.outputs, 3, 3, shape.inputs / shape.groups]))
        let around = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
        let y = try builder.apply(
            .convolution(
                Convolution(
                    kernel: 3, stride: Extent(shape.stride, shape.stride), padding: around,
                    groups: shape.groups)),
            to: [side, weights])
        let parameters = ["scale", "offset", "mean", "variance"].map {
            builder.constant($0, .unknown([shape.outputs]))
        }
        let z = try builder.apply(.batchNormalization(epsilon: 1e-3), to: [y] + parameters)
        let result = try builder.apply(.activation(.hardSwish), to: [z])
        let graph = builder.graph(outputs: [result])
        let results = try [kernels, TrainingKernels.available[0]].map { try run(graph, $0) }
        for (fast, slow) in zip(results[0], results[1]) {
            let size = slow.map(abs).max() ?? 0
            #expect(zip(fast, slow).allSatisfy { abs($0 - $1) <= 1e-4 * (1 + size) })
        }
    }

    /// The output and all gradients.
    private func run(_ graph: Graph, _ kernels: TrainingKernels) throws -> [[Float]] {
        let probe = try GradientProbe(
            graph.initialized(seed: 2), rows: 4, kernels: kernels, isTraining: true)
        var random = RandomStream(seed: 8, .calibration)
        let count = 4 * graph[graph.inputs[0]].type.shape.elementCount
        let output = probe.run((0..<count).map { _ in random.uniform() * 2 - 1 })
        return [output] + probe.gradients(coefficients: output.map { _ in random.uniform() * 2 - 1 })
    }

    /// 3×3 convolutions of stride 1 take Winograd's way; this one says what a convolution is.
    @Test(
        "3×3 convolutions equal their definition in double precision",
        arguments: [
            (8, 8, 8, 8, 1, 1), (16, 16, 7, 9, 1, 1), (17, 40, 12, 5, 0, 1), (64, 33, 6, 6, 2, 2),
            (8, 70, 10, 10, 1, 0),
        ], TrainingKernels.available)
    func threeByThree(
        _ shape: (inputs: Int, outputs: Int, height: Int, width: Int, top: Int, left: Int),
        _ kernels: TrainingKernels
    ) throws {
        let example = try ConvolutionExample(
            rows: 3, height: shape.height, width: shape.width, inputs: shape.inputs, outputs: shape.outputs,
            top: shape.top, left: shape.left)
        example.expect(kernels, within: 2e-6)
    }

    @Test(
        "bfloat16 products lose what rounding their operands loses, and no more",
        arguments: [(8, 8), (33, 40), (64, 48)])
    func rounding(_ shape: (inputs: Int, outputs: Int)) throws {
        guard let kernels = TrainingKernels.rounding else { return }
        let example = try ConvolutionExample(
            rows: 2, height: 7, width: 9, inputs: shape.inputs, outputs: shape.outputs, top: 1, left: 1)
        example.rounded.expect(kernels, within: 2e-6)
        example.expect(kernels, within: 1.0 / 256)
    }
}

/// A 3×3 convolution with operands, and its results by definition.
private struct ConvolutionExample {
    private var geometry: ConvolutionGeometry
    private var input, weights, gradient: [Float]

    init(rows: Int, height: Int, width: Int, inputs: Int, outputs: Int, top: Int, left: Int) throws {
        geometry = ConvolutionGeometry(
            batch: rows, height: height, width: width, channels: inputs, outHeight: height + 2 * top - 2,
            outWidth: width + 2 * left - 2, outChannels: outputs, kernelHeight: 3, kernelWidth: 3,
            strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, top: top, left: left,
            groups: 1)
        var random = RandomStream(seed: 4, .calibration)
        func noise(_ count: Int) -> [Float] { (0..<count).map { _ in random.uniform() * 2 - 1 } }
        input = noise(rows * height * width * inputs)
        weights = noise(outputs * 9 * inputs)
        gradient = noise(rows * geometry.outHeight * geometry.outWidth * outputs)
    }

    /// The same with every operand rounded to bfloat16, to nearest and ties to even.
    var rounded: ConvolutionExample {
        func rounded(_ values: [Float]) -> [Float] {
            values.map { value in
                let bits = value.bitPattern
                return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
            }
        }
        var copy = self
        (copy.input, copy.weights, copy.gradient) = (rounded(input), rounded(weights), rounded(gradient))
        return copy
    }

    /// Calls with each output's place, its input's and its weight's, wherever a tap meets the image.
    private func forEachProduct(_ body: (_ output: Int, _ input: Int, _ weight: Int) -> Void) {
        let g = geometry
        for row in 0..<g.batch {
            for y in 0..<g.outHeight {
                for x in 0..<g.outWidth {
                    for tap in 0..<9 {
                        let (iy, ix) = (y + tap / 3 - g.top, x + tap % 3 - g.left)
                        guard iy >= 0, iy < g.height, ix >= 0, ix < g.width else { continue }
                        for k in 0..<g.outChannels {
                            for c in 0..<g.channels {
                                body(
                                    ((row * g.outHeight + y) * g.outWidth + x) * g.outChannels + k,
                                    ((row * g.height + iy) * g.width + ix) * g.channels + c,
                                    (k * 9 + tap) * g.channels + c)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Output, gradient of the input and gradient of the weights, each with the sum of the sizes of its products.
    private var truth: [(value: [Double], size: [Double])] {
        var output = (value: gradient.map { _ in 0.0 }, size: gradient.map { _ in 0.0 })
        var dx = (value: input.map { _ in 0.0 }, size: input.map { _ in 0.0 })
        var dw = (value: weights.map { _ in 0.0 }, size: weights.map { _ in 0.0 })
        forEachProduct { o, i, w in
            let products = [
                Double(input[i]) * Double(weights[w]), Double(gradient[o]) * Double(weights[w]),
                Double(gradient[o]) * Double(input[i]),
            ]
            output.value[o] += products[0]
            output.size[o] += abs(products[0])
            dx.value[i] += products[1]
            dx.size[i] += abs(products[1])
            dw.value[w] += products[2]
            dw.size[w] += abs(products[2])
        }
        return [output, dx, dw]
    }

    /// Expects errors of at most `bound` of the sum of the sizes of the products, for the largest such sum.
    func expect(_ kernels: TrainingKernels, within bound: Double) {
        let convolution = TrainingConvolution(geometry, kernels: kernels)
        let scratch = FloatArena(convolution.scratchCount)
        func arena(_ values: [Float]) -> FloatArena {
            let arena = FloatArena(values.count)
            for (i, value) in values.enumerated() { arena.block[i] = value }
            return arena
        }
        let (x, w, dy) = (arena(input), arena(weights), arena(gradient))
        let results = [gradient.count, input.count, weights.count].map { FloatArena($0) }
        for result in results { result.block.fill(0) }
        convolution.forward(
            x.block, weights: w.block, bias: nil, into: results[0].block, scratch: scratch.block)
        convolution.backwardInput(
            dy.block, weights: w.block, into: results[1].block, accumulating: false, scratch: scratch.block)
        convolution.backwardWeights(x.block, dy.block, into: results[2].block, scratch: scratch.block)
        for (result, (value, size)) in zip(results, truth) {
            let most = size.max() ?? 0
            let worst = value.indices.map { abs(Double(result.block[$0]) - value[$0]) }.max() ?? 0
            #expect(worst <= bound * most)
        }
    }
}
