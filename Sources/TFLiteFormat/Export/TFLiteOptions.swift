public import ModelGraph

/// How a graph is written as TFLite.
public struct TFLiteOptions: Hashable, Sendable {
    /// Float32 weights are stored in sixteen bits and widened when the model is loaded.
    public var storesHalfWeights: Bool
    /// What a graph that begins by quantising its inputs to int8, or ends by dequantising its outputs, takes and gives instead of
    /// real numbers; other inputs and outputs stay as they are.
    public var interface: ModelInterface
    /// The file's one-line description.
    public var description: String
    /// Named blobs, written in this order.
    public var metadata: [TFLiteMetadata]

    /// Options; float32 weights and float32 inputs and outputs stay as they are unless stated otherwise.
    public init(
        storesHalfWeights: Bool = false, interface: ModelInterface = .float32,
        description: String = "Swiftlet",
        metadata: [TFLiteMetadata] = []
    ) {
        self.storesHalfWeights = storesHalfWeights
        self.interface = interface
        self.description = description
        self.metadata = metadata
    }
}
