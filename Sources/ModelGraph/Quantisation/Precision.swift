/// What numbers a layer computes with.
public enum Precision: String, Hashable, Sendable, CaseIterable, Codable {
    case float32
    /// Weights are stored in sixteen bits; sums are made in what the processor has.
    case float16, bfloat16
    /// Weights and activations are 8-bit integers, sums 32-bit ones.
    case int8
    /// Weights and activations are single bits; the first and the last layer and depthwise ones are int8.
    case binary
}

/// One choice for every node of a graph, and others for nodes with certain names.
///
/// An exception named `stage1` holds for a node `stage1` and for all below it (`stage1.conv2`, `stage1/conv2`);
/// where several fit, the longest name wins.
public struct Assignment<Choice: Hashable & Sendable>: Hashable, Sendable {
    /// The choice for all nodes without an exception.
    public let general: Choice
    /// Sorted by name, no name twice.
    public let exceptions: [Exception]

    /// The choice for the nodes below one name.
    public struct Exception: Hashable, Sendable {
        /// Name of a node, or the beginning of names up to a `.` or `/`.
        public let name: String
        /// What holds for these nodes.
        public let choice: Choice
        /// This choice for the node `name` and all below it.
        public init(_ name: String, _ choice: Choice) {
            self.name = name
            self.choice = choice
        }
    }

    /// Of several exceptions with one name the last counts.
    public init(_ general: Choice, exceptions: [Exception] = []) {
        self.general = general
        var byName: [String: Exception] = [:]
        for exception in exceptions { byName[exception.name] = exception }
        self.exceptions = byName.values.sorted { $0.name < $1.name }
    }

    /// The choice for the node of this name.
    public subscript(name: String) -> Choice {
        let fitting = exceptions.filter { exception in
            guard name.hasPrefix(exception.name) else { return false }
            let rest = name.utf8.dropFirst(exception.name.utf8.count)
            return rest.isEmpty || rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: "/")
        }
        return fitting.max { $0.name.utf8.count < $1.name.utf8.count }?.choice ?? general
    }

    /// All choices that occur, the general one first.
    public var choices: [Choice] { [general] + exceptions.map(\.choice) }
}
