import ModelGraph
import Testing

@Suite("Verifying a graph")
struct VerifyTests {
    @Test("A built graph is in order")
    func acceptsBuiltGraphs() throws {
        try SampleGraphs.residual().verify()
        try SampleGraphs.mobile(known: false).verify()
    }

    @Test("Every kind of damage is refused with a reason", arguments: Damage.allCases)
    func refuses(damage: Damage) throws {
        var graph = try SampleGraphs.residual()
        damage.harm(&graph)
        #expect(throws: GraphError.self) { try graph.verify() }
    }

    enum Damage: CaseIterable {
        case noOutputs, outputMissing, inputMissing, inputTwice, readsMissing, readsLater, writesMissing,
            writesTwice
        case wrongShape, wrongType, negativeShape, hugeShape, constantMismatch, strayQuantization, badScale,
            badSparsity
        case tooFewInputs, zeroGroups

        func harm(_ graph: inout Graph) {
            let last = graph.nodes.count - 1
            let weights = graph.nodes[0].inputs[1]
            switch self {
            case .noOutputs: graph.outputs = []
            case .outputMissing: graph.outputs = [ValueID(10_000)]
            case .inputMissing: graph.inputs = [ValueID(-1)]
            case .inputTwice: graph.inputs += graph.inputs
            case .readsMissing: graph.nodes[1].inputs[0] = ValueID(graph.values.count)
            case .readsLater: graph.nodes[0].inputs[0] = graph.nodes[last].output
            case .writesMissing: graph.nodes[0].output = ValueID(-7)
            case .writesTwice: graph.nodes[1].output = graph.nodes[0].output
            case .wrongShape: graph[graph.nodes[last].output].type.shape = [1, 11]
            case .wrongType: graph[graph.nodes[last].output].type.dataType = .int8
            case .negativeShape: graph[graph.inputs[0]].type.shape = [1, -8, 8, 3]
            case .hugeShape: graph[graph.inputs[0]].type.shape = [1 << 40, 1 << 40, 8, 3]
            case .constantMismatch: graph[weights].constant = Constant(.unknown([1]))
            case .strayQuantization: graph[graph.inputs[0]].type.quantization = Quantization(scale: 1)
            case .badScale:
                graph[weights].type = ValueType(
                    [16, 3, 3, 3], .int8, quantization: Quantization(scale: .infinity))
                graph[weights].constant = Constant(.unknown([16, 3, 3, 3], .int8))
            case .badSparsity: graph[weights].constant?.sparsity = .unstructured(nonZeros: -1)
            case .tooFewInputs: graph.nodes[0].inputs.removeLast()
            case .zeroGroups: graph.nodes[0].operation = .convolution(Convolution(kernel: 3, groups: 0))
            }
        }
    }
}
