import ModelGraph
import Testing

@Suite("Rewriting to integers")
struct QuantizationTests {
    /// A prepared network and its integer form, all ranges [−1, 3].
    private func quantized(_ graph: Graph) throws -> Graph {
        try graph.prepared(for: Assignment(.int8)).quantized { _ in -1...3 }
    }

    @Test("Real and unknown weights give the same types")
    func sameTypes() throws {
        let known = try quantized(SampleGraphs.mobile())
        let unknown = try SampleGraphs.mobile(known: false).compressed(by: Compression(parsing: "int8"))
        try known.verify()
        #expect(known.nodes.map(\.name) == unknown.nodes.map(\.name))
        #expect(known.values.map(\.type.shape) == unknown.values.map(\.type.shape))
        #expect(known.values.map(\.type.dataType) == unknown.values.map(\.type.dataType))
        #expect(
            known.values.map { $0.type.quantization?.scales.count }
                == unknown.values.map { $0.type.quantization?.scales.count })
    }

    @Test("A layer takes the scale of the ReLU behind it")
    func fusesRelu() throws {
        let graph = try SampleGraphs.residual().prepared(for: Assignment(.int8))
        let relu = try graph.node(named: "stem.relu")
        let small = try graph.quantized { $0 == relu.output ? 0...6 : -3...9 }
        let scale = small[try small.node(named: "stem").output].type.quantization
        #expect(scale == Quantization(covering: 0...6))
        #expect(small[try small.node(named: "stem.relu").output].type.quantization == scale)
    }

    @Test("Sigmoid and softmax have the scale 1/256, tanh 1/128")
    func ownScales() throws {
        let small = try quantized(SampleGraphs.mobile())
        #expect(small[try small.node(named: "gate.sigmoid").output].type.quantization == .unitInterval)
    }

    @Test("Pooling and reshaping keep a scale, and concatenation shares one")
    func sharedScales() throws {
        let small = try quantized(SampleGraphs.mobile())
        func scale(_ name: String) throws -> Quantization? {
            small[try small.node(named: name).output].type.quantization
        }
        #expect(try scale("joined") == scale("flat"))
        #expect(try scale("joined") == scale("side.silu"))
    }

    @Test("Operations without an int8 form run between dequantise and quantise")
    func fallback() throws {
        var network = NetworkBuilder()
        let input = network.builder.input("x", ValueType([1, 4, 4, 2]))
        let first = try network.convolution(input, to: 4, kernel: 3, name: "first")
        let root = try network.builder.apply(.unary(.squareRoot), to: [first], name: "root")
        let second = try network.convolution(root, to: 4, kernel: 3, name: "second")
        let small = try quantized(network.builder.graph(outputs: [second]))
        try small.verify()
        #expect(
            small.nodes.map(\.operation.name) == [
                "quantize", "convolution", "dequantize", "squareRoot", "quantize",
                "convolution", "dequantize",
            ])
    }

    @Test("A normalisation that cannot be folded becomes a depthwise convolution")
    func loneNormalization() throws {
        var network = NetworkBuilder()
        let input = network.builder.input("x", ValueType([1, 4, 4, 2]))
        let normal = try network.normalization(input, name: "norm")
        let small = try quantized(network.builder.graph(outputs: [normal]))
        try small.verify()
        #expect(small.nodes.map(\.operation.name) == ["quantize", "grouped_convolution", "dequantize"])
    }

    @Test("Weights and biases are rounded per channel; an empty channel has scale 1")
    func weights() throws {
        var builder = GraphBuilder(name: "dense")
        let input = builder.input("x", ValueType([1, 2]))
        let weights = builder.constant("w", Tensor([3, 2], [1, -0.5, 0, 0, 127, 2.5]))
        let bias = builder.constant("b", Tensor([3], [1, 0, 2]))
        let output = try builder.apply(.dense, to: [input, weights, bias], name: "dense")
        let small = try builder.graph(outputs: [output]).quantized { _ in -1...1.55 }
        let node = try small.node(named: "dense")
        #expect(small[node.inputs[1]].constant?.tensor.storage == .int8([127, -64, 0, 0, 127, 2]))
        #expect(small[node.inputs[1]].type.quantization?.scales == [Float(1) / 127, 1, 1])
        #expect(small[node.inputs[2]].constant?.tensor.storage == .int32([12700, 0, 200]))
    }

    @Test("A bias much larger than its weights widens the scale instead of overflowing")
    func largeBias() throws {
        var builder = GraphBuilder(name: "dense")
        let input = builder.input("x", ValueType([1, 1]))
        let weights = builder.constant("w", Tensor([1, 1], [1e-12]))
        let bias = builder.constant("b", Tensor([1], [1000]))
        let output = try builder.apply(.dense, to: [input, weights, bias], name: "dense")
        let small = try builder.graph(outputs: [output]).quantized { _ in 0...1 }
        let node = try small.node(named: "dense")
        #expect(small[node.inputs[2]].constant?.tensor.storage == .int32([1 << 30]))
    }

    @Test("Weights that are not finite, and ranges that are not, are refused with the layer's name")
    func refusesNonFinite() throws {
        var builder = GraphBuilder(name: "dense")
        let input = builder.input("x", ValueType([1, 1]))
        let weights = builder.constant("w", Tensor([1, 1], [.nan]))
        let output = try builder.apply(.dense, to: [input, weights], name: "bad")
        let graph = builder.graph(outputs: [output])
        let error = #expect(throws: GraphError.self) { try graph.quantized { _ in 0...1 } }
        #expect(error?.description.contains("bad") == true)
        #expect(throws: GraphError.self) { try graph.quantized { _ in 0...(.infinity) } }
    }

    @Test("A layer whose sums could leave 32 bits stays real")
    func veryWide() throws {
        var builder = GraphBuilder(name: "wide")
        let input = builder.input("x", ValueType([1, 100_000]))
        let weights = builder.constant("w", .unknown([4, 100_000]))
        let output = try builder.apply(.dense, to: [input, weights], name: "wide")
        let small = try builder.graph(outputs: [output]).compressed(by: Compression(parsing: "int8"))
        #expect(small.nodes.map(\.operation) == [.dense])
    }

    @Test("Halves round to nearest even")
    func halves() {
        #expect(Float(1.00390625).bfloat16Bits == 0x3F80)
        #expect(Float(1.01171875).bfloat16Bits == 0x3F82)
        #expect(Float.nan.bfloat16Bits == 0x7FC0)
        #expect(Float.greatestFiniteMagnitude.bfloat16Bits == 0x7F80)
    }
}
