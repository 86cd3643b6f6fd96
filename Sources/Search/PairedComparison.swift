import Foundation
import Numerics
import Quantities

/// The difference in quality of two candidates that answered the same samples.
///
/// Where both have one result a sample, the difference is paired: samples that both get right, or both get wrong, say nothing,
/// and the sampling error is that of the others (McNemar 1947). Else the two are independent.
public struct PairedComparison: Hashable, Sendable {
    /// Quality of the first less that of the second.
    public let difference: Double
    /// Of the difference; nil where nothing is known of it.
    public let standardError: Double?

    /// Compares two qualities on the same validation part.
    public init(_ a: Quality, _ b: Quality) {
        difference = a.accuracy - b.accuracy
        standardError = PairedComparison.pairedError(a, b) ?? PairedComparison.independentError(a, b)
    }

    /// Whether the sign of the difference is known with less than this confidence (one-sided, above 0.5).
    ///
    /// Without a sampling error only equal qualities tie.
    public func isTie(confidence: Double = 0.9) -> Bool {
        guard let standardError else { return difference == 0 }
        return abs(difference) <= Normal.quantile(confidence) * standardError
    }

    /// Whether the first is better, with at least this confidence; without a sampling error, whether it is better at all.
    public func isBetter(confidence: Double = 0.9) -> Bool {
        difference > 0 && !isTie(confidence: confidence)
    }

    /// Bits stand for samples in groups of eight, the last group padded: the count of samples follows from accuracy and error.
    private static func pairedError(_ a: Quality, _ b: Quality) -> Double? {
        guard let first = a.sampleResults, let second = b.sampleResults, first.count == second.count,
            !first.isEmpty, let samples = sampleCount(a, right: rightCount(first))
        else { return nil }
        let (onlyFirst, onlySecond) = zip(first, second).reduce((0, 0)) { sums, pair in
            (sums.0 + (pair.0 & ~pair.1).nonzeroBitCount, sums.1 + (pair.1 & ~pair.0).nonzeroBitCount)
        }
        let mean = Double(onlyFirst - onlySecond) / samples
        let variance = Double(onlyFirst + onlySecond) / samples - mean * mean
        return (max(variance, 0) / samples).squareRoot()
    }

    private static func rightCount(_ bits: [UInt8]) -> Int { bits.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// right / accuracy where that is a whole number of samples; else the bits that there are.
    private static func sampleCount(_ quality: Quality, right: Int) -> Double? {
        guard let bytes = quality.sampleResults?.count else { return nil }
        let most = Double(8 * bytes)
        guard right > 0, quality.accuracy > 0 else { return most }
        let count = (Double(right) / quality.accuracy).rounded()
        return count > most - 8 && count <= most ? count : most
    }

    private static func independentError(_ a: Quality, _ b: Quality) -> Double? {
        guard let first = a.standardError, let second = b.standardError else { return nil }
        return (first * first + second * second).squareRoot()
    }
}

extension Target {
    /// For each evaluation whether it ties with the front without being part of it: it is feasible, and no candidate of the
    /// front that costs no more on any axis is better with this confidence.
    ///
    /// Give evaluations of one fidelity, and the positions of the front among them.
    func ties(_ evaluations: [Evaluation], front: [Int], confidence: Double = 0.9) -> [Bool] {
        let points = evaluations.map { evaluation in
            evaluation.score(on: device)?.isFeasible == true ? objectives(of: evaluation) : nil
        }
        let onFront = Set(front)
        return evaluations.indices.map { index in
            guard !onFront.contains(index), let point = points[index],
                let quality = evaluations[index].quality,
                quality.standardError != nil
            else { return false }
            return front.allSatisfy { better in
                guard let other = points[better], costsNoMore(other, than: point),
                    let known = evaluations[better].quality
                else { return true }
                return !PairedComparison(known, quality).isBetter(confidence: confidence)
            }
        }
    }

    private func costsNoMore(_ a: [Double], than b: [Double]) -> Bool {
        objectives.indices.allSatisfy { objectives[$0].metric.isQuality || a[$0] <= b[$0] }
    }
}
