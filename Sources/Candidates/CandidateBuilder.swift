import Datasets
public import Determinism
import Engine
public import ModelCompression
public import ModelGraph
public import SearchSpaces
public import Training

/// Builds points of a space: initialises, trains and compresses them on a data set.
///
/// What comes out is the artefact that is scored, executed and exported; nothing is masked or simulated.
public struct CandidateBuilder: Sendable {
    /// The space whose points are built.
    public let space: SearchSpace
    /// The data on which they are trained and judged.
    public let data: PreparedData
    /// How they are trained.
    public let settings: TrainingSettings
    /// Seed of initial weights, of the order of samples and of augmentation.
    public let seed: UInt64
    /// Threads that share one training; 1 where many candidates are built at once.
    public let threads: Int
    /// How compressions are carried out where their description leaves a choice; `settings.channelOrder` decides on channels.
    public let options: CompressionOptions
    /// Trained networks from elsewhere that recipes name as teachers; `SpaceTeacher.names` are the space's own.
    public let externalTeachers: [String: Graph]
    /// Where the weights of the space's networks come from.
    public let weights: WeightSource
    private let shared: SharedWeights?
    private let inheritance: Inheritance?
    /// What statistics of inherited networks are taken from.
    private let statistics: TrainingPart
    private let trainings = TrainingCache<TrainedGraph>()
    private let tables = TrainingCache<TableTeacher>(capacity: 1)

    /// - Parameters:
    ///   - shared: the weights of a trained super-network, which every network of the space begins from.
    ///   - inheritance: networks of earlier candidates, from which those of later ones begin.
    public init(
        space: SearchSpace, data: PreparedData, settings: TrainingSettings, seed: UInt64, threads: Int = 1,
        options: CompressionOptions = CompressionOptions(), externalTeachers: [String: Graph] = [:],
        shared: SharedWeights? = nil, inheritance: Inheritance? = nil
    ) {
        self.space = space
        self.data = data
        self.settings = settings
        self.seed = seed
        self.threads = threads
        self.options = options
        self.externalTeachers = externalTeachers
        self.shared = shared
        self.inheritance = inheritance
        statistics = data.statisticsSource()
        if shared != nil {
            weights = .shared
        } else {
            weights = inheritance == nil ? WeightSource(of: space) : .inherited
        }
    }

    /// Everything that decides the weights of a point and how good they are: live network, pipeline, data, training, teacher,
    /// seed; equal for points of different spaces that are the same network.
    ///
    /// - Parameter ancestors: those that the point inherits from; their hash stands for the source of its weights and what it
    ///   takes of them.
    public func accuracyIdentity(of genotype: Genotype, after ancestors: [Ancestor] = []) -> Identity {
        let compression = try? space.pipeline(of: genotype)
        var identity: Identity = [
            "version": .integer(1), "network": .text(networkKey(of: genotype)),
            "compression": .text(space.compression(of: genotype)), "data": data.identity,
            "weights": .text(weights.rawValue), "shared": .text(orAbsent: shared?.contentHash),
            "training": settings.identity,
            "compressing": options.identity, "seed": .text(String(seed)),
            "teacher": .text(orAbsent: compression.flatMap(externalTeacherKey)),
            "space_teacher": .text(orAbsent: compression.flatMap(spaceTeacherKey)),
        ]
        if let inheritance {
            identity.append(
                "inheritance",
                [
                    "trained": .text(inheritance.networks.key(of: genotype, after: ancestors)),
                    "trains_on": .flag(inheritance.trainsOn),
                ])
        }
        return identity
    }

    /// Hash of the network from elsewhere that a compression learns from; nil where there is none.
    func externalTeacherKey(of compression: Compression) -> String? {
        compression.distillation.flatMap { externalTeachers[$0.teacher] }.map { SHA256.hex($0.encoded()) }
    }

    /// Hash of the space's own teacher where a compression learns from it.
    func spaceTeacherKey(of compression: Compression) -> String? {
        guard settings.distillation(of: compression) != nil,
            externalTeachers[compression.distillation?.teacher ?? "largest"] == nil
        else { return nil }
        if compression.distillation?.teacher == TableTeacher.name { return SpaceTeacher.treesKey }
        return networkKey(of: space.uncompressed(space.largest))
    }

    /// Hash of what is left of a network where dead branches are removed.
    func networkKey(of genotype: Genotype) -> String {
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
    /// - Parameters:
    ///   - ancestors: those that it inherits from, the first one first; none for one that begins from random weights.
    ///   - record: takes down how the trainings go.
    /// - Throws: `CancellationError` where the task is cancelled, else what went wrong.
    public func build(
        _ genotype: Genotype, after ancestors: [Ancestor] = [], record: TrainingRecord? = nil
    ) throws -> Graph {
        let start = try prepared(genotype, after: ancestors, record)
        return try compress(
            start.network, by: start.compression, calibration: CalibrationSamples(data),
            options: start.options, fineTune: start.fineTune)
    }

    /// A point's network before its compression, and how the steps of that train it further.
    func prepared(
        _ genotype: Genotype, after ancestors: [Ancestor], _ record: TrainingRecord?
    ) throws -> Preparation {
        let compression = try space.pipeline(of: genotype)
        let lesson = try lesson(of: compression)
        let epochs = settings.with(epochs: try self.epochs(of: genotype)).epochs(
            of: compression, from: weights)
        let network = try network(
            of: genotype, after: ancestors, epochs: epochs.before,
            lesson: lesson?.isOwnNetwork(genotype, of: space) == true ? nil : lesson, record)
        let options = try options(for: compression, of: network)
        return Preparation(network: network, compression: compression, options: options) { pruned, step in
            if isSettledByStatistics(step) { return try settled(pruned) }
            let recipe = settings.recipe(
                after: step, epochs: step.fineTuningEpochs ?? epochs.after, samples: data.split.train.count,
                seed: seed, distillation: lesson?.distillation, from: weights)
            let trained = try train(pruned, teacher: lesson?.teacher, recipe: recipe)
            record?.add("\(step)", trained.history)
            return trained.graph
        }
    }

    /// Passes that the training of a point gets in all.
    package func epochs(of genotype: Genotype) throws -> Double {
        guard settings.mostEpochs != nil else { return settings.epochs }
        let network = try space.graph(of: space.uncompressed(genotype), input: data.input)
        return settings.epochs(operations: Double(network.counts.macs))
    }

    /// A point's network, trained before its compression: from its own beginning, or from what it inherits.
    private func network(
        of genotype: Genotype, after ancestors: [Ancestor], epochs: Double, lesson: Lesson?,
        _ record: TrainingRecord?
    ) throws -> Graph {
        guard let inheritance else {
            return try trained(initialized(genotype), epochs: epochs, lesson: lesson, record)
        }
        let network = try inheritance.networks.network(of: genotype, after: ancestors)
        return inheritance.trainsOn ? try trained(network, epochs: epochs, lesson: lesson, record) : network
    }

    /// A network trained before its compression; one that was given is trained already.
    private func trained(
        _ network: Graph, epochs: Double, lesson: Lesson?, _ record: TrainingRecord? = nil
    ) throws -> Graph {
        switch weights {
        case .given: return network
        case .shared where epochs == 0: return network
        case .scratch, .shared, .inherited, .backbone:
            let trained = try train(
                network, teacher: lesson?.teacher,
                recipe: settings.recipe(epochs: epochs, seed: seed, distillation: lesson?.distillation))
            record?.add("before compression", trained.history)
            return trained.graph
        }
    }

    /// Whether what is left after a step needs new statistics only: channels that a comparison without training removes.
    private func isSettledByStatistics(_ step: Compression.Step) -> Bool {
        guard weights == .shared, settings.epochs == 0 else { return false }
        if case .structured = step { return true }
        return false
    }

    /// A network whose normalisations have the statistics of its own activations.
    private func settled(_ network: Graph) throws -> Graph {
        let rows = Array(0..<statistics.count)
        return try network.withStatistics(of: statistics, rows: rows, batch: min(128, rows.count))
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
            of: data.readingWholeSamples(network), on: data.trainingSource(seed: seed ^ stream),
            recipe: adapted(settings.recipe(epochs: 1, seed: seed)), candidate: stream, batches: 20)
        var chosen = options
        chosen.importance = .taylor(network, gradients: gradients)
        return chosen
    }

    func initialized(_ genotype: Genotype) throws -> Graph {
        let network = try space.graph(of: genotype, input: data.input).spreadingBins(over: data)
        if space.isBackbone, shared == nil { return network.beginningWithZeros }
        guard let shared else { return network.initialized(seed: seed ^ stream(networkKey(of: genotype))) }
        return try settled(shared.inherited(by: network))
    }

    /// A number that keys the random streams of what has this hash.
    func stream(_ hash: String) -> UInt64 { UInt64(hash.prefix(16), radix: 16) ?? 0 }

    /// Trains a network, or takes it from a candidate that trained the same one.
    private func train(
        _ graph: Graph, teacher: SpaceTeacher?, recipe: TrainingRecipe
    ) throws -> TrainedGraph {
        let recipe = adapted(recipe)
        let key = SHA256.hex("\(SHA256.hex(graph.encoded())) \(recipe)\(teacher?.keySuffix ?? "")")
        return try trainings.network(key) {
            try train(graph, teacher: teacher, recipe: recipe, stream: stream(key))
        }
    }

    /// Trains a network; `stream` keys its random numbers.
    func train(
        _ graph: Graph, teacher: SpaceTeacher?, recipe: TrainingRecipe, stream: UInt64
    ) throws -> TrainedGraph {
        let result = Result { () throws(TrainingError) in
            try Training.train(
                data.readingWholeSamples(graph),
                on: data.trainingSource(
                    seed: seed ^ stream, swapsValues: teacher?.network == nil && teacher != nil),
                recipe: recipe, candidate: stream, threads: threads,
                teacher: teacher.map { teacher throws(TrainingError) in try teacher.teaching(data) },
                isCancelled: { Task.isCancelled })
        }
        switch result {
        case .success(let network):
            return TrainedGraph(graph: network.graph.rolled(into: graph), history: network.history)
        case .failure(.cancelled): throw CancellationError()
        case .failure(let error): throw error
        }
    }

    /// A recipe with the loss of the task, the weights of its classes, and the rate that suits the space.
    func adapted(_ recipe: TrainingRecipe) -> TrainingRecipe {
        recipe.with { recipe in
            recipe.loss = data.task.loss()
            if space.isBackbone, !space.hasNormalizations, settings.learningRate == nil {
                recipe.learningRate *= Float(TrainingSettings.foldedRate)
            }
            recipe.mixUp = data.augmentation.mixUp
            if settings.balancesClasses { recipe.classWeights = data.balancedClassWeights }
            switch data.task {
            case .classification: break
            // Squared errors have steeper gradients than cross-entropy.
            case .regression, .anomaly:
                if settings.learningRate == nil, !settings.usesAdamW { recipe.learningRate *= 0.1 }
            }
        }
    }

    /// What candidates of a compression learn from a teacher, and who that is; nil where they have none.
    func lesson(of compression: Compression) throws -> Lesson? {
        guard let distillation = settings.distillation(of: compression) else { return nil }
        let name = compression.distillation?.teacher ?? "largest"
        return Lesson(teacher: try teacher(named: name), distillation: distillation)
    }

    /// A teacher by its name: one from elsewhere, or the largest network of the space, uncompressed; that is trained once for
    /// all who learn from it, unless it was given.
    private func teacher(named name: String) throws -> SpaceTeacher {
        if let external = externalTeachers[name] { return .external(external) }
        guard SpaceTeacher.names.contains(name) else {
            throw CompressionError("distill(\(name))", "there is no teacher of this name")
        }
        if name == TableTeacher.name {
            return .trees(
                try tables.network(name) {
                    guard let trees = TableTeacher(data, balances: settings.balancesClasses) else {
                        throw CompressionError("distill(\(name))", TableTeacher.limits)
                    }
                    return trees
                })
        }
        return .largest(
            try trained(
                initialized(space.uncompressed(space.largest)),
                epochs: settings.epochs, lesson: nil))
    }
}

extension Graph {
    /// The graph with zeros for its unknown weights, as the new last layer of a trained network begins.
    ///
    /// Random weights would be far off where features are large, and their gradients would undo the features.
    fileprivate var beginningWithZeros: Graph {
        var graph = self
        for index in values.indices {
            guard let tensor = values[index].constant?.tensor, !tensor.isKnown, tensor.dataType == .float32
            else { continue }
            let zeros = [Float](repeating: 0, count: tensor.shape.elementCount)
            graph.values[index].constant = Constant(Tensor(tensor.shape, zeros))
        }
        return graph
    }
}

/// A network that candidates learn from.
public enum SpaceTeacher: Sendable {
    /// The largest network of the space, uncompressed.
    case largest(Graph)
    /// A network from elsewhere.
    case external(Graph)
    /// Trees of the training part.
    case trees(TableTeacher)

    /// The names under which every space has a teacher.
    public static let names = ["largest", "original", TableTeacher.name]

    /// Names the way in which trees are grown and learned from.
    fileprivate static let treesKey = "trees 2"

    /// Nil for trees.
    var network: Graph? {
        switch self {
        case .largest(let network), .external(let network): network
        case .trees: nil
        }
    }

    /// As the trainer asks it.
    fileprivate func teaching(_ data: PreparedData) throws(TrainingError) -> Teacher {
        switch self {
        case .largest(let network), .external(let network): .network(try data.readingWholeSamples(network))
        case .trees(let trees): .rows(trees)
        }
    }

    /// What it adds to the key of a training; the largest network follows from the space.
    fileprivate var keySuffix: String {
        switch self {
        case .largest: ""
        case .external(let network): " \(SHA256.hex(network.encoded()))"
        case .trees: " \(SpaceTeacher.treesKey)"
        }
    }
}

/// A teacher and what is taken over from it.
struct Lesson {
    let teacher: SpaceTeacher
    let distillation: TrainingRecipe.Distillation

    /// Whether a point is the teacher itself, which has nobody larger to learn from; pruned, it learns from itself.
    func isOwnNetwork(_ genotype: Genotype, of space: SearchSpace) -> Bool {
        switch teacher {
        case .largest: space.uncompressed(genotype) == space.uncompressed(space.largest)
        case .external, .trees: false
        }
    }
}
