/// Of the texts that say what samples are, the one of normal samples.
struct NormalText {
    let text: String

    private static let usual = ["normal", "ok", "good", "healthy", "false", "no", "0"]

    /// - Parameters:
    ///   - given: the text that a job names; nil for one that usually means normal.
    ///   - missing: the error, from what is to be said about the texts.
    init(
        _ texts: Set<String>, _ given: String?, missing: (String) -> DatasetError
    ) throws(DatasetError) {
        guard let given else {
            guard let text = texts.sorted().first(where: { Self.usual.contains($0.lowercased()) }) else {
                throw missing("has no text that is known to mean normal; say normal: TEXT")
            }
            self.text = text
            return
        }
        guard texts.contains(given) else { throw missing("is never '\(given)' (normal)") }
        text = given
    }
}
