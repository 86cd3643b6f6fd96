import COpenBLAS

/// The BLAS and LAPACK library that large matrices are given to.
public enum OpenBLAS {
    /// Version and configuration, and the processor that the kernels were chosen for (such as `SkylakeX`).
    ///
    /// Recorded with a job, because results may differ in the last bits between versions and processors.
    public static var identity: String {
        requireOneThread()
        let configuration = unsafe String(cString: openblas_get_config())
        // A library built for many processors names the one it found in its configuration already.
        return configuration.contains(coreName) ? configuration : "\(configuration) \(coreName)"
    }

    /// The processor that OpenBLAS chose its kernels for.
    public static var coreName: String {
        requireOneThread()
        return unsafe String(cString: openblas_get_corename())
    }

    /// Must be called before any other function of the library: candidates run in parallel, and a row's bits must not
    /// depend on the number of threads.
    static func requireOneThread() { precondition(isSingleThreaded, "OpenBLAS does not run on one thread") }

    private static let isSingleThreaded: Bool = {
        openblas_set_num_threads(1)
        return openblas_get_num_threads() == 1
    }()
}
