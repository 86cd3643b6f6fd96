import ModelGraph

/// Scaled dot-product attention (Vaswani et al. 2017), made of products, masks and a softmax.
extension Translator {
    /// Queries, keys and values [N, heads, steps, width], or [N, steps, heads · width] with the numbers of heads as attributes.
    mutating func attention(_ call: Call) throws(ONNXProblem) {
        guard call.inputs.count >= 3 else { throw call.fault("needs queries, keys and values") }
        let isFlat = try shape(of: call.named(0), call).count == 3
        let heads = (
            query: call.integer("q_num_heads", default: 0), key: call.integer("kv_num_heads", default: 0)
        )
        try composed { (translator) throws(ONNXProblem) in
            let query = try translator.heads(call.named(0), heads.query, of: call)
            var key = try translator.heads(call.named(1), heads.key, of: call)
            var value = try translator.heads(call.named(2), heads.key, of: call)
            key = try translator.joined(call.input(4), key, present: 1, of: call)
            value = try translator.joined(call.input(5), value, present: 2, of: call)
            let ratio = try translator.headRatio(query, key, of: call)
            let scores = try translator.scores(
                query, try translator.repeated(key, ratio, of: call), of: call)
            let weights = try translator.attentionWeights(scores.masked, bias: scores.bias, of: call)
            let product = [weights, try translator.repeated(value, ratio, of: call)]
            guard isFlat else { return _ = try translator.step("MatMul", product, of: call, as: call.output) }
            let result = try translator.step("MatMul", product, of: call)
            let turned = try translator.step(
                "Transpose", [result], of: call, attributes: [.init("perm", [0, 2, 1, 3])])
            let extents = try translator.shape(of: turned, call)
            let flat = [extents[0], extents[1], extents[2] * extents[3]]
            _ = try translator.step(
                "Reshape", [turned, translator.axesTensor(flat, "flat", of: call)], of: call, as: call.output)
        }
    }

    /// [N, steps, heads · width] as [N, heads, steps, width]; four axes stay as they are.
    private mutating func heads(_ name: String, _ count: Int, of call: Call) throws(ONNXProblem) -> String {
        let extents = try shape(of: name, call)
        if extents.count == 4 { return name }
        guard extents.count == 3, count > 0, extents[2] % count == 0 else {
            throw call.fault("\(count) heads do not divide an input of \(Shape(extents))")
        }
        let split = [extents[0], extents[1], count, extents[2] / count]
        let apart = try step("Reshape", [name, axesTensor(split, "heads", of: call)], of: call)
        return try step("Transpose", [apart], of: call, attributes: [.init("perm", [0, 2, 1, 3])])
    }

    /// Keys or values of earlier steps before those of this run; both together may be a result of the node.
    private mutating func joined(
        _ past: String?, _ name: String, present: Int, of call: Call
    ) throws(ONNXProblem) -> String {
        let output = present < call.outputs.count ? call.outputs[present] : ""
        guard let past else {
            return output.isEmpty ? name : try step("Identity", [name], of: call, as: output)
        }
        return try step(
            "Concat", [past, name], of: call, as: output.isEmpty ? nil : output,
            attributes: [.init("axis", 2)])
    }

    /// How many heads of queries share one of keys.
    private func headRatio(_ query: String, _ key: String, of call: Call) throws(ONNXProblem) -> Int {
        let (own, other) = (try shape(of: query, call), try shape(of: key, call))
        guard own.count == 4, other.count == 4, other[1] > 0, own[1] % other[1] == 0 else {
            throw call.fault("heads of \(Shape(own)) and \(Shape(other)) do not fit each other")
        }
        return own[1] / other[1]
    }

    private mutating func repeated(
        _ name: String, _ count: Int, of call: Call
    ) throws(ONNXProblem) -> String {
        guard count > 1 else { return name }
        let extents = try shape(of: name, call)
        let apart = [extents[0], extents[1], 1, extents[2], extents[3]]
        let wide = [extents[0], extents[1], count, extents[2], extents[3]]
        let single = try step("Reshape", [name, axesTensor(apart, "single", of: call)], of: call)
        let all = try step("Expand", [single, axesTensor(wide, "repeated", of: call)], of: call)
        let joined = [extents[0], extents[1] * count, extents[2], extents[3]]
        return try step("Reshape", [all, axesTensor(joined, "joined", of: call)], of: call)
    }

    /// Products of queries and keys, each scaled by the root of the scale, masked.
    ///
    /// Scores are capped before they are masked, so that what is shut out stays so. `bias`: what the mask added, nil for none.
    private mutating func scores(
        _ query: String, _ key: String, of call: Call
    ) throws(ONNXProblem) -> (masked: String, bias: String?) {
        let width = try shape(of: query, call)[3]
        let given = call.float("scale", default: 0)
        let root = (given == 0 ? 1 / Float(max(width, 1)).squareRoot() : given).squareRoot()
        guard root.isFinite, root > 0 else { throw call.fault("has the scale \(given)") }
        let factor = number("root", Tensor([], [root]), of: call)
        let left = try step("Mul", [query, factor], of: call)
        let right = try step("Mul", [key, factor], of: call)
        let turned = try step("Transpose", [right], of: call, attributes: [.init("perm", [0, 1, 3, 2])])
        let raw = try product(left, turned, mode: 0, of: call)
        return try masked(try capped(raw, mode: 1, of: call), mode: 2, of: call)
    }

    private mutating func product(
        _ left: String, _ right: String, mode: Int, of call: Call
    ) throws(ONNXProblem) -> String {
        try step("MatMul", [left, right], of: call, as: scoreOutput(mode, of: call))
    }

    /// The name of the fourth result, where the node asks for the scores of this stage.
    private func scoreOutput(_ mode: Int, of call: Call) -> String? {
        guard call.outputs.count > 3, !call.outputs[3].isEmpty,
            call.integer("qk_matmul_output_mode", default: 0) == mode
        else { return nil }
        return call.outputs[3]
    }

    /// c · tanh(scores / c), for a cap other than 0.
    private mutating func capped(_ scores: String, mode: Int, of call: Call) throws(ONNXProblem) -> String {
        let cap = call.float("softcap", default: 0)
        guard cap > 0 else { return try passed(scores, mode, of: call) }
        let limit = number("cap", Tensor([], [cap]), of: call)
        let bent = try step("Tanh", [try step("Div", [scores, limit], of: call)], of: call)
        return try step("Mul", [bent, limit], of: call, as: scoreOutput(mode, of: call))
    }

    private mutating func passed(_ name: String, _ mode: Int, of call: Call) throws(ONNXProblem) -> String {
        guard let output = scoreOutput(mode, of: call) else { return name }
        return try step("Identity", [name], of: call, as: output)
    }

    /// Scores plus the mask; places that a truth value or the order of steps shuts out get a large negative number.
    private mutating func masked(
        _ scores: String, mode: Int, of call: Call
    ) throws(ONNXProblem) -> (masked: String, bias: String?) {
        var bias: String?
        if let mask = call.input(3) {
            let own = try isTruth(mask, of: call) ? try penalty(mask, of: call) : mask
            bias = try widened(own, to: shape(of: scores, call)[3], of: call)
        }
        var others: [String] = []
        if call.flag("is_causal") { others.append(try order(of: scores, call)) }
        if call.input(6) != nil { others.append(try beyondLengths(of: scores, call)) }
        for other in others {
            bias =
                try bias.map { (own) throws(ONNXProblem) in try step("Add", [own, other], of: call) } ?? other
        }
        guard let bias else { return (try passed(scores, mode, of: call), nil) }
        let sum = try step("Add", [scores, bias], of: call)
        if let output = scoreOutput(mode, of: call) { try setInfinite(sum, as: output, of: call) }
        let isOpenEverywhere = call.input(3) == nil && call.input(6) == nil
        return (sum, isOpenEverywhere ? nil : bias)
    }

    /// Scores as a result of the node: −∞ where they are shut out, which the logarithm of a truth value adds.
    private mutating func setInfinite(_ scores: String, as output: String, of call: Call) throws(ONNXProblem)
    {
        let limit = number("limit", Tensor([], [Translator.shutOut / 2]), of: call)
        let isOpen = try step("Greater", [scores, limit], of: call)
        let type = ElementType(try elementType(0, of: call)) ?? .float32
        let real = try step("Cast", [isOpen], of: call, attributes: [.init("to", Int(type.rawValue))])
        _ = try step("Add", [scores, try step("Log", [real], of: call)], of: call, as: output)
    }

    /// A mask that covers the first keys only shuts out the rest.
    private mutating func widened(_ mask: String, to count: Int, of call: Call) throws(ONNXProblem) -> String
    {
        let extents = try shape(of: mask, call)
        guard let width = extents.last, width > 1, width < count else { return mask }
        var amounts = [Int](repeating: 0, count: 2 * extents.count)
        amounts[amounts.count - 1] = count - width
        let value = number("shut_out", Tensor([], [Translator.shutOut]), of: call)
        return try step("Pad", [mask, axesTensor(amounts, "missing", of: call), value], of: call)
    }

    /// The number of keys of each sample [N, 1, 1, 1], as real numbers.
    private mutating func lengths(_ call: Call) throws(ONNXProblem) -> String {
        let real = try step("Cast", [call.named(6)], of: call, attributes: [.init("to", 1)])
        let count = try shape(of: real, call).reduce(1, *)
        return try step("Reshape", [real, axesTensor([count, 1, 1, 1], "lengths", of: call)], of: call)
    }

    /// What is added so that nothing looks at keys behind the length of its sample.
    private mutating func beyondLengths(of scores: String, _ call: Call) throws(ONNXProblem) -> String {
        let columns = try shape(of: scores, call)[3]
        try reserve([columns], call)
        let places = number("places", Tensor([columns], (0..<columns).map(Float.init)), of: call)
        return try penalty(try step("Less", [places, try lengths(call)], of: call), of: call)
    }

    /// What is added so that no step looks at later ones.
    private mutating func order(of scores: String, _ call: Call) throws(ONNXProblem) -> String {
        let extents = try shape(of: scores, call), (rows, columns) = (extents[2], extents[3])
        if call.input(6) != nil, call.input(4) == nil { return try orderAtEnd(rows, columns, call) }
        let past = try call.input(4).map { (name) throws(ONNXProblem) in try shape(of: name, call)[2] } ?? 0
        try reserve([rows, columns], call)
        let numbers = (0..<rows * columns).map { place -> Float in
            place % columns <= place / columns + past ? 0 : Translator.shutOut
        }
        return number("order", Tensor([rows, columns], numbers), of: call)
    }

    /// The same where the queries are the last of each sample's keys: key j is seen by query i where j − i + queries ≤ length.
    private mutating func orderAtEnd(_ rows: Int, _ columns: Int, _ call: Call) throws(ONNXProblem) -> String
    {
        try reserve([rows, columns], call)
        let least = (0..<rows * columns).map { Float($0 % columns - $0 / columns + rows) }
        let needed = number("needed", Tensor([rows, columns], least), of: call)
        return try penalty(try step("LessOrEqual", [needed, try lengths(call)], of: call), of: call)
    }

    /// Added where nothing is to be looked at; e to this is 0.
    private static let shutOut: Float = -1e30

    private func isTruth(_ name: String, of call: Call) throws(ONNXProblem) -> Bool {
        switch try lookUp(name, for: call) {
        case .constant(let tensor): tensor.dataType == .bool
        case .dequantized: false
        case .computed(let view): dataType(view) == .bool
        }
    }

    private mutating func penalty(_ mask: String, of call: Call) throws(ONNXProblem) -> String {
        let type = ElementType(try elementType(0, of: call)) ?? .float32
        let real = try step("Cast", [mask], of: call, attributes: [.init("to", Int(type.rawValue))])
        let one = number("one", Tensor([], [1]), of: call)
        let shut = try step("Sub", [one, real], of: call)
        return try step(
            "Mul", [shut, number("shut_out", Tensor([], [Translator.shutOut]), of: call)], of: call)
    }

    /// The softmax of scores; rows in which the mask shuts out everything become zeros.
    private mutating func attentionWeights(
        _ scores: String, bias: String?, of call: Call
    ) throws(ONNXProblem) -> String {
        let output = scoreOutput(3, of: call), along: [ProtoAttribute] = [.init("axis", -1)]
        guard let bias else {
            return try step("Softmax", [scores], of: call, as: output, attributes: along)
        }
        let weights = try step("Softmax", [scores], of: call, attributes: along)
        let largest = try step(
            "ReduceMax", [bias], of: call, attributes: [.init("axes", [-1]), .init("keepdims", 1)])
        let limit = number("limit", Tensor([], [Translator.shutOut / 2]), of: call)
        let isOpen = try step("Greater", [largest, limit], of: call)
        let zero = number("zero", Tensor([], [0]), of: call)
        return try step("Where", [isOpen, weights, zero], of: call, as: output)
    }
}
