#!/usr/bin/env python3
"""Tries the review page in headless Chromium against a running service: submits a job, watches it, moves a slider, clicks a
point, downloads a bundle that `swiftlet verify` accepts, and opens reports of 10,000 candidates and of extreme costs.

    python3 Benchmarks/review_page.py .build/release/swiftlet [--screenshots FOLDER]

Needs chromium, chromedriver and the package selenium; says so and ends well where they are missing.
"""
import argparse
import itertools
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

JOB = """version: 1
name: browser-test
dataset: {source: digits, validation: 0.2, test: 0.2, split_seed: 7}
space: tiny-image
compression: {precision: [float32, int8], pruning: [none, structured(0.5)], recipe: [plain]}
devices: [raspberry-pi-4, stm32h743]
objectives: [accuracy, latency_ms, model_bytes]
training: {epochs: 1, batch: 64}
search: {strategy: nsga2, max_evaluations: 24, batch: 6, seed: 3}
finalists: {per_device: 2, epochs: 1}
"""


def browser(width, height, dark, downloads):
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage"]:
        options.add_argument(argument)
    options.binary_location = shutil.which("chromium")
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", dict(width=width, height=height, deviceScaleFactor=1, mobile=False))
    theme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": theme})
    return driver


def until(condition, what, seconds=120):
    end = time.time() + seconds
    while time.time() < end:
        try:
            value = condition()
            if value:
                return value
        except Exception:
            pass
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what}")


def move(driver, slider, place):
    driver.execute_script(
        "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", slider, place)


def check(condition, what):
    if not condition:
        raise AssertionError(what)
    print(f"ok: {what}")


def no_errors(driver):
    found = [entry["message"] for entry in driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    check(not found, f"no console error {found if found else ''}")


def try_page(address, downloads, program):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    driver = browser(1280, 900, False, downloads)
    try:
        driver.get(address)
        until(lambda: "No jobs yet" in driver.page_source, "an empty list")
        driver.find_element(By.CSS_SELECTOR, "details summary").click()
        area = driver.find_element(By.ID, "job-text")
        driver.execute_script("arguments[0].value = arguments[1]", area, JOB)
        driver.find_element(By.CSS_SELECTOR, "details button.primary").click()
        until(lambda: driver.find_elements(By.CSS_SELECTOR, ".row .state.running"), "the job runs")
        progress = until(lambda: driver.find_element(By.CSS_SELECTOR, ".row .progress").text.strip(), "progress is shown")
        print(f"ok: progress '{progress}'")
        until(lambda: driver.find_elements(By.CSS_SELECTOR, ".row .state.finished"), "the job is finished", 300)
        until(lambda: driver.find_elements(By.LINK_TEXT, "browser-test"), "the job has a page")[0].click()
        summary = lambda: driver.find_element(By.CSS_SELECTOR, ".summary").text
        until(lambda: summary(), "the job's page")
        before = summary()
        check("Pick:" in before, f"a pick is named: {before}")
        slider = driver.find_element(By.ID, "limit-latency_ms")
        for place in [800, 600, 400, 250, 120, 60, 20]:
            move(driver, slider, place)
            if summary() != before:
                break
        check(summary() != before, f"a limit changes the selection: {summary()}")
        check("max.latency_ms=" in driver.current_url, "the address keeps the limit")
        driver.refresh()
        after = until(lambda: summary(), "the page after a reload")
        check(after != before, "the reloaded page shows the same limit")
        # A click on the member that is furthest to the right.
        move(driver, driver.find_element(By.ID, "limit-latency_ms"), 1000)
        until(lambda: len(driver.find_elements(By.CSS_SELECTOR, ".chart .member")) > 1, "a front of several members")
        name = lambda: driver.find_element(By.CSS_SELECTOR, ".sheet h2").text
        named = name()
        chart = driver.find_element(By.CSS_SELECTOR, ".chart svg")
        chart.send_keys(Keys.ARROW_RIGHT)
        members = driver.find_elements(By.CSS_SELECTOR, ".chart .member")
        from selenium.webdriver.common.action_chains import ActionChains
        seen = {named, name()}
        for member in members:
            box = driver.execute_script(
                "const a = arguments[0].getBoundingClientRect(); return [a.x + a.width / 2, a.y + a.height / 2]", member)
            base = driver.execute_script("const a = arguments[0].getBoundingClientRect(); return [a.x + a.width / 2, a.y + a.height / 2]", chart)
            ActionChains(driver).move_to_element_with_offset(chart, round(box[0] - base[0]), round(box[1] - base[1])).click().perform()
            seen.add(name())
            if len(seen) > 1:
                break
            members = driver.find_elements(By.CSS_SELECTOR, ".chart .member")
        check(len(seen) > 1, f"a click selects another model: {sorted(seen)}")
        no_errors(driver)
        driver.find_element(By.LINK_TEXT, "Download bundle").click()
        archive = until(lambda: next(iter(pathlib.Path(downloads).glob("*.zip")), None), "the bundle")
        folder = pathlib.Path(downloads) / "bundle"
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder)
        verified = subprocess.run([program, "verify", next(folder.iterdir())], capture_output=True, text=True)
        check(verified.returncode == 0, "verify accepts the bundle\n" + verified.stdout + verified.stderr)
    finally:
        driver.quit()


def write_large_report(report, count=10_000):
    """A report whose data are replaced by many candidates."""
    text = report.read_text()
    start = text.index('id="review-data">') + len('id="review-data">')
    end = text.index("</script>", start)
    review = json.loads(text[start:end].replace("\\u003c", "<"))
    import random

    random.seed(1)
    device = review["devices"][0]
    columns = {name: [] for name in device["candidates"] if name != "count"}
    for index in range(count):
        latency = 10 ** random.uniform(-2, 1)
        quality = min(0.99, 0.6 + 0.12 * (2 + random.gauss(0, 0.3)) + 0.03 * random.uniform(-1, 1) + 0.05 * (latency ** 0.3))
        size = int(2000 * latency ** 0.7 * random.uniform(0.5, 4))
        row = dict(id=f"{index:012x}", quality=f"{quality:.5f}", quality_se="0.004", latency_ms=f"{latency:.6g}", latency_ms_p10=f"{latency * 0.8:.6g}",
                   latency_ms_p90=f"{latency * 1.3:.6g}", model_bytes=size, peak_ram_bytes=size * 3, flash_bytes=size + 100_000, energy_mj=f"{latency * 4:.6g}",
                   macs=size * 50, parameters=size, flags=1 if random.random() < 0.9 else 0, provenance="estimated", fidelity="trained", architecture=0, compression=0)
        for name in columns:
            columns[name].append(str(row.get(name, "")))
    device["candidates"] = {"count": count, **{name: ",".join(values) for name, values in columns.items()}}
    device["total"] = count
    report.write_text(text[:start] + json.dumps(review).replace("<", "\\u003c") + text[end:])


def try_large_report(report, downloads):
    from selenium.webdriver.common.by import By

    write_large_report(report)
    driver = browser(1280, 900, False, downloads)
    try:
        start = time.time()
        driver.get(report.as_uri())
        until(lambda: driver.find_elements(By.CSS_SELECTOR, ".summary"), "the report")
        print(f"ok: a report of 10,000 candidates opens in {time.time() - start:.2f} s")
        script = """
            const slider = document.getElementById('limit-latency_ms'), times = [];
            for (let place = 950; place > 150; place -= 40) {
                const start = performance.now();
                slider.value = place;
                slider.dispatchEvent(new Event('input', {bubbles: true}));
                document.querySelector('.chart svg').getBoundingClientRect();
                times.push(performance.now() - start);
            }
            times.sort((a, b) => a - b);
            return [times[times.length >> 1], times[times.length - 1]];
        """
        median, longest = driver.execute_script(script)
        print(f"slider move with 10,000 candidates: median {median:.0f} ms, longest {longest:.0f} ms")
        no_errors(driver)
    finally:
        driver.quit()


def try_extreme_report(base, downloads, program):
    """A report of zero, constant, missing and huge costs, every device of it shown."""
    from selenium.webdriver.common.by import By

    operations = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]
    rows = ["architecture,accuracy,zero,constant,missing,huge"]
    for index, (a, b, c) in enumerate(itertools.product(operations, repeat=3)):
        cell = f"|{a}~0|+|{b}~0|{c}~1|+|{a}~0|{b}~1|{c}~2|"
        some = (index * 37 % 125 + 1) / 125
        huge = ["1e300", "1e-300", some][index % 3]
        rows.append(f"{cell},{1 - some / 2},{0 if index % 7 == 0 else some},3,{'' if index % 5 == 0 else some},{huge}")
    (base / "extreme.csv").write_text("\n".join(rows) + "\n")
    devices = ["zero", "constant", "missing", "huge"]
    costs = "".join(f"      {device}: {{latency_ms: {device}}}\n" for device in devices)
    (base / "extreme.yaml").write_text(
        "version: 1\nname: extreme\ndataset:\n  source: table\n  table:\n    paths: [extreme.csv]\n    architecture: architecture\n"
        f"    accuracy: accuracy\n    costs:\n{costs}space: nas-bench-201\ndevices: [{', '.join(devices)}]\n"
        "objectives: [accuracy, latency_ms]\nsearch: {max_evaluations: 100}\n")
    report = base / "extreme.html"
    for command in (["search", "extreme.yaml", "--quiet"], ["report", "extreme", "--output", report]):
        subprocess.run([program, *command, "--db", "extreme.sqlite"], cwd=base, check=True, stdout=subprocess.DEVNULL)
    with browser(1280, 1400, False, downloads) as driver:
        driver.get(report.as_uri())
        until(lambda: driver.find_elements(By.CSS_SELECTOR, ".summary"), "the report")
        for device in devices:
            driver.find_element(By.XPATH, f"//button[normalize-space()='{device}']").click()
            until(lambda: f"Front on {device} within the limits" in driver.page_source, f"the front on {device}", 10)
        no_errors(driver)
    check(True, "a report of zero, constant, missing and huge costs shows every device")


def screenshots(pages, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for width, height in [(1280, 900), (390, 844)]:
        for dark in [False, True]:
            driver = browser(width, height, dark, folder)
            for name, address in pages:
                driver.get(address)
                time.sleep(2)
                full = driver.execute_script("return document.documentElement.scrollHeight")
                wide = driver.execute_script("return document.documentElement.scrollWidth")
                check(wide <= width, f"{name} fits {width} px")
                driver.execute_cdp_cmd(
                    "Emulation.setDeviceMetricsOverride", dict(width=width, height=min(full, 3000), deviceScaleFactor=1, mobile=False))
                time.sleep(0.3)
                driver.save_screenshot(str(folder / f"{name}-{width}-{'dark' if dark else 'light'}.png"))
            driver.quit()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--screenshots", type=pathlib.Path)
    options = parser.parse_args()
    try:
        import selenium  # noqa: F401
    except ImportError:
        selenium = None
    if selenium is None or not shutil.which("chromium") or not shutil.which("chromedriver"):
        print("skipped: chromium, chromedriver and the package selenium are needed")
        return
    program = str(pathlib.Path(options.program).resolve())
    with tempfile.TemporaryDirectory() as folder:
        base = pathlib.Path(folder)
        serve = subprocess.Popen(
            [program, "serve", "--listen", "127.0.0.1:0", "--db", "db.sqlite"], cwd=base, stderr=subprocess.PIPE, text=True)
        try:
            address = re.search(r"http://\S+", serve.stderr.readline()).group()
            downloads = base / "downloads"
            downloads.mkdir()
            try_page(address, downloads, program)
            report = base / "report.html"
            subprocess.run([program, "report", "browser-test", "--db", "db.sqlite", "--output", report], cwd=base, check=True)
            if options.screenshots:
                pages = [("list", address), ("job", f"{address}#/jobs/browser-test"), ("report", report.as_uri())]
                screenshots(pages, options.screenshots.resolve())
            try_large_report(report, downloads)
            try_extreme_report(base, downloads, program)
        finally:
            serve.terminate()
            serve.wait(timeout=20)
    print("all good")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:
        sys.exit(f"failed: {error}")
