import Candidates
import Engine
import Kernels
import ModelGraph

/// What is measured of a model, as one line of JSON.
struct Measurements {
    let options: Options
    let peak: Peak?

    init(_ options: Options) {
        self.options = options
        peak = options.kernels.measurePeak()
    }

    /// Batch-1 latency from the caller's buffer to the output, planning time, and the model's floor on this core.
    func latency(_ model: ReferenceModel, _ precision: Arithmetic) throws {
        let graph = try model.graph(precision)
        let clock = ContinuousClock(), begin = clock.now
        let plan = try Plan(graph, kernels: options.kernels)
        let planning = (clock.now - begin).microseconds
        let latency = measureLatency(of: plan, seconds: options.seconds, threads: options.threads)
        print(
            """
            {"model":"\(model.rawValue)","precision":"\(precision.rawValue)","engine":"swiftlet",\
            "kernels":"\(options.kernels)","threads":\(options.threads),"median_us":\(latency.median.tenths),\
            "p10_us":\(latency.p10.tenths),"p90_us":\(latency.p90.tenths),"min_us":\(latency.minimum.tenths),\
            "floor_us":\(floor(of: graph, precision).map { "\(($0 / 1000).tenths)" } ?? "null"),\
            "macs":\(graph.counts.macs),"plan_ms":\((planning / 10).rounded() / 100),"arena_bytes":\(plan.arenaBytes)}
            """)
        if options.layers { layers(of: plan) }
    }

    /// Microseconds that the multiply-adds, or reading the weights, take at this core's peak.
    private func floor(of graph: Graph, _ precision: Arithmetic) -> Double? {
        peak.map { peak in
            let counts = graph.counts
            let pace = precision == .int8 ? peak.integers : peak.floats
            let reading = counts.weightBytes <= 256 << 10 ? peak.nearBytes : peak.farBytes
            return max(Double(counts.macs) / pace, Double(counts.weightBytes) / reading)
        }
    }

    private func layers(of plan: Plan) {
        for step in plan.measureSteps(runs: 200) {
            let share = step.multipliesAndAdds ? peak.map { (step.share(of: $0) * 1000).rounded() / 10 } : nil
            let rate = (step.work / step.microseconds / 100).rounded() / 10
            print(
                "  \(step.kernel)\t\(step.layer)\t\((step.microseconds * 10).rounded() / 10) us\t\(rate) G/s"
                    + (share.map { "\t\($0) % of peak" } ?? ""))
        }
    }

    /// Many samples, one core each: the median of five evaluations of them all.
    func throughput(_ model: ReferenceModel, _ precision: Arithmetic, samples: Int) throws {
        let graph = try model.graph(precision), clock = ContinuousClock()
        let size = try Plan(graph, kernels: options.kernels).inputs[0].elementCount
        let inputs = (0..<samples * size).map { Float(($0 &* 37) % 255) / 127 - 1 }
        var results = 0
        let seconds = try (0..<5).map { _ in
            let begin = clock.now
            results = try evaluate(graph, samples: inputs, threads: options.threads, kernels: options.kernels)
                .count
            return (clock.now - begin).microseconds * 1e-6
        }.sorted()
        print(
            """
            {"model":"\(model.rawValue)","precision":"\(precision.rawValue)","threads":\(options.threads),\
            "samples":\(samples),"seconds":\((seconds[2] * 10_000).rounded() / 10_000),\
            "shortest":\((seconds[0] * 10_000).rounded() / 10_000),"results":\(results)}
            """)
    }
}

extension Duration {
    var microseconds: Double { Double(components.seconds) * 1e6 + Double(components.attoseconds) * 1e-12 }
}

extension Double {
    /// Milliseconds as microseconds with one decimal.
    fileprivate var tenths: Double { (self * 10_000).rounded() / 10 }
}
