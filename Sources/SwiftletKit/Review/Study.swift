import Devices
import Engine
import ExperimentStore
import Jobs
import ModelCompression
import ModelGraph
import Quantities
public import Reports
import Search

/// What every compression of an architecture costs and gains against the architecture as it is.
///
/// The databases, at least one, hold the same job run with different seeds. Host latencies are measured now, all models in
/// turn, so that their ratios hold whatever else the machine does.
public func study(of job: String, in databases: [String]) throws -> StudyAnswer {
    guard !databases.isEmpty else { throw KitError.refused("a study needs at least one database") }
    let runs = try databases.map { path in
        try StudyRun(ExperimentStore(reading: path).job(named: job), database: path)
    }
    let profiles = try runs[0].job.targets().map { try DeviceShelf().profile($0.device) }
    var rows: [StudyRow] = []
    for evaluation in runs[0].finals {
        rows.append(try StudyRow(evaluation, in: runs, profiles: profiles))
    }
    try rows.measureOnHost(in: runs[0])
    return StudyAnswer(
        job: job, seeds: runs.count,
        rows: rows.map { row in
            CompressionStudyAnswer(row, baseline: rows.baseline(of: row).map { rows[$0].evaluation })
        })
}

/// The finished candidates of one seed.
struct StudyRun {
    let job: JobStore
    let finals: [Evaluation]

    init(_ job: JobStore, database: String) throws {
        self.job = job
        finals = try job.evaluations().filter { $0.fidelity == .final }
        guard finals.contains(where: { $0.compression == "none" && $0.quality != nil }) else {
            throw KitError.refused(
                "\(database): job '\(job.name)' has no finished uncompressed candidate to compare with")
        }
    }

    func evaluation(like other: Evaluation) -> Evaluation? {
        finals.first { $0.architecture == other.architecture && $0.compression == other.compression }
    }

    /// Whether a candidate is right about each test sample; nil where it has no result.
    func results(of evaluation: Evaluation?) throws -> [Bool]? {
        guard let evaluation, evaluation.quality != nil else { return nil }
        let tested = try ModelFile(job: job, candidate: evaluation.candidate).readPredictions()
        return zip(tested.predicted, tested.truth).map { $0 == $1 }
    }
}

/// One compression over all seeds.
struct StudyRow {
    let evaluation: Evaluation
    /// Mean over seeds on the test part; nil where a seed has none.
    let accuracy: Double?
    let loss: PairedLoss?
    /// On each device; empty where the network could not be built.
    let accounts: [(device: String, account: CompressionAccount)]
    /// Measured here and now, and how many times as fast as the uncompressed network.
    var hostMilliseconds, hostSpeedUp: Double?

    init(_ evaluation: Evaluation, in runs: [StudyRun], profiles: [DeviceProfile]) throws {
        self.evaluation = evaluation
        var base = evaluation
        base.compression = "none"
        let results = try runs.map { try $0.results(of: $0.evaluation(like: evaluation)) }
        let baselines = try runs.map { try $0.results(of: $0.evaluation(like: base)) }
        let pairs = zip(baselines, results).compactMap { baseline, network in
            baseline.flatMap { baseline in network.map { (baseline: baseline, network: $0) } }
        }
        let shares = results.compactMap { $0?.shareOfTrue }
        accuracy = shares.count == runs.count ? shares.reduce(0, +) / Double(runs.count) : nil
        loss = pairs.count == runs.count ? PairedLoss(pairs) : nil
        accounts =
            try runs[0].model(of: evaluation).map { graph in
                profiles.map { ($0.name, graph.account(on: RuntimeAbilities($0))) }
            } ?? []
    }

    var failure: String? {
        if case .failed(let reason) = evaluation.outcome { reason } else { nil }
    }

    func account(on device: String) -> CompressionAccount? {
        accounts.first { $0.device == device }?.account
    }
}

extension StudyRun {
    fileprivate func model(of evaluation: Evaluation) throws -> Graph? {
        evaluation.quality == nil
            ? nil : try ModelFile(job: job, candidate: evaluation.candidate).read()
    }
}

extension [StudyRow] {
    /// Times the models of one seed.
    fileprivate mutating func measureOnHost(in run: StudyRun) throws {
        let latencies = InterleavedLatencies(
            try map { row in try run.model(of: row.evaluation).map { try Plan($0) } })
        for index in indices {
            self[index].hostMilliseconds = latencies.median(of: index)
            self[index].hostSpeedUp = baseline(of: self[index]).flatMap {
                latencies.ratio(of: $0, to: index)
            }
        }
    }

    /// Where the network stands that a compression of it is compared with.
    func baseline(of row: StudyRow) -> Index? {
        firstIndex {
            $0.evaluation.compression == "none" && $0.evaluation.architecture == row.evaluation.architecture
        }
    }
}

extension [Bool] {
    /// Nil where it is empty.
    fileprivate var shareOfTrue: Double? { isEmpty ? nil : Double(count { $0 }) / Double(count) }
}
