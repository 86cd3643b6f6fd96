import Dispatch
import Kernels
import Synchronization

/// One network's share of a step: the samples it learns from.
struct StepTask: Sendable {
    let network: Subnetwork
    /// The samples, as many as the network's tape takes.
    let rows: [Int]
    let epoch: Int
}

/// What all networks of a step have in common.
struct StepContext {
    let source: any BatchSource
    let step: Int
    let recipe: SuperRecipe
    let kernels: TrainingKernels
    /// The shared weights, read only.
    let shared: FloatBlock
}

/// The memory in which the networks of a step run, each thread one after the other.
final class StepMemory {
    /// One a network of the step: its gradients, statistics and loss.
    private var shards: [ShardMemory] = []
    private var workers: [WorkerMemory] = []
    /// One a worker: the weights of the network it runs.
    private var parameters: [FloatArena] = []
    private let threads: Int
    private var sizes = Tape.Sizes()

    init(threads: Int) { self.threads = threads }

    /// Grows to what the networks of a step need.
    private func fit(_ tasks: [StepTask]) {
        let needed = tasks.reduce(sizes) { $0.union($1.network.tape.sizes) }
        guard needed != sizes || shards.count < tasks.count else { return }
        sizes = needed
        shards = tasks.map { _ in ShardMemory(sizes) }
        workers = (0..<min(threads, tasks.count)).map { _ in
            WorkerMemory(sizes, targetCount: 0, mapCount: 0, teacher: nil)
        }
        parameters = workers.map { _ in FloatArena(sizes.parameters) }
    }

    /// Runs all networks forward and backward, each on its own samples; threads take whole networks.
    func run(_ tasks: [StepTask], in context: StepContext) {
        fit(tasks)
        guard workers.count > 1 else {
            for place in tasks.indices { run(tasks[place], at: place, in: context, on: 0) }
            return
        }
        let next = Atomic<Int>(0)
        // SAFETY: each network is taken by one thread, each worker belongs to one thread, and everything else is only
        // read until concurrentPerform returns.
        nonisolated(unsafe) let memory = self
        DispatchQueue.concurrentPerform(iterations: workers.count) { worker in
            while true {
                let place = next.add(1, ordering: .relaxed).oldValue
                guard place < tasks.count else { return }
                memory.run(tasks[place], at: place, in: context, on: worker)
            }
        }
    }

    private func run(_ task: StepTask, at place: Int, in context: StepContext, on index: Int) {
        let (shard, worker, tape) = (shards[place], workers[index], task.network.tape)
        task.network.gather(from: context.shared, into: parameters[index].block)
        let pass = Pass(
            kernels: context.kernels, activations: worker.activations.block,
            gradients: worker.gradients.block, scratch: worker.scratch.block,
            parameters: parameters[index].block, parameterGradients: shard.gradients.block,
            statistics: shard.statistics.block, isTraining: true, seed: context.recipe.seed, candidate: 0,
            step: UInt64(context.step), shard: UInt64(place))
        pass[tape.input].withMutableSpan {
            context.source.fill(&$0, rows: task.rows.span, epoch: task.epoch)
        }
        let mixing = MixUp(context.recipe.mixUp)
        mixing?.blend(pass[tape.input], rows: task.rows.count, pass)
        shard.gradients.block.part(0, tape.sizes.trainedParameters).fill(0)
        tape.forward(pass)
        shard.totals = LossTotals()
        score(task, context, pass, mixing, &shard.totals)
        tape.backward(pass)
    }

    private func score(
        _ task: StepTask, _ context: StepContext, _ pass: Pass, _ mixing: MixUp?, _ totals: inout LossTotals
    ) {
        let (tape, width) = (task.network.tape, task.network.outputsPerRow)
        let rows = task.rows.count
        let loss = RowLoss(
            share: 1 / Float(task.rows.count), labelSmoothing: context.recipe.labelSmoothing)
        for (row, sample) in task.rows.enumerated() {
            let other = mixing.map { mixing in
                (
                    label: context.source.label(task.rows[mixing.partner(of: row, rows: rows)]),
                    share: 1 - mixing.share(of: row, rows: rows, pass)
                )
            }
            loss.classify(
                pass[tape.output.value].part(row * width, width), label: context.source.label(sample),
                other: other, teacher: nil, gradient: pass[tape.output.gradient].part(row * width, width),
                into: &totals)
        }
    }

    /// The gradients of the network at a place of the last step.
    func gradients(_ place: Int) -> FloatBlock { shards[place].gradients.block }
    /// Its loss, summed over samples.
    func loss(_ place: Int) -> Double { shards[place].totals.loss }
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
