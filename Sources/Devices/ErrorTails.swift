/// Student's t, the distribution of relative errors: times of the same work scatter by a few hundredths and now and then by a
/// factor of two.
struct ErrorTails: Hashable {
    let freedom: Double
    /// Density of the standard distribution at zero, by which evidence compares tails.
    let peak: Double
    /// What the fitted scale is multiplied by to be the standard deviation of a normal distribution with the same quantile at
    /// 0.9: a quarter more than 1.20 of the usual tails, a twentieth more than 1.71 of heavy ones, for a fit to few
    /// measurements finds less scatter than there is.
    let normalEquivalent: Double

    /// Ten times the scale is reached once in 1,800 measurements.
    static let usual = ErrorTails(freedom: 4, peak: 0.375, normalEquivalent: 1.5)
    /// Ten times the scale is reached once in 40 measurements.
    static let heavy = ErrorTails(freedom: 1.5, peak: 0.3407349812886937, normalEquivalent: 1.8)

    /// The weight of a measurement so many scales away.
    func weight(_ z: Double) -> Double { (freedom + 1) / (freedom + z * z) }

    /// The same as a share of the weight of a measurement without error.
    func trust(_ z: Double) -> Double { weight(z) / weight(0) }

    /// Logarithm of the density of the standard distribution.
    func logDensity(_ z: Double) -> Double {
        peak.logarithm - (freedom + 1) / 2 * (1 + z * z / freedom).logarithm
    }
}
