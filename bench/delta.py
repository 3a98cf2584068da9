"""The delta of a day between two databases in a registry, against the packed whole."""
import glob
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests"))
from registry_server import Registry  # noqa: E402

CHANGED = 0.0075


def change(rng, record):
    """A new record like this one, or the same one with other fixed versions."""
    if rng.random() < 0.3:
        number = rng.randrange(10 ** 6)
        return {**record, "id": f"{record['id'][:4]}NEW-{number}", "aliases": [f"CVE-2026-{50000 + number % 50000}"],
                "summary": f"A flaw numbered {number} lets " + " ".join(rng.choices(
                    ["remote", "attackers", "read", "memory", "parser", "files", "crafted", "header", "denial", "service"], k=8))}
    for affected in record.get("affected", []):
        for span in affected.get("ranges", []):
            for event in span["events"]:
                if "fixed" in event:
                    event["fixed"] = f"{event['fixed'].rsplit('.', 1)[0]}.{rng.randrange(40)}"
    return {**record, "modified": f"2026-11-2{rng.randrange(9)}T08:11:12Z"}


def next_day(feeds, folder):
    """OSV with a few records changed or new, and other EPSS values for everything."""
    rng = random.Random(5)
    for path in sorted(glob.glob(os.path.join(feeds, "osv/*/all.zip"))):
        target = os.path.join(folder, os.path.relpath(path, feeds))
        os.makedirs(os.path.dirname(target))
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                data = old.read(name)
                if rng.random() < CHANGED:
                    before = json.loads(data)
                    after = change(rng, json.loads(data))
                    if after["id"] != before["id"]:
                        new.writestr(after["id"] + ".json", json.dumps(after))
                    else:
                        data = json.dumps(after)
                new.writestr(name, data)
    os.makedirs(os.path.join(folder, "epss"))
    with gzip.open(sorted(glob.glob(os.path.join(feeds, "epss/*.csv.gz")))[0], "rt") as file:
        lines = file.read().split("\n")
    with gzip.open(os.path.join(folder, "epss/epss_scores-2026-11-27.csv.gz"), "wt") as file:
        file.write("\n".join(lines[:2]) + "\n")
        for line in filter(None, lines[2:]):
            cve, score, percentile = line.split(",")
            score = min(float(score) * rng.uniform(0.98, 1.02), 1)
            percentile = min(max(float(percentile) + rng.uniform(-0.002, 0.002), 0), 1)
            file.write(f"{cve},{score:.5f},{percentile:.5f}\n")


def delta(bench):
    if not bench.feeds:
        print("no folder of feeds: the delta of a day was not measured (bench/run.py --feeds FOLDER)")
        return
    registry = Registry()
    with tempfile.TemporaryDirectory() as folder:
        mirror, client, day = (os.path.join(folder, name) for name in ("mirror", "client", "day"))
        words = ["--insecure", registry.host, "--quiet", registry.host + "/bench/db:latest"]

        def run(verb, database, *more):
            done = subprocess.run([bench.program, "db", verb, "--db", database, *more], stderr=subprocess.DEVNULL, check=False)
            assert done.returncode in (0, 5), done.returncode
        run("import", mirror, bench.feeds)
        run("push", mirror, *words)
        run("pull", client, *words)
        whole = registry.sent
        next_day(bench.feeds, day)
        run("import", mirror, day)
        run("push", mirror, *words)
        registry.forget()
        run("pull", client, *words)
        bench.row("database in a registry: a day's delta / whole, bytes moved", registry.sent / whole, 0.25, "x",
                  f"{registry.sent / 1e3:.0f} KB, whole {whole / 1e6:.2f} MB")
    registry.close()
