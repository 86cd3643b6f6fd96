import Devices
import Quantities

extension [LayerPrice] {
    /// The keys of a layer in JSON and CSV answers, in their order.
    static var columns: [String] {
        ["name", "operation", "latency_ms", "macs", "weight_bytes", "output_bytes", "on_fallback"]
    }

    var records: [Record] {
        map { layer in
            [
                "name": .text(layer.name), "operation": .text(layer.operation),
                "latency_ms": .number(layer.milliseconds), "macs": .integer(layer.macs),
                "weight_bytes": .integer(layer.weightBytes), "output_bytes": .integer(layer.outputBytes),
                "on_fallback": .flag(layer.runsOnFallback),
            ]
        }
    }

    /// For people.
    var table: TextTable {
        var table = TextTable([
            ("layer", .left), ("operation", .left), ("latency", .right), ("MACs", .right),
            ("weights", .right), ("output", .right), ("runs on", .left),
        ])
        for layer in self {
            table.append([
                layer.name.shortened(to: 40), layer.operation, Human.milliseconds(layer.milliseconds),
                Human.count(layer.macs), Human.bytes(layer.weightBytes), Human.bytes(layer.outputBytes),
                layer.runsOnFallback ? "host" : "device",
            ])
        }
        return table
    }
}
