import ModelGraph

/// Operators whose work stands in other subgraphs of the file.
extension Importer {
    private static let deepestBody = 8

    /// Both branches are computed, and the condition selects between their results.
    mutating func importIf(_ call: OperatorCall) throws(TFLiteError) {
        let condition = try operand(try call.input(0))
        guard builder.shape(of: condition).elementCount == 1 else {
            throw unsupported("its condition is not one truth value")
        }
        var inputs: [ValueID] = []
        for position in 1..<max(call.inputs.count, 1) { inputs.append(try operand(try call.input(position))) }
        let chosen = try run(subgraph: try call.int(Schema.If.then), inputs)
        let other = try run(subgraph: try call.int(Schema.If.otherwise), inputs)
        guard chosen.count == call.outputs.count, other.count == call.outputs.count else {
            throw unsupported("its branches give other results than it has")
        }
        for (position, output) in call.outputs.enumerated() {
            let (first, second) = (chosen[position], other[position])
            guard builder.type(of: first) == builder.type(of: second) else {
                throw unsupported("its branches give results of different types or shapes")
            }
            try set(
                output,
                to: emit(
                    .select, [condition, first, second], as: resultName(of: output),
                    type: builder.type(of: first)))
        }
    }

    /// Imports the operators of another subgraph and returns its results.
    private mutating func run(subgraph index: Int, _ inputs: [ValueID]) throws(TFLiteError) -> [ValueID] {
        guard file.subgraphs.indices.contains(index), index > 0 else {
            throw file.flat.damaged("\(place) names subgraph \(index) of \(file.subgraphs.count)")
        }
        guard bodyDepth < Importer.deepestBody else { throw unsupported("its bodies are nested too deep") }
        let body = file.subgraphs[index]
        guard body.inputs.count == inputs.count, body.inputs.allSatisfy(body.tensors.indices.contains) else {
            throw file.flat.damaged(
                "subgraph \(index) takes \(body.inputs.count) inputs, not \(inputs.count)")
        }
        let outer = enter(body)
        bodyDepth += 1
        try checkIndices()
        try checkOperators()
        for (tensor, value) in zip(body.inputs, inputs) { give(tensor, value) }
        for (number, record) in body.operators.enumerated() {
            let call = try OperatorCall(record, index: number, in: file)
            place = call.place
            try importOperator(call)
        }
        var results: [ValueID] = []
        for output in body.outputs { results.append(try operand(output)) }
        bodyDepth -= 1
        leave(to: outer)
        return results
    }
}
