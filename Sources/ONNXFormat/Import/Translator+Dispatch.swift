import ModelGraph

extension Translator {
    /// Adds what one node of the file computes to what is known.
    mutating func translate(_ call: Call) throws(ONNXProblem) {
        guard !call.output.isEmpty else { throw call.fault("has no output") }
        guard call.domain.isEmpty else {
            throw call.unsupported(
                "it belongs to the operator set '\(call.domain.shortened)'; export the model with standard ONNX operators"
            )
        }
        leaveOutExtraResults(call)
        if try fold(call) { return }
        switch call.type {
        case "Relu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "LeakyRelu", "Clip", "Gelu", "Swish",
            "Mish", "PRelu",
            "Elu", "Selu", "Celu", "ThresholdedRelu":
            try activation(call)
        case "Abs", "Neg", "Exp", "Log", "Sqrt", "Reciprocal", "Floor", "Ceil", "Round", "Sign", "Sin", "Cos",
            "Erf",
            "Softplus", "Softsign":
            try unary(call)
        case "Add", "Sub", "Mul", "Div", "Pow": try binary(call)
        case "Min", "Max", "Sum", "Mean": try variadic(call)
        case "Conv": try convolution(call)
        case "ConvTranspose": try transposedConvolution(call)
        case "ConvInteger", "MatMulInteger": try integerProduct(call)
        case "QLinearConv": try quantizedConvolution(call)
        case "QLinearMatMul": try quantizedMatrixMultiply(call)
        case "QuantizeLinear": try quantize(call)
        case "DequantizeLinear": try dequantize(call)
        case "MatMul": try matrixMultiply(call)
        case "Gemm": try generalMatrixMultiply(call)
        case "AveragePool", "MaxPool": try pool(call)
        case "GlobalAveragePool", "GlobalMaxPool": try globalPool(call)
        case "BatchNormalization": try batchNormalization(call)
        case "LRN": try localResponseNormalization(call)
        case "LayerNormalization": try layerNormalization(call)
        case "InstanceNormalization": try instanceNormalization(call)
        case "GroupNormalization": try groupNormalization(call)
        case "LSTM", "GRU", "RNN": try recurrence(call)
        case "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor":
            try compare(call)
        case "Not": try negate(call)
        case "Where": try select(call)
        case "ArgMax", "ArgMin": try argument(call)
        case "CumSum": try cumulativeSum(call)
        case "Softmax", "LogSoftmax": try softmax(call)
        case "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare",
            "ReduceLogSum",
            "ReduceLogSumExp", "ReduceProd":
            try reduce(call)
        case "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout": try reshape(call)
        case "Transpose": try transpose(call)
        case "Concat": try concatenate(call)
        case "Slice": try slice(call)
        case "Split": try splitParts(call)
        case "Gather": try gather(call)
        case "Pad": try pad(call)
        case "Expand", "Tile": try expand(call)
        case "DepthToSpace", "SpaceToDepth": try rearrange(call)
        case "Resize", "Upsample": try resize(call)
        case "Cast", "CastLike": try cast(call)
        default:
            throw call.unsupported(
                "Swiftlet has no such operation; replace it, or leave that part out of the exported model")
        }
    }

    /// Second results (masks, indices, running statistics) exist for training and are not computed.
    private mutating func leaveOutExtraResults(_ call: Call) {
        guard !["Split", "LSTM", "GRU", "RNN"].contains(call.type) else { return }
        for extra in call.outputs.dropFirst() where !extra.isEmpty { leftOut[extra] = call }
    }
}
