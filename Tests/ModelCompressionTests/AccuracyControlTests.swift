import Engine
import ModelCompression
import ModelGraph
import Testing

@Suite("Keeping quality while compressing")
struct AccuracyControlTests {
    private let samples = RandomNetwork.samples()

    /// Minus the distance of a network's outputs from those of the original.
    private func closeness(to original: Graph) throws -> (Graph) throws -> Double {
        let wanted = try evaluate(original, samples: samples.samples)
        return { graph in
            let got = try evaluate(graph, samples: samples.samples)
            return -zip(wanted, got).reduce(0.0) { $0 + Double(abs($1.0 - $1.1)) }
        }
    }

    private func controlled(_ text: String, within drop: Double) throws -> ControlledCompression {
        let graph = try RandomNetwork.graph(seed: 0)
        return try compress(
            graph, by: Compression(parsing: text), within: drop, calibration: samples,
            quality: closeness(to: graph), fineTune: { graph, _ in graph })
    }

    @Test("Every layer has a sensitivity, the worst first")
    func sensitivities() throws {
        let graph = try RandomNetwork.graph(seed: 0)
        let list = try graph.sensitivities(to: .int8, calibration: samples, quality: closeness(to: graph))
        #expect(list.count == graph.nodes.filter { $0.operation.isLayer }.count)
        #expect(zip(list, list.dropFirst()).allSatisfy { $0.drop >= $1.drop })
        #expect(list.allSatisfy { $0.drop > 0 })
    }

    @Test("A generous limit keeps the whole network in int8")
    func generous() throws {
        let result = try controlled("int8", within: 1e9)
        #expect(result.isWithin)
        #expect(result.compression.description == "int8")
    }

    @Test("A tighter limit keeps the worst layers in float32, and the new compression says so")
    func tighter() throws {
        let whole = try controlled("int8", within: 1e9)
        let result = try controlled("int8", within: whole.drop * 0.7)
        #expect(result.isWithin)
        #expect(!result.compression.precision.exceptions.isEmpty)
        let weightless = try RandomNetwork.graph(seed: 0).compressed(by: result.compression)
        #expect(result.graph.counts == weightless.counts)
        #expect(try Compression(parsing: result.compression.description) == result.compression)
    }

    @Test("An impossible limit returns the best network found and says by how much it falls short")
    func impossible() throws {
        let result = try controlled("structured(0.5)>int8", within: 0)
        #expect(!result.isWithin)
        #expect(result.summary.contains("falls short"))
        try result.graph.verify()
    }

    @Test("A channel without gradient is the first to go by its Taylor term")
    func taylor() throws {
        let graph = try RandomNetwork.graph(seed: 1)
        let node = graph.nodes[1]
        let scale = node.inputs[1]
        let gradients: [ValueID: [Float]] = [scale: (0..<16).map { $0 % 2 == 0 ? 0 : 1 }]
        let small = try compress(
            graph, by: Compression(parsing: "structured(0.5)"), calibration: samples,
            options: CompressionOptions(importance: .taylor(graph, gradients: [gradients]))
        ) { graph, _ in graph }
        let kept = Array(stride(from: 1, to: 16, by: 2))
        let weights = graph[graph.nodes[0].inputs[1]].constant?.tensor.selecting(kept, axis: 0)
        #expect(small[small.nodes[0].inputs[1]].constant?.tensor == weights)
    }
}

@Suite("Nominal and effective cost")
struct CompressionAccountTests {
    private let plain = RuntimeAbilities(
        name: "plain", storesSparse: false, zeroSkipping: .nowhere,
        precisions: [.float32, .int8])
    private let able = RuntimeAbilities(
        name: "able", storesSparse: true, zeroSkipping: .everywhere,
        precisions: Precision.allCases)

    private func network(_ text: String) throws -> Graph {
        try RandomNetwork.graph(seed: 0).compressed(by: Compression(parsing: text))
    }

    @Test("A runtime without sparse kernels is said to gain nothing")
    func sparse() throws {
        let account = try network("magnitude(0.8)").account(on: plain)
        #expect(account.nominalMACs < account.effectiveMACs)
        #expect(account.nominalBytes < account.effectiveBytes)
        #expect(
            account.differences.contains { $0.hasSuffix("plain has no sparse kernels, latency unchanged") })
    }

    @Test("A runtime that skips zeros in some layers is said to run the others dense")
    func partlySparse() throws {
        var runtime = able
        runtime.zeroSkipping = .pointwise(leastPixels: 16, leastInputs: 0, mostDensity: 0.45)
        let account = try network("magnitude(0.9)").account(on: runtime)
        #expect(account.nominalMACs < account.effectiveMACs)
        #expect(account.effectiveMACs < (try network("none").counts.macs))
        #expect(account.differences.contains { $0.contains("able skips zeros in ") })
        #expect(
            try network("2:4").account(on: runtime).differences
                == ["sparsity 0.5: able has no n:m kernels for these layers, latency unchanged"])
    }

    @Test("A precision that the runtime does not compute in is named")
    func precision() throws {
        let account = try network("float16").account(on: plain)
        #expect(account.differences == ["float16: plain computes it as float32, latency unchanged"])
    }

    @Test(
        "Where every promise is kept there is nothing to say",
        arguments: ["none", "int8", "2:4>float16", "binary"])
    func kept(text: String) throws {
        let account = try network(text).account(on: able)
        #expect(account.differences.isEmpty)
        #expect(account.nominalBytes == account.effectiveBytes)
        #expect(account.nominalMACs == account.effectiveMACs)
    }
}
