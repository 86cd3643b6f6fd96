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
        isBetter(beyond: Normal.quantile(confidence))
    }

    /// The same with the confidence as a number of standard deviations.
    fileprivate func isBetter(beyond deviations: Double) -> Bool {
        guard difference > 0, let standardError else { return difference > 0 }
        return difference > deviations * standardError
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
        var rivals = Rivals(front.map { evaluations[$0] }, of: self, deviations: Normal.quantile(confidence))
        var isTied = [Bool](repeating: false, count: evaluations.count)
        var isOnFront = isTied
        for index in front { isOnFront[index] = true }
        for index in evaluations.indices where !isOnFront[index] {
            let evaluation = evaluations[index]
            guard evaluation.score(on: device)?.isFeasible == true, let point = objectives(of: evaluation),
                let quality = evaluation.quality, quality.standardError != nil
            else { continue }
            isTied[index] = !rivals.hasOne(better: quality, costing: costs(of: point))
        }
        return isTied
    }

    fileprivate func costs(of point: [Double]) -> [Double] {
        objectives.indices.compactMap { objectives[$0].metric.isQuality ? nil : point[$0] }
    }
}

/// The members of a front, to be asked by many candidates; the answer does not depend on the order in which they are asked.
private struct Rivals {
    /// The most accurate first.
    private let qualities: [Quality]
    /// One row a member.
    private let costs: [Double]
    private let width: Int
    private let deviations: Double
    /// Who beat the last candidate, for it often beats the next one too.
    private var last = 0

    init(_ front: [Evaluation], of target: Target, deviations: Double) {
        let members = front.compactMap { evaluation in
            evaluation.quality.flatMap { quality in
                target.objectives(of: evaluation).map { (quality: quality, costs: target.costs(of: $0)) }
            }
        }.sorted { $0.quality.accuracy > $1.quality.accuracy }
        qualities = members.map(\.quality)
        costs = members.flatMap(\.costs)
        width = members.first?.costs.count ?? 0
        self.deviations = deviations
    }

    /// Whether a member that costs no more on any axis is better than the quality.
    mutating func hasOne(better quality: Quality, costing limits: [Double]) -> Bool {
        if last < qualities.count, beats(last, quality, limits) { return true }
        for member in qualities.indices {
            // From here on none is better.
            guard qualities[member].accuracy > quality.accuracy else { return false }
            guard beats(member, quality, limits) else { continue }
            last = member
            return true
        }
        return false
    }

    private func beats(_ member: Int, _ quality: Quality, _ limits: [Double]) -> Bool {
        let start = member * width
        for axis in 0..<width where !(costs[start + axis] <= limits[axis]) { return false }
        return PairedComparison(qualities[member], quality).isBetter(beyond: deviations)
    }
}
