import Devices
import Foundation
import ModelGraph
import Numerics
import SearchSpaces

/// FBNet's architectures on the Raspberry Pi 4; which input they were measured at is inferred from the times.
func fbnetTable(_ context: Context) throws {
    let file = "\(context.data)/fbnet/latency.csv.gz"
    let table = try NetworkTable(space: context.space("fbnet"), files: [file], limit: context.limit)
    let times = table.column("raspberry_pi_4_tflite_ms")
    let profile = try context.profile("raspberry-pi-4")
    print(
        "\nFBNet, \(table.graphs.count) architectures; median measured over predicted time by input size, uncalibrated\n"
    )
    print("| input | median ratio | \n|---|---|")
    var best: (size: Int, distance: Double)?
    for size in [224, 192, 160, 128, 112, 96, 64, 32] {
        let graphs = try Array(table.architectures.prefix(40)).map { text in
            try table.space.graph(
                of: table.space.genotype(architecture: text),
                input: NetworkInput(height: size, width: size, channels: 3, outputs: 100))
        }
        let ratios = zip(graphs, times).compactMap { graph, time in
            zip2(time, price(graph, on: profile).latencyMilliseconds).map { $0.0 / $0.1 }
        }
        print("| \(size) | \(text(ratios.median, 2)) |")
        let distance = abs(log(ratios.median ?? .nan))
        if distance < best?.distance ?? .infinity { best = (size, distance) }
    }
    guard let size = best?.size else { return }
    print("\nThe \(size)-pixel network fits the times; few-shot calibration with it:\n")
    printHeader()
    let graphs = try table.architectures.map { text in
        try table.space.graph(
            of: table.space.genotype(architecture: text),
            input: NetworkInput(height: size, width: size, channels: 3, outputs: 100))
    }
    let few = FewShot(graphs, times, on: profile)
    for probes in [10, 50] { try printRow("raspberry_pi_4_tflite_ms", few, probes) }
}

/// Both or neither.
func zip2<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
    guard let a, let b else { return nil }
    return (a, b)
}
