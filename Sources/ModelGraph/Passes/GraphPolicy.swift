/// What a runtime does to a graph before running it.
public struct GraphPolicy: Hashable, Sendable {
    /// Which nodes are removed because their results do not matter.
    public enum DeadCode: String, Hashable, Sendable, CaseIterable {
        /// Nothing is removed.
        case kept
        /// Nodes that do not reach an output are removed.
        case unused
        /// Additionally what is fed only by zeros (a product with a constant zero) is removed.
        case zeros
    }

    /// Which nodes without influence are removed.
    public var deadCode: DeadCode
    /// Batch normalisation becomes part of the convolution or dense layer before it.
    public var foldsBatchNormalization: Bool
    /// An activation runs inside the kernel before it.
    public var fusesActivation: Bool
    /// An addition runs inside the convolution or dense kernel before it.
    public var fusesResidual: Bool
    /// Identity reshapes, dropout, explicit padding before a convolution and the like are removed.
    public var removesNoOps: Bool
    /// Transposes meet and vanish where nothing between them depends on the order of axes.
    public var movesTransposes: Bool
    /// Chains of convolutions with large results run strip by strip.
    public var runsChainsByStrips: Bool
    /// Layer normalisations written as several operations run as one.
    public var joinsLayerNormalization: Bool

    /// A policy; what is left out is not done.
    public init(
        deadCode: DeadCode, foldsBatchNormalization: Bool, fusesActivation: Bool, fusesResidual: Bool,
        removesNoOps: Bool, movesTransposes: Bool = false, runsChainsByStrips: Bool = false,
        joinsLayerNormalization: Bool = false
    ) {
        self.deadCode = deadCode
        self.foldsBatchNormalization = foldsBatchNormalization
        self.fusesActivation = fusesActivation
        self.fusesResidual = fusesResidual
        self.removesNoOps = removesNoOps
        self.movesTransposes = movesTransposes
        self.runsChainsByStrips = runsChainsByStrips
        self.joinsLayerNormalization = joinsLayerNormalization
    }

    /// What Swiftlet's own engine does: everything.
    public static let swiftlet = GraphPolicy(
        deadCode: .zeros, foldsBatchNormalization: true, fusesActivation: true, fusesResidual: true,
        removesNoOps: true, movesTransposes: true, runsChainsByStrips: true, joinsLayerNormalization: true)

    /// The graph exactly as written.
    public static let verbatim = GraphPolicy(
        deadCode: .kept, foldsBatchNormalization: false, fusesActivation: false, fusesResidual: false,
        removesNoOps: false)

    /// What is done to a network before it is quantised or stored: batch normalisation is folded and no-ops are dropped,
    /// but dead branches stay, because runtimes differ in what they do with them.
    public static let stored = GraphPolicy(
        deadCode: .kept, foldsBatchNormalization: true, fusesActivation: false, fusesResidual: false,
        removesNoOps: true)
}

extension Graph {
    /// The same function written as the runtime would run it; value and node numbers change, names stay.
    ///
    /// Works on shapes alone where weights are unknown. Precondition: `verify()` holds; it holds again afterwards.
    public func normalized(for policy: GraphPolicy) -> Graph {
        var graph = self
        if policy.removesNoOps { graph = graph.removingNoOps() }
        if policy.joinsLayerNormalization { graph = graph.joiningLayerNormalizations() }
        if policy.movesTransposes { graph = graph.movingTransposes() }
        if policy.removesNoOps { graph = graph.foldingPadding() }
        if policy.foldsBatchNormalization { graph = graph.foldingBatchNormalization() }
        switch policy.deadCode {
        case .kept: break
        case .unused: graph = graph.removingUnused()
        case .zeros: graph = graph.removingZeros().removingUnused()
        }
        return graph
    }
}
