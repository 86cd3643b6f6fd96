"""Kills a search, or makes a system call fail, at random instants, goes on until it is done, and compares with a run left alone.

python3 Benchmarks/kill_runs.py [--kills 200] [--faults 100] [--seed 1] [--program .build/release/swiftlet]
    [--mode from-scratch | inheritance | weight-sharing]

A kill is SIGKILL between the first and the last moment of a run. A fault is the n-th write, sync, rename or opening for writing
that fails with "no space left", "input/output error" or "too many open files"; a small library put before the C library does
that (needs a C compiler). After a fault the program must end with status 1 and one sentence, or end well. In every case the
history, the fronts and every model file must equal those of the run left alone; so must the networks and shared weights that
`training.mode` keeps in the job's folder. How many kills fell into which phase is printed.
"""

import argparse, collections, hashlib, os, pathlib, random, shutil, signal, sqlite3, subprocess, sys, tempfile, time

JOB = """version: 1
name: small
dataset: {source: digits, validation: 0.2, test: 0.2, split_seed: 7}
space: tiny-image
compression: {precision: [float32, int8], pruning: [none, structured(0.5)], recipe: [plain]}
devices: [raspberry-pi-4, stm32h743]
objectives: [accuracy, latency_ms]
training: TRAINING
search: {strategy: nsga2, max_evaluations: 12, batch: 4, seed: 3}
finalists: {per_device: 2, epochs: 3}
"""

FAULTS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
static int left = -1, kind = 0;
__attribute__((constructor)) static void begin(void) {
    const char *after = getenv("FAULT_AFTER"), *what = getenv("FAULT_ERRNO");
    if (after) left = atoi(after);
    if (what) kind = atoi(what);
}
static int fails(int fd) {
    struct stat s;
    if (left < 0 || (fd >= 0 && (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode)))) return 0;
    if (__atomic_fetch_sub(&left, 1, __ATOMIC_SEQ_CST) > 0) return 0;
    left = 0;  /* the disk stays full */
    errno = kind;
    return 1;
}
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
ssize_t write(int fd, const void *b, size_t n) { return fails(fd) ? -1 : NEXT(write)(fd, b, n); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { return fails(fd) ? -1 : NEXT(pwrite)(fd, b, n, o); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { return fails(fd) ? -1 : NEXT(pwrite64)(fd, b, n, o); }
int fsync(int fd) { return fails(fd) ? -1 : NEXT(fsync)(fd); }
int fdatasync(int fd) { return fails(fd) ? -1 : NEXT(fdatasync)(fd); }
int ftruncate64(int fd, off64_t n) { return fails(fd) ? -1 : NEXT(ftruncate64)(fd, n); }
int rename(const char *a, const char *b) { return fails(-1) ? -1 : NEXT(rename)(a, b); }
int open(const char *p, int f, ...) {
    va_list l; va_start(l, f); int m = va_arg(l, int); va_end(l);
    if ((f & (O_WRONLY | O_RDWR | O_CREAT)) && kind != ENOSPC && fails(-1)) return -1;
    return NEXT(open)(p, f, m);
}
int open64(const char *p, int f, ...) {
    va_list l; va_start(l, f); int m = va_arg(l, int); va_end(l);
    if ((f & (O_WRONLY | O_RDWR | O_CREAT)) && kind != ENOSPC && fails(-1)) return -1;
    return NEXT(open64)(p, f, m);
}
"""

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--kills", type=int, default=200)
parser.add_argument("--faults", type=int, default=100)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--mode", default="from-scratch", choices=["from-scratch", "inheritance", "weight-sharing"])
parser.add_argument("--program", default=".build/release/swiftlet")
options = parser.parse_args()
TRAINING = {
    "from-scratch": "{epochs: 2, batch: 32}",
    "inheritance": "{mode: inheritance, epochs: 1, batch: 32}",
    # Small batches take more steps than there are between two checkpoints.
    "weight-sharing": "{mode: weight-sharing, epochs: 60}",
}[options.mode]
program = str(pathlib.Path(options.program).resolve())
random.seed(options.seed)
top = pathlib.Path(tempfile.mkdtemp(prefix="swiftlet-kills-"))
os.environ["SWIFT_BACKTRACE"] = "enable=no"


SEARCH = ["search", "job.yaml", "--quiet"]


def start(folder, verb=SEARCH, **more):
    return subprocess.Popen(
        [program, *verb], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, env=os.environ | {key: str(value) for key, value in more.items()})


def result(folder):
    """What a job found, as one text; a reader of the database must agree that it is whole."""
    texts = []
    for verb in (["history", "small", "--format", "csv"], ["front", "small", "--format", "json"], ["db", "check"]):
        done = subprocess.run([program, *verb], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{folder}: {' '.join(verb)} ends with {done.returncode}: {done.stderr.strip()}")
        texts.append("" if verb[0] == "db" else done.stdout)
    files = sorted(path for path in (folder / "results").rglob("*") if path.is_file() and ".sqlite" not in path.name)
    for path in files:
        texts.append(f"{path.relative_to(folder)} {hashlib.sha256(path.read_bytes()).hexdigest()}")
    return "\n".join(texts)


def new_folder(name):
    folder = top / name
    folder.mkdir()
    (folder / "job.yaml").write_text(JOB.replace("TRAINING", TRAINING))
    return folder


def finish(folder, verb=SEARCH):
    process = start(folder, verb)
    _, errors = process.communicate()
    if process.returncode:
        sys.exit(f"{folder}: going on ends with {process.returncode}: {errors.strip()}")


phases = collections.Counter()


def phase(folder):
    """What a run was at when it was killed."""
    database = folder / "results" / "swiftlet.sqlite"
    if not database.exists():
        return "start"
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        kinds = dict(connection.execute("SELECT fidelity = 'final', count(*) FROM evaluation GROUP BY 1"))
    except sqlite3.Error:
        return "start"
    finally:
        connection.close()
    if kinds.get(1):
        return "finish"
    if kinds.get(0):
        return "search"
    return "super-network" if options.mode == "weight-sharing" else "first candidates"


def kill(folder, verb, times, longest):
    """Runs a command, killed some times; how often it was."""
    for count in range(times):
        process = start(folder, verb)
        try:
            process.wait(random.uniform(0, longest))
            return count
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            phases[phase(folder)] += 1
    return times


alone = new_folder("alone")
begun = time.monotonic()
finish(alone)
length = time.monotonic() - begun
# One more candidate is trained to the end by name: the first that is no finalist.
rows = [row.split(",") for row in subprocess.run(
    [program, "history", "small", "--format", "csv"], cwd=alone, capture_output=True, text=True).stdout.splitlines()[1:]]
FINISH = ["finish", "small", next(row[1] for row in rows if not list((alone / "results").rglob(f"{row[1][:16]}*")))]
finish(alone, FINISH)
right = result(alone)
print(f"left alone: {length:.2f} s, {len(right.splitlines())} lines to compare", flush=True)

differs, kills, runs = 0, 0, 0
while kills < options.kills:
    folder = new_folder(f"kill-{runs}")
    runs += 1
    kills += kill(folder, SEARCH, random.randint(1, 6), length)
    finish(folder)
    kills += kill(folder, FINISH, random.randint(1, 2), length / 4)
    finish(folder, FINISH)
    if result(folder) != right:
        differs += 1
        print(f"differs after kills: {folder}", flush=True)
    else:
        shutil.rmtree(folder)
print(f"{kills} kills in {runs} runs: {differs} differ; by phase: {dict(phases)}", flush=True)

unclear, faults = 0, 0
if options.faults:
    (top / "faults.c").write_text(FAULTS)
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", top / "faults.so", top / "faults.c", "-ldl"], check=True)
while faults < options.faults:
    folder = new_folder(f"fault-{faults}")
    number = random.choice([28, 5, 24])
    process = start(
        folder, LD_PRELOAD=top / "faults.so", FAULT_AFTER=int(10 ** random.uniform(0, 3.3)), FAULT_ERRNO=number)
    _, errors = process.communicate()
    faults += 1
    sentences = [line for line in errors.strip().splitlines() if line.startswith("swiftlet: ")]
    if process.returncode not in (0, 1) or process.returncode == 1 and len(sentences) != 1:
        unclear += 1
        print(f"errno {number}: status {process.returncode}: {errors.strip()[-300:]}", flush=True)
    finish(folder)
    finish(folder, FINISH)
    if result(folder) != right:
        differs += 1
        print(f"differs after errno {number}: {folder}", flush=True)
    else:
        shutil.rmtree(folder)
print(f"{faults} faults: {unclear} without one sentence; {differs} results differ in all")
if not differs:
    shutil.rmtree(top)
sys.exit(1 if differs or unclear else 0)
