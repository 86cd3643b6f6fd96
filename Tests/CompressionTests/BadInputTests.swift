import Compression
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
}
