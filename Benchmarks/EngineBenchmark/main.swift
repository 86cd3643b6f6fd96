// Batch-1 latency of the engine on the reference models, one JSON line a model and precision.
// usage: EngineBenchmark [--model NAME] [--precision float32|int8] [--seconds S] [--threads N] [--kernels SET] [--layers]

import Engine
import Kernels
import ModelGraph

struct Options {
    var models = ReferenceModel.allCases
    var precisions = ["float32", "int8"]
    var seconds = 1.0
    var threads = 1
    var kernels = KernelSet.best
    var layers = false

    init(_ arguments: [String]) {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            switch (option, rest.first) {
            case ("--layers", _): layers = true
            case ("--model", let value?): models = ReferenceModel(rawValue: value).map { [$0] } ?? []
            case ("--precision", let value?): precisions = [value]
            case ("--seconds", let value?): seconds = Double(value) ?? seconds
            case ("--threads", let value?): threads = Int(value) ?? threads
            case ("--kernels", let value?): kernels = KernelSet(named: value) ?? kernels
            default: break
            }
            if option != "--layers" { rest = rest.dropFirst() }
        }
    }
}

func measure(_ model: ReferenceModel, _ precision: String, _ options: Options) throws {
    var graph = try model.graph()
    if precision == "int8" { graph = try graph.prepared(for: Assignment(.int8)).quantized { _ in -6...6 } }
    let clock = ContinuousClock(), begin = clock.now
    let plan = try Plan(graph, kernels: options.kernels)
    let planning = clock.now - begin
    let latency = measureLatency(of: plan, seconds: options.seconds, threads: options.threads)
    let microseconds = [latency.median, latency.p10, latency.p90, latency.minimum].map {
        ($0 * 10_000).rounded() / 10
    }
    print(
        """
        {"model":"\(model.rawValue)","precision":"\(precision)","engine":"swiftlet","kernels":"\(options.kernels)",\
        "threads":\(options.threads),"median_us":\(microseconds[0]),"p10_us":\(microseconds[1]),\
        "p90_us":\(microseconds[2]),"min_us":\(microseconds[3]),"macs":\(graph.counts.macs),\
        "plan_ms":\((Double(planning.components.attoseconds) * 1e-13).rounded() / 100),\
        "arena_bytes":\(plan.arenaBytes)}
        """)
    guard options.layers else { return }
    for step in plan.measureSteps(runs: 200) {
        let rate = step.work / step.microseconds / 1000
        print("  \(step.kernel)\t\(step.layer)\t\(step.microseconds) us\t\((rate * 10).rounded() / 10) G/s")
    }
}

let options = Options(Array(CommandLine.arguments.dropFirst()))
for model in options.models {
    for precision in options.precisions { try measure(model, precision, options) }
}
