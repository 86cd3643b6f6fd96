#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How a recording becomes a picture of frames × mel bands; the defaults suit a spoken word.
public struct LogMel: Hashable, Sendable {
    /// Longer recordings lose both ends, shorter ones get silence at both.
    public var seconds = 1.0
    /// Length of the piece that one frame is made of.
    public var windowSeconds = 0.04
    /// From one frame to the next.
    public var hopSeconds = 0.02
    /// Triangles on the mel scale, 1 to 1024.
    public var bands = 40
    /// Lower end of the first triangle.
    public var lowestHertz = 20.0
    /// Half the sample rate where that is lower.
    public var highestHertz = 8000.0
    /// How many mel-frequency cepstral coefficients (MFCC) a frame becomes; nil for the bands themselves.
    public var coefficients: Int?
    /// The sample rate that recordings are brought to; nil for the one that most of them have.
    public var sampleRate: Int?
    /// Samples of a class `silence` that are made up beside the recordings.
    public var silences = 0

    /// The features of a spoken word of one second.
    public init() {}
}

/// Computes log-mel spectrograms of recordings of one sample rate.
///
/// For each frame: Hann window w, power spectrum P(f) = |FFT(w·x)|² / Σw², band energies E = Σ h(f)·P(f) with triangles h that
/// are equally wide on the mel scale m = 2595 · log₁₀(1 + f / 700), feature ln(E + 10⁻⁶). Coefficient k of M bands is
/// √(2 / M) · Σ ln(E + 10⁻⁶) · cos(πk(m + ½) / M), with √(1 / M) for k = 0 (Davis and Mermelstein 1980; an orthonormal DCT-II).
public struct LogMelExtractor: Sendable {
    /// Frames of a recording.
    public let frames: Int
    /// Features of a frame: bands or coefficients.
    public let bands: Int
    let melBands: Int
    let cosines: [[Float]]
    /// The feature of digital silence.
    public var silence: Float { logf(LogMelExtractor.floor) }

    static let floor: Float = 1e-6
    let length, hop: Int
    let window: [Float]
    let transform: RealFFT
    let triangles: [Triangle]

    /// The weights of one band over neighbouring frequencies.
    struct Triangle {
        let first: Int
        let weights: [Float]
    }

    /// Prepares windows, triangles and the transform; throws where the settings are impossible at this rate,
    /// naming `file`.
    public init(_ settings: LogMel, sampleRate: Int, file: String) throws(DatasetError) {
        let rate = Double(sampleRate)
        let lengths = [settings.seconds, settings.windowSeconds, settings.hopSeconds].map {
            ($0 * rate).rounded()
        }
        guard lengths.allSatisfy({ $0 >= 1 && $0 <= 100_000_000 }), lengths[1] >= 8, lengths[1] <= lengths[0],
            lengths[1] <= 65536, (1...1024).contains(settings.bands), settings.lowestHertz >= 0,
            settings.lowestHertz < min(settings.highestHertz, rate / 2)
        else {
            throw .file(
                file,
                detail:
                    "the sound settings do not fit \(sampleRate) Hz: windows of \(settings.windowSeconds) s in "
                    + "\(settings.seconds) s, every \(settings.hopSeconds) s; \(settings.bands) bands from "
                    + "\(settings.lowestHertz) to \(settings.highestHertz) Hz")
        }
        length = Int(lengths[0])
        let width = Int(lengths[1])
        hop = Int(lengths[2])
        frames = (length - width) / hop + 1
        melBands = settings.bands
        guard (1...settings.bands).contains(settings.coefficients ?? 1) else {
            throw .file(
                file, detail: "\(settings.bands) bands do not give \(settings.coefficients ?? 0) coefficients"
            )
        }
        bands = settings.coefficients ?? settings.bands
        cosines = (0..<(settings.coefficients ?? 0)).map { LogMelExtractor.cosines($0, of: settings.bands) }
        let hann = (0..<width).map { 0.5 - 0.5 * cos(2 * Double.pi * (Double($0) + 0.5) / Double(width)) }
        let norm = hann.reduce(0) { $0 + $1 * $1 }.squareRoot()
        window = hann.map { Float($0 / norm) }
        transform = RealFFT(atLeast: width)
        let size = transform.size
        triangles = LogMelExtractor.triangles(settings, rate: rate, size: size)
    }

    /// The row k of the orthonormal DCT-II.
    private static func cosines(_ k: Int, of bands: Int) -> [Float] {
        let scale = ((k == 0 ? 1 : 2) / Double(bands)).squareRoot()
        return (0..<bands).map {
            Float(scale * cos(Double.pi * Double(k) * (Double($0) + 0.5) / Double(bands)))
        }
    }

    private static func triangles(_ settings: LogMel, rate: Double, size: Int) -> [Triangle] {
        func mel(_ hertz: Double) -> Double { 2595 * log10(1 + hertz / 700) }
        let (low, high) = (mel(settings.lowestHertz), mel(min(settings.highestHertz, rate / 2)))
        let step = (high - low) / Double(settings.bands + 1)
        let mels = (0...size / 2).map { mel(Double($0) * rate / Double(size)) }
        return (0..<settings.bands).map { band in
            let peak = low + step * Double(band + 1)
            let weights = mels.map { Float(max(0, 1 - ($0 - peak).magnitude / step)) }
            let first = weights.firstIndex { $0 > 0 }
            guard let first, let last = weights.lastIndex(where: { $0 > 0 }) else {
                // Narrower than the distance of two frequencies: the nearest one stands for the band.
                let nearest = mels.indices.min { (mels[$0] - peak).magnitude < (mels[$1] - peak).magnitude }
                return Triangle(first: nearest ?? 0, weights: [1])
            }
            return Triangle(first: first, weights: Array(weights[first...last]))
        }
    }

    /// `frames × bands` features, frame by frame; the recording stands in the middle.
    public func spectrogram(of samples: [Float]) -> [Float] {
        let energies = energies(of: samples)
        guard !cosines.isEmpty else { return energies }
        return (0..<frames).flatMap { frame in
            cosines.map { row in
                row.indices.reduce(Float(0)) { $0 + row[$1] * energies[frame * melBands + $1] }
            }
        }
    }

    private func energies(of samples: [Float]) -> [Float] {
        let shift = (samples.count - length) / 2
        var features = [Float](repeating: silence, count: frames * melBands)
        var frame = [Float](repeating: 0, count: transform.size)
        var power = [Float](repeating: 0, count: transform.size / 2 + 1)
        for index in 0..<frames {
            let start = index * hop + shift
            guard start < samples.count, start + window.count > 0 else { continue }
            for i in window.indices {
                let place = start + i
                frame[i] = place >= 0 && place < samples.count ? samples[place] * window[i] : 0
            }
            transform.power(of: frame, into: &power)
            for (band, triangle) in triangles.enumerated() {
                var energy: Float = 0
                for (offset, weight) in triangle.weights.enumerated() {
                    energy += weight * power[triangle.first + offset]
                }
                features[index * melBands + band] = logf(energy + LogMelExtractor.floor)
            }
        }
        return features
    }
}
