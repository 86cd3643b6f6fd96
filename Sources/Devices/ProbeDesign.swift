import Numerics

/// Chooses the models whose latencies tell most about a profile's factors.
public struct ProbeDesign: Sendable {
    /// Of each candidate, how its prediction depends on the logarithms that the fit finds: the common factor, then each term's
    /// deviation from it.
    private let rows: [[Double]]
    private let prior: TermFit.Prior

    /// - Parameter candidates: every model that could be measured, priced on the profile.
    public init(_ candidates: [PricedPiece], on profile: DeviceProfile) {
        prior = TermFit.Prior(profile.kind)
        rows = candidates.map { candidate in
            let terms = profile.terms(candidate)
            let total = terms.sum()
            return [1] + (0..<TermFit.size).map { terms[$0] / total }
        }
    }

    /// Indices of `count` candidates, in the order in which they were chosen.
    ///
    /// D-optimal for the unknowns of the calibration under its own prior, in which terms err together more than apart: each
    /// step takes the candidate whose prediction is least certain given those chosen before, which maximises the determinant
    /// greedily.
    public func choose(_ count: Int) -> [Int] {
        var information = LeastSquares(unknowns: TermFit.size + 1)
        for index in 0..<information.unknowns {
            information.addPrior(index, value: 0, precision: prior.precision(index))
        }
        var chosen: [Int] = []
        var isTaken = [Bool](repeating: false, count: rows.count)
        while chosen.count < min(count, rows.count) {
            guard let factor = information.factorized else { break }
            var best: (index: Int, gain: Double)?
            for (index, row) in rows.enumerated() where !isTaken[index] {
                let gain = factor.quadratic(row)
                if gain > best?.gain ?? -1 { best = (index, gain) }
            }
            guard let best else { break }
            isTaken[best.index] = true
            chosen.append(best.index)
            information.add(rows[best.index], target: 0, weight: 1 / (ProbeDesign.noise * ProbeDesign.noise))
        }
        return chosen
    }

    /// Scatter of a probe's logarithm around the model; larger than that of measurements, because the extremes that a design
    /// likes are also where a model is least true.
    private static let noise = 0.15
}
