"""Compares Swiftlet's outputs with those of the runtimes that load the same model files; see compare-runtimes."""
import argparse
import json
import os
import subprocess
import sys
import tempfile

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
        self.input = only(self.session.get_inputs(), path)
        only(self.session.get_outputs(), path)
        self.shape = self.input.shape

    def run(self, sample):
        return self.session.run(None, {self.input.name: sample})[0]


class OpenVINO:
    name = "openvino"
    suffix = ".onnx"

    def __init__(self, path):
        import openvino
        # Float32 sums, so that what is compared is the model and not a faster arithmetic.
        self.model = openvino.compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        shape = only(self.model.inputs, path).get_partial_shape()
        only(self.model.outputs, path)
        self.shape = [extent.get_length() if extent.is_static else None for extent in shape]

    def run(self, sample):
        return self.model([sample])[0]


class LiteRT:
    name = "litert"
    suffix = ".tflite"

    def __init__(self, path):
        from ai_edge_litert.interpreter import Interpreter
        self.interpreter = Interpreter(model_path=path, num_threads=1)
        self.interpreter.allocate_tensors()
        self.input = only(self.interpreter.get_input_details(), path)
        self.output = only(self.interpreter.get_output_details(), path)
        self.shape = list(self.input["shape"])

    def run(self, sample):
        self.interpreter.set_tensor(self.input["index"], quantised(sample, self.input))
        self.interpreter.invoke()
        return real(self.interpreter.get_tensor(self.output["index"]), self.output)


def only(ports, path):
    if len(ports) != 1:
        raise Refused(f"{path}: has {len(ports)} inputs or outputs; models of a bundle have one of each")
    return ports[0]


def quantised(array, detail):
    """Real numbers as the integers that an input takes."""
    kind = np.dtype(detail["dtype"])
    scale, zero = detail["quantization"]
    if kind == np.float32 or scale == 0:
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
    """A sample in the layout that a model takes: as it is, or with the channels first."""
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


def swiftlet(*arguments):
    program = os.environ.get("SWIFTLET")
    if not program:
        raise Refused("there is no swiftlet: build it (swift build -c release --product swiftlet), or name it in $SWIFTLET")
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise Refused(f"swiftlet {' '.join(arguments)}: {done.stderr.strip()}")


def array(path, name):
    with np.load(path, allow_pickle=False) as archive:
        if name not in archive.files:
            raise Refused(f"{path}: has no array '{name}'; it has {', '.join(archive.files)}")
        return archive[name]


def samples(options, folder):
    """The samples to compare on, as networks read them, and their true classes where these are known."""
    if options.job:
        path = os.path.join(folder, "test.npz")
        swiftlet("samples", options.job, "--part", "test", "--output", path,
                 *(["--data", options.data] if options.data else []))
        return array(path, "input"), array(path, "label")
    path = options.samples or os.path.join(options.bundle, "test-vectors.npz")
    if not os.path.isfile(path):
        raise Refused(f"{path}: there is no such file; name one with --samples, or a job with --job")
    with np.load(path, allow_pickle=False) as archive:
        labels = archive["label"] if "label" in archive.files else None
    return array(path, "input").astype(np.float32), labels


def own_answers(bundle, inputs, folder):
    """What Swiftlet's engine answers for its own packed model."""
    model = os.path.join(bundle, "model.swiftlet")
    if not os.path.isfile(model):
        raise Refused(f"{model}: there is no such file; BUNDLE is a folder that 'swiftlet export' wrote")
    given, answered = os.path.join(folder, "input.npy"), os.path.join(folder, "output.npz")
    np.save(given, inputs)
    swiftlet("run", model, "--input", given, "--output", answered)
    with np.load(answered, allow_pickle=False) as archive:
        answers = archive[only(archive.files, model)]
    return answers.astype(np.float32).reshape(len(inputs), -1)


def compared(runtime, path, inputs, ours):
    """Predictions that differ, and the largest difference of outputs relative to their range."""
    model = runtime(path)
    theirs = np.empty_like(ours)
    for index, sample in enumerate(inputs):
        theirs[index] = np.asarray(model.run(fitted(sample, model.shape)), np.float32).reshape(-1)
    spread = float(theirs.max() - theirs.min()) or 1.0
    return theirs, {
        "samples": len(ours), "classes": ours.shape[1],
        "differing": int(np.count_nonzero(ours.argmax(1) != theirs.argmax(1))),
        "largest_difference": float(np.abs(ours - theirs).max() / spread)}


def accuracy(answers, labels):
    return None if labels is None else float(np.mean(answers.argmax(1) == labels))


def rows(bundle, inputs, labels, ours):
    # A front-end computes inputs, not predictions; `swiftlet verify` checks it.
    files = sorted(f for f in os.listdir(bundle) if f.endswith((".onnx", ".tflite")) and not f.startswith("front-end"))
    if not files:
        raise Refused(f"{bundle}: holds no .onnx or .tflite file")
    for file in files:
        path = os.path.join(bundle, file)
        is_integer = is_integer_model(path)
        for runtime in (ONNXRuntime, OpenVINO, LiteRT):
            if not file.endswith(runtime.suffix):
                continue
            row = {"file": file, "runtime": runtime.name, "precision": "int8" if is_integer else "float32"}
            theirs, found = compared(runtime, path, inputs, ours)
            row.update(found, accuracy=accuracy(theirs, labels))
            # One sample of a small test part is more than a thousandth of it.
            row["allowed"] = max(1, int(INT8_LIMITS[runtime.name] * row["samples"])) if is_integer else 0
            row["agrees"] = row["differing"] <= row["allowed"]
            if row["classes"] == 1:
                row["agrees"] = row["largest_difference"] <= LARGEST[row["precision"]]
            yield row


def table(results, own):
    lines = [f"{'file':14} {'runtime':12} {'precision':9} {'samples':>7} {'differ':>6} {'allowed':>7} {'largest':>9} "
             f"{'accuracy':>8}  verdict"]
    if own is not None:
        lines.append(f"{'model.swiftlet':14} {'swiftlet':12} {'':9} {results[0]['samples']:7d} "
                     f"{'':6} {'':7} {'':9} {own:8.4f}")
    for row in results:
        right = "" if row["accuracy"] is None else f"{row['accuracy']:.4f}"
        lines.append(f"{row['file']:14} {row['runtime']:12} {row['precision']:9} {row['samples']:7d} {row['differing']:6d} "
                     f"{row['allowed']:7d} {row['largest_difference']:9.2e} {right:>8}  "
                     f"{'agrees' if row['agrees'] else 'DIFFERS'}")
    return "\n".join(lines)


# How far generated graphs may lie from a runtime, in parts of the output's range. Constants that Swiftlet keeps in float32 are
# halves in files with float16 weights.
GENERATED = {"float32": 1e-4, "float16": 2e-3, "int8": 0.02, "int8-per-tensor": 0.02}
# Where OpenVINO 2026 differs from ONNX Runtime on the same file: int8 averages that count padding, int8 extremes of channels.
KNOWN = {("openvino", f"{name}.int8.onnx") for name in
         ("average_pool-counting", "reduce_maximum-channels", "reduce_minimum-channels")}


def generated_row(runtime, path, inputs, ours, precision):
    """One small graph in one runtime: the largest difference, or why it does not load or run."""
    name = os.path.basename(path)
    row = {"file": name, "runtime": runtime.name, "precision": precision}
    try:
        model = runtime(path)
        theirs = np.stack([np.asarray(model.run(sample[None]), np.float32).reshape(-1) for sample in inputs])
    except Exception as error:
        return row | {"agrees": False, "detail": (str(error).strip().splitlines() or ["fails"])[0][:160]}
    if theirs.shape != ours.shape:
        return row | {"agrees": False, "detail": f"shape {list(theirs.shape)} for {list(ours.shape)}"}
    spread = float(ours.max() - ours.min()) or 1.0
    largest = float(np.abs(ours - theirs).max() / spread)
    # A place or a truth value may turn where two numbers are equal but for rounding; integers may lie a few steps apart.
    agrees = largest <= GENERATED[precision] or (runtime.name, name) in KNOWN
    return row | {"agrees": agrees, "detail": f"largest {largest:.2e}"}


def generated_rows(folder):
    inputs = array(os.path.join(folder, "inputs.npz"), "image")
    for file in sorted(os.listdir(folder)):
        stem, suffix = os.path.splitext(file)
        if suffix not in (".onnx", ".tflite"):
            continue
        ours = array(os.path.join(folder, f"{stem}.npz"), "output")
        for runtime in (ONNXRuntime, OpenVINO, LiteRT):
            if suffix == runtime.suffix:
                yield generated_row(runtime, os.path.join(folder, file), inputs, ours, stem.rsplit(".", 1)[1])


def compare_generated(folder):
    """Prints what differs and a count for each runtime and type; 0 where all agree."""
    results = list(generated_rows(folder))
    for row in results:
        if not row["agrees"]:
            print(f"{row['file']:44} {row['runtime']:12} DIFFERS  {row['detail']}")
    counts = {}
    for row in results:
        agree, count = counts.get((row["runtime"], row["precision"]), (0, 0))
        counts[row["runtime"], row["precision"]] = (agree + row["agrees"], count + 1)
    for (runtime, precision), (agree, count) in sorted(counts.items()):
        print(f"{runtime:12} {precision:15} {agree} of {count} agree")
    return 0 if results and all(row["agrees"] for row in results) else 1


def main():
    if sys.argv[1:2] == ["--generated"] and len(sys.argv) == 3:
        return compare_generated(sys.argv[2])
    parser = argparse.ArgumentParser(prog="compare-runtimes", description=__doc__)
    parser.add_argument("bundle", help="folder that 'swiftlet export' wrote")
    parser.add_argument("--job", help="compare on the whole test part of this job's data")
    parser.add_argument("--data", help="a folder that replaces the path of the job's data")
    parser.add_argument("--samples", help="npz with the array 'input' (default: BUNDLE/test-vectors.npz)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    try:
        if not os.path.isdir(options.bundle):
            raise Refused(f"{options.bundle}: is not a folder")
        with tempfile.TemporaryDirectory() as folder:
            inputs, labels = samples(options, folder)
            ours = own_answers(options.bundle, inputs, folder)
            own = accuracy(ours, labels)
            results = list(rows(options.bundle, inputs, labels, ours))
    except (Refused, ValueError, OSError) as error:
        print(f"compare-runtimes: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps({"accuracy": own, "comparisons": results}, indent=2))
    else:
        print(table(results, own))
    return 0 if all(row["agrees"] for row in results) else 1


sys.exit(main())
