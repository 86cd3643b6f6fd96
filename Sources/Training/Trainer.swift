public import Kernels
public import ModelGraph

/// Trains one network, a step at a time.
///
/// A batch is a fixed number of shards, each a fixed number of rows with batch statistics of its own; threads take
/// whole shards, gradients are added in shard order, so that any number of threads gives the same bits. No step
/// allocates. Use `train` unless you need to stop and resume or to look at weights between steps.
public final class Trainer {
    let graph: Graph
    let tape: Tape
    let recipe: TrainingRecipe
    let source: any BatchSource
    let schedule: Schedule
    let kernels: TrainingKernels
    let candidate: UInt64
    let teacher: Teacher?
    let teacherNetwork: TeacherNetwork?
    let attention: AttentionTransfer?
    let mixing: MixUp?
    let parameters: FloatArena
    let first: FloatArena
    let second: FloatArena?
    let mask: FloatArena?
    /// Whether the network computes with binary weights or activations.
    let hasSigns: Bool
    let shards: [ShardMemory]
    let workers: [WorkerMemory]
    var order: [Int] = []
    var orderEpoch = -1
    var epochTotals = LossTotals()
    var initialLoss: Double?
    var history: [EpochReport] = []
    /// Steps done.
    public internal(set) var step = 0

    /// Prepares to train `graph`, whose float32 constants must have values (see `Graph.initialized(seed:)`).
    ///
    /// - Parameters:
    ///   - candidate: keys the order of samples and dropout beside the recipe's seed.
    ///   - threads: at most this many shards run at a time.
    ///   - kernels: nil takes the fastest of the recipe's precision.
    public init(
        _ graph: Graph, on source: any BatchSource, recipe: TrainingRecipe, candidate: UInt64 = 0,
        threads: Int = 1,
        kernels: TrainingKernels? = nil, teacher: Teacher? = nil
    ) throws(TrainingError) {
        try recipe.validate()
        self.graph = graph
        self.source = source
        self.recipe = recipe
        self.candidate = candidate
        guard let kernels = kernels ?? recipe.precision.kernels else {
            throw .recipe("bfloat16 needs a processor with AVX512-BF16")
        }
        self.kernels = kernels
        self.teacher = teacher
        mixing = MixUp(recipe.mixUp)
        let attention = Trainer.attentionTransfer(graph, recipe, teacher)
        self.attention = attention
        hasSigns = graph.nodes.contains {
            if case .training(.binarize) = $0.operation { true } else { false }
        }
        let (tape, shardCount) = try Trainer.tape(
            of: graph, recipe, kernels: kernels, observing: attention?.pairs.map(\.student) ?? [])
        let rows = recipe.batch / shardCount
        self.tape = tape
        schedule = Schedule(recipe, samples: source.count)
        if case .network(let network) = teacher {
            teacherNetwork = try TeacherNetwork(
                network, rows: rows, kernels: kernels, observing: attention?.pairs.map(\.teacher) ?? [])
        } else {
            teacherNetwork = nil
        }
        parameters = FloatArena(tape.sizes.parameters)
        let trained = tape.sizes.trainedParameters
        first = FloatArena(trained)
        if case .adamW = recipe.optimizer { second = FloatArena(trained) } else { second = nil }
        mask = tape.parameters.contains { $0.isTrained && $0.sparsity != .dense } ? FloatArena(trained) : nil
        shards = (0..<shardCount).map { _ in ShardMemory(tape.sizes) }
        let teacherSizes = teacherNetwork?.tape.sizes
        let answersApart = if case .rows = teacher { true } else { (teacherNetwork?.parts ?? 1) > 1 }
        let answerCount = answersApart ? tape.output.value.count : 0
        workers = (0..<min(max(threads, 1), shardCount)).map { _ in
            WorkerMemory(
                tape.sizes, targetCount: 2 * tape.output.value.count / rows,
                mapCount: attention?.scratchCount ?? 0, answerCount: answerCount, teacher: teacherSizes)
        }
        try checkData()
        try tape.load(graph, into: parameters.block)
        loadMask()
    }

    /// Bytes that a pass over a shard may take; shards of larger networks have fewer rows.
    static let largestPass = 256 << 20
    /// Batch statistics of fewer rows than that tell little.
    static let fewestRows = 4

    /// How many shards a batch of a network has.
    package static func shards(of graph: Graph, _ recipe: TrainingRecipe) throws(TrainingError) -> Int {
        try tape(of: graph, recipe, kernels: .best, observing: []).shards
    }

    /// The tape of one shard, and how many make a batch: as many as the recipe has, doubled until a pass fits in memory.
    private static func tape(
        of graph: Graph, _ recipe: TrainingRecipe, kernels: TrainingKernels, observing observed: [ValueID]
    ) throws(TrainingError) -> (tape: Tape, shards: Int) {
        var shards = recipe.shards
        while true {
            let rows = recipe.batch / shards
            let tape = try Tape(
                graph, rows: rows, kernels: kernels, observing: observed, dropout: recipe.dropout)
            guard tape.sizes.passBytes > largestPass, rows % 2 == 0, rows / 2 >= fewestRows else {
                return (tape, shards)
            }
            shards *= 2
        }
    }

    private func checkData() throws(TrainingError) {
        guard source.count > 0 else { throw .data("there are no samples") }
        let shape = graph[graph.inputs[0]].type.shape.dimensions.dropFirst()
        guard source.sampleShape == Array(shape) else {
            throw .data("samples have shape \(source.sampleShape), the network takes \(Array(shape))")
        }
        if recipe.loss == .crossEntropy {
            for row in 0..<source.count where source.label(row) < 0 || source.label(row) >= outputsPerRow {
                throw .data(
                    "sample \(row) has label \(source.label(row)), the network has \(outputsPerRow) classes")
            }
        }
        try checkTeacher()
        guard recipe.classWeights.isEmpty || recipe.classWeights.count == outputsPerRow else {
            throw .recipe("\(recipe.classWeights.count) class weights for \(outputsPerRow) classes")
        }
    }

    private func checkTeacher() throws(TrainingError) {
        switch teacher {
        case .logits(let values):
            guard values.count == source.count * outputsPerRow else {
                throw .data(
                    "the teacher gave \(values.count) logits, \(source.count) samples × \(outputsPerRow) classes "
                        + "are needed")
            }
            guard mixing == nil else {
                throw .recipe("a teacher of samples that are blended must be a network")
            }
        case .network:
            guard let teacher = teacherNetwork,
                teacher.parts * teacher.tape.output.value.count == tape.output.value.count,
                teacher.parts * teacher.tape.input.count == tape.input.count
            else { throw .data("the teacher's input or output differs from the student's") }
        case .rows, nil: break
        }
        guard recipe.distillation == nil || teacher != nil else {
            throw .recipe("distillation needs a teacher")
        }
        if let weight = recipe.distillation?.featureWeight, weight > 0, teacherNetwork == nil {
            throw .recipe("feature matching needs a teacher network, not logits alone")
        }
        if let attention, attention.pairs.isEmpty {
            throw .recipe("feature matching finds no features of equal height and width in the two networks")
        }
    }

    private static func attentionTransfer(
        _ graph: Graph, _ recipe: TrainingRecipe, _ teacher: Teacher?
    ) -> AttentionTransfer? {
        guard let weight = recipe.distillation?.featureWeight, weight > 0,
            case .network(let network) = teacher
        else { return nil }
        return AttentionTransfer(student: graph, teacher: network, weight: weight)
    }

    var outputsPerRow: Int { tape.output.value.count / tape.rows }

    /// Steps in the whole run.
    public var steps: Int { schedule.steps }
    /// The epoch of the next step, from 0.
    public var epoch: Int { schedule.epoch(of: step) }
    /// Whether all steps of the schedule are done.
    public var isFinished: Bool { step >= schedule.steps }
}
