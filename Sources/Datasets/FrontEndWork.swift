#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the way from a recording to spectrograms takes for one sample, written in C with a fast Fourier transform.
public struct FrontEndWork: Hashable, Sendable {
    /// Frames of a sample.
    public let frames: Int
    /// Multiplications with an addition, in float32, of one frame.
    public let macsPerFrame: Int
    /// A window of 16-bit samples and what the transform works in; the frames are the network's own input.
    public let ramBytes: Int
    /// Tables of windows, waves and bands, and code.
    public let flashBytes: Int
}

extension LogMelExtractor {
    /// Window, transform of 2.5 · N · log₂ N operations, squares, bands, logarithms and coefficients.
    public var work: FrontEndWork {
        let (size, width) = (transform.size, window.count)
        let bandWeights = triangles.reduce(0) { $0 + $1.weights.count }
        let coefficients = cosines.count * melBands
        let transformed = Int(1.25 * Double(size) * log2(Double(size)))
        return FrontEndWork(
            frames: frames,
            macsPerFrame: width + transformed + size + bandWeights + melBands
                * LogMelExtractor.macsPerLogarithm
                + coefficients,
            ramBytes: 2 * width + 8 * size,
            flashBytes: 4 * (width + size + bandWeights + coefficients) + LogMelExtractor.codeBytes)
    }

    /// A polynomial of a float, and taking its exponent off.
    private static let macsPerLogarithm = 20
    /// A real transform with its bit reversal, and the loops around it.
    private static let codeBytes = 8192
}

extension Dataset {
    /// What the front-end of recordings takes for one sample; nil where samples are no recordings.
    public var frontEndWork: FrontEndWork? {
        recordings.flatMap { recordings in
            try? LogMelExtractor(recordings.features, sampleRate: recordings.sampleRate, file: name).work
        }
    }
}
