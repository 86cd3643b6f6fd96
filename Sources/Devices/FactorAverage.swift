import Numerics

/// Fits of the same measurements under several priors, averaged by their evidence.
///
/// How far a device's factors are from its profile's is not known before it is measured; measurements that the profile's own
/// proportions explain are evidence for a narrow prior, others for a wide one.
struct FactorAverage {
    private let fits: [FactorFit]
    /// They sum to 1.
    private let weights: [Double]
    /// Logarithm of the probability of the measurements, every prior being as probable before.
    let evidence: Double

    /// Precondition: as many values as rows, all positive, at least one.
    init(rows: [SIMD16<Double>], values: [Double], prior: FactorPrior) {
        fits = prior.alternatives(for: rows).map { FactorFit(rows: rows, values: values, prior: $0) }
        let best = fits.map(\.evidence).max() ?? 0
        let odds = fits.map { ($0.evidence - best).exponential }
        let sum = odds.reduce(0, +)
        weights = odds.map { $0 / sum }
        evidence = best + (sum / Double(fits.count)).logarithm
    }

    /// The values it was fitted to.
    var measured: [Double] { fits[0].measured }

    /// Logarithms of measured over predicted value, each predicted from the others.
    var leftOut: [Double] { average(\.leftOut) }

    /// The weight of each measurement as a share of that of one without error.
    var trust: [Double] { average(\.trust) }

    private func average(_ numbers: KeyPath<FactorFit, [Double]>) -> [Double] {
        measured.indices.map { index in
            zip(fits, weights).reduce(0) { $0 + $1.0[keyPath: numbers][index] * $1.1 }
        }
    }

    /// The mean of the factors, with the covariance within the fits and between them.
    var termFit: TermFit {
        var average = fits[0].termFit
        let parts = zip(fits.map(\.termFit), weights)
        // Added up as differences, so that lanes in which no fit differs stay exactly what they are.
        let first = average.scales
        average.scales = parts.reduce(first) { $0 + ($1.0.scales - first) * $1.1 }
        average.covariance = average.covariance.indices.map { term in
            parts.reduce(.zero) { sum, part in
                let apart = part.0.scales - average.scales
                return sum + (part.0.covariance[term] + apart * apart[term]) * part.1
            }
        }
        average.residualLogSD = parts.reduce(0) { $0 + $1.0.residualLogSD * $1.0.residualLogSD * $1.1 }
            .squareRoot()
        let leftOut = leftOut
        average.leaveOneOutError = leftOut.map { abs($0.exponential - 1) }.median ?? 0
        average.residualQuantiles = [0.1, 0.5, 0.9].map { leftOut.quantile($0) ?? 0 }
        return average
    }
}
