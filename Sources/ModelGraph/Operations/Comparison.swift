/// A question to two numbers, or to two truth values; the answer is a `bool`.
public enum Comparison: String, Hashable, Sendable, CaseIterable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case and, or, exclusiveOr
}

/// Where the largest (or smallest) element along an axis lies.
public struct ArgumentReduction: Hashable, Sendable {
    /// Which element is looked for.
    public enum Kind: String, Hashable, Sendable { case maximum, minimum }
    /// Whether the largest or the smallest element is looked for.
    public var kind: Kind
    /// The axis that is searched, from 0.
    public var axis: Int
    /// Whether the axis stays, with extent 1.
    public var keepsDimensions: Bool
    /// Of several equal elements the last counts instead of the first.
    public var selectsLast: Bool
    /// int32 or int64.
    public var result: DataType

    /// A search along `axis`; of equal elements the first counts unless `selectsLast`.
    public init(
        _ kind: Kind, axis: Int, keepsDimensions: Bool, selectsLast: Bool = false, result: DataType = .int64
    ) {
        self.kind = kind
        self.axis = axis
        self.keepsDimensions = keepsDimensions
        self.selectsLast = selectsLast
        self.result = result
    }
}

extension ArgumentReduction {
    func outputShape(_ input: Shape) throws(GraphError) -> Shape {
        guard input.dimensions.indices.contains(axis), input[axis] > 0, result == .int32 || result == .int64
        else {
            throw .mismatch(
                operation: Operation.argument(self).name,
                detail: "axis \(axis) of \(input) has no place to name in \(result.rawValue)")
        }
        if keepsDimensions { return input.replacing(axis, with: 1) }
        var dimensions = input.dimensions
        dimensions.remove(at: axis)
        return Shape(dimensions)
    }
}

/// Sums of all elements up to each one along an axis.
public struct CumulativeSum: Hashable, Sendable {
    /// The axis along which sums run, from 0.
    public var axis: Int
    /// The element itself does not count.
    public var isExclusive: Bool
    /// Sums run from the last element to the first.
    public var isReversed: Bool

    /// Sums along `axis`, each element included and from the first element on unless stated otherwise.
    public init(axis: Int, isExclusive: Bool = false, isReversed: Bool = false) {
        self.axis = axis
        self.isExclusive = isExclusive
        self.isReversed = isReversed
    }
}

/// Elements minus their mean, divided by their standard deviation, both over `axes`.
public struct LayerNormalization: Hashable, Sendable {
    /// Distinct, ascending.
    public var axes: [Int]
    /// Added to the variance before the square root.
    public var epsilon: Float

    /// A normalisation over `axes` (distinct, ascending).
    public init(axes: [Int], epsilon: Float) {
        self.axes = axes
        self.epsilon = epsilon
    }
}

extension LayerNormalization {
    /// The input's shape; scale and offset broadcast to it.
    func outputShape(_ shapes: [Shape]) throws(GraphError) -> Shape {
        let input = shapes[0]
        guard axes == axes.sorted(), Set(axes).count == axes.count, !axes.isEmpty,
            axes.allSatisfy({ input.dimensions.indices.contains($0) })
        else {
            throw .mismatch(
                operation: Operation.layerNormalization(self).name,
                detail: "axes \(axes) are not distinct, ascending axes of \(input)")
        }
        for other in shapes.dropFirst() where other.broadcast(with: input) != input {
            throw .mismatch(
                operation: Operation.layerNormalization(self).name,
                detail: "\(other) does not broadcast to \(input)")
        }
        return input
    }
}
