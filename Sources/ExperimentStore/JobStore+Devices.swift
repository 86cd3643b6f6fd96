import GRDB
public import Quantities
public import Search

extension JobStore {
    /// The candidates of a device at one fidelity (`final` where finalists exist, else the best there is) as numbers, in proposal
    /// order; finalists that nothing proposed come last.
    ///
    /// Of several trainings of a candidate the longest counts; measurements and the limits that hold now are regarded. So the front
    /// of 100,000 candidates takes some tenths of a second; `candidates(_:on:)` tells the rest of those that are shown.
    public func outlines(
        on device: String, at fidelity: Fidelity? = nil
    ) throws -> (fidelity: Fidelity?, outlines: [Outline]) {
        _ = try target(device)
        let chosen = try fidelity ?? bestFidelity(on: device)
        return (chosen, try outlines(of: device, OutlineRows(fidelity: chosen)).outlines)
    }

    /// The search's evaluations on one device in proposal order, every length of training, judged as they were recorded.
    public func proposedOutlines(on device: String) throws -> [Outline] {
        try store.read { try OutlineReader(self, device: device, in: $0).read(OutlineRows(isProposed: true)) }
            .outlines
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

    /// Outlines of the rows asked for, judged by the limits that hold now.
    func outlines(of device: String, _ rows: OutlineRows) throws -> OutlineReader.Answer {
        let limits = try limits()?.filter { $0.applies(to: device) }
        var answer = try store.read { try OutlineReader(self, device: device, in: $0).read(rows) }
        if answer.hasSeveralLengths {
            let superseded = try store.read(supersededRows)
            answer.outlines.removeAll { superseded.contains($0.place) }
        }
        if let limits {
            for index in answer.outlines.indices {
                answer.outlines[index] = answer.outlines[index].judgedAnew(by: limits)
            }
        }
        return answer
    }

    /// Evaluations of candidates that were trained longer at the same fidelity.
    private func supersededRows(_ database: Database) throws -> Set<Int64> {
        try Int64.fetchSet(
            database,
            sql: """
                SELECT shorter.id FROM evaluation AS longer JOIN evaluation AS shorter
                    ON shorter.job = longer.job AND shorter.candidate = longer.candidate
                        AND shorter.fidelity = longer.fidelity AND shorter.rung < longer.rung
                WHERE longer.job = ? AND longer.rung > 0 AND longer.fidelity <> 'final'
                """, arguments: [id])
    }
}
