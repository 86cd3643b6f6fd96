/// Answers for samples as a teacher that is no network; called from several threads at once.
public protocol RowTeacher: Sendable {
    /// Writes one row of logits, or of numbers, for each sample; samples stand one after another as the student reads them.
    func answer(_ samples: Span<Float>, into answers: inout MutableSpan<Float>)
}
