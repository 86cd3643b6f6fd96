import Foundation
import Quantities
import Reports
import Search
import SwiftletKit
import Testing

/// A job whose subject is a model that is there already: `jobs/digits-cnn.onnx`, made by scripts/export_from_pytorch.py.
@Suite("A model of one's own", .serialized)
struct GivenModelTests {
    static let model = ShippedFilesTests.root.appending(path: "jobs/digits-cnn.onnx").path(
        percentEncoded: false)

    static let text = """
        version: 1
        name: given
        dataset:
          source: digits
          validation: 0.2
          test: 0.2
          split_seed: 7
          preprocessing: {offsets: 8, scales: 0.125}
        model: \(model)
        compression: {precision: [float32, int8], pruning: [none, structured(0.5)], recipe: [plain, distilled]}
        devices: [raspberry-pi-4, stm32h743]
        objectives: [accuracy, latency_ms, model_bytes]
        training: {epochs: 1, batch: 64}
        search: {strategy: exhaustive, max_evaluations: 12, batch: 6, seed: 3}
        finalists: {per_device: 2, epochs: 1}
        """

    @Test("A model is searched for compressions, and the choice is exported, verified and run")
    func wholeWay() async throws {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder, text: Self.text)
        let review = try SmallJob.review(folder)
        let candidates = try SmallJob.candidates(
            in: folder, of: "given", on: "raspberry-pi-4", at: .trained)
        #expect(candidates.allSatisfy { $0.architecture == "given" })
        let original = try #require(candidates.first { $0.compression == "none" })
        #expect(try #require(original.quality.value) > 0.9)
        let selection = try review.selection(
            of: "given", for: "raspberry-pi-4", SelectRequest(preference: .knee))
        let chosen = try #require(selection.candidate)
        let bundle = "\(folder.path)/bundle"
        _ = try review.export(ExportRequest(job: "given", candidate: chosen.id, output: bundle))
        let verified = try ModelCommands.verify(bundle)
        #expect(verified.isGood, "\(verified.checks)")
        let run = try ModelCommands.run(
            "\(bundle)/model.tflite", input: "\(bundle)/test-vectors.npz",
            output: "\(folder.path)/out.npz")
        #expect(run.samples == 10)
    }

    static let mistakes: [(from: String, to: String, says: String)] = [
        ("source: digits", "source: csv\n  path: \(csv)", "answers with 10 numbers, the data has 2 classes"),
        (model, "/no/such.onnx", "model: /no/such.onnx: there is no such file"),
        ("[none, structured(0.5)]", "[none, structured(2)]", "compression.pruning"),
        ("pruning:", "precision_per: layer, pruning:", "expected one of model, stage"),
        ("offsets: 8, scales", "offsets: [8, 9], scales", "expected a scale for each offset"),
        ("offsets: 8, scales: 0.125", "offsets: [0, 0, 0], scales: [1, 1, 1]", "do not divide"),
        ("compression:", "input_shapes: {pixels: 1x8}\ncompression:", "'pixels'"),
        ("compression:", "input_shapes: {pixels: 8 by 8}\ncompression:", "input_shapes: expected extents"),
    ]

    /// A table of two columns, which no model of images reads.
    static let csv = "table.csv"

    @Test("What does not fit is named with its place", arguments: mistakes.indices)
    func misfit(index: Int) async throws {
        let mistake = Self.mistakes[index]
        let folder = try TemporaryFolder()
        let rows = (0..<100).map { "\($0),\($0 % 7),\(["a", "b"][$0 % 2])" }
        _ = try folder.write("x,y,label\n" + rows.joined(separator: "\n") + "\n", to: Self.csv)
        let text = Self.text.replacing(mistake.from, with: mistake.to)
        #expect(text != Self.text)
        let error = await #expect(throws: (any Error).self) { try await SmallJob.run(in: folder, text: text) }
        let sentence = error.map { "\($0)" } ?? ""
        #expect(sentence.contains(mistake.says), "\(sentence)")
        #expect(sentence.contains("job.yaml") || sentence.contains("digits"), "\(sentence)")
    }

    @Test("A wrong preprocessing is warned of")
    func warning() async throws {
        let folder = try TemporaryFolder()
        let text = Self.text.replacing("offsets: 8, scales: 0.125", with: "offsets: 1000, scales: 0.001")
            .replacing("max_evaluations: 12", with: "max_evaluations: 1")
            .replacing("per_device: 2", with: "per_device: 0")
        let warned = Warnings()
        try await SmallJob.run(in: folder, text: text) { warned.note($0) }
        #expect(warned.texts.contains { $0.contains("no better than guessing") })
    }
}
