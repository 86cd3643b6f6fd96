import Foundation
import ModelGraph
import SwiftletKit
import Synchronization
import Testing

/// A model that answers perfectly, and jobs that judge it wrongly.
@Suite("What is suspicious about a model of one's own", .serialized)
struct OwnModelWarningTests {
    private static let text = """
        version: 1
        name: own
        dataset: {source: csv, path: table.csv, KEYS, test: 0.2, split_seed: 7}
        model: model.swiftlet
        compression: {precision_per: model, precision: [float32], pruning: [none]}
        devices: [raspberry-pi-4]
        training: {epochs: 0.2, batch: 64}
        search: {strategy: exhaustive, max_evaluations: 1, batch: 1, seed: 3}
        finalists: {per_device: 0}
        """

    /// Numbers from 0 to 255; every `flipped`-th row has the other label.
    private static func table(flipped: Int) -> String {
        let rows = (0..<2000).map { row -> String in
            let value = row * 37 % 256
            return "\(value),\((value > 127) != (row % flipped == 1) ? "high" : "low")"
        }
        return "v,label\n" + rows.joined(separator: "\n") + "\n"
    }

    /// Above one half is high, of a number between 0 and 1.
    private static func model() throws -> Graph {
        var builder = GraphBuilder(name: "model")
        let value = builder.input("v", ValueType([1, 1, 1, 1]))
        let flat = try builder.apply(.reshape([0, -1]), to: [value], name: "flat")
        let operands = [
            flat, builder.constant("w", Tensor([2, 1], [1, -1])),
            builder.constant("b", Tensor([2], [-0.5, 0.5])),
        ]
        let logits = try builder.apply(.dense, to: operands, name: "logits")
        return builder.graph(outputs: [logits])
    }

    /// The warnings of a search.
    private func warnings(_ keys: String) async throws -> [String] {
        let folder = try TemporaryFolder()
        _ = try folder.write(Self.table(flipped: 4000), to: "table.csv")
        _ = try folder.write(Self.table(flipped: 10), to: "fresh.csv")
        try Data(Self.model().encoded()).write(to: URL(filePath: "\(folder.path)/model.swiftlet"))
        let found = Mutex<[String]>([])
        try await SmallJob.run(in: folder, text: Self.text.replacing("KEYS", with: keys)) { progress in
            if progress.phase == "warning" { found.withLock { $0.append(progress.text) } }
        }
        return found.withLock { $0 }
    }

    private static let right = "preprocessing: {offsets: 0, scales: 0.00392156862745098}"

    @Test("A search warns where the model knows all validation samples, with their number")
    func knownSamples() async throws {
        let found = try await warnings("\(Self.right), validation: 0.2")
        #expect(found.contains { $0.contains("is right on all of 400 validation samples") }, "\(found)")
    }

    @Test("Validation from a file of its own that the model does not know is not warned of")
    func freshSamples() async throws {
        let found = try await warnings("\(Self.right), validation: {path: fresh.csv}")
        #expect(!found.contains { $0.contains("validation samples") }, "\(found)")
    }

    @Test(
        "A search warns of another preprocessing under which the model agrees with the labels, with figures")
    func wrongPreprocessing() async throws {
        let found = try await warnings("validation: 0.2")
        #expect(
            found.contains {
                $0.contains("of the training slice as its inputs are prepared, and on 100")
                    && $0.contains("(1/255)")
            }, "\(found)")
    }
}
