import LinearAlgebra

/// Chooses the models whose latencies tell most about a profile's factors.
public struct ProbeDesign: Sendable {
    private let rows: [[Double]]

    /// - Parameter candidates: every model that could be measured, priced on the profile.
    public init(_ candidates: [PricedPiece], on profile: DeviceProfile) {
        rows = candidates.map { candidate in
            let terms = profile.terms(candidate)
            let total = terms.sum()
            return (0..<TermFit.size).map { terms[$0] / total }
        }
    }

    /// Indices of `count` candidates, in the order in which they were chosen.
    ///
    /// D-optimal for the factors of the terms in log space, with the data sheet as prior: each step takes the candidate
    /// whose prediction is least certain given those chosen before, which maximises the determinant greedily.
    public func choose(_ count: Int) -> [Int] {
        var information = LeastSquares(unknowns: TermFit.size)
        for term in 0..<TermFit.size { information.addPrior(term, value: 0, precision: 1) }
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

    /// Scatter of a probe around the model where the data sheet is off by a factor of e; larger than that of
    /// measurements, because the extremes that a design likes are
    /// also where a model is least true.
    private static let noise = 0.15
}
