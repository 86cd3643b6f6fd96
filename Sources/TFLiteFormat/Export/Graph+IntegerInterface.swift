import ModelGraph

extension Graph {
    /// The same network taking and giving the integers that its first and last nodes convert from and to.
    func withIntegerInterface() -> Graph {
        var graph = self
        var dropped = Set<Int>()
        for input in inputs { graph.takeIntegers(at: input, dropping: &dropped) }
        for (position, output) in outputs.enumerated() {
            graph.giveIntegers(at: output, position: position, dropping: &dropped)
        }
        graph.nodes = graph.nodes.enumerated().filter { !dropped.contains($0.offset) }.map(\.element)
        return graph
    }

    /// Gives an input the type that all its readers convert it to.
    private mutating func takeIntegers(at input: ValueID, dropping dropped: inout Set<Int>) {
        let readers = consumers[input.index]
        guard let first = readers.first, case .quantize = nodes[first].operation, !outputs.contains(input)
        else { return }
        let operation = nodes[first].operation
        guard readers.allSatisfy({ nodes[$0].operation == operation }),
            !readers.contains(where: { outputs.contains(nodes[$0].output) })
        else { return }
        self[input].type = self[nodes[first].output].type
        for reader in readers {
            dropped.insert(reader)
            replace(nodes[reader].output, by: input)
        }
    }

    /// Hands out the integers before a final conversion, under the output's name.
    private mutating func giveIntegers(at output: ValueID, position: Int, dropping dropped: inout Set<Int>) {
        guard let last = producers[output.index], case .dequantize = nodes[last].operation,
            consumers[output.index].isEmpty, outputs.count(where: { $0 == output }) == 1
        else { return }
        let integers = nodes[last].inputs[0]
        guard let producer = producers[integers.index], !outputs.contains(integers) else { return }
        dropped.insert(last)
        outputs[position] = integers
        (self[integers].name, self[output].name) = (self[output].name, "\(self[output].name):real")
        nodes[producer].name = self[integers].name
    }

    private mutating func replace(_ old: ValueID, by new: ValueID) {
        for index in nodes.indices {
            nodes[index].inputs = nodes[index].inputs.map { $0 == old ? new : $0 }
        }
    }
}
