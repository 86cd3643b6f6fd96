import Determinism
import Engine
import ModelGraph
import Testing

/// Operations that training and TFLite read as several simpler ones.
@Suite("Operations written out compute what they stand for")
struct PartsTests {
    struct Example: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let input: Shape
        let operation: Operation
        let constants: [Shape]
    }

    static let examples: [Example] = {
        let around = EdgePadding(top: 1, bottom: 0, left: 1, right: 2)
        var examples = [
            Example(
                testDescription: "layer normalisation", input: [2, 3, 4],
                operation: .layerNormalization(LayerNormalization(axes: [1, 2], epsilon: 1e-3)),
                constants: [[4], [3, 4]]),
            Example(
                testDescription: "transposed convolution", input: [2, 3, 4, 6],
                operation: .transposedConvolution(
                    TransposedConvolution(
                        kernel: Extent(3, 2), stride: Extent(2, 3), dilation: Extent(1, 2), padding: around,
                        added: Extent(1, 0), groups: 2)),
                constants: [[4, 3, 2, 3], [4]]),
            Example(
                testDescription: "transposed convolution that cuts", input: [1, 4, 4, 2],
                operation: .transposedConvolution(
                    TransposedConvolution(kernel: 1, stride: 2, padding: around)), constants: [[3, 1, 1, 2]]),
        ]
        let cells: [(String, Recurrence, [Shape])] = [
            ("lstm with peepholes", Recurrence(.lstm), [[1, 2], [1, 2], [6]]),
            ("clipped lstm", Recurrence(.lstm, isReversed: true, cellClip: 0.3), [[3, 2], [3, 2]]),
            ("lstm with cells", Recurrence(.lstm, returnsCell: true), [[1, 2], [1, 2]]),
            ("gru", Recurrence(.gru(resetsAfterProduct: false)), [[1, 2]]),
            (
                "gru that resets afterwards", Recurrence(.gru(resetsAfterProduct: true), isReversed: true),
                [[3, 2]]
            ),
            ("plain recurrence", Recurrence(.plain(.tanh)), [[1, 2]]),
        ]
        for (name, recurrence, states) in cells {
            let gates = recurrence.gates * 2
            examples.append(
                Example(
                    testDescription: name, input: [5, 3, 4], operation: .recurrence(recurrence),
                    constants: [[gates, 4], [gates, 2], [2 * gates]] + states))
        }
        return examples
    }()

    @Test("the same numbers", arguments: examples)
    func agrees(_ example: Example) throws {
        var random = RandomStream(seed: 3, .calibration)
        func numbers(_ shape: Shape) -> [Float] {
            (0..<shape.elementCount).map { _ in random.uniform() * 2 - 1 }
        }
        var builder = GraphBuilder(name: "parts")
        var inputs = [builder.input("x", ValueType(example.input))]
        for (index, shape) in example.constants.enumerated() {
            inputs.append(builder.constant("c\(index)", Tensor(shape, numbers(shape))))
        }
        let graph = try builder.graph(ending: example.operation, to: inputs)
        let parts = try graph.inParts()
        #expect(!parts.nodes.contains { $0.operation == example.operation })
        let sample = numbers(example.input)
        // The interpreter multiplies by whatever weights are computed; the engine wants constants.
        let whole = try output(graph, sample), written = NaiveInterpreter.run(parts, [sample])[0]
        #expect(whole.count == written.count)
        #expect(zip(whole, written).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    private func output(_ graph: Graph, _ sample: [Float]) throws -> [Float] {
        let worker = Worker(try Plan(graph))
        worker.setInput(0, floats: sample.span)
        worker.run()
        return worker.output(0)
    }

    @Test("A look-up of constant places is written as slices")
    func picksPlaces() throws {
        var builder = GraphBuilder(name: "places")
        let x = builder.input("x", ValueType([1, 3]))
        let places = builder.constant("places", Tensor([4], .int64([2, 0, -1, 2])))
        let graph = try builder.graph(ending: .gather(axis: 1), to: [x, places]).inParts()
        #expect(try output(graph, [5, 6, 7]) == [7, 5, 7, 7])
    }
}
