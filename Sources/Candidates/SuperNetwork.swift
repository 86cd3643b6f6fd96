import Datasets
public import SearchSpaces
public import Training

/// The super-network of a space on some data, and how long it is trained.
public struct SuperNetwork: Sendable {
    private let space: SearchSpace
    private let data: PreparedData
    private let recipe: SuperRecipe

    /// - Parameters:
    ///   - epochs: passes over the training part; each step trains three networks on its batch.
    ///   - settings: batch and learning rate, as for one network.
    public init(
        space: SearchSpace, data: PreparedData, epochs: Double, settings: TrainingSettings, seed: UInt64
    ) {
        self.space = space
        self.data = data
        let batch = min(settings.batch, max(data.split.train.count, 1))
        let steps = Int((epochs * Double(data.split.train.count) / Double(batch)).rounded())
        var recipe = SuperRecipe(steps: max(steps, 1))
        recipe.batch = batch
        recipe.learningRate = Float(settings.learningRate ?? 0.4 * min(1, Double(batch) / 128))
        recipe.seed = seed
        self.recipe = recipe
    }

    /// A trainer at the beginning.
    ///
    /// Throws where the task is not classification.
    public func trainer(threads: Int) throws -> SuperTrainer {
        guard case .classification = data.task else {
            throw TrainingError.recipe(
                "shared weights are trained for classification only; use mode: from-scratch")
        }
        return try SuperTrainer(
            initialWeights(), sandwiches: SpaceSandwiches(space, input: data.input, seed: recipe.seed),
            on: data.trainingSource(seed: recipe.seed), recipe: recipe, threads: threads)
    }

    /// The shared weights that a finished training left; nil where it has not finished.
    public func weights(after state: SuperState) throws -> SharedWeights? {
        guard state.step == recipe.steps else { return nil }
        return try initialWeights().replacingValues(with: state)
    }

    private func initialWeights() throws -> SharedWeights {
        try SharedWeights(of: space, input: data.input, seed: recipe.seed)
    }
}
