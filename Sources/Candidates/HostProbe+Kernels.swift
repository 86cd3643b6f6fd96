import Determinism
public import Devices
import SearchSpaces

extension HostProbe {
    /// Points whose kernels are worth timing: each adds most to what is known of random points' time.
    ///
    /// - Parameters:
    ///   - host: what its profile expects of a kernel is what knowing its time is worth.
    ///   - probes: points that are timed anyway.
    ///   - count: at most so many, fewer where another adds less than a thousandth.
    ///   - pool: how many random points stand for the space.
    public static func kernelProbes(
        of pricer: SpacePricer, on host: DeviceProfile, beside probes: [HostProbe], count: Int = 100,
        pool: Int = 400, seed: UInt64
    ) -> [HostProbe] {
        var random = RandomStream(seed: seed, .probes, 1)
        let points = (0..<pool).map { _ in pricer.space.sample(using: &random) }
        var known = KernelWorth()
        let sets = points.map { known.add(pricer.kernels(of: $0, on: host)) }
        for probe in probes { known.take(known.add(pricer.kernels(of: probe.genotype, on: host))) }
        var chosen: [HostProbe] = []
        let least = 0.001 * Double(pool)
        while chosen.count < count {
            let gains = sets.map(known.worth)
            guard let best = gains.indices.max(by: { gains[$0] < gains[$1] }), gains[best] > least else {
                break
            }
            known.take(sets[best])
            chosen.append(HostProbe(points[best], in: pricer.space))
        }
        return chosen
    }
}

/// Kernels by number, and the sum of their shares of the networks that have them, as long as they are not taken.
private struct KernelWorth {
    private var numbers: [Workload: Int] = [:]
    private var shares: [Double] = []

    /// Numbers of a network's different kernels.
    mutating func add(_ kernels: [KernelTime]) -> [Int] {
        let total = max(kernels.reduce(0) { $0 + $1.milliseconds }, .leastNormalMagnitude)
        var seen: [Int] = []
        for kernel in kernels {
            let number = numbers[kernel.work] ?? shares.count
            if number == shares.count {
                numbers[kernel.work] = number
                shares.append(0)
            }
            shares[number] += kernel.milliseconds / total
            if !seen.contains(number) { seen.append(number) }
        }
        return seen
    }

    func worth(_ kernels: [Int]) -> Double { kernels.reduce(0) { $0 + shares[$1] } }

    mutating func take(_ kernels: [Int]) { for kernel in kernels { shares[kernel] = 0 } }
}

extension SpacePricer {
    /// The kernels of a point with the times that a profile expects; none where it cannot be built.
    fileprivate func kernels(of genotype: Genotype, on host: DeviceProfile) -> [KernelTime] {
        guard let graph = try? compressedGraph(of: genotype) else { return [] }
        let executed = ExecutedGraph(graph, under: host.runtime.policy)
        return zip(executed.workloads, executed.layers(on: host)).map {
            KernelTime($0, milliseconds: $1.milliseconds)
        }
    }
}
