/// How a graph is written as TFLite.
public struct TFLiteOptions: Hashable, Sendable {
    /// Float32 weights are stored in sixteen bits and widened when the model is loaded.
    public var storesHalfWeights: Bool
    /// A graph that begins by quantising its input and ends by dequantising its output takes and gives int8 instead.
    public var hasIntegerInterface: Bool
    /// The file's one-line description.
    public var description: String
    /// Named blobs, written in this order.
    public var metadata: [TFLiteMetadata]

    /// Options; float32 weights and float32 inputs and outputs stay as they are unless stated otherwise.
    public init(
        storesHalfWeights: Bool = false, hasIntegerInterface: Bool = false, description: String = "Swiftlet",
        metadata: [TFLiteMetadata] = []
    ) {
        self.storesHalfWeights = storesHalfWeights
        self.hasIntegerInterface = hasIntegerInterface
        self.description = description
        self.metadata = metadata
    }
}
