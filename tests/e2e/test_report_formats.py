"""Reports for pipelines: CSV, JUnit XML, GitLab, GitHub, Markdown, templates, and SARIF's limits. Rules are those of the
formats' published schemas; texts of the image are hostile."""
import csv
import gzip
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import report_samples
import support
from browser import node
from support import ROOT

INVISIBLE = "[\u202a-\u202e\u2066-\u2069\u200e\u200f\u2028\u2029\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"


class Case(unittest.TestCase):
    packages, each, hostile = 7, 3, True

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.database = report_samples.database(cls.folder, cls.packages, cls.each, hostile=cls.hostile)
        cls.image = report_samples.image(cls.folder, cls.packages)
        cls.json = json.loads(cls.write("json"))
        cls.findings = cls.json["findings"]

    @classmethod
    def write(cls, form, *words, image=None, codes=(0,), env=None):
        done = support.plimsoll("scan", "--db", cls.database, "--format", form, *words, image or cls.image, env=env)
        assert done.returncode in codes, (done.returncode, done.stderr)
        return done.stdout

    @classmethod
    def broken(cls):
        """An image of which a part cannot be read."""
        return support.docker_archive(os.path.join(cls.folder, "broken.tar"), [support.layer(
            [*support.debian(bash="1"), {"path": "srv/package-lock.json", "text": "{"}])])

    @classmethod
    def clean(cls):
        return support.docker_archive(os.path.join(cls.folder, "clean.tar"), [support.layer(support.debian(sed="1"))])


class Csv(Case):
    def rows(self, *words, **more):
        done = subprocess.run([support.PROGRAM, "scan", "--db", self.database, "--format", "csv", *words, self.image],
                                      capture_output=True, check=False)
        text = done.stdout.decode("utf-8")
        self.assertEqual(text.count("\n"), text.count("\r\n"))
        return list(csv.DictReader(io.StringIO(text, newline=""), strict=True, **more))

    def test_columns(self):
        rows = self.rows()
        self.assertEqual(len(rows), len(self.findings))
        for row, finding in zip(rows, self.findings):
            package = self.json["packages"][finding["package"]]
            self.assertEqual((row["id"], row["severity"], row["package"], row["installed"], row["fixed"], row["fingerprint"]),
                             (finding["id"], finding["severity"], package["name"], finding["installed"], finding["fixed"] or "",
                              finding["fingerprint"]))
            self.assertEqual(row["purl"], package["purl"])
            self.assertEqual(float(row["epss"] or -1), finding["epss"]["score"] if finding["epss"] else -1)
            self.assertEqual(row["cvss_score"], str(finding["cvss"][0]["score"]) if finding["cvss"] else "")
        self.assertEqual(list(rows[0])[:5], ["target", "kind", "id", "severity", "risk"])

    def test_no_cell_is_a_formula_or_breaks_the_line(self):
        rows, seen = self.rows(), []
        for row in rows:
            self.assertNotIn(None, row)
            for name, cell in row.items():
                self.assertNotRegex(cell, r"^[=+\-@\t\r]", name)
                self.assertNotRegex(cell, INVISIBLE)
                self.assertNotIn("\n", cell)
            seen.append(row["title"])
        self.assertIn("'=1+1", seen)
        self.assertIn("\"quote\" 'single'", seen)


class Junit(Case):
    def parse(self, *words, **more):
        root = ElementTree.fromstring(self.write("junit", *words, **more))
        self.assertEqual(root.tag, "testsuites")
        totals = {"tests": 0, "failures": 0, "errors": 0}
        for suite in root:
            self.assertEqual(suite.tag, "testsuite")
            counted = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
            for case in suite:
                self.assertEqual(case.tag, "testcase")
                self.assertEqual(set(case.attrib), {"name", "classname", "time"})
                self.assertTrue(case.attrib["name"] and case.attrib["classname"])
                counted["tests"] += 1
                for child in case:
                    self.assertIn(child.tag, ("failure", "error", "skipped", "system-out"))
                    counted[{"failure": "failures", "error": "errors"}.get(child.tag, child.tag)] = counted.get(
                        {"failure": "failures", "error": "errors"}.get(child.tag, child.tag), 0) + 1
            for name in ("tests", "failures", "errors", "skipped"):
                self.assertEqual(int(suite.attrib[name]), counted[name], suite.attrib)
            for name in totals:
                totals[name] += counted[name]
        for name, count in totals.items():
            self.assertEqual(int(root.attrib[name]), count)
        return root

    def test_a_case_a_finding(self):
        root = self.parse()
        self.assertEqual([suite.attrib["name"] for suite in root], ["scan", "deb", "npm"])
        failures = root.findall(".//failure")
        self.assertEqual(len(failures), len(self.findings))
        messages = [failure.attrib["message"] for failure in failures]
        self.assertIn("</script><script>alert(1)</script>", messages)
        self.assertIn("]]> <!-- --> &amp;", messages)
        for failure in failures:
            self.assertNotRegex(failure.attrib["message"] + failure.text, INVISIBLE)

    def test_a_clean_target_has_one_case_that_passes(self):
        root = self.parse(image=self.clean())
        self.assertEqual((root.attrib["tests"], root.attrib["failures"], root.attrib["errors"]), ("1", "0", "0"))
        self.assertEqual(list(root[0][0]), [])

    def test_an_incomplete_scan_is_an_error(self):
        root = self.parse(image=self.broken(), codes=(5,))
        errors = root.findall(".//error")
        self.assertEqual(len(errors), 1)
        self.assertIn("srv/package-lock.json", errors[0].text)

    def test_with_a_verdict_only_what_fails_has_failed(self):
        root = self.parse("--fail-on", "critical", codes=(1,))
        critical = [item for item in self.findings if item["severity"] == "critical"]
        self.assertEqual(len(root.findall(".//failure")), len(critical))
        self.assertEqual(len(root.findall(".//system-out")), len(self.findings) - len(critical))


class Gitlab(Case):
    UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
    TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"

    def check(self, document):
        """container-scanning-report-format.json, version 15, in our words."""
        self.assertRegex(document["version"], r"^15\.\d+\.\d+$")
        scan = document["scan"]
        self.assertEqual(scan["type"], "container_scanning")
        self.assertIn(scan["status"], ("success", "failure"))
        self.assertRegex(scan["start_time"], self.TIME)
        self.assertRegex(scan["end_time"], self.TIME)
        for tool in (scan["analyzer"], scan["scanner"]):
            self.assertTrue(tool["id"] and tool["name"] and tool["version"] and tool["vendor"]["name"])
        for message in scan["messages"]:
            self.assertIn(message["level"], ("info", "warn", "fatal"))
            self.assertTrue(message["value"])
        ids = set()
        for entry in document["vulnerabilities"]:
            self.check_entry(entry)
            ids.add(entry["id"])
        self.assertEqual(len(ids), len(document["vulnerabilities"]))
        self.assertEqual(document["remediations"], [])

    def check_entry(self, entry):
        self.assertRegex(entry["id"], self.UUID)
        self.assertLessEqual(len(entry["name"]), 255)
        self.assertLessEqual(len(entry["description"]), 1048576)
        self.assertLessEqual(len(entry.get("solution", "")), 7000)
        self.assertIn(entry["severity"], ("Info", "Unknown", "Low", "Medium", "High", "Critical"))
        self.assertTrue(1 <= len(entry["identifiers"]) <= 20)
        for identifier in entry["identifiers"]:
            self.assertTrue(identifier["type"] and identifier["name"] and identifier["value"])
            self.assertRegex(identifier.get("url", "https://x"), r"^https?://[^\s<>\"]+$")
        for link in entry["links"]:
            self.assertRegex(link["url"], r"^https://[^\s<>\"]+$")
        for vector in entry.get("cvss_vectors", []):
            self.assertTrue(vector["vendor"])
            self.assertRegex(vector["vector"], r"^(CVSS:3\.[01]/|AV:)")
        location = entry["location"]
        self.assertTrue(location["dependency"]["package"]["name"])
        self.assertIsInstance(location["dependency"]["version"], str)
        self.assertTrue(location["operating_system"] and location["image"])
        for detail in entry["details"].values():
            self.assertEqual(detail["type"], "text")
            self.assertTrue(detail["name"])
            self.assertIsInstance(detail["value"], str)

    def test_document(self):
        document = json.loads(self.write("gitlab"))
        self.check(document)
        self.assertEqual(document["scan"]["status"], "success")
        entries = document["vulnerabilities"]
        self.assertEqual([entry["identifiers"][0]["value"] for entry in entries], [item["id"] for item in self.findings])
        first = next(item for item in entries if item["location"]["dependency"]["package"]["name"].startswith("package"))
        self.assertEqual([item["type"] for item in first["identifiers"]], ["cve", "cwe", "cwe", "ghsa"])
        self.assertEqual(first["identifiers"][1]["value"], "79")
        self.assertEqual(json.loads(self.write("gitlab"))["vulnerabilities"], entries)

    def test_incomplete_is_a_failure(self):
        document = json.loads(self.write("gitlab", image=self.broken(), codes=(5,)))
        self.check(document)
        self.assertEqual(document["scan"]["status"], "failure")
        self.assertTrue(any("srv/package-lock.json" in message["value"] for message in document["scan"]["messages"]))


class Github(Case):
    def check(self, document):
        """REST API 2022-11-28, "Create a snapshot of dependencies for a repository": its body parameters."""
        self.assertEqual(document["version"], 0)
        self.assertEqual(set(document) - {"metadata"}, {"version", "sha", "ref", "job", "detector", "scanned", "manifests"})
        self.assertTrue(document["job"]["id"] and document["job"]["correlator"])
        self.assertTrue(all(document["detector"][name] for name in ("name", "version", "url")))
        self.assertRegex(document["scanned"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertLessEqual(len(document["metadata"]), 8)
        for name, manifest in document["manifests"].items():
            self.assertEqual(manifest["name"], name)
            for key, entry in manifest["resolved"].items():
                self.assertEqual(entry["package_url"], key)
                self.assertRegex(key, "^pkg:[a-z]+/")
                self.assertIn(entry["relationship"], ("direct", "indirect"))
                self.assertIn(entry["scope"], ("runtime", "development"))
                for other in entry["dependencies"]:
                    self.assertIn(other, manifest["resolved"])

    def test_in_a_workflow(self):
        env = {"GITHUB_SHA": "a" * 40, "GITHUB_REF": "refs/heads/main", "GITHUB_WORKFLOW": "build", "GITHUB_JOB": "scan",
               "GITHUB_RUN_ID": "77", "SOURCE_DATE_EPOCH": "1700000000"}
        document = json.loads(self.write("github", env=env))
        self.check(document)
        self.assertEqual((document["sha"], document["ref"], document["scanned"]),
                         ("a" * 40, "refs/heads/main", "2023-11-14T22:13:20Z"))
        self.assertEqual(document["job"], {"correlator": "build scan", "id": "77"})
        self.assertNotIn("note", document["metadata"])
        self.assertEqual(set(document["manifests"]), {"deb", "srv/shop/package-lock.json"})
        self.assertEqual(document["manifests"]["srv/shop/package-lock.json"]["file"]["source_location"], "srv/shop/package-lock.json")
        self.assertEqual(sum(len(item["resolved"]) for item in document["manifests"].values()), len(self.json["packages"]))

    def test_elsewhere_it_says_what_is_missing(self):
        env = {name: "" for name in ("GITHUB_SHA", "GITHUB_REF", "GITHUB_WORKFLOW", "GITHUB_JOB", "GITHUB_RUN_ID")}
        document = json.loads(self.write("github", env=env))
        self.check(document)
        self.assertIn("GITHUB_SHA", document["metadata"]["note"])

    def test_dependencies(self):
        locked = {"": {"name": "x", "version": "1.0.0", "dependencies": {"a": "1"}},
                  "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1"}}, "node_modules/b": {"version": "1.0.0", "dev": True}}
        image = support.docker_archive(os.path.join(self.folder, "tree.tar"), [support.layer([
            {"path": "package-lock.json", "text": json.dumps({"name": "x", "lockfileVersion": 3, "packages": locked})}])])
        document = json.loads(self.write("github", image=image))
        self.check(document)
        self.assertEqual(document["manifests"]["package-lock.json"]["resolved"]["pkg:npm/b@1.0.0"]["scope"], "development")


class Markup(HTMLParser):
    """Elements, addresses and texts of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.texts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data):
        self.texts.append(data)


def rendered(markdown):
    """As GitHub would render it before it cleans up: CommonMark with tables, HTML and links that are made of plain text."""
    script = """const md = require("markdown-it")({ html: true, linkify: true });
        console.log(JSON.stringify(md.render(%s)));""" % json.dumps(markdown)
    return node(script)


class Markdown(Case):
    def test_nothing_of_the_image_means_anything(self):
        text = self.write("markdown")
        page = Markup(rendered(text))
        self.assertLessEqual(set(page.tags), {"h3", "h4", "p", "code", "table", "thead", "tbody", "tr", "th", "td", "ol", "li",
                                              "a", "details", "summary", "strong"})
        for link in page.links:
            self.assertRegex(link, r"^https://(nvd\.nist\.gov/vuln/detail/CVE-|github\.com/advisories/GHSA-|osv\.dev/)[\w-]+$")
        shown = "".join(page.texts)
        self.assertNotRegex(shown, r"@\w|(?<![\w&])#\d|!\d")
        self.assertNotRegex(shown, INVISIBLE)
        self.assertIn("</script><script>alert(1)</script>", shown)
        self.assertIn("a | b | `tick` ``two`` \\| \\", shown)

    def test_every_row_has_its_cells(self):
        page = rendered(self.write("markdown"))
        for table in re.findall("<table>.*?</table>", page, re.S):
            widths = {row.count("<t") - 1 for row in re.findall("<tr>.*?</tr>", table, re.S)}
            self.assertEqual(len(widths), 1, table)
        self.assertEqual(page.count("nvd.nist.gov/vuln/detail/CVE-"), len({(item["id"], item["package"]) for item in self.findings}))

    def test_verdict_and_languages(self):
        self.assertIn("❌ **Failed**", self.write("markdown", "--fail-on", "low", codes=(1,)))
        self.assertIn("首先要做的事", self.write("markdown", "--lang", "zh"))
        self.assertIn("⚠️ **INCOMPLETE:**", self.write("markdown", image=self.broken(), codes=(5,)))
        self.assertIn("✅ Nothing was found.", self.write("markdown", image=self.clean()))


class Sarif(Case):
    """Microsoft's own validator, with the rules of SARIF and those of GitHub's service."""

    def test_validator(self):
        tool = os.path.join(ROOT, "tests/npm/node_modules/.parts/sarif-multitool")
        path = os.path.join(self.folder, "report.sarif")

        def check(text):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            done = subprocess.run([tool, "validate", "--rule-kind", "Sarif;Ghas", path], capture_output=True, text=True, check=False,
                                  env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"})
            self.assertIn("files scanned", done.stdout + done.stderr)
            return re.findall(r"(?:error|warning) ([A-Z]+\d+)", done.stdout + done.stderr)
        for image in (self.image, self.clean()):
            text = self.write("sarif", image=image)
            # The project has no address of its own to tell.
            self.assertEqual(set(check(text)) - {"SARIF2005"}, set())
        self.assertIn("GH2012", check(self.write("sarif").replace('"fullDescription"', '"otherDescription"')))


class Base(Case):
    """What is the base image's goes with an update of the base."""

    packages, hostile = 3, False

    def test_updates_and_columns(self):
        env = {"PLIMSOLL_HOME": os.path.join(self.folder, "home")}
        base = support.docker_archive(os.path.join(self.folder, "base.tar"), [support.layer(
            support.debian(bash="5.2.15-2", openssl="3.0.9-1"))], name="debian:12")
        self.assertEqual(support.plimsoll("base", "add", base, env=env).returncode, 0)
        self.assertIn("Update the base image <code>debian&#58;12</code> — ends 2 findings", self.write("markdown", env=env))
        rows = list(csv.DictReader(io.StringIO(self.write("csv", env=env))))
        self.assertEqual({(row["package_type"], row["base"]) for row in rows}, {("deb", "yes"), ("npm", "no")})
        entries = json.loads(self.write("gitlab", env=env))["vulnerabilities"]
        self.assertEqual(sum(entry["details"]["base"]["value"] == "yes" for entry in entries), 3)
        page = self.write("html", env=env)
        self.assertIn("Base image or yours", page)
        self.assertIn("</span> <code>debian:12</code>", page)


class Templates(Case):
    def example(self, name):
        return self.write("template=" + os.path.join(ROOT, "docs/examples", name))

    def test_examples(self):
        page = Markup(self.example("report-list.html.mustache"))
        self.assertEqual(page.tags.count("tr"), len(self.findings) + 1)
        self.assertLessEqual(set(page.tags), {"html", "meta", "title", "h1", "table", "tr", "th", "td"})
        message = json.loads(self.example("report-slack.json.mustache"))
        self.assertEqual(message["text"], self.json["target"]["name"])
        lines = self.example("report-list.txt.mustache").splitlines()
        self.assertEqual(len([line for line in lines if " CVE-" in line]), len(self.findings))
        self.assertRegex(lines[1], "^CRITICAL CVE-2024-[0-9]+ ")

    def test_a_fault_comes_before_the_scan(self):
        path = os.path.join(self.folder, "bad.mustache")
        with open(path, "w", encoding="utf-8") as file:
            file.write("a\n{{#findings}}{{id}}")
        done = support.plimsoll("scan", "--db", self.database, "--format", "template=" + path, "/nothing/there")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, f"plimsoll: {path}: line 2, column 4: the section findings has no end\n")


class Limits(Case):
    """More findings than the formats' users take: what is cut is the least, and is said."""

    packages, each, hostile = 100, 300, False

    def test_markdown(self):
        text = self.write("markdown")
        self.assertLessEqual(len(text.encode("utf-16-le")) // 2, 65536)
        self.assertGreater(len(text), 40000)
        self.assertRegex(text, r"⚠️ \d+ of 102 packages and files with findings are shown")
        self.assertEqual(text.count("<details>"), text.count("</details>"))

    def test_gitlab(self):
        text = self.write("gitlab")
        document = json.loads(text)
        self.assertLess(len(text.encode()), 10.5e6)
        shown = len(document["vulnerabilities"])
        self.assertTrue(1000 < shown < len(self.findings))
        self.assertTrue(document["scan"]["messages"][0]["value"].startswith(f"{shown} of {len(self.findings)} findings"))
        self.assertEqual([entry["identifiers"][0]["value"] for entry in document["vulnerabilities"]],
                         [item["id"] for item in self.findings[:shown]])

    def test_sarif(self):
        text = self.write("sarif")
        run, = json.loads(text)["runs"]
        self.assertEqual(len(run["results"]), 25000)
        self.assertLessEqual(len(run["tool"]["driver"]["rules"]), 25000)
        self.assertTrue(all(len(rule["properties"]["tags"]) <= 20 for rule in run["tool"]["driver"]["rules"]))
        self.assertTrue(all(len(result["locations"]) <= 1000 for result in run["results"]))
        self.assertLess(len(gzip.compress(text.encode(), 6)), 10e6)
        told = [item["message"]["text"] for item in run["invocations"][0]["toolExecutionNotifications"]]
        self.assertTrue(any(item.startswith(f"25000 of {len(self.findings)} findings") for item in told), told)


if __name__ == "__main__":
    unittest.main()
