/// The builtin operators that Swiftlet's graphs can express, with the codes of the TFLite schema.
enum BuiltinOperator: Int32, CaseIterable {
    /// The custom operator TFLite_Detection_PostProcess.
    case detectionPostProcess = -2
    /// MediaPipe's custom operator Convolution2DTransposeBias.
    case transposeConvBias = -1
    case add = 0
    case averagePool2D = 1
    case concatenation = 2
    case conv2D = 3
    case depthwiseConv2D = 4
    case depthToSpace = 5
    case dequantize = 6
    case embeddingLookup = 7
    case floor = 8
    case fullyConnected = 9
    case l2Normalization = 11
    case localResponseNormalization = 13
    case logistic = 14
    case maxPool2D = 17
    case mul = 18
    case relu = 19
    case reluN1To1 = 20
    case relu6 = 21
    case reshape = 22
    case resizeBilinear = 23
    case softmax = 25
    case spaceToDepth = 26
    case svdf = 27
    case tanh = 28
    case pad = 34
    case sequenceRNN = 35
    case gather = 36
    case batchToSpace = 37
    case spaceToBatch = 38
    case transpose = 39
    case mean = 40
    case sub = 41
    case div = 42
    case squeeze = 43
    case sequenceLSTM = 44
    case stridedSlice = 45
    case exp = 47
    case topK = 48
    case split = 49
    case logSoftmax = 50
    case bidirectionalLSTM = 52
    case cast = 53
    case prelu = 54
    case maximum = 55
    case argMax = 56
    case minimum = 57
    case less = 58
    case neg = 59
    case padV2 = 60
    case greater = 61
    case greaterEqual = 62
    case lessEqual = 63
    case select = 64
    case slice = 65
    case sin = 66
    case transposeConv = 67
    case tile = 69
    case expandDims = 70
    case equal = 71
    case notEqual = 72
    case log = 73
    case sum = 74
    case sqrt = 75
    case rsqrt = 76
    case shape = 77
    case pow = 78
    case argMin = 79
    case reduceProd = 81
    case reduceMax = 82
    case pack = 83
    case logicalOr = 84
    case oneHot = 85
    case logicalAnd = 86
    case logicalNot = 87
    case unpack = 88
    case reduceMin = 89
    case square = 92
    case resizeNearestNeighbor = 97
    case leakyRelu = 98
    case squaredDifference = 99
    case mirrorPad = 100
    case abs = 101
    case splitV = 102
    case ceil = 104
    case reverse = 105
    case addN = 106
    case cos = 108
    case elu = 111
    case quantize = 114
    case round = 116
    case hardSwish = 117
    case `if` = 118
    case nonMaxSuppressionV4 = 120
    case nonMaxSuppressionV5 = 121
    case selectV2 = 123
    case densify = 124
    case batchMatMul = 126
    case cumsum = 128
    case callOnce = 129
    case broadcastTo = 130
    case varHandle = 142
    case readVariable = 143
    case assignVariable = 144
    case gelu = 150
    case relu0To1 = 152
    case sign = 158

    /// Which table holds the operator's options (the schema's union number); 0 where it has none.
    var optionsType: UInt8 {
        switch self {
        case .add: 11
        case .averagePool2D, .maxPool2D: 5
        case .concatenation: 10
        case .conv2D: 1
        case .depthwiseConv2D: 2
        case .dequantize: 38
        case .floor, .logistic, .relu, .reluN1To1, .relu6, .tanh, .prelu, .sin, .log, .sqrt, .rsqrt, .ceil,
            .round, .relu0To1, .embeddingLookup, .less, .greater, .greaterEqual, .lessEqual, .select, .equal,
            .notEqual, .logicalOr, .logicalAnd, .logicalNot, .selectV2, .readVariable, .assignVariable,
            .transposeConvBias, .elu, .detectionPostProcess:
            0
        case .svdf: 6
        case .sequenceRNN: 31
        case .topK: 34
        case .oneHot: 61
        case .bidirectionalLSTM: 69
        case .nonMaxSuppressionV4: 95
        case .nonMaxSuppressionV5: 96
        case .l2Normalization: 12
        case .batchToSpace: 24
        case .spaceToBatch: 25
        case .logSoftmax: 36
        case .tile: 51
        case .reverse: 81
        case .addN: 82
        case .if: 92
        case .densify: 99
        case .broadcastTo: 104
        case .depthToSpace: 94
        case .spaceToDepth: 19
        case .sequenceLSTM: 71
        case .argMax: 40
        case .argMin: 57
        case .transposeConv: 49
        case .cumsum: 102
        case .callOnce: 103
        case .varHandle: 111
        case .fullyConnected: 8
        case .localResponseNormalization: 13
        case .mul: 21
        case .reshape: 17
        case .resizeBilinear: 15
        case .softmax: 9
        case .pad: 22
        case .gather: 23
        case .transpose: 26
        case .mean, .sum, .reduceProd, .reduceMax, .reduceMin: 27
        case .sub: 28
        case .div: 29
        case .squeeze: 30
        case .stridedSlice: 32
        case .exp: 33
        case .split: 35
        case .cast: 37
        case .maximum, .minimum: 39
        case .neg: 42
        case .padV2: 43
        case .slice: 48
        case .expandDims: 52
        case .shape: 55
        case .pow: 56
        case .pack: 59
        case .unpack: 64
        case .square: 66
        case .resizeNearestNeighbor: 74
        case .leakyRelu: 75
        case .squaredDifference: 76
        case .mirrorPad: 77
        case .abs: 78
        case .splitV: 79
        case .cos: 84
        case .quantize: 89
        case .hardSwish: 91
        case .batchMatMul: 101
        case .gelu: 116
        case .sign: 123
        }
    }
}
