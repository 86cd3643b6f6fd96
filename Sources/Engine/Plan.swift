public import Kernels
public import ModelGraph

/// A graph made ready to run: kernels chosen, weights packed, memory placed.
///
/// Immutable, shared by workers.
///
///     let plan = try Plan(graph)
///     let worker = Worker(plan)
///     worker.setInput(0, floats: image.span)
///     worker.run()
///     let logits = worker.output(0)
public struct Plan: Sendable {
    /// One input or output of the network.
    public struct Port: Hashable, Sendable {
        /// Name in the model file.
        public let name: String
        /// Shape for the whole batch, element type and quantisation.
        public let type: ValueType
        let buffer: Buffer
        let isShifted: Bool
    }

    /// Name of the network.
    public let name: String
    /// How many samples one run takes.
    public let batch: Int
    /// What a run is given, in the model's order.
    public let inputs: [Port]
    /// What a run gives back, in the model's order.
    public let outputs: [Port]
    /// Outputs that are inputs of the next run; `Worker` carries them where it is told to.
    public let states: [GraphState]
    /// The values named in `observing`, in that order.
    public let observed: [Port]
    /// The kernel calls, with packed weights and a place in memory for each value.
    public let program: Program

    /// Bytes each worker needs for activations.
    public var arenaBytes: Int { program.arenaBytes }
    /// Bytes of packed weights and tables, shared by all workers.
    public var weightBytes: Int { program.constantBytes }
    /// The instruction set that the plan was made for.
    public var kernels: KernelSet { program.kernels }

    /// Plans a graph.
    ///
    /// - Parameters:
    ///   - batch: samples a run; the graph's inputs have 1 in dimension 0.
    ///   - observing: intermediate values (of `graph`) whose contents are wanted after a run; they stay unfused.
    ///   - memoryLimit: bytes that weights and activations may take together.
    ///   - policy: the passes that rewrite the graph, fuse its nodes and run them by strips; others than all of them are for study.
    public init(
        _ graph: Graph, batch: Int = 1, kernels: KernelSet = .best, observing: [ValueID] = [],
        memoryLimit: Int = Plan.physicalMemory, policy: GraphPolicy = .swiftlet
    ) throws(PlanError) {
        let ready = try Plan.prepared(graph, batch: batch, observing: observing, policy: policy)
        let estimate = Plan.estimatedBytes(ofPrepared: ready)
        guard estimate <= memoryLimit else {
            throw .tooLarge(graph: graph.name, bytes: estimate, limit: memoryLimit)
        }
        var lowering = try Lowering(ready, kernels: kernels)
        try lowering.lower(ready.kernels(for: policy))
        func port(_ value: ValueID, named name: String) -> Port? {
            lowering.slots[value.index].map { slot in
                let isShifted = slot.type.dataType == .uint8 && slot.storage != .raw(.uint8)
                return Port(name: name, type: slot.type, buffer: slot.buffer, isShifted: isShifted)
            }
        }
        name = graph.name
        self.batch = batch
        inputs = ready.inputs.compactMap { port($0, named: ready[$0].name) }
        let results = zip(ready.outputs, graph.outputs + observing).compactMap { value, original in
            port(value, named: graph[original].name)
        }
        outputs = Array(results.prefix(graph.outputs.count))
        states = graph.states
        observed = Array(results.dropFirst(graph.outputs.count))
        if policy.runsChainsByStrips {
            lowering.builder.runChainsByStrips(
                inputs: inputs.map(\.buffer), outputs: results.map(\.buffer))
        }
        let placement = MemoryPlan(
            lowering.builder, inputs: inputs.map(\.buffer), outputs: results.map(\.buffer))
        program = Program(lowering.builder, offsets: placement.offsets, arenaBytes: placement.bytes)
    }

    /// Upper bound of the bytes a plan would take, from shapes alone; nothing is allocated.
    public static func estimatedBytes(_ graph: Graph, batch: Int = 1) throws(PlanError) -> Int {
        estimatedBytes(ofPrepared: try prepared(graph, batch: batch, observing: [], policy: .swiftlet))
    }

    /// The graph as the engine runs it: verified, batched, folded, with observed values as further outputs.
    private static func prepared(
        _ graph: Graph, batch: Int, observing: [ValueID], policy: GraphPolicy
    ) throws(PlanError) -> Graph {
        do throws(GraphError) {
            try graph.verify()
            for value in observing where !graph.values.indices.contains(value.index) {
                throw GraphError.invalid(node: graph.name, detail: "has no value \(value.index) to observe")
            }
            var ready = graph
            ready.outputs += observing
            if batch != 1 { ready = try ready.batched(batch) }
            return ready.normalized(for: policy)
        } catch {
            throw .invalidGraph(error)
        }
    }
}
