import ExperimentStore
import Jobs
public import Reports

/// Takes the jobs of another database over into this one, and their files into the folders beside it.
///
/// The files are the models of its finalists. What is known here stays as it is, so that a merge that was
/// interrupted can be repeated.
public func merge(_ other: String, into database: String) throws -> MergeAnswer {
    let (source, store) = (try ExperimentStore(reading: other), try ExperimentStore(writing: database))
    // What is damaged is found before anything is written.
    for name in try source.jobNames() { try source.job(named: name).checkFiles() }
    let names = try store.merge(source)
    for name in names {
        let (theirs, ours) = (try source.job(named: name), try store.job(named: name))
        for artefact in try theirs.artefacts() { try ours.take(artefact, from: theirs) }
    }
    return MergeAnswer(database: database, jobs: names, source: other)
}

/// Reads every page, index and reference of a database; damage is thrown.
public func checkDatabase(_ database: String) throws -> CheckAnswer {
    let store = try ExperimentStore(reading: database)
    try store.checkIntegrity()
    let jobs = try store.jobNames().map { try store.job(named: $0) }
    for job in jobs where job.hasFolder { try job.checkFiles() }
    return CheckAnswer(
        database: database, jobs: jobs.count, withoutFolder: jobs.filter { !$0.hasFolder }.map(\.name))
}

/// Writes a compact copy of a database, consistent even while a search runs; models stay where they are.
public func backUp(_ database: String, to destination: String, replacing: Bool = false) throws -> BackupAnswer
{
    _ = try OutputPath(destination, replacing: replacing)
    try ExperimentStore(reading: database).backup(to: destination, replacing: replacing)
    return BackupAnswer(database: database, backup: destination)
}
