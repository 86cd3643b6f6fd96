import GRDB
public import Quantities
public import Search

extension JobStore {
    /// The job's devices with objectives and bounds, in the job's order; rescored ones last.
    public func targets() throws -> [Target] {
        try store.read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT * FROM target WHERE job = ? ORDER BY position", arguments: [id])
            return try rows.map { row in
                let fields = Fields(row, of: "target")
                let device = try fields.text("device")
                return Target(
                    device: device, objectives: try objectives(database, device: device),
                    guidesSearch: try fields.count("guides_search") == 1)
            }
        }
    }

    private func objectives(_ database: Database, device: String) throws -> [Objective] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT * FROM objective WHERE job = ? AND device = ? ORDER BY position",
            arguments: [id, device])
        return try rows.map { row in
            let fields = Fields(row, of: "objective")
            return Objective(
                try fields.value("metric"), ideal: try fields.number("ideal", in: .finite),
                nadir: try fields.number("nadir", in: .finite))
        }
    }

    public func target(_ device: String) throws -> Target {
        let targets = try targets()
        guard let target = targets.first(where: { $0.device == device }) else {
            throw StoreError.unknownDevice(device, job: name, known: targets.map(\.device))
        }
        return target
    }

    /// Every evaluation: proposals in their order, then finalists as they came, with what was measured on devices.
    public func evaluations() throws -> [Evaluation] { try measured(try predictedEvaluations()) }

    /// The same with what was predicted, as it was recorded.
    func predictedEvaluations() throws -> [Evaluation] {
        try store.read { try Evaluation.fetch($0, job: id) }
    }

    /// The evaluations of one candidate, named by its id or the beginning of it; the most trusted fidelity
    /// first.
    public func evaluations(ofCandidate prefix: String) throws -> [Evaluation] {
        let pattern = prefix.lowercased().filter { $0.isHexDigit }
        guard !pattern.isEmpty, pattern.count == prefix.count else {
            throw StoreError.unknownCandidate(prefix, job: name)
        }
        let found = try store.read {
            try Evaluation.fetch(
                $0, job: id, where: "evaluation.candidate LIKE ?", arguments: [pattern + "%"])
        }
        let candidates = Set(found.map(\.candidate)).sorted()
        guard candidates.count < 2 else { throw StoreError.ambiguousCandidate(prefix, matches: candidates) }
        guard !found.isEmpty else { throw StoreError.unknownCandidate(prefix, job: name) }
        return try measured(found).sorted { $0.fidelity > $1.fidelity }
    }

    /// The candidates of a device at one fidelity (`final` where finalists exist, else the best there is),
    /// its front marked.
    public func candidates(
        on device: String, at fidelity: Fidelity? = nil
    ) throws -> (fidelity: Fidelity?, candidates: [ScoredCandidate]) {
        let target = try target(device)
        let evaluations = try evaluations()
        let chosen = fidelity ?? evaluations.filter { $0.score(on: device) != nil }.bestFidelity
        let shown = chosen.map { evaluations.at($0) } ?? evaluations
        return (chosen, target.candidates(from: shown, finalists: try finalists(on: device)))
    }
}
