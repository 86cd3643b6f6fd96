/// A measurement that the others contradict: the device was disturbed while it was timed, or its runtime treats this model in a
/// way of its own.
public struct DoubtfulMeasurement: Hashable, Sendable {
    /// Line of the file, counted from 1; the first one of repeats.
    public let line: Int
    /// An architecture or a model file, as the row names it.
    public let model: String
    /// Measured time over the one that the other measurements predict.
    public let ratio: Double
}

extension HabitInference {
    /// Of the rows that the fits were made to, those that count for less than half of a row without error and lie far from what
    /// the others predict, averaged over habits.
    func doubtful(among rows: [Measurement]) -> [DoubtfulMeasurement] {
        zip(rows, zip(average(\.leftOut), average(\.trust))).compactMap { row, found in
            let (leftOut, trust) = found
            guard trust < HabitInference.leastTrust, abs(leftOut) > HabitInference.leastDistance else {
                return nil
            }
            return DoubtfulMeasurement(line: row.line, model: row.model, ratio: leftOut.exponential)
        }
    }

    /// A number of each row, averaged over habits.
    private func average(_ numbers: KeyPath<FactorAverage, [Double]>) -> [Double] {
        let parts = fits.map { $0.fit[keyPath: numbers] }
        return parts[0].indices.map { row in
            zip(parts, weights).reduce(0) { $0 + $1.0[row] * $1.1 }
        }
    }

    /// Half of the weight, and a sixth of the time.
    private static let leastTrust = 0.5, leastDistance = 0.15
}
