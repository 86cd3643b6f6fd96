import Datasets
import Determinism
import Devices
import Foundation
import ModelGraph
import Numerics

/// Devices that no profile was fitted to: every measured column of the tables of NAS-Bench-201 in the folder of data, begun
/// from the generic profile of its class, ten probes, beside the additive floor on the same pools.
func unseenTable(_ context: Context) throws {
    let folder = "\(context.data)/nas-bench-201"
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
        $0.hasPrefix("latency") && ($0.hasSuffix(".csv") || $0.hasSuffix(".csv.gz"))
    }.sorted()
    print("\nUnseen devices, connected cells of NAS-Bench-201, 10 probes, \(FewShot.sets) pools of 1,000\n")
    print(
        "| measured column | from | cells | Spearman mean, worst | floor | within 10 % mean, worst | floor "
            + "| best treatment (of all cells): Spearman, within 10 % | weight right | 80 % covers (least) "
            + "| over the limit at 0.9 |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for file in files {
        let table = try NetworkTable(
            space: context.space("nas-bench-201"),
            files: ["\(folder)/\(file)", "\(folder)/accuracy.csv.gz"].filter(
                FileManager.default.fileExists(atPath:)),
            limit: context.limit, keep: \.dependsOnInput)
        let header = try CSVTable(contentsOf: "\(folder)/\(file)").header
        let names = header.filter { $0 != "architecture" }
        let terms = try HabitTerms(table, on: Set(names.map { DeviceClass(column: $0).profile }), context)
        for name in names {
            let kind = DeviceClass(column: name)
            let column = UnseenColumn(
                name: name, table: table, profile: try context.profile(kind.profile),
                terms: terms[kind.profile], isInt8: kind.isInt8)
            print(try column.row())
            fflush(nil)
        }
    }
}

/// The terms of every network of a table under every habit, by profile; what a runtime makes of a graph is worked out once for
/// all profiles.
private struct HabitTerms {
    /// By profile, then by habit in the order of `DeviceProfile.habits`.
    private var terms: [String: [[SIMD16<Double>]]] = [:]

    init(_ table: NetworkTable, on names: Set<String>, _ context: Context) throws {
        let profiles = try names.sorted().map { try context.profile($0) }
        for profile in profiles {
            terms[profile.name] = profile.habits.map { _ in [] }
        }
        for graph in table.graphs {
            for isInt8 in [false, true] {
                let kin = profiles.filter { $0.name == "generic-npu" ? isInt8 : !isInt8 }
                let form = isInt8 && !kin.isEmpty ? graph.inInt8 : graph
                var executed: [RuntimePolicy: ExecutedGraph] = [:]
                for profile in kin { add(form, profile, &executed) }
            }
        }
    }

    private mutating func add(
        _ graph: Graph, _ profile: DeviceProfile, _ executed: inout [RuntimePolicy: ExecutedGraph]
    ) {
        for (habit, policy) in profile.habits.enumerated() {
            var own = profile
            own.runtime.policy = policy
            let form = executed[policy] ?? ExecutedGraph(graph, under: policy)
            executed[policy] = form
            terms[profile.name]?[habit].append(own.terms(PricedPiece(form, on: own)))
        }
    }

    subscript(profile: String) -> [[SIMD16<Double>]] { terms[profile] ?? [] }
}

/// One measured column.
private struct UnseenColumn {
    let name: String
    let profile: DeviceProfile
    private let graphs: [Graph]
    /// By habit, of the cells that were measured.
    private let terms: [[SIMD16<Double>]]
    private let measured: [Double]
    private let accuracy: [Double]
    private let floor: AdditiveFloor

    init(
        name: String, table: NetworkTable, profile: DeviceProfile, terms: [[SIMD16<Double>]], isInt8: Bool
    ) {
        let times = table.column(name)
        let kept = times.indices.filter { (times[$0] ?? 0) > 0 }
        self.name = name
        self.profile = profile
        graphs = kept.map { isInt8 ? table.graphs[$0].inInt8 : table.graphs[$0] }
        self.terms = terms.map { terms in kept.map { terms[$0] } }
        measured = kept.map { times[$0] ?? 0 }
        accuracy = kept.map { table.column("cifar10_valid_12_epochs_pct")[$0] ?? 0 }
        floor = AdditiveFloor(kept.map { table.architectures[$0] })
    }

    /// What the pools gave, as a line of the table.
    func row() throws -> String {
        guard measured.count > 100 else { return "| `\(name)` | \(profile.name) | \(measured.count) |" }
        let best = floor.best(measured)
        var (ours, floors, bests): ([Agreement], [Agreement], [Agreement]) = ([], [], [])
        var (coverages, over, right): ([Double], [Bool], Int) = ([], [], 0)
        for set in 0..<FewShot.sets {
            var random = RandomStream(seed: 4, .probes, UInt64(set))
            let pool = Array(random.permutation(measured.count).prefix(FewShot.poolSize))
            let outcome = try fitted(to: pool)
            let truth = outcome.test.map { measured[$0] }
            ours.append(Agreement(outcome.times.map(\.milliseconds), truth))
            coverages.append(
                zip(outcome.times, truth).map { $0.p10 <= $1 && $1 <= $0.p90 ? 1 : 0 }.mean)
            over += picks(outcome, truth)
            if outcome.treatment.isAlike(AdditiveFloor.treatments[best]) { right += 1 }
            let probes = floor.design(pool, count: 10)
            let values = probes.map { measured[$0] }
            let test = measured.indices.filter { !probes.contains($0) }
            for (treatment, isBest) in [(floor.pick(probes, values), false), (best, true)] {
                let agreement = Agreement(
                    floor.predictions(treatment, fittedTo: probes, values, of: test),
                    test.map { measured[$0] })
                if isBest { bests.append(agreement) } else { floors.append(agreement) }
            }
        }
        func pair(_ rows: [Agreement]) -> (String, String) {
            let (rho, hits) = (rows.map(\.spearman), rows.map(\.within10))
            return (
                "\(text(rho.mean, 4)), \(text(rho.min(), 4))", "\(percent(hits.mean)), \(percent(hits.min()))"
            )
        }
        let (own, simple) = (pair(ours), pair(floors))
        let share = Double(over.count { $0 }) / Double(max(over.count, 1))
        return "| `\(name)` | \(profile.name) | \(measured.count) | \(own.0) | \(simple.0) | \(own.1) "
            + "| \(simple.1) | \(AdditiveFloor.treatments[best].rawValue): \(text(bests.map(\.spearman).mean, 4)), "
            + "\(percent(bests.map(\.within10).mean)) | \(right) of \(FewShot.sets) "
            + "| \(percent(coverages.mean)) (\(percent(coverages.min()))) | \(percent(share)) |"
    }

    private struct Outcome {
        var test: [Int]
        var times: [(milliseconds: Double, p10: Double, p90: Double)]
        var treatment: DeadBranches
        var profile: DeviceProfile
    }

    /// Ten probes of the pool, measured; everything else predicted.
    private func fitted(to pool: [Int]) throws -> Outcome {
        let design = ProbeDesign(terms: terms.map { terms in pool.map { terms[$0] } }, on: profile)
        let probes = design.choose(10).map { pool[$0] }
        let rows = probes.map {
            Measurement(line: $0, model: "\($0)", latencyMilliseconds: measured[$0])
        }
        let outcome = try profile.calibrated(with: rows, file: name, note: "") { row, profile in
            PricedPiece(graphs[row.line], on: profile)
        }
        let fitted = outcome.profile
        let habits = profile.habits
        let places = ([fitted.runtime.policy] + (fitted.calibration?.others ?? []).map(\.policy)).compactMap(
            habits.firstIndex)
        let used = Set(probes)
        let test = measured.indices.filter { !used.contains($0) }
        return Outcome(
            test: test,
            times: test.map { cell in
                fitted.time(terms[places[0]][cell], others: places.dropFirst().map { terms[$0][cell] })
            }, treatment: outcome.deadBranches[0].treatment, profile: fitted)
    }

    /// Of 50 limits: whether the most accurate cell whose time stays below it with confidence 0.9 breaks it.
    private func picks(_ outcome: Outcome, _ truth: [Double]) -> [Bool] {
        let order = truth.indices.sorted { accuracy[outcome.test[$0]] > accuracy[outcome.test[$1]] }
        return (0..<50).compactMap { step in
            guard let limit = measured.quantile(0.1 + 0.6 * Double(step) / 49),
                let pick = order.first(where: { outcome.times[$0].p90 <= limit })
            else { return nil }
            return truth[pick] > limit
        }
    }
}

extension DeadBranches {
    /// Folding a product with zero into weights is a way of removing backward, and not seeing that a sum is zero one of removing
    /// both ways.
    fileprivate func isAlike(_ other: DeadBranches) -> Bool { plain == other.plain }

    /// The one of the floor's treatments that comes closest.
    private var plain: DeadBranches {
        switch self {
        case .run: .run
        case .removedBackward, .foldedIntoWeights: .removedBackward
        case .removedBothWays, .removedBothWaysButSums: .removedBothWays
        }
    }
}
