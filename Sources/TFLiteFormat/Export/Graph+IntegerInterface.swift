public import ModelGraph

extension Graph {
    /// Whether its first or last nodes convert between real numbers and int8, so that it can have an integer interface.
    public var convertsAtInterface: Bool {
        callersInputs.contains { integers(readFrom: $0) != nil }
            || callersOutputs.contains { converter(of: outputs[$0]) != nil }
    }

    /// The inputs and the places of the outputs that callers see; states, which stay in the interpreter, keep their type.
    private var callersInputs: [ValueID] {
        inputs.indices.filter { place in !states.contains { $0.input == place } }.map { inputs[$0] }
    }

    private var callersOutputs: [Int] {
        outputs.indices.filter { place in !states.contains { $0.output == place } }
    }

    /// The same network taking and giving the integers that its first and last nodes convert from and to.
    func withInterface(_ interface: ModelInterface) -> Graph {
        guard interface != .float32 else { return self }
        var graph = self
        var dropped = Set<Int>()
        for input in callersInputs { graph.takeIntegers(at: input, interface, dropping: &dropped) }
        for position in callersOutputs {
            graph.giveIntegers(
                at: outputs[position], position: position, interface, dropping: &dropped)
        }
        graph.nodes = graph.nodes.enumerated().filter { !dropped.contains($0.offset) }.map(\.element)
        return graph
    }

    /// The type that all readers of an input convert it to; nil where they do not.
    private func integers(readFrom input: ValueID) -> ValueType? {
        let readers = consumers[input.index]
        guard let first = readers.first, case .quantize(.int8, _) = nodes[first].operation,
            !outputs.contains(input)
        else { return nil }
        let operation = nodes[first].operation
        guard readers.allSatisfy({ nodes[$0].operation == operation }),
            !readers.contains(where: { outputs.contains(nodes[$0].output) })
        else { return nil }
        return self[nodes[first].output].type
    }

    /// The last node, where all that it does is to make real numbers of int8.
    private func converter(of output: ValueID) -> Int? {
        guard let last = producers[output.index], case .dequantize = nodes[last].operation,
            self[nodes[last].inputs[0]].type.dataType == .int8, consumers[output.index].isEmpty,
            outputs.count(where: { $0 == output }) == 1
        else { return nil }
        let integers = nodes[last].inputs[0]
        return producers[integers.index] == nil || outputs.contains(integers) ? nil : last
    }

    /// Gives an input the type that all its readers convert it to; unsigned integers they still convert.
    private mutating func takeIntegers(
        at input: ValueID, _ interface: ModelInterface, dropping dropped: inout Set<Int>
    ) {
        guard let integers = integers(readFrom: input) else { return }
        switch interface {
        case .float32: break
        case .uint8: self[input].type = integers.unsigned
        case .int8:
            for reader in consumers[input.index] {
                dropped.insert(reader)
                replace(nodes[reader].output, by: input)
            }
            self[input].type = integers
        }
    }

    /// Hands out the integers before a final conversion, under the output's name.
    private mutating func giveIntegers(
        at output: ValueID, position: Int, _ interface: ModelInterface, dropping dropped: inout Set<Int>
    ) {
        guard let last = converter(of: output) else { return }
        let integers = nodes[last].inputs[0]
        switch interface {
        case .float32: break
        case .uint8:
            let unsigned = self[integers].type.unsigned
            guard let quantization = unsigned.quantization else { return }
            nodes[last].operation = .quantize(.uint8, quantization)
            self[output].type = unsigned
        case .int8:
            guard let producer = producers[integers.index] else { return }
            dropped.insert(last)
            outputs[position] = integers
            (self[integers].name, self[output].name) = (self[output].name, "\(self[output].name):real")
            nodes[producer].name = self[integers].name
        }
    }

    private mutating func replace(_ old: ValueID, by new: ValueID) {
        for index in nodes.indices {
            nodes[index].inputs = nodes[index].inputs.map { $0 == old ? new : $0 }
        }
    }
}

extension ValueType {
    /// The same numbers as unsigned integers.
    fileprivate var unsigned: ValueType {
        ValueType(
            shape, .uint8,
            quantization: quantization.map {
                Quantization(scales: $0.scales, zeroPoints: $0.zeroPoints.map { $0 + 128 }, axis: $0.axis)
            })
    }
}
