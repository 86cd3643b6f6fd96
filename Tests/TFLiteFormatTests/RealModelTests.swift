import ModelGraph
import TFLiteFormat
import Testing

/// Skipped where the models of MLPerf Tiny are not beside the repository.
@Suite(.enabled(if: RealModels.areHere))
struct RealModelTests {
    @Test("Every MLPerf Tiny model imports to a graph that verifies", arguments: RealModels.all)
    func imports(name: String) throws {
        let graph = try TFLiteModel.read(path: RealModels.path(name)).graph
        try graph.verify()
        #expect(graph.inputs.count == 1 && graph.outputs.count == 1)
    }

    @Test("Importing, exporting and importing again gives the same graph", arguments: RealModels.all)
    func survivesRoundTrip(name: String) throws {
        let model = try TFLiteModel.read(path: RealModels.path(name))
        let bytes = try TFLiteModel.write(model.graph)
        let again = try TFLiteModel.parse(bytes, file: "\(name).tflite")
        #expect(again.graph == model.graph)
    }

    @Test("A graph that rounds its activations survives the round trip, too")
    func survivesRoundTripRounding() throws {
        let path = RealModels.path("kws_ref_model_float32")
        let rounding = try TFLiteModel.read(path: path, options: TFLiteReadOptions(roundsActivations: true))
        let bytes = try TFLiteModel.write(rounding.graph)
        #expect(try TFLiteModel.parse(bytes, file: "kws_ref_model_float32.tflite").graph == rounding.graph)
        #expect(try TFLiteModel.read(path: path).graph.nodes.count < rounding.graph.nodes.count)
    }

    @Test("Export is byte for byte the same twice", arguments: RealModels.all)
    func isDeterministic(name: String) throws {
        let graph = try TFLiteModel.read(path: RealModels.path(name)).graph
        let first = try TFLiteModel.write(graph)
        #expect(try TFLiteModel.write(graph) == first)
    }
}
