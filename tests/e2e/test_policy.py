"""A policy: what it lets fail, its exceptions and owners, its own tests, and how it is refused."""
import json
import os
import re
import shutil
import tempfile
import unittest

import support
from support import ROOT, docker_archive, layer, plimsoll

ADVISORIES = [
    {"id": "OSV-1", "aliases": ["CVE-2026-0001"], "modified": "2026-01-02T00:00:00Z", "published": "2026-01-01T00:00:00Z",
     "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
     "affected": [{"package": {"ecosystem": "npm", "name": "acme"},
                   "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.0.0"}]}]}]},
    {"id": "OSV-2", "aliases": ["CVE-2026-0002"], "modified": "2026-01-02T00:00:00Z", "published": "2026-01-01T00:00:00Z",
     "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"}],
     "affected": [{"package": {"ecosystem": "npm", "name": "acme"},
                   "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]},
]


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.database = support.made_up_database(cls.folder, *ADVISORIES)
        layers = [layer([{"path": "app/node_modules/acme/package.json", "text": '{"name": "acme", "version": "1.0.0"}'},
                         {"path": "usr/bin/sudo", "text": "x"}])]
        config = support.config_of(layers, created="2026-01-01T00:00:00Z", config={"User": "app"})
        cls.image = docker_archive(os.path.join(cls.folder, "app.tar"), layers, config=config, name="acme/app:1")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def policy(self, text, head="policy: 1\n"):
        path = os.path.join(self.folder, "policy.yaml")
        with open(path, "w", encoding="utf-8") as out:
            out.write(head + text)
        return path

    def scan(self, text, *words, code=0, today="2026-01-20"):
        moment = {"2026-01-20": "1768867200", "2026-06-01": "1780272000"}[today]
        done = plimsoll("scan", "--only", "vuln,config", "--db", self.database, "--format", "json",
                        "--policy", self.policy(text), *words, self.image, env={"SOURCE_DATE_EPOCH": moment})
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def failing(self, document):
        return sorted(finding["id"] for finding in document["findings"] if finding["fails"])


class Scans(Case):
    def test_the_first_rule_decides(self):
        text = ("rules:\n- name: low\n  when: {severity: low, kind: vulnerability}\n  then: pass\n"
                "- name: all\n  when: {kind: vulnerability}\n  then: fail\n  owner: web\n")
        document = self.scan(text, code=1)
        self.assertEqual(self.failing(document), ["CVE-2026-0001"])
        self.assertEqual([finding.get("owner") for finding in document["findings"] if finding["fails"]], ["web"])
        self.assertIn("rule all", document["verdict"]["reasons"][0]["message"] if isinstance(
            document["verdict"]["reasons"][0], dict) else document["verdict"]["reasons"][0])

    def test_kinds_and_ids_and_aliases(self):
        self.assertEqual(self.failing(self.scan("rules:\n- when: {kind: config, id: [DKL-DI-0001]}\n  then: fail\n", code=1)),
                         ["image-sudo"])
        self.assertEqual(self.failing(self.scan("rules:\n- when: {kind: secret}\n  then: fail\n")), [])

    def test_default(self):
        self.assertEqual(len(self.failing(self.scan("default: fail\n", code=1))), 4)
        document = self.scan("default: warn\n")
        self.assertEqual(self.failing(document), [])
        self.assertIn("default", json.dumps(document["verdict"]))

    def test_fix_cvss_age(self):
        for condition, want in (("fix: true", ["CVE-2026-0001"]), ("fix: false, kind: vulnerability", ["CVE-2026-0002"]),
                                ("cvss: 9", ["CVE-2026-0001"]), ("epss: 0.1", []), ("kev: true", []),
                                ("kind: vulnerability, older-than: 10d", ["CVE-2026-0001", "CVE-2026-0002"]),
                                ("kind: vulnerability, older-than: 30d", []), ("kind: vulnerability, base: true", [])):
            document = self.scan("rules:\n- when: {%s}\n  then: fail\n" % condition, code=1 if want else 0)
            self.assertEqual(self.failing(document), want, condition)

    def test_grace(self):
        text = "rules:\n- name: r\n  when: {kind: vulnerability, fix: true}\n  then: fail\n  grace: 60d\n"
        document = self.scan(text)
        self.assertIn("2026-03-02", json.dumps(document["verdict"]))
        self.assertEqual(self.failing(self.scan(text, code=1, today="2026-06-01")), ["CVE-2026-0001"])

    def test_exceptions_end(self):
        text = ("rules:\n- when: {kind: vulnerability, cvss: 9}\n  then: fail\nexceptions:\n- id: CVE-2026-0001\n  reason: not called\n"
                "  until: 2026-03-01\n  approved-by: Kim\n  owner: web\n")
        document = self.scan(text)
        suppressed = [finding["suppressed"] for finding in document["findings"] if finding["suppressed"]]
        self.assertEqual([(item["by"], item["until"]) for item in suppressed], [("ignore", "2026-03-01")])
        self.assertIn("approved by Kim", suppressed[0]["why"])
        self.assertEqual(self.failing(self.scan(text, code=1, today="2026-06-01")), ["CVE-2026-0001"])

    def test_images(self):
        self.scan("image: {max-age: 30d}\n")
        self.assertIn("max-age", json.dumps(self.scan("image: {max-age: 30d}\n", code=1, today="2026-06-01")["verdict"]))
        document = self.scan("image: {registries: [registry.example/team]}\n", code=1)
        self.assertEqual(self.failing(document), ["image-registry"])

    def test_with_fail_on(self):
        self.assertEqual(self.failing(self.scan("rules: []\n", "--fail-on", "critical", code=1)), ["CVE-2026-0001"])

    def test_severity_shows_less_and_judges_all(self):
        document = self.scan("rules:\n- when: {kind: config}\n  then: fail\n", "--severity", "critical", code=1)
        self.assertEqual([finding["id"] for finding in document["findings"]], ["CVE-2026-0001"])

    def test_audits_use_it(self):
        path = os.path.join(self.folder, "Dockerfile")
        with open(path, "w", encoding="utf-8") as out:
            out.write("FROM debian:12\nUSER root\nCMD [\"x\"]\n")
        policy = self.policy("rules:\n- when: {id: dockerfile-user-root}\n  then: fail\n")
        self.assertEqual(plimsoll("audit", "files", "--policy", policy, path).returncode, 1)
        policy = self.policy("rules:\n- when: {id: dockerfile-sudo}\n  then: fail\n")
        self.assertEqual(plimsoll("audit", "files", "--policy", policy, path).returncode, 0)


class Refused(Case):
    def test_what_is_not_understood_ends_the_run(self):
        for text, place in (("ruls: []\n", "ruls"), ("rules:\n- when: {sevrity: high}\n  then: fail\n", "line 3: sevrity"),
                            ("rules:\n- then: fial\n", "line 3: then"), ("rules: {}\n", "rules"), ("- a\n", "mapping"),
                            ("rules:\n- when: {epss: 2}\n  then: fail\n", "epss"), ("default: maybe\n", "default"),
                            ("rules:\n- when: {kind: secret}\n  then: fail\n  grace: 3d\n", "grace"),
                            ("exceptions:\n- id: x\n  reason: y\n", "until"), ("image: {max-age: soon}\n", "max-age"),
                            ("exceptions:\n- reason: y\n  until: 2030-01-01\n", "condition"),
                            ("rules:\n- when: {kind: vulnerability\n", "line"), ("licenses: {denny: [x]}\n", "denny"),
                            ("tests:\n- expect: pass\n  finding: {kind: nonsense, severity: low}\n", "kind")):
            head = "" if text.startswith("- a") else "policy: 1\n"
            done = plimsoll("policy", "test", self.policy(text, head))
            self.assertEqual(done.returncode, 2, text)
            self.assertIn(place, done.stderr, text)
            self.assertIn("policy.yaml", done.stderr)
        self.assertEqual(plimsoll("policy", "test", self.policy("rules: []\n", "")).returncode, 2)
        self.assertEqual(plimsoll("policy", "test", os.path.join(self.folder, "none.yaml")).returncode, 2)


class Tests(Case):
    TEXT = ("rules:\n- name: hot\n  when: {kind: vulnerability, severity: critical}\n  then: fail\n  owner: web\n"
            "tests:\n- name: one\n  finding: {kind: vulnerability, severity: critical, id: CVE-1}\n  expect: fail\n  rule: hot\n"
            "- name: two\n  finding: {kind: secret, severity: critical, id: x}\n  expect: %s\n")

    def test_tests_hold_or_do_not(self):
        done = plimsoll("policy", "test", self.policy(self.TEXT % "pass"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("2 of 2", done.stdout)
        done = plimsoll("policy", "test", self.policy(self.TEXT % "fail"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("FAIL  two: pass (rule default), expected fail", done.stdout)
        done = plimsoll("policy", "test", "--format", "json", self.policy(self.TEXT % "fail"))
        self.assertEqual([test["good"] for test in json.loads(done.stdout)["tests"]], [True, False])

    def test_reports(self):
        report = os.path.join(self.folder, "report.json")
        with open(report, "w", encoding="utf-8") as out:
            json.dump(self.scan("rules: []\n"), out)
        policy = self.policy("rules:\n- name: all\n  when: {kind: vulnerability, package: acme, fix: true}\n  then: fail\n"
                             "- name: never\n  when: {id: CVE-9}\n  then: fail\n")
        done = plimsoll("policy", "test", policy, report)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stdout, r"rule all \(line \d+\): 1 findings")
        self.assertRegex(done.stdout, r"rule never \(line \d+\): 0 findings")
        done = plimsoll("policy", "test", policy, self.image)
        self.assertNotEqual(done.returncode, 0)

    def test_the_pages_example_is_a_policy(self):
        with open(os.path.join(ROOT, "docs/policy.md"), encoding="utf-8") as file:
            block = re.search(r"\n((?:    .*\n|\n)*    policy: 1(?:    .*\n|\n|.*\n)*?)\n## Conditions", file.read())[1]
        text = "\n".join(line[4:] for line in block.splitlines())
        text = text[text.index("policy: 1"):]
        done = plimsoll("policy", "test", self.policy(text, ""))
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.assertIn("1 of 1", done.stdout)


if __name__ == "__main__":
    unittest.main()
