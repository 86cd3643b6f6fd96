import Foundation

/// Where in training a step is: epochs, and the learning rate on its way up and down.
struct Schedule: Sendable {
    let stepsPerEpoch: Int
    let steps: Int
    private let warmup: Int
    private let peak: Float

    /// Samples beyond the last whole batch wait for another epoch's order; fewer samples than a batch repeat.
    init(_ recipe: TrainingRecipe, samples: Int) {
        stepsPerEpoch = max(1, samples / recipe.batch)
        steps = max(1, Int((recipe.epochs * Double(stepsPerEpoch)).rounded()))
        warmup = min(Int((recipe.warmupEpochs * Double(stepsPerEpoch)).rounded()), steps)
        peak = recipe.learningRate
    }

    /// Linear warm-up, then a half cosine to zero (Loshchilov and Hutter 2017, without restarts).
    func learningRate(at step: Int) -> Float {
        if step < warmup { return peak * Float(step + 1) / Float(warmup) }
        let progress = Double(step - warmup) / Double(max(steps - warmup, 1))
        return peak * Float(0.5 * (1 + cos(.pi * progress)))
    }

    func epoch(of step: Int) -> Int { step / stepsPerEpoch }
}
