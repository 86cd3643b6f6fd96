import Numerics

/// What is believed of the factors on a profile's terms before a measurement is seen.
struct FactorPrior {
    /// What is normally distributed: the factors, or their logarithms.
    enum Form {
        /// A factor may even be negative, since what one kernel costs more can be what another saves.
        case linear
        /// Factors of a population spread over orders of magnitude, and none is negative.
        case logarithmic

        /// The factor that the common deviation and a term's own make together.
        func factor(_ common: Double, _ own: Double) -> Double {
            switch self {
            case .linear: 1 + common + own
            case .logarithmic: (common + own).exponential
            }
        }
    }

    private(set) var form = Form.linear
    /// Mean factors, apart from the one that all terms share.
    private(set) var means = SIMD16<Double>(repeating: 1)
    /// Standard deviation of the factor that all terms share, relative to the middle ratio of measured to estimated time.
    var commonSD = 2.0
    /// Covariance of the terms' own deviations from it, in units of `means` or as logarithms, a row a term.
    private(set) var covariance: [SIMD16<Double>]
    /// How errors are distributed.
    private(set) var tails = ErrorTails.usual
    /// Scale of the relative errors believed before any measurement is seen, and how many measurements that belief is worth.
    var errorScale = 0.02, errorWeight = 1.5
    /// The widths, relative to `covariance`, between which the measurements decide.
    private var widths = [0.1, 1 / 3.0, 1]
    /// Shares of a network's time below which a term may be wrong by as many milliseconds as one of that share.
    ///
    /// The measurements decide between these too. With 0 all terms may be wrong by the same factor.
    private var equalShares = [0, 0.3]
    /// The distributions of errors between which the measurements decide: two of ten that took twice their time must not bend
    /// a factor, and few devices have such.
    private var openTails = [ErrorTails.usual, .heavy]

    /// What the profile's population says; without one, that each term's factor is free as far as the profile is vague.
    init(_ profile: DeviceProfile) {
        if let population = profile.population {
            self.init(population)
        } else {
            self.init(termSD: FactorPrior.termSD(profile))
            // What is known to a quarter is so whatever its share of the time.
            if profile.kind == .microcontroller { equalShares = [0] }
        }
    }

    /// A device of a population.
    init(_ population: FactorPopulation) {
        form = .logarithmic
        means = population.factors
        covariance = population.covariance
        (errorScale, errorWeight) = (population.errorScale, 3)
        (widths, equalShares, openTails) = ([1], [0], [.usual])
    }

    private init(termSD: Double) {
        covariance = (0..<TermFit.size).map { term in
            var row = SIMD16<Double>.zero
            row[term] = termSD * termSD
            return row
        }
    }

    private static func termSD(_ profile: DeviceProfile) -> Double {
        switch profile.kind {
        // Cycles of one core that runs one instruction after the other are known to a quarter.
        case .microcontroller: 0.25
        // A profile of a class says little of a device; a data sheet with published times says more.
        case .cpu, .gpu, .systolic, .fpga, .vectorNPU: min(3, 5 * profile.estimateLogSD)
        }
    }

    /// The priors between which measurements of networks with these terms decide.
    ///
    /// How far a device's factors are from its profile's is not known, nor whether a profile that holds a kind of work for
    /// cheap is wrong by a share of that little or of the whole network's time. A phone's int8 kernels need 1.6 times as long
    /// for 3×3 as for 1×1 convolutions, where nine times the work says nine times. A few measurements tell nothing of small
    /// terms, which keep the profile's proportions, and nothing of rare errors.
    func alternatives(for rows: [SIMD16<Double>]) -> [FactorPrior] {
        let isFew = rows.count < FactorPrior.fewRows
        return (isFew ? [.usual] : openTails).flatMap { tails in
            (isFew ? [0] : equalShares).flatMap { equal in
                widths.map { width in
                    var prior = widened(by: width, equalBelow: equal, for: rows)
                    prior.tails = tails
                    return prior
                }
            }
        }
    }

    /// The one by which probes are chosen: certain of little, but not looking for a device on which all terms cost alike.
    func design(for rows: [SIMD16<Double>]) -> FactorPrior {
        let equal = min(equalShares.max() ?? 0, FactorPrior.designShare)
        return widened(by: widths.max() ?? 1, equalBelow: equal, for: rows)
    }

    /// The same with the terms' own deviations so many times as wide, and wider still for terms below a share of the time;
    /// terms that no row has are not.
    private func widened(by width: Double, equalBelow equal: Double, for rows: [SIMD16<Double>])
        -> FactorPrior
    {
        let shares = rows.reduce(SIMD16<Double>.zero) { $0 + $1 / $1.sum() } / Double(max(rows.count, 1))
        var factors = SIMD16<Double>(repeating: width)
        for term in 0..<TermFit.size where shares[term] > 0 {
            let ratio = min(equal / shares[term], FactorPrior.mostWidening)
            factors[term] *= (1 + ratio * ratio).squareRoot()
        }
        var prior = self
        for term in 0..<TermFit.size { prior.covariance[term] *= factors * factors[term] }
        return prior
    }

    private static let mostWidening = 40.0, designShare = 0.03, fewRows = 6

    /// Inverse covariance of the common factor (index 0) and the terms' deviations, row-major, and the logarithm of its
    /// determinant.
    var precision: (matrix: [Double], logDeterminant: Double) {
        let size = TermFit.size
        var matrix = [Double](repeating: 0, count: (size + 1) * (size + 1))
        matrix[0] = 1 / (commonSD * commonSD)
        guard
            let factor = Cholesky(covariance.flatMap { row in (0..<size).map { row[$0] } }, size: size)
        else { preconditionFailure("FactorPrior: the covariance of the factors is not positive definite") }
        let inverse = factor.inverse
        for row in 0..<size {
            for column in 0..<size {
                matrix[(row + 1) * (size + 1) + column + 1] = inverse[row * size + column]
            }
        }
        return (matrix, matrix[0].logarithm - factor.logDeterminant)
    }
}
