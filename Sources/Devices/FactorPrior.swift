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
    /// Degrees of freedom of Student's t: times of the same work scatter by a few hundredths and now and then by a factor of
    /// two.
    var freedom = 4.0
    /// Scale of the relative errors believed before any measurement is seen, and how many measurements that belief is worth.
    var errorScale = 0.02, errorWeight = 1.5
    /// The widths, relative to `covariance`, between which the measurements decide.
    private(set) var widths = [0.1, 1 / 3.0, 1]

    /// What the profile's population says; without one, that each term's factor is free as far as the profile is vague.
    init(_ profile: DeviceProfile) {
        if let population = profile.population {
            self.init(population)
        } else {
            self.init(termSD: FactorPrior.termSD(profile))
        }
    }

    /// A device of a population.
    init(_ population: FactorPopulation) {
        form = .logarithmic
        means = population.factors
        covariance = population.covariance
        (errorScale, errorWeight) = (population.errorScale, 3)
        widths = [1]
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

    /// The same with the terms' own deviations so many times as wide.
    func widened(by width: Double) -> FactorPrior {
        var prior = self
        prior.covariance = covariance.map { $0 * (width * width) }
        return prior
    }

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
