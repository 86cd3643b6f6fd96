#!/usr/bin/env python3
"""Batch-1 latency of Swiftlet beside ONNX Runtime, OpenVINO and LiteRT: one run, engines alternating model by model.

usage: peers.py ENGINE_BENCHMARK MODELS_DIR [--threads 1] [--rounds 5] [--seconds 0.3] [--output FILE.json]

ENGINE_BENCHMARK is the built `EngineBenchmark`; MODELS_DIR holds the reference models as ONNX (`NAME.onnx`,
`NAME_int8.onnx`) and, for LiteRT, `NAME.tflite`. It is filled from ../shared/peers (models.py, quantize.py) when empty.
Every engine gets random inputs from 16 rotating buffers; float32 rows keep float32. A peer that is not installed is left out.
"""
import argparse, glob, json, os, subprocess, sys, time

MODELS = ["dscnn_kws", "resnet8_cifar", "mobilenetv1_025_vww", "autoencoder_ad", "mobilenetv2_224"]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("engine")
    parser.add_argument("models")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--only", action="append")
    parser.add_argument("--output")
    return parser.parse_args()


def build_models(folder):
    if glob.glob(os.path.join(folder, "*.onnx")):
        return
    peers = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "shared", "peers")
    for script in ("models.py", "quantize.py"):
        path = os.path.join(peers, script)
        if not os.path.exists(path):
            sys.exit(f"{path} is missing: put the reference models into {folder}")
        subprocess.run([sys.executable, path, folder], check=True)


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


def swiftlet(options, model, precision):
    command = [options.engine, "--model", model, "--precision", precision, "--seconds", str(options.seconds),
               "--threads", str(options.threads)]
    line = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[0])
    return line["median_us"], line["min_us"]


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
    runners, results = peer_runners(options, model, precision), {}
    for run in runners.values():
        for _ in range(10):
            run()
    for _ in range(options.rounds):
        results.setdefault("swiftlet", []).append(swiftlet(options, model, precision))
        for name, run in runners.items():
            results.setdefault(name, []).append(timed(run, options.seconds))
    row = {"model": model, "precision": precision, "threads": options.threads}
    row.update({name + "_us": round(median([value[0] for value in values]), 1) for name, values in results.items()})
    row.update({name + "_min_us": round(min(value[1] for value in values), 1) for name, values in results.items()})
    peers = [row[name + "_us"] for name in runners]
    row["ratio"] = round(row["swiftlet_us"] / min(peers), 3) if peers else None
    fastest = [row[name + "_min_us"] for name in runners]
    row["ratio_of_minima"] = round(row["swiftlet_min_us"] / min(fastest), 3) if fastest else None
    return row


def main():
    options = arguments()
    os.makedirs(options.models, exist_ok=True)
    build_models(options.models)
    rows = []
    for model in options.only or MODELS:
        for precision in ("float32", "int8"):
            rows.append(compare(options, model, precision))
            print(json.dumps(rows[-1]), flush=True)
    if options.output:
        with open(options.output, "w") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()
