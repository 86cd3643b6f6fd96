import Devices
import Foundation
import ModelGraph

/// One device of the NAS-Bench-201 tables: the column that was measured and the profile that prices it.
private struct Column {
    var name: String
    var profile: String
    var quantity = FewShot.Quantity.latency
    var isInt8 = false
    /// Whether only the first cell of each `CellClass` was measured, and the others were given its time.
    var isSharedInClasses = false
}

private let wholeSpace = [
    Column(name: "raspberry_pi_4_tflite_ms", profile: "raspberry-pi-4"),
    Column(name: "xeon_gold_6226_ms", profile: "xeon-gold-6226"),
    Column(name: "raspberry_pi_5_litert_cifar100_ms", profile: "raspberry-pi-5", isSharedInClasses: true),
    Column(
        name: "raspberry_pi_5_litert_cifar100_energy_mj", profile: "raspberry-pi-5", quantity: .energy,
        isSharedInClasses: true),
]

/// Measured on 1,999 architectures only.
private let sampled = [
    Column(name: "jetson_nano_float32_ms", profile: "jetson-nano-tensorflow"),
    Column(name: "coral_edge_tpu_ms", profile: "coral-edge-tpu", isInt8: true),
    Column(name: "cortex_a76_tflite_ms", profile: "phone-cortex-a76"),
    Column(name: "adreno_640_tflite_ms", profile: "phone-adreno-640"),
]

/// Few-shot calibration on the published measurements of NAS-Bench-201's connected cells.
func nasBenchTable(_ context: Context) throws {
    print("\nNAS-Bench-201, connected cells, \(FewShot.sets) probe sets, test disjoint from probes\n")
    printHeader()
    for (file, columns) in [("latency_1999.csv.gz", sampled), ("latency.csv.gz", wholeSpace)] {
        let table = try NetworkTable(
            space: context.space("nas-bench-201"), files: ["\(context.data)/nas-bench-201/\(file)"],
            limit: context.limit, keep: \.dependsOnInput)
        for column in columns {
            let graphs = column.isInt8 ? table.graphs.map(\.inInt8) : table.graphs
            let times =
                column.isSharedInClasses
                ? table.column(column.name, of: CellClass.representatives(of: table.listed))
                : table.column(column.name)
            let few = FewShot(graphs, times, on: try context.profile(column.profile), column.quantity)
            for probes in [10, 50] { try printRow(column.name, few, probes) }
            let measured = zip(table.architectures, times).filter { ($0.1 ?? 0) > 0 }
            guard few.quantity == .latency, measured.count > 4000 else { continue }
            let known = min(8000, measured.count * 2 / 3)
            let best = try ceiling(few, architectures: measured.map(\.0), known: known)
            print(
                "| `\(column.name)`, flexible model | \(known) | \(text(best.spearman, 4)) | – "
                    + "| \(percent(best.within10)) | – | – | – | – | – |")
        }
    }
}

func printHeader() {
    print(
        "| measured column | probes | Spearman mean | worst | within 10 % mean | worst | MACs only | six coefficients "
            + "| 80 % interval covers, mean (least) | policy changed |")
    print("|---|---|---|---|---|---|---|---|---|---|")
}

func printRow(_ name: String, _ few: FewShot, _ probes: Int) throws {
    let row = try few.run(probes: probes)
    let (rho, hits) = (row.ours.map(\.spearman), row.ours.map(\.within10))
    func simple(_ rows: [Agreement]) -> String {
        "\(text(rows.map(\.spearman).mean, 4)), \(percent(rows.map(\.within10).mean))"
    }
    let coverage =
        few.quantity == .latency
        ? "\(percent(row.coverages.mean)) (\(percent(row.coverages.min() ?? 0)))" : "–"
    print(
        "| `\(name)` | \(probes) | \(text(rho.mean, 4)) | \(text(rho.min() ?? 0, 4)) | \(percent(hits.mean)) "
            + "| \(percent(hits.min() ?? 0)) | \(simple(row.macsOnly)) | \(simple(row.additive)) | \(coverage) "
            + "| \(row.policyChanges) of \(FewShot.sets) |")
    fflush(nil)
}
