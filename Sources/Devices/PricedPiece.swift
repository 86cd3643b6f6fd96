public import ModelGraph

/// Where the activations are when a piece of a network begins.
///
/// Devices without a host of their own never leave `device` once they are there.
public enum EntryState: Int, Hashable, Sendable, CaseIterable {
    /// Nothing has run; the input is with the caller.
    case start
    case device
    /// On the host, and the accelerator may take over again.
    case host
    /// On the host for good: the runtime gives it everything after the first refused operation.
    case hostForGood
}

/// A piece of a network, priced once for every state in which it may begin, and then reused in any network that holds it.
///
/// Pieces follow each other in a chain: a piece reads what the one before it wrote, and nothing fuses across the border.
public struct PricedPiece: Hashable, Sendable {
    /// By `EntryState`.
    var passages: [Passage]
    var peakActivationBytes: Int
    /// Milliseconds to bring the piece's result back from the accelerator, should it be the last.
    var returnMilliseconds: Double

    /// What a piece costs when it is entered in one state.
    struct Passage: Hashable, Sendable {
        var sum: KernelCosts
        var exit: EntryState
        /// What keeps the piece off the device, if anything does.
        var obstacle: Price.Cause?
        /// Milliseconds by `CostTerm` under each other habit that the profile's calibration leaves open.
        var others: [SIMD16<Double>] = []
    }

    /// Prices a graph that is a piece of a larger network, its inputs being the values at the border.
    public init(_ graph: Graph, on profile: DeviceProfile) {
        var forms = ExecutedForms(graph)
        self.init(&forms, on: profile)
    }

    /// The same, for a graph already in the form in which the profile's runtime executes it.
    public init(_ executed: ExecutedGraph, on profile: DeviceProfile) {
        precondition(
            executed.policy == profile.runtime.policy, "PricedPiece: executed by another kind of runtime")
        var forms = ExecutedForms(executed)
        self.init(&forms, on: profile)
    }

    private init(_ forms: inout ExecutedForms, on profile: DeviceProfile) {
        let others = (profile.calibration?.others ?? []).map { forms[$0.policy] }
        self.init(forms[profile.runtime.policy], others: others, on: profile)
    }

    /// The same, from the form in which the profile's runtime executes the graph, and those under the other habits that its
    /// calibration leaves open.
    private init(_ executed: ExecutedGraph, others: [ExecutedGraph], on profile: DeviceProfile) {
        self.init(
            executed, ExtentFreeFacts(executed, on: profile),
            others: others.map { ($0, $0.workloads.map(profile.kernelPlacement)) }, on: profile)
    }

    /// The same, with what does not depend on extents.
    init(
        _ executed: ExecutedGraph, _ facts: ExtentFreeFacts,
        others: [(ExecutedGraph, [KernelPlacement])], on profile: DeviceProfile
    ) {
        let states: [EntryState] = profile.hasBorders ? EntryState.allCases : [.start]
        let passages = states.map { state in
            var passage = profile.passage(of: executed.workloads, facts.placements, from: state)
            passage.obstacle = facts.unheld ?? passage.obstacle
            passage.others = others.map {
                profile.passage(of: $0.workloads, $1, from: state).sum.terms
            }
            return passage
        }
        self.passages = profile.hasBorders ? passages : EntryState.allCases.map { _ in passages[0] }
        peakActivationBytes = profile.peakActivationBytes(executed.graph, executed.kernels, facts.buffers)
        returnMilliseconds = executed.returnMilliseconds(on: profile)
    }

    /// A graph on several devices; those whose runtimes treat graphs alike share the work.
    public static func each(_ graph: Graph, on profiles: [DeviceProfile]) -> [PricedPiece] {
        var forms = ExecutedForms(graph)
        return profiles.map { PricedPiece(&forms, on: $0) }
    }
}

/// What a device makes of a piece whatever its extents are, as long as they are more than one.
struct ExtentFreeFacts: Sendable {
    /// Of each kernel.
    let placements: [KernelPlacement]
    /// Why the runtime's format cannot hold the piece, if it cannot.
    let unheld: Price.Cause?
    /// Which values share memory, and while which kernels run; their sizes do depend on extents.
    let buffers: [LiveBuffer]

    init(_ executed: ExecutedGraph, on profile: DeviceProfile) {
        placements = executed.workloads.map(profile.kernelPlacement)
        unheld = profile.runtime.refusesToHold(executed.source).map(Price.Cause.notExportable)
        buffers = profile.liveBuffers(executed.graph, executed.kernels)
    }
}

/// The forms in which runtimes execute one graph, each worked out once.
struct ExecutedForms {
    private let source: Graph
    private var known: [ExecutedGraph] = []

    init(_ graph: Graph) { source = graph }

    init(_ executed: ExecutedGraph) {
        source = executed.source
        known = [executed]
    }

    subscript(policy: RuntimePolicy) -> ExecutedGraph {
        mutating get {
            if let form = known.first(where: { $0.policy == policy }) { return form }
            let form = ExecutedGraph(source, under: policy)
            known.append(form)
            return form
        }
    }
}

extension DeviceProfile {
    /// Whether activations may have to move between a host and an accelerator.
    var hasBorders: Bool { overheads.transfer != nil || support.fallback != nil }
}
