/// `stem_k3_s2_w16|inverted_k3_e4_w24_d2|skip|head_w64`: one part for the stem, each stage and the head.
///
/// A stage without blocks is `skip`; otherwise its operation comes first, then what the space leaves open, each
/// a letter and the option: r resolution, k kernel, s stride, e expansion, w width, d depth, se squeeze-excite ratio; an activation by its name.
extension StagedTopology {
    func text(of genotype: Genotype) -> String {
        let head = ["head"] + [headWidth.token(in: genotype)].compactMap(\.self)
        let first = stem.text(of: genotype, more: [StagedTopology.Stage.Attribute(resolution)])
        let parts = [first] + stages.map { $0.text(of: genotype) } + [head.joined(separator: "_")]
        return parts.joined(separator: "|")
    }

    func read(_ text: String, into genotype: inout Genotype) throws(EncodingError) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == stages.count + 2 else {
            throw EncodingError(detail: "it has \(parts.count) parts, expected \(stages.count + 2)")
        }
        try stem.read(parts[0], into: &genotype, more: [StagedTopology.Stage.Attribute(resolution)])
        for (stage, part) in zip(stages, parts.dropFirst()) { try stage.read(part, into: &genotype) }
        var tokens = parts[parts.count - 1].split(separator: "_", omittingEmptySubsequences: false)
        guard tokens.removeFirst() == "head", tokens.count == (headWidth.dimension == nil ? 0 : 1),
            tokens.allSatisfy({ headWidth.read($0, into: &genotype) })
        else {
            let options =
                headWidth.dimension == nil
                ? "head" : headWidth.texts.map { "head_w\($0)" }.joined(separator: ", ")
            throw EncodingError(detail: "'\(parts[parts.count - 1])' should be one of \(options)")
        }
    }
}

extension StagedTopology.Stage {
    fileprivate func text(of genotype: Genotype, more: [Attribute] = []) -> String {
        guard depth.value(in: genotype) > 0 else { return "skip" }
        let tokens = (more + attributes(block.value(in: genotype))).compactMap { $0.token(genotype) }
        return ([name(of: genotype)] + tokens).joined(separator: "_")
    }

    private func name(of genotype: Genotype) -> String {
        block.dimension.map { block.texts[genotype[$0]] } ?? block.texts[0]
    }

    fileprivate func read(
        _ part: Substring, into genotype: inout Genotype, more: [Attribute] = []
    ) throws(EncodingError) {
        var tokens = part.split(separator: "_", omittingEmptySubsequences: false)
        let operation = tokens.removeFirst()
        if operation == "skip", tokens.isEmpty, let absent = depth.values.firstIndex(of: 0) {
            if let dimension = depth.dimension { genotype[dimension] = absent }
            return
        }
        guard let chosen = block.texts.firstIndex(where: { $0 == operation }) else {
            let known = block.texts + (depth.values.contains(0) ? ["skip"] : [])
            throw EncodingError(
                detail: "\(name) begins with '\(operation)', expected \(known.joined(separator: " or "))")
        }
        if let dimension = block.dimension { genotype[dimension] = chosen }
        var missing = (more + attributes(block.values[chosen])).filter { $0.dimension != nil }
        for token in tokens {
            guard let index = missing.firstIndex(where: { $0.read(token, &genotype) }) else {
                throw EncodingError(
                    detail: "\(name) has '\(token)', which is no open choice of '\(operation)' there")
            }
            missing.remove(at: index)
        }
        if let first = missing.first {
            throw EncodingError(detail: "\(name) lacks one of \(first.options())")
        }
        guard depth.value(in: genotype) > 0 else {
            throw EncodingError(detail: "\(name) has no blocks; it is written 'skip'")
        }
    }

    /// One attribute without its value's type.
    fileprivate struct Attribute {
        let dimension: Int?
        let options: () -> String
        let token: (Genotype) -> String?
        let read: (Substring, inout Genotype) -> Bool

        init<Value>(_ choice: Choice<Value>) {
            dimension = choice.dimension
            options = { choice.texts.map { choice.code + $0 }.joined(separator: ", ") }
            token = { choice.token(in: $0) }
            read = { choice.read($0, into: &$1) }
        }
    }

    /// What describes a stage of such blocks, in the order it is written.
    private func attributes(_ block: StagedTopology.Block) -> [Attribute] {
        let start = [Attribute(kernel), Attribute(stride)]
        let expansion = block == .inverted ? [Attribute(expansion)] : []
        return start + expansion + [
            Attribute(width), Attribute(depth), Attribute(activation), Attribute(squeezeExcite),
        ]
    }
}
