import Kernels
import ModelGraph

/// Turns the kernels of a normalised graph into steps of a program.
///
/// Files beside this one add one kind of operation each. A kernel runs in float32 or, where its types allow, in int8 or on bits;
/// everything else is converted to float32 before and back afterwards.
struct Lowering {
    let graph: Graph
    var builder: ProgramBuilder
    var slots: [StoredValue?]
    /// How many kernels still read each value; graph outputs are never used up.
    private var pendingReads: [Int: Int] = [:]

    init(_ graph: Graph, kernels: KernelSet) throws(PlanError) {
        self.graph = graph
        builder = ProgramBuilder(kernels: kernels)
        slots = Array(repeating: nil, count: graph.values.count)
    }

    /// Gives every graph input its memory, lowers all kernels, and returns what is needed to run.
    mutating func lower(_ kernels: [FusedKernel]) throws(PlanError) {
        var reads = [Int](repeating: 0, count: graph.values.count)
        for kernel in kernels { for value in kernel.reads { reads[value.index] += 1 } }
        for output in graph.outputs { reads[output.index] = 1 << 40 }
        for input in graph.inputs where slots[input.index] == nil {
            let slot = try newSlot(for: graph[input].type, of: graph[input].name)
            slots[input.index] = slot
            pendingReads[slot.buffer.index] = reads[input.index]
        }
        for kernel in kernels {
            builder.layer = graph.nodes[kernel.nodes.last ?? kernel.anchor].name
            try lower(kernel)
            for value in kernel.reads {
                if let slot = slots[value.index] { pendingReads[slot.buffer.index]? -= 1 }
            }
            if let slot = slots[kernel.output.index] {
                pendingReads[slot.buffer.index, default: 0] += reads[kernel.output.index]
            }
        }
        for output in graph.outputs { _ = try slot(of: output, for: graph.name) }
    }

    private mutating func lower(_ kernel: FusedKernel) throws(PlanError) {
        if kernel.nodes.count == 1 || graph[kernel.output].type.dataType == .float32 {
            return try lower(kernel, node: graph.nodes[kernel.anchor])
        }
        if try lowerIntegerLayer(kernel) { return }
        // Every integer result rounds, so what has no fused integer kernel runs node by node.
        for index in kernel.nodes {
            let node = graph.nodes[index]
            var single = kernel
            (single.anchor, single.activation, single.residual) = (index, nil, nil)
            (single.nodes, single.inputs, single.output) = ([index], node.inputs, node.output)
            try lower(single, node: node)
        }
    }

    private mutating func lower(_ kernel: FusedKernel, node: Node) throws(PlanError) {
        let traits = node.operation.traits
        if traits.kind == .movement || traits.isConversion {
            return try lowerMovement(node, into: kernel.output)
        }
        if try lowerChoice(node) { return }
        if try lowerInteger(kernel, node: node) { return }
        try lowerFloat(kernel, node: node)
    }

    // MARK: Memory

    /// The value's slot; constants get theirs on first use.
    mutating func slot(of value: ValueID, for node: String) throws(PlanError) -> StoredValue {
        try checkReadable(value, for: node)
        if let slot = slots[value.index] { return slot }
        guard let constant = graph[value].constant else {
            throw .unsupported(
                node: node, detail: "reads '\(graph[value].name)', which nothing has computed yet")
        }
        let slot = try constantSlot(constant.tensor, graph[value], for: node)
        slots[value.index] = slot
        return slot
    }

    /// Fresh memory for a value of this type.
    mutating func newSlot(for type: ValueType, of node: String) throws(PlanError) -> StoredValue {
        guard let storage = StoredValue.Storage(type) else {
            throw .unsupported(
                node: node, detail: "activations of type \(type.dataType.rawValue) cannot be stored")
        }
        try checkScales(type, of: node)
        let (bytes, overflow) = type.shape.elementCount.multipliedReportingOverflow(by: storage.elementBytes)
        guard !overflow, bytes < 1 << 46 else {
            throw .unsupported(node: node, detail: "shape \(type.shape) is too large")
        }
        return StoredValue(buffer: builder.buffer(bytes: bytes), type: type, storage: storage)
    }

    /// Memory for a kernel's result: that of an operand nothing reads any more where the kernel allows, else fresh.
    mutating func resultSlot(_ output: ValueID, over operands: [StoredValue] = [], node: String)
        throws(PlanError)
        -> StoredValue
    {
        let type = graph[output].type
        guard let storage = StoredValue.Storage(type) else { return try newSlot(for: type, of: node) }
        let reusable = operands.first { operand in
            !builder.isConstant(operand.buffer) && pendingReads[operand.buffer.index] == 1
                && operand.count == type.shape.elementCount
                && operand.storage.elementBytes == storage.elementBytes
        }
        var slot: StoredValue
        if let reusable {
            try checkScales(type, of: node)
            slot = StoredValue(buffer: reusable.buffer, type: type, storage: storage)
        } else {
            slot = try newSlot(for: type, of: node)
        }
        slot.type = type
        slots[output.index] = slot
        return slot
    }

    /// Scratch memory for float32 numbers.
    mutating func floatScratch(_ count: Int) -> Buffer { builder.buffer(bytes: count * 4) }

    private func checkScales(_ type: ValueType, of node: String) throws(PlanError) {
        guard let quantization = type.quantization else { return }
        guard quantization.scales.allSatisfy({ $0.isFinite && $0 > 0 }),
            quantization.zeroPoints.allSatisfy({ abs(Int($0)) <= 255 })
        else {
            throw .unsupported(
                node: node, detail: "its scale must be positive and its zero point within 8 bits")
        }
        if let axis = quantization.axis {
            guard axis >= 0, axis < type.shape.rank, type.shape[axis] == quantization.scales.count else {
                throw .unsupported(
                    node: node, detail: "it has \(quantization.scales.count) scales for \(type.shape)")
            }
        }
    }

    private mutating func constantSlot(_ tensor: Tensor, _ value: Value, for node: String) throws(PlanError)
        -> StoredValue
    {
        guard tensor.isKnown else { throw .unknownConstant(node: node, value: value.name) }
        guard let storage = StoredValue.Storage(value.type) else {
            guard let floats = tensor.floats else { throw .unknownConstant(node: node, value: value.name) }
            return StoredValue(
                buffer: builder.constant(floats), type: ValueType(tensor.shape), storage: .float32)
        }
        try checkScales(value.type, of: node)
        let isShifted = value.type.dataType == .uint8 && storage != .raw(.uint8)
        guard let buffer = tensor.stored(in: &builder, shiftingUnsigned: isShifted) else {
            throw .unknownConstant(node: node, value: value.name)
        }
        return StoredValue(buffer: buffer, type: value.type, storage: storage)
    }

    // MARK: Float32 views

    /// The value as float32, converted by a step where it is stored otherwise.
    mutating func floats(_ value: ValueID, for node: String) throws(PlanError) -> Buffer {
        let slot = try slot(of: value, for: node)
        if slot.storage == .float32 { return slot.buffer }
        let floats = floatScratch(slot.count)
        readFloats(slot, into: floats)
        return floats
    }

    mutating func readFloats(_ slot: StoredValue, into y: Buffer) {
        switch slot.storage {
        case .float32: builder.convert(slot.buffer, from: .float32, count: slot.count, into: y, to: .float32)
        case .int8(let scale):
            builder.dequantize(
                slot.buffer, ScaleTable(scales: [scale.scale], zeroPoints: [scale.zeroPoint]),
                count: slot.count, into: y)
        case .raw(let type):
            if let quantization = slot.type.quantization {
                builder.dequantize(
                    slot.buffer, from: type, ScaleTable(quantization, of: slot.type.shape), count: slot.count,
                    into: y)
            } else {
                builder.convert(slot.buffer, from: type, count: slot.count, into: y, to: .float32)
            }
        }
    }

    /// Stores float32 numbers as the slot's type.
    mutating func writeFloats(_ x: Buffer, into slot: StoredValue, node: String) throws(PlanError) {
        switch slot.storage {
        case .float32: builder.convert(x, from: .float32, count: slot.count, into: slot.buffer, to: .float32)
        case .int8(let scale):
            builder.quantize(
                x, ScaleTable(scales: [scale.scale], zeroPoints: [scale.zeroPoint]), count: slot.count,
                into: slot.buffer)
        case .raw(let type):
            guard let quantization = slot.type.quantization else {
                return builder.convert(x, from: .float32, count: slot.count, into: slot.buffer, to: type)
            }
            guard type == .int8 || type == .int16 else {
                throw .unsupported(
                    node: node, detail: "cannot quantise to \(slot.type.dataType.rawValue) this way")
            }
            builder.quantize(
                x, ScaleTable(quantization, of: slot.type.shape), count: slot.count, into: slot.buffer,
                as: type)
        }
    }
}

extension ScaleTable {
    init(_ quantization: Quantization, of shape: Shape) {
        let inner = quantization.axis.map { axis in
            max(shape.dimensions[(axis + 1)...].reduce(1, *), 1)
        }
        self.init(scales: quantization.scales, zeroPoints: quantization.zeroPoints, inner: inner ?? 1)
    }
}

extension Tensor {
    /// The elements in a program's constant memory, unsigned bytes 128 lower where asked; nil where they are unknown.
    func stored(in builder: inout ProgramBuilder, shiftingUnsigned: Bool) -> Buffer? {
        switch storage {
        case .float32(let values): return builder.constant(values)
        case .float16(let values): return builder.constant(values.map(\.bitPattern))
        case .bfloat16(let values): return builder.constant(values)
        case .int8(let values): return builder.constant(values)
        case .uint8(let values): return builder.constant(shiftingUnsigned ? values.map { $0 ^ 0x80 } : values)
        case .int16(let values): return builder.constant(values)
        case .int32(let values): return builder.constant(values)
        case .int64(let values): return builder.constant(values)
        case .bool(let values): return builder.constant(values.map { $0 ? 1 : 0 as UInt8 })
        case .binary, .unknown: return nil
        case .repeated(let value, let dataType):
            let count = shape.elementCount
            switch dataType {
            case .float32, .binary: return builder.constant([Float](repeating: Float(value), count: count))
            case .float16:
                return builder.constant([UInt16](repeating: Float16(value).bitPattern, count: count))
            case .bfloat16:
                return builder.constant(
                    [UInt16](repeating: UInt16(Float(value).bitPattern >> 16), count: count))
            case .int8: return builder.constant([Int8](repeating: Int8(saturating: value), count: count))
            case .uint8, .bool:
                let byte = UInt8(saturating: value) ^ (shiftingUnsigned ? 0x80 : 0)
                return builder.constant([UInt8](repeating: byte, count: count))
            case .int16: return builder.constant([Int16](repeating: Int16(saturating: value), count: count))
            case .int32: return builder.constant([Int32](repeating: Int32(saturating: value), count: count))
            case .int64: return builder.constant([Int64](repeating: Int64(saturating: value), count: count))
            }
        }
    }
}

extension FixedWidthInteger {
    /// The nearest value of this type; 0 for not-a-number.
    init(saturating value: Double) {
        guard !value.isNaN else {
            self = 0
            return
        }
        if let exact = Self(exactly: value.rounded(.towardZero)) {
            self = exact
        } else {
            self = value < 0 ? .min : .max
        }
    }
}
