import Compression
import Determinism
import Engine
public import ModelGraph
public import SearchSpaces
import Training

/// How long and how candidates are trained.
public struct TrainingSettings: Hashable, Sendable {
    /// Passes over the training part; pruned candidates spend the last third on fine-tuning.
    public var epochs: Double
    public var batch: Int
    public var usesAdamW: Bool
    /// Nil for the optimiser's own: 0.05 a batch of 128 for SGD (scaled with the batch), 0.002 for AdamW.
    public var learningRate: Double?
    /// Whether every candidate learns from the largest network of the space, not only those whose recipe says so.
    public var distillsAll: Bool

    public init(
        epochs: Double, batch: Int = 128, usesAdamW: Bool = false, learningRate: Double? = nil,
        distillsAll: Bool = false
    ) {
        self.epochs = epochs
        self.batch = batch
        self.usesAdamW = usesAdamW
        self.learningRate = learningRate
        self.distillsAll = distillsAll
    }

    func recipe(epochs: Double, seed: UInt64, distills: Bool) -> TrainingRecipe {
        TrainingRecipe().with { recipe in
            recipe.epochs = epochs
            recipe.batch = batch
            recipe.seed = seed
            recipe.warmupEpochs = min(1, epochs / 10)
            recipe.optimizer = usesAdamW ? .adamW(beta1: 0.9, beta2: 0.999) : .sgd(momentum: 0.9)
            recipe.learningRate = Float(learningRate ?? (usesAdamW ? 0.002 : 0.05 * Double(batch) / 128))
            recipe.weightDecay = usesAdamW ? 0.01 : 5e-4
            recipe.labelSmoothing = distills ? 0 : 0.05
            recipe.distillation = distills ? TrainingRecipe.Distillation() : nil
        }
    }
}

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
    private let teacher = TeacherCell()

    public init(
        space: SearchSpace, data: PreparedData, settings: TrainingSettings, seed: UInt64, threads: Int = 1
    ) {
        self.space = space
        self.data = data
        self.settings = settings
        self.seed = seed
        self.threads = threads
    }

    /// Hash of everything that decides the weights: live network, pipeline, data and split, settings, seed.
    public func accuracyKey(of genotype: Genotype) -> String {
        let network: String
        do {
            let policy = GraphPolicy(
                deadCode: .zeros, foldsBatchNormalization: false, fusesActivation: false,
                fusesResidual: false,
                removesNoOps: true)
            var live = try space.graph(of: genotype, input: data.input).normalized(for: policy)
            live.name = ""
            network = SHA256.hex(live.encoded())
        } catch {
            network = space.id(of: genotype)
        }
        return SHA256.hex(
            "\(network)|\(space.compression(of: genotype))|\(data.identity)|\(data.augmentation)|\(settings)|\(seed)"
        )
    }

    /// Trains and compresses a point.
    ///
    /// Throws `CancellationError` where the task is cancelled, else what went wrong.
    public func build(_ genotype: Genotype) async throws -> Graph {
        let compression = try Compression(parsing: space.compression(of: genotype))
        let distills = settings.distillsAll || compression.distills
        let teacher = distills ? try await teacherNetwork() : nil
        return try build(genotype, compression, teacher: teacher)
    }

    private func build(_ genotype: Genotype, _ compression: Compression, teacher: Graph?) throws -> Graph {
        let key = accuracyKey(of: genotype).prefix(16)
        let stream = UInt64(key, radix: 16) ?? 0
        let start = try space.graph(of: genotype, input: data.input).initialized(seed: seed ^ stream)
        let share = compression.trainsAgain ? 2.0 / 3 : 1
        let trained = try train(start, epochs: settings.epochs * share, stream: stream, teacher: teacher)
        return try compress(
            trained, by: compression, calibration: CalibrationSamples(data),
            fineTune: { pruned, step in
                let epochs = step.fineTuningEpochs ?? settings.epochs * (1 - share)
                return try train(pruned, epochs: epochs, stream: stream &+ 1, teacher: teacher)
            })
    }

    private func train(_ graph: Graph, epochs: Double, stream: UInt64, teacher: Graph?) throws -> Graph {
        let result = Result { () throws(TrainingError) in
            try Training.train(
                graph, on: data.trainingSource(seed: seed ^ stream),
                recipe: settings.recipe(epochs: epochs, seed: seed, distills: teacher != nil),
                candidate: stream,
                threads: threads, teacher: teacher.map(Teacher.network), isCancelled: { Task.isCancelled })
        }
        switch result {
        case .success(let network): return network.graph
        case .failure(.cancelled): throw CancellationError()
        case .failure(let error): throw error
        }
    }

    /// The largest network of the space, uncompressed, trained once for all who learn from it.
    private func teacherNetwork() async throws -> Graph {
        try await teacher.graph {
            try build(space.uncompressed(space.largest), .none, teacher: nil)
        }
    }
}

/// Trains the teacher when it is first asked for.
private actor TeacherCell {
    private var task: Task<Graph, any Error>?

    func graph(_ make: @escaping @Sendable () throws -> Graph) async throws -> Graph {
        let running = task ?? Task { try make() }
        task = running
        return try await withTaskCancellationHandler {
            try await running.value
        } onCancel: {
            running.cancel()
        }
    }
}

extension Compression {
    /// Whether a part of the training is kept for after a step.
    fileprivate var trainsAgain: Bool {
        steps.contains { step in
            switch step {
            case .structured, .magnitude, .pattern, .dynamic: true
            case .precision(let assignment, let isTrained): isTrained || assignment.choices.contains(.binary)
            case .distill, .finetune: false
            }
        }
    }
}

extension Compression.Step {
    /// The epochs a fine-tuning step itself names.
    fileprivate var fineTuningEpochs: Double? {
        if case .finetune(let epochs) = self { Double(epochs) } else { nil }
    }
}
