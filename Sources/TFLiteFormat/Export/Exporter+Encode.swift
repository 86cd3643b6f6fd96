import ModelGraph

extension Exporter {
    /// The bytes of the file.
    ///
    /// Buffer 0 is empty and stands for everything that is computed; each constant has a buffer of its own, aligned to 16 bytes.
    func encoded() throws(TFLiteError) -> [UInt8] {
        let size = tensors.reduce(0) { $0 + ($1.data?.count ?? 0) }
        guard size < 1 << 31 else {
            throw .notExportable(graph: graph.name, detail: "its weights exceed 2 GiB")
        }
        var writer = FlatWriter()
        let blobs = (tensors + initialTensors).compactMap(\.data) + options.metadata.map(\.value)
        let buffers = [writer.table([])] + blobs.map { writer.buffer($0) }
        let codes = operatorCodes
        let subgraphs = writeSubgraphs(codes, &writer)
        let firstMetadata = buffers.count - options.metadata.count
        let metadata = options.metadata.enumerated().map { index, entry in
            let name = writer.string(entry.name)
            return writer.table([
                (Schema.Metadata.name, .offset(name)),
                (Schema.Metadata.buffer, .number(firstMetadata + index)),
            ])
        }
        let codeTables = codes.map { writer.operatorCode($0.builtin, version: $0.version) }
        let signature = writeSignature(&writer)
        let description = writer.string(options.description)
        let root = writer.table([
            (Schema.Model.version, .int32(Int32(bitPattern: Schema.version))),
            (Schema.Model.operatorCodes, .offset(writer.offsets(codeTables))),
            (Schema.Model.subgraphs, .offset(writer.offsets(subgraphs))),
            (Schema.Model.description, .offset(description)),
            (Schema.Model.buffers, .offset(writer.offsets(buffers))),
            (Schema.Model.metadata, .offset(writer.offsets(metadata))),
            (Schema.Model.signatures, .offset(writer.offsets([signature]))),
        ])
        return writer.finish(root: root, identifier: Schema.identifier)
    }

    private struct OperatorCode: Hashable {
        let builtin: BuiltinOperator
        let version: Int32
    }

    /// The operators used, each version once, in the order of their first use.
    private var operatorCodes: [OperatorCode] {
        var codes: [OperatorCode] = []
        for record in operators + initialOperators {
            let code = OperatorCode(builtin: record.builtin, version: record.version)
            if !codes.contains(code) { codes.append(code) }
        }
        return codes
    }

    private func writeSubgraphs(
        _ codes: [OperatorCode], _ writer: inout FlatWriter
    ) -> [FlatWriter.Position] {
        var buffer = 0
        let main = Part(
            name: graph.name, tensors: tensors, operators: operators, inputs: tensorIndices(givenInputs),
            outputs: tensorIndices(readOutputs))
        var parts = [write(main, codes, &buffer, &writer)]
        if !initialOperators.isEmpty {
            let initial = Part(
                name: "initial", tensors: initialTensors, operators: initialOperators, inputs: [], outputs: []
            )
            parts.append(write(initial, codes, &buffer, &writer))
        }
        return parts
    }

    /// One subgraph.
    private struct Part {
        let name: String
        let tensors: [TensorRecord]
        let operators: [OperatorRecord]
        let inputs, outputs: [Int32]
    }

    /// `buffer`: the number of the last buffer that a tensor of an earlier part has.
    private func write(
        _ part: Part, _ codes: [OperatorCode], _ buffer: inout Int, _ writer: inout FlatWriter
    ) -> FlatWriter.Position {
        let tensorTables = part.tensors.map { tensor in
            if tensor.data != nil { buffer += 1 }
            return writer.tensor(tensor, buffer: tensor.data == nil ? 0 : buffer)
        }
        let operatorTables = part.operators.map { record in
            let code = OperatorCode(builtin: record.builtin, version: record.version)
            return writer.operation(record, code: codes.firstIndex(of: code) ?? 0)
        }
        let name = writer.string(part.name)
        return writer.table([
            (Schema.Subgraph.tensors, .offset(writer.offsets(tensorTables))),
            (Schema.Subgraph.inputs, .offset(writer.integers(part.inputs))),
            (Schema.Subgraph.outputs, .offset(writer.integers(part.outputs))),
            (Schema.Subgraph.operators, .offset(writer.offsets(operatorTables))),
            (Schema.Subgraph.name, .offset(name)),
        ])
    }

    /// The signature that runtimes look for: inputs and outputs by name.
    private func writeSignature(_ writer: inout FlatWriter) -> FlatWriter.Position {
        func maps(_ ids: [ValueID]) -> FlatWriter.Position {
            let entries = tensorIndices(ids).map { index in
                let name = writer.string(tensors[Int(index)].name)
                return writer.table([
                    (Schema.TensorMap.name, .offset(name)), (Schema.TensorMap.tensor, .int32(index)),
                ])
            }
            return writer.offsets(entries)
        }
        let (inputs, outputs) = (maps(givenInputs), maps(readOutputs))
        let key = writer.string("serving_default")
        return writer.table([
            (Schema.Signature.inputs, .offset(inputs)), (Schema.Signature.outputs, .offset(outputs)),
            (Schema.Signature.key, .offset(key)), (Schema.Signature.subgraph, .int32(0)),
        ])
    }
}

extension FlatWriter {
    fileprivate mutating func buffer(_ data: [UInt8]) -> Position {
        let bytes = bytes(data, alignment: 16)
        return table([(Schema.Buffer.data, .offset(bytes))])
    }

    fileprivate mutating func operatorCode(_ builtin: BuiltinOperator, version: Int32) -> Position {
        typealias Field = Schema.OperatorCode
        // Old readers know the 8-bit field only, where 127 says "look at the other one".
        let old = UInt8(truncatingIfNeeded: min(builtin.rawValue, 127))
        return table([
            (Field.deprecatedCode, .byte(old)), (Field.version, .int32(version)),
            (Field.code, .int32(builtin.rawValue)),
        ])
    }

    fileprivate mutating func tensor(_ record: Exporter.TensorRecord, buffer: Int) -> Position {
        typealias Field = Schema.Tensor
        let shape = integers(record.shape.map { Int32(clamping: $0) })
        let name = string(record.name)
        var fields: [(id: Int, value: FlatWriter.Field)] = [
            (Field.shape, .offset(shape)),
            (Field.type, .byte(record.isHandle ? Schema.resourceType : record.type.rawValue)),
            (Field.buffer, .number(buffer)), (Field.name, .offset(name)),
        ]
        if let quantization = record.quantization {
            fields.append((Field.quantization, .offset(self.quantization(quantization))))
        }
        return table(fields)
    }

    private mutating func quantization(_ quantization: Quantization) -> Position {
        typealias Field = Schema.Quantization
        let scales = floats(quantization.scales)
        let zeroPoints = integers(quantization.zeroPoints.map { Int64($0) })
        return table([
            (Field.scale, .offset(scales)), (Field.zeroPoint, .offset(zeroPoints)),
            (Field.axis, .number(quantization.axis ?? 0)),
        ])
    }

    fileprivate mutating func operation(_ record: Exporter.OperatorRecord, code: Int) -> Position {
        typealias Field = Schema.Operator
        let inputs = integers(record.inputs.map { Int32(clamping: $0) })
        let outputs = integers(record.outputs.map { Int32(clamping: $0) })
        var fields: [(id: Int, value: FlatWriter.Field)] = [
            (Field.code, .number(code)), (Field.inputs, .offset(inputs)), (Field.outputs, .offset(outputs)),
        ]
        if record.builtin.optionsType != 0 {
            let texts = record.texts.map { (id: $0.id, value: FlatWriter.Field.offset(string($0.text))) }
            let options = table(record.options + texts)
            fields.append((Field.optionsType, .byte(record.builtin.optionsType)))
            fields.append((Field.options, .offset(options)))
        }
        return table(fields)
    }
}
