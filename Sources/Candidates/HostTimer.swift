public import Devices
import Engine
public import ModelCompression
public import ModelGraph
public import SearchSpaces
import Training

/// Times points of a space, with random weights, on this computer: no time depends on the values of weights.
public struct HostTimer: Sendable {
    let space: SearchSpace
    let input: NetworkInput
    /// Inputs that ranges of int8 are taken from.
    let calibration: CalibrationSamples
    /// Says what one kernel is: it must fuse and fold as the engine does.
    let host: DeviceProfile

    /// A timer for networks of `input`'s shape; `host` is the profile of this computer.
    public init(space: SearchSpace, input: NetworkInput, calibration: CalibrationSamples, host: DeviceProfile)
    {
        self.space = space
        self.input = input
        self.calibration = calibration
        self.host = host
    }

    /// Times the points of a space as a search with these data would build them.
    public init(_ space: SearchSpace, _ data: PreparedData, host: DeviceProfile) {
        self.init(
            space: space, input: data.input, calibration: CalibrationSamples(data, count: 16), host: host)
    }

    /// The network of a point as it would be built, but for its weights.
    public func graph(of genotype: Genotype) throws -> Graph {
        try compress(
            space.graph(of: genotype, input: input).initialized(seed: 1),
            by: space.pipeline(of: genotype), calibration: calibration,
            fineTune: { graph, _ in graph })
    }

    /// Batch-1 times on one thread: of the whole network first, which warms up, then of its kernels.
    public func times(of genotype: Genotype, seconds: Double) throws -> HostTimes {
        let graph = try graph(of: genotype)
        let plan = try Plan(graph)
        return HostTimes(
            whole: measureLatency(of: plan, seconds: seconds),
            kernels: KernelRounds(plan).times(of: ExecutedGraph(graph, under: host.runtime.policy)))
    }
}

/// What a network and its kernels take on this computer.
public struct HostTimes: Sendable {
    /// The whole network.
    public let whole: LatencyMeasurement
    /// Its kernels, in the order in which they run.
    public let kernels: [KernelTiming]

    /// The time of one kernel.
    public struct KernelTiming: Sendable {
        /// Of the kernel within its network.
        public let name: String
        /// Milliseconds: over some rounds, the quantiles of the shortest time in each.
        public let median, p10, p90: Double
    }
}

/// Times every step of a plan in rounds, each the shortest of some inferences.
private struct KernelRounds {
    /// For each round, milliseconds by the step's layer.
    let rounds: [[String: Double]]

    init(_ plan: Plan, rounds: Int = 5, runs: Int = 3) {
        self.rounds = (0..<rounds).map { _ in
            Dictionary(
                plan.measureSteps(runs: runs).map { ($0.layer, $0.microseconds / 1000) },
                uniquingKeysWith: +)
        }
    }

    /// Of every kernel whose name is its own; one that needs no step takes no time.
    func times(of executed: ExecutedGraph) -> [HostTimes.KernelTiming] {
        executed.kernelNames.compactMap { name in
            guard let name else { return nil }
            let times = rounds.map { $0[name] ?? 0 }.sorted()
            return HostTimes.KernelTiming(
                name: name, median: times[times.count / 2], p10: times[0], p90: times[times.count - 1])
        }
    }
}
