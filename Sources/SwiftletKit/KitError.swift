/// What can be wrong with a request; facts as payload, so that a command line or a service can add how to ask for something
/// else.
public enum KitError: Error, Hashable, CustomStringConvertible {
    /// Something lies where the result would be written.
    case exists(path: String)
    /// A number outside what is possible.
    case outOfRange(name: String, allowed: ClosedRange<Int>, got: Int)
    /// Seconds outside what is possible.
    case secondsOutOfRange(allowed: ClosedRange<Double>, got: Double)
    /// The candidate was trained for the search only, and has no model.
    case unfinished(candidate: String, job: String)
    /// The jobs share no device.
    case noCommonDevice(String, String)
    /// A file could not be written or copied.
    case notWritten(path: String, reason: String)
    /// Models that were written and, read back, answer otherwise than they should.
    case disagrees(folder: String, detail: String)
    /// The request makes no sense for this job, device or file, with the sentence that says why.
    case refused(String)

    /// One sentence that says what to change.
    public var description: String {
        switch self {
        case .exists(let path): "\(path): exists already"
        case .outOfRange(let name, let allowed, let got):
            "\(name) must lie between \(allowed.lowerBound) and \(allowed.upperBound), got \(got)"
        case .secondsOutOfRange(let allowed, let got):
            "seconds must lie between \(allowed.lowerBound) and \(allowed.upperBound), got \(got)"
        case .unfinished(let candidate, let job):
            "candidate '\(candidate.prefix(12))' was not trained to the end; "
                + "'swiftlet finish \(job) \(candidate.prefix(12))' does that"
        case .noCommonDevice(let a, let b): "jobs '\(a)' and '\(b)' have no device in common"
        case .notWritten(let path, let reason): "\(path): cannot be written: \(reason)"
        case .disagrees(let folder, let detail):
            "\(folder): was written, but does not answer the test vectors as the candidate does: \(detail)"
        case .refused(let sentence): sentence
        }
    }
}

extension KitError {
    /// Throws where a number is outside what is possible.
    static func require(_ value: Int, in allowed: ClosedRange<Int>, name: String) throws {
        guard allowed.contains(value) else {
            throw KitError.outOfRange(name: name, allowed: allowed, got: value)
        }
    }
}
