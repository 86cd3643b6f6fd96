import Engine
import Kernels
import ModelGraph
import Testing

/// A small residual network with everything that fuses: normalisation, activation, addition, concatenation.
func sampleNetwork() throws -> Graph {
    var builder = GraphBuilder(name: "sample")
    var seed: UInt64 = 40
    func tensor(_ shape: Shape, in range: ClosedRange<Float> = -0.4...0.4) -> Tensor {
        seed += 1
        return Tensor(shape, Numbers.random(shape.elementCount, seed: seed, in: range))
    }
    func layer(_ x: ValueID, _ outputs: Int, groups: Int = 1, activation: Activation?) throws -> ValueID {
        let inputs = builder.shape(of: x)[3]
        let w = builder.constant("w\(seed)", tensor([outputs, 3, 3, inputs / groups]))
        let padding = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
        var y = try builder.apply(
            .convolution(Convolution(kernel: 3, padding: padding, groups: groups)), to: [x, w])
        let statistics = (0..<4).map { builder.constant("n\(seed)_\($0)", tensor([outputs], in: 0.5...1.5)) }
        y = try builder.apply(.batchNormalization(epsilon: 1e-3), to: [y] + statistics)
        return try activation.map { try builder.apply(.activation($0), to: [y]) } ?? y
    }
    let image = builder.input("image", ValueType([1, 9, 7, 3]))
    let stem = try layer(image, 12, activation: .relu)
    let inner = try layer(stem, 12, groups: 12, activation: .hardSwish)
    let sum = try builder.apply(.binary(.add), to: [try layer(inner, 12, activation: nil), stem])
    let joined = try builder.apply(
        .concatenate(axis: 3), to: [try builder.apply(.activation(.relu6), to: [sum]), inner])
    let pooled = try builder.apply(.globalPool(.average), to: [joined])
    let flat = try builder.apply(.reshape([0, -1]), to: [pooled])
    let w = builder.constant("head", tensor([10, 24])), b = builder.constant("bias", tensor([10]))
    return try builder.graph(ending: .dense, to: [flat, w, b])
}

@Suite("A plan")
struct PlanTests {
    let image = Numbers.random(9 * 7 * 3, seed: 1)

    func run(_ plan: Plan, _ image: [Float]) -> [Float] {
        let worker = Worker(plan)
        worker.setInput(0, floats: image.span)
        worker.run()
        return worker.output(0)
    }

    @Test("gives what the graph means, fused or not", arguments: KernelSet.available)
    func meaning(kernels: KernelSet) throws {
        let graph = try sampleNetwork()
        let expected = NaiveInterpreter.run(graph, [image])[0]
        for (a, e) in zip(run(try Plan(graph, kernels: kernels), image), expected) {
            #expect(abs(a - e) < 1e-3 * max(1, abs(e)))
        }
    }

    @Test("keeps observed values, whose contents are those of the graph", arguments: KernelSet.available)
    func observing(kernels: KernelSet) throws {
        var graph = try sampleNetwork()
        let values = graph.nodes.map(\.output)
        let worker = Worker(try Plan(graph, kernels: kernels, observing: values))
        worker.setInput(0, floats: image.span)
        worker.run()
        graph.outputs = values
        for (index, expected) in NaiveInterpreter.run(graph, [image]).enumerated() {
            for (a, e) in zip(worker.observed(index), expected) {
                #expect(abs(a - e) < 1e-3 * max(1, abs(e)))
            }
        }
    }

    @Test(
        "for a batch gives, bit for bit, what single samples give", arguments: [2, 3, 8], KernelSet.available)
    func batch(size: Int, kernels: KernelSet) throws {
        let graph = try sampleNetwork()
        let samples = (0..<size).map { Numbers.random(9 * 7 * 3, seed: UInt64(100 + $0)) }
        let single = try Plan(graph, kernels: kernels)
        #expect(
            run(try Plan(graph, batch: size, kernels: kernels), samples.flatMap { $0 })
                == samples.flatMap { run(single, $0) })
    }

    @Test("evaluates samples to the same bits on any number of threads", arguments: [1, 2, 3])
    func threads(count: Int) throws {
        let graph = try sampleNetwork(), samples = Numbers.random(9 * 7 * 3 * 11, seed: 5)
        let reference = try evaluate(graph, samples: samples)
        #expect(try evaluate(graph, samples: samples, threads: count) == reference)
        #expect(try Plan(graph, batch: 4).evaluate(samples, threads: count) == reference)
    }

    @Test("gives the same bits with a second thread inside one inference", arguments: KernelSet.available)
    func helper(kernels: KernelSet) throws {
        var builder = GraphBuilder(name: "large")
        let x = builder.input("x", ValueType([1, 24, 24, 16]))
        let padding = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
        let w = builder.constant("w", Tensor([40, 3, 3, 16], Numbers.random(40 * 144, seed: 7)))
        let d = builder.constant("d", Tensor([40, 3, 3, 1], Numbers.random(360, seed: 8)))
        let wide = try builder.apply(.convolution(Convolution(kernel: 3, padding: padding)), to: [x, w])
        let deep = try builder.apply(
            .convolution(Convolution(kernel: 3, padding: padding, groups: 40)), to: [wide, d])
        // Borders of all kinds, which each thread draws for itself.
        let k = builder.constant("k", Tensor([32, 5, 5, 40], Numbers.random(32 * 1000, seed: 10)))
        let uneven = Convolution(
            kernel: 5, stride: 2, padding: EdgePadding(top: 0, bottom: 3, left: 4, right: 1))
        let narrow = try builder.apply(.convolution(uneven), to: [deep, k])
        let l = builder.constant("l", Tensor([8, 3, 3, 32], Numbers.random(8 * 288, seed: 11)))
        let spread = Convolution(
            kernel: 3, dilation: 2, padding: EdgePadding(top: 7, bottom: 6, left: 2, right: 2))
        let last = try builder.apply(.convolution(spread), to: [narrow, l])
        let plan = try Plan(builder.graph(outputs: [last]), kernels: kernels)
        let image = Numbers.random(24 * 24 * 16, seed: 9)
        let results = [1, 2, 2].map { threads in
            let worker = Worker(plan, threads: threads)
            for _ in 0..<5 {
                worker.setInput(0, floats: image.span)
                worker.run()
            }
            return worker.output(0)
        }
        #expect(results[0] == results[1] && results[1] == results[2])
    }

    @Test("runs again to the same result: nothing that is still needed is overwritten")
    func repeats() throws {
        let graph = try sampleNetwork(), plan = try Plan(graph), worker = Worker(plan)
        let others = Numbers.random(9 * 7 * 3, seed: 2)
        var results: [[Float]] = []
        for input in [image, others, image] {
            worker.setInput(0, floats: input.span)
            worker.run()
            results.append(worker.output(0))
        }
        #expect(results[0] == results[2] && results[0] != results[1])
    }

    @Test("needs no more memory than was estimated without allocating")
    func estimate() throws {
        let graph = try sampleNetwork(), plan = try Plan(graph)
        let estimate = try Plan.estimatedBytes(graph)
        #expect(plan.arenaBytes <= estimate)
        #expect(throws: PlanError.tooLarge(graph: "sample", bytes: estimate, limit: 1000)) {
            try Plan(graph, memoryLimit: 1000)
        }
    }

    @Test("is refused for a graph whose weights are unknown, naming node and constant")
    func unknownWeights() throws {
        var builder = GraphBuilder(name: "untrained")
        let x = builder.input("x", ValueType([1, 4])), w = builder.constant("w", .unknown([3, 4]))
        let graph = try builder.graph(ending: .dense, to: [x, w], name: "head")
        #expect(throws: PlanError.unknownConstant(node: "head", value: "w")) { try Plan(graph) }
    }

    @Test("lets not-a-number through", arguments: KernelSet.available)
    func notANumber(kernels: KernelSet) throws {
        for operation: Operation in [
            .activation(.relu), .activation(.relu6), .activation(.clip(lower: 0, upper: 1)),
            .globalPool(.maximum),
            .globalPool(.average), .activation(.hardSwish), .activation(.sigmoid), .activation(.hardSigmoid),
        ] {
            var builder = GraphBuilder(name: "nan")
            let x = builder.input("x", ValueType([1, 2, 2, 1]))
            let graph = try builder.graph(ending: operation, to: [x])
            #expect(
                run(try Plan(graph, kernels: kernels), [1, .nan, 2, 3]).contains { $0.isNaN },
                "\(operation.name)")
        }
    }

    @Test(
        "stores half-precision activations as such and computes in float32",
        arguments: [DataType.float16, .bfloat16])
    func halves(type: DataType) throws {
        var builder = GraphBuilder(name: "half")
        let x = builder.input("x", ValueType([1, 8], type))
        let y = try builder.apply(.activation(.silu), to: [x])
        let graph = builder.graph(outputs: [y])
        let inputs: [Float] = [-3, -1, -0.5, 0, 0.25, 1, 2, 100]
        for (a, e) in zip(run(try Plan(graph), inputs), inputs.map(Activation.silu.naive)) {
            #expect(abs(a - e) <= 0.01 * max(abs(e), 0.1))
        }
    }

    @Test("passes through a graph whose output is its input")
    func identity() throws {
        var builder = GraphBuilder(name: "identity")
        let x = builder.input("x", ValueType([1, 3]))
        #expect(run(try Plan(builder.graph(outputs: [x])), [1, 2, 3]) == [1, 2, 3])
    }
}
