import Kernels
public import ModelGraph

/// The gradient of the loss with respect to every trained constant, for each of some batches; nothing is changed.
///
/// Batches follow each other as in training with the same recipe and candidate; equal arguments give equal bits.
public func lossGradients(
    of graph: Graph, on source: some BatchSource, recipe: TrainingRecipe, candidate: UInt64 = 0, batches: Int
) throws(TrainingError) -> [[ValueID: [Float]]] {
    let trainer = try Trainer(graph, on: source, recipe: recipe, candidate: candidate)
    var gradients: [[ValueID: [Float]]] = []
    for _ in 0..<min(batches, trainer.steps) {
        gradients.append(trainer.gradientsOfNextBatch())
    }
    return gradients
}

extension Trainer {
    /// The gradients of one batch, which then counts as a step that was taken.
    fileprivate func gradientsOfNextBatch() -> [ValueID: [Float]] {
        shuffle()
        runShards()
        sumGradients()
        step += 1
        let total = shards[0].gradients.block
        let pairs = tape.parameters.filter(\.isTrained).map {
            ($0.value, total.part($0.offset, $0.count).array)
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }
}
