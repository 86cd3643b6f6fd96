import ModelGraph

extension Layers {
    /// ResNet-8 at 32×32 (image classification).
    static func tinyResNet() throws -> Graph {
        var network = Layers(size: 32)
        try network.convolve(16, kernel: 3, .relu)
        for (width, stride) in [(16, 1), (32, 2), (64, 2)] {
            try network.residual(width, stride: stride, isBottleneck: false)
        }
        return try network.finished(classes: 10)
    }

    /// DS-CNN on 49 frames of 10 coefficients (keyword spotting).
    static func keywordSpotting() throws -> Graph {
        var network = Layers(shape: [1, 49, 10, 1])
        try network.convolve(64, height: 10, width: 4, stride: 2, .relu)
        for _ in 0..<4 {
            try network.convolve(nil, kernel: 3, .relu)
            try network.convolve(64, kernel: 1, .relu)
        }
        return try network.finished(classes: 12)
    }

    /// MobileNetV1 0.25 at 96×96 (visual wake words).
    static func visualWakeWords() throws -> Graph {
        var network = Layers(size: 96)
        try network.mobileNetV1(width: 0.25)
        return try network.finished(classes: 2)
    }

    /// The autoencoder of ten dense layers (anomaly detection).
    static func anomalyDetection() throws -> Graph {
        var network = Layers(shape: [1, 640])
        for width in [128, 128, 128, 128, 8, 128, 128, 128, 128] { try network.dense(width, .relu) }
        try network.dense(640)
        return network.builder.graph(outputs: [network.value])
    }
}
