import Determinism

/// Made-up anomalies for data that hold none: copies of normal samples with one channel moved.
///
/// Telling anomalies is telling a distribution from a reference around it (Steinwart, Hush, Scovel 2005); without a reference a
/// wider code always looks better, since it brings anomalies back too.
struct Disturbance {
    /// Height, width, channels.
    let shape: [Int]

    /// Moves one channel of each normalised sample by 1 to 4 deviations: of a sequence or a row over all its steps, of a
    /// picture within a square of half its side.
    ///
    /// What happens to a sample depends on its number in the data set alone.
    func moved(_ values: [Float], of indices: [Int]) -> [Float] {
        let size = shape.reduce(1, *)
        var moved = values
        for (place, index) in indices.enumerated() {
            var random = RandomStream(seed: 0, .disturbance, UInt64(index))
            let channel = random.index(below: shape[2])
            let amount = (1 + 3 * random.uniform()) * (random.index(below: 2) == 0 ? 1 : -1)
            let isPicture = shape[0] > 1 && shape[1] > 1
            let rows = isPicture ? random.half(of: shape[0]) : 0..<shape[0]
            let columns = isPicture ? random.half(of: shape[1]) : 0..<shape[1]
            for row in rows {
                for column in columns {
                    moved[place * size + (row * shape[1] + column) * shape[2] + channel] += amount
                }
            }
        }
        return moved
    }
}

extension RandomStream {
    /// A run of half of `count` places, at least one, somewhere in 0..<count.
    fileprivate mutating func half(of count: Int) -> Range<Int> {
        let length = (count + 1) / 2
        let start = index(below: count - length + 1)
        return start..<start + length
    }
}
