import ModelCompression
package import ModelGraph
public import Training

/// How long and how candidates are trained.
public struct TrainingSettings: Hashable, Sendable {
    /// Passes over the training part.
    public var epochs: Double
    /// Passes that are added after pruning and for training under rounding, so that all compressions of a network start from one
    /// training; nil takes a third of `epochs` for them.
    public var fineTuneEpochs: Double?
    /// Samples of a step.
    public var batch: Int
    /// AdamW instead of SGD with momentum.
    public var usesAdamW: Bool
    /// Nil for the optimiser's own: 0.4 a batch of 128 for SGD (less for smaller ones, in proportion), 0.002 for AdamW.
    public var learningRate: Double?
    /// Whether every candidate learns from the largest network of the space, not only those whose recipe says so.
    public var distillsAll: Bool

    /// Which channels structured pruning takes first.
    public enum ChannelOrder: String, Hashable, Sendable, CaseIterable {
        /// Those with the smallest weights.
        case norm
        /// Those without which the loss would change least, by its gradient (Molchanov and others 2019).
        case taylor
    }
    /// Which channels structured pruning takes first.
    public var channelOrder = ChannelOrder.norm
    /// Whether rare classes weigh more in the loss, in inverse proportion to their samples.
    public var balancesClasses = false
    /// In what convolutions and products are computed.
    public var precision = TrainingRecipe.Precision.float32
    /// Share of the values zeroed before each fully connected layer but the first, while a network is trained; 0 for none.
    public var dropout = 0.0
    /// Passes that networks smaller than the largest may get; nil trains all networks for `epochs`.
    public var mostEpochs: Double?
    /// Multiply-accumulate operations of the networks that get `epochs`, where smaller ones get more.
    public var largestOperations: Double?

    /// Of the usual learning rate, what parts of a trained network are trained at whose normalisations are folded.
    ///
    /// Those with normalisations of their own take the usual one (docs/results/weight-sharing.md).
    public static let foldedRate = 0.25

    /// Settings; SGD with its own learning rate, and no teacher but the recipe's, unless stated otherwise.
    public init(
        epochs: Double, fineTuneEpochs: Double? = nil, batch: Int = 128, usesAdamW: Bool = false,
        learningRate: Double? = nil, distillsAll: Bool = false
    ) {
        self.epochs = epochs
        self.fineTuneEpochs = fineTuneEpochs
        self.batch = batch
        self.usesAdamW = usesAdamW
        self.learningRate = learningRate
        self.distillsAll = distillsAll
    }

    /// What a candidate of this compression takes over from its teacher; nil where it has none.
    package func distillation(of compression: Compression) -> TrainingRecipe.Distillation? {
        guard distillsAll || compression.distillation != nil else { return nil }
        if compression.distillation?.teacher == TableTeacher.name {
            return .ofTrees
        }
        return TrainingRecipe.Distillation(
            featureWeight: Float(compression.distillation?.featureWeight ?? 0))
    }

    /// The learning rate of AdamW for those who learn from trees (docs/results/data.md).
    private static let rateOfTrees: Float = 0.01

    func recipe(
        epochs: Double, seed: UInt64, distillation: TrainingRecipe.Distillation? = nil
    ) -> TrainingRecipe {
        TrainingRecipe().with { recipe in
            recipe.epochs = epochs
            recipe.batch = batch
            recipe.seed = seed
            recipe.precision = precision
            recipe.warmupEpochs = min(1, epochs / 10)
            recipe.optimizer = usesAdamW ? .adamW(beta1: 0.9, beta2: 0.999) : .sgd(momentum: 0.9)
            recipe.learningRate = Float(
                learningRate ?? (usesAdamW ? 0.002 : 0.4 * min(1, Double(batch) / 128)))
            recipe.weightDecay = usesAdamW ? 0.01 : 5e-4
            recipe.labelSmoothing = distillation == nil ? 0.05 : 0
            recipe.distillation = distillation
            recipe.dropout = Float(dropout)
            guard distillation == .ofTrees else { return }
            // Swapped values keep a network from learning rows by heart, and what trees say of them is without noise.
            recipe.dropout = 0
            if usesAdamW, learningRate == nil { recipe.learningRate = TrainingSettings.rateOfTrees }
        }
    }

    /// The recipe of the training that belongs to a step of a compression.
    ///
    /// A given network has its normalisations folded, and is trained at a tenth of the rate.
    func recipe(
        after step: Compression.Step, epochs: Double, samples: Int, seed: UInt64,
        distillation: TrainingRecipe.Distillation?, from weights: WeightSource = .scratch
    ) -> TrainingRecipe {
        recipe(epochs: epochs, seed: seed, distillation: distillation).with { recipe in
            if weights == .given, learningRate == nil { recipe.learningRate *= 0.1 }
            // Thirty changes of structure, however short the run.
            let interval = max(1, Int(epochs * Double(samples) / Double(batch)) / 30)
            switch step {
            case .dynamic(_, regrows: false):
                recipe.pruning = .gradual(begin: 0, end: 0.6, interval: interval)
            case .dynamic(_, regrows: true):
                recipe.pruning = .regrowing(fraction: 0.3, end: 0.75, interval: interval)
            // Normalisations are folded, and a rounded network is close to where it shall end.
            case .precision(_, isTrained: true, _): recipe.learningRate *= 0.1
            // A binary weight turns after many steps in one direction, whose length Adam evens out (Alizadeh and others 2019).
            case .precision(let precision, _, _) where precision.choices.contains(.binary):
                recipe.optimizer = .adamW(beta1: 0.9, beta2: 0.999)
                recipe.learningRate = 0.01
                recipe.weightDecay = 0
                recipe.epochs *= TrainingSettings.binaryPatience
            case .distill, .structured, .magnitude, .pattern, .finetune, .precision: break
            }
        }
    }

    /// How much longer binary weights are trained than what is left of a network after other steps: each changes only as a
    /// whole.
    private static let binaryPatience = 3.0

    /// Passes before the first step of a compression, and after each step that trains.
    ///
    /// A given network needs none before, so that its steps get them all.
    func epochs(
        of compression: Compression, from weights: WeightSource = .scratch
    ) -> (before: Double, after: Double) {
        switch weights {
        case .given: return (0, fineTuneEpochs ?? epochs)
        case .shared where epochs == 0: return (0, fineTuneEpochs ?? 1)
        case .scratch, .shared, .inherited, .backbone: break
        }
        if let fineTuneEpochs { return (epochs, fineTuneEpochs) }
        return compression.trainsAgain ? (epochs * 2 / 3, epochs / 3) : (epochs, 0)
    }
}

extension TrainingRecipe.Distillation {
    /// The trees know the labels, and say more than these: labels do not count beside them.
    fileprivate static let ofTrees = TrainingRecipe.Distillation(temperature: 1, weight: 1)
}

extension Compression {
    /// Whether a step trains the network again.
    fileprivate var trainsAgain: Bool {
        steps.contains { step in
            switch step {
            case .structured, .magnitude, .pattern, .dynamic: true
            case .precision(let assignment, let isTrained, _):
                isTrained || assignment.choices.contains(.binary)
            case .distill, .finetune: false
            }
        }
    }
}

extension Compression.Step {
    /// The epochs a fine-tuning step itself names.
    var fineTuningEpochs: Double? {
        if case .finetune(let epochs) = self { Double(epochs) } else { nil }
    }
}
