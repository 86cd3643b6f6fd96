import Dispatch
import Kernels
import Synchronization

/// One network's share of a step: which samples, and how it learns from them.
struct SandwichBatch {
    let network: Subnetwork
    /// The samples of the whole batch.
    let rows: [Int]
    let source: any BatchSource
    let epoch, step: Int
    /// Whether the network learns from labels and its answers teach the others.
    let isLargest: Bool
    let recipe: SuperRecipe
    let kernels: TrainingKernels

    /// The loss of one row: labels for the largest network, else the largest one's answers alone.
    var loss: RowLoss {
        RowLoss(
            share: 1 / Float(recipe.batch), labelSmoothing: isLargest ? recipe.labelSmoothing : 0,
            distillation: isLargest ? nil : TrainingRecipe.Distillation(temperature: 1, weight: 1))
    }
}

/// The memory in which the networks of a step run, one after the other: as large as the largest of them needs.
final class SandwichMemory {
    private(set) var parameters = FloatArena(0)
    private var shards: [ShardMemory]
    private var workers: [WorkerMemory]
    /// The largest network's answers to the batch, row-major.
    private var answers = FloatArena(0)
    private var sizes = Tape.Sizes()

    init(shards: Int, threads: Int) {
        self.shards = (0..<shards).map { _ in ShardMemory(Tape.Sizes()) }
        workers = (0..<min(threads, shards)).map { _ in
            WorkerMemory(Tape.Sizes(), targetCount: 0, mapCount: 0, teacher: nil)
        }
    }

    /// The gradients that `sumGradients` added up.
    var gradients: FloatBlock { shards[0].gradients.block }
    /// The sum of the losses of the last batch.
    var loss: Double { shards.reduce(0) { $0 + $1.totals.loss } }

    /// Grows to what a network needs.
    func fit(_ network: Subnetwork) {
        let needed = network.tape.sizes
        let answerCount = network.outputsPerRow * network.tape.rows * shards.count
        if answerCount > answers.block.count { answers = FloatArena(answerCount) }
        let grown = sizes.union(needed)
        guard grown != sizes else { return }
        sizes = grown
        parameters = FloatArena(sizes.parameters)
        shards = shards.map { _ in ShardMemory(sizes) }
        workers = workers.map { _ in WorkerMemory(sizes, targetCount: 0, mapCount: 0, teacher: nil) }
    }

    /// Runs all shards of a batch forward and backward.
    func run(_ batch: SandwichBatch) {
        guard workers.count > 1 else {
            for shard in shards.indices { run(shard, of: batch, on: workers[0]) }
            return
        }
        let next = Atomic<Int>(0)
        // SAFETY: each shard is taken by one thread, each worker belongs to one thread, and everything else is only
        // read until concurrentPerform returns.
        nonisolated(unsafe) let memory = self
        DispatchQueue.concurrentPerform(iterations: workers.count) { worker in
            while true {
                let shard = next.add(1, ordering: .relaxed).oldValue
                guard shard < memory.shards.count else { return }
                memory.run(shard, of: batch, on: memory.workers[worker])
            }
        }
    }

    private func run(_ index: Int, of batch: SandwichBatch, on worker: WorkerMemory) {
        let (shard, tape) = (shards[index], batch.network.tape)
        let pass = Pass(
            kernels: batch.kernels, activations: worker.activations.block, gradients: worker.gradients.block,
            scratch: worker.scratch.block, parameters: parameters.block,
            parameterGradients: shard.gradients.block, statistics: shard.statistics.block, isTraining: true,
            seed: batch.recipe.seed, candidate: 0, step: UInt64(batch.step), shard: UInt64(index))
        let rows = batch.rows[index * tape.rows..<(index + 1) * tape.rows]
        pass[tape.input].withMutableSpan {
            batch.source.fill(&$0, rows: Array(rows).span, epoch: batch.epoch)
        }
        shard.gradients.block.part(0, tape.sizes.trainedParameters).fill(0)
        tape.forward(pass)
        shard.totals = LossTotals()
        score(rows, of: batch, shard: index, pass)
        tape.backward(pass)
    }

    private func score(_ rows: ArraySlice<Int>, of batch: SandwichBatch, shard index: Int, _ pass: Pass) {
        let (tape, width) = (batch.network.tape, batch.network.outputsPerRow)
        let loss = batch.loss
        for (row, sample) in rows.enumerated() {
            let logits = pass[tape.output.value].part(row * width, width)
            let answer = answers.block.part((index * tape.rows + row) * width, width)
            if batch.isLargest { answer.copy(from: logits) }
            loss.classify(
                logits, label: batch.source.label(sample), teacher: batch.isLargest ? nil : answer,
                gradient: pass[tape.output.gradient].part(row * width, width), into: &shards[index].totals)
        }
    }

    /// Adds the shards' gradients into the first shard's, in order.
    func sumGradients(of network: Subnetwork, kernels: TrainingKernels) {
        let count = network.tape.sizes.trainedParameters
        let total = shards[0].gradients.block.part(0, count)
        for shard in shards.dropFirst() {
            kernels.scale(shard.gradients.block.part(0, count), by: 1, into: total, accumulating: true)
        }
    }
}

extension Tape.Sizes {
    /// What networks of both sizes fit into.
    fileprivate func union(_ other: Tape.Sizes) -> Tape.Sizes {
        Tape.Sizes(
            activations: max(activations, other.activations), gradients: max(gradients, other.gradients),
            scratch: max(scratch, other.scratch), parameters: max(parameters, other.parameters),
            trainedParameters: max(trainedParameters, other.trainedParameters),
            statistics: max(statistics, other.statistics))
    }
}
