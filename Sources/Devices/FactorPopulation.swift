/// What devices that were measured teach about one that was not: how their factors are spread.
///
/// Each device has a speed of its own, which multiplies all its factors and of which a population says nothing; what it says
/// is how far the factors of single terms lie from that speed, and which of them go together.
public struct FactorPopulation: Hashable, Sendable {
    /// Geometric mean of the factors on the profile's figures, in the order of `CostTerm`; unused lanes are 1.
    public var factors: SIMD16<Double>
    /// Covariance of the logarithms of a device's factors, a row a term.
    public var covariance: [SIMD16<Double>]
    /// Scale of the relative errors of networks that the factors leave.
    public var errorScale: Double
    /// How many devices it was learned from.
    public var devices: Int

    /// One measured device: the terms of its networks before calibration, and their measured times.
    package struct Device {
        /// A row a network.
        package var rows: [SIMD16<Double>]
        /// Milliseconds, in the order of `rows`.
        package var values: [Double]

        /// Precondition: as many values as rows, all positive, at least one.
        package init(rows: [SIMD16<Double>], values: [Double]) {
            self.rows = rows
            self.values = values
        }
    }
}

extension FactorPopulation {
    /// Learns a population from measured devices by expectation–maximisation: every device is fitted with the present
    /// population as its prior, and the fits, with what they leave open, are the next one.
    ///
    /// Cost: some milliseconds a device and round.
    package init(learningFrom devices: [Device]) {
        factors = SIMD16(repeating: 1)
        covariance = FactorPopulation.diagonal(1)
        errorScale = FactorPopulation.firstErrorScale
        self.devices = devices.count
        for _ in 0..<FactorPopulation.rounds {
            let prior = FactorPrior(self)
            learn(from: devices.map { FactorFit(rows: $0.rows, values: $0.values, prior: prior).own })
        }
    }

    /// Mean and covariance of the devices' factors; some invented devices keep what few have told from being certain.
    private mutating func learn(from fits: [(deviations: SIMD16<Double>, covariance: [SIMD16<Double>])]) {
        let count = Double(fits.count)
        let mean = fits.reduce(SIMD16<Double>.zero) { $0 + $1.deviations } / max(count, 1)
        var sums = FactorPopulation.diagonal(
            FactorPopulation.inventedDevices * FactorPopulation.inventedSD * FactorPopulation.inventedSD)
        for fit in fits {
            let apart = fit.deviations - mean
            for term in sums.indices {
                sums[term] += apart * apart[term] + fit.covariance[term]
            }
        }
        covariance = sums.map { $0 / (count + FactorPopulation.inventedDevices) }
        for term in 0..<TermFit.size { factors[term] *= mean[term].exponential }
    }

    private static func diagonal(_ variance: Double) -> [SIMD16<Double>] {
        (0..<TermFit.size).map { term in
            var row = SIMD16<Double>.zero
            row[term] = variance
            return row
        }
    }

    private static let rounds = 8
    private static let firstErrorScale = 0.06
    private static let inventedDevices = 2.0, inventedSD = 0.7
}
