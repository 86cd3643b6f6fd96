import Determinism
import ModelGraph

/// MLPerf Tiny's four networks and MobileNetV2 1.0 at 224, with seeded weights: time does not depend on their values.
///
/// Images come in as planes [1, C, H, W], as in the ONNX files the peers run, so the transposition is part of every run;
/// for TFLite they come with their channels last.
enum ReferenceModel: String, CaseIterable {
    case dscnn = "dscnn_kws"
    case resnet8 = "resnet8_cifar"
    case mobilenetv1 = "mobilenetv1_025_vww"
    case autoencoder = "autoencoder_ad"
    case mobilenetv2 = "mobilenetv2_224"

    func graph(_ precision: Arithmetic, planes: Bool = true) throws -> Graph {
        let graph =
            switch self {
            case .dscnn: try dscnnGraph(planes)
            case .resnet8: try resnet8Graph(planes)
            case .mobilenetv1: try mobilenetv1Graph(planes)
            case .autoencoder: try autoencoderGraph()
            case .mobilenetv2: try mobilenetv2Graph(planes)
            }
        switch precision {
        case .float32: return graph
        case .int8: return try graph.prepared(for: Assignment(.int8)).quantized { _ in -6...6 }
        }
    }

    private func dscnnGraph(_ planes: Bool) throws -> Graph {
        var net = try NetworkBuilder(rawValue, channels: 1, height: 49, width: 10, planes)
        try net.convolution(64, kernel: Extent(10, 4), stride: 2)
        for _ in 0..<4 {
            try net.depthwise(stride: 1)
            try net.convolution(64, kernel: 1)
        }
        return try net.classifier(12)
    }

    private func resnet8Graph(_ planes: Bool) throws -> Graph {
        var net = try NetworkBuilder(rawValue, channels: 3, height: 32, width: 32, planes)
        try net.convolution(16, kernel: 3)
        for (channels, stride) in [(16, 1), (32, 2), (64, 2)] {
            var shortcut = net.value
            try net.convolution(channels, kernel: 3, stride: Extent(stride, stride))
            try net.convolution(channels, kernel: 3, activation: nil)
            let main = net.value
            if stride != 1 {
                net.value = shortcut
                try net.convolution(channels, kernel: 1, stride: Extent(stride, stride), activation: nil)
                shortcut = net.value
            }
            try net.add(main, shortcut)
            try net.activate(.relu)
        }
        return try net.classifier(10)
    }

    private func mobilenetv1Graph(_ planes: Bool) throws -> Graph {
        var net = try NetworkBuilder(rawValue, channels: 3, height: 96, width: 96, planes)
        try net.convolution(8, kernel: 3, stride: 2)
        let blocks =
            [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2)] + Array(repeating: (128, 1), count: 5)
            + [(256, 2), (256, 1)]
        for (channels, stride) in blocks {
            try net.depthwise(stride: stride)
            try net.convolution(channels, kernel: 1)
        }
        return try net.classifier(2)
    }

    private func autoencoderGraph() throws -> Graph {
        var net = NetworkBuilder(rawValue, inputs: 640)
        for width in [128, 128, 128, 128, 8, 128, 128, 128, 128] { try net.dense(width, activation: .relu) }
        try net.dense(640, activation: nil)
        return net.finished
    }

    private func mobilenetv2Graph(_ planes: Bool) throws -> Graph {
        var net = try NetworkBuilder(rawValue, channels: 3, height: 224, width: 224, planes)
        try net.convolution(32, kernel: 3, stride: 2, activation: .relu6)
        let stages = [
            (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
            (6, 320, 1, 1),
        ]
        for (expansion, channels, repeats, firstStride) in stages {
            for index in 0..<repeats {
                let before = net.value, stride = index == 0 ? firstStride : 1,
                    keeps = net.channels == channels
                if expansion != 1 {
                    try net.convolution(net.channels * expansion, kernel: 1, activation: .relu6)
                }
                try net.depthwise(stride: stride, activation: .relu6)
                try net.convolution(channels, kernel: 1, activation: nil)
                if stride == 1, keeps { try net.add(net.value, before) }
            }
        }
        try net.convolution(1280, kernel: 1, activation: .relu6)
        return try net.classifier(1000)
    }
}

enum Arithmetic: String, CaseIterable {
    case float32, int8
}

/// Appends layers to the last value.
private struct NetworkBuilder {
    private var builder: GraphBuilder
    var value: ValueID
    private var random = RandomStream(seed: 0, .initialization)

    init(_ name: String, channels: Int, height: Int, width: Int, _ planes: Bool) throws {
        builder = GraphBuilder(name: name)
        let shape: Shape = planes ? [1, channels, height, width] : [1, height, width, channels]
        value = builder.input("input", ValueType(shape))
        if planes { value = try builder.apply(.transpose([0, 2, 3, 1]), to: [value]) }
    }

    init(_ name: String, inputs: Int) {
        builder = GraphBuilder(name: name)
        value = builder.input("input", ValueType([1, inputs]))
    }

    var channels: Int { builder.shape(of: value).dimensions.last ?? 0 }
    var finished: Graph { builder.graph(outputs: [value]) }

    mutating func convolution(
        _ outputs: Int, kernel: Extent, stride: Extent = 1, groups: Int = 1, activation: Activation? = .relu
    ) throws {
        let shape = builder.shape(of: value)
        let padding = EdgePadding.same(Extent(shape[1], shape[2]), kernel: kernel, stride: stride)
        let weights: Shape = [outputs, kernel.height, kernel.width, channels / groups]
        let operation = Convolution(kernel: kernel, stride: stride, padding: padding, groups: groups)
        value = try builder.apply(.convolution(operation), to: [value] + parameters(weights))
        if let activation { try activate(activation) }
    }

    mutating func depthwise(stride: Int, activation: Activation = .relu) throws {
        try convolution(
            channels, kernel: 3, stride: Extent(stride, stride), groups: channels, activation: activation)
    }

    mutating func dense(_ outputs: Int, activation: Activation?) throws {
        value = try builder.apply(.dense, to: [value] + parameters([outputs, channels]))
        if let activation { try activate(activation) }
    }

    mutating func activate(_ activation: Activation) throws {
        value = try builder.apply(.activation(activation), to: [value])
    }

    mutating func add(_ a: ValueID, _ b: ValueID) throws {
        value = try builder.apply(.binary(.add), to: [a, b])
    }

    mutating func classifier(_ classes: Int) throws -> Graph {
        value = try builder.apply(.globalPool(.average), to: [value])
        value = try builder.apply(.reshape([0, -1]), to: [value])
        try dense(classes, activation: nil)
        return finished
    }

    /// Weights with the usual variance of rectified layers, and a small bias.
    private mutating func parameters(_ shape: Shape) -> [ValueID] {
        let inputs = shape.dimensions.dropFirst().reduce(1, *), bound = (6 / Float(inputs)).squareRoot()
        let weights = (0..<shape.elementCount).map { _ in bound * (2 * random.uniform() - 1) }
        let bias = (0..<shape[0]).map { _ in 0.1 * random.uniform() }
        let name = "w\(random.index(below: 1 << 30))"
        return [
            builder.constant(name, Tensor(shape, weights)),
            builder.constant(name + "_bias", Tensor([shape[0]], bias)),
        ]
    }
}
