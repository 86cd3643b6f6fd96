#!/usr/bin/env python3
"""Training speed of Swiftlet beside PyTorch: milliseconds of processor time a step (forward, backward, SGD), batch 128.

usage: training_peers.py [TRAINING_BENCHMARK] [--rounds 5] [--threads 1]

TRAINING_BENCHMARK is the built `training-benchmark` (default .build/release/training-benchmark). Both train the same three networks
on noise; rounds alternate between them, and medians are compared. PyTorch counts in the faster of its two layouts, as float32 and
under its bfloat16 autocast; Swiftlet as float32 and, where the processor has AVX512-BF16, as `training.precision: bfloat16`.
Processor time is steady where other programs run beside; it needs `pip install torch`.
"""
import argparse, json, os, resource, subprocess, sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
STEPS = 8


def median(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def networks(nn):
    """The networks of Benchmarks/TrainingBenchmark/Networks.swift, and the shape of their samples."""
    def unit(inputs, outputs, kernel, stride=1, groups=1):
        return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
                             nn.BatchNorm2d(outputs), nn.ReLU())

    def plain(inputs, outputs, kernel, padding=0):
        return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, padding=padding, bias=False), nn.BatchNorm2d(outputs))

    class Residual(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.first, self.second = unit(inputs, outputs, 3, stride), plain(outputs, outputs, 3, 1)
            self.side = nn.Conv2d(inputs, outputs, 1, stride) if stride != 1 else nn.Identity()

        def forward(self, x):
            return nn.functional.relu(self.second(self.first(x)) + self.side(x))

    class Inverted(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.adds = inputs == outputs and stride == 1
            self.block = nn.Sequential(unit(inputs, 4 * inputs, 1), unit(4 * inputs, 4 * inputs, 3, stride, 4 * inputs),
                                       plain(4 * inputs, outputs, 1))

        def forward(self, x):
            return x + self.block(x) if self.adds else self.block(x)

    def head(channels, classes):
        return nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)

    first = nn.Sequential(nn.Conv2d(1, 64, (10, 4), 2, (4, 1), bias=False), nn.BatchNorm2d(64), nn.ReLU())
    return {
        "resnet8": (nn.Sequential(unit(3, 16, 3), Residual(16, 16, 1), Residual(16, 32, 2), Residual(32, 64, 2),
                                  *head(64, 10)), (3, 32, 32)),
        "mbv2_28": (nn.Sequential(unit(1, 16, 3), Inverted(16, 24, 2), Inverted(24, 24, 1), Inverted(24, 40, 2),
                                  Inverted(40, 40, 1), Inverted(40, 64, 2), unit(64, 128, 1), *head(128, 10)), (1, 28, 28)),
        "dscnn": (nn.Sequential(first, *[part for _ in range(4) for part in (unit(64, 64, 3, 1, 64), unit(64, 64, 1))],
                                *head(64, 12)), (1, 49, 10)),
    }


def peer(threads):
    """Prints one JSON line a network, layout and type: this function runs in a process of its own."""
    import time
    import torch
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    for name, (network, shape) in networks(torch.nn).items():
        for layout in (torch.contiguous_format, torch.channels_last):
            network = network.to(memory_format=layout)
            optimiser = torch.optim.SGD(network.parameters(), 0.05, momentum=0.9, weight_decay=1e-4)
            samples = torch.randn(128, *shape).to(memory_format=layout)
            labels = torch.randint(0, 10, (128,))
            for kind in ("float32", "bfloat16"):
                times = []
                for _ in range(STEPS + 2):
                    begin = time.process_time()
                    optimiser.zero_grad()
                    with torch.autocast("cpu", torch.bfloat16, enabled=kind == "bfloat16"):
                        loss = torch.nn.functional.cross_entropy(network(samples), labels)
                    loss.backward()
                    optimiser.step()
                    times.append(time.process_time() - begin)
                print(json.dumps({"net": name, "kind": kind, "milliseconds": 1e3 * median(times[2:])}), flush=True)


def lines(command):
    """The JSON lines that a program prints; none where it cannot compute so."""
    output = subprocess.run(command, capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("benchmark", nargs="?", default=os.path.join(ROOT, ".build", "release", "training-benchmark"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return peer(options.threads)
    times = {}
    for _ in range(options.rounds):
        for kind in ("float32", "bfloat16"):
            for line in lines([options.benchmark, str(options.threads), str(STEPS), kind]):
                times.setdefault((line["net"], "Swiftlet", kind), []).append(line["processor_ms_per_step"])
        best = {}
        for line in lines([sys.executable, __file__, "--peer", "--threads", str(options.threads)]):
            key = (line["net"], "PyTorch", line["kind"])
            best[key] = min(best.get(key, float("inf")), line["milliseconds"])
        for key, value in best.items():
            times.setdefault(key, []).append(value)
    print("milliseconds a step\n\n| network | type | Swiftlet | PyTorch | ratio |\n|---|---|---|---|---|")
    for (name, who, kind), values in times.items():
        if who == "Swiftlet":
            own, other = median(values), median(times[name, "PyTorch", kind])
            print(f"| {name} | {kind} | {own:.1f} | {other:.1f} | {other / own:.2f} |")


if __name__ == "__main__":
    main()
