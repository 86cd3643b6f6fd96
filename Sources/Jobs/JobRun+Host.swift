package import Candidates
import Datasets
import Devices
import Engine
import ExperimentStore
import SearchSpaces

extension JobRun {
    /// The job's prices with the host's profile fitted to timings made before the first proposal.
    package func hostCalibrated() throws -> SpacePricer? { try hostCalibrated(job, work) }

    /// The same for another job on the same data, such as the one that guides the search.
    func hostCalibrated(_ job: ResolvedJob, _ work: JobWork) throws -> SpacePricer? {
        guard case .training(let training) = work else { return nil }
        let timed =
            try (job.host.map { [try hostCalibrated($0, job, training)] } ?? [])
            + job.runnerTimers.map { try calibrated($0, job, training) }
        guard !timed.isEmpty else { return nil }
        return SpacePricer(
            space: job.space, input: training.data.input,
            devices: job.profiles.map { profile in timed.first { $0.name == profile.name } ?? profile },
            reserve: job.reserve.adding(training.data.dataset.frontEndWork))
    }

    /// This computer's profile fitted to times of its own engine.
    private func hostCalibrated(
        _ host: DeviceProfile, _ job: ResolvedJob, _ training: TrainingWork
    ) throws -> DeviceProfile {
        let probes = HostProbe.probes(of: job.space, seed: job.seed)
        let others = HostProbe.kernelProbes(
            of: training.pricer, on: host, beside: probes, seed: job.seed)
        let timer = HostTimer(job.space, training.data, host: host)
        var known = try store.hostTimings()
        if !known.contains(where: { timing in probes.contains { $0.name == timing.name } }) {
            let seconds = probes.map { _ in 0.1 } + others.map { _ in 0.02 }
            // The space's ends in any case.
            known = try timings(of: Array(zip(probes + others, seconds)), timer, atLeast: 2)
            try store.keepHostTimings(known, on: .current())
        }
        let times = Dictionary(known.map { ($0.name, $0.median) }, uniquingKeysWith: { first, _ in first })
        return try host.calibrated(
            by: (probes + others).compactMap { try $0.network(times, in: training.pricer, on: host) })
    }

    /// Times of whole networks and of their kernels.
    private func timings(
        of probes: [(probe: HostProbe, seconds: Double)], _ timer: HostTimer, atLeast least: Int
    ) throws -> [HostTiming] {
        let end = job.search.maxSeconds.map {
            ContinuousClock.now + .seconds(HostTimingLimit.seconds(of: $0))
        }
        return try probes.enumerated().flatMap { index, timed -> [HostTiming] in
            if index >= least, let end, ContinuousClock.now > end { return [] }
            let probe = timed.probe
            try Task.checkCancellation()
            progress(.timingHost(network: index + 1, count: probes.count))
            // A point that cannot be built is not timed; the search says why where it meets one.
            guard let times = try? timer.times(of: probe.genotype, seconds: timed.seconds) else { return [] }
            let whole = HostTiming(
                name: probe.name, median: times.whole.median, p10: times.whole.p10, p90: times.whole.p90)
            return [whole]
                + times.kernels.map {
                    HostTiming(
                        name: probe.name(ofKernel: $0.name), median: $0.median, p10: $0.p10, p90: $0.p90)
                }
        }
    }
}
