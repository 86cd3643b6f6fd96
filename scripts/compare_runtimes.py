"""Compares Swiftlet's outputs with those of the runtimes that load the same model files; see compare-runtimes."""
import argparse
import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np

# How many predictions may differ, by runtime, for int8 models; float32 models may differ in none.
INT8_LIMITS = {"onnxruntime": 0.001, "openvino": 0.002, "litert": 0.002}
# How far single numbers (a regression, an anomaly score) may lie apart, in parts of their range.
LARGEST = {"float32": 1e-4, "int8": 0.02}


class Refused(Exception):
    """A wrong input, told in one sentence."""


class ONNXRuntime:
    name = "onnxruntime"
    suffix = ".onnx"

    def __init__(self, path):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        # Without VNNI, ONNX Runtime's int8 kernels saturate sums of two products; this setting makes it count exactly.
        options.add_session_config_entry("session.x64quantprecision", "1")
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.inputs = [(i.name, i.shape) for i in self.session.get_inputs()]
        self.outputs = [o.name for o in self.session.get_outputs()]
        self.types = {i.name: {"tensor(float)": np.float32, "tensor(int8)": np.int8, "tensor(uint8)": np.uint8,
                               "tensor(float16)": np.float16}.get(i.type, np.float32) for i in self.session.get_inputs()}

    def run(self, arrays):
        feed = {name: array.astype(self.types[name]) for name, array in arrays.items()}
        return dict(zip(self.outputs, self.session.run(None, feed)))


class OpenVINO:
    name = "openvino"
    suffix = ".onnx"

    def __init__(self, path):
        import openvino
        model = openvino.Core().read_model(path)
        # Float32 sums, so that what is compared is the model and not a faster arithmetic.
        self.model = openvino.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        self.inputs = [(i.get_any_name(), list(i.get_partial_shape())) for i in self.model.inputs]
        self.inputs = [(n, [int(d.get_length()) if d.is_static else -1 for d in s]) for n, s in self.inputs]
        self.outputs = [o.get_any_name() for o in self.model.outputs]
        self.types = {i.get_any_name(): i.get_element_type().to_dtype() for i in self.model.inputs}

    def run(self, arrays):
        result = self.model({name: array.astype(self.types[name]) for name, array in arrays.items()})
        return {name: result[i] for i, name in enumerate(self.outputs)}


class LiteRT:
    name = "litert"
    suffix = ".tflite"

    def __init__(self, path):
        from ai_edge_litert.interpreter import Interpreter
        self.interpreter = Interpreter(model_path=path, num_threads=1)
        self.interpreter.allocate_tensors()
        self.inputs = [(d["name"], list(d["shape"])) for d in self.interpreter.get_input_details()]
        self.outputs = [d["name"] for d in self.interpreter.get_output_details()]

    def run(self, arrays):
        for detail in self.interpreter.get_input_details():
            self.interpreter.set_tensor(detail["index"], quantised(arrays[detail["name"]], detail))
        self.interpreter.invoke()
        return {d["name"]: real(self.interpreter.get_tensor(d["index"]), d)
                for d in self.interpreter.get_output_details()}


def quantised(array, detail):
    """Real numbers as the integers that an input takes; integers as they are."""
    kind = np.dtype(detail["dtype"])
    if kind == np.float32 or array.dtype == kind:
        return array.astype(kind)
    scale, zero = detail["quantization"]
    if scale == 0:
        return array.astype(kind)
    limits = np.iinfo(kind)
    integers = np.rint(array.astype(np.float32) / np.float32(scale)) + zero
    return np.clip(integers, limits.min, limits.max).astype(kind)


def real(array, detail):
    scale, zero = detail["quantization"]
    if array.dtype == np.float32 or scale == 0:
        return array
    return (array.astype(np.float32) - zero) * np.float32(scale)


def is_integer_model(path):
    """Whether a model computes in 8-bit integers, by what its file says."""
    with open(path, "rb") as file:
        data = file.read()
    if path.endswith(".onnx"):
        return b"QuantizeLinear" in data or b"QLinearConv" in data
    from ai_edge_litert.interpreter import Interpreter
    kinds = {d["dtype"] for d in Interpreter(model_path=path).get_tensor_details()}
    return np.int8 in kinds or np.uint8 in kinds


def fitted(sample, shape):
    """A sample of the arrays in the layout that a model takes: as it is, or with the channels first."""
    wanted = [d if isinstance(d, int) and d > 0 else None for d in shape[1:]]

    def fits(array):
        return len(array.shape) == len(wanted) and all(w in (None, d) for w, d in zip(wanted, array.shape))
    if fits(sample):
        return sample[None]
    if sample.ndim == 3 and fits(sample.transpose(2, 0, 1)):
        return np.ascontiguousarray(sample.transpose(2, 0, 1))[None]
    if all(w is not None for w in wanted) and sample.size == int(np.prod(wanted)):
        return sample.reshape([1, *wanted])
    raise Refused(f"a sample of shape {list(sample.shape)} does not fit an input of shape {shape}")


def compared(runtime, path, arrays):
    """Predictions that differ, and the largest difference of outputs relative to their range."""
    model = runtime(path)
    output = next((name for name in model.outputs if name in arrays), None)
    missing = [name for name, _ in model.inputs if name not in arrays]
    if missing or output is None:
        raise Refused(f"the arrays {sorted(arrays)} lack the model's inputs {missing} or outputs {model.outputs}")
    ours = np.asarray(arrays[output], np.float32)
    ours = ours.reshape(len(ours), -1)
    theirs = np.empty_like(ours)
    for index in range(len(ours)):
        sample = {name: fitted(arrays[name][index], shape) for name, shape in model.inputs}
        theirs[index] = np.asarray(model.run(sample)[output], np.float32).reshape(-1)
    spread = float(theirs.max() - theirs.min()) or 1.0
    differing = int(np.count_nonzero(ours.argmax(1) != theirs.argmax(1)))
    return {"samples": len(ours), "classes": ours.shape[1], "differing": differing,
            "largest_difference": float(np.abs(ours - theirs).max() / spread)}


def rows(folder, arrays):
    files = sorted(f for f in os.listdir(folder) if f.endswith((".onnx", ".tflite")))
    if not files:
        raise Refused(f"{folder}: holds no .onnx or .tflite file")
    for file in files:
        path = os.path.join(folder, file)
        is_integer = is_integer_model(path)
        for runtime in (ONNXRuntime, OpenVINO, LiteRT):
            if not file.endswith(runtime.suffix):
                continue
            row = {"file": file, "runtime": runtime.name, "precision": "int8" if is_integer else "float32"}
            row.update(compared(runtime, path, arrays))
            allowed = max(1, INT8_LIMITS[runtime.name] * row["samples"]) if is_integer else 0
            row["agrees"] = row["differing"] <= allowed
            if row["classes"] == 1:
                row["agrees"] = row["largest_difference"] <= LARGEST[row["precision"]]
            yield row


def main():
    parser = argparse.ArgumentParser(prog="compare-runtimes", description=__doc__)
    parser.add_argument("bundle", help="folder with the exported models")
    parser.add_argument("--outputs", help="npz with inputs and Swiftlet's outputs (default: BUNDLE/test-vectors.npz)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    try:
        source = options.outputs or os.path.join(options.bundle, "test-vectors.npz")
        if not os.path.isdir(options.bundle) or not os.path.isfile(source):
            raise Refused(f"{options.bundle if not os.path.isdir(options.bundle) else source}: does not exist")
        with np.load(source, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        results = list(rows(options.bundle, arrays))
    except (Refused, ValueError, OSError) as error:
        print(f"compare-runtimes: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps({"comparisons": results}, indent=2))
    else:
        print(f"{'file':32} {'runtime':12} {'precision':9} {'samples':>7} {'differ':>6} {'largest':>9}  verdict")
        for row in results:
            print(f"{row['file']:32} {row['runtime']:12} {row['precision']:9} {row['samples']:7d} "
                  f"{row['differing']:6d} {row['largest_difference']:9.2e}  {'agrees' if row['agrees'] else 'DIFFERS'}")
    return 0 if all(row["agrees"] for row in results) else 1


sys.exit(main())
