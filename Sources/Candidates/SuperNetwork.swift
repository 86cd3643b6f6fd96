import Datasets
public import SearchSpaces
public import Training

/// The super-network of a space on some data, and how long it is trained.
public struct SuperNetwork: Sendable {
    private let space: SearchSpace
    private let data: PreparedData
    private let recipe: SuperRecipe

    /// - Parameters:
    ///   - epochs: passes over the training part; each sample of a pass is seen by one network.
    ///   - settings: a learning rate, as for one network, is scaled to that of the super-network.
    public init(
        space: SearchSpace, data: PreparedData, epochs: Double, settings: TrainingSettings, seed: UInt64
    ) {
        self.space = space
        self.data = data
        let batch = min(32, max(data.split.train.count, 1))
        let samplesPerStep = Double(batch * SpaceSampler.networksPerStep)
        let steps = Int((epochs * Double(data.split.train.count) / samplesPerStep).rounded())
        var recipe = SuperRecipe(steps: max(steps, 1))
        recipe.batch = batch
        // Measured for the sum of twelve gradients (docs/results/weight-sharing.md).
        recipe.learningRate = Float(0.125 * (settings.learningRate ?? 0.4) / 0.4)
        recipe.mixUp = data.augmentation.mixUp
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
            initialWeights(),
            networks: SpaceSampler(
                space, input: data.input, steps: recipe.steps, seed: recipe.seed),
            on: data.trainingSource(seed: recipe.seed), recipe: recipe, threads: threads)
    }

    /// The shared weights that a finished training left; nil where it has not finished.
    public func weights(after state: SuperState) throws -> SharedWeights? {
        guard state.step == recipe.steps else { return nil }
        return try initialWeights().replacingValues(with: state)
    }

    private func initialWeights() throws -> SharedWeights {
        let networks = try space.covering.map { genotype in
            try space.graph(of: genotype, input: data.input).spreadingBins(over: data)
        }
        return try SharedWeights(of: networks, seed: recipe.seed)
    }
}
