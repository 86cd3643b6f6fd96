import Foundation
import Quantities
import Reports
import SwiftletKit
import Testing

/// Recipes that name a teacher, match its features, or choose how ranges are found.
@Suite("Teachers and calibrators", .serialized)
struct TeacherTests {
    private static let text = SmallJob.text
        .replacing("split_seed: 7}", with: "split_seed: 7, preprocessing: {offsets: 8, scales: 0.125}}")
        .replacing("max_evaluations: 12, batch: 6", with: "max_evaluations: 4, batch: 4")
        .replacing("[host-cpu, raspberry-pi-4, stm32h743]", with: "[stm32h743]")

    private static func text(recipe: String) -> String {
        text.replacing("recipe: [plain]", with: "recipe: ['\(recipe)']")
    }

    private func rows(_ text: String, in folder: TemporaryFolder) async throws -> [CandidateAnswer] {
        try await SmallJob.run(in: folder, text: text)
        return try SmallJob.candidates(in: folder, on: "stm32h743", at: .trained)
    }

    private func accuracies(_ rows: [CandidateAnswer]) -> [Double?] { rows.map(\.quality.value) }

    private func sentence(_ text: String, in folder: TemporaryFolder) async -> String {
        let error = await #expect(throws: (any Error).self) { try await SmallJob.run(in: folder, text: text) }
        return error.map { "\($0)" } ?? ""
    }

    @Test(
        "Every candidate learns from the teacher that its recipe names: the largest network, with its features, or a model file"
    )
    func teachers() async throws {
        // After one epoch the largest network may name one class for all samples, and who imitates it too.
        let text = Self.text.replacing("training: {epochs: 1", with: "training: {epochs: 2")
        var results: [[Double?]] = []
        for recipe in [
            "plain", "distilled", "distill(largest;features=50)", "distill(\(GivenModelTests.model))",
        ] {
            let rows = try await rows(
                text.replacing("recipe: [plain]", with: "recipe: ['\(recipe)']"), in: try TemporaryFolder())
            #expect(rows.count == 4)
            let isNamed = rows.allSatisfy { row in
                row.compression.contains("distill(") == (recipe != "plain")
            }
            #expect(isNamed, "\(recipe)")
            results.append(accuracies(rows))
        }
        #expect(Set(results).count == results.count)
    }

    @Test("A finished candidate teaches another job; another teacher of the same name is another plan")
    func finishedCandidate() async throws {
        let folder = try TemporaryFolder()
        let first = Self.text.replacing("name: small", with: "name: first")
            .replacing("precision: [float32, int8]", with: "precision: [float32]")
        try await SmallJob.run(in: folder, text: first)
        let finals = try SmallJob.candidates(in: folder, of: "first", on: "stm32h743", at: .final)
        let id = try #require(finals.first?.id)
        let rows = try await rows(Self.text(recipe: "distill(first/\(id.prefix(12)))"), in: folder)
        #expect(rows.allSatisfy { $0.quality.value != nil })
        let trained = try SmallJob.candidates(in: folder, of: "first", on: "stm32h743", at: .trained)
        let unfinished = try #require(trained.map(\.id).first { $0 != id })
        let text = Self.text(recipe: "distill(first/\(unfinished.prefix(12)))")
            .replacing("name: small", with: "name: second")
        #expect(await sentence(text, in: folder).contains("was not trained to the end"))
    }

    @Test(
        "A teacher that is not there, does not fit or was trained on other inputs is named with its place",
        arguments: [
            ("distill(nobody)", "teacher 'nobody': expected 'largest'"),
            ("distill(no/such.onnx)", "there is no such file"),
            ("distill(nothing/abc)", "there is no such database"),
            ("distill(MODEL", "lacks a closing parenthesis"),
            ("distill(largest;features=all)", "features=10"),
        ])
    func misfits(recipe: String, says: String) async throws {
        let folder = try TemporaryFolder()
        let sentence = await sentence(Self.text(recipe: recipe), in: folder)
        #expect(sentence.contains(says), "\(sentence)")
        #expect(sentence.contains("job.yaml:5"), "\(sentence)")
        #expect(!FileManager.default.fileExists(atPath: SmallJob.database(in: folder)))
    }

    @Test("The way ranges are found is the job's to choose, changes int8 only, and is part of the plan")
    func calibrators() async throws {
        let base = GivenModelTests.text
            .replacing("pruning: [none, structured(0.5)], recipe: [plain, distilled]", with: "CALIBRATOR")
            .replacing("[float32, int8]", with: "[float32, int8], precision_per: model")
            .replacing("per_device: 2", with: "per_device: 0")
        var results: [String: [Double?]] = [:]
        for calibrator in ["min-max", "percentile(50)", "mean-squared-error"] {
            let folder = try TemporaryFolder()
            try await SmallJob.run(
                in: folder,
                text: base.replacing("CALIBRATOR", with: "pruning: [none], calibrator: \(calibrator)"))
            let rows = try SmallJob.candidates(in: folder, of: "given", on: "raspberry-pi-4")
                .sorted { $0.compression < $1.compression }
            results[calibrator] = accuracies(rows)
            let other = base.replacing("CALIBRATOR", with: "pruning: [none], calibrator: percentile(99)")
            let said = await sentence(other, in: folder)
            #expect(said.contains("compressing.calibrator"), "\(said)")
        }
        // Half of all values lie outside the range, which no network survives unharmed.
        #expect(results["percentile(50)"] != results["mean-squared-error"])
        #expect(Set(results.values.map { $0.last ?? nil }).count == 1)
        let folder = try TemporaryFolder()
        let wrong = base.replacing("CALIBRATOR", with: "pruning: [none], calibrator: percentile(5)")
        let complaint = await sentence(wrong, in: folder)
        #expect(
            complaint.contains("expected min-max, percentile(99.99) or mean-squared-error"), "\(complaint)")
    }

    @Test("A choice that leaves nothing to choose is part of the plan too")
    func fixedCompression() async throws {
        let folder = try TemporaryFolder()
        let text = Self.text.replacing("[float32, int8]", with: "[int8]")
        try await SmallJob.run(in: folder, text: text)
        let said = await sentence(Self.text.replacing("[float32, int8]", with: "[float32]"), in: folder)
        #expect(said.contains("space.fixed was"), "\(said)")
    }
}
