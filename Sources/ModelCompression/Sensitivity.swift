public import ModelGraph

/// What happens to a network's quality when one layer alone computes in a lower precision.
public struct LayerSensitivity: Hashable, Sendable {
    /// Name of the layer's node.
    public let layer: String
    /// Quality of the network with this layer compressed, in the unit of the caller's measure.
    public let quality: Double
    /// How much lower that is than without compression.
    public let drop: Double
}

extension Graph {
    /// The layers (convolutions and dense) of a trained float32 network by how much each alone hurts in this precision, worst first.
    ///
    /// - Parameter quality: a measure on a fixed slice of training data, higher is better; called once for each layer and
    ///   once for the network as it is.
    public func sensitivities(
        to precision: Precision, scales: WeightScales = .perChannel, calibration: CalibrationSamples,
        options: CompressionOptions = CompressionOptions(), quality: (Graph) throws -> Double
    ) throws -> [LayerSensitivity] {
        let baseline = try quality(self)
        let sensitivities = try layerNames(for: precision).map { layer in
            let alone = Assignment(Precision.float32, exceptions: [.init(layer, precision)])
            let step = Compression.Step.precision(
                alone, isTrained: false, scales: precision == .int8 ? scales : .perChannel)
            let small = try compress(
                self, by: try Compression([step]), calibration: calibration, options: options,
                fineTune: { graph, _ in graph })
            let reached = try quality(small)
            return LayerSensitivity(layer: layer, quality: reached, drop: baseline - reached)
        }
        // A stable order: of equal drops the earlier layer comes first; a drop that is no number is worst.
        return sensitivities.enumerated().sorted { a, b in
            let (x, y) = (
                a.element.drop.isNaN ? .infinity : a.element.drop,
                b.element.drop.isNaN ? .infinity : b.element.drop
            )
            return x == y ? a.offset < b.offset : x > y
        }.map(\.element)
    }

    /// Names of the layers as exceptions to a precision name them, in order, each once.
    func layerNames(for precision: Precision) -> [String] {
        var seen: Set<String> = []
        return prepared(for: Assignment(precision)).nodes.filter { $0.operation.isLayer }.map(\.name)
            .filter { seen.insert($0).inserted }
    }
}
