import Determinism

extension Field {
    /// What a job's identity holds, as scripts read it.
    init(_ identity: Identity) {
        self =
            switch identity {
            case .text(let text): .text(text)
            case .integer(let value): .integer(value)
            case .number(let value): .number(orUnknown: value)
            case .flag(let value): .flag(value)
            case .absent: .unknown
            case .list(let items): .list(items.map(Field.init))
            case .record(let entries): .record(Record(entries.map { ($0.key, Field($0.value)) }))
            }
    }
}
