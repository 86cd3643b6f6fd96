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
    /// Networks whose times the others contradict are timed again, once and at most a third of all. Times are kept and read
    /// again when the job goes on. Throws where the runner gives no time of a network that the device is expected to run.
    func calibrated(_ timer: RunnerTimer, _ job: ResolvedJob, _ training: TrainingWork) throws
        -> DeviceProfile
    {
        let profile = timer.profile
        let builder = HostTimer(job.space, training.data, host: profile)
        let probes = runnerProbes(of: profile, job, training.pricer)
        let file = "times of \(profile.name) by its runner"
        func piece(_ row: Measurement, _ profile: DeviceProfile) throws -> PricedPiece {
            PricedPiece(try training.pricer.compressedGraph(of: probes[row.line].genotype), on: profile)
        }
        var known = try store.hostTimings().reduce(into: [:]) { $0[$1.name] = $1.median }
        func rows(of lines: [Int], isAgain: Bool) -> [Measurement] {
            lines.compactMap { line in
                known[timer.key(of: probes[line].name, isAgain: isAgain)].map {
                    Measurement(
                        line: line, model: probes[line].name, latencyMilliseconds: $0, isAgain: isAgain)
                }
            }
        }
        func time(_ lines: [Int], isAgain: Bool) throws {
            for (index, line) in lines.enumerated() {
                let name = timer.key(of: probes[line].name, isAgain: isAgain)
                guard known[name] == nil else { continue }
                try Task.checkCancellation()
                progress(
                    .timingByRunner(
                        device: profile.name, network: index + 1, count: lines.count, isAgain: isAgain))
                let time = try timer.time(builder.graph(of: probes[line].genotype)).milliseconds
                try store.keepHostTimings(
                    [HostTiming(name: name, median: time, p10: time, p90: time)], on: .current())
                known[name] = time
            }
        }
        let (lines, before) = (Array(probes.indices), known.count)
        try time(lines, isAgain: false)
        // A search keeps the prices that it began with, also one that an earlier version began.
        if try store.evaluationCount() == 0 {
            let doubtful = try profile.worthTimingAgain(
                rows(of: lines, isAgain: false), file: file, pricing: piece)
            try time(doubtful.map(\.line), isAgain: true)
        }
        let outcome = try profile.calibrated(
            with: rows(of: lines, isAgain: false) + rows(of: lines, isAgain: true), file: file,
            note: "fitted to \(timer.runner.command)", pricing: piece)
        if known.count > before { for sentence in outcome.warnings { progress(.warning(sentence)) } }
        return outcome.profile
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

extension CalibrationOutcome {
    /// What to know of times that a second measurement did not make agree with the others.
    fileprivate var warnings: [String] {
        doubtful.map { doubt in
            let ratio = (doubt.ratio * 100).rounded() / 100
            return
                "\(profile.name): network '\(doubt.model)' took \(ratio) times what the other networks say, so prices of "
                + "networks like it are less certain"
        }
    }
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
