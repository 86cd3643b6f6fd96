import Foundation
import Quantities
import Reports
import SwiftletKit
import Testing

/// The runtimes that exported models are for, in a Python environment (`scripts/compare-runtimes --environment` makes one).
enum Runtimes {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let script = root.appending(path: "scripts/compare-runtimes")
    private static let swiftlet = root.appending(path: ".build/release/swiftlet")

    static var areHere: Bool {
        let python = ProcessInfo.processInfo.environment["SWIFTLET_PEERS_PYTHON"]
        return [python, swiftlet.path].allSatisfy { path in
            path.map { FileManager.default.isExecutableFile(atPath: $0) } ?? false
        }
    }

    /// The exit status of a comparison on the test part of a job, and what it printed.
    static func compare(_ bundle: String, job: String) throws -> (status: Int32, text: String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = script
        process.arguments = [bundle, "--job", job]
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFTLET": swiftlet.path]) { $1 }
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}

/// Skipped unless SWIFTLET_PEERS_PYTHON names a Python with onnxruntime, openvino and ai-edge-litert, and the product is built.
@Suite("Runtimes", .enabled(if: Runtimes.areHere))
struct RuntimesTests {
    @Test("Exported finalists predict in ONNX Runtime, OpenVINO and LiteRT as in Swiftlet")
    func finalistsAgree() async throws {
        let folder = try TemporaryFolder()
        let text = SmallJob.text.replacingOccurrences(
            of: "finalists: {per_device: 1, epochs: 1}", with: "finalists: {per_device: 1, epochs: 8}")
        try await SmallJob.run(in: folder, text: text)
        let review = try SmallJob.review(folder)
        for device in ["host-cpu", "stm32h743"] {
            let id = try #require(try SmallJob.candidates(in: folder, on: device, at: .final).first?.id)
            let bundle = "\(folder.path)/\(device)"
            _ = try review.export(ExportRequest(job: "small", candidate: id, output: bundle))
            let (status, text) = try Runtimes.compare(bundle, job: "\(folder.path)/job.yaml")
            #expect(status == 0, "\(text)")
        }
    }
}
