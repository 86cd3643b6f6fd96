/// Who times the networks of a device.
public enum LatencySource: Hashable, Sendable {
    /// The engine of this program, on this computer.
    case hostEngine
    /// A command that the job names, such as one that runs another runtime on this computer.
    case runner(command: String)
    /// Somebody else, who hands a table of times in.
    case measuredTable

    /// The device that stands for this computer.
    public static let hostDevice = "host-cpu"

    /// Who times a device of this name.
    public init(device: String) { self = device == LatencySource.hostDevice ? .hostEngine : .measuredTable }
}

extension DeviceProfile {
    /// Who times networks on the device of this profile.
    public var latencySource: LatencySource { LatencySource(device: name) }
}
