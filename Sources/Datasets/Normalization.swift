/// What is subtracted from and multiplied onto the values of a sample; fitted on train and kept with the model.
///
/// Value i becomes (value − offsets[i mod count]) · scales[i mod count]: one entry normalises all values alike, as many as
/// channels (or mel bands) each of them, as many as the sample has values each value.
public struct Normalization: Hashable, Sendable {
    public let offsets: [Float]
    public let scales: [Float]

    public init(offsets: [Float], scales: [Float]) {
        precondition(!offsets.isEmpty && offsets.count == scales.count, "Normalization: one scale an offset")
        self.offsets = offsets
        self.scales = scales
    }

    public static let identity = Normalization(offsets: [0], scales: [1])

    /// Zero mean and unit deviation over the given samples, for each index along the last `period` values of a sample.
    ///
    /// A constant (deviation below 10⁻⁶ of its magnitude) is only shifted. Precondition: `period` divides the sample.
    public init(fitting dataset: Dataset, samples: [Int], period: Int) {
        precondition(period > 0 && dataset.sampleSize % period == 0, "Normalization: period \(period)")
        var sums = [Double](repeating: 0, count: period)
        var squares = [Double](repeating: 0, count: period)
        var sample = [Float](repeating: 0, count: dataset.sampleSize)
        for index in samples {
            var values = sample.mutableSpan
            dataset.copySample(index, to: &values)
            for start in stride(from: 0, to: sample.count, by: period) {
                for place in 0..<period {
                    let value = Double(sample[start + place])
                    sums[place] += value
                    squares[place] += value * value
                }
            }
        }
        let count = Double(max(samples.count * (dataset.sampleSize / period), 1))
        offsets = sums.map { Float($0 / count) }
        scales = zip(sums, squares).map { sum, square in
            let mean = sum / count
            let deviation = max(square / count - mean * mean, 0).squareRoot()
            return deviation > 1e-6 * max(mean.magnitude, 1) ? Float(1 / deviation) : 1
        }
    }

    /// Normalises the values of one or more whole samples in place.
    public func apply(to values: inout MutableSpan<Float>) {
        let period = offsets.count
        if period == 1 {
            let (offset, scale) = (offsets[0], scales[0])
            for i in 0..<values.count { values[i] = (values[i] - offset) * scale }
            return
        }
        let (offsets, scales) = (offsets.span, scales.span)
        var start = 0
        while start + period <= values.count {
            for place in 0..<period {
                values[start + place] = (values[start + place] - offsets[place]) * scales[place]
            }
            start += period
        }
    }
}

extension Dataset {
    /// The period that suits the data: channels of an image, bands of a spectrogram, columns of a table.
    public var normalizationPeriod: Int {
        sampleShape[2] > 1 || sampleShape[0] == 1 || isImage ? sampleShape[2] : sampleShape[1]
    }

    /// Bytes are images; floats are spectrograms or tables.
    private var isImage: Bool { if case .bytes = storage { true } else { false } }
}
