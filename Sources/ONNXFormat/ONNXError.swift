/// Why an ONNX file cannot be read or written: the file, the place in it and what would be accepted.
public struct ONNXError: Error, Hashable, CustomStringConvertible {
    /// Path of the model.
    public let file: String
    /// What is wrong with it.
    public let problem: ONNXProblem

    /// An error of the file at this path.
    public init(file: String, _ problem: ONNXProblem) {
        self.file = file
        self.problem = problem
    }

    /// File and problem, in one sentence of bounded length.
    public var description: String { "\(file): \(problem.description.limited)" }
}

/// What is wrong with a model, apart from the file it stands in.
public enum ONNXProblem: Error, Hashable, CustomStringConvertible {
    /// The file itself: missing, truncated, not ONNX, external data out of reach.
    case file(String)
    /// Inputs, outputs, initialisers and the order of nodes.
    case model(String)
    /// A tensor stored in the file.
    case tensor(name: String, detail: String)
    /// A node whose attributes or inputs contradict the format.
    case node(String, type: String, detail: String)
    /// A node that is valid ONNX and not supported here; `detail` ends with what to do.
    case unsupported(node: String, type: String, detail: String)
    /// The node needs this graph input to be known when the model is read; pass it in `ONNXReadOptions.fixedInputs`.
    case needsConstant(node: String, type: String, input: String)
    /// More memory than `ONNXReadOptions.memoryBytes` allows.
    case memory(what: String, bytes: Int, limit: Int)
    /// Something of a graph that ONNX (or the asked-for precision) cannot express.
    case notExportable(node: String, detail: String)

    /// Place and problem, in one sentence.
    public var description: String {
        switch self {
        case .file(let detail), .model(let detail): detail
        case .tensor(let name, let detail): "tensor '\(name.shortened)': \(detail)"
        case .node(let node, let type, let detail): "node '\(node.shortened)' (\(type.shortened)): \(detail)"
        case .unsupported(let node, let type, let detail):
            "node '\(node.shortened)' (\(type.shortened)) is not supported: \(detail)"
        case .needsConstant(let node, let type, let input):
            "node '\(node.shortened)' (\(type.shortened)) needs '\(input.shortened)' as a constant; "
                + "export the model with its value, or give it with --input-value \(input.shortened)=…"
        case .memory(let what, let bytes, let limit):
            "\(what) needs \(bytes.inMebibytes), more than the limit of \(limit.inMebibytes); raise --max-memory"
        case .notExportable(let node, let detail):
            "node '\(node.shortened)' cannot be written as ONNX: \(detail)"
        }
    }
}

extension String {
    /// The text itself, or its first 100 characters: names in hostile files may be megabytes long.
    var shortened: String {
        let kept = prefix(100).map { $0.isNewline ? " " : $0 }
        return utf8.count > 400 || count > 100 ? String(kept) + "…" : String(kept)
    }
}

extension String {
    /// One sentence, not a hostile file's idea of one.
    fileprivate var limited: String {
        utf8.count > 1000 ? String(decoding: utf8.prefix(1000), as: UTF8.self) + "…" : self
    }
}

extension Int {
    fileprivate var inMebibytes: String {
        self == .max ? "more memory than there is" : "\((self + (1 << 20) - 1) >> 20) MiB"
    }
}
