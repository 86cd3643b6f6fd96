import Engine
import ModelCompression
import ModelGraph
import Testing

/// Networks that carry states from one run to the next, and what compression makes of them.
@Suite("Streaming networks")
struct StreamingTests {
    /// Two rows a step: a convolution over these and the three before them, another over the last three results, and a class for each step.
    static func network(channels: Int = 16, initial: Float = 0) throws -> Graph {
        var builder = GraphBuilder(name: "stream")
        func constant(_ name: String, _ shape: Shape) -> ValueID {
            let values = (0..<shape.elementCount).map { (place: Int) -> Float in
                let mixed = place * 37 + name.utf8.count * 11
                return Float(mixed % 23 - 11) / 40
            }
            return builder.constant(name, Tensor(shape, values))
        }
        let frame = builder.input("frame", ValueType([1, 2, 5, 1]))
        let rows = builder.input("rows", ValueType([1, 3, 5, 1]))
        let features = builder.input("features", ValueType([1, 2, 1, channels]))
        let all = try builder.apply(.concatenate(axis: 1), to: [rows, frame], name: "all")
        let nextRows = try builder.apply(
            .slice(Slicing(starts: [0, 2, 0, 0], sizes: [1, 3, 5, 1])), to: [all], name: "rows'")
        let first = try builder.apply(
            .convolution(Convolution(kernel: Extent(5, 5))),
            to: [all, constant("w1", [channels, 5, 5, 1]), constant("b1", [channels])], name: "first")
        let active = try builder.apply(.activation(.relu), to: [first], name: "active")
        let three = try builder.apply(.concatenate(axis: 1), to: [features, active], name: "three")
        let nextFeatures = try builder.apply(
            .slice(Slicing(starts: [0, 1, 0, 0], sizes: [1, 2, 1, channels])), to: [three], name: "features'")
        // Half of the channels each, as networks of mixed kernels have them.
        let halves = try [0, 1].map { half in
            let part = try builder.apply(
                .slice(Slicing(starts: [0, 0, 0, half * channels / 2], sizes: [1, 3, 1, channels / 2])),
                to: [three], name: "half \(half)")
            return try builder.apply(
                .convolution(Convolution(kernel: Extent(3, 1), groups: channels / 2)),
                to: [part, constant("d\(half)", [channels / 2, 3, 1, 1])], name: "depthwise \(half)")
        }
        let mixed = try builder.apply(.concatenate(axis: 3), to: halves, name: "mixed")
        let flat = try builder.apply(.reshape([0, channels]), to: [mixed], name: "flat")
        let logits = try builder.apply(
            .dense, to: [flat, constant("w2", [3, channels]), constant("b2", [3])], name: "logits")
        var graph = builder.graph(outputs: [logits, nextRows, nextFeatures])
        graph.states = [
            GraphState(input: 1, output: 1, initial: initial), GraphState(input: 2, output: 2, initial: 0),
        ]
        try graph.verify()
        return graph
    }

    static func samples(_ count: Int, steps: Int = 6) -> [Float] {
        (0..<count * steps * 10).map { (place: Int) -> Float in
            let mixed = place * 7919 + place / 13
            return Float(mixed % 201 - 100) / 50
        }
    }

    /// The largest difference, in parts of the range of what is expected.
    static func share(_ found: [Float], of expected: [Float]) -> Float {
        let range = (expected.max() ?? 0) - (expected.min() ?? 0)
        return zip(found, expected).map { abs($0 - $1) }.max().map { $0 / range } ?? .infinity
    }

    @Test(
        "Unrolled over a sample, a network answers as it does after its last step",
        arguments: [Float(0), 0.5])
    func unrolls(initial: Float) throws {
        let graph = try Self.network(initial: initial), samples = Self.samples(4)
        let stepwise = try evaluate(graph, samples: samples, of: 60)
        let unrolled = try graph.unrolled(over: [12, 5, 1])
        try unrolled.verify()
        let whole = try evaluate(unrolled, samples: samples)
        #expect(Self.share(whole, of: stepwise) < 1e-5)
        #expect(try evaluate(unrolled.batched(4), samples: samples) == whole)
        #expect(unrolled.rolled(into: graph) == graph)
    }

    @Test("A sample that is no whole number of steps is refused")
    func partOfAStep() throws {
        let graph = try Self.network()
        #expect(graph.steps(inSampleOf: 60) == 6)
        #expect(graph.steps(inSampleOf: 55) == nil)
        #expect(throws: GraphError.self) { try graph.unrolled(over: [11, 5, 1]) }
    }

    @Test("In int8 states are integers on one grid, and answers stay close")
    func quantized() throws {
        let graph = try Self.network(), samples = Self.samples(8)
        let small = try compress(
            graph, by: Compression(parsing: "int8"), calibration: CalibrationSamples(samples, count: 8),
            fineTune: { graph, _ in graph })
        try small.verify()
        for state in small.states {
            let type = small[small.inputs[state.input]].type
            #expect(type.dataType == .int8)
            #expect(type == small[small.outputs[state.output]].type)
            #expect(state.initial == Float(type.quantization?.zeroPoint ?? 99))
        }
        let (exact, found) = (
            try evaluate(graph, samples: samples, of: 60), try evaluate(small, samples: samples, of: 60)
        )
        #expect(Self.share(found, of: exact) < 0.05)
        // What was priced is what was built.
        let priced = try graph.compressed(by: Compression(parsing: "int8"))
        #expect(priced.values.map(\.type.shape) == small.values.map(\.type.shape))
        #expect(priced.values.map(\.type.dataType) == small.values.map(\.type.dataType))
    }

    @Test("Channels that states carry are removed from the states too")
    func pruned() throws {
        let graph = try Self.network()
        let group = try #require(graph.channelGroups.first { $0.name == "first" })
        #expect(group.channels == 8)
        let kept = [1, 2, 5]
        let small = try graph.keepingChannels([group.id: kept])
        try small.verify()
        #expect(small[small.inputs[2]].type.shape == [1, 2, 1, 6])
        // The same numbers come of zeros in the removed channels' readers.
        var zeroed = graph
        let readers = Set(["d0", "d1"])
        for index in graph.values.indices where readers.contains(graph.values[index].name) {
            let tensor = try #require(graph.values[index].constant?.tensor)
            let values = try #require(tensor.floats).enumerated().map { kept.contains($0 / 3) ? $1 : 0 }
            zeroed.values[index].constant = Constant(Tensor(tensor.shape, values))
        }
        let samples = Self.samples(3)
        let (a, b) = (
            try evaluate(zeroed, samples: samples, of: 60), try evaluate(small, samples: samples, of: 60)
        )
        #expect(Self.share(b, of: a) < 1e-5)
    }

    @Test("An integer network's real numbers are those that it was made from, but for rounding")
    func realNumbers() throws {
        let graph = try Self.network(initial: 0.5), samples = Self.samples(8)
        let small = try compress(
            graph, by: Compression(parsing: "int8"), calibration: CalibrationSamples(samples, count: 8),
            fineTune: { graph, _ in graph })
        let real = try small.inRealNumbers()
        try real.verify()
        #expect(real.values.allSatisfy { $0.type == ValueType($0.type.shape) })
        #expect(abs(real.states[0].initial - 0.5) < 0.02)
        let (exact, found) = (
            try evaluate(graph, samples: samples, of: 60), try evaluate(real, samples: samples, of: 60)
        )
        #expect(Self.share(found, of: exact) < 0.05)
    }

    @Test("Integers whose grid begins at zero clip as ReLU does, and up to six as ReLU6")
    func clips() throws {
        for (scale, expected) in [(Float(0.1), Float(9)), (6.0 / 255, 6)] {
            var builder = GraphBuilder(name: "clip")
            let x = builder.input("x", ValueType([1, 2], .int8, quantization: Quantization(scale: 0.1)))
            let weights = builder.constant(
                "w", Tensor([2, 2], .int8([127, 0, 0, 127])),
                quantization: Quantization(scales: [1 / 127, 1 / 127], axis: 0))
            let bias = builder.constant(
                "b", Tensor([2], .int32([0, 0])),
                quantization: Quantization(scales: [0.1 / 127, 0.1 / 127], axis: 0))
            let y = try builder.apply(
                .dense, to: [x, weights, bias], name: "y",
                quantization: Quantization(scale: scale, zeroPoint: -128), dataType: .int8)
            let real = try builder.graph(outputs: [y]).inRealNumbers()
            let answers = try evaluate(real, samples: [-3, 9])
            #expect(answers[0] == 0)
            #expect(abs(answers[1] - expected) < 1e-4)
        }
    }
}
