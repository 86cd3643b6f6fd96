import Engine
import Kernels
import ModelGraph
import Reports

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
}

extension PassesAnswer {
    init(_ study: PassStudy) {
        let whole = study.whole
        self.init(
            whole: Plan(
                kernels: whole.kernels, weightBytes: whole.weightBytes, arenaBytes: whole.arenaBytes,
                latency: study.milliseconds),
            passes: study.without.map { pass, run, slowdown in
                Pass(
                    name: pass.rawValue, ran: slowdown != nil, kernelsSaved: run.kernels - whole.kernels,
                    weightBytesSaved: run.weightBytes - whole.weightBytes,
                    arenaBytesSaved: run.arenaBytes - whole.arenaBytes,
                    latencySaved: ((slowdown ?? 1) - 1) * study.milliseconds)
            })
    }
}
