import Datasets
import Devices
import Foundation
import ModelGraph

/// Devices of ncnn's own benchmark: a population learned from all devices but one, ten probes of that one, and its other
/// networks predicted.
func ncnnTable(_ context: Context) throws {
    let zoo = try NCNNZoo(folder: context.folder("ncnn"))
    let teachers = try context.others.map { try NCNNZoo(folder: $0) } ?? zoo
    print("\nncnn's benchmark, device left out, 10 probes of its networks, the others predicted\n")
    print(
        "| devices | tables | networks | Spearman mean, worst | within 10 % mean, worst | within 20 % | 80 % covers "
            + "| without a population: Spearman, within 10 %, 20 % |")
    print("|---|---|---|---|---|---|---|---|")
    for group in NCNNGroup.allCases {
        var profile = try context.profile(group.profile)
        profile.population = nil
        let judged = zoo.devices(group, on: profile), teaching = teachers.devices(group, on: profile)
        guard !judged.isEmpty else { continue }
        print(NCNNRow(judged, taughtBy: teaching, from: profile, group).text)
        fflush(nil)
        if let folder = context.populations, group.isShipped {
            let population = FactorPopulation(learningFrom: teaching.map(\.measured)).rounded
            try population.yaml.write(
                toFile: "\(folder)/\(group.profile).yaml", atomically: true, encoding: .utf8)
        }
    }
}

/// The tables that teach one another.
enum NCNNGroup: String, CaseIterable {
    case oneThread = "CPU, one thread"
    case threads = "CPU, 2 to 8 threads"
    case manyThreads = "CPU, more threads"
    case gpu = "GPU"
    case int8 = "CPU, one thread, int8, 4 probes"

    var profile: String {
        switch self {
        case .oneThread, .int8: "generic-ncnn-cpu"
        case .threads, .manyThreads: "generic-ncnn-cpu-threads"
        case .gpu: "generic-ncnn-gpu"
        }
    }

    /// Fewer networks say too little of a device.
    var fewest: Int { self == .int8 ? 7 : 20 }
    var probes: Int { self == .int8 ? 4 : 10 }
    /// Whether the population of this group is the one that a profile ships with.
    var isShipped: Bool { self == .oneThread || self == .threads || self == .gpu }

    func holds(_ table: NCNNZoo.Table) -> Bool {
        switch self {
        case .oneThread, .int8: !table.isGPU && table.threads == 1
        case .threads: !table.isGPU && (2...8).contains(table.threads)
        case .manyThreads: !table.isGPU && table.threads > 8
        case .gpu: table.isGPU
        }
    }
}

/// Networks and measured tables of a folder laid out like ncnn's benchmark: `latency.csv.gz` and `models/NAME.param`.
struct NCNNZoo {
    /// One run of the benchmark on one device.
    struct Table {
        let device: String
        let threads: Int
        let isGPU: Bool
        var times: [(model: String, milliseconds: Double)] = []
    }

    private(set) var tables: [Table] = []
    private let graphs: [String: NCNNGraph]

    init(folder: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/models")
            .filter { $0.hasSuffix(".param") }.map { String($0.dropLast(6)) }
        graphs = Dictionary(
            uniqueKeysWithValues: try names.map { name in
                (
                    name,
                    try NCNNGraph(
                        contentsOf: "\(folder)/models/\(name).param", isInt8: name.hasSuffix("_int8"))
                )
            })
        let csv = try CSVTable(contentsOf: "\(folder)/latency.csv.gz")
        let columns = try ["device", "block", "powersave", "model"].map { try csv.texts($0) }
        let threads = try csv.numbers("threads"), gpu = try csv.numbers("gpu_device")
        let times = try csv.numbers("min_ms")
        var places: [String: Int] = [:]
        for row in times.indices {
            guard let time = times[row], time > 0, graphs[columns[3][row]] != nil else { continue }
            let isGPU = (gpu[row] ?? -1) >= 0
            let key =
                "\(columns[0][row])|\(columns[1][row])|\(columns[2][row])|\(threads[row] ?? 0)|\(gpu[row] ?? -1)"
            let place = places[key] ?? tables.count
            if place == tables.count {
                places[key] = place
                tables.append(
                    Table(device: columns[0][row], threads: Int(threads[row] ?? 1), isGPU: isGPU))
            }
            tables[place].times.append((columns[3][row], time))
        }
    }

    /// The tables of a group as terms of a profile.
    func devices(_ group: NCNNGroup, on profile: DeviceProfile) -> [NCNNDevice] {
        let terms = graphs.mapValues { profile.terms(of: $0.workloads) }
        return tables.filter(group.holds).compactMap { table in
            let rows = table.times.filter { (group == .int8) == $0.model.hasSuffix("_int8") }
            let device = NCNNDevice(
                name: table.device, models: rows.map(\.model), terms: rows.compactMap { terms[$0.model] },
                times: rows.map(\.milliseconds))
            return rows.count >= group.fewest ? device : nil
        }
    }
}

/// One table of one device.
struct NCNNDevice {
    let name: String
    let models: [String]
    let terms: [SIMD16<Double>]
    let times: [Double]
}

extension NCNNDevice {
    /// All that was measured, as a population learns from it.
    var measured: FactorPopulation.Device { FactorPopulation.Device(rows: terms, values: times) }
}

/// How well networks of devices are predicted, each device left out.
private struct NCNNRow {
    private let group: NCNNGroup
    private var devices: Set<String> = []
    private var networks = 0
    private var taught: [NCNNOutcome] = [], alone: [NCNNOutcome] = []

    init(
        _ judged: [NCNNDevice], taughtBy teachers: [NCNNDevice], from profile: DeviceProfile,
        _ group: NCNNGroup
    ) {
        self.group = group
        var populations: [String: FactorPopulation] = [:]
        for device in judged {
            let others = teachers.filter { $0.name != device.name }
            guard !others.isEmpty else { continue }
            let population =
                populations[device.name] ?? FactorPopulation(learningFrom: others.map(\.measured))
            populations[device.name] = population
            var taughtProfile = profile
            taughtProfile.population = population
            let probes = ProbeDesign(terms: [device.terms], on: taughtProfile).choose(group.probes)
            let test = device.models.indices.filter { !probes.contains($0) }
            guard test.count > 2 else { continue }
            devices.insert(device.name)
            networks += test.count
            taught.append(NCNNOutcome(device, probes, test, on: taughtProfile))
            alone.append(NCNNOutcome(device, probes, test, on: profile))
        }
    }

    var text: String {
        let (rho, hits) = (taught.map(\.agreement.spearman), taught.map(\.agreement.within10))
        return "| \(group.rawValue) | \(taught.count) of \(devices.count) devices | \(networks) "
            + "| \(figure(rho.mean)), \(figure(rho.min())) "
            + "| \(percent(hits.mean)), \(percent(hits.min())) | \(percent(taught.map(\.within20).mean)) "
            + "| \(percent(taught.map(\.covered).mean)) "
            + "| \(figure(alone.map(\.agreement.spearman).mean)), "
            + "\(percent(alone.map(\.agreement.within10).mean)), \(percent(alone.map(\.within20).mean)) |"
    }
}

/// Predictions of one device's networks that were not probed.
private struct NCNNOutcome {
    let agreement: Agreement
    /// Shares within 20 % of the measurement, and inside the 80 % interval.
    let within20, covered: Double

    init(_ device: NCNNDevice, _ probes: [Int], _ test: [Int], on profile: DeviceProfile) {
        let fitted = profile.calibrated(
            rows: probes.map { device.terms[$0] }, milliseconds: probes.map { device.times[$0] }, note: "")
        let times = test.map { fitted.time(device.terms[$0], others: []) }
        let truth = test.map { device.times[$0] }
        agreement = Agreement(times.map(\.milliseconds), truth)
        within20 = zip(times, truth).map { abs($0.milliseconds / $1 - 1) <= 0.2 ? 1 : 0 }.mean
        covered = zip(times, truth).map { $0.p10 <= $1 && $1 <= $0.p90 ? 1 : 0 }.mean
    }
}

private func figure(_ value: Double?) -> String { text(value, 4) }

extension FactorPopulation {
    /// To four places, as a profile's file holds it.
    fileprivate var rounded: FactorPopulation {
        func rounded(_ lanes: SIMD16<Double>) -> SIMD16<Double> {
            (lanes * 1e4).rounded(.toNearestOrAwayFromZero) / 1e4
        }
        var population = self
        population.factors = rounded(factors)
        population.covariance = covariance.map(rounded)
        return population
    }
}
