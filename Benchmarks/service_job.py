"""The small job that service_kills.py and service_load.py run."""


def job_text(name, evaluations, seed=3, finalists="{per_device: 0}"):
    return f"""version: 1
name: {name}
dataset: {{source: digits, validation: 0.2, test: 0.2, split_seed: 7}}
space: tiny-image
compression: {{precision: [float32, int8], pruning: [none, structured(0.5)], recipe: [plain]}}
devices: [raspberry-pi-4, stm32h743]
objectives: [accuracy, latency_ms, model_bytes]
training: {{epochs: 1, batch: 64}}
search: {{strategy: nsga2, max_evaluations: {evaluations}, batch: 12, seed: {seed}}}
finalists: {finalists}
"""
