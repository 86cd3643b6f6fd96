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
    let outlines: [KernelOutline]
    let extents: ValueExtents
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
        let outlines = executed.outlines(of: kernels)
        let extents = OpenExtents(executed).closed([])
        self.outlines = outlines
        self.extents = extents
        workloads = outlines.indices.map { outlines[$0].work(extents) }
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

    /// The share of every kernel, in the order of `workloads`.
    public func layers(on profile: DeviceProfile) -> [LayerPrice] {
        let steps = DeviceKernels(workloads, on: profile).steps(of: workloads)
        return zip(kernels, zip(workloads, steps)).map { kernel, priced in
            let (work, step) = priced
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
