import ExperimentStore
import Foundation
import Quantities
import Search

/// A folder that goes away with the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var database: String { path + "/results/swiftlet.sqlite" }
}

enum Sample {
    static let targets = ["host", "board"].map { device in
        Target(
            device: device,
            objectives: [
                Objective(.accuracy, best: 1, worst: 0.1), Objective(.latency, best: 0.1, worst: 100),
            ], guidesSearch: device != "host")
    }

    static let machine = HostMachine(
        processor: "a processor", kernelSet: "avx2", threads: 1, governor: "performance")

    static func plan(
        _ name: String = "digits", keys: [String: String] = ["seed": "1", "training.epochs": "30"],
        kernels: String = "avx2", limits: [Constraint] = []
    ) throws -> JobPlan {
        try JobPlan(
            name: name, guide: keys, file: JobText(file: "\(name).yaml", text: "name: \(name)"),
            targets: targets, limits: limits, kernelSet: kernels, openBLASVersion: "0.3.21")
    }

    static func profile(_ device: String, content: String = "profile") -> ProfileContent {
        ProfileContent(hash: "hash of \(content)", device: device, yaml: content, fallback: nil)
    }

    static func evaluation(
        _ proposal: Int?, candidate: String? = nil, fidelity: Fidelity = .trained, accuracy: Double? = 0.875,
        latency: Double = 2.5, key: String? = nil
    ) -> Evaluation {
        let name = candidate ?? String(format: "%064x", proposal ?? 0)
        let quality = accuracy.map {
            Quality(
                accuracy: $0, standardError: 0.1 / 3, testAccuracy: fidelity == .final ? 0.8 : nil,
                testStandardError: fidelity == .final ? 0.02 : nil, sampleResults: [0b1011, 0xFF, 0])
        }
        return Evaluation(
            proposal: proposal, candidate: name, architecture: "a\(name.suffix(4))", compression: "int8",
            fidelity: fidelity, accuracyKey: key ?? "key \(name) \(fidelity)",
            outcome: quality.map { .evaluated($0) } ?? .failed(reason: "diverged"), macs: 123_456_789_012,
            parameters: 42, seconds: 1.25,
            scores: [
                Score(
                    device: "host", latency: latency, latencyP10: latency * 0.9, latencyP90: latency / 0.9,
                    provenance: .measured, energy: nil, peakRAM: 5_000_000_000, flash: 7, modelSize: 9),
                Score(
                    device: "board", provenance: .estimated, status: .unsupported,
                    reason: "float32 is not supported"),
            ])
    }
}
