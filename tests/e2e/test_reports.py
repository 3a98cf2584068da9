"""Reports: the contract's members, SARIF 2.1.0 and CycloneDX 1.6 by their schemas' rules, tables in columns."""
import json
import os
import re
import shutil
import tempfile
import unicodedata
import unittest

import support
from support import ROOT, docker_archive, layer

DIGEST = r"sha256:[0-9a-f]{64}"
SEVERITIES = ["critical", "high", "medium", "low", "negligible", "unknown"]

OSV = {
    "id": "ALSA-2024:0001", "modified": "2024-01-02T00:00:00Z", "published": "2024-01-01T00:00:00Z",
    "related": ["CVE-2024-0001", "CVE-2024-0002"], "summary": "Important: 测试 security update",
    "affected": [{"package": {"ecosystem": "AlmaLinux:9", "name": "bash"},
                  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "5.1.8-9.el9"}]}]}],
}
NVD = {"resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE", "version": "2.0",
       "timestamp": "2024-02-01T00:00:00.000",
       "vulnerabilities": [{"cve": {
           "id": "CVE-2024-0001", "published": "2024-01-01T10:00:00.000", "lastModified": "2024-01-05T10:00:00.000",
           "vulnStatus": "Analyzed", "descriptions": [{"lang": "en", "value": "A made-up overflow."}],
           "metrics": {"cvssMetricV31": [{"source": "nvd@nist.gov", "type": "Primary", "cvssData": {
               "version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseScore": 9.8}}]},
           "weaknesses": [{"source": "nvd@nist.gov", "type": "Primary",
                           "description": [{"lang": "en", "value": "CWE-787"}]}]}}]}
KEV = {"catalogVersion": "2024.02.01", "dateReleased": "2024-02-01T00:00:00Z", "count": 1, "vulnerabilities": [
    {"cveID": "CVE-2024-0001", "dateAdded": "2024-01-20", "knownRansomwareCampaignUse": "Known"}]}
EPSS = "#model_version:v2025.03.14,score_date:2024-02-01T00:00:00Z\ncve,epss,percentile\nCVE-2024-0001,0.5,0.97\n"


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.database = os.path.join(cls.folder, "db")
        paths = []
        for name, data in (("osv.json", json.dumps(OSV)), ("nvd.json", json.dumps(NVD)), ("kev.json", json.dumps(KEV)),
                           ("epss.csv", EPSS)):
            paths.append(os.path.join(cls.folder, name))
            with open(paths[-1], "w", encoding="utf-8") as file:
                file.write(data)
        done = support.plimsoll("db", "import", "--db", cls.database, *paths, os.path.join(ROOT, "data/snapshot/debian.json.xz"))
        assert done.returncode == 0, done.stderr
        cls.alma = docker_archive(os.path.join(cls.folder, "alma.tar"), [layer([
            {"path": "etc/os-release", "text": 'ID=almalinux\nVERSION_ID="9.4"\nPRETTY_NAME="AlmaLinux 9.4"\n'},
            {"path": "opt/x", "text": ""}])], name="registry.example/app:1")
        cls.debian = docker_archive(os.path.join(cls.folder, "debian.tar"), [layer(
            support.debian(apache2="2.4.1-1", openssl="1.0", bash="1"))], name="app:2")

    def scan(self, image, form, *words, **more):
        done = support.plimsoll("scan", "--db", self.database, "--format", form, *words, image, **more)
        self.assertIn(done.returncode, (0, 5), done.stderr)
        return done.stdout


class Json(Case):
    def check_package(self, package, index):
        self.assertEqual(package["ref"], index)
        for key, kind in (("type", str), ("name", str), ("version", str), ("purl", str), ("cataloger", str)):
            self.assertIsInstance(package[key], kind)
        self.assertRegex(package["purl"], r"^pkg:deb/debian/[a-z0-9]+@[^?]+\?arch=amd64&distro=debian-12$")
        self.assertIsInstance(package["licenses"], list)
        self.assertTrue(package["paths"])
        self.assertRegex(package["layer"], DIGEST)
        self.assertIsNone(package["in_use"])
        self.assertEqual(set(package["source"]), {"name", "version"})

    def test_members(self):
        text = self.scan(self.debian, "json")
        document = json.loads(text)
        self.assertEqual(list(document), ["schema", "complete", "generator", "target", "packages", "findings", "diagnostics",
                                          "summary"])
        self.assertEqual(document["schema"], "plimsoll.report/1")
        self.assertIs(document["complete"], True)
        database = document["generator"]["database"]
        self.assertRegex(database["built"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertGreater(database["advisories"], 0)
        self.assertIn("kev", [feed["name"] for feed in database["feeds"]])
        target = document["target"]
        self.assertEqual(target["name"], "app:2")
        self.assertEqual(target["os"]["end_of_life"], "2028-06-30")
        self.assertRegex(target["image_id"], DIGEST)
        for index, package in enumerate(document["packages"]):
            self.check_package(package, index)
        self.assertGreater(len(document["findings"]), 3)
        for finding in document["findings"]:
            self.check_finding(finding, document)
        counts = document["summary"]
        self.assertEqual(counts["packages"], 3)
        self.assertEqual(counts["by_kind"]["vulnerability"], len(document["findings"]))
        self.assertEqual(sum(counts["by_severity"].values()), len(document["findings"]))
        self.assertEqual(counts["fixable"], sum(1 for item in document["findings"] if item["fixed"]))

    def check_finding(self, finding, document):
        self.assertEqual(finding["kind"], "vulnerability")
        self.assertRegex(finding["id"], r"^CVE-\d{4}-\d{4,}$")
        self.assertIn(finding["severity"], SEVERITIES)
        self.assertTrue(0 <= finding["risk"] <= 100)
        self.assertEqual(finding["installed"], document["packages"][finding["package"]]["version"])
        self.assertIn(finding["status"], ["fixed", "affected", "wont-fix", "deferred", "under-investigation", "end-of-life"])
        self.assertEqual(finding["status"] == "fixed", finding["fixed"] is not None)
        self.assertEqual(set(finding["match"]), {"feed", "advisories", "scheme", "range", "by"})
        self.assertEqual((finding["match"]["scheme"], finding["match"]["by"]), ("deb", "source"))
        self.assertIsNone(finding["suppressed"])
        self.assertRegex(finding["fingerprint"], r"^[0-9a-f]{32}$")

    def test_order(self):
        findings = json.loads(self.scan(self.debian, "json"))["findings"]
        keys = [(SEVERITIES.index(item["severity"]), item["id"], item["package"], item["path"]) for item in findings]
        self.assertEqual(keys, sorted(keys))
        self.assertEqual(len(set((item["id"], item["package"]) for item in findings)), len(findings))

    def test_fingerprints_survive_tag_version_and_layers(self):
        first = {item["fingerprint"] for item in json.loads(self.scan(self.debian, "json"))["findings"]}
        other = docker_archive(os.path.join(self.folder, "other.tar"), [layer([]), layer(
            support.debian(apache2="2.4.1-2", openssl="1.0.1", bash="2"))], name="app:3")
        again = {item["fingerprint"] for item in json.loads(self.scan(other, "json"))["findings"]}
        self.assertEqual(first, again)

    def test_severity_filter(self):
        findings = json.loads(self.scan(self.debian, "json", "--severity", "negligible,high"))["findings"]
        self.assertTrue(findings)
        self.assertLessEqual({item["severity"] for item in findings}, {"negligible", "high"})


ALMA = {"path": "etc/os-release", "text": 'ID=almalinux\nVERSION_ID="9.4"\nPRETTY_NAME="AlmaLinux 9.4"\n'}


class Rpm(Case):
    """Findings of an rpm system, with everything that NVD, KEV and EPSS know."""

    def image(self, headers, **more):
        main, journal = support.rpm_database(os.path.join(tempfile.mkdtemp(dir=self.folder), "rpmdb.sqlite"), headers, **more)
        entries = [ALMA, {"path": "var/lib/rpm/rpmdb.sqlite", "bytes": main}]
        if journal:
            entries.append({"path": "var/lib/rpm/rpmdb.sqlite-wal", "bytes": journal})
        return docker_archive(os.path.join(self.folder, "rpm.tar"), [layer(entries)], name="registry.example/app:1")

    def test_all_sources_meet(self):
        image = self.image([support.rpm_header("bash", "5.1.8", "6.el9"), support.rpm_header("gpg-pubkey", "1", "2"),
                            support.rpm_header("zlib", "1.2.11", "40.el9", epoch=1)])
        document = json.loads(self.scan(image, "json"))
        self.assertEqual(support.names(document), ["bash 5.1.8-6.el9", "zlib 1:1.2.11-40.el9"])
        self.assertTrue(document["complete"])
        known, other = document["findings"]
        self.assertEqual((known["id"], other["id"]), ("CVE-2024-0001", "CVE-2024-0002"))
        self.assertEqual(known["fixed"], "5.1.8-9.el9")
        self.assertEqual(known["severity"], "high")  # the distribution's word, not NVD's
        self.assertEqual(known["match"]["advisories"], ["ALSA-2024:0001"])
        self.assertEqual((known["match"]["scheme"], known["match"]["by"]), ("rpm", "binary"))
        self.assertEqual(known["cvss"], [{"version": "3.1", "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                                          "score": 9.8, "source": "nvd@nist.gov"}])
        self.assertEqual(known["epss"], {"score": 0.5, "percentile": 0.97})
        self.assertEqual(known["kev"], {"added": "2024-01-20", "ransomware": True})
        self.assertEqual(known["cwes"], ["CWE-787"])
        self.assertEqual(known["risk"], 89)
        self.assertIsNone(other["kev"])

    def test_rows_in_the_journal(self):
        image = self.image([support.rpm_header("bash", "5.1.8", "6.el9")], wal=True)
        document = json.loads(self.scan(image, "json"))
        self.assertEqual(support.names(document), ["bash 5.1.8-6.el9"])
        self.assertEqual(len(document["findings"]), 2)

    def test_journal_of_a_folder(self):
        folder = tempfile.mkdtemp(dir=self.folder)
        main, journal = support.rpm_database(os.path.join(tempfile.mkdtemp(dir=self.folder), "rpmdb.sqlite"),
                                             [support.rpm_header("bash", "5.1.8", "6.el9")], wal=True)
        self.assertTrue(journal)
        support.write_folder(folder, {"etc/os-release": ALMA["text"].encode(), "usr/lib/sysimage/rpm/rpmdb.sqlite": main,
                                      "usr/lib/sysimage/rpm/rpmdb.sqlite-wal": journal})
        os.makedirs(os.path.join(folder, "var/lib"))
        os.symlink("../../usr/lib/sysimage/rpm", os.path.join(folder, "var/lib/rpm"))
        document, _ = support.report("sbom", "dir:" + folder)
        self.assertEqual(support.names(document), ["bash 5.1.8-6.el9"])

    def test_fixed(self):
        image = self.image([support.rpm_header("bash", "5.1.8", "9.el9")])
        self.assertEqual(json.loads(self.scan(image, "json"))["findings"], [])

    def test_no_database_is_not_clean(self):
        document = json.loads(self.scan(self.alma, "json"))
        self.assertFalse(document["complete"])
        self.assertEqual(document["findings"], [])


class Sarif(Case):
    def test_structure(self):
        document = json.loads(self.scan(self.debian, "sarif"))
        self.assertEqual(document["version"], "2.1.0")
        self.assertTrue(document["$schema"].endswith("sarif-2.1.0.json"))
        self.assertEqual(len(document["runs"]), 1)
        run = document["runs"][0]
        driver = run["tool"]["driver"]
        self.assertEqual(driver["name"], "plimsoll")
        rules = [rule["id"] for rule in driver["rules"]]
        self.assertEqual(len(rules), len(set(rules)))
        for rule in driver["rules"]:
            self.assertTrue(rule["shortDescription"]["text"])
            self.assertIn(rule["defaultConfiguration"]["level"], ("none", "note", "warning", "error"))
            self.assertRegex(rule["properties"]["security-severity"], r"^\d+\.\d$")
            self.assertLessEqual(len(rule["properties"]["tags"]), 20)
        self.assertGreater(len(run["results"]), 3)
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]], result["ruleId"])
            self.assertTrue(result["message"]["text"])
            place = result["locations"][0]["physicalLocation"]
            self.assertFalse(place["artifactLocation"]["uri"].startswith("/"))
            self.assertIn(place["artifactLocation"]["uriBaseId"], run["originalUriBaseIds"])
            self.assertGreaterEqual(place["region"]["startLine"], 1)
            self.assertTrue(result["partialFingerprints"])
        self.assertIs(run["invocations"][0]["executionSuccessful"], True)


class CycloneDx(Case):
    def test_structure(self):
        document = json.loads(self.scan(self.debian, "cyclonedx"))
        self.assertEqual((document["bomFormat"], document["specVersion"], document["version"]), ("CycloneDX", "1.6", 1))
        self.assertRegex(document["serialNumber"], r"^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
        refs = [item["bom-ref"] for item in document["components"]] + [document["metadata"]["component"]["bom-ref"]]
        refs += [item["bom-ref"] for item in document["vulnerabilities"]]
        self.assertEqual(len(refs), len(set(refs)))
        for component in document["components"]:
            self.assertIn(component["type"], ("library", "operating-system"))
            self.assertTrue(component["name"])
        self.assertEqual(len([item for item in document["components"] if item["type"] == "library"]), 3)
        ids = [item["id"] for item in document["vulnerabilities"]]
        self.assertEqual(len(ids), len(set(ids)))
        for item in document["vulnerabilities"]:
            for rating in item["ratings"]:
                self.assertIn(rating["severity"], ("critical", "high", "medium", "low", "info", "none", "unknown"))
                self.assertIn(rating.get("method", "CVSSv31"), ("CVSSv2", "CVSSv3", "CVSSv31", "CVSSv4"))
            for affected in item["affects"]:
                self.assertIn(affected["ref"], refs)
                self.assertIn(affected["versions"][0]["status"], ("affected", "unaffected", "unknown"))
            self.assertTrue(all(isinstance(cwe, int) for cwe in item["cwes"]))
        for dependency in document["dependencies"]:
            for ref in dependency["dependsOn"]:
                self.assertIn(ref, refs)

    def test_sbom_has_no_vulnerabilities(self):
        done = support.plimsoll("sbom", "--format", "cyclonedx", self.debian)
        self.assertNotIn("vulnerabilities", json.loads(done.stdout))


def columns(text):
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def on_terminal(words, width, env=None):
    """What the program prints on a terminal of that width."""
    import fcntl
    import pty
    import struct
    import subprocess
    import termios
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    child = subprocess.Popen([support.PROGRAM, *words], stdout=theirs, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                             env={**os.environ, "TERM": "xterm", **(env or {})})
    os.close(theirs)
    out = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        out += part
    child.wait()
    os.close(ours)
    return out.decode("utf-8").replace("\r\n", "\n")


class Table(Case):
    def test_plain_when_piped(self):
        text = self.scan(self.debian, "table")
        self.assertNotIn("\033", text)
        self.assertIn("app:2 (docker-archive, linux/amd64)", text)
        self.assertRegex(text, r"\d+ with a fix")
        self.assertRegex(text, r"(?m)^SEVERITY +RISK +ID +PACKAGE +INSTALLED +FIXED IN")
        for finding in json.loads(self.scan(self.debian, "json"))["findings"]:
            self.assertIn(finding["id"], text)

    def test_widths(self):
        for lang in ("en", "zh"):
            for width in (60, 80, 120, 160):
                text = on_terminal(["scan", "--db", self.database, "--lang", lang, self.debian], width)
                plain = re.sub("\033\\[[0-9;]*m", "", text)
                rows = [line for line in plain.split("\n") if "CVE-" in line]
                self.assertGreater(len(rows), 3)
                for line in rows:
                    self.assertLessEqual(columns(line), width, line)
                starts = {columns(line[:line.index("CVE-")]) for line in rows}
                self.assertEqual(len(starts), 1, "ids stand below one another")

    def test_colours(self):
        words = ["scan", "--db", self.database, self.debian]
        self.assertIn("\033[", on_terminal(words, 80))
        self.assertNotIn("\033[", on_terminal(words, 80, {"NO_COLOR": "1"}))
        self.assertNotIn("\033[", on_terminal(words, 80, {"TERM": "dumb"}))

    def test_terminals_never_see_escapes_of_the_image(self):
        evil = docker_archive(os.path.join(self.folder, "evil.tar"), [layer(
            [{"path": "etc/os-release", "text": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="a\033[2Jb"\n'},
             {"path": "var/lib/dpkg/status", "text": support.status(bash="1")}])], name="x\033]0;y\007:1")
        text = self.scan(evil, "table")
        self.assertNotIn("\033", text)
        self.assertNotIn("\007", text)

    def test_chinese(self):
        text = self.scan(self.debian, "table", "--lang", "zh")
        self.assertRegex(text, "[一-鿿]{2}")
        english = json.loads(self.scan(self.debian, "json"))
        self.assertEqual(json.loads(self.scan(self.debian, "json", env={"LC_ALL": "zh_CN.UTF-8"})), english)


class Outputs(Case):
    def test_several_formats_at_once(self):
        sarif, bom = os.path.join(self.folder, "a.sarif"), os.path.join(self.folder, "b.json")
        text = self.scan(self.debian, "table", "--format", "sarif=" + sarif, "--format", "cyclonedx=" + bom)
        self.assertIn("SEVERITY", text)
        for path in (sarif, bom):
            with open(path, encoding="utf-8") as file:
                json.load(file)

    def test_full_disk(self):
        done = support.plimsoll("scan", "--db", self.database, "--format", "json=/dev/full", self.debian)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("/dev/full", done.stderr)
        with open("/dev/full", "w", encoding="utf-8") as full:
            import subprocess
            done = subprocess.run([support.PROGRAM, "scan", "--db", self.database, "--format", "json", self.debian],
                                  stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 3)
        self.assertIn("No space left", done.stderr)


if __name__ == "__main__":
    unittest.main()
