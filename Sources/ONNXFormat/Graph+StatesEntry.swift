import ModelGraph

/// Which outputs of an ONNX file are its inputs in the next run, kept in the metadata since the format has no such thing.
///
/// A line a state: input, output and what it begins with, separated by tabs.
extension Graph {
    static let statesKey = "swiftlet_states"

    /// The entry of this graph; nil where it has no states.
    var statesEntry: Metadatum? {
        guard !states.isEmpty else { return nil }
        let lines = states.map { state in
            let (input, output) = (self[inputs[state.input]].name, self[outputs[state.output]].name)
            return "\(input)\t\(output)\t\(state.initial)"
        }
        return Metadatum(Graph.statesKey, lines.joined(separator: "\n"))
    }

    /// Takes the states that the metadata name, if they do.
    mutating func readStates(_ metadata: [Metadatum]) throws(ONNXProblem) {
        guard let entry = metadata.first(where: { $0.key == Graph.statesKey }) else { return }
        func fault(_ detail: String) -> ONNXProblem {
            .file("has metadata '\(Graph.statesKey)' that \(detail)")
        }
        for line in entry.value.split(separator: "\n") {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard columns.count == 3, let initial = Float(columns[2]),
                let input = inputs.firstIndex(where: { self[$0].name == columns[0] }),
                let output = outputs.firstIndex(where: { self[$0].name == columns[1] })
            else { throw fault("name no input and output of the file: '\(line)'") }
            states.append(GraphState(input: input, output: output, initial: initial))
        }
        do { try verify() } catch { throw fault("do not fit: \(error)") }
    }
}
