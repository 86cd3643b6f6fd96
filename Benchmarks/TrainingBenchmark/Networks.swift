import ModelGraph

/// Networks whose training speed is compared; the shapes are those of the peers' script.
struct BenchmarkNetwork {
    let name: String
    let sampleShape: [Int]
    let classes: Int
    let graph: Graph
}

/// Grows a network of convolution, batch normalisation and ReLU.
private struct Stack {
    var builder: GraphBuilder
    var x: ValueID
    private var count = 0

    init(_ name: String, _ shape: [Int]) {
        builder = GraphBuilder(name: name)
        x = builder.input("input", ValueType(Shape([1] + shape)))
    }

    mutating func convolution(
        _ outputs: Int, kernel: Extent, stride: Int = 1, depthwise: Bool = false, padding: EdgePadding? = nil,
        relu: Bool = true
    ) throws {
        let channels = builder.shape(of: x)[3]
        let groups = depthwise ? channels : 1
        let around = EdgePadding(
            top: kernel.height / 2, bottom: kernel.height / 2, left: kernel.width / 2, right: kernel.width / 2
        )
        let weights = constant([outputs, kernel.height, kernel.width, channels / groups])
        let shape = Convolution(
            kernel: kernel, stride: Extent(stride, stride), padding: padding ?? around, groups: groups)
        x = try builder.apply(.convolution(shape), to: [x, weights])
        let parameters = (0..<4).map { _ in constant([outputs]) }
        x = try builder.apply(.batchNormalization(epsilon: 1e-5), to: [x] + parameters)
        if relu { try self.relu() }
    }

    mutating func relu() throws { x = try builder.apply(.activation(.relu), to: [x]) }

    mutating func constant(_ shape: Shape) -> ValueID {
        count += 1
        return builder.constant("c\(count)", .unknown(shape))
    }

    mutating func head(_ classes: Int) throws -> Graph {
        let channels = builder.shape(of: x)[3]
        x = try builder.apply(.globalPool(.average), to: [x])
        x = try builder.apply(.reshape([0, -1]), to: [x])
        x = try builder.apply(.dense, to: [x, constant([classes, channels]), constant([classes])])
        return builder.graph(outputs: [x])
    }

    mutating func residual(_ outputs: Int, stride: Int) throws {
        let input = x
        try convolution(outputs, kernel: 3, stride: stride)
        try convolution(outputs, kernel: 3, relu: false)
        var side = input
        if stride != 1 {
            let weights = constant([outputs, 1, 1, builder.shape(of: input)[3]])
            side = try builder.apply(
                .convolution(Convolution(kernel: 1, stride: Extent(stride, stride))), to: [input, weights])
        }
        x = try builder.apply(.binary(.add), to: [x, side])
        try relu()
    }

    mutating func inverted(_ outputs: Int, stride: Int) throws {
        let input = x
        let channels = builder.shape(of: x)[3]
        try convolution(4 * channels, kernel: 1)
        try convolution(4 * channels, kernel: 3, stride: stride, depthwise: true)
        try convolution(outputs, kernel: 1, relu: false)
        if channels == outputs && stride == 1 { x = try builder.apply(.binary(.add), to: [x, input]) }
    }
}

extension BenchmarkNetwork {
    static func resNet8() throws -> BenchmarkNetwork {
        var stack = Stack("resnet8", [32, 32, 3])
        try stack.convolution(16, kernel: 3)
        for (outputs, stride) in [(16, 1), (32, 2), (64, 2)] { try stack.residual(outputs, stride: stride) }
        return BenchmarkNetwork(
            name: "resnet8", sampleShape: [32, 32, 3], classes: 10, graph: try stack.head(10))
    }

    static func mobileNetV2() throws -> BenchmarkNetwork {
        var stack = Stack("mbv2_28", [28, 28, 1])
        try stack.convolution(16, kernel: 3)
        for (outputs, stride) in [(24, 2), (24, 1), (40, 2), (40, 1), (64, 2)] {
            try stack.inverted(outputs, stride: stride)
        }
        try stack.convolution(128, kernel: 1)
        return BenchmarkNetwork(
            name: "mbv2_28", sampleShape: [28, 28, 1], classes: 10, graph: try stack.head(10))
    }

    static func depthwiseSeparable() throws -> BenchmarkNetwork {
        var stack = Stack("dscnn", [49, 10, 1])
        let padding = EdgePadding(top: 4, bottom: 4, left: 1, right: 1)
        try stack.convolution(64, kernel: Extent(10, 4), stride: 2, padding: padding)
        for _ in 0..<4 {
            try stack.convolution(64, kernel: 3, depthwise: true)
            try stack.convolution(64, kernel: 1)
        }
        return BenchmarkNetwork(
            name: "dscnn", sampleShape: [49, 10, 1], classes: 12, graph: try stack.head(12))
    }
}
