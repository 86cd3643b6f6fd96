import Compression
import Datasets
import Determinism
public import Devices
public import Engine
import ModelGraph
public import SearchSpaces
import Training

/// Networks of a space timed on this computer before a search, so that its prices here are those of this computer.
public struct HostProbe: Hashable, Sendable {
    public let genotype: Genotype
    /// Architecture and compression, the name under which a timing is stored.
    public let name: String

    /// A few points that cover a space: its extremes, then random ones that differ from them.
    public static func probes(of space: SearchSpace, count: Int = 12, seed: UInt64) -> [HostProbe] {
        var random = RandomStream(seed: seed, .probes)
        var genotypes = [space.smallest, space.uncompressed(space.largest)]
        for _ in 0..<count * 20 where genotypes.count < count {
            let genotype = space.sample(using: &random)
            if !genotypes.contains(genotype) { genotypes.append(genotype) }
        }
        return genotypes.map {
            HostProbe(genotype: $0, name: "\(space.architecture(of: $0)) \(space.compression(of: $0))")
        }
    }
}

extension CandidateBuilder {
    /// Median, p10 and p90 in milliseconds of batch-1 runs of a point with random weights, on one thread.
    ///
    /// Latency does not depend on the values of weights.
    public func timing(of probe: HostProbe, seconds: Double = 0.1) throws -> LatencyMeasurement {
        let start = try space.graph(of: probe.genotype, input: data.input).initialized(seed: 1)
        let compression = try Compression(parsing: space.compression(of: probe.genotype))
        let graph = try compress(
            start, by: compression, calibration: CalibrationSamples(data, count: 16),
            fineTune: { graph, _ in graph })
        return measureLatency(of: try Plan(graph), seconds: seconds)
    }
}

extension DeviceProfile {
    /// The profile with its coefficients fitted to timings of points on this computer.
    public func calibrated(
        by timings: [(probe: HostProbe, milliseconds: Double)], pricing: Pricing
    ) throws -> DeviceProfile {
        try calibrated(
            by: timings.map {
                (
                    graph: try pricing.compressedGraph(of: $0.probe.genotype),
                    latencyMilliseconds: $0.milliseconds
                )
            })
    }
}

extension CalibrationSamples {
    /// The first samples of the fixed slice of train that ranges are taken from.
    init(_ data: PreparedData, count: Int = 300) {
        let indices = Array(data.split.slice.prefix(count))
        self.init(data.samples(indices), count: indices.count)
    }
}
