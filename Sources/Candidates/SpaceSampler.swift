import Determinism
import Foundation
public import ModelGraph
public import SearchSpaces
public import Training

/// The networks of a space that each step of a super-network's training takes.
///
/// Operations take turns, so that each is trained equally often whatever the others are; everything else stands in the
/// middle at first and is later drawn, evenly by the logarithm of multiply-accumulate operations. Drawing evenly over choices would crowd the middle: most
/// combinations cost about the same.
public struct SpaceSampler: NetworkSampler {
    /// Networks a step: with few, what one network does to the weights of the others is not averaged out.
    public static let networksPerStep = 12

    private let space: SearchSpace
    private let input: NetworkInput
    /// Of the whole training.
    private let steps: Int
    private let seed: UInt64
    private let largest: Graph
    /// The dimensions that choose among families of operations.
    private let families: [Int]
    /// Logarithms of the operations of the smallest and the largest network.
    private let range: ClosedRange<Double>

    /// - Parameter steps: of the whole training.
    /// - Throws: `SearchSpaceError` where the space does not take this input.
    public init(
        _ space: SearchSpace, input: NetworkInput, steps: Int, seed: UInt64
    ) throws(SearchSpaceError) {
        self.steps = steps
        self.space = space
        self.input = input
        self.seed = seed
        families = space.operationDimensions
        largest = try space.graph(of: space.largest, input: input)
        let smallest = try space.graph(of: space.smallest, input: input)
        let (least, most) = (SpaceSampler.size(smallest), SpaceSampler.size(largest))
        range = min(least, most)...max(least, most)
    }

    /// Twelve networks with operations in turn.
    public func networks(step: Int) -> [Graph] {
        (0..<SpaceSampler.networksPerStep).map { drawn(step * SpaceSampler.networksPerStep + $0) }
    }

    /// Of some networks with the operations whose turn it is, the one nearest to a size drawn evenly.
    private func drawn(_ index: Int) -> Graph {
        let turn = operations(of: index)
        var random = RandomStream(seed: seed, .subnetwork, UInt64(index), 0)
        let goal = range.lowerBound + random.uniformDouble() * (range.upperBound - range.lowerBound)
        let freedom = freedom(at: index / SpaceSampler.networksPerStep)
        let candidates = (0..<4).compactMap { _ in
            network(space.point(with: turn, freedom: freedom, drawnBy: &random))
        }
        return candidates.min { distance($0, goal) < distance($1, goal) } ?? largest
    }

    /// How likely a choice is drawn: never in the first seventh of the training, always in the last third.
    ///
    /// Networks of all shapes at once hinder each other from the beginning; after some have learned, others join them
    /// easily, as in the progressive shrinking of Cai and others 2020.
    private func freedom(at step: Int) -> Double {
        let (begin, end) = (0.15, 0.67)
        return min(max((Double(step) / Double(steps) - begin) / (end - begin), 0), 1)
    }

    /// The options of the families: every option once in as many networks as a family has options, in an order of its own
    /// for each family and turn.
    private func operations(of index: Int) -> [(dimension: Int, option: Int)] {
        families.map { dimension in
            let count = space.dimensions[dimension].options.count
            var random = RandomStream(
                seed: seed, .subnetwork, UInt64(index / count), UInt64(dimension + 1))
            return (dimension, random.permutation(count)[index % count])
        }
    }

    private func distance(_ graph: Graph, _ goal: Double) -> Double { abs(SpaceSampler.size(graph) - goal) }

    private func network(_ genotype: Genotype) -> Graph? {
        try? space.graph(of: genotype, input: input)
    }

    private static func size(_ graph: Graph) -> Double { log(Double(max(graph.counts.macs, 1))) }
}
