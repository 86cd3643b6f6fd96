#!/usr/bin/env python3
"""Kills the service, its worker, or both at random instants, until the queued jobs are done; their histories must be those of
uninterrupted runs.

    python3 Benchmarks/service_kills.py .build/release/swiftlet [--kills 100] [--seed 1]

Only processes that it started are killed, by their numbers.
"""
import argparse
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from service_job import job_text


class Service:
    def __init__(self, program, folder):
        self.process = subprocess.Popen(
            [program, "serve", "--listen", "127.0.0.1:0", "--db", folder / "db.sqlite"], cwd=folder, stderr=subprocess.PIPE, text=True)
        self.address = re.search(r"http://\S+", self.process.stderr.readline()).group()

    def ask(self, path, body=None):
        request = urllib.request.Request(
            f"{self.address}api/v1/{path}", data=body and json.dumps(body).encode(), headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def workers(program, database):
    """Processes of this program that run queued jobs of this database: orphans of a killed service too."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if str(program).encode() in words[:1] and b"--queued" in words and str(database).encode() in words:
            found.append(int(entry.name))
    return found


def history(program, folder, name):
    return subprocess.run(
        [program, "history", name, "--db", folder / "db.sqlite"], capture_output=True, text=True, check=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--evaluations", type=int, default=600)
    options = parser.parse_args()
    program = pathlib.Path(options.program).resolve()
    random.seed(options.seed)
    names = ["first", "second"]
    texts = {
        name: job_text(name, options.evaluations, number, "{per_device: 1, epochs: 1}")
        for number, name in enumerate(names, 1)
    }
    with tempfile.TemporaryDirectory() as text:
        base = pathlib.Path(text)
        plain, killed = base / "plain", base / "killed"
        for folder in [plain, killed]:
            folder.mkdir()
        for name in names:
            (plain / f"{name}.yaml").write_text(texts[name])
            subprocess.run(
                [program, "search", plain / f"{name}.yaml", "--db", plain / "db.sqlite", "--quiet", "--format", "json"],
                stdout=subprocess.DEVNULL, check=True)
        service = Service(program, killed)
        for name in names:
            service.ask("queue", {"text": texts[name]})
        kills = {"server": 0, "worker": 0, "both": 0}
        while sum(kills.values()) < options.kills:
            time.sleep(random.uniform(0, 0.6))
            if all(entry["state"] == "finished" for entry in service.ask("queue")["entries"]):
                break
            what = random.choice(list(kills))
            kills[what] += 1
            if what != "server":
                for worker in workers(program, killed / "db.sqlite"):
                    os.kill(worker, signal.SIGKILL)
            if what != "worker":
                service.kill()
                service = Service(program, killed)
        deadline = time.time() + 600
        while time.time() < deadline:
            states = {entry["job"]: entry["state"] for entry in service.ask("queue")["entries"]}
            if set(states.values()) == {"finished"}:
                break
            time.sleep(0.5)
        service.process.terminate()
        service.process.wait(timeout=20)
        print(f"kills: {kills}; states: {states}")
        for name in names:
            if history(program, plain, name) != history(program, killed, name):
                sys.exit(f"failed: the history of '{name}' differs from that of an uninterrupted run")
        checked = subprocess.run([program, "db", "check", "--db", killed / "db.sqlite"], capture_output=True, text=True)
        if checked.returncode != 0 or set(states.values()) != {"finished"}:
            sys.exit(f"failed: {states} {checked.stderr}")
    print("queue and jobs are as if uninterrupted")


if __name__ == "__main__":
    main()
