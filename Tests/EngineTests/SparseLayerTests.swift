import Determinism
import Engine
import Kernels
import ModelGraph
import Testing

/// A pointwise layer of random shape with the share `density` of its weights not zero.
private struct SparseLayer {
    let graph: Graph
    let image: [Float]
    let residual: [Float]

    init(seed: UInt64, density: Float) throws {
        var stream = RandomStream(seed: seed, .initialization)
        let height = 3 + stream.index(below: 9), width = 6 + stream.index(below: 8)
        let inputs = 1 + stream.index(below: 70), outputs = 1 + stream.index(below: 50)
        let weights = (0..<outputs * inputs).map { _ -> Float in
            let weight = 2 * stream.uniform() - 1
            return stream.uniform() < density ? weight : 0
        }
        var builder = GraphBuilder(name: "sparse")
        let x = builder.input("x", ValueType([1, height, width, inputs]))
        let w = builder.constant(
            "w", Tensor([outputs, 1, 1, inputs], weights),
            sparsity: .unstructured(nonZeros: weights.count { $0 != 0 }))
        let b = builder.constant("b", Tensor([outputs], Numbers.random(outputs, seed: seed + 1)))
        var y = try builder.apply(.convolution(Convolution(kernel: 1)), to: [x, w, b])
        if seed % 2 == 0 {
            let other = builder.input("residual", ValueType(builder.shape(of: y)))
            y = try builder.apply(.binary(.add), to: [y, other])
        }
        if seed % 3 == 0 { y = try builder.apply(.activation(.relu6), to: [y]) }
        graph = builder.graph(outputs: [y])
        image = Numbers.random(height * width * inputs, seed: seed + 2)
        residual = Numbers.random(height * width * outputs, seed: seed + 3)
    }

    var inputs: [[Float]] { graph.inputs.count > 1 ? [image, residual] : [image] }

    func run(_ plan: Plan, threads: Int) -> [Float] {
        let worker = Worker(plan, threads: threads)
        for (port, values) in inputs.enumerated() { worker.setInput(port, floats: values.span) }
        worker.run()
        return worker.output(0)
    }
}

extension Plan {
    fileprivate var runsSparse: Bool { program.steps.contains { $0.kernel == "convolution_sparse" } }
}

@Suite("Sparse pointwise layers")
struct SparseLayerTests {
    @Test("equal plain loops on every kernel set and for any threads", arguments: KernelSet.available)
    func equalsLoops(kernels: KernelSet) throws {
        for seed in 0..<40 as Range<UInt64> {
            let layer = try SparseLayer(seed: seed, density: seed % 5 == 0 ? 0 : 0.1)
            let plan = try Plan(layer.graph, kernels: kernels)
            let expected = NaiveInterpreter.run(layer.graph, layer.inputs)[0]
            let result = layer.run(plan, threads: 1)
            for (a, e) in zip(result, expected) {
                #expect(abs(a - e) < 1e-4 * max(1, abs(e)), "seed \(seed)")
            }
            #expect(result == layer.run(plan, threads: 2))
        }
    }

    @Test("are chosen by density and by rows, not by chance", arguments: KernelSet.available)
    func choice(kernels: KernelSet) throws {
        var builder = GraphBuilder(name: "choice")
        let x = builder.input("x", ValueType([1, 256]))
        let w = builder.constant("w", Tensor([64, 256], (0..<64 * 256).map { $0 % 10 == 0 ? 1 : 0 }))
        let graph = try builder.graph(ending: .dense, to: [x, w])
        // One row fills no vector, 32 do; the reference has none to fill.
        #expect(try Plan(graph, kernels: kernels).runsSparse == (kernels == .scalar))
        #expect(try Plan(graph, batch: 32, kernels: kernels).runsSparse)
        let half = try SparseLayer(seed: 4, density: 0.7)
        #expect(try !Plan(half.graph, kernels: kernels).runsSparse)
    }

    @Test("leave no trace of a weight that is zero")
    func zeroTimesInfinity() throws {
        var builder = GraphBuilder(name: "zeros")
        let x = builder.input("x", ValueType([1, 4, 8, 40]))
        let w = builder.constant("w", Tensor([1, 1, 1, 40], (0..<40).map { $0 == 39 ? 2 : 0 }))
        let graph = try builder.graph(ending: .convolution(Convolution(kernel: 1)), to: [x, w])
        let image = (0..<32 * 40).map { $0 % 40 == 39 ? Float($0) : .infinity }
        #expect(try Plan(graph).evaluate(image) == (0..<32).map { Float(2 * (40 * $0 + 39)) })
    }
}
