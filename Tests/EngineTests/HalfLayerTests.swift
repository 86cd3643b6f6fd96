import Determinism
import Engine
import Kernels
import ModelGraph
import Testing

@Suite("Layers with sixteen-bit weights")
struct HalfLayerTests {
    /// A layer of random shape whose weights and inputs are exact in eight bits of precision.
    private func layer(seed: UInt64, weights dataType: DataType) throws -> (graph: Graph, real: Graph) {
        var stream = RandomStream(seed: seed, .initialization)
        let size = Extent(4 + stream.index(below: 5), 4 + stream.index(below: 6))
        let kernel = Extent([1, 3, 3][stream.index(below: 3)], [1, 3, 4][stream.index(below: 3)])
        let stride = Extent(1 + stream.index(below: 2), 1 + stream.index(below: 2))
        let dilation = Extent(1, 1 + stream.index(below: 2))
        let groups = stream.index(below: 4) == 0 ? 2 : 1
        let inputs = groups * (1 + stream.index(below: 20)), outputs = groups * (1 + stream.index(below: 40))
        let convolution = Convolution(
            kernel: kernel, stride: stride, dilation: dilation,
            padding: .same(size, kernel: kernel, stride: stride, dilation: dilation), groups: groups)
        let shape: Shape = [outputs, kernel.height, kernel.width, inputs / groups]
        let weights = (0..<shape.elementCount).map { _ in Float(stream.index(below: 255) - 127) / 64 }
        func network(_ storage: Tensor.Storage) throws -> Graph {
            var builder = GraphBuilder(name: "halves")
            let x = builder.input("x", ValueType([1, size.height, size.width, inputs]))
            let w = builder.constant("w", Tensor(shape, storage))
            let b = builder.constant("b", Tensor([outputs], Numbers.random(outputs, seed: seed)))
            let y = try builder.apply(.convolution(convolution), to: [x, w, b])
            return try builder.graph(ending: .activation(.relu), to: [y])
        }
        let narrow: Tensor.Storage =
            dataType == .float16
            ? .float16(weights.map { Float16($0) }) : .bfloat16(weights.map(\.bfloat16Bits))
        return (try network(narrow), try network(.float32(weights)))
    }

    @Test(
        "compute what float32 does with the same numbers",
        arguments: KernelSet.available, [DataType.float16, .bfloat16])
    func equalsFloat32(kernels: KernelSet, dataType: DataType) throws {
        for seed in 0..<30 as Range<UInt64> {
            let (graph, real) = try layer(seed: seed, weights: dataType)
            let count = graph[graph.inputs[0]].type.shape.elementCount
            // Exact in bfloat16, so that rounding activations changes nothing.
            let image = Numbers.random(count, seed: seed).map { ($0 * 32).rounded() / 32 }
            let expected = NaiveInterpreter.run(real, [image])[0]
            let result = try Plan(graph, kernels: kernels).evaluate(image)
            for (a, e) in zip(result, expected) {
                #expect(abs(a - e) < 1e-3 * max(1, abs(e)), "seed \(seed)")
            }
        }
    }

    @Test("round activations to the nearest bfloat16 where both are multiplied as such")
    func rounding() throws {
        let half = Float(1) / 256
        // Ties go to even; infinities and not-a-number stay what they are.
        let pairs: [(Float, Float)] = [
            (1 + half, 1), (1 + 3 * half, 1 + 4 * half), (1 + 1.01 * half, 1 + 2 * half),
            (-1 - half, -1), (.infinity, .infinity), (.greatestFiniteMagnitude, .infinity), (0, 0),
        ]
        for (value, expected) in pairs {
            #expect(Float(bitPattern: UInt32(value.bfloat16Bits) << 16) == expected)
            var builder = GraphBuilder(name: "one")
            let x = builder.input("x", ValueType([1, 1]))
            let w = builder.constant("w", Tensor([1, 1], .bfloat16([Float(1).bfloat16Bits])))
            let graph = try builder.graph(ending: .dense, to: [x, w])
            #expect(try Plan(graph, kernels: .scalar).evaluate([value]) == [expected])
        }
    }
}
