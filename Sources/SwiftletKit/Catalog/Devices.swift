import Devices
import ExperimentStore
import Jobs
import Quantities
public import Reports

/// What is known of devices.
public enum DeviceCommands {
    /// The known devices that a filter lets through.
    public static func list(_ filter: DeviceFilter = DeviceFilter()) throws -> DevicesAnswer {
        try filter.validate()
        return DevicesAnswer(
            devices: try DeviceShelf().catalog.profiles.filter(filter.admits).map { profile in
                DevicesAnswer.Entry(
                    name: profile.name, title: profile.title, kind: profile.kind.rawValue,
                    runtime: profile.runtime.title)
            })
    }

    /// A profile and where its figures come from.
    ///
    /// - Parameter name: a device, or the path of a profile ending in `.yaml`.
    public static func show(_ name: String) throws -> DeviceAnswer {
        let profile = try DeviceShelf().profile(name)
        return DeviceAnswer(
            name: profile.name, title: profile.title, kind: profile.kind.rawValue,
            runtime: profile.runtime.title, modelFormat: profile.runtime.format.rawValue,
            clock: profile.compute.clockMHz, threads: profile.compute.threads, ram: profile.memory.ramBytes,
            flash: profile.memory.flashBytes, runtimeRAM: profile.runtime.ramBytes,
            runtimeCode: profile.runtime.codeBytes, provenance: profile.provenance,
            energyBoundary: profile.energy?.boundary, activeWatts: profile.energy?.activeWatts,
            calibration: profile.calibration.map { DeviceAnswer.Calibration($0) },
            machine: profile.latencySource == .hostEngine ? MachineAnswer(HostMachine.current()) : nil,
            sources: profile.sources.map { DeviceAnswer.Source(field: $0.field, source: $0.text) })
    }

    /// Reads every named profile (all known ones where none is named); the first mistake is thrown.
    public static func validate(_ names: [String] = []) throws -> ValidDevicesAnswer {
        let shelf = DeviceShelf()
        let profiles = try names.isEmpty ? shelf.catalog.profiles : names.map { try shelf.profile($0) }
        return ValidDevicesAnswer(names: profiles.map(\.name))
    }
}

extension DeviceAnswer.Calibration {
    fileprivate init(_ calibration: Calibration) {
        self.init(
            note: calibration.note, samples: calibration.latency.samples,
            leaveOneOutError: calibration.latency.leaveOneOutError,
            leastMeasured: calibration.latency.range.lowerBound,
            mostMeasured: calibration.latency.range.upperBound)
    }
}

extension RuntimeProfile {
    var title: String { "\(name) \(version)" }
}
