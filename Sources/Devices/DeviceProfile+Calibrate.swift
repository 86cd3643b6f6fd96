import Numerics

/// A profile fitted to measurements, and what was decided on the way.
public struct CalibrationOutcome: Sendable {
    /// The profile with the calibration in it.
    public var profile: DeviceProfile
    /// Models that were used, repeats counted once.
    public var samples: Int
    /// What the measurements say of the runtime's treatment of dead branches; the most probable first.
    public var deadBranches: [(treatment: DeadBranches, probability: Double)]
    /// Whether the most probable treatment is another than the profile declared.
    public var changedPolicy: Bool
    /// The measurements that the others contradict, in the order of the file; second times are used where others support them.
    public var doubtful: [DoubtfulMeasurement]
    /// What became of the doubtful models that were timed again, in the order of the file.
    public var timedAgain: [RepeatedMeasurement]
}

extension DeviceProfile {
    /// Fits this profile to measured latencies (and energies), its own figures being the prior.
    ///
    /// - Parameters:
    ///   - rows: the file's rows; those without a latency are skipped, repeats become their median.
    ///   - file: the name that complaints carry.
    ///   - note: kept in the profile, such as the date and the file.
    ///   - piece: the model of a row, priced on the profile it is handed (it is asked once for each habit that a runtime may
    ///     have).
    public func calibrated(
        with rows: [Measurement], file: String, note: String,
        pricing piece: (Measurement, DeviceProfile) throws -> PricedPiece
    ) throws -> CalibrationOutcome {
        var times = try MeasuredTimes(rows, file: file)
        try times.requireAgreement()
        try requireMillijoules(times.rows, file)
        var own = self
        own.calibration = nil
        var (inference, judges) = try own.inference(times.rows, file, pricing: piece)
        if times.settle(inference.doubtful(among: judges)) {
            (inference, judges) = try own.inference(times.rows, file, pricing: piece)
        }
        let rows = times.rows
        let (profile, terms) = try own.fitted(
            to: rows, file, note, habits: inference.kept, refits: judges.count < rows.count, pricing: piece)
        var outcome = CalibrationOutcome(
            profile: profile, samples: rows.count, deadBranches: inference.deadBranches,
            changedPolicy: profile.runtime.policy.deadBranches != runtime.policy.deadBranches,
            doubtful: inference.doubtful(among: judges), timedAgain: times.timedAgain)
        outcome.profile.calibration?.energy = energyFit(rows, terms)
        return outcome
    }

    /// The models to time again before a profile is fitted: those whose repeats differ by more than a factor of 2, then those
    /// whose times the others contradict most.
    ///
    /// At most a third of all models, at least one. It follows from first times only, so that whoever was interrupted while
    /// models were timed again learns the same ones. The parameters are those of `calibrated(with:file:note:pricing:)`.
    public func worthTimingAgain(
        _ rows: [Measurement], file: String,
        pricing piece: (Measurement, DeviceProfile) throws -> PricedPiece
    ) throws -> [Measurement] {
        let times = try MeasuredTimes(rows, file: file)
        var own = self
        own.calibration = nil
        let (inference, judges) = try own.inference(times.rows, file, pricing: piece)
        return times.worthTimingAgain(inference.doubtful(among: judges))
    }

    /// What the measurements say of the runtime's habits, and the rows that told.
    private func inference(
        _ rows: [Measurement], _ file: String,
        pricing piece: (Measurement, DeviceProfile) throws -> PricedPiece
    ) throws -> (HabitInference, [Measurement]) {
        // Some hundred rows tell habits apart as well as all of them.
        let judges = rows.spread(over: DeviceProfile.mostForHabits)
        try requireUnit(habitFit(judges, file, pricing: piece), file)
        let inference = HabitInference(
            try habits.map { policy in
                var profile = self
                profile.runtime.policy = policy
                return try profile.habitFit(judges, file, pricing: piece)
            })
        return (inference, judges)
    }

    /// This profile with the habits that measurements left open, and the terms of every row under the first of them.
    private func fitted(
        to rows: [Measurement], _ file: String, _ note: String,
        habits: [(habit: HabitFit, weight: Double)], refits: Bool,
        pricing piece: (Measurement, DeviceProfile) throws -> PricedPiece
    ) throws -> (DeviceProfile, [SIMD16<Double>]) {
        let fits = try habits.map { habit, weight in
            var profile = self
            profile.runtime.policy = habit.policy
            return (refits ? try profile.habitFit(rows, file, pricing: piece) : habit, weight)
        }
        var profile = self
        profile.runtime.policy = fits[0].0.policy
        profile.calibration = Calibration(
            latency: fits[0].0.fit.termFit, weight: fits[0].1,
            others: fits.dropFirst().map {
                Calibration.Habit(policy: $0.0.policy, weight: $0.1, latency: $0.0.fit.termFit)
            }, note: note)
        return (profile, fits[0].0.terms)
    }

    /// The factors that fit measured latencies best under this profile's own treatment of graphs.
    private func habitFit(
        _ rows: [Measurement], _ file: String,
        pricing piece: (Measurement, DeviceProfile) throws -> PricedPiece
    ) throws -> HabitFit {
        let terms = try rows.map { row in try self.terms(row, piece(row, self), file) }
        return HabitFit(
            policy: runtime.policy, terms: terms,
            fit: FactorAverage(
                rows: terms, values: rows.compactMap(\.latencyMilliseconds), prior: FactorPrior(self)))
    }

    /// The same by positive factors, for a runtime whose habits and unit are certain.
    func fit(
        to rows: [Measurement], file: String,
        pricing piece: (Measurement, DeviceProfile) throws -> PricedPiece
    ) throws -> TermFit {
        TermFit(
            rows: try rows.map { row in try terms(row, piece(row, self), file) },
            values: rows.compactMap(\.latencyMilliseconds), prior: TermFit.Prior(kind))
    }

    /// This profile fitted to the terms of networks whose graphs its runtime leaves as they are, and their milliseconds.
    ///
    /// Precondition: as many values as rows, all positive, at least one.
    package func calibrated(rows: [SIMD16<Double>], milliseconds: [Double], note: String) -> DeviceProfile {
        let fit = FactorAverage(rows: rows, values: milliseconds, prior: FactorPrior(self))
        var profile = self
        profile.calibration = Calibration(latency: fit.termFit, note: note)
        return profile
    }

    private static let mostForHabits = 200

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
        return FactorAverage(
            rows: pairs.map { $0.1 * energy.activeWatts }, values: pairs.map(\.0), prior: FactorPrior(self)
        ).termFit
    }

    /// Refuses energies that only make sense in another unit: 80 times too much or too little power.
    private func requireMillijoules(_ rows: [Measurement], _ file: String) throws {
        guard let energy else { return }
        let watts = rows.compactMap { row in
            row.energyMillijoules.flatMap { energy in row.latencyMilliseconds.map { energy / $0 } }
        }
        guard let median = watts.median else { return }
        if median > 80 * energy.activeWatts || median < energy.activeWatts / 80 {
            throw CalibrationError.energyUnit(file: file, watts: median, expected: energy.activeWatts)
        }
    }

    /// Refuses times that only make sense in another unit.
    private func requireUnit(_ declared: HabitFit, _ file: String) throws {
        let ratios = zip(declared.fit.measured, declared.terms).map { $0 / $1.sum() }
        guard let ratio = ratios.median else { return }
        if ratio > 150 || ratio < 1 / 150.0 { throw CalibrationError.unit(file: file, ratio: ratio) }
    }
}

extension [Measurement] {
    /// At most `count` of the rows, spread evenly over the list.
    fileprivate func spread(over count: Int) -> [Measurement] {
        self.count <= count ? self : (0..<count).map { self[$0 * self.count / count] }
    }
}
