"""Makes operators.pack: small TFLite models, one operator or idiom each, with inputs and LiteRT's outputs.

usage: python make_operators.py OUTPUT      (needs ai-edge-litert, flatbuffers, numpy)

The file is a list of blobs, each a little-endian u32 length and its bytes: for each case its name, the model, the
number of inputs, the inputs, the number of outputs, the outputs (raw little-endian arrays; counts as one decimal).
"""
import os
import struct
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as s
from ai_edge_litert.interpreter import Interpreter, OpResolverType

TYPES = {"f": s.TensorType.FLOAT32, "h": s.TensorType.FLOAT16, "i": s.TensorType.INT32, "u": s.TensorType.UINT8,
         "l": s.TensorType.INT64, "b": s.TensorType.INT8,
         "w": s.TensorType.INT16, "?": s.TensorType.BOOL}
NUMPY = {"f": np.float32, "h": np.float16, "i": np.int32, "u": np.uint8, "l": np.int64, "b": np.int8, "w": np.int16, "?": np.bool_}
random = np.random.default_rng(20)
OPERATORS = {k: v for k, v in vars(s.BuiltinOperator).items() if isinstance(v, int)}
UNIONS = {k: v for k, v in vars(s.BuiltinOptions).items() if isinstance(v, int)}


class Model:
    def __init__(self):
        self.model = s.ModelT()
        self.model.version = 3
        self.model.description = "operator test"
        self.model.operatorCodes, self.model.metadata = [], []
        empty = s.BufferT()
        self.model.buffers = [empty]
        self.graph = s.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.graph.inputs, self.graph.outputs, self.graph.name = [], [], "main"
        self.model.subgraphs = [self.graph]

    def tensor(self, kind, shape, q=None, data=None, signature=None):
        """q: (scale or scales, zero point, axis)"""
        t = s.TensorT()
        t.shape, t.type, t.name = list(shape), TYPES[kind], f"t{len(self.graph.tensors)}"
        t.shapeSignature = signature
        t.hasRank = True
        t.buffer = 0
        if q is not None:
            t.quantization = s.QuantizationParametersT()
            scales = np.atleast_1d(np.array(q[0], np.float32))
            t.quantization.scale = scales
            zero = q[1] if len(q) > 1 else 0
            t.quantization.zeroPoint = np.full(len(scales), zero, np.int64)
            t.quantization.quantizedDimension = q[2] if len(q) > 2 else 0
        if data is not None:
            b = s.BufferT()
            b.data = np.frombuffer(np.ascontiguousarray(np.array(data, NUMPY[kind])).tobytes(), np.uint8)
            self.model.buffers.append(b)
            t.buffer = len(self.model.buffers) - 1
        self.graph.tensors.append(t)
        return len(self.graph.tensors) - 1

    def input(self, kind, shape, q=None):
        index = self.tensor(kind, shape, q)
        self.graph.inputs.append(index)
        return index

    def constant(self, kind, data, q=None):
        data = np.array(data, NUMPY[kind])
        return self.tensor(kind, data.shape, q, data)

    def op(self, name, inputs, outputs, options=None, version=1, **fields):
        code = s.OperatorCodeT()
        code.builtinCode = OPERATORS[name]
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        code.version = version
        self.model.operatorCodes.append(code)
        o = s.OperatorT()
        o.opcodeIndex = len(self.model.operatorCodes) - 1
        o.inputs, o.outputs = list(inputs), list(outputs)
        if options:
            o.builtinOptionsType = UNIONS[options]
            o.builtinOptions = getattr(s, options + "T")()
            for key, value in fields.items():
                assert hasattr(o.builtinOptions, key), (options, key)
                setattr(o.builtinOptions, key, value)
        self.graph.operators.append(o)

    def bytes(self, outputs):
        self.graph.outputs = list(outputs)
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


CASES = []


def case(name):
    def add(function):
        CASES.append((name, function))
    return add


def normal(*shape):
    return random.standard_normal(shape).astype(np.float32)


Q8 = (0.05, 3)     # int8 activations
W = (5, 6)


def conv(kind, weights_shape, out, options, bias=True, depthwise=False, channels=4, size=(7, 6), **fields):
    def build():
        m = Model()
        fields.setdefault("padding", 0)
        fields.setdefault("strideW", 1)
        fields.setdefault("strideH", 1)
        fields.setdefault("dilationWFactor", 1)
        fields.setdefault("dilationHFactor", 1)
        shape = (1, *size, channels)
        outputs = weights_shape[3] if depthwise else weights_shape[0]
        axis = 3 if depthwise else 0
        name = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
        if kind == "f":
            x, w = m.input("f", shape), m.constant("f", normal(*weights_shape))
            inputs = [x, w] + ([m.constant("f", normal(outputs))] if bias else [])
            y, version = m.tensor("f", out), 1
        elif kind == "b":
            scales = random.uniform(0.01, 0.03, outputs).astype(np.float32)
            x = m.input("b", shape, Q8)
            w = m.constant("b", random.integers(-127, 128, weights_shape), (scales, 0, axis))
            b = m.constant("i", random.integers(-900, 900, outputs), (scales * np.float32(Q8[0]), 0, 0))
            inputs, version = [x, w] + ([b] if bias else []), 3
            y = m.tensor("b", out, (0.12, -20))
        else:
            x = m.input("u", shape, (0.05, 131))
            w = m.constant("u", random.integers(0, 256, weights_shape), (0.02, 117))
            b = m.constant("i", random.integers(-900, 900, outputs), (np.float32(0.02) * np.float32(0.05), 0))
            inputs, version = [x, w, b], 1
            y = m.tensor("u", out, (0.12, 108))
        m.op(name, inputs, [y], options, version, **fields)
        return m.bytes([y])
    return build


def add_convolutions():
    for kind in "fb":
        p = "int8 " if kind == "b" else ""
        c, d = "Conv2DOptions", "DepthwiseConv2DOptions"
        CASES.append((p + "conv same stride 2 relu", conv(kind, (5, 3, 3, 4), (1, 4, 3, 5), c, strideW=2, strideH=2, fusedActivationFunction=1)))
        CASES.append((p + "conv valid relu6", conv(kind, (5, 3, 2, 4), (1, 5, 5, 5), c, padding=1, fusedActivationFunction=3)))
        CASES.append((p + "conv same dilation 2", conv(kind, (3, 3, 3, 4), (1, 7, 6, 3), c, dilationWFactor=2, dilationHFactor=2)))
        CASES.append((p + "conv pointwise", conv(kind, (8, 1, 1, 4), (1, 7, 6, 8), c)))
        CASES.append((p + "conv relu -1 to 1", conv(kind, (8, 1, 1, 4), (1, 7, 6, 8), c, fusedActivationFunction=2)))
        CASES.append((p + "depthwise", conv(kind, (1, 3, 3, 4), (1, 7, 6, 4), d, depthwise=True, depthMultiplier=1)))
        CASES.append((p + "depthwise multiplier 3 valid", conv(kind, (1, 3, 3, 12), (1, 5, 4, 12), d, depthwise=True, depthMultiplier=3, padding=1, fusedActivationFunction=1)))
        CASES.append((p + "depthwise stride 2", conv(kind, (1, 3, 3, 4), (1, 4, 3, 4), d, depthwise=True, depthMultiplier=1, strideW=2, strideH=2)))
        CASES.append((p + "depthwise of one channel", conv(kind, (1, 5, 3, 8), (1, 7, 6, 8), d, depthwise=True, channels=1, depthMultiplier=8)))
    CASES.append(("conv grouped", conv("f", (6, 3, 3, 2), (1, 7, 6, 6), "Conv2DOptions")))
    CASES.append(("uint8 conv with a weight zero point", conv("u", (5, 3, 3, 4), (1, 7, 6, 5), "Conv2DOptions", fusedActivationFunction=1)))
    CASES.append(("uint8 depthwise", conv("u", (1, 3, 3, 4), (1, 7, 6, 4), "DepthwiseConv2DOptions", depthwise=True, depthMultiplier=1, fusedActivationFunction=3)))


@case("conv with float16 weights")
def _():
    m = Model()
    x, y = m.input("f", (1, 5, 5, 3)), m.tensor("f", (1, 5, 5, 4))
    w, b = m.constant("h", normal(4, 3, 3, 3)), m.constant("h", normal(4))
    wide, bias = m.tensor("f", (4, 3, 3, 3)), m.tensor("f", (4,))
    m.op("DEQUANTIZE", [w], [wide], version=3)
    m.op("DEQUANTIZE", [b], [bias], version=3)
    m.op("CONV_2D", [x, wide, bias], [y], "Conv2DOptions", padding=0, strideW=1, strideH=1, dilationWFactor=1, dilationHFactor=1)
    return m.bytes([y])


def dense(kind, shape, out, bias=True, per_channel=False, **fields):
    def build():
        m = Model()
        units, width = out[-1], 12
        if kind == "f":
            x, w, y = m.input("f", shape), m.constant("f", normal(units, width)), m.tensor("f", out)
            inputs, version = [x, w, m.constant("f", normal(units)) if bias else -1], 1
        else:
            scales = random.uniform(0.01, 0.03, units if per_channel else 1).astype(np.float32)
            x, y = m.input("b", shape, Q8), m.tensor("b", out, (0.2, 11))
            w = m.constant("b", random.integers(-127, 128, (units, width)), (scales, 0, 0))
            b = m.constant("i", random.integers(-900, 900, units), (scales * np.float32(Q8[0]), 0, 0))
            inputs, version = [x, w, b if bias else -1], 12 if per_channel else 4
        m.op("FULLY_CONNECTED", inputs, [y], "FullyConnectedOptions", version, **fields)
        return m.bytes([y])
    return build


for kind in "fb":
    p = "int8 " if kind == "b" else ""
    CASES += [(p + "dense relu", dense(kind, (1, 12), (1, 5), fusedActivationFunction=1)),
              (p + "dense without bias", dense(kind, (2, 12), (2, 5), bias=False)),
              (p + "dense flattens", dense(kind, (1, 2, 3, 4), (2, 5))),
              (p + "dense keeps dimensions", dense(kind, (1, 3, 12), (1, 3, 5), keepNumDims=True))]
CASES.append(("int8 dense per channel", dense("b", (1, 12), (1, 5), per_channel=True)))
add_convolutions()


def unary(name, out=None, shape=(1, 3, 4, 2), kind="f", q=None, oq=None, options=None, version=1, extra=(), **fields):
    def build():
        m = Model()
        x = m.input(kind, shape, q)
        more = [m.constant(k, v) for k, v in extra]
        y = m.tensor(kind, shape if out is None else out, oq or q)
        m.op(name, [x] + more, [y], options, version, **fields)
        return m.bytes([y])
    return build


for name in ["RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "LOGISTIC", "TANH", "ABS", "NEG", "EXP", "FLOOR",
             "CEIL", "ROUND", "SIGN", "SIN", "COS", "SQUARE", "HARD_SWISH"]:
    CASES.append((name.lower(), unary(name)))
CASES += [
    ("leaky relu", unary("LEAKY_RELU", options="LeakyReluOptions", alpha=0.2)),
    ("gelu exact", unary("GELU", options="GeluOptions", approximate=False)),
    ("gelu tanh", unary("GELU", options="GeluOptions", approximate=True)),
    ("softmax", unary("SOFTMAX", shape=(2, 7), options="SoftmaxOptions", beta=1.0)),
    ("prelu", unary("PRELU", extra=[("f", [0.1, -0.3])])),
    ("reshape inferred", unary("RESHAPE", (1, 24), extra=[("i", [1, -1])], options="ReshapeOptions", newShape=[1, -1])),
    ("reshape across the batch", unary("RESHAPE", (3, 8), extra=[("i", [-1, 8])], options="ReshapeOptions", newShape=[-1, 8])),
    ("squeeze", unary("SQUEEZE", (1, 4, 2), (1, 1, 4, 2), options="SqueezeOptions", squeezeDims=[-3])),
    ("expand dims", unary("EXPAND_DIMS", (1, 3, 1, 4, 2), extra=[("i", [2])], options="ExpandDimsOptions")),
    ("transpose", unary("TRANSPOSE", (1, 2, 3, 4), extra=[("i", [0, 3, 1, 2])], options="TransposeOptions")),
    ("slice", unary("SLICE", (1, 2, 3, 2), extra=[("i", [0, 1, 0, 0]), ("i", [-1, 2, 3, -1])], options="SliceOptions")),
    ("strided slice with masks", unary("STRIDED_SLICE", (1, 2, 4, 2), extra=[("i", [0, -1, 1, 0]), ("i", [1, 0, 3, 2]), ("i", [1, -1, 1, 1])], options="StridedSliceOptions", beginMask=4, endMask=4)),
    ("strided slice that drops an axis", unary("STRIDED_SLICE", (1, 4, 2), extra=[("i", [0, 2, 0, 0]), ("i", [1, 3, 4, 2]), ("i", [1, 1, 1, 1])], options="StridedSliceOptions", shrinkAxisMask=2)),
    ("pad", unary("PAD", (1, 6, 5, 2), extra=[("i", [[0, 0], [1, 2], [0, 1], [0, 0]])], options="PadOptions")),
    ("pad with a value", unary("PADV2", (1, 6, 5, 2), extra=[("i", [[0, 0], [1, 2], [0, 1], [0, 0]]), ("f", [-1.5])], options="PadV2Options")),
    ("mirror pad", unary("MIRROR_PAD", (1, 6, 5, 2), extra=[("i", [[0, 0], [1, 2], [0, 1], [0, 0]])], options="MirrorPadOptions", mode=0)),
    ("mirror pad symmetric", unary("MIRROR_PAD", (1, 5, 5, 2), extra=[("i", [[0, 0], [1, 1], [0, 1], [0, 0]])], options="MirrorPadOptions", mode=1)),
    ("mean of the image", unary("MEAN", (1, 2), extra=[("i", [1, 2])], options="ReducerOptions", keepDims=False)),
    ("mean of the image kept", unary("MEAN", (1, 1, 1, 2), extra=[("i", [1, 2])], options="ReducerOptions", keepDims=True)),
    ("mean of channels", unary("MEAN", (1, 3, 4, 1), extra=[("i", [-1])], options="ReducerOptions", keepDims=True)),
    ("sum", unary("SUM", (1, 3, 2), extra=[("i", [2])], options="ReducerOptions", keepDims=False)),
    ("reduce max", unary("REDUCE_MAX", (1, 4, 2), extra=[("i", [1])], options="ReducerOptions", keepDims=False)),
    ("reduce min", unary("REDUCE_MIN", (1, 4, 2), extra=[("i", [1])], options="ReducerOptions", keepDims=False)),
    ("average pool same", unary("AVERAGE_POOL_2D", (1, 4, 3, 2), (1, 7, 6, 2), options="Pool2DOptions", padding=0, strideW=2, strideH=2, filterWidth=3, filterHeight=3)),
    ("average pool valid relu", unary("AVERAGE_POOL_2D", (1, 3, 3, 2), (1, 7, 6, 2), options="Pool2DOptions", padding=1, strideW=2, strideH=2, filterWidth=2, filterHeight=2, fusedActivationFunction=1)),
    ("max pool same", unary("MAX_POOL_2D", (1, 4, 3, 2), (1, 7, 6, 2), options="Pool2DOptions", padding=0, strideW=2, strideH=2, filterWidth=3, filterHeight=3)),
    ("average pool of everything", unary("AVERAGE_POOL_2D", (1, 1, 1, 2), (1, 7, 6, 2), options="Pool2DOptions", padding=1, strideW=6, strideH=7, filterWidth=6, filterHeight=7)),
    ("local response", unary("LOCAL_RESPONSE_NORMALIZATION", shape=(1, 3, 3, 9), options="LocalResponseNormalizationOptions", radius=2, bias=1.5, alpha=0.3, beta=0.6)),
    ("resize nearest", unary("RESIZE_NEAREST_NEIGHBOR", (1, 5, 9, 2), extra=[("i", [5, 9])], options="ResizeNearestNeighborOptions")),
    ("resize nearest half pixel", unary("RESIZE_NEAREST_NEIGHBOR", (1, 5, 2, 2), extra=[("i", [5, 2])], options="ResizeNearestNeighborOptions", version=3, halfPixelCenters=True)),
    ("resize nearest aligned", unary("RESIZE_NEAREST_NEIGHBOR", (1, 5, 9, 2), extra=[("i", [5, 9])], options="ResizeNearestNeighborOptions", version=3, alignCorners=True)),
    ("resize bilinear", unary("RESIZE_BILINEAR", (1, 5, 9, 2), extra=[("i", [5, 9])], options="ResizeBilinearOptions")),
    ("resize bilinear half pixel", unary("RESIZE_BILINEAR", (1, 5, 9, 2), extra=[("i", [5, 9])], options="ResizeBilinearOptions", version=3, halfPixelCenters=True)),
    ("resize bilinear aligned", unary("RESIZE_BILINEAR", (1, 5, 9, 2), extra=[("i", [5, 9])], options="ResizeBilinearOptions", alignCorners=True)),
]
IMAGE = (1, 6, 7, 4)
POOL = dict(options="Pool2DOptions", version=2, kind="b", q=Q8, shape=IMAGE)
INT = dict(version=2, kind="b", q=Q8, shape=IMAGE)
CASES += [
    ("int8 average pool same", unary("AVERAGE_POOL_2D", (1, 3, 4, 4), padding=0, strideW=2, strideH=2, filterWidth=3, filterHeight=3, **POOL)),
    ("int8 max pool relu", unary("MAX_POOL_2D", (1, 3, 3, 4), padding=1, strideW=2, strideH=2, filterWidth=2, filterHeight=2, fusedActivationFunction=1, **POOL)),
    ("int8 mean rescaled", unary("MEAN", (1, 4), extra=[("i", [1, 2])], options="ReducerOptions", oq=(0.03, -5), keepDims=False, **INT)),
    ("int8 sum", unary("SUM", (1, 7, 4), extra=[("i", [1])], options="ReducerOptions", oq=(0.2, 9), keepDims=False, **INT)),
    ("int8 softmax", unary("SOFTMAX", options="SoftmaxOptions", beta=1.0, version=2, kind="b", q=(0.1, 4), oq=(1 / 256, -128), shape=(3, 10))),
    ("int8 logistic", unary("LOGISTIC", oq=(1 / 256, -128), **INT)),
    ("int8 tanh", unary("TANH", oq=(1 / 128, 0), **INT)),
    ("int8 relu rescaled", unary("RELU", oq=(0.03, -128), **INT)),
    ("int8 relu6", unary("RELU6", oq=(6 / 255, -128), **INT)),
    ("int8 leaky relu", unary("LEAKY_RELU", options="LeakyReluOptions", alpha=0.3, oq=(0.04, -30), **INT)),
    ("int8 hard swish", unary("HARD_SWISH", kind="b", q=Q8, shape=IMAGE, oq=(0.04, -30))),
    ("int8 pad", unary("PAD", (1, 8, 8, 4), extra=[("i", [[0, 0], [1, 1], [1, 0], [0, 0]])], options="PadOptions", **INT)),
    ("int8 transpose", unary("TRANSPOSE", (1, 4, 6, 7), extra=[("i", [0, 3, 1, 2])], options="TransposeOptions", **INT)),
    ("int8 slice", unary("SLICE", (1, 3, 7, 4), extra=[("i", [0, 2, 0, 0]), ("i", [1, 3, 7, 4])], options="SliceOptions", **INT)),
    ("int8 resize bilinear", unary("RESIZE_BILINEAR", (1, 9, 11, 4), extra=[("i", [9, 11])], options="ResizeBilinearOptions", **INT)),
    ("int8 resize nearest", unary("RESIZE_NEAREST_NEIGHBOR", (1, 12, 14, 4), extra=[("i", [12, 14])], options="ResizeNearestNeighborOptions", **INT)),
    ("int8 requantise", unary("QUANTIZE", options="QuantizeOptions", oq=(0.07, -9), **INT)),
    ("uint8 softmax", unary("SOFTMAX", options="SoftmaxOptions", beta=1.0, kind="u", q=(0.1, 120), oq=(1 / 256, 0), shape=(3, 10))),
]


def binary(name, options, kind="f", shapes=((1, 3, 4, 2), (1, 3, 4, 2)), out=(1, 3, 4, 2), constant=False, version=1, positive=False, oq=(0.09, -12), q2=(0.03, -7), **fields):
    def build():
        m = Model()
        a = m.input(kind, shapes[0], Q8 if kind == "b" else None)
        if constant:
            data = normal(*shapes[1]) if kind == "f" else random.integers(-128, 128, shapes[1])
            if positive:
                data = np.abs(data) + np.float32(0.5)
            b = m.constant(kind, data, q2 if kind == "b" else None)
        else:
            b = m.input(kind, shapes[1], q2 if kind == "b" else None)
        y = m.tensor(kind, out, oq if kind == "b" else None)
        m.op(name, [a, b], [y], options, version, **fields)
        return m.bytes([y])
    return build


LAST = ((1, 3, 4, 2), (2,))
GATE = ((1, 3, 4, 2), (1, 1, 1, 2))
SAME = dict(oq=Q8, q2=Q8)
CASES += [
    ("add relu", binary("ADD", "AddOptions", fusedActivationFunction=1)),
    ("add constant channels relu6", binary("ADD", "AddOptions", shapes=LAST, constant=True, fusedActivationFunction=3)),
    ("sub", binary("SUB", "SubOptions")),
    ("mul by a gate", binary("MUL", "MulOptions", shapes=GATE)),
    ("div", binary("DIV", "DivOptions", shapes=LAST, constant=True, positive=True)),
    ("maximum", binary("MAXIMUM", "MaximumMinimumOptions")),
    ("minimum of a constant", binary("MINIMUM", "MaximumMinimumOptions", shapes=LAST, constant=True)),
    ("squared difference", binary("SQUARED_DIFFERENCE", "SquaredDifferenceOptions")),
    ("int8 add relu", binary("ADD", "AddOptions", "b", version=2, fusedActivationFunction=1)),
    ("int8 add constant", binary("ADD", "AddOptions", "b", shapes=LAST, constant=True, version=2)),
    ("int8 sub", binary("SUB", "SubOptions", "b", version=2)),
    ("int8 mul by a gate", binary("MUL", "MulOptions", "b", shapes=GATE, version=2)),
    ("int8 maximum", binary("MAXIMUM", "MaximumMinimumOptions", "b", version=2, **SAME)),
    ("batch matmul", binary("BATCH_MATMUL", "BatchMatMulOptions", shapes=((2, 3, 4), (2, 4, 5)), out=(2, 3, 5))),
    ("batch matmul turned", binary("BATCH_MATMUL", "BatchMatMulOptions", shapes=((2, 4, 3), (2, 5, 4)), out=(2, 3, 5), adjX=True, adjY=True)),
    ("concatenation", binary("CONCATENATION", "ConcatenationOptions", shapes=((1, 3, 4, 2), (1, 3, 4, 5)), out=(1, 3, 4, 7), axis=-1)),
    ("int8 concatenation", binary("CONCATENATION", "ConcatenationOptions", "b", shapes=((1, 3, 4, 2), (1, 3, 4, 5)), out=(1, 3, 4, 7), axis=3, version=2, **SAME)),
    ("pack", binary("PACK", "PackOptions", out=(1, 3, 2, 4, 2), valuesCount=2, axis=2)),
]


@case("split")
def _():
    m = Model()
    x, axis = m.input("f", (1, 3, 6)), m.constant("i", 2)
    outputs = [m.tensor("f", (1, 3, 2)) for _ in range(3)]
    m.op("SPLIT", [axis, x], outputs, "SplitOptions", numSplits=3)
    return m.bytes(outputs)


@case("split of given sizes")
def _():
    m = Model()
    x, sizes, axis = m.input("f", (1, 3, 6)), m.constant("i", [1, -1]), m.constant("i", -1)
    outputs = [m.tensor("f", (1, 3, 1)), m.tensor("f", (1, 3, 5))]
    m.op("SPLIT_V", [x, sizes, axis], outputs, "SplitVOptions", numSplits=2)
    return m.bytes(outputs)


@case("unpack")
def _():
    m = Model()
    x = m.input("f", (1, 2, 5))
    outputs = [m.tensor("f", (1, 5)) for _ in range(2)]
    m.op("UNPACK", [x], outputs, "UnpackOptions", num=2, axis=1)
    return m.bytes(outputs)


@case("quantise and dequantise")
def _():
    m = Model()
    x, q, y = m.input("f", (1, 40)), m.tensor("b", (1, 40), (0.02, -3)), m.tensor("f", (1, 40))
    m.op("QUANTIZE", [x], [q], "QuantizeOptions")
    m.op("DEQUANTIZE", [q], [y], "DequantizeOptions", 2)
    return m.bytes([y])


@case("cast")
def _():
    m = Model()
    x, y = m.input("i", (1, 9)), m.tensor("f", (1, 9))
    m.op("CAST", [x], [y], "CastOptions", inDataType=2, outDataType=0)
    return m.bytes([y])


@case("reshape by a computed shape")
def _():
    m = Model()
    x, y = m.input("f", (1, 3, 4, 2)), m.tensor("f", (1, 24), signature=[-1, 24])
    shape, batch, target = m.tensor("i", (4,)), m.tensor("i", ()), m.tensor("i", (2,))
    m.op("SHAPE", [x], [shape], "ShapeOptions", outType=2)
    ranges = [m.constant("i", [0]), m.constant("i", [1]), m.constant("i", [1])]
    m.op("STRIDED_SLICE", [shape] + ranges, [batch], "StridedSliceOptions", shrinkAxisMask=1)
    m.op("PACK", [batch, m.constant("i", 24)], [target], "PackOptions", valuesCount=2, axis=0)
    m.op("RESHAPE", [x, target], [y], "ReshapeOptions")
    return m.bytes([y])


def run(model):
    interpreter = Interpreter(model_content=model, num_threads=1)
    interpreter.allocate_tensors()
    inputs = []
    for detail in interpreter.get_input_details():
        shape, kind = detail["shape"], detail["dtype"]
        if kind == np.float32:
            x = (2 * random.standard_normal(shape)).astype(np.float32)
        elif kind == np.int32:
            x = random.integers(-1000, 1000, shape).astype(kind)
        else:
            info = np.iinfo(kind)
            x = random.integers(info.min, info.max + 1, shape).astype(kind)
        interpreter.set_tensor(detail["index"], x)
        inputs.append(x)
    interpreter.invoke()
    return inputs, [interpreter.get_tensor(d["index"]).copy() for d in interpreter.get_output_details()]


def main():
    with open(sys.argv[1], "wb") as file:
        def blob(data):
            file.write(struct.pack("<I", len(data)) + data)
        for name, build in CASES:
            model = build()
            try:
                inputs, outputs = run(model)
            except Exception as error:
                sys.exit(f"{name}: {error}")
            blob(name.encode())
            blob(model)
            for arrays in (inputs, outputs):
                blob(str(len(arrays)).encode())
                for array in arrays:
                    blob(np.ascontiguousarray(array).tobytes())
    print(len(CASES), "cases,", os.path.getsize(sys.argv[1]), "bytes")


if __name__ == "__main__":
    main()
