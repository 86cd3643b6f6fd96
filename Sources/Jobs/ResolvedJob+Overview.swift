import Candidates
import Datasets
package import Determinism
import Devices
import ModelCompression
import Quantities
import Search
import SearchSpaces
import Training

extension ResolvedJob {
    /// The resolved values as the plan shows them; what is stored and compared is the guide, which knows the data too.
    package var overview: Identity {
        var record: Identity = [
            "name": .text(name),
            "dataset": data.identity,
            "space": .text("\(space.name) version \(space.version)"),
            "compression": .list(
                space.dimensions.filter { $0.role == .compression }.map { dimension in
                    .text("\(dimension.name): \(dimension.options.joined(separator: ", "))")
                }),
            "devices": .list(devices.map(Identity.text)),
            "objectives": .list(objectives.map { .text($0.rawValue) }),
            "constraints": .list(constraints.map { .text($0.description) }),
            "reserve": .list([.integer(reserve.ramBytes), .integer(reserve.flashBytes)]),
            "training": searchSettings.identity(augmentation: data.augmentation),
            "search": [
                "strategy": .text(search.strategy.rawValue), "seed": .text(String(seed)),
                "batch": .integer(search.batch), "use_host_times": .flag(search.usesHostTimes),
            ],
            "finalists": [
                "per_device": finalists.choice.identity, "epochs": .number(finalSettings.epochs),
                "fine_tune": .number(orAbsent: finalSettings.fineTuneEpochs),
                "distill": .flag(finalSettings.distillsAll),
            ],
            "max_drop": .number(orAbsent: finalists.maximumDrop.map { $0 * 100 }),
            "sources": sources,
        ]
        // Left out where there is nothing to say, as in jobs begun before these could be said.
        if compression.calibrator != .meanSquaredError {
            record.append("calibrator", .text(compression.calibrator.description))
        }
        if let most = search.maxOperations { record.append("max_macs", .integer(most)) }
        if let most = finalSettings.mostEpochs { record.append("most_epochs", .number(most)) }
        if let superEpochs { record.append("super_epochs", .number(superEpochs)) }
        if inherits { record.append("inherits", .flag(true)) }
        if !space.fixedCompression.isEmpty {
            record.append("fixed_compression", .list(space.fixedCompression.map(Identity.text)))
        }
        return record
    }

    /// Hashes of the space's and the devices' content, so that a job is not resumed on others.
    private var sources: Identity {
        .record(
            [.init("space", .text(spaceHash))]
                + profiles.map { .init($0.name, .text(SHA256.hex(String(describing: $0)))) })
    }
}

extension JobData {
    fileprivate var augmentation: Augmentation {
        switch self {
        case .samples(let source): source.augmentation
        case .table: .none
        }
    }

    fileprivate var identity: Identity {
        switch self {
        case .samples(let source): source.identity
        case .table(let source): source.identity
        }
    }
}

extension SampleSource {
    fileprivate var identity: Identity {
        var record: Identity = [
            "source": .text(request.source.rawValue), "task": .text(goal.task.rawValue),
            "metric": .text(goal.metric.rawValue),
            "validation": rules.validation?.identity ?? .text("default"),
            "test": rules.test?.identity ?? .text("default"), "split": .text(rules.basis.rawValue),
            "split_seed": .text(String(rules.seed)),
        ]
        if let normalization {
            let numbers = normalization.offsets + normalization.scales
            record.append("preprocessing", .list(numbers.map { .text($0.description) }))
        }
        return record
    }
}

extension TableSource {
    fileprivate var identity: Identity {
        [
            "source": .text(DatasetSource.table.rawValue), "metric": .text(metric.rawValue),
            "accuracy": .text(columns.accuracy),
            "costs": .list(
                columns.costs.flatMap { cost in
                    cost.columns.map { .text("\(cost.device) \($0.metric.rawValue) \($0.column)") }
                }),
        ]
    }
}

extension SplitRules.Part {
    fileprivate var identity: Identity {
        switch self {
        case .fraction(let share): .number(share)
        case .official: .text("official")
        case .pattern(let pattern): .text("pattern \(pattern)")
        case .after(let count): .text("after \(count)")
        }
    }
}

extension FinalistChoice {
    fileprivate var identity: Identity {
        switch self {
        case .everyone: .text("all")
        case .perDevice(let count): .integer(count)
        }
    }
}

extension TrainingSettings {
    fileprivate func identity(augmentation: Augmentation) -> Identity {
        var identity: Identity = [
            "mode": .text("from-scratch"), "epochs": .number(epochs),
            "fine_tune": .number(orAbsent: fineTuneEpochs), "batch": .integer(batch),
            "optimizer": .text(usesAdamW ? "adamw" : "sgd"),
            "learning_rate": .number(orAbsent: learningRate), "channel_order": .text(channelOrder.rawValue),
            "augmentation": .list(augmentation.settings.map(Identity.text)),
        ]
        if precision != .float32 { identity.append("precision", .text(precision.rawValue)) }
        if dropout > 0 { identity.append("dropout", .number(dropout)) }
        return identity
    }
}

extension Augmentation {
    /// The settings as job files write them, such as `shift(2)`.
    fileprivate var settings: [String] {
        let shifts =
            shiftRows == shiftColumns
            ? [("shift", shiftRows)] : [("shift_rows", shiftRows), ("shift_columns", shiftColumns)]
        let numbers =
            shifts + [("cut_out", cutOut), ("mask_rows", maskedRows), ("mask_columns", maskedColumns)]
        return numbers.filter { $0.1 > 0 }.map { "\($0.0)(\($0.1))" } + (flipsHorizontally ? ["flip"] : [])
            + (noise > 0 ? ["noise(\(noise))"] : []) + (colour > 0 ? ["colour(\(colour))"] : [])
            + (mixUp > 0 ? ["mixup(\(mixUp))"] : [])
    }
}
