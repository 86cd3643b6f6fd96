import Determinism
import Engine
import ModelCompression
import ModelGraph
import Testing

@Suite("Compressing trained networks")
struct CompressTests {
    static let pipelines = [
        "none", "int8", "int8-qat", "float16", "bfloat16", "structured(0.5)", "structured(0.25)>int8",
        "magnitude(0.8)",
        "magnitude(0.8)>int8", "2:4>finetune(2)>int8", "dynamic(0.9)>float16", "rigl(0.9)>int8", "binary",
        "distill(largest)>structured(0.5)>finetune(1)>int8(stem=float32)", "int8(per-tensor)",
        "structured(0.25)>int8-qat(per-tensor)",
    ]

    @Test("The artefact has the types, shapes and bytes of the weightless form", arguments: pipelines)
    func equalsWeightlessForm(pipeline: String) throws {
        let compression = try Compression(parsing: pipeline)
        for seed in 0..<4 as Range<UInt64> {
            let graph = try RandomNetwork.graph(seed: seed)
            let artefact = try compressed(graph, compression)
            try artefact.verify()
            let weightless = try graph.compressed(by: compression)
            #expect(artefact.nodes.map(\.name) == weightless.nodes.map(\.name))
            #expect(artefact.nodes.map(\.inputs) == weightless.nodes.map(\.inputs))
            #expect(artefact.values.map(\.type.shape) == weightless.values.map(\.type.shape))
            #expect(artefact.values.map(\.type.dataType) == weightless.values.map(\.type.dataType))
            #expect(artefact.values.map(\.constant?.sparsity) == weightless.values.map(\.constant?.sparsity))
            #expect(artefact.counts == weightless.counts)
            #expect(artefact.values.allSatisfy { $0.constant?.tensor.isKnown ?? true })
        }
    }

    @Test(
        "int8 results are close to the real ones",
        arguments: [Calibrator.minMax, .percentile(99.99), .meanSquaredError])
    func int8IsClose(calibrator: Calibrator) throws {
        for seed in 0..<4 as Range<UInt64> {
            let graph = try RandomNetwork.graph(seed: seed)
            let small = try compressed(
                graph, Compression(parsing: "int8"), options: CompressionOptions(calibrator: calibrator))
            let error = try difference(graph, small)
            #expect(error < 0.08, "relative error \(error) of seed \(seed)")
        }
    }

    @Test("ranges that calibration leaves out change nothing", arguments: 0..<4 as Range<UInt64>)
    func rangesOfEverything(seed: UInt64) throws {
        let graph = try RandomNetwork.graph(seed: seed), precision = Assignment(Precision.int8)
        let ready = graph.prepared(for: precision), samples = RandomNetwork.samples()
        let results = ready.nodes.map(\.output)
        let worker = Worker(try Plan(ready, observing: results))
        var ranges: [ValueID: ClosedRange<Float>] = [:]
        func widen(_ value: ValueID, _ numbers: [Float]) throws {
            let (low, high) = try (#require(numbers.min()), #require(numbers.max()))
            let known = ranges[value] ?? low...high
            ranges[value] = min(known.lowerBound, low)...max(known.upperBound, high)
        }
        for start in stride(from: 0, to: samples.samples.count, by: samples.size) {
            let sample = Array(samples.samples[start..<start + samples.size])
            try widen(ready.inputs[0], sample)
            worker.setInput(0, floats: sample.span)
            worker.run()
            for (place, value) in results.enumerated() { try widen(value, worker.observed(place)) }
        }
        let small = try compressed(
            graph, Compression(parsing: "int8"),
            options: CompressionOptions(calibrator: .minMax, correctsBias: false))
        let expected = try ready.converted(to: precision, ranges: { ranges[$0] })
        #expect(small.encoded() == expected.encoded())
        #expect(ready.needsRange(for: precision).count { $0 } < results.count)
    }

    @Test(
        "One scale a tensor is as large as the largest of those for each channel",
        arguments: ["int8", "int8-qat"])
    func tensorScales(step: String) throws {
        for seed in 0..<4 as Range<UInt64> {
            let graph = try RandomNetwork.graph(seed: seed)
            let channels = try compressed(graph, Compression(parsing: "int8"))
            let tensors = try compressed(graph, Compression(parsing: "\(step)(per-tensor)"))
            #expect(try difference(graph, tensors) < 0.12)
            for (mine, other) in zip(tensors.values, channels.values) where other.type.quantization?.axis == 0
            {
                #expect(mine.type.quantization?.axis == nil)
                guard mine.type.dataType == .int8, step == "int8" else { continue }
                #expect(mine.type.quantization?.scale == other.type.quantization?.scales.max())
            }
        }
    }

    @Test("Sixteen-bit results are very close to the real ones", arguments: ["float16", "bfloat16"])
    func halvesAreClose(pipeline: String) throws {
        let graph = try RandomNetwork.graph(seed: 3)
        #expect(try difference(graph, compressed(graph, Compression(parsing: pipeline))) < 0.02)
    }

    @Test("A binary artefact computes what training with binary weights computes")
    func binaryEqualsTraining() throws {
        // Without a depthwise layer, and with real first and last layers, nothing is int8 and rounds otherwise.
        let graph = try RandomNetwork.graph(seed: 2)
        let compression = try Compression(parsing: "binary(stem=float32;logits=float32)")
        let binarized = graph.binarizing(
            Assignment(.binary, exceptions: [.init("stem", .float32), .init("logits", .float32)]))
        let artefact = try compressed(graph, compression)
        #expect(artefact.values.contains { $0.constant?.tensor.dataType == .binary })
        #expect(try difference(binarized.withSignsAsConstants(), artefact) < 1e-4)
        #expect(try Graph(decoding: artefact.encoded(), file: "binary") == artefact)
    }

    @Test(
        "Ranges beside binary layers are those of the binary network", arguments: 0..<4 as Range<UInt64>)
    func calibratesWithSigns(seed: UInt64) throws {
        let graph = try RandomNetwork.graph(seed: seed)
        let real = try compressed(graph, Compression(parsing: "binary(stem=float32;logits=float32)"))
        let rounded = try compressed(graph, Compression(parsing: "binary(stem=float32)"))
        #expect(rounded.nodes.contains { $0.operation.isLayer && rounded[$0.output].type.dataType == .int8 })
        #expect(try difference(real, rounded) < 0.03)
    }

    @Test("Integers that a binary layer takes signs of reach below zero, although a ReLU reads them too")
    func signsSurviveRounding() throws {
        let artefact = try compressed(RandomNetwork.graph(seed: 2), Compression(parsing: "binary"))
        let signs = artefact.nodes.filter { artefact[$0.output].type.dataType == .binary }
        let sources = signs.compactMap { sign in
            artefact.nodes.first { $0.output == sign.inputs[0] && $0.operation == .dequantize }?.inputs[0]
        }
        #expect(!sources.isEmpty)
        for source in sources {
            #expect(artefact[source].type.quantization?.zeroPoints.allSatisfy { $0 > -128 } == true)
        }
    }

    @Test("Channel pruning removes the channels with the smallest weights")
    func prunesSmallest() throws {
        var graph = try RandomNetwork.graph(seed: 1)
        let group = try #require(graph.channelGroups.first)
        let weights = graph.nodes[group.producers[0]].inputs[1]
        let tensor = try #require(graph[weights].constant?.tensor)
        var values = try #require(tensor.floats)
        let length = values.count / tensor.shape[0]
        for channel in stride(from: 0, to: tensor.shape[0], by: 2) {
            for index in channel * length..<(channel + 1) * length { values[index] *= 1e-3 }
        }
        graph[weights].constant?.tensor = Tensor(tensor.shape, values)
        let small = try compressed(graph, Compression(parsing: "structured(0.5)"))
        let kept = Array(stride(from: 1, to: tensor.shape[0], by: 2))
        #expect(
            small[small.nodes[0].inputs[1]].constant?.tensor
                == graph[weights].constant?.tensor.selecting(kept, axis: 0))
    }

    @Test("Magnitude pruning leaves exactly the marked number of non-zeros, the largest ones")
    func prunesMagnitude() throws {
        let graph = try RandomNetwork.graph(seed: 2)
        let small = try compressed(graph, Compression(parsing: "magnitude(0.7)"))
        for (id, _) in small.prunableWeights {
            let constant = try #require(small[id].constant)
            let values = try #require(constant.tensor.floats)
            #expect(values.filter { $0 != 0 }.count == constant.nonZeros)
            let original = try #require(graph[id].constant?.tensor.floats)
            let smallestKept = values.filter { $0 != 0 }.map(abs).min() ?? 0
            let largestLost = zip(values, original).filter { $0.0 == 0 }.map { abs($0.1) }.max() ?? 0
            #expect(largestLost <= smallestKept)
        }
    }

    @Test("A 2:4 pattern leaves at most two of four neighbours")
    func prunesPattern() throws {
        let small = try compressed(RandomNetwork.graph(seed: 2), Compression(parsing: "2:4"))
        var patterned = 0
        for (id, _) in small.prunableWeights where small[id].constant?.sparsity == .pattern(kept: 2, group: 4)
        {
            let values = try #require(small[id].constant?.tensor.floats)
            for start in stride(from: 0, to: values.count, by: 4) {
                #expect(values[start..<start + 4].filter { $0 != 0 }.count == 2)
            }
            patterned += 1
        }
        #expect(patterned > 2)
    }

    @Test(
        "Fine-tuning is asked for where something needs repair, and nowhere else",
        arguments: [
            ("int8", []), ("structured(0.5)>int8", ["structured(0.5)"]),
            ("structured(0.5)>finetune(3)>int8", ["finetune(3)"]), ("structured(0.5)>2:4>int8", ["2:4"]),
            ("magnitude(0.5)>int8-qat", ["magnitude(0.5)", "int8-qat"]), ("binary", ["binary"]),
            ("structured(0.5)>binary", ["binary"]),
        ])
    func fineTunes(pipeline: String, expected: [String]) throws {
        var steps: [String] = []
        _ = try compress(
            RandomNetwork.graph(seed: 0), by: Compression(parsing: pipeline),
            calibration: RandomNetwork.samples()
        ) { graph, step in
            steps.append("\(step)")
            return graph
        }
        #expect(steps == expected)
    }

    @Test("Fine-tuning that revives zeros or returns another network is caught")
    func checksFineTuning() throws {
        let graph = try RandomNetwork.graph(seed: 0)
        let revived = try compress(
            graph, by: Compression(parsing: "magnitude(0.9)"), calibration: RandomNetwork.samples()
        ) { pruned, _ in
            var dense = pruned
            for (id, _) in pruned.prunableWeights {
                dense[id].constant?.tensor = graph[id].constant?.tensor ?? .unknown([])
            }
            return dense
        }
        let nonZeros = revived.prunableWeights.map {
            revived[$0.value].constant?.tensor.floats?.filter { $0 != 0 }.count
        }
        #expect(nonZeros == revived.prunableWeights.map { revived[$0.value].constant?.nonZeros })
        #expect(throws: CompressionFailure.self) {
            try compress(
                graph, by: Compression(parsing: "magnitude(0.9)"), calibration: RandomNetwork.samples()
            ) { _, _ in try RandomNetwork.graph(seed: 9) }
        }
    }

    private func compressed(
        _ graph: Graph, _ compression: Compression, options: CompressionOptions = CompressionOptions()
    ) throws -> Graph {
        try compress(graph, by: compression, calibration: RandomNetwork.samples(), options: options) {
            graph, _ in graph
        }
    }

    /// Root mean square difference of the outputs over that of the first network's outputs.
    private func difference(_ a: Graph, _ b: Graph) throws -> Float {
        let samples = RandomNetwork.samples().samples
        let x = try evaluate(a, samples: samples)
        let y = try evaluate(b, samples: samples)
        let error = zip(x, y).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return (error / x.reduce(0) { $0 + $1 * $1 }).squareRoot()
    }
}

extension Graph {
    /// A network for binary training with the signs of its weights in place of the nodes that take them.
    fileprivate func withSignsAsConstants() -> Graph {
        var graph = self
        for node in nodes {
            guard case .training(.binarize) = node.operation,
                let tensor = self[node.inputs[0]].constant?.tensor, let values = tensor.floats
            else { continue }
            graph[node.output].constant = Constant(
                Tensor(tensor.shape, values.map { $0 < 0 ? Float(-1) : 1 }))
            graph.nodes.removeAll { $0.name == node.name && $0.output == node.output }
        }
        return graph
    }
}
