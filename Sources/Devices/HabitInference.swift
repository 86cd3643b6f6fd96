/// A profile under one way of treating graphs, with the factors that fit the measurements.
struct HabitFit {
    let policy: RuntimePolicy
    /// Of each measurement, before calibration.
    let terms: [SIMD16<Double>]
    let fit: FactorAverage
}

/// The probability of each habit given the measurements: its evidence, all being as probable before.
struct HabitInference {
    /// The most probable first.
    let fits: [HabitFit]
    /// They sum to 1.
    let weights: [Double]

    /// Precondition: at least one fit.
    init(_ fits: [HabitFit]) {
        precondition(!fits.isEmpty, "HabitInference: no habit")
        let ordered = fits.enumerated().sorted {
            ($1.element.fit.evidence, $0.offset) < ($0.element.fit.evidence, $1.offset)
        }.map(\.element)
        let best = ordered[0].fit.evidence
        let odds = ordered.map { ($0.fit.evidence - best).exponential }
        let sum = odds.reduce(0, +)
        self.fits = ordered
        weights = odds.map { $0 / sum }
    }

    /// The probability of each treatment of dead branches, the most probable first.
    var deadBranches: [(treatment: DeadBranches, probability: Double)] {
        DeadBranches.allCases.map { treatment in
            let pairs = zip(fits, weights).filter { $0.0.policy.deadBranches == treatment }
            return (treatment, pairs.reduce(0) { $0 + $1.1 })
        }.sorted { $0.1 > $1.1 }
    }

    /// The habits over which predictions average: none that hardly matters.
    var kept: [(habit: HabitFit, weight: Double)] {
        let kept = zip(fits, weights).filter { $0.1 >= HabitInference.leastWeight }
        let sum = kept.reduce(0) { $0 + $1.1 }
        return kept.map { ($0.0, $0.1 / sum) }
    }

    private static let leastWeight = 0.03
}
