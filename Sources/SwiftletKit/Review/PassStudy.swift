import Engine
import Kernels
import ModelGraph

/// What each pass of the engine saves on a network: how it runs with all passes beside how it runs without that one.
struct PassStudy {
    /// A network planned with some passes.
    struct Run {
        let kernels, weightBytes, arenaBytes: Int
        let milliseconds: Double

        init(_ graph: Graph, _ policy: GraphPolicy) throws {
            let plan = try Plan(graph, policy: policy)
            kernels = plan.program.steps.count
            (weightBytes, arenaBytes) = (plan.weightBytes, plan.arenaBytes)
            milliseconds = measureLatency(of: plan, seconds: 0.2).median
        }
    }

    let whole: Run
    let without: [(pass: GraphPass, run: Run)]

    init(_ graph: Graph) throws {
        whole = try Run(graph, .swiftlet)
        without = try GraphPass.allCases.map { ($0, try Run(graph, GraphPolicy.swiftlet.without($0))) }
    }

    var json: [Record] {
        without.map { pass, run in
            [
                "pass": .text(pass.rawValue), "ran": .flag(run.kernels != whole.kernels),
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
            let saved = (run.milliseconds / whole.milliseconds - 1) * 100
            table.append(cells("without: \(pass.rawValue)", run, saves: "\(Human.number(saved)) %"))
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
