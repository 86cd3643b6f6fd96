public import Determinism
public import ModelCompression
import Quantities
import Training

// Encoders of what decides an accuracy. A value that changes its meaning gets a new version; a value that is added is left out
// where it has the meaning that older encodings had.

extension LearningGoal {
    /// Task and metric, as they enter the keys of accuracies.
    public var identity: Identity {
        ["version": .integer(1), "task": .text(task.rawValue), "metric": .text(metric.rawValue)]
    }
}

extension TrainingSettings {
    /// Everything here that decides a training's result.
    public var identity: Identity {
        var identity: Identity = [
            "version": .integer(1), "epochs": .number(epochs),
            "fine_tune_epochs": .number(orAbsent: fineTuneEpochs), "batch": .integer(batch),
            "optimizer": .text(usesAdamW ? "adamw" : "sgd"),
            "learning_rate": .number(orAbsent: learningRate), "distills_all": .flag(distillsAll),
            "channel_order": .text(channelOrder.rawValue),
        ]
        if dropout > 0 { identity.append("dropout", .number(dropout)) }
        if balancesClasses { identity.append("class_weights", .text("balanced")) }
        if precision != .float32 { identity.append("precision", .text(precision.rawValue)) }
        if let mostEpochs {
            identity.append(
                "most_epochs",
                ["epochs": .number(mostEpochs), "largest_macs": .number(orAbsent: largestOperations)])
        }
        return identity
    }
}

extension CompressionOptions {
    /// Without the importance of channels, which follows from the settings of the training.
    public var identity: Identity {
        [
            "version": .integer(1), "calibrator": calibrator.identity, "corrects_bias": .flag(correctsBias),
        ]
    }
}

extension Calibrator {
    fileprivate var identity: Identity {
        switch self {
        case .minMax: .text("min-max")
        case .percentile(let percentile): ["percentile": .number(percentile)]
        case .meanSquaredError: .text("mean-squared-error")
        }
    }
}
