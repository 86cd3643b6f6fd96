import ExperimentStore
import Foundation
import GRDB
import Search
import Testing

@Suite("Opening a database")
struct OpeningTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func sqlite(_ path: String, _ sql: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test("The file is ours: named, versioned, with write-ahead log")
    func identity() throws {
        _ = try ExperimentStore(writing: folder.database)
        let queue = try DatabaseQueue(path: folder.database)
        func pragma(_ name: String) throws -> String? {
            try queue.read { try String.fetchOne($0, sql: "PRAGMA \(name)") }
        }
        #expect(try pragma("application_id") == "\(0x5357_4C54)")
        #expect(try pragma("user_version") == "8")
        #expect(try pragma("journal_mode") == "wal")
    }

    @Test("A database of another program is refused and left alone")
    func foreign() throws {
        let path = folder.path + "/other.sqlite"
        try sqlite(path, "CREATE TABLE customer (name TEXT); INSERT INTO customer VALUES ('x')")
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(throws: StoreError.foreign(path: path)) { try ExperimentStore(writing: path) }
        #expect(throws: StoreError.foreign(path: path)) { try ExperimentStore(reading: path) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test("A version below zero is none of ours")
    func impossibleVersion() throws {
        _ = try ExperimentStore(writing: folder.database)
        try sqlite(folder.database, "PRAGMA user_version = -1")
        #expect(throws: StoreError.foreign(path: folder.database)) {
            try ExperimentStore(writing: folder.database)
        }
    }

    @Test("A database of a newer version is refused")
    func newer() throws {
        _ = try ExperimentStore(writing: folder.database)
        try sqlite(folder.database, "PRAGMA user_version = 99")
        #expect(throws: StoreError.newerSchema(path: folder.database, found: 99, known: 8)) {
            try ExperimentStore(writing: folder.database)
        }
    }

    @Test("A database of the first version is read as it is, and brought up to date by writing")
    func older() throws {
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/results", withIntermediateDirectories: true)
        try ExperimentStore.make(version: 1, at: folder.database)
        let sample = Sample.evaluation(0)
        try sqlite(
            folder.database,
            """
            INSERT INTO job VALUES (1, 'digits', 'finished', '{}', 'hash', 'accuracy', 'avx2', '0.3.21', 'then', 9);
            INSERT INTO plan_key VALUES (1, 'seed', '1'), (1, 'training.epochs', '30');
            INSERT INTO target VALUES (1, 0, 'host', 0), (1, 1, 'board', 1);
            INSERT INTO objective VALUES (1, 'host', 0, 'accuracy', 0, 0.9);
            INSERT INTO candidate VALUES ('\(sample.candidate)', '\(sample.architecture)', 'int8');
            INSERT INTO evaluation VALUES (1, 1, '\(sample.candidate)', 0, 'trained', '\(sample.accuracyKey)', 'ok', NULL,
                0.875, 0.1 / 3, NULL, NULL, 123456789012, 42, 1.25, x'0BFF00');
            INSERT INTO score VALUES (1, 'host', 2.5, 2.5 * 0.9, 2.5 / 0.9, 'measured', NULL, 5000000000, 7, 9, 'ok', NULL),
                (1, 'board', NULL, NULL, NULL, 'estimated', NULL, NULL, NULL, NULL, 'unsupported',
                'float32 is not supported');
            """)
        let read = try ExperimentStore(reading: folder.database)
        #expect(try read.job(named: "digits").hostMachines().isEmpty)
        #expect(try read.job(named: "digits").evaluations() == [Sample.evaluation(0)])
        let merged = try ExperimentStore(writing: folder.path + "/merged.sqlite")
        #expect(try merged.merge(read) == ["digits"])
        let resumed = try ExperimentStore(writing: folder.database).job(named: "digits")
        #expect(try read.job(named: "digits").measurements().isEmpty)
        #expect(try resumed.measurements().isEmpty)
        try resumed.keep(Sample.machine)
        #expect(try resumed.hostMachines() == [Sample.machine])
        #expect(try resumed.evaluations() == [Sample.evaluation(0)])
    }

    @Test(
        "A file that is no database is refused",
        arguments: ["hello, this is a text file\n", "SQLite format 3"])
    func notADatabase(content: String) throws {
        let path = folder.path + "/text.sqlite"
        try Data(String(repeating: content, count: 100).utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: StoreError.notADatabase(path: path)) { try ExperimentStore(writing: path) }
        #expect(throws: StoreError.notADatabase(path: path)) { try ExperimentStore(reading: path) }
    }

    @Test("A review of a database that is not there says so and makes none")
    func missing() throws {
        #expect(throws: StoreError.missing(path: folder.database)) {
            try ExperimentStore(reading: folder.database)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.database))
    }

    @Test("Damage is found by a check, and when it is read")
    func corrupt() throws {
        let begun = try ExperimentStore(writing: folder.database).begin(try Sample.plan())
        for proposal in 0..<200 { try begun.job.record(Sample.evaluation(proposal)) }
        let copy = folder.path + "/damaged.sqlite"
        try ExperimentStore(reading: folder.database).backup(to: copy)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: copy))
        for offset in stride(from: 8 * 4096 + 10, to: bytes.count, by: 97) { bytes[offset] ^= 0x5A }
        try bytes.write(to: URL(fileURLWithPath: copy))
        #expect(throws: StoreError.self) {
            try ExperimentStore(reading: copy).job(named: "digits").evaluations()
        }
        do {
            try ExperimentStore(reading: copy).checkIntegrity()
            Issue.record("a damaged database passed the check")
        } catch StoreError.corrupt(let path, _) {
            #expect(path == copy)
        }
    }

    // Root may write anywhere, so the permission check can only be made as somebody else.
    @Test("A read-only place is named", .enabled(if: getuid() != 0))
    func readOnly() throws {
        _ = try ExperimentStore(writing: folder.database)
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: folder.database)
        #expect(throws: StoreError.readOnly(path: folder.database)) {
            try ExperimentStore(writing: folder.database)
        }
    }

    @Test("A folder in the database's place is refused in one sentence")
    func isFolder() throws {
        #expect(throws: StoreError.self) { try ExperimentStore(writing: folder.path) }
    }

    @Test("A full disk leaves nothing half-written, and the job goes on afterwards")
    func diskFull() throws {
        let store = try ExperimentStore(writing: folder.database)
        let begun = try store.begin(try Sample.plan())
        try store.limit(pages: 45)
        var written = 0
        do {
            for proposal in 0..<5000 {
                try begun.job.record(Sample.evaluation(proposal))
                written += 1
            }
            Issue.record("the limit was never reached")
        } catch {
            #expect(error as? StoreError == .diskFull(path: folder.database))
        }
        let evaluations = try begun.job.proposedEvaluations()
        #expect(evaluations.count == written)
        #expect(evaluations.allSatisfy { $0.scores.count == 2 })
        try store.limit(pages: 100_000)
        try begun.job.record(Sample.evaluation(written))
        #expect(try begun.job.proposedEvaluations().count == written + 1)
    }
}
