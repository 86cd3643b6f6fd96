"""Runs bundles on raw samples in LiteRT and ONNX Runtime: the front-end's graph, then the model's, and nothing between them.

usage: python3 Benchmarks/front_ends.py BUNDLE...

Of each bundle (see docs/bundle.md) the `raw` test vectors go through `front-end` and then `model`; prints how far inputs and answers
are from the bundle's own, in parts of their range, and ends with status 1 where answers differ (float32 models: more than 1e-4 of the
range or another class; int8: more than 0.02).
"""
import argparse
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np


class LiteRT:
    name, ending = "litert", ".tflite"

    def __init__(self, path):
        from ai_edge_litert.interpreter import Interpreter
        self.interpreter = Interpreter(path)
        self.interpreter.allocate_tensors()
        self.input, = self.interpreter.get_input_details()
        self.output, = self.interpreter.get_output_details()

    def run(self, sample):
        self.interpreter.set_tensor(self.input["index"], sample.reshape(self.input["shape"]))
        self.interpreter.invoke()
        return self.interpreter.get_tensor(self.output["index"])


class ONNXRuntime:
    name, ending = "onnxruntime", ".onnx"

    def __init__(self, path):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.add_session_config_entry("session.x64quantprecision", "1")
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.input, = self.session.get_inputs()

    def run(self, sample):
        return self.session.run(None, {self.input.name: sample.reshape(self.input.shape)})[0]


def distance(values, expected):
    """The largest difference in parts of the range of what is expected."""
    span = float(np.ptp(expected)) or 1.0
    return float(np.abs(values.reshape(expected.shape) - expected).max()) / span


def compare(bundle, runtime, is_integer):
    front = runtime(os.path.join(bundle, "front-end" + runtime.ending))
    model = runtime(os.path.join(bundle, "model" + runtime.ending))
    vectors = np.load(os.path.join(bundle, "test-vectors.npz"))
    inputs = [front.run(raw[None].astype(np.float32)) for raw in vectors["raw"]]
    answers = np.stack([model.run(sample).reshape(-1) for sample in inputs])
    expected = vectors["output"].reshape(len(answers), -1)
    off = distance(np.stack(inputs), vectors["input"]), distance(answers, expected)
    classes = int((answers.argmax(1) == expected.argmax(1)).sum())
    good = off[1] <= (0.02 if is_integer else 1e-4) and (is_integer or classes == len(answers))
    print(f"{bundle}  {runtime.name}  {len(answers)} raw samples of {vectors['raw'].shape[1:]}  inputs off by {off[0]:.1e}  "
          f"answers off by {off[1]:.1e}  {classes} equal predictions  {'ok' if good else 'DIFFERS'}")
    return good


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("bundles", nargs="+")
    good = True
    for bundle in options.parse_args().bundles:
        with open(os.path.join(bundle, "manifest.json")) as file:
            is_integer = "int8" in file.read().split('"compression"')[1][:80]
        runtimes = [each for each in (LiteRT, ONNXRuntime) if os.path.exists(os.path.join(bundle, "model" + each.ending))]
        if not runtimes:
            sys.exit(f"{bundle}: holds no model.tflite or model.onnx")
        good = all([compare(bundle, each, is_integer) for each in runtimes]) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
