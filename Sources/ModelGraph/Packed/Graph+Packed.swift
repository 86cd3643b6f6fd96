extension Graph {
    /// Four letters and the version of the format.
    private static let magic: [UInt8] = [0x53, 0x57, 0x4C, 0x54, 1]

    /// Swiftlet's packed model: equal graphs give equal bytes.
    public func encoded() -> [UInt8] {
        var bytes = Graph.magic
        name.pack(into: &bytes)
        values.pack(into: &bytes)
        nodes.pack(into: &bytes)
        inputs.pack(into: &bytes)
        outputs.pack(into: &bytes)
        if !states.isEmpty { states.pack(into: &bytes) }
        return bytes
    }

    /// Reads a packed model; whatever the bytes are, the result is a graph that `verify()` accepts or an error that names `file`.
    public init(decoding bytes: [UInt8], file: String) throws(PackedModelError) {
        var reader = PackedReader(bytes, file: file)
        let magic = try reader.bytes(min(Graph.magic.count, bytes.count))
        guard magic.elementsEqual(Graph.magic) else {
            let isOther = bytes.starts(with: Graph.magic.dropLast())
            throw PackedModelError(
                file: file, offset: 0,
                detail: isOther ? "is of another version of the format" : "is not a packed Swiftlet model")
        }
        self.init(
            name: try reader.value(), values: try reader.value(), nodes: try reader.value(),
            inputs: try reader.value(),
            outputs: try reader.value())
        if reader.remaining > 0 { states = try reader.value() }
        guard reader.remaining == 0 else { throw reader.fault("\(reader.remaining) bytes follow the model") }
        do {
            try verify()
        } catch {
            throw PackedModelError(file: file, offset: nil, detail: error.description)
        }
    }
}

extension GraphState: Packable {
    func pack(into bytes: inout [UInt8]) {
        input.pack(into: &bytes)
        output.pack(into: &bytes)
        initial.pack(into: &bytes)
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self.init(
            input: try reader.value(), output: try reader.value(), initial: try reader.value())
    }
}

extension ValueID: Packable {
    func pack(into bytes: inout [UInt8]) { index.pack(into: &bytes) }
    init(from reader: inout PackedReader) throws(PackedModelError) { self.init(try reader.value()) }
}

extension Node: Packable {
    func pack(into bytes: inout [UInt8]) {
        name.pack(into: &bytes)
        operation.pack(into: &bytes)
        inputs.pack(into: &bytes)
        output.pack(into: &bytes)
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self.init(
            name: try reader.value(), operation: try reader.value(), inputs: try reader.value(),
            output: try reader.value())
    }
}

extension Value: Packable {
    func pack(into bytes: inout [UInt8]) {
        name.pack(into: &bytes)
        type.pack(into: &bytes)
        constant.pack(into: &bytes)
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self.init(name: try reader.value(), type: try reader.value(), constant: try reader.value())
    }
}

extension ValueType: Packable {
    func pack(into bytes: inout [UInt8]) {
        shape.pack(into: &bytes)
        dataType.pack(into: &bytes)
        quantization.pack(into: &bytes)
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        self.init(try reader.value(), try reader.value(), quantization: try reader.value())
    }
}

extension Shape: Packable {
    func pack(into bytes: inout [UInt8]) { dimensions.pack(into: &bytes) }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        let dimensions: [Int] = try reader.value()
        let shape = Shape(dimensions)
        guard dimensions.count <= 16, dimensions.allSatisfy({ $0 >= 0 }), shape.elementCount < 1 << 40 else {
            throw reader.fault("a shape is not one of a tensor")
        }
        self = shape
    }
}

extension Quantization: Packable {
    func pack(into bytes: inout [UInt8]) {
        scales.pack(into: &bytes)
        zeroPoints.pack(into: &bytes)
        axis.pack(into: &bytes)
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        let scales: [Float] = try reader.value()
        let zeroPoints: [Int32] = try reader.value()
        guard !scales.isEmpty, scales.count == zeroPoints.count else {
            throw reader.fault("\(scales.count) scales and \(zeroPoints.count) zero points")
        }
        self.init(scales: scales, zeroPoints: zeroPoints, axis: try reader.value())
    }
}

extension Constant: Packable {
    func pack(into bytes: inout [UInt8]) {
        if let elements = packedNonZeros {
            tensor.packHeader(into: &bytes, .nonZeros)
            bytes += elements
        } else {
            tensor.pack(into: &bytes)
        }
        switch sparsity {
        case .dense: bytes.append(0)
        case .unstructured(let nonZeros):
            bytes.append(1)
            nonZeros.pack(into: &bytes)
        case .pattern(let kept, let group):
            bytes.append(2)
            kept.pack(into: &bytes)
            group.pack(into: &bytes)
        }
    }
    init(from reader: inout PackedReader) throws(PackedModelError) {
        let tensor: Tensor = try reader.value()
        switch try reader.byte() {
        case 0: self.init(tensor)
        case 1: self.init(tensor, sparsity: .unstructured(nonZeros: try reader.value()))
        case 2: self.init(tensor, sparsity: .pattern(kept: try reader.value(), group: try reader.value()))
        case let tag: throw reader.fault("\(tag) is no kind of sparsity")
        }
    }
}

extension Tensor: Packable {
    /// How the elements of a tensor are held in a packed model.
    enum Holding: UInt8 { case all, repeated, unknown, nonZeros }

    func packHeader(into bytes: inout [UInt8], _ holding: Holding) {
        shape.pack(into: &bytes)
        dataType.pack(into: &bytes)
        bytes.append(holding.rawValue)
    }

    /// Shape, element type, how the elements are held, elements.
    func pack(into bytes: inout [UInt8]) {
        switch storage {
        case .repeated: packHeader(into: &bytes, .repeated)
        case .unknown: packHeader(into: &bytes, .unknown)
        case .float32, .float16, .bfloat16, .int8, .uint8, .int16, .int32, .int64, .bool, .binary:
            packHeader(into: &bytes, .all)
        }
        switch storage {
        case .float32(let values): bytes.append(numbers: values.map(\.bitPattern))
        case .float16(let values): bytes.append(numbers: values.map(\.bitPattern))
        case .bfloat16(let values): bytes.append(numbers: values)
        case .int8(let values): bytes += values.map { UInt8(bitPattern: $0) }
        case .uint8(let values), .binary(let values): bytes += values
        case .int16(let values): bytes.append(numbers: values)
        case .int32(let values): bytes.append(numbers: values)
        case .int64(let values): bytes.append(numbers: values)
        case .bool(let values): bytes += values.map { $0 ? 1 : 0 }
        case .repeated(let value, _): value.pack(into: &bytes)
        case .unknown: break
        }
    }

    init(from reader: inout PackedReader) throws(PackedModelError) {
        let shape: Shape = try reader.value()
        let dataType: DataType = try reader.value()
        let tag = try reader.byte()
        switch Holding(rawValue: tag) {
        case .all?: self.init(shape, try Storage(dataType, shape, from: &reader))
        case .repeated?: self.init(shape, .repeated(try reader.value(), dataType))
        case .unknown?: self.init(shape, .unknown(dataType))
        case .nonZeros?: self.init(shape, try Storage(nonZerosOf: dataType, shape, from: &reader))
        case nil: throw reader.fault("\(tag) is no way to hold elements")
        }
    }
}

extension Tensor.Storage {
    fileprivate init(_ dataType: DataType, _ shape: Shape, from reader: inout PackedReader)
        throws(PackedModelError)
    {
        let count = shape.elementCount
        switch dataType {
        case .float32: self = .float32(try reader.numbers(count, UInt32.self).map { Float(bitPattern: $0) })
        case .float16: self = .float16(try reader.numbers(count, UInt16.self).map { Float16(bitPattern: $0) })
        case .bfloat16: self = .bfloat16(try reader.numbers(count))
        case .int8: self = .int8(try reader.bytes(count).map { Int8(bitPattern: $0) })
        case .uint8: self = .uint8(Array(try reader.bytes(count)))
        case .int16: self = .int16(try reader.numbers(count))
        case .int32: self = .int32(try reader.numbers(count))
        case .int64: self = .int64(try reader.numbers(count))
        case .bool: self = .bool(try reader.bytes(count).map { $0 != 0 })
        case .binary: self = .binary(Array(try reader.bytes(Tensor.packedBytes(shape))))
        }
    }
}
