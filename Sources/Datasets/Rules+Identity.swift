public import Determinism

extension Augmentation {
    /// For keys of what is trained with it.
    public var identity: Identity {
        var identity: Identity = [
            "version": .integer(1), "shift_rows": .integer(shiftRows),
            "shift_columns": .integer(shiftColumns), "flips_horizontally": .flag(flipsHorizontally),
            "cut_out": .integer(cutOut), "noise": .number(Double(noise)),
            "masked_rows": .integer(maskedRows), "masked_columns": .integer(maskedColumns),
        ]
        // Left out where there is none, as in jobs begun before there could be any.
        if colour > 0 { identity.append("colour", .number(Double(colour))) }
        if mixUp > 0 { identity.append("mixup", .number(Double(mixUp))) }
        return identity
    }
}

extension SplitRules {
    /// For keys of jobs.
    public var identity: Identity {
        [
            "version": .integer(1), "validation": validation?.identity ?? .absent,
            "test": test?.identity ?? .absent,
            "by": .text(basis.rawValue), "seed": .text(String(seed)),
        ]
    }
}

extension SplitRules.Part {
    fileprivate var identity: Identity {
        switch self {
        case .fraction(let share): ["fraction": .number(share)]
        case .official: .text("official")
        case .pattern(let pattern): ["pattern": .text(pattern)]
        case .after(let count): ["after": .integer(count)]
        }
    }
}

extension Normalization {
    /// For keys of what reads normalised samples.
    public var identity: Identity {
        [
            "version": .integer(1), "offsets": .list(offsets.map { .number(Double($0)) }),
            "scales": .list(scales.map { .number(Double($0)) }),
        ]
    }
}
