import ModelGraph

/// Transposed convolutions, choices, places and layer normalisation.
extension Exporter {
    mutating func lowerFurther(_ node: Node, to output: ValueID) throws(TFLiteError) {
        switch node.operation {
        case .transposedConvolution(let convolution): try lower(convolution, node, to: output)
        case .compare(let comparison): try lower(comparison, node, to: output)
        case .select: try emitPlainly(.selectV2, node, to: output)
        case .gather(let axis):
            try emitPlainly(.gather, node, to: output, [(Schema.Gather.axis, .number(axis))])
        case .argument(let argument): try lower(argument, node, to: output)
        case .cumulativeSum(let sum): try lower(sum, node, to: output)
        case .layerNormalization(let normalization): try lower(normalization, node, to: output)
        case .recurrence:
            throw fault(
                "recurrent layers in integers, or of more than \(Graph.longestRecurrence) steps, are not written to "
                    + "TFLite; export ONNX")
        case .convolution, .dense, .batchNormalization, .pool, .globalPool, .binary, .activation, .unary,
            .concatenate, .slice, .reshape, .transpose, .pad, .softmax, .resize, .localResponseNormalization,
            .matrixMultiply, .reduce, .cast, .quantize, .dequantize, .training:
            preconditionFailure("\(node.operation.name) is written elsewhere")
        }
    }

    private mutating func emitPlainly(
        _ builtin: BuiltinOperator, _ node: Node, to output: ValueID,
        _ fields: [(id: Int, value: FlatWriter.Field)] = []
    ) throws(TFLiteError) {
        var inputs: [Int] = []
        for input in node.inputs { inputs.append(try tensor(input)) }
        emit(builtin, inputs, try tensor(output), fields)
    }

    /// TRANSPOSE_CONV cuts as SAME or not at all.
    private mutating func lower(
        _ convolution: TransposedConvolution, _ node: Node, to output: ValueID
    ) throws(TFLiteError) {
        typealias Field = Schema.TransposeConvolution
        let input = graph[node.inputs[0]].type.shape, shape = graph[output].type.shape
        guard convolution.groups == 1, convolution.dilation == 1 else {
            throw fault("TFLite's transposed convolutions have one group and no dilation")
        }
        let padding = convolution.padding, kernel = convolution.kernel, stride = convolution.stride
        func isCut(_ before: Int, _ input: Int, _ kernel: Int, _ stride: Int, _ output: Int) -> Bool {
            before == max((input - 1) * stride + kernel - output, 0) / 2
        }
        let isSame =
            isCut(padding.top, input[1], kernel.height, stride.height, shape[1])
            && isCut(padding.left, input[2], kernel.width, stride.width, shape[2])
        guard isSame || padding.top == 0 && padding.left == 0 else {
            throw fault("TFLite's transposed convolutions cut both edges alike, or none")
        }
        var inputs = [
            try integers(shape.dimensions, "size", of: output), try weights(node.inputs[1]),
            try tensor(node.inputs[0]),
        ]
        if node.inputs.count > 2 { inputs.append(try weights(node.inputs[2])) }
        let scheme: Schema.PaddingScheme = isSame ? .same : .valid
        emit(
            .transposeConv, version: node.inputs.count > 2 ? 3 : isQuantized(node) ? 2 : 1, inputs,
            [try tensor(output)],
            [
                (Field.padding, .byte(scheme.rawValue)), (Field.strideWidth, .number(stride.width)),
                (Field.strideHeight, .number(stride.height)),
            ])
    }

    private mutating func lower(
        _ comparison: Comparison, _ node: Node, to output: ValueID
    ) throws(TFLiteError) {
        switch comparison {
        case .equal: try emitPlainly(.equal, node, to: output)
        case .notEqual: try emitPlainly(.notEqual, node, to: output)
        case .less: try emitPlainly(.less, node, to: output)
        case .lessOrEqual: try emitPlainly(.lessEqual, node, to: output)
        case .greater: try emitPlainly(.greater, node, to: output)
        case .greaterOrEqual: try emitPlainly(.greaterEqual, node, to: output)
        case .and: try emitPlainly(.logicalAnd, node, to: output)
        case .or: try emitPlainly(.logicalOr, node, to: output)
        case .exclusiveOr: try emitPlainly(.notEqual, node, to: output)
        }
    }

    private mutating func lower(
        _ argument: ArgumentReduction, _ node: Node, to output: ValueID
    ) throws(TFLiteError) {
        guard !argument.selectsLast else { throw fault("TFLite names the first of equal elements") }
        guard let type = Schema.TensorType(argument.result) else { throw fault("has no such type of places") }
        let inputs = [
            try tensor(node.inputs[0]), try integers([argument.axis], "axis", of: output),
        ]
        let builtin: BuiltinOperator = argument.kind == .maximum ? .argMax : .argMin
        let fields: [(id: Int, value: FlatWriter.Field)] = [(Schema.Argument.type, .byte(type.rawValue))]
        guard argument.keepsDimensions else { return emit(builtin, inputs, try tensor(output), fields) }
        var shape = graph[output].type.shape.dimensions
        shape.remove(at: argument.axis)
        let places = try intermediate("places", of: output, ValueType(Shape(shape), argument.result))
        emit(builtin, inputs, places, fields)
        let target = try integers(graph[output].type.shape.dimensions, "shape", of: output)
        emit(.reshape, [places, target], try tensor(output))
    }

    private mutating func lower(
        _ sum: CumulativeSum, _ node: Node, to output: ValueID
    ) throws(TFLiteError) {
        typealias Field = Schema.CumulativeSum
        let axis = try append(
            named: "\(graph[output].name):axis", ValueType([], .int32),
            data: [Int32(clamping: sum.axis)].littleEndian)
        emit(
            .cumsum, [try tensor(node.inputs[0]), axis], try tensor(output),
            [(Field.exclusive, .flag(sum.isExclusive)), (Field.reverse, .flag(sum.isReversed))])
    }

    /// Mean, difference, variance, and the quotient with its scale and offset.
    private mutating func lower(
        _ normalization: LayerNormalization, _ node: Node, to output: ValueID
    ) throws(TFLiteError) {
        let type = graph[node.inputs[0]].type
        guard type.dataType == .float32 else { throw fault("it is written in float32 only") }
        var small = type
        for axis in normalization.axes { small.shape = small.shape.replacing(axis, with: 1) }
        let axes = try integers(normalization.axes, "axes", of: output)
        let keeps: [(id: Int, value: FlatWriter.Field)] = [(Schema.Reducer.keepsDimensions, .flag(true))]
        let x = try tensor(node.inputs[0])
        let mean = try intermediate("mean", of: output, small)
        emit(.mean, [x, axes], mean, keeps)
        let difference = try intermediate("difference", of: output, type)
        emit(.sub, [x, mean], difference)
        let squares = try intermediate("squares", of: output, type)
        emit(.mul, [difference, difference], squares)
        let variance = try intermediate("variance", of: output, small)
        emit(.mean, [squares, axes], variance, keeps)
        let shifted = try intermediate("shifted", of: output, small)
        let epsilon = try append(
            named: "\(graph[output].name):epsilon", ValueType([1]),
            data: [normalization.epsilon.bitPattern].littleEndian)
        emit(.add, [variance, epsilon], shifted)
        let factor = try intermediate("factor", of: output, small)
        emit(.rsqrt, [shifted], factor)
        var last = difference, other = factor
        for (step, parameter) in zip([BuiltinOperator.mul, .add], node.inputs.dropFirst()) {
            let result = try intermediate(step == .mul ? "quotient" : "scaled", of: output, type)
            emit(.mul, [last, other], result)
            (last, other) = (result, try tensor(parameter))
            guard step == .add else { continue }
            return emit(.add, [last, other], try tensor(output))
        }
        emit(.mul, [last, other], try tensor(output))
    }
}
