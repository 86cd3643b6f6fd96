import ModelGraph

/// Operators that are made of others: the file's node stands for several nodes of newer operator sets.
extension Translator {
    /// The operator set that composed nodes are written in.
    private static let composedOperatorSet = 17

    /// Translates what `body` builds under the rules of one operator set.
    mutating func composed(_ body: (inout Translator) throws(ONNXProblem) -> Void) throws(ONNXProblem) {
        let outer = operatorSet
        operatorSet = Translator.composedOperatorSet
        defer { operatorSet = outer }
        try body(&self)
    }

    /// Translates a node that the file does not have and returns the name of its result.
    mutating func step(
        _ type: String, _ inputs: [String], of call: Call, as name: String? = nil,
        attributes: [ProtoAttribute] = []
    ) throws(ONNXProblem) -> String {
        let result = name ?? freshName("\(call.output)/\(type.lowercased())")
        try translate(Call(type, inputs, result, node: call.name, attributes: attributes))
        return result
    }

    /// A constant that the file does not have, under a name that nodes can read.
    mutating func number(_ stem: String, _ tensor: Tensor, of call: Call) -> String {
        let name = freshName("\(call.output)/\(stem)")
        known[name] = .constant(tensor.asSingleNumber)
        return name
    }

    mutating func axes(_ axes: [Int], of call: Call) -> String {
        number("axes", Tensor([axes.count], .int64(axes.map(Int64.init))), of: call)
    }

    /// Elements `start` to `end` along an axis.
    mutating func part(
        _ name: String, axis: Int, _ start: Int, _ end: Int, of call: Call
    ) throws(ONNXProblem) -> String {
        let bounds = [[start], [end], [axis]].map { values in
            number("bound", Tensor([1], .int64(values.map(Int64.init))), of: call)
        }
        return try step("Slice", [name] + bounds, of: call)
    }

    /// The shape of a tensor of the file, computed or not.
    func shape(of name: String, _ call: Call) throws(ONNXProblem) -> [Int] {
        switch try lookUp(name, for: call) {
        case .constant(let tensor), .dequantized(let tensor, _): tensor.shape.dimensions
        case .computed(let view): view.shape
        }
    }
}

extension Tensor {
    /// A single real number as one that repeats: such constants are part of an operation, and nothing trains them.
    var asSingleNumber: Tensor {
        guard shape.elementCount == 1, dataType.isFloatingPoint, let value = floats?.first else {
            return self
        }
        return Tensor(shape, .repeated(Double(value), dataType))
    }
}
