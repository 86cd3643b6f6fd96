import Engine
import Kernels
import ModelGraph
import Quantities

/// What each pass of the engine saves on a network: how it runs with all passes beside how it runs without that one.
struct PassStudy {
    /// A network planned with some passes.
    struct Run {
        /// Layer and kernel of each call.
        let steps: [String]
        let weightBytes, arenaBytes: Int

        init(_ plan: Plan) {
            steps = plan.program.steps.map { "\($0.layer) \($0.kernel)" }
            (weightBytes, arenaBytes) = (plan.weightBytes, plan.arenaBytes)
        }

        var kernels: Int { steps.count }

        /// Whether the network is planned as the other one, so that their times would differ by chance only.
        func isPlanned(as other: Run) -> Bool {
            steps == other.steps && weightBytes == other.weightBytes && arenaBytes == other.arenaBytes
        }
    }

    let whole: Run
    /// Median latency with all passes.
    let milliseconds: Double
    /// The network without each pass, and how many times as long it takes; nil where that changes nothing.
    let without: [(pass: GraphPass, run: Run, slowdown: Double?)]

    init(_ graph: Graph) throws {
        let plan = try Plan(graph, policy: .swiftlet), whole = Run(plan)
        let others = try GraphPass.allCases.map { pass in
            let plan = try Plan(graph, policy: .swiftlet.without(pass)), run = Run(plan)
            return (pass: pass, run: run, plan: run.isPlanned(as: whole) ? nil : plan)
        }
        let latencies = InterleavedLatencies([plan] + others.map(\.plan))
        self.whole = whole
        milliseconds = latencies.median(of: 0) ?? .nan
        without = others.enumerated().map { index, other in
            (other.pass, other.run, latencies.ratio(of: index + 1, to: 0))
        }
    }

    var json: [Record] {
        without.map { pass, run, slowdown in
            [
                "pass": .text(pass.rawValue), "ran": .flag(slowdown != nil),
                "kernels_saved": .integer(run.kernels - whole.kernels),
                "weight_bytes_saved": .integer(run.weightBytes - whole.weightBytes),
                "arena_bytes_saved": .integer(run.arenaBytes - whole.arenaBytes),
                "latency_ms_saved": .number(((slowdown ?? 1) - 1) * milliseconds),
            ]
        }
    }

    var text: String {
        var table = TextTable([
            ("passes", .left), ("kernels", .right), ("packed weights", .right), ("activations", .right),
            ("latency", .right), ("saves", .right),
        ])
        table.append(cells("all", whole, slowdown: 1, saves: ""))
        for (pass, run, slowdown) in without {
            let saves = slowdown.map { "\(Human.number(($0 - 1) * 100)) %" } ?? "nothing to do"
            table.append(cells("without: \(pass.rawValue)", run, slowdown: slowdown, saves: saves))
        }
        return "passes of the engine, on this computer\n\(table.text)"
    }

    private func cells(_ name: String, _ run: Run, slowdown: Double?, saves: String) -> [String] {
        [
            name, "\(run.kernels)", Human.bytes(run.weightBytes), Human.bytes(run.arenaBytes),
            slowdown.map { Human.milliseconds($0 * milliseconds) } ?? "–", saves,
        ]
    }
}
