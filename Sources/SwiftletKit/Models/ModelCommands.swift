import Bundles
import Candidates
import Devices
import Engine
import ExperimentStore
import Jobs
import ModelGraph
import Quantities
import Search

/// Commands on a model file: `inspect`, `benchmark`, `predict`.
public enum ModelCommands {
    /// `swiftlet inspect`: inputs, outputs, counts and layers.
    public static func inspect(_ path: String, memory: String?) throws -> Answer {
        let model = try LoadedModel(path: path, memory: try bytes(memory))
        let graph = model.graph
        let counts = graph.counts
        var table = TextTable([
            ("layer", .left), ("operation", .left), ("output", .left), ("type", .left), ("MACs", .right),
            ("weights", .right),
        ])
        let layers = graph.nodes.map { node -> Record in
            let type = graph[node.output].type
            let weights = node.inputs.compactMap { graph[$0].constant == nil ? nil : graph[$0].type.bytes }
                .reduce(0, +)
            table.append([
                node.name.shortened(to: 40), node.operation.name, type.shape.description,
                type.dataType.rawValue,
                Human.count(graph.macs(of: node)), Human.bytes(weights),
            ])
            return [
                "name": .text(node.name), "operation": .text(node.operation.name),
                "shape": .list(type.shape.dimensions.map(Field.integer)),
                "type": .text(type.dataType.rawValue),
                "macs": .integer(graph.macs(of: node)), "weight_bytes": .integer(weights),
            ]
        }
        let metadata = Record(model.metadata.map { ($0.key, Field.text($0.value)) })
        let json: Record = [
            "model": .text(path), "format": .text(model.format), "inputs": .list(ports(graph, graph.inputs)),
            "outputs": .list(ports(graph, graph.outputs)), "macs": .integer(counts.macs),
            "parameters": .integer(counts.parameters), "weight_bytes": .integer(counts.weightBytes),
            "metadata": .record(metadata), "layers": .list(layers.map(Field.record)),
        ]
        let heading = """
            \(path): \(model.format), \(graph.nodes.count) layers, \(Human.count(counts.macs)) MACs, \
            \(Human.count(counts.parameters)) parameters, \(Human.bytes(counts.weightBytes)) of weights
            inputs   \(portText(graph, graph.inputs))
            outputs  \(portText(graph, graph.outputs))


            """
        return Answer(
            json: .record(json), columns: ["name", "operation", "shape", "type", "macs", "weight_bytes"],
            rows: layers,
            table: heading + table.text)
    }

    private static func ports(_ graph: Graph, _ ids: [ValueID]) -> [Field] {
        ids.map { id in
            .record([
                "name": .text(graph[id].name),
                "shape": .list(graph[id].type.shape.dimensions.map(Field.integer)),
                "type": .text(graph[id].type.dataType.rawValue),
            ])
        }
    }

    private static func portText(_ graph: Graph, _ ids: [ValueID]) -> String {
        ids.map { "\(graph[$0].name) \(graph[$0].type.shape) \(graph[$0].type.dataType.rawValue)" }
            .joined(separator: ", ")
    }

    /// `swiftlet benchmark`: batch-1 latency on this computer; with `layers` also each step on one thread.
    public static func benchmark(
        _ path: String, threads: Int, seconds: Double, layers: Bool, memory: String?
    ) throws -> Answer {
        guard (1...256).contains(threads) else { throw CommandError("--threads must lie between 1 and 256") }
        guard seconds > 0, seconds <= 3600 else {
            throw CommandError("--seconds must lie between 0 and 3600")
        }
        let limit = try bytes(memory)
        let plan = try Plan(LoadedModel(path: path, memory: limit).graph, memoryLimit: limit)
        let machine = HostMachine.current(kernels: plan.kernels, threads: threads)
        let timing = measureLatency(of: plan, seconds: seconds, threads: threads)
        let steps = layers ? stepTimings(plan, seconds: seconds, median: timing.median) : nil
        var json: Record = [
            "model": .text(path), "threads": .integer(threads), "runs": .integer(timing.runs),
            "latency_ms": .record([
                "median": .number(timing.median), "p95": .number(timing.runP95),
                "min": .number(timing.minimum),
                "mean": .number(timing.mean),
            ]),
            "throughput_per_s": .number(1000 / timing.mean),
            "peak_ram_bytes": .integer(plan.arenaBytes + plan.weightBytes),
            "cpu": .text(machine.processor), "kernel_set": .text(machine.kernelSet),
        ]
        if let steps { json.append("layers", .list(steps.records.map(Field.record))) }
        let table = """
            \(path) on \(machine.text), batch 1
            median   \(Human.milliseconds(timing.median))  (\(Human.milliseconds(timing.p10)) to \(Human.milliseconds(timing.p90)))
            p95      \(Human.milliseconds(timing.runP95))
            minimum  \(Human.milliseconds(timing.minimum))
            rate     \(Human.number(1000 / timing.mean)) a second, \(timing.runs) runs
            memory   \(Human.bytes(plan.weightBytes)) weights, \(Human.bytes(plan.arenaBytes)) activations

            """
        guard let steps else {
            return Answer(json: .record(json), columns: json.entries.map(\.key), rows: [json], table: table)
        }
        let columns = ["layer", "kernel", "latency_ms", "work", "peak_share"]
        return Answer(
            json: .record(json), columns: columns, rows: steps.records, table: table + "\n" + steps.table.text
        )
    }

    /// `swiftlet predict MODEL`: what the model costs on a device, layer by layer.
    public static func predict(_ path: String, device: String, memory: String?) throws -> Answer {
        let model = try LoadedModel(path: path, memory: try bytes(memory))
        let profile = try DeviceShelf().profile(device)
        let price = price(model.graph, on: profile)
        let score = Score(price, device: profile.name)
        let json: Record = [
            "model": .text(path), "device": .text(profile.name),
            "latency_ms": .number(orUnknown: price.latencyMilliseconds),
            "latency_ms_p10": .number(orUnknown: price.latencyMillisecondsP10),
            "latency_ms_p90": .number(orUnknown: price.latencyMillisecondsP90),
            "energy_mj": .number(orUnknown: price.energyMillijoules),
            "peak_ram_bytes": .integer(orUnknown: score.peakRAM),
            "flash_bytes": .integer(orUnknown: score.flash),
            "model_bytes": .integer(orUnknown: score.modelSize),
            "status": .text(price.status.rawValue), "reason": .text(orUnknown: price.reason),
            "layers": .list(price.layers.records.map(Field.record)),
        ]
        let heading = """
            \(path) on \(profile.title): \(price.status.rawValue)\(price.reason.map { " – \($0)" } ?? "")
            latency  \(Human.milliseconds(price.latencyMilliseconds))  (80 %: \
            \(Human.milliseconds(price.latencyMillisecondsP10)) to \(Human.milliseconds(price.latencyMillisecondsP90)), \
            \(price.provenance.rawValue))
            energy   \(price.energyMillijoules.map { "\(Human.number($0)) mJ" } ?? "–")
            memory   \(Human.bytes(score.peakRAM)) RAM, \(Human.bytes(score.flash)) flash, \
            \(Human.bytes(score.modelSize)) model


            """
        return Answer(
            json: .record(json),
            columns: [LayerPrice].columns, rows: price.layers.records,
            table: heading + price.layers.table.text)
    }

    /// The limit of `--max-memory`, 4 GiB where none is given.
    static func bytes(_ text: String?) throws -> Int {
        guard let text else { return 4 << 30 }
        guard let bytes = Unit.byteCount(parsing: text), bytes > 0 else {
            throw CommandError("--max-memory: expected a size such as 512MiB or 4GiB, got '\(text)'")
        }
        return bytes
    }
}
