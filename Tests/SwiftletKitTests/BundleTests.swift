import Foundation
import SwiftletKit
import Testing

@Suite("Bundles", .serialized)
struct BundleTests {
    /// Runs the small job and exports its first finalist twice.
    private func exported() async throws -> (folder: TemporaryFolder, first: String, second: String) {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder)
        let review = try SmallJob.review(folder)
        let front = try review.front(
            job: "small", device: "stm32h743", fidelity: "final", includesAll: true, plots: false)
        guard case .text(let id)? = front.rows.first?["id"] else { throw CommandError("no finalist") }
        let outputs = ["\(folder.path)/one", "\(folder.path)/two"]
        for output in outputs {
            _ = try review.export(
                ExportRequest(job: "small", candidate: id, format: nil, output: output, force: false))
        }
        return (folder, outputs[0], outputs[1])
    }

    @Test("An exported bundle verifies, twice the same to the byte, and a changed byte is found")
    func bundle() async throws {
        let (folder, first, second) = try await exported()
        #expect(try ModelCommands.verify(first).status == .done)
        for file in try FileManager.default.contentsOfDirectory(atPath: first) {
            let one = FileManager.default.contents(atPath: "\(first)/\(file)")
            #expect(one == FileManager.default.contents(atPath: "\(second)/\(file)"), "\(file)")
        }
        #expect(FileManager.default.fileExists(atPath: "\(first)/model.tflite"))
        try "changed".write(toFile: "\(first)/README.md", atomically: true, encoding: .utf8)
        #expect(try ModelCommands.verify(first).status == .failed)
        withExtendedLifetime(folder) {}
    }

    @Test("Exported models are read back, run and priced")
    func commands() async throws {
        let (folder, bundle, _) = try await exported()
        let model = "\(bundle)/model.tflite"
        #expect(try ModelCommands.inspect(model, memory: nil).rows.isEmpty == false)
        #expect(try ModelCommands.predict(model, device: "raspberry-pi-4", memory: nil).status == .done)
        let output = "\(folder.path)/out.npz"
        let answer = try ModelCommands.run(
            model, input: "\(bundle)/test-vectors.npz", output: output, memory: nil, force: false)
        #expect(answer.rows.first?["samples"] == .integer(10))
        #expect(throws: CommandError.self) {
            try ModelCommands.run(
                model, input: "\(bundle)/test-vectors.npz", output: output, memory: nil, force: false)
        }
        #expect(throws: (any Error).self) { try ModelCommands.inspect(model, memory: "much") }
        #expect(throws: (any Error).self) { try ModelCommands.inspect("\(bundle)/README.md", memory: nil) }
    }
}
