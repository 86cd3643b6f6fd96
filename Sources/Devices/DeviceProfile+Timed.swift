public import ModelGraph

/// A network timed on the device itself, as a whole and kernel by kernel.
public struct TimedNetwork: Sendable {
    /// The network that was timed.
    public let graph: Graph
    /// Of the whole network, and of those of its kernels that could be told apart.
    public let milliseconds: Double
    /// Those of its kernels that were timed one by one; may be empty.
    public let kernels: [KernelTime]

    /// A network with its time, in milliseconds.
    public init(_ graph: Graph, milliseconds: Double, kernels: [KernelTime] = []) {
        self.graph = graph
        self.milliseconds = milliseconds
        self.kernels = kernels
    }
}

extension DeviceProfile {
    /// Fits this profile to networks timed on this very machine, where the unit and the runtime's policy are certain.
    ///
    /// The cost model is fitted to the whole networks. Kernels that were timed then cost their own times, whose sum the whole
    /// networks correct; a network without such kernels costs what the cost model says. Where left-out networks
    /// scatter more about sums of times than about the cost model, it prices every kernel.
    ///
    /// Fewer than three networks say too little: the profile then stays as it is. Throws where a time is not positive or the
    /// device cannot run a graph.
    public func calibrated(by networks: [TimedNetwork]) throws -> DeviceProfile {
        guard networks.count >= Measurement.fewest else { return self }
        let modelled = try fitted(to: networks)
        let samples = networks.map { TimedSample($0, under: runtime.policy) }
        guard var timed = modelled.timing(samples), let latency = modelled.calibration?.latency,
            let logSD = latency.timedLogSD(explaining: modelled.errorsLeavingOut(samples)),
            logSD < latency.residualLogSD
        else { return modelled }
        timed.calibration?.latency.timed?.logSD = logSD
        return timed
    }

    private func fitted(to networks: [TimedNetwork]) throws -> DeviceProfile {
        var profile = self
        profile.calibration = nil
        let rows = networks.enumerated().map { index, network in
            Measurement(
                line: index + 1, model: "\(index + 1) (\(network.graph.name))",
                latencyMilliseconds: network.milliseconds)
        }
        let file = "measurements of \(name)"
        var times = try MeasuredTimes(rows, file: file)
        try times.requireAgreement()
        let fit = try profile.fit(to: times.rows, file: file) { row, profile in
            PricedPiece(networks[row.line - 1].graph, on: profile)
        }
        profile.calibration = Calibration(latency: fit, note: "timed on this computer")
        return profile
    }

    /// This fitted profile with the kernels of `samples` at their own times; nil where too few networks consist of
    /// them to say how a sum of times becomes the time of a network.
    private func timing(_ samples: [TimedSample]) -> DeviceProfile? {
        var profile = self
        profile.calibration?.kernels = KernelTimes(samples.flatMap(\.kernels))
        let rows = samples.compactMap { sample -> TimedSumFit.Row? in
            let terms = profile.terms(PricedPiece(sample.executed, on: profile))
            let (timed, inference) = (terms[KernelCosts.timedLane], terms[CostTerm.inference.rawValue])
            let isTimed = timed > DeviceProfile.nearlyAll * (terms.sum() - inference)
            return isTimed
                ? TimedSumFit.Row(timed: timed, inference: inference, milliseconds: sample.milliseconds) : nil
        }
        guard rows.count >= Measurement.fewest else { return nil }
        profile.calibration?.latency.correctTimed(by: TimedSumFit(rows))
        return profile
    }

    /// The share of its time from which on a network says how sums of times are to be corrected.
    private static let nearlyAll = 0.98

    /// How far predictions from the other networks' kernels are off, each fifth of the networks left out in turn.
    private func errorsLeavingOut(_ samples: [TimedSample]) -> [TimedError] {
        let folds = 5
        return (0..<folds).flatMap { fold -> [TimedError] in
            let others = samples.indices.filter { $0 % folds != fold }.map { samples[$0] }
            guard let profile = timing(others), let latency = profile.calibration?.latency else { return [] }
            return samples.indices.filter { $0 % folds == fold }.map { index in
                let terms = profile.terms(PricedPiece(samples[index].executed, on: profile))
                return TimedError(
                    logRatio: (samples[index].milliseconds / latency.value(terms)).logarithm,
                    timedShare: latency.timedShare(terms))
            }
        }
    }

    /// The share of a network's price that consists of kernels timed on the device.
    package func timedShare(of graph: Graph) -> Double {
        calibration?.latency.timedShare(terms(PricedPiece(graph, on: self))) ?? 0
    }
}

/// A timed network in the form in which it runs.
private struct TimedSample {
    let executed: ExecutedGraph
    let milliseconds: Double
    let kernels: [KernelTime]

    init(_ network: TimedNetwork, under policy: RuntimePolicy) {
        executed = ExecutedGraph(network.graph, under: policy)
        milliseconds = network.milliseconds
        kernels = network.kernels
    }
}
