import Datasets

/// What a model took, as a user filled it into a table.
struct FilledInCost {
    let line: Int
    let milliseconds, millijoules: Double?
}

extension CSVTable {
    /// The columns `latency_ms` and, where there is one, `energy_mj`; nil where a row has none.
    ///
    /// - Parameter unit: of the times.
    func costs(unit: TimeUnit) throws -> [FilledInCost] {
        let latencies = try numbers("latency_ms", isData: false)
        let energies = header.contains("energy_mj") ? try numbers("energy_mj", isData: false) : nil
        return latencies.indices.map { row in
            FilledInCost(
                line: line(ofRow: row), milliseconds: latencies[row].map { $0 * unit.milliseconds },
                millijoules: energies?[row])
        }
    }
}
