import Candidates
import Devices
import ExperimentStore
import Jobs
import Quantities
public import Reports
import Search
import SearchSpaces

/// Prices every candidate of a job on a device, such as one that was calibrated since or that the job did not name, and
/// answers with the front there.
///
/// Nothing is trained, and what finalists took on the device still counts. The device's front joins those of the job; its
/// bounds are those of the space's corners, as if the job had named it.
/// - Parameters:
///   - device: a name, or the path of a profile ending in `.yaml`.
///   - data: replaces the data set's path.
public func rescore(
    job name: String, on device: String, data: String? = nil, database: String
) throws -> FrontAnswer {
    let source = try JobSource(of: ExperimentStore(reading: database).job(named: name))
    let profile = try DeviceShelf().profile(device)
    guard profile.latencySource == .measuredTable else {
        throw KitError.refused("host-cpu is measured while a job runs; name another device")
    }
    let job = try source.resolved().priced(on: profile)
    let work = try job.work(data: data ?? source.data)
    guard case .training = work, let target = try job.targets(work).first else {
        throw KitError.refused("job '\(name)' looks its costs up in a table; there is no other device in it")
    }
    let problem = try job.problem(work, pricer: nil)
    let store = try ExperimentStore(writing: database).job(named: name)
    try store.rescore(target, on: profile.content) { evaluation in
        var priced = evaluation
        let genotype = try job.space.genotype(
            architecture: evaluation.architecture, compression: evaluation.compression)
        priced.scores = problem.priced(genotype).costs.scores
        return problem.judged(priced).scores.first
    }
    try store.judgeMeasurements(on: profile.name, by: problem.constraints)
    return try Review(database: database).front(of: name, on: profile.name)
}
