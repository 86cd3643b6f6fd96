import Foundation

/// Real ONNX files to test with; tests that need them are skipped where they are absent.
enum RealData {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let folder: URL = {
        let given = ProcessInfo.processInfo.environment["SWIFTLET_DATA"]
        let shared = given.map { URL(fileURLWithPath: $0) } ?? root.appendingPathComponent("../shared/data")
        return shared.appendingPathComponent("onnx").standardizedFileURL
    }()

    private static let backendArchive = folder.appendingPathComponent("onnx_backend_test_data.tar.gz")
    private static let modelArchive = folder.appendingPathComponent("real_models_mnist8_superres10.tar.gz")

    static let hasBackendData = FileManager.default.fileExists(atPath: backendArchive.path)
    static let hasModels = FileManager.default.fileExists(atPath: modelArchive.path)

    /// ONNX's backend test data, unpacked once a process.
    static let backend = unpacked(backendArchive, "backend").appendingPathComponent("onnx/backend/test/data")
    /// mnist-8 and super-resolution-10 with their reference inputs and outputs.
    static let models = unpacked(modelArchive, "models").appendingPathComponent("tests/model")

    private static func unpacked(_ archive: URL, _ name: String) -> URL {
        let target = FileManager.default.temporaryDirectory
            .appendingPathComponent("swiftlet-onnx-\(ProcessInfo.processInfo.processIdentifier)-\(name)")
        try? FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "xzf", archive.path, "-C", target.path]
        if (try? tar.run()) != nil { tar.waitUntilExit() }
        return target
    }

    /// The folders in a folder, by name.
    static func folders(in url: URL) -> [URL] {
        let found =
            (try? FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)) ?? []
        return found.filter {
            FileManager.default.fileExists(atPath: $0.appendingPathComponent("model.onnx").path)
        }
        .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }
}
