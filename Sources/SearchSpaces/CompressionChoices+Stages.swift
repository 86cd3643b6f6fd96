import ModelGraph

/// The choice of one part of a network among number types.
struct StagePrecision: Hashable, Sendable {
    /// Nodes named so, or with this and a slash or dot before their name, follow it.
    let name: String
    let choice: Choice<String>
}

extension CompressionChoices {
    /// One choice a stage, and their dimensions.
    ///
    /// Throws where two options are one number type, or do not go with every pruning: stages are combined freely.
    static func choices(
        of stages: [String], among options: [Option], with pruning: [Option],
        appendingTo dimensions: inout [Dimension]
    ) throws(CompressionError) -> [StagePrecision] {
        var types: [Precision] = []
        for option in options {
            guard let step = PrecisionStep(parsing: option.step), step.assignment.exceptions.isEmpty else {
                throw CompressionError(option.text, "is no number type that a stage could choose")
            }
            guard !types.contains(step.assignment.general) else {
                throw CompressionError(option.text, "stands beside another option of the same number type")
            }
            types.append(step.assignment.general)
        }
        let neutral = [Option(text: "", step: "")]
        if let failure = failure(neutral, pruning, options) { throw failure }
        return stages.map { stage in
            StagePrecision(
                name: stage, choice: Choice(options, named: "precision.\(stage)", appendingTo: &dimensions))
        }
    }

    /// What the stages chose as one step: the strongest choice in general, the others as exceptions.
    func stageStep(of genotype: Genotype) -> PrecisionStep {
        let chosen = stages.map { ($0.name, PrecisionStep(parsing: $0.choice.value(in: genotype))) }
        let options = precision.values.compactMap { PrecisionStep(parsing: $0) }
        let used = options.filter { option in chosen.contains { $0.1 == option } }
        guard let general = used.first(where: \.isTrained) ?? used.last else {
            return PrecisionStep(Assignment(.float32), isTrained: false)
        }
        let others = chosen.compactMap { name, step in
            step.flatMap { $0 == general ? nil : Assignment.Exception(name, $0.assignment.general) }
        }
        return PrecisionStep(
            Assignment(general.assignment.general, exceptions: others), isTrained: general.isTrained,
            scales: general.scales)
    }

    /// Sets the stages' choices from one step, such as `int8(stage1=float32)`.
    func readStages(_ text: Substring, into genotype: inout Genotype) throws(EncodingError) {
        guard let step = PrecisionStep(parsing: text) else {
            throw EncodingError(
                detail: "'\(text)' is no choice of number types such as int8(\(stages[0].name)=float32)")
        }
        for stage in stages {
            let type = step.assignment[stage.name]
            let option = stage.choice.values.firstIndex {
                PrecisionStep(parsing: $0)?.assignment.general == type
            }
            guard let option else {
                let known = stage.choice.texts.joined(separator: ", ")
                throw EncodingError(
                    detail: "\(stage.name) cannot be \(type.rawValue); its options are \(known)")
            }
            if let dimension = stage.choice.dimension { genotype[dimension] = option }
        }
        guard stageStep(of: genotype) == step else {
            throw EncodingError(
                detail: "'\(text)' would be written '\(stageStep(of: genotype).text)' here; its stages are "
                    + stages.map(\.name).joined(separator: ", "))
        }
    }

    // MARK: Layers kept in float32

    /// A pipeline whose last step leaves these layers in float32.
    func keeping(_ layers: [String], in text: String) -> String {
        var steps = text.split(separator: ">").map(String.init)
        guard !layers.isEmpty, let last = steps.popLast(), let step = PrecisionStep(parsing: last) else {
            return text
        }
        return (steps + [step.keeping(layers).text]).joined(separator: ">")
    }

    /// A pipeline as the space's options write it, and the layers that it keeps in float32 beside them; nil where that is no
    /// explanation.
    func splittingKeptLayers(_ text: String) -> (choices: String, kept: [String])? {
        var steps = text.split(separator: ">").map(String.init)
        guard let last = steps.popLast(), let step = PrecisionStep(parsing: last) else { return nil }
        for option in bases(of: step) {
            guard let kept = step.layersKept(beyond: option), !kept.isEmpty else { continue }
            return ((steps + [option.text]).joined(separator: ">"), kept)
        }
        return nil
    }

    /// The steps of this space that a step with kept layers may come from.
    private func bases(of step: PrecisionStep) -> [PrecisionStep] {
        guard !stages.isEmpty else {
            return precision.values.compactMap { value in
                value.split(separator: ">").last.flatMap { PrecisionStep(parsing: $0) }
            }
        }
        let own = step.assignment.exceptions.filter { exception in
            stages.contains { $0.name == exception.name }
        }
        return [
            PrecisionStep(
                Assignment(step.assignment.general, exceptions: own), isTrained: step.isTrained,
                scales: step.scales)
        ]
    }
}
