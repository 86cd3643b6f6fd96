/// An ordered list of what is done to a network to make it smaller or faster.
///
///     try Compression(parsing: "distill(largest)>structured(0.5)>finetune(3)>int8")
///
/// With the shapes of a network it fixes the shape of the result: channel counts, precision and stored sparsity of every
/// layer follow without weights (`Graph.compressed(by:)`).
public struct Compression: Hashable, Sendable {
    /// What is done, first step first; empty for none.
    public let steps: [Step]

    /// One thing that is done to a network.
    public enum Step: Hashable, Sendable {
        /// Training follows a teacher: a finished candidate, `largest`, or an imported model.
        ///
        /// `featureWeight` is the weight of feature matching beside the teacher's answers; 0 matches none.
        case distill(teacher: String, featureWeight: Double = 0)
        /// Removes this part of the channels of each group of coupled layers.
        case structured(Assignment<Double>)
        /// Sets this part of all weights to zero, smallest first, spread over layers by their shapes.
        case magnitude(Assignment<Double>)
        /// Keeps `kept` of every `group` neighbours along the last axis of weights.
        case pattern(kept: Int, group: Int)
        /// Ends at this sparsity, with a structure that changes while the network trains: ever more of the smallest weights
        /// become zero, or (`regrows`) weights are sparse from the start, and small ones are dropped for others that the
        /// gradient asks for (RigL).
        case dynamic(Assignment<Double>, regrows: Bool)
        case finetune(epochs: Int)
        /// `isTrained`: the network is trained with rounding in the loop before it is converted. `scales` are those of int8
        /// weights.
        case precision(Assignment<Precision>, isTrained: Bool, scales: WeightScales = .perChannel)
    }

    /// No compression: float32 as trained.
    public static let none = Compression(unchecked: [])

    /// Throws where the steps make no sense in this order, with the reason.
    public init(_ steps: [Step]) throws(CompressionError) {
        try Compression.validate(steps)
        self.steps = steps
    }

    private init(unchecked steps: [Step]) { self.steps = steps }

    /// The precision of every layer; float32 where no step sets it.
    public var precision: Assignment<Precision> {
        for case .precision(let assignment, _, _) in steps { return assignment }
        return Assignment(.float32)
    }

    /// The teacher that training follows, and the weight of matching its features; nil where there is none.
    public var distillation: (teacher: String, featureWeight: Double)? {
        for case .distill(let teacher, let featureWeight) in steps { return (teacher, featureWeight) }
        return nil
    }

    /// Whether channels or single weights are removed.
    var removesWeights: Bool {
        steps.contains { step in
            switch step {
            case .structured, .magnitude, .pattern, .dynamic: true
            case .distill, .finetune, .precision: false
            }
        }
    }

    /// Whether what becomes of a layer follows from its own shapes and what it is coupled to, in whatever network it stands.
    ///
    /// A sparsity is spread over the weights of the whole network, a binary layer reads what is before its neighbour's
    /// activation, and exceptions name layers.
    package var isLocal: Bool {
        steps.allSatisfy { step in
            switch step {
            case .distill, .finetune, .pattern: true
            case .magnitude, .dynamic: false
            case .structured(let ratios): ratios.exceptions.isEmpty
            case .precision(let precisions, _, _):
                precisions.choices.allSatisfy { $0 == precisions.general && $0 != .binary }
            }
        }
    }

    /// Whether a step trains the network further.
    var needsTraining: Bool {
        steps.contains { step in
            switch step {
            case .distill, .dynamic, .finetune: true
            case .precision(let assignment, let isTrained, _):
                isTrained || assignment.choices.contains(.binary)
            case .structured, .magnitude, .pattern: false
            }
        }
    }
}

/// Why a compression cannot be.
public struct CompressionError: Error, Hashable, CustomStringConvertible {
    /// The step or text concerned.
    public let step: String
    /// Why the step is refused, without the step itself.
    public let reason: String
    /// The step and the reason, in one sentence.
    public var description: String { "compression '\(step)': \(reason)" }

    /// The error for a step (as text) and the reason why it is refused.
    public init(_ step: String, _ reason: String) {
        self.step = step
        self.reason = reason
    }
}
