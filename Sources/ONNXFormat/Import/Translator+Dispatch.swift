import ModelGraph

extension Translator {
    /// Adds what one node of the file computes to what is known.
    mutating func translate(_ call: Call) throws(ONNXProblem) {
        guard !call.label.isEmpty else { throw call.fault("has no output") }
        if let function = functions[FunctionName(domain: call.domain, name: call.type)] {
            return try callFunction(function, call)
        }
        guard call.domain.isEmpty || call.isRuntimeOperator else {
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
        case "DynamicQuantizeLSTM": try roundingRecurrence(call)
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
        case "GatherElements": try gatherElements(call)
        case "GatherND": try gatherTuples(call)
        case "Pad": try pad(call)
        case "Expand", "Tile": try expand(call)
        case "DepthToSpace", "SpaceToDepth": try rearrange(call)
        case "Resize", "Upsample": try resize(call)
        case "Cast", "CastLike": try cast(call)
        case "IsNaN": try isNaN(call)
        case "Mod": try remainder(call)
        case "RMSNormalization", "SimplifiedLayerNormalization": try rootNormalization(call)
        case "MeanVarianceNormalization": try meanVarianceNormalization(call)
        case "LpNormalization": try lengthNormalization(call)
        case "OneHot": try oneHot(call)
        case "TopK": try largest(call)
        case "Trilu": try triangle(call)
        case "Einsum": try einsum(call)
        case "DynamicQuantizeLinear": try quantizeByOwnRange(call)
        case "Attention": try attention(call)
        case "Tan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh": try composedFunction(call)
        case "Hardmax": try hardMaximum(call)
        case "NonMaxSuppression": try suppress(call)
        case "Range": try requireBounds(call)
        case "If": try chooseBranch(call)
        case "Loop": try unroll(call)
        default:
            throw call.unsupported(
                "Swiftlet has no such operation; replace it, or leave that part out of the exported model")
        }
    }

    /// Second results (masks, indices, running statistics) exist for training and are not computed.
    private mutating func leaveOutExtraResults(_ call: Call) {
        let allResults = [
            "Split", "If", "Loop", "LSTM", "GRU", "RNN", "DynamicQuantizeLSTM", "TopK",
            "DynamicQuantizeLinear", "Attention", "Dropout", "LayerNormalization", "MaxPool",
        ]
        guard !allResults.contains(call.type) else { return }
        for extra in call.outputs.dropFirst() where !extra.isEmpty { leftOut[extra] = call }
    }
}

extension Call {
    /// Whether this is an operator of ONNX Runtime's own set that the reader has a rule for.
    var isRuntimeOperator: Bool { domain == "com.microsoft" && Translator.runtimeOperators.contains(type) }
}

extension ONNXModel {
    /// The names of the operators that are read.
    package static var operators: Set<String> { Translator.operators.union(Translator.runtimeOperators) }
}

extension Translator {
    /// Those of ONNX Runtime's own set.
    static let runtimeOperators: Set = ["DynamicQuantizeLSTM"]

    /// The operators that this reader has a rule for.
    static let operators = Set(
        """
        Abs Acosh Add And ArgMax ArgMin Asinh Atanh Attention AveragePool BatchNormalization Cast
        CastLike Ceil Celu Clip
        Concat Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumSum DepthToSpace
        DequantizeLinear Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand
        Flatten Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalMaxPool Greater
        GreaterOrEqual GroupNormalization HardSigmoid HardSwish Hardmax Identity If
        InstanceNormalization IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log
        LogSoftmax Loop LpNormalization MatMul MatMulInteger Max MaxPool Mean
        MeanVarianceNormalization Min Mish Mod Mul Neg NonMaxSuppression Not OneHot Or PRelu Pad Pow QLinearConv
        QLinearMatMul QuantizeLinear RMSNormalization RNN Range Reciprocal ReduceL1 ReduceL2
        ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
        ReduceSumSquare Relu Reshape Resize Round Selu Shape Sigmoid Sign
        SimplifiedLayerNormalization Sin Sinh Size Slice Softmax Softplus Softsign SpaceToDepth Split
        Sqrt Squeeze Sub Sum Swish Tan Tanh ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze
        Upsample Where Xor
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    /// All operators without a rule are named at once, with how often each stands in the file.
    func checkOperators(_ nodes: [ProtoNode]) throws(ONNXProblem) {
        var counts: [String: Int] = [:]
        var first: Call?
        for (index, node) in nodes.enumerated() {
            let call = Call(node, index: index)
            let isKnown =
                functions[FunctionName(domain: call.domain, name: call.type)] != nil
                || call.domain.isEmpty && Translator.operators.contains(call.type) || call.isRuntimeOperator
            guard !isKnown else { continue }
            first = first ?? call
            counts[call.domain.isEmpty ? call.type : "\(call.domain).\(call.type)", default: 0] += 1
        }
        guard let first else { return }
        let names = counts.sorted { $0.value > $1.value || $0.value == $1.value && $0.key < $1.key }.prefix(
            32
        )
        .map { "\($0.key.shortened) × \($0.value)" }
        throw first.unsupported(
            "Swiftlet has no such operation; replace it, or leave that part out of the exported model; "
                + "of the file's operators it has none for \(names.joined(separator: ", "))")
    }
}
