import GRDB
public import Quantities
public import Search

extension JobStore {
    /// The devices that answers show, with objectives and bounds, in the job's order; those that joined it later last.
    public func targets() throws -> [Target] {
        try store.read { database in
            try StoredTarget.all(of: id, in: database).filter(\.content.isShown).map(\.target)
        }
    }

    /// The target of this device; throws `StoreError.unknownDevice` where the job has none.
    public func target(_ device: String) throws -> Target {
        let targets = try targets()
        guard let target = targets.first(where: { $0.device == device }) else {
            throw StoreError.unknownDevice(device, job: name, known: targets.map(\.device))
        }
        return target
    }

    /// Every evaluation: proposals in their order, then finalists as they came, with what was measured on devices, judged by
    /// the limits that hold now.
    public func evaluations() throws -> [Evaluation] {
        try read(try store.read { try Evaluation.fetch($0, job: id, view: .shown) })
    }

    /// Evaluations as answers show them.
    func read(_ evaluations: [Evaluation]) throws -> [Evaluation] {
        let measured = try measured(evaluations)
        return try limits().map { limits in measured.map(limits.judgedAnew) } ?? measured
    }

    /// The evaluations of one candidate, named by its id or the beginning of it; the most trusted fidelity first, of one
    /// fidelity the longest training.
    public func evaluations(ofCandidate prefix: String) throws -> [Evaluation] {
        let pattern = prefix.lowercased().filter { $0.isHexDigit }
        guard !pattern.isEmpty, pattern.count == prefix.count else {
            throw StoreError.unknownCandidate(prefix, job: name)
        }
        let found = try store.read {
            try Evaluation.fetch(
                $0, job: id, view: .shown, where: "evaluation.candidate BETWEEN ? AND ? || 'g'",
                arguments: [pattern, pattern])
        }
        let candidates = Set(found.map(\.candidate)).sorted()
        guard candidates.count < 2 else { throw StoreError.ambiguousCandidate(prefix, matches: candidates) }
        guard !found.isEmpty else { throw StoreError.unknownCandidate(prefix, job: name) }
        return try read(found).sorted { ($0.fidelity, $0.rung) > ($1.fidelity, $1.rung) }
    }

    /// The candidates of a device at one fidelity (`final` where finalists exist, else the best there is),
    /// its front marked.
    public func candidates(
        on device: String, at fidelity: Fidelity? = nil
    ) throws -> (fidelity: Fidelity?, candidates: [ScoredCandidate]) {
        let target = try target(device)
        let evaluations = try evaluations()
        let chosen = fidelity ?? evaluations.filter { $0.score(on: device) != nil }.bestFidelity
        let shown = (chosen.map { evaluations.at($0) } ?? evaluations).ofLongestTraining
        return (chosen, target.candidates(from: shown, finalists: try finalists(on: device)))
    }
}
