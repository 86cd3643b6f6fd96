import COpenBLAS

/// The product of a row-major matrix and a vector, on the calling thread.
///
/// `matrix` is [rows, vector.count]. Bits of an element may depend on `rows`: keep the row count fixed where results must
/// repeat.
public func product(_ matrix: [Double], rows: Int, _ vector: [Double]) -> [Double] {
    precondition(
        rows >= 0 && matrix.count == rows * vector.count,
        "product: \(matrix.count) elements for [\(rows), \(vector.count)]")
    guard rows > 0, !vector.isEmpty else { return [Double](repeating: 0, count: rows) }
    OpenBLAS.requireOneThread()
    var result = [Double](repeating: 0, count: rows)
    // SAFETY: the counts were checked above, and BLAS keeps no pointer after it returns.
    unsafe cblas_dgemv(
        CblasRowMajor, CblasNoTrans, blasint(rows), blasint(vector.count), 1, matrix, blasint(vector.count),
        vector, 1, 0, &result, 1)
    return result
}
