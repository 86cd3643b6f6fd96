import ArrayFiles
import Determinism
import Devices
import Engine
import ExperimentStore
import Foundation
import ModelGraph
import ONNXFormat
import Search
import TFLiteFormat

/// What `swiftlet export` is asked.
public struct ExportRequest: Sendable {
    public var job: String
    public var candidate: String
    /// `onnx`, `tflite` or `c`; nil for every format that the job's devices load.
    public var format: String?
    public var output: String
    public var force: Bool

    public init(job: String, candidate: String, format: String?, output: String, force: Bool) {
        self.job = job
        self.candidate = candidate
        self.format = format
        self.output = output
        self.force = force
    }
}

extension Review {
    /// `swiftlet export`: a folder with the model in the formats wanted, Swiftlet's packed model, a manifest with the hash of
    /// every file, test vectors and a page on how to run it.
    public func export(_ request: ExportRequest) throws -> Answer {
        let job = try store.job(named: request.job)
        guard let evaluation = try job.evaluations(ofCandidate: request.candidate).first,
            evaluation.fidelity == .final
        else {
            throw CommandError(
                "candidate '\(request.candidate)' was not trained to the end; only finalists are exported")
        }
        guard request.force || !FileManager.default.fileExists(atPath: request.output) else {
            throw CommandError("\(request.output): exists already; --force replaces it")
        }
        let bundle = try Bundle(job, evaluation, format: request.format)
        try bundle.write(to: request.output)
        let files = bundle.files.map(\.name) + ["manifest.json"]
        var text = "\(request.output)\n" + files.map { "  \($0)\n" }.joined()
        for refusal in bundle.refusals { text += "left out: \(refusal)\n" }
        let json: Record = [
            "job": .text(request.job), "candidate": .text(evaluation.candidate),
            "output": .text(request.output),
            "files": .list(files.map(Field.text)), "left_out": .list(bundle.refusals.map(Field.text)),
        ]
        return Answer(
            json: .record(json), columns: ["file"], rows: files.map { ["file": .text($0)] }, table: text)
    }
}

/// A finished candidate as the files that ship.
private struct Bundle {
    let job: JobStore
    let evaluation: Evaluation
    let preprocessing: Preprocessing
    private(set) var files: [(name: String, bytes: [UInt8])] = []
    /// Formats that cannot hold the model, each with the reason.
    private(set) var refusals: [String] = []

    init(_ job: JobStore, _ evaluation: Evaluation, format: String?) throws {
        self.job = job
        self.evaluation = evaluation
        let model = ModelFile(job: job, candidate: evaluation.candidate)
        let graph = try model.read()
        preprocessing = try JSONDecoder().decode(
            Preprocessing.self, from: try model.data(at: model.preprocessingPath))
        let formats = try format.map { [$0] } ?? formatsOfDevices()
        for format in formats { try add(format, graph, isRequired: formats.count == 1) }
        files.append(("model.swiftlet", graph.encoded()))
        files.append(("test-vectors.npz", [UInt8](try model.data(at: model.vectorsPath))))
        files.append(("README.md", Array(readme.utf8)))
    }

    /// What the runtimes of the job's devices load, ONNX first.
    private func formatsOfDevices() throws -> [String] {
        let shelf = try DeviceShelf()
        let loaded = try job.targets().compactMap { try? shelf.profile($0.device).runtime.format.rawValue }
        return ["onnx", "tflite", "c"].filter { format in
            loaded.contains(format) || format == "c" && loaded.contains("tflite")
        }
    }

    private mutating func add(_ format: String, _ graph: Graph, isRequired: Bool) throws {
        do {
            switch format {
            case "onnx":
                files.append(
                    (
                        "model.onnx",
                        try ONNXModel.write(graph, metadata: metadata.map { Metadatum($0.0, $0.1) })
                    ))
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
                description: "Swiftlet \(job.name) \(evaluation.candidate.prefix(12))",
                metadata: metadata.map { TFLiteMetadata(name: $0.0, text: $0.1) }))
    }

    /// What travels inside the model files.
    private var metadata: [(String, String)] {
        [
            ("job", job.name), ("candidate", evaluation.candidate), ("architecture", evaluation.architecture),
            ("compression", evaluation.compression), ("labels", preprocessing.labels.joined(separator: ",")),
            ("preprocessing_offsets", preprocessing.offsets.map(\.description).joined(separator: ",")),
            ("preprocessing_scales", preprocessing.scales.map(\.description).joined(separator: ",")),
            ("validation_accuracy", evaluation.quality.map { "\($0.accuracy)" } ?? ""),
            ("test_accuracy", evaluation.quality?.testAccuracy.map { "\($0)" } ?? ""),
        ]
    }

    private var manifest: Record {
        let quality = evaluation.quality
        let devices = evaluation.scores.map { score in
            Record(
                [("device", .text(score.device))]
                    + ScoredCandidate(evaluation: evaluation, score: score).record.entries.map {
                        ($0.key, $0.value)
                    })
        }
        return [
            "task": .text(preprocessing.task), "job": .text(job.name),
            "candidate": .text(evaluation.candidate),
            "architecture": .text(evaluation.architecture), "compression": .text(evaluation.compression),
            "preprocessing": .record([
                "sample_shape": .list(preprocessing.sampleShape.map(Field.integer)),
                "offsets": .list(preprocessing.offsets.map { .number(Double($0)) }),
                "scales": .list(preprocessing.scales.map { .number(Double($0)) }),
            ]),
            "labels": .list(preprocessing.labels.map(Field.text)),
            "quality": .record([
                "accuracy": .number(orUnknown: quality?.accuracy),
                "accuracy_se": .number(orUnknown: quality?.standardError),
                "test_accuracy": .number(orUnknown: quality?.testAccuracy),
                "test_accuracy_se": .number(orUnknown: quality?.testStandardError),
            ]),
            "devices": .list(devices.map(Field.record)),
            "files": .list(
                files.map {
                    .record([
                        "name": .text($0.name), "bytes": .integer($0.bytes.count),
                        "sha256": .text(SHA256.hex($0.bytes)),
                    ])
                }),
        ]
    }

    /// Writes every file, the manifest last: a folder with a manifest is whole.
    func write(to folder: String) throws {
        do {
            for file in files { try DurableFile.write(file.bytes, to: "\(folder)/\(file.name)") }
            try DurableFile.write(
                Array((Field.record(manifest).json() + "\n").utf8), to: "\(folder)/manifest.json")
        } catch {
            throw CommandError("\(folder): cannot be written: \(error)")
        }
    }

    private var readme: String {
        let shape = preprocessing.sampleShape.map(String.init).joined(separator: " × ")
        return """
            # \(job.name), candidate \(evaluation.candidate.prefix(12))

            \(preprocessing.task) of \(preprocessing.dataset) into \(preprocessing.labels.count) classes: \
            \(preprocessing.labels.joined(separator: ", ")).
            Architecture `\(evaluation.architecture)`, compression `\(evaluation.compression)`.

            Every model here reads one normalised sample of \(shape) float32 values (height × width × channels) and answers with one \
            logit a class. Normalise value i of a raw sample as (value − offsets[i mod n]) · scales[i mod n] with the numbers of \
            `manifest.json`. `test-vectors.npz` holds ten samples as `raw`, `input` (normalised) and `output` (what Swiftlet answers).

            ```python
            import numpy as np, onnxruntime as ort
            vectors = np.load("test-vectors.npz")
            session = ort.InferenceSession("model.onnx")
            name = session.get_inputs()[0].name
            answers = [session.run(None, {name: x[None]})[0] for x in vectors["input"]]
            ```

            ```python
            from ai_edge_litert.interpreter import Interpreter
            model = Interpreter("model.tflite"); model.allocate_tensors()
            model.set_tensor(model.get_input_details()[0]["index"], vectors["input"][:1]); model.invoke()
            ```

            `swiftlet verify .` checks every file against the manifest and every model against the test vectors.

            """
    }
}

extension ModelFile {
    /// The bytes of a file that belongs to the model.
    func data(at path: String) throws -> Data {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError("\(path): is missing; run the job again under a new name to make it anew")
        }
        return data
    }
}
