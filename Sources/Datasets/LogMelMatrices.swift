#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A log-mel front-end as matrices, for runtimes that have products but no Fourier transform.
///
/// Of each window x the energies are `bands · (taps · x)²`, the features ln(energies + `floor`), and coefficients
/// `cosines · features`.
public struct LogMelMatrices: Sendable {
    /// Samples of a waveform, of a window, and between the beginnings of two windows.
    public let length, width, hop: Int
    /// Of each used frequency the windowed cosine, then of each the windowed sine; rows of `width`.
    public let taps: [Float]
    /// Rows of `taps`.
    public let tapCount: Int
    /// The weight of each squared tap in each band; rows of `tapCount`.
    public let bands: [Float]
    /// Rows of `bands`.
    public let bandCount: Int
    /// Rows of `bandCount`; empty where features are the bands themselves.
    public let cosines: [Float]
    /// What is added to each energy.
    public let floor: Float

    /// The matrices of an extractor.
    public init(_ extractor: LogMelExtractor) {
        (length, width, hop) = (extractor.length, extractor.window.count, extractor.hop)
        let triangles = extractor.triangles
        let first = triangles.map(\.first).min() ?? 0
        let last = triangles.map { $0.first + $0.weights.count }.max() ?? 1
        let frequencies = first..<last
        let size = Double(extractor.transform.size)
        let window = extractor.window
        func row(_ frequency: Int, _ wave: (Double) -> Double) -> [Float] {
            window.indices.map { place in
                // Whole turns are taken off before the angle is rounded.
                let turns = Double(frequency * place % Int(size)) / size
                return Float(Double(window[place]) * wave(2 * Double.pi * turns))
            }
        }
        taps = frequencies.flatMap { row($0, cos) } + frequencies.flatMap { row($0, sin) }
        tapCount = 2 * frequencies.count
        bandCount = extractor.melBands
        bands = triangles.flatMap { triangle in
            let weights = frequencies.map { frequency in
                let place = frequency - triangle.first
                return triangle.weights.indices.contains(place) ? triangle.weights[place] : 0
            }
            return weights + weights
        }
        cosines = extractor.cosines.flatMap(\.self)
        floor = LogMelExtractor.floor
    }
}
