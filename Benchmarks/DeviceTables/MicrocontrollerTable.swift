import Datasets
import Devices
import Foundation
import ModelGraph
import Numerics

/// Shipped microcontroller profiles against ST's tables and the MLPerf Tiny submissions.
func microcontrollerTable(_ context: Context) throws {
    try modelZooTable(context)
    try tinyTable(context)
}

/// ST's tables give multiply-accumulates by kind and the number of operations, but not every network: latency and flash
/// are computed from those with the profile's figures, RAM for the networks that can be built here.
private func modelZooTable(_ context: Context) throws {
    let table = try CSVTable(contentsOf: "\(context.data)/stm32/inference.csv")
    let (names, sizes) = (try table.texts("model"), try table.texts("resolution"))
    let (board, quantized) = (try table.texts("board"), try table.texts("format"))
    func numbers(_ name: String) throws -> [Double?] { try table.numbers(name) }
    let time = try numbers("inference_ms")
    let clock = try numbers("frequency_MHz")
    let (all, points) = (try numbers("conv_macs"), try numbers("pw_macs"))
    let (depthwise, dense) = (try numbers("dw_macs"), try numbers("fc_macs"))
    let operations = try numbers("n_ops")
    let (ram, flash) = (try numbers("total_ram_kib"), try numbers("total_flash_kib"))
    let weights = try numbers("weight_bytes")
    let profile = try context.profile("stm32h743")
    func cycles(_ family: WorkFamily, _ macs: Double) -> Double {
        macs / (profile.compute.efficiency.first { $0.key == .init(family, .int8) }?.value ?? 1)
    }
    var (times, flashes, memories): ([Accounted], [Accounted], [Accounted]) = ([], [], [])
    for row in 0..<table.rowCount where board[row].contains("H747") && quantized[row].lowercased() == "int8" {
        guard let time = time[row], let clock = clock[row], let all = all[row], let point = points[row],
            let depth = depthwise[row], let dense = dense[row], let count = operations[row]
        else { continue }
        let family = zooFamily(names[row])
        // ST counts 1×1 convolutions among the convolutions, depthwise ones apart.
        let work = [
            cycles(.convolution, max(all - point, 0)), cycles(.pointwise, point), cycles(.depthwise, depth),
            cycles(.dense, dense),
            count * profile.overheads.kernelMilliseconds * profile.compute.clockMHz * 1000,
        ]
        times.append(Accounted(family: family, parts: work.map { $0 / (clock * 1000) }, measured: time))
        if let ram = ram[row], let network = try ZooNetwork(names[row], size: sizes[row]),
            network.matches(macs: all + depth + (network.countsDense ? dense : 0))
        {
            let price = price(network.graph.inInt8, on: profile)
            let kernels = Double(price.layers.count * profile.runtime.ramBytesPerKernel)
            let runtime = Double(profile.runtime.ramBytes) + kernels
            memories.append(
                Accounted(
                    family: family, parts: [Double(price.peakRAMBytes) - runtime, runtime],
                    measured: ram * 1024))
        }
        if let flash = flash[row], let weights = weights[row] {
            let code = [
                Double(profile.runtime.codeBytes), count * Double(profile.runtime.codeBytesPerKernel),
            ]
            flashes.append(Accounted(family: family, parts: [weights] + code, measured: flash * 1024))
        }
    }
    print(
        "\nSTM32H747, ST's int8 models: median error of latency, RAM and flash with the figures of stm32h743\n"
    )
    print("| figure | rows | shipped profile | family left out, fitted to the others |\n|---|---|---|---|")
    for (figure, rows) in [("latency", times), ("flash", flashes), ("RAM", memories)] {
        print(
            "| \(figure) | \(rows.count) | \(percent(rows.shipped.median)) | \(percent(rows.leftOut.median)) |"
        )
    }
}

/// The networks of ST's tables that share their building blocks; detectors go with their backbone.
private func zooFamily(_ name: String) -> String {
    let words = name.lowercased().split(separator: " ").filter { $0 != "st" && $0 != "ssd" }
    return words.prefix(words.first == "mobilenet" ? 2 : 1).joined(separator: " ")
}

/// Boards of MLPerf Tiny that a shipped profile describes.
private func tinyTable(_ context: Context) throws {
    let table = try CSVTable(contentsOf: "\(context.data)/mlperf-tiny/results.csv")
    let (board, framework) = (try table.texts("board"), try table.texts("framework"))
    let (benchmark, clock) = (try table.texts("benchmark"), try table.numbers("freq_MHz"))
    let (time, libraries) = (try table.numbers("latency_ms"), try table.texts("libs"))
    let cases = [
        ("L4R5", "X-CUBE-AI", "stm32l4r5"), ("H7A3", "X-CUBE-AI", "stm32h743"),
        ("nRF5340", "microTVM", "nrf5340"),
        ("L4R5", "TensorFlow Lite for Microcontrollers", "stm32l4r5-tflm"),
    ]
    print(
        "\nMLPerf Tiny: median |predicted / measured − 1| of the shipped profiles, scaled to the board's clock\n"
    )
    print(
        "| board | framework | profile | results | shipped profile | task left out, fitted to the others |\n"
            + "|---|---|---|---|---|---|")
    for (name, runtime, profileName) in cases {
        let profile = try context.profile(profileName)
        var rows: [(family: String, graph: Graph, time: Double)] = []
        for row in 0..<table.rowCount where board[row].contains(name) {
            guard framework[row].contains(runtime) || libraries[row].contains(runtime), let time = time[row],
                let clock = clock[row], let graph = try TinyModel(rawValue: benchmark[row])?.graph()
            else { continue }
            rows.append((benchmark[row], graph.inInt8, time * clock / profile.compute.clockMHz))
        }
        let left = try errorsLeavingOut(rows, profile)
        let shipped = rows.map { error($0.graph, $0.time, profile) }
        print(
            "| \(name) | \(runtime) | \(profileName) | \(rows.count) | \(percent(shipped.median)) "
                + "| \(percent(left.median)) |")
    }
}

/// The reference networks of MLPerf Tiny (Banbury and others 2021).
private enum TinyModel: String {
    case ic, kws, vww, ad

    func graph() throws -> Graph {
        switch self {
        case .ic: try Layers.tinyResNet()
        case .kws: try Layers.keywordSpotting()
        case .vww: try Layers.visualWakeWords()
        case .ad: try Layers.anomalyDetection()
        }
    }
}
