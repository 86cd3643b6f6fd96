import Foundation

/// LiteRT in a Python environment, which `SWIFTLET_PEERS_PYTHON` names (`scripts/compare-runtimes --environment` makes one).
enum LiteRT {
    static let python = ProcessInfo.processInfo.environment["SWIFTLET_PEERS_PYTHON"]

    /// Tests that need it are skipped without.
    static var isHere: Bool { python.map { FileManager.default.isExecutableFile(atPath: $0) } ?? false }

    struct Failed: Error {}

    /// What LiteRT answers on these inputs.
    static func outputs(of model: [UInt8], for inputs: [[UInt8]], count: Int) throws -> [[UInt8]] {
        try outputs(of: model, run: [inputs], count: count)[0]
    }

    /// What LiteRT answers run after run, keeping its variables.
    static func outputs(of model: [UInt8], run runs: [[[UInt8]]], count: Int) throws -> [[[UInt8]]] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("model.tflite")
        try Data(model).write(to: path)
        func place(_ run: Int, _ name: String) -> URL {
            folder.appendingPathComponent("\(run)").appendingPathComponent(name)
        }
        for (run, inputs) in runs.enumerated() {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent("\(run)"), withIntermediateDirectories: true)
            for (index, input) in inputs.enumerated() {
                try Data(input).write(to: place(run, "in\(index).bin"))
            }
        }
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Goldens/TFLite/run_litert.py")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python ?? "python3")
        process.arguments = [script.path, path.path, folder.path, "\(runs.count)"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed() }
        return try runs.indices.map { run in
            try (0..<count).map { [UInt8](try Data(contentsOf: place(run, "out\($0).bin"))) }
        }
    }
}
