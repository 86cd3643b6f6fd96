import Candidates
import Determinism
import Devices
import Foundation
import Quantities
import Search
import SearchSpaces

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
            let space = try SearchSpace(contentsOf: "\(options.text("spaces") ?? "search-spaces")/\(name).yaml")
            let pricer = SpacePricer(space: space, input: space.referenceInput, devices: models)
            let targets = models.map { Target(device: $0.name, objectives: [Objective(.latency, best: 1, worst: 100)]) }
            let problem = try Problem(
                space: space, targets: targets, constraints: [try Constraint(.latency, .atMost(50), confidence: 0.9)],
                seed: 1, pricer: pricer)
            var random = RandomStream(seed: 1, .proposal)
            let points = (0..<2000).map { _ in space.sample(using: &random) }
            let first = rate(points, problem)
            let rest = (0..<5).map { _ in rate(points, problem) }.max() ?? 0
            print("\(name), \(models.count), \(Int(first)), \(Int(rest))")
        }
    }

    private static func rate(_ points: [Genotype], _ problem: Problem) -> Double {
        let start = ContinuousClock.now
        var feasible = 0
        for begin in stride(from: 0, to: points.count, by: 500) {
            feasible += problem.priceViolations(of: Array(points[begin..<begin + 500])).count { $0 == 0 }
        }
        precondition(feasible <= points.count)
        return Double(points.count * problem.targets.count) / ((ContinuousClock.now - start) / .seconds(1))
    }
}
