import Foundation
import GRDB

extension ExperimentStore {
    static func connect(_ path: String, readOnly: Bool) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(10)
        configuration.foreignKeysEnabled = true
        configuration.label = "swiftlet"
        do {
            return try opened(path, configuration)
        } catch let error as DatabaseError where readOnly && error.resultCode == .SQLITE_CANTOPEN {
            return try opened(immutableAddress(of: path), configuration)
        }
    }

    /// Opens, and reads once: SQLite touches the file at the first statement only.
    private static func opened(_ path: String, _ configuration: Configuration) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        _ = try queue.read { try Int.fetchOne($0, sql: "PRAGMA schema_version") }
        return queue
    }

    /// A database in a folder that cannot be written has no shared-memory file; without a log it may be read
    /// as it is.
    private static func immutableAddress(of path: String) throws -> String {
        guard !FileManager.default.fileExists(atPath: path + "-wal") else {
            throw StoreError.readOnly(path: path)
        }
        var address = URLComponents()
        address.scheme = "file"
        address.path = URL(fileURLWithPath: path).path
        address.queryItems = [URLQueryItem(name: "immutable", value: "1")]
        guard let text = address.string else { throw StoreError.missing(path: path) }
        return text
    }

    /// Refuses databases of other programs and of newer versions; an empty file is ours to fill.
    static func checkOwnership(_ database: Database, path: String) throws {
        let identifier = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        guard identifier == Schema.applicationID || identifier == 0 && tables == 0 else {
            throw StoreError.foreign(path: path)
        }
        let version = try schemaVersion(database)
        guard version <= Schema.version else {
            throw StoreError.newerSchema(path: path, found: version, known: Schema.version)
        }
        if database.configuration.readonly && version == 0 { throw StoreError.missing(path: path) }
    }

    static func schemaVersion(_ database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    }

    /// Durable settings, then the steps of the schema that are still to do, each in a transaction of its own.
    static func prepareForWriting(_ database: Database) throws {
        try database.execute(sql: "PRAGMA journal_mode = WAL")
        try database.execute(sql: "PRAGMA synchronous = FULL")
        for (index, step) in Schema.steps.enumerated() {
            try database.inTransaction(.immediate) {
                guard try schemaVersion(database) == index else { return .commit }
                try database.execute(sql: step)
                try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
                try database.execute(sql: "PRAGMA user_version = \(index + 1)")
                return .commit
            }
        }
    }
}
