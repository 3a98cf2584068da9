"""What files and configs tell of, in every format: place, what exactly, why and how to mend it; and no secret in clear."""
import csv
import html
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import tomllib
import unittest
import xml.etree.ElementTree as ElementTree

import support
from browser import browse, node
from support import ROOT

ONLY = "secret,config,permission,password"
# A path and texts that mean something in a document unless they are escaped.
HOSTILE = "srv/<img src=x onerror=alert(1)>|@user `#1`.env"


def token():
    """A rule's own example."""
    with open(os.path.join(ROOT, "data/secrets/code-hosting.toml"), "rb") as file:
        return next(entry for entry in tomllib.load(file)["secret"]
                    if entry["id"] == "github-personal-access-token")["examples"][0].replace("§", "")


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.secret = re.search(r"gh[a-z]_\w+", token()).group()
        line = f"# first\nTOKEN={cls.secret}\n"
        layers = [support.layer([*support.debian(bash="5.2.15-2"),
                                 {"path": "app/.env", "text": line + f"\nAGAIN={cls.secret}\n"},
                                 {"path": HOSTILE, "text": line},
                                 {"path": "etc/shadow", "text": "app::1::::::\n"},
                                 {"path": "usr/local/bin/tool", "text": "x", "mode": "4755"}]),
                  support.layer([{"path": "app/.wh..env"}])]
        cls.image = support.docker_archive(os.path.join(cls.folder, "app.tar"), layers, name="acme/app:1.0",
                                           config=support.config_of(layers, config={"Env": ["PATH=/bin"]}))
        cls.findings = json.loads(cls.write("json"))["findings"]

    @classmethod
    def write(cls, form, *words):
        done = support.plimsoll("scan", "--only", ONLY, "--format", form, *words, cls.image)
        assert done.returncode == 0, (done.returncode, done.stderr)
        return done.stdout

    def of(self, kind):
        return [found for found in self.findings if found["kind"] == kind]


class Every(Case):
    def test_the_image_has_all_kinds(self):
        self.assertEqual({found["kind"] for found in self.findings}, set(ONLY.split(",")))
        self.assertTrue(all(found["mend"] and found["title"] for found in self.findings))
        self.assertEqual(len([found for found in self.of("secret") if found["path"] == "app/.env" and found["removed"]]), 1)

    def test_no_format_shows_the_secret(self):
        for form in ("table", "json", "sarif", "csv", "junit", "gitlab", "markdown", "html", "cyclonedx", "spdx", "github"):
            self.assertNotIn(self.secret, self.write(form), form)

    def test_bills_of_materials_have_nothing_of_them(self):
        for form in ("cyclonedx", "cyclonedx-xml", "spdx", "spdx@3.0", "spdx-tv", "github"):
            text = self.write(form)
            self.assertIn("bash", text)
            self.assertNotIn("github-personal-access-token", text)
            self.assertNotIn("app/.env", text)


class Csv(Case):
    def test_columns(self):
        rows = list(csv.DictReader(io.StringIO(self.write("csv"), newline=""), strict=True))
        self.assertEqual(len(rows), len(self.findings))
        for row, found in zip(rows, self.findings):
            self.assertEqual((row["kind"], row["id"], row["path"], row["line"], row["excerpt"], row["mend"]),
                             (found["kind"], found["id"], found["path"] or "", str(found["line"] or ""),
                              found.get("excerpt", ""), found["mend"]))
        self.assertEqual(list(rows[0]).index("fingerprint"), 30)
        self.assertEqual([row["removed"] for row in rows if row["path"] == "app/.env"], ["yes"])


class Junit(Case):
    def test_cases(self):
        root = ElementTree.fromstring(self.write("junit"))
        cases = {suite.attrib["name"]: suite.findall("testcase") for suite in root}
        for kind in ONLY.split(","):
            self.assertEqual(len(cases[kind]), len(self.of(kind)))
            for case, found in zip(cases[kind], self.of(kind)):
                self.assertEqual((case.get("file"), case.get("line")), (found["path"], str(found["line"]) if found["line"] else None))
                failure, = case.findall("failure")
                self.assertEqual(failure.get("message"), f"{found['title']}: {found['mend']}")
                self.assertIn(found.get("excerpt", ""), failure.text)


class Gitlab(Case):
    def test_entries(self):
        entries = json.loads(self.write("gitlab"))["vulnerabilities"]
        self.assertEqual(len({entry["id"] for entry in entries}), len(self.findings))
        for entry, found in zip(entries, self.findings):
            self.assertEqual(entry["solution"], found["mend"])
            self.assertEqual(entry["details"]["kind"]["value"], found["kind"])
            self.assertEqual(entry["details"]["path"]["value"], found["path"])
            self.assertEqual(entry["identifiers"][0]["type"], "plimsoll")
            self.assertIn(found.get("why", found["title"]), entry["description"])
            for link in entry["links"]:
                self.assertRegex(link["url"], "^https://")
            if found.get("excerpt"):
                self.assertEqual(entry["details"]["excerpt"],
                                 {"type": "code", "name": "Excerpt", "value": found["excerpt"]})
                self.assertEqual(entry["details"]["line"]["value"], str(found["line"]))


class Sarif(Case):
    def test_results_and_rules(self):
        run, = json.loads(self.write("sarif"))["runs"]
        rules = run["tool"]["driver"]["rules"]
        self.assertEqual(len(run["results"]), len(self.findings))
        levels = {"critical": "error", "high": "error", "medium": "warning", "unknown": "warning", "low": "note", "negligible": "note"}
        for result, found in zip(run["results"], self.findings):
            place = result["locations"][0]["physicalLocation"]
            self.assertEqual(place["region"]["startLine"], found["line"] or 1)
            self.assertEqual(place["region"].get("startColumn"), found.get("column") if found["line"] else None)
            self.assertEqual(place["region"].get("snippet"), {"text": found["excerpt"]} if found.get("excerpt") and found["line"] else None)
            self.assertTrue(result["message"]["text"].startswith(found["title"]))
            self.assertEqual(result["level"], levels[found["severity"]])
            self.assertEqual(result["partialFingerprints"], {"plimsoll/v1": found["fingerprint"]})
            rule = rules[result["ruleIndex"]]
            self.assertEqual((rule["id"], rule["shortDescription"]["text"], rule["fullDescription"]["text"]),
                             (found["id"], found["title"], found.get("why", found["title"])))
            self.assertTrue(rule["help"]["text"].startswith(found["mend"]))
            self.assertTrue(rule["help"]["markdown"])
            https = [text for text in found.get("references", []) if text.startswith("https://")]
            self.assertEqual(rule.get("helpUri"), https[0] if https else None)
        self.assertTrue(any("helpUri" in rule for rule in rules))

    def test_validator(self):
        tool = os.path.join(ROOT, "tests/npm/node_modules/.parts/sarif-multitool")
        path = os.path.join(self.folder, "report.sarif")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.write("sarif"))
        done = subprocess.run([tool, "validate", "--rule-kind", "Sarif;Ghas", path], capture_output=True, text=True, check=False,
                              env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"})
        self.assertIn("files scanned", done.stdout + done.stderr)
        self.assertEqual(set(re.findall(r"(?:error|warning) ([A-Z]+\d+)", done.stdout + done.stderr)) - {"SARIF2005"}, set(),
                         done.stdout)


class Markdown(Case):
    def test_sections(self):
        text = self.write("markdown")
        page = node("""const md = require("markdown-it")({ html: true, linkify: true });
            console.log(JSON.stringify(md.render(%s)));""" % json.dumps(text))
        self.assertEqual(re.findall(r"<h4>(.*?)</h4>", page),
                         [f"{head} ({len(self.of(kind))})" for head, kind in (
                             ("Secrets", "secret"), ("Passwords", "password"), ("Permissions", "permission"), ("Configuration", "config"))])
        self.assertNotIn("<img", page)
        shown = html.unescape(re.sub("<[^>]*>", "", page))
        self.assertNotIn("@user", shown)  # would be a mention
        shown = shown.replace("\u200b", "")
        self.assertIn(HOSTILE + ":2", shown)
        for found in self.findings:
            self.assertIn(found["title"], shown)
            self.assertIn(found.get("excerpt", ""), shown)
            self.assertIn(found["mend"].split(" ")[0], shown)
        for table in re.findall("<table>.*?</table>", page, re.S)[1:]:  # the first has the counts
            self.assertEqual({row.count("<t") - 1 for row in re.findall("<tr>.*?</tr>", table, re.S)}, {2}, table)
        self.assertIn("#### 密钥", self.write("markdown", "--lang", "zh"))

    def test_a_comment_is_never_too_long(self):
        names = [f"srv/{number:04}-{'x' * 60}/.env" for number in range(3000)]
        image = support.docker_archive(os.path.join(self.folder, "many.tar"), [support.layer(
            [{"path": name, "text": "x", "mode": "4755"} for name in names])])
        done = support.plimsoll("scan", "--only", "permission", "--format", "markdown", image)
        self.assertLessEqual(len(done.stdout.encode("utf-16-le")) // 2, 65536)
        self.assertIn("more places", done.stdout)


class Html(Case):
    def page(self, *words):
        path = os.path.join(self.folder, "page.html")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.write("html", *words))
        return path

    def test_sections_without_a_script(self):
        seen, said, _ = browse(self.page(), """
            const page = await open({ javaScriptEnabled: false });
            return { kinds: await page.locator("section.files").evaluateAll((all) => all.map((one) => one.dataset.kind)),
              text: (await page.locator("section.files").allTextContents()).join("\\n"), images: await page.locator("img").count(),
              rows: await page.locator("#findings tbody tr").allTextContents() };""")
        self.assertEqual((said, seen["images"]), ([], 0))
        self.assertEqual(seen["kinds"], ["secret", "password", "permission", "config"])
        self.assertIn(HOSTILE + ":2", seen["text"])
        for found in self.findings:
            for text in (found["title"], found["mend"], found.get("excerpt", ""), found.get("detail", "")):
                self.assertIn(text, seen["text"])
        self.assertEqual(len(seen["rows"]), len(self.findings))

    def test_filters_and_details(self):
        seen, said, asked = browse(self.page(), """
            const page = await open(), seen = {};
            seen.kinds = await page.locator("select[name=kind] option").allInnerTexts();
            await page.selectOption("select[name=kind]", { label: "secret" });
            seen.rows = await page.locator("#panel-findings tr.row").count();
            await page.locator("#panel-findings tr.row").first().click();
            seen.detail = await page.locator("#panel-findings tr.detail").first().innerText();
            await page.fill("#search", "no such thing");
            await page.waitForFunction(() => !document.querySelector("#panel-findings tr.row"));
            return seen;""")
        self.assertEqual((said, len(asked)), ([], 1))
        self.assertEqual(set(seen["kinds"]), {"all", "secret", "configuration", "permission", "password"})
        self.assertEqual(seen["rows"], len(self.of("secret")))
        found = self.of("secret")[0]
        for text in (found["excerpt"], found["mend"], f"{found['path']}:{found['line']}"):
            self.assertIn(text, seen["detail"])

    def test_chinese(self):
        seen, said, _ = browse(self.page("--lang", "zh"), """
            const page = await open();
            const titles = () => page.locator("#panel-findings tr.row td:last-child").allInnerTexts();
            const chinese = await titles();
            await page.click("#languages button[lang=en]");
            return { chinese, english: await titles() };""")
        self.assertEqual(said, [])
        self.assertTrue(all(re.search("[\u4e00-\u9fff]", text) for text in seen["chinese"]), seen["chinese"])
        for text, found in zip(seen["english"], self.findings):
            self.assertTrue(text.startswith(found["title"]), text)


class Template(Case):
    def test_members(self):
        path = os.path.join(self.folder, "lines.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write("{{#findings}}{{kind}}\t{{line}}\t{{{excerpt}}}\t{{{detail}}}\t{{{mend}}}\t{{#references}}{{.}} {{/references}}\n{{/findings}}")
        want = [[found["kind"], str(found["line"] or ""), found.get("excerpt", ""), found.get("detail", ""), found["mend"],
                 "".join(text + " " for text in found.get("references", []))] for found in self.findings]
        self.assertEqual([line.split("\t") for line in self.write("template=" + path).splitlines()], want)


if __name__ == "__main__":
    unittest.main()
