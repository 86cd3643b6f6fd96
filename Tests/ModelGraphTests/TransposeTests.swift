import ModelGraph
import Testing

@Suite("Moving transposes")
struct TransposeTests {
    static let toPlanes = Operation.transpose([0, 3, 1, 2])
    static let toPixels = Operation.transpose([0, 2, 3, 1])

    /// A network on an image of 4 × 4 pixels and 8 channels, as the engine rewrites it.
    private func nodes(_ body: (inout NetworkBuilder, ValueID) throws -> [ValueID]) throws -> [Node] {
        var network = NetworkBuilder()
        let image = network.builder.input("x", ValueType([1, 4, 4, 8]))
        let outputs = try body(&network, image)
        let graph = network.builder.graph(outputs: outputs)
        let moved = graph.normalized(for: .swiftlet)
        try moved.verify()
        #expect(moved.outputs.map { moved[$0] } == graph.outputs.map { graph[$0] })
        #expect(moved.normalized(for: .swiftlet) == moved)
        return moved.nodes
    }

    private func operations(_ body: (inout NetworkBuilder, ValueID) throws -> [ValueID]) throws -> [String] {
        try nodes(body).map(\.operation.name)
    }

    @Test("A pair around an activation vanishes")
    func pair() throws {
        let operations = try operations { network, x in
            let planes = try network.builder.apply(Self.toPlanes, to: [x])
            let active = try network.builder.apply(.activation(.relu), to: [planes])
            let pixels = try network.builder.apply(Self.toPixels, to: [active])
            return [try network.builder.apply(.globalPool(.average), to: [pixels])]
        }
        #expect(operations == ["relu", "global_average_pool"])
    }

    @Test("A gate that reads the same planes twice moves as a whole")
    func gate() throws {
        let operations = try operations { network, x in
            let planes = try network.builder.apply(Self.toPlanes, to: [x])
            let gate = try network.builder.apply(.activation(.sigmoid), to: [planes])
            let product = try network.builder.apply(.binary(.multiply), to: [planes, gate])
            let pixels = try network.builder.apply(Self.toPixels, to: [product])
            return [try network.builder.apply(.globalPool(.average), to: [pixels])]
        }
        #expect(operations == ["sigmoid", "multiply", "global_average_pool"])
    }

    @Test("Residual blocks between convolutions that each have transposes of their own keep none")
    func residual() throws {
        let operations = try operations { network, x in
            func layer(_ planes: ValueID, _ name: String) throws -> ValueID {
                let pixels = try network.builder.apply(Self.toPixels, to: [planes])
                let sum = try network.convolution(pixels, to: 8, kernel: 3, name: name)
                return try network.builder.apply(Self.toPlanes, to: [sum])
            }
            var planes = try network.builder.apply(Self.toPlanes, to: [x])
            for block in 0..<2 {
                let first = try layer(planes, "\(block).first")
                let active = try network.builder.apply(.activation(.relu), to: [first])
                let second = try layer(active, "\(block).second")
                let sum = try network.builder.apply(.binary(.add), to: [second, planes])
                planes = try network.builder.apply(.activation(.relu), to: [sum])
            }
            let pixels = try network.builder.apply(Self.toPixels, to: [planes])
            return [try network.builder.apply(.globalPool(.average), to: [pixels])]
        }
        let block = ["convolution", "relu", "convolution", "add", "relu"]
        #expect(operations == block + block + ["global_average_pool"])
    }

    @Test("Concatenation, slices, padding and constants follow in the other order of axes")
    func axes() throws {
        let nodes = try nodes { network, x in
            let planes = try network.builder.apply(Self.toPlanes, to: [x])
            let offsets = network.builder.constant("offsets", Tensor([8, 1, 1], (0..<8).map(Float.init)))
            let moved = try network.builder.apply(.binary(.subtract), to: [offsets, planes])
            let half = try network.builder.apply(
                .slice(Slicing(starts: [0, 4, 0, 1], sizes: [1, 4, 4, 2])), to: [moved])
            let padded = try network.builder.apply(
                .pad(Padding(before: [0, 0, 0, 2], after: [0, 0, 0, 0], mode: .edge)), to: [half])
            let joined = try network.builder.apply(.concatenate(axis: 1), to: [padded, planes])
            let pixels = try network.builder.apply(Self.toPixels, to: [joined])
            return [try network.builder.apply(.globalPool(.average), to: [pixels])]
        }
        #expect(
            nodes.map(\.operation) == [
                .binary(.subtract), .slice(Slicing(starts: [0, 0, 1, 4], sizes: [1, 4, 2, 4])),
                .pad(Padding(before: [0, 0, 2, 0], after: [0, 0, 0, 0], mode: .edge)),
                .concatenate(axis: 3), .globalPool(.average),
            ])
    }

    @Test("Quantised tensors move alike, and the scales stay")
    func quantized() throws {
        let scale = Quantization(scale: 0.5, zeroPoint: 3)
        let operations = try operations { network, x in
            let planes = try network.builder.apply(Self.toPlanes, to: [x])
            let integers = try network.builder.apply(.quantize(.int8, scale), to: [planes])
            let active = try network.builder.apply(.activation(.relu), to: [integers], quantization: scale)
            let real = try network.builder.apply(.dequantize, to: [active])
            let pixels = try network.builder.apply(Self.toPixels, to: [real])
            return [try network.builder.apply(.globalPool(.average), to: [pixels])]
        }
        #expect(operations == ["quantize", "relu", "dequantize", "global_average_pool"])
    }

    @Test("Integers are moved rather than the real numbers they are made of")
    func fewerBytes() throws {
        let operations = try operations { network, x in
            let planes = try network.builder.apply(Self.toPlanes, to: [x])
            return [try network.builder.apply(.quantize(.int8, Quantization(scale: 1)), to: [planes])]
        }
        #expect(operations == ["quantize", "transpose"])
    }

    @Test("Transposes one after another become one, or none where elements come to lie as before")
    func merges() throws {
        #expect(
            try nodes { network, x in
                let first = try network.builder.apply(.transpose([0, 2, 1, 3]), to: [x])
                return [try network.builder.apply(.transpose([0, 3, 1, 2]), to: [first], name: "y")]
            }.map(\.operation) == [.transpose([0, 3, 2, 1])])
        #expect(
            try operations { network, x in
                let sums = try network.builder.apply(
                    .reduce(Reduction(.sum, axes: [1], keepsDimensions: true)), to: [x])
                return [try network.builder.apply(.transpose([1, 0, 2, 3]), to: [sums], name: "y")]
            } == ["reduce_sum"])
    }

    @Test("Equal transposes of one value are done once")
    func once() throws {
        let operations = try operations { network, x in
            let planes = try (0..<2).map { _ in try network.builder.apply(Self.toPlanes, to: [x]) }
            return try planes.map { try network.builder.apply(.softmax(axis: 1), to: [$0]) }
        }
        #expect(operations == ["transpose", "softmax", "softmax"])
    }

    @Test("One in front of an output stays, and the output has its name and shape")
    func keepsOutput() throws {
        let nodes = try nodes { network, x in
            let planes = try network.builder.apply(Self.toPlanes, to: [x])
            return [planes, try network.builder.apply(.activation(.relu), to: [planes])]
        }
        #expect(nodes.map(\.operation) == [Self.toPlanes, .activation(.relu)])
    }

    @Test("One stays where moving it would move no fewer elements")
    func keepsUseful() throws {
        // The sum grows by broadcasting; the other reader takes planes as they are.
        let operations = try operations { network, x in
            let pooled = try network.builder.apply(
                .reduce(Reduction(.mean, axes: [3], keepsDimensions: true)), to: [x])
            let turned = try network.builder.apply(.transpose([0, 2, 1, 3]), to: [pooled])
            let grown = try network.builder.apply(
                .binary(.add), to: [turned, network.constant("c", [4, 4, 8])])
            return [try network.builder.apply(.softmax(axis: 3), to: [grown])]
        }
        #expect(operations == ["reduce_mean", "transpose", "add", "softmax"])
        let differing = try self.operations { network, x in
            let planes = try network.builder.apply(Self.toPlanes, to: [x])
            let active = try network.builder.apply(.activation(.relu), to: [planes])
            let pixels = try network.builder.apply(Self.toPixels, to: [active])
            return [
                try network.builder.apply(.softmax(axis: 1), to: [active]),
                try network.builder.apply(.softmax(axis: 1), to: [pixels]),
            ]
        }
        #expect(differing.filter { $0 == "transpose" }.count == 1)
    }

    @Test("Scales along an axis stay with their axis")
    func keepsAxes() throws {
        let operations = try operations { network, x in
            let planes = try network.builder.apply(Self.toPlanes, to: [x])
            let scales = Quantization(scales: (1...8).map(Float.init), axis: 1)
            let integers = try network.builder.apply(.quantize(.int8, scales), to: [planes])
            let real = try network.builder.apply(.dequantize, to: [integers])
            return [try network.builder.apply(Self.toPixels, to: [real])]
        }
        #expect(operations == ["transpose", "quantize", "dequantize", "transpose"])
    }

    @Test("Only the engine's own policy moves them", arguments: [GraphPolicy.stored, .verbatim])
    func onlySwiftlet(policy: GraphPolicy) throws {
        var builder = GraphBuilder(name: "pair")
        let x = builder.input("x", ValueType([1, 4, 4, 8]))
        let planes = try builder.apply(Self.toPlanes, to: [x])
        let pixels = try builder.apply(Self.toPixels, to: [planes])
        let shares = try builder.apply(.softmax(axis: 3), to: [pixels])
        let graph = builder.graph(outputs: [shares])
        #expect(graph.normalized(for: policy) == graph)
    }
}
