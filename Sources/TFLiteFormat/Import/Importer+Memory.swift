import ModelGraph

/// SVDF: a layer whose filters each keep their last results and weigh them over time (Nakkiran et al., Interspeech 2015).
extension Importer {
    /// Gives the operator's memory [N, filters · steps] an input of the graph, as a variable that starts with zeros.
    mutating func declareMemory(_ call: OperatorCall) throws(TFLiteError) {
        let name = memoryName(try call.input(4))
        let record = file.subgraph.tensors[try call.input(4)]
        let shape = Shape(record.shape)
        guard !variables.contains(where: { $0.name == name }) else {
            throw unsupported("its memory is that of another operator")
        }
        guard shape.rank == 2, shape.dimensions.allSatisfy({ $0 > 0 }), shape.elementCount < 1 << 31 else {
            throw file.flat.damaged("\(place) has a memory of shape \(shape)")
        }
        var type = ValueType(shape)
        if record.type == Schema.TensorType.int16.rawValue {
            guard let scale = record.quantization?.scales.first, scale > 0, scale.isFinite else {
                throw unsupported("its memory holds integers without a scale")
            }
            type = ValueType(shape, .int16, quantization: Quantization(scale: scale))
        } else if record.type != Schema.TensorType.float32.rawValue {
            throw unsupported("its memory is neither float32 nor int16")
        }
        variables.append(
            StateVariable(name: name, type: type, value: builder.input(unique(name), type)))
    }

    private func memoryName(_ tensor: Int) -> String { "memory@\(name(of: tensor))" }

    mutating func importSVDF(_ call: OperatorCall) throws(TFLiteError) {
        typealias Field = Schema.SVDF
        let label = memoryName(try call.input(4)), output = try call.output(), name = resultName(of: output)
        guard let variable = variables.firstIndex(where: { $0.name == label }) else {
            throw unsupported("its memory lies in a body of control flow")
        }
        let memory = variables[variable]
        let input = try real(try operand(try call.input(0)), as: "\(name):input")
        let weights = try realWeights(try call.input(1), isDepthwise: false)
        let overTime = try realWeights(try call.input(2), isDepthwise: false)
        let rank = try call.int(Field.rank), sizes = builder.shape(of: overTime)
        guard sizes.rank == 2, rank > 0, sizes[0] % rank == 0, builder.shape(of: input).rank == 2,
            memory.type.shape == [builder.shape(of: input)[0], sizes[0] * sizes[1]]
        else {
            throw unsupported(
                "weights over time \(sizes), rank \(rank) and memory \(memory.type.shape) do not fit")
        }
        var features = try emit(.dense, [input, weights], as: "\(name):features")
        if let quantization = memory.type.quantization {
            features = try emit(.quantize(.int16, quantization), [features], as: "\(name):stored_features")
        }
        let window = try shifted(memory, adding: features, filters: sizes[0], steps: sizes[1], as: name)
        let flat = memory.type.shape.dimensions
        variables[variable].value = try emit(
            .reshape(flat), [window], as: "\(name):memory", type: memory.type)
        try weigh(call, try real(window, as: "\(name):window"), overTime, rank: rank)
    }

    /// The memory [N, filters, steps] without its oldest step, with a new one at the end.
    private mutating func shifted(
        _ memory: StateVariable, adding features: ValueID, filters: Int, steps: Int, as name: String
    ) throws(TFLiteError) -> ValueID {
        let count = memory.type.shape[0]
        let type = ValueType([], memory.type.dataType, quantization: memory.type.quantization)
        let newest = try emit(
            .reshape([count, filters, 1]), [features], as: "\(name):newest", type: type)
        guard steps > 1 else { return newest }
        let all = try emit(
            .reshape([count, filters, steps]), [memory.value], as: "\(name):steps", type: type)
        let slicing = Slicing(starts: [0, 0, 1], sizes: [count, filters, steps - 1])
        let kept = try emit(.slice(slicing), [all], as: "\(name):kept", type: type)
        return try emit(.concatenate(axis: 2), [kept, newest], as: "\(name):window_steps", type: type)
    }

    /// Each filter's steps times its weights, summed, and `rank` filters summed for each unit; bias and activation.
    private mutating func weigh(
        _ call: OperatorCall, _ window: ValueID, _ overTime: ValueID, rank: Int
    ) throws(TFLiteError) {
        let output = try call.output(), name = resultName(of: output)
        let shape = builder.shape(of: window), units = shape[1] / rank
        func sum(_ axis: Int) -> Operation { .reduce(Reduction(.sum, axes: [axis], keepsDimensions: false)) }
        let weighed = try emit(.binary(.multiply), [window, overTime], as: "\(name):weighed")
        var value = try emit(sum(2), [weighed], as: "\(name):filters")
        if rank > 1 {
            let grouped = try emit(.reshape([shape[0], units, rank]), [value], as: "\(name):ranks")
            value = try emit(sum(2), [grouped], as: "\(name):units")
        }
        let activation = try call.activation(Schema.SVDF.activation)
        if let bias = call.optionalInput(3) {
            let real = try realWeights(bias, isDepthwise: false)
            guard builder.shape(of: real) == [units] else { throw unsupported("its bias does not fit") }
            value = try emit(.binary(.add), [value, real], as: "\(name):biased")
        }
        if activation == .signBit { throw unsupported("the fused activation SIGN_BIT is not one") }
        let last = value
        try finishReal(call) { (importer, name) throws(TFLiteError) in
            guard let function = activation.activation else {
                return try importer.emit(.reshape([shape[0], units]), [last], as: name)
            }
            return try importer.emit(.activation(function), [last], as: name)
        }
    }
}
