public import Datasets

extension TaskRules {
    /// What outputs say of samples, beside the truth.
    ///
    /// - Parameters:
    ///   - outputs: `outputCount` values a sample, in the order of `indices`.
    ///   - inputs: the normalised samples, which only reconstructions are compared with.
    ///   - threshold: the error from which on a sample counts as an anomaly; nil chooses it from these samples.
    public func predictions(
        of outputs: [SampleOutputs], for indices: [Int], in dataset: Dataset, threshold: Float? = nil
    ) -> Predictions {
        let groups = dataset.groups.isEmpty ? [] : indices.map { Int(dataset.groups[$0]) }
        switch (self, dataset.target) {
        case (.classification(let classes, _), .classes(let labels, _)):
            let logits = outputs.flatMap(\.values)
            return Predictions(
                .classes(
                    predicted: Predictions.classes(ofLogits: logits, classCount: classes),
                    truth: indices.map { Int(labels[$0]) }, classCount: classes, logits: logits),
                groups: groups)
        case (.regression(let offset, let scale, _), .values(let values)):
            return Predictions(
                .values(
                    predicted: outputs.flatMap(\.values).map { offset + scale * $0 },
                    truth: indices.map { values[$0] }), groups: groups)
        case (.anomaly, .anomalies(let flags)):
            let errors = outputs.flatMap(\.values)
            let truth = indices.map { flags[$0] }
            return Predictions(
                .anomalies(
                    errors: errors, powers: outputs.flatMap(\.powers), truth: truth,
                    threshold: threshold ?? TaskRules.threshold(errors, truth)), groups: groups)
        case (.classification, .values), (.classification, .anomalies), (.regression, .classes),
            (.regression, .anomalies), (.anomaly, .classes), (.anomaly, .values):
            preconditionFailure("TaskRules: data of another task")
        }
    }

    /// What is kept of a network's outputs for some samples: the outputs themselves, or for each sample its reconstruction's
    /// error and its own power.
    public func kept(_ outputs: [Float], inputs: [Float]) -> SampleOutputs {
        switch self {
        case .classification, .regression: return SampleOutputs(values: outputs, powers: [])
        case .anomaly(let size, _, _):
            var (errors, powers): ([Float], [Float]) = ([], [])
            for start in stride(from: 0, to: outputs.count, by: size) {
                var (error, power) = (0.0, 0.0)
                for place in start..<start + size {
                    let (input, difference) = (Double(inputs[place]), Double(inputs[place] - outputs[place]))
                    error += difference * difference
                    power += input * input
                }
                errors.append(Float(error / Double(size)))
                powers.append(Float(power / Double(size)))
            }
            return SampleOutputs(values: errors, powers: powers)
        }
    }

    /// Where F1 is largest; where all samples are normal, the error that one in a hundred exceeds.
    private static func threshold(_ errors: [Float], _ truth: [Bool]) -> Float {
        let isMixed = truth.contains(true) && truth.contains(false)
        if isMixed, let best = Ranking(scores: errors.map(Double.init), truth: truth).bestThreshold {
            return Float(best)
        }
        let ordered = errors.sorted()
        guard !ordered.isEmpty else { return 0 }
        return ordered[min(Int(0.99 * Double(ordered.count)), ordered.count - 1)].nextUp
    }
}

/// What is kept of a network's outputs for some samples.
public struct SampleOutputs: Sendable {
    /// Outputs, or errors of reconstructions.
    public let values: [Float]
    /// Mean squares of the samples that were reconstructed; empty where the task needs none.
    public let powers: [Float]
}
