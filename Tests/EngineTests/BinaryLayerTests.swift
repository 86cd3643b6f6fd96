import Determinism
import Engine
import Kernels
import ModelGraph
import Testing

/// A binary layer of random shape, with everything its result depends on.
private struct BinaryLayer {
    let convolution: Convolution
    let input: Shape
    let weightShape: Shape
    let weights, scales, bias: [Float]
    let hasResidual, hasRelu: Bool

    /// Kernel 1, 3 or 5, strides and dilations 1 and 2, tails of words and of blocks.
    init(seed: UInt64) {
        var stream = RandomStream(seed: seed, .initialization)
        let kernel = Extent([1, 3, 3, 5][stream.index(below: 4)], [1, 3, 4, 5][stream.index(below: 4)])
        let stride = Extent(1 + stream.index(below: 2), 1 + stream.index(below: 2))
        let dilation = Extent(1 + stream.index(below: 2), 1 + stream.index(below: 2))
        let size = Extent(5 + stream.index(below: 5), 5 + stream.index(below: 6))
        let channels = [1 + stream.index(below: 63), 64, 65 + stream.index(below: 140)][
            stream.index(below: 3)]
        convolution = Convolution(
            kernel: kernel, stride: stride, dilation: dilation,
            padding: .same(size, kernel: kernel, stride: stride, dilation: dilation))
        input = [1, size.height, size.width, channels]
        weightShape = [1 + stream.index(below: 40), kernel.height, kernel.width, channels]
        weights = (0..<weightShape.elementCount).map { _ in stream.index(below: 2) == 0 ? -1 : 1 }
        scales = (0..<weightShape[0]).map { _ in 0.01 + stream.uniform() }
        bias = (0..<weightShape[0]).map { _ in 2 * stream.uniform() - 1 }
        hasResidual = stream.index(below: 2) == 0
        hasRelu = stream.index(below: 2) == 0
    }

    var isSameSize: Bool { convolution.stride == 1 && weightShape[0] == input[3] }

    func graph() throws -> Graph {
        var builder = GraphBuilder(name: "binary")
        let image = builder.input("x", ValueType(input))
        let signs = try builder.apply(.cast(.binary), to: [image])
        let packed = Tensor.packed(weights, rowLength: weightShape[3])
        let w = builder.constant(
            "w", Tensor(weightShape, .binary(packed)), quantization: Quantization(scales: scales, axis: 0))
        let b = builder.constant("b", Tensor([bias.count], bias))
        var result = try builder.apply(
            .convolution(convolution), to: [signs, w, b], dataType: .float32)
        if hasResidual {
            let other = builder.input("residual", ValueType(builder.shape(of: result)))
            result = try builder.apply(.binary(.add), to: [result, other])
        }
        if hasRelu { result = try builder.apply(.activation(.relu), to: [result]) }
        return builder.graph(outputs: [result])
    }

    /// The rule in plain loops: exact sums of signs, padding 0, then scale, bias, residual and clamp.
    func expected(_ image: [Float], _ residual: [Float], _ output: Shape) -> [Float] {
        let c = convolution
        return output.indices.map { at in
            var sum = 0
            for ky in 0..<c.kernel.height {
                for kx in 0..<c.kernel.width {
                    let row = at[1] * c.stride.height - c.padding.top + ky * c.dilation.height
                    let column = at[2] * c.stride.width - c.padding.left + kx * c.dilation.width
                    guard row >= 0, row < input[1], column >= 0, column < input[2] else { continue }
                    for k in 0..<input[3] {
                        let isSet = !(image[input.offset([0, row, column, k])] < 0)
                        let agrees = isSet == (weights[weightShape.offset([at[3], ky, kx, k])] > 0)
                        sum += agrees ? 1 : -1
                    }
                }
            }
            var value = Float(sum) * scales[at[3]] + bias[at[3]]
            if hasResidual { value += residual[output.offset(at)] }
            return hasRelu ? max(value, 0) : value
        }
    }
}

@Suite("Binary layers")
struct BinaryLayerTests {
    @Test("are the exact sums of signs on every kernel set", arguments: KernelSet.available)
    func exactSums(kernels: KernelSet) throws {
        for seed in 0..<60 as Range<UInt64> {
            let layer = BinaryLayer(seed: seed), graph = try layer.graph()
            var image = Numbers.random(layer.input.elementCount, seed: seed + 1000)
            for (place, odd) in [Float.nan, 0, -0.0, -.infinity, .infinity].enumerated() {
                image[place] = odd
            }
            let output = graph[graph.outputs[0]].type.shape
            let residual = Numbers.random(output.elementCount, seed: seed + 2000)
            for threads in 1...2 {
                let worker = Worker(try Plan(graph, kernels: kernels), threads: threads)
                worker.setInput(0, floats: image.span)
                if layer.hasResidual { worker.setInput(1, floats: residual.span) }
                worker.run()
                #expect(worker.output(0) == layer.expected(image, residual, output), "seed \(seed)")
            }
        }
    }

    @Test("may be dense", arguments: KernelSet.available)
    func dense(kernels: KernelSet) throws {
        var builder = GraphBuilder(name: "dense")
        let x = builder.input("x", ValueType([1, 130]))
        let weights = Numbers.random(21 * 130, seed: 3).map { $0 < 0 ? Float(-1) : 1 }
        let w = builder.constant(
            "w", Tensor([21, 130], .binary(Tensor.packed(weights, rowLength: 130))),
            quantization: Quantization(scale: 0.5))
        let y = try builder.apply(
            .dense, to: [try builder.apply(.cast(.binary), to: [x]), w], dataType: .float32)
        let image = Numbers.random(3 * 130, seed: 4)
        let plan = try Plan(builder.graph(outputs: [y]), batch: 3, kernels: kernels)
        let expected = (0..<3 * 21).map { at -> Float in
            (0..<130).reduce(Float(0)) { sum, k in
                sum + (image[at / 21 * 130 + k] < 0 ? -1 : 1) * weights[at % 21 * 130 + k]
            } * 0.5
        }
        #expect(plan.evaluate(image) == expected)
    }

    @Test("read a value that others read too")
    func sharedSource() throws {
        var builder = GraphBuilder(name: "shared")
        let x = builder.input("x", ValueType([1, 4, 4, 8]))
        let weights = Numbers.random(8 * 8, seed: 7)
        let w = builder.constant("w", Tensor([8, 1, 1, 8], .binary(Tensor.packed(weights, rowLength: 8))))
        let signs = try builder.apply(.cast(.binary), to: [x])
        let positive = try builder.apply(.activation(.relu), to: [x])
        let sum = try builder.apply(
            .convolution(Convolution(kernel: 1)), to: [signs, w], dataType: .float32)
        let y = try builder.apply(.binary(.multiply), to: [sum, positive])
        let image = Numbers.random(128, seed: 8)
        let result = try Plan(builder.graph(outputs: [y])).evaluate(image)
        let expected = (0..<128).map { at -> Float in
            (0..<8).reduce(Float(0)) { total, k in
                total + (image[at / 8 * 8 + k] < 0 ? -1 : 1) * (weights[at % 8 * 8 + k] < 0 ? -1 : 1)
            } * max(image[at], 0)
        }
        #expect(result == expected)
    }

    @Test("are the only readers of bits; others are refused by name")
    func refusals() throws {
        var builder = GraphBuilder(name: "bits")
        let x = builder.input("x", ValueType([1, 4]))
        let signs = try builder.apply(.cast(.binary), to: [x], name: "signs")
        #expect(throws: PlanError.self) { try Plan(builder.graph(outputs: [signs])) }
        let moved = try builder.apply(.reshape([4]), to: [signs], name: "moved")
        #expect(throws: PlanError.self) { try Plan(builder.graph(outputs: [moved])) }
    }
}
