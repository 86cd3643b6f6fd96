import Engine
import ModelGraph
import TFLiteFormat
import Testing

/// One small model per operator or idiom; LiteRT's answers are stored beside them.
@Suite struct OperatorTests {
    @Test("Every operator gives what LiteRT gives", arguments: OperatorCase.all)
    func agrees(with operatorCase: OperatorCase) throws {
        let graph = try TFLiteModel.parse(operatorCase.model, file: "case.tflite").graph
        let worker = Worker(try Plan(graph))
        let outputs = worker.outputs(for: operatorCase.inputs)
        for (index, output) in graph.outputs.enumerated() {
            let agreement = Agreement(outputs[index], operatorCase.outputs[index], graph[output].type)
            #expect(agreement.apart == 0)
            #expect(agreement.largest <= 1e-4 * agreement.range)
        }
    }

    @Test(
        "Importing, exporting and importing again gives the same graph",
        arguments: OperatorCase.all.filter { !hasOffsetWeights($0) })
    func survivesRoundTrip(operatorCase: OperatorCase) throws {
        let graph = try TFLiteModel.parse(operatorCase.model, file: "case.tflite").graph
        let again = try TFLiteModel.parse(try TFLiteModel.write(graph), file: "case.tflite").graph
        #expect(again == graph)
    }

    @Test(
        "Layers whose weights have zero points are written in float32 and give the same integers",
        arguments: OperatorCase.all.filter(hasOffsetWeights))
    func writesOffsetWeights(operatorCase: OperatorCase) throws {
        let graph = try TFLiteModel.parse(operatorCase.model, file: "case.tflite").graph
        let again = try TFLiteModel.parse(try TFLiteModel.write(graph), file: "case.tflite").graph
        let worker = Worker(try Plan(again))
        #expect(
            worker.outputs(for: operatorCase.inputs)
                == Worker(try Plan(graph)).outputs(for: operatorCase.inputs))
        #expect(try TFLiteModel.parse(try TFLiteModel.write(again), file: "case.tflite").graph == again)
    }

    private static func hasOffsetWeights(_ operatorCase: OperatorCase) -> Bool {
        operatorCase.name.hasPrefix("uint8 conv") || operatorCase.name.hasPrefix("uint8 depthwise")
    }
}
