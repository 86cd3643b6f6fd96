import Foundation
import Reports
import SwiftletKit
import Testing

@Suite("Jobs whose candidates begin with trained weights", .serialized)
struct InheritedWeightsTests {
    private static let inheriting = SmallJob.text.replacing(
        "{epochs: 1, batch: 64}", with: "{mode: inheritance, epochs: 1, batch: 64}")

    @Test(
        "Candidates that inherit make the same history with one and two threads, and a finalist says what it was compared by"
    )
    func inheritance() async throws {
        let (one, two) = (try TemporaryFolder(), try TemporaryFolder())
        try await SmallJob.run(in: one, text: Self.inheriting, threads: 1)
        try await SmallJob.run(in: two, text: Self.inheriting, threads: 2)
        let (first, second) = (try SmallJob.review(one), try SmallJob.review(two))
        #expect(try first.history(of: "small").text(as: .csv) == second.history(of: "small").text(as: .csv))
        let searched = try SmallJob.candidates(in: one, on: "stm32h743", at: .inherited)
        let finalist = try #require(
            try SmallJob.candidates(in: one, on: "stm32h743", at: .final).first)
        let sheet = try first.candidate(finalist.id, of: "small")
        #expect(sheet.inheritedAccuracy == searched.first { $0.id == finalist.id }?.quality.value)
        #expect(try sheet.json.contains("\"inherited_accuracy\""))
        #expect(try sheet.table(TableStyle()).contains("with inherited weights"))
        let other = try #require(searched.first { $0.id != finalist.id })
        #expect(try first.candidate(other.id, of: "small").inheritedAccuracy == nil)
    }

    private static let backbone = SmallJob.text
        .replacing("space: tiny-image", with: "space: {from: \(GivenModelTests.model), width: [0.5, 1]}")
        .replacing("pruning: [none, structured(0.5)], ", with: "")

    @Test("The parts of a trained model are a space")
    func backbone() async throws {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder, text: Self.backbone)
        let candidates = try SmallJob.candidates(in: folder, on: "raspberry-pi-4", at: .trained)
        #expect(!candidates.isEmpty && candidates.allSatisfy { $0.architecture.hasPrefix("stage1_w") })
        // One short epoch from random weights gives a third of that.
        #expect(candidates.contains { ($0.quality.value ?? 0) > 0.6 })
    }

    static let mistakes: [(from: String, to: String, says: String)] = [
        (
            "width: [0.5, 1]", "width: [0.5, 2]",
            "job.yaml:4: space.width[1]: expected a share above 0 and up to 1, got 2"
        ),
        ("width: [0.5, 1]", "widths: [0.5, 1]", "unknown key 'widths'; did you mean 'width'?"),
        (
            GivenModelTests.model, "/no/such.onnx",
            "job.yaml:4: space.from: /no/such.onnx: there is no such file"
        ),
        (
            "precision: [float32, int8]", "precision_per: stage, precision: [int8]",
            "belongs to a job with a model"
        ),
        (
            "{epochs: 1,", "{mode: inherit, epochs: 1,",
            "expected one of from-scratch, weight-sharing, inheritance"
        ),
        (
            "per_device: 1, epochs: 1}\n", "per_device: all, epochs: 1}\n",
            "with 'per_device: all' every candidate is trained to the end"
        ),
    ]

    @Test("What cannot be is said with its place", arguments: mistakes.indices)
    func mistake(index: Int) async throws {
        let mistake = Self.mistakes[index]
        var text = (Self.backbone + "\n").replacing(mistake.from, with: mistake.to)
        if mistake.to.contains("per_device: all") {
            text = text.replacing("{epochs: 1, batch", with: "{mode: inheritance, epochs: 1, batch")
        }
        let folder = try TemporaryFolder()
        let job = text
        let error = await #expect(throws: (any Error).self) {
            try await SmallJob.run(in: folder, text: job)
        }
        #expect(error.map { "\($0)".contains(mistake.says) } == true, "\(error.map { "\($0)" } ?? "")")
    }
}
