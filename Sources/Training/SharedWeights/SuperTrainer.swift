import Determinism
import Foundation
public import Kernels
public import ModelGraph

/// Says which networks of a super-network a step trains.
public protocol SandwichSource: Sendable {
    /// The networks of a step, the largest first: it learns from the labels, the others from it.
    ///
    /// A pure function of the step, so that a training that was stopped goes on with the same networks.
    func networks(step: Int) -> [Graph]
}

/// Trains the shared weights of a super-network in a single stage, a sandwich of networks a step.
///
/// Each step trains the largest network on labels, then the others on the largest one's answers for the same batch (Yu
/// and others 2020, BigNAS; Wang and others 2021, AttentiveNAS). Gradients of all are added, clipped element by element,
/// and applied once. Equal arguments give equal bits for any number of threads.
///
///     let trainer = try SuperTrainer(weights, sandwiches: sandwiches, on: source, recipe: recipe, threads: 2)
///     while !trainer.isFinished { try trainer.takeStep() }
///     let network = try trainer.weights.inherited(by: graph)
public final class SuperTrainer {
    private let initial: SharedWeights
    private let sandwiches: any SandwichSource
    private let source: any BatchSource
    let recipe: SuperRecipe
    private let schedule: Schedule
    private let kernels: TrainingKernels
    private let threads: Int
    private let shared, velocity, gradient: FloatArena
    private var memory: SandwichMemory
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
    ///   - threads: at most this many shards run at a time.
    /// - Throws: `TrainingError` where recipe, data or the networks of the first step do not fit.
    public init(
        _ weights: SharedWeights, sandwiches: any SandwichSource, on source: any BatchSource,
        recipe: SuperRecipe,
        threads: Int = 1, kernels: TrainingKernels = .best
    ) throws(TrainingError) {
        try recipe.validate()
        guard source.count > 0 else { throw .data("there are no samples") }
        initial = weights
        self.sandwiches = sandwiches
        self.source = source
        self.recipe = recipe
        self.kernels = kernels
        self.threads = max(threads, 1)
        schedule = recipe.schedule(samples: source.count)
        shared = FloatArena(weights.values.count)
        velocity = FloatArena(weights.values.count)
        gradient = FloatArena(weights.values.count)
        shared.block.copy(from: weights.values)
        memory = SandwichMemory(shards: recipe.shards, threads: self.threads)
        anchor = SuperState(
            step: 0, weights: weights.values, velocity: [Float](repeating: 0, count: weights.values.count),
            rate: 1,
            stalled: 0)
        try checkData()
    }

    private func checkData() throws(TrainingError) {
        guard let largest = sandwiches.networks(step: 0).first else {
            throw .recipe("a step trains no network")
        }
        let shape = largest[largest.inputs[0]].type.shape.dimensions.dropFirst()
        guard source.sampleShape == Array(shape) else {
            throw .data("samples have shape \(source.sampleShape), the networks take \(Array(shape))")
        }
        let classes = largest[largest.outputs[0]].type.shape.elementCount
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
    /// - Returns: the mean loss of each network: the largest one's against labels, the others' against its answers.
    /// - Throws: `TrainingError.diverged` where training collapses again and again.
    @discardableResult
    public func takeStep() throws(TrainingError) -> [Double] {
        let rows = order.rows(step: step, batch: recipe.batch, samples: source.count, seed: recipe.seed)
        gradient.block.fill(0)
        var touched = [Bool](repeating: false, count: initial.entries.count)
        var decays = touched
        var losses: [Double] = []
        var classes = 2
        for (place, graph) in sandwiches.networks(step: step).enumerated() {
            let network = try plans.plan(graph) { () throws(TrainingError) in
                try Subnetwork(graph, of: initial, rows: recipe.batch / recipe.shards, kernels: kernels)
            }
            memory.fit(network)
            network.gather(from: shared.block, into: memory.parameters.block)
            let batch = SandwichBatch(
                network: network, rows: rows, source: source, epoch: schedule.epoch(of: step), step: step,
                isLargest: place == 0, recipe: recipe, kernels: kernels)
            memory.run(batch)
            memory.sumGradients(of: network, kernels: kernels)
            network.scatter(memory.gradients, into: gradient.block, kernels: kernels)
            network.mark(&touched, &decays)
            losses.append(memory.loss / Double(recipe.batch))
            if place == 0 { classes = network.outputsPerRow }
        }
        guard try !goesBack(losses: losses, classes: classes) else { return losses }
        update(touched, decays)
        step += 1
        if step % recipe.guardInterval == 0 || isFinished { anchor = state }
        return losses
    }

    private var state: SuperState {
        SuperState(
            step: step, weights: shared.block.array, velocity: velocity.block.array, rate: rate,
            stalled: stalled)
    }

    /// Goes back to the last checkpoint at half the rate where the loss is not finite, or where it stays at what guessing
    /// reaches for twenty steps after the warm-up.
    private func goesBack(losses: [Double], classes: Int) throws(TrainingError) -> Bool {
        let isFinite = losses.allSatisfy(\.isFinite) && gradient.block.sumOfSquares.isFinite
        stalled = step > 3 * recipe.warmupSteps && losses[0] > 0.95 * log(Double(classes)) ? stalled + 1 : 0
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

/// The samples of each step: every epoch has an order of its own.
private struct SampleOrder {
    private var order: [Int] = []
    private var epoch = -1

    mutating func rows(step: Int, batch: Int, samples: Int, seed: UInt64) -> [Int] {
        let perEpoch = max(1, samples / batch)
        if epoch != step / perEpoch {
            epoch = step / perEpoch
            var random = RandomStream(seed: seed, .shuffle, UInt64(epoch))
            order = random.permutation(samples)
            while order.count < batch { order += random.permutation(samples) }
        }
        let start = step % perEpoch * batch
        return Array(order[start..<start + batch])
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
