import Candidates
import Determinism
import Devices
import Engine
import Foundation
import ModelCompression
import ModelGraph
import Numerics
import SearchSpaces

/// Random candidates timed on this computer beside their prices there, with and without times of single kernels.
///
/// All networks take turns, probes and candidates alike, and a time is the processor's: whatever else the computer does
/// slows all of them alike.
func hostTable(_ context: Context) throws {
    print("\nThis computer: random candidates beside their prices, \(HostStudy.sets) sets of probes\n")
    print(
        "| space | input | candidates | fitted to | median error | within 10 % | nine of ten within | Spearman "
            + "| 80 % interval covers | of timed kernels |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for (name, size) in [
        ("tiny-image", nil), ("tiny-image", 8), ("nas-bench-201", nil), ("fbnet", 112), ("ds-cnn-audio", nil),
    ] {
        let space = try context.space(name)
        var input = space.referenceInput
        if let size { (input.height, input.width) = (size, size) }
        let study = try HostStudy(
            space: space, input: input, host: context.profile("host-cpu"), candidates: context.limit ?? 40)
        let sets = try (0..<HostStudy.sets).map { try study.run(seed: UInt64($0 + 1)) }
        for way in sets[0].indices { study.report(sets.map { $0[way] }) }
    }
}

/// Candidates that no probe is, timed and priced in one way.
private struct Priced {
    let way: String
    let prices: [Price]
    let measured: [Double]
    let timedShares: [Double]

    init(_ way: String, _ candidates: [TimedNetwork], on host: DeviceProfile) {
        self.way = way
        prices = candidates.map { price($0.graph, on: host) }
        measured = candidates.map(\.milliseconds)
        timedShares = candidates.map { host.timedShare(of: $0.graph) }
    }

    var predicted: [Double] { prices.map { $0.latencyMilliseconds ?? .nan } }

    var agreement: Agreement { Agreement(predicted, measured) }
}

private struct HostStudy {
    static let sets = 3
    let space: SearchSpace
    let timer: HostTimer
    let pricer: SpacePricer
    let host: DeviceProfile
    let candidates: Int

    init(space: SearchSpace, input: NetworkInput, host: DeviceProfile, candidates: Int) throws {
        var random = RandomStream(seed: 1, .probes)
        let samples = (0..<4 * input.height * input.width * input.channels).map { _ in
            2 * random.uniform() - 1
        }
        timer = HostTimer(
            space: space, input: input, calibration: CalibrationSamples(samples, count: 4), host: host)
        pricer = SpacePricer(space: space, input: input, devices: [host])
        self.space = space
        self.host = host
        self.candidates = candidates
    }

    func run(seed: UInt64) throws -> [Priced] {
        let few = HostProbe.probes(of: space, seed: seed)
        let probes = few + HostProbe.kernelProbes(of: pricer, on: host, beside: few, seed: seed)
        let unseen = try unseen(beside: probes.map(\.genotype), seed: seed)
        let runners = try (probes.map(\.genotype) + unseen).map { try Runner(timer.graph(of: $0)) }
        for _ in 0..<7 {
            for (place, runner) in runners.enumerated() { runner.round(timesSteps: place < probes.count) }
        }
        let timed = runners.prefix(probes.count).map { $0.network(as: host) }
        let tests = runners.dropFirst(probes.count).map { $0.network(as: host) }
        let whole = timed.map { TimedNetwork($0.graph, milliseconds: $0.milliseconds) }
        return [
            Priced("12 networks", tests, on: try host.calibrated(by: Array(whole.prefix(few.count)))),
            Priced("all probes", tests, on: try host.calibrated(by: whole)),
            Priced("and their kernels", tests, on: try host.calibrated(by: timed)),
        ]
    }

    /// Random points that are not among the probes and depend on their input.
    private func unseen(beside probes: [Genotype], seed: UInt64) throws -> [Genotype] {
        var random = RandomStream(seed: seed, .proposal, 7)
        var known = Set(probes)
        var points: [Genotype] = []
        for _ in 0..<candidates * 20 where points.count < candidates {
            let genotype = space.sample(using: &random)
            guard known.insert(genotype).inserted, try timer.graph(of: genotype).dependsOnInput else {
                continue
            }
            points.append(genotype)
        }
        return points
    }

    func report(_ sets: [Priced]) {
        let all = sets.flatMap { Array(zip($0.prices, zip($0.predicted, $0.measured))) }
        let errors = all.map { abs($1.0 / $1.1 - 1) }
        let covered = all.count { price, times in
            times.1 >= (price.latencyMillisecondsP10 ?? 0) && times.1 <= (price.latencyMillisecondsP90 ?? 0)
        }
        let input = pricer.input
        print(
            "| \(space.name) | \(input.height)×\(input.width) | \(all.count) | \(sets[0].way) "
                + "| \(percent(errors.median)) | \(percent(sets.map(\.agreement.within10).mean)) "
                + "| \(percent(errors.quantile(0.9))) | \(text(sets.map(\.agreement.spearman).mean)) "
                + "| \(percent(Double(covered) / Double(all.count))) "
                + "| \(percent(sets.flatMap(\.timedShares).median)) |")
        fflush(nil)
    }
}

/// One network timed in rounds, in turn with others.
private final class Runner {
    let graph: Graph
    private let plan: Plan
    private let worker: Worker
    private let inputs: [[Float]]
    private var output: [Float]
    private var rounds: [Double] = []
    private var steps: [[Plan.StepTiming]] = []

    init(_ graph: Graph) throws {
        self.graph = graph
        plan = try Plan(graph)
        worker = Worker(plan)
        inputs = plan.inputs.map { port in (0..<port.elementCount).map { Float(($0 &* 37) % 255) / 127 - 1 } }
        output = [Float](repeating: 0, count: plan.outputs[0].elementCount)
    }

    /// The shortest of some inferences, and of some times of every step.
    func round(timesSteps: Bool) {
        var shortest = Double.infinity
        let end = processorSeconds() + 0.003
        var runs = 0
        while runs < 4 || processorSeconds() < end {
            let begin = processorSeconds()
            for (port, input) in inputs.enumerated() { worker.setInput(port, floats: input.span) }
            worker.run()
            worker.copyOutput(0, into: &output)
            if runs > 0 { shortest = min(shortest, processorSeconds() - begin) }
            runs += 1
        }
        rounds.append(shortest * 1000)
        if timesSteps { steps.append(plan.measureSteps(runs: 3)) }
    }

    func network(as host: DeviceProfile) -> TimedNetwork {
        TimedNetwork(graph, milliseconds: rounds.median ?? .nan, kernels: kernels(as: host))
    }

    private func kernels(as host: DeviceProfile) -> [KernelTime] {
        guard let layers = steps.first?.map(\.layer) else { return [] }
        let executed = ExecutedGraph(graph, under: host.runtime.policy)
        var times: [String: Double] = [:]
        for (index, layer) in layers.enumerated() {
            times[layer, default: 0] += (steps.map { $0[index].microseconds }.median ?? .nan) / 1000
        }
        return zip(executed.kernelNames, executed.workloads).compactMap { name, work in
            name.map { KernelTime(work, milliseconds: times[$0] ?? 0) }
        }
    }
}

private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
