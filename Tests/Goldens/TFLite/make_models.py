"""Makes models.pack: what LiteRT answers on the MLPerf Tiny reference models.

usage: python make_models.py FOLDER_WITH_MODELS OUTPUT      (needs ai-edge-litert, numpy)

Inputs follow from a formula, so that only outputs are stored: element i of sample n is the hash of n · 2^32 + i, its
top byte as int8, or its top 24 bits as a number in [-1, 1). The file is a list of blobs, each a little-endian u32
length and its bytes: for each model its name, the number of samples in decimal, and the outputs of all samples.
"""
import os
import struct
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
from ai_edge_litert.interpreter import Interpreter

MODELS = {"ad01_fp32": 4, "ad01_int8": 20, "kws_ref_model": 100, "kws_ref_model_float32": 20, "pretrainedResnet": 20,
          "pretrainedResnet_large_float": 10, "pretrainedResnet_large_int8": 40, "pretrainedResnet_quant": 100,
          "str_ww_ref_model": 100, "vww_96_float": 10, "vww_96_int8": 40}


def hashed(n, count):
    """SplitMix64 of n * 2^32 + i for i in 0 ..< count."""
    with np.errstate(over="ignore"):
        z = (np.uint64(n) << np.uint64(32)) + np.arange(count, dtype=np.uint64)
        z = z + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def sample(n, shape, kind):
    bits = hashed(n, int(np.prod(shape)))
    if kind == np.int8:
        return (bits >> np.uint64(56)).astype(np.uint8).view(np.int8).reshape(shape)
    return ((bits >> np.uint64(40)).astype(np.float32) / np.float32(1 << 23) - np.float32(1)).reshape(shape)


def main():
    folder, target = sys.argv[1:3]
    with open(target, "wb") as file:
        for name, count in MODELS.items():
            interpreter = Interpreter(model_path=os.path.join(folder, name + ".tflite"), num_threads=1)
            interpreter.allocate_tensors()
            given, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
            outputs = b""
            for n in range(count):
                interpreter.set_tensor(given["index"], sample(n, given["shape"], given["dtype"]))
                interpreter.invoke()
                outputs += interpreter.get_tensor(result["index"]).tobytes()
            for data in (name.encode(), str(count).encode(), outputs):
                file.write(struct.pack("<I", len(data)) + data)


main()
