import Foundation
public import ModelGraph
import ONNXFormat
import TFLiteFormat

/// A model read from a file: ONNX, TFLite or Swiftlet's own packed form, told apart by the file's ending.
public struct LoadedModel: Sendable {
    /// The file.
    public let path: String
    /// `onnx`, `tflite` or `swiftlet`.
    public let format: String
    /// The network.
    public let graph: Graph
    /// What the file says of itself, in its order.
    public let metadata: [(key: String, value: String)]
    /// Outputs in whose rows −1 stands for nothing, since the data decide how many there are.
    public private(set) var paddedOutputs: Set<String> = []

    /// Reads a model; `memory` bounds what it may take, checked before allocation.
    ///
    /// `roundsActivations` keeps the arithmetic of TFLite files with int8 weights and float32 activations, which no training and
    /// no other format has. `inputs` says what the file leaves open.
    public init(
        path: String, memory: Int = 4 << 30, roundsActivations: Bool = false,
        inputs: InputSizes = InputSizes()
    ) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw BundleError("\(path): there is no such file")
        }
        self.path = path
        switch URL(filePath: path).pathExtension.lowercased() {
        case "onnx":
            let model = try ONNXModel.read(path: path, options: ONNXReadOptions(memoryBytes: memory, inputs))
            (format, graph) = ("onnx", model.graph)
            paddedOutputs = Set(model.paddedOutputs)
            metadata = model.metadata.map { ($0.key, $0.value) }
        case "tflite":
            guard inputs.values.isEmpty else {
                throw BundleError(
                    "--input-value: inputs of TFLite files cannot be fixed, only those of ONNX files")
            }
            let options = TFLiteReadOptions(
                roundsActivations: roundsActivations, inputShapes: inputs.shapes)
            let model = try TFLiteModel.read(path: path, options: options)
            (format, graph) = ("tflite", model.graph)
            metadata = model.metadata.map { ($0.name, String(decoding: $0.value, as: UTF8.self)) }
        case "swiftlet":
            guard let data = FileManager.default.contents(atPath: path) else {
                throw BundleError("\(path): cannot be read")
            }
            guard inputs.isEmpty else {
                throw BundleError("--input-shape: a .swiftlet file leaves nothing open")
            }
            (format, graph, metadata) = ("swiftlet", try Graph(decoding: [UInt8](data), file: path), [])
        case let ending:
            throw BundleError(
                "\(path): expected a model ending in .onnx, .tflite or .swiftlet, got '.\(ending)'")
        }
    }
}
