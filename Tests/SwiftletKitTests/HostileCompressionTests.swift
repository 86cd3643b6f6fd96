import Foundation
import ModelGraph
import Quantities
import Reports
import SwiftletKit
import Testing

/// Networks and data that compressions cannot make sense of, through a whole job: every candidate has a quality or a failure with
/// its reason, or the job is refused in one sentence.
@Suite("Compressing what cannot be compressed, in a job", .serialized)
struct HostileCompressionTests {
    private static let text = """
        version: 1
        name: hostile
        dataset: {source: digits, validation: 0.2, test: 0.2, split_seed: 7}
        model: model.swiftlet
        compression: {precision_per: model, precision: PRECISIONS, pruning: PRUNINGS}
        devices: [host-cpu]
        training: {epochs: 0.2, batch: 64}
        search: {strategy: exhaustive, max_evaluations: 20, batch: 20, seed: 3}
        finalists: {per_device: 0}
        """

    /// Two convolutions and a dense layer; `change` has its way with the weights of the second convolution.
    private func network(_ change: (inout [Float]) -> Void) throws -> Graph {
        var builder = GraphBuilder(name: "model")
        var value = builder.input("image", ValueType([1, 8, 8, 1]))
        for (index, depth) in [1, 16].enumerated() {
            var weights = numbers([16, 3, 3, depth])
            if index == 1 { change(&weights) }
            let edge = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
            let operands = [
                value, builder.constant("w\(index)", Tensor([16, 3, 3, depth], weights)),
                builder.constant("b\(index)", Tensor([16], [Float](repeating: 0.1, count: 16))),
            ]
            value = try builder.apply(
                .convolution(Convolution(kernel: Extent(3, 3), padding: edge)), to: operands,
                name: "conv\(index)")
            value = try builder.apply(.activation(.relu), to: [value], name: "relu\(index)")
        }
        value = try builder.apply(.globalPool(.average), to: [value], name: "pooled")
        value = try builder.apply(.reshape([0, -1]), to: [value], name: "flat")
        let head = [
            value, builder.constant("w", Tensor([10, 16], numbers([10, 16]))),
            builder.constant("b", Tensor([10], [Float](repeating: 0, count: 10))),
        ]
        let logits = try builder.apply(.dense, to: head, name: "logits")
        return builder.graph(outputs: [logits])
    }

    /// A dense layer whose sums are too long for 32 bits, between two ordinary ones.
    private func wideNetwork() throws -> Graph {
        let width = 70_000
        var builder = GraphBuilder(name: "model")
        var value = builder.input("image", ValueType([1, 8, 8, 1]))
        value = try builder.apply(.reshape([0, -1]), to: [value], name: "flat")
        for (name, outputs, inputs) in [("wide", width, 64), ("logits", 10, width)] {
            let operands = [
                value, builder.constant("\(name).w", Tensor([outputs, inputs], numbers([outputs, inputs]))),
                builder.constant("\(name).b", Tensor([outputs], [Float](repeating: 0, count: outputs))),
            ]
            value = try builder.apply(.dense, to: operands, name: name)
            if name == "wide" { value = try builder.apply(.activation(.relu), to: [value], name: "relu") }
        }
        return builder.graph(outputs: [value])
    }

    private func numbers(_ shape: Shape) -> [Float] {
        (0..<shape.elementCount).map { Float(($0 * 7919 + 13) % 101 - 50) / 300 }
    }

    /// The candidates of a job on a model; nil where the job was refused, with the sentence.
    private func run(
        _ graph: Graph, precisions: String, prunings: String, in folder: TemporaryFolder
    ) async throws -> (rows: [CandidateAnswer], refusal: String?) {
        try Data(graph.encoded()).write(to: URL(filePath: "\(folder.path)/model.swiftlet"))
        let text = Self.text.replacing("PRECISIONS", with: precisions).replacing("PRUNINGS", with: prunings)
        do {
            try await SmallJob.run(in: folder, text: text)
        } catch {
            return ([], "\(error)")
        }
        return (try SmallJob.candidates(in: folder, of: "hostile", on: "host-cpu", at: .trained), nil)
    }

    private func requireResultOrReason(_ rows: [CandidateAnswer], count: Int) {
        #expect(rows.count == count)
        for row in rows {
            if let accuracy = row.quality.value {
                #expect((0...1).contains(accuracy))
            } else if let reason = row.reason {
                #expect(row.status == .failed && !reason.isEmpty)
            } else {
                Issue.record("neither a quality nor a reason: \(row)")
            }
        }
    }

    @Test(
        "Weights of zero, tiny ones, an empty channel and huge ones",
        arguments: ["zero", "tiny", "empty", "huge"])
    func weights(kind: String) async throws {
        let graph = try network { weights in
            switch kind {
            case "zero": weights = weights.map { _ in 0 }
            case "tiny": weights = weights.map { $0 * 1e-38 }
            case "empty": for index in 0..<144 { weights[index] = 0 }
            default: weights = weights.map { $0 * 1e36 }
            }
        }
        let result = try await run(
            graph, precisions: "[float32, int8, int8-qat, float16, bfloat16, binary]",
            prunings: "[none, structured(0.99)]", in: try TemporaryFolder())
        #expect(result.refusal == nil, "\(result.refusal ?? "")")
        requireResultOrReason(result.rows, count: 12)
    }

    @Test("Layers pruned to nothing, or nearly so")
    func prunedToNothing() async throws {
        let result = try await run(
            network { _ in }, precisions: "[float32, int8]",
            prunings: "[none, structured(0.999), magnitude(0.9999), '1:64', dynamic(0.9999), rigl(0.9999)]",
            in: try TemporaryFolder())
        #expect(result.refusal == nil, "\(result.refusal ?? "")")
        requireResultOrReason(result.rows, count: 12)
        #expect(result.rows.allSatisfy { $0.quality.value != nil })
    }

    @Test(
        "Weights that are not numbers are refused before anything is searched",
        arguments: [Float.nan, .infinity])
    func notFinite(number: Float) async throws {
        let folder = try TemporaryFolder()
        let result = try await run(
            network { $0[5] = number }, precisions: "[float32, int8]", prunings: "[none]", in: folder)
        #expect(result.refusal?.contains("finite") == true, "\(result.refusal ?? "accepted")")
        #expect(result.refusal?.contains("job.yaml:4") == true)
        #expect(!FileManager.default.fileExists(atPath: SmallJob.database(in: folder)))
    }

    @Test("Sums too long for 32 bits stay in float32, and the answers stay what they were")
    func wide() async throws {
        let result = try await run(
            wideNetwork(), precisions: "[float32, int8]", prunings: "[none]", in: try TemporaryFolder())
        #expect(result.refusal == nil, "\(result.refusal ?? "")")
        requireResultOrReason(result.rows, count: 2)
        let accuracies = result.rows.compactMap(\.quality.value)
        #expect(accuracies.count == 2 && abs(accuracies[0] - accuracies[1]) < 0.05)
    }

    @Test(
        "Data that is not finite is refused with its place; constant columns and constant data are searched")
    func data() async throws {
        func table(_ row: (Int) -> String) -> String {
            "x,y,label\n" + (0..<200).map { "\(row($0)),\(["a", "b"][$0 % 2])" }.joined(separator: "\n")
                + "\n"
        }
        var layer = GraphBuilder(name: "model")
        let input = layer.input("x", ValueType([1, 2]))
        let operands = [
            input, layer.constant("w", Tensor([2, 2], [0.5, -0.25, 0.125, 1])),
            layer.constant("b", Tensor([2], [0, 0.1])),
        ]
        let logits = try layer.apply(.dense, to: operands, name: "logits")
        let graph = layer.graph(outputs: [logits])
        for (rows, refused) in [
            (table { $0 == 7 ? "nan,1" : "\($0),1" }, true), (table { "\($0),3" }, false),
            (table { _ in "5,5" }, false), (table { _ in "0,0" }, false),
            (table { $0 == 7 ? "3e38,-3e38" : "\($0),1" }, false),
        ] {
            let folder = try TemporaryFolder()
            let csv = try folder.write(rows, to: "table.csv")
            try Data(graph.encoded()).write(to: URL(filePath: "\(folder.path)/model.swiftlet"))
            let text = Self.text.replacing("source: digits", with: "source: csv, path: \(csv)")
                .replacing("PRECISIONS", with: "[float32, int8, int8-qat]").replacing(
                    "PRUNINGS", with: "[none]")
            do {
                try await SmallJob.run(in: folder, text: text)
                #expect(!refused)
                requireResultOrReason(
                    try SmallJob.candidates(in: folder, of: "hostile", on: "host-cpu", at: .trained),
                    count: 3)
            } catch {
                #expect(refused, "\(error)")
                #expect("\(error)".contains("table.csv:9"))
            }
        }
    }
}
