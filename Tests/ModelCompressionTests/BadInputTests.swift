import Engine
import Kernels
import ModelCompression
import ModelGraph
import Testing

@Suite("Compressing what cannot be compressed as it is")
struct BadInputTests {
    private func quantized(_ graph: Graph, _ samples: CalibrationSamples = RandomNetwork.samples()) throws
        -> Graph
    {
        try compress(graph, by: Compression(parsing: "int8"), calibration: samples) { graph, _ in graph }
    }

    /// The network with every weight of its first layer replaced.
    private func network(weights: Float) throws -> Graph {
        var graph = try RandomNetwork.graph(seed: 0)
        let id = graph.nodes[0].inputs[1]
        let shape = graph[id].type.shape
        graph[id].constant?.tensor = Tensor(shape, [Float](repeating: weights, count: shape.elementCount))
        return graph
    }

    @Test("Calibration data that is not finite is refused", arguments: [Float.nan, .infinity])
    func calibrationNotFinite(number: Float) throws {
        var samples = RandomNetwork.samples().samples
        samples[100] = number
        let error = #expect(throws: CompressionFailure.self) {
            try quantized(RandomNetwork.graph(seed: 0), CalibrationSamples(samples, count: 12))
        }
        #expect(error?.description == "int8: a calibration sample holds a number that is not finite")
    }

    @Test("Weights that are not finite are refused", arguments: [Float.nan, .infinity, 1e38])
    func weightsNotFinite(number: Float) throws {
        let graph = try network(weights: number)
        #expect(throws: (any Error).self) { try quantized(graph) }
    }

    @Test("Channels cannot be ranked by weights that are not numbers")
    func pruningNotFinite() throws {
        let graph = try network(weights: .nan)
        #expect(throws: CompressionFailure.self) {
            try compress(
                graph, by: Compression(parsing: "structured(0.5)"), calibration: RandomNetwork.samples()
            ) { graph, _ in graph }
        }
    }

    @Test("No samples, and samples of another size, are refused", arguments: [(0, 0), (12, 4)])
    func wrongSamples(numbers: Int, count: Int) throws {
        let samples = CalibrationSamples([Float](repeating: 0, count: numbers), count: count)
        #expect(throws: CompressionFailure.self) { try quantized(RandomNetwork.graph(seed: 0), samples) }
    }

    @Test("All weights zero, and tiny ones, give a network in order", arguments: [Float(0), 1e-30, -1e-30])
    func degenerateWeights(number: Float) throws {
        let graph = try network(weights: number)
        for pipeline in CompressTests.pipelines {
            let small = try compress(
                graph, by: Compression(parsing: pipeline), calibration: RandomNetwork.samples()
            ) { graph, _ in graph }
            try small.verify()
        }
    }

    @Test("Constant samples give a network in order", arguments: [Float(0), 1, -3])
    func constantSamples(number: Float) throws {
        let samples = CalibrationSamples([Float](repeating: number, count: 2 * 192), count: 2)
        for calibrator in [Calibrator.minMax, .percentile(99), .meanSquaredError] {
            let small = try compress(
                RandomNetwork.graph(seed: 0), by: Compression(parsing: "int8"), calibration: samples,
                options: CompressionOptions(calibrator: calibrator)
            ) { graph, _ in graph }
            try small.verify()
        }
    }

    @Test("An empty channel gives its bias and leaves the others alone", arguments: [Float(0), 1e-30])
    func emptyChannel(weight: Float) throws {
        let layer = try denseLayer(weights: [weight, weight, 0.5, -0.25], bias: [0.75, 0], inputs: 2)
        let samples = CalibrationSamples([1, 1, -1, -1, 1, -1, 0.5, 0.25], count: 4)
        let outputs = try evaluate(quantized(layer, samples), samples: [1, -1])
        #expect(abs(outputs[0] - 0.75) < 0.01)
        #expect(abs(outputs[1] - 0.75) < 0.02)
    }

    @Test("Layers pruned to nothing, or nearly so, still run", arguments: [0.999, 0.99999])
    func prunedToNothing(ratio: Double) throws {
        for pipeline in ["magnitude(\(ratio))>int8", "structured(\(ratio))>int8", "rigl(\(ratio))"] {
            let small = try compress(
                RandomNetwork.graph(seed: 1), by: Compression(parsing: pipeline),
                calibration: RandomNetwork.samples()
            ) { graph, _ in graph }
            try small.verify()
            let outputs = try evaluate(small, samples: RandomNetwork.samples(count: 2).samples)
            let isFinite = outputs.allSatisfy(\.isFinite)
            #expect(isFinite, "\(pipeline)")
        }
    }

    @Test("The longest sums that are computed in integers do not overflow; longer ones stay in float32")
    func wideLayers() throws {
        let longest = (1 << 30) / (127 * 128)
        for inputs in [longest, longest + 1] {
            let layer = try denseLayer(
                weights: [Float](repeating: 1, count: inputs), bias: [0], inputs: inputs)
            let ones = [Float](repeating: 1, count: inputs)
            let small = try quantized(layer, CalibrationSamples(ones, count: 1))
            let hasIntegers = small.values.contains { $0.constant != nil && $0.type.dataType == .int8 }
            #expect(hasIntegers == (inputs == longest))
            for kernels in KernelSet.available {
                let output = try evaluate(small, samples: ones, kernels: kernels)[0]
                #expect(abs(output - Float(inputs)) <= 0.01 * Float(inputs), "\(kernels.name)")
            }
        }
    }

    @Test("Ranges without a usable scale have none; a range of zero alone has scale 1")
    func scales() {
        #expect(Quantization(covering: -Float.infinity...1) == nil)
        #expect(Quantization(covering: -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude) == nil)
        #expect(Quantization(covering: 0...0)?.scale == 1)
    }

    @Test(
        "Networks with zero, negative or infinite scales are refused",
        arguments: [0, -1, Float.infinity, .nan])
    func impossibleScales(scale: Float) throws {
        var graph = try quantized(RandomNetwork.graph(seed: 0))
        let index = try #require(graph.nodes.firstIndex { $0.operation == .dequantize })
        graph[graph.nodes[index].inputs[0]].type.quantization = Quantization(scale: scale)
        #expect(throws: GraphError.self) { try graph.verify() }
        #expect(throws: PlanError.self) { try Plan(graph) }
    }

    /// One dense layer on `inputs` numbers.
    private func denseLayer(weights: [Float], bias: [Float], inputs: Int) throws -> Graph {
        var builder = GraphBuilder(name: "layer")
        let input = builder.input("x", ValueType([1, inputs]))
        let operands = [
            input, builder.constant("w", Tensor([bias.count, inputs], weights)),
            builder.constant("b", Tensor([bias.count], bias)),
        ]
        let result = try builder.apply(.dense, to: operands, name: "dense")
        return builder.graph(outputs: [result])
    }
}
