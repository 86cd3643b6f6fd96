import ExperimentStore
import Quantities
import Search

/// Answers questions about finished and running jobs; writes nothing.
public struct Review: Sendable {
    let store: ExperimentStore

    public init(database: String) throws { store = try ExperimentStore(reading: database) }

    init(_ store: ExperimentStore) { self.store = store }

    /// What `swiftlet jobs` answers.
    public func jobs() throws -> Answer {
        var table = TextTable([
            ("job", .left), ("state", .left), ("evaluations", .right), ("time", .right),
            ("hypervolume", .right),
        ])
        let records = try store.jobs().map { job -> Record in
            table.append([
                job.name, job.state.rawValue, "\(job.evaluations)", Human.duration(job.seconds),
                Human.number(job.hypervolume),
            ])
            return [
                "name": .text(job.name), "state": .text(job.state.rawValue),
                "evaluations": .integer(job.evaluations),
                "seconds": .number(job.seconds), "hypervolume": .number(job.hypervolume),
            ]
        }
        return Answer(
            json: .record(["jobs": .list(records.map(Field.record))]),
            columns: ["name", "state", "evaluations", "seconds", "hypervolume"], rows: records,
            table: table.text)
    }

    /// The fidelity that a name stands for; nil for none.
    func fidelity(_ name: String?) throws -> Fidelity? {
        guard let name else { return nil }
        guard let fidelity = Fidelity(rawValue: name) else {
            let known = Fidelity.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandError("--fidelity: expected one of \(known), got '\(name)'")
        }
        return fidelity
    }
}
