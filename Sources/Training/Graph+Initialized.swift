import Determinism
import Foundation
public import ModelGraph

extension Graph {
    /// The graph with values for its unknown float32 constants.
    ///
    /// Weights of convolutions, dense layers and matrix products are normal with variance 2 / fan-in (He and others 2015);
    /// normalisation scales and variances are 1, offsets, means and biases 0. Equal seed and graph, equal weights.
    public func initialized(seed: UInt64) -> Graph {
        var graph = self
        var isDone = [Bool](repeating: false, count: values.count)
        for node in nodes {
            for (place, input) in node.inputs.enumerated() where !isDone[input.index] {
                guard let constant = values[input.index].constant, !constant.tensor.isKnown,
                    constant.tensor.dataType == .float32
                else { continue }
                isDone[input.index] = true
                let start = node.operation.startingValue(place: place, shape: constant.tensor.shape)
                graph[input].constant = Constant(
                    start.tensor(constant.tensor.shape, seed: seed, index: UInt64(input.index)),
                    sparsity: constant.sparsity)
            }
        }
        return graph
    }
}

/// How a constant starts.
private enum StartingValue {
    case normal(fanIn: Int)
    case constant(Float)

    func tensor(_ shape: Shape, seed: UInt64, index: UInt64) -> Tensor {
        switch self {
        case .constant(let value): Tensor(shape, [Float](repeating: value, count: shape.elementCount))
        case .normal(let fanIn):
            Tensor(
                shape,
                RandomStream.normals(
                    shape.elementCount, deviation: (2 / Float(max(fanIn, 1))).squareRoot(), seed: seed,
                    index: index))
        }
    }
}

extension ModelGraph.Operation {
    fileprivate func startingValue(place: Int, shape: Shape) -> StartingValue {
        if case .batchNormalization = self { return .constant(place == 1 || place == 4 ? 1 : 0) }
        if case .binary(let operation) = self { return .constant(operation.neutralOperand) }
        if case .training = self { return .normal(fanIn: shape.dimensions.dropFirst().reduce(1, *)) }
        switch traits.kind {
        case .layer:
            return place == 1 ? .normal(fanIn: shape.dimensions.dropFirst().reduce(1, *)) : .constant(0)
        case .product: return .normal(fanIn: shape.rank >= 2 ? shape[shape.rank - 2] : 1)
        case .recurrence:
            return place == 1 || place == 2 ? .normal(fanIn: shape.dimensions.last ?? 1) : .constant(0)
        case .pooling, .elementwise, .movement, .mixing: return .constant(0)
        }
    }
}

extension BinaryOperation {
    /// The second operand that changes nothing (or, for the smaller and larger of two, bounds at zero).
    fileprivate var neutralOperand: Float {
        switch self {
        case .multiply, .divide, .power: 1
        case .add, .subtract, .minimum, .maximum: 0
        }
    }
}

extension RandomStream {
    /// Normal numbers by Box and Muller's method, from a stream of this constant alone.
    fileprivate static func normals(_ count: Int, deviation: Float, seed: UInt64, index: UInt64) -> [Float] {
        var random = RandomStream(seed: seed, .initialization, index)
        return (0..<count).map { _ in
            let radius = (-2 * log(1 - random.uniformDouble())).squareRoot()
            return deviation * Float(radius * cos(2 * .pi * random.uniformDouble()))
        }
    }
}
