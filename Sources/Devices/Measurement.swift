private import Foundation
import Numerics

/// One row of a file of measured latencies.
public struct Measurement: Hashable, Sendable {
    /// Counted from 1, for complaints.
    public var line: Int
    /// An architecture or a model file: whatever the rows of the file name.
    public var model: String
    /// Milliseconds; nil where the row has none (a model that did not compile, say).
    public var latencyMilliseconds: Double?
    /// Millijoules; nil where the row has none.
    public var energyMillijoules: Double?
    /// Whether the model was timed a second time because its first time was doubtful.
    public var isAgain: Bool

    /// A row; `line` is counted from 1, and values are not checked before they are used.
    public init(
        line: Int, model: String, latencyMilliseconds: Double?, energyMillijoules: Double? = nil,
        isAgain: Bool = false
    ) {
        self.line = line
        self.model = model
        self.latencyMilliseconds = latencyMilliseconds
        self.energyMillijoules = energyMillijoules
        self.isAgain = isAgain
    }
}

/// Why a profile cannot be fitted to a file of measurements.
public enum CalibrationError: Error, Hashable, CustomStringConvertible {
    case impossible(file: String, line: Int, column: String, value: Double)
    case inconsistent(
        file: String, model: String, lines: [Int], smallest: Double, largest: Double, unit: String)
    case tooFew(file: String, usable: Int)
    /// The times are so far from the estimate that their unit must be another one.
    case unit(file: String, ratio: Double)
    /// Energies over times are so far from the power that the profile expects that their unit must be another one.
    case energyUnit(file: String, watts: Double, expected: Double)
    case refused(file: String, line: Int, model: String, reason: String)

    /// File, lines and values, and what to change, in one sentence.
    public var description: String {
        switch self {
        case .impossible(let file, let line, let column, let value):
            "\(file):\(line): \(column) is \(value), expected a positive number"
        case .inconsistent(let file, let model, let lines, let smallest, let largest, let unit):
            "\(file): lines \(lines.map(String.init).joined(separator: ", ")) give '\(model)' "
                + "\(unit == "ms" ? "times" : "energies") from \(smallest) to \(largest) \(unit); "
                + "remove the wrong ones"
        case .tooFew(let file, let usable):
            "\(file): only \(usable) models have a latency, and at least \(Measurement.fewest) are needed"
        case .unit(let file, let ratio):
            "\(file): the times are about \(String(format: ratio < 1 ? "%.1g" : "%.0f", ratio)) times what the "
                + "profile expects in milliseconds; say what unit the times are in: ms, us or s"
        case .energyUnit(let file, let watts, let expected):
            "\(file): energy_mj over latency_ms is about \(String(format: "%.2g", watts)) W, and the profile expects "
                + "\(String(format: "%.2g", expected)) W; energy_mj must hold millijoules, not joules or microjoules"
        case .refused(let file, let line, let model, let reason):
            "\(file):\(line): '\(model)' cannot run on this device, so its time cannot be used: \(reason)"
        }
    }
}

extension Measurement {
    /// Below this the data sheet says more than the measurements.
    static let fewest = 3

    /// The rows that hold a latency, those of one model together, in the order of the file.
    ///
    /// Throws where a number is not positive, and where repeats differ by more than a factor of 2 and so cannot both be right.
    public static func repeats(
        _ rows: [Measurement], file: String
    ) throws(CalibrationError) -> [[Measurement]] {
        let groups = try groups(rows, file: file)
        for group in groups {
            if let disagreement = disagreement(of: group, file: file) { throw disagreement }
        }
        return groups
    }

    /// The same, however much repeats differ.
    static func groups(_ rows: [Measurement], file: String) throws(CalibrationError) -> [[Measurement]] {
        var places: [String: Int] = [:]
        var groups: [[Measurement]] = []
        for row in rows {
            guard let latency = row.latencyMilliseconds else { continue }
            try requirePositive(latency, "latency_ms", row, file)
            if let energy = row.energyMillijoules { try requirePositive(energy, "energy_mj", row, file) }
            if let place = places[row.model] {
                groups[place].append(row)
            } else {
                places[row.model] = groups.count
                groups.append([row])
            }
        }
        return groups
    }

    private static func requirePositive(
        _ value: Double, _ column: String, _ row: Measurement, _ file: String
    ) throws(CalibrationError) {
        guard value > 0, value.isFinite else {
            throw .impossible(file: file, line: row.line, column: column, value: value)
        }
    }

    /// Why repeats of one model cannot all be right; nil where they can.
    static func disagreement(of group: [Measurement], file: String) -> CalibrationError? {
        for (unit, values) in [
            ("ms", group.compactMap(\.latencyMilliseconds)), ("mJ", group.compactMap(\.energyMillijoules)),
        ] {
            guard let first = values.min(), let last = values.max(), last > 2 * first else { continue }
            return .inconsistent(
                file: file, model: group[0].model, lines: group.map(\.line), smallest: first, largest: last,
                unit: unit)
        }
        return nil
    }

    /// Repeats of one model as one row.
    static func median(of group: [Measurement]) -> Measurement {
        var row = group[0]
        row.latencyMilliseconds = group.compactMap(\.latencyMilliseconds).median
        row.energyMillijoules = group.compactMap(\.energyMillijoules).median
        return row
    }
}
