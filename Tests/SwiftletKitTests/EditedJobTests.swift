import Foundation
import Quantities
import Reports
import SwiftletKit
import Synchronization
import Testing

/// A job that is edited after it ran.
@Suite("Edited jobs")
struct EditedJobTests {
    private static let text = """
        version: 1
        name: edited
        dataset:
          source: table
          table: {paths: [table.csv], accuracy: a, costs: {d1: {latency_ms: lat}, d2: {latency_ms: slow}}}
        space: nas-bench-201
        devices: [d1]
        constraints: [{device: d1, metric: latency_ms, at_most: 12.30}]
        search: {strategy: random, max_evaluations: 6, batch: 2, seed: 1}
        """

    private let folder: TemporaryFolder
    private var database: String { SmallJob.database(in: folder) }

    init() throws {
        folder = try TemporaryFolder()
        try write(accuracy: 1)
    }

    /// Every architecture of two operations, with accuracies that grow and latencies around the limit.
    private func write(accuracy scale: Double) throws {
        let operations = ["none", "skip_connect", "nor_conv_1x1"]
        var rows = ["architecture,a,b,lat,slow"]
        for first in operations {
            for second in operations {
                for third in operations {
                    let index = Double(rows.count)
                    rows.append(
                        "|\(first)~0|+|\(second)~0|none~1|+|\(third)~0|none~1|nor_conv_3x3~2|,"
                            + "\(index / 100 * scale),\(index / 200),\(12.2 + index / 100),\(index)")
                }
            }
        }
        _ = try folder.write(rows.joined(separator: "\n") + "\n", to: "table.csv")
    }

    private func run(_ text: String = text) async throws -> [String] {
        let warnings = Mutex<[String]>([])
        try await SmallJob.run(in: folder, text: text) { progress in
            if progress.phase == "warning" { warnings.withLock { $0.append(progress.text) } }
        }
        return warnings.withLock { $0 }
    }

    private func history(_ job: String = "edited") throws -> [String] {
        try SmallJob.review(folder).history(of: job).csv.text.split(separator: "\r\n").map(String.init)
    }

    @Test(
        "A limit that is changed is what answers are read under, and the search stays guided by the old one")
    func limit() async throws {
        _ = try await run()
        let warnings = try await run(
            Self.text.replacing("12.30", with: "12.22").replacing(
                "max_evaluations: 6", with: "max_evaluations: 12"))
        #expect(warnings.contains { $0.contains("stays guided") && $0.contains("jobs copy edited") })
        let edited = try history()
        let other = try TemporaryFolder()
        try FileManager.default.copyItem(
            atPath: "\(folder.path)/table.csv", toPath: "\(other.path)/table.csv")
        try await SmallJob.run(
            in: other, text: Self.text.replacing("max_evaluations: 6", with: "max_evaluations: 12"))
        let uninterrupted = try SmallJob.review(other).history(of: "edited").csv.text
        let proposals = uninterrupted.split(separator: "\r\n").map { $0.split(separator: ",").prefix(3) }
        #expect(edited.map { $0.split(separator: ",").prefix(3) } == proposals)
        let front = try SmallJob.review(folder).front(of: "edited", on: "d1", includesAll: true)
        #expect(front.candidates.contains { $0.status == .constraint })
        #expect(front.candidates.filter { $0.status == .ok }.allSatisfy { ($0.costs.latency ?? 99) <= 12.22 })
    }

    @Test("A device that is added is priced for everything found, and its front says that it did not guide")
    func device() async throws {
        _ = try await run()
        _ = try await run(Self.text.replacing("[d1]", with: "[d1, d2]"))
        let front = try SmallJob.review(folder).front(of: "edited", on: "d2", includesAll: true)
        #expect(front.candidates.count == 6)
        #expect(front.notes.contains { $0.contains("did not guide") })
    }

    @Test(
        "What cannot be read later is refused with the key and the command for it",
        arguments: [("seed: 1", "seed: 2", "search.seed"), ("accuracy: a", "accuracy: b", "accuracy.column")])
    func refused(present: String, change: String, key: String) async throws {
        _ = try await run()
        let error = await #expect(throws: (any Error).self) {
            try await run(Self.text.replacing(present, with: change))
        }
        let sentence = error.map { "\($0)" } ?? ""
        #expect(sentence.contains(key) && sentence.contains("swiftlet jobs copy edited"), "\(sentence)")
    }

    @Test("A table whose values changed is another job")
    func content() async throws {
        _ = try await run()
        try write(accuracy: 0.5)
        await #expect(throws: (any Error).self) {
            try await run(Self.text.replacing("max_evaluations: 6", with: "max_evaluations: 8"))
        }
    }

    @Test("Two jobs on columns of one table do not share accuracies")
    func columns() async throws {
        _ = try await run()
        _ = try await run(
            Self.text.replacing("name: edited", with: "name: half").replacing(
                "accuracy: a", with: "accuracy: b"))
        let whole = try SmallJob.review(folder).history(of: "edited").evaluations.map(\.quality.value)
        let half = try SmallJob.review(folder).history(of: "half").evaluations.map(\.quality.value)
        #expect(zip(whole, half).allSatisfy { abs(($0 ?? 0) / 2 - ($1 ?? 1)) < 1e-12 })
    }

    @Test("A copy may search anew once; a renamed job goes on; a deleted one is gone")
    func management() async throws {
        _ = try await run()
        let before = try history()
        _ = try copy(job: "edited", to: "second", database: database)
        #expect(try history("second") == before)
        _ = try await run(
            Self.text.replacing("name: edited", with: "name: second").replacing("seed: 1", with: "seed: 2")
                .replacing("max_evaluations: 6", with: "max_evaluations: 4"))
        #expect(try history("second").count == before.count - 2)
        await #expect(throws: (any Error).self) {
            try await run(
                Self.text.replacing("name: edited", with: "name: second").replacing(
                    "seed: 1", with: "seed: 3"))
        }
        _ = try rename(job: "edited", to: "third", database: database)
        _ = try await run(
            Self.text.replacing("name: edited", with: "name: third").replacing(
                "max_evaluations: 6", with: "max_evaluations: 8"))
        #expect(try history("third").count == before.count + 2)
        _ = try delete(job: "second", database: database)
        #expect(try SmallJob.review(folder).jobs().jobs.map(\.name) == ["third"])
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/results/second"))
        #expect(throws: (any Error).self) { _ = try copy(job: "third", to: "../x", database: database) }
    }
}
