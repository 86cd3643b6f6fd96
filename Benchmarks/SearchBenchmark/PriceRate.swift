import Candidates
import Determinism
import Devices
import Foundation
import Quantities
import Search
import SearchSpaces
import Synchronization

/// How many prices a second the search's own path works out on one core.
enum PriceRate {
    private static let devices = [
        "raspberry-pi-4", "jetson-nano", "coral-edge-tpu", "stm32h743", "intel-cpu-avx2",
    ]

    /// Random points of tiny-image and FBNet on five devices; a price is one point on one device.
    static func measure(_ options: Options) throws {
        let profiles = options.text("profiles") ?? "device-profiles"
        let files = try FileManager.default.contentsOfDirectory(atPath: profiles).filter {
            $0.hasSuffix(".yaml")
        }
        let catalog = try DeviceCatalog(
            files: files.sorted().map {
                ($0, try String(contentsOfFile: "\(profiles)/\($0)", encoding: .utf8))
            })
        let models = devices.compactMap { catalog[$0] }
        print("space, devices, prices a second of 2,000 points in batches of 500: first time, then")
        for name in ["tiny-image", "fbnet"] {
            let space = try SearchSpace(
                contentsOf: "\(options.text("spaces") ?? "search-spaces")/\(name).yaml")
            let pricer = SpacePricer(space: space, input: space.referenceInput, devices: models)
            let targets = models.map {
                Target(device: $0.name, objectives: [Objective(.latency, best: 1, worst: 100)])
            }
            let problem = try Problem(
                space: space, targets: targets,
                constraints: [try Constraint(.latency, .atMost(50), confidence: 0.9)],
                seed: 1, pricer: pricer)
            var random = RandomStream(seed: 1, .proposal)
            let points = (0..<2000).map { _ in space.sample(using: &random) }
            let first = rate(points, problem)
            let rest = (0..<5).map { _ in rate(points, problem) }.max() ?? 0
            print("\(name), \(models.count), \(Int(first)), \(Int(rest))")
        }
        print(
            "space, devices, prices asked for by a guided search of 300 evaluations, and worked out a second")
        for name in ["tiny-image", "fbnet"] {
            let space = try SearchSpace(
                contentsOf: "\(options.text("spaces") ?? "search-spaces")/\(name).yaml")
            let work = try searchWork(in: space, on: models)
            let rate = Int(Double(work.prices) / work.seconds)
            let late = Int(Double(work.latePrices) / work.lateSeconds)
            print("\(name), \(models.count), \(work.prices), \(rate) (\(late) after 200 evaluations)")
        }
    }

    /// Runs a guided search on a made-up quality, and adds up what its pricing took.
    private static func searchWork(in space: SearchSpace, on devices: [DeviceProfile]) throws -> PricingWork {
        let pricer = TimedPricer(
            SpacePricer(space: space, input: space.referenceInput, devices: devices))
        let targets = devices.map {
            Target(
                device: $0.name,
                objectives: [
                    Objective(.accuracy, best: 1, worst: 0), Objective(.latency, best: 0.01, worst: 100),
                ])
        }
        let problem = try Problem(space: space, targets: targets, seed: 1, pricer: pricer)
        var history: [Trial] = []
        while history.count < 300 {
            if history.count == 200 { pricer.beginLate() }
            history += GuidedSearch().propose(10, after: history, in: problem).enumerated().map {
                trial($1, in: problem, proposal: history.count + $0)
            }
        }
        return pricer.work
    }

    private static func trial(_ genotype: Genotype, in problem: Problem, proposal: Int) -> Trial {
        let priced = problem.priced(genotype)
        let size = Double(priced.costs.macs ?? 1)
        let sum = genotype.choices.reduce(0) { $0 + Int($1) }
        let accuracy = 1 - 1 / (2 + pow(size, 0.2) + 0.1 * Double(sum % 7))
        return Trial(
            genotype: genotype,
            evaluation: problem.judged(
                priced.evaluated(
                    .evaluated(Quality(accuracy: accuracy)), proposal: proposal, fidelity: .table,
                    accuracyKey: "")))
    }

    private static func rate(_ points: [Genotype], _ problem: Problem) -> Double {
        let start = ProcessorTime.seconds
        var feasible = 0
        for begin in stride(from: 0, to: points.count, by: 500) {
            feasible += problem.priceViolations(of: Array(points[begin..<begin + 500])).count { $0 == 0 }
        }
        precondition(feasible <= points.count)
        return Double(points.count * problem.targets.count) / (ProcessorTime.seconds - start)
    }
}

/// What this thread has taken of a processor: other programs on the machine do not count.
private enum ProcessorTime {
    static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// How many prices were asked for, and what they took.
private struct PricingWork {
    var prices = 0
    var seconds = 0.0
    var latePrices = 0
    var lateSeconds = 0.0
    var isLate = false
}

/// Adds up what another pricer takes.
private final class TimedPricer: Pricer {
    private let pricer: SpacePricer
    private let state = Mutex(PricingWork())

    init(_ pricer: SpacePricer) { self.pricer = pricer }

    var work: PricingWork { state.withLock { $0 } }

    func beginLate() { state.withLock { $0.isLate = true } }

    func costs(of genotype: Genotype) -> Costs { pricer.costs(of: genotype) }

    func prices(of genotypes: [Genotype]) -> PriceList {
        let start = ProcessorTime.seconds
        let list = pricer.prices(of: genotypes)
        let seconds = ProcessorTime.seconds - start
        state.withLock { work in
            work.prices += list.count * list.deviceCount
            work.seconds += seconds
            if work.isLate {
                work.latePrices += list.count * list.deviceCount
                work.lateSeconds += seconds
            }
        }
        return list
    }
}
