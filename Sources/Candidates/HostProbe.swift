import Determinism
public import Devices
public import SearchSpaces

/// Networks of a space timed on this computer before a search, so that its prices here are those of this computer.
public struct HostProbe: Hashable, Sendable {
    /// The point that is timed.
    public let genotype: Genotype
    /// Architecture and compression, the name under which a timing is stored.
    public let name: String

    /// The name under which the timing of one of its kernels is stored.
    public func name(ofKernel kernel: String) -> String { "\(name) / \(kernel)" }

    /// The probe of one point of `space`.
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
    /// The probe's network with its stored times, in milliseconds by name; nil where the whole network has none.
    ///
    /// Throws where the point cannot be built.
    public func network(
        _ times: [String: Double], in pricer: SpacePricer, on host: DeviceProfile
    ) throws -> TimedNetwork? {
        guard let whole = times[name] else { return nil }
        let graph = try pricer.compressedGraph(of: genotype)
        let executed = ExecutedGraph(graph, under: host.runtime.policy)
        let kernels = zip(executed.kernelNames, executed.workloads).compactMap { kernel, work in
            kernel.flatMap { times[name(ofKernel: $0)] }.map { KernelTime(work, milliseconds: $0) }
        }
        return TimedNetwork(graph, milliseconds: whole, kernels: kernels)
    }
}
