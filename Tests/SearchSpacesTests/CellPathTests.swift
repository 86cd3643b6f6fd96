import Determinism
import Foundation
import SearchSpaces
import Testing

@Suite("Paths through a cell")
struct CellPathTests {
    /// The operations on every path from input to output, found one by one from the text of the architecture.
    private func paths(_ architecture: String) -> [[String]] {
        let groups = architecture.split(separator: "+").map { group in
            group.split(separator: "|").map { String($0.split(separator: "~")[0]) }
        }
        func paths(to node: Int) -> [[String]] {
            guard node > 0 else { return [[]] }
            return groups[node - 1].enumerated().flatMap { from, operation in
                operation == "none" ? [] : paths(to: from).map { $0 + [operation] }
            }
        }
        return paths(to: groups.count)
    }

    @Test("Their features are those of the paths walked one by one", arguments: [3, 4, 6])
    func enumerated(nodes: Int) throws {
        let space = try SearchSpace(
            parsing: """
                version: 1
                name: cells
                input: {height: 32, width: 32, channels: 3, outputs: 10}
                cell:
                  nodes: \(nodes)
                  operations: [none, skip_connect, avg_pool_3x3, nor_conv_1x1, nor_conv_3x3]
                  stages: [{width: 16, cells: 1}]
                """, file: "cells.yaml")
        var random = RandomStream(seed: 1, .proposal)
        for _ in 0..<200 {
            let genotype = space.sample(using: &random)
            let walked = paths(space.architecture(of: genotype))
            let convolutions = walked.map { Double($0.count { $0.hasPrefix("nor_conv") }) }
            let pooled = walked.count { $0.contains("avg_pool_3x3") }
            let expected =
                walked.isEmpty
                ? [Double](repeating: 0, count: 7)
                : [
                    log(1 + Double(walked.count)), log(1 + Double(pooled)),
                    log(1 + convolutions.reduce(0, +)),
                    walked.contains { $0.allSatisfy { $0 == "skip_connect" } } ? 1 : 0,
                    convolutions.max() ?? 0, convolutions.min() ?? 0,
                    walked.map { Double($0.count { $0 == "nor_conv_3x3" }) }.max() ?? 0,
                ]
            let found = try #require(space.pathFeatures(of: genotype))
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 })
        }
    }

    @Test("Spaces without cells have none")
    func others() throws {
        let space = try shippedSpace("tiny-image")
        #expect(space.pathFeatures(of: space.largest) == nil)
    }
}
