import ModelGraph
import YAMLReader

/// The compression part of a space: precision, pruning and recipe, each a list of options.
struct CompressionChoices: Hashable, Sendable {
    /// What is done while the candidate is finished, such as distillation; the step comes first.
    let recipe: Choice<String>
    let pruning: Choice<String>
    /// The number type of the result; the step comes last.
    let precision: Choice<String>

    /// Options as the space's file has them, and the pipeline step that each stands for (none where nothing is done).
    struct Options: Hashable, Sendable {
        var precision = [Option(text: "float32", step: "")]
        var pruning = [Option(text: "none", step: "")]
        var recipe = [Option(text: "plain", step: "")]
    }

    struct Option: Hashable, Sendable { let text, step: String }

    static let keys = ["precision", "pruning", "recipe"]

    /// Appends the dimensions that the options open.
    ///
    /// Pruning is left out of a candidate whose precision does not go with every pruning of the list (binary weights
    /// cannot be sparse). Throws where options do not go together otherwise.
    init(_ options: Options, appendingTo dimensions: inout [Dimension]) throws(CompressionError) {
        var suits: [Bool] = []
        for precision in options.precision {
            let failure = CompressionChoices.failure(
                [Option(text: "", step: "")], options.pruning, [precision])
            suits.append(failure == nil)
            if let failure, options.pruning[0].step != "" || options.precision.count == 1 { throw failure }
        }
        let usual = zip(options.precision, suits).filter(\.1).map(\.0)
        if let failure = CompressionChoices.failure(options.recipe, options.pruning, usual)
            ?? CompressionChoices.failure(options.recipe, [options.pruning[0]], options.precision)
        {
            throw failure
        }
        precision = Choice(options.precision, named: "precision", appendingTo: &dimensions)
        let condition = precision.dimension.map { Dimension.Condition(dimension: $0, allowed: suits) }
        pruning = Choice(
            options.pruning, named: "pruning",
            when: suits.allSatisfy(\.self) ? [] : [condition].compactMap(\.self),
            appendingTo: &dimensions)
        recipe = Choice(options.recipe, named: "recipe", appendingTo: &dimensions)
    }

    /// Why one of the combinations cannot be, or nil.
    private static func failure(_ recipes: [Option], _ prunings: [Option], _ precisions: [Option])
        -> CompressionError?
    {
        for recipe in recipes {
            for pruning in prunings {
                for precision in precisions {
                    let steps = [recipe.step, pruning.step, precision.step].filter { !$0.isEmpty }
                    do throws(CompressionError) {
                        _ = try Compression(parsing: steps.joined(separator: ">"))
                    } catch {
                        return error
                    }
                }
            }
        }
        return nil
    }

    private var inOrder: [Choice<String>] { [recipe, pruning, precision] }

    /// Of a genotype in normal form.
    func text(of genotype: Genotype) -> String {
        let steps = inOrder.map { $0.value(in: genotype) }.filter { !$0.isEmpty }
        return steps.isEmpty ? "none" : steps.joined(separator: ">")
    }

    func read(_ text: String, into genotype: inout Genotype) throws(EncodingError) {
        var steps = text == "none" ? [] : text.split(separator: ">", omittingEmptySubsequences: false)[...]
        for choice in inOrder {
            if let step = steps.first, !step.isEmpty,
                let option = choice.values.firstIndex(where: { $0 == step })
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

extension CompressionChoices.Options {
    /// Reads the `compression:` section of a space's file.
    init(_ node: YAMLNode?) throws(YAMLError) {
        guard let node else { return }
        try node.allow(keys: CompressionChoices.keys)
        if let list = try node.optional("precision") {
            precision = try Self.options(list, neutral: "float32")
        }
        if let list = try node.optional("pruning") { pruning = try Self.options(list, neutral: "none") }
        if let list = try node.optional("recipe") { recipe = try Self.options(list, neutral: "plain") }
    }

    private static func options(_ list: YAMLNode, neutral: String) throws(YAMLError) -> [CompressionChoices
        .Option]
    {
        let items = list.isSequence ? try list.list() : [list]
        guard (1...200).contains(items.count) else { throw list.error("needs 1 to 200 options") }
        var options: [CompressionChoices.Option] = []
        for item in items {
            let text = try item.string()
            let option = CompressionChoices.Option(
                text: text, step: text == neutral ? "" : try step(of: text, at: item))
            guard !options.contains(where: { $0.step == option.step }) else {
                throw item.error("the option '\(text)' stands twice")
            }
            options.append(option)
        }
        return options
    }

    /// The pipeline step that an option stands for, as `Compression` prints it.
    private static func step(of option: String, at node: YAMLNode) throws(YAMLError) -> String {
        do throws(CompressionError) {
            return try Compression(parsing: option == "distilled" ? "distill(largest)" : option).description
        } catch {
            throw node.error("\(error)")
        }
    }
}

extension Choice<String> {
    /// A choice of pipeline steps, and its dimension at the end of the list where there is more than one option.
    fileprivate init(
        _ options: [CompressionChoices.Option], named key: String,
        when conditions: [Dimension.Condition] = [],
        appendingTo dimensions: inout [Dimension]
    ) {
        code = ""
        values = options.map(\.step)
        texts = options.map(\.text)
        guard options.count > 1 else {
            dimension = nil
            return
        }
        dimensions.append(
            Dimension(
                name: "compression.\(key)", options: options.map(\.text), role: .compression,
                conditions: conditions))
        dimension = dimensions.count - 1
    }

    /// The options that a choice was made of.
    var compressionOptions: [CompressionChoices.Option] {
        zip(texts, values).map { CompressionChoices.Option(text: $0, step: $1) }
    }
}
