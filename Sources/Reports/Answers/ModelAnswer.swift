import Quantities

/// What is in a model file: what `inspect` answers.
public struct ModelAnswer: Answer, Hashable {
    /// The file.
    public var model: String
    /// `onnx`, `tflite` or `swiftlet`.
    public var format: String
    /// In the graph's own order.
    public var inputs, outputs: [PortAnswer]
    /// Multiplications of one inference.
    public var macs: Int
    /// Trained numbers.
    public var parameters: Int
    /// Bytes of weights.
    public var weightBytes: Int
    /// What the file says of itself, in its order.
    public var metadata: MetadataAnswer
    /// In the order in which they run.
    public var layers: [Layer]

    /// One operation of a model.
    public struct Layer: Codable, Hashable, Sendable {
        /// The layer's name.
        public var name: String
        /// The name of its operation.
        public var operation: String
        /// The dimensions of its output.
        public var shape: [Int]
        /// The type of its output.
        public var type: String
        /// Multiplications.
        public var macs: Int
        /// Bytes of its weights.
        public var weightBytes: Int

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, operation, shape, type, macs
            case weightBytes = "weight_bytes"
        }

        /// A layer and its counts.
        public init(
            name: String, operation: String, shape: [Int], type: String, macs: Int, weightBytes: Int
        ) {
            self.name = name
            self.operation = operation
            self.shape = shape
            self.type = type
            self.macs = macs
            self.weightBytes = weightBytes
        }
    }

    enum CodingKeys: String, CodingKey {
        case model, format, inputs, outputs, macs, parameters
        case weightBytes = "weight_bytes"
        case metadata, layers
    }

    /// What is in a file.
    public init(
        model: String, format: String, inputs: [PortAnswer], outputs: [PortAnswer], macs: Int,
        parameters: Int, weightBytes: Int, metadata: MetadataAnswer, layers: [Layer]
    ) {
        self.model = model
        self.format = format
        self.inputs = inputs
        self.outputs = outputs
        self.macs = macs
        self.parameters = parameters
        self.weightBytes = weightBytes
        self.metadata = metadata
        self.layers = layers
    }

    /// One row a layer.
    public var csv: CSVRows {
        get throws { try CSVRows(Layer.CodingKeys.allCases.map(\.rawValue), of: layers) }
    }

    /// Counts, inputs and outputs, then one line a layer.
    public func table(_ style: TableStyle) -> String {
        var table = TextTable([
            ("layer", .left), ("operation", .left), ("output", .left), ("type", .left), ("MACs", .right),
            ("weights", .right),
        ])
        for layer in layers {
            table.append([
                layer.name.shortened(to: 40), layer.operation, layer.shape.shapeText, layer.type,
                Human.count(layer.macs), Human.bytes(layer.weightBytes),
            ])
        }
        let heading = """
            \(model): \(format), \(layers.count) layers, \(Human.count(macs)) MACs, \
            \(Human.count(parameters)) parameters, \(Human.bytes(weightBytes)) of weights
            inputs   \(inputs.map(\.text).joined(separator: ", "))
            outputs  \(outputs.map(\.text).joined(separator: ", "))


            """
        return heading + table.text
    }
}

/// An input or output of a model.
public struct PortAnswer: Codable, Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its dimensions.
    public var shape: [Int]
    /// The type of its elements.
    public var type: String

    /// An input or output.
    public init(name: String, shape: [Int], type: String) {
        self.name = name
        self.shape = shape
        self.type = type
    }

    fileprivate var text: String { "\(name) \(shape.shapeText) \(type)" }
}

extension [Int] {
    fileprivate var shapeText: String { "[" + map(String.init).joined(separator: ", ") + "]" }
}

/// Texts by name, coded as an object in their order.
public struct MetadataAnswer: Codable, Hashable, Sendable {
    /// One text and its name.
    public struct Entry: Hashable, Sendable {
        /// The name.
        public var key: String
        /// The text.
        public var value: String

        /// A text and its name.
        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    /// In the order in which they are written.
    public var entries: [Entry]

    /// Texts by name.
    public init(_ entries: [Entry]) { self.entries = entries }

    /// Encodes one key an entry.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: OpenKey.self)
        for entry in entries { try container.encode(entry.value, forKey: OpenKey(entry.key)) }
    }

    /// Decodes the entries by name, as a decoder does not tell their order.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: OpenKey.self)
        entries = try container.allKeys.sorted { $0.stringValue < $1.stringValue }.map {
            Entry(key: $0.stringValue, value: try container.decode(String.self, forKey: $0))
        }
    }
}

/// What a run of a model wrote: what `run` answers.
public struct RunAnswer: Answer, Hashable {
    /// The model's file.
    public var model: String
    /// How many samples it read.
    public var samples: Int
    /// The file that was written.
    public var output: String
    /// The names of its arrays.
    public var arrays: [String]

    /// A run.
    public init(model: String, samples: Int, output: String, arrays: [String]) {
        self.model = model
        self.samples = samples
        self.output = output
        self.arrays = arrays
    }

    /// One row.
    public var csv: CSVRows { get throws { try CSVRows(of: [self]) } }

    /// One sentence.
    public func table(_ style: TableStyle) -> String {
        "\(samples) samples, \(arrays.joined(separator: ", ")) in \(output)\n"
    }
}

/// A part of a job's data that was written: what `samples` answers.
public struct SamplesAnswer: Answer, Hashable {
    /// The job file.
    public var job: String
    /// `train`, `validation` or `test`.
    public var part: String
    /// How many samples it has.
    public var samples: Int
    /// The file that was written.
    public var output: String

    /// A part of a data set.
    public init(job: String, part: String, samples: Int, output: String) {
        self.job = job
        self.part = part
        self.samples = samples
        self.output = output
    }

    /// One row.
    public var csv: CSVRows { get throws { try CSVRows(of: [self]) } }

    /// One sentence.
    public func table(_ style: TableStyle) -> String {
        "\(samples) samples of the \(part) part in \(output)\n"
    }
}
