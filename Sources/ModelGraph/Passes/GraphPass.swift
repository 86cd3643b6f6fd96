/// One rewriting of a policy that can be switched off for study.
public enum GraphPass: String, Hashable, Sendable, CaseIterable {
    case removesNoOps = "remove no-ops"
    case movesTransposes = "move transposes"
    case foldsBatchNormalization = "fold batch normalisation"
    case removesDeadCode = "remove dead code"
    case fusesActivation = "fuse activation"
    case fusesResidual = "fuse residual addition"
    case runsChainsByStrips = "run chains by strips"
    case joinsLayerNormalization = "join layer normalisation"
}

extension GraphPolicy {
    /// The same policy without one pass.
    public func without(_ pass: GraphPass) -> GraphPolicy {
        var policy = self
        switch pass {
        case .removesNoOps: policy.removesNoOps = false
        case .movesTransposes: policy.movesTransposes = false
        case .foldsBatchNormalization: policy.foldsBatchNormalization = false
        case .removesDeadCode: policy.deadCode = .kept
        case .fusesActivation: policy.fusesActivation = false
        case .fusesResidual: policy.fusesResidual = false
        case .runsChainsByStrips: policy.runsChainsByStrips = false
        case .joinsLayerNormalization: policy.joinsLayerNormalization = false
        }
        return policy
    }
}
