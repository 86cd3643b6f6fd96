import Candidates
import Devices
import ExperimentStore
import Jobs
import Search
import SearchSpaces

/// `swiftlet rescore`: prices every candidate of a job on a device, such as one that was calibrated since or that the job
/// did not name.
///
/// Nothing is trained, and what finalists took on the device still counts. The device's front joins those of the job; its
/// bounds are those of the space's corners, as if the job had named it.
/// - Parameter data: replaces the data set's path.
public func rescore(job name: String, device: String, data: String?, database: String) throws -> Answer {
    let source = try JobSource(of: ExperimentStore(reading: database).job(named: name))
    let profile = try DeviceShelf().profile(device)
    guard profile.latencySource == .measuredTable else {
        throw CommandError("rescore: host-cpu is measured while a job runs; name another device")
    }
    let job = try source.resolved().priced(on: profile)
    let work = try job.work(data: data ?? source.data)
    guard case .training = work, let target = try job.targets(work).first else {
        throw CommandError("job '\(name)' looks its costs up in a table; there is no other device in it")
    }
    let problem = try job.problem(work, pricer: nil)
    let store = try ExperimentStore(writing: database).job(named: name)
    try store.rescore(target) { evaluation in
        var priced = evaluation
        let genotype = try job.space.genotype(
            architecture: evaluation.architecture, compression: evaluation.compression)
        priced.scores = problem.priced(genotype).costs.scores
        return problem.judged(priced).scores.first
    }
    try store.judgeMeasurements(on: profile.name, by: problem.constraints)
    return try Review(database: database).front(
        job: name, device: profile.name, fidelity: nil, includesAll: false, plots: false)
}
