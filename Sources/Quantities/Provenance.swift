/// How a cost was obtained.
public enum Provenance: String, CaseIterable, Codable, Hashable, Sendable {
    /// Timed on the device itself.
    case measured
    /// From a profile fitted to measurements of that device.
    case calibrated
    /// From data sheets and published rates alone.
    case estimated
}
