import Bundles
import Foundation
import ModelGraph
import Quantities
import Reports
import SwiftletKit
import Testing

@Suite("Bundles", .serialized)
struct BundleTests {
    /// Runs the small job and exports its first finalist twice.
    private func exported() async throws -> (folder: TemporaryFolder, first: String, second: String) {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder)
        let review = try SmallJob.review(folder)
        let id = try #require(
            try SmallJob.candidates(in: folder, on: "stm32h743", at: .final).first?.id)
        let outputs = ["\(folder.path)/one", "\(folder.path)/two"]
        for output in outputs {
            _ = try review.export(ExportRequest(job: "small", candidate: id, output: output))
        }
        return (folder, outputs[0], outputs[1])
    }

    @Test("An exported bundle verifies, twice the same to the byte, and a changed byte is found")
    func bundle() async throws {
        let (folder, first, second) = try await exported()
        #expect(try ModelCommands.verify(first).isGood)
        for file in try FileManager.default.contentsOfDirectory(atPath: first) {
            let one = FileManager.default.contents(atPath: "\(first)/\(file)")
            #expect(one == FileManager.default.contents(atPath: "\(second)/\(file)"), "\(file)")
        }
        #expect(FileManager.default.fileExists(atPath: "\(first)/model.tflite"))
        #expect(FileManager.default.fileExists(atPath: "\(first)/model.c"))
        withExtendedLifetime(folder) {}
    }

    @Test("Every kind of damage to a bundle is found, in whatever file")
    func damage() async throws {
        let (folder, bundle, _) = try await exported()
        let files = FileManager.default
        func isFound(_ damage: String) -> Bool {
            do { return try !ModelCommands.verify(bundle).isGood } catch { return error is BundleError }
        }
        for name in try files.contentsOfDirectory(atPath: bundle).sorted() {
            let path = "\(bundle)/\(name)"
            let whole = try #require(files.contents(atPath: path))
            var flipped = whole
            flipped[flipped.count / 2] ^= 1
            let damages: [(String, Data?)] = [
                ("a flipped bit", flipped), ("a truncated file", whole.prefix(whole.count / 2)),
                ("an empty file", Data()), ("a missing file", nil),
            ]
            for (damage, bytes) in damages {
                try files.removeItem(atPath: path)
                if let bytes { try bytes.write(to: URL(filePath: path)) }
                #expect(isFound(damage), "\(damage): \(name)")
                if bytes == nil { try whole.write(to: URL(filePath: path)) }
                try whole.write(to: URL(filePath: path))
            }
        }
        #expect(try ModelCommands.verify(bundle).isGood)
        let extra = "\(bundle)/extra.bin"
        try Data([1]).write(to: URL(filePath: extra))
        #expect(isFound("an unknown file"))
        withExtendedLifetime(folder) {}
    }

    @Test("A bundle for one device holds what its runtime loads, and no device of another job")
    func oneDevice() async throws {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder)
        let review = try SmallJob.review(folder)
        let id = try #require(try review.front(of: "small", on: "stm32h743").candidates.first?.id)
        let output = "\(folder.path)/bundle"
        let answer = try review.export(
            ExportRequest(job: "small", candidate: id, device: "stm32h743", output: output))
        #expect(answer.files.contains("model.c") && !answer.files.contains("model.onnx"))
        #expect(throws: (any Error).self) {
            try review.export(
                ExportRequest(job: "small", candidate: id, device: "zcu102", output: output + "2"))
        }
    }

    @Test("An int8 model takes and gives integers where its devices want them, and answers alike")
    func integerInterface() async throws {
        let folder = try TemporaryFolder()
        let text = SmallJob.text.replacing("[float32, int8]", with: "[int8]")
            .replacing("[host-cpu, raspberry-pi-4, stm32h743]", with: "[coral-edge-tpu, raspberry-pi-4]")
            .replacing("stm32h743", with: "raspberry-pi-4")
        try await SmallJob.run(in: folder, text: text)
        let review = try SmallJob.review(folder)
        let id = try #require(try review.front(of: "small", on: "coral-edge-tpu").candidates.first?.id)
        func interface(_ name: String, device: String?, _ wanted: ModelInterface?) throws -> DataType {
            let output = "\(folder.path)/\(name)"
            _ = try review.export(
                ExportRequest(
                    job: "small", candidate: id, formats: [.tflite], interface: wanted, device: device,
                    output: output))
            #expect(try ModelCommands.verify(output).isGood)
            let graph = try LoadedModel(path: "\(output)/model.tflite").graph
            let types = (graph.inputs + graph.outputs).map { graph[$0].type.dataType }
            #expect(Set(types).count == 1)
            return types[0]
        }
        #expect(try interface("coral", device: "coral-edge-tpu", nil) == .int8)
        #expect(try interface("both", device: nil, nil) == .float32)
        #expect(try interface("unsigned", device: nil, .uint8) == .uint8)
        #expect {
            try review.export(
                ExportRequest(
                    job: "small", candidate: id, formats: [.onnx], interface: .int8,
                    output: "\(folder.path)/onnx"))
        } throws: {
            "\($0)" == "an interface of int8 needs the format tflite or c"
        }
    }

    @Test("Any candidate can be trained to the end later, or exported as the search left it")
    func unfinished() async throws {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder)
        let trained = try SmallJob.candidates(in: folder, on: "stm32h743", at: .trained).map(\.id)
        let finished = Set(try SmallJob.candidates(in: folder, on: "stm32h743", at: .final).map(\.id))
        let id = try #require(trained.first { !finished.contains($0) })
        let output = "\(folder.path)/unfinished"
        var request = ExportRequest(job: "small", candidate: id, formats: [.onnx], output: output)
        #expect(throws: KitError.unfinished(candidate: id, job: "small")) {
            try SmallJob.review(folder).export(request)
        }
        request.allowsUnfinished = true
        _ = try SmallJob.review(folder).export(request)
        #expect(try ModelCommands.verify(output).isGood)

        let database = SmallJob.database(in: folder)
        let answer = try await finish(
            FinishRequest(job: "small", candidate: id, threads: 2, database: database))
        #expect(answer.devices.map(\.candidate).allSatisfy { $0.fidelity == .final && $0.isFinalist })
        #expect(try SmallJob.review(folder).jobs().jobs.first?.state == "finished")
        request.allowsUnfinished = false
        request.replacing = true
        #expect(try SmallJob.review(folder).export(request).files.contains("model.onnx"))
        request.formats = [.tflite, .onnx]
        let both = try SmallJob.review(folder).export(request).files
        #expect(both.contains("model.onnx") && both.contains("model.tflite") && !both.contains("model.c"))
    }

    @Test("Exported models are read back, run and priced")
    func commands() async throws {
        let (folder, bundle, _) = try await exported()
        let model = "\(bundle)/model.tflite"
        #expect(try !ModelCommands.inspect(model).layers.isEmpty)
        #expect(try ModelCommands.predict(model, on: "raspberry-pi-4").status == .ok)
        let output = "\(folder.path)/out.npz"
        let answer = try ModelCommands.run(
            model, input: "\(bundle)/test-vectors.npz", output: output)
        #expect(answer.samples == 10)
        #expect(throws: KitError.exists(path: output)) {
            try ModelCommands.run(model, input: "\(bundle)/test-vectors.npz", output: output)
        }
        #expect(throws: (any Error).self) { try ModelCommands.inspect("\(bundle)/README.md") }
    }
}
