import COpenBLAS

/// Whether a factor of a matrix product is read as stored or transposed.
public enum Orientation: Sendable { case stored, transposed }

/// OpenBLAS must not start threads of its own: candidates run in parallel, and rows must not depend on threads.
private let isSingleThreaded: Bool = {
    openblas_set_num_threads(1)
    return true
}()

/// c = alpha · a·b + beta · c for row-major matrices, on the calling thread.
///
/// `a` is [m, k] ([k, m] when transposed), `b` is [k, n] ([n, k] when transposed), `c` is [m, n]. Bits of a row depend on `m`:
/// keep the row count fixed where results must repeat.
public func multiply(
    _ a: Span<Float>, _ aOrientation: Orientation = .stored, _ b: Span<Float>,
    _ bOrientation: Orientation = .stored, m: Int, k: Int, n: Int, alpha: Float = 1, beta: Float = 0,
    into c: inout MutableSpan<Float>
) {
    precondition(isSingleThreaded)
    precondition(m >= 0 && k >= 0 && n >= 0, "multiply: negative size")
    precondition(
        a.count == m * k && b.count == k * n && c.count == m * n,
        "multiply: sizes do not fit [\(m), \(k), \(n)]")
    guard m > 0, n > 0 else { return }
    let aStride = aOrientation == .stored ? k : m
    let bStride = bOrientation == .stored ? n : k
    // SAFETY: the counts were checked above, and BLAS keeps no pointer after it returns.
    unsafe a.withUnsafeBufferPointer { a in
        unsafe b.withUnsafeBufferPointer { b in
            unsafe c.withUnsafeMutableBufferPointer { c in
                unsafe cblas_sgemm(
                    CblasRowMajor, aOrientation == .stored ? CblasNoTrans : CblasTrans,
                    bOrientation == .stored ? CblasNoTrans : CblasTrans, Int32(m), Int32(n), Int32(k), alpha,
                    a.baseAddress, Int32(max(aStride, 1)), b.baseAddress, Int32(max(bStride, 1)), beta,
                    c.baseAddress,
                    Int32(n))
            }
        }
    }
}

/// The configuration OpenBLAS reports, its version first; recorded because results may differ in the last bits between versions.
public var openBLASVersion: String {
    precondition(isSingleThreaded)
    return unsafe String(cString: openblas_get_config())
}
