#!/usr/bin/env python3
"""Measures Plimsoll against limits and peers of the same machine in one run, and prints a table of ratios.

What it needs is built once into bench/cache. The last results stay in bench/results/*.json. FEEDS (or
--feeds) is a folder of publishers' feeds (see tools/make_snapshot.py); without it the parts about
importing them are left out and said to be.
"""
import argparse
import datetime
import glob
import io
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zipfile

import delta as deltas
import registry as registries
import secrets_rows

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CACHE = os.path.join(ROOT, "bench/cache")
MIB = 1 << 20

# A Debian root with compilers, Python, Java and Node from packages: about 1.5 GB.
BIG = "build-essential,clang,python3-full,python3-numpy,default-jdk-headless,nodejs,npm,git,gdb,cmake"


class Bench:
    def __init__(self, build, feeds):
        self.program = os.path.join(build, "plimsoll")
        self.build, self.feeds, self.rows = build, feeds, []

    def row(self, name, value, limit, unit, note=""):
        good = value <= limit
        self.rows.append({"name": name, "value": value, "bar": limit, "unit": unit, "good": good, "note": note})
        print(f"{name:58} {value:9.3f} {unit:6} bar {limit:7.3f}  {'ok' if good else 'OVER'}  {note}", flush=True)

    def at_least(self, name, value, limit, unit):
        good = value >= limit
        self.rows.append({"name": name, "value": value, "at_least": limit, "unit": unit, "good": good})
        print(f"{name:58} {value:9.3f} {unit:6} min {limit:7.3f}  {'ok' if good else 'UNDER'}", flush=True)


def seconds(words, times=5, check=True, **more):
    """The best of several runs: what the machine can do when nothing disturbs it."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(words, check=check, stdout=subprocess.DEVNULL, **more)
        best = min(best, time.perf_counter() - start)
    return best


def anonymous_peak(words):
    """Peak of anonymous memory in bytes: sampled from smaps_rollup while the program runs."""
    peak = 0
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    while child.poll() is None:
        try:
            with open(f"/proc/{child.pid}/smaps_rollup", encoding="ascii") as file:
                for line in file:
                    if line.startswith("Anonymous:"):
                        peak = max(peak, int(line.split()[1]) * 1024)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            break
    child.wait()
    return peak


def resident_peak(words):
    """Peak resident set in bytes, mapped files included, as the kernel counts it."""
    done = subprocess.run(["/usr/bin/env", "python3", "-c", (
        "import resource, subprocess, sys\n"
        "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, code)"), *words],
        capture_output=True, text=True, check=True)
    peak, code = done.stdout.split()
    return int(peak) * 1024, int(code)


def cached(name, make):
    path = os.path.join(CACHE, name)
    if not os.path.exists(path):
        os.makedirs(CACHE, exist_ok=True)
        print(f"making {name}", flush=True)
        make(path + ".part")
        os.rename(path + ".part", path)
    return path


def root(name, include):
    def make(path):
        words = ["mmdebstrap", "--quiet", "--format=tar", "--variant=minbase"]
        subprocess.run(words + ([f"--include={include}"] if include else []) + ["bookworm", path], check=True,
                       stderr=subprocess.DEVNULL)
    return cached(name, make)


def image(name, layer, compress="none"):
    return cached(name, lambda path: subprocess.run(
        [os.path.join(ROOT, "tools/make_image.py"), "--compress", compress, "--name", "bench:1", "--output", path, layer],
        check=True))


def warm(path):
    subprocess.run(["cat", path], stdout=subprocess.DEVNULL, check=True)


def scanning(bench):
    big, small = root("big.tar", BIG), root("small.tar", "")
    plain = image("big-plain.tar", big)
    gzip, zstd = image("big-gzip.tar", big, "gzip"), image("big-zstd.tar", big, "zstd")
    little = image("small-plain.tar", small)
    packed_gz = cached("big.tar.gz", lambda path: member(gzip, path))
    packed_zst = cached("big.tar.zst", lambda path: member(zstd, path))
    scan = [bench.program, "sbom", "--no-progress", "--format", "json", "--catalogers", "os"]
    warm(plain)
    cat = seconds(["cat", plain])
    ours = seconds([*scan, plain])
    bench.row("plain image of 1.5 GB: scan / cat", ours / cat, 0.5, "x", f"{ours * 1e3:.0f} ms, cat {cat * 1e3:.0f} ms")
    bench.row("  anonymous memory", anonymous_peak([*scan, plain]) / MIB, 64, "MiB")
    warm(packed_gz), warm(gzip)
    peer, ours = seconds(["igzip", "-dc", packed_gz], 3), seconds([*scan, "--jobs", "1", gzip], 3)
    bench.row("gzip layer, digest checked: scan / igzip -dc", ours / peer, 1.25, "x", f"{ours:.2f} s, igzip {peer:.2f} s")
    warm(packed_zst), warm(zstd)
    peer, ours = seconds(["zstd", "-dcq", packed_zst], 3), seconds([*scan, "--jobs", "1", zstd], 3)
    bench.row("zstd layer, digest checked: scan / zstd -dc", ours / peer, 1.25, "x", f"{ours:.2f} s, zstd {peer:.2f} s")
    warm(little)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([bench.program, "db", "import", "--quiet", "--db", folder, os.path.join(ROOT, "data/snapshot")], check=True)
        words = [bench.program, "scan", "--db", folder, "--format", "json", little]
        whole, everything = seconds([*words, "--catalogers", "os"], 20), seconds(words, 20)
    bench.row("small image, warm, whole process, system's packages", whole * 1e3, 15, "ms")
    bench.row("  all catalogers", everything * 1e3, 30, "ms")
    bench.row("start: plimsoll --version", seconds([bench.program, "--version"], 50) * 1e3, 3, "ms")
    stripped = os.path.join(CACHE, "plimsoll.stripped")
    subprocess.run(["strip", "-o", stripped, bench.program], check=True)
    bench.row("stripped program", os.path.getsize(stripped) / 1e6, 8, "MB")


def web_archive(path, packed):
    """A made-up .war of some 440 MB: 240 jars, packed once more or only stored, with texts that are like code."""
    rng = random.Random(11)
    words = [bytes(rng.randrange(256) for _ in range(rng.randrange(3, 24))) for _ in range(6000)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED, compresslevel=1) as archive:
        for number in range(240):
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as jar:
                jar.writestr("META-INF/MANIFEST.MF", f"Manifest-Version: 1.0\r\nBundle-SymbolicName: org.example.part{number}\r\n")
                jar.writestr(f"META-INF/maven/org.example/part{number}/pom.properties",
                             f"groupId=org.example\nartifactId=part{number}\nversion=1.{number}\n")
                for entry in range(120):
                    jar.writestr(f"org/example/part{number}/Class{entry}.class", b"".join(rng.choices(words, k=1250)))
            archive.writestr(f"WEB-INF/lib/part{number}-1.{number}.jar", inner.getvalue())


def as_gzip(archive, path):
    """The packed members of an archive as members of a gzip file: the same compressed bytes, for a peer to inflate."""
    with zipfile.ZipFile(archive) as source, open(archive, "rb") as file, open(path, "wb") as target:
        for item in source.infolist():
            file.seek(item.header_offset + 26)
            name, extra = struct.unpack("<HH", file.read(4))
            file.seek(name + extra, 1)
            target.write(b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + file.read(item.compress_size))
            target.write(struct.pack("<II", item.CRC, item.file_size & 0xffffffff))


def java(bench):
    packed = cached("web-packed.war", lambda path: web_archive(path, True))
    stored = cached("web-stored.war", lambda path: web_archive(path, False))
    peer_file = cached("web-packed.gz", lambda path: as_gzip(packed, path))
    for path in (packed, stored, peer_file):
        warm(path)
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "app.war")
        scan = [bench.program, "sbom", "--no-progress", "--format", "json", "--catalogers", "java-archive", "--jobs", "1",
                "dir:" + folder]
        os.link(packed, target)
        inflated = subprocess.run(["igzip", "-dc", peer_file], check=True, capture_output=True).stdout
        with zipfile.ZipFile(packed) as archive:
            assert len(inflated) == sum(item.file_size for item in archive.infolist())
        found = json.loads(subprocess.run(scan, check=True, capture_output=True).stdout)["packages"]
        assert len(found) == 240, len(found)
        peer, ours = seconds(["igzip", "-dc", peer_file]), seconds(scan)
        bench.row("jars packed in a .war of 440 MB: scan / igzip -dc", ours / peer, 1.25, "x",
                  f"{ours * 1e3:.0f} ms, igzip {peer * 1e3:.0f} ms")
        bench.row("  peak memory", resident_peak(scan)[0] / MIB, 128, "MiB")
        os.remove(target)
        os.link(stored, target)
        peer, ours = seconds(["cat", stored]), seconds(scan)
        bench.row("jars stored in a .war of 440 MB: scan / cat", ours / peer, 1.25, "x",
                  f"{ours * 1e3:.0f} ms, cat {peer * 1e3:.0f} ms")


def node_modules(path, packages, files):
    """A made-up layer of installed npm packages: a package.json of 1.5 kB and `files` files of code in each."""
    import tarfile
    rng = random.Random(4)
    words = [bytes(rng.randrange(97, 123) for _ in range(rng.randrange(3, 12))) for _ in range(3000)]
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        for number in range(packages):
            folder = f"app/node_modules/package-{number}"
            manifest = {"name": f"package-{number}", "version": f"{number % 7}.{number % 90}.{number % 31}", "license": "MIT",
                        "dependencies": {f"package-{rng.randrange(packages)}": "^1.0.0" for _ in range(12)},
                        "description": b" ".join(rng.choices(words, k=120)).decode()}
            members = [("package.json", json.dumps(manifest).encode())]
            members += [(f"lib/{file}.js", b" ".join(rng.choices(words, k=rng.randrange(100, 1200)))) for file in range(files)]
            for name, data in members:
                info = tarfile.TarInfo(f"{folder}/{name}")
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))


def languages(bench):
    """All catalogers at once."""
    scan = [bench.program, "sbom", "--no-progress", "--format", "json"]
    plain = image("big-plain.tar", root("big.tar", BIG))
    warm(plain)
    cat, ours = seconds(["cat", plain]), seconds([*scan, plain])
    bench.row("plain image of 1.5 GB, all catalogers: scan / cat", ours / cat, 4, "x", f"{ours * 1e3:.0f} ms, cat {cat * 1e3:.0f} ms")
    layer = cached("node.tar", lambda path: node_modules(path, 4000, 12))
    packed = image("node-gzip.tar", layer, "gzip")
    inner = cached("node.tar.gz", lambda path: member(packed, path))
    warm(inner), warm(packed)
    peer, ours = seconds(["igzip", "-dc", inner]), seconds([*scan, packed])
    bench.row("node_modules of 52,000 files, gzip: scan / igzip -dc", ours / peer, 1.25, "x",
              f"{ours * 1e3:.0f} ms, igzip {peer * 1e3:.0f} ms")
    bench.row("  peak memory", resident_peak([*scan, packed])[0] / MIB, 128, "MiB")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["tar", "-C", folder, "-xf", layer], check=True)
        peer = seconds(["find", folder, "-type", "f", "-exec", "cat", "{}", "+"], 3)
        ours = seconds([*scan, "dir:" + folder], 3)
    bench.row("the same as a folder: scan / cat of its files", ours / peer, 1.25, "x", f"{ours * 1e3:.0f} ms, cat {peer * 1e3:.0f} ms")
    times, peaks = {}, {}
    for count in (10000, 100000):
        target = image(f"packages-{count}.tar", cached(f"packages-{count}.layer", lambda path: node_modules(path, count, 0)))
        warm(target)
        times[count], peaks[count] = seconds([*scan, target], 3), resident_peak([*scan, target])[0] / MIB
    bench.row("100,000 packages / 10 times 10,000: time", times[100000] / times[10000] / 10, 1.3, "x",
              f"{times[100000] * 1e3:.0f} ms, {times[10000] * 1e3:.0f} ms")
    bench.row("  memory", peaks[100000] / peaks[10000] / 10, 1.1, "x", f"{peaks[100000]:.0f} MiB, {peaks[10000]:.0f} MiB")


def member(archive, path):
    """The largest member of an archive, the layer, as a file of its own."""
    import tarfile
    with tarfile.open(archive) as tar:
        largest = max(tar.getmembers(), key=lambda item: item.size)
        with tar.extractfile(largest) as source, open(path, "wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)


def json_size(paths):
    """Bytes of the feeds' JSON, unpacked."""
    total = 0
    for path in paths:
        for name in ([path] if os.path.isfile(path) else glob.glob(path + "/**/*", recursive=True)):
            if name.endswith(".zip"):
                with zipfile.ZipFile(name) as archive:
                    total += sum(item.file_size for item in archive.infolist())
            elif name.endswith(".xz"):
                import lzma
                with lzma.open(name) as file:
                    total += len(file.read())
            elif name.endswith(".gz"):
                import gzip
                with gzip.open(name) as file:
                    total += len(file.read())
            elif os.path.isfile(name):
                total += os.path.getsize(name)
    return total


def tracker(path):
    """A made-up security tracker of 70 MB, in the publisher's form."""
    rng, document, size = random.Random(7), {}, 0
    words = "buffer overflow in the parser of a library allows remote attackers to read memory via crafted input".split()
    package = 0
    while size < 70e6:
        package += 1
        issues = {}
        for _ in range(rng.randint(1, 30)):
            issue = f"CVE-{rng.randint(2005, 2026)}-{rng.randint(1000, 59999)}"
            releases = {}
            for release, base in (("bullseye", 11), ("bookworm", 12), ("trixie", 13), ("sid", 14)):
                fixed = f"{rng.randint(0, 9)}.{rng.randint(0, 40)}.{rng.randint(0, 20)}-{rng.randint(1, 9)}"
                state = {"status": "resolved", "repositories": {release: fixed + f"+deb{base}u1"}, "fixed_version": fixed,
                         "urgency": rng.choice(["not yet assigned", "unimportant", "low", "medium"])}
                if rng.random() < 0.3:
                    del state["fixed_version"]
                    state["status"] = "open"
                releases[release] = state
            issues[issue] = {"description": " ".join(rng.choices(words, k=30)), "scope": "remote", "releases": releases}
        document[f"package-{package}"] = issues
        size += len(json.dumps(issues))
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)


def database(bench):
    made = cached("tracker-70mb.json", tracker)
    with tempfile.TemporaryDirectory() as folder:
        words = [bench.program, "db", "import", "--quiet", "--db", folder, made]
        bench.row("db import of a tracker of 70 MB", seconds(words, 3), 2, "s")
        bench.row("  peak memory", resident_peak(words)[0] / MIB, 128, "MiB")
        bench.row("  database / feed", os.path.getsize(folder + "/plimsoll.db") / os.path.getsize(made), 0.25, "x")
    if not bench.feeds:
        print("no folder of feeds: the import of all feeds was not measured (bench/run.py --feeds FOLDER)")
        return
    paths = [os.path.join(bench.feeds, name) for name in ("osv", "debian", "alpine", "kev", "epss", "nvd")]
    with tempfile.TemporaryDirectory() as folder:
        words = [bench.program, "db", "import", "--quiet", "--db", folder, *paths]
        took = []
        for _ in range(3):
            shutil.rmtree(folder, ignore_errors=True)
            start = time.perf_counter()
            subprocess.run(words, check=False, stdout=subprocess.DEVNULL)
            took.append(time.perf_counter() - start)
        bench.row("db import of all feeds", min(took), 5, "s")
        shutil.rmtree(folder, ignore_errors=True)
        bench.row("  peak memory", resident_peak(words)[0] / MIB, 128, "MiB")
        bench.row("  database / feeds' JSON", os.path.getsize(folder + "/plimsoll.db") / json_size(paths), 0.25, "x")
        with open(os.path.join(bench.feeds, "alpine/v3.18/main.json"), encoding="utf-8") as file:
            names = [item["pkg"]["name"] for item in json.load(file)["packages"]]
        done = subprocess.run([os.path.join(bench.build, "bench/bench-lookup"), folder, "Alpine:v3.18", *names],
                              capture_output=True, text=True, check=True)
        lookup, first, statements, opened = done.stdout.split()
        bench.row("look-up of 10,000 packages", float(lookup), 10, "ms",
                  f"{statements} statements read; first pass {float(first):.1f} ms")
        bench.row("opening the database", float(opened), 1, "ms")


def scores(bench):
    done = subprocess.run([os.path.join(bench.build, "bench/bench-cvss")], capture_output=True, text=True, check=True)
    rates = {line.split()[0]: float(line.split()[1]) / 1e6 for line in done.stdout.splitlines()}
    bench.at_least("CVSS v3.1 parsed and scored", rates["v3.1"], 5, "M/s")
    bench.at_least("CVSS v4.0 parsed and scored", rates["v4.0"], 2, "M/s")


def reports(bench):
    """100,000 findings in every format, the scan that finds them included; and what a report adds to a scan."""
    sys.path.insert(0, os.path.join(ROOT, "tests"))
    import report_samples
    listed = subprocess.run([bench.program, "list", "formats"], capture_output=True, text=True, check=True).stdout
    formats = [line.split()[0] for line in listed.splitlines() if line.strip()]
    with tempfile.TemporaryDirectory() as folder:
        feeds = report_samples.write(folder, 1000, 100)
        subprocess.run([bench.program, "db", "import", "--quiet", "--db", folder + "/db", *feeds], check=True)
        target = report_samples.image(folder, 1000)
        for name in formats:
            form = name if name != "template" else "template=" + os.path.join(ROOT, "docs/examples/report-list.html.mustache")
            words = [bench.program, "scan", "--db", folder + "/db", "--format", form, target]
            bench.row(f"100,000 findings as {name}", seconds(words, 3), 2, "s")
            bench.row("  peak memory", resident_peak(words)[0] / MIB, 128, "MiB")
    plain = image("big-plain.tar", root("big.tar", BIG))
    warm(plain)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([bench.program, "db", "import", "--quiet", "--db", folder, os.path.join(ROOT, "data/snapshot")], check=True)
        words = [bench.program, "scan", "--db", folder, "--format"]
        least, most = seconds([*words, "github", plain], 9), seconds([*words, "html", plain], 9)
    bench.row("HTML report of the image of 1.5 GB: share of the scan", max(0, most - least) / least, 0.05, "x",
              f"{(most - least) * 1e3:.0f} ms of {most * 1e3:.0f} ms")


def hostile(bench):
    """Peak memory over made-up bad targets: nothing may use more than 256 MiB."""
    sys.path.insert(0, os.path.join(ROOT, "tests"))
    import support
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "image.tar")
        entry = support.layer([{"path": "x", "text": ""}])[:512]
        targets, block = [], []
        head = bytearray(entry)
        for i in range(64):
            head[0:9] = b"%08x\0" % i
            head[148:156] = b" " * 8
            head[148:156] = b"%06o\0 " % sum(head)
            block.append(bytes(head))
        many = b"".join(block) * (5 << 14)  # more than LIMIT_ENTRIES
        targets.append([many])
        status = support.layer([{"path": "etc/os-release", "text": support.DEBIAN}])
        while status[-512:] == b"\0" * 512:
            status = status[:-512]
        import tarfile
        info = tarfile.TarInfo("var/lib/dpkg/status")
        info.size = 500 << 20
        targets.append([status + info.tobuf(tarfile.GNU_FORMAT) + b"Package: " + b"b" * (info.size - 9) + b"\0" * 1024])
        for layers in targets:
            support.docker_archive(path, layers)
            peak, code = resident_peak([bench.program, "sbom", "--format", "json", path])
            assert code == 5, code
            worst = max(worst, peak)
    bench.row("peak memory over two hostile images", worst / MIB, 256, "MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--feeds", default=os.environ.get("FEEDS"))
    args = parser.parse_args()
    beside = os.path.join(ROOT, "../shared/data/feeds")
    feeds = args.feeds or (beside if os.path.isdir(beside) else None)
    bench = Bench(os.path.abspath(args.build), feeds)
    os.environ["PLIMSOLL_CACHE"] = "none"  # what is measured twice is done twice
    os.environ["PLIMSOLL_SKIP"] = "secret,password,config,permission,malware"
    scanning(bench)
    registries.registry(bench, seconds, cached, root("big.tar", BIG), os.path.join(CACHE, "big-gzip.tar"))
    del os.environ["PLIMSOLL_SKIP"]
    secrets_rows.secrets(bench, seconds, cached, image, warm, anonymous_peak, root("big.tar", BIG),
                         os.path.join(CACHE, "big-gzip.tar"))
    os.environ["PLIMSOLL_SKIP"] = "secret,password,config,permission,malware"  # the rest is about packages
    languages(bench)
    java(bench)
    database(bench)
    deltas.delta(bench)
    scores(bench)
    reports(bench)
    hostile(bench)
    os.makedirs(os.path.join(ROOT, "bench/results"), exist_ok=True)
    result = {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), "rows": bench.rows}
    with open(os.path.join(ROOT, "bench/results/latest.json"), "w", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")
    over = [row["name"] for row in bench.rows if not row["good"]]
    print(f"{len(bench.rows) - len(over)} of {len(bench.rows)} within their bars")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
