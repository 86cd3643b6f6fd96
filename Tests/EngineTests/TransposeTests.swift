import Determinism
import Engine
import Kernels
import ModelGraph
import Testing

/// Operations and transposes drawn at random on values of four axes, float32 and int8.
private struct TurningNetwork {
    private var builder = GraphBuilder(name: "turning")
    private var stream: RandomStream
    private var values: [ValueID] = []
    private static let scale = Quantization(scale: 0.03125, zeroPoint: 5)

    static func graph(seed: UInt64) throws -> Graph {
        var network = TurningNetwork(stream: RandomStream(seed: seed, .initialization))
        network.values = [network.builder.input("x", ValueType([1, 3, 4, 5]))]
        for _ in 0..<24 { try network.grow() }
        return network.builder.graph(outputs: Array(Set(network.values.suffix(3))).sorted())
    }

    private mutating func any() -> ValueID {
        // New values are read more often, so that chains are long.
        let back = min(stream.index(below: 4), stream.index(below: values.count))
        return values[values.count - 1 - back]
    }

    private mutating func append(_ operation: Operation, _ inputs: [ValueID]) throws {
        let type = builder.type(of: inputs[0])
        let isInteger = type.dataType == .int8 && operation != .dequantize
        values.append(
            try builder.apply(operation, to: inputs, quantization: isInteger ? type.quantization : nil))
    }

    private mutating func grow() throws {
        let x = any(), type = builder.type(of: x), shape = type.shape
        switch stream.index(below: 12) {
        case 0...3: try append(.transpose(Self.turns[stream.index(below: Self.turns.count)]), [x])
        case 4: try append(.activation([.relu, .silu, .hardSwish][stream.index(below: 3)]), [x])
        case 5: try append(type.dataType == .int8 ? .dequantize : .quantize(.int8, Self.scale), [x])
        case 6:
            let operands = values.filter {
                let other = builder.type(of: $0)
                return other.dataType == type.dataType && other.shape.broadcast(with: shape) != nil
            }
            try append(.binary(.add), [x, operands[stream.index(below: operands.count)]])
        case 7:
            let like = values.filter { builder.type(of: $0) == type && shape.elementCount < 2000 }
            guard let other = like.last else { return }
            try append(.concatenate(axis: stream.index(below: 4)), [x, other])
        case 8:
            let axis = stream.index(below: 4)
            guard shape[axis] > 1 else { return }
            let starts = (0..<4).map { $0 == axis ? 1 : 0 }
            try append(
                .slice(Slicing(starts: starts, sizes: zip(shape.dimensions, starts).map { $0 - $1 })), [x])
        case 9:
            let before = (0..<4).map { _ in stream.index(below: 2) }
            guard shape.elementCount < 1000 else { return }
            try append(.pad(Padding(before: before, after: [0, 0, 1, 0], value: 0.5)), [x])
        case 10:
            guard type.dataType == .float32 else { return }
            let axis = 1 + stream.index(below: 3), tail = Array(shape.dimensions[axis...])
            let numbers = Numbers.random(Shape(tail).elementCount, seed: stream.next())
            let constant = builder.constant("c\(values.count)", Tensor(Shape(tail), numbers))
            try append(.binary(.multiply), [constant, x])
        default:
            guard type.dataType == .float32 else { return }
            let numbers = Numbers.random(4 * shape[3], seed: stream.next())
            let weights = builder.constant("w\(values.count)", Tensor([4, 1, 1, shape[3]], numbers))
            try append(.convolution(Convolution(kernel: 1)), [x, weights])
        }
    }

    /// Mostly images' channels to the front and to the back.
    private static let turns = [
        [0, 3, 1, 2], [0, 2, 3, 1], [0, 3, 1, 2], [0, 2, 3, 1], [0, 2, 1, 3], [1, 0, 2, 3], [3, 2, 1, 0],
    ]
}

extension Graph {
    /// Elements that transposes move.
    fileprivate var turnedElements: Int {
        nodes.reduce(0) { sum, node in
            let shape = self[node.inputs[0]].type.shape
            guard case .transpose(let order) = node.operation,
                case let axes = order.filter({ shape[$0] > 1 }),
                axes != axes.sorted()
            else { return sum }
            return sum + shape.elementCount
        }
    }
}

@Suite("Moving transposes in a network")
struct TransposeTests {
    private var moving: GraphPolicy {
        var policy = GraphPolicy.verbatim
        policy.movesTransposes = true
        return policy
    }

    private func run(_ plan: Plan, _ input: [Float]) -> [[UInt8]] {
        let worker = Worker(plan)
        worker.setInput(0, floats: input.span)
        worker.run()
        return plan.outputs.indices.map(worker.outputBytes)
    }

    @Test("keeps every bit and never moves more elements", arguments: UInt64(0)..<200)
    func bits(seed: UInt64) throws {
        let graph = try TurningNetwork.graph(seed: seed), moved = graph.normalized(for: moving)
        try moved.verify()
        #expect(moved.turnedElements <= graph.turnedElements)
        #expect(moved.normalized(for: moving) == moved)
        let input = Numbers.random(60, seed: seed, in: -3...3)
        for kernels in KernelSet.available {
            let expected = run(try Plan(graph, kernels: kernels, policy: .verbatim), input)
            #expect(run(try Plan(graph, kernels: kernels, policy: moving), input) == expected)
        }
    }

    @Test("saves more than half of what random networks move")
    func saves() throws {
        let graphs = try (0..<200).map(TurningNetwork.graph)
        let before = graphs.reduce(0) { $0 + $1.turnedElements }
        let after = graphs.reduce(0) { $0 + $1.normalized(for: moving).turnedElements }
        #expect(after * 2 < before, "\(after) of \(before) elements")
    }

    @Test("lets convolutions fuse with what stood behind the transposes")
    func fuses() throws {
        var builder = GraphBuilder(name: "fuses")
        let x = builder.input("x", ValueType([1, 6, 6, 8]))
        let w = builder.constant("w", Tensor([8, 1, 1, 8], Numbers.random(64, seed: 3)))
        let layer = try builder.apply(.convolution(Convolution(kernel: 1)), to: [x, w])
        let planes = try builder.apply(.transpose([0, 3, 1, 2]), to: [layer])
        let active = try builder.apply(.activation(.relu), to: [planes])
        let pixels = try builder.apply(.transpose([0, 2, 3, 1]), to: [active], name: "y")
        let graph = builder.graph(outputs: [pixels])
        let plan = try Plan(graph), written = try Plan(graph, policy: .swiftlet.without(.movesTransposes))
        #expect(plan.program.steps.count == written.program.steps.count - 3)
        let input = Numbers.random(288, seed: 4)
        #expect(run(plan, input) == run(written, input))
    }
}
