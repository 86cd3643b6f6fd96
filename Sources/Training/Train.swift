public import Kernels
public import ModelGraph

/// Trains a graph to the end of its recipe and returns it with new constants.
///
/// Equal arguments give equal bits for any number of threads; `isCancelled` is asked before every step.
///
///     let network = try train(graph.initialized(seed: 1), on: digits, recipe: recipe, threads: 2)
///
/// - Throws: `TrainingError`; `.diverged` is a result to record, not a mistake of the caller.
public func train(
    _ graph: Graph, on source: some BatchSource, recipe: TrainingRecipe, candidate: UInt64 = 0,
    threads: Int = 1,
    kernels: TrainingKernels? = nil, teacher: Teacher? = nil, resuming state: TrainingState? = nil,
    isCancelled: () -> Bool = { false }, onEpoch: (EpochReport) -> Void = { _ in }
) throws(TrainingError) -> TrainedNetwork {
    let trainer = try Trainer(
        graph, on: source, recipe: recipe, candidate: candidate, threads: threads, kernels: kernels,
        teacher: teacher)
    if let state { try trainer.resume(from: state) }
    while !trainer.isFinished {
        if isCancelled() { throw .cancelled }
        if let report = try trainer.takeStep() { onEpoch(report) }
    }
    let final = trainer.state
    return TrainedNetwork(graph: trainer.network, history: final.history, state: final)
}
