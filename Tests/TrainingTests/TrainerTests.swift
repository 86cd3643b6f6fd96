import Determinism
import Kernels
import ModelGraph
import Testing
import Training

@Suite("Training")
struct TrainerTests {
    @Test(
        "both optimisers learn blobs",
        arguments: [TrainingRecipe.Optimizer.sgd(momentum: 0.9), .adamW(beta1: 0.9, beta2: 0.999)])
    func learns(_ optimizer: TrainingRecipe.Optimizer) throws {
        let graph = try SmallNetwork.graph().initialized(seed: 1)
        let trained = try train(
            graph, on: SmallNetwork.blobs(1024),
            recipe: SmallNetwork.recipe.with {
                $0.optimizer = optimizer
                if case .adamW = optimizer { $0.learningRate = 0.02 }
            })
        #expect(trained.history.count == 8)
        let accuracy = try #require(trained.history.last).accuracy
        #expect(accuracy > 0.95)
    }

    @Test("one and two threads give the same bits", arguments: TrainingKernels.available)
    func isIndependentOfThreads(_ kernels: TrainingKernels) throws {
        let graph = try SmallNetwork.graph(dropout: 0.2).initialized(seed: 1)
        let results = try [1, 2].map {
            try train(
                graph, on: SmallNetwork.blobs(200), recipe: SmallNetwork.recipe, candidate: 7, threads: $0,
                kernels: kernels
            )
            .state
        }
        #expect(results[0] == results[1])
    }

    @Test(
        "a batch has more shards where a pass would take more than 256 MiB", arguments: [(32, 2), (224, 8)])
    func limitsMemory(side: Int, shards: Int) throws {
        var builder = GraphBuilder(name: "wide")
        var x = builder.input("image", ValueType([1, side, side, 3]))
        let padding = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
        x = try builder.apply(
            .convolution(Convolution(kernel: 3, padding: padding)),
            to: [x, builder.constant("w0", .unknown([32, 3, 3, 3]))])
        x = try builder.apply(.activation(.relu), to: [x])
        x = try builder.apply(.globalPool(.average), to: [x])
        x = try builder.apply(.reshape([0, -1]), to: [x])
        let graph = builder.graph(outputs: [x])
        // Results and gradients of 224 × 224 × 32 are 12 MiB a row.
        #expect(try Trainer.shards(of: graph, SmallNetwork.recipe.with { $0.batch = 64 }) == shards)
    }

    @Test("candidates see the samples in orders of their own")
    func keysByCandidate() throws {
        let graph = try SmallNetwork.graph().initialized(seed: 1)
        let results = try [1, 2].map {
            try train(graph, on: SmallNetwork.blobs(200), recipe: SmallNetwork.recipe, candidate: $0).state
        }
        #expect(results[0] != results[1])
    }

    @Test("a run resumed from saved bytes ends in the same bits")
    func resumes() throws {
        let graph = try SmallNetwork.graph(dropout: 0.2).initialized(seed: 1)
        let source = SmallNetwork.blobs(200)
        let adam = SmallNetwork.recipe.with { $0.optimizer = .adamW(beta1: 0.9, beta2: 0.99) }
        let whole = try train(graph, on: source, recipe: adam)
        let stopped = try Trainer(graph, on: source, recipe: adam)
        for _ in 0..<8 { try stopped.takeStep() }
        let saved = try TrainingState(decoding: stopped.state.encoded())
        let resumed = try train(graph, on: source, recipe: adam, resuming: saved)
        #expect(resumed.state == whole.state)
    }

    @Test("weights pruned to zero stay zero")
    func keepsZeros() throws {
        var graph = try SmallNetwork.graph().initialized(seed: 1)
        let index = try #require(graph.values.firstIndex { $0.name == "w0" })
        var values = try #require(graph.values[index].constant?.tensor.floats)
        for i in values.indices where i % 3 != 0 { values[i] = 0 }
        graph.values[index].constant = Constant(
            Tensor([8, 3, 3, 2], values), sparsity: .unstructured(nonZeros: values.count / 3))
        let trained = try train(graph, on: SmallNetwork.blobs(128), recipe: SmallNetwork.recipe).graph
        let after = try #require(trained.values[index].constant)
        #expect(after.sparsity == .unstructured(nonZeros: 48))
        let weights = try #require(after.tensor.floats)
        #expect(weights.indices.allSatisfy { (weights[$0] == 0) == ($0 % 3 != 0) })
    }

    @Test("a rate beyond reason is recorded as divergence")
    func diverges() throws {
        let graph = try SmallNetwork.graph().initialized(seed: 1)
        let wild = SmallNetwork.recipe.with {
            $0.learningRate = 1e30
            $0.clip = nil
        }
        #expect {
            try train(graph, on: SmallNetwork.blobs(128), recipe: wild)
        } throws: { error in
            if case .diverged = error as? TrainingError { true } else { false }
        }
    }

    @Test("cancelling stops before the next step")
    func cancels() throws {
        let graph = try SmallNetwork.graph().initialized(seed: 1)
        #expect(throws: TrainingError.cancelled) {
            try train(graph, on: SmallNetwork.blobs(128), recipe: SmallNetwork.recipe, isCancelled: { true })
        }
    }

    @Test("a student with the teacher's logits alone learns what the teacher knows")
    func distils() throws {
        let source = SmallNetwork.blobs(1024)
        let teacher = try train(
            try SmallNetwork.graph().initialized(seed: 1), on: source, recipe: SmallNetwork.recipe
        ).graph
        let untrue = ArraySource(
            sampleShape: source.sampleShape, samples: source.samples,
            labels: source.labels.map { ($0 + 1) % 4 })
        let distilling = SmallNetwork.recipe.with { $0.distillation = .init(temperature: 2, weight: 1) }
        let student = try train(
            try SmallNetwork.graph().initialized(seed: 2), on: untrue, recipe: distilling,
            teacher: .network(teacher))
        let agreement = try #require(student.history.last).accuracy
        #expect(agreement < 0.1)
    }

    @Test("a teacher too large for all rows of a shard at once teaches what its logits teach")
    func learnsFromLargeTeacher() throws {
        let (side, channels, count) = (64, 256, 128)
        var random = RandomStream(seed: 4, .calibration)
        func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in random.uniform() - 0.5 } }
        let (mixing, deciding) = (numbers(channels * 3), numbers(4 * channels))
        let samples = numbers(count * side * side * 3)
        func network(_ layers: (inout GraphBuilder, ValueID) throws -> ValueID) throws -> Graph {
            var builder = GraphBuilder(name: "network")
            let image = builder.input("image", ValueType([1, side, side, 3]))
            let output = try layers(&builder, image)
            return builder.graph(outputs: [output])
        }
        let teacher = try network { builder, image in
            var x = try builder.apply(
                .convolution(Convolution(kernel: 1)),
                to: [image, builder.constant("mix", Tensor([channels, 1, 1, 3], mixing))])
            x = try builder.apply(.activation(.relu), to: [x])
            x = try builder.apply(.globalPool(.average), to: [x])
            x = try builder.apply(.reshape([0, -1]), to: [x])
            return try builder.apply(
                .dense, to: [x, builder.constant("decide", Tensor([4, channels], deciding))])
        }
        let student = try network { builder, image in
            var x = try builder.apply(.globalPool(.average), to: [image])
            x = try builder.apply(.reshape([0, -1]), to: [x])
            return try builder.apply(.dense, to: [x, builder.constant("w", .unknown([4, 3]))])
        }.initialized(seed: 1)
        // The teacher's logits in plain loops.
        let logits = (0..<count).flatMap { sample -> [Float] in
            var means = [Float](repeating: 0, count: channels)
            for pixel in 0..<side * side {
                let at = (sample * side * side + pixel) * 3
                for channel in 0..<channels {
                    let sum = (0..<3).reduce(Float(0)) { $0 + mixing[channel * 3 + $1] * samples[at + $1] }
                    means[channel] += max(sum, 0) / Float(side * side)
                }
            }
            return (0..<4).map { row in
                (0..<channels).reduce(0) { $0 + deciding[row * channels + $1] * means[$1] }
            }
        }
        let source = ArraySource(
            sampleShape: [side, side, 3], samples: samples, labels: (0..<count).map { $0 % 4 })
        let recipe = SmallNetwork.recipe.with {
            ($0.batch, $0.epochs) = (128, 3)
            $0.distillation = .init(temperature: 1, weight: 1)
        }
        let one = try train(student, on: source, recipe: recipe, teacher: .network(teacher))
        let other = try train(student, on: source, recipe: recipe, teacher: .logits(logits))
        for (a, b) in zip(one.history, other.history) { #expect(abs(a.loss - b.loss) < 1e-4) }
    }

    /// Logits by the first value of a sample, as an array of them all would give.
    private struct Signs: RowTeacher {
        static func logits(_ first: Float) -> [Float] { [first, -first, 0, 2 * first] }

        func answer(_ samples: Span<Float>, into answers: inout MutableSpan<Float>) {
            let size = samples.count / (answers.count / 4)
            for place in 0..<answers.count {
                answers[place] = Self.logits(samples[place / 4 * size])[place % 4]
            }
        }
    }

    @Test("a teacher that answers row by row teaches what the same logits teach", arguments: [1, 2])
    func learnsFromRows(threads: Int) throws {
        let source = SmallNetwork.blobs(200)
        let graph = try SmallNetwork.graph().initialized(seed: 1)
        let distilling = SmallNetwork.recipe.with { $0.distillation = .init(temperature: 1, weight: 1) }
        let logits = (0..<200).flatMap { Signs.logits(source.samples[$0 * 72]) }
        let one = try train(graph, on: source, recipe: distilling, threads: threads, teacher: .rows(Signs()))
        let other = try train(graph, on: source, recipe: distilling, teacher: .logits(logits))
        #expect(one.graph == other.graph)
    }

    @Test("dropout by the recipe is that of a graph which has it in the same place")
    func dropsOutByRecipe() throws {
        let source = SmallNetwork.blobs(200)
        let dropping = SmallNetwork.recipe.with { $0.dropout = 0.2 }
        let plain = try SmallNetwork.graph().initialized(seed: 1)
        var graph = try SmallNetwork.graph(dropout: 0.2)
        for index in graph.values.indices where graph.values[index].constant != nil {
            let name = graph.values[index].name
            graph.values[index].constant = plain.values.first { $0.name == name }?.constant
        }
        let byRecipe = try train(plain, on: source, recipe: dropping)
        let byGraph = try train(graph, on: source, recipe: SmallNetwork.recipe)
        #expect(byRecipe.history.map(\.loss) == byGraph.history.map(\.loss))
        #expect(!byRecipe.graph.nodes.contains { $0.operation == .training(.dropout(rate: 0.2)) })
    }

    @Test("blended samples are learned like samples, with any number of threads", arguments: [1, 2])
    func learnsBlended(_ threads: Int) throws {
        let graph = try SmallNetwork.graph().initialized(seed: 1)
        let blending = SmallNetwork.recipe.with { $0.mixUp = 0.4 }
        let source = SmallNetwork.blobs(1024)
        let trained = try train(graph, on: source, recipe: blending, threads: threads)
        #expect(try #require(trained.history.last).accuracy > 0.95)
        #expect(trained.state == (try train(graph, on: source, recipe: blending)).state)
        #expect(trained.state != (try train(graph, on: source, recipe: SmallNetwork.recipe)).state)
    }

    @Test("a blend of any two points of a line is learned as a point of it")
    func blendsNumbers() throws {
        var builder = GraphBuilder(name: "line")
        let x = builder.input("x", ValueType([1, 2]))
        let y = try builder.apply(
            .dense, to: [x, builder.constant("w", .unknown([1, 2])), builder.constant("b", .unknown([1]))])
        let line = builder.graph(outputs: [y]).initialized(seed: 1)
        var random = RandomStream(seed: 3, .calibration)
        let samples = (0..<512).map { _ in random.uniform() }
        let targets = (0..<256).map { row -> Float in
            let (a, b) = (samples[2 * row], samples[2 * row + 1])
            return 3 * a - 2 * b + 1
        }
        let source = ArraySource(sampleShape: [2], samples: samples, targets: targets)
        let recipe = SmallNetwork.recipe.with {
            ($0.loss, $0.mixUp, $0.epochs, $0.weightDecay) = (.meanSquaredError, 1, 60, 0)
        }
        let trained = try train(line, on: source, recipe: recipe)
        #expect(try #require(trained.history.last).loss < 1e-6)
    }

    @Test("blending needs a teacher that sees the blend", arguments: [-0.1, 1.5] as [Float])
    func refusesImpossibleBlends(_ strength: Float) throws {
        let graph = try SmallNetwork.graph().initialized(seed: 1)
        #expect(throws: TrainingError.self) {
            try train(
                graph, on: SmallNetwork.blobs(64), recipe: SmallNetwork.recipe.with { $0.mixUp = strength })
        }
        let imitating = SmallNetwork.recipe.with { ($0.mixUp, $0.distillation) = (0.4, .init()) }
        #expect(throws: TrainingError.self) {
            try train(
                graph, on: SmallNetwork.blobs(64), recipe: imitating,
                teacher: .logits([Float](repeating: 0, count: 64 * 4)))
        }
    }

    @Test("matching a teacher's features alone lowers their distance")
    func matchesFeatures() throws {
        let source = SmallNetwork.blobs(256)
        let teacher = try train(
            try SmallNetwork.graph().initialized(seed: 1), on: source, recipe: SmallNetwork.recipe
        ).graph
        let matching = SmallNetwork.recipe.with {
            $0.distillation = .init(temperature: 1, weight: 1, featureWeight: 50)
        }
        let history = try train(
            try SmallNetwork.graph().initialized(seed: 2), on: source, recipe: matching, threads: 2,
            teacher: .network(teacher)
        ).history
        #expect(history[history.count - 1].loss < history[0].loss)
        #expect(throws: TrainingError.self) {
            try train(
                teacher, on: source, recipe: matching, teacher: .logits([Float](repeating: 0, count: 256 * 4))
            )
        }
    }

    @Test("a regression learns a linear map")
    func regresses() throws {
        var random = RandomStream(seed: 3, .calibration)
        let samples = (0..<3000).map { _ in random.uniform() * 2 - 1 }
        let targets = stride(from: 0, to: 3000, by: 3).map { 2 * samples[$0] - samples[$0 + 1] + 0.5 }
        var builder = GraphBuilder(name: "line")
        let input = builder.input("x", ValueType([1, 3]))
        let output = try builder.apply(
            .dense,
            to: [input, builder.constant("w", .unknown([1, 3])), builder.constant("b", .unknown([1]))])
        let graph = builder.graph(outputs: [output]).initialized(seed: 1)
        let trained = try train(
            graph, on: ArraySource(sampleShape: [3], samples: samples, targets: targets),
            recipe: SmallNetwork.recipe.with {
                $0.learningRate = 0.05
                $0.loss = .meanSquaredError
                $0.weightDecay = 0
            })
        #expect(try #require(trained.history.last).loss < 1e-4)
    }

    @Test("wrong data and recipes are refused in one sentence")
    func refuses() throws {
        let graph = try SmallNetwork.graph().initialized(seed: 1)
        let source = SmallNetwork.blobs(64)
        let tooManyClasses = ArraySource(
            sampleShape: [6, 6, 2], samples: source.samples, labels: source.labels.map { $0 + 2 })
        #expect(throws: TrainingError.self) {
            try train(graph, on: tooManyClasses, recipe: SmallNetwork.recipe)
        }
        #expect(throws: TrainingError.self) {
            try train(
                graph, on: ArraySource(sampleShape: [6], samples: [1, 2, 3, 4, 5, 6], labels: [0]),
                recipe: SmallNetwork.recipe)
        }
        #expect(throws: TrainingError.self) {
            try train(try SmallNetwork.graph(), on: source, recipe: SmallNetwork.recipe)
        }
        #expect(throws: TrainingError.self) {
            try train(graph, on: source, recipe: SmallNetwork.recipe.with { $0.batch = 0 })
        }
        #expect(throws: TrainingError.self) {
            try train(graph, on: source, recipe: SmallNetwork.recipe.with { $0.epochs = .nan })
        }
    }
}
