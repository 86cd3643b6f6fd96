import ModelGraph

extension Importer {
    /// Appends what one operator does, by its kind.
    mutating func importOperator(_ call: OperatorCall) throws(TFLiteError) {
        if try fold(call) { return }
        switch call.builtin {
        case .conv2D: try importConvolution(call)
        case .depthwiseConv2D: try importDepthwiseConvolution(call)
        case .fullyConnected: try importFullyConnected(call)
        case .batchMatMul: try importBatchMatMul(call)
        case .averagePool2D: try importPooling(call, .average)
        case .maxPool2D: try importPooling(call, .maximum)
        case .add: try importArithmetic(call, .add)
        case .sub: try importArithmetic(call, .subtract)
        case .mul: try importArithmetic(call, .multiply)
        case .div: try importArithmetic(call, .divide)
        case .maximum: try importBinary(call, .maximum)
        case .minimum: try importBinary(call, .minimum)
        case .pow: try importBinary(call, .power)
        case .square, .squaredDifference: try importSquare(call)
        case .prelu: try importParametricRelu(call)
        case .mean: try importReduction(call, .mean)
        case .sum: try importReduction(call, .sum)
        case .reduceMax: try importReduction(call, .maximum)
        case .reduceMin: try importReduction(call, .minimum)
        case .reshape: try importReshape(call)
        case .squeeze: try importSqueeze(call)
        case .expandDims: try importExpandDims(call)
        case .transpose: try importTranspose(call)
        case .concatenation: try importConcatenation(call)
        case .pack: try importPack(call)
        case .unpack: try importUnpack(call)
        case .slice: try importSlice(call)
        case .stridedSlice: try importStridedSlice(call)
        case .split: try importSplit(call, value: 1, axis: 0)
        case .splitV: try importSplit(call, value: 0, axis: 2)
        case .pad, .padV2: try importPad(call)
        case .mirrorPad: try importMirrorPad(call)
        case .softmax: try importSoftmax(call)
        case .localResponseNormalization: try importLocalResponse(call)
        case .resizeBilinear: try importResize(call, .linear)
        case .resizeNearestNeighbor: try importResize(call, .nearest)
        case .quantize, .dequantize: try importConversion(call)
        case .cast: try importCast(call)
        case .logistic: try importActivation(call, .sigmoid)
        case .tanh: try importActivation(call, .tanh)
        case .relu: try importActivation(call, .relu)
        case .relu6: try importActivation(call, .relu6)
        case .reluN1To1: try importActivation(call, .clip(lower: -1, upper: 1))
        case .relu0To1: try importActivation(call, .clip(lower: 0, upper: 1))
        case .leakyRelu:
            try importActivation(call, .leakyRelu(slope: try call.float(Schema.LeakyRelu.slope)))
        case .hardSwish: try importActivation(call, .hardSwish)
        case .gelu: try importActivation(call, .gelu(approximate: try call.bool(Schema.Gelu.approximate)))
        case .abs: try importUnary(call, [.absolute])
        case .neg: try importUnary(call, [.negate])
        case .exp: try importUnary(call, [.exponential])
        case .log: try importUnary(call, [.logarithm])
        case .sqrt: try importUnary(call, [.squareRoot])
        case .rsqrt: try importUnary(call, [.squareRoot, .reciprocal])
        case .floor: try importUnary(call, [.floor])
        case .ceil: try importUnary(call, [.ceiling])
        case .round: try importUnary(call, [.round])
        case .sign: try importUnary(call, [.sign])
        case .sin: try importUnary(call, [.sine])
        case .cos: try importUnary(call, [.cosine])
        case .transposeConv: try importTransposedConvolution(call)
        case .transposeConvBias: try importTransposedWithBias(call)
        case .depthToSpace: try importDepthToSpace(call)
        case .spaceToDepth: try importSpaceToDepth(call)
        case .argMax: try importArgument(call, .maximum)
        case .argMin: try importArgument(call, .minimum)
        case .equal: try importComparison(call, .equal)
        case .notEqual: try importComparison(call, .notEqual)
        case .less: try importComparison(call, .less)
        case .lessEqual: try importComparison(call, .lessOrEqual)
        case .greater: try importComparison(call, .greater)
        case .greaterEqual: try importComparison(call, .greaterOrEqual)
        case .logicalAnd: try importComparison(call, .and)
        case .logicalOr: try importComparison(call, .or)
        case .logicalNot: try importNegation(call)
        case .select, .selectV2: try importSelect(call)
        case .cumsum: try importCumulativeSum(call)
        case .gather: try importLookUp(call, data: 0, places: 1, axis: try call.int(Schema.Gather.axis))
        case .embeddingLookup: try importLookUp(call, data: 1, places: 0, axis: 0)
        case .reduceProd: try importReduction(call, .product)
        case .sequenceLSTM: try importSequenceLSTM(call)
        case .bidirectionalLSTM: try importBidirectionalLSTM(call)
        case .sequenceRNN: try importSequenceRNN(call)
        case .svdf: try importSVDF(call)
        case .topK: try importLargest(call)
        case .oneHot: try importOneHot(call)
        case .detectionPostProcess: try importDetections(call)
        case .nonMaxSuppressionV4, .nonMaxSuppressionV5: try importSuppression(call)
        case .callOnce: try importInitialisation(call)
        case .varHandle: try importHandle(call)
        case .readVariable: try importRead(call)
        case .assignVariable: try importAssignment(call)
        case .spaceToBatch: try importSpaceToBatch(call)
        case .batchToSpace: try importBatchToSpace(call)
        case .tile: try importTile(call)
        case .reverse: try importReverse(call)
        case .broadcastTo: try importBroadcast(call)
        case .densify: try importConversion(call)
        case .elu: try importExponentialUnit(call)
        case .logSoftmax: try importLogSoftmax(call)
        case .l2Normalization: try importLengthNormalization(call)
        case .addN: try importSum(call)
        case .if: try importIf(call)
        case .shape:
            throw unsupported("is only supported where its result follows from shapes alone")
        }
    }

    /// Emits an operation whose result has the output tensor's type, then the activation fused into it.
    mutating func finish(
        _ call: OperatorCall, _ operation: Operation, _ inputs: [ValueID],
        activation: Schema.FusedActivation = .none
    ) throws(TFLiteError) {
        let output = try call.output()
        let type = try type(of: output)
        let value = try emit(
            operation, inputs, activation: activation, as: resultName(of: output), type: type)
        try set(output, to: value)
    }

    /// One operation and its fused activation, the last of them named `name`.
    mutating func emit(
        _ operation: Operation, _ inputs: [ValueID], activation: Schema.FusedActivation, as name: String,
        type: ValueType
    ) throws(TFLiteError) -> ValueID {
        if activation == .signBit {
            throw unsupported("the fused activation SIGN_BIT is not one that Swiftlet runs")
        }
        guard let function = activation.activation else {
            return try emit(operation, inputs, as: name, type: type)
        }
        let linear = try emit(operation, inputs, as: name.beforeActivation, type: type)
        return try emit(.activation(function), [linear], as: name, type: type)
    }

    /// Emits an operation that keeps its input's quantisation, and a conversion where the result has another.
    mutating func finishKeepingScale(
        _ call: OperatorCall, _ operation: Operation, _ input: ValueID,
        activation: Schema.FusedActivation = .none
    ) throws(TFLiteError) {
        let output = try call.output()
        let name = resultName(of: output)
        let (from, to) = (builder.type(of: input), try type(of: output))
        guard from.dataType == .int8 || from.dataType == .int16, let quantization = to.quantization,
            quantization != from.quantization
        else {
            try set(output, to: emit(operation, [input], activation: activation, as: name, type: from))
            return
        }
        let kept = try emit(operation, [input], as: "\(name):scaled", type: from)
        let value = try emit(
            .quantize(to.dataType, quantization), [kept], activation: activation, as: name, type: to)
        try set(output, to: value)
    }

    /// Whether integers stand for real numbers in this value.
    func isQuantized(_ value: ValueID) -> Bool { builder.type(of: value).quantization != nil }

    /// The real numbers behind a value: itself, or a conversion named `name`.
    mutating func real(_ value: ValueID, as name: String) throws(TFLiteError) -> ValueID {
        isQuantized(value) ? try emit(.dequantize, [value], as: name) : value
    }

    /// Stores real numbers as the output tensor, converting where that is quantised.
    ///
    /// `compute` names its last node as it is told to.
    mutating func finishReal(
        _ call: OperatorCall, _ compute: (inout Importer, String) throws(TFLiteError) -> ValueID
    ) throws(TFLiteError) {
        let output = try call.output()
        let name = resultName(of: output)
        let type = try type(of: output)
        guard let quantization = type.quantization else {
            let value = try compute(&self, name)
            return try set(output, to: value)
        }
        let real = try compute(&self, "\(name):real")
        try set(output, to: emit(.quantize(type.dataType, quantization), [real], as: name))
    }
}
