public import ModelGraph

/// Where a student's soft targets come from.
public enum Teacher: Sendable {
    /// One row of logits for each sample of the source, as the teacher gave them without augmentation.
    case logits([Float])
    /// A network that sees what the student sees, augmentation included.
    case network(Graph)
    /// Something else that sees what the student sees.
    case rows(any RowTeacher)
}
