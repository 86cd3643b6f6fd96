extension Dataset {
    /// How much of the variance of the numbers to predict the mean of the eight nearest other samples explains, at most 1; nil
    /// where no numbers are predicted or samples are fewer than sixteen.
    ///
    /// Distances are those of normalised values, over at most 1,000 samples evenly spread over the data set. What neighbours do
    /// not explain is noise, or depends on values in ways that few samples show.
    public var varianceExplainedByNeighbours: Double? {
        guard case .values(let targets) = target, count >= 16 else { return nil }
        let rows = (0..<min(count, 1000)).map { $0 * count / min(count, 1000) }
        var values = [Float](repeating: 0, count: rows.count * sampleSize)
        let normalization = Normalization(fitting: self, samples: rows, period: normalizationPeriod)
        var span = values.mutableSpan
        BatchReader(self, normalization: normalization).fill(rows, into: &span)
        let numbers = rows.map { Double(targets[$0]) }
        let mean = numbers.reduce(0, +) / Double(numbers.count)
        let spread = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        guard spread > 0 else { return nil }
        let errors = rows.indices.map { row -> Double in
            let nearest = Dataset.nearest(8, to: row, in: values, width: sampleSize)
            let predicted = nearest.reduce(0) { $0 + numbers[$1] } / Double(nearest.count)
            return (predicted - numbers[row]) * (predicted - numbers[row])
        }
        return 1 - errors.reduce(0, +) / spread
    }

    /// The rows nearest to a row, without itself; of equal distances the earlier ones.
    private static func nearest(_ count: Int, to row: Int, in values: [Float], width: Int) -> [Int] {
        let distances = (0..<values.count / width).map { other -> Float in
            var sum: Float = 0
            for place in 0..<width {
                let difference = values[other * width + place] - values[row * width + place]
                sum += difference * difference
            }
            return sum
        }
        return Array(
            distances.indices.filter { $0 != row }.sorted { (distances[$0], $0) < (distances[$1], $1) }
                .prefix(count))
    }
}
