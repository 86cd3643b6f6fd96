import ModelGraph

/// A network of ST's tables that this benchmark can build: RAM needs the graph, not only its counts.
struct ZooNetwork {
    let graph: Graph
    /// Whether ST counts the last dense layer apart from the convolutions.
    let countsDense: Bool

    /// Nil for networks whose layout is not published.
    init?(_ name: String, size: String) throws {
        guard let extent = size.split(separator: "x").first.flatMap({ Int($0) }) else { return nil }
        var network = Layers(size: extent)
        var classes = 5
        if name.hasPrefix("MobileNet v1 0.25") {
            try network.mobileNetV1(width: 0.25)
        } else if name.hasPrefix("MobileNet v2 0.35") {
            try network.mobileNetV2(width: 0.35)
        } else if name.hasPrefix("FdMobileNet 0.25") {
            try network.fastDownsamplingMobileNet(width: 0.25)
        } else if name.hasPrefix("SqueezeNet v1.1") {
            graph = try network.squeezeNet(classes: classes)
            countsDense = false
            return
        } else if name.hasPrefix("ResNet v1 ") {
            let isDeep = name.hasPrefix("ResNet v1 32")
            try network.smallResNet(blocks: isDeep ? 5 : 1)
            classes = isDeep ? 100 : 10
        } else {
            return nil
        }
        graph = try network.finished(classes: classes)
        countsDense = !name.hasPrefix("FdMobileNet")
    }

    /// Whether the graph does the work that the table counts, to a hundredth.
    func matches(macs: Double) -> Bool { abs(Double(graph.counts.macs) / macs - 1) < 0.01 }
}

extension Layers {
    /// FD-MobileNet (Qin and others 2018, table 1).
    fileprivate mutating func fastDownsamplingMobileNet(width multiplier: Double) throws {
        func scaled(_ width: Int) -> Int { Int(Double(width) * multiplier) }
        try convolve(scaled(32), kernel: 3, stride: 2, .relu6)
        let blocks = [
            (64, 2), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1),
            (1024, 1),
        ]
        for (width, stride) in blocks {
            try convolve(nil, kernel: 3, stride: stride, .relu6)
            try convolve(scaled(width), kernel: 1, .relu6)
        }
    }

    /// ResNet for CIFAR (He and others 2016, section 4.2), with 1×1 convolutions on the shortcuts.
    fileprivate mutating func smallResNet(blocks: Int) throws {
        try convolve(16, kernel: 3, .relu)
        for (stage, width) in [16, 32, 64].enumerated() {
            for block in 0..<blocks {
                try residual(width, stride: stage > 0 && block == 0 ? 2 : 1, isBottleneck: false)
            }
        }
    }

    /// SqueezeNet 1.1 (Iandola and others 2016, and its repository), without padding at the edges of stem and pools.
    fileprivate mutating func squeezeNet(classes: Int) throws -> Graph {
        try convolve(64, kernel: 3, stride: 2, isPadded: false, .relu)
        for (squeezed, expanded) in [(16, 64), (32, 128)] {
            try maximumPool(3, stride: 2, isPadded: false)
            for _ in 0..<2 { try fire(squeezed, expanded) }
        }
        try maximumPool(3, stride: 2, isPadded: false)
        for (squeezed, expanded) in [(48, 192), (48, 192), (64, 256), (64, 256)] {
            try fire(squeezed, expanded)
        }
        try convolve(classes, kernel: 1, .relu)
        value = try builder.apply(.globalPool(.average), to: [value])
        value = try builder.apply(.softmax(axis: 3), to: [value])
        return builder.graph(outputs: [value])
    }

    /// A 1×1 convolution, then 1×1 and 3×3 side by side.
    private mutating func fire(_ squeezed: Int, _ expanded: Int) throws {
        try convolve(squeezed, kernel: 1, .relu)
        let entry = value
        try convolve(expanded, kernel: 1, .relu)
        let pointwise = value
        value = entry
        try convolve(expanded, kernel: 3, .relu)
        value = try builder.apply(.concatenate(axis: 3), to: [pointwise, value])
    }
}
