import ModelGraph

/// The step of a pipeline that sets the number types: `int8`, `int8-qat(stage1=float32)`, or none for float32 throughout.
struct PrecisionStep: Hashable {
    var assignment: Assignment<Precision>
    var isTrained: Bool
    /// Of int8 weights.
    var scales = WeightScales.perChannel

    /// Nil where the text is another step.
    init?(parsing text: some StringProtocol) {
        if text.isEmpty || text == Precision.float32.rawValue {
            self.init(Assignment(.float32), isTrained: false)
            return
        }
        guard let steps = try? Compression(parsing: String(text)).steps, steps.count == 1,
            case .precision(let assignment, let isTrained, let scales) = steps[0]
        else { return nil }
        self.init(assignment, isTrained: isTrained, scales: scales)
    }

    init(_ assignment: Assignment<Precision>, isTrained: Bool, scales: WeightScales = .perChannel) {
        self.assignment = assignment
        self.isTrained = isTrained
        self.scales = scales
    }

    /// As a pipeline is written; empty where everything is float32.
    var text: String {
        assignment.choices.allSatisfy { $0 == .float32 }
            ? "" : Compression.Step.precision(assignment, isTrained: isTrained, scales: scales).description
    }

    /// The same with these layers in float32.
    func keeping(_ layers: [String]) -> PrecisionStep {
        let exceptions = assignment.exceptions + layers.map { Assignment.Exception($0, .float32) }
        return PrecisionStep(
            Assignment(assignment.general, exceptions: exceptions), isTrained: isTrained, scales: scales)
    }

    /// The layers kept in float32 here and not in `other`; nil where the two differ otherwise.
    func layersKept(beyond other: PrecisionStep) -> [String]? {
        let more = assignment.exceptions.filter { !other.assignment.exceptions.contains($0) }
        let kept = more.filter { $0.choice == .float32 }.map(\.name)
        return kept.count == more.count && other.keeping(kept) == self ? kept : nil
    }
}
