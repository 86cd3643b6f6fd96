extension Compression {
    /// Where a kind of step stands in a pipeline; each kind occurs at most once, fine-tuning wherever it repairs something.
    fileprivate enum Stage: Int, Comparable {
        case distillation, channels, weights, precision
        static func < (a: Stage, b: Stage) -> Bool { a.rawValue < b.rawValue }
    }

    static func validate(_ steps: [Step]) throws(CompressionError) {
        var last: (stage: Stage, step: Step)?
        var previous: Step?
        for step in steps {
            try step.validate()
            if case .finetune = step {
                try validateFineTuning(step, after: previous)
            } else if let stage = step.stage {
                if let last { try validate(step, stage, after: last.step, last.stage) }
                last = (stage, step)
            }
            previous = step
        }
        try validateBinary(steps)
    }

    private static func validateFineTuning(_ step: Step, after previous: Step?) throws(CompressionError) {
        switch previous {
        case nil: throw CompressionError("\(step)", "there is nothing before it to recover from")
        case .finetune:
            throw CompressionError("\(step)", "follows another 'finetune'; give one the sum of the epochs")
        case .precision:
            throw CompressionError(
                "\(step)", "cannot train after a change of precision; put it before, or use 'int8-qat'")
        case .distill, .structured, .magnitude, .pattern, .dynamic: break
        }
    }

    private static func validate(
        _ step: Step, _ stage: Stage, after last: Step, _ lastStage: Stage
    ) throws(CompressionError) {
        if lastStage < stage { return }
        let reason =
            switch (lastStage, stage) {
            case (.precision, .precision): "a pipeline sets precision once; name exceptions in one step"
            case (.precision, _): "nothing can follow '\(last)', because its weights no longer change"
            case (.weights, .channels):
                "must come before '\(last)', which ranks the weights that channels leave behind"
            case (.weights, .weights): "weights are made sparse once; '\(last)' already does"
            case (.channels, .channels): "channels are removed once; name exceptions in one step"
            case (_, .distillation):
                "the teacher must be named first, since it guides all training that follows"
            case (.distillation, _), (.channels, _), (.weights, .precision): "cannot follow '\(last)'"
            }
        throw CompressionError("\(step)", reason)
    }

    private static func validateBinary(_ steps: [Step]) throws(CompressionError) {
        guard case .precision(let assignment, _, _) = steps.last, assignment.choices.contains(.binary) else {
            return
        }
        if let sparse = steps.first(where: { $0.stage == .weights }) {
            throw CompressionError(
                "\(sparse)", "binary weights have no zeros; remove it or use another precision")
        }
    }
}

extension Compression.Step {
    fileprivate var stage: Compression.Stage? {
        switch self {
        case .distill: .distillation
        case .structured: .channels
        case .magnitude, .pattern, .dynamic: .weights
        case .precision: .precision
        case .finetune: nil
        }
    }

    fileprivate func validate() throws(CompressionError) {
        func require(_ condition: Bool, _ reason: String) throws(CompressionError) {
            guard condition else { throw CompressionError("\(self)", reason) }
        }
        switch self {
        case .distill(let teacher, let featureWeight):
            try require(!teacher.isEmpty, "needs the name of a teacher")
            try require(
                featureWeight >= 0 && featureWeight <= 1e6, "the weight of features lies in 0 ... 1000000")
        case .structured(let ratios), .magnitude(let ratios), .dynamic(let ratios, _):
            try require(ratios.general > 0 && ratios.general < 1, "needs a ratio above 0 and below 1")
            try require(
                ratios.exceptions.allSatisfy { $0.choice >= 0 && $0.choice < 1 }, "ratios lie in 0 ..< 1")
        case .pattern(let kept, let group):
            try require(kept > 0 && kept < group && group <= 64, "keeps n of m with 0 < n < m ≤ 64")
        case .finetune(let epochs):
            try require((1...100_000).contains(epochs), "needs a positive number of epochs")
        case .precision(let assignment, let isTrained, let scales):
            try require(!isTrained || assignment.general == .int8, "only int8 has a '-qat' form")
            try require(
                assignment.general != .float32 || !assignment.exceptions.isEmpty,
                "float32 is what a network has already")
            try require(
                scales == .perChannel || assignment.choices.contains(.int8),
                "only int8 weights have scales to choose")
        }
    }
}
