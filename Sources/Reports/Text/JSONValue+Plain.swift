import Determinism
import Quantities

extension JSONValue {
    /// The value as a person reads it in a cell of a table.
    var plain: String {
        switch self {
        case .text(let text): text
        case .integer(let value): String(value)
        case .number(let value): Human.number(value)
        case .flag(let value): value ? "yes" : "no"
        case .null: "–"
        case .list, .object: text
        }
    }
}
