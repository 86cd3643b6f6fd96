import Archives
import Foundation
import GRDB

extension ExperimentStore {
    /// Throws where pages, indices or references are damaged.
    public func checkIntegrity() throws {
        try read { database in
            let findings = try String.fetchAll(database, sql: "PRAGMA integrity_check(5)")
            guard findings == ["ok"] else {
                throw StoreError.corrupt(path: path, detail: findings.joined(separator: "; "))
            }
            if let violation = try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") {
                let table: String = violation["table"] ?? "?"
                throw StoreError.corrupt(path: path, detail: "table \(table) refers to a missing row")
            }
        }
    }

    /// Writes a compact copy, consistent even while a search runs; it appears under its name only once
    /// complete.
    public func backup(to destination: String, replacing: Bool = false) throws {
        let files = FileManager.default
        guard replacing || !files.fileExists(atPath: destination) else {
            throw StoreError.exists(path: destination)
        }
        let temporary = destination + ".part"
        try? files.removeItem(atPath: temporary)
        do {
            try connection.vacuum(into: temporary)
            try DurableFile.move(temporary, to: destination)
        } catch let error as SystemError {
            try? files.removeItem(atPath: temporary)
            throw StoreError.failed(path: destination, detail: "cannot be written: \(error)")
        } catch {
            try? files.removeItem(atPath: temporary)
            throw StoreError.from(error, path: destination)
        }
    }

    /// Takes over the jobs of another database, in one transaction.
    ///
    /// A job known here under the same plan gains the evaluations that it lacks; under another plan it is
    /// refused, and so is a new one whose folder would be one with files of others.
    public func merge(_ other: ExperimentStore) throws -> [String] {
        let jobs = try other.jobNames().map { try other.job(named: $0) }
        let contents = try jobs.map { try JobContents(of: $0) }
        let known = Set(try jobNames())
        for job in jobs where !known.contains(job.name) && folder(of: job.name) != job.folder {
            try JobFolder(path: folder(of: job.name)).refuseOthersFiles(ofNew: job.name)
        }
        try write { database in
            for content in contents { try content.add(to: database) }
        }
        for content in contents { try job(named: content.plan.name).rememberVolumes() }
        return contents.map(\.plan.name)
    }
}
