/// Why a text is no value of a metric; each description is one sentence that says what to change.
public enum QuantityError: Error, Hashable, CustomStringConvertible {
    case invalidValue(metric: Metric, text: String, suffixes: [String])
    case accuracyAboveOne(String)

    /// The sentence.
    public var description: String {
        switch self {
        case .invalidValue(let metric, let text, let suffixes):
            "\(metric.rawValue) must be a finite number of at least 0, bare or with one of the suffixes "
                + "\(suffixes.joined(separator: ", ")); got '\(text)'"
        case .accuracyAboveOne(let text):
            "accuracy is a fraction between 0 and 1 (write 0.95 or 95%), got '\(text)'"
        }
    }
}
