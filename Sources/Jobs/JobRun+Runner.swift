import Candidates
import Datasets
import Determinism
import Devices
import ExperimentStore
import ModelGraph
import Quantities
import Runners
import Search
import SearchSpaces

extension JobRun {
    /// The profile fitted to times that its runner takes of networks of the job's space, before the first proposal.
    ///
    /// Times are kept and read again when the job goes on. Throws where the runner gives no time of a network that the device
    /// is expected to run.
    func calibrated(_ timer: RunnerTimer, _ job: ResolvedJob, _ training: TrainingWork) throws
        -> DeviceProfile
    {
        let profile = timer.profile
        let builder = HostTimer(job.space, training.data, host: profile)
        let probes = runnerProbes(of: profile, job, training.pricer)
        var known = Dictionary(
            try store.hostTimings().map { ($0.name, $0.median) }, uniquingKeysWith: { first, _ in first })
        for (index, probe) in probes.enumerated() where known[timer.key(of: probe.name)] == nil {
            try Task.checkCancellation()
            progress(.timingByRunner(device: profile.name, network: index + 1, count: probes.count))
            let name = timer.key(of: probe.name)
            let time = try timer.time(builder.graph(of: probe.genotype)).milliseconds
            try store.keepHostTimings(
                [HostTiming(name: name, median: time, p10: time, p90: time)], on: .current())
            known[name] = time
        }
        let rows = probes.enumerated().map { index, probe in
            Measurement(
                line: index, model: probe.name, latencyMilliseconds: known[timer.key(of: probe.name)])
        }
        return try profile.calibrated(
            with: rows, file: "times of \(profile.name) by its runner",
            note: "fitted to \(timer.runner.command)"
        ) { row, profile in
            PricedPiece(try training.pricer.compressedGraph(of: probes[row.line].genotype), on: profile)
        }.profile
    }

    /// Points of the space that the device can run and whose times tell most of it.
    private func runnerProbes(
        of profile: DeviceProfile, _ job: ResolvedJob, _ pricer: SpacePricer
    ) -> [HostProbe] {
        var random = RandomStream(seed: job.seed, .probes, 2)
        let pool = (0..<JobRun.runnerPool).compactMap { _ -> (Genotype, Graph)? in
            let genotype = job.space.sample(using: &random)
            guard let graph = try? pricer.compressedGraph(of: genotype),
                price(graph, on: profile).latencyMilliseconds != nil
            else { return nil }
            return (genotype, graph)
        }
        return ProbeDesign(graphs: pool.map { $0.1 }, on: profile).choose(JobRun.runnerProbes).map {
            HostProbe(pool[$0].0, in: job.space)
        }
    }

    private static let runnerPool = 200, runnerProbes = 12
}

extension Finish {
    /// Times every finished candidate by the commands of the devices that have one, three times anew.
    func measureByRunners(_ finals: [Evaluation]) throws {
        for timer in job.runnerTimers {
            for evaluation in finals where evaluation.quality != nil {
                try Task.checkCancellation()
                guard let score = evaluation.score(on: timer.profile.name), score.provenance != .measured,
                    score.latency != nil
                else { continue }
                progress(.measuringByRunner(candidate: evaluation.candidate, device: timer.profile.name))
                let graph = try ModelFile(job: store, candidate: evaluation.candidate).read()
                let times = try (0..<3).map { _ in try timer.time(graph).milliseconds }
                let cost = MeasuredCost(latencies: times, energies: [])
                let measured = score.measured(
                    latency: cost.latency, p10: cost.latencyP10, p90: cost.latencyP90)
                let limits = job.limits(beside: training.data.dataset.frontEndWork)
                try store.replaceScore(limits.judgedAnew(measured, of: evaluation), of: evaluation)
            }
        }
    }
}

extension ResolvedJob {
    /// The devices of the job that a command times.
    var runnerTimers: [RunnerTimer] {
        profiles.compactMap { profile in
            runners[profile.name].map { RunnerTimer(profile: profile, runner: $0) }
        }
    }

    /// Who times a device of the job.
    func latencySource(of profile: DeviceProfile) -> LatencySource {
        runners[profile.name].map { .runner(command: $0.command) } ?? profile.latencySource
    }
}
