/// Names one value of one graph.
public struct ValueID: Hashable, Sendable, Comparable {
    /// Position in `Graph.values`.
    public let index: Int
    /// The value at this position of `Graph.values`.
    public init(_ index: Int) { self.index = index }
    /// Order of positions in the graph.
    public static func < (a: ValueID, b: ValueID) -> Bool { a.index < b.index }
}

/// A tensor that flows through a graph: an input, a constant or the result of a node.
public struct Value: Hashable, Sendable {
    /// Name for messages; inputs and outputs keep those of the model file.
    public var name: String
    /// Shape, element type and quantisation.
    public var type: ValueType
    /// The elements, where they do not depend on the input.
    public var constant: Constant?

    /// A value; without `constant` its elements are known only when the graph runs.
    public init(name: String, type: ValueType, constant: Constant? = nil) {
        self.name = name
        self.type = type
        self.constant = constant
    }
}

extension Value {
    /// Whether every element is known to stand for zero, by a number built into the graph or one read from a file.
    package var isConstantZero: Bool {
        constant?.tensor.number == Double(type.quantization?.zeroPoint ?? 0)
    }
}

/// A tensor known before the graph runs, and how sparse it is.
public struct Constant: Hashable, Sendable {
    /// The elements, or only their shape and type.
    public var tensor: Tensor
    /// Which elements may be non-zero.
    public var sparsity: Sparsity
    /// A constant; `sparsity` is a promise that `tensor` keeps, not checked here.
    public init(_ tensor: Tensor, sparsity: Sparsity = .dense) {
        self.tensor = tensor
        self.sparsity = sparsity
    }
}

/// Which elements of a weight tensor may be non-zero.
public enum Sparsity: Hashable, Sendable {
    case dense
    /// At most `nonZeros` elements anywhere.
    case unstructured(nonZeros: Int)
    /// At most `kept` of every `group` neighbours along the last axis.
    case pattern(kept: Int, group: Int)
}

/// One operation applied to values.
public struct Node: Hashable, Sendable {
    /// Names the node in messages, in layer tables and in `Assignment`.
    public var name: String
    /// What is computed.
    public var operation: Operation
    /// The operands, in the order that `Operation` states.
    public var inputs: [ValueID]
    /// The value that the node produces.
    public var output: ValueID

    /// A node; whether operands fit is checked by `Graph.verify()`.
    public init(name: String, operation: Operation, inputs: [ValueID], output: ValueID) {
        self.name = name
        self.operation = operation
        self.inputs = inputs
        self.output = output
    }
}

/// An output that is the same graph's input in the next run, as streaming networks have them.
public struct GraphState: Hashable, Sendable {
    /// Positions in the graph's lists of inputs and outputs.
    public var input, output: Int
    /// What the input is in the first run, one number everywhere (the zero point stands for zero).
    public var initial: Float

    /// Output number `output` becomes input number `input` of the next run; in the first run the input is
    /// `initial` everywhere.
    public init(input: Int, output: Int, initial: Float = 0) {
        self.input = input
        self.output = output
        self.initial = initial
    }
}

/// A network: nodes in an order in which each finds its inputs ready.
///
/// The same type serves training, compression, inference, pricing and export. Build one with `GraphBuilder`;
/// passes take a graph and return another, and `verify()` holds after each.
public struct Graph: Hashable, Sendable {
    /// Name of the network, as its model file or search space gives it.
    public var name: String
    /// All values; a `ValueID` is a position here.
    public var values: [Value]
    /// What is computed, each node after those that produce its inputs.
    public var nodes: [Node]
    /// The values that a run is given, in the model's order.
    public var inputs: [ValueID]
    /// The values that a run gives back, in the model's order.
    public var outputs: [ValueID]
    /// What lives on from one run to the next; empty for most networks.
    public var states: [GraphState]

    /// A graph of these parts, unchecked; `verify()` says what is wrong with it.
    public init(
        name: String, values: [Value], nodes: [Node], inputs: [ValueID], outputs: [ValueID],
        states: [GraphState] = []
    ) {
        self.name = name
        self.values = values
        self.nodes = nodes
        self.inputs = inputs
        self.outputs = outputs
        self.states = states
    }

    /// The value that `id` names.
    @inlinable
    public subscript(id: ValueID) -> Value {
        get { values[id.index] }
        _modify { yield &values[id.index] }
    }

    /// For each value, the index of the node that produces it; nil for inputs and constants.
    public var producers: [Int?] {
        var producers = [Int?](repeating: nil, count: values.count)
        for (index, node) in nodes.enumerated() { producers[node.output.index] = index }
        return producers
    }

    /// For each value, the indices of the nodes that read it, in order.
    public var consumers: [[Int]] {
        var consumers = [[Int]](repeating: [], count: values.count)
        for (index, node) in nodes.enumerated() {
            for input in node.inputs { consumers[input.index].append(index) }
        }
        return consumers
    }
}
