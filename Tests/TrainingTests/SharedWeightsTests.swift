import Determinism
import Kernels
import ModelGraph
import Testing
import Training

/// Two convolutions of elastic width and kernel, normalised, with a classifier.
private enum ElasticNetwork {
    static func graph(width: Int, kernel: Int) throws -> Graph {
        var builder = GraphBuilder(name: "elastic")
        let input = builder.input("input", ValueType([1, 4, 4, 2]))
        let weights = builder.constant("first.weight", .unknown([width, kernel, kernel, 2]))
        let edge = kernel / 2
        var value = try builder.apply(
            .convolution(
                Convolution(
                    kernel: Extent(kernel, kernel),
                    padding: EdgePadding(top: edge, bottom: edge, left: edge, right: edge))),
            to: [input, weights], name: "first")
        let parameters = ["scale", "offset", "mean", "variance"].map {
            builder.constant("norm.\($0)", .unknown([width]))
        }
        value = try builder.apply(.batchNormalization(epsilon: 1e-3), to: [value] + parameters, name: "norm")
        value = try builder.apply(.activation(.relu), to: [value], name: "relu")
        value = try builder.apply(.globalPool(.average), to: [value], name: "pool")
        value = try builder.apply(.reshape([0, width]), to: [value], name: "flatten")
        let classifier = builder.constant("classifier.weight", .unknown([3, width]))
        let bias = builder.constant("classifier.bias", .unknown([3]))
        let logits = try builder.apply(.dense, to: [value, classifier, bias], name: "logits")
        return builder.graph(outputs: [logits])
    }

    struct Networks: NetworkSampler {
        let graphs: [Graph]
        func networks(step: Int) -> [Graph] { graphs }
    }

    static func networks() throws -> Networks {
        Networks(graphs: [
            try graph(width: 8, kernel: 3), try graph(width: 5, kernel: 1), try graph(width: 2, kernel: 3),
        ])
    }

    /// Three classes whose samples differ in the mean of the first channel.
    static func samples(_ count: Int) -> ArraySource {
        var random = RandomStream(seed: 9, .bootstrap)
        var samples: [Float] = []
        var labels: [Int] = []
        for index in 0..<count {
            let label = index % 3
            labels.append(label)
            for place in 0..<32 {
                samples.append((place % 2 == 0 ? Float(label - 1) : 0) + 0.5 * (random.uniform() - 0.5))
            }
        }
        return ArraySource(sampleShape: [4, 4, 2], samples: samples, labels: labels)
    }

    static var recipe: SuperRecipe {
        var recipe = SuperRecipe(steps: 60)
        recipe.batch = 32
        recipe.learningRate = 0.05
        return recipe
    }
}

@Suite("Shared weights")
struct SharedWeightsTests {
    @Test("a network inherits the first channels and the middle of kernels")
    func inherits() throws {
        let largest = try ElasticNetwork.graph(width: 8, kernel: 3)
        let small = try ElasticNetwork.graph(width: 5, kernel: 1)
        let shared = try SharedWeights(of: [largest, small], seed: 3)
        let whole = try shared.inherited(by: largest)
        let part = try shared.inherited(by: small)
        func floats(_ graph: Graph, _ name: String) throws -> [Float] {
            try #require(graph.values.first { $0.name == name }?.constant?.tensor.floats)
        }
        let (kernels, middles) = (try floats(whole, "first.weight"), try floats(part, "first.weight"))
        let expected = (0..<5).flatMap { output in (0..<2).map { kernels[(output * 9 + 4) * 2 + $0] } }
        #expect(middles == expected)
        let (classes, fewer) = (try floats(whole, "classifier.weight"), try floats(part, "classifier.weight"))
        #expect(fewer == (0..<3).flatMap { row in (0..<5).map { classes[row * 8 + $0] } })
    }

    @Test("a network that does not fit is refused by name")
    func refusesLarger() throws {
        let shared = try SharedWeights(of: [try ElasticNetwork.graph(width: 4, kernel: 3)], seed: 3)
        let larger = try ElasticNetwork.graph(width: 5, kernel: 3)
        let error = #expect(throws: TrainingError.self) { try shared.inherited(by: larger) }
        #expect("\(try #require(error))".contains("first.weight"))
    }

    @Test("all networks of a step learn")
    func learns() throws {
        let networks = try ElasticNetwork.networks()
        let source = ElasticNetwork.samples(300)
        let trainer = try SuperTrainer(
            try SharedWeights(of: networks.graphs, seed: 1), networks: networks, on: source,
            recipe: ElasticNetwork.recipe)
        let first = try trainer.takeStep()
        var last = first
        while !trainer.isFinished { last = try trainer.takeStep() }
        #expect(last[0] < 0.6 * first[0])
        for graph in networks.graphs {
            let network = try trainer.weights.inherited(by: graph)
            let recipe = TrainingRecipe().with {
                $0.epochs = 0.2
                $0.batch = 32
                $0.learningRate = 1e-12
                $0.warmupEpochs = 0
            }
            let seen = try train(network, on: source, recipe: recipe)
            #expect(try #require(seen.history.last).accuracy > 0.9)
        }
    }

    @Test("one and two threads give the same bits", arguments: TrainingKernels.available)
    func isIndependentOfThreads(_ kernels: TrainingKernels) throws {
        let networks = try ElasticNetwork.networks()
        let results = try [1, 2].map { threads in
            let trainer = try SuperTrainer(
                try SharedWeights(of: networks.graphs, seed: 1), networks: networks,
                on: ElasticNetwork.samples(300), recipe: ElasticNetwork.recipe, threads: threads,
                kernels: kernels)
            while !trainer.isFinished { try trainer.takeStep() }
            return trainer.weights
        }
        #expect(results[0] == results[1])
    }

    @Test("a run resumed from its last checkpoint ends in the same bits")
    func resumes() throws {
        let networks = try ElasticNetwork.networks()
        func trainer() throws -> SuperTrainer {
            try SuperTrainer(
                try SharedWeights(of: networks.graphs, seed: 1), networks: networks,
                on: ElasticNetwork.samples(300), recipe: ElasticNetwork.recipe)
        }
        let whole = try trainer()
        while !whole.isFinished { try whole.takeStep() }
        let stopped = try trainer()
        for _ in 0..<33 { try stopped.takeStep() }
        let resumed = try trainer()
        try resumed.resume(from: try SuperState(decoding: stopped.checkpoint.encoded()))
        #expect(resumed.step > 0)
        while !resumed.isFinished { try resumed.takeStep() }
        #expect(resumed.weights == whole.weights)
    }

    @Test("a rate at which nothing is learned is halved, and the training recovers or says so")
    func guardsAgainstCollapse() throws {
        let networks = try ElasticNetwork.networks()
        var recipe = ElasticNetwork.recipe
        recipe.learningRate = 1e30
        let trainer = try SuperTrainer(
            try SharedWeights(of: networks.graphs, seed: 1), networks: networks,
            on: ElasticNetwork.samples(300), recipe: recipe)
        let error = #expect(throws: TrainingError.self) {
            for _ in 0..<2000 where !trainer.isFinished { try trainer.takeStep() }
        }
        #expect("\(try #require(error))".contains("does not learn"))
    }

    @Test("statistics are those of the samples")
    func reestimates() throws {
        let graph = try ElasticNetwork.graph(width: 3, kernel: 1).initialized(seed: 5)
        let source = ElasticNetwork.samples(64)
        let result = try graph.withStatistics(of: source, rows: Array(0..<64), batch: 64)
        let weights = try #require(graph.values.first { $0.name == "first.weight" }?.constant?.tensor.floats)
        let means = try #require(result.values.first { $0.name == "norm.mean" }?.constant?.tensor.floats)
        for channel in 0..<3 {
            var sum: Float = 0
            for place in stride(from: 0, to: source.samples.count, by: 2) {
                sum +=
                    weights[2 * channel] * source.samples[place]
                    + weights[2 * channel + 1] * source.samples[place + 1]
            }
            #expect(abs(means[channel] - sum / Float(source.samples.count / 2)) < 1e-4)
        }
    }
}
