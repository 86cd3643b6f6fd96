import Foundation
import ModelGraph

/// One node of the file with its attributes by name.
struct Call {
    let name: String
    let type: String
    let domain: String
    /// Trailing empty names removed; an empty name within is an input left out.
    let inputs: [String]
    let outputs: [String]
    private let attributes: [String: ProtoAttribute]

    init(_ proto: ProtoNode, index: Int) {
        type = proto.opType
        domain = proto.domain == "ai.onnx" ? "" : proto.domain
        var inputs = proto.input
        while inputs.last?.isEmpty == true { inputs.removeLast() }
        self.inputs = inputs
        outputs = proto.output
        name = !proto.name.isEmpty ? proto.name : proto.output.first { !$0.isEmpty } ?? "#\(index)"
        attributes = Dictionary(proto.attribute.map { ($0.name, $0) }) { first, _ in first }
    }

    /// A node that the file does not have.
    init(
        _ type: String, _ inputs: [String], _ output: String, node: String, attributes: [ProtoAttribute] = []
    ) {
        (self.type, domain, self.inputs, outputs, name) = (type, "", inputs, [output], node)
        self.attributes = Dictionary(attributes.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Stands for the place where an output of the network is put in order.
    init(output: String) {
        (name, type, domain, inputs, outputs, attributes) = (output, "output", "", [output], [output], [:])
    }

    /// The same node with other inputs, for nodes that are made of others.
    func reading(_ inputs: [String]) -> Call { Call(self, inputs) }

    private init(_ call: Call, _ inputs: [String]) {
        (name, type, domain, outputs, attributes) = (
            call.name, call.type, call.domain, call.outputs, call.attributes
        )
        self.inputs = inputs
    }

    var output: String { outputs.first ?? "" }
    /// The first result that the file names: what intermediate values are named after.
    var label: String { outputs.first { !$0.isEmpty } ?? "" }

    /// The name of an input; empty where the file has fewer, so that it is missed where it is looked up.
    func named(_ index: Int) -> String { index < inputs.count ? inputs[index] : "" }

    func input(_ index: Int) -> String? {
        index < inputs.count && !inputs[index].isEmpty ? inputs[index] : nil
    }

    func has(_ attribute: String) -> Bool { attributes[attribute] != nil }

    func attribute(_ name: String) -> ProtoAttribute? { attributes[name] }

    /// The body of a node that has one.
    func graph(_ name: String) -> ProtoGraph? { attributes[name].flatMap { $0.hasG ? $0.g : nil } }

    /// What the node's bodies read from outside them.
    var captured: [String] {
        attributes.values.filter(\.hasG).flatMap { $0.g.freeNames() }
    }

    func integer(_ name: String, default value: Int) -> Int { attributes[name].map { Int($0.i) } ?? value }
    func flag(_ name: String, default value: Bool = false) -> Bool {
        integer(name, default: value ? 1 : 0) != 0
    }
    func float(_ name: String, default value: Float) -> Float { attributes[name]?.f ?? value }
    func integers(_ name: String) -> [Int]? { attributes[name].map { $0.ints.map(Int.init) } }
    func texts(_ name: String) -> [String]? {
        attributes[name].map { $0.strings.map { String(decoding: $0, as: UTF8.self) } }
    }
    func floats(_ name: String) -> [Float]? { attributes[name]?.floats }
    func text(_ name: String, default value: String) -> String {
        attributes[name].map { String(decoding: $0.s, as: UTF8.self) } ?? value
    }

    func fault(_ detail: String) -> ONNXProblem { .node(name, type: type, detail: detail) }
    func unsupported(_ detail: String) -> ONNXProblem { .unsupported(node: name, type: type, detail: detail) }

    /// An axis counted from the front.
    func axis(_ axis: Int, rank: Int) throws(ONNXProblem) -> Int {
        guard axis >= -rank, axis < rank else { throw fault("axis \(axis) is outside its \(rank) axes") }
        return axis < 0 ? axis + rank : axis
    }

    /// Distinct axes counted from the front, ascending.
    func axes(_ axes: [Int], rank: Int) throws(ONNXProblem) -> [Int] {
        var result: [Int] = []
        for value in axes { result.append(try axis(value, rank: rank)) }
        result.sort()
        guard zip(result, result.dropFirst()).allSatisfy(<) else {
            throw fault("axes \(axes) name one axis twice")
        }
        return result
    }
}
