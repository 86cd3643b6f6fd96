import Datasets
import Quantities

/// What a model took, as a user filled it into a table.
struct FilledInCost {
    let line: Int
    let milliseconds, millijoules: Double?
}

extension CSVTable {
    /// The columns `latency_ms` and, where there is one, `energy_mj`; nil where a row has none.
    ///
    /// - Parameter unit: of the times: `ms`, `us` or `s`.
    func costs(unit: String) throws -> [FilledInCost] {
        guard let factor = Unit.milliseconds.suffixes.first(where: { $0.suffix == unit })?.factor else {
            throw CommandError("--unit: expected ms, us or s, got '\(unit)'")
        }
        let latencies = try numbers("latency_ms")
        let energies = header.contains("energy_mj") ? try numbers("energy_mj") : nil
        return latencies.indices.map { row in
            FilledInCost(
                line: line(ofRow: row), milliseconds: latencies[row].map { $0 * factor },
                millijoules: energies?[row])
        }
    }
}
