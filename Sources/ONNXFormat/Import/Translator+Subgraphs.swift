import ModelGraph

/// Nodes whose work is described by a graph of their own: If and Loop whose condition is known while reading, and the file's
/// own functions. Their nodes are translated where the node stands.
extension Translator {
    /// Bodies deeper than this are refused.
    private static let deepest = 16
    /// How many nodes bodies may give altogether.
    private static let mostInlinedNodes = 200_000
    private static let mostIterations = 1024

    mutating func chooseBranch(_ call: Call) throws(ONNXProblem) {
        let name = try isTrue(call.input(0) ?? "", call) ? "then_branch" : "else_branch"
        guard let body = call.graph(name) else { throw call.fault("lacks its \(name)") }
        try setResults(of: call, to: try inline(body, [], call))
    }

    /// Range, where its bounds are not known yet.
    func requireBounds(_ call: Call) throws(ONNXProblem) {
        for index in 0..<3 { _ = try constant(index, of: call) }
        throw call.fault("needs a start, a limit and a step")
    }

    /// Iterations are written out one after the other.
    mutating func unroll(_ call: Call) throws(ONNXProblem) {
        guard let body = call.graph("body") else { throw call.fault("lacks its body") }
        var carried: [Known] = []
        for index in call.inputs.indices.dropFirst(2) { carried.append(try required(index, of: call)) }
        let scans = body.output.count - 1 - carried.count
        guard scans >= 0, body.input.count == 2 + carried.count else {
            throw call.fault("has a body that does not fit its \(carried.count) carried values")
        }
        let limit = try optionalIntegers(0, of: call)?.first ?? .max
        var goesOn = try call.input(1).map { (name) throws(ONNXProblem) in try isTrue(name, call) } ?? true
        var scanned = [[Known]](repeating: [], count: scans)
        var iteration = 0
        while goesOn, iteration < limit {
            guard iteration < Translator.mostIterations else {
                throw call.unsupported("it repeats more than \(Translator.mostIterations) times")
            }
            let counters: [Known?] = [
                .constant(Tensor([], .int64([Int64(iteration)]))), .constant(Tensor([], .bool([true]))),
            ]
            let results = try inline(body, counters + carried, call)
            goesOn = try isTrue(results[0], call)
            carried = Array(results[1..<1 + carried.count])
            for (place, result) in results.dropFirst(1 + carried.count).enumerated() {
                scanned[place].append(result)
            }
            iteration += 1
        }
        guard scans == 0 || iteration > 0 else { throw call.unsupported("it repeats zero times") }
        var results = carried
        for scan in scanned { results.append(try stacked(scan, call)) }
        try setResults(of: call, to: results)
    }

    /// A function that the file defines.
    mutating func callFunction(_ function: ProtoFunction, _ call: Call) throws(ONNXProblem) {
        var body = ProtoGraph()
        body.node = function.node.map { $0.resolvingAttributes(call, function) }
        body.input = function.input.map { name in
            var input = ProtoValueInfo()
            input.name = name
            return input
        }
        body.output = function.output.map { name in
            var output = ProtoValueInfo()
            output.name = name
            return output
        }
        var inputs: [Known?] = []
        for index in function.input.indices { inputs.append(try optional(index, of: call)) }
        let outer = operatorSet
        operatorSet =
            function.opsetImport.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }.map { Int($0.version) }
            ?? outer
        defer { operatorSet = outer }
        try setResults(of: call, to: try inline(body, inputs, call))
    }

    // MARK: - Bodies

    /// Translates the nodes of a body and returns what its outputs are; a missing input is one left out.
    private mutating func inline(
        _ body: ProtoGraph, _ inputs: [Known?], _ call: Call
    ) throws(ONNXProblem) -> [Known] {
        guard bodyDepth < Translator.deepest else {
            throw call.unsupported("its bodies are nested more than \(Translator.deepest) deep")
        }
        inlinedNodes += body.node.count + 1
        guard inlinedNodes <= Translator.mostInlinedNodes else {
            throw call.unsupported("the bodies of If, Loop and functions give too many nodes")
        }
        bodyDepth += 1
        defer { bodyDepth -= 1 }
        let names = try localNames(body, inputs, call)
        for proto in body.initializer {
            known[names[proto.name] ?? proto.name] = .constant(try decoder.tensor(proto))
        }
        for (port, input) in zip(body.input, inputs) {
            if let input { known[names[port.name] ?? port.name] = input }
        }
        let nodes = try NodeOrder.sorted(body.node.map { $0.renamed(names, depth: 0) }) {
            known[$0] != nil || leftOut[$0] != nil
        }
        for node in nodes { try translate(node) }
        var results: [Known] = []
        for output in body.output {
            results.append(try lookUp(names[output.name] ?? output.name, for: call))
        }
        return results
    }

    /// What the names of a body are called outside it, so that no two tensors share a name; "" for inputs left out.
    private mutating func localNames(
        _ body: ProtoGraph, _ inputs: [Known?], _ call: Call
    ) throws(ONNXProblem) -> [String: String] {
        var names: [String: String] = [:]
        for (index, port) in body.input.enumerated() where !(index < inputs.count && inputs[index] != nil) {
            names[port.name] = ""
        }
        let local =
            body.input.map(\.name) + body.initializer.map(\.name) + body.node.flatMap(\.output)
        for name in local where !name.isEmpty && names[name] == nil {
            try decoder.reserve(64 + name.utf8.count, for: "the names of a body")
            if known[name] != nil || leftOut[name] != nil { take(name) }
            names[name] = freshName(name)
        }
        return names
    }

    private mutating func setResults(of call: Call, to results: [Known]) throws(ONNXProblem) {
        guard results.count >= call.outputs.count else {
            throw call.fault("has \(call.outputs.count) outputs, its body \(results.count)")
        }
        for (output, result) in zip(call.outputs, results) where !output.isEmpty {
            known[output] = result
            leftOut[output] = nil
        }
    }

    /// The results of all iterations along a new first axis.
    private mutating func stacked(_ parts: [Known], _ call: Call) throws(ONNXProblem) -> Known {
        let axes = freshName("\(call.output)/axes")
        known[axes] = .constant(Tensor([1], .int64([0])))
        var rows: [String] = []
        for part in parts {
            let (source, row) = (freshName("\(call.output)/part"), freshName("\(call.output)/row"))
            known[source] = part
            try translate(Call("Unsqueeze", [source, axes], row, node: call.name))
            rows.append(row)
        }
        let all = freshName("\(call.output)/all")
        try translate(Call("Concat", rows, all, node: call.name, attributes: [.init("axis", 0)]))
        return try lookUp(all, for: call)
    }

    // MARK: - Conditions

    private func isTrue(_ name: String, _ call: Call) throws(ONNXProblem) -> Bool {
        try isTrue(try lookUp(name, for: call), call)
    }

    private func isTrue(_ condition: Known, _ call: Call) throws(ONNXProblem) -> Bool {
        switch condition {
        case .constant(let tensor):
            guard tensor.shape.elementCount == 1, let value = tensor.integers?.first else {
                throw call.fault("its condition is not one truth value")
            }
            return value != 0
        case .dequantized: throw call.fault("its condition is not a truth value")
        case .computed(let view):
            if let input = decidingInput(of: view.value) {
                throw .needsConstant(node: call.name, type: call.type, input: input)
            }
            throw call.unsupported(
                "its condition depends on the network's input; export the model without it")
        }
    }

    /// The input of the network that a value is computed from and that may decide shapes and branches: a few integers or truth
    /// values, or a single number; nil where there is none.
    func decidingInput(of value: ValueID) -> String? {
        let producers = graph.producers
        var (open, seen) = ([value], Set([value]))
        while let next = open.popLast() {
            if graph.inputs.contains(next) {
                let type = graph[next].type
                let isInteger = [.int32, .int64, .bool].contains(type.dataType)
                if type.shape.rank == 0 || isInteger && type.shape.elementCount <= 64 {
                    return graph[next].name
                }
            }
            guard let producer = producers[next.index] else { continue }
            for input in graph.nodes[producer].inputs where seen.insert(input).inserted { open.append(input) }
        }
        return nil
    }
}

extension ProtoNode {
    /// The node with other names for tensors, also where graphs inside it read them; names not listed stay.
    fileprivate func renamed(_ names: [String: String], depth: Int) -> ProtoNode {
        var node = self
        node.input = input.map { names[$0] ?? $0 }
        node.output = output.map { names[$0] ?? $0 }
        node.attribute = attribute.map { $0.renamed(names, depth: depth) }
        return node
    }

    /// The node of a function's body with the attributes that its call gives.
    fileprivate func resolvingAttributes(_ call: Call, _ function: ProtoFunction) -> ProtoNode {
        var node = self
        node.attribute = attribute.compactMap { attribute in
            guard !attribute.refAttrName.isEmpty else { return attribute }
            let given =
                call.attribute(attribute.refAttrName)
                ?? function.attributeProto.first { $0.name == attribute.refAttrName }
            guard var value = given else { return nil }
            value.name = attribute.name
            return value
        }
        return node
    }
}

extension ProtoAttribute {
    fileprivate func renamed(_ names: [String: String], depth: Int) -> ProtoAttribute {
        guard hasG, depth < 32 else { return self }
        var attribute = self
        var outer = names
        // What a body declares itself hides the outer name.
        for name in g.input.map(\.name) + g.initializer.map(\.name) + g.node.flatMap(\.output) {
            outer[name] = nil
        }
        attribute.g.node = g.node.map { $0.renamed(outer, depth: depth + 1) }
        attribute.g.output = g.output.map { output in
            var output = output
            output.name = outer[output.name] ?? output.name
            return output
        }
        return attribute
    }
}

extension ProtoGraph {
    /// Names that the graph reads from outside it.
    func freeNames(depth: Int = 0) -> [String] {
        guard depth < 32 else { return [] }
        let own = Set(input.map(\.name) + initializer.map(\.name) + node.flatMap(\.output))
        let read = node.flatMap { node in
            node.input + node.attribute.filter(\.hasG).flatMap { $0.g.freeNames(depth: depth + 1) }
        }
        return (read + output.map(\.name)).filter { !$0.isEmpty && !own.contains($0) }
    }
}
