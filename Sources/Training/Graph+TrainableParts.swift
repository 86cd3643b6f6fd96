import ModelGraph

extension Graph {
    /// Operations without a gradient rule of their own, written as operations that have one.
    func inTrainableParts() throws(TrainingError) -> Graph {
        do { return try inParts() } catch { throw .graph(error) }
    }
}
