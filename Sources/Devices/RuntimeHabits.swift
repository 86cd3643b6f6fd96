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

    /// As `devices calibrate` says it.
    public var text: String {
        switch self {
        case .run: "runs dead branches"
        case .removedBackward: "removes branches that reach no output"
        case .foldedIntoWeights: "folds products with zero into weights, and removes what reaches no output"
        case .removedBothWays: "removes branches that reach no output or that no input reaches"
        }
    }
}

extension RuntimePolicy {
    /// What this policy does with branches that contribute nothing.
    public var deadBranches: DeadBranches {
        guard graph.deadCode == .zeros else { return .run }
        if dropsZeroFed { return .removedBothWays }
        return foldsScale ? .foldedIntoWeights : .removedBackward
    }

    /// The habits between which measurements decide, this policy first.
    ///
    /// Every treatment of dead branches, each with no fusion, with activations fused, and with activations and additions
    /// fused; the rest is as here.
    package var habits: [RuntimePolicy] {
        let fusions = [(false, false), (true, false), (true, true)]
        let all = DeadBranches.allCases.flatMap { treatment in
            fusions.map { activation, residual in
                var habit = treating(treatment)
                habit.graph.fusesActivation = activation
                habit.graph.fusesResidual = residual
                return habit
            }
        }
        return [self] + all.filter { $0 != self }
    }

    private func treating(_ branches: DeadBranches) -> RuntimePolicy {
        var policy = self
        policy.graph.deadCode = branches == .run ? .unused : .zeros
        policy.foldsScale = branches == .foldedIntoWeights
        policy.dropsZeroFed = branches == .removedBothWays
        return policy
    }
}
