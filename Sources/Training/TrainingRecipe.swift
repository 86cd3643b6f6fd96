public import Kernels

/// Everything that decides how a network is trained, apart from graph, data and candidate.
public struct TrainingRecipe: Hashable, Sendable, Codable {
    /// How gradients become changes of weights.
    public enum Optimizer: Hashable, Sendable, Codable {
        /// Stochastic gradient descent with Nesterov momentum; decay enters the gradient.
        case sgd(momentum: Float)
        /// Adam with decoupled decay, Loshchilov and Hutter 2019.
        case adamW(beta1: Float, beta2: Float)
    }

    /// What is minimised.
    public enum Loss: String, Hashable, Sendable, Codable {
        /// Softmax cross-entropy of the last axis against labels.
        case crossEntropy
        /// Mean over outputs of squared differences to targets.
        case meanSquaredError
    }

    /// Learning from a teacher beside the labels, Hinton, Vinyals and Dean 2015.
    public struct Distillation: Hashable, Sendable, Codable {
        /// Softens both distributions; above 0.
        public var temperature: Float
        /// Share of the teacher's term in the loss, 0…1.
        public var weight: Float
        /// Weight of feature matching beside both: attention maps of equal resolution (Zagoruyko and Komodakis, 2017);
        /// 0 matches none, other weights need `Teacher.network`.
        public var featureWeight: Float
        /// Distillation of soft answers (Hinton and others 2015) at this temperature and weight; without
        /// features unless they get a weight.
        public init(temperature: Float = 4, weight: Float = 0.5, featureWeight: Float = 0) {
            self.temperature = temperature
            self.weight = weight
            self.featureWeight = featureWeight
        }
    }

    /// How the zeros of weights that the graph marks as sparse are chosen while training runs; places are shares of the
    /// run, and structure changes every `interval` steps.
    public enum Pruning: Hashable, Sendable, Codable {
        /// Zeroes ever more of the smallest weights, along a cubic from dense to the mark (Zhu and Gupta, 2017).
        case gradual(begin: Double, end: Double, interval: Int)
        /// Starts at the mark with the largest weights; drops the smallest and grows those with the largest gradient instead, a share of `fraction` at first, falling to none at `end` (RigL: Evci and others, 2020).
        case regrowing(fraction: Float, end: Double, interval: Int)
    }

    /// In what convolutions and products are computed; weights, sums and everything else are float32.
    public enum Precision: String, Hashable, Sendable, Codable, CaseIterable {
        /// As everything else.
        case float32
        /// Operands rounded to bfloat16, for which the processor needs AVX512-BF16.
        case bfloat16

        /// The fastest kernels of this precision; nil where the processor has none.
        public var kernels: TrainingKernels? {
            switch self {
            case .float32: .best
            case .bfloat16: .rounding
            }
        }
    }

    /// Passes over the data; fractions stop in the middle of one.
    public var epochs = 10.0
    /// Samples a step.
    public var batch = 128
    /// How gradients become changes of weights.
    public var optimizer = Optimizer.sgd(momentum: 0.9)
    /// At the end of the warm-up; a cosine takes it to zero at the end of training.
    public var learningRate: Float = 0.1
    /// Epochs in which the rate rises from zero.
    public var warmupEpochs = 0.5
    /// Applied to weights, not to biases and normalisations.
    public var weightDecay: Float = 5e-4
    /// Share of the target that is spread evenly over all classes, in [0, 1); 0 for none.
    public var labelSmoothing: Float = 0
    /// Of each class, what its samples weigh in the loss; empty where all weigh 1.
    public var classWeights: [Float] = []
    /// Largest global norm of a step's gradient; nil does not clip.
    public var clip: Float? = 5
    /// Share of the values zeroed before each fully connected layer but the first, in [0, 1); 0 for none.
    public var dropout: Float = 0
    /// How strongly samples are blended with others, α of a Beta(α, α) in [0, 1]; 0 for not at all.
    public var mixUp: Float = 0
    /// What is minimised.
    public var loss = Loss.crossEntropy
    /// What is learned from a teacher; nil without one.
    public var distillation: Distillation?
    /// How constants marked as sparse come to be so; nil keeps the zeros they start with.
    public var pruning: Pruning?
    /// How fast running statistics follow batches, once there were enough batches to follow.
    public var statisticsMomentum: Float = 0.1
    /// In what products are computed.
    public var precision = Precision.float32
    /// Keys shuffling, dropout and augmentation.
    public var seed: UInt64 = 0

    /// The defaults: SGD with momentum on cross-entropy.
    public init() {}

    /// The recipe with some of its values changed.
    public func with(_ change: (inout TrainingRecipe) -> Void) -> TrainingRecipe {
        var copy = self
        change(&copy)
        return copy
    }

    /// Equal parts a batch is cut into; each has its own batch statistics, and threads share parts, never rows.
    var shards: Int { batch >= 128 && batch % 4 == 0 ? 4 : batch >= 2 && batch % 2 == 0 ? 2 : 1 }

    /// - Throws: `TrainingError.recipe` naming the first impossible value.
    func validate() throws(TrainingError) {
        func require(_ condition: Bool, _ detail: String) throws(TrainingError) {
            if !condition { throw .recipe(detail) }
        }
        try require(epochs > 0 && epochs < 1e6, "epochs must lie in (0, 1000000), got \(epochs)")
        try require(batch > 0 && batch <= 1 << 16, "batch must lie in 1…65536, got \(batch)")
        try require(
            learningRate > 0 && learningRate.isFinite, "learningRate must be positive, got \(learningRate)")
        try require(
            warmupEpochs >= 0 && warmupEpochs <= epochs,
            "warmupEpochs must lie in 0…epochs, got \(warmupEpochs)")
        try require(weightDecay >= 0 && weightDecay < 1, "weightDecay must lie in [0, 1), got \(weightDecay)")
        try require(
            labelSmoothing >= 0 && labelSmoothing < 1,
            "labelSmoothing must lie in [0, 1), got \(labelSmoothing)")
        try require(dropout >= 0 && dropout < 1, "dropout must lie in [0, 1), got \(dropout)")
        try require(mixUp >= 0 && mixUp <= 1, "mixUp must lie in 0…1, got \(mixUp)")
        try require(
            classWeights.allSatisfy { $0 >= 0 && $0.isFinite },
            "class weights must not be negative, got \(classWeights)")
        try require(clip.map { $0 > 0 } ?? true, "clip must be positive")
        try require(
            statisticsMomentum > 0 && statisticsMomentum <= 1,
            "statisticsMomentum must lie in (0, 1], got \(statisticsMomentum)")
        if let distillation {
            try require(
                distillation.temperature > 0 && distillation.temperature.isFinite,
                "the distillation temperature must be positive, got \(distillation.temperature)")
            try require(
                distillation.weight >= 0 && distillation.weight <= 1,
                "the distillation weight must lie in 0…1, got \(distillation.weight)")
            try require(
                distillation.featureWeight >= 0 && distillation.featureWeight.isFinite,
                "the feature weight must not be negative, got \(distillation.featureWeight)")
        }
        switch pruning {
        case .gradual(let begin, let end, let interval):
            try require(
                begin >= 0 && begin < end && end <= 1 && interval > 0,
                "pruning needs 0 ≤ begin < end ≤ 1 and a positive interval")
        case .regrowing(let fraction, let end, let interval):
            try require(
                fraction >= 0 && fraction <= 1 && end > 0 && end <= 1 && interval > 0,
                "regrowing needs a fraction in 0…1, an end in (0, 1] and a positive interval")
        case nil: break
        }
        switch optimizer {
        case .sgd(let momentum):
            try require(momentum >= 0 && momentum < 1, "momentum must lie in [0, 1), got \(momentum)")
        case .adamW(let beta1, let beta2):
            try require(
                beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1, "AdamW's betas must lie in [0, 1)")
        }
    }
}
