import Numerics

/// The measurements of a file, one a model: repeats become their median, second times stand apart.
struct MeasuredTimes {
    /// In the order of the file; a second time stands in the place of its model's first one once it is used.
    private(set) var rows: [Measurement]
    /// What became of the models that were timed again and whose first time cannot stand alone, in the order of the file.
    private(set) var timedAgain: [RepeatedMeasurement] = []
    /// Why the first times of some models cannot all be right, by model.
    private let disagreements: [String: CalibrationError]
    /// Medians of second times that agree among themselves, by model.
    private let second: [String: Measurement]
    /// Models of which a second time was at least begun.
    private let begun: Set<String>

    init(_ rows: [Measurement], file: String) throws(CalibrationError) {
        let first = try Measurement.groups(rows.filter { !$0.isAgain }, file: file)
        let again = try Measurement.groups(rows.filter(\.isAgain), file: file)
        self.rows = first.map(Measurement.median)
        guard first.count >= Measurement.fewest else { throw .tooFew(file: file, usable: first.count) }
        disagreements = Dictionary(
            first.compactMap { group in
                Measurement.disagreement(of: group, file: file).map { (group[0].model, $0) }
            }, uniquingKeysWith: { first, _ in first })
        second = Dictionary(
            again.filter { Measurement.disagreement(of: $0, file: file) == nil }.map {
                ($0[0].model, Measurement.median(of: $0))
            }, uniquingKeysWith: { first, _ in first })
        begun = Set(rows.filter(\.isAgain).map(\.model))
    }

    /// Takes the second time of a model whose first repeats differ by a factor of two; throws where there is none.
    mutating func requireAgreement() throws(CalibrationError) {
        for index in rows.indices {
            guard let disagreement = disagreements[rows[index].model] else { continue }
            guard second[rows[index].model] != nil else { throw disagreement }
            use(.again, at: index)
        }
    }

    /// Takes the times that the other models support, of those that are contradicted and were timed again; false where nothing
    /// changes.
    mutating func settle(_ doubts: [DoubtfulMeasurement]) -> Bool {
        let before = rows
        for doubt in doubts where !timedAgain.contains(where: { $0.model == doubt.model }) {
            guard let index = rows.firstIndex(where: { $0.model == doubt.model }),
                let first = rows[index].latencyMilliseconds,
                let again = second[doubt.model]?.latencyMilliseconds
            else { continue }
            let change = (again / first).logarithm
            let isCloser = abs(doubt.ratio.logarithm + change) < abs(doubt.ratio.logarithm)
            use(abs(change) < MeasuredTimes.agreement ? .both : isCloser ? .again : .first, at: index)
        }
        timedAgain.sort { $0.line < $1.line }
        return rows != before
    }

    private mutating func use(_ use: RepeatedMeasurement.Use, at index: Int) {
        guard let again = second[rows[index].model], let milliseconds = again.latencyMilliseconds,
            let first = rows[index].latencyMilliseconds
        else { return }
        timedAgain.append(
            RepeatedMeasurement(
                line: rows[index].line, model: rows[index].model, firstMilliseconds: first,
                againMilliseconds: milliseconds, used: use))
        let energies = [rows[index].energyMillijoules, again.energyMillijoules]
        switch use {
        case .first: break
        case .again:
            rows[index].latencyMilliseconds = milliseconds
            rows[index].energyMillijoules = energies[1] ?? energies[0]
        case .both:
            rows[index].latencyMilliseconds = [first, milliseconds].median
            rows[index].energyMillijoules = energies.compactMap(\.self).median
        }
    }

    /// The models to time again: those whose repeats differ by a factor of two, then the most contradicted.
    ///
    /// At most a third of all models, those included that were timed again before.
    func worthTimingAgain(_ doubts: [DoubtfulMeasurement]) -> [Measurement] {
        let contradicted = doubts.sorted { abs($0.ratio.logarithm) > abs($1.ratio.logarithm) }.map(\.model)
        let disagreeing = rows.map(\.model).filter { disagreements[$0] != nil }
        let all = disagreeing + contradicted.filter { disagreements[$0] == nil }
        let open = all.filter { !begun.contains($0) }.prefix(max(0, max(1, rows.count / 3) - begun.count))
        let chosen = Set(all.filter(begun.contains) + open)
        return rows.filter { chosen.contains($0.model) }
    }

    /// Times of one model on one device repeat within this; logarithm.
    private static let agreement = 0.1
}
