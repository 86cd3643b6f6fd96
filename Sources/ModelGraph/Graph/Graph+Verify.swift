extension Graph {
    /// Checks everything that other parts rely on: every name refers to something, nodes stand in topological order, each
    /// value has exactly one origin, and every type is the one its operation produces.
    ///
    /// Holds for graphs from anywhere: hostile ones give an error, never a trap.
    public func verify() throws(GraphError) {
        try verifyReferences()
        for value in values { try value.verify() }
        for node in nodes { try verifyType(of: node) }
        try verifyStates()
    }

    private func verifyStates() throws(GraphError) {
        for state in states {
            guard inputs.indices.contains(state.input), outputs.indices.contains(state.output),
                self[inputs[state.input]].type == self[outputs[state.output]].type, state.initial.isFinite
            else {
                throw .invalid(
                    node: name, detail: "output \(state.output) cannot become input \(state.input)")
            }
        }
        guard Set(states.map(\.input)).count == states.count else {
            throw .invalid(node: name, detail: "two states become one input")
        }
    }

    private func verifyReferences() throws(GraphError) {
        func fault(_ place: String, _ detail: String) -> GraphError { .invalid(node: place, detail: detail) }
        guard !outputs.isEmpty else { throw fault(name, "the graph has no outputs") }
        var isReady = values.map { $0.constant != nil }
        for input in inputs {
            guard values.indices.contains(input.index) else {
                throw fault(name, "graph input \(input.index) does not exist")
            }
            guard !isReady[input.index] else {
                throw fault(values[input.index].name, "is a graph input twice, or both input and constant")
            }
            isReady[input.index] = true
        }
        for node in nodes {
            for input in node.inputs {
                guard values.indices.contains(input.index) else {
                    throw fault(node.name, "reads value \(input.index), which does not exist")
                }
                guard isReady[input.index] else {
                    throw fault(node.name, "reads '\(values[input.index].name)' before it is produced")
                }
            }
            guard values.indices.contains(node.output.index) else {
                throw fault(node.name, "writes value \(node.output.index), which does not exist")
            }
            guard !isReady[node.output.index] else {
                throw fault(
                    node.name, "writes '\(values[node.output.index].name)', which already has an origin")
            }
            isReady[node.output.index] = true
        }
        for output in outputs {
            guard values.indices.contains(output.index), isReady[output.index] else {
                throw fault(name, "graph output \(output.index) is never produced")
            }
        }
    }

    private func verifyType(of node: Node) throws(GraphError) {
        let inputTypes = node.inputs.map { values[$0.index].type }
        do {
            try node.operation.verify(output: values[node.output.index].type, from: inputTypes)
        } catch {
            throw .invalid(node: node.name, detail: error.description)
        }
    }
}

extension Value {
    fileprivate func verify() throws(GraphError) {
        func fault(_ detail: String) -> GraphError { .invalid(node: name, detail: detail) }
        guard type.shape.dimensions.allSatisfy({ $0 >= 0 }), type.shape.elementCount < 1 << 40 else {
            throw fault("shape \(type.shape) is not one of a tensor")
        }
        if let quantization = type.quantization {
            if let reason = quantization.fault(in: type) { throw fault(reason) }
        }
        guard let constant else { return }
        guard constant.tensor.shape == type.shape, constant.tensor.dataType == type.dataType else {
            throw fault(
                "holds \(constant.tensor.dataType.rawValue) \(constant.tensor.shape), but is declared "
                    + "\(type.dataType.rawValue) \(type.shape)")
        }
        if case .repeated = constant.tensor.storage, type.shape.elementCount > 1 << 28 {
            throw fault("repeats one number more than 2²⁸ times")
        }
        if let reason = constant.sparsity.fault(in: type.shape) { throw fault(reason) }
    }
}

extension Quantization {
    /// Why this cannot quantise a tensor of this type; nil if it can.
    fileprivate func fault(in type: ValueType) -> String? {
        let allowed: ClosedRange<Int32>
        switch type.dataType {
        case .int8: allowed = -128...127
        case .uint8: allowed = 0...255
        case .int16: allowed = -32_768...32_767
        case .int32: allowed = .min ... .max
        case .binary: allowed = 0...0
        case .float32, .float16, .bfloat16, .int64, .bool:
            return "\(type.dataType.rawValue) cannot be quantised"
        }
        guard scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            return "a quantisation scale is not positive and finite"
        }
        guard zeroPoints.allSatisfy(allowed.contains) else {
            return "a zero point is not a value of \(type.dataType.rawValue)"
        }
        guard let axis else { return scales.count == 1 ? nil : "\(scales.count) scales, but no axis" }
        guard type.shape.dimensions.indices.contains(axis), type.shape[axis] == scales.count else {
            return "\(scales.count) scales along axis \(axis) of \(type.shape)"
        }
        return nil
    }
}

extension Sparsity {
    fileprivate func fault(in shape: Shape) -> String? {
        switch self {
        case .dense: nil
        case .unstructured(let nonZeros):
            (0...shape.elementCount).contains(nonZeros) ? nil : "\(nonZeros) non-zeros in \(shape)"
        case .pattern(let kept, let group):
            kept > 0 && group >= kept && group <= 64 && (shape.dimensions.last ?? 0) % group == 0
                ? nil : "a \(kept):\(group) pattern does not divide \(shape)"
        }
    }
}
