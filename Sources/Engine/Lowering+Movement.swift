import Kernels
import ModelGraph

extension Lowering {
    /// Operations that move or convert elements: they work on any type.
    mutating func lowerMovement(_ node: Node, into output: ValueID) throws(PlanError) {
        switch node.operation {
        case .reshape: try lowerReshape(node)
        case .slice(let slicing):
            try lowerGather(
                node, try slicing.offsets(in: slot(of: node.inputs[0], for: node.name).type.shape))
        case .transpose(let permutation): try lowerTranspose(node, permutation)
        case .pad(let padding): try lowerPad(node, padding)
        case .concatenate(let axis): try lowerConcatenation(node, axis: axis)
        case .gather(let axis): try lowerLookUp(node, axis: axis)
        case .cast(.binary): try lowerBinaryCast(node)
        case .cast(let dataType): try lowerCast(node, to: dataType)
        case .quantize: try lowerQuantize(node)
        case .dequantize:
            let x = try slot(of: node.inputs[0], for: node.name)
            let y = try resultSlot(output, node: node.name)
            readFloats(x, into: y.buffer)
        case .convolution, .dense, .batchNormalization, .pool, .globalPool, .binary, .activation, .unary,
            .softmax, .resize, .localResponseNormalization, .matrixMultiply, .reduce, .training,
            .transposedConvolution, .compare, .select, .argument, .cumulativeSum, .layerNormalization,
            .recurrence:
            preconditionFailure("\(node.operation.name) computes, it does not only move elements")
        }
    }

    /// The same memory under another shape.
    private mutating func lowerReshape(_ node: Node) throws(PlanError) {
        let x = try slot(of: node.inputs[0], for: node.name), type = graph[node.output].type
        guard x.storage == StoredValue.Storage(type) else { return try lowerRescaling(node, x) }
        slots[node.output.index] = StoredValue(buffer: x.buffer, type: type, storage: x.storage)
    }

    /// A movement whose result has another scale than its input: through float32.
    private mutating func lowerRescaling(_ node: Node, _ x: StoredValue) throws(PlanError) {
        let y = try resultSlot(node.output, node: node.name)
        try convert(x, into: y, node: node.name)
    }

    private mutating func convert(_ x: StoredValue, into y: StoredValue, node: String) throws(PlanError) {
        if case .int8(let from) = x.storage, case .int8(let to) = y.storage {
            return builder.requantize(x.buffer, from, count: x.count, into: y.buffer, to)
        }
        let floats = floatScratch(x.count)
        readFloats(x, into: floats)
        try writeFloats(floats, into: y, node: node)
    }

    /// A gather of the first input into the result; offsets run over the axes of the result.
    private mutating func lowerGather(
        _ node: Node, _ offsets: [AxisOffsets], fill: (StoredValue) -> UInt64 = { _ in 0 }
    ) throws(PlanError) {
        let x = try slot(of: node.inputs[0], for: node.name), y = try resultSlot(node.output, node: node.name)
        var moved = y
        if x.storage != y.storage {
            moved = StoredValue(
                buffer: builder.buffer(bytes: y.count * x.storage.elementBytes), type: y.type,
                storage: x.storage)
            moved.type.quantization = x.type.quantization
        }
        try gather(x, offsets, fill: fill(x), place: (0, y.type.shape.strides), into: moved, node: node.name)
        if x.storage != y.storage { try convert(moved, into: y, node: node.name) }
    }

    private mutating func gather(
        _ x: StoredValue, _ offsets: [AxisOffsets], fill: UInt64, place: (start: Int, steps: [Int]),
        into y: StoredValue,
        node: String
    ) throws(PlanError) {
        var axes = offsets, steps = place.steps
        // Axes of one position add a constant; merged into the next they cost no rank.
        var axis = 0
        while axes.count > maximumRank, axis < axes.count {
            if axes[axis].count == 1, let offset = axes[axis][0] {
                axes.remove(at: axis)
                steps.remove(at: axis)
                let target = axis < axes.count ? axis : axes.count - 1
                axes[target] = axes[target].map { $0.map { $0 + offset } }
            } else {
                axis += 1
            }
        }
        guard axes.count <= maximumRank else {
            throw .unsupported(
                node: node, detail: "moves elements along \(axes.count) axes; \(maximumRank) are possible")
        }
        builder.gather(
            x.buffer, offsets: axes, elementBytes: x.storage.elementBytes, fill: fill,
            place: (place.start, steps),
            into: y.buffer)
    }

    private mutating func lowerTranspose(_ node: Node, _ permutation: [Int]) throws(PlanError) {
        let x = try slot(of: node.inputs[0], for: node.name), y = graph[node.output].type
        // Moving axes of extent 1 moves no element.
        let moving = permutation.filter { x.type.shape[$0] != 1 }
        if moving == moving.sorted(), x.storage == StoredValue.Storage(y) {
            slots[node.output.index] = StoredValue(buffer: x.buffer, type: y, storage: x.storage)
            return
        }
        let strides = x.type.shape.strides
        // Neighbouring axes that stay neighbours are walked as one.
        let merged = CollapsedAxes(y.shape.dimensions, [permutation.map { strides[$0] }, y.shape.strides])
        let offsets = merged.sizes.indices.map { axis in
            (0..<merged.sizes[axis]).map { index -> Int? in index * merged.steps[0][axis] }
        }
        let result = try resultSlot(node.output, node: node.name)
        guard x.storage == result.storage else {
            throw .unsupported(node: node.name, detail: "a transpose cannot change the scale of its values")
        }
        if let matrices = merged.exchangedMatrices {
            return builder.transpose(
                x.buffer, outer: matrices.outer, rows: matrices.rows, columns: matrices.columns,
                elementBytes: x.storage.elementBytes, into: result.buffer)
        }
        try gather(x, offsets, fill: 0, place: (0, merged.steps[1]), into: result, node: node.name)
    }

    private mutating func lowerPad(_ node: Node, _ padding: Padding) throws(PlanError) {
        let shape = graph[node.inputs[0]].type.shape
        try lowerGather(node, padding.offsets(in: shape)) { slot in
            switch slot.storage {
            case .float32: UInt64(padding.value.bitPattern)
            case .int8(let scale):
                UInt64(UInt8(bitPattern: Int8(saturating: scale.quantized(padding.value))))
            case .raw(let type): type.bits(of: padding.value)
            }
        }
    }

    private mutating func lowerConcatenation(_ node: Node, axis: Int) throws(PlanError) {
        let y = try resultSlot(node.output, node: node.name), steps = y.type.shape.strides
        var start = 0
        for input in node.inputs {
            let x = try stored(input, like: y, for: node.name)
            // Everything from the axis inwards is one run in both.
            let outer = x.type.shape.dimensions[..<axis].reduce(1, *)
            let run = x.type.shape.dimensions[axis...].reduce(1, *)
            let place = (start: start, steps: [axis > 0 ? steps[axis - 1] : 0, 1])
            let offsets: [AxisOffsets] = [(0..<outer).map { $0 * run }, Array(0..<run)]
            builder.gather(
                x.buffer, offsets: offsets, elementBytes: x.storage.elementBytes, place: place, into: y.buffer
            )
            start += x.type.shape[axis] * steps[axis]
        }
    }

    /// Integers are converted as they are, whatever real numbers they stand for.
    ///
    /// The value, converted where it is stored otherwise than another.
    mutating func stored(
        _ value: ValueID, like other: StoredValue, for node: String
    ) throws(PlanError) -> StoredValue {
        let x = try slot(of: value, for: node)
        guard x.storage != other.storage else { return x }
        let converted = StoredValue(
            buffer: builder.buffer(bytes: x.count * other.storage.elementBytes),
            type: ValueType(x.type.shape, other.type.dataType, quantization: other.type.quantization),
            storage: other.storage)
        try convert(x, into: converted, node: node)
        return converted
    }

    private mutating func lowerCast(_ node: Node, to dataType: DataType) throws(PlanError) {
        let x = try slot(of: node.inputs[0], for: node.name).withoutScale
        let y = try resultSlot(node.output, node: node.name)
        switch (x.storage, y.storage) {
        case (.int8, _), (_, .int8): try convert(x, into: y, node: node.name)
        case (.float32, .float32):
            builder.convert(x.buffer, from: .float32, count: x.count, into: y.buffer, to: .float32)
        case (.float32, .raw(let to)):
            builder.convert(x.buffer, from: .float32, count: x.count, into: y.buffer, to: to)
        case (.raw(let from), .float32):
            builder.convert(x.buffer, from: from, count: x.count, into: y.buffer, to: .float32)
        case (.raw(let from), .raw(let to)):
            builder.convert(x.buffer, from: from, count: x.count, into: y.buffer, to: to)
        }
    }

    private mutating func lowerQuantize(_ node: Node) throws(PlanError) {
        let x = try slot(of: node.inputs[0], for: node.name)
        let y = try resultSlot(node.output, node: node.name)
        if x.storage == .float32 { return try writeFloats(x.buffer, into: y, node: node.name) }
        try convert(x, into: y, node: node.name)
    }
}

extension CollapsedAxes {
    /// The matrices whose sides are exchanged, where the axes (of an input and a dense result) say just that.
    fileprivate var exchangedMatrices: (outer: Int, rows: Int, columns: Int)? {
        guard sizes.count == 2 || sizes.count == 3, let rows = sizes.last, let columns = sizes.dropLast().last
        else { return nil }
        let batch = sizes.count == 3 ? [rows * columns] : []
        guard steps[0] == batch + [1, columns], steps[1] == batch + [rows, 1] else { return nil }
        return (sizes.count == 3 ? sizes[0] : 1, rows, columns)
    }
}

extension Slicing {
    func offsets(in shape: Shape) -> [AxisOffsets] {
        let inner = shape.strides
        return starts.indices.map { axis in
            (0..<sizes[axis]).map { (starts[axis] + $0 * strides[axis]) * inner[axis] }
        }
    }
}

extension Padding {
    func offsets(in shape: Shape) -> [AxisOffsets] {
        let inner = shape.strides
        return (0..<shape.rank).map { axis in
            (0..<before[axis] + shape[axis] + after[axis]).map { position in
                source(of: position - before[axis], extent: shape[axis]).map { $0 * inner[axis] }
            }
        }
    }

    private func source(of position: Int, extent: Int) -> Int? {
        if position >= 0, position < extent { return position }
        switch mode {
        case .constant: return nil
        case .edge: return position < 0 ? 0 : extent - 1
        case .reflect: return position < 0 ? -position : 2 * (extent - 1) - position
        }
    }
}

extension AffineScale {
    /// The integer nearest a real number, not yet saturated.
    func quantized(_ real: Float) -> Double {
        (Double(real) / Double(scale)).rounded(.toNearestOrEven) + Double(zeroPoint)
    }
}

extension NumberType {
    /// The bit pattern of a number in this type.
    func bits(of value: Float) -> UInt64 {
        switch self {
        case .float32: UInt64(value.bitPattern)
        case .float16: UInt64(Float16(value).bitPattern)
        case .bfloat16: UInt64(value.bitPattern >> 16)
        case .int8: UInt64(UInt8(bitPattern: Int8(saturating: Double(value))))
        case .uint8: UInt64(UInt8(saturating: Double(value)))
        case .int16: UInt64(UInt16(bitPattern: Int16(saturating: Double(value))))
        case .int32: UInt64(UInt32(bitPattern: Int32(saturating: Double(value))))
        case .int64: UInt64(bitPattern: Int64(saturating: Double(value)))
        case .bool: value != 0 ? 1 : 0
        }
    }
}
