public import ModelGraph

/// A compressed network, and whether its quality is as good as was asked.
public struct ControlledCompression: Sendable {
    /// The compressed network, the best one found.
    public let graph: Graph
    /// The compression with an explicit exception for every layer that stayed in higher precision.
    public let compression: Compression
    /// Of the uncompressed and of the compressed network.
    public let baseline, quality: Double
    /// Whether it loses no more than was allowed.
    public let isWithin: Bool
    /// One sentence: what was kept, or by how much the best found falls short.
    public let summary: String

    /// How much quality was lost, in its unit; negative where there is more than before.
    public var drop: Double { baseline - quality }
}

/// Carries out a compression so that quality falls by at most `maximumDrop`.
///
/// Where the whole network at the wanted precision loses more, the layers that hurt most stay in float32, one after another, until the
/// loss is small enough. If it never is, the best network found is returned and said to be short.
/// - Parameters:
///   - maximumDrop: in the unit of `quality`.
///   - quality: a measure on a fixed slice of training data; higher is better.
public func compress(
    _ graph: Graph, by compression: Compression, within maximumDrop: Double, calibration: CalibrationSamples,
    options: CompressionOptions = CompressionOptions(), quality: (Graph) throws -> Double,
    fineTune: (Graph, Compression.Step) throws -> Graph
) throws -> ControlledCompression {
    let baseline = try quality(graph)
    guard case .precision(let wanted, let isTrained, let scales)? = compression.steps.last else {
        let small = try compress(
            graph, by: compression, calibration: calibration, options: options, fineTune: fineTune)
        return ControlledCompression(
            graph: small, compression: compression, baseline: baseline, quality: try quality(small),
            maximumDrop: maximumDrop, kept: [])
    }
    let before = Array(compression.steps.dropLast())
    let pruned = try compress(
        graph, by: try Compression(before), calibration: calibration, options: options, fineTune: fineTune)

    func attempt(keeping kept: [String]) throws -> ControlledCompression {
        let step = Compression.Step.precision(
            wanted.keeping(kept), isTrained: isTrained, scales: scales)
        let small = try compress(
            pruned, by: try Compression([step]), calibration: calibration, options: options,
            fineTune: fineTune)
        return ControlledCompression(
            graph: small, compression: try Compression(before + [step]), baseline: baseline,
            quality: try quality(small), maximumDrop: maximumDrop, kept: kept)
    }

    var best = try attempt(keeping: [])
    if best.isWithin { return best }
    let worstFirst = try pruned.sensitivities(
        to: wanted.general, scales: scales, calibration: calibration, options: options, quality: quality)
    var kept: [String] = []
    for layer in worstFirst.map(\.layer) {
        kept.append(layer)
        let next = try attempt(keeping: kept)
        if next.isWithin { return next }
        if next.quality > best.quality || best.quality.isNaN { best = next }
    }
    return best
}

extension Assignment<Precision> {
    /// The same with these layers in float32.
    fileprivate func keeping(_ layers: [String]) -> Assignment<Precision> {
        Assignment(general, exceptions: exceptions + layers.map { Exception($0, .float32) })
    }
}

extension ControlledCompression {
    fileprivate init(
        graph: Graph, compression: Compression, baseline: Double, quality: Double, maximumDrop: Double,
        kept: [String]
    ) {
        let isWithin = baseline - quality <= maximumDrop
        let keeping =
            kept.isEmpty ? "no layer kept in float32" : "kept in float32: \(kept.joined(separator: ", "))"
        let summary =
            isWithin
            ? "quality \(quality) after \(baseline), within \(maximumDrop); \(keeping)"
            : "quality \(quality) after \(baseline) falls short of a drop of at most \(maximumDrop); \(keeping)"
        self.init(
            graph: graph, compression: compression, baseline: baseline, quality: quality, isWithin: isWithin,
            summary: summary)
    }
}
