import ModelGraph
import Testing

@Suite("Operations that exporters write out")
struct WrittenOutTests {
    /// x, and numbers beside it.
    private struct Writer {
        var builder = GraphBuilder(name: "written out")
        let x: ValueID

        init(_ shape: Shape = [1, 4, 4, 8]) { x = builder.input("x", ValueType(shape)) }

        mutating func number(_ value: Float) -> ValueID { builder.constant("n", Tensor([1], [value])) }

        mutating func binary(_ operation: BinaryOperation, _ a: ValueID, _ b: ValueID) throws -> ValueID {
            try builder.apply(.binary(operation), to: [a, b])
        }

        mutating func activation(_ activation: Activation, _ a: ValueID) throws -> ValueID {
            try builder.apply(.activation(activation), to: [a])
        }
    }

    private func onlyOperation(_ writer: Writer, _ output: ValueID) throws -> Operation? {
        let graph = writer.builder.graph(outputs: [output]).joiningActivations()
        try graph.verify()
        return graph.nodes.count == 1 ? graph.nodes[0].operation : nil
    }

    @Test("GELU by the error function, with the half before or behind", arguments: [true, false])
    func findsGelu(isHalfFirst: Bool) throws {
        var writer = Writer()
        let scaled = try writer.binary(.divide, writer.x, writer.number(1.4142135))
        let bent = try writer.builder.apply(.unary(.errorFunction), to: [scaled])
        let gate = try writer.binary(.add, bent, writer.number(1))
        let half = writer.number(0.5)
        let result =
            isHalfFirst
            ? try writer.binary(.multiply, writer.binary(.multiply, writer.x, half), gate)
            : try writer.binary(.multiply, writer.binary(.multiply, writer.x, gate), half)
        #expect(try onlyOperation(writer, result) == .activation(.gelu(approximate: false)))
    }

    @Test("GELU by tanh")
    func findsApproximateGelu() throws {
        var writer = Writer()
        let cube = try writer.binary(.power, writer.x, writer.number(3))
        let term = try writer.binary(.multiply, cube, writer.number(0.044715))
        let sum = try writer.binary(.add, writer.x, term)
        let scaled = try writer.binary(.multiply, sum, writer.number(0.7978846))
        let gate = try writer.binary(.add, writer.activation(.tanh, scaled), writer.number(1))
        let product = try writer.binary(.multiply, writer.x, gate)
        let result = try writer.binary(.multiply, product, writer.number(0.5))
        #expect(try onlyOperation(writer, result) == .activation(.gelu(approximate: true)))
    }

    @Test("Hard-swish and hard-sigmoid by a clamp", arguments: [true, false])
    func findsClamps(isGate: Bool) throws {
        var writer = Writer()
        let shifted = try writer.binary(.add, writer.x, writer.number(3))
        let clamped = try writer.activation(.clip(lower: 0, upper: 6), shifted)
        let product = isGate ? clamped : try writer.binary(.multiply, writer.x, clamped)
        let result = try writer.binary(.divide, product, writer.number(6))
        #expect(try onlyOperation(writer, result) == .activation(isGate ? .hardSigmoid : .hardSwish))
    }

    @Test("Other constants, and parts that are read elsewhere, stay what they are")
    func keepsOthers() throws {
        var writer = Writer()
        let shifted = try writer.binary(.add, writer.x, writer.number(2))
        let clamped = try writer.activation(.relu6, shifted)
        let other = try writer.binary(
            .divide, writer.binary(.multiply, writer.x, clamped), writer.number(6))
        #expect(try onlyOperation(writer, other) == nil)
        let graph = writer.builder.graph(outputs: [other, clamped])
        #expect(graph.joiningActivations() == graph)
    }

    @Test("Layer normalisation in nine operations is one for the engine", arguments: [true, false])
    func findsLayerNormalization(isPower: Bool) throws {
        var writer = Writer([2, 5, 8])
        let mean = Operation.reduce(Reduction(.mean, axes: [2], keepsDimensions: true))
        let difference = try writer.binary(
            .subtract, writer.x, writer.builder.apply(mean, to: [writer.x]))
        let square =
            isPower
            ? try writer.binary(.power, difference, writer.number(2))
            : try writer.binary(.multiply, difference, difference)
        let variance = try writer.binary(
            .add, writer.builder.apply(mean, to: [square]), writer.number(1e-5))
        let deviation = try writer.builder.apply(.unary(.squareRoot), to: [variance])
        let quotient = try writer.binary(.divide, difference, deviation)
        let scale = writer.builder.constant("scale", .unknown([8])),
            offset = writer.builder.constant(
                "offset", .unknown([8]))
        let result = try writer.binary(.add, writer.binary(.multiply, quotient, scale), offset)
        let graph = writer.builder.graph(outputs: [result]).normalized(for: .swiftlet)
        try graph.verify()
        #expect(
            graph.nodes.map(\.operation) == [
                .layerNormalization(LayerNormalization(axes: [2], epsilon: 1e-5))
            ])
        #expect(graph.nodes[0].inputs.count == 3)
    }
}
