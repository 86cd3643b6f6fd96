extension BuiltinOperator {
    /// The oldest version of the operator that computes in float32, or in 8-bit integers.
    ///
    /// Runtimes refuse a version newer than theirs, so the smallest that fits is written.
    func version(isInteger: Bool) -> Int32 {
        switch self {
        case .add, .averagePool2D, .concatenation, .dequantize, .logistic, .maxPool2D, .mul, .relu, .relu6,
            .reluN1To1, .softmax, .tanh, .pad, .transpose, .mean, .sub, .stridedSlice, .split, .maximum,
            .minimum,
            .padV2, .slice, .sum, .reduceMax, .reduceMin, .leakyRelu, .mirrorPad, .splitV, .quantize,
            .batchMatMul,
            .gelu, .resizeBilinear, .resizeNearestNeighbor:
            isInteger ? 2 : 1
        case .conv2D, .depthwiseConv2D: isInteger ? 3 : 1
        case .fullyConnected: isInteger ? 4 : 1
        case .floor, .localResponseNormalization, .reshape, .gather, .div, .squeeze, .exp, .cast, .prelu,
            .neg, .sin,
            .expandDims, .log, .sqrt, .rsqrt, .shape, .pow, .reduceProd, .pack, .unpack, .square,
            .squaredDifference,
            .abs, .ceil, .cos, .round, .hardSwish, .relu0To1, .sign, .depthToSpace, .embeddingLookup,
            .spaceToDepth, .sequenceLSTM, .argMax, .less, .greater, .greaterEqual, .lessEqual, .select,
            .transposeConv, .equal, .notEqual, .argMin, .logicalOr, .logicalAnd, .logicalNot, .selectV2,
            .cumsum,
            .callOnce, .varHandle, .readVariable, .assignVariable, .transposeConvBias, .l2Normalization,
            .batchToSpace, .spaceToBatch, .logSoftmax, .tile, .reverse, .addN, .elu, .if, .densify,
            .broadcastTo, .svdf, .sequenceRNN, .topK, .oneHot, .bidirectionalLSTM, .nonMaxSuppressionV4,
            .nonMaxSuppressionV5, .detectionPostProcess:
            1
        }
    }
}
