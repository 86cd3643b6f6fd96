import COpenBLAS
private import Foundation

/// The factor L of a symmetric positive definite matrix A = L·Lᵀ, row-major.
///
/// Matrices of up to `plainSize` rows are handled in plain Swift, larger ones by OpenBLAS.
public struct Cholesky: Sendable {
    /// Rows of the matrix.
    public let size: Int
    /// Only elements on and below the diagonal are defined.
    private let factor: [Double]

    // On two cores of an EPYC with 0.3.21 (factor, one triangular solve; plain and library in µs): 16 rows 0.67 and 0.52, 0.18
    // and 0.15; 32 rows 3.4 and 1.7, 0.62 and 0.28; 160 rows 288 and 48, 25 and 2.1. Up to 32 rows nobody waits, and the
    // calibration of devices (17 unknowns) gives the same bits on every processor.
    static let plainSize = 32

    /// Nil where the matrix is not positive definite to working precision (or holds a NaN).
    public init?(_ matrix: [Double], size: Int) {
        precondition(matrix.count == size * size, "Cholesky: \(matrix.count) elements for size \(size)")
        let factor =
            size <= Cholesky.plainSize
            ? Cholesky.plainFactor(matrix, size: size) : Cholesky.libraryFactor(matrix, size: size)
        guard let factor else { return nil }
        self.size = size
        self.factor = factor
    }

    /// x of A·x = b.
    public func solve(_ right: [Double]) -> [Double] { backward(forward(right)) }

    /// y of L·y = b; Σ y² is bᵀ·A⁻¹·b.
    public func forward(_ right: [Double]) -> [Double] {
        precondition(right.count == size, "Cholesky: \(right.count) right-hand values for size \(size)")
        return size <= Cholesky.plainSize ? plainForward(right) : librarySolve(right, CblasNoTrans)
    }

    /// x of Lᵀ·x = y.
    private func backward(_ y: [Double]) -> [Double] {
        size <= Cholesky.plainSize ? plainBackward(y) : librarySolve(y, CblasTrans)
    }

    /// bᵀ·A⁻¹·b.
    public func quadratic(_ b: [Double]) -> Double { forward(b).reduce(0) { $0 + $1 * $1 } }

    /// bᵀ·A⁻¹·b of each row b of a row-major matrix.
    public func quadratics(ofRows rows: [Double]) -> [Double] {
        let solved = forward(rows: rows)
        return stride(from: 0, to: solved.count, by: size).map { start in
            solved[start..<start + size].reduce(0) { $0 + $1 * $1 }
        }
    }

    /// y of L·y = b for each row b of a row-major matrix; rows of the result in the same order.
    public func forward(rows: [Double]) -> [Double] {
        precondition(
            size > 0 && rows.count % size == 0, "Cholesky: \(rows.count) elements in rows of \(size)")
        return size <= Cholesky.plainSize ? plainForward(rows: rows) : libraryForward(rows: rows)
    }

    /// ln det A.
    public var logDeterminant: Double {
        2 * (0..<size).reduce(0) { $0 + log(factor[$1 * size + $1]) }
    }

    /// A⁻¹, row-major.
    public var inverse: [Double] {
        size <= Cholesky.plainSize ? plainInverse : libraryInverse
    }
}

/// Small matrices.
extension Cholesky {
    private static func plainFactor(_ matrix: [Double], size: Int) -> [Double]? {
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
        return factor
    }

    private func plainForward(_ right: [Double]) -> [Double] {
        var y = right
        for row in 0..<size {
            for k in 0..<row { y[row] -= factor[row * size + k] * y[k] }
            y[row] /= factor[row * size + row]
        }
        return y
    }

    private func plainForward(rows: [Double]) -> [Double] {
        stride(from: 0, to: rows.count, by: size).flatMap { plainForward(Array(rows[$0..<$0 + size])) }
    }

    private func plainBackward(_ y: [Double]) -> [Double] {
        var x = y
        for row in stride(from: size - 1, through: 0, by: -1) {
            for k in (row + 1)..<max(size, row + 1) { x[row] -= factor[k * size + row] * x[k] }
            x[row] /= factor[row * size + row]
        }
        return x
    }

    private var plainInverse: [Double] {
        var inverse: [Double] = []
        for row in 0..<size {
            var unit = [Double](repeating: 0, count: size)
            unit[row] = 1
            inverse += solve(unit)
        }
        return inverse
    }
}

/// Large matrices. A row-major lower triangle is LAPACK's column-major upper one.
extension Cholesky {
    private static func libraryFactor(_ matrix: [Double], size: Int) -> [Double]? {
        // LAPACK may accept a NaN off the diagonal: what it leaves on the diagonal is checked below.
        OpenBLAS.requireOneThread()
        var factor = matrix
        var (count, info) = (blasint(size), blasint(0))
        // SAFETY: `factor` holds size × size elements, and LAPACK keeps no pointer after it returns.
        unsafe dpotrf_("U", &count, &factor, &count, &info)
        precondition(info >= 0, "Cholesky: dpotrf refuses argument \(-info)")
        guard info == 0, (0..<size).allSatisfy({ factor[$0 * size + $0].isFinite }) else { return nil }
        return factor
    }

    private func librarySolve(_ right: [Double], _ transposition: CBLAS_TRANSPOSE) -> [Double] {
        OpenBLAS.requireOneThread()
        var x = right
        // SAFETY: `factor` holds size × size elements and `x` size, and BLAS keeps no pointer after it returns.
        unsafe cblas_dtrsv(
            CblasRowMajor, CblasLower, transposition, CblasNonUnit, blasint(size), factor, blasint(size), &x,
            1)
        return x
    }

    /// L·yᵀ = bᵀ for each row b, that is Y·Lᵀ = B.
    private func libraryForward(rows: [Double]) -> [Double] {
        OpenBLAS.requireOneThread()
        var solved = rows
        // SAFETY: `solved` holds whole rows of `size` elements, and BLAS keeps no pointer after it returns.
        unsafe cblas_dtrsm(
            CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, blasint(rows.count / size),
            blasint(size), 1, factor, blasint(size), &solved, blasint(size))
        return solved
    }

    private var libraryInverse: [Double] {
        OpenBLAS.requireOneThread()
        var inverse = factor
        var (count, info) = (blasint(size), blasint(0))
        // SAFETY: `inverse` holds size × size elements, and LAPACK keeps no pointer after it returns.
        unsafe dpotri_("U", &count, &inverse, &count, &info)
        precondition(info == 0, "Cholesky: dpotri ends with \(info)")
        for row in 0..<size {
            for column in 0..<row { inverse[column * size + row] = inverse[row * size + column] }
        }
        return inverse
    }
}
