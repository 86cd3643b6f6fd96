import Engine
import ModelGraph

/// Runs a float32 graph node by node with the plainest loops there are; shares no code with the engine.
struct NaiveInterpreter {
    let graph: Graph
    private var values: [[Float]]

    init(_ graph: Graph) {
        self.graph = graph
        values = graph.values.map { $0.constant?.tensor.floats ?? [] }
    }

    /// All values after a run on these inputs.
    static func run(_ graph: Graph, _ inputs: [[Float]]) -> [[Float]] {
        var interpreter = NaiveInterpreter(graph)
        for (id, input) in zip(graph.inputs, inputs) { interpreter.values[id.index] = input }
        for node in graph.nodes { interpreter.values[node.output.index] = interpreter.result(of: node) }
        return graph.outputs.map { interpreter.values[$0.index] }
    }

    private func shape(_ id: ValueID) -> Shape { graph[id].type.shape }

    private func result(of node: Node) -> [Float] {
        let x = values[node.inputs[0].index], input = shape(node.inputs[0]), output = shape(node.output)
        func each(_ value: ([Int]) -> Float) -> [Float] { output.indices.map(value) }
        let operands = node.inputs.map { values[$0.index] }, operandShapes = node.inputs.map { shape($0) }
        switch node.operation {
        case .convolution(let convolution): return convolve(node, convolution)
        case .dense:
            let w = values[node.inputs[1].index], width = input[input.rank - 1]
            let bias = node.inputs.count > 2 ? values[node.inputs[2].index] : nil
            return each { at in
                let o = at[at.count - 1], row = output.offset(at) / output[output.rank - 1]
                return (0..<width).reduce(bias?[o] ?? 0) { $0 + x[row * width + $1] * w[o * width + $1] }
            }
        case .batchNormalization(let epsilon):
            let p = node.inputs.dropFirst().map { values[$0.index] }
            return each { at in
                let c = at[at.count - 1]
                return (x[output.offset(at)] - p[2][c]) / (p[3][c] + epsilon).squareRoot() * p[0][c] + p[1][c]
            }
        case .pool(let pooling): return pool(x, input, output, pooling)
        case .globalPool(let kind):
            return pool(x, input, output, Pooling(kind, kernel: Extent(input[1], input[2]), stride: 1))
        case .binary(let operation):
            let b = values[node.inputs[1].index], other = shape(node.inputs[1])
            return each { operation.naive(x[input.broadcastOffset($0)], b[other.broadcastOffset($0)]) }
        case .activation(let activation): return x.map(activation.naive)
        case .unary(let operation): return x.map(operation.naive)
        case .concatenate(let axis):
            return each { at in
                var at = at
                for id in node.inputs {
                    if at[axis] < shape(id)[axis] { return values[id.index][shape(id).offset(at)] }
                    at[axis] -= shape(id)[axis]
                }
                return .nan
            }
        case .slice(let slicing):
            return each { at in
                x[input.offset(at.indices.map { slicing.starts[$0] + at[$0] * slicing.strides[$0] })]
            }
        case .reshape: return x
        case .transpose(let permutation):
            return each { at in
                var source = at
                for (axis, from) in permutation.enumerated() { source[from] = at[axis] }
                return x[input.offset(source)]
            }
        case .pad(let padding): return each { padding.naive(x, input, $0) }
        case .softmax(let axis):
            return each { at in
                func exponential(_ i: Int) -> Double {
                    Double(x[input.offset(at.replacing(axis, i))]).exponential
                }
                return Float(exponential(at[axis]) / (0..<input[axis]).reduce(0) { $0 + exponential($1) })
            }
        case .localResponseNormalization(let size, let alpha, let beta, let bias):
            return each { at in
                let c = at[at.count - 1], axis = at.count - 1
                let sum = (c - (size - 1) / 2...c + size / 2).filter { $0 >= 0 && $0 < input[axis] }.reduce(
                    Float(0)
                ) {
                    let value = x[input.offset(at.replacing(axis, $1))]
                    return $0 + value * value
                }
                return x[input.offset(at)]
                    / Float(Double(bias + alpha / Float(size) * sum).power(Double(beta)))
            }
        case .matrixMultiply:
            let b = values[node.inputs[1].index], other = shape(node.inputs[1]), rank = output.rank
            return each { at in
                (0..<input[input.rank - 1]).reduce(Float(0)) { sum, k in
                    let left = input.broadcastOffset(at.replacing(rank - 1, k))
                    return sum + x[left] * b[other.broadcastOffset(at.replacing(rank - 2, k))]
                }
            }
        case .reduce(let reduction): return reduce(x, input, reduction)
        case .transposedConvolution(let convolution):
            return convolution.naive(operands, operandShapes, output: output)
        case .recurrence(let recurrence): return recurrence.naive(operands, operandShapes)
        case .layerNormalization(let normalization): return normalization.naive(operands, operandShapes)
        case .cumulativeSum(let sum): return sum.naive(x, input)
        case .resize, .cast, .quantize, .dequantize, .training, .compare, .select, .gather, .argument:
            preconditionFailure("tested on its own")
        }
    }

    private func convolve(_ node: Node, _ c: Convolution) -> [Float] {
        let x = values[node.inputs[0].index], w = values[node.inputs[1].index]
        let input = shape(node.inputs[0]), weights = shape(node.inputs[1]), output = shape(node.output)
        return output.indices.map { at in
            var sum = node.inputs.count > 2 ? values[node.inputs[2].index][at[3]] : 0
            let group = at[3] / (output[3] / c.groups)
            for ky in 0..<c.kernel.height {
                for kx in 0..<c.kernel.width {
                    let y = at[1] * c.stride.height - c.padding.top + ky * c.dilation.height
                    let column = at[2] * c.stride.width - c.padding.left + kx * c.dilation.width
                    guard y >= 0, y < input[1], column >= 0, column < input[2] else { continue }
                    for k in 0..<weights[3] {
                        let value = x[input.offset([at[0], y, column, group * weights[3] + k])]
                        sum += value * w[weights.offset([at[3], ky, kx, k])]
                    }
                }
            }
            return sum
        }
    }

    private func pool(_ x: [Float], _ input: Shape, _ output: Shape, _ p: Pooling) -> [Float] {
        output.indices.map { at in
            var found: [Float] = [], covered = 0
            for ky in 0..<p.kernel.height {
                for kx in 0..<p.kernel.width {
                    let y = at[1] * p.stride.height - p.padding.top + ky * p.dilation.height
                    let column = at[2] * p.stride.width - p.padding.left + kx * p.dilation.width
                    covered += y < input[1] + p.padding.bottom && column < input[2] + p.padding.right ? 1 : 0
                    guard y >= 0, y < input[1], column >= 0, column < input[2] else { continue }
                    found.append(x[input.offset([at[0], y, column, at[3]])])
                }
            }
            if p.kind == .maximum { return found.max() ?? -.infinity }
            return found.reduce(0, +) / Float(p.countsPadding ? covered : found.count)
        }
    }

    private func reduce(_ x: [Float], _ input: Shape, _ reduction: Reduction) -> [Float] {
        let kept = Shape(input.dimensions.enumerated().map { reduction.axes.contains($0.0) ? 1 : $0.1 })
        var groups = [[Float]](repeating: [], count: kept.elementCount)
        for at in input.indices {
            let target = at.enumerated().map { reduction.axes.contains($0.0) ? 0 : $0.1 }
            groups[kept.offset(target)].append(x[input.offset(at)])
        }
        return groups.map { values in
            switch reduction.kind {
            case .mean: values.reduce(0, +) / Float(values.count)
            case .sum: values.reduce(0, +)
            case .maximum: values.max() ?? -.infinity
            case .minimum: values.min() ?? .infinity
            case .product: values.reduce(1, *)
            }
        }
    }
}

extension Shape {
    /// Every position, in row-major order.
    var indices: [[Int]] {
        dimensions.reduce([[]]) { prefixes, extent in
            prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } }
        }
    }

    func offset(_ at: [Int]) -> Int { zip(at, strides).reduce(0) { $0 + $1.0 * $1.1 } }

    /// The element that broadcasts to a position of a larger shape.
    func broadcastOffset(_ at: [Int]) -> Int {
        offset(at.suffix(rank).enumerated().map { dimensions[$0.0] == 1 ? 0 : $0.1 })
    }
}

extension [Int] {
    func replacing(_ axis: Int, _ value: Int) -> [Int] {
        var copy = self
        copy[axis] = value
        return copy
    }
}
