public import ModelGraph

/// Chooses the models whose latencies tell most about a device: about its factors, and about its runtime's habits.
public struct ProbeDesign: Sendable {
    /// By habit, the terms of every model that could be measured.
    private let terms: [[SIMD16<Double>]]
    private let prior: FactorPrior

    /// - Parameter graphs: every model that could be measured.
    ///
    /// Each is worked out as every kind of runtime would execute it: half a millisecond a model and habit.
    public init(graphs: [Graph], on profile: DeviceProfile) {
        prior = FactorPrior(profile)
        terms = profile.habits.filter(profile.guidesProbes).map { policy in
            var own = profile
            own.calibration = nil
            own.runtime.policy = policy
            return graphs.map { own.terms(PricedPiece($0, on: own)) }
        }
    }

    /// - Parameter candidates: every model that could be measured, priced on the profile, whose habits are certain.
    public init(_ candidates: [PricedPiece], on profile: DeviceProfile) {
        prior = FactorPrior(profile)
        terms = [candidates.map(profile.terms)]
    }

    /// - Parameter terms: by habit, in the order of `DeviceProfile.habits`, the terms of every model.
    package init(terms: [[SIMD16<Double>]], on profile: DeviceProfile) {
        prior = FactorPrior(profile)
        self.terms = zip(profile.habits, terms).filter { profile.guidesProbes($0.0) }.map(\.1)
    }

    /// Indices of `count` candidates, in the order in which they were chosen.
    ///
    /// Each step takes the candidate that makes predictions of all of them most certain (I-optimal, averaged over habits) and
    /// that tells apart habits which those chosen before leave alike.
    public func choose(_ count: Int) -> [Int] {
        guard let candidates = terms.first?.count, candidates > 0 else { return [] }
        var beliefs = terms.map { FactorBelief($0, prior) }
        var contrasts = HabitContrasts(terms)
        var chosen: [Int] = []
        var isTaken = [Bool](repeating: false, count: candidates)
        while chosen.count < min(count, candidates) {
            var gains = contrasts.gains.map { ProbeDesign.habitWeight * $0 }
            for belief in beliefs { belief.addGains(to: &gains, weight: 1 / Double(beliefs.count)) }
            let open = gains.indices.filter { !isTaken[$0] }
            guard let best = open.max(by: { (gains[$0], $1) < (gains[$1], $0) }) else { break }
            isTaken[best] = true
            chosen.append(best)
            for habit in beliefs.indices { beliefs[habit].learn(best) }
            contrasts.learn(best)
        }
        return chosen
    }

    /// How much telling habits apart counts beside knowing their factors.
    private static let habitWeight = 0.1

    /// Scatter of a probe's logarithm around the model; larger than that of measurements, because the extremes that a design
    /// likes are also where a model is least true.
    fileprivate static let noise = 0.1
}

extension DeviceProfile {
    /// Whether probes are chosen by this habit: not by whether zeros summed are seen unless the profile says so, since only rare
    /// networks tell, and such make worse probes of everything else.
    fileprivate func guidesProbes(_ policy: RuntimePolicy) -> Bool {
        policy.deadBranches != .removedBothWaysButSums || runtime.policy.deadBranches == policy.deadBranches
    }
}

/// What is known of the factors under one habit.
private struct FactorBelief {
    /// Of each candidate, the share of each term.
    private let shares: [SIMD16<Double>]
    /// Covariance of the factors, relative to the common one.
    private var covariance: [SIMD16<Double>]
    /// The candidates whose certainty counts: some hundreds spread over all.
    private let judges: [Int]

    init(_ terms: [SIMD16<Double>], _ prior: FactorPrior) {
        shares = terms.map { terms in
            let typical = terms * prior.means
            return typical / max(typical.sum(), .leastNormalMagnitude)
        }
        judges = Array(stride(from: 0, to: terms.count, by: max(terms.count / 200, 1)))
        covariance = prior.design(for: terms).covariance.map { $0 + prior.commonSD * prior.commonSD }
    }

    /// Covariance × the shares of a candidate.
    private func spread(_ index: Int) -> SIMD16<Double> {
        var sum = SIMD16<Double>.zero
        for term in covariance.indices where shares[index][term] != 0 {
            sum += covariance[term] * shares[index][term]
        }
        return sum
    }

    /// Adds to each candidate's gain the share of all judges' variance that measuring it would take away.
    func addGains(to gains: inout [Double], weight: Double) {
        let total = judges.reduce(0) { $0 + (spread($1) * shares[$1]).sum() }
        guard total > 0 else { return }
        let noise = ProbeDesign.noise * ProbeDesign.noise
        for index in shares.indices {
            let spread = spread(index)
            var removed = 0.0
            for judge in judges {
                let covariance = (spread * shares[judge]).sum()
                removed += covariance * covariance
            }
            gains[index] += weight * removed / ((noise + (spread * shares[index]).sum()) * total)
        }
    }

    /// The covariance after candidate `index` was measured.
    mutating func learn(_ index: Int) {
        let spread = spread(index)
        let noise = ProbeDesign.noise * ProbeDesign.noise
        let scale = 1 / (noise + (spread * shares[index]).sum())
        for term in covariance.indices { covariance[term] -= spread * (spread[term] * scale) }
    }
}

/// How well measurements tell each pair of habits apart.
private struct HabitContrasts {
    /// By pair and candidate, the squared difference of the logarithms in units of the noise; bounded, since one probe must
    /// not decide alone.
    private let differences: [[Double]]
    private let candidates: Int
    private var known: [Double]

    init(_ terms: [[SIMD16<Double>]]) {
        let logarithms = terms.map { $0.map { $0.sum().logarithm } }
        var differences: [[Double]] = []
        for first in terms.indices {
            for second in 0..<first {
                differences.append(
                    zip(logarithms[first], logarithms[second]).map { a, b in
                        let z = (a - b) / ProbeDesign.noise
                        return min(z * z, 9)
                    })
            }
        }
        self.differences = differences
        candidates = terms[0].count
        known = [Double](repeating: 0, count: differences.count)
    }

    /// By candidate, the mean over pairs of the logarithm by which measuring it multiplies what is known.
    var gains: [Double] {
        var gains = [Double](repeating: 0, count: candidates)
        for (pair, differences) in differences.enumerated() {
            let scale = 1 / (1 + known[pair])
            for index in gains.indices where differences[index] > 0 {
                gains[index] += (1 + differences[index] * scale).logarithm / Double(self.differences.count)
            }
        }
        return gains
    }

    mutating func learn(_ index: Int) {
        for pair in differences.indices { known[pair] += differences[pair][index] }
    }
}
