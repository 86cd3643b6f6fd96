/// Field numbers of the tables of the TFLite flatbuffer schema (version 3), and its small enumerations.
///
/// The numbers are facts of the file format: a field's number is its place in the schema's table.
enum Schema {
    static let identifier = "TFL3"
    static let version: UInt32 = 3

    enum Model {
        static let version = 0, operatorCodes = 1, subgraphs = 2, description = 3, buffers = 4
        static let metadata = 6, signatures = 7
    }
    enum OperatorCode { static let deprecatedCode = 0, customCode = 1, version = 2, code = 3 }
    enum Subgraph { static let tensors = 0, inputs = 1, outputs = 2, operators = 3, name = 4 }
    enum Tensor {
        static let shape = 0, type = 1, buffer = 2, name = 3, quantization = 4, isVariable = 5
        static let sparsity = 6, shapeSignature = 7, externalBuffer = 10
    }
    enum Quantization { static let scale = 2, zeroPoint = 3, detailsType = 4, axis = 6 }
    enum Operator {
        static let code = 0, inputs = 1, outputs = 2, optionsType = 3, options = 4, customOptions = 5
    }
    enum Sparsity { static let order = 0, blockMap = 1, levels = 2 }
    enum SparseAxis {
        static let format = 0, size = 1, segmentsType = 2, segments = 3, indicesType = 4, indices = 5
    }
    enum If { static let then = 0, otherwise = 1 }
    enum Buffer { static let data = 0, offset = 1, size = 2 }
    enum Metadata { static let name = 0, buffer = 1 }
    enum Signature { static let inputs = 0, outputs = 1, key = 2, subgraph = 4 }
    enum TensorMap { static let name = 0, tensor = 1 }

    enum Convolution {
        static let padding = 0, strideWidth = 1, strideHeight = 2, activation = 3
        static let dilationWidth = 4, dilationHeight = 5
    }
    enum DepthwiseConvolution {
        static let padding = 0, strideWidth = 1, strideHeight = 2, multiplier = 3
        static let activation = 4, dilationWidth = 5, dilationHeight = 6
    }
    enum Pooling {
        static let padding = 0, strideWidth = 1, strideHeight = 2, width = 3, height = 4
        static let activation = 5
    }
    enum FullyConnected { static let activation = 0, weightsFormat = 1, keepsDimensions = 2 }
    enum Concatenation { static let axis = 0, activation = 1 }
    /// ADD, SUB, MUL and DIV alike.
    enum Arithmetic { static let activation = 0 }
    enum Softmax { static let beta = 0 }
    enum Reshape { static let shape = 0 }
    enum Squeeze { static let axes = 0 }
    enum Reducer { static let keepsDimensions = 0 }
    enum StridedSlice { static let begin = 0, end = 1, ellipsis = 2, newAxis = 3, shrinkAxis = 4, offset = 5 }
    enum Split { static let count = 0 }
    enum Pack { static let count = 0, axis = 1 }
    enum Unpack { static let count = 0, axis = 1 }
    enum Gather { static let axis = 0, batchDimensions = 1 }
    enum LeakyRelu { static let slope = 0 }
    enum Gelu { static let approximate = 0 }
    enum Cast { static let from = 0, to = 1 }
    enum ResizeBilinear { static let alignCorners = 2, halfPixel = 3 }
    enum ResizeNearest { static let alignCorners = 0, halfPixel = 1 }
    enum BatchMatMul { static let transposesFirst = 0, transposesSecond = 1 }
    enum MirrorPad { static let mode = 0 }
    enum TransposeConvolution { static let padding = 0, strideWidth = 1, strideHeight = 2, activation = 3 }
    enum BlockSize { static let size = 0 }
    enum Argument { static let type = 0 }
    enum CumulativeSum { static let exclusive = 0, reverse = 1 }
    enum SequenceLSTM {
        static let activation = 0, cellClip = 1, projectionClip = 2, timeMajor = 3, asymmetric = 4,
            diagonal = 5
    }
    enum BidirectionalLSTM {
        static let activation = 0, cellClip = 1, projectionClip = 2, merges = 3, timeMajor = 4
    }
    enum SequenceRNN { static let timeMajor = 0, activation = 1 }
    enum SVDF { static let rank = 0, activation = 1 }
    enum OneHot { static let axis = 0 }
    enum CallOnce { static let subgraph = 0 }
    enum VarHandle { static let container = 0, name = 1 }
    enum LocalResponse { static let radius = 0, bias = 1, alpha = 2, beta = 3 }

    /// The element types that Swiftlet reads or names; the rest of the schema's list is refused by number.
    enum TensorType: UInt8, CaseIterable {
        case float32 = 0
        case float16 = 1
        case int32 = 2
        case uint8 = 3
        case int64 = 4
        case bool = 6
        case int16 = 7
        case int8 = 9
        /// Two elements a byte, the first in the lower half.
        case int4 = 17
    }

    /// The element type of tensors that stand for variables.
    static let resourceType: UInt8 = 13

    /// The schema's names of all element types, by number.
    static let tensorTypeNames = [
        "FLOAT32", "FLOAT16", "INT32", "UINT8", "INT64", "STRING", "BOOL", "INT16", "COMPLEX64", "INT8",
        "FLOAT64",
        "COMPLEX128", "UINT64", "RESOURCE", "VARIANT", "UINT32", "UINT16", "INT4", "BFLOAT16", "INT2",
        "UINT4",
        "FLOAT8_E4M3FN", "FLOAT8_E5M2",
    ]

    enum FusedActivation: UInt8 { case none = 0, relu, reluN1To1, relu6, tanh, signBit }
    enum PaddingScheme: UInt8 { case same = 0, valid }
    enum MirrorMode: UInt8 { case reflect = 0, symmetric }
}
