import Determinism
import ModelGraph
import Training

/// A network small enough to train in a test, and something to train it on.
enum SmallNetwork {
    /// Blobs of 6×6×2 images around one random image a class.
    static func blobs(_ count: Int, classes: Int = 4, noise: Float = 0.6) -> ArraySource {
        var random = RandomStream(seed: 9, .calibration)
        let centers = (0..<classes).map { _ in (0..<72).map { _ in random.uniform() * 2 - 1 } }
        let labels = (0..<count).map { _ in random.index(below: classes) }
        let samples = labels.flatMap { label in centers[label].map { $0 + noise * (random.uniform() * 2 - 1) }
        }
        return ArraySource(sampleShape: [6, 6, 2], samples: samples, labels: labels)
    }

    static func graph(classes: Int = 4, dropout: Float? = nil, takesSigns: Bool = false) throws -> Graph {
        var builder = GraphBuilder(name: "small")
        var x = builder.input("image", ValueType([1, 6, 6, 2]))
        let padding = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
        x = try builder.apply(
            .convolution(Convolution(kernel: 3, padding: padding)),
            to: [x, builder.constant("w0", .unknown([8, 3, 3, 2]))])
        let names = ["scale", "offset", "mean", "variance"]
        x = try builder.apply(
            .batchNormalization(epsilon: 1e-3), to: [x] + names.map { builder.constant($0, .unknown([8])) })
        x = try builder.apply(takesSigns ? .training(.binarize) : .activation(.relu), to: [x])
        x = try builder.apply(.globalPool(.average), to: [x])
        x = try builder.apply(.reshape([0, -1]), to: [x])
        if let dropout { x = try builder.apply(.training(.dropout(rate: dropout)), to: [x]) }
        x = try builder.apply(
            .dense,
            to: [
                x, builder.constant("w1", .unknown([classes, 8])), builder.constant("b", .unknown([classes])),
            ])
        return builder.graph(outputs: [x])
    }

    static let recipe = TrainingRecipe().with {
        $0.epochs = 8
        $0.batch = 32
        $0.learningRate = 0.1
    }
}
