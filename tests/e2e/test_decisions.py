"""Decisions that last: rules that ignore, VEX of three formats, a baseline, the verdict and its options."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import support
from support import docker_archive, layer


def osv(name, ecosystem, package, severity, fixed=None, aliases=(), published="2026-01-10T00:00:00Z"):
    events = [{"introduced": "0"}] + ([{"fixed": fixed}] if fixed else [])
    return {"id": name, "modified": "2026-02-01T00:00:00Z", "published": published, "aliases": list(aliases),
            "summary": "made up", "severity": [{"type": "CVSS_V3", "score": severity}],
            "affected": [{"package": {"ecosystem": ecosystem, "name": package},
                          "ranges": [{"type": "ECOSYSTEM", "events": events}]}]}


CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
MEDIUM = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"
LOW = "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N"
ADVISORIES = [
    osv("GHSA-aaaa-aaaa-aaaa", "npm", "left", CRITICAL, "2.0.0", ["CVE-2026-0001"]),
    osv("GHSA-bbbb-bbbb-bbbb", "npm", "right", MEDIUM, None, ["CVE-2026-0002"]),
    osv("GHSA-cccc-cccc-cccc", "npm", "@team/up", LOW, "3.0.0", ["CVE-2026-0003"]),
    osv("PYSEC-2026-1", "PyPI", "Snake-Oil", CRITICAL, "9.0", ["CVE-2026-0004"]),
]
LOCK = {"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {
    "": {"name": "app", "version": "1.0.0"},
    "node_modules/left": {"version": "1.0.0"},
    "node_modules/right": {"version": "1.0.0"},
    "node_modules/@team/up": {"version": "2.5.0"}}}
METADATA = "Metadata-Version: 2.1\nName: snake_oil\nVersion: 8.0\n"
ALL = ["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003", "CVE-2026-0004"]


def image_layers(lock=None, first="a"):
    return [layer([{"path": "etc/first", "text": first}]),
            layer([{"path": "app/package-lock.json", "text": json.dumps(lock or LOCK)},
                   {"path": "usr/lib/python3/site-packages/snake_oil-8.0.dist-info/METADATA", "text": METADATA}])]


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.database = os.path.join(cls.folder, "db")
        paths = [cls.write(f"advisory-{i}.json", advisory) for i, advisory in enumerate(ADVISORIES)]
        done = support.plimsoll("db", "import", "--db", cls.database, *paths)
        assert done.returncode == 0, done.stderr
        cls.image = docker_archive(os.path.join(cls.folder, "app.tar"), image_layers(),
                                   name="registry.example/team/app:1.0")

    @classmethod
    def write(cls, name, content):
        path = os.path.join(cls.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return path

    def scan(self, *words, image=None, code=0, **more):
        document, done = support.report("scan", "--db", self.database, "--ignore", "none", *words, image or self.image,
                                        **more)
        self.assertEqual(done.returncode, code, done.stderr)
        return document

    def suppressed(self, document):
        return {finding["id"]: finding["suppressed"] for finding in document["findings"] if finding["suppressed"]}


class Ignore(Case):
    def hide(self, text, name="rules.yaml", **more):
        return self.suppressed(self.scan("--ignore", self.write(name, text), **more))

    def rule(self, condition, **more):
        hidden = self.hide(f"ignore:\n  - {{{condition}, reason: because}}\n", **more)
        return sorted(hidden)

    def test_all_are_found_without_rules(self):
        document = self.scan()
        self.assertEqual(sorted(finding["id"] for finding in document["findings"]), ALL)
        self.assertEqual(self.suppressed(document), {})

    def test_conditions(self):
        cases = {
            "id: CVE-2026-0001": [0], "id: GHSA-aaaa-aaaa-aaaa": [0], "id: [CVE-2026-0001, CVE-2026-0003]": [0, 2],
            "id: CVE-2026-000*": [0, 1, 2, 3], "id: CVE-2026": [], "package: left": [0], "package: '@team/*'": [2],
            "package: lef": [], "type: npm": [0, 1, 2], "type: pypi": [3], "version: 1.*": [0, 1],
            "purl: pkg:npm/left": [0], "purl: pkg:npm/left@1.0.0": [0], "purl: pkg:npm/left@1.0.1": [],
            "purl: pkg:npm/%40team/up": [2], "purl: 'pkg:pypi/snake-oil'": [3], "purl: pkg:pypi/Snake_Oil": [3],
            "path: app/**": [0, 1, 2], "path: /usr/lib/**": [3], "path: '**/METADATA'": [3], "path: app": [],
            "severity: [low, medium]": [1, 2], "status: affected": [1], "status: fixed": [0, 2, 3],
            "kind: vulnerability": [0, 1, 2, 3], "kind: license": [],
            "id: CVE-2026-0001, package: right": [], "id: CVE-2026-0001, severity: critical": [0],
        }
        for condition, want in cases.items():
            with self.subTest(condition):
                self.assertEqual(self.rule(condition), [ALL[i] for i in want])

    def test_reason_place_and_end_are_told(self):
        hidden = self.hide("# ours\nignore:\n  - id: CVE-2026-0001\n    until: 2026-06-30\n    reason: not reached\n",
                           env={"SOURCE_DATE_EPOCH": "1780000000"})
        self.assertEqual(hidden["CVE-2026-0001"]["by"], "ignore")
        self.assertRegex(hidden["CVE-2026-0001"]["why"], r"^not reached \(.*rules\.yaml:3\)$")
        self.assertEqual(hidden["CVE-2026-0001"]["until"], "2026-06-30")

    def test_the_last_day_counts_and_the_next_does_not(self):
        text = "ignore:\n  - {id: CVE-2026-0001, until: 2026-06-30, reason: x}\n"
        last, after = "1782863999", "1782864000"  # 2026-06-30T23:59:59Z and a second later
        self.assertEqual(list(self.hide(text, env={"SOURCE_DATE_EPOCH": last})), ["CVE-2026-0001"])
        document = self.scan("--ignore", self.write("rules.yaml", text), env={"SOURCE_DATE_EPOCH": after})
        self.assertEqual(self.suppressed(document), {})
        self.assertTrue(any("2026-06-30" in item["message"] for item in document["diagnostics"]), document["diagnostics"])

    def test_what_is_not_understood_stops(self):
        cases = {
            "ignore:\n  - id: CVE-1\n": "reason", "ignore:\n  - reason: everything\n": "everything",
            "ignore:\n  - {id: CVE-1, reason: x, pakage: y}\n": "pakage", "ignore: 3\n": "list",
            "ignore:\n  - {id: CVE-1, reason: x, until: soon}\n": "date", "rules:\n  - id: x\n": "no file of rules",
            "ignore:\n  - {id: CVE-1, reason: x, severity: bad}\n": "severity", "ignore:\n  - {id: [], reason: x}\n": "empty",
            "ignore:\n  - {purl: npm/x, reason: x}\n": "pkg:", "ignore: [\n": "YAML", "ignore:\n  - {type: nmp, reason: x}\n": "no such type",
        }
        for text, word in cases.items():
            with self.subTest(text):
                path = self.write("bad.yaml", text)
                done = support.plimsoll("scan", "--db", self.database, "--ignore", path, self.image)
                self.assertEqual(done.returncode, 2, done.stdout[:200])
                self.assertIn("bad.yaml", done.stderr)
                self.assertIn(word, done.stderr)
        done = support.plimsoll("scan", "--db", self.database, "--ignore", "/nowhere", self.image)
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nowhere", done.stderr)

    def test_trivyignore(self):
        text = "# accepted by the team\nCVE-2026-0001\n\nCVE-2026-0002 exp:2026-06-01\nGHSA-cccc-cccc-cccc # small\n"
        before, on = {"SOURCE_DATE_EPOCH": "1780271999"}, {"SOURCE_DATE_EPOCH": "1780272000"}
        hidden = self.hide(text, ".trivyignore", env=before)
        self.assertEqual(sorted(hidden), ALL[:3])
        self.assertIn("accepted by the team", hidden[ALL[0]]["why"])
        self.assertIn("small", hidden[ALL[2]]["why"])
        self.assertNotIn("accepted", hidden[ALL[1]]["why"])
        self.assertEqual(sorted(self.hide(text, ".trivyignore", env=on)), [ALL[0], ALL[2]])
        for bad in ("CVE-1 exp:never\n", "CVE-1 CVE-2\n", "<html>\n", "CVE-*\n"):
            done = support.plimsoll("scan", "--db", self.database, "--ignore", self.write(".trivyignore", bad), self.image)
            self.assertEqual(done.returncode, 2)
            self.assertIn("line 1", done.stderr)

    def test_trivyignore_yaml(self):
        text = ("vulnerabilities:\n  - id: CVE-2026-0001\n    paths: ['app/package-lock.json']\n    statement: fine\n"
                "  - id: CVE-2026-0002\n    paths: ['elsewhere/**']\n"
                "  - id: CVE-2026-0003\n    purls: ['pkg:npm/%40team/up@2.5.0']\n"
                "  - id: CVE-2026-0004\n    expired_at: 2026-01-01\n"
                "misconfigurations:\n  - id: AVD-DS-0002\nsecrets:\n  - id: aws-access-key-id\n")
        hidden = self.hide(text, ".trivyignore.yaml")
        self.assertEqual(sorted(hidden), [ALL[0], ALL[2]])
        self.assertIn("fine", hidden[ALL[0]]["why"])

    def test_grype(self):
        text = ("check-for-app-update: false\nignore:\n"
                "  - vulnerability: CVE-2026-0001\n    package: {name: le.t, version: 1.0.0, type: npm}\n"
                "  - vulnerability: GHSA-cccc-cccc-cccc\n    package:\n      location: '/app/**'\n"
                "  - package: {name: snake}\n  - fix-state: wont-fix\n"
                "  - vulnerability: CVE-2026-0004\n    namespace: github:language:python\n")
        document = self.scan("--ignore", self.write(".grype.yaml", text))
        self.assertEqual(sorted(self.suppressed(document)), [ALL[0], ALL[2]])
        self.assertEqual([item["message"].split(", ")[-1] for item in document["diagnostics"]],
                         ["line 10: the rule has a condition that plimsoll cannot test: it is not used"])

    def test_the_folder_s_own_files_are_used_and_told(self):
        home = os.path.join(self.folder, "work")
        os.makedirs(home, exist_ok=True)
        with open(os.path.join(home, ".trivyignore"), "w", encoding="utf-8") as file:
            file.write("CVE-2026-0001\n")

        def run(*words):
            return subprocess.run([support.PROGRAM, "scan", "--db", self.database, "--format", "json", *words, self.image],
                                  capture_output=True, text=True, cwd=home, check=False)
        done = run()
        self.assertEqual(list(self.suppressed(json.loads(done.stdout))), ["CVE-2026-0001"])
        self.assertIn(".trivyignore", done.stderr)
        self.assertEqual(self.suppressed(json.loads(run("--ignore", "none").stdout)), {})
        with open(os.path.join(home, ".trivyignore"), "w", encoding="utf-8") as file:
            file.write("what is this\n")
        done = run()
        self.assertEqual(self.suppressed(json.loads(done.stdout)), {})
        self.assertIn("not used", done.stderr)


    def test_nothing_of_a_file_with_a_fault_is_used(self):
        home = os.path.join(self.folder, "half")
        os.makedirs(home, exist_ok=True)
        cases = {".trivyignore": "CVE-2026-0001\nwhat is this\n",
                 ".trivyignore.yaml": "vulnerabilities:\n  - id: CVE-2026-0001\n  - {id: CVE-2026-0002, what: this}\n"}
        for name, text in cases.items():
            with open(os.path.join(home, name), "w", encoding="utf-8") as file:
                file.write(text)
            done = subprocess.run([support.PROGRAM, "scan", "--db", self.database, "--format", "json", self.image],
                                  capture_output=True, text=True, cwd=home, check=False)
            os.remove(os.path.join(home, name))
            self.assertIn("not used", done.stderr)
            self.assertEqual(self.suppressed(json.loads(done.stdout)), {}, name)

    def test_tabs_of_trivyignore(self):
        self.assertEqual(list(self.hide("CVE-2026-0001\texp:2999-01-01\r\n\tCVE-2026-0002\n", ".trivyignore")), ALL[:2])


class Vex(Case):
    def hide(self, *documents, words=(), image=None):
        paths = []
        for i, document in enumerate(documents):
            paths += ["--vex", self.write(f"vex-{i}.json", document)]
        return self.suppressed(self.scan(*paths, *words, image=image))

    def statement(self, product, status="not_affected", vulnerability="CVE-2026-0001", **more):
        if status == "not_affected":
            more.setdefault("justification", "vulnerable_code_not_present")
        return {"vulnerability": {"name": vulnerability}, "products": [product], "status": status, **more}

    def open_vex(self, *statements, time="2026-03-01T00:00:00Z"):
        return {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example/1", "author": "somebody",
                "timestamp": time, "version": 1, "statements": list(statements)}

    def hides(self, product, **more):
        return list(self.hide(self.open_vex(self.statement(product, **more)))) == ["CVE-2026-0001"]

    def test_products_by_purl(self):
        good = ["pkg:npm/left", "pkg:npm/left@1.0.0", "pkg:oci/app", "pkg:oci/app?repository_url=registry.example/team/app",
                "pkg:oci/app?tag=1.0", "pkg:docker/registry.example/team/app@1.0"]
        bad = ["pkg:npm/left@1.0.1", "pkg:npm/right", "pkg:pypi/left", "pkg:npm/left@1.0.0?vcs_url=x", "pkg:oci/other",
               "pkg:oci/app?tag=2.0", "pkg:oci/app?repository_url=registry.example/other/app", "pkg:docker/team/app@1.0",
               "pkg:oci/app@sha256%3A" + "0" * 64, "pkg:docker/registry.example/team/app@1.1"]
        for purl in good + bad:
            for product in ({"@id": purl}, {"@id": "https://x/y", "identifiers": {"purl": purl}}):
                with self.subTest(purl):
                    self.assertEqual(self.hides(product), purl in good)

    def test_products_by_digest(self):
        digest = self.scan()["target"]["image_id"].split(":")[1]
        self.assertTrue(self.hides({"@id": "x", "hashes": {"sha-256": digest}}))
        self.assertFalse(self.hides({"@id": "x", "hashes": {"sha-256": "0" * 64}}))
        self.assertFalse(self.hides({"@id": "pkg:oci/app", "hashes": {"sha-256": "0" * 64}}))
        self.assertTrue(self.hides({"@id": "pkg:oci/app@sha256%3A" + digest}))

    def test_subcomponents(self):
        for part, want in (("pkg:npm/left", True), ("pkg:npm/left@1.0.0", True), ("pkg:npm/left@9", False),
                           ("pkg:npm/right", False)):
            self.assertEqual(self.hides({"@id": "pkg:oci/app", "subcomponents": [{"@id": part}]}), want, part)
        self.assertFalse(self.hides({"@id": "pkg:oci/other", "subcomponents": [{"@id": "pkg:npm/left"}]}))

    def test_an_image_without_parts_is_the_whole(self):
        document = self.open_vex(*[self.statement({"@id": "pkg:oci/app"}, vulnerability=name) for name in ALL])
        self.assertEqual(sorted(self.hide(document)), ALL)

    def test_statuses(self):
        for status, want in (("not_affected", True), ("fixed", True), ("affected", False), ("under_investigation", False)):
            self.assertEqual(self.hides({"@id": "pkg:npm/left"}, status=status), want, status)
        why = self.hide(self.open_vex(self.statement({"@id": "pkg:npm/left"}, impact_statement="it is never called")))
        self.assertEqual(why["CVE-2026-0001"]["by"], "vex")
        for part in ("not affected", "vulnerable_code_not_present", "it is never called", "vex-0.json"):
            self.assertIn(part, why["CVE-2026-0001"]["why"])

    def test_justifications(self):
        for word in ("component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
                     "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"):
            hidden = self.hide(self.open_vex(self.statement({"@id": "pkg:npm/left"}, justification=word)))
            self.assertIn(word, hidden["CVE-2026-0001"]["why"])

    def test_a_reason_is_required(self):
        bare = self.statement({"@id": "pkg:npm/left"})
        del bare["justification"]
        document = self.scan("--vex", self.write("bare.json", self.open_vex(bare)))
        self.assertEqual(self.suppressed(document), {})
        self.assertIn("justification", document["diagnostics"][0]["message"])
        bare["impact_statement"] = "not built in"
        self.assertEqual(list(self.hide(self.open_vex(bare))), ["CVE-2026-0001"])

    def test_aliases(self):
        for vulnerability in ({"name": "GHSA-aaaa-aaaa-aaaa"}, {"name": "X-1", "aliases": ["CVE-2026-0001"]},
                              {"@id": "https://nvd.nist.gov/vuln/detail/CVE-2026-0001"}, "CVE-2026-0001"):
            statement = self.statement({"@id": "pkg:npm/left"})
            statement["vulnerability"] = vulnerability
            self.assertEqual(list(self.hide(self.open_vex(statement))), ["CVE-2026-0001"], vulnerability)

    def test_the_latest_statement_holds(self):
        product = {"@id": "pkg:npm/left"}
        no, yes = self.statement(product, timestamp="2026-04-01T00:00:00Z"), self.statement(product, "affected")
        self.assertEqual(list(self.hide(self.open_vex(no, yes))), ["CVE-2026-0001"])
        self.assertEqual(list(self.hide(self.open_vex(yes, no))), ["CVE-2026-0001"])
        yes["timestamp"] = "2026-05-01T02:00:00+02:00"
        self.assertEqual(self.hide(self.open_vex(yes, no)), {})
        self.assertEqual(self.hide(self.open_vex(no, yes)), {})
        # In two documents, in either order; the more general product counts as much as the other.
        other = self.open_vex(self.statement({"@id": "pkg:oci/app"}, "under_investigation"), time="2026-06-01T00:00:00Z")
        self.assertEqual(self.hide(other, self.open_vex(no)), {})
        self.assertEqual(self.hide(self.open_vex(no), other), {})

    def test_old_open_vex(self):
        old = {"@context": "https://openvex.dev/ns", "@id": "x", "author": "a", "timestamp": "2026-01-01T00:00:00Z",
               "version": "1", "statements": [{"vulnerability": "CVE-2026-0001", "products": ["pkg:oci/app"],
                                              "subcomponents": ["pkg:npm/left@1.0.0"], "status": "fixed"}]}
        self.assertEqual(list(self.hide(old)), ["CVE-2026-0001"])

    def csaf(self, status="known_not_affected", product="left", flags=None, threats=None, **more):
        def leaf(name, **helper):
            return {"category": "product_version", "name": name,
                    "product": {"name": name, "product_id": name, "product_identification_helper": helper}}
        relation = {"category": "default_component_of", "product_reference": "left",
                    "relates_to_product_reference": "image", "full_product_name": {"name": "left in app",
                                                                                   "product_id": "image:left"}}
        elsewhere = {**relation, "relates_to_product_reference": "foreign",
                     "full_product_name": {"name": "left in other", "product_id": "foreign:left"}}
        return {"document": {"category": "csaf_vex", "csaf_version": "2.0", "title": "x",
                             "tracking": {"id": "V-1", "current_release_date": "2026-03-01T00:00:00Z"}},
                "product_tree": {"branches": [{"category": "vendor", "name": "v", "branches": [
                    leaf("left", purl="pkg:npm/left@1.0.0"), leaf("image", purl="pkg:oci/app"),
                    leaf("foreign", purl="pkg:oci/foreign"), leaf("old", purl="pkg:npm/left@0.9.0")]}],
                    "relationships": [relation, elsewhere],
                    "product_groups": [{"group_id": "g", "product_ids": ["left", "image:left"]}]},
                "vulnerabilities": [{"cve": "CVE-2026-0001", "product_status": {status: [product]},
                                     **({"flags": flags} if flags else {}), **({"threats": threats} if threats else {}),
                                     **more}]}

    def test_csaf(self):
        cases = {("known_not_affected", "left"): True, ("fixed", "left"): True, ("first_fixed", "left"): True,
                 ("known_affected", "left"): False, ("under_investigation", "left"): False,
                 ("known_not_affected", "image:left"): True, ("known_not_affected", "foreign:left"): False,
                 ("known_not_affected", "old"): False, ("known_not_affected", "image"): True,
                 ("known_not_affected", "nothing"): False, ("recommended", "left"): False}
        for (status, product), want in cases.items():
            with self.subTest(status=status, product=product):
                self.assertEqual(bool(self.hide(self.csaf(status, product))), want)

    def test_csaf_reasons(self):
        flags = [{"label": "vulnerable_code_not_in_execute_path", "product_ids": ["left"]}]
        threats = [{"category": "impact", "details": "never called", "group_ids": ["g"]}]
        why = self.hide(self.csaf(flags=flags, threats=threats))["CVE-2026-0001"]["why"]
        self.assertIn("vulnerable_code_not_in_execute_path", why)
        self.assertIn("never called", why)
        other = [{"label": "component_not_present", "product_ids": ["old"]}]
        self.assertNotIn("component_not_present", self.hide(self.csaf(flags=other))["CVE-2026-0001"]["why"])

    def cyclonedx(self, state, ref="left", **analysis):
        return {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
                "version": 1, "metadata": {"timestamp": "2026-03-01T00:00:00Z",
                                           "component": {"bom-ref": "app", "type": "container", "name": "registry.example/team/app",
                                                         "version": "1.0"}},
                "components": [{"bom-ref": "left", "type": "library", "name": "left", "version": "1.0.0",
                                "purl": "pkg:npm/left@1.0.0"},
                               {"bom-ref": "old", "type": "library", "name": "left", "purl": "pkg:npm/left@0.1.0"}],
                "vulnerabilities": [{"id": "GHSA-aaaa-aaaa-aaaa", "analysis": {"state": state, **analysis},
                                     "affects": [{"ref": ref}]}]}

    def test_cyclonedx(self):
        states = {"not_affected": True, "false_positive": True, "resolved": True, "resolved_with_pedigree": True,
                  "exploitable": False, "in_triage": False}
        for state, want in states.items():
            self.assertEqual(bool(self.hide(self.cyclonedx(state))), want, state)
        refs = {"left": True, "old": False, "app": True, "gone": False, "pkg:npm/left": True,
                "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Anpm%2Fleft%401.0.0": True,
                "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:npm/right@1.0.0": False}
        for ref, want in refs.items():
            self.assertEqual(bool(self.hide(self.cyclonedx("not_affected", ref))), want, ref)
        for word in ("code_not_present", "code_not_reachable", "requires_configuration", "requires_dependency",
                     "requires_environment", "protected_by_compiler", "protected_at_runtime", "protected_at_perimeter",
                     "protected_by_mitigating_control"):
            hidden = self.hide(self.cyclonedx("not_affected", justification=word, detail="so it is"))
            self.assertIn(word, hidden["CVE-2026-0001"]["why"])
            self.assertIn("so it is", hidden["CVE-2026-0001"]["why"])
        other = self.cyclonedx("not_affected", "app")
        other["metadata"]["component"]["version"] = "2.0"
        self.assertEqual(self.hide(other), {})
        late = self.cyclonedx("exploitable", lastUpdated="2026-09-01T00:00:00Z")
        self.assertEqual(self.hide(late, self.cyclonedx("not_affected")), {})

    def test_three_formats_meet(self):
        mine = self.open_vex(self.statement({"@id": "pkg:npm/left"}), time="2026-02-01T00:00:00Z")
        self.assertEqual(list(self.hide(mine, self.csaf("known_not_affected"))), ["CVE-2026-0001"])
        self.assertEqual(self.hide(mine, self.csaf("known_affected")), {})

    def test_bad_documents(self):
        cases = {"": "JSON", "{}": "no VEX document", '{"@context":"https://openvex.dev/ns/v0.2.0"}': "statements",
                 json.dumps(self.open_vex(self.statement({"@id": "x"}, "maybe"))): "maybe"}
        for text, word in cases.items():
            done = support.plimsoll("scan", "--db", self.database, "--vex", self.write("bad.json", text), self.image)
            self.assertEqual(done.returncode, 2)
            self.assertIn("bad.json", done.stderr)
            self.assertIn(word, done.stderr)


    def test_an_architecture_is_the_whole_word(self):
        for arch, want in (("amd64", True), ("amd", False), ("a", False), ("arm64", False)):
            self.assertEqual(self.hides({"@id": "pkg:oci/app?arch=" + arch}), want, arch)

    def test_a_folder_is_no_image(self):
        folder = os.path.join(self.folder, "app")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "package-lock.json"), "w", encoding="utf-8") as file:
            json.dump(LOCK, file)
        for purl, want in (("pkg:oci/app", []), ("pkg:docker/app", []), ("pkg:npm/left", ["CVE-2026-0001"])):
            document = self.open_vex(self.statement({"@id": purl}))
            self.assertEqual(list(self.hide(document, image="dir:" + folder)), want, purl)

    def test_a_time_that_is_none_hides_nothing(self):
        product = {"@id": "pkg:npm/left"}
        no, yes = self.statement(product), self.statement(product, "affected", timestamp="yesterday")
        self.assertEqual(self.hide(self.open_vex(yes, no)), {})
        old = self.statement(product, "affected", timestamp="2020-01-01T00:00:00Z")
        no["timestamp"] = "tomorrow"
        self.assertEqual(self.hide(self.open_vex(old, no)), {})

    def test_a_range_of_csaf_is_not_every_version(self):
        for category, want in (("product_version_range", False), ("product_version", True)):
            document = self.csaf("fixed", "range")
            document["product_tree"]["branches"][0]["branches"].append({
                "category": category, "name": "vers:npm/>=2.0.0", "product": {
                    "name": "left", "product_id": "range", "product_identification_helper": {"purl": "pkg:npm/left"}}})
            self.assertEqual(bool(self.hide(document)), want, category)

    def test_versions_of_cyclonedx_narrow(self):
        for versions, want in (([{"version": "2.0.0", "status": "affected"}], False), ([{"version": "1.0.0"}], True),
                               ([{"range": "vers:npm/>=2"}], False), ([], True)):
            document = self.cyclonedx("not_affected", "pkg:npm/left")
            document["vulnerabilities"][0]["affects"][0]["versions"] = versions
            self.assertEqual(bool(self.hide(document)), want, versions)

    def test_hostile_numbers_stay_bounded(self):
        names = [str(i) for i in range(20000)]
        cases = {"parts": {"vulnerability": "CVE-2026-0001", "products": names, "subcomponents": names, "status": "fixed"},
                 "names": {"vulnerability": {"name": "x", "aliases": names}, "products": names, "status": "fixed"}}
        for name, statement in cases.items():
            done = support.plimsoll("scan", "--db", self.database, "--vex", self.write("many.json", self.open_vex(statement)),
                                    self.image)
            self.assertEqual(done.returncode, 2, name)
            self.assertIn("LIMIT_VEX_STATEMENTS", done.stderr)
            self.assertIn("many.json", done.stderr)
        lock = {**LOCK, "packages": {**LOCK["packages"], **{
            f"node_modules/a{i}/node_modules/left": {"version": f"1.0.{i}"} for i in range(100)}}}
        image = docker_archive(os.path.join(self.folder, "many.tar"), image_layers(lock))
        inside = [{"@id": f"pkg:npm/p{i}", "subcomponents": [{"@id": "pkg:npm/left"}]} for i in range(1000)]
        document = self.scan("--vex", self.write("many.json", self.open_vex(
            {"vulnerability": "CVE-2026-0001", "products": inside + ["pkg:npm/left"], "status": "fixed"})), image=image)
        self.assertTrue(any("LIMIT_VEX_INSIDE" in one["message"] for one in document["diagnostics"]), document["diagnostics"])
        hashes = {"@id": "x", "hashes": {f"sha{i}": "aa" for i in range(200000)}}
        self.assertEqual(self.hide(self.open_vex(self.statement(hashes))), {})


class OneAdvisoryOfTwo(Case):
    """An advisory that is about two CVEs: what is decided of one of them says nothing of the other."""
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        advisory = osv("GHSA-dddd-dddd-dddd", "npm", "left", CRITICAL, "2.0.0", ["CVE-2026-0010", "CVE-2026-0011"])
        done = support.plimsoll("db", "import", "--db", cls.database, cls.write("two.json", advisory))
        assert done.returncode == 0, done.stderr

    def hidden(self, *words):
        return sorted(set(self.suppressed(self.scan(*words))) - {"CVE-2026-0001"})

    def test_rules(self):
        for name, want in (("CVE-2026-0010", ["CVE-2026-0010"]), ("CVE-2026-001[0]", []), ("CVE-*-0011", ["CVE-2026-0011"]),
                           ("GHSA-dddd-dddd-dddd", ["CVE-2026-0010", "CVE-2026-0011"])):
            rules = self.write("one.yaml", f"ignore:\n  - {{id: '{name}', reason: x}}\n")
            self.assertEqual(self.hidden("--ignore", rules), want, name)

    def test_vex(self):
        for name in ("CVE-2026-0010", {"name": "CVE-2026-0010", "aliases": ["GHSA-dddd-dddd-dddd"]}):
            document = {"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-03-01T00:00:00Z", "statements": [
                {"vulnerability": name if isinstance(name, dict) else {"name": name}, "products": [{"@id": "pkg:npm/left"}],
                 "status": "fixed"}]}
            self.assertEqual(self.hidden("--vex", self.write("one.json", document)), ["CVE-2026-0010"], name)

    def test_a_baseline(self):
        before = self.scan()
        before["findings"] = [one for one in before["findings"] if one["id"] == "CVE-2026-0010"]
        self.assertEqual(len(before["findings"]), 1)
        self.assertEqual(self.hidden("--baseline", self.write("before.json", before)), ["CVE-2026-0010"])


class SignedVex(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = {}
        for name, words in (("ed25519", ["-algorithm", "ed25519"]), ("ec", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
                            ("rsa", ["-algorithm", "RSA"]), ("other", ["-algorithm", "ed25519"])):
            private, public = os.path.join(cls.folder, name + ".key"), os.path.join(cls.folder, name + ".pub")
            subprocess.run(["openssl", "genpkey", *words, "-out", private], check=True, capture_output=True)
            subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
            cls.keys[name] = (private, public)
        cls.vex = json.dumps({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "a", "version": 1,
                              "timestamp": "2026-03-01T00:00:00Z", "statements": [
                                  {"vulnerability": {"name": "CVE-2026-0001"}, "products": [{"@id": "pkg:npm/left"}],
                                   "status": "not_affected", "justification": "component_not_present"}]})

    def sign(self, data, name):
        path = os.path.join(self.folder, "data")
        with open(path, "wb") as file:
            file.write(data)
        raw = [] if name in ("ec", "rsa") else ["-rawin"]
        command = (["openssl", "dgst", "-sha256", "-sign", self.keys[name][0], path] if not raw else
                   ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.keys[name][0], "-in", path])
        return base64.b64encode(subprocess.run(command, check=True, capture_output=True).stdout).decode()

    def with_key(self, path, key):
        document = self.scan("--vex", path, "--vex-key", self.keys[key][1])
        return list(self.suppressed(document)), [item["message"] for item in document["diagnostics"]]

    def test_a_signature_beside_the_file(self):
        for key in ("ed25519", "ec", "rsa"):
            path = self.write(f"signed-{key}.json", self.vex)
            self.write(f"signed-{key}.json.sig", self.sign(self.vex.encode(), key) + "\n")
            self.assertEqual(self.with_key(path, key), (["CVE-2026-0001"], []))
            hidden, told = self.with_key(path, "other")
            self.assertEqual(hidden, [])
            self.assertIn("signature", told[0])
            self.write(f"signed-{key}.json", self.vex + "\n")
            self.assertEqual(self.with_key(path, key)[0], [])
        path = self.write("unsigned.json", self.vex)
        hidden, told = self.with_key(path, "ec")
        self.assertEqual(hidden, [])
        self.assertIn("not signed", told[0])

    def envelope(self, key, statement):
        payload, kind = json.dumps(statement).encode(), "application/vnd.in-toto+json"
        message = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
        return {"payloadType": kind, "payload": base64.b64encode(payload).decode(),
                "signatures": [{"keyid": "", "sig": self.sign(message, key)}]}

    def test_an_attestation(self):
        statement = {"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://openvex.dev/ns/v0.2.0",
                     "subject": [{"name": "x", "digest": {"sha256": "0" * 64}}], "predicate": json.loads(self.vex)}
        path = self.write("dsse.json", self.envelope("ed25519", statement))
        self.assertEqual(self.with_key(path, "ed25519"), (["CVE-2026-0001"], []))
        self.assertEqual(self.with_key(path, "other")[0], [])
        self.assertEqual(list(self.suppressed(self.scan("--vex", path))), ["CVE-2026-0001"])
        changed = self.envelope("ed25519", statement)
        changed["payload"] = base64.b64encode(json.dumps({**statement, "x": 1}).encode()).decode()
        self.assertEqual(self.with_key(self.write("dsse.json", changed), "ed25519")[0], [])

    def test_statements_without_products_are_about_the_subjects(self):
        digest = self.scan()["target"]["image_id"].split(":")[1]
        predicate = json.loads(self.vex)
        del predicate["statements"][0]["products"]
        for hexa, want in ((digest, ["CVE-2026-0001"]), ("0" * 64, [])):
            statement = {"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://openvex.dev/ns/v0.2.0",
                         "subject": [{"name": "x", "digest": {"sha256": hexa}}], "predicate": predicate}
            path = self.write("subject.json", self.envelope("ec", statement))
            self.assertEqual(self.with_key(path, "ec")[0], want)

    def test_a_key_that_is_none(self):
        done = support.plimsoll("scan", "--db", self.database, "--vex", self.write("v.json", self.vex), "--vex-key",
                                self.write("no.pub", "nothing"), self.image)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no.pub", done.stderr)


class Baseline(Case):
    def archive(self, name, tag, lock=None, first="a", turned=False):
        layers = image_layers(lock, first)
        return docker_archive(os.path.join(self.folder, name), layers[::-1] if turned else layers,
                              name=f"registry.example/team/app:{tag}")

    def prints(self, document):
        return {finding["id"]: finding["fingerprint"] for finding in document["findings"]}

    def test_fingerprints_survive(self):
        first = self.prints(self.scan())
        lock = json.loads(json.dumps(LOCK))
        lock["packages"]["node_modules/left"]["version"] = "1.5.0"
        for image in (self.archive("b.tar", "2.0"), self.archive("c.tar", "2.0", lock), self.archive("d.tar", "3", first="b"),
                      self.archive("e.tar", "3", turned=True)):
            self.assertEqual(self.prints(self.scan(image=image)), first)

    def test_only_what_is_new_counts(self):
        lock = json.loads(json.dumps(LOCK))
        del lock["packages"]["node_modules/left"]
        old = self.scan(image=self.archive("old.tar", "1", lock))
        self.assertEqual(sorted(finding["id"] for finding in old["findings"]), ALL[1:])
        baseline = self.write("baseline.json", old)
        new = self.scan("--baseline", baseline, "--fail-on", "low", code=1)
        hidden = self.suppressed(new)
        self.assertEqual(sorted(hidden), ALL[1:])
        self.assertEqual({item["by"] for item in hidden.values()}, {"baseline"})
        self.assertEqual(new["summary"]["by_severity"]["critical"], 1)
        same = self.scan("--baseline", baseline, "--fail-on", "low", image=self.archive("same.tar", "9", lock, "z", True))
        self.assertEqual(len(self.suppressed(same)), 3)

    def test_another_name_of_the_image_and_of_the_vulnerability(self):
        old = self.scan()
        for finding in old["findings"]:
            finding["id"], finding["aliases"] = finding["aliases"][0], []
        image = docker_archive(os.path.join(self.folder, "named.tar"), image_layers(), name="other/name:7")
        self.assertEqual(len(self.suppressed(self.scan("--baseline", self.write("b.json", old), image=image))), 4)

    def test_what_was_suppressed_is_not_known(self):
        rules = self.write("rules.yaml", "ignore:\n  - {id: CVE-2026-0001, reason: for now}\n")
        old = self.scan("--ignore", rules)
        self.assertEqual(sorted(self.suppressed(self.scan("--baseline", self.write("b.json", old)))), ALL[1:])
        chain = self.scan("--baseline", self.write("b.json", self.scan()))
        self.assertEqual(sorted(self.suppressed(self.scan("--baseline", self.write("b2.json", chain)))), ALL)

    def test_bad_baselines(self):
        for text, word in (("{}", "no report"), ("[", "byte 1"), ('{"schema":"plimsoll.report/1","packages":[],"findings":[{"package":3}]}',
                                                                "package 3")):
            done = support.plimsoll("scan", "--db", self.database, "--baseline", self.write("bad.json", text), self.image)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(word, done.stderr)
            self.assertIn("bad.json", done.stderr)


class Verdict(Case):
    # Everything was published on 2026-01-10; "left" is fixed, "right" is not.
    MARCH = {"SOURCE_DATE_EPOCH": "1772323200"}  # 2026-03-01

    def test_reasons(self):
        failed = self.scan("--fail-on", "medium", code=1)["verdict"]
        self.assertIs(failed["failed"], True)
        self.assertIn("CVE-2026-0001 (left)", failed["reasons"][0]["message"])
        self.assertIn("medium", failed["reasons"][0]["message"])
        rules = self.write("rules.yaml", "ignore:\n  - {type: npm, reason: x}\n  - {type: pypi, reason: x}\n")
        passed = self.scan("--fail-on", "low", "--ignore", rules)["verdict"]
        self.assertIs(passed["failed"], False)
        self.assertNotIn("verdict", self.scan())

    def test_only_fixed(self):
        document = self.scan("--only-fixed", "--fail-on", "medium", code=1)
        self.assertEqual(sorted(finding["id"] for finding in document["findings"]), [ALL[0], ALL[2], ALL[3]])
        self.assertTrue(any("--only-fixed" in reason["message"] for reason in document["verdict"]["reasons"]))
        rules = self.write("rules.yaml", "ignore:\n  - {severity: critical, reason: x}\n")
        self.scan("--only-fixed", "--fail-on", "medium", "--ignore", rules)
        self.scan("--fail-on", "medium", "--ignore", rules, code=1)

    def test_severity_is_about_what_is_shown(self):
        document = self.scan("--severity", "low", "--fail-on", "critical", code=1)
        self.assertEqual([finding["id"] for finding in document["findings"]], [ALL[2]])
        self.assertTrue(any("not shown" in reason["message"] for reason in document["verdict"]["reasons"]))

    def test_grace(self):
        words = ("--fail-on", "low", "--only-fixed")
        self.scan(*words, "--grace", "40d", env=self.MARCH, code=1)
        document = self.scan(*words, "--grace", "60d", env=self.MARCH)
        self.assertTrue(any("2026-03-11" in reason["message"] for reason in document["verdict"]["reasons"]))
        self.assertEqual({finding["fails"] for finding in document["findings"]}, {False})
        document = self.scan(*words, "--grace", "low=60d", env=self.MARCH, code=1)
        self.assertEqual({finding["id"]: finding["fails"] for finding in document["findings"]},
                         {ALL[0]: True, ALL[2]: False, ALL[3]: True})
        self.scan(*words, "--grace", "low=8w,critical=50d", env=self.MARCH, code=1)
        self.scan(*words, "--grace", "low=8w,critical=51d", env=self.MARCH)
        # Without a fix there is nothing to wait for.
        self.scan("--fail-on", "medium", "--grace", "60d", env=self.MARCH, code=1)
        for bad in ("soon", "worst=3d", "high=", "high=3y"):
            done = support.plimsoll("scan", "--db", self.database, "--fail-on", "low", "--grace", bad, self.image)
            self.assertEqual(done.returncode, 2, bad)
            self.assertIn("--grace", done.stderr)

    def test_exit_code_and_database_age(self):
        self.scan("--fail-on", "low", "--exit-code", "42", code=42)

    def test_an_exit_code_of_0_does_not_hide_what_was_not_examined(self):
        layers = image_layers() + [layer([{"path": "broken/package-lock.json", "text": "{"}])]
        broken = docker_archive(os.path.join(self.folder, "broken.tar"), layers, name="broken:1")
        for words, code in ((("42",), 42), (("0",), 5)):
            document = self.scan("--fail-on", "low", "--exit-code", *words, image=broken, code=code)
            self.assertIs(document["complete"], False)
            self.assertIs(document["verdict"]["failed"], True)

    def test_a_scan_for_nothing_does_not_pass(self):
        others = ",secret,password,config,permission,malware"
        for words in (("--skip", "vuln" + others), ("--only", "vuln", "--skip", "vuln"), ("--only", "license", "--skip", "license"),
                      ("--skip", "vuln,license" + others, "--license-deny", "copyleft")):
            done = support.plimsoll("scan", "--db", self.database, *words, self.image)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn("nothing to look for", done.stderr)
        for option in ("--license-deny", "--license-allow"):
            done = support.plimsoll("scan", "--db", self.database, option, "", self.image)
            self.assertEqual(done.returncode, 2)
            self.assertIn(option, done.stderr)
        done = support.plimsoll("scan", "--db", self.database, "--only", "vuln", "--license-deny", "copyleft", self.image)
        self.assertIn("policy", done.stderr)
        done = support.plimsoll("scan", "--db", self.database, "--max-db-age", "1d", self.image,
                                env={"SOURCE_DATE_EPOCH": "4102444800"})
        self.assertEqual(done.returncode, 4)

    def test_several_targets(self):
        other = docker_archive(os.path.join(self.folder, "plain.tar"), [layer([{"path": "x", "text": ""}])], name="plain:1")
        done = support.plimsoll("scan", "--db", self.database, "--format", "json=" + os.path.join(self.folder, "one.json"),
                                self.image, other)
        self.assertEqual(done.returncode, 2)
        self.assertIn("{target}", done.stderr)
        done = support.plimsoll("scan", "--db", self.database, "--fail-on", "high", "--output",
                                os.path.join(self.folder, "r-{n}-{target}.json"), "--format", "json", self.image, other)
        self.assertEqual(done.returncode, 1, done.stderr)
        for name, findings in (("r-1-registry.example-team-app-1.0.json", 4), ("r-2-plain-1.json", 0)):
            with open(os.path.join(self.folder, name), encoding="utf-8") as file:
                self.assertEqual(len(json.load(file)["findings"]), findings)

    def test_output(self):
        path = os.path.join(self.folder, "out.json")
        done = support.plimsoll("scan", "--db", self.database, "--output", path, self.image)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        with open(path, encoding="utf-8") as file:
            self.assertEqual(json.load(file)["schema"], "plimsoll.report/1")
        done = support.plimsoll("scan", "--db", self.database, "--output", path, "--format", "json=" + path, self.image)
        self.assertEqual(done.returncode, 2)

    def test_the_table_tells_all_of_it(self):
        rules = self.write("rules.yaml", "ignore:\n  - {id: CVE-2026-0002, reason: nobody turns right, until: 2030-01-01}\n")
        words = ("scan", "--db", self.database, "--format", "table", "--ignore", rules, "--fail-on", "high", self.image)
        text = support.plimsoll(*words).stdout
        self.assertRegex(text, r"FAILED because of\n  findings of severity high or worse .*: 2: CVE-2026-0001 \(left\)")
        self.assertNotIn("nobody turns right", text)
        text = support.plimsoll(*words, "--show-suppressed").stdout
        self.assertRegex(text, r"SUPPRESSED\n  ignore: nobody turns right \(.*rules\.yaml:2\), until 2030-01-01\n    CVE-2026-0002 +right\n")
        self.assertIn("未通过", support.plimsoll(*words, "--lang", "zh").stdout)
