#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A recording, mixed down to one channel, as float32 (of fixed-point formats in [−1, 1]).
struct Sound {
    let sampleRate: Int
    let samples: [Float]

    /// Longer recordings are refused, so that a small hostile file cannot fill the memory.
    static let mostSamples = 50_000_000

    init(sampleRate: Int, samples: [Float]) {
        self.sampleRate = sampleRate
        self.samples = samples
    }

    /// Decodes WAV, FLAC or Ogg.
    init(decoding bytes: [UInt8], file: String) throws(DatasetError) {
        switch FileKind(bytes) {
        case .flac, .ogg: self = try CompressedSound.decoded(bytes, file: file)
        case .wav:
            let wav = try WAVFile(parsing: bytes, file: file)
            self.init(sampleRate: wav.sampleRate, samples: wav.samples)
        case let kind:
            throw .file(
                file, detail: "is \(kind?.name ?? "no recording that is known"); WAV, FLAC and Ogg are read")
        }
        guard !samples.isEmpty else { throw .file(file, detail: "holds no sound") }
    }

    /// The recording at another rate: each value a sum of its neighbours, weighted by a sinc of 16 zero crossings under a Hann
    /// window, cut at 0.95 of the lower rate's half.
    func resampled(to rate: Int) -> Sound {
        guard rate != sampleRate, rate > 0 else { return self }
        let step = Double(sampleRate) / Double(rate)
        let cutoff = 0.95 * min(1, 1 / step)
        let reach = 16 / cutoff
        let count = Int(Double(samples.count) / step)
        let resampled = (0..<count).map { index -> Float in
            let centre = Double(index) * step
            let first = max(0, Int((centre - reach).rounded(.up)))
            let last = min(samples.count - 1, Int((centre + reach).rounded(.down)))
            guard first <= last else { return 0 }
            var sum = 0.0
            for place in first...last {
                sum += Double(samples[place]) * Sound.weight((Double(place) - centre), cutoff, reach)
            }
            return Float(sum)
        }
        return Sound(sampleRate: rate, samples: resampled)
    }

    private static func weight(_ distance: Double, _ cutoff: Double, _ reach: Double) -> Double {
        let angle = Double.pi * distance * cutoff
        let sinc = distance == 0 ? 1 : sin(angle) / angle
        return cutoff * sinc * (0.5 + 0.5 * cos(Double.pi * distance / reach))
    }
}
