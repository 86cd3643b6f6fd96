import ModelGraph

/// Tensors without elements: nothing of them is left to compute, so they are known while reading.
extension Translator {
    /// A tensor with an extent of 0.
    func empty(_ shape: [Int], _ type: DataType, _ call: Call) throws(ONNXProblem) -> Known {
        // Extents beside the 0 must not overflow: they may be multiplied later.
        _ = try TensorDecoder.checkedCount(shape.map(Int64.init), name: call.label)
        return .constant(Tensor(Shape(shape), Tensor.Storage([], as: type)))
    }

    /// Whether an input is known to hold no elements.
    func isEmpty(_ index: Int, of call: Call) throws(ONNXProblem) -> Bool {
        guard case .constant(let tensor) = try required(index, of: call) else { return false }
        return tensor.shape.elementCount == 0
    }

    /// What is left of no elements: the number that changes nothing, such as 0 for a sum and −∞ for a maximum.
    func emptyReduction(_ call: Call, _ tensor: Tensor) throws(ONNXProblem) -> Tensor {
        let given = try axesOrNone(call) ?? []
        if given.isEmpty, call.flag("noop_with_empty_axes") { return tensor }
        let extents = tensor.shape.dimensions
        let axes = given.isEmpty ? Array(extents.indices) : try call.axes(given, rank: extents.count)
        let keeps = call.flag("keepdims", default: true)
        let shape = extents.indices.filter { keeps || !axes.contains($0) }.map {
            axes.contains($0) ? 1 : extents[$0]
        }
        _ = try TensorDecoder.checkedCount(shape.map(Int64.init), name: call.output)
        let value: Double =
            switch call.type {
            case "ReduceProd": 1
            case "ReduceMax", "ReduceLogSum", "ReduceLogSumExp": -.infinity
            case "ReduceMin": .infinity
            case "ReduceMean": .nan
            default: 0
            }
        guard tensor.dataType.isFloatingPoint || value.isFinite else {
            throw call.fault("reduces an axis without elements to one integer")
        }
        return Tensor(Shape(shape), .repeated(value, tensor.dataType))
    }

    /// An output without elements: a step gives it, since constants are no outputs.
    mutating func emptyOutput(_ name: String, _ tensor: Tensor) -> ValueID {
        let type = ValueType(tensor.shape, tensor.dataType)
        let source = append(
            Value(name: freshName("\(name)/none"), type: type, constant: Constant(tensor)))
        let output = append(Value(name: name, type: type))
        let copied = [Int](repeating: 0, count: tensor.shape.rank)
        graph.nodes.append(Node(name: name, operation: .reshape(copied), inputs: [source], output: output))
        return output
    }
}
