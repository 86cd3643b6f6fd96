import Devices
import ExperimentStore
import Foundation
import Jobs
import Quantities

/// What `swiftlet devices` answers.
public enum DeviceCommands {
    /// The profile that a command works on, once it is certain that nothing lies where its result will.
    static func profile(_ name: String, notYetAt output: String) throws -> DeviceProfile {
        guard !FileManager.default.fileExists(atPath: output) else {
            throw CommandError("\(output): exists already; name another")
        }
        return try DeviceShelf().profile(name)
    }

    public static func list() throws -> Answer {
        let profiles = try DeviceShelf().catalog.profiles
        var table = TextTable([("device", .left), ("kind", .left), ("runtime", .left), ("title", .left)])
        let records = profiles.map { profile -> Record in
            table.append([profile.name, profile.kind.rawValue, profile.runtime.title, profile.title])
            return [
                "name": .text(profile.name), "title": .text(profile.title),
                "kind": .text(profile.kind.rawValue),
                "runtime": .text(profile.runtime.title),
            ]
        }
        return Answer(
            json: .record(["devices": .list(records.map(Field.record))]),
            columns: ["name", "title", "kind", "runtime"],
            rows: records, table: table.text)
    }

    public static func show(_ name: String) throws -> Answer {
        let profile = try DeviceShelf().profile(name)
        var facts: [(String, Field)] = [
            ("name", .text(profile.name)), ("title", .text(profile.title)),
            ("kind", .text(profile.kind.rawValue)),
            ("runtime", .text(profile.runtime.title)),
            ("model_format", .text(profile.runtime.format.rawValue)),
            ("clock_mhz", .number(profile.compute.clockMHz)), ("threads", .integer(profile.compute.threads)),
            ("ram_bytes", .integer(profile.memory.ramBytes)),
            ("flash_bytes", .integer(orUnknown: profile.memory.flashBytes)),
            ("runtime_ram_bytes", .integer(profile.runtime.ramBytes)),
            ("runtime_code_bytes", .integer(profile.runtime.codeBytes)),
            ("provenance", .text(profile.provenance.rawValue)),
            ("energy_boundary", .text(orUnknown: profile.energy?.boundary)),
            ("active_watts", .number(orUnknown: profile.energy?.activeWatts)),
        ]
        if let calibration = profile.calibration {
            facts += [
                ("calibration", .text(calibration.note)), ("samples", .integer(calibration.latency.samples)),
                ("leave_one_out_error", .number(calibration.latency.leaveOneOutError)),
                ("least_measured_ms", .number(calibration.latency.range.lowerBound)),
                ("most_measured_ms", .number(calibration.latency.range.upperBound)),
            ]
        }
        if profile.latencySource == .hostEngine {
            let machine = HostMachine.current()
            facts += [
                ("cpu", .text(machine.processor)), ("kernel_set", .text(machine.kernelSet)),
                ("governor", .text(machine.governor)),
            ]
        }
        var record = Record(facts)
        let sources = profile.sources.map {
            Record([("field", .text($0.field)), ("source", .text($0.text))])
        }
        record.append("sources", .list(sources.map(Field.record)))
        var table = facts.map { "\($0.0.padded(to: 20)) \($0.1.plain)\n" }.joined() + "\nsources\n"
        for source in profile.sources { table += "  \(source.field.padded(to: 18)) \(source.text)\n" }
        return Answer(json: .record(record), columns: facts.map(\.0), rows: [Record(facts)], table: table)
    }

    /// Reads every named profile (all known ones where none is named); the first mistake is thrown.
    public static func validate(_ names: [String]) throws -> Answer {
        let shelf = try DeviceShelf()
        let profiles = try names.isEmpty ? shelf.catalog.profiles : names.map { try shelf.profile($0) }
        let records = profiles.map { Record([("name", .text($0.name)), ("valid", .flag(true))]) }
        return Answer(
            json: .record(["devices": .list(records.map(Field.record))]), columns: ["name", "valid"],
            rows: records,
            table: profiles.map { "\($0.name): valid\n" }.joined())
    }
}

extension RuntimeProfile {
    var title: String { "\(name) \(version)" }
}

extension String {
    /// The text, its middle left out where it is longer than a width.
    func shortened(to width: Int) -> String {
        count <= width ? self : prefix(width - 13) + "…" + suffix(12)
    }

    /// The text with spaces up to a width.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension Field {
    /// The value as a person reads it outside any table.
    var plain: String {
        switch self {
        case .text(let text): text
        case .integer(let value): String(value)
        case .number(let value): Human.number(value)
        case .flag(let value): value ? "yes" : "no"
        case .unknown: "–"
        case .list, .record: json()
        }
    }
}
