import Datasets
import ModelCompression
public import ModelGraph
import Quantities
public import SearchSpaces

/// A network compressed so that it loses little, and the point that it turned out to be.
public struct ControlledCandidate: Sendable {
    /// The point asked for, with every layer named that stays in float32.
    public let genotype: Genotype
    /// The compressed network.
    public let graph: Graph
    /// One sentence where even the best network found loses more than was asked.
    public let shortfall: String?
}

extension CandidateBuilder {
    /// Trains a point and compresses it so that it loses at most `maximumDrop` (in the metric's unit, such as 0.005) on the slice
    /// of train against the network before compression.
    ///
    /// Where it loses more, the layers that hurt most stay in float32, one after another; if that is never enough, the best network
    /// found is returned and said to be short.
    /// - Parameters:
    ///   - ancestors: those that the point inherits from.
    ///   - record: takes down how the trainings go.
    public func build(
        _ genotype: Genotype, losingAtMost maximumDrop: Double, after ancestors: [Ancestor] = [],
        record: TrainingRecord? = nil
    ) throws -> ControlledCandidate {
        let start = try prepared(genotype, after: ancestors, record)
        let judge = Judge(data: data)
        let controlled = try compress(
            start.network, by: start.compression, within: maximumDrop, calibration: CalibrationSamples(data),
            options: start.options,
            quality: { judge.task.value(of: try judge.predictions(of: $0, on: data.split.slice)) },
            fineTune: start.fineTune)
        return ControlledCandidate(
            genotype: try space.genotype(
                architecture: space.architecture(of: genotype),
                compression: controlled.compression.description),
            graph: controlled.graph, shortfall: controlled.isWithin ? nil : controlled.summary)
    }
}
