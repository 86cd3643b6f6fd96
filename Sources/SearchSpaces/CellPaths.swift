import Foundation

/// What the paths of operations from a cell's input to its output look like.
///
/// How deep the convolutions of a cell lie, whether a path leaves its input as it is and how many pool say more of its accuracy
/// than its edges one by one (White et al.: BANANAS, 2021, describe cells by their paths). Computed node by node, so that cells
/// of any size take as many steps as they have edges.
struct CellPaths {
    /// Of the paths from the cell's input to one node.
    fileprivate struct Node {
        var count = 0.0
        /// Paths without a pooling, and paths of skips alone.
        var unpooled = 0.0, identities = 0.0
        /// Convolutions on the path that has most, and fewest; 3×3 convolutions on the path that has most.
        var deepest = 0.0, shallowest = Double.infinity, deepest3 = 0.0
        /// Convolutions summed over the paths.
        var convolutions = 0.0
    }

    private let output: Node

    init(_ cell: CellTopology, _ genotype: Genotype) {
        var nodes = [Node](repeating: Node(), count: cell.nodes)
        nodes[0] = Node(count: 1, unpooled: 1, identities: 1, shallowest: 0)
        for edge in cell.edges where nodes[edge.from].count > 0 {
            nodes[edge.into].add(nodes[edge.from], edge.operation.value(in: genotype))
        }
        output = nodes[cell.nodes - 1]
    }

    /// Seven numbers; counts that grow exponentially with a cell's size as logarithms.
    ///
    /// Zeros where no path is left.
    var features: [Double] {
        guard output.count > 0 else { return [Double](repeating: 0, count: CellPaths.featureCount) }
        return [
            log(1 + output.count), log(1 + output.count - output.unpooled), log(1 + output.convolutions),
            min(output.identities, 1), output.deepest, output.shallowest, output.deepest3,
        ]
    }

    static let featureCount = 7
}

extension CellPaths.Node {
    /// Adds the paths of an earlier node, made longer by an operation.
    fileprivate mutating func add(_ from: Self, _ operation: CellTopology.Operation) {
        var depth = (convolutions: 0.0, large: 0.0)
        switch operation {
        case .none: return
        case .skip:
            unpooled += from.unpooled
            identities += from.identities
        case .averagePool: break
        case .convolution1:
            unpooled += from.unpooled
            depth = (1, 0)
        case .convolution3:
            unpooled += from.unpooled
            depth = (1, 1)
        }
        count += from.count
        convolutions += from.convolutions + depth.convolutions * from.count
        deepest = max(deepest, from.deepest + depth.convolutions)
        shallowest = min(shallowest, from.shallowest + depth.convolutions)
        deepest3 = max(deepest3, from.deepest3 + depth.large)
    }
}
