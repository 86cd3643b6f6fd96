import Kernels

/// Where a number array of one shard's pass lives.
struct PassArray: Hashable, Sendable {
    enum Region: Hashable, Sendable {
        /// Results of nodes and what rules remember of them; one worker's.
        case activation
        /// Gradients of results; one worker's.
        case gradient
        /// Constants, read by all.
        case parameter
        /// Gradients of trained constants; one shard's, zero at the start of a pass, only ever added to.
        case parameterGradient
        /// Batch statistics; one shard's.
        case statistics
    }
    var region: Region
    var offset: Int
    var count: Int
}

/// One input of a rule: its elements and where its gradient goes.
struct Operand: Sendable {
    var shape: [Int]
    var value: PassArray
    /// Nil where nothing trained lies upstream.
    var gradient: PassArray?
    /// Whether the rule adds to the gradient instead of writing it: another consumer wrote first.
    var accumulates: Bool

    /// For rules that only add: zeroes the gradient unless it already holds another consumer's share.
    func clearGradient(_ pass: Pass) {
        if let gradient, !accumulates { pass[gradient].fill(0) }
    }
}

/// The output of a rule: its elements and the gradient that arrives.
struct Result: Sendable {
    var shape: [Int]
    var value: PassArray
    var gradient: PassArray
}

/// The memory and circumstances of one shard's way through the network and back.
struct Pass {
    var kernels: TrainingKernels
    var activations, gradients, scratch, parameters, parameterGradients, statistics: FloatBlock
    /// Whether batch statistics and dropout apply; otherwise the network runs as it will when deployed.
    var isTraining: Bool
    /// How far batch statistics give way to the running ones while the network is trained, 0…1.
    var renormalization: Float = 0
    /// Keys of this pass's random numbers.
    var seed, candidate, step, shard: UInt64

    subscript(slot: PassArray) -> FloatBlock {
        switch slot.region {
        case .activation: activations.part(slot.offset, slot.count)
        case .gradient: gradients.part(slot.offset, slot.count)
        case .parameter: parameters.part(slot.offset, slot.count)
        case .parameterGradient: parameterGradients.part(slot.offset, slot.count)
        case .statistics: statistics.part(slot.offset, slot.count)
        }
    }
}

/// An operation's forward rule and its gradient, for fixed shapes.
protocol Rule: Sendable {
    /// Floats of scratch memory either direction needs.
    var scratchCount: Int { get }
    func forward(_ pass: Pass)
    /// Reads the result's gradient; writes (or adds to) the operands' gradients.
    func backward(_ pass: Pass)
}

extension Rule {
    var scratchCount: Int { 0 }
}
