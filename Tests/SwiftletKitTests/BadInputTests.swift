import Bundles
import Foundation
import Quantities
import Reports
import SwiftletKit
import Testing

/// A wrong input gets one sentence that names the file and the place; nothing is half-written.
@Suite("Bad input")
struct BadInputTests {
    static let mistakes: [(from: String, to: String, says: String)] = [
        ("name: small", "name: ../x", "job.yaml:2: name: expected letters"),
        ("version: 1", "version: 9", "job.yaml:1: version:"),
        ("space: tiny-image", "spaces: tiny-image", "did you mean 'space'?"),
        ("space: tiny-image", "space: no-such", "no 'no-such' among the search-spaces"),
        ("source: digits", "source: digitz", "dataset.source: expected one of digits"),
        ("validation: 0.2", "validation: 1.2", "dataset.validation: expected a number from 0.01 to 0.5"),
        ("validation: 0.2", "validation: [1]", "dataset.validation: expected a number, official,"),
        ("validation: 0.2", "validation: most", "got 'most'"),
        ("test: 0.2", "test: official", "has no official test part"),
        ("[float32, int8]", "[float32, int3]", "has no option 'int3'"),
        ("raspberry-pi-4,", "raspberry-pie,", "unknown device 'raspberry-pie'"),
        ("accuracy, latency_ms", "accuracy, speed", "unknown metric 'speed'"),
        ("at_most: 512KiB", "at_most: many", "peak_ram_bytes must be a finite number"),
        ("at_most: 512KiB", "maximum: 512KiB", "unknown key 'maximum'"),
        ("device: stm32h743, metric", "device: stm32f4, metric", "'stm32f4' is not among the job's devices"),
        ("strategy: nsga2", "strategy: magic", "unknown strategy 'magic'"),
        ("max_evaluations: 12", "max_evaluations: 0", "search.max_evaluations: expected a number from 1"),
        ("seed: 3", "seed: -3", "search.seed: expected a number from 0"),
        ("epochs: 1, batch: 64", "epochs: nan, batch: 64", "training.epochs: expected a number"),
        ("training: {", "training: {mode: magic, ", "training.mode: expected one of from-scratch"),
    ]

    @Test("A mistake in a job file is named with its place", arguments: mistakes.indices)
    func jobFile(index: Int) async throws {
        let mistake = Self.mistakes[index]
        let folder = try TemporaryFolder()
        let text = SmallJob.text.replacing(mistake.from, with: mistake.to)
        #expect(text != SmallJob.text)
        let error = await #expect(throws: (any Error).self) { try await SmallJob.run(in: folder, text: text) }
        let sentence = error.map { "\($0)" } ?? ""
        #expect(sentence.contains(mistake.says), "\(sentence)")
        #expect(!sentence.contains("\n"))
        #expect(!FileManager.default.fileExists(atPath: SmallJob.database(in: folder)))
    }

    @Test("A database that is none of ours is left as it is")
    func foreignDatabase() async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/results", withIntermediateDirectories: true)
        let path = try folder.write("this is not a database, but it is somebody's", to: "results/db.sqlite")
        let error = await #expect(throws: (any Error).self) { try await SmallJob.run(in: folder) }
        #expect(error.map { "\($0)".contains("not a SQLite database") } == true)
        #expect(
            try String(contentsOfFile: path, encoding: .utf8)
                == "this is not a database, but it is somebody's")
    }

    @Test("A folder that is no bundle is told what was expected of it")
    func foreignFolder() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: BundleError.self) { try ModelCommands.verify(folder.path) }
        #expect(error?.description.hasPrefix("\(folder.path): expected a folder written by") == true)
    }

    @Test("Questions about what is not there are answered with what is")
    func unknownNames() async throws {
        let folder = try TemporaryFolder()
        #expect(throws: (any Error).self) { try SmallJob.review(folder) }
        try await SmallJob.run(in: folder)
        let review = try SmallJob.review(folder)
        func sentence(_ body: () throws -> some Answer) -> String {
            do { return "no error: \(try body())" } catch { return "\(error)" }
        }
        #expect(sentence { try review.history(of: "large") }.contains("small"))
        #expect(sentence { try review.front(of: "small", on: "pi") }.contains("raspberry-pi-4"))
        #expect(sentence { try review.candidate("zz", of: "small") }.contains("no candidate 'zz'"))
        let request = SelectRequest(limits: [SelectRequest.Limit(.latency, 5)], confidence: 3)
        #expect(sentence { try review.selections(of: "small", request) }.contains("confidence must lie"))
    }

    @Test("Where no device can have anything, the nearest are shown")
    func infeasible() async throws {
        let folder = try TemporaryFolder()
        let text = SmallJob.text.replacing(
            "  - {device: stm32h743, metric: peak_ram_bytes, at_most: 512KiB}",
            with: "  - {metric: latency_ms, at_most: 0.001us}")
        let answer = try await SmallJob.run(in: folder, text: text)
        guard case .nothingFeasible(let nearest) = answer else {
            Issue.record("something is feasible")
            return
        }
        #expect(!answer.isFeasible && !nearest.nearest.isEmpty)
        #expect(try answer.table(TableStyle()).contains("no candidate is feasible"))
    }
}
