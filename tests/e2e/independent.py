"""Findings calculated a second time, from the same feeds, by code that shares nothing with the program."""
import functools
import glob
import json
import lzma
import os
import re
import subprocess

CVE = re.compile(r"^CVE[-_](\d{4})-(\d{4,})")


@functools.lru_cache(maxsize=None)
def dpkg_less(a, b):
    return subprocess.run(["dpkg", "--compare-versions", a, "lt", b], check=False).returncode == 0


SUFFIXES = ["alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"]


def apk_key(version):
    """A sort key for the versions that packages of Alpine have: apk-tools, doc/apk-package.5, versions."""
    match = re.fullmatch(r"(\d+(?:\.\d+)*)([a-z]?)((?:_[a-z]+\d*)*)(?:~[0-9a-f]+)?(?:-r(\d+))?", version)
    if not match:
        return None
    numbers, letter, suffixes, revision = match.groups()
    parts = []
    for place, digits in enumerate(numbers.split(".")):
        # Behind the first dot a number with a leading zero is a fraction: compared digit by digit.
        parts.append((1, int(digits), "") if place == 0 or digits[0] != "0" else (0, 0, digits))
    order = [(SUFFIXES.index(re.match("[a-z]+", item).group(0)), int(re.search(r"\d*$", item).group(0) or 0))
             for item in suffixes.split("_")[1:]]
    return parts, letter, order, int(revision or 0)


def apk_less(a, b):
    x, y = apk_key(a), apk_key(b)
    if x is None or y is None:
        return None  # not for this calculation
    if x[0] != y[0]:
        for one, two in zip(x[0], y[0]):
            if one != two:
                return one < two
        return len(x[0]) < len(y[0])
    if x[1] != y[1]:
        return x[1] < y[1]
    neutral = (SUFFIXES.index(""), 0)
    for i in range(max(len(x[2]), len(y[2]))):
        one = x[2][i] if i < len(x[2]) else neutral
        two = y[2][i] if i < len(y[2]) else neutral
        if one != two:
            return one < two
    return x[3] < y[3]


def load(path):
    with lzma.open(path, "rb") as file:
        return json.loads(file.read())


def debian(snapshot, release, packages):
    """{(binary name, arch, CVE): fixed version or None} for [(name, arch, source, source version)]."""
    tracker, found = load(os.path.join(snapshot, "debian.json.xz")), {}
    for name, arch, source, version in packages:
        for issue, entry in tracker.get(source, {}).items():
            state = entry["releases"].get(release)
            if state is None:
                continue
            fixed = state.get("fixed_version")
            if state["status"] == "resolved":
                if fixed and fixed != "0" and dpkg_less(version, fixed):
                    found[name, arch, issue] = fixed
            else:
                found[name, arch, issue] = None
    return found


def identifiers(text):
    """[[id, alias...], ...] of one entry of secdb."""
    words = []
    for word in text.split():
        match = CVE.match(word)
        if match:
            words.append(f"CVE-{match.group(1)}-{match.group(2)}")
        elif re.fullmatch(r"[A-Z][A-Za-z]*-[A-Za-z0-9][A-Za-z0-9-]*", word) and not word.startswith("CVE"):
            words.append(word)
    cves = [word for word in words if word.startswith("CVE-")]
    ghsas = [word for word in words if word.startswith("GHSA-")]
    if len(cves) == 1 and ghsas:
        return [[cves[0], *ghsas]] + [[word] for word in words if word not in cves + ghsas]
    return [[word] for word in dict.fromkeys(words)]


def alpine(snapshot, branch, packages):
    """{(binary name, id): fixed version} for [(name, origin, version)]."""
    fixes, found = {}, {}
    for path in glob.glob(os.path.join(snapshot, f"alpine/{branch}-*.xz")):
        for entry in load(path)["packages"]:
            for fixed, ids in entry["pkg"]["secfixes"].items():
                for text in ids:
                    for group in identifiers(text):
                        fixes.setdefault(entry["pkg"]["name"], {}).setdefault(group[0], []).append(fixed)
    for name, origin, version in packages:
        for issue, versions in fixes.get(origin, {}).items():
            for fixed in versions:
                if fixed != "0" and apk_less(version, fixed):
                    found.setdefault((name, issue), set()).add(fixed)
    return found
