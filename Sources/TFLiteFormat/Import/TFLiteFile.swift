/// A TFLite file taken apart: its tables as plain records, weights still in the file's bytes.
struct TFLiteFile {
    let name: String
    let flat: FlatBuffer
    let description: String
    let operatorCodes: [OperatorCode]
    /// The one being imported.
    var subgraph: Subgraph
    /// All subgraphs, the main one first; the others start variables or are refused.
    let subgraphs: [Subgraph]
    /// Where each buffer lies in the file; empty for tensors that are computed.
    let buffers: [Range<Int>]
    let metadata: [(name: String, buffer: Int)]

    struct OperatorCode {
        let code: Int
        let customName: String?
    }

    struct Subgraph {
        let name: String
        let tensors: [Tensor]
        let inputs: [Int]
        let outputs: [Int]
        let operators: [Operator]
    }

    struct Tensor {
        let name: String
        let shape: [Int]
        /// The shape with −1 where the model leaves an extent open; nil where it leaves none open.
        let signature: [Int]?
        let type: UInt8
        let buffer: Int
        let quantization: QuantizationRecord?
        let isVariable: Bool
        let sparsity: SparseLayout?
    }

    struct QuantizationRecord {
        let scales: [Float]
        let zeroPoints: [Int64]
        let axis: Int
        let isAffine: Bool
    }

    struct Operator {
        let code: Int
        let inputs: [Int]
        let outputs: [Int]
        let optionsType: UInt8
        let options: FlatTable?
        /// Where the options of a custom operator lie.
        let customOptions: Range<Int>?
    }

    /// Reads every table of the file, checking each offset; says what is wrong with a file that is none.
    init(parsing bytes: [UInt8], name: String) throws(TFLiteError) {
        let flat = FlatBuffer(bytes: bytes, file: name)
        let root = try flat.root(identifier: Schema.identifier)
        let version: UInt32 = try root.integer(Schema.Model.version)
        guard version == Schema.version else {
            throw .unsupported(
                file: name, place: "schema version \(version)",
                detail: "only version \(Schema.version) is known")
        }
        self.name = name
        self.flat = flat
        description = try root.string(Schema.Model.description, "the description") ?? ""
        operatorCodes = try root.tables(Schema.Model.operatorCodes, "operator code", OperatorCode.read)
        buffers = try root.tables(Schema.Model.buffers, "buffer") { (table, index) throws(TFLiteError) in
            try Self.range(of: table, index: index, in: flat)
        }
        metadata = try root.tables(Schema.Model.metadata, "metadata") { (table, _) throws(TFLiteError) in
            let buffer: UInt32 = try table.integer(Schema.Metadata.buffer)
            return (try table.name(Schema.Metadata.name, "a metadata name") ?? "", Int(buffer))
        }
        // Further subgraphs start variables; others are bodies of control flow, which the importer refuses.
        subgraphs = try root.tables(Schema.Model.subgraphs, "subgraph") { (table, _) throws(TFLiteError) in
            try Subgraph.read(table)
        }
        guard let main = subgraphs.first else { throw flat.damaged("it holds no subgraph") }
        subgraph = main
    }

    /// The bytes of a buffer: a vector inside the flatbuffer, or (in large files) a range behind it.
    private static func range(
        of table: FlatTable, index: Int, in flat: FlatBuffer
    ) throws(TFLiteError) -> Range<Int> {
        if let data = try table.vector(Schema.Buffer.data, elementBytes: 1, "the data of buffer \(index)") {
            return data
        }
        let offset: UInt64 = try table.integer(Schema.Buffer.offset)
        let size: UInt64 = try table.integer(Schema.Buffer.size)
        // Offsets 0 and 1 mean "not stored outside".
        guard offset > 1, size > 0 else { return 0..<0 }
        let (end, overflow) = offset.addingReportingOverflow(size)
        guard !overflow, end <= UInt64(flat.bytes.count) else {
            throw flat.damaged(
                "buffer \(index) reaches byte \(overflow ? .max : end), past the end of the file")
        }
        return Int(offset)..<Int(end)
    }
}

extension TFLiteFile.OperatorCode {
    /// Codes below 127 live in an old 8-bit field, which newer files fill in too.
    fileprivate static func read(_ table: FlatTable, _ index: Int) throws(TFLiteError) -> Self {
        let old: Int8 = try table.integer(Schema.OperatorCode.deprecatedCode)
        let new: Int32 = try table.integer(Schema.OperatorCode.code)
        return Self(
            code: max(Int(old), Int(new)),
            customName: try table.name(Schema.OperatorCode.customCode, "a custom operator's name"))
    }
}

extension TFLiteFile.Subgraph {
    fileprivate static func read(_ table: FlatTable) throws(TFLiteError) -> Self {
        typealias Field = Schema.Subgraph
        return Self(
            name: try table.name(Field.name, "the subgraph's name") ?? "",
            tensors: try table.tables(Field.tensors, "tensor", TFLiteFile.Tensor.read),
            inputs: try table.integers(Field.inputs, as: Int32.self, "the inputs")?.map(Int.init) ?? [],
            outputs: try table.integers(Field.outputs, as: Int32.self, "the outputs")?.map(Int.init) ?? [],
            operators: try table.tables(Field.operators, "operator", TFLiteFile.Operator.read))
    }
}

extension TFLiteFile.Tensor {
    fileprivate static func read(_ table: FlatTable, _ index: Int) throws(TFLiteError) -> Self {
        typealias Field = Schema.Tensor
        let buffer: UInt32 = try table.integer(Field.buffer)
        let quantization = try table.table(Field.quantization, "the quantisation of tensor \(index)")
        return Self(
            name: try table.name(Field.name, "a tensor's name") ?? "",
            shape: try table.integers(Field.shape, as: Int32.self, "a shape")?.map(Int.init) ?? [],
            signature: try table.integers(Field.shapeSignature, as: Int32.self, "a shape signature")?.map(
                Int.init),
            type: try table.integer(Field.type), buffer: Int(buffer),
            quantization: try quantization.flatMap(TFLiteFile.QuantizationRecord.read),
            isVariable: try table.bool(Field.isVariable),
            sparsity: try table.table(Field.sparsity, "the sparsity of tensor \(index)").map {
                (layout) throws(TFLiteError) in try SparseLayout(layout)
            })
    }
}

extension TFLiteFile.QuantizationRecord {
    /// Nil where the table holds no scale: converters write such tables for float tensors.
    fileprivate static func read(_ table: FlatTable) throws(TFLiteError) -> Self? {
        typealias Field = Schema.Quantization
        guard let scales = try table.floats(Field.scale, "scales"), !scales.isEmpty else { return nil }
        let axis: Int32 = try table.integer(Field.axis)
        let details: UInt8 = try table.integer(Field.detailsType)
        return Self(
            scales: scales,
            zeroPoints: try table.integers(Field.zeroPoint, as: Int64.self, "zero points") ?? [],
            axis: Int(axis), isAffine: details == 0)
    }
}

extension TFLiteFile.Operator {
    fileprivate static func read(_ table: FlatTable, _ index: Int) throws(TFLiteError) -> Self {
        typealias Field = Schema.Operator
        let code: UInt32 = try table.integer(Field.code)
        return Self(
            code: Int(code),
            inputs: try table.integers(Field.inputs, as: Int32.self, "an operator's inputs")?.map(Int.init)
                ?? [],
            outputs: try table.integers(Field.outputs, as: Int32.self, "an operator's outputs")?.map(Int.init)
                ?? [],
            optionsType: try table.integer(Field.optionsType),
            options: try table.table(Field.options, "the options of operator \(index)"),
            customOptions: try table.vector(
                Field.customOptions, elementBytes: 1, "the options of operator \(index)"))
    }
}
