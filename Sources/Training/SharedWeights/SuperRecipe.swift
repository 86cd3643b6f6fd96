/// Everything that decides how a super-network is trained, apart from its networks and the data.
public struct SuperRecipe: Hashable, Sendable, Codable {
    /// Steps in all; each trains some networks and changes the weights once.
    public var steps: Int
    /// Samples that each network of a step learns from, no two networks from the same; they are normalised together.
    public var batch = 32
    /// For the sum of the networks' gradients, at the end of the warm-up; a cosine takes it to zero at the end.
    public var learningRate: Float = 0.125
    /// Momentum of the optimiser.
    public var momentum: Float = 0.9
    /// Steps in which the rate rises from zero.
    public var warmupSteps: Int
    /// Applied to weights, not to biases and normalisations.
    public var weightDecay: Float = 1e-4
    /// Share of the label that is spread over all classes, 0…1.
    public var labelSmoothing: Float = 0
    /// How strongly samples are blended with others, α of a Beta(α, α) in [0, 1]; 0 for not at all.
    public var mixUp: Float = 0
    /// Largest absolute value of one element of the gradient.
    public var clip: Float = 1
    /// Steps between the states that a collapsed training goes back to.
    public var guardInterval: Int
    /// Keys every random choice of the training.
    public var seed: UInt64 = 0

    /// - Parameter steps: at least 1.
    public init(steps: Int) {
        self.steps = steps
        warmupSteps = max(1, steps / 20)
        guardInterval = max(20, steps / 20)
    }

    /// - Throws: `TrainingError.recipe` naming the first impossible value.
    func validate() throws(TrainingError) {
        func require(_ condition: Bool, _ detail: String) throws(TrainingError) {
            if !condition { throw .recipe(detail) }
        }
        try require(steps > 0 && steps < 1 << 40, "steps must be positive, got \(steps)")
        try require(batch > 0 && batch <= 1 << 16, "batch must lie in 1…65536, got \(batch)")
        try require(
            learningRate > 0 && learningRate.isFinite, "learningRate must be positive, got \(learningRate)")
        try require(momentum >= 0 && momentum < 1, "momentum must lie in [0, 1), got \(momentum)")
        try require(
            warmupSteps >= 0 && warmupSteps <= steps, "warmupSteps must lie in 0…steps, got \(warmupSteps)")
        try require(weightDecay >= 0 && weightDecay < 1, "weightDecay must lie in [0, 1), got \(weightDecay)")
        try require(
            labelSmoothing >= 0 && labelSmoothing < 1,
            "labelSmoothing must lie in [0, 1), got \(labelSmoothing)")
        try require(mixUp >= 0 && mixUp <= 1, "mixUp must lie in 0…1, got \(mixUp)")
        try require(clip > 0, "clip must be positive, got \(clip)")
        try require(guardInterval > 0, "guardInterval must be positive, got \(guardInterval)")
    }

    /// As the recipe of one network whose schedule the super-network follows.
    func schedule(samples: Int, networks: Int) -> Schedule {
        Schedule(
            TrainingRecipe().with { recipe in
                let perEpoch = Double(max(1, samples / (batch * max(networks, 1))))
                recipe.batch = batch * max(networks, 1)
                recipe.epochs = Double(steps) / perEpoch
                recipe.warmupEpochs = Double(warmupSteps) / perEpoch
                recipe.learningRate = learningRate
            }, samples: samples)
    }
}
