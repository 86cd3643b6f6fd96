import Datasets
import Determinism
import Engine
public import ModelCompression
public import ModelGraph
public import SearchSpaces
import Training

/// Builds points of a space: initialises, trains and compresses them on a data set.
///
/// What comes out is the artefact that is scored, executed and exported; nothing is masked or simulated.
public struct CandidateBuilder: Sendable {
    public let space: SearchSpace
    public let data: PreparedData
    public let settings: TrainingSettings
    public let seed: UInt64
    /// Threads that share one training; 1 where many candidates are built at once.
    public let threads: Int
    /// How compressions are carried out where their description leaves a choice; `settings.channelOrder` decides on channels.
    public let options: CompressionOptions
    /// Trained networks from elsewhere that recipes name as teachers; `largest` and `original` are the space's own.
    public let teachers: [String: Graph]
    private let trainings = TrainingCache()

    public init(
        space: SearchSpace, data: PreparedData, settings: TrainingSettings, seed: UInt64, threads: Int = 1,
        options: CompressionOptions = CompressionOptions(), teachers: [String: Graph] = [:]
    ) {
        self.space = space
        self.data = data
        self.settings = settings
        self.seed = seed
        self.threads = threads
        self.options = options
        self.teachers = teachers
    }

    /// The names of teachers that every space has.
    public static let ownTeachers = ["largest", "original"]

    /// Hash of everything that decides the weights: live network, pipeline, data and split, settings, seed.
    public func accuracyKey(of genotype: Genotype) -> String {
        let compression = space.compression(of: genotype)
        return SHA256.hex(
            "\(networkKey(of: genotype))|\(compression)|\(data.identity)|\(data.augmentation)|\(settings)|\(options)|\(seed)"
                + (guest(of: compression).map { "|\(SHA256.hex($0.encoded()))" } ?? ""))
    }

    /// The network from elsewhere that candidates of a compression learn from; nil where there is none.
    private func guest(of compression: String) -> Graph? {
        guard !teachers.isEmpty, let steps = try? Compression(parsing: compression) else { return nil }
        return steps.distillation.flatMap { teachers[$0.teacher] }
    }

    /// Hash of what is left of a network where dead branches are removed.
    private func networkKey(of genotype: Genotype) -> String {
        do {
            let policy = GraphPolicy(
                deadCode: .zeros, foldsBatchNormalization: false, fusesActivation: false,
                fusesResidual: false,
                removesNoOps: true)
            var live = try space.graph(of: genotype, input: data.input).normalized(for: policy)
            live.name = ""
            return SHA256.hex(live.encoded())
        } catch {
            return space.id(of: genotype)
        }
    }

    /// Trains and compresses a point; what it has in common with points built before is not trained again.
    ///
    /// Throws `CancellationError` where the task is cancelled, else what went wrong.
    public func build(_ genotype: Genotype) throws -> Graph {
        let start = try prepared(genotype)
        return try compress(
            start.network, by: start.compression, calibration: CalibrationSamples(data),
            options: start.options, fineTune: start.fineTune)
    }

    /// A point's network before its compression, and how the steps of that train it further.
    func prepared(_ genotype: Genotype) throws -> Preparation {
        let compression = try Compression(parsing: space.compression(of: genotype))
        let distillation = settings.distillation(of: compression)
        let teacher = distillation == nil ? nil : try tutor(compression.distillation?.teacher ?? "largest")
        let epochs = settings.epochs(of: compression, startsTrained: space.hasWeights)
        // The largest network has nobody larger to learn from; pruned, it learns from itself.
        let isTeacher =
            teacher?.isGuest != true && space.uncompressed(genotype) == space.uncompressed(space.largest)
        let start = try initialized(genotype)
        let network =
            space.hasWeights
            ? start
            : try train(
                start, teacher: isTeacher ? nil : teacher,
                recipe: settings.recipe(
                    epochs: epochs.before, seed: seed, distillation: isTeacher ? nil : distillation))
        let options = try options(for: compression, of: network)
        return Preparation(network: network, compression: compression, options: options) { pruned, step in
            let recipe = settings.recipe(
                after: step, epochs: step.fineTuningEpochs ?? epochs.after, samples: data.split.train.count,
                seed: seed, distillation: distillation, startsTrained: space.hasWeights)
            return try train(pruned, teacher: teacher, recipe: recipe)
        }
    }

    /// What a compression starts from.
    struct Preparation {
        let network: Graph
        let compression: Compression
        let options: CompressionOptions
        let fineTune: (Graph, Compression.Step) throws -> Graph
    }

    /// The options of one network: where channels go by the loss, its gradient over twenty batches says how much each matters.
    private func options(for compression: Compression, of network: Graph) throws -> CompressionOptions {
        let removesChannels = compression.steps.contains { if case .structured = $0 { true } else { false } }
        guard removesChannels, settings.channelOrder == .taylor else { return options }
        let stream = stream(SHA256.hex(network.encoded()))
        let gradients = try lossGradients(
            of: network, on: data.trainingSource(seed: seed ^ stream),
            recipe: settings.recipe(epochs: 1, seed: seed), candidate: stream, batches: 20)
        var chosen = options
        chosen.importance = .taylor(network, gradients: gradients)
        return chosen
    }

    private func initialized(_ genotype: Genotype) throws -> Graph {
        try space.graph(of: genotype, input: data.input)
            .initialized(seed: seed ^ stream(networkKey(of: genotype)))
    }

    /// A number that keys the random streams of what has this hash.
    private func stream(_ hash: String) -> UInt64 { UInt64(hash.prefix(16), radix: 16) ?? 0 }

    /// A network that others learn from.
    private struct Tutor {
        let network: Graph
        /// Whether it came from elsewhere.
        let isGuest: Bool
    }

    /// Trains a network, or takes it from a candidate that trained the same one.
    private func train(_ graph: Graph, teacher: Tutor?, recipe: TrainingRecipe) throws -> Graph {
        let guest = teacher.map { $0.isGuest ? " \(SHA256.hex($0.network.encoded()))" : "" } ?? ""
        let key = SHA256.hex("\(SHA256.hex(graph.encoded())) \(recipe)\(guest)")
        let stream = stream(key)
        return try trainings.network(key) {
            let result = Result { () throws(TrainingError) in
                try Training.train(
                    graph, on: data.trainingSource(seed: seed ^ stream), recipe: recipe, candidate: stream,
                    threads: threads, teacher: teacher.map { .network($0.network) },
                    isCancelled: { Task.isCancelled })
            }
            switch result {
            case .success(let network): return network.graph
            case .failure(.cancelled): throw CancellationError()
            case .failure(let error): throw error
            }
        }
    }

    /// A teacher by its name: one from elsewhere, or the largest network of the space, uncompressed; that is trained once for
    /// all who learn from it, unless it was given.
    private func tutor(_ name: String) throws -> Tutor {
        if let guest = teachers[name] { return Tutor(network: guest, isGuest: true) }
        guard CandidateBuilder.ownTeachers.contains(name) else {
            throw CompressionError("distill(\(name))", "there is no teacher of this name")
        }
        let largest = try initialized(space.uncompressed(space.largest))
        guard !space.hasWeights else { return Tutor(network: largest, isGuest: false) }
        let trained = try train(
            largest, teacher: nil, recipe: settings.recipe(epochs: settings.epochs, seed: seed))
        return Tutor(network: trained, isGuest: false)
    }
}
