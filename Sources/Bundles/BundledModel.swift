public import ModelGraph

/// A built network with what a bundle needs beside it.
public struct BundledModel: Sendable {
    /// The network with its weights.
    public let graph: Graph
    /// How raw samples become its input, and what its outputs mean.
    public let preprocessing: Preprocessing
    /// An npz archive of raw samples, inputs and outputs.
    public let vectors: [UInt8]

    /// A network and what belongs to it.
    public init(graph: Graph, preprocessing: Preprocessing, vectors: [UInt8]) {
        self.graph = graph
        self.preprocessing = preprocessing
        self.vectors = vectors
    }
}
