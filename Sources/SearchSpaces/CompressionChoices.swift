import YAMLReader

/// The compression part of a space: precision, pruning and recipe, each a list of pipeline steps.
struct CompressionChoices: Hashable, Sendable {
    /// What is done while the candidate is finished, such as distillation; the step comes first.
    var recipe: Choice<String>
    var pruning: Choice<String>
    /// The number type of the result; the step comes last.
    var precision: Choice<String>

    static let keys = ["precision", "pruning", "recipe"]

    init(_ node: YAMLNode?, reader: inout ChoiceReader) throws(YAMLError) {
        guard let node else {
            precision = Choice(code: "", values: [""], texts: ["float32"], dimension: nil)
            pruning = Choice(code: "", values: [""], texts: ["none"], dimension: nil)
            recipe = Choice(code: "", values: [""], texts: ["plain"], dimension: nil)
            return
        }
        try node.allow(keys: CompressionChoices.keys)
        precision = try CompressionChoices.choice("precision", node, "float32", &reader)
        pruning = try CompressionChoices.choice("pruning", node, "none", &reader)
        recipe = try CompressionChoices.choice("recipe", node, "plain", &reader)
    }

    private static func choice(
        _ key: String, _ node: YAMLNode, _ neutral: String, _ reader: inout ChoiceReader
    ) throws(YAMLError) -> Choice<String> {
        guard try node.optional(key) != nil else {
            return Choice(code: "", values: [""], texts: [neutral], dimension: nil)
        }
        return try reader.choice(key, of: node, named: "compression.", role: .compression) {
            item throws(YAMLError) in
            let text = try item.string()
            guard !text.isEmpty, text.allSatisfy({ $0 != ">" && !$0.isWhitespace }) else {
                throw item.error("'\(text)' is no compression step")
            }
            return text == neutral ? "" : step(of: text)
        }
    }

    /// The pipeline step that an option stands for.
    private static func step(of option: String) -> String {
        option == "distilled" ? "distill(largest)" : option
    }

    private var inOrder: [Choice<String>] { [recipe, pruning, precision] }

    func text(of genotype: Genotype) -> String {
        let steps = inOrder.map { $0.value(in: genotype) }.filter { !$0.isEmpty }
        return steps.isEmpty ? "none" : steps.joined(separator: ">")
    }

    func read(_ text: String, into genotype: inout Genotype) throws(EncodingError) {
        var steps = text == "none" ? [] : text.split(separator: ">", omittingEmptySubsequences: false)[...]
        for choice in inOrder {
            if let step = steps.first, let option = choice.values.firstIndex(where: { $0 == step }),
                !step.isEmpty
            {
                if let dimension = choice.dimension { genotype[dimension] = option }
                steps = steps.dropFirst()
            } else if let neutral = choice.values.firstIndex(of: "") {
                if let dimension = choice.dimension { genotype[dimension] = neutral }
            } else {
                throw EncodingError(detail: "it lacks one of \(choice.values.joined(separator: ", "))")
            }
        }
        guard let unknown = steps.first else { return }
        let known = inOrder.flatMap(\.values).filter { !$0.isEmpty }
        throw EncodingError(
            detail: "'\(unknown)' is not one of its steps here; steps in order: "
                + (known.isEmpty ? "none" : known.joined(separator: ", ")))
    }
}
