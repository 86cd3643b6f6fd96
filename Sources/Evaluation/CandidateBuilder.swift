public import Compression
import Datasets
import Determinism
import Engine
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
    private let trainings = TrainingCache()

    public init(
        space: SearchSpace, data: PreparedData, settings: TrainingSettings, seed: UInt64, threads: Int = 1,
        options: CompressionOptions = CompressionOptions()
    ) {
        self.space = space
        self.data = data
        self.settings = settings
        self.seed = seed
        self.threads = threads
        self.options = options
    }

    /// Hash of everything that decides the weights: live network, pipeline, data and split, settings, seed.
    public func accuracyKey(of genotype: Genotype) -> String {
        SHA256.hex(
            "\(networkKey(of: genotype))|\(space.compression(of: genotype))|\(data.identity)|\(data.augmentation)|\(settings)|\(options)|\(seed)"
        )
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
        let distills = settings.distillsAll || compression.distills
        let teacher = distills ? try teacherNetwork() : nil
        let epochs = settings.epochs(of: compression, startsTrained: space.hasWeights)
        // The largest network has nobody larger to learn from; pruned, it learns from itself.
        let isTeacher = space.uncompressed(genotype) == space.uncompressed(space.largest)
        let start = try initialized(genotype)
        let network =
            space.hasWeights
            ? start
            : try train(
                start, teacher: isTeacher ? nil : teacher,
                recipe: settings.recipe(
                    epochs: epochs.before, seed: seed, distills: teacher != nil && !isTeacher))
        let options = try options(for: compression, of: network)
        return Preparation(network: network, compression: compression, options: options) { pruned, step in
            let recipe = settings.recipe(
                after: step, epochs: step.fineTuningEpochs ?? epochs.after, samples: data.split.train.count,
                seed: seed, distills: teacher != nil, startsTrained: space.hasWeights)
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
            recipe: settings.recipe(epochs: 1, seed: seed, distills: false), candidate: stream, batches: 20)
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

    /// Trains a network, or takes it from a candidate that trained the same one.
    private func train(_ graph: Graph, teacher: Graph?, recipe: TrainingRecipe) throws -> Graph {
        let key = SHA256.hex("\(SHA256.hex(graph.encoded())) \(recipe)")
        let stream = stream(key)
        return try trainings.network(key) {
            let result = Result { () throws(TrainingError) in
                try Training.train(
                    graph, on: data.trainingSource(seed: seed ^ stream), recipe: recipe, candidate: stream,
                    threads: threads, teacher: teacher.map(Teacher.network),
                    isCancelled: { Task.isCancelled })
            }
            switch result {
            case .success(let network): return network.graph
            case .failure(.cancelled): throw CancellationError()
            case .failure(let error): throw error
            }
        }
    }

    /// The largest network of the space, uncompressed; trained once for all who learn from it, unless it was given.
    private func teacherNetwork() throws -> Graph {
        let largest = try initialized(space.uncompressed(space.largest))
        guard !space.hasWeights else { return largest }
        return try train(
            largest, teacher: nil,
            recipe: settings.recipe(epochs: settings.epochs, seed: seed, distills: false))
    }
}
