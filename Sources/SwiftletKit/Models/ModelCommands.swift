import Bundles
import Candidates
import Devices
import Engine
import ExperimentStore
import Jobs
import Kernels
import ModelGraph
public import Reports
import Search

/// What is done with a model file: ONNX, TFLite or Swiftlet's own packed form, told apart by the file's ending.
///
/// `memory` is what a model may take, in bytes, checked before allocation.
public enum ModelCommands {
    /// What a model may take where nothing else is said: 4 GiB.
    public static let defaultMemory = 4 << 30

    /// Inputs, outputs, counts and layers of a model.
    public static func inspect(
        _ path: String, memory: Int = defaultMemory, inputs: InputOptions = InputOptions()
    ) throws -> ModelAnswer {
        let model = try LoadedModel(path: path, memory: memory, inputs: try inputs.sizes())
        let graph = model.graph
        let counts = graph.counts
        return ModelAnswer(
            model: path, format: model.format, inputs: ports(graph, graph.inputs),
            outputs: ports(graph, graph.outputs), macs: counts.macs, parameters: counts.parameters,
            weightBytes: counts.weightBytes,
            metadata: MetadataAnswer(
                model.metadata.map { MetadataAnswer.Entry(key: $0.key, value: $0.value) }),
            layers: graph.nodes.map { layer($0, of: graph) })
    }

    private static func layer(_ node: Node, of graph: Graph) -> ModelAnswer.Layer {
        let type = graph[node.output].type
        let weights = node.inputs.compactMap { graph[$0].constant == nil ? nil : graph[$0].type.bytes }
        return ModelAnswer.Layer(
            name: node.name, operation: node.operation.name, shape: type.shape.dimensions,
            type: type.dataType.rawValue, macs: graph.macs(of: node), weightBytes: weights.reduce(0, +))
    }

    private static func ports(_ graph: Graph, _ ids: [ValueID]) -> [PortAnswer] {
        ids.map { id in
            PortAnswer(
                name: graph[id].name, shape: graph[id].type.shape.dimensions,
                type: graph[id].type.dataType.rawValue)
        }
    }

    /// Batch-1 latency of a model on this computer.
    ///
    /// - Parameters:
    ///   - threads: inside one inference, from 1 to 256.
    ///   - seconds: how long to measure, at most 3600.
    ///   - hasLayers: also times each step on one thread.
    public static func benchmark(
        _ path: String, threads: Int = 1, seconds: Double = 5, hasLayers: Bool = false,
        memory: Int = defaultMemory, inputs: InputOptions = InputOptions()
    ) throws -> BenchmarkAnswer {
        try KitError.require(threads, in: 1...256, name: "threads")
        guard seconds > 0, seconds <= 3600 else {
            throw KitError.secondsOutOfRange(allowed: 0...3600, got: seconds)
        }
        let plan = try Plan(
            LoadedModel(path: path, memory: memory, inputs: try inputs.sizes()).graph, memoryLimit: memory)
        let machine = HostMachine.current(kernels: plan.kernels, threads: threads)
        let timing = measureLatency(of: plan, seconds: seconds, threads: threads)
        return BenchmarkAnswer(
            model: path, threads: threads, runs: timing.runs,
            latency: BenchmarkAnswer.Latency(
                median: timing.median, p95: timing.runP95, min: timing.minimum, mean: timing.mean),
            throughput: 1000 / timing.mean, peakRAM: plan.arenaBytes + plan.weightBytes,
            machine: MachineAnswer(machine),
            layers: hasLayers ? steps(of: plan, seconds: seconds, median: timing.median) : nil,
            details: BenchmarkAnswer.Details(
                p10: timing.p10, p90: timing.p90, weightBytes: plan.weightBytes,
                arenaBytes: plan.arenaBytes))
    }

    /// Every step of a plan timed on one thread.
    ///
    /// - Parameter median: of a whole run, in milliseconds.
    private static func steps(
        of plan: Plan, seconds: Double, median: Double
    ) -> [BenchmarkAnswer.Step] {
        let peak = plan.kernels.measurePeak()
        let timings = plan.measureSteps(runs: min(max(Int(seconds * 1000 / max(median, 1e-3)), 10), 1000))
        return timings.map { timing in
            BenchmarkAnswer.Step(
                layer: timing.layer, kernel: timing.kernel, latency: timing.microseconds / 1000,
                work: timing.work,
                peakShare: timing.multipliesAndAdds ? peak.map { timing.share(of: $0) } : nil)
        }
    }

    /// What a model costs on a device, layer by layer.
    ///
    /// - Parameter device: a name, or the path of a profile ending in `.yaml`.
    public static func predict(
        _ path: String, on device: String, memory: Int = defaultMemory, inputs: InputOptions = InputOptions()
    ) throws -> PredictionAnswer {
        let model = try LoadedModel(path: path, memory: memory, inputs: try inputs.sizes())
        let profile = try DeviceShelf().profile(device)
        let price = price(model.graph, on: profile)
        let score = Score(price, device: profile.name)
        return PredictionAnswer(
            model: path, device: profile.name, costs: CostsAnswer(score), status: score.status,
            reason: price.reason, layers: price.layers.map { LayerAnswer($0) }, title: profile.title)
    }
}
