"""Makes further.pack: operators that are composed of others, carry a state, or work on 16-bit activations and 4-bit weights.

usage: python make_further.py OUTPUT      (needs ai-edge-litert, flatbuffers, numpy)

The file is a list of blobs as in make_operators.py: for each case its name, the model, the number of runs, and for each run
the number of inputs, the inputs, the number of outputs, the outputs. Runs follow each other without a reset.
"""
import os
import struct
import sys

import numpy as np
from flatbuffers import flexbuffers

import make_operators as base
from make_operators import Model, normal, s
from ai_edge_litert.interpreter import Interpreter, OpResolverType

random = np.random.default_rng(33)
CASES = []


def case(name, runs=1, inputs=None):
    def add(function):
        CASES.append((name, function, runs, inputs))
        return function
    return add


# 16-bit activations with 8-bit weights

def wide(name, options, weights_shape, out, axis=0, bias=True, shape=(1, 6, 7, 4), **fields):
    def build():
        m = Model()
        scales = random.uniform(0.005, 0.02, weights_shape[axis]).astype(np.float32)
        x = m.input("w", shape, (2e-4, 0))
        w = m.constant("b", random.integers(-127, 128, weights_shape), (scales, 0, axis))
        b = m.constant("l", random.integers(-90000, 90000, weights_shape[axis]), (scales * np.float32(2e-4), 0, 0))
        y = m.tensor("w", out, (3e-4, 0))
        m.op(name, [x, w] + ([b] if bias else []), [y], options, 7, **fields)
        return m.bytes([y])
    return build


STEP = dict(padding=0, strideW=1, strideH=1, dilationWFactor=1, dilationHFactor=1)
CASES += [
    ("int16 conv relu", wide("CONV_2D", "Conv2DOptions", (5, 3, 3, 4), (1, 6, 7, 5), fusedActivationFunction=1, **STEP), 1, None),
    ("int16 pointwise", wide("CONV_2D", "Conv2DOptions", (8, 1, 1, 4), (1, 6, 7, 8), **STEP), 1, None),
    ("int16 depthwise", wide("DEPTHWISE_CONV_2D", "DepthwiseConv2DOptions", (1, 3, 3, 4), (1, 6, 7, 4), axis=3, depthMultiplier=1, **STEP), 1, None),
]


def elementwise16(name, options=None, two=False, out_scale=2e-4, **fields):
    def build():
        m = Model()
        inputs = [m.input("w", (1, 3, 4, 2), (1e-4, 0))]
        if two:
            inputs.append(m.input("w", (1, 3, 4, 2), (1.5e-4, 0)))
        y = m.tensor("w", (1, 3, 4, 2), (out_scale, 0))
        m.op(name, inputs, [y], options, 4 if two else 2 if name == "LEAKY_RELU" else 3, **fields)
        return m.bytes([y])
    return build


CASES += [
    ("int16 add", elementwise16("ADD", "AddOptions", True, 3e-4, potScaleInt16=False), 1, None),
    ("int16 sub", elementwise16("SUB", "SubOptions", True, 3e-4, potScaleInt16=False), 1, None),
    ("int16 mul", elementwise16("MUL", "MulOptions", True, 4e-4), 1, None),
    ("int16 tanh", elementwise16("TANH", out_scale=1 / 32768), 1, None),
    ("int16 logistic", elementwise16("LOGISTIC", out_scale=1 / 32768), 1, None),
    ("int16 leaky relu", elementwise16("LEAKY_RELU", "LeakyReluOptions", False, 1e-4, alpha=0.25), 1, None),
]


@case("int16 between real numbers")
def _():
    m = Model()
    x, q, y = m.input("f", (1, 40)), m.tensor("w", (1, 40), (1e-4, 0)), m.tensor("f", (1, 40))
    m.op("QUANTIZE", [x], [q], "QuantizeOptions", 2)
    m.op("DEQUANTIZE", [q], [y], "DequantizeOptions", 3)
    return m.bytes([y])


# 4-bit weights

def packed(values):
    flat = np.asarray(values).ravel().astype(np.int8) & 0x0F
    flat = np.append(flat, 0) if flat.size % 2 else flat
    return (flat[0::2] | flat[1::2] << 4).astype(np.uint8)


def four_bits(m, shape, scales, axis):
    index = m.tensor("b", shape, (scales, 0, axis))
    m.graph.tensors[index].type = s.TensorType.INT4
    b = s.BufferT()
    b.data = packed(random.integers(-7, 8, shape))
    m.model.buffers.append(b)
    m.graph.tensors[index].buffer = len(m.model.buffers) - 1
    return index


@case("int4 dense weights")
def _():
    m = Model()
    x, y = m.input("b", (2, 10), (0.05, 3)), m.tensor("b", (2, 6), (0.1, -4))
    w = four_bits(m, (6, 10), np.array([0.04], np.float32), 0)
    b = m.constant("i", random.integers(-300, 300, 6), (np.float32(0.04 * 0.05), 0))
    m.op("FULLY_CONNECTED", [x, w, b], [y], "FullyConnectedOptions", 10)
    return m.bytes([y])


@case("int4 convolution weights")
def _():
    m = Model()
    scales = random.uniform(0.03, 0.06, 5).astype(np.float32)
    x, y = m.input("b", (1, 6, 7, 4), (0.05, 3)), m.tensor("b", (1, 6, 7, 5), (0.1, -4))
    w = four_bits(m, (5, 3, 3, 4), scales, 0)
    b = m.constant("i", random.integers(-300, 300, 5), (scales * np.float32(0.05), 0, 0))
    m.op("CONV_2D", [x, w, b], [y], "Conv2DOptions", 7, **STEP)
    return m.bytes([y])


# Recurrent layers

def lstm_operands(m, width, hidden, peepholes):
    weights = [m.constant("f", normal(hidden, width) * 0.4) for _ in range(4)]
    recurrent = [m.constant("f", normal(hidden, hidden) * 0.4) for _ in range(4)]
    cells = [m.constant("f", normal(hidden) * 0.3) if peepholes else -1 for _ in range(3)]
    biases = [m.constant("f", normal(hidden) * 0.2) for _ in range(4)]
    return weights + recurrent + cells + biases + [-1, -1]


def state(m, *shape):
    index = m.tensor("f", shape)
    m.graph.tensors[index].isVariable = True
    return index


def bidirectional(merges, time_major, peepholes=False):
    def build():
        m = Model()
        batch, time, width, hidden = 2, 5, 3, 4
        x = m.input("f", (time, batch, width) if time_major else (batch, time, width))
        operands = [x] + lstm_operands(m, width, hidden, peepholes) + lstm_operands(m, width, hidden, peepholes)
        operands += [state(m, batch, hidden) for _ in range(4)] + [-1] * 9
        shape = (time, batch) if time_major else (batch, time)
        outputs = [m.tensor("f", (*shape, 2 * hidden))] if merges else [m.tensor("f", (*shape, hidden)) for _ in range(2)]
        m.op("BIDIRECTIONAL_SEQUENCE_LSTM", operands, outputs, "BidirectionalSequenceLSTMOptions", 3,
             fusedActivationFunction=4, cellClip=0.0, projClip=0.0, mergeOutputs=merges, timeMajor=time_major)
        return m.bytes(outputs)
    return build


CASES += [("bidirectional lstm merged", bidirectional(True, True), 1, None),
          ("bidirectional lstm apart, batch first", bidirectional(False, False), 1, None),
          ("bidirectional lstm with peepholes", bidirectional(False, True, True), 1, None)]


@case("sequence rnn")
def _():
    m = Model()
    x = m.input("f", (2, 5, 3))
    w, r, b = m.constant("f", normal(4, 3) * 0.5), m.constant("f", normal(4, 4) * 0.4), m.constant("f", normal(4))
    y = m.tensor("f", (2, 5, 4))
    m.op("UNIDIRECTIONAL_SEQUENCE_RNN", [x, w, r, b, state(m, 2, 4)], [y], "SequenceRNNOptions", timeMajor=False,
         fusedActivationFunction=4)
    return m.bytes([y])


def svdf(rank, activation, bias=True, steps=5):
    def build():
        m = Model()
        units, width, batch = 4, 6, 1
        filters = units * rank
        x, y = m.input("f", (batch, width)), m.tensor("f", (batch, units))
        w, t = m.constant("f", normal(filters, width)), m.constant("f", normal(filters, steps))
        b = m.constant("f", normal(units)) if bias else -1
        m.op("SVDF", [x, w, t, b, state(m, batch, filters * steps)], [y], "SVDFOptions", rank=rank, fusedActivationFunction=activation)
        return m.bytes([y])
    return build


CASES += [("svdf of rank 1", svdf(1, 1), 7, None), ("svdf of rank 2 without bias", svdf(2, 0, False), 7, None),
          ("svdf with a memory of one step", svdf(1, 0, True, 1), 3, None)]


@case("svdf on int8 with an int16 memory", runs=7)
def _():
    m = Model()
    units, width, rank, steps = 4, 6, 2, 5
    filters = units * rank
    x, y = m.input("b", (1, width), (0.05, 3)), m.tensor("b", (1, units), (0.02, -128))
    w = m.constant("b", random.integers(-127, 128, (filters, width)), (np.float32(0.01), 0))
    t = m.constant("w", random.integers(-3000, 3000, (filters, steps)), (np.float32(2e-4), 0))
    b = m.constant("i", random.integers(-3000, 3000, units), (np.float32(5e-4 * 2e-4), 0))
    memory = m.tensor("w", (1, filters * steps), (np.float32(5e-4), 0))
    m.graph.tensors[memory].isVariable = True
    m.op("SVDF", [x, w, t, b, memory], [y], "SVDFOptions", 3, rank=rank, fusedActivationFunction=1)
    return m.bytes([y])


# Choices

def top(kind, count, q=None):
    def build():
        m = Model()
        x = m.input(kind, (3, 9), q)
        values, places = m.tensor(kind, (3, count), q), m.tensor("i", (3, count))
        m.op("TOPK_V2", [x, m.constant("i", count)], [values, places], "TopKV2Options", 2)
        return m.bytes([values, places])
    return build


CASES += [("top 4", top("f", 4), 1, None), ("int8 top 3", top("b", 3, (0.05, 3)), 1, None)]


@case("one hot", inputs=lambda: [np.array([[0, 2, -1], [6, 3, 7]], np.int32)])
def _():
    m = Model()
    x, y = m.input("i", (2, 3)), m.tensor("f", (2, 3, 7))
    m.op("ONE_HOT", [x, m.constant("i", 7), m.constant("f", 2.5), m.constant("f", -0.5)], [y], "OneHotOptions", axis=-1)
    return m.bytes([y])


def boxes(count):
    centres = random.uniform(0, 1, (count, 2))
    sizes = random.uniform(0.1, 0.5, (count, 2))
    return np.concatenate([centres - sizes / 2, centres + sizes / 2], 1).astype(np.float32)


def suppression(version, kept):
    def build():
        m = Model()
        b, sc = m.input("f", (30, 4)), m.input("f", (30,))
        inputs = [b, sc, m.constant("i", kept), m.constant("f", 0.4), m.constant("f", 0.3)]
        outputs = [m.tensor("i", (kept,)), m.tensor("i", ())]
        if version == 5:
            inputs.append(m.constant("f", 0.0))
            outputs = [outputs[0], m.tensor("f", (kept,)), outputs[1]]
        m.op(f"NON_MAX_SUPPRESSION_V{version}", inputs, outputs, f"NonMaxSuppressionV{version}Options")
        return m.bytes(outputs)
    return build


def suppression_inputs():
    return [boxes(30), random.uniform(0, 1, 30).astype(np.float32)]


CASES += [("non-maximum suppression 4", suppression(4, 6), 1, suppression_inputs),
          ("non-maximum suppression 4, more asked for than there are", suppression(4, 25), 1, suppression_inputs),
          ("non-maximum suppression 5", suppression(5, 12), 1, suppression_inputs)]


def detections(per_class, kept=8, classes=3, scores_kind="f", threshold=0.3):
    def build():
        m = Model()
        count = 24
        b = m.input("u", (1, count, 4), (0.03, 117)) if scores_kind == "u" else m.input("f", (1, count, 4))
        sc = m.input("u", (1, count, classes + 1), (1 / 256, 0)) if scores_kind == "u" else m.input("f", (1, count, classes + 1))
        anchors = np.concatenate([random.uniform(0, 1, (count, 2)), random.uniform(0.2, 0.6, (count, 2))], 1)
        a = m.constant("u", np.rint(anchors / 0.004), (0.004, 0)) if scores_kind == "u" else m.constant("f", anchors)
        outputs = [m.tensor("f", (1, kept, 4)), m.tensor("f", (1, kept)), m.tensor("f", (1, kept)), m.tensor("f", (1,))]
        code = s.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = s.BuiltinOperator.CUSTOM
        code.customCode, code.version = "TFLite_Detection_PostProcess", 1
        m.model.operatorCodes.append(code)
        o = s.OperatorT()
        o.opcodeIndex, o.inputs, o.outputs = len(m.model.operatorCodes) - 1, [b, sc, a], outputs
        options = {"max_detections": kept, "max_classes_per_detection": 1, "detections_per_class": 5, "num_classes": classes,
                   "use_regular_nms": per_class, "nms_score_threshold": threshold, "nms_iou_threshold": 0.5,
                   "y_scale": 10.0, "x_scale": 10.0, "h_scale": 5.0, "w_scale": 5.0}
        o.customOptions = np.frombuffer(bytes(flexbuffers.Dumps(options)), np.uint8)
        m.graph.operators.append(o)
        return m.bytes(outputs)
    return build


def detection_inputs():
    return [(normal(1, 24, 4) * 3).astype(np.float32), random.uniform(0, 1, (1, 24, 4)).astype(np.float32)]


CASES += [("detections", detections(False), 1, detection_inputs),
          ("detections, few above the threshold", detections(False, threshold=0.93), 1, detection_inputs),
          ("detections of each class", detections(True), 1, detection_inputs),
          ("detections of each class, few above the threshold", detections(True, threshold=0.93), 1, detection_inputs),
          ("detections from uint8", detections(False, scores_kind="u"), 1, None)]


def value(detail):
    shape, kind = detail["shape"], detail["dtype"]
    if kind == np.float32:
        return (2 * random.standard_normal(shape)).astype(np.float32)
    info = np.iinfo(kind)
    return random.integers(info.min, info.max + 1, shape).astype(kind)


def run(model, runs, given, clears=False):
    interpreter = Interpreter(model_content=model, num_threads=1)
    interpreter.allocate_tensors()
    found = []
    for _ in range(runs):
        details = interpreter.get_input_details()
        inputs = given() if given else [value(detail) for detail in details]
        for detail, x in zip(details, inputs):
            interpreter.set_tensor(detail["index"], x)
        interpreter.invoke()
        outputs = [interpreter.get_tensor(d["index"]).copy() for d in interpreter.get_output_details()]
        if clears:  # LiteRT leaves whatever was there behind the detections that it found
            for output in outputs[:3]:
                output[0, int(outputs[3][0]):] = 0
        found.append((inputs, outputs))
    return found


def main():
    with open(sys.argv[1], "wb") as file:
        def blob(data):
            file.write(struct.pack("<I", len(data)) + data)
        for name, build, runs, given in CASES:
            model = build()
            try:
                found = run(model, runs, given, name.startswith("detections"))
            except Exception as error:
                sys.exit(f"{name}: {error}")
            blob(name.encode())
            blob(model)
            blob(str(len(found)).encode())
            for pair in found:
                for arrays in pair:
                    blob(str(len(arrays)).encode())
                    for array in arrays:
                        blob(np.ascontiguousarray(array).tobytes())
    print(len(CASES), "cases,", os.path.getsize(sys.argv[1]), "bytes")


if __name__ == "__main__":
    main()
