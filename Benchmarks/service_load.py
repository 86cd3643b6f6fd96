#!/usr/bin/env python3
"""Readers beside a search: many of them ask a running service for a front every few seconds with If-None-Match.

    python3 Benchmarks/service_load.py .build/release/swiftlet [--readers 200] [--seconds 300] [--pairs 5]

Prints how many requests failed, the times of answers (p50, p99, longest), and what the readers cost the search: the ratio of its
duration with and without them, median of interleaved pairs. Everything stays on this computer's loopback address.
"""
import argparse
import asyncio
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

from service_job import job_text


async def ask(reader, writer, path, tag):
    condition = f"If-None-Match: {tag}\r\n" if tag else ""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{condition}\r\n".encode())
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = re.search(r"content-length: (\d+)", head, re.I)
    if length and int(length.group(1)):
        await reader.readexactly(int(length.group(1)))
    found = re.search(r"etag: (.*)\r", head, re.I)
    return int(head.split()[1]), found.group(1) if found else None


async def read(port, path, start, until, pause, times, failures):
    await asyncio.sleep(start)
    tag = None
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < until():
            begin = time.perf_counter()
            status, tag = await asyncio.wait_for(ask(reader, writer, path, tag), 30)
            times.append((time.perf_counter() - begin) * 1000)
            if status not in (200, 304):
                failures.append(status)
            await asyncio.sleep(pause)
        writer.close()
    except Exception as error:  # a connection that breaks is a failure like any other
        failures.append(repr(error))


async def readers(port, path, count, pause, until):
    times, failures = [], []
    await asyncio.gather(*[read(port, path, pause * n / count, until, pause, times, failures) for n in range(count)])
    return times, failures


def search(program, folder, name, count):
    job = folder / f"{name}.yaml"
    job.write_text(job_text(name, count))
    return subprocess.Popen(
        [program, "search", job, "--db", folder / "db.sqlite", "--quiet", "--format", "json"], stdout=subprocess.DEVNULL)


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--pause", type=float, default=5)
    parser.add_argument("--pairs", type=int, default=0, help="searches with and without readers, in turn")
    parser.add_argument("--evaluations", type=int, default=1000)
    options = parser.parse_args()
    program = pathlib.Path(options.program).resolve()
    with tempfile.TemporaryDirectory() as text:
        folder = pathlib.Path(text)
        if search(program, folder, "read", options.evaluations).wait() != 0:
            raise SystemExit("the search whose front is read failed")
        serve = subprocess.Popen(
            [program, "serve", "--listen", "127.0.0.1:0", "--db", folder / "db.sqlite", "--workers", "0"],
            stderr=subprocess.PIPE, text=True)
        try:
            port = int(re.search(r":(\d+)/", serve.stderr.readline()).group(1))
            path = "/api/v1/jobs/read/fronts/raspberry-pi-4?all=true"
            running = search(program, folder, "beside", 10**6 if options.seconds > 60 else 10**5)
            end = time.monotonic() + options.seconds
            times, failures = await readers(port, path, options.readers, options.pause, lambda: end)
            running.terminate()
            running.wait()
            times.sort()
            print(f"{len(times)} answers to {options.readers} readers during a search, {len(failures)} failed {failures[:3]}")
            if times:
                print(f"p50 {times[len(times) // 2]:.1f} ms, p99 {times[int(len(times) * 0.99)]:.1f} ms, longest {times[-1]:.1f} ms")
            ratios = []
            for pair in range(options.pairs):
                durations = {}
                for with_readers in ([True, False] if pair % 2 else [False, True]):
                    begin = time.monotonic()
                    # Long enough that its start does not count.
                    work = search(program, folder, f"pair{pair}{'ab'[with_readers]}", 5 * options.evaluations)
                    if with_readers:
                        loop = asyncio.create_task(
                            readers(port, path, options.readers, options.pause, lambda: 0 if work.poll() is not None else time.monotonic() + 1))
                    while work.poll() is None:
                        await asyncio.sleep(0.05)
                    durations[with_readers] = time.monotonic() - begin
                    if with_readers:
                        await loop
                ratios.append(durations[True] / durations[False])
                print(f"pair {pair}: {durations[False]:.1f} s alone, {durations[True]:.1f} s with readers")
            if ratios:
                print(f"the search takes {statistics.median(ratios):.3f} × as long beside the readers (median of {len(ratios)} pairs)")
        finally:
            serve.terminate()
            serve.wait(timeout=20)


asyncio.run(main())
