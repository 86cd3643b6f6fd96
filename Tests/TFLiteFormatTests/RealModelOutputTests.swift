import Engine
import ModelGraph
import TFLiteFormat
import Testing

/// Compares with LiteRT's answers in `Tests/Goldens/TFLite/models.pack`; skipped where the models are absent.
@Suite(.enabled(if: RealModels.areHere))
struct RealModelOutputTests {
    @Test("MLPerf Tiny's models answer as LiteRT does", arguments: RealModels.all)
    func agrees(name: String) throws {
        let golden = try Golden(name)
        // LiteRT rounds the activations of kws_ref_model_float32 to eight bits, because its weights are integers.
        let options = TFLiteReadOptions(roundsActivations: true)
        let graph = try TFLiteModel.read(path: RealModels.path(name), options: options).graph
        let (input, output) = (graph[graph.inputs[0]].type, graph[graph.outputs[0]].type)
        let worker = Worker(try Plan(graph))
        var outputs: [UInt8] = []
        for sample in 0..<golden.samples {
            outputs += worker.outputs(for: [Golden.input(sample, of: input)])[0]
        }
        let agreement = Agreement(outputs, golden.outputs, output)
        #expect(Double(agreement.apart) <= 0.001 * Double(agreement.count))
        #expect(agreement.largest <= 1e-4 * agreement.range)
    }
}

/// What LiteRT answers on inputs made by a formula.
struct Golden {
    let samples: Int
    let outputs: [UInt8]

    init(_ wanted: String) throws {
        var pack = try Pack("models.pack")
        while !pack.isAtEnd {
            let (name, samples, outputs) = (pack.text(), Int(pack.text()), pack.blob())
            guard name == wanted, let samples else { continue }
            (self.samples, self.outputs) = (samples, outputs)
            return
        }
        throw Missing()
    }

    struct Missing: Error {}

    /// Element i is the SplitMix64 of sample · 2³² + i: its top byte, or its top 24 bits as a number in [−1, 1).
    static func input(_ sample: Int, of type: ValueType) -> [UInt8] {
        let hashes = (0..<type.shape.elementCount).map { hash(UInt64(sample) << 32 + UInt64($0)) }
        if type.dataType == .int8 { return hashes.map { UInt8($0 >> 56) } }
        return hashes.map { Float($0 >> 40) / Float(1 << 23) - 1 }.bytes
    }

    private static func hash(_ seed: UInt64) -> UInt64 {
        var z = seed &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
