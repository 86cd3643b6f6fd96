import Kernels
import ModelGraph

extension TapePlanner {
    /// The rule of an operation that only moves elements.
    func movementRule(_ step: TapeStep) throws(TrainingError) -> any Rule {
        let result = result(of: step.output)
        let strides = Shape(result.shape).strides
        let inputs = step.inputs.indices.map { operand($0, of: step) }
        let input = inputs[0]
        let inputStrides = Shape(input.shape).strides
        switch step.node.operation {
        case .reshape:
            let box = MovementRule.Box(
                extents: [input.value.count], operandStart: 0, operandStrides: [1], resultStart: 0,
                resultStrides: [1])
            return MovementRule(operands: [(input, box)], result: result, background: nil)
        case .transpose(let permutation):
            let box = MovementRule.Box(
                extents: result.shape, operandStart: 0, operandStrides: permutation.map { inputStrides[$0] },
                resultStart: 0, resultStrides: strides)
            return MovementRule(operands: [(input, box)], result: result, background: nil)
        case .slice(let slicing):
            let box = MovementRule.Box(
                extents: result.shape, operandStart: zip(slicing.starts, inputStrides).map(*).reduce(0, +),
                operandStrides: zip(slicing.strides, inputStrides).map(*), resultStart: 0,
                resultStrides: strides)
            return MovementRule(operands: [(input, box)], result: result, background: nil)
        case .concatenate(let axis): return concatenation(inputs, result, axis: axis, strides: strides)
        case .pad(let padding):
            guard padding.mode == .constant else {
                return GatherRule(
                    input: input, result: result, indices: padding.sources(input.shape, result.shape))
            }
            let box = MovementRule.Box(
                extents: input.shape, operandStart: 0, operandStrides: inputStrides,
                resultStart: zip(padding.before, strides).map(*).reduce(0, +), resultStrides: strides)
            return MovementRule(operands: [(input, box)], result: result, background: padding.value)
        default:
            throw .unsupported(node: step.node.name, detail: "\(step.node.operation.name) moves no elements")
        }
    }

    private func concatenation(
        _ inputs: [Operand], _ result: Result, axis: Int, strides: [Int]
    ) -> any Rule {
        var start = 0
        var operands: [(operand: Operand, box: MovementRule.Box)] = []
        for input in inputs {
            let box = MovementRule.Box(
                extents: input.shape, operandStart: 0, operandStrides: Shape(input.shape).strides,
                resultStart: start * strides[axis], resultStrides: strides)
            operands.append((input, box))
            start += input.shape[axis]
        }
        return MovementRule(operands: operands, result: result, background: nil)
    }
}

extension Padding {
    /// For each padded element, in order, the element it repeats.
    fileprivate func sources(_ input: [Int], _ output: [Int]) -> [Int32] {
        let inputStrides = Shape(input).strides, outputStrides = Shape(output).strides
        return (0..<Shape(output).elementCount).map { index in
            var source = 0
            for axis in output.indices {
                var place = index / outputStrides[axis] % output[axis] - before[axis]
                let last = input[axis] - 1
                switch mode {
                case .edge, .constant: place = min(max(place, 0), last)
                case .reflect: place = place < 0 ? -place : place > last ? 2 * last - place : place
                }
                source += place * inputStrides[axis]
            }
            return Int32(source)
        }
    }
}
