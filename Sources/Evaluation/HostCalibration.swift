import Compression
import Datasets
import Determinism
public import Devices
public import SearchSpaces

/// Networks of a space timed on this computer before a search, so that its prices here are those of this computer.
public struct HostProbe: Hashable, Sendable {
    public let genotype: Genotype
    /// Architecture and compression, the name under which a timing is stored.
    public let name: String

    /// The name under which the timing of one of its kernels is stored.
    public func name(ofKernel kernel: String) -> String { "\(name) / \(kernel)" }

    public init(_ genotype: Genotype, in space: SearchSpace) {
        self.genotype = genotype
        name = "\(space.architecture(of: genotype)) \(space.compression(of: genotype))"
    }

    /// A few points that cover a space: its extremes, then random ones that differ from them.
    public static func probes(of space: SearchSpace, count: Int = 12, seed: UInt64) -> [HostProbe] {
        var random = RandomStream(seed: seed, .probes)
        var genotypes = [space.smallest, space.uncompressed(space.largest)]
        for _ in 0..<count * 20 where genotypes.count < count {
            let genotype = space.sample(using: &random)
            if !genotypes.contains(genotype) { genotypes.append(genotype) }
        }
        return genotypes.map { HostProbe($0, in: space) }
    }
}

extension HostProbe {
    /// Points whose kernels are worth timing: each adds most to what is known of random points' time.
    ///
    /// - Parameters:
    ///   - probes: points that are timed anyway.
    ///   - count: at most so many, fewer where another adds less than a thousandth.
    ///   - pool: how many random points stand for the space.
    public static func kernelProbes(
        of pricing: Pricing, on host: DeviceProfile, beside probes: [HostProbe], count: Int = 100,
        pool: Int = 400, seed: UInt64
    ) -> [HostProbe] {
        var random = RandomStream(seed: seed, .probes, 1)
        let points = (0..<pool).map { _ in pricing.space.sample(using: &random) }
        var known = KernelWorth()
        let sets = points.map { known.add(pricing.kernels(of: $0, on: host)) }
        for probe in probes { known.take(known.add(pricing.kernels(of: probe.genotype, on: host))) }
        var chosen: [HostProbe] = []
        let least = 0.001 * Double(pool)
        while chosen.count < count {
            let gains = sets.map(known.worth)
            guard let best = gains.indices.max(by: { gains[$0] < gains[$1] }), gains[best] > least else {
                break
            }
            known.take(sets[best])
            chosen.append(HostProbe(points[best], in: pricing.space))
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

extension Pricing {
    /// The kernels of a point with the times that a profile expects; none where it cannot be built.
    fileprivate func kernels(of genotype: Genotype, on host: DeviceProfile) -> [KernelTime] {
        guard let graph = try? compressedGraph(of: genotype) else { return [] }
        let executed = ExecutedGraph(graph, under: host.runtime.policy)
        return zip(executed.workloads, executed.layers(on: host)).map {
            KernelTime($0, milliseconds: $1.milliseconds)
        }
    }
}

extension HostProbe {
    /// The probe's network with its stored times, in milliseconds by name; nil where the whole network has none.
    public func network(_ times: [String: Double], in pricing: Pricing, on host: DeviceProfile) throws
        -> TimedNetwork?
    {
        guard let whole = times[name] else { return nil }
        let graph = try pricing.compressedGraph(of: genotype)
        let executed = ExecutedGraph(graph, under: host.runtime.policy)
        let kernels = zip(executed.ownNames, executed.workloads).compactMap { kernel, work in
            kernel.flatMap { times[name(ofKernel: $0)] }.map { KernelTime(work, milliseconds: $0) }
        }
        return TimedNetwork(graph, milliseconds: whole, kernels: kernels)
    }
}

extension HostTimer {
    /// Times the points of a space on this computer as a search with these data would build them.
    public init(_ space: SearchSpace, _ data: PreparedData, host: DeviceProfile) {
        self.init(
            space: space, input: data.input, calibration: CalibrationSamples(data, count: 16), host: host)
    }
}

extension CalibrationSamples {
    /// The first samples of the fixed slice of train that ranges are taken from.
    init(_ data: PreparedData, count: Int = 300) {
        let indices = Array(data.split.slice.prefix(count))
        self.init(data.samples(indices), count: indices.count)
    }
}
