import Foundation
import SwiftProtobuf

/// What an ONNX file says it holds, without making a graph of it: for lists, and for models that cannot be imported.
public struct ONNXContents: Hashable, Sendable {
    /// An input or output as the file declares it.
    public struct Port: Hashable, Sendable {
        /// Its name in the file.
        public let name: String
        /// The format's name for the element type (`float32`, `uint8`, `string`, …); nil where it is no tensor.
        public let elementType: String?
    }
    /// Version of the default operator set; 0 where none is named.
    public let operatorSet: Int
    /// The program that wrote the file; empty where it says none.
    public let producer: String
    /// Inputs without those that have a stored value.
    public let inputs: [Port]
    /// Outputs of the main graph, in file order.
    public let outputs: [Port]
    /// The operator types in the order of the nodes.
    public let operators: [String]
}

extension ONNXModel {
    /// Reads names and types only.
    public static func contents(
        path: String, options: ONNXReadOptions = ONNXReadOptions()
    ) throws(ONNXError) -> ONNXContents {
        do { return try contents(of: try FileBytes.read(path, limit: options.memoryBytes), options) } catch {
            throw ONNXError(file: path, error)
        }
    }

    private static func contents(of bytes: Data, _ options: ONNXReadOptions) throws(ONNXProblem)
        -> ONNXContents
    {
        let model = try decoded(bytes, options)
        let stored = Set(model.graph.initializer.map(\.name))
        func ports(_ values: [ProtoValueInfo]) -> [ONNXContents.Port] {
            values.map { value in
                guard case .tensorType(let tensor)? = value.type.value else {
                    return ONNXContents.Port(name: value.name, elementType: nil)
                }
                return ONNXContents.Port(
                    name: value.name, elementType: ElementType(rawValue: tensor.elemType).map { "\($0)" })
            }
        }
        let version = model.opsetImport.filter { $0.domain.isEmpty || $0.domain == "ai.onnx" }.map(\.version)
            .max()
        return ONNXContents(
            operatorSet: Int(version ?? 0), producer: model.producerName,
            inputs: ports(model.graph.input.filter { !stored.contains($0.name) }),
            outputs: ports(model.graph.output),
            operators: model.graph.node.map(\.opType))
    }
}
