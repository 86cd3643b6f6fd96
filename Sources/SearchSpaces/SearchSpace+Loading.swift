import FoundationEssentials
import ModelGraph
public import YAMLReader

extension SearchSpace {
    /// Reads a space's file.
    public init(contentsOf path: String) throws(YAMLError) {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw YAMLError(file: path, line: nil, field: "", detail: "cannot be read")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw YAMLError(file: path, line: nil, field: "", detail: "is not UTF-8 text")
        }
        try self.init(parsing: text, file: path)
    }

    /// Parses a space; `file` is the name that errors carry.
    public init(parsing text: String, file: String) throws(YAMLError) {
        let node = try YAMLNode(parsing: text, file: file)
        var reader = ChoiceReader()
        topology = try Topology(node, reader: &reader)
        let compressionNode = try node.optional("compression")
        let options = try CompressionChoices.Options(compressionNode)
        var dimensions = reader.dimensions
        do throws(CompressionError) {
            compression = try CompressionChoices(options, appendingTo: &dimensions)
        } catch {
            throw (compressionNode ?? node).error("\(error)")
        }
        name = try node.required("name").string()
        version = try node.required("version").int(in: 1...1_000_000)
        title = try node.optional("title")?.string() ?? ""
        referenceInput = try NetworkInput(try node.required("input"))
        self.dimensions = dimensions
        guard let count = dimensions.pointCount else { throw node.error("has more than 2^128 points") }
        self.count = count
        guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || "-_.".contains($0) }) else {
            throw try node.required("name").error("a name is made of letters, digits, '-', '_' and '.'")
        }
    }
}

extension NetworkInput {
    fileprivate init(_ node: YAMLNode) throws(YAMLError) {
        try node.allow(keys: ["height", "width", "channels", "outputs"])
        self.init(
            height: try node.required("height").int(in: 1...4096),
            width: try node.required("width").int(in: 1...4096),
            channels: try node.required("channels").int(in: 1...4096),
            outputs: try node.required("outputs").int(in: 1...100_000))
    }
}

extension Topology {
    fileprivate init(_ node: YAMLNode, reader: inout ChoiceReader) throws(YAMLError) {
        var present: [String] = []
        for key in ["stages", "cell", "layers", "dense"] where try node.optional(key) != nil {
            present.append(key)
        }
        guard present.count == 1 else {
            throw node.error(
                present.isEmpty
                    ? "has no architectures; it needs one of stages, cell, layers, dense"
                    : "has \(present.joined(separator: " and ")); only one of them may stand")
        }
        let common = ["version", "name", "title", "input", "compression", present[0]]
        let keys = [
            "stages": ["resolution", "activation", "stem", "head"], "cell": [], "layers": ["stem", "head"],
            "dense": [],
        ]
        try node.allow(keys: common + (keys[present[0]] ?? []))
        switch present[0] {
        case "stages": self = .stages(try StagedTopology(node, reader: &reader))
        case "dense": self = .dense(try DenseTopology(node, reader: &reader))
        case "cell": self = .cell(try CellTopology(node, reader: &reader))
        default: self = .layers(try LayeredTopology(node, reader: &reader))
        }
    }
}
