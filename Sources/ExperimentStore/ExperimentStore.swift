import Archives
import Foundation
import GRDB

/// The database of all jobs: one SQLite file, and beside it one folder a job.
///
/// Every evaluation is one transaction, on disk before it counts (write-ahead log, `synchronous = FULL`).
/// Readers never wait for the writer. The file must lie on a local disk: SQLite's locks do not hold on
/// network file systems.
public final class ExperimentStore: Sendable {
    /// As the user named it.
    public let path: String
    let connection: DatabaseQueue

    /// Opens the database for a search; makes it, and its folder, where there is none.
    public convenience init(writing path: String) throws {
        try ExperimentStore.refuseNoFile(path)
        do {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            try DurableFile.makeFolder(folder.path)
        } catch {
            throw StoreError.readOnly(path: path)
        }
        try self.init(path: path, readOnly: false)
    }

    /// Opens the database for review: nothing is written, a running search is not disturbed.
    public convenience init(reading path: String) throws {
        try ExperimentStore.refuseNoFile(path)
        guard FileManager.default.fileExists(atPath: path) else { throw StoreError.missing(path: path) }
        try self.init(path: path, readOnly: true)
    }

    private init(path: String, readOnly: Bool) throws {
        self.path = path
        do {
            let file = try ExperimentStore.connect(path, readOnly: readOnly)
            try file.read { try ExperimentStore.checkOwnership($0, path: path) }
            if !readOnly { try file.writeWithoutTransaction(ExperimentStore.prepareForWriting) }
            connection = readOnly ? try ExperimentStore.present(file) : file
        } catch {
            throw StoreError.from(error, path: path)
        }
    }

    /// SQLite takes these for databases without a file, which would be gone with the process.
    private static func refuseNoFile(_ path: String) throws {
        guard !path.isEmpty, path != ":memory:" else { throw StoreError.noFile(path: path) }
    }

    /// The folder that holds the job's files.
    public func folder(of job: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(job).path
    }

    /// Lets the database grow to so many pages only, as a full disk would.
    package func limit(pages: Int) throws {
        _ = try connection.writeWithoutTransaction {
            try Int.fetchOne($0, sql: "PRAGMA max_page_count = \(pages)")
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do { return try connection.read(body) } catch { throw StoreError.from(error, path: path) }
    }

    /// Runs `body` in one transaction: all of it lasts when this returns, or none of it.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do { return try connection.write(body) } catch { throw StoreError.from(error, path: path) }
    }
}
