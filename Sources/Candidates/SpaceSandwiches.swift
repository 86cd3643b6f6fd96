import Determinism
import Foundation
public import ModelGraph
public import SearchSpaces
public import Training

/// The networks of a space that each step of a super-network's training takes: the largest, one drawn evenly by its
/// multiply-accumulate operations, and a small one.
///
/// Drawing evenly over choices would crowd the middle: most combinations cost about the same.
public struct SpaceSandwiches: SandwichSource {
    private let space: SearchSpace
    private let input: NetworkInput
    private let seed: UInt64
    private let largest: Graph
    /// Logarithms of the operations of the smallest and the largest network.
    private let range: ClosedRange<Double>

    /// - Throws: `SearchSpaceError` where the space does not take this input.
    public init(_ space: SearchSpace, input: NetworkInput, seed: UInt64) throws(SearchSpaceError) {
        self.space = space
        self.input = input
        self.seed = seed
        largest = try space.graph(of: space.largest, input: input)
        let smallest = try space.graph(of: space.smallest, input: input)
        let (least, most) = (SpaceSandwiches.size(smallest), SpaceSandwiches.size(largest))
        range = min(least, most)...max(least, most)
    }

    /// The largest network, one drawn by its size, and a small one.
    public func networks(step: Int) -> [Graph] {
        [largest, drawn(step), small(step)]
    }

    /// Of some networks drawn evenly over choices, the one nearest to a size drawn evenly.
    private func drawn(_ step: Int) -> Graph {
        var random = RandomStream(seed: seed, .subnetwork, UInt64(step), 0)
        let goal = range.lowerBound + random.uniformDouble() * (range.upperBound - range.lowerBound)
        let candidates = (0..<8).compactMap { _ in network(space.sample(using: &random)) }
        return candidates.min { distance($0, goal) < distance($1, goal) } ?? largest
    }

    private func distance(_ graph: Graph, _ goal: Double) -> Double {
        abs(SpaceSandwiches.size(graph) - goal)
    }

    /// The smallest of every choice but the families of operations, which are drawn: each of them has a small network.
    private func small(_ step: Int) -> Graph {
        var random = RandomStream(seed: seed, .subnetwork, UInt64(step), 1)
        return network(space.smallest(drawingOperationsWith: &random)) ?? largest
    }

    private func network(_ genotype: Genotype) -> Graph? {
        try? space.graph(of: space.uncompressed(genotype), input: input)
    }

    private static func size(_ graph: Graph) -> Double { log(Double(max(graph.counts.macs, 1))) }
}

extension SharedWeights {
    /// The untrained weights of every network of a space.
    public init(of space: SearchSpace, input: NetworkInput, seed: UInt64) throws {
        let graphs = try space.covering.map { try space.graph(of: $0, input: input) }
        try self.init(of: graphs, seed: seed)
    }
}
