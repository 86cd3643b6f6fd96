"""What `init` and nothing else reaches on plain tables, beside a random forest of scikit-learn on the same test rows.

usage: python3 Benchmarks/init_tables.py SWIFTLET [--tables NAME;...] [--part tune|judge|further|kinds] [--splits N] [--folder FOLDER]

Each table is written as two CSV files; `swiftlet init train.csv` writes a job, whose `test:` then names the other file, and
`swiftlet search` runs it. The figure is that of the finalist that is best on validation. The forest (300 trees, medians in place of
missing numbers, one column for each text) learns from all rows of train.csv. Settings of `init` were chosen on the tables of `tune`;
those of `judge` were looked at once, those of `further` (four of them real ones of statsmodels) after everything was settled; `kinds` are
written in other ways (dates, marks between thousands, arrays, ARFF) or judged otherwise (rare classes, normal rows only). Prints accuracy (or RMSE, where numbers are predicted) and ends with status 1 where a mean is
more than two points (or two in a hundred of the RMSE) worse than the forest's.
"""
import argparse
import csv
import importlib.util
import json
import os
import subprocess
import sys
from typing import NamedTuple

import numpy as np
from sklearn import datasets as collected


def numbered(values, target):
    header = [f"c{i}" for i in range(values.shape[1])] + ["target"]
    return header, [[f"{v:.6g}" for v in row] + [str(t)] for row, t in zip(values, target)]


def of_collection(load):
    def make(random):
        data = load()
        order = random.permutation(len(data.target))
        return numbered(data.data[order], data.target[order])
    return make


def with_missing(values, share, random):
    """Cells as texts, a share of them empty."""
    empty = random.random(values.shape) < share
    return [["" if e else f"{v:.5g}" for v, e in zip(row, gaps)] for row, gaps in zip(values, empty)]


def turned(labels, share, classes, random):
    """A share of labels is drawn anew."""
    wrong = random.random(len(labels)) < share
    return np.where(wrong, random.integers(0, classes, len(labels)), labels)


def classification(rows, columns, informative, classes, missing=0.0, noise=0.0, weights=None, separation=1.0, clusters=2):
    def make(random):
        values, labels = collected.make_classification(
            rows, columns, n_informative=informative, n_redundant=0, n_classes=classes, n_clusters_per_class=clusters,
            flip_y=noise, weights=weights, class_sep=separation, random_state=int(random.integers(1 << 30)))
        cells = with_missing(values, missing, random)
        return [f"c{i}" for i in range(columns)] + ["class"], [row + [f"k{label}"] for row, label in zip(cells, labels)]
    return make


def boxes(rows, columns, count, noise, classes=2):
    """The class is that of the last of some boxes that holds a row; each box bounds three columns."""
    def make(random):
        values = random.random((rows, columns))
        labels = np.zeros(rows, int)
        for box in range(count):
            inside = np.ones(rows, bool)
            for column in random.choice(columns, 3, replace=False):
                low = random.random() * 0.5
                inside &= (values[:, column] > low) & (values[:, column] < low + 0.5)
            labels[inside] = box % (classes - 1) + 1
        return numbered(values, turned(labels, noise, classes, random))
    return make


def thresholds(rows, noise):
    """Whether more than half of ten columns are above a threshold of their own, as a decision list with exceptions."""
    def make(random):
        values = random.normal(size=(rows, 10))
        cuts = random.normal(size=10) * 0.6
        above = values > cuts
        labels = (above[:, 0] & above[:, 1]) | (above[:, 2] & ~above[:, 3] & above[:, 4]) | (~above[:, 5] & above[:, 6])
        return numbered(values, turned(labels.astype(int), noise, 2, random))
    return make


def checkerboard(rows, cells, columns, noise):
    def make(random):
        values = random.random((rows, columns))
        squares = (values[:, :2] * cells).astype(int)
        return numbered(values, turned(squares.sum(1) % 2, noise, 2, random))
    return make


def skewed(rows):
    """Log-normal numbers, two columns of texts, an identifier; the class follows ratios and texts."""
    def make(random):
        values = np.exp(random.normal(size=(rows, 6)) * 1.5)
        town = random.integers(0, 12, rows)
        kind = random.integers(0, 4, rows)
        effect = random.normal(size=12)
        score = np.log(values[:, 0] / values[:, 1]) + effect[town] + (kind == 2) * np.log(values[:, 2]) + 0.7 * random.normal(size=rows)
        header = ["id", "pressure (bar)", "flow", "oil temp", "hours", "load", "cycles", "town", "kind", "outcome"]
        rows_ = [[f"m-{i:05d}"] + [f"{v:.5g}" for v in value] + [f"town {t}", "abcd"[k], "bad" if s > 0 else "good"]
                 for i, (value, t, k, s) in enumerate(zip(values, town, kind, score))]
        return header, rows_
    return make


def missing_tells(rows):
    """A label that is turned where a cell is missing."""
    def make(random):
        values = random.normal(size=(rows, 8))
        empty = random.random((rows, 8)) < 0.2
        labels = (values[:, 0] + values[:, 1] ** 2 > 0.8) ^ empty[:, 2]
        cells = [["NA" if e else f"{v:.5g}" for v, e in zip(row, gaps)] for row, gaps in zip(values, empty)]
        return [f"sensor {i}" for i in range(8)] + ["label"], [row + [str(int(label))] for row, label in zip(cells, labels)]
    return make


def friedman(make_table, rows, noise, scale=1.0):
    def make(random):
        values, target = make_table(n_samples=rows, noise=noise, random_state=int(random.integers(1 << 30)))
        return numbered(values, [f"{t * scale:.6g}" for t in target])
    return make


def staircase(rows):
    """A number in steps of single columns, with products of some; noise of a tenth."""
    def make(random):
        values = random.random((rows, 8)) * 100
        target = (np.floor(values[:, 0] / 20) * 3 + (values[:, 1] > 70) * np.floor(values[:, 2] / 25) * 2
                  + np.where(values[:, 3] < 30, 5, 0) + random.normal(size=rows))
        return numbered(values, [f"{t:.4f}" for t in target])
    return make


def linear(rows, columns, informative):
    def make(random):
        values, target = collected.make_regression(
            rows, columns, n_informative=informative, noise=20, random_state=int(random.integers(1 << 30)))
        return numbered(values, [f"{t:.5g}" for t in target])
    return make


def heavy_tail(rows):
    """The exponential of a sum of products and steps, with noise of a quarter."""
    def make(random):
        values = random.normal(size=(rows, 8))
        score = values[:, 0] + values[:, 1] * values[:, 2] + (values[:, 3] > 0.5) - np.abs(values[:, 4])
        return numbered(values, [f"{t:.5g}" for t in np.exp(score + 0.25 * random.normal(size=rows))])
    return make


def signs(rows):
    """Whether an even number of four columns of eight is positive: no column tells anything by itself."""
    def make(random):
        values = random.normal(size=(rows, 8))
        return numbered(values, turned((values[:, :4] > 0).sum(1) % 2, 0.05, 2, random))
    return make


def texts(rows):
    """Five columns of texts, of which two tell something together only, and two of numbers."""
    def make(random):
        texts_ = np.stack([random.integers(0, count, rows) for count in (3, 6, 10, 20, 40)], axis=1)
        effect = random.normal(size=(6, 10)) * 1.5
        values = random.normal(size=(rows, 2))
        score = effect[texts_[:, 1], texts_[:, 2]] + np.where(texts_[:, 0] == 1, values[:, 0], -values[:, 0]) + 0.5 * random.normal(size=rows)
        header = ["kind", "shift", "line", "town", "part", "load", "age", "outcome"]
        return header, [[f"{name}{t}" for name, t in zip("kslop", row)] + [f"{v:.4g}" for v in value] + ["yes" if s > 0 else "no"]
                        for row, value, s in zip(texts_, values, score)]
    return make


def rings(rows):
    """Rings around the middle in four dimensions, beside four columns that tell nothing."""
    def make(random):
        values, labels = collected.make_gaussian_quantiles(
            n_samples=rows, n_features=4, n_classes=3, random_state=int(random.integers(1 << 30)))
        return numbered(np.hstack([values, random.normal(size=(rows, 4))]), labels)
    return make


def squares(rows):
    def make(random):
        values, labels = collected.make_hastie_10_2(rows, random_state=int(random.integers(1 << 30)))
        return numbered(values, turned((labels > 0).astype(int), 0.05, 2, random))
    return make


def survey(name, target, rows=None, above=None, separator=None):
    """A real table that comes with statsmodels; `above` makes two classes of a number."""
    def make(random):
        found = importlib.util.find_spec("statsmodels")
        if found is None:
            sys.exit(f"{name}: install statsmodels, which holds it")
        path = os.path.join(os.path.dirname(found.origin), "datasets", name, f"{name}.csv")
        with open(path, newline="") as file:
            header, *cells = csv.reader(file, delimiter=separator or ",", quotechar="'" if separator else '"')
        place = header.index(target)
        cells = [cells[i] for i in random.permutation(len(cells))[:rows]]
        labels = [row[place] if above is None else str(int(float(row[place]) > above)) for row in cells]
        return [*header[:place], *header[place + 1:], target], [row[:place] + row[place + 1:] + [f] for row, f in zip(cells, labels)]
    return make


TUNE = {
    "wine": of_collection(collected.load_wine),
    "diabetes": of_collection(collected.load_diabetes),
    "boxes": boxes(2500, 10, 4, 0.08),
    "thresholds": thresholds(2500, 0.08),
    "four classes, 3 % missing": classification(2000, 12, 7, 4, missing=0.03, noise=0.05),
    "600 rows, 10 % missing": classification(600, 12, 6, 3, missing=0.1),
    "skewed, texts": skewed(3000),
    "friedman 1": friedman(collected.make_friedman1, 1500, 1.0, 10_000),
}
JUDGE = {
    "breast cancer": of_collection(collected.load_breast_cancer),
    "digits": of_collection(collected.load_digits),
    "iris": of_collection(collected.load_iris),
    "checkerboard": checkerboard(3000, 4, 5, 0.05),
    "boxes, five classes": boxes(4000, 16, 8, 0.05, classes=5),
    "300 rows": classification(300, 10, 5, 2, noise=0.05),
    "imbalanced": classification(4000, 15, 6, 2, weights=[0.93], noise=0.02),
    "a missing cell tells": missing_tells(1500),
    "20,000 rows": classification(20_000, 20, 10, 5, missing=0.02, noise=0.1, clusters=3),
    "friedman 2": friedman(collected.make_friedman2, 800, 20.0),
    "staircase": staircase(3000),
    "wide": classification(800, 60, 8, 3, noise=0.05),
}
FURTHER = {
    "friedman 3": friedman(collected.make_friedman3, 1000, 0.1),
    "linear, 10 of 40": linear(500, 40, 10),
    "heavy tail": heavy_tail(2000),
    "four signs": signs(2500),
    "texts that interact": texts(2000),
    "three in a hundred": classification(3000, 12, 5, 2, weights=[0.97], noise=0.005),
    "rings": rings(1000),
    "sum of squares": squares(2000),
    "100 columns": classification(1000, 100, 10, 2, noise=0.02),
    "200 rows": classification(200, 8, 4, 3),
    "affairs": survey("fair", "affairs", rows=3000, above=0),
    "party": survey("anes96", "PID", separator="\t"),
    "visits": survey("randhie", "mdvis", rows=4000),
    "mathematics": survey("star98", "PR50M"),
}
class Kind(NamedTuple):
    """A table in the form of its file, and the same with numbers and texts that the forest reads, its target last."""
    header: list
    rows: list
    plain: list
    plain_header: list | None = None
    metric: str = "accuracy"
    separator: str = ","
    encoding: str = "utf-8"
    ending: str = "csv"
    arguments: tuple = ()


def german(number):
    return f"{number:,.2f}".translate(str.maketrans(",.", ".,"))


def german_rows(random):
    values = np.exp(random.normal(size=(1800, 4))) * 1000
    town = random.choice(["Köln", "Düren", "Ulm", "Großenhain"], 1800)
    score = np.log(values[:, 0] / values[:, 1]) + np.where(town == "Köln", 1.5, 0) + 0.4 * random.normal(size=1800)
    label = np.where(score > 0.4, "gut", "schlecht")
    header = ["Größe", "Druck", "Fluß", "Höhe", "Ort", "Güte"]
    return Kind(header, [[*map(german, v), t, y] for v, t, y in zip(values, town, label)],
                [[*(f"{x:.2f}" for x in v), t, y] for v, t, y in zip(values, town, label)], separator=";", encoding="windows-1252")


def dated(form):
    def make(random):
        days = np.datetime64("2021-01-01") + random.integers(0, 1400, 2000)
        number = (days - np.datetime64("2021-01-01")).astype(int)
        load = random.normal(size=2000)
        target = 0.002 * number + 1.5 * np.sin(number * 2 * np.pi / 365.25) + 0.5 * load + 0.5 * random.normal(size=2000)
        texts = [form.format(*str(day).split("-")) for day in days]
        rows = [[d, f"{x:.3f}", f"{y:.4f}"] for d, x, y in zip(texts, load, target)]
        plain = [[str(n), str(day)[5:7], *row[1:]] for n, day, row in zip(number, days, rows)]
        return Kind(["bought", "load", "amount"], rows, plain, ["day", "month", "load", "amount"], metric="rmse")
    return make


def plainly(header, rows, **other):
    return Kind(header, rows, rows, **other)


def one_in_fifty(random):
    values = random.normal(size=(5000, 8))
    score = values[:, 0] + values[:, 1] * values[:, 2] + 0.5 * random.normal(size=5000)
    return plainly(*numbered(values, np.where(score > np.quantile(score, 0.98), "rare", "usual")), metric="macro_f1")


def yes_no(random):
    answers = random.integers(0, 2, (1500, 4))
    values = random.normal(size=(1500, 3))
    score = np.where(answers[:, 0] ^ answers[:, 1], values[:, 0], -values[:, 1]) + answers[:, 2] - 0.5 + 0.3 * random.normal(size=1500)
    header = ["wet", "hot", "open", "old", "a", "b", "c", "failed"]
    names = [("no", "yes"), ("false", "true"), ("no", "yes"), ("FALSE", "TRUE")]
    return plainly(header, [[*(n[i] for n, i in zip(names, a)), *(f"{x:.3f}" for x in v), "true" if s > 0 else "false"]
                            for a, v, s in zip(answers, values, score)])


def ordinals(random):
    values = random.normal(size=(2500, 8))
    score = values[:, 0] + 0.7 * values[:, 1] * (values[:, 2] > 0) + 0.4 * random.normal(size=2500)
    return plainly(*numbered(values, np.digitize(score, [-2, -1.2, -0.4, 0.4, 1.2, 2]) + 3))


def counted(random):
    values = random.normal(size=(2500, 7))
    rate = np.exp(1.2 + 0.5 * values[:, 0] + 0.4 * (values[:, 1] > 0) * values[:, 2] - 0.3 * np.abs(values[:, 3]))
    return plainly(*numbered(values, random.poisson(rate)), metric="rmse")


def prices(random):
    values = random.normal(size=(2500, 6))
    price = np.exp(10 + 0.6 * values[:, 0] + 0.4 * values[:, 1] * values[:, 2] + 0.3 * random.normal(size=2500))
    return plainly(*numbered(values, [f"{p:.0f}" for p in price]), metric="rmse")


def grouped_digits(random):
    values = random.lognormal(size=(1800, 3)) * 1000
    price = np.exp(0.8 * np.log(values[:, 0] / 1000) + 0.5 * np.sin(values[:, 1] / 500) + 0.3 * random.normal(size=1800)) * 20_000
    return Kind(["a", "b", "c", "price"], [[*(f"{x:,.0f}" for x in v), f"{p:.2f}"] for v, p in zip(values, price)],
                [[*(f"{x:.0f}" for x in v), f"{p:.2f}"] for v, p in zip(values, price)], metric="rmse")


def customers(random):
    values = random.normal(size=(1200, 6))
    y = (values[:, 0] + np.abs(values[:, 1]) - values[:, 2] * values[:, 3] + 0.5 * random.normal(size=1200) > 0.7).astype(int)
    cells = [[f"{x:.4f}" for x in v] for v in values]
    ids = random.permutation(1200) + 10_000
    return Kind(["customer_id", "a", "b", "c", "y", "d", "e", "f"],
                [[str(i), *c[:3], str(t), *c[3:]] for i, c, t in zip(ids, cells, y)],
                [[*c, str(t)] for c, t in zip(cells, y)], [*"abcdef", "y"])


def only_normal(random):
    mixing = random.normal(size=(3, 8))
    values = random.normal(size=(4000, 3)) @ mixing + 0.1 * random.normal(size=(4000, 8))
    faults = np.zeros(4000, int)
    faults[3200 + random.choice(800, 12, replace=False)] = 1
    place = random.integers(0, 8, 4000)
    values[np.arange(4000), place] += faults * 3
    header, rows = numbered(values, faults)
    return Kind([*header[:-1], "fault"], rows, rows, metric="roc_auc", arguments=("--target", "fault", "--task", "anomaly"))


def sequences(random):
    kinds = random.integers(0, 4, 1500)
    steps = np.arange(64)
    phase = random.random((1500, 1)) * 6.3
    rate = np.array([0.2, 0.2, 0.35, 0.35])[kinds][:, None]
    wave = np.sin(rate * steps + phase)
    wave = np.where((kinds % 2 == 1)[:, None], np.sign(wave), wave) + 0.3 * random.normal(size=(1500, 64))
    both = np.stack([wave, random.normal(size=(1500, 64))], axis=2)
    names = np.array(["slow sine", "slow square", "fast sine", "fast square"])[kinds]
    return Kind(["x", "y"], list(zip(both, names)), [[*map(str, x.ravel()), y] for x, y in zip(both, names)],
                [*map(str, range(128)), "y"], ending="npz")


def attributes(random):
    header, rows = mixed_texts(random)
    return Kind(header, rows, rows, ending="arff")


def mixed_texts(random):
    job, city = random.integers(0, 12, 3000), random.integers(0, 30, 3000)
    age, income, owns = random.integers(18, 80, 3000), random.lognormal(10, 0.6, 3000), random.integers(0, 2, 3000)
    score = (random.normal(size=12)[job] + 0.7 * random.normal(size=30)[city] * owns + (age > 40) * (income > 25_000) * 1.5
             + 0.7 * random.normal(size=3000))
    grade = np.searchsorted(np.quantile(score, [1 / 3, 2 / 3]), score)
    return ["job", "home town", "age", "income", "owns", "grade"], [
        [f"it's {j}", f"c{c}", str(a), f"{i:.0f}", ["no", "yes"][o], "LMH"[g]] for j, c, a, i, o, g in zip(job, city, age, income, owns, grade)]


KINDS = {
    "one in fifty": one_in_fifty,
    "dates": dated("{0}-{1}-{2}"),
    "dates, day first": dated("{2}.{1}.{0}"),
    "sequences with names": sequences,
    "only normal rows": only_normal,
    "thirty classes": lambda random: plainly(*classification(3000, 12, 10, 30, clusters=1)(random)),
    "500 columns": lambda random: plainly(*classification(200, 500, 8, 2, separation=2.0)(random)),
    "marks from 3 to 9": ordinals,
    "counts": counted,
    "log-normal prices": prices,
    "german manner": german_rows,
    "yes and no": yes_no,
    "customers": customers,
    "grouped digits": grouped_digits,
    "attributes": attributes,
}
NUMBERS = {"diabetes", "friedman 1", "friedman 2", "staircase", "friedman 3", "linear, 10 of 40", "heavy tail", "visits", "mathematics"}


def write_kind(path, kind, rows):
    if kind.ending == "npz":
        np.savez(path, x=np.array([row[0] for row in rows], np.float32), y=np.array([row[1] for row in rows]))
    elif kind.ending == "arff":
        def quoted(text):
            return "'" + text.replace("'", "\\'") + "'"
        isnumber = [all(row[i].replace(".", "").isdigit() for row in kind.rows) for i in range(len(kind.header))]
        with open(path, "w", encoding="utf-8") as file:
            file.write("% written by init_tables.py\n@RELATION made\n\n")
            for place, name in enumerate(kind.header):
                values = ", ".join(quoted(text) for text in sorted({row[place] for row in kind.rows}))
                file.write(f"@ATTRIBUTE {quoted(name)} {'NUMERIC' if isnumber[place] else '{' + values + '}'}\n")
            file.write("@DATA\n")
            for row in rows:
                file.write(",".join(text if number else quoted(text) for text, number in zip(row, isnumber)) + "\n")
    else:
        with open(path, "w", newline="", encoding=kind.encoding) as file:
            writer = csv.writer(file, delimiter=kind.separator)
            writer.writerow(kind.header)
            writer.writerows(rows)


def peer(kind, train, test):
    """What the forest of scikit-learn reaches, by the metric of the kind; where only normal rows are known, the isolation forest."""
    from sklearn.ensemble import IsolationForest, RandomForestClassifier
    from sklearn.metrics import f1_score, roc_auc_score
    header = kind.plain_header or kind.header
    if kind.metric in ("accuracy", "rmse"):
        return forest(header, train, test, kind.metric == "rmse")
    x, x_test = encoded(header, train, test)
    y, y_test = [[row[-1] for row in part] for part in (train, test)]
    if kind.metric == "roc_auc":
        return float(roc_auc_score(np.array(y_test) == "1", -IsolationForest(n_estimators=300, random_state=0).fit(x).score_samples(x_test)))
    return float(f1_score(y_test, RandomForestClassifier(300, random_state=0).fit(x, y).predict(x_test), average="macro"))


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def encoded(header, train, test):
    """Columns of numbers with medians for what is missing, a column for each text; identifiers are left out."""
    columns = []
    for place in range(len(header) - 1):
        cells = [row[place] for row in train + test]
        numbers = np.full(len(cells), np.nan)
        texts = False
        for i, cell in enumerate(cells):
            try:
                numbers[i] = float(cell)
            except ValueError:
                texts = texts or cell not in ("", "NA")
        if texts:
            known = sorted(set(cells))
            columns += [[cell == text for cell in cells] for text in known] if len(known) <= 64 else []
        else:
            columns.append(np.where(np.isnan(numbers), np.nanmedian(numbers[:len(train)]), numbers))
    values = np.array(columns, float).T
    return values[:len(train)], values[len(train):]


def forest(header, train, test, is_number):
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    x, x_test = encoded(header, train, test)
    y, y_test = [[row[-1] for row in part] for part in (train, test)]
    if is_number:
        y, y_test = np.array(y, float), np.array(y_test, float)
        found = RandomForestRegressor(300, random_state=0).fit(x, y).predict(x_test)
        return float(np.sqrt(np.mean((found - y_test) ** 2)))
    return float((RandomForestClassifier(300, random_state=0).fit(x, y).predict(x_test) == np.array(y_test)).mean())


def command(swiftlet, folder, *arguments):
    done = subprocess.run([swiftlet, *arguments], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{folder}: swiftlet {' '.join(arguments)}: status {done.returncode}\n{done.stderr}")
    return done.stdout


def searched(swiftlet, folder, ending="csv", arguments=()):
    """The test figure of the finalist that is best on validation."""
    command(swiftlet, folder, "init", f"train.{ending}", *arguments, "--device", "raspberry-pi-4", "--output", "job.yaml", "--force")
    with open(os.path.join(folder, "job.yaml")) as file:
        job = file.read().splitlines()
    with open(os.path.join(folder, "job.yaml"), "w") as file:
        file.write("\n".join("  test: {path: test." + ending + "}" if line.startswith("  test:") else line for line in job) + "\n")
    database = os.path.join(folder, "search.sqlite")
    if os.path.exists(database):
        os.remove(database)
    command(swiftlet, folder, "search", "job.yaml", "--db", database)
    front, = json.loads(command(swiftlet, folder, "front", "train", "--db", database, "--format", "json", "--all"))
    # Figures of classes stand under accuracy, whatever the metric.
    figure = next(name for name in ("quality", "accuracy") if any(each.get("test_" + name) is not None for each in front["candidates"]))
    done = [each for each in front["candidates"] if each.get("test_" + figure) is not None]
    best = (min if front["metric"] == "rmse" else max)(done, key=lambda each: each[figure])
    return best["test_" + figure], best["architecture"]


def figures_of(swiftlet, folder, name, split):
    """What the forest and `init` reach, and the architecture found; whether large figures are bad."""
    os.makedirs(folder, exist_ok=True)
    random = np.random.default_rng(split)
    if name in KINDS:
        kind = KINDS[name](random)
        cut = len(kind.rows) * 4 // 5
        for part, rows in (("train", kind.rows[:cut]), ("test", kind.rows[cut:])):
            write_kind(os.path.join(folder, f"{part}.{kind.ending}"), kind, rows)
        return (peer(kind, kind.plain[:cut], kind.plain[cut:]), *searched(swiftlet, folder, kind.ending, kind.arguments)), kind.metric == "rmse"
    header, rows = {**TUNE, **JUDGE, **FURTHER}[name](random)
    train, test = rows[:len(rows) * 4 // 5], rows[len(rows) * 4 // 5:]
    write(os.path.join(folder, "train.csv"), header, train)
    write(os.path.join(folder, "test.csv"), header, test)
    return (forest(header, train, test, name in NUMBERS), *searched(swiftlet, folder)), name in NUMBERS


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("swiftlet")
    options.add_argument("--tables", help="names, separated by ;")
    options.add_argument("--part", choices=["tune", "judge", "further", "kinds"])
    options.add_argument("--splits", type=int, default=2)
    options.add_argument("--folder", default="results/init-tables")
    given = options.parse_args()
    tables = {"tune": TUNE, "judge": JUDGE, "further": FURTHER, "kinds": KINDS}.get(
        given.part, {**TUNE, **JUDGE, **FURTHER, **KINDS})
    names = given.tables.split(";") if given.tables else list(tables)
    swiftlet = os.path.abspath(given.swiftlet)
    good = True
    for name in names:
        figures = []
        for split in range(given.splits):
            folder = os.path.join(os.path.abspath(given.folder), name.replace(" ", "-").replace("%", "percent"), str(split))
            found, is_error = figures_of(swiftlet, folder, name, split)
            figures.append(found)
        trees, networks = np.mean([each[0] for each in figures]), np.mean([each[1] for each in figures])
        holds = networks <= trees * 1.02 if is_error else networks >= trees - 0.02
        good = good and holds
        print(f"{name:28s} forest {trees:.4g}  init {networks:.4g}  {'ok   ' if holds else 'BELOW'}  "
              + "  ".join(f"{each[0]:.4g}/{each[1]:.4g} {each[2].split('|')[0]}" for each in figures), flush=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
