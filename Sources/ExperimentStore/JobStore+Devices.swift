import GRDB
public import Quantities
public import Search

extension JobStore {
    /// The candidates of a device at one fidelity (`final` where finalists exist, else the best there is), its front marked, in
    /// proposal order; finalists that nothing proposed come last.
    ///
    /// They know the scores of this device alone; what they are made of is not known (`completed(_:)` adds that for those that are
    /// shown), nor the bits of their sample results, and ties with the front are not marked. So the front of 100,000 candidates
    /// takes some tenths of a second.
    public func outlines(
        on device: String, at fidelity: Fidelity? = nil
    ) throws -> (fidelity: Fidelity?, candidates: [ScoredCandidate]) {
        let target = try target(device)
        let chosen = try fidelity ?? bestFidelity(on: device)
        let evaluations = try evaluations(outlinedOn: device, at: chosen)
        let finalists = try finalists(on: device)
        return (chosen, target.candidates(from: evaluations, finalists: finalists, marksTies: false))
    }

    /// The candidates with what they are made of.
    public func completed(_ candidates: [ScoredCandidate]) throws -> [ScoredCandidate] {
        try store.read { database in
            let statement = try database.makeStatement(
                sql: "SELECT architecture, compression FROM candidate WHERE id = ?")
            return try candidates.map { candidate in
                guard let row = try Row.fetchOne(statement, arguments: [candidate.id]) else {
                    throw StoreError.unknownCandidate(candidate.id, job: name)
                }
                let fields = Fields(row, of: "candidate")
                var complete = candidate
                complete.evaluation.architecture = try fields.text("architecture")
                complete.evaluation.compression = try fields.text("compression")
                return complete
            }
        }
    }

    /// How the search's first accuracy was obtained; nil before the first evaluation.
    public func searchFidelity() throws -> Fidelity? {
        let text = try store.read {
            try String.fetchOne(
                $0,
                sql:
                    "SELECT fidelity FROM evaluation WHERE job = ? AND proposal IS NOT NULL ORDER BY proposal LIMIT 1",
                arguments: [id])
        }
        return text.flatMap { Fidelity(rawValue: $0) }
    }

    /// How many evaluations the search has recorded.
    public func proposalCount() throws -> Int {
        try store.read {
            try Int.fetchOne($0, sql: "SELECT count(proposal) FROM evaluation WHERE job = ?", arguments: [id])
                ?? 0
        }
    }

    /// A part of the search's evaluations, in proposal order, with all their scores.
    public func proposedEvaluations(skipping first: Int, count: Int) throws -> [Evaluation] {
        try store.read { database in
            let proposals = try Int.fetchAll(
                database,
                sql: """
                    SELECT proposal FROM evaluation WHERE job = ? AND proposal IS NOT NULL
                    ORDER BY proposal LIMIT ? OFFSET ?
                    """, arguments: [id, count, first])
            guard let low = proposals.first, let high = proposals.last else { return [] }
            return try Evaluation.fetch(
                database, job: id, view: .shown, where: "evaluation.proposal BETWEEN ? AND ?",
                arguments: [low, high])
        }
    }

    /// The most trusted fidelity at which something succeeded on a device.
    func bestFidelity(on device: String) throws -> Fidelity? {
        try store.read { database in
            try Fidelity.allCases.sorted(by: >).first { fidelity in
                try Bool.fetchOne(
                    database,
                    sql: """
                        SELECT 1 FROM evaluation JOIN score ON score.evaluation = evaluation.id AND score.device = ?
                        WHERE job = ? AND fidelity = ? AND evaluation.status = 'ok' LIMIT 1
                        """, arguments: [device, id, fidelity.rawValue]) == true
            }
        }
    }

    /// The search's evaluations with their score on one device, in proposal order, not knowing what they are made of.
    public func proposedOutlines(on device: String) throws -> [Evaluation] {
        try outlines(of: device, at: nil).filter { $0.proposal != nil }
    }

    /// The evaluations of one fidelity (nil: of all) with their score on one device, and with what was measured there.
    func evaluations(outlinedOn device: String, at fidelity: Fidelity?) throws -> [Evaluation] {
        try read(outlines(of: device, at: fidelity).ofLongestTraining)
    }

    /// The same with what was predicted.
    private func outlines(of device: String, at fidelity: Fidelity?) throws -> [Evaluation] {
        try store.read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT e.candidate, e.proposal, e.fidelity, e.rung, e.status, e.reason, e.accuracy, e.accuracy_se,
                        e.test_accuracy, e.test_accuracy_se, e.macs, e.parameters, s.latency_ms, s.latency_ms_p10,
                        s.latency_ms_p90, s.provenance, s.energy_mj, s.peak_ram_bytes, s.flash_bytes, s.model_bytes,
                        s.status, s.reason, e.seconds, second.accuracy, second.accuracy_se
                    FROM evaluation AS e JOIN score AS s ON s.evaluation = e.id AND s.device = ?1
                        LEFT JOIN evaluation AS second ON e.fidelity = 'final' AND second.job = e.job
                            AND second.candidate = e.candidate AND second.fidelity = 'final' AND second.rung = ?4
                        JOIN target AS t ON t.job = e.job AND t.device = s.device AND t.profile = s.profile
                    WHERE e.job = ?2 AND (?3 IS NULL OR e.fidelity = ?3) ORDER BY e.proposal, e.id
                    """, arguments: [device, id, fidelity?.rawValue, FinalTraining.second])
            var proposed: [Evaluation] = [], others: [Evaluation] = []
            while let row = try rows.next() {
                let evaluation = try Evaluation(outline: row, device: device)
                if evaluation.proposal == nil {
                    others.append(evaluation)
                } else {
                    proposed.append(evaluation)
                }
            }
            return proposed + others
        }
    }
}

/// The columns of `outlines(of:at:)`, in the order in which it selects them.
private enum OutlineColumn: Int, FieldColumn {
    case candidate, proposal, fidelity, rung, status, reason, accuracy, accuracySE, testAccuracy,
        testAccuracySE
    case macs, parameters, latency, latencyP10, latencyP90, provenance, energy, peakRAM, flash, modelSize
    case scoreStatus, scoreReason, seconds, secondAccuracy, secondAccuracySE

    var name: String { "\(self)" }
    func value(in row: Row) -> DatabaseValue { row[rawValue] }
}

extension Evaluation {
    /// A row of `outlines(of:at:)`; columns by place, which is what makes it fast.
    fileprivate init(outline row: Row, device: String) throws {
        let fields = Fields(row, of: "evaluation or score")
        let failed = try fields.text(OutlineColumn.status) == "failed"
        self.init(
            proposal: try fields.optionalCount(OutlineColumn.proposal),
            candidate: try fields.text(OutlineColumn.candidate), architecture: "", compression: "",
            fidelity: try fields.value(OutlineColumn.fidelity),
            rung: try fields.count(OutlineColumn.rung), accuracyKey: "",
            outcome: failed
                ? .failed(reason: try fields.text(OutlineColumn.reason))
                : .evaluated(try Quality(outline: fields)),
            macs: try fields.optionalCount(OutlineColumn.macs),
            parameters: try fields.optionalCount(OutlineColumn.parameters),
            seconds: try fields.number(OutlineColumn.seconds),
            scores: [try Score(outline: fields, device: device)])
    }
}

extension Quality {
    fileprivate init(outline fields: Fields) throws {
        self.init(
            accuracy: try fields.number(OutlineColumn.accuracy, in: .finite),
            standardError: try fields.optionalNumber(OutlineColumn.accuracySE),
            testAccuracy: try fields.optionalNumber(OutlineColumn.testAccuracy, in: .finite),
            testStandardError: try fields.optionalNumber(OutlineColumn.testAccuracySE))
        if let second = try fields.optionalNumber(OutlineColumn.secondAccuracy, in: .finite) {
            self = averaged(
                with: Quality(
                    accuracy: second, standardError: try fields.optionalNumber(OutlineColumn.secondAccuracySE)
                ))
        }
    }
}

extension Score {
    fileprivate init(outline fields: Fields, device: String) throws {
        self.init(
            device: device, latency: try fields.optionalNumber(OutlineColumn.latency),
            latencyP10: try fields.optionalNumber(OutlineColumn.latencyP10),
            latencyP90: try fields.optionalNumber(OutlineColumn.latencyP90),
            provenance: try fields.value(OutlineColumn.provenance),
            energy: try fields.optionalNumber(OutlineColumn.energy),
            peakRAM: try fields.optionalCount(OutlineColumn.peakRAM),
            flash: try fields.optionalCount(OutlineColumn.flash),
            modelSize: try fields.optionalCount(OutlineColumn.modelSize),
            status: try fields.value(OutlineColumn.scoreStatus),
            reason: try fields.optionalText(OutlineColumn.scoreReason))
    }
}
