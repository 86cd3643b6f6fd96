import Determinism
import Foundation
public import Kernels
public import ModelGraph

/// Says which networks of a super-network a step trains.
public protocol NetworkSampler: Sendable {
    /// The networks of a step; as many in every step.
    ///
    /// A pure function of the step, so that a training that was stopped goes on with the same networks.
    func networks(step: Int) -> [Graph]
}

/// Trains the shared weights of a super-network in a single stage, several networks a step.
///
/// Each network of a step learns from the labels of a small batch of its own; the gradients of all are added, clipped
/// element by element, and applied once. What one network alone would do to the weights of the others is averaged out
/// so, as with the fair sampling of Chu and others 2021 (FairNAS). Equal arguments give equal bits for any number of
/// threads.
///
///     let trainer = try SuperTrainer(weights, networks: sampler, on: source, recipe: recipe, threads: 2)
///     while !trainer.isFinished { try trainer.takeStep() }
///     let network = try trainer.weights.inherited(by: graph)
public final class SuperTrainer {
    private let initial: SharedWeights
    private let sampler: any NetworkSampler
    private let source: any BatchSource
    let recipe: SuperRecipe
    private let schedule: Schedule
    private let kernels: TrainingKernels
    /// Networks a step.
    private let width: Int
    private let shared, velocity, gradient: FloatArena
    private let memory: StepMemory
    private var plans = SubnetworkCache()
    private var order = SampleOrder()
    /// What a collapsed training goes back to.
    private var anchor: SuperState
    private var rate: Float = 1
    private var stalled = 0
    /// Steps done.
    public private(set) var step = 0

    /// Prepares to train `weights`.
    ///
    /// - Parameters:
    ///   - source: samples of the networks' input; labels are classes.
    ///   - threads: at most this many networks run at a time.
    /// - Throws: `TrainingError` where recipe, data or the networks of the first step do not fit.
    public init(
        _ weights: SharedWeights, networks sampler: any NetworkSampler, on source: any BatchSource,
        recipe: SuperRecipe,
        threads: Int = 1, kernels: TrainingKernels = .best
    ) throws(TrainingError) {
        try recipe.validate()
        guard source.count > 0 else { throw .data("there are no samples") }
        initial = weights
        self.sampler = sampler
        self.source = source
        self.recipe = recipe
        self.kernels = kernels
        let first = sampler.networks(step: 0)
        width = first.count
        schedule = recipe.schedule(samples: source.count, networks: width)
        shared = FloatArena(weights.values.count)
        velocity = FloatArena(weights.values.count)
        gradient = FloatArena(weights.values.count)
        shared.block.copy(from: weights.values)
        memory = StepMemory(threads: max(threads, 1))
        anchor = SuperState(
            step: 0, weights: weights.values, velocity: [Float](repeating: 0, count: weights.values.count),
            rate: 1,
            stalled: 0)
        try checkData(first.first)
    }

    private func checkData(_ network: Graph?) throws(TrainingError) {
        guard let network else {
            throw .recipe("a step trains no network")
        }
        let shape = network[network.inputs[0]].type.shape.dimensions.dropFirst()
        guard source.sampleShape == Array(shape) else {
            throw .data("samples have shape \(source.sampleShape), the networks take \(Array(shape))")
        }
        let classes = network[network.outputs[0]].type.shape.elementCount
        for row in 0..<source.count where source.label(row) < 0 || source.label(row) >= classes {
            throw .data("sample \(row) has label \(source.label(row)), the networks have \(classes) classes")
        }
    }

    /// Steps in the whole run.
    public var steps: Int { recipe.steps }
    /// Whether all steps of the recipe are done.
    public var isFinished: Bool { step >= recipe.steps }

    /// The shared weights as they are now.
    public var weights: SharedWeights {
        var weights = initial
        weights.values = shared.block.array
        return weights
    }

    /// The state after the last multiple of `guardInterval` steps; what came since is trained again from it, bit for bit.
    public var checkpoint: SuperState { anchor }

    /// Goes on from a saved state.
    ///
    /// - Throws: `TrainingError.state` where the state is of another super-network or recipe.
    public func resume(from state: SuperState) throws(TrainingError) {
        guard state.weights.count == shared.block.count, state.step <= recipe.steps,
            state.step % recipe.guardInterval == 0
        else { throw .state("it belongs to another super-network or recipe") }
        take(state)
        anchor = state
    }

    private func take(_ state: SuperState) {
        step = state.step
        rate = state.rate
        stalled = state.stalled
        shared.block.copy(from: state.weights)
        velocity.block.copy(from: state.velocity)
    }

    /// Trains the networks of one step.
    ///
    /// - Returns: the mean loss of each network.
    /// - Throws: `TrainingError.diverged` where training collapses again and again.
    @discardableResult
    public func takeStep() throws(TrainingError) -> [Double] {
        let tasks = try tasks()
        memory.run(
            tasks,
            in: StepContext(
                source: source, step: step, recipe: recipe, kernels: kernels, shared: shared.block))
        var touched = [Bool](repeating: false, count: initial.entries.count)
        var decays = touched
        gradient.block.fill(0)
        for (place, task) in tasks.enumerated() {
            task.network.scatter(memory.gradients(place), into: gradient.block, kernels: kernels)
            task.network.mark(&touched, &decays)
        }
        let losses = tasks.indices.map { memory.loss($0) / Double(recipe.batch) }
        guard try !goesBack(losses: losses, classes: tasks[0].network.outputsPerRow) else { return losses }
        update(touched, decays)
        step += 1
        if step % recipe.guardInterval == 0 || isFinished { anchor = state }
        return losses
    }

    /// The networks of the next step with their samples.
    private func tasks() throws(TrainingError) -> [StepTask] {
        var tasks: [StepTask] = []
        for (place, graph) in sampler.networks(step: step).enumerated() {
            let network = try plans.plan(graph) { () throws(TrainingError) in
                try Subnetwork(graph, of: initial, rows: recipe.batch, kernels: kernels)
            }
            let batch = order.batch(
                step * width + place, size: recipe.batch, samples: source.count, seed: recipe.seed)
            tasks.append(StepTask(network: network, rows: batch.rows, epoch: batch.epoch))
        }
        return tasks
    }

    private var state: SuperState {
        SuperState(
            step: step, weights: shared.block.array, velocity: velocity.block.array, rate: rate,
            stalled: stalled)
    }

    /// Goes back to the last checkpoint at half the rate where the loss is not finite, or where it still stays at what
    /// guessing reaches, for twenty steps, when a third of the steps are over.
    private func goesBack(losses: [Double], classes: Int) throws(TrainingError) -> Bool {
        let isFinite = losses.allSatisfy(\.isFinite) && gradient.block.sumOfSquares.isFinite
        let mean = losses.reduce(0, +) / Double(losses.count)
        stalled = step > recipe.steps / 3 && mean > 0.98 * log(Double(classes)) ? stalled + 1 : 0
        guard !isFinite || stalled >= 20 else { return false }
        let halved = rate / 2
        guard halved > 1.0 / 64 else {
            throw .diverged(
                epoch: schedule.epoch(of: step), step: step,
                detail: "the super-network does not learn at any rate")
        }
        take(anchor)
        rate = halved
        stalled = 0
        anchor = state
        return true
    }

    private func update(_ touched: [Bool], _ decays: [Bool]) {
        let rate = schedule.learningRate(at: step) * rate
        gradient.block.clip(to: recipe.clip)
        for (place, entry) in initial.entries.enumerated() where touched[place] {
            WeightUpdate(
                learningRate: rate, decay: decays[place] ? recipe.weightDecay : 0, gradientScale: 1
            ).momentum(
                recipe.momentum, weights: shared.block.part(entry.offset, entry.count),
                gradient: gradient.block.part(entry.offset, entry.count),
                velocity: velocity.block.part(entry.offset, entry.count))
        }
    }
}

/// The samples of each batch: every epoch has an order of its own.
private struct SampleOrder {
    private var order: [Int] = []
    private var epoch = -1

    mutating func batch(_ index: Int, size: Int, samples: Int, seed: UInt64) -> (rows: [Int], epoch: Int) {
        let perEpoch = max(1, samples / size)
        if epoch != index / perEpoch {
            epoch = index / perEpoch
            var random = RandomStream(seed: seed, .shuffle, UInt64(epoch))
            order = random.permutation(samples)
            while order.count < size { order += random.permutation(samples) }
        }
        let start = index % perEpoch * size
        return (Array(order[start..<start + size]), epoch)
    }
}

extension Subnetwork {
    var outputsPerRow: Int { tape.output.value.count / tape.rows }

    /// Notes which shared tensors this network trains, and which of them decay.
    fileprivate func mark(_ touched: inout [Bool], _ decays: inout [Bool]) {
        for (parameter, place) in zip(tape.parameters, places) where parameter.isTrained {
            guard let place else { continue }
            touched[place] = true
            if parameter.role == .weight { decays[place] = true }
        }
    }
}
