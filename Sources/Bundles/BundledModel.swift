public import ModelGraph

/// A built network with what a bundle needs beside it.
public struct BundledModel: Sendable {
    public let graph: Graph
    public let preprocessing: Preprocessing
    /// An npz archive of raw samples, inputs and outputs.
    public let vectors: [UInt8]

    public init(graph: Graph, preprocessing: Preprocessing, vectors: [UInt8]) {
        self.graph = graph
        self.preprocessing = preprocessing
        self.vectors = vectors
    }
}
