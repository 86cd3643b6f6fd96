public import ModelGraph

/// Which part of each weight tensor a network takes over from another one, its parent.
///
/// Tensors are matched by name. Along each axis the first elements are taken, of kernels those in the middle, so a
/// narrower network takes a corner of the parent's tensor, and a wider one has the parent's tensor as a corner of its own.
public struct SliceMap: Hashable, Sendable {
    /// The shared part of one tensor.
    struct Slice: Hashable, Sendable {
        let name: String
        /// Extents in the network, in its parent, and of what they share.
        let own, parent, shared: Shape

        /// Nil where the two cannot be matched axis by axis.
        init?(name: String, own: Shape, parent: Shape) {
            guard own.rank == parent.rank else { return nil }
            self.name = name
            self.own = own
            self.parent = parent
            shared = Shape(zip(own.dimensions, parent.dimensions).map(min))
        }
    }

    /// One for each tensor that both networks have, in the order of the network's values.
    let slices: [Slice]
    /// Elements of all tensors that training gives the network, and those taken over.
    public let elementCount, inheritedCount: Int

    /// The map between two networks, of which only names and shapes matter.
    public init(from parent: Graph, to network: Graph) {
        let parents = Dictionary(
            parent.values.filter { $0.constant?.isShareable == true }.map { ($0.name, $0.type.shape) },
            uniquingKeysWith: { first, _ in first })
        let own = network.values.filter { $0.constant?.isShareable == true }
        slices = own.compactMap { value in
            parents[value.name].flatMap { Slice(name: value.name, own: value.type.shape, parent: $0) }
        }
        elementCount = own.reduce(0) { $0 + $1.type.shape.elementCount }
        inheritedCount = slices.reduce(0) { $0 + $1.shared.elementCount }
    }

    /// One line a tensor: equal for equal maps.
    public var text: String {
        slices.map { "\($0.name) \($0.own) \($0.parent)" }.joined(separator: "\n")
    }
}
