#!/usr/bin/env python3
"""Times element-wise functions of 1 x 16 x 160 x 160 float32 numbers in Swiftlet and ONNX Runtime, in turn, on one thread.

    Benchmarks/functions.py [MODEL.onnx ...] [--rounds 5] [--seconds 0.5]

Without files it makes one model for each function. Both read sixteen arrays of the caller in turn and write one of the caller's
(ONNX Runtime: bound buffers). Prints medians in microseconds over all rounds, and the median of the rounds' ratios.
Needs numpy, onnx and onnxruntime; Swiftlet is $SWIFTLET, else .build/release/swiftlet.
"""
import argparse
import json
import os
import subprocess
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

HERE = os.path.dirname(os.path.abspath(__file__))
SWIFTLET = os.environ.get("SWIFTLET", os.path.join(HERE, "..", ".build", "release", "swiftlet"))
SHAPE = [1, 16, 160, 160]


def made(folder):
    """One model for each function, as exporters write it."""
    single = ["Sigmoid", "Tanh", "Erf", "Exp", "Softplus", "Gelu", "HardSwish", "Softsign", "Elu"]
    graphs = {name: [helper.make_node(name, ["x"], ["y"])] for name in single}
    graphs["SiLU"] = [helper.make_node("Sigmoid", ["x"], ["s"]), helper.make_node("Mul", ["x", "s"], ["y"])]
    graphs["Softmax"] = [helper.make_node("Softmax", ["x"], ["y"], axis=-1)]
    for name, nodes in graphs.items():
        ports = [helper.make_tensor_value_info(port, TensorProto.FLOAT, SHAPE) for port in "xy"]
        graph = helper.make_graph(nodes, name, ports[:1], ports[1:])
        path = os.path.join(folder, name + ".onnx")
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9), path)
        yield path


def swiftlet(path, seconds):
    arguments = [SWIFTLET, "benchmark", path, "--seconds", str(seconds), "--format", "json"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    return 1000 * json.loads(done.stdout)["latency_ms"]["median"]


class Peer:
    def __init__(self, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        port = self.session.get_inputs()[0]
        random = np.random.default_rng(0)
        arrays = [random.uniform(-4, 4, port.shape).astype(np.float32) for _ in range(16)]
        result = np.zeros(self.session.get_outputs()[0].shape, np.float32)
        self.bindings = []
        for array in arrays:
            binding = self.session.io_binding()
            binding.bind_input(port.name, "cpu", 0, np.float32, array.shape, array.ctypes.data)
            binding.bind_output(
                self.session.get_outputs()[0].name, "cpu", 0, np.float32, result.shape, result.ctypes.data)
            self.bindings.append(binding)
        self.memory = (arrays, result)

    def microseconds(self, seconds):
        times, end, turn = [], time.perf_counter() + seconds, 0
        while time.perf_counter() < end or len(times) < 5:
            begin = time.perf_counter()
            self.session.run_with_iobinding(self.bindings[turn % 16])
            times.append(time.perf_counter() - begin)
            turn += 1
        return 1e6 * float(np.median(times))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="swiftlet-functions-") as folder:
        for path in options.models or list(made(folder)):
            peer, rounds = Peer(path), []
            for _ in range(options.rounds):
                rounds.append((swiftlet(path, options.seconds), peer.microseconds(options.seconds)))
            own, theirs = np.median([a for a, _ in rounds]), np.median([b for _, b in rounds])
            ratio = np.median([a / b for a, b in rounds])
            print(f"{os.path.basename(path):34} swiftlet {own:7.0f}  onnxruntime {theirs:7.0f}  ratio {ratio:.2f}",
                  flush=True)


if __name__ == "__main__":
    main()
