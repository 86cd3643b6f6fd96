import ModelGraph

/// What a runtime does with branches of a network that contribute nothing to its result.
public enum DeadBranches: String, Hashable, Sendable, CaseIterable {
    /// Every operation that the graph lists is run.
    case run
    /// What reaches no output is removed; a product with zero counts as not reaching it.
    case removedBackward
    /// The same, but a product with zero becomes weights of zero in the convolution before it, which still runs.
    case foldedIntoWeights
    /// What reaches no output is removed, and what only zeros feed too.
    case removedBothWays
    /// The same, but a sum of zeros is not taken for zero, and what it feeds is run.
    case removedBothWaysButSums

    /// As `devices calibrate` says it.
    public var text: String {
        switch self {
        case .run: "runs dead branches"
        case .removedBackward: "removes branches that reach no output"
        case .foldedIntoWeights: "folds products with zero into weights, and removes what reaches no output"
        case .removedBothWays: "removes branches that reach no output or that no input reaches"
        case .removedBothWaysButSums:
            "removes branches that reach no output or that no input reaches, but not what a sum of zeros feeds"
        }
    }
}

extension RuntimePolicy {
    /// What this policy does with branches that contribute nothing.
    public var deadBranches: DeadBranches {
        guard graph.deadCode == .zeros else { return .run }
        if dropsZeroFed { return keepsZeroSums ? .removedBothWaysButSums : .removedBothWays }
        return foldsScale ? .foldedIntoWeights : .removedBackward
    }

    /// The same with every treatment of dead branches, this one's first.
    fileprivate var treatments: [RuntimePolicy] {
        [self] + DeadBranches.allCases.filter { $0 != deadBranches }.map(treating)
    }

    fileprivate var unfused: RuntimePolicy {
        var policy = self
        policy.graph.fusesActivation = false
        policy.graph.fusesResidual = false
        return policy
    }

    private func treating(_ branches: DeadBranches) -> RuntimePolicy {
        var policy = self
        policy.graph.deadCode = branches == .run ? .unused : .zeros
        policy.foldsScale = branches == .foldedIntoWeights
        policy.dropsZeroFed = branches == .removedBothWays || branches == .removedBothWaysButSums
        policy.keepsZeroSums = branches == .removedBothWaysButSums
        return policy
    }
}

extension DeviceProfile {
    /// The ways of treating graphs between which measurements decide: every treatment of dead branches, the declared one first.
    ///
    /// Without fusion, which ten measurements do not tell from a smaller factor on element-wise work: told apart as habits of
    /// their own, fused kinds took weight from the right treatment and gave at most a thousandth of Spearman back. A
    /// microcontroller keeps what its profile declares, since its memory hangs on it and its cycles are known.
    package var habits: [RuntimePolicy] {
        switch kind {
        case .microcontroller: runtime.policy.treatments
        case .cpu, .gpu, .systolic, .fpga, .vectorNPU: runtime.policy.unfused.treatments
        }
    }
}
