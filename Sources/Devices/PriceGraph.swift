public import ModelGraph
import Quantities

/// What one inference of a graph costs on a device; weights may be unknown.
///
/// The graph is first put into the form in which the device's runtime executes it. The price depends on operations,
/// shapes, types and declared sparsity only, so that it equals the price of the same network with trained weights.
public func price(_ graph: Graph, on profile: DeviceProfile, reserve: Reserve = .none) -> Price {
    let executed = ExecutedGraph(graph, under: profile.runtime.policy)
    var price = profile.price(PricedPiece(executed, on: profile), reserve: reserve)
    if price.status != .notExportable { price.layers = executed.layers(on: profile) }
    return price
}

/// A graph as a runtime executes it: everything a price needs that does not depend on the device's speed.
///
/// Devices whose runtimes treat graphs alike share it.
public struct ExecutedGraph: Sendable {
    /// The policy under which the graph is executed.
    public let policy: RuntimePolicy
    /// The graph as it was given.
    let source: Graph
    let graph: Graph
    let kernels: [FusedKernel]
    /// What each kernel has to do, in the order in which they run.
    public let workloads: [Workload]

    /// Rewrites `graph` as this policy says and groups its nodes into kernels.
    public init(_ graph: Graph, under policy: RuntimePolicy) {
        let executed = graph.executed(under: policy)
        let kernels = executed.kernels(for: policy.graph)
        self.policy = policy
        source = graph
        self.graph = executed
        self.kernels = kernels
        workloads = executed.workloads(of: kernels)
    }

    /// A graph that is in this form already, with its kernels.
    init(_ graph: Graph, _ kernels: [FusedKernel], of source: Graph, under policy: RuntimePolicy) {
        self.policy = policy
        self.source = source
        self.graph = graph
        self.kernels = kernels
        workloads = graph.workloads(of: kernels)
    }

    /// Multiply-accumulates of all kernels that run.
    public var macs: Int { workloads.reduce(0) { $0 &+ $1.macs } }

    /// The name of each kernel's last node, by which Swiftlet's engine calls its steps, in the order of `workloads`; nil where
    /// several kernels have the same one.
    public var kernelNames: [String?] {
        let names = kernels.map { graph.nodes[$0.nodes.last ?? $0.anchor].name }
        let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
        return names.map { counts[$0] == 1 ? $0 : nil }
    }

    /// How many kernels of each family run, in the order of `WorkFamily.allCases`.
    public var kernelCounts: [Int] {
        WorkFamily.allCases.map { family in workloads.count { $0.family == family } }
    }

    /// Milliseconds to bring the outputs back from an accelerator.
    func returnMilliseconds(on profile: DeviceProfile) -> Double {
        graph.outputs.reduce(0) { sum, output in
            let type = graph[output].type
            return sum + profile.transferMilliseconds(type.shape.elementCount, type.dataType)
        }
    }

    /// The share of every kernel, in the order of `workloads`.
    public func layers(on profile: DeviceProfile) -> [LayerPrice] {
        var state = EntryState.start
        return zip(kernels, workloads).map { kernel, work in
            let step = profile.step(work, profile.kernelPlacement(of: work), from: state)
            state = step.exit
            return LayerPrice(
                name: graph.nodes[kernel.anchor].name, operation: work.operation,
                milliseconds: profile.calibration?.latency.value(step.sum.terms)
                    ?? (step.sum.terms * profile.usualFactors).sum(),
                macs: work.macs,
                weightBytes: step.sum.weightBytes,
                outputBytes: graph[kernel.output].type.bytes, runsOnFallback: step.exit != .device)
        }
    }
}

extension DeviceProfile {
    /// Runs through kernels, each with its placement, beginning in `state`.
    func passage(
        of workloads: [Workload], _ placements: [KernelPlacement], from state: EntryState
    ) -> PricedPiece.Passage {
        var passage = PricedPiece.Passage(sum: KernelCosts(), exit: state, obstacle: nil)
        for (work, placement) in zip(workloads, placements) {
            let step = step(work, placement, from: passage.exit)
            passage.sum += step.sum
            passage.exit = step.exit
            passage.obstacle = passage.obstacle ?? step.obstacle
        }
        return passage
    }

    /// One kernel: where it runs, what it costs there, and what moving its inputs there costs.
    fileprivate func step(
        _ work: Workload, _ placement: KernelPlacement, from state: EntryState
    ) -> PricedPiece.Passage {
        if state == .start, work.isConversion, work.dataType == .float32, runtime.interface != .float32 {
            // The caller hands over integers: an export leaves this conversion out.
            return PricedPiece.Passage(sum: KernelCosts(), exit: .start, obstacle: nil)
        }
        var step = PricedPiece.Passage(sum: storage(of: work), exit: .device, obstacle: nil)
        if state != .hostForGood {
            switch placement.own {
            case .device(let type):
                if let timed = calibration?.kernels?[work] {
                    step.sum.timedMilliseconds = timed
                } else {
                    step.sum[CostTerm(work.family)] = milliseconds(of: work, as: type) ?? 0
                    step.sum[CostTerm(startOf: work)] = overheads.kernelMilliseconds
                }
                step.sum.deviceWeightBytes = step.sum.weightBytes
                if state != .device {
                    step.sum[.transfer] = transferMilliseconds(work.inputElements, work.dataType)
                }
                return step
            case .fallback(let reason):
                if support.fallback?.profile.isEmpty != false { step.obstacle = .unsupported(reason) }
            case .refused(let reason): step.obstacle = .unsupported(reason)
            }
        }
        // What converts the input's type before anything ran is the host's part of the interface: a compiler for the
        // accelerator begins behind it.
        let isInterface = work.isConversion && (state == .start || state == .host)
        step.exit = support.fallback?.takesRest == true && !isInterface ? .hostForGood : .host
        if state == .device { step.sum[.transfer] = transferMilliseconds(work.inputElements, work.dataType) }
        if step.obstacle == nil { addHostCost(of: work, placement.host, to: &step) }
        return step
    }

    private func addHostCost(
        of work: Workload, _ placement: Placement?, to step: inout PricedPiece.Passage
    ) {
        guard let placement, let host = support.fallback?.profile.first else { return }
        switch placement {
        case .device(let type):
            let milliseconds = host.milliseconds(of: work, as: type) ?? 0
            step.sum[.fallback] = milliseconds + host.overheads.kernelMilliseconds
        case .fallback(let reason), .refused(let reason): step.obstacle = .unsupported(reason)
        }
    }

    /// Milliseconds that activations take from host to accelerator or back.
    func transferMilliseconds(_ elements: Int, _ type: DataType) -> Double {
        guard let transfer = overheads.transfer else { return 0 }
        return transfer.milliseconds + Double(type.bytes(for: elements)) / (transfer.bandwidth * 1e6)
    }

    /// Weights and structure that a kernel adds to the model file.
    fileprivate func storage(of work: Workload) -> KernelCosts {
        var cost = KernelCosts()
        cost.weightBytes = storedWeightBytes(of: work)
        cost.structureBytes = runtime.structureBytes(
            tensors: work.weightElements > 0 ? 3 : 1, operations: 1,
            channels: work.weightScales == .perChannel ? work.outputChannels : 0)
        cost.kernelCount = 1
        cost.macs = work.macs
        return cost
    }
}
