import Archives
import ExperimentStore
import Foundation
import Jobs
import Quantities

/// `swiftlet merge`: takes the jobs of another database over into this one, and their files into the folders beside it.
///
/// The files are the job itself and the models of its finalists. What is known here stays as it is, so that a merge that was
/// interrupted can be repeated.
public func merge(_ other: String, into database: String) throws -> Answer {
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
    return .said(
        names.isEmpty
            ? "\(other) has no jobs" : "\(database) has \(names.joined(separator: ", ")) of \(other)",
        ["database": .text(database), "jobs": .list(names.map(Field.text))])
}

/// Copies a file of a job that is not there yet.
private func copyFile(_ source: String, to destination: String) throws {
    guard !FileManager.default.fileExists(atPath: destination) else { return }
    do {
        try DurableFile.write([UInt8](Data(contentsOf: URL(filePath: source))), to: destination)
    } catch {
        throw CommandError(
            "\(source): could not be copied to \(destination) (\(error.localizedDescription)); merge again",
            status: .failed)
    }
}

/// `swiftlet db check`: reads every page, index and reference.
public func checkDatabase(_ database: String) throws -> Answer {
    let store = try ExperimentStore(reading: database)
    try store.checkIntegrity()
    for name in try store.jobNames() { try store.job(named: name).checkFiles() }
    let jobs = try store.jobNames().count
    return .said(
        "\(database): in order, \(jobs) \(jobs == 1 ? "job" : "jobs")",
        ["database": .text(database), "is_intact": .flag(true), "jobs": .integer(jobs)])
}

/// `swiftlet db backup`: a compact copy of the database, consistent even while a search runs; models stay where they are.
public func backUp(_ database: String, to destination: String, replacing: Bool) throws -> Answer {
    try ExperimentStore(reading: database).backup(to: destination, replacing: replacing)
    return .said("\(destination): written", ["database": .text(database), "backup": .text(destination)])
}

extension Answer {
    /// One sentence, and the same as one record.
    static func said(_ sentence: String, _ record: Record) -> Answer {
        Answer(
            json: .record(record), columns: record.entries.map(\.key), rows: [record], table: sentence + "\n")
    }
}
