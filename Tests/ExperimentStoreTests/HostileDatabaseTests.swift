import Archives
import Determinism
import ExperimentStore
import Foundation
import GRDB
import Quantities
import Search
import Testing

/// A database is input: whatever its file holds, it is read or refused in one sentence.
@Suite("Databases made by others")
struct HostileDatabaseTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let job = try ExperimentStore(writing: folder.database).begin(try Sample.plan()).job
        try job.record(Sample.evaluation(0))
        try job.keepHostTimings([HostTiming(name: "a", median: 1, p10: 1, p90: 1)], on: Sample.machine)
    }

    private func edit(_ sql: String) throws {
        let queue = try DatabaseQueue(path: folder.database)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// Everything that is read of a job.
    private func readAll() throws {
        let store = try ExperimentStore(reading: folder.database)
        for name in try store.jobNames() {
            let job = try store.job(named: name)
            _ = (try job.evaluations(), try job.targets(), try job.summary(), try job.artefacts())
            _ = (try job.hostTimings(), try job.hostMachines(), try job.measurements())
        }
    }

    @Test(
        "What our columns cannot mean is refused with table and column",
        arguments: [
            "UPDATE score SET latency_ms = -1", "UPDATE score SET latency_ms = 9e999",
            "UPDATE score SET energy_mj = -9e999", "UPDATE score SET peak_ram_bytes = -1",
            "UPDATE score SET flash_bytes = 9223372036854775807", "UPDATE score SET status = 'fine'",
            "UPDATE evaluation SET accuracy = 9e999", "UPDATE evaluation SET accuracy_se = -1",
            "UPDATE evaluation SET macs = -1", "UPDATE evaluation SET seconds = 9e999",
            "UPDATE evaluation SET proposal = -1", "UPDATE job SET seconds = -1",
            "UPDATE job SET seconds = 9e999",
            "UPDATE host_timing SET median_ms = -9e999", "UPDATE host_machine SET threads = -1",
            "UPDATE objective SET ideal = 9e999", "UPDATE objective SET metric = 'beauty'",
            "UPDATE target SET guides_search = 1; UPDATE job SET name = '../../planted'",
        ])
    func refusesValues(sql: String) throws {
        try readAll()
        try edit(sql)
        #expect {
            try readAll()
        } throws: { error in
            guard case StoreError.malformedRow = error else { return false }
            return true
        }
    }

    @Test(
        "Large values that are numbers are read",
        arguments: [
            "UPDATE job SET seconds = 1e300", "UPDATE score SET latency_ms = 0",
            "UPDATE score SET latency_ms = 1e300",
            "UPDATE objective SET ideal = -1e300, nadir = 1e300", "UPDATE score SET latency_ms = NULL",
        ])
    func readsValues(sql: String) throws {
        try edit(sql)
        try readAll()
    }

    @Test(
        "Tables that are not ours to the letter are refused before a row is read",
        arguments: [
            "CREATE TABLE more (x)", "CREATE VIEW v AS SELECT 1", "DROP INDEX evaluation_accuracy_key",
            "ALTER TABLE job ADD COLUMN note TEXT",
            "CREATE TRIGGER t AFTER UPDATE ON job BEGIN DELETE FROM job; END",
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')')",
        ])
    func refusesOtherTables(sql: String) throws {
        try edit(sql)
        for open in [{ try ExperimentStore(reading: $0) }, { try ExperimentStore(writing: $0) }] {
            #expect {
                _ = try open(folder.database)
            } throws: { error in
                guard case StoreError.differentSchema = error else { return false }
                return true
            }
        }
    }

    @Test("Statistics that SQLite keeps for itself are no difference")
    func allowsStatistics() throws {
        try edit("ANALYZE")
        try readAll()
    }

    @Test("No database is opened that has no file", arguments: ["", ":memory:"])
    func refusesMemory(path: String) {
        #expect(throws: StoreError.noFile(path: path)) { try ExperimentStore(writing: path) }
        #expect(throws: StoreError.noFile(path: path)) { try ExperimentStore(reading: path) }
    }

    @Test("A name that SQLite would take for an address is a file's name")
    func addressesAreNames() throws {
        let path = folder.path + "/file:x?mode=memory"
        _ = try ExperimentStore(writing: path)
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test("A copy without its log says so where nothing else can be seen")
    func missingLog() throws {
        let path = folder.path + "/fresh.sqlite", copy = folder.path + "/copy.sqlite"
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL; CREATE TABLE job (x)")
        }
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        #expect(throws: StoreError.missingLog(path: copy)) { try ExperimentStore(reading: copy) }
        try queue.close()
    }
}

/// Files beside the database are what was written, where it was written.
@Suite("Files of a job")
struct JobFolderTests {
    private let folder: TemporaryFolder
    private let job: JobStore
    private let file = Artefact(path: "models/a.swiftlet", kind: "model", sha256: SHA256.hex([1, 2, 3]))

    init() throws {
        folder = try TemporaryFolder()
        job = try ExperimentStore(writing: folder.database).begin(try Sample.plan()).job
        try job.write([1, 2, 3], to: file.path)
        try job.keep(file)
    }

    @Test("A file is read back as it was written")
    func reads() throws {
        #expect(try job.contents(of: file) == [1, 2, 3])
        try job.checkFiles()
    }

    @Test("A file with other bytes is refused")
    func refusesChanges() throws {
        let path = "\(job.folder)/\(file.path)"
        try Data([1, 2, 7]).write(to: URL(filePath: path))
        #expect(throws: StoreError.changedFile(path: path)) { try job.contents(of: file) }
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: StoreError.missingFile(path: path, candidate: nil)) { try job.checkFiles() }
    }

    @Test("A link in a file's place, or on its way, is refused", arguments: ["models/a.swiftlet", "models"])
    func refusesLinks(name: String) throws {
        let (own, other) = ("\(job.folder)/\(name)", "\(folder.path)/other")
        try FileManager.default.moveItem(atPath: own, toPath: other)
        try FileManager.default.createSymbolicLink(atPath: own, withDestinationPath: other)
        #expect(throws: ArchiveError.self) { try job.contents(of: file) }
        #expect(throws: StoreError.leadsOut(path: "\(job.folder)/\(file.path)")) {
            try job.write([4], to: file.path)
        }
    }

    @Test(
        "No name leads out of the job's folder",
        arguments: [
            "../planted", "/tmp/planted", "models/../../planted", "", ".", "models//a",
        ])
    func refusesNames(name: String) throws {
        #expect(throws: StoreError.self) { try job.write([1], to: name) }
        try job.keep(Artefact(path: name, kind: "model", sha256: file.sha256))
        #expect {
            try job.artefacts()
        } throws: { error in
            guard case StoreError.malformedRow = error else { return false }
            return true
        }
    }

    @Test("What a write left that was cut off is gone when the job goes on")
    func removesLeftovers() throws {
        let leftover = "\(job.folder)/models/b.swiftlet.999999999.tmp",
            other = "\(job.folder)/models/notes.tmp"
        for path in [leftover, other] { try Data([1]).write(to: URL(filePath: path)) }
        _ = try ExperimentStore(writing: folder.database).begin(try Sample.plan("another"))
        #expect(FileManager.default.fileExists(atPath: leftover))
        let store = try ExperimentStore(writing: folder.database)
        _ = try store.begin(try Sample.plan())
        #expect(!FileManager.default.fileExists(atPath: leftover))
        #expect(FileManager.default.fileExists(atPath: other))
    }
}
