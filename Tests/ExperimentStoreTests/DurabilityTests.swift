import ExperimentStore
import Foundation
import Search
import Testing

@Suite("What a killed process leaves")
struct DurabilityTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What a fresh process would find if this one died now: the database and its log as they are in the file
    /// system.
    private func found(_ name: String) throws -> [Evaluation] {
        let place = folder.path + "/\(name)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(
                atPath: folder.database + suffix, toPath: place + "/swiftlet.sqlite" + suffix)
        }
        return try ExperimentStore(writing: place + "/swiftlet.sqlite").job(named: "digits")
            .proposedEvaluations()
    }

    @Test("Nothing of an evaluation before its commit, all of it after")
    func commit() throws {
        let begun = try ExperimentStore(writing: folder.database).begin(try Sample.plan())
        try begun.job.record(Sample.evaluation(0))
        var before: [Evaluation] = []
        try begun.job.record(Sample.evaluation(1)) { before = try found("before") }
        #expect(before == [Sample.evaluation(0)])
        #expect(try found("after") == [Sample.evaluation(0), Sample.evaluation(1)])
    }

    @Test("A failure between evaluation and scores leaves neither")
    func rollback() throws {
        struct PowerCut: Error {}
        let begun = try ExperimentStore(writing: folder.database).begin(try Sample.plan())
        #expect(throws: PowerCut.self) { try begun.job.record(Sample.evaluation(0)) { throw PowerCut() } }
        #expect(try begun.job.proposedEvaluations().isEmpty)
        try begun.job.record(Sample.evaluation(0))
    }

    @Test("A log cut anywhere gives a prefix of the evaluations")
    func tornLog() throws {
        let begun = try ExperimentStore(writing: folder.database).begin(try Sample.plan())
        for proposal in 0..<6 { try begun.job.record(Sample.evaluation(proposal)) }
        let log = try Data(contentsOf: URL(fileURLWithPath: folder.database + "-wal"))
        let database = try Data(contentsOf: URL(fileURLWithPath: folder.database))
        var counts: Set<Int> = []
        for cut in stride(from: log.count, through: log.count * 2 / 3, by: -4999) {
            let place = folder.path + "/\(cut)"
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            try database.write(to: URL(fileURLWithPath: place + "/swiftlet.sqlite"))
            try log.prefix(cut).write(to: URL(fileURLWithPath: place + "/swiftlet.sqlite-wal"))
            let job = try ExperimentStore(writing: place + "/swiftlet.sqlite").job(named: "digits")
            let found = try job.proposedEvaluations()
            #expect(found == (0..<found.count).map { Sample.evaluation($0) })
            counts.insert(found.count)
        }
        #expect(counts.count > 1)
    }

    @Test("A reader sees complete evaluations while the writer writes, and does not stop it")
    func readerBesideWriter() async throws {
        let begun = try ExperimentStore(writing: folder.database).begin(try Sample.plan())
        let path = folder.database
        let reader = Task {
            var seen = 0
            while seen < 100 {
                let evaluations = try ExperimentStore(reading: path).job(named: "digits").evaluations()
                guard evaluations.allSatisfy({ $0.scores.count == 2 }), evaluations.count >= seen else {
                    return false
                }
                seen = evaluations.count
                await Task.yield()
            }
            return true
        }
        for proposal in 0..<100 { try begun.job.record(Sample.evaluation(proposal)) }
        #expect(try await reader.value)
    }
}
