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
    /// By `EntryState`; that of `start` alone where activations never change sides.
    var passages: [Passage]
    var peakActivationBytes: Int
    /// Milliseconds to bring the piece's result back from the accelerator, should it be the last.
    var returnMilliseconds: Double

    /// What a piece costs when it is entered in one state.
    struct Passage: Hashable, Sendable {
        var sum = KernelCosts()
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
            executed.workloads, executed.extents, DevicePiece(executed, on: profile),
            others: others.map { ($0.workloads, DeviceKernels($0.workloads, on: profile)) })
    }

    /// The same, from the work of kernels under the profile's policy and under the other habits.
    init(
        _ works: [Workload], _ extents: ValueExtents, _ device: DevicePiece,
        others: [(works: [Workload], kernels: DeviceKernels)]
    ) {
        let states: [EntryState] = device.hasBorders ? EntryState.allCases : [.start]
        var passages = device.kernels.passages(of: works, from: states)
        if let unheld = device.unheld {
            for index in passages.indices { passages[index].obstacle = unheld }
        }
        for other in others {
            for (index, passage) in other.kernels.passages(of: other.works, from: states).enumerated() {
                passages[index].others.append(passage.sum.terms)
            }
        }
        self.passages = passages
        peakActivationBytes = device.activations.peakBytes(extents, works)
        returnMilliseconds = device.returnMilliseconds(extents)
    }

    /// A graph on several devices; those whose runtimes treat graphs alike share the work.
    public static func each(_ graph: Graph, on profiles: [DeviceProfile]) -> [PricedPiece] {
        var forms = ExecutedForms(graph)
        return profiles.map { PricedPiece(&forms, on: $0) }
    }
}

/// What a device makes of a piece whatever its extents are, as long as they are more than one.
struct DevicePiece: Sendable {
    let kernels: DeviceKernels
    let activations: ActivationPlan
    /// Why the runtime's format cannot hold the piece, if it cannot.
    let unheld: Price.Cause?
    /// Whether activations may have to move between a host and an accelerator.
    let hasBorders: Bool
    private let outputs: [(value: ValueID, type: DataType)]
    private let transfer: OverheadProfile.Transfer?

    init(_ executed: ExecutedGraph, on profile: DeviceProfile) {
        kernels = DeviceKernels(executed.workloads, on: profile)
        activations = ActivationPlan(executed.graph, executed.kernels, on: profile)
        unheld = profile.runtime.refusesToHold(executed.source).map(Price.Cause.notExportable)
        hasBorders = profile.hasBorders
        outputs = executed.graph.outputs.map { ($0, executed.graph[$0].type.dataType) }
        transfer = profile.overheads.transfer
    }

    /// Milliseconds to bring the outputs back from an accelerator.
    func returnMilliseconds(_ extents: ValueExtents) -> Double {
        guard let transfer else { return 0 }
        return outputs.reduce(0) { $0 + transfer.duration(of: extents.count($1.value), $1.type) }
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
