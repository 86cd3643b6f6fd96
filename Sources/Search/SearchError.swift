/// What can be wrong with a search before or while it runs; each description is one sentence that says what
/// to change.
public enum SearchError: Error, Hashable, CustomStringConvertible {
    case unknownDevice(String, known: [String])
    case noObjectives
    case invalidConfidence(Double)
    /// No candidate is deployable on any device within the constraints; the nearest by price on the device that comes closest
    /// stand with it.
    case nothingFeasible(nearest: [PricedCandidate], device: String, blocking: String)
    /// The recorded history was made by another space, strategy or version.
    case historyDiffers(proposal: Int, recorded: String, proposed: String)
    case unreadableHistory(proposal: Int, detail: String)

    /// What is wrong, in one sentence.
    public var description: String {
        switch self {
        case .unknownDevice(let name, let known):
            "unknown device '\(name)'; this job has \(known.joined(separator: ", "))"
        case .noObjectives: "a search needs at least one objective, such as accuracy and latency_ms"
        case .invalidConfidence(let value): "confidence must lie between 0.5 and 1 (exclusive), got \(value)"
        case .nothingFeasible(_, _, let blocking): "no candidate is feasible on any device: \(blocking)"
        case .historyDiffers(let proposal, let recorded, let proposed):
            "evaluation \(proposal) was recorded for candidate \(recorded.prefix(12)) but this search proposes "
                + "\(proposed.prefix(12)): the job was begun by another version; give it another name to begin anew"
        case .unreadableHistory(let proposal, let detail):
            "evaluation \(proposal) of this job cannot be read back: \(detail)"
        }
    }
}
