import Engine
import Kernels
import ModelGraph

/// What each pass of the engine saves on a network: how it runs with all passes beside how it runs without that one, timed
/// in turn.
struct PassStudy {
    /// A network planned with some passes.
    struct Run {
        /// Layer and kernel of each call.
        let steps: [String]
        let weightBytes, arenaBytes: Int
        let milliseconds: Double

        init(_ plan: Plan, medians: [Double]) {
            steps = plan.program.steps.map { "\($0.layer) \($0.kernel)" }
            (weightBytes, arenaBytes) = (plan.weightBytes, plan.arenaBytes)
            milliseconds = medians.sorted()[medians.count / 2]
        }

        var kernels: Int { steps.count }

        /// Whether the network is planned as the other one, so that their times differ by chance only.
        func isPlanned(as other: Run) -> Bool {
            steps == other.steps && weightBytes == other.weightBytes && arenaBytes == other.arenaBytes
        }
    }

    let whole: Run
    let without: [(pass: GraphPass, run: Run)]

    init(_ graph: Graph) throws {
        let passes = GraphPass.allCases
        let policies = [GraphPolicy.swiftlet] + passes.map(GraphPolicy.swiftlet.without)
        let plans = try policies.map { try Plan(graph, policy: $0) }
        var medians = [[Double]](repeating: [], count: plans.count)
        for _ in 0..<5 {
            for (index, plan) in plans.enumerated() {
                medians[index].append(measureLatency(of: plan, seconds: 0.1).median)
            }
        }
        let runs = zip(plans, medians).map { Run($0, medians: $1) }
        whole = runs[0]
        without = Array(zip(passes, runs.dropFirst()))
    }

    var json: [Record] {
        without.map { pass, run in
            [
                "pass": .text(pass.rawValue), "ran": .flag(!run.isPlanned(as: whole)),
                "kernels_saved": .integer(run.kernels - whole.kernels),
                "weight_bytes_saved": .integer(run.weightBytes - whole.weightBytes),
                "arena_bytes_saved": .integer(run.arenaBytes - whole.arenaBytes),
                "latency_ms_saved": .number(run.milliseconds - whole.milliseconds),
            ]
        }
    }

    var text: String {
        var table = TextTable([
            ("passes", .left), ("kernels", .right), ("packed weights", .right), ("activations", .right),
            ("latency", .right), ("saves", .right),
        ])
        table.append(cells("all", whole, saves: ""))
        for (pass, run) in without {
            let saved = "\(Human.number((run.milliseconds / whole.milliseconds - 1) * 100)) %"
            table.append(
                cells(
                    "without: \(pass.rawValue)", run,
                    saves: run.isPlanned(as: whole) ? "nothing to do" : saved))
        }
        return "passes of the engine, on this computer\n\(table.text)"
    }

    private func cells(_ name: String, _ run: Run, saves: String) -> [String] {
        [
            name, "\(run.kernels)", Human.bytes(run.weightBytes), Human.bytes(run.arenaBytes),
            Human.milliseconds(run.milliseconds), saves,
        ]
    }
}
