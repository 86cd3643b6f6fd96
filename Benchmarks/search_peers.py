#!/usr/bin/env python3
"""Evaluations that Optuna and pymoo need for 95 % of the true hypervolume, on the tables of search-benchmark.

Usage: search_peers.py [--data DIR] [--seeds N] [--limit N] [--columns TEXT,TEXT] [--samplers A,B] [--curves FILE]
Samplers: optuna-nsga2, optuna-tpe, optuna-gp, pymoo-nsga2. Needs numpy, optuna and pymoo (optuna-gp also scipy and torch).

Same rows, bounds, limit on the accuracy and count of evaluations as search-benchmark. The costs are known to the samplers
too: a proposal that was made before, that has no measurement, or whose known cost lies beyond the reference even if its
accuracy were the best of the table, is answered without being counted. A network of a table that holds few points of its
space (FBNet, 1,999 measured cells) is the listed one with the fewest different choices.
"""
import argparse
import csv
import gzip
import re
import statistics
import warnings

import numpy as np

warnings.filterwarnings("ignore")
OPERATIONS = ["none", "skip_connect", "avg_pool_3x3", "nor_conv_1x1", "nor_conv_3x3"]
BLOCKS = ["skip", "k3_e1_g2", "k3_e1", "k5_e1_g2", "k5_e1", "k3_e3", "k5_e3", "k3_e6", "k5_e6"]


def read(path):
    with gzip.open(path, "rt") as file:
        rows = list(csv.DictReader(file))
    return rows


class Table:
    """The points of one cost column: choices, errors and logarithms of costs, with the bounds of the true front."""

    def __init__(self, name, options, choices, accuracies, costs, least_accuracy):
        keep = np.isfinite(costs)
        self.name, self.options = name, options
        self.choices = np.array(choices)[keep]
        self.errors = 1 - np.array(accuracies)[keep]
        self.costs = np.log10(np.maximum(costs[keep], np.finfo(float).tiny))
        self.largest_error = 1 - least_accuracy if least_accuracy else np.inf
        points = np.stack([self.errors, self.costs], 1)
        allowed = points[self.errors <= self.largest_error + 1e-12]
        front = allowed[front_of(allowed)]
        self.low, self.high = front.min(0), front.max(0)
        self.scaled = np.maximum(0, (points - self.low) / np.where(self.high > self.low, self.high - self.low, 1))
        self.volume = volume((front - self.low) / (self.high - self.low))
        self.index = {tuple(choice): row for row, choice in enumerate(self.choices)}

    def row(self, choice):
        """The row of the choices, or of the listed point nearest to them."""
        known = self.index.get(tuple(choice))
        return known if known is not None else int(np.argmin((self.choices != np.array(choice)).sum(1)))

    def is_hopeless(self, row):
        return self.scaled[row, 1] >= 1.1


def front_of(points):
    """Rows that nothing dominates, of two minimised objectives."""
    front, least = [], np.inf
    for row in np.lexsort((points[:, 1], points[:, 0])):
        if points[row, 1] < least:
            front.append(row)
            least = points[row, 1]
    return np.array(front)


def volume(points):
    """Share of [0, 1.1]² that the points dominate."""
    area, ceiling = 0.0, 1.1
    for error, cost in sorted(map(tuple, points)):
        if error < 1.1 and cost < ceiling:
            area += (1.1 - error) * (ceiling - cost)
            ceiling = cost
    return area / 1.21


class Race:
    """Counts evaluations of distinct points and follows the hypervolume."""

    def __init__(self, table, limit):
        self.table, self.limit = table, limit
        self.seen, self.points, self.shares = set(), [], []

    @property
    def is_over(self):
        return len(self.shares) >= self.limit or (self.shares and self.shares[-1] >= 0.98)

    def objectives(self, choice):
        """Minimised objectives and the violation of the limit; counts the evaluation where it is one."""
        table = self.table
        row = table.row(choice)
        if row not in self.seen and not table.is_hopeless(row) and not self.is_over:
            self.seen.add(row)
            if table.errors[row] <= table.largest_error + 1e-12:
                self.points.append(table.scaled[row])
            share = volume(self.points) / table.volume if self.points else 0.0
            self.shares.append(share)
        return table.errors[row], table.costs[row], max(0.0, table.errors[row] - table.largest_error)

    def evaluations(self, share):
        return next((number + 1 for number, value in enumerate(self.shares) if value >= share), None)


def optuna_sampler(kind, seed, constrained):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    constraints = (lambda trial: (trial.user_attrs["violation"],)) if constrained else None
    if kind == "nsga2":
        return optuna.samplers.NSGAIISampler(population_size=20, seed=seed, constraints_func=constraints)
    if kind == "tpe":
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, constraints_func=constraints)
    return optuna.samplers.GPSampler(seed=seed, constraints_func=constraints)


def race_optuna(table, kind, seed, limit):
    import optuna

    race = Race(table, limit)
    study = optuna.create_study(
        directions=["minimize"] * 2, sampler=optuna_sampler(kind, seed, np.isfinite(table.largest_error)))
    space = {
        f"x{number}": optuna.distributions.CategoricalDistribution(list(range(options)))
        for number, options in enumerate(table.options)
    }
    for _ in range(4 * limit):
        if race.is_over:
            break
        trial = study.ask(space)
        error, cost, violation = race.objectives([trial.params[name] for name in space])
        trial.set_user_attr("violation", violation)
        study.tell(trial, [error, cost])
    return race


def race_pymoo(table, seed, limit):
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import ElementwiseProblem
    from pymoo.operators.sampling.rnd import IntegerRandomSampling
    from pymoo.operators.crossover.ux import UniformCrossover
    from pymoo.operators.mutation.pm import PolynomialMutation
    from pymoo.operators.repair.rounding import RoundingRepair
    from pymoo.core.termination import Termination
    from pymoo.optimize import minimize

    race = Race(table, limit)

    class Choices(ElementwiseProblem):
        def __init__(self):
            super().__init__(
                n_var=len(table.options), n_obj=2, n_ieq_constr=1, xl=0, xu=np.array(table.options) - 1, vtype=int)

        def _evaluate(self, x, out, *_, **__):
            error, cost, violation = race.objectives([int(value) for value in x])
            out["F"], out["G"] = [error, cost], [violation if np.isfinite(violation) else 0]

    class Limit(Termination):
        def _update(self, algorithm):
            return 1.0 if race.is_over or algorithm.n_gen > limit else 0.0

    algorithm = NSGA2(
        pop_size=20, sampling=IntegerRandomSampling(), crossover=UniformCrossover(prob=0.9, repair=RoundingRepair()),
        mutation=PolynomialMutation(prob=1.0, prob_var=1.5 / len(table.options), vtype=float, repair=RoundingRepair()),
        eliminate_duplicates=True)
    minimize(Choices(), algorithm, Limit(), seed=seed, verbose=False)
    return race


def tables(folder):
    accuracy = read(f"{folder}/nas-bench-201/accuracy.csv.gz")
    cells = [
        [OPERATIONS.index(name) for name in re.findall(r"([a-z_0-9]+)~\d", row["architecture"])] for row in accuracy]
    accuracies = [float(row["cifar10_valid_12_epochs_pct"]) / 100 for row in accuracy]
    for file in ["latency", "latency_unseen", "latency_1999"]:
        rows = {row["architecture"]: row for row in read(f"{folder}/nas-bench-201/{file}.csv.gz")}
        for column in [name for name in next(iter(rows.values())) if name != "architecture"]:
            costs = np.array([
                float(rows.get(row["architecture"], {}).get(column) or "nan") for row in accuracy])
            yield Table(column, [len(OPERATIONS)] * 6, cells, accuracies, costs, 0.8)
    quality = read(f"{folder}/fbnet/synthetic_quality.csv.gz")
    rows = {row["architecture"]: row for row in read(f"{folder}/fbnet/latency.csv.gz")}
    layers = [[BLOCKS.index(name) for name in row["architecture"].split("|")] for row in quality]
    accuracies = [float(row["synthetic_accuracy_pct"]) / 100 for row in quality]
    for column in [name for name in next(iter(rows.values())) if name != "architecture"]:
        costs = np.array([float(rows[row["architecture"]][column]) for row in quality])
        yield Table(f"fbnet_{column}", [len(BLOCKS)] * 22, layers, accuracies, costs, None)


def median(counts, limit):
    value = statistics.median(limit * 10 if count is None else count for count in counts)
    return f"> {limit}" if value > limit else f"{value:.0f}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="../shared/data")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--limit", type=int, default=600)
    parser.add_argument("--columns", default="")
    parser.add_argument("--samplers", default="optuna-nsga2,optuna-tpe,optuna-gp,pymoo-nsga2")
    parser.add_argument("--curves")
    options = parser.parse_args()
    texts = [text for text in options.columns.split(",") if text]
    totals, lines = {}, ["strategy,column,seed,shares"]
    print(f"table column, sampler, evaluations to 90, 95, 98 % (median of {options.seeds})")
    for table in tables(options.data):
        if texts and not any(text in table.name for text in texts):
            continue
        for sampler in options.samplers.split(","):
            races = []
            for seed in range(options.seeds):
                library, kind = sampler.split("-")
                races.append(
                    race_pymoo(table, seed, options.limit) if library == "pymoo"
                    else race_optuna(table, kind, seed, options.limit))
            medians = [median([race.evaluations(share) for race in races], options.limit) for share in (0.9, 0.95, 0.98)]
            totals.setdefault(sampler, []).extend(race.evaluations(0.95) for race in races)
            print(f"{table.name}, {sampler}, {', '.join(medians)}", flush=True)
            for seed, race in enumerate(races):
                lines.append(f"{sampler},{table.name},{seed},{' '.join(f'{share:.4f}' for share in race.shares)}")
    for sampler, counts in totals.items():
        print(f"{sampler}: median of all to 95 %: {median(counts, options.limit)}")
    if options.curves:
        with open(options.curves, "w") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
