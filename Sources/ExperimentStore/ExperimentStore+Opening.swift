import Foundation
import GRDB

extension ExperimentStore {
    static func connect(_ path: String, readOnly: Bool) throws -> DatabaseQueue {
        var configuration = Configuration.takingSteps
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(10)
        configuration.foreignKeysEnabled = true
        configuration.label = "swiftlet"
        // Functions and virtual tables in the schema of somebody else's file do not run, and damaged pages are told.
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
            try database.execute(sql: "PRAGMA cell_size_check = ON")
        }
        // SQLite reads a name that begins with `file:` as an address; an absolute path is never one.
        let path = URL(fileURLWithPath: path).path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw StoreError.notADatabase(path: path)
        }
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

    /// Refuses databases of other programs, of newer versions and with other tables; an empty file is ours to fill.
    static func checkOwnership(_ database: Database, path: String) throws {
        let identifier = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        guard identifier == Schema.applicationID || identifier == 0 && tables == 0 else {
            throw StoreError.foreign(path: path)
        }
        let version = try schemaVersion(database)
        guard version >= 0 else { throw StoreError.foreign(path: path) }
        guard version <= Schema.version else {
            throw StoreError.newerSchema(path: path, found: version, known: Schema.version)
        }
        if database.configuration.readonly && version == 0 {
            throw lacksLog(path) ? StoreError.missingLog(path: path) : StoreError.missing(path: path)
        }
        try checkSchema(database, version: version, path: path)
    }

    /// Whether the file says that part of the database may lie in a log, and there is none, or an empty one that opening made.
    ///
    /// A database that was closed has no log either: this tells only why one that is empty or damaged may be so.
    static func lacksLog(_ path: String) -> Bool {
        let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
        guard (log?[.size] as? Int ?? 0) == 0, let file = FileHandle(forReadingAtPath: path) else {
            return false
        }
        defer { try? file.close() }
        let header = (try? file.read(upToCount: 20)) ?? Data()
        // Byte 19 of the header is 2 for a database with a write-ahead log.
        return header.count == 20 && header[19] == 2
    }

    static func schemaVersion(_ database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    }

    /// A database of an earlier version in the present form, in memory; one of this version as it is.
    static func present(_ file: DatabaseQueue) throws -> DatabaseQueue {
        guard try file.read(schemaVersion) < Schema.version else { return file }
        let copy = try DatabaseQueue(configuration: .takingSteps)
        try file.backup(to: copy)
        try copy.writeWithoutTransaction(takeSteps)
        return copy
    }

    /// Durable settings, then the steps of the schema.
    static func prepareForWriting(_ database: Database) throws {
        try database.execute(sql: "PRAGMA journal_mode = WAL")
        try database.execute(sql: "PRAGMA synchronous = FULL")
        try takeSteps(in: database)
    }

    /// Makes a database as an earlier version did, for tests.
    package static func make(version: Int, at path: String) throws {
        try DatabaseQueue(path: path, configuration: .takingSteps)
            .writeWithoutTransaction { try takeSteps(in: $0, to: version) }
    }

    private static func takeSteps(in database: Database) throws {
        try takeSteps(in: database, to: Schema.version)
    }

    private static func takeSteps(in database: Database, to version: Int) throws {
        for (index, step) in Schema.steps.prefix(version).enumerated() {
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

extension Configuration {
    /// For connections on which steps of the schema are taken.
    ///
    /// Where a step adds a column with a check, SQLite 3.37 (Ubuntu 22.04) writes a statement with strings in double quotes.
    static var takingSteps: Configuration {
        var configuration = Configuration()
        configuration.acceptsDoubleQuotedStringLiterals = true
        return configuration
    }
}
