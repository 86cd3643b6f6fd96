import Datasets
import Devices
import Foundation
import ModelGraph
import Numerics

/// One board of the table of published latencies and the profile that should predict it without calibration.
private struct Board {
    var device, precision, profile: String
    var type: DataType
}

private let boards = [
    Board(device: "Raspberry Pi 3B PLUS", precision: "FP16", profile: "raspberry-pi-3", type: .float32),
    Board(
        device: "Raspberry Pi Zero 2 W", precision: "FP16", profile: "raspberry-pi-zero-2-w", type: .float32),
    Board(
        device: "Raspberry Pi 4B", precision: "FP16", profile: "raspberry-pi-4-four-threads", type: .float32),
    Board(
        device: "Raspberry Pi 5", precision: "FP16", profile: "raspberry-pi-5-four-threads", type: .float32),
    Board(
        device: "Jetson Nano (JetPack 4.6)", precision: "FP16", profile: "jetson-nano", type: .float16),
    Board(
        device: "Jetson Orin Nano (JetPack 6.0)", precision: "FP16", profile: "jetson-orin-nano",
        type: .float16),
    Board(device: "Jetson TX2 (JetPack 4.6)", precision: "FP16", profile: "jetson-tx2", type: .float16),
    Board(device: "Jetson NX (JetPack 4.6)", precision: "FP16", profile: "jetson-xavier-nx", type: .float16),
    Board(
        device: "Jetson Xavier (JetPack 4.6)", precision: "FP16", profile: "jetson-agx-xavier", type: .float16
    ),
    Board(
        device: "Jetson AGX Orin (JetPack 5.0.1)", precision: "FP16", profile: "jetson-agx-orin",
        type: .float16),
    Board(
        device: "Intel Xeon W-2233", precision: "FP16", profile: "intel-xeon-w-2233-openvino", type: .float16),
    Board(
        device: "Desktop CPU + Coral USB Accelerator", precision: "int8 (CPU numbers: TFLite)",
        profile: "coral-edge-tpu", type: .int8),
    Board(
        device: "Coral Dev Board", precision: "int8 (CPU numbers: TFLite)", profile: "coral-dev-board",
        type: .int8),
]

/// Shipped profiles against published latencies of named networks; also with each family predicted from the others.
func namedModelsTable(_ context: Context) throws {
    let table = try CSVTable(contentsOf: "\(context.data)/named-models/latency.csv")
    let names = try (
        device: table.texts("device"), precision: table.texts("precision"), model: table.texts("model"),
        resolution: table.texts("resolution"), latency: table.numbers("latency_ms")
    )
    print(
        "\nNamed networks: median |predicted / measured − 1|, shipped profile and with one family left out\n")
    print(
        "| profile | networks | shipped profile | family left out, fitted to the others |\n|---|---|---|---|")
    for board in boards {
        let profile = try context.profile(board.profile)
        var rows: [(model: NamedModel, graph: Graph, time: Double)] = []
        for row in 0..<table.rowCount {
            let device = names.device[row].trimmingCharacters(in: .whitespaces)
            guard device == board.device, names.precision[row] == board.precision,
                let time = names.latency[row],
                let model = NamedModel(names.model[row]),
                let size = names.resolution[row].split(separator: "x").first.flatMap({ Int($0) })
            else { continue }
            rows.append((model, try model.graph(size: size).stored(in: board.type), time))
        }
        let shipped = rows.map { error($0.graph, $0.time, profile) }
        let left = try errorsLeavingOut(rows.map { ($0.model.family, $0.graph, $0.time) }, profile)
        let list = rows.map { "\($0.model)" }.joined(separator: ", ")
        print("| \(board.profile) | \(list) | \(percent(shipped.median)) | \(percent(left.median)) |")
        for row in rows {
            let predicted = price(row.graph, on: profile).latencyMilliseconds ?? .nan
            FileHandle.standardError.write(Data("  \(row.model): \(text(predicted)) for \(row.time)\n".utf8))
        }
        fflush(nil)
    }
}

/// Each family's errors under the profile fitted to the other families, or as it is where they have fewer than three rows.
func errorsLeavingOut(
    _ rows: [(family: String, graph: Graph, time: Double)], _ profile: DeviceProfile
) throws -> [Double] {
    try Set(rows.map(\.family)).sorted().flatMap { family in
        let others = rows.filter { $0.family != family }
        let fitted =
            others.count < 3
            ? profile
            : try profile.calibrated(by: others.map { TimedNetwork($0.graph, milliseconds: $0.time) })
        return rows.filter { $0.family == family }.map { error($0.graph, $0.time, fitted) }
    }
}

func error(_ graph: Graph, _ time: Double, _ profile: DeviceProfile) -> Double {
    abs((price(graph, on: profile).latencyMilliseconds ?? .infinity) / time - 1)
}

extension Graph {
    /// The same network with float values and weights stored in another type.
    func stored(in type: DataType) -> Graph {
        if type == .int8 { return inInt8 }
        var graph = self
        for index in graph.values.indices where graph.values[index].type.dataType == .float32 {
            graph.values[index].type.dataType = type
            if let constant = graph.values[index].constant {
                graph.values[index].constant = Constant(.unknown(constant.tensor.shape, type))
            }
        }
        return graph
    }
}
