import Numerics

/// A profile fitted to measurements, and what was decided on the way.
public struct CalibrationOutcome: Sendable {
    public var profile: DeviceProfile
    /// Models that were used, repeats counted once.
    public var samples: Int
    /// Whether the measurements spoke strongly for another treatment of dead branches than the profile declares.
    public var changedPolicy: Bool
}

extension DeviceProfile {
    /// Fits this profile to measured latencies (and energies), its own figures being the prior.
    ///
    /// - Parameters:
    ///   - rows: the file's rows; those without a latency are skipped, repeats become their median.
    ///   - file: the name that complaints carry.
    ///   - note: kept in the profile, such as the date and the file.
    ///   - piece: the model of a row, priced on the profile it is handed (it is asked once for each treatment of dead
    ///     branches that is tried).
    public func calibrated(
        with rows: [Measurement], file: String, note: String,
        pricing piece: (Measurement, DeviceProfile) throws -> PricedPiece
    ) throws -> CalibrationOutcome {
        let rows = try Measurement.usable(rows, file: file)
        var own = self
        own.calibration = nil
        // A handful of rows cannot tell treatments apart, and some hundred tell as much as all.
        let judges = rows.spread(over: DeviceProfile.mostForPolicy)
        let declared = try PolicyCandidate(own, judges, file, pricing: piece)
        try requireUnit(declared, file)
        var chosen = declared
        for policy in runtime.policy.alternatives.dropFirst()
        where rows.count >= DeviceProfile.fewestForPolicy {
            own.runtime.policy = policy
            let other = try PolicyCandidate(own, judges, file, pricing: piece)
            if other.isMuchBetter(than: declared), other.error < chosen.error { chosen = other }
        }
        let isStrong = chosen.profile.runtime.policy != runtime.policy
        if judges.count < rows.count {
            chosen = try PolicyCandidate(chosen.profile, rows, file, pricing: piece)
        }
        chosen.profile.calibration = Calibration(
            latency: chosen.fit, energy: energyFit(rows, chosen.terms), note: note)
        return CalibrationOutcome(profile: chosen.profile, samples: rows.count, changedPolicy: isStrong)
    }

    /// The factors that fit measured latencies best under this profile's own treatment of graphs.
    func fit(
        to rows: [Measurement], file: String,
        pricing piece: (Measurement, DeviceProfile) throws -> PricedPiece
    ) throws -> TermFit {
        try PolicyCandidate(self, rows, file, pricing: piece).fit
    }

    private static let fewestForPolicy = 12, mostForPolicy = 200

    fileprivate func terms(_ row: Measurement, _ piece: PricedPiece, _ file: String) throws -> SIMD16<Double>
    {
        if let reason = piece.passages[EntryState.start.rawValue].obstacle?.reason {
            throw CalibrationError.refused(file: file, line: row.line, model: row.model, reason: reason)
        }
        return terms(piece)
    }

    private func energyFit(_ rows: [Measurement], _ terms: [SIMD16<Double>]) -> TermFit? {
        guard let energy else { return nil }
        let pairs = zip(rows, terms).compactMap { row, terms in row.energyMillijoules.map { ($0, terms) } }
        guard pairs.count >= Measurement.fewest else { return nil }
        return TermFit(
            rows: pairs.map { $0.1 * energy.activeWatts }, values: pairs.map(\.0), prior: TermFit.Prior(kind))
    }

    /// Refuses times that only make sense in another unit.
    private func requireUnit(_ candidate: PolicyCandidate, _ file: String) throws {
        let ratios = zip(candidate.values, candidate.terms).map { $0 / $1.sum() }
        guard let ratio = ratios.median else { return }
        if ratio > 150 || ratio < 1 / 150.0 { throw CalibrationError.unit(file: file, ratio: ratio) }
    }
}

/// A treatment of dead branches with the factors that fit it.
private struct PolicyCandidate {
    var profile: DeviceProfile
    var terms: [SIMD16<Double>]
    var fit: TermFit
    /// Root mean square of the left-out residuals: unlike the robust scatter it counts what a treatment gets wholly wrong.
    var error: Double

    var values: [Double]

    init(
        _ profile: DeviceProfile, _ rows: [Measurement], _ file: String,
        pricing piece: (Measurement, DeviceProfile) throws -> PricedPiece
    ) throws {
        self.profile = profile
        terms = try rows.map { row in try profile.terms(row, piece(row, profile), file) }
        values = rows.compactMap(\.latencyMilliseconds)
        let (fit, residuals) = TermFit.fitted(rows: terms, values: values, prior: TermFit.Prior(profile.kind))
        self.fit = fit
        error = (residuals.reduce(0) { $0 + $1 * $1 } / Double(max(residuals.count, 1))).squareRoot()
    }

    /// Whether predictions of left-out measurements are better by a third in the middle, in their spread and in outliers.
    func isMuchBetter(than other: PolicyCandidate) -> Bool {
        error < 0.67 * other.error && fit.residualLogSD < 0.67 * other.fit.residualLogSD
            && fit.leaveOneOutError < 0.67 * other.fit.leaveOneOutError
    }
}

extension [Measurement] {
    /// At most `count` of the rows, spread evenly over the list.
    fileprivate func spread(over count: Int) -> [Measurement] {
        self.count <= count ? self : (0..<count).map { self[$0 * self.count / count] }
    }
}
