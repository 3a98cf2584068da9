"""Findings in packages of languages against an independent calculation (languages.py)."""
import json
import os
import random
import shutil
import tempfile
import unittest
import zipfile

import languages
import support
from support import ROOT, report

OSV = os.path.join(ROOT, "../shared/data/feeds/osv")


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.database = os.path.join(self.folder, "db")

    def feed(self, *sources):
        done = support.plimsoll("db", "import", "--db", self.database, *sources)
        self.assertEqual(done.returncode, 0, done.stderr)

    def feed_records(self, records):
        folder = os.path.join(self.folder, "feeds")
        support.write_folder(folder, {f"{record['id']}.json": json.dumps(record).encode() for record in records})
        self.feed(folder)

    def found(self, ecosystem, packages):
        """{(name, version): {id: finding}} of lock files; one package is in each file once."""
        kind, _, same, file, write = languages.ECOSYSTEMS[ecosystem]
        files, times = [], {}
        for name, version in packages:
            turn = times[same(name)] = times.get(same(name), -1) + 1
            while len(files) <= turn:
                files.append([])
            files[turn].append((name, version))
        target = os.path.join(self.folder, "target")
        shutil.rmtree(target, ignore_errors=True)
        support.write_folder(target, {f"{turn}/{file}": write(items).encode() for turn, items in enumerate(files)})
        document, done = report("scan", "--db", self.database, target)
        self.assertIsNotNone(document, done.stderr)
        got = {(same(item["name"]), item["version"]): {} for item in document["packages"] if item["type"] == kind}
        for finding in document["findings"]:
            package = document["packages"][finding["package"]]
            ids = got[same(package["name"]), package["version"]]
            self.assertNotIn(finding["id"], ids, "told twice")
            ids[finding["id"]] = finding
        return got

    def compare(self, ecosystem, records, packages):
        """How many findings there were; each as it was calculated."""
        calculation = languages.Calculation(ecosystem, records)
        same = calculation.name
        got, count, wrong = self.found(ecosystem, packages), 0, []
        for name, version in packages:
            told = next((got[key] for key in ((same(name), version), (same(name), "v" + version), (same(name), version.lstrip("v")))
                         if key in got), None)
            if told is None:
                wrong.append(f"no package: {name} {version}")
                continue
            want = calculation.expected(name, version)
            unclear = {one for one, value in want.items() if value is None}
            for one in set(want) - set(told) - unclear:
                wrong.append(f"missing: {name} {version} {one}")
            for one in set(told) - set(want):
                wrong.append(f"too many: {name} {version} {one}")
            for one in set(told) & set(want) - unclear:
                names, fixes = want[one]
                count += 1
                if not {one, *told[one]["aliases"]} >= names and len(told[one]["aliases"]) < 16:
                    wrong.append(f"names: {name} {version} {one} {sorted(names)} {told[one]['aliases']}")
                if (told[one]["fixed"] or None) not in fixes:
                    wrong.append(f"fix: {name} {version} {one} {told[one]['fixed']} {fixes}")
        self.assertEqual(wrong[:9], [], f"{len(wrong)} in all")
        return count


def record(number, ecosystem, name, events, **more):
    affected = {"package": {"ecosystem": ecosystem, "name": name}}
    if events:
        affected["ranges"] = [{"type": "ECOSYSTEM", "events": [dict([event]) for event in one]} for one in events]
    affected.update(more.pop("affected", {}))
    return {"id": number, "modified": "2024-01-01T00:00:00Z", "affected": [affected], **more}


FORMS = [
    ("no-start", [[("introduced", "0"), ("fixed", "1.2.3")]]),
    ("last", [[("introduced", "1.0.0"), ("last_affected", "1.2.3")]]),
    ("open", [[("introduced", "1.2.3")]]),
    ("all", [[("introduced", "0")]]),
    ("two-in-one", [[("introduced", "1.0.0"), ("fixed", "1.2.3"), ("introduced", "2.0.0"), ("fixed", "2.1.0")]]),
    ("mixed-up", [[("fixed", "2.1.0"), ("introduced", "2.0.0"), ("fixed", "1.2.3"), ("introduced", "1.0.0")]]),
    ("two-ranges", [[("introduced", "1.0.0"), ("fixed", "1.2.3")], [("introduced", "2.0.0"), ("last_affected", "2.1.0")]]),
    ("overlap", [[("introduced", "1.0.0"), ("fixed", "2.0.0")], [("introduced", "1.1.0"), ("fixed", "1.2.3")]]),
    ("empty", [[("introduced", "1.2.3"), ("fixed", "1.2.3")]]),
    ("twice", [[("introduced", "1.0.0"), ("introduced", "1.1.0"), ("fixed", "1.2.3"), ("fixed", "2.0.0")]]),
]
VERSIONS = ["0.0.1", "0.9.9", "1.0.0", "1.0.1", "1.1.0", "1.2.2", "1.2.3", "1.2.4", "1.10.0", "2.0.0", "2.0.9", "2.1.0", "2.1.1", "10.0.0"]
ODD = {
    "npm": ["1.2.3-alpha.1", "1.2.3-0", "2.1.0-rc.1", "1.0.0-beta", "1.2.3+build.7"],
    "crates.io": ["1.2.3-alpha.1", "1.2.3-0", "2.1.0-rc.1", "1.0.0-beta"],
    "Go": ["1.2.3-0.20200101000000-abcdefabcdef", "1.2.2-0.20200101000000-abcdefabcdef", "0.0.0-20200101000000-abcdefabcdef",
           "2.0.0+incompatible", "2.1.0+incompatible", "1.2.3-rc.1"],
    "PyPI": ["1.2.3rc1", "1.2.3.dev1", "1.2.3.post1", "1.2", "1!0.1", "1.2.3+local.1", "2.1", "2.1.0.0", "1.0.0a1"],
    "RubyGems": ["1.2.3.pre1", "1.2.3.rc1", "2.1", "1.2.3.0", "1.0.0.beta"],
    "Packagist": ["v1.2.2", "1.2.3-beta1", "1.2.3-RC1", "2.1.0.0", "1.2.3-p1", "2.1.0-dev"],
    "NuGet": ["1.2.3-Alpha", "1.2.3-alpha.2", "1.2.3.0", "1.2.2.9", "2.1", "2.1.0-rc.1"],
    "Maven": ["1.2.3-SNAPSHOT", "1.2.3.Final", "1.2.3-alpha-1", "1.2.3-rc1", "2.1", "1.2.3-jre", "2.1.0.RELEASE", "1.0-M1"],
}
NAMES = {"Go": "example.org/x/{}", "Packagist": "Acme/{}", "Maven": "org.acme:{}", "PyPI": "Acme_{}.Py", "NuGet": "Acme.{}", "npm": "@acme/{}"}


class MadeUp(Case):
    """Every form of events, in every ecosystem, at versions around the bounds."""

    def test_forms(self):
        for ecosystem, odd in ODD.items():
            with self.subTest(ecosystem=ecosystem):
                pattern = NAMES.get(ecosystem, "acme-{}")
                records = [record(f"GHSA-0000-0000-{place:04}", ecosystem, pattern.format(form), events)
                           for place, (form, events) in enumerate(FORMS)]
                records += [
                    record("CVE-2024-1001", ecosystem, pattern.format("listed"), None, affected={"versions": ["1.0.0", "1.2.3", "2.1.0"]}),
                    record("CVE-2024-1002", ecosystem, pattern.format("both"), [[("introduced", "0"), ("fixed", "1.1.0")]],
                           affected={"versions": ["0.9.9", "2.1.0"]}),
                    record("CVE-2024-1003", ecosystem, pattern.format("gone"), [[("introduced", "0")]], withdrawn="2024-02-01T00:00:00Z"),
                    record("CVE-2024-1004", ecosystem, pattern.format("known"), [[("introduced", "0")]],
                           affected={"database_specific": {"last_known_affected_version_range": "<= 1.2.3"}}),
                    record("CVE-2024-1005", ecosystem, pattern.format("below"), [[("introduced", "1.0.0")]],
                           affected={"database_specific": {"last_known_affected_version_range": "< 1.2.3"}}),
                    record("CVE-2024-1006", ecosystem, pattern.format("commits"), None,
                           affected={"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}),
                    record("CVE-2024-1007", ecosystem, pattern.format("limited"),
                           [[("introduced", "0"), ("limit", "*"), ("fixed", "1.2.3")]]),
                ]
                self.database = os.path.join(self.folder, ecosystem)
                self.feed_records(records)
                names = [form for form, _ in FORMS] + ["listed", "both", "gone", "known", "below", "commits", "limited", "nothing"]
                packages = [(pattern.format(name), version) for name in names for version in VERSIONS + odd]
                self.assertGreater(self.compare(ecosystem, records, packages), 100)

    def test_names(self):
        """One package by the other ways to write its name."""
        for ecosystem, name, others, strangers in (
                ("PyPI", "Zope.Inter_Face", ["zope-inter-face", "ZOPE.INTER.FACE", "zope__inter..face"], ["zope-interface", "zopeinterface"]),
                ("NuGet", "Newtonsoft.Json", ["newtonsoft.json", "NEWTONSOFT.JSON"], ["Newtonsoft_Json"]),
                ("Packagist", "Symfony/Http-Kernel", ["symfony/http-kernel", "SYMFONY/HTTP-KERNEL"], ["symfony/http_kernel"]),
                ("Maven", "org.Acme:Core", ["org.Acme:Core"], ["org.acme:core", "org.acme:Core-x"]),
                ("npm", "JSONStream", ["JSONStream"], ["jsonstream"]),
                ("Go", "example.org/BurntSushi/x", ["example.org/BurntSushi/x"], ["example.org/BurntSushi/x/v2", "example.org/BurntSushi"]),
                ("RubyGems", "RedCloth", ["RedCloth"], ["redcloth"])):
            with self.subTest(ecosystem=ecosystem):
                records = [record("GHSA-1111-1111-1111", ecosystem, name, [[("introduced", "0"), ("fixed", "2.0.0")]])]
                self.database = os.path.join(self.folder, ecosystem)
                self.feed_records(records)
                for one in others + strangers:
                    self.assertEqual(sum(len(ids) for ids in self.found(ecosystem, [(one, "1.0.0")]).values()), int(one in others), one)
                # However it is written, it is one package and one finding.
                got = self.found(ecosystem, [(one, "1.0.0") for one in others])
                self.assertEqual([len(ids) for ids in got.values()], [1])


class Aliases(Case):
    """One vulnerability that several sources tell of is one finding."""

    def told(self, records, packages, ecosystem="PyPI"):
        self.feed_records(records)
        self.compare(ecosystem, records, packages)
        return self.found(ecosystem, packages)

    def test_the_better_source_decides(self):
        records = [record("PYSEC-2024-1", "PyPI", "acme", [[("introduced", "0"), ("fixed", "3.0")]], aliases=["CVE-2024-2001", "GHSA-2222-2222-2222"]),
                   record("GHSA-2222-2222-2222", "PyPI", "acme", [[("introduced", "1.0"), ("fixed", "2.0")]], aliases=["CVE-2024-2001"])]
        got = self.told(records, [("acme", "0.5"), ("acme", "1.5"), ("acme", "2.5")])
        self.assertEqual(got["acme", "0.5"], {})
        self.assertEqual(got["acme", "1.5"]["CVE-2024-2001"]["fixed"], "2.0")
        self.assertEqual(got["acme", "1.5"]["CVE-2024-2001"]["match"]["advisories"], ["GHSA-2222-2222-2222"])
        self.assertEqual(got["acme", "2.5"], {})

    def test_a_chain_of_names(self):
        """The first source knows only the second's name, the second the CVE."""
        records = [record("PYSEC-2024-2", "PyPI", "acme", [[("introduced", "0"), ("fixed", "3.0")]], aliases=["GHSA-3333-3333-3333"]),
                   record("GHSA-3333-3333-3333", "PyPI", "acme", [[("introduced", "0"), ("fixed", "2.0")]], aliases=["CVE-2024-2002"])]
        got = self.told(records, [("acme", "1.5"), ("acme", "2.5")])
        self.assertEqual(list(got["acme", "1.5"]), ["CVE-2024-2002"])
        self.assertEqual(got["acme", "2.5"], {})

    def test_without_a_cve(self):
        records = [record("PYSEC-2024-3", "PyPI", "acme", [[("introduced", "0"), ("fixed", "3.0")]], aliases=["GHSA-4444-4444-4444"])]
        got = self.told(records, [("acme", "1.5")])
        self.assertEqual(list(got["acme", "1.5"]), ["GHSA-4444-4444-4444"])

    def test_a_withdrawn_source_says_nothing(self):
        records = [record("GHSA-5555-5555-5555", "PyPI", "acme", [[("introduced", "0")]], aliases=["CVE-2024-2003"], withdrawn="2024-02-01T00:00:00Z"),
                   record("PYSEC-2024-4", "PyPI", "acme", [[("introduced", "0"), ("fixed", "3.0")]], aliases=["CVE-2024-2003"])]
        got = self.told(records, [("acme", "1.5"), ("acme", "3.5")])
        self.assertEqual(list(got["acme", "1.5"]), ["CVE-2024-2003"])
        self.assertEqual(got["acme", "3.5"], {})

    def test_two_cves_of_one_record(self):
        records = [record("GHSA-6666-6666-6666", "npm", "acme", [[("introduced", "0"), ("fixed", "3.0.0")]], aliases=["CVE-2024-2005", "CVE-2024-2004"])]
        got = self.told(records, [("acme", "1.5.0")], "npm")
        self.assertEqual(list(got["acme", "1.5.0"]), ["CVE-2024-2004", "CVE-2024-2005"])

    def test_go(self):
        records = [record("GO-2024-1", "Go", "example.org/acme", [[("introduced", "0"), ("fixed", "1.5.0")]], aliases=["CVE-2024-2006", "GHSA-7777-7777-7777"]),
                   record("GHSA-7777-7777-7777", "Go", "example.org/acme", [[("introduced", "0"), ("fixed", "2.0.0")]], aliases=["CVE-2024-2006"])]
        got = self.told(records, [("example.org/acme", "1.4.0"), ("example.org/acme", "1.6.0")], "Go")
        self.assertEqual([finding["fixed"] for ids in got.values() for finding in ids.values()], ["1.5.0"])

    def test_several_packages_of_one_record(self):
        one = record("GHSA-8888-8888-8888", "npm", "acme", [[("introduced", "0"), ("fixed", "2.0.0")]], aliases=["CVE-2024-2007"])
        one["affected"] += record("x", "npm", "acme", [[("introduced", "3.0.0"), ("fixed", "3.2.0")]])["affected"]
        one["affected"] += record("x", "npm", "acme-core", [[("introduced", "0"), ("last_affected", "1.0.0")]])["affected"]
        one["affected"] += record("x", "PyPI", "acme", [[("introduced", "0")]])["affected"]
        packages = [(name, version) for name in ("acme", "acme-core") for version in ("1.0.0", "1.5.0", "2.0.0", "3.1.0", "3.2.0")]
        got = self.told([one], packages, "npm")
        self.assertEqual(sum(len(ids) for ids in got.values()), 4)


class Published(Case):
    """Every package that the publishers' records name, at versions around each bound."""

    def test_ecosystems(self):
        if not os.path.isdir(OSV):
            return
        for folder in sorted(os.listdir(OSV)):
            ecosystem = {"crates": "crates.io"}.get(folder, folder)
            if ecosystem not in languages.ECOSYSTEMS:
                continue
            with self.subTest(ecosystem=ecosystem):
                path = os.path.join(OSV, folder, "all.zip")
                with zipfile.ZipFile(path) as archive:
                    records = [json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")]
                self.database = os.path.join(self.folder, folder)
                self.feed(path)
                count = self.compare(ecosystem, records, self.packages(ecosystem, records))
                self.assertGreater(count, 500)

    @staticmethod
    def packages(ecosystem, records):
        chosen, calculation = random.Random(ecosystem), languages.Calculation(ecosystem, records)
        found = []
        for key, about in calculation.about.items():
            name, versions = calculation.names[key], set()
            if ecosystem == "Go" and "/" not in name:
                continue  # Go itself: not in go.mod
            for _, affected in about:
                bounds = [text for one in affected.get("ranges", []) if one["type"] != "GIT"
                          for event in one["events"] for text in event.values() if text != "0"]
                for bound in bounds:
                    versions.update(languages.around(bound))
                versions.update(affected.get("versions", [])[::7][:4])
            if ecosystem == "RubyGems":  # "1.0-rc1" is a platform in a lock file
                versions = {version.replace("-", ".") for version in versions}
            good = sorted(version for version in versions if calculation.key(version) is not None)
            found += [(name, version) for version in chosen.sample(good, min(len(good), 16))]
        return found


if __name__ == "__main__":
    unittest.main()
