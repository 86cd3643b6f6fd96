/// What is believed of the factors on a profile's terms before a measurement is seen.
struct FactorPrior {
    /// Standard deviation of the factor that all terms share, relative to the middle ratio of measured to estimated time.
    var commonSD = 2.0
    /// Of each term's own deviation from it: it may even be negative, since what one kernel costs more can be what another
    /// saves.
    var termSD: Double
    /// Degrees of freedom of Student's t: times of the same work scatter by a few hundredths and now and then by a factor of
    /// two.
    var freedom = 4.0
    /// Scale of the relative errors believed before any measurement is seen, and how many measurements that belief is worth.
    var errorScale = 0.02, errorWeight = 1.5

    init(_ profile: DeviceProfile) {
        termSD =
            switch profile.kind {
            // Cycles of one core that runs one instruction after the other are known to a quarter.
            case .microcontroller: 0.25
            // A profile of a class says little of a device; a data sheet with published times says more.
            case .cpu, .gpu, .systolic, .fpga, .vectorNPU: min(3, 5 * profile.estimateLogSD)
            }
    }

    /// Of the common factor (index 0) or of a term's deviation from it.
    func precision(_ index: Int) -> Double {
        let sd = index == 0 ? commonSD : termSD
        return 1 / (sd * sd)
    }
}
