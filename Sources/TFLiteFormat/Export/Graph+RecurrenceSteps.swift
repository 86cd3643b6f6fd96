import ModelGraph

extension Graph {
    /// Recurrent layers of more steps are not written: each step is operators of its own.
    static let longestRecurrence = 128

    /// Recurrent layers step by step, since TFLite's own operators keep their states from one run to the next.
    func writingRecurrencesInSteps() throws(GraphError) -> Graph {
        var isLong = false
        for node in nodes {
            if case .recurrence = node.operation {
                isLong = isLong || self[node.inputs[0]].type.shape[0] > Graph.longestRecurrence
            }
        }
        guard !isLong else { return self }
        return try inParts { if case .recurrence = $0 { true } else { false } }
    }
}
