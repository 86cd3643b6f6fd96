#!/usr/bin/env python3
"""Batch-1 latency of Swiftlet beside ONNX Runtime, OpenVINO and LiteRT: one run, engines alternating model by model.

usage: peers.py [ENGINE_BENCHMARK] [MODELS_DIR] [--threads 1] [--rounds 5] [--seconds 0.3] [--output FILE.json]

ENGINE_BENCHMARK is the built `engine-benchmark`; without it, it is built. MODELS_DIR (`.build/reference-models`) is filled
where files are missing: ONNX from ../shared/peers (models.py, quantize.py) where those exist, else from the engine's own
generator, and TFLite from the engine's generator. Every engine gets random inputs from 16 rotating buffers; float32 rows
keep float32. A peer that is not installed is left out. Afterwards Swiftlet alone: two threads against one, and samples a
second. The tables at the end are those of docs/performance.md.
"""
import argparse, glob, json, math, os, subprocess, sys, time

MODELS = ["dscnn_kws", "resnet8_cifar", "mobilenetv1_025_vww", "autoencoder_ad", "mobilenetv2_224"]
PEERS = ["onnxruntime", "openvino", "litert"]
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", nargs="?")
    parser.add_argument("models", nargs="?", default=os.path.join(ROOT, ".build", "reference-models"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--only", action="append")
    parser.add_argument("--output")
    return parser.parse_args()


def built_engine():
    subprocess.run(["swift", "build", "-c", "release", "--product", "engine-benchmark"], cwd=ROOT, check=True)
    return os.path.join(ROOT, ".build", "release", "engine-benchmark")


def build_models(engine, folder):
    os.makedirs(folder, exist_ok=True)
    scripts = [os.path.join(ROOT, "..", "shared", "peers", name) for name in ("models.py", "quantize.py")]
    if not glob.glob(os.path.join(folder, "*.onnx")) and all(map(os.path.exists, scripts)):
        for script in scripts:
            subprocess.run([sys.executable, script, folder], check=True)
    subprocess.run([engine, "--write", folder], check=True)


def random_inputs(shape):
    import numpy as np
    generator = np.random.default_rng(0)
    return [generator.standard_normal(shape).astype(np.float32) for _ in range(16)]


def onnxruntime_runner(path, threads):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads, options.log_severity_level = threads, 1, 3
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name, output = session.get_inputs()[0].name, session.get_outputs()[0].name
    inputs, bindings, turn = random_inputs(session.get_inputs()[0].shape), [], [0]
    for values in inputs:
        binding = session.io_binding()
        binding.bind_cpu_input(name, values)
        binding.bind_output(output)
        bindings.append(binding)

    def run():
        turn[0] = (turn[0] + 1) % 16
        session.run_with_iobinding(bindings[turn[0]])
    return run


def openvino_runner(path, threads):
    import openvino as ov
    core = ov.Core()
    settings = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_PRECISION_HINT": "f32"}
    request = core.compile_model(core.read_model(path), "CPU", settings).create_infer_request()
    tensors = [ov.Tensor(values) for values in random_inputs(list(request.get_input_tensor().shape))]
    turn = [0]

    def run():
        turn[0] = (turn[0] + 1) % 16
        request.set_input_tensor(tensors[turn[0]])
        request.infer()
    return run


def litert_runner(path, threads):
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter
    interpreter = Interpreter(model_path=path, num_threads=threads)
    interpreter.allocate_tensors()
    detail = interpreter.get_input_details()[0]
    inputs, turn = random_inputs(detail["shape"]), [0]
    if detail["dtype"] != np.float32:
        inputs = [(values * 30).clip(-128, 127).astype(detail["dtype"]) for values in inputs]

    def run():
        turn[0] = (turn[0] + 1) % 16
        interpreter.set_tensor(detail["index"], inputs[turn[0]])
        interpreter.invoke()
    return run


def median(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def timed(run, seconds):
    times, end = [], time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return median(times) * 1e6, min(times) * 1e6


def engine_line(options, *arguments):
    command = [options.engine, *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[0])


def swiftlet(options, model, precision, threads):
    return engine_line(options, "--model", model, "--precision", precision, "--seconds", options.seconds,
                       "--threads", threads)


def peer_runners(options, model, precision):
    stem = os.path.join(options.models, model + ("_int8" if precision == "int8" else ""))
    makers = {"onnxruntime": (onnxruntime_runner, stem + ".onnx"), "openvino": (openvino_runner, stem + ".onnx"),
              "litert": (litert_runner, stem + ".tflite")}
    runners = {}
    for name, (maker, path) in makers.items():
        try:
            if os.path.exists(path):
                runners[name] = maker(path, options.threads)
        except ImportError:
            print(f"{name} is not installed", file=sys.stderr)
    return runners


def compare(options, model, precision):
    runners, own, others = peer_runners(options, model, precision), [], {}
    for run in runners.values():
        for _ in range(10):
            run()
    for _ in range(options.rounds):
        own.append(swiftlet(options, model, precision, options.threads))
        for name, run in runners.items():
            others.setdefault(name, []).append(timed(run, options.seconds))
    row = {"model": model, "precision": precision, "threads": options.threads,
           "swiftlet_us": median([line["median_us"] for line in own]), "swiftlet_min_us": min(line["min_us"] for line in own),
           "floor_us": median([line["floor_us"] or 0 for line in own]), "plan_ms": median([line["plan_ms"] for line in own])}
    for name, values in others.items():
        row[name + "_us"] = round(median([value[0] for value in values]), 1)
        row[name + "_min_us"] = round(min(value[1] for value in values), 1)
    for suffix, ratio in (("_us", "ratio"), ("_min_us", "ratio_of_minima")):
        fastest = min((row[name + suffix] for name in others), default=None)
        row[ratio] = round(row["swiftlet" + suffix] / fastest, 3) if fastest else None
    return row


def two_threads(options, model, precision):
    """One thread and two, alternating."""
    lines = [[swiftlet(options, model, precision, threads) for threads in (1, 2)] for _ in range(options.rounds)]
    one, two = (median([pair[index]["median_us"] for pair in lines]) for index in (0, 1))
    best_one, best_two = (min(pair[index]["min_us"] for pair in lines) for index in (0, 1))
    return {"model": model, "precision": precision, "one_us": one, "two_us": two, "gain": round(one / two, 2),
            "gain_of_minima": round(best_one / best_two, 2)}


def print_tables(rows, pairs):
    print("\n| model | | Swiftlet | ONNX Runtime | OpenVINO | LiteRT | ratio | of minima | floor | planning |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        peers = " | ".join(str(row.get(name + "_us", "–")) for name in PEERS)
        print(f"| {row['model']} | {row['precision']} | {row['swiftlet_us']} | {peers} | {row['ratio']} | "
              f"{row['ratio_of_minima']} | {row['floor_us']} | {row['plan_ms']} ms |")
    for precision in ("float32", "int8"):
        ratios = [row["ratio"] for row in rows if row["precision"] == precision and row["ratio"]]
        if ratios:
            mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
            print(f"geometric mean, {precision}: {mean:.3f}, largest {max(ratios):.3f}")
    print("\n| model | | one thread | two threads | gain | of minima |\n|---|---|---|---|---|---|")
    for pair in pairs:
        print(f"| {pair['model']} | {pair['precision']} | {pair['one_us']} | {pair['two_us']} | {pair['gain']} | "
              f"{pair['gain_of_minima']} |")


def main():
    options = arguments()
    options.engine = options.engine or built_engine()
    build_models(options.engine, options.models)
    models, rows, pairs = options.only or MODELS, [], []
    for model in models:
        for precision in ("float32", "int8"):
            rows.append(compare(options, model, precision))
            print(json.dumps(rows[-1]), flush=True)
    for model in models:
        for precision in ("float32", "int8"):
            pairs.append(two_threads(options, model, precision))
            print(json.dumps(pairs[-1]), flush=True)
    arguments_of_throughput = ["--throughput", 10000, "--model", "dscnn_kws", "--precision", "int8", "--threads", 2]
    throughput = engine_line(options, *arguments_of_throughput)
    print(json.dumps(throughput))
    print_tables(rows, pairs)
    if options.output:
        with open(options.output, "w") as file:
            json.dump({"latency": rows, "threads": pairs, "throughput": throughput}, file, indent=1)


if __name__ == "__main__":
    main()
