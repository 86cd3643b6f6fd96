import Archives
import ExperimentStore
import Foundation
import Jobs
public import Reports

/// Takes the jobs of another database over into this one, and their files into the folders beside it.
///
/// The files are the job itself and the models of its finalists. What is known here stays as it is, so that a merge that was
/// interrupted can be repeated.
public func merge(_ other: String, into database: String) throws -> MergeAnswer {
    let (source, store) = (try ExperimentStore(reading: other), try ExperimentStore(writing: database))
    // What is damaged is found before anything is written.
    for name in try source.jobNames() { try source.job(named: name).checkFiles() }
    let names = try store.merge(source)
    for name in names {
        let own = JobSource.path(in: source.folder(of: name))
        if FileManager.default.fileExists(atPath: own) {
            try copyFile(own, to: JobSource.path(in: store.folder(of: name)))
        }
        let (theirs, ours) = (try source.job(named: name), try store.job(named: name))
        for artefact in try theirs.artefacts() { try ours.take(artefact, from: theirs) }
    }
    return MergeAnswer(database: database, jobs: names, source: other)
}

/// Copies a file of a job that is not there yet.
private func copyFile(_ source: String, to destination: String) throws {
    guard !FileManager.default.fileExists(atPath: destination) else { return }
    do {
        try DurableFile.write([UInt8](Data(contentsOf: URL(filePath: source))), to: destination)
    } catch {
        throw KitError.notWritten(
            path: destination,
            reason: "it could not be copied from \(source) (\(error.localizedDescription)); merge again")
    }
}

/// Reads every page, index and reference of a database; damage is thrown.
public func checkDatabase(_ database: String) throws -> CheckAnswer {
    let store = try ExperimentStore(reading: database)
    try store.checkIntegrity()
    for name in try store.jobNames() { try store.job(named: name).checkFiles() }
    return CheckAnswer(database: database, jobs: try store.jobNames().count)
}

/// Writes a compact copy of a database, consistent even while a search runs; models stay where they are.
public func backUp(_ database: String, to destination: String, replacing: Bool = false) throws -> BackupAnswer
{
    _ = try OutputPath(destination, replacing: replacing)
    try ExperimentStore(reading: database).backup(to: destination, replacing: replacing)
    return BackupAnswer(database: database, backup: destination)
}
