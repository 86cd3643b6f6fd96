import ModelGraph
import YAMLReader

/// The compression part of a space: precision, pruning and recipe, each a list of options.
struct CompressionChoices: Hashable, Sendable {
    /// What is done while the candidate is finished, such as distillation; the step comes first.
    let recipe: Choice<String>
    let pruning: Choice<String>
    /// The number type of the result; the step comes last.
    let precision: Choice<String>
    /// What each stage chooses among the options of `precision`; empty where all choose the same.
    let stages: [StagePrecision]

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
    /// - Parameters:
    ///   - stages: names of the parts of a network that choose their precision each for itself.
    ///   - startsTrained: the network has weights already, so that only steps train.
    init(
        _ options: Options, stages: [String] = [], startsTrained: Bool = false,
        appendingTo dimensions: inout [Dimension]
    ) throws(CompressionError) {
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
        if stages.count > 1, options.precision.count > 1 {
            self.stages = try CompressionChoices.choices(
                of: stages, among: options.precision, with: options.pruning, appendingTo: &dimensions)
            precision = Choice(among: options.precision)
        } else {
            self.stages = []
            precision = Choice(options.precision, named: "precision", appendingTo: &dimensions)
        }
        let condition = precision.dimension.map { Dimension.Condition(dimension: $0, allowed: suits) }
        pruning = Choice(
            options.pruning, named: "pruning",
            when: suits.allSatisfy(\.self) ? [] : [condition].compactMap(\.self),
            appendingTo: &dimensions)
        recipe = Choice(
            options.recipe, named: "recipe",
            when: startsTrained ? try Self.trainings(options, pruning) : [], appendingTo: &dimensions)
    }

    /// Where a recipe matters though nothing is trained before compression: with pruning, which trains afterwards.
    ///
    /// Throws where no option trains anything that could follow a teacher.
    private static func trainings(
        _ options: Options, _ pruning: Choice<String>
    ) throws(CompressionError) -> [Dimension.Condition] {
        let precisions = options.precision.compactMap { PrecisionStep(parsing: $0.step) }
        let trains = precisions.contains { $0.isTrained || $0.assignment.choices.contains(.binary) }
        guard options.recipe.count > 1, !trains else { return [] }
        if let dimension = pruning.dimension {
            return [Dimension.Condition(dimension: dimension, allowed: pruning.values.map { !$0.isEmpty })]
        }
        guard pruning.values != [""] else {
            throw CompressionError(
                options.recipe[1].text, "needs a compression that trains, such as structured(0.5) or int8-qat"
            )
        }
        return []
    }

    /// Why one of the combinations cannot be, or nil.
    static func failure(_ recipes: [Option], _ prunings: [Option], _ precisions: [Option])
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

    /// Every step, or pipeline, that may be chosen.
    var steps: [String] { (recipe.values + pruning.values + precision.values).filter { !$0.isEmpty } }

    /// Steps of the choices that have one option only.
    var fixedSteps: [String] {
        [recipe, pruning, precision].filter { $0.dimension == nil && $0.values.count == 1 }
            .flatMap(\.values).filter { !$0.isEmpty }
    }

    private var inOrder: [Choice<String>] { [recipe, pruning] + (stages.isEmpty ? [precision] : []) }

    /// Of a genotype in normal form.
    func text(of genotype: Genotype) -> String {
        var steps = inOrder.map { $0.value(in: genotype) }
        if !stages.isEmpty { steps.append(stageStep(of: genotype).text) }
        let text = steps.filter { !$0.isEmpty }.joined(separator: ">")
        return keeping(genotype.keptLayers, in: text.isEmpty ? "none" : text)
    }

    func read(_ text: String, into genotype: inout Genotype) throws(EncodingError) {
        do throws(EncodingError) {
            try readChoices(text, into: &genotype)
        } catch {
            guard let (choices, kept) = splittingKeptLayers(text) else { throw error }
            try readChoices(choices, into: &genotype)
            genotype.keptLayers = kept
        }
    }

    private func readChoices(_ text: String, into genotype: inout Genotype) throws(EncodingError) {
        var steps = text == "none" ? [] : text.split(separator: ">", omittingEmptySubsequences: false)[...]
        for choice in inOrder {
            if let option = choice.longestOption(beginning: steps) {
                if let dimension = choice.dimension { genotype[dimension] = option }
                steps = steps.dropFirst(choice.values[option].split(separator: ">").count)
            } else if let neutral = choice.values.firstIndex(of: "") {
                if let dimension = choice.dimension { genotype[dimension] = neutral }
            } else {
                throw EncodingError(detail: "it lacks one of \(choice.values.joined(separator: ", "))")
            }
        }
        if !stages.isEmpty {
            try readStages(steps.first ?? "", into: &genotype)
            steps = steps.dropFirst()
        }
        guard let unknown = steps.first else { return }
        let known = inOrder.flatMap(\.values).filter { !$0.isEmpty }
        throw EncodingError(
            detail: "'\(unknown)' is not one of its steps here; steps in order: "
                + (known.isEmpty ? "none" : known.joined(separator: ", ")))
    }
}

extension CompressionChoices.Options {
    /// Reads the `compression:` section of a space's file: lists to be combined, or one list of whole pipelines.
    init(_ node: YAMLNode?) throws(YAMLError) {
        guard let node else { return }
        guard !node.isSequence else {
            precision = try Self.options(node, neutral: "none")
            return
        }
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
    /// Options that nobody chooses among for the whole network.
    fileprivate init(among options: [CompressionChoices.Option]) {
        self.init(code: "", values: options.map(\.step), texts: options.map(\.text), dimension: nil)
    }

    /// A choice of pipeline steps, and its dimension at the end of the list where there is more than one option.
    init(
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

    /// The option with most steps that stands at the beginning of a list of steps.
    fileprivate func longestOption(beginning steps: ArraySlice<Substring>) -> Int? {
        let counts = values.map { $0.split(separator: ">").count }
        return values.indices.filter {
            !values[$0].isEmpty && steps.starts(with: values[$0].split(separator: ">"))
        }
        .max { counts[$0] < counts[$1] }
    }

    /// The options that a choice was made of.
    var compressionOptions: [CompressionChoices.Option] {
        zip(texts, values).map { CompressionChoices.Option(text: $0, step: $1) }
    }
}
