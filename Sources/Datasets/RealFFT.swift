#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The power spectrum of real signals whose length is a power of two (Cooley and Tukey, radix 2, on half as many complex
/// numbers).
struct RealFFT: Sendable {
    let size: Int
    /// cos and −sin of 2πk / size, for k below size / 2.
    private let cosines, sines: [Float]
    private let reversed: [Int]

    /// The smallest power of two that holds `length` values, at least 4.
    init(atLeast length: Int) {
        var size = 4
        while size < length { size *= 2 }
        self.size = size
        cosines = (0..<size / 2).map { Float(cos(2 * Double.pi * Double($0) / Double(size))) }
        sines = (0..<size / 2).map { Float(-sin(2 * Double.pi * Double($0) / Double(size))) }
        let bits = (size / 2).trailingZeroBitCount
        reversed = (0..<size / 2).map { index in
            (0..<bits).reduce(0) { $0 | (index >> $1 & 1) << (bits - 1 - $1) }
        }
    }

    /// |X(k)|² for k from 0 to size / 2.
    ///
    /// Precondition: `signal` holds `size` values and `power` one more than half as many.
    func power(of signal: [Float], into power: inout [Float]) {
        precondition(signal.count == size && power.count == size / 2 + 1, "RealFFT: wrong lengths")
        let half = size / 2
        var real = [Float](repeating: 0, count: half)
        var imaginary = [Float](repeating: 0, count: half)
        for i in 0..<half {
            real[reversed[i]] = signal[2 * i]
            imaginary[reversed[i]] = signal[2 * i + 1]
        }
        transform(&real, &imaginary)
        // X(0) and X(size / 2) come from the first number alone.
        power[0] = (real[0] + imaginary[0]) * (real[0] + imaginary[0])
        power[half] = (real[0] - imaginary[0]) * (real[0] - imaginary[0])
        for k in 1..<half {
            let (a, b) = (k, half - k)
            let (evenReal, evenImaginary) = ((real[a] + real[b]) / 2, (imaginary[a] - imaginary[b]) / 2)
            let (oddReal, oddImaginary) = ((imaginary[a] + imaginary[b]) / 2, (real[b] - real[a]) / 2)
            let (c, s) = (cosines[k], sines[k])
            let sumReal = evenReal + c * oddReal - s * oddImaginary
            let sumImaginary = evenImaginary + c * oddImaginary + s * oddReal
            power[k] = sumReal * sumReal + sumImaginary * sumImaginary
        }
    }

    /// In place, from bit-reversed order.
    private func transform(_ real: inout [Float], _ imaginary: inout [Float]) {
        let count = real.count
        var width = 1
        while width < count {
            let step = count / width
            for start in stride(from: 0, to: count, by: 2 * width) {
                for k in 0..<width {
                    let (c, s) = (cosines[k * step], sines[k * step])
                    let (i, j) = (start + k, start + k + width)
                    let (x, y) = (real[j] * c - imaginary[j] * s, real[j] * s + imaginary[j] * c)
                    (real[j], imaginary[j]) = (real[i] - x, imaginary[i] - y)
                    (real[i], imaginary[i]) = (real[i] + x, imaginary[i] + y)
                }
            }
            width *= 2
        }
    }
}
