public import ModelGraph
import SwiftProtobuf

/// How a graph is written.
public struct ONNXWriteOptions: Sendable {
    /// Stores float32 weights as float16; arithmetic stays float32.
    public var storesWeightsAsFloat16: Bool
    /// Named in the file as its producer.
    public var producer: String
    /// Version of the producer, free text.
    public var producerVersion: String

    /// Options; float32 weights stay as they are unless stated otherwise.
    public init(
        storesWeightsAsFloat16: Bool = false, producer: String = "swiftlet", producerVersion: String = ""
    ) {
        self.storesWeightsAsFloat16 = storesWeightsAsFloat16
        self.producer = producer
        self.producerVersion = producerVersion
    }
}

extension ONNXModel {
    /// The graph as the bytes of an ONNX file, the same bytes every time.
    ///
    /// Inputs and outputs keep the graph's layout, types and names. Inside, images are N, C, H, W as ONNX wants them, with transposes
    /// at the border only. int8 values are written as QuantizeLinear/DequantizeLinear pairs around real operations, which ONNX
    /// Runtime and OpenVINO turn into their int8 kernels. Pruned channels are gone; zeros of unstructured pruning
    /// stay zeros, since ONNX runtimes store weights densely.
    /// States are inputs and outputs of the file; the metadata say which belong together.
    /// - Throws: where an operation or a value has no ONNX form (training operations, binary or unknown weights).
    public static func write(
        _ graph: Graph, metadata: [Metadatum] = [], options: ONNXWriteOptions = ONNXWriteOptions()
    ) throws(ONNXProblem) -> [UInt8] {
        do { try graph.verify() } catch { throw .model("the graph is not valid: \(error)") }
        var exporter = Exporter(graph, storesWeightsAsFloat16: options.storesWeightsAsFloat16)
        var model = ProtoModel()
        model.graph = try exporter.exported()
        model.irVersion = 9
        model.producerName = options.producer
        model.producerVersion = options.producerVersion
        var operatorSet = ProtoOperatorSetId()
        operatorSet.version = Int64(exporter.operatorSet)
        model.opsetImport = [operatorSet]
        model.metadataProps = (metadata + [graph.statesEntry].compactMap(\.self)).map { entry in
            var property = ProtoStringStringEntry()
            (property.key, property.value) = (entry.key, entry.value)
            return property
        }
        do { return try model.serializedBytes() } catch {
            throw .model("is larger than the 2 GiB that one ONNX file can hold")
        }
    }
}
