"""How good a front is after a limited time: Swiftlet's finalists beside what a practitioner gets from Optuna, PyTorch and ONNX Runtime.

usage: python3 Benchmarks/front_in_time.py --mnist DIR [--seconds 60,180] [--swiftlet PATH] [--peer PATH/e2e_optuna.py] [--work DIR]
       python3 Benchmarks/front_in_time.py --database results/swiftlet.sqlite --job NAME

The figure is the hypervolume over (test error from 0 to 10 %, log10 latency on this computer from 1 µs to 1 ms), both scaled to
[0, 1], of finalists only. Each job names data, the space `tiny-image`, `host-cpu` and `max_time`, nothing else, and runs on one
thread; the peer runs right after it for the same time, on one thread too. Load and the share of a core that each got are printed:
on a shared machine a run that got half a core has done the work of half its time.
"""
import argparse, json, math, os, resource, sqlite3, subprocess, sys, time

JOB = """version: 1
name: {name}
dataset: {{source: idx, path: {mnist}, validation: 0.1, test: official, split_seed: 3}}
space: tiny-image
devices: [host-cpu]
search: {{max_time: {seconds}s}}
"""


def hypervolume(points):
    """Area above the staircase of (error, latency in ms), each a test error and a latency."""
    scaled = sorted((max(math.log10(max(latency, 1e-9) * 1e3) / 3, 0), max(error / 0.1, 0)) for error, latency in points)
    area, ceiling = 0.0, 1.0
    for cost, error in scaled:
        if cost < 1 and error < ceiling:
            area += (1 - cost) * (ceiling - error)
            ceiling = error
    return area


def finalists(database, job):
    """Test error and measured latency of the finalists of a job on this computer."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    return connection.execute(
        """SELECT 1 - e.test_accuracy, s.latency_ms FROM evaluation AS e JOIN score AS s ON s.evaluation = e.id
           JOIN job AS j ON j.id = e.job
           WHERE j.name = ? AND e.fidelity = 'final' AND e.status = 'ok' AND s.device = 'host-cpu'
           AND s.provenance = 'measured' AND s.status = 'ok'""", (job,)).fetchall()


def timed(command, log):
    """Runs a command; wall-clock seconds and the share of a core that it got."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    with open(log, "w") as file:
        status = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT).returncode
    after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.time() - begun
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return status, seconds, used / seconds


def report(who, seconds, took, share, points):
    figure = hypervolume(points)
    best = min((error for error, _ in points), default=float("nan"))
    fastest = min((latency for _, latency in points), default=float("nan"))
    print(f"{who}, {seconds} s: hypervolume {figure:.3f}, {len(points)} models, best {100 - 100 * best:.2f} %, "
          f"fastest {fastest * 1e3:.2f} µs; took {took:.1f} s with {share:.2f} of a core, "
          f"load {os.getloadavg()[0]:.1f}", flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--mnist", help="folder with the four IDX files")
    options.add_argument("--seconds", default="60,180")
    options.add_argument("--swiftlet", default=".build/release/swiftlet")
    options.add_argument("--peer", help="e2e_optuna.py, which needs torch, optuna and onnxruntime")
    options.add_argument("--work", default="results/front-in-time")
    options.add_argument("--database")
    options.add_argument("--job")
    options = options.parse_args()
    if options.database:
        points = finalists(options.database, options.job)
        print(f"{options.job}: hypervolume {hypervolume(points):.3f} of {len(points)} finalists")
        return
    if not options.mnist:
        sys.exit("--mnist DIR is needed, or --database with --job")
    os.makedirs(options.work, exist_ok=True)
    for seconds in options.seconds.split(","):
        name = f"mnist-{seconds}-{int(time.time())}"
        job, database = f"{options.work}/{name}.yaml", f"{options.work}/{name}.sqlite"
        with open(job, "w") as file:
            file.write(JOB.format(name=name, mnist=os.path.abspath(options.mnist), seconds=seconds))
        status, took, share = timed(
            [options.swiftlet, "search", job, "--threads", "1", "--db", database], f"{options.work}/{name}.log")
        if status != 0:
            sys.exit(f"swiftlet ended with {status}; see {options.work}/{name}.log")
        report("swiftlet", seconds, took, share, finalists(database, name))
        if options.peer:
            out = f"{options.work}/{name}-peer.json"
            status, took, share = timed(
                [sys.executable, options.peer, seconds, out, "0", options.mnist, "1"], f"{options.work}/{name}-peer.log")
            if status != 0:
                sys.exit(f"the peer ended with {status}; see {options.work}/{name}-peer.log")
            with open(out) as file:
                front = json.load(file)["front"]
            report("peer", seconds, took, share, [(1 - model["test_accuracy"], model["latency_ms"]) for model in front])


main()
