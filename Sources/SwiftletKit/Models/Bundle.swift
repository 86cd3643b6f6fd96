import Archives
import Bundles
import Determinism
import Devices
import Foundation
import ModelGraph
import ONNXFormat
import Search
import TFLiteFormat

/// A candidate as the files that ship.
struct Bundle {
    let job: String
    let evaluation: Evaluation
    let preprocessing: Preprocessing
    /// The job's devices, each with the file that its runtime loads.
    private(set) var devices: [(profile: DeviceProfile, file: String?)] = []
    private(set) var files: [(name: String, bytes: [UInt8])] = []
    /// Formats that cannot hold the model, each with the reason.
    private(set) var refusals: [String] = []

    /// Written last, beside `files`: a folder that has them is whole.
    static let ownFiles = ["manifest.json", "manifest.sha256"]

    /// - Parameter format: `onnx`, `tflite` or `c`; nil for what the devices' runtimes load.
    init(
        job: String, _ evaluation: Evaluation, _ model: BundledModel, devices profiles: [DeviceProfile],
        format: String?
    ) throws {
        self.job = job
        self.evaluation = evaluation
        preprocessing = model.preprocessing
        let formats = format.map { [$0] } ?? Bundle.formats(of: profiles)
        for format in formats { try add(format, model.graph, isRequired: formats.count == 1) }
        files.append(("model.swiftlet", model.graph.encoded()))
        devices = profiles.map { ($0, file(for: $0)) }
        files.append(("test-vectors.npz", model.vectors))
        files.append(("README.md", Array(readme.utf8)))
    }

    /// What runtimes load, ONNX first; microcontrollers have no files, so they get an array too.
    private static func formats(of devices: [DeviceProfile]) -> [String] {
        let loaded = devices.map(\.runtime.format)
        let hasArray = devices.contains { $0.kind == .microcontroller && $0.runtime.format == .tflite }
        return (loaded.contains(.onnx) ? ["onnx"] : []) + (loaded.contains(.tflite) ? ["tflite"] : [])
            + (hasArray ? ["c"] : [])
    }

    private func file(for device: DeviceProfile) -> String? {
        let wanted =
            switch device.runtime.format {
            case .onnx: ["model.onnx"]
            case .tflite: device.kind == .microcontroller ? ["model.c", "model.tflite"] : ["model.tflite"]
            case .swiftlet: ["model.swiftlet"]
            }
        return wanted.first { name in files.contains { $0.name == name } }
    }

    private mutating func add(_ format: String, _ graph: Graph, isRequired: Bool) throws {
        do {
            switch format {
            case "onnx":
                let metadata = metadata.map { Metadatum($0.0, $0.1) }
                files.append(("model.onnx", try ONNXModel.write(graph, metadata: metadata)))
            case "tflite": files.append(("model.tflite", try tflite(graph)))
            case "c":
                let array = CArray(try tflite(graph), name: "model")
                files.append(("model.h", Array(array.header.utf8)))
                files.append(("model.c", Array(array.source.utf8)))
            default: throw CommandError("--format: expected onnx, tflite or c, got '\(format)'")
            }
        } catch let error as CommandError {
            throw error
        } catch {
            if isRequired { throw CommandError("the model cannot be written as \(format): \(error)") }
            refusals.append("\(format): \(error)")
        }
    }

    private func tflite(_ graph: Graph) throws -> [UInt8] {
        try TFLiteModel.write(
            graph,
            options: TFLiteOptions(
                description: "Swiftlet \(job) \(evaluation.candidate.prefix(12))",
                metadata: metadata.map { TFLiteMetadata(name: $0.0, text: $0.1) }))
    }

    /// What travels inside the model files.
    private var metadata: [(String, String)] {
        [
            ("job", job), ("candidate", evaluation.candidate), ("architecture", evaluation.architecture),
            ("compression", evaluation.compression), ("labels", preprocessing.labels.joined(separator: ",")),
            ("preprocessing_offsets", preprocessing.offsets.map(\.description).joined(separator: ",")),
            ("preprocessing_scales", preprocessing.scales.map(\.description).joined(separator: ",")),
            ("validation_accuracy", evaluation.quality.map { "\($0.accuracy)" } ?? ""),
            ("test_accuracy", evaluation.quality?.testAccuracy.map { "\($0)" } ?? ""),
        ]
    }

    /// Writes every file, the manifest last: a folder with a manifest is whole.
    func write(to folder: String) throws {
        let manifest = Array((Field.record(manifest).json() + "\n").utf8)
        let hash = Array("\(SHA256.hex(manifest))  manifest.json\n".utf8)
        do {
            for file in files { try DurableFile.write(file.bytes, to: "\(folder)/\(file.name)") }
            for (name, bytes) in zip(Bundle.ownFiles, [manifest, hash]) {
                try DurableFile.write(bytes, to: "\(folder)/\(name)")
            }
        } catch {
            throw CommandError("\(folder): cannot be written: \(error)")
        }
    }
}
