import Determinism
import Dispatch
public import Kernels
public import ModelGraph
import Synchronization

/// Trains one network, a step at a time.
///
/// A batch is a fixed number of shards, each a fixed number of rows with batch statistics of its own; threads take
/// whole shards, gradients are added in shard order, so that any number of threads gives the same bits. No step
/// allocates. Use `train` unless you need to stop and resume or to look at weights between steps.
public final class Trainer {
    let graph: Graph
    let tape: Tape
    let recipe: TrainingRecipe
    private let source: any BatchSource
    private let schedule: Schedule
    private let kernels: TrainingKernels
    private let candidate: UInt64
    private let teacher: Teacher?
    private let teacherNetwork: TeacherNetwork?
    let parameters: FloatArena
    private let first: FloatArena
    private let second: FloatArena?
    let mask: FloatArena?
    private let shards: [ShardMemory]
    private let workers: [WorkerMemory]
    private var order: [Int] = []
    private var orderEpoch = -1
    private var epochTotals = LossTotals()
    private var initialLoss: Double?
    private var history: [EpochReport] = []
    public private(set) var step = 0

    /// Prepares to train `graph`, whose float32 constants must have values (see `Graph.initialized(seed:)`).
    ///
    /// - Parameters:
    ///   - candidate: keys the order of samples and dropout beside the recipe's seed.
    ///   - threads: at most this many shards run at a time.
    ///   - prunes: keeps a mask even if no constant is sparse yet, for pruning while training.
    public init(
        _ graph: Graph, on source: any BatchSource, recipe: TrainingRecipe, candidate: UInt64 = 0,
        threads: Int = 1,
        kernels: TrainingKernels = .best, teacher: Teacher? = nil, prunes: Bool = false
    ) throws(TrainingError) {
        try recipe.validate()
        self.graph = graph
        self.source = source
        self.recipe = recipe
        self.candidate = candidate
        self.kernels = kernels
        self.teacher = teacher
        let shardCount = recipe.shards
        let rows = recipe.batch / shardCount
        let tape = try Tape(graph, rows: rows, kernels: kernels)
        self.tape = tape
        schedule = Schedule(recipe, samples: source.count)
        if case .network(let network) = teacher {
            teacherNetwork = try TeacherNetwork(network, rows: rows, kernels: kernels)
        } else {
            teacherNetwork = nil
        }
        parameters = FloatArena(tape.sizes.parameters)
        let trained = tape.sizes.trainedParameters
        first = FloatArena(trained)
        if case .adamW = recipe.optimizer { second = FloatArena(trained) } else { second = nil }
        mask =
            prunes || tape.parameters.contains { $0.isTrained && $0.keepsZeros } ? FloatArena(trained) : nil
        shards = (0..<shardCount).map { _ in ShardMemory(tape.sizes) }
        let teacherSizes = teacherNetwork?.tape.sizes
        workers = (0..<min(max(threads, 1), shardCount)).map { _ in
            WorkerMemory(tape.sizes, targetCount: tape.output.value.count / rows, teacher: teacherSizes)
        }
        try checkData()
        try tape.load(graph, into: parameters.block)
        loadMask()
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
    }

    private func checkTeacher() throws(TrainingError) {
        switch teacher {
        case .logits(let values):
            guard values.count == source.count * outputsPerRow else {
                throw .data(
                    "the teacher gave \(values.count) logits, \(source.count) samples × \(outputsPerRow) classes "
                        + "are needed")
            }
        case .network:
            guard let tape = teacherNetwork?.tape, tape.output.value.count == self.tape.output.value.count,
                tape.input.count == self.tape.input.count
            else { throw .data("the teacher's input or output differs from the student's") }
        case nil: break
        }
        guard recipe.distillation == nil || teacher != nil else {
            throw .recipe("distillation needs a teacher")
        }
    }

    private var outputsPerRow: Int { tape.output.value.count / tape.rows }

    private func loadMask() {
        guard let mask = mask?.block else { return }
        mask.fill(1)
        for parameter in tape.parameters where parameter.isTrained && parameter.keepsZeros {
            let weights = parameters.block.part(parameter.offset, parameter.count)
            let flags = mask.part(parameter.offset, parameter.count)
            for i in 0..<parameter.count where weights[i] == 0 { flags[i] = 0 }
        }
    }

    /// Steps in the whole run.
    public var steps: Int { schedule.steps }
    /// The epoch of the next step, from 0.
    public var epoch: Int { schedule.epoch(of: step) }
    public var isFinished: Bool { step >= schedule.steps }
}

extension Trainer {
    /// Takes one step; returns a report where it ends an epoch or the run.
    ///
    /// - Throws: `TrainingError.diverged` where the loss or the gradient is not finite any more or the loss exploded.
    @discardableResult
    public func takeStep() throws(TrainingError) -> EpochReport? {
        shuffle()
        runShards()
        let totals = try collectTotals()
        let norm = try sumGradients()
        updateWeights(gradientNorm: norm)
        trackStatistics()
        epochTotals.loss += totals.loss
        epochTotals.correct += totals.correct
        step += 1
        return step % schedule.stepsPerEpoch == 0 || isFinished ? finishEpoch() : nil
    }

    private func shuffle() {
        guard orderEpoch != epoch else { return }
        orderEpoch = epoch
        var random = RandomStream(seed: recipe.seed, .shuffle, candidate, UInt64(epoch))
        order = random.permutation(source.count)
        while order.count < recipe.batch { order += random.permutation(source.count) }
    }

    private func runShards() {
        guard workers.count > 1 else {
            for shard in shards.indices { run(shard, on: workers[0]) }
            return
        }
        let next = Atomic<Int>(0)
        // SAFETY: each shard is taken by one thread, each worker belongs to one thread, and everything else is only
        // read until concurrentPerform returns.
        nonisolated(unsafe) let trainer = self
        DispatchQueue.concurrentPerform(iterations: workers.count) { worker in
            while true {
                let shard = next.add(1, ordering: .relaxed).oldValue
                guard shard < trainer.shards.count else { return }
                trainer.run(shard, on: trainer.workers[worker])
            }
        }
    }

    private func run(_ index: Int, on worker: WorkerMemory) {
        let shard = shards[index]
        let pass = pass(index, shard, worker)
        let start = step % schedule.stepsPerEpoch * recipe.batch + index * tape.rows
        let rows = order[start..<start + tape.rows]
        pass[tape.input].withMutableSpan { source.fill(&$0, rows: rows.span, epoch: epoch) }
        shard.gradients.block.fill(0)
        tape.forward(pass)
        shard.totals = LossTotals()
        let teacherLogits = teacherNetwork?.logits(for: pass[tape.input], in: worker)
        let loss = RowLoss(
            share: 1 / Float(recipe.batch), labelSmoothing: recipe.labelSmoothing,
            distillation: recipe.distillation)
        for row in 0..<tape.rows {
            score(row, sample: order[start + row], pass, loss, teacherLogits, worker, &shard.totals)
        }
        tape.backward(pass)
    }

    private func pass(_ index: Int, _ shard: ShardMemory, _ worker: WorkerMemory) -> Pass {
        Pass(
            kernels: kernels, activations: worker.activations.block, gradients: worker.gradients.block,
            scratch: worker.scratch.block, parameters: parameters.block,
            parameterGradients: shard.gradients.block,
            statistics: shard.statistics.block, isTraining: true, seed: recipe.seed, candidate: candidate,
            step: UInt64(step), shard: UInt64(index))
    }

    private func score(
        _ row: Int, sample: Int, _ pass: Pass, _ loss: RowLoss, _ teacherLogits: FloatBlock?,
        _ worker: WorkerMemory,
        _ totals: inout LossTotals
    ) {
        let width = outputsPerRow
        let outputs = pass[tape.output.value].part(row * width, width)
        let gradient = pass[tape.output.gradient].part(row * width, width)
        switch recipe.loss {
        case .meanSquaredError:
            worker.target.block.withMutableSpan { source.fillTarget(&$0, row: sample) }
            loss.regress(outputs, target: worker.target.block, gradient: gradient, into: &totals)
        case .crossEntropy:
            var soft = teacherLogits?.part(row * width, width)
            if case .logits(let values) = teacher {
                soft = worker.target.block
                for c in 0..<width { worker.target.block[c] = values[sample * width + c] }
            }
            loss.classify(
                outputs, label: source.label(sample), teacher: soft, gradient: gradient, into: &totals)
        }
    }

    private func collectTotals() throws(TrainingError) -> LossTotals {
        var totals = LossTotals()
        for shard in shards {
            totals.loss += shard.totals.loss
            totals.correct += shard.totals.correct
        }
        let mean = totals.loss / Double(recipe.batch)
        guard mean.isFinite else { throw diverged("the loss is not finite") }
        let first = initialLoss ?? mean
        initialLoss = first
        guard mean <= 20 * (first + 1) else { throw diverged("the loss rose from \(first) to \(mean)") }
        return totals
    }

    private func diverged(_ detail: String) -> TrainingError {
        .diverged(epoch: epoch, step: step % schedule.stepsPerEpoch, detail: detail)
    }

    /// Adds the shards' gradients into the first shard's, in order, and returns their global norm.
    private func sumGradients() throws(TrainingError) -> Double {
        let total = shards[0].gradients.block
        for shard in shards.dropFirst() {
            kernels.scale(shard.gradients.block, by: 1, into: total, accumulating: true)
        }
        if let mask { total.multiply(by: mask.block) }
        let norm = total.sumOfSquares.squareRoot()
        guard norm.isFinite else { throw diverged("the gradient is not finite") }
        return norm
    }

    private func updateWeights(gradientNorm: Double) {
        let limit = recipe.clip.map(Double.init) ?? .infinity
        let scale = gradientNorm > limit ? Float(limit / gradientNorm) : 1
        for parameter in tape.parameters where parameter.isTrained {
            let update = WeightUpdate(
                learningRate: schedule.learningRate(at: step),
                decay: parameter.role == .weight ? recipe.weightDecay : 0, gradientScale: scale)
            apply(update, to: parameter)
        }
        if let mask { parameters.block.part(0, mask.block.count).multiply(by: mask.block) }
    }

    private func apply(_ update: WeightUpdate, to parameter: Parameter) {
        func part(_ arena: FloatArena) -> FloatBlock { arena.block.part(parameter.offset, parameter.count) }
        switch recipe.optimizer {
        case .sgd(let momentum):
            update.momentum(
                momentum, weights: part(parameters), gradient: part(shards[0].gradients),
                velocity: part(first))
        case .adamW(let beta1, let beta2):
            guard let second else { return }
            update.adamW(
                beta1: beta1, beta2: beta2, step: step + 1, weights: part(parameters),
                gradient: part(shards[0].gradients), first: part(first), second: part(second))
        }
    }

    /// Running statistics follow the mean over shards; the first steps average all so far.
    private func trackStatistics() {
        let momentum = max(recipe.statisticsMomentum, 1 / Float(step + 1))
        for normalization in tape.normalizations {
            let channels = normalization.mean.count
            let unbiased = Float(normalization.rows) / Float(max(normalization.rows - 1, 1))
            let mean = parameters.block.part(normalization.mean.offset, channels)
            let variance = parameters.block.part(normalization.variance.offset, channels)
            for c in 0..<channels {
                var (meanSum, varianceSum) = (Float(0), Float(0))
                for shard in shards {
                    meanSum += shard.statistics.block[normalization.statistics.offset + c]
                    varianceSum += shard.statistics.block[normalization.statistics.offset + channels + c]
                }
                let share = 1 / Float(shards.count)
                mean[c] += momentum * (meanSum * share - mean[c])
                variance[c] += momentum * (varianceSum * share * unbiased - variance[c])
            }
        }
    }

    private func finishEpoch() -> EpochReport {
        let taken = (step - 1) % schedule.stepsPerEpoch + 1
        let samples = Double(taken * recipe.batch)
        let report = EpochReport(
            epoch: schedule.epoch(of: step - 1), loss: epochTotals.loss / samples,
            accuracy: Double(epochTotals.correct) / samples, learningRate: schedule.learningRate(at: step - 1)
        )
        epochTotals = LossTotals()
        history.append(report)
        return report
    }
}

extension Trainer {
    /// The graph with the constants as they are now.
    public var network: Graph {
        var result = graph
        for parameter in tape.parameters where parameter.role != .fixed {
            let values = parameters.block.part(parameter.offset, parameter.count).array
            let sparsity = graph[parameter.value].constant?.sparsity ?? .dense
            result[parameter.value].constant = Constant(
                Tensor(graph[parameter.value].type.shape, values), sparsity: sparsity)
        }
        return result
    }

    /// What a later trainer of the same graph, data and recipe needs to go on exactly from here.
    public var state: TrainingState {
        TrainingState(
            step: step, parameters: parameters.block.array, first: first.block.array,
            second: second?.block.array ?? [], mask: mask?.block.array ?? [], initialLoss: initialLoss,
            epochLoss: epochTotals.loss, epochCorrect: epochTotals.correct, history: history)
    }

    /// Goes on from a saved state.
    ///
    /// - Throws: `TrainingError.state` where the state is of another network or recipe.
    public func resume(from state: TrainingState) throws(TrainingError) {
        guard state.step <= schedule.steps, state.parameters.count == parameters.block.count,
            state.first.count == first.block.count, state.second.count == second?.block.count ?? 0,
            state.mask.count == mask?.block.count ?? 0
        else { throw .state("it belongs to another network or recipe") }
        step = state.step
        parameters.block.copy(from: state.parameters)
        first.block.copy(from: state.first)
        second?.block.copy(from: state.second)
        mask?.block.copy(from: state.mask)
        initialLoss = state.initialLoss
        epochTotals = LossTotals(loss: state.epochLoss, correct: state.epochCorrect)
        history = state.history
    }
}
