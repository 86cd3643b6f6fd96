/// What is subtracted from and multiplied onto the values of a sample; fitted on train and kept with the model.
///
/// Value i becomes (value − offsets[i mod count]) · scales[i mod count]: one entry normalises all values alike, as many as
/// channels (or mel bands) each of them, as many as the sample has values each value.
public struct Normalization: Hashable, Sendable {
    /// What is subtracted.
    public let offsets: [Float]
    /// What differences are multiplied by; as many as `offsets`.
    public let scales: [Float]

    /// A normalisation by given numbers, one scale an offset.
    public init(offsets: [Float], scales: [Float]) {
        precondition(!offsets.isEmpty && offsets.count == scales.count, "Normalization: one scale an offset")
        self.offsets = offsets
        self.scales = scales
    }

    /// Values stay as they are.
    public static let identity = Normalization(offsets: [0], scales: [1])

    /// Zero mean and unit deviation over the given samples, for each index along the last `period` values of a sample.
    ///
    /// A constant (deviation below 10⁻⁶ of its magnitude) is only shifted. Precondition: `period` divides the sample.
    public init(fitting dataset: Dataset, samples: [Int], period: Int) {
        precondition(period > 0 && dataset.sampleSize % period == 0, "Normalization: period \(period)")
        var moments = [Moments](repeating: Moments(), count: period)
        var sample = [Float](repeating: 0, count: dataset.sampleSize)
        for index in samples {
            var values = sample.mutableSpan
            dataset.copySample(index, to: &values)
            for start in stride(from: 0, to: sample.count, by: period) {
                for place in 0..<period { moments[place].add(Double(sample[start + place])) }
            }
        }
        offsets = moments.map { Float($0.mean) }
        scales = moments.map { moments in
            let scale = Float(1 / moments.deviation)
            return moments.deviation > 1e-6 * moments.mean.magnitude && scale.isFinite ? scale : 1
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

/// Mean and deviation of numbers, summed as distances from the first one so that a small deviation of large numbers is not
/// lost.
private struct Moments {
    private var first = 0.0
    private var sum = 0.0
    private var squares = 0.0
    private var count = 0.0

    mutating func add(_ value: Double) {
        if count == 0 { first = value }
        let distance = value - first
        sum += distance
        squares += distance * distance
        count += 1
    }

    var mean: Double { first + sum / max(count, 1) }

    var deviation: Double {
        let meanDistance = sum / max(count, 1)
        return max(squares / max(count, 1) - meanDistance * meanDistance, 0).squareRoot()
    }
}

extension Dataset {
    /// The period that suits the data: channels of a picture or a sequence, bands of a spectrogram, columns of a table.
    public var normalizationPeriod: Int {
        recordings == nil && (sampleShape[2] > 1 || sampleShape[0] == 1 || sampleShape[1] == 1 || isPicture)
            ? sampleShape[2] : sampleShape[1]
    }

    private var isPicture: Bool {
        switch storage {
        case .bytes, .pictures: true
        case .floats, .windows: false
        }
    }
}
