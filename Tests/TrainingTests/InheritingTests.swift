import Determinism
import ModelGraph
import Testing
import Training

@Suite("Weights taken over from a parent")
struct InheritingTests {
    /// A convolution with a normalisation, and a dense layer.
    private func network(width: Int, kernel: Int, blocks: Int = 0) throws -> Graph {
        var builder = GraphBuilder(name: "network")
        var value = builder.input("image", ValueType([1, 4, 4, 2]))
        func layer(_ name: String, _ input: ValueID, kernel: Int) throws -> ValueID {
            let channels = builder.shape(of: input)[3]
            let edge = kernel / 2
            let sum = try builder.apply(
                .convolution(
                    Convolution(
                        kernel: Extent(kernel, kernel),
                        padding: EdgePadding(top: edge, bottom: edge, left: edge, right: edge))),
                to: [
                    input, builder.constant("\(name).weight", .unknown([width, kernel, kernel, channels])),
                ],
                name: name)
            let numbers = ["scale", "offset", "mean", "variance"].map {
                builder.constant("\(name).\($0)", .unknown([width]))
            }
            return try builder.apply(
                .batchNormalization(epsilon: 1e-3), to: [sum] + numbers, name: "\(name).norm")
        }
        value = try layer("stem", value, kernel: kernel)
        for block in 0..<blocks {
            let body = try layer("block\(block)", value, kernel: 3)
            value = try builder.apply(.binary(.add), to: [value, body], name: "add\(block)")
        }
        value = try builder.apply(.globalPool(.average), to: [value], name: "pool")
        value = try builder.apply(.reshape([0, width]), to: [value], name: "flatten")
        let logits = try builder.apply(
            .dense,
            to: [
                value, builder.constant("logits.weight", .unknown([3, width])),
                builder.constant("logits.bias", .unknown([3])),
            ], name: "logits")
        return builder.graph(outputs: [logits])
    }

    private func constant(_ name: String, of graph: Graph) -> Tensor? {
        graph.values.first { $0.name == name }?.constant?.tensor
    }

    @Test("A narrower network has the first channels, and the middle of a kernel")
    func narrower() throws {
        let parent = try network(width: 6, kernel: 3).initialized(seed: 1)
        let child = try network(width: 4, kernel: 1).initialized(seed: 2).inheriting(from: parent)
        let (whole, part) = (constant("stem.weight", of: parent), constant("stem.weight", of: child))
        let middle = try #require(whole?.floats)
        let expected = (0..<4).flatMap { channel in (0..<2).map { middle[(channel * 9 + 4) * 2 + $0] } }
        #expect(part?.floats == expected)
        #expect(
            constant("logits.weight", of: child)
                == constant("logits.weight", of: parent)?.selecting(Array(0..<4), axis: 1))
    }

    @Test("A wider and deeper network with larger kernels first computes what its parent computes")
    func wider() throws {
        let parent = try network(width: 4, kernel: 1, blocks: 1).initialized(seed: 1)
        let child = try network(width: 7, kernel: 3, blocks: 2).initialized(seed: 2).inheriting(from: parent)
        // Known rows: the parent's weight in the middle, zeros on the rim.
        let (own, inherited) = (constant("stem.weight", of: child), constant("stem.weight", of: parent))
        let (values, known) = (try #require(own?.floats), try #require(inherited?.floats))
        for channel in 0..<4 {
            for place in 0..<9 {
                for input in 0..<2 {
                    let expected = place == 4 ? known[channel * 2 + input] : 0
                    #expect(values[(channel * 9 + place) * 2 + input] == expected)
                }
            }
        }
        // What known channels read from new ones is zero; new channels are not.
        let block = try #require(constant("block0.weight", of: child)?.floats)
        #expect((0..<9).allSatisfy { place in (4..<7).allSatisfy { block[place * 7 + $0] == 0 } })
        #expect((6 * 63..<7 * 63).contains { block[$0] != 0 })
        let logits = try #require(constant("logits.weight", of: child)?.floats)
        #expect((0..<3).allSatisfy { row in (4..<7).allSatisfy { logits[row * 7 + $0] == 0 } })
        // The new branch is closed, the known one is not.
        #expect(constant("block1.scale", of: child)?.floats == [Float](repeating: 0, count: 7))
        #expect(constant("block0.scale", of: child)?.floats == [Float](repeating: 1, count: 7))
    }

    @Test("The map says what is taken over")
    func map() throws {
        let (parent, child) = (try network(width: 4, kernel: 3), try network(width: 6, kernel: 3))
        let map = SliceMap(from: parent, to: child)
        #expect(map.inheritedCount == 4 * 18 + 4 * 4 + 3 * 4 + 3)
        #expect(map.elementCount == 6 * 18 + 4 * 6 + 3 * 6 + 3)
        #expect(map.text != SliceMap(from: child, to: parent).text)
    }
}
