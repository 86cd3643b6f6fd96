import Foundation
import Quantities
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
        #expect(FileManager.default.fileExists(atPath: "\(first)/model.c"))
        withExtendedLifetime(folder) {}
    }

    @Test("Every kind of damage to a bundle is found, in whatever file")
    func damage() async throws {
        let (folder, bundle, _) = try await exported()
        let files = FileManager.default
        func isFound(_ damage: String) -> Bool {
            do { return try ModelCommands.verify(bundle).status == .failed } catch {
                return (error as? CommandError)?.status != .done
            }
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
        #expect(try ModelCommands.verify(bundle).status == .done)
        let extra = "\(bundle)/extra.bin"
        try Data([1]).write(to: URL(filePath: extra))
        #expect(isFound("an unknown file"))
        withExtendedLifetime(folder) {}
    }

    @Test("Any candidate can be trained to the end later, or exported as the search left it")
    func unfinished() async throws {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder)
        let front = try SmallJob.review(folder).front(
            job: "small", device: "stm32h743", fidelity: "trained", includesAll: true, plots: false)
        let finals = try SmallJob.review(folder).front(
            job: "small", device: "stm32h743", fidelity: "final", includesAll: true, plots: false)
        let finished = Set(finals.rows.compactMap { $0["id"] })
        let left = front.rows.first { row in row["id"].map { !finished.contains($0) } ?? false }
        guard case .text(let id)? = left?["id"] else { throw CommandError("all are finished") }
        let output = "\(folder.path)/unfinished"
        var request = ExportRequest(job: "small", candidate: id, format: "onnx", output: output, force: false)
        #expect(throws: CommandError.self) { try SmallJob.review(folder).export(request) }
        request.unfinished = true
        _ = try SmallJob.review(folder).export(request)
        #expect(try ModelCommands.verify(output).status == .done)

        let database = SmallJob.database(in: folder)
        let answer = try await finish(
            FinishRequest(job: "small", candidate: id, threads: 2, database: database)
        ) { _ in }
        #expect(
            answer.rows.allSatisfy { $0["fidelity"] == .text("final") && $0["is_finalist"] == .flag(true) })
        #expect(try SmallJob.review(folder).jobs().rows.first?["state"] == .text("finished"))
        request.unfinished = false
        request.force = true
        #expect(try SmallJob.review(folder).export(request).status == .done)
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
