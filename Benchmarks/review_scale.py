#!/usr/bin/env python3
"""How long the commands of review take on a large job: 100,000 candidates on five devices, unless told otherwise.

    python3 Benchmarks/review_scale.py .build/release/swiftlet [--candidates 100000]

Multiplies the evaluations of a small job inside its database, then prints seconds, seconds of the processor, peak memory and size of each command.
"""
import argparse
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import tempfile
import time

JOB = """version: 1
name: large
dataset: {source: digits, validation: 0.2, test: 0.2, split_seed: 7}
space: tiny-image
compression: {precision: [float32, int8], pruning: [none], recipe: [plain]}
devices: [raspberry-pi-4, stm32h743, jetson-nano, coral-edge-tpu, zcu102]
objectives: [accuracy, latency_ms, model_bytes]
training: {epochs: 1, batch: 64}
search: {strategy: nsga2, max_evaluations: 12, batch: 6, seed: 3}
finalists: {per_device: 0}
"""


def multiply(database, count):
    random.seed(1)
    file = sqlite3.connect(database)
    job, first = file.execute("SELECT job, max(proposal) + 1 FROM evaluation").fetchone()
    profiles = file.execute("SELECT device, profile FROM target").fetchall()
    template = file.execute("SELECT architecture FROM candidate LIMIT 1").fetchone()[0]
    for index in range(first, count):
        identifier = f"{random.getrandbits(256):064x}"
        size = 10 ** random.uniform(3.3, 5.5)
        accuracy = max(0.1, min(0.999, 1 - 0.5 * (size / 2000) ** -0.35 - abs(random.gauss(0, 0.05))))
        file.execute("INSERT INTO candidate VALUES (?, ?, 'int8')", (identifier, template))
        row = file.execute(
            """INSERT INTO evaluation (job, candidate, proposal, fidelity, accuracy_key, status, accuracy, accuracy_se, macs, parameters, seconds)
               VALUES (?, ?, ?, 'trained', ?, 'ok', ?, 0.01, ?, ?, 0.1)""",
            (job, identifier, index, identifier, accuracy, int(size * 40), int(size))).lastrowid
        for device, profile in profiles:
            latency = size / 20000 * random.uniform(0.99, 1.01)
            file.execute(
                """INSERT INTO score (evaluation, device, profile, latency_ms, latency_ms_p10, latency_ms_p90, provenance, energy_mj, peak_ram_bytes,
                   flash_bytes, model_bytes, status) VALUES (?, ?, ?, ?, ?, ?, 'estimated', ?, ?, ?, ?, 'ok')""",
                (row, device, profile, latency, latency * 0.8, latency * 1.3, latency * 4, int(size * 3), int(size + 9e4), int(size)))
    file.commit()
    file.close()


def remember(program, database, evaluations):
    """Keeps the fronts as a search does, as of so many evaluations: all of them as if it had ended, fewer as if it ran."""
    with sqlite3.connect(database) as file:
        job, last = file.execute("SELECT job, max(id) FROM (SELECT job, id FROM evaluation ORDER BY id LIMIT ?)", (evaluations,)).fetchone()
        devices = [row[0] for row in file.execute("SELECT device FROM target")]
        file.execute("DELETE FROM front_volume")
        file.execute("DELETE FROM front_member")
        for device in devices:
            words = [program, "front", "large", "--device", device, "--db", database, "--format", "json"]
            front = json.loads(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout)
            file.execute("INSERT INTO front_volume (job, device, evaluations, hypervolume, fidelity, last_evaluation) VALUES (?, ?, ?, ?, 'trained', ?)",
                         (job, device, evaluations, front["hypervolume"], last))
            # Members that came later are read again with the rest that did.
            file.executemany("INSERT INTO front_member SELECT ?, ?, id FROM evaluation WHERE job = ? AND candidate = ? AND id <= ?",
                             [(job, device, job, one["id"], last) for one in front["candidates"]])


def timed(words, output=None):
    start = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.PIPE)
    data = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    size = output.stat().st_size if output else len(data)
    name = " ".join(str(word) for word in words[1:4])
    print(f"{name:45} {seconds:6.2f} s, {usage.ru_utime + usage.ru_stime:6.2f} s of processor  {usage.ru_maxrss / 1024:7.0f} MiB  {size / 1e6:8.2f} MB  status {os.waitstatus_to_exitcode(status)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--candidates", type=int, default=100_000)
    options = parser.parse_args()
    program = pathlib.Path(options.program).resolve()
    with tempfile.TemporaryDirectory() as text:
        folder = pathlib.Path(text)
        (folder / "job.yaml").write_text(JOB)
        database = folder / "db.sqlite"
        subprocess.run([program, "search", folder / "job.yaml", "--db", database, "--quiet", "--format", "json"], stdout=subprocess.DEVNULL, check=True)
        multiply(database, options.candidates)
        # Of a job that runs, whose fronts were kept at most 1,024 evaluations ago; then of one that has ended.
        remember(program, database, options.candidates - 1000)
        timed([program, "jobs", "--db", database])
        remember(program, database, options.candidates)
        timed([program, "jobs", "--db", database])
        timed([program, "front", "large", "--device", "stm32h743", "--db", database])
        timed([program, "select", "large", "--device", "stm32h743", "--prefer", "knee", "--db", database])
        timed([program, "report", "large", "--output", folder / "report.html", "--db", database], folder / "report.html")
        timed([program, "history", "large", "--db", database])


if __name__ == "__main__":
    main()
