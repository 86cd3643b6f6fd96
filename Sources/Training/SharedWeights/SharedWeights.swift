import Determinism
public import ModelGraph

/// The weights that all networks of a super-network share: one tensor a name, as large as the largest network that has it.
///
/// A network takes the part of each tensor that it has room for (see `TensorView`), so that what one network learns the
/// others have too (Cai and others 2020, Yu and others 2020).
public struct SharedWeights: Hashable, Sendable {
    /// One shared tensor.
    public struct Entry: Hashable, Sendable {
        /// Name of the constant in the largest network.
        public let name: String
        /// Its extents there; smaller networks read a corner of it.
        public let shape: Shape
        /// Where its elements begin in `values`, row-major.
        public let offset: Int
        var count: Int { shape.elementCount }
    }

    /// By name.
    public let entries: [Entry]
    /// The elements of all tensors, each stretch on a border of 16 floats.
    public internal(set) var values: [Float]
    private let places: [String: Int]

    /// The union of the constants of some networks, initialised as the largest networks would be.
    ///
    /// Constants of one name must have one rank; each axis is as long as the longest. Constants with values that the
    /// networks fix (such as the zero of an erased branch) are not shared.
    /// - Parameter networks: together they must hold every tensor of the super-network at its largest.
    /// - Throws: `TrainingError.unsupported` where constants of one name differ in rank.
    public init(of networks: [Graph], seed: UInt64) throws(TrainingError) {
        var shapes: [String: Shape] = [:]
        for network in networks {
            for value in network.values {
                guard let constant = value.constant, constant.isShareable else { continue }
                shapes[value.name] = try SharedWeights.union(
                    shapes[value.name], constant.tensor.shape, name: value.name)
            }
        }
        var entries: [Entry] = []
        var offset = 0
        for name in shapes.keys.sorted() {
            guard let shape = shapes[name] else { continue }
            entries.append(Entry(name: name, shape: shape, offset: offset))
            offset += (shape.elementCount + 15) / 16 * 16
        }
        self.entries = entries
        places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
        values = [Float](repeating: 0, count: offset)
        for network in networks { fill(from: network.initialized(seed: seed)) }
    }

    private static func union(_ known: Shape?, _ shape: Shape, name: String) throws(TrainingError) -> Shape {
        guard let known else { return shape }
        guard known.rank == shape.rank else {
            throw .unsupported(
                node: name, detail: "has rank \(known.rank) in one network and \(shape.rank) in another")
        }
        return Shape(zip(known.dimensions, shape.dimensions).map(max))
    }

    /// Takes over the constants of one network where it has them at their largest.
    private mutating func fill(from network: Graph) {
        for value in network.values {
            guard let constant = value.constant, let place = places[value.name],
                constant.tensor.shape == entries[place].shape, let floats = constant.tensor.floats
            else { continue }
            values.replaceSubrange(entries[place].offset..<entries[place].offset + floats.count, with: floats)
        }
    }

    /// The tensor of a name; nil where the super-network has none.
    public func entry(_ name: String) -> Entry? { places[name].map { entries[$0] } }

    /// Where a tensor stands in `entries`.
    func place(of name: String) -> Int? { places[name] }

    /// SHA-256 of names, shapes and values: what a network inherits follows from it.
    public var contentHash: String {
        var hash = SHA256()
        for entry in entries {
            hash.update("\(entry.name) \(entry.shape.dimensions)\n".utf8)
        }
        values.withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }

    /// The network with the parts of the shared tensors that it has room for as its constants.
    ///
    /// - Throws: `TrainingError.unsupported` where the super-network lacks a tensor or has a smaller one.
    public func inherited(by network: Graph) throws(TrainingError) -> Graph {
        var result = network
        for index in network.values.indices {
            guard let constant = network.values[index].constant, constant.isShareable else { continue }
            let view = try view(of: constant.tensor.shape, named: network.values[index].name)
            result.values[index].constant = Constant(
                Tensor(constant.tensor.shape, view.gather(from: values)), sparsity: constant.sparsity)
        }
        return result
    }

    /// The same tensors with the values of a training's state.
    ///
    /// - Throws: `TrainingError.state` where the state is of another super-network.
    public func replacingValues(with state: SuperState) throws(TrainingError) -> SharedWeights {
        guard state.weights.count == values.count else { throw .state("it belongs to another super-network") }
        var weights = self
        weights.values = state.weights
        return weights
    }

    /// Where a constant of a network lies in the shared memory.
    func view(of shape: Shape, named name: String) throws(TrainingError) -> TensorView {
        guard let entry = entry(name) else {
            throw .unsupported(node: name, detail: "the super-network has no tensor of this name")
        }
        guard let view = TensorView(of: shape, in: entry.shape, at: entry.offset) else {
            throw .unsupported(
                node: name, detail: "shape \(shape) does not fit into the super-network's \(entry.shape)")
        }
        return view
    }
}

extension Constant {
    /// Whether networks may share it: a float32 constant that training gives its values.
    var isShareable: Bool {
        if case .repeated = tensor.storage { return false }
        return tensor.dataType == .float32
    }
}
