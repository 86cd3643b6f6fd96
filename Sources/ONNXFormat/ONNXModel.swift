import Foundation
public import ModelGraph
import SwiftProtobuf

/// Reading and writing of ONNX models.
///
///     let model = try ONNXModel.read(path: "resnet8.onnx")
///     let bytes = try ONNXModel.write(model.graph, metadata: model.metadata)
public enum ONNXModel {
    /// The newest version of the default operator set this module was written against.
    static let newestOperatorSet = 28
    /// The oldest version it reads.
    public static let oldestOperatorSet = 7
}

/// A model as it was read: the network, and what its maker wrote beside it.
public struct ImportedModel: Sendable {
    /// Activations inside are NHWC; inputs and outputs keep the file's layout, types and names.
    public var graph: Graph
    /// The file's key/value metadata, in file order.
    public var metadata: [Metadatum]
    /// The program that wrote the file; empty where it says none.
    public var producer: String
    /// Version of the default operator set.
    public var operatorSet: Int
    /// Outputs of whose rows as many count as the data decide (NonMaxSuppression): rows that begin with −1 stand for nothing.
    public var paddedOutputs: [String] = []
}

/// One entry of a model's metadata, such as preprocessing, classes or metrics.
public struct Metadatum: Hashable, Sendable {
    public var key, value: String
    /// A metadata entry.
    public init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}

/// What may be assumed, and how much memory taken, while a model is read.
public struct ONNXReadOptions: Sendable {
    /// Upper bound for the file, its external data, its constants and each activation, checked before allocation.
    public var memoryBytes: Int
    /// Graph inputs that become constants, by name (shapes, axes or weights that the model takes as inputs).
    public var fixedInputs: [String: Tensor]
    /// Extents for inputs whose shape is symbolic, by name; an unknown first dimension is a batch of 1 without this.
    public var inputShapes: [String: Shape]
    /// Graph inputs that become constants of these numbers, in the input's own type and shape; one number fills all of it.
    public var inputValues: [String: [Double]]
    /// Shapes of the data at hand: they fill in extents that are open behind the first axis and not given above; "" stands for an
    /// only input.
    public var sampleShapes: [String: Shape]

    /// Options; 4 GiB, and no assumption about inputs, unless stated otherwise.
    public init(
        memoryBytes: Int = 4 << 30, fixedInputs: [String: Tensor] = [:], inputShapes: [String: Shape] = [:],
        inputValues: [String: [Double]] = [:], sampleShapes: [String: Shape] = [:]
    ) {
        self.memoryBytes = memoryBytes
        self.fixedInputs = fixedInputs
        self.inputShapes = inputShapes
        self.inputValues = inputValues
        self.sampleShapes = sampleShapes
    }
}

extension ONNXModel {
    /// Reads the model at `path`; tensors kept in other files are read from the model's own folder only.
    ///
    /// Throws: one sentence naming the file, the node or tensor, and what would be accepted.
    public static func read(
        path: String, options: ONNXReadOptions = ONNXReadOptions()
    ) throws(ONNXError) -> ImportedModel {
        do {
            let bytes = try FileBytes.read(path, limit: options.memoryBytes)
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            return try parse(bytes, folder: folder, options: options)
        } catch { throw ONNXError(file: path, error) }
    }

    /// Reads a model from memory; `file` is the name used in errors.
    ///
    /// External data is refused.
    public static func read(
        bytes: [UInt8], file: String, options: ONNXReadOptions = ONNXReadOptions()
    ) throws(ONNXError) -> ImportedModel {
        do { return try parse(Data(bytes), folder: nil, options: options) } catch {
            throw ONNXError(file: file, error)
        }
    }

    /// Reads a single tensor file (`.pb`), as ONNX's test data has them.
    public static func readTensor(
        path: String, options: ONNXReadOptions = ONNXReadOptions()
    ) throws(ONNXError) -> Tensor {
        do { return try parseTensor(path, options) } catch { throw ONNXError(file: path, error) }
    }

    private static func parseTensor(_ path: String, _ options: ONNXReadOptions) throws(ONNXProblem) -> Tensor
    {
        let bytes = try FileBytes.read(path, limit: options.memoryBytes)
        let proto: ProtoTensor
        do { proto = try ProtoTensor(serializedBytes: bytes, options: decoding) } catch {
            throw .file("is not an ONNX tensor, or is truncated")
        }
        var decoder = TensorDecoder(folder: nil, limit: options.memoryBytes)
        return try decoder.tensor(proto)
    }

    private static let decoding = {
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        return options
    }()

    private static func parse(
        _ bytes: Data, folder: String?, options: ONNXReadOptions
    ) throws(ONNXProblem) -> ImportedModel {
        let model = try decoded(bytes, options)
        let operatorSet = try checkedOperatorSet(model)
        var translator = Translator(
            operatorSet: operatorSet, functions: model.functions,
            decoder: TensorDecoder(folder: folder, limit: options.memoryBytes),
            options: options)
        var graph = try translator.graph(model.graph)
        let metadata = model.metadataProps.map { Metadatum($0.key, $0.value) }
        try graph.readStates(metadata)
        return ImportedModel(
            graph: graph, metadata: metadata.filter { $0.key != Graph.statesKey },
            producer: model.producerName, operatorSet: operatorSet,
            paddedOutputs: translator.paddedOutputs)
    }

    /// The file's messages, if they describe a network and fit into memory.
    static func decoded(_ bytes: Data, _ options: ONNXReadOptions) throws(ONNXProblem) -> ProtoModel {
        let estimate = WireScan.estimatedBytes(of: bytes)
        guard estimate <= options.memoryBytes else {
            throw .memory(what: "the network's description", bytes: estimate, limit: options.memoryBytes)
        }
        let model: ProtoModel
        do { model = try ProtoModel(serializedBytes: bytes, options: decoding) } catch {
            throw .file("is not an ONNX model, or is truncated")
        }
        guard model.hasGraph, !model.graph.output.isEmpty else {
            throw .file("holds no network: it is not an ONNX model, or it is truncated")
        }
        return model
    }

    private static func checkedOperatorSet(_ model: ProtoModel) throws(ONNXProblem) -> Int {
        let versions = model.opsetImport.filter { $0.domain.isEmpty || $0.domain == "ai.onnx" }.map(\.version)
        guard let version = versions.max() else {
            throw .file("names no operator set; it is not a complete ONNX model")
        }
        guard version >= oldestOperatorSet else {
            throw .file("uses operator set \(version); export it with \(oldestOperatorSet) or newer")
        }
        guard version <= newestOperatorSet else {
            throw .file(
                "uses operator set \(version), newer than \(newestOperatorSet); "
                    + "export it with opset_version=\(newestOperatorSet) or older")
        }
        return Int(version)
    }
}
