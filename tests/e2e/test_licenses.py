"""Licences: names, texts that came with packages, policies, bills of materials, exit codes."""
import json
import os
import shutil
import tempfile
import unittest

import support
from support import docker_archive, layer

NOTICE = """This program is free software; you can redistribute it and/or modify it under the terms of the
GNU General Public License as published by the Free Software Foundation; either version 3 of the License, or
(at your option) any later version.
"""
DEP5 = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2020 Somebody
License: GPL-2+ and Expat

Files: lib/*
Copyright: 2021 Somebody
License: house-terms
 Do with it what you like.
"""
STATUS = "".join(f"Package: {name}\nStatus: install ok installed\nVersion: 1.0\nArchitecture: amd64\n{more}\n"
                 for name, more in (("hello", ""), ("hello-data", "Source: hello\n"), ("plain", "")))


def npm(name, **more):
    return {"path": f"app/node_modules/{name}/package.json",
            "text": json.dumps({"name": name, "version": "1.0.0", **more})}


FILES = [
    {"path": "etc/os-release", "text": 'ID=debian\nVERSION_ID="12"\n'},
    {"path": "var/lib/dpkg/status", "text": STATUS},
    {"path": "usr/share/doc/hello/copyright", "text": DEP5},
    {"path": "usr/share/doc/plain/copyright", "text": "It is under GPL, see /usr/share/common-licenses/GPL-2.\n"},
    npm("free", license="MIT"),
    npm("either", license="(MIT OR GPL-3.0)"),
    npm("strict", license="GPL-3.0+"),
    npm("silent"),
    npm("text"),
    {"path": "app/node_modules/text/LICENSE", "text": NOTICE},
    npm("told", license="ISC"),
    {"path": "app/node_modules/told/LICENSE", "text": NOTICE},
    npm("vague", license="BSD"),
    npm("old", licenses=[{"type": "MIT"}, {"type": "GPL-3.0", "url": "x"}]),
    {"path": "usr/lib/python3/dist-packages/snake-1.0.dist-info/METADATA",
     "text": "Metadata-Version: 2.1\nName: snake\nVersion: 1.0\nLicense: UNKNOWN\n"
             "Classifier: License :: OSI Approved\nClassifier: License :: OSI Approved :: MIT License\n"
             "Classifier: Topic :: Games\n\nA text.\n"},
    {"path": "app/LICENSE", "text": NOTICE},
]


class Licenses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.image = docker_archive(os.path.join(cls.folder, "app.tar"), [layer(FILES)],
                                   name="registry.example/app:1")

    def scan(self, *args, **more):
        report, done = support.report("scan", "--skip", "vuln", *args, self.image, **more)
        self.assertIsNotNone(report, done.stderr)
        return report, done

    def found(self, *args, **more):
        report, _ = self.scan(*args, **more)
        self.assertEqual({finding["kind"] for finding in report["findings"]} - {"license"}, set())
        return {(report["packages"][finding["package"]]["name"], finding["id"], finding["severity"])
                for finding in report["findings"]}

    def licenses(self, report):
        return {package["name"]: package["licenses"] for package in report["packages"]}

    def test_metadata_and_texts(self):
        report, _ = self.scan("--license-deny", "copyleft")
        self.assertEqual(self.licenses(report), {
            "hello": ["GPL-2.0-or-later AND MIT", "house-terms"],
            "hello-data": ["GPL-2.0-or-later AND MIT", "house-terms"],
            "plain": ["GPL-2.0-only"],
            "free": ["MIT"], "either": ["MIT OR GPL-3.0-only"], "strict": ["GPL-3.0-or-later"], "silent": [],
            "text": ["GPL-3.0-or-later"], "told": ["ISC"], "vague": ["BSD"],
            "old": ["MIT OR GPL-3.0-only"], "snake": ["MIT"]})

    def test_denied(self):
        self.assertEqual(self.found("--license-deny", "copyleft"), {
            ("hello", "GPL-2.0-or-later", "high"), ("hello", "house-terms", "low"),
            ("hello-data", "GPL-2.0-or-later", "high"), ("hello-data", "house-terms", "low"),
            ("plain", "GPL-2.0-only", "high"), ("strict", "GPL-3.0-or-later", "high"),
            ("text", "GPL-3.0-or-later", "high"), ("silent", "unknown-license", "low"), ("vague", "BSD", "low")})

    def test_allowed(self):
        found = self.found("--license-allow", "permissive,unknown", "--license-allow", "GPL-2.0-*")
        self.assertEqual(found, {("strict", "GPL-3.0-or-later", "medium"), ("text", "GPL-3.0-or-later", "medium")})

    def test_exit_codes(self):
        _, done = self.scan("--license-deny", "GPL-*", "--fail-on", "high")
        self.assertEqual(done.returncode, 1)
        _, done = self.scan("--license-deny", "AGPL-*", "--fail-on", "high")
        self.assertEqual(done.returncode, 0)
        for wrong in (("--license-deny", "Nonesuch"), ("--license-allow", "MIT OR ISC"),
                      ("--license-policy", os.path.join(self.folder, "none.yaml"))):
            done = support.plimsoll("scan", *wrong, self.image)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(wrong[0], done.stderr)

    def write_policy(self, text):
        path = os.path.join(self.folder, "policy.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_policy_file(self):
        path = self.write_policy(
            "deny: [copyleft]\nunknown: allow\nseverity: {denied: critical}\nexceptions:\n"
            "  - {package: strict, reason: bought a licence}\n"
            "  - {path: 'app/node_modules/text/*', reason: old, until: 2020-01-01}\n"
            "  - {purl: 'pkg:deb/debian/plain', license: 'gpl-*', reason: a program of its own}\n")
        report, _ = self.scan("--license-policy", path)
        names = {}
        for finding in report["findings"]:
            names.setdefault(report["packages"][finding["package"]]["name"], []).append(finding)
        self.assertEqual({name for name, all_of in names.items() if not all_of[0]["suppressed"]},
                         {"hello", "hello-data", "text"})
        self.assertEqual({name for name, all_of in names.items() if all_of[0]["suppressed"]}, {"strict", "plain"})
        self.assertEqual(names["strict"][0]["suppressed"]["why"], "bought a licence")
        self.assertEqual(names["text"][0]["severity"], "critical")

    def test_policy_files_that_are_wrong(self):
        for text, word in (("- MIT\n", "no policy"), ("permit: [MIT]\n", "permit"), ("unknown: maybe\n", "unknown"),
                           ("exceptions: [{package: a}]\n", "reason"), ("deny: [Nonesuch]\n", "Nonesuch"),
                           ("exceptions: [{package: a, reason: b, until: soon}]\n", "until"), ("a: [\n", "line")):
            with self.subTest(text=text):
                done = support.plimsoll("scan", "--license-policy", self.write_policy(text), self.image)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(word, done.stderr)

    def test_only_and_skip(self):
        report, done = support.report("scan", "--only", "license", self.image)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("No policy on licences is given", done.stderr)
        self.assertEqual({finding["severity"] for finding in report["findings"]}, {"low"})
        self.assertEqual(self.found("--license-deny", "copyleft", "--skip", "license"), set())

    def test_decisions_hold(self):
        path = os.path.join(self.folder, "rules.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("ignore:\n  - {kind: license, package: strict, reason: looked at}\n")
        report, _ = self.scan("--license-deny", "GPL-3*", "--ignore", path)
        suppressed = [finding for finding in report["findings"] if finding["suppressed"]]
        self.assertEqual([finding["id"] for finding in suppressed], ["GPL-3.0-or-later"])
        self.assertEqual(report["summary"]["by_kind"]["license"], len(report["findings"]) - 1)

    def test_fingerprints_outlive_versions(self):
        before = {finding["fingerprint"] for finding in self.scan("--license-deny", "copyleft")[0]["findings"]}
        files = [dict(file, text=file["text"].replace('"1.0.0"', '"2.0.0"')) for file in FILES]
        again = docker_archive(os.path.join(self.folder, "again.tar"), [layer(files)], name="registry.example/app:2")
        report, _ = support.report("scan", "--only", "license", "--license-deny", "copyleft", again)
        self.assertEqual({finding["fingerprint"] for finding in report["findings"]}, before)

    def test_chinese(self):
        done = support.plimsoll("scan", "--skip", "vuln", "--license-deny", "GPL-3*", "--lang", "zh", "--format",
                                "table", self.image)
        self.assertIn("许可证 GPL-3.0-or-later 被禁止", done.stdout)
        done = support.plimsoll("scan", "--skip", "vuln", "--license-allow", "unknown,*", "--format", "table", self.image)
        self.assertIn("No licence is against the policy.", done.stdout)

    def test_every_format_tells_them(self):
        for form in ("table", "json", "sarif", "csv", "junit", "gitlab", "markdown", "html"):
            with self.subTest(format=form):
                done = support.plimsoll("scan", "--skip", "vuln", "--license-deny", "GPL-3*", "--format", form,
                                        self.image)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("GPL-3.0-or-later is denied", done.stdout)

    def test_bills_of_materials_keep_them(self):
        for form in ("cyclonedx", "cyclonedx-xml", "spdx", "spdx-tv"):
            with self.subTest(format=form):
                path = os.path.join(self.folder, "bom")
                done = support.plimsoll("sbom", "--format", f"{form}={path}", self.image)
                self.assertEqual(done.returncode, 0, done.stderr)
                report, done = support.report("scan", "--only", "license", "--license-deny", "copyleft", path)
                self.assertIsNotNone(report, done.stderr)
                told = self.licenses(report)
                self.assertEqual(told["either"], ["MIT OR GPL-3.0-only"])
                self.assertEqual(told["strict"], ["GPL-3.0-or-later"])
                self.assertEqual(told["text"], ["GPL-3.0-or-later"])
                self.assertEqual(told["hello"], ["GPL-2.0-or-later AND MIT", "house-terms"])
                self.assertEqual(told["vague"], ["BSD"])

    def test_ids_and_expressions(self):
        done = support.plimsoll("sbom", "--format", "cyclonedx", self.image)
        components = {part["name"]: part.get("licenses") for part in json.loads(done.stdout)["components"]}
        self.assertEqual(components["free"], [{"license": {"id": "MIT"}}])
        self.assertEqual(components["either"], [{"expression": "MIT OR GPL-3.0-only"}])
        self.assertEqual(components["vague"], [{"license": {"name": "BSD"}}])
        done = support.plimsoll("sbom", "--format", "spdx-tv", self.image)
        self.assertIn("PackageLicenseDeclared: MIT OR GPL-3.0-only\n", done.stdout)


if __name__ == "__main__":
    unittest.main()
