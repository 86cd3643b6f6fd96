public import ModelGraph

/// How a compression is carried out where its description leaves a choice; none of these changes shapes or types.
public struct CompressionOptions: Hashable, Sendable {
    /// How the range of activations follows from samples.
    public var calibrator: Calibrator
    /// Whether a layer's bias makes up for the mean error of its rounded weights.
    public var correctsBias: Bool
    /// Which channels structured pruning takes first.
    public var importance: ChannelImportance

    /// Options; the most careful ones unless stated otherwise.
    public init(
        calibrator: Calibrator = .meanSquaredError, correctsBias: Bool = true,
        importance: ChannelImportance = .l2
    ) {
        self.calibrator = calibrator
        self.correctsBias = correctsBias
        self.importance = importance
    }
}

/// Carries out a compression on a trained network.
///
/// The result has exactly the shapes, types and bytes of `graph.compressed(by: compression)`.
/// - Parameters:
///   - calibration: samples that ranges of activations are taken from; only steps that need ranges read them.
///   - fineTune: trains a network further and returns it with new constants, keeping zeros of sparse ones. Called for
///     `finetune`, after pruning that no `finetune` follows, with rounding in the graph for `int8-qat` and `binary`, and for
///     `dynamic` with weights that are marked sparse but still dense.
/// - Throws: `CompressionFailure` where weights or samples make a step impossible, and whatever `fineTune` throws.
public func compress(
    _ graph: Graph, by compression: Compression, calibration: CalibrationSamples,
    options: CompressionOptions = CompressionOptions(), fineTune: (Graph, Compression.Step) throws -> Graph
) throws -> Graph {
    var pipeline = Pipeline(graph: graph, calibration: calibration, options: options)
    for (index, step) in compression.steps.enumerated() {
        let next = compression.steps.dropFirst(index + 1).first
        try pipeline.take(step, isRepairedNext: next?.repairs ?? false, fineTune: fineTune)
    }
    return pipeline.graph
}

/// Why a compression could not be carried out.
public struct CompressionFailure: Error, Hashable, CustomStringConvertible {
    /// The step as its text, such as `int8`.
    public let step: String
    /// Why it cannot be carried out.
    public let reason: String
    /// Step and reason, in one sentence.
    public var description: String { "\(step): \(reason)" }

    init(_ step: some CustomStringConvertible, _ reason: String) {
        self.step = "\(step)"
        self.reason = reason
    }
}

extension Compression.Step {
    /// Whether this step trains away what the step before it has damaged.
    fileprivate var repairs: Bool {
        switch self {
        case .finetune: true
        // The next pruning, or the training of binary layers, comes with training of its own.
        case .magnitude, .pattern, .dynamic: true
        // Training under rounding goes too slowly to repair more than rounding does.
        case .precision(let assignment, _, _): assignment.choices.contains(.binary)
        case .distill, .structured: false
        }
    }
}

/// The network on its way through the steps.
private struct Pipeline {
    var graph: Graph
    let calibration: CalibrationSamples
    let options: CompressionOptions

    mutating func take(
        _ step: Compression.Step, isRepairedNext: Bool, fineTune: (Graph, Compression.Step) throws -> Graph
    ) throws {
        switch step {
        case .distill: return
        case .structured(let ratios):
            graph = try graph.prunedChannels(ratios, by: options.importance, step: step)
        case .magnitude(let ratios): graph = graph.pruned(to: graph.sparsities(ratios))
        case .dynamic(let ratios, _):
            // The weights are only marked: which of them become zero is found while training.
            graph = try tuned(graph.annotated(with: graph.sparsities(ratios)), step, fineTune)
            return
        case .pattern(let kept, let group):
            graph = graph.pruned(to: graph.patternSparsities(kept: kept, group: group))
        case .finetune: break
        case .precision(let assignment, let isTrained, let scales):
            try setPrecision(
                assignment, isTrained: isTrained, scales: scales, step: step, fineTune: fineTune)
            return
        }
        if !isRepairedNext || step.isFineTuning { graph = try tuned(graph, step, fineTune) }
    }

    /// Fine-tunes, checks that the network is still the same one, and makes sure that zeros stayed zeros.
    private func tuned(
        _ graph: Graph, _ step: Compression.Step, _ fineTune: (Graph, Compression.Step) throws -> Graph
    ) throws -> Graph {
        let result = try fineTune(graph, step)
        guard result.nodes == graph.nodes, result.values.map(\.type) == graph.values.map(\.type) else {
            throw CompressionFailure(step, "fine-tuning returned another network")
        }
        return result.prunedAsMarked()
    }

    private mutating func setPrecision(
        _ precision: Assignment<Precision>, isTrained: Bool, scales: WeightScales, step: Compression.Step,
        fineTune: (Graph, Compression.Step) throws -> Graph
    ) throws {
        if precision.choices.contains(.binary) {
            let binarized = graph.binarizing(precision)
            graph = try tuned(binarized, step, fineTune).strippingBinarization(into: graph)
        }
        graph = graph.prepared(for: precision)
        let needsRanges = precision.choices.contains { $0 == .int8 || $0 == .binary }
        var record =
            try needsRanges
            ? graph.calibrated(on: calibration, for: precision, by: options.calibrator, step: step) : nil
        if isTrained, let ranges = record?.ranges {
            let rounded = try graph.fakeQuantizing(
                precision, ranges: { ranges[$0.index] }, weightScales: scales)
            graph = try tuned(rounded, step, fineTune).strippingFakeQuantization(into: graph)
                .prunedAsMarked()
            // Training already saw rounded weights; their mean error is no longer an error.
            record?.channelMeans = []
        }
        do {
            graph = try graph.converted(
                to: precision, ranges: { record?.ranges[$0.index] },
                channelMeans: { options.correctsBias ? record?.means(of: $0) : nil },
                weightScales: scales)
        } catch {
            throw CompressionFailure(step, error.description)
        }
    }
}

extension Compression.Step {
    fileprivate var isFineTuning: Bool { if case .finetune = self { true } else { false } }
}
