package import Candidates
package import Datasets
package import Quantities

/// What a job's candidates are judged by, as its file names it.
package enum JobData: Sendable {
    /// Samples to train on.
    case samples(SampleSource)
    /// Published measurements of architectures, in place of training and timing.
    case table(TableSource)

    package var metric: QualityMetric {
        switch self {
        case .samples(let source): source.goal.metric
        case .table(let source): source.metric
        }
    }
}

/// Where samples come from, how they are divided and what is learned from them.
package struct SampleSource: Sendable {
    package let request: DatasetRequest
    package let rules: SplitRules
    package let goal: LearningGoal
    /// What samples become before they are read; nil fits it to the training part.
    package var normalization: Normalization?
    /// How training samples vary.
    package var augmentation = Augmentation.none
}

/// Tables of measurements, and what their columns hold.
package struct TableSource: Sendable {
    package let paths: [String]
    package let columns: MeasurementTable.Columns
    package let metric: QualityMetric
}

extension DatasetSource {
    /// How training samples vary where a job does not say.
    var usualAugmentation: Augmentation {
        switch self {
        case .digits: .image(shift: 1)
        case .idx: .image(shift: 2)
        case .cifar10, .imageFolder: .image(shift: 4, flips: true)
        case .wavFolder: .spectrogram()
        case .csv, .npz, .table: .none
        }
    }
}
