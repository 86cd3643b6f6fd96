"""Our post-training int8 beside ONNX Runtime's static quantiser, on the same trained networks, slice and test samples.

    python Benchmarks/quantizers.py JOB --db DB [--db DB …] [--data FOLDER] [--swiftlet PROGRAM]

JOB is a finished job that kept a model with the compression 'none' and one with 'int8', such as compression-study; repeat --db for
each seed. The network of 'none' is exported as ONNX, quantised by ONNX Runtime from the first 300 training samples (per-channel
weights, symmetric, QDQ; ranges by min-max and by the 99.999th percentile), and both are judged on the whole test part. Losses are in
percentage points against float32; the bound is the one-sided 95 % bound of the paired difference ours − theirs, over samples, means of
seeds. The noise says more where few samples change sides: the root mean square of what rounding changes about the logits (less their mean,
which decides nothing) over that of the logits. Needs numpy, onnx and onnxruntime.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

# As many samples as our calibrators look at.
SLICE = 300


def swiftlet(options, *arguments):
    done = subprocess.run([options.swiftlet, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"swiftlet {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def samples(options, part, folder):
    """Inputs as networks read them, channels first, and their classes."""
    path = os.path.join(folder, f"{part}.npz")
    swiftlet(options, "samples", options.job_file or options.job, "--part", part, "--output", path,
             *(["--data", options.data] if options.data else []))
    with np.load(path, allow_pickle=False) as archive:
        return archive["input"], archive["label"]


def candidates(options, database):
    """The ids of the uncompressed network and of its int8 form."""
    rows = json.loads(swiftlet(options, "history", options.job, "--db", database, "--format", "json"))["evaluations"]
    found = {row["compression"]: row["candidate"] for row in rows}
    return found["none"], found["int8"]


def exported(options, database, candidate, folder):
    swiftlet(options, "export", options.job, candidate, "--db", database, "--format", "onnx", "--output", folder)
    return os.path.join(folder, "model.onnx")


def logits(path, inputs):
    """What a model says of each sample: a row of numbers whose mean is zero."""
    import onnxruntime
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 3
    # Without VNNI, ONNX Runtime's int8 kernels saturate sums of two products; this setting makes it count exactly.
    settings.add_session_config_entry("session.x64quantprecision", "1")
    session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
    port = session.get_inputs()[0]
    shape = [1, *port.shape[1:]]
    answers = np.array([session.run(None, {port.name: fitted(sample, shape)})[0].reshape(-1) for sample in inputs])
    return answers - answers.mean(1, keepdims=True)


def fitted(sample, shape):
    """A sample as a model takes it: channels last, or first."""
    return np.ascontiguousarray(sample if list(sample.shape) == shape[1:] else sample.transpose(2, 0, 1)).reshape(shape)


def quantised(path, inputs, method, folder):
    """What ONNX Runtime's static quantiser makes of a network."""
    from onnxruntime import quantization
    import onnxruntime
    port = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).get_inputs()[0]

    class Slice(quantization.CalibrationDataReader):
        def __init__(self):
            self.left = iter(inputs)

        def get_next(self):
            sample = next(self.left, None)
            return None if sample is None else {port.name: fitted(sample, [1, *port.shape[1:]])}

    prepared, result = os.path.join(folder, "prepared.onnx"), os.path.join(folder, f"{method.name}.onnx")
    quantization.shape_inference.quant_pre_process(path, prepared)
    quantization.quantize_static(
        prepared, result, Slice(), quant_format=quantization.QuantFormat.QDQ, per_channel=True,
        activation_type=quantization.QuantType.QInt8, weight_type=quantization.QuantType.QInt8, calibrate_method=method,
        extra_options={"WeightSymmetric": True})
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job")
    parser.add_argument("--job-file", help="the job's file where it is not a shipped one")
    parser.add_argument("--db", action="append", required=True)
    parser.add_argument("--data")
    parser.add_argument("--swiftlet", default=".build/release/swiftlet")
    options = parser.parse_args()
    from onnxruntime.quantization import CalibrationMethod
    methods = {"min-max": CalibrationMethod.MinMax, "percentile": CalibrationMethod.Percentile}
    results = []
    with tempfile.TemporaryDirectory() as folder:
        (train, _), (test, labels) = (samples(options, part, folder) for part in ("train", "test"))
        for seed, database in enumerate(options.db):
            plain, rounded = candidates(options, database)
            place = lambda name: os.path.join(folder, f"{seed}-{name}")
            path = exported(options, database, plain, place("float32"))
            answers = {"float32": logits(path, test),
                       "swiftlet": logits(exported(options, database, rounded, place("int8")), test)}
            for name, method in methods.items():
                answers[f"onnxruntime {name}"] = logits(quantised(path, train[:SLICE], method, folder), test)
            right = {name: np.argmax(rows, 1) == labels for name, rows in answers.items()}
            size = np.square(answers["float32"]).mean()
            noise = {name: (np.square(rows - answers["float32"]).mean() / size) ** 0.5 for name, rows in answers.items()}
            results.append((right, noise))
            print(f"{database}: " + ", ".join(f"{name} {np.mean(right[name]):.4f} (noise {noise[name]:.4f})" for name in right))
    mean = {name: np.mean([right[name].astype(float) for right, _ in results], 0) for name in answers}
    for name in list(mean)[1:]:
        more = mean["swiftlet"] - mean[name]
        bound = 100 * (more.mean() - 1.645 * more.std(ddof=1) / len(more) ** 0.5)
        print(f"{name:24} lost {100 * (mean['float32'] - mean[name]).mean():6.3f} points, "
              f"noise {np.mean([noise[name] for _, noise in results]):.4f}"
              + ("" if name == "swiftlet" else f"; swiftlet is {100 * more.mean():+.3f} points better (at least {bound:+.3f})"))


main()
