/// Whether a candidate can be deployed on a device, and if not, why not in one word; the raw value is the word in
/// JSON and CSV.
public enum Status: String, CaseIterable, Codable, Hashable, Sendable {
    case ok
    case unsupported
    case exceedsRAM = "exceeds_ram"
    case exceedsFlash = "exceeds_flash"
    case notExportable = "not_exportable"
    case failed
    /// Deployable, but outside a constraint of the job.
    case constraint
}
