public import Determinism
import Quantities

extension Constraint {
    /// For identities of jobs: exact values.
    public var identity: Identity {
        let (kind, value) =
            switch bound {
            case .atMost(let value): ("at_most", value)
            case .atLeast(let value): ("at_least", value)
            }
        return [
            "version": .integer(1), "device": .text(orAbsent: device), "metric": .text(metric.rawValue),
            "bound": .text(kind), "value": .number(value), "confidence": .number(orAbsent: confidence),
        ]
    }
}
