import Foundation
import Quantities
import Reports
import SwiftletKit
import Synchronization
import Testing

/// Jobs whose time is limited, and lengths that are chosen.
@Suite("Time kept", .serialized)
struct TimeTests {
    /// Names data, space, device and time only.
    private static func text(_ search: String, name: String = "timed") -> String {
        """
        version: 1
        name: \(name)
        dataset: {source: digits, validation: 0.2, test: 0.2, split_seed: 7}
        space: tiny-image
        devices: [stm32h743]
        search: {\(search)}
        """
    }

    private func history(_ folder: TemporaryFolder, _ job: String = "timed") throws -> [String] {
        try SmallJob.review(folder).history(of: job).text(as: .csv).split(separator: "\r\n").map(String.init)
    }

    @Test("A super-network gets its passes from the samples, the time or the file")
    func superNetwork() throws {
        let folder = try TemporaryFolder()
        func passes(_ search: String, _ training: String = "") throws -> String? {
            let text = Self.text(search) + "\ntraining: {mode: weight-sharing\(training)}"
            let file = try folder.write(text, to: "job.yaml")
            let plan = try plan(of: SearchRequest(job: file, database: SmallJob.database(in: folder)))
            let lines = try plan.text(as: .csv).split(separator: "\r\n")
            return lines.first { $0.hasPrefix("chosen.training.epochs,") }?
                .split(separator: ",").last.map(String.init)
        }
        #expect(try passes("max_evaluations: 9") == "500")
        let limited = try #require(try passes("max_time: 15s").flatMap(Double.init))
        #expect(limited < 500 && limited >= 1)
        #expect(try passes("max_time: 5m", ", epochs: 3") == nil)
    }

    @Test(
        "Lengths that are chosen, and the printed keys elsewhere, make the same history with one and two threads"
    )
    func printed() async throws {
        let (folder, elsewhere) = (try TemporaryFolder(), try TemporaryFolder())
        let printed = Mutex("")
        let search = "max_evaluations: 4, batch: 2"
        let none = "finalists: {per_device: 0}"
        try await SmallJob.run(in: folder, text: Self.text(search) + "\n" + none) { progress in
            if progress.phase == "plan" { printed.withLock { $0 = progress.text } }
        }
        let lines = printed.withLock { $0 }.split(separator: "\n").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        let training = try #require(lines.first { $0.hasPrefix("training: {") })
        let text = "\(Self.text(search))\n\(training)\nfinalists: {per_device: 0, epochs: 50}"
        try await SmallJob.run(in: elsewhere, text: text, threads: 1)
        #expect(try history(folder).count == 5)
        #expect(try history(folder) == history(elsewhere))
        // The same guide, so that the file with the printed keys goes on with the job that chose them.
        try await SmallJob.run(
            in: folder, text: text.replacing("max_evaluations: 4", with: "max_evaluations: 5"))
        #expect(try history(folder).count == 6)
    }

    @Test(
        "The keys that a job with a limit on time prints last make the same history and finalists elsewhere",
        arguments: [("guided", nil), ("guided", 3), ("successive-halving", 5)])
    func printedUnderALimit(strategy: String, cancelledAfter reports: Int?) async throws {
        let (folder, elsewhere) = (try TemporaryFolder(), try TemporaryFolder())
        let search = "strategy: \(strategy), max_evaluations: 8, batch: 4"
        let text = Self.text("\(search), max_time: 2m") + "\nfinalists: {per_device: 2}"
        if let reports {
            await #expect(throws: CancellationError.self) {
                try await SmallJob.run(in: folder, text: text, cancelledAfter: reports)
            }
        }
        let printed = Mutex("")
        try await SmallJob.run(in: folder, text: text) { progress in
            if progress.phase == "plan" { printed.withLock { $0 = progress.text } }
        }
        let keys = printed.withLock { $0 }
        let written = "\(Self.text(search))\nfinalists: {per_device: 2}".addingKeys(of: keys)
        try await SmallJob.run(in: elsewhere, text: written, threads: 1)
        #expect(keys.contains("finalists: {epochs: "), "\(keys)")
        #expect(try history(folder).count == 9)
        #expect(try history(folder) == history(elsewhere), "\(keys)")
        let fronts = try [folder, elsewhere].map {
            try SmallJob.review($0).front(of: "timed", on: "stm32h743").json
        }
        #expect(fronts[0] == fronts[1])
    }

    @Test("A time that suffices for nothing is refused before anything begins, with what the least is")
    func tooShort() async throws {
        let folder = try TemporaryFolder()
        let error = await #expect(throws: (any Error).self) {
            try await SmallJob.run(in: folder, text: Self.text("max_time: 1ms"))
        }
        let sentence = error.map { "\($0)" } ?? ""
        #expect(
            sentence.contains("search.max_time: 1.00 ms is too short") && sentence.contains("at least"),
            "\(sentence)")
        #expect(!FileManager.default.fileExists(atPath: SmallJob.database(in: folder)))
    }

    @Test("Without a time, lengths follow from the data alone and are kept")
    func byData() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.text("max_evaluations: 4"), to: "job.yaml")
        let plan = try plan(of: SearchRequest(job: file, database: SmallJob.database(in: folder)))
        let keys = try plan.text(as: .csv)
        #expect(
            keys.contains("chosen.training.epochs,10\r\n") && keys.contains("chosen.finalists.epochs,50\r\n"))
        #expect(!keys.contains("chosen.search"), "\(keys)")
    }

    @Test(
        "However short trainings are, a search leaves time for finalists where there are any",
        arguments: [(0, 1.0), (12, 0.851)])
    func leavesTimeForFinalists(perDevice: Int, most: Double) throws {
        let folder = try TemporaryFolder()
        let rows = (0..<90).map { "\($0 * 37 % 90),\($0 * 53 % 90),\($0 % 2 == 0 ? "even" : "odd")" }
        let table = try folder.write((["a,b,class"] + rows).joined(separator: "\n") + "\n", to: "rows.csv")
        let file = try folder.write(
            """
            version: 1
            name: short
            dataset: {source: csv, path: '\(table)'}
            space: mlp
            devices: [stm32h743]
            search: {max_time: 15m}
            finalists: {per_device: \(perDevice)}
            """, to: "job.yaml")
        let plan = try plan(of: SearchRequest(job: file, database: SmallJob.database(in: folder)))
        let share = try #require(plan.expected.shareOfTimeForSearch)
        #expect(share <= most && share > most - 0.01)
    }

    @Test("Several jobs run in order, go on after one that is wrong, and end with what became of each")
    func batch() async throws {
        let folder = try TemporaryFolder()
        let good = try folder.write(SmallJob.text, to: "good.yaml")
        let bad = try folder.write(
            SmallJob.text.replacing("space: tiny-image", with: "space: none"), to: "bad.yaml")
        let database = SmallJob.database(in: folder)
        let answer = try await search(
            all: [bad, good].map { SearchRequest(job: $0, threads: 2, database: database) })
        #expect(answer.jobs.map(\.outcome) == [.invalid, .done])
        #expect(answer.jobs[0].reason?.contains("none") == true && answer.jobs[1].evaluations == 12)
        #expect(try answer.text(as: .table).contains("invalid"))
    }

    @Test("Successive halving is refused where nothing is trained to several lengths")
    func halvingRefused() async throws {
        let folder = try TemporaryFolder()
        let text = SmallJob.text.replacing("strategy: nsga2", with: "strategy: successive-halving")
            .replacing("per_device: 1", with: "per_device: all")
        let error = await #expect(throws: (any Error).self) { try await SmallJob.run(in: folder, text: text) }
        #expect(error.map { "\($0)" }?.contains("use guided") == true)
    }
}

extension String {
    /// The job file with the keys of a printed plan added to its sections.
    fileprivate func addingKeys(of plan: String) -> String {
        var lines = split(separator: "\n").map(String.init)
        for line in plan.split(separator: "\n").dropFirst() {
            let line = line.trimmingCharacters(in: .whitespaces)
            guard let brace = line.firstIndex(of: "{") else { continue }
            let section = line[...brace]
            if let place = lines.firstIndex(where: { $0.hasPrefix(section) }) {
                lines[place] = "\(lines[place].dropLast()), \(line[line.index(after: brace)...])"
            } else {
                lines.append(line)
            }
        }
        return lines.joined(separator: "\n")
    }
}
