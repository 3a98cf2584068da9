"""Findings in packages of languages calculated a second time from OSV records, and lock files to hold them against."""
import functools
import json
import re

import orders

CVE = re.compile(r"CVE-\d{4}-\d{4,}", re.I)
OWN_PEOPLE = ("GO", "RUSTSEC", "BIT", "HSEC", "EEF", "JLSEC", "MAL")


def same(name):
    return name


def python_name(name):
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(packages):
    return "".join(f"{name}=={version}\n" for name, version in packages)


def package_lock(packages):
    return json.dumps({"name": "app", "lockfileVersion": 3, "packages": {
        "": {"name": "app"}, **{f"node_modules/{name}": {"version": version} for name, version in packages}}})


def go_mod(packages):
    return "module example.org/app\n\ngo 1.21\n\nrequire (\n" + "".join(f"\t{name} v{version}\n" for name, version in packages) + ")\n"


def cargo_lock(packages):
    return "version = 3\n" + "".join(
        f'\n[[package]]\nname = "{name}"\nversion = "{version}"\nsource = "registry+https://example.invalid/index"\n'
        for name, version in packages)


def gemfile_lock(packages):
    return "GEM\n  remote: https://example.invalid/\n  specs:\n" + "".join(
        f"    {name} ({version})\n" for name, version in packages) + "\nPLATFORMS\n  ruby\n"


def composer_lock(packages):
    return json.dumps({"packages": [{"name": name, "version": version} for name, version in packages], "packages-dev": []})


def nuget_lock(packages):
    return json.dumps({"version": 1, "dependencies": {"net8.0": {
        name: {"type": "Direct", "resolved": version} for name, version in packages}}})


def gradle_lock(packages):
    return "".join(f"{name}:{version}=runtimeClasspath\n" for name, version in packages) + "empty=\n"


def spdx(packages):
    return json.dumps({"packages": [{"name": name, "versionInfo": version, "externalRefs": [
        {"referenceType": "purl", "referenceLocator": f"pkg:bitnami/{name}@{version}"}]} for name, version in packages]})


# OSV's name: the package's type, its order, how names are made equal, the lock file and its writer.
ECOSYSTEMS = {
    "npm": ("npm", orders.semver, same, "package-lock.json", package_lock),
    "PyPI": ("pypi", orders.pypi, python_name, "requirements.txt", requirement),
    "Go": ("golang", orders.golang, same, "go.mod", go_mod),
    "crates.io": ("cargo", orders.semver, same, "Cargo.lock", cargo_lock),
    "RubyGems": ("gem", orders.gem, same, "Gemfile.lock", gemfile_lock),
    "Packagist": ("composer", orders.composer, str.lower, "composer.lock", composer_lock),
    "NuGet": ("nuget", orders.nuget, str.lower, "packages.lock.json", nuget_lock),
    "Maven": ("maven", orders.maven, same, "gradle.lockfile", gradle_lock),
    "Bitnami": ("bitnami", orders.plain, str.lower, ".spdx-app.spdx", spdx),
}


class Unclear(Exception):
    """A version that the independent order does not know."""


class Calculation:
    """What OSV's records say of packages of one ecosystem."""

    def __init__(self, ecosystem, records):
        self.kind, self.key, self.name, _, _ = ECOSYSTEMS[ecosystem]
        self.about, self.names = {}, {}
        for record in records:
            if record.get("withdrawn"):
                continue
            for affected in record.get("affected", []):
                package = affected.get("package", {})
                if package.get("ecosystem") != ecosystem:
                    continue
                if affected.get("ranges") or affected.get("versions"):
                    self.about.setdefault(self.name(package["name"]), []).append((record, affected))
                    self.names.setdefault(self.name(package["name"]), package["name"])

    def order(self, text):
        key = self.key(text)
        if key is None:
            raise Unclear(text)
        return key

    def at_least(self, version, bound):
        return bound == "0" or not self.order(version) < self.order(bound)

    def spans(self, affected):
        """[(introduced, fixed or None, last affected or None)]: the OSV schema, "Evaluation"."""
        for one in affected.get("ranges", []):
            if one["type"] == "GIT":
                continue
            events = [(kind, text) for event in one["events"] for kind, text in event.items() if kind != "limit"]
            if self.pairs(events):
                ends = iter(events + [("", "")] * (len(events) % 2))
                pairs = list(zip(ends, ends))
            else:
                pairs = list(self.swept(events))
            start = None
            for (_, text), (kind, end) in pairs:
                if not kind:
                    start = text
                else:
                    yield text, end if kind == "fixed" else None, end if kind == "last_affected" else None
            if start is not None:
                known = affected.get("database_specific", {}).get("last_known_affected_version_range", "")
                end = known.lstrip("<= ")
                yield (start, None, end) if known.startswith("<=") else (start, end or None, None)

    def pairs(self, events):
        """Beginnings and ends by turns, as they were meant: the schema has them sorted, but overlapping pairs stand in feeds."""
        starts, ends = events[::2], events[1::2]
        return (all(kind == "introduced" for kind, _ in starts) and all(kind != "introduced" for kind, _ in ends) and
                all(self.at_least(end, start) for (_, start), (_, end) in zip(starts, ends)))

    def swept(self, events):
        """From the lowest version to the highest; what ends and begins at one version goes on."""
        versions = []
        for _, text in events:
            if text != "0" and not any(self.order(text) == self.order(other) for other in versions):
                versions.append(text)
        versions.sort(key=functools.cmp_to_key(lambda a, b: -1 if self.order(a) < self.order(b) else 1))
        start = ("introduced", "0") if ("introduced", "0") in events else None
        for version in versions:
            here = [event for event in events if event[1] != "0" and self.order(event[1]) == self.order(version)]
            begins = [event for event in here if event[0] == "introduced"]
            ends = [event for event in here if event[0] != "introduced"]
            if start and ends:
                yield start, ends[0]
                start = begins[0] if begins else None
            elif begins and not ends and not start:
                start = begins[0]
        if start:
            yield start, ("", "")

    def hit(self, affected, version):
        """(affected or not, the nearest fix)."""
        fixes, found = [], False
        for start, fixed, last in self.spans(affected):
            if not self.at_least(version, start):
                continue
            if fixed and self.at_least(version, fixed):
                continue
            if last and not self.at_least(last, version):
                continue
            found = True
            if fixed:
                fixes.append(fixed)
        if not found:
            for one in affected.get("versions", []):
                key = self.key(one)
                if one == version or (key is not None and key == self.order(version)):
                    found = True
        nearest = None
        for fixed in fixes:
            if nearest is None or self.order(fixed) < self.order(nearest):
                nearest = fixed
        return found, nearest

    def expected(self, name, version):
        """{id: (all names, fixes of the deciding records)}; an id is None where the order was unclear."""
        groups, others = {}, []
        for record, affected in self.about.get(self.name(name), []):
            names = {record["id"], *record.get("aliases", [])}
            cves = {match.group(0).upper() for match in map(CVE.search, names | set(record.get("upstream", []))) if match}
            for cve in cves:  # several CVEs are several vulnerabilities
                group = groups.setdefault(cve, (set(), []))
                group[0].update(names)
                group[1].append((record, affected))
            if not cves:
                members = [(record, affected)]
                for other in [other for other in others if other[0] & names]:
                    others.remove(other)
                    names |= other[0]
                    members += other[1]
                others.append((names, members))
        for names, members in others:
            known = sorted(cve for cve, group in groups.items() if group[0] & names)
            called = min({name for name in names if name.startswith("GHSA-")} or {record["id"] for record, _ in members})
            group = groups.setdefault(known[0] if known else called, (set(), []))
            group[0].update(names)
            group[1].extend(members)
        found = {}
        for called, (names, members) in groups.items():
            best = min(self.rank(record["id"]) for record, _ in members)
            try:
                hits = [self.hit(affected, version) for record, affected in members if self.rank(record["id"]) == best]
            except Unclear:
                found[called] = None
                continue
            if any(hit for hit, _ in hits):
                found[called] = names, {fixed for hit, fixed in hits if hit}
        return found

    @staticmethod
    def rank(record):
        prefix = record.split("-")[0]
        return 0 if prefix in OWN_PEOPLE else 1 if prefix == "GHSA" else 2


def around(text):
    """Versions at a bound and beside it."""
    found = [text]
    match = re.fullmatch(r"(.*?)(\d+)", text)
    if match:
        found.append(match.group(1) + str(int(match.group(2)) + 1))
        if int(match.group(2)):
            found.append(match.group(1) + str(int(match.group(2)) - 1))
    if re.fullmatch(r"v?\d+\.\d+\.\d+", text):
        found += [text + "-alpha.1", text + "-rc1"]
    return found
