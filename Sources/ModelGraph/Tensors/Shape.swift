/// The extents of a tensor, outermost first; activations are NHWC and dimension 0 is the batch.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// Extents, outermost first; empty for a scalar.
    public let dimensions: [Int]

    /// A shape with these extents, outermost first.
    public init(_ dimensions: [Int]) { self.dimensions = dimensions }
    /// A shape written as a literal: `[1, 28, 28, 1]`.
    public init(arrayLiteral elements: Int...) { dimensions = elements }

    /// How many axes there are.
    public var rank: Int { dimensions.count }
    /// The extent along `axis`, counted from 0; a precondition failure beyond the rank.
    public subscript(axis: Int) -> Int { dimensions[axis] }

    /// The product of the dimensions; `Int.max` where that overflows.
    public var elementCount: Int {
        var product = 1
        for dimension in dimensions {
            let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
            if overflow { return .max }
            product = next
        }
        return product
    }

    /// Row-major distances, in elements, between neighbours along each axis.
    public var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] &* dimensions[axis + 1]
        }
        return strides
    }

    /// The same shape with another extent along `axis`.
    public func replacing(_ axis: Int, with extent: Int) -> Shape {
        var copy = dimensions
        copy[axis] = extent
        return Shape(copy)
    }

    /// The shape two operands broadcast to (NumPy's rule), or nil if they do not.
    public func broadcast(with other: Shape) -> Shape? {
        let rank = max(rank, other.rank)
        var result = [Int](repeating: 1, count: rank)
        for offset in 1...max(rank, 1) where offset <= rank {
            let a = offset <= self.rank ? dimensions[self.rank - offset] : 1
            let b = offset <= other.rank ? other.dimensions[other.rank - offset] : 1
            guard a == b || a == 1 || b == 1 else { return nil }
            result[rank - offset] = a == 1 ? b : a
        }
        return Shape(result)
    }

    /// The extents in brackets, as messages print them: `[1, 28, 28, 1]`.
    public var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }
}
