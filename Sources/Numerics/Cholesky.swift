/// The factor L of a symmetric positive definite matrix A = L·Lᵀ, row-major.
///
/// Plain Swift: the systems solved with it have a few dozen unknowns, too few for a library call to pay.
public struct Cholesky: Sendable {
    public let size: Int
    private let factor: [Double]

    /// Nil where the matrix is not positive definite to working precision (or holds a NaN).
    public init?(_ matrix: [Double], size: Int) {
        precondition(matrix.count == size * size, "Cholesky: \(matrix.count) elements for size \(size)")
        var factor = [Double](repeating: 0, count: size * size)
        for row in 0..<size {
            for column in 0...row {
                var sum = matrix[row * size + column]
                for k in 0..<column { sum -= factor[row * size + k] * factor[column * size + k] }
                if row == column {
                    guard sum > 0, sum.isFinite else { return nil }
                    factor[row * size + row] = sum.squareRoot()
                } else {
                    factor[row * size + column] = sum / factor[column * size + column]
                }
            }
        }
        self.size = size
        self.factor = factor
    }

    /// x of A·x = b.
    public func solve(_ right: [Double]) -> [Double] {
        var x = forward(right)
        for row in stride(from: size - 1, through: 0, by: -1) {
            for k in (row + 1)..<max(size, row + 1) { x[row] -= factor[k * size + row] * x[k] }
            x[row] /= factor[row * size + row]
        }
        return x
    }

    /// y of L·y = b; Σ y² is bᵀ·A⁻¹·b.
    public func forward(_ right: [Double]) -> [Double] {
        precondition(right.count == size, "Cholesky: \(right.count) right-hand values for size \(size)")
        var y = right
        for row in 0..<size {
            for k in 0..<row { y[row] -= factor[row * size + k] * y[k] }
            y[row] /= factor[row * size + row]
        }
        return y
    }

    /// bᵀ·A⁻¹·b.
    public func quadratic(_ b: [Double]) -> Double { forward(b).reduce(0) { $0 + $1 * $1 } }

    /// ln det A.
    public var logDeterminant: Double {
        2 * (0..<size).reduce(0) { $0 + Cholesky.log(factor[$1 * size + $1]) }
    }
}
