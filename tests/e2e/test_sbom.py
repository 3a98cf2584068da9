"""Bills of materials: what goes out comes in again as the same findings; documents of other programs are read; damaged
ones say what is wrong with them."""
import gzip
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import support
from support import ROOT, docker_archive, layer

FORMATS = ("json", "cyclonedx@1.6", "cyclonedx@1.7", "cyclonedx-xml@1.6", "cyclonedx-xml@1.7",
           "spdx@2.3", "spdx@3.0", "spdx-tv")
TRACKER = {
    "openssl": {"CVE-2024-1001": {"releases": {"bookworm": {
        "status": "resolved", "fixed_version": "3.0.11-1", "repositories": {"bookworm": "3.0.11-1"}, "urgency": "high"}}}},
    "python-requests": {"CVE-2024-1002": {"releases": {"bookworm": {
        "status": "resolved", "fixed_version": "2.0.0-1", "repositories": {"bookworm": "2.0.0-1"}, "urgency": "medium"}}}},
    "glibc": {"CVE-2024-1003": {"releases": {"bookworm": {
        "status": "open", "repositories": {"bookworm": "2.36-9"}, "urgency": "low"}}}}}
SECDB = {"distroversion": "v3.19", "reponame": "main", "urlprefix": "https://example.invalid", "packages": [
    {"pkg": {"name": "openssl", "secfixes": {"3.1.4-r1": ["CVE-2024-1001"]}}}]}


def osv(number, ecosystem, name, fixed, kind="ECOSYSTEM"):
    return {"id": number, "modified": "2024-01-01T00:00:00Z", "summary": "made up",
            "affected": [{"package": {"ecosystem": ecosystem, "name": name},
                          "ranges": [{"type": kind, "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}


RECORDS = [
    {**osv("ALSA-2024:1001", "AlmaLinux:9", "bash", "1:5.1.8-9.el9"), "related": ["CVE-2024-1004"]},
    {**osv("GHSA-aaaa-bbbb-cccc", "npm", "@scope/Legacy", "2.0.0"), "aliases": ["CVE-2024-1005"]},
    {**osv("PYSEC-2024-1", "PyPI", "requests", "2.0.1"), "aliases": ["CVE-2024-1002"]},
    {**osv("GO-2024-0001", "Go", "github.com/BurntSushi/toml", "1.0.0"), "aliases": ["CVE-2024-1006"]},
    {**osv("RUSTSEC-2024-0001", "crates.io", "smallvec", "1.0.0"), "aliases": ["CVE-2024-1007"]},
    {**osv("GHSA-dddd-bbbb-cccc", "Maven", "org.example:thing", "1.5"), "aliases": ["CVE-2024-1008"]},
    osv("GHSA-eeee-bbbb-cccc", "Packagist", "vendor/lib", "3.0.0"),
    osv("GHSA-ffff-bbbb-cccc", "npm", "left-pad", "9.0.0"),
]
STANZA = "Package: {}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {}\nSource: {}\nMaintainer: Some One <a@b.c>\n\n"
SITE = "usr/lib/python3/dist-packages/requests-2.0.0.dist-info/METADATA"
METADATA = "Metadata-Version: 2.1\nName: Requests\nVersion: 2.0.0\nLicense: Apache 2.0\n\n"
DEBIAN = [
    {"path": "etc/os-release", "text": support.DEBIAN},
    {"path": "var/lib/dpkg/status", "text": STANZA.format("libssl3", "3.0.9-1", "openssl") + STANZA.format(
        "python3-requests", "2.0.0-1", "python-requests") + STANZA.format("libc6", "2.36-9+b1", "glibc (2.36-9)")},
    {"path": "var/lib/dpkg/info/python3-requests.list", "text": f"/.\n/{SITE}\n"}, {"path": SITE, "text": METADATA}]
ALPINE = [
    {"path": "etc/os-release", "text": 'ID=alpine\nVERSION_ID=3.19.1\nPRETTY_NAME="Alpine Linux v3.19"\n'},
    {"path": "lib/apk/db/installed", "text": "P:libcrypto3\nV:3.1.4-r0\nA:x86_64\no:openssl\nL:Apache-2.0\nT:x <y> & \"z\"\n\n"
     "P:musl\nV:1.2.4-r2\nA:x86_64\no:musl\nL:MIT\n\n"}]
LANGUAGES = [
    {"path": "app/package-lock.json", "text": json.dumps({"name": "app", "lockfileVersion": 3, "packages": {
        "": {"name": "app"},
        "node_modules/@scope/Legacy": {"version": "1.0.0", "license": "MIT", "dependencies": {"left-pad": "1"},
                                       "integrity": "sha512-" + "A" * 86 + "=="},
        "node_modules/left-pad": {"version": "1.3.0", "dev": True}}})},
    {"path": "app/go.mod", "text": "module example.org/app\n\ngo 1.21\n\nrequire github.com/BurntSushi/toml v0.3.1\n"},
    {"path": "app/Cargo.lock", "text": 'version = 3\n\n[[package]]\nname = "smallvec"\nversion = "0.6.0"\n'
     'source = "registry+https://example.invalid/index"\n'},
    {"path": "app/gradle.lockfile", "text": "org.example:thing:1.4=runtimeClasspath\nempty=\n"},
    {"path": "app/composer.lock", "text": json.dumps({"packages": [{"name": "vendor/lib", "version": "2.1.0"}],
                                                      "packages-dev": []})}]


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        feeds = os.path.join(cls.folder, "feeds")
        files = {"tracker.json": json.dumps(TRACKER).encode(), "alpine.json": json.dumps(SECDB).encode()}
        files.update({f"osv{i}.json": json.dumps(record).encode() for i, record in enumerate(RECORDS)})
        support.write_folder(feeds, files)
        cls.database = os.path.join(cls.folder, "db")
        done = support.plimsoll("db", "import", "--db", cls.database, feeds)
        assert done.returncode == 0, done.stderr

    def image(self, name, *layers):
        return docker_archive(os.path.join(self.folder, name), [layer(entries) for entries in layers],
                              name="registry.example:5000/team/app:1")

    def images(self):
        path = os.path.join(self.folder, "rpmdb.sqlite")
        if os.path.exists(path):
            os.remove(path)
        database, _ = support.rpm_database(path, [
            support.rpm_header("bash", "5.1.8", "6.el9", epoch=1),
            support.rpm_header("zlib", "1.2.11", "40.el9", module="shells:9:1:x")])
        return {
            "debian": self.image("debian.tar", DEBIAN, [{"path": "opt/x", "text": "y"}]),
            "alpine": self.image("alpine.tar", ALPINE),
            "languages": self.image("languages.tar", DEBIAN[:2], LANGUAGES),
            "rpm": self.image("rpm.tar", [
                {"path": "etc/os-release", "text": 'ID=almalinux\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n'
                                                   'PRETTY_NAME="AlmaLinux 9.4"\n'},
                {"path": "var/lib/rpm/rpmdb.sqlite", "bytes": database}])}

    def scan(self, target, *words, code=(0, 5)):
        document, done = support.report("scan", "--db", self.database, *words, target)
        self.assertIn(done.returncode, code, done.stderr)
        self.assertIsNotNone(document, done.stderr)
        return document

    def write(self, name, document):
        path = os.path.join(self.folder, name)
        data = document if isinstance(document, bytes) else (
            document if isinstance(document, str) else json.dumps(document)).encode()
        with open(path, "wb") as file:
            file.write(data)
        return path

    def convert(self, target, form, name="bom"):
        done = support.plimsoll("sbom", "--format", form, target)
        self.assertIn(done.returncode, (0, 5), done.stderr)
        return self.write(name, done.stdout)


def told(document, details=False):
    """What a scan of a bill of materials owes: findings and packages; who needs whom, and hashes, only bills have."""
    packages = [{key: value for key, value in package.items()
                 if key != "ref" and (details or key not in ("depends_on", "hashes"))} for package in document["packages"]]
    return {"findings": document["findings"], "packages": packages, "os": document["target"]["os"],
            "layers": document["target"]["layers"], "name": document["target"]["name"],
            "image_id": document["target"]["image_id"], "platform": document["target"]["platform"],
            "complete": document["complete"], "summary": document["summary"]}


class RoundTrips(Case):
    maxDiff = 4000

    def test_every_format(self):
        for name, image in self.images().items():
            first = self.scan(image)
            self.assertTrue(first["findings"], name)
            for form in FORMATS:
                with self.subTest(image=name, form=form):
                    second = self.scan(self.convert(image, form))
                    self.assertEqual(second["target"]["kind"], "sbom")
                    for key, value in told(first).items():
                        self.assertEqual(told(second)[key], value, key)
                    bills = [json.loads(support.plimsoll("sbom", "--format", "json", target).stdout)
                             for target in (image, os.path.join(self.folder, "bom"))]
                    self.assertEqual(*(told(bill, True)["packages"] for bill in bills))

    def test_from_format_to_format(self):
        image = self.images()["languages"]
        first, path = self.scan(image), image
        for i, form in enumerate(FORMATS):
            path = self.convert(path, form, f"bom{i}")
        self.assertEqual(told(self.scan("sbom:" + path)), told(first))

    def test_the_same_bytes_again(self):
        image = self.images()["debian"]
        for form in FORMATS:
            one, two = (support.plimsoll("sbom", "--format", form, image, env={"SOURCE_DATE_EPOCH": "1700000000"}).stdout
                        for _ in range(2))
            self.assertEqual(one, two)
            path = self.write("bom", gzip.compress(one.encode()))
            self.assertEqual(told(self.scan(path)), told(self.scan(image)))

    def test_an_incomplete_scan_stays_incomplete(self):
        image = self.image("broken.tar", DEBIAN, [{"path": "app/package-lock.json", "text": "{"}])
        first = self.scan(image, code=(5,))
        problem = next(item["message"] for item in first["diagnostics"] if item["level"] == "error")
        for form in FORMATS:
            second = self.scan(self.convert(image, form), code=(5,))
            self.assertIs(second["complete"], False)
            self.assertTrue(any("incomplete scan" in item["message"] and problem in item["message"]
                                for item in second["diagnostics"]), (form, second["diagnostics"]))


NPM = os.path.join(ROOT, "tests/npm")
MODULES = os.path.join(NPM, "node_modules")
SCHEMAS = os.path.join(MODULES, "@cyclonedx/cyclonedx-library/res/schema")


def node(script, *words, **more):
    return subprocess.run(["node", script, *words], capture_output=True, text=True, timeout=300, check=False, **more)


class Validators(Case):
    """Each output is held against its schema, or against what its specification asks for."""

    def documents(self, form):
        for name, image in self.images().items():
            for words in (("sbom",), ("scan", "--show-suppressed", "--db", self.database)):
                done = support.plimsoll(*words, "--format", form, image)
                self.assertIn(done.returncode, (0, 5), done.stderr)
                yield f"{name}/{words[0]}", self.write("document", done.stdout), done.stdout

    def test_cyclonedx_json(self):
        for version in ("1.6", "1.7"):
            for name, path, text in self.documents("cyclonedx@" + version):
                done = node(os.path.join(NPM, "validate.js"), path)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(json.loads(done.stdout), [], name)
                self.assertEqual(json.loads(text)["specVersion"], version)

    def test_the_validator_refuses(self):
        path = self.write("bad", {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "nothing"}]})
        done = node(os.path.join(NPM, "validate.js"), path)
        self.assertNotEqual(json.loads(done.stdout), [])

    def test_cyclonedx_xml(self):
        for version in ("1.6", "1.7"):
            for name, path, _ in self.documents("cyclonedx-xml@" + version):
                done = subprocess.run(["xmllint", "--noout", "--nonet", "--schema",
                                       os.path.join(SCHEMAS, f"bom-{version}.SNAPSHOT.xsd"), path],
                                      capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, (name, done.stderr[:2000]))

    def test_spdx_expressions(self):
        for name, path, _ in self.documents("spdx"):
            done = node(os.path.join(NPM, "validate.js"), path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout), [], name)

    def test_spdx_3(self):
        for name, path, text in self.documents("spdx@3.0"):
            done = node(os.path.join(NPM, "validate.js"), path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout), [], name)
            broken = self.write("bad", text.replace('"software_packageVersion"', '"software_packageVersions"', 1))
            self.assertNotEqual(json.loads(node(os.path.join(NPM, "validate.js"), broken).stdout), [], name)

    def test_spdx_json(self):
        """SPDX 2.3, clauses 6, 7, 10, 11 and 12."""
        for name, _, text in self.documents("spdx"):
            document = json.loads(text)
            for key in ("spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo"):
                self.assertTrue(document[key], (name, key))
            self.assertEqual((document["spdxVersion"], document["dataLicense"]), ("SPDX-2.3", "CC0-1.0"))
            self.assertRegex(document["documentNamespace"], r"^https://[^#\s]+$")
            self.assertRegex(document["creationInfo"]["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            self.assertTrue(all(re.match(r"(Tool|Person|Organization): ", item) for item in document["creationInfo"]["creators"]))
            ids = [item["SPDXID"] for item in document["packages"]] + [document["SPDXID"]]
            self.assertEqual(len(ids), len(set(ids)))
            for package in document["packages"]:
                self.assertRegex(package["SPDXID"], r"^SPDXRef-[A-Za-z0-9.-]+$")
                self.assertTrue(package["name"])
                self.assertEqual(package["downloadLocation"], "NOASSERTION")
                for checksum in package.get("checksums", []):
                    self.assertIn(checksum["algorithm"], ("MD5", "SHA1", "SHA256", "SHA384", "SHA512"))
                    self.assertRegex(checksum["checksumValue"], r"^[0-9a-f]{32,128}$")
                for item in package.get("externalRefs", []):
                    self.assertIn((item["referenceCategory"], item["referenceType"]),
                                  (("PACKAGE-MANAGER", "purl"), ("SECURITY", "cpe23Type")))
            for item in document["relationships"]:
                self.assertIn(item["spdxElementId"], ids)
                self.assertIn(item["relatedSpdxElement"], ids)
                self.assertIn(item["relationshipType"], ("DESCRIBES", "CONTAINS", "DEPENDS_ON"))
            self.assertEqual(sum(item["relationshipType"] == "DESCRIBES" for item in document["relationships"]), 1)

    def test_spdx_3(self):
        """SPDX 3.0.1, Core and Software: every element has its id once and its creation, every reference leads somewhere."""
        for name, _, text in self.documents("spdx@3.0"):
            document = json.loads(text)
            graph = document["@graph"]
            elements = {item["spdxId"]: item for item in graph if item["type"] != "CreationInfo"}
            self.assertEqual(len(elements), len(graph) - 1, name)
            creation = next(item for item in graph if item["type"] == "CreationInfo")
            self.assertEqual(creation["specVersion"], "3.0.1")
            for key in ("createdBy", "createdUsing"):
                self.assertTrue(all(ref in elements for ref in creation[key]))
            for item in elements.values():
                self.assertEqual(item["creationInfo"], creation["@id"])
                for key in ("from", "subject"):
                    self.assertIn(item.get(key, item["spdxId"]), elements)
                for key in ("to", "rootElement"):
                    self.assertTrue(all(ref in elements for ref in item.get(key, [])), item)
                if item["type"] == "Relationship":
                    self.assertTrue(item["to"])
                    self.assertIn(item["relationshipType"], ("describes", "contains", "dependsOn", "hasDeclaredLicense"))
            self.assertEqual(sum(item["type"] == "SpdxDocument" for item in graph), 1)

    def test_spdx_tag_value(self):
        for _, _, text in self.documents("spdx-tv"):
            lines = re.sub(r"<text>.*?</text>", "<text>", text, flags=re.S).split("\n")
            self.assertEqual(lines[0], "SPDXVersion: SPDX-2.3")
            self.assertTrue(all(not line or re.match(r"[A-Za-z]+: \S", line) for line in lines))

    def test_suppressed_findings_have_an_analysis(self):
        image = self.images()["debian"]
        done = support.plimsoll("scan", "--show-suppressed", "--db", self.database, "--format", "cyclonedx", image)
        found = json.loads(done.stdout)["vulnerabilities"]
        self.assertEqual([item["analysis"]["state"] for item in found if item["id"] == "CVE-2024-1002"], ["false_positive"])
        self.assertTrue(all("analysis" not in item for item in found if item["id"] != "CVE-2024-1002"))


class Others(Case):
    """Documents that other programs wrote."""

    def read(self, document, name="other", code=0):
        report, done = support.report("sbom", self.write(name, document))
        self.assertEqual(done.returncode, code, (done.stderr, report and report["diagnostics"]))
        return report

    def test_npm(self):
        lock = json.load(open(os.path.join(NPM, "package-lock.json"), encoding="utf-8"))
        wanted = {(item.get("name") or re.sub(r".*node_modules/", "", path), item["version"]) for path, item in lock["packages"].items()
                  if path and not item.get("optional")}
        for form in ("cyclonedx", "spdx"):
            done = node(os.path.join(MODULES, "npm/bin/npm-cli.js"), "sbom", "--sbom-format", form, cwd=NPM)
            self.assertEqual(done.returncode, 0, done.stderr)
            report = self.read(done.stdout)
            self.assertEqual({(item["name"], item["version"]) for item in report["packages"]} & wanted, wanted)
            self.assertEqual({item["type"] for item in report["packages"]}, {"npm"})
            ajv = next(item for item in report["packages"] if item["name"] == "ajv-formats")
            self.assertIn("ajv", [report["packages"][index]["name"] for index in ajv["depends_on"]])
            self.assertIn(report["target"]["name"], ("plimsoll-tests", "npm"))

    def test_a_document_about_one_package(self):
        """Nobody scans it to hear of nothing; what has parts is not one of them."""
        lone = {"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"component": {
            "type": "library", "bom-ref": "a", "name": "left", "version": "1.0.0", "purl": "pkg:npm/left@1.0.0"}}}
        spdx = {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x", "documentDescribes": ["SPDXRef-a"],
                "packages": [{"SPDXID": "SPDXRef-a", "name": "left", "versionInfo": "1.0.0", "externalRefs": [
                    {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:npm/left@1.0.0"}]}]}
        for document in (lone, spdx):
            report = self.read(json.dumps(document))
            self.assertEqual([(item["type"], item["name"], item["version"]) for item in report["packages"]], [("npm", "left", "1.0.0")])
        lone["components"] = [{"type": "library", "name": "right", "version": "2.0.0", "purl": "pkg:npm/right@2.0.0"}]
        self.assertEqual([item["name"] for item in self.read(json.dumps(lone))["packages"]], ["right"])

    def test_cyclonedx_npm(self):
        for form in ("JSON", "XML"):
            for version in ("1.4", "1.5", "1.6"):
                path = os.path.join(self.folder, "cyclonedx-npm")
                done = node(os.path.join(MODULES, "@cyclonedx/cyclonedx-npm/bin/cyclonedx-npm-cli.js"), "--output-format", form,
                            "--spec-version", version, "--output-file", path, cwd=NPM,
                            env={**os.environ, "npm_execpath": os.path.join(MODULES, "npm/bin/npm-cli.js")})
                self.assertEqual(done.returncode, 0, done.stderr)
                report, _ = support.report("sbom", path)
                self.assertEqual(report["target"]["sbom"]["format"], f"CycloneDX {version} {form}")
                self.assertEqual(report["target"]["name"], "plimsoll-tests")
                names = {item["name"]: item for item in report["packages"]}
                self.assertEqual(names["ajv-formats"]["version"], "3.0.1")
                self.assertIn("@cyclonedx/cyclonedx-library", names)
                self.assertEqual(names["ajv-formats"]["licenses"], ["MIT"])
                self.assertTrue(names["ajv-formats"]["depends_on"])

    def findings(self, document, name="other"):
        report = self.scan(self.write(name, document))
        return report, sorted((report["packages"][item["package"]]["name"], item["id"], item["fixed"])
                              for item in report["findings"] if not item["suppressed"])

    def test_syft(self):
        document = {
            "artifacts": [
                {"id": "a", "name": "libssl3", "version": "3.0.9-1", "type": "deb", "foundBy": "dpkg-db-cataloger",
                 "locations": [{"path": "/var/lib/dpkg/status", "layerID": "sha256:" + "1" * 64}], "licenses": ["Apache-2.0"],
                 "language": "", "cpes": ["cpe:2.3:a:libssl3:libssl3:3.0.9-1:*:*:*:*:*:*:*"],
                 "purl": "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&upstream=openssl&distro=debian-12",
                 "metadataType": "dpkg-db-entry", "metadata": {"package": "libssl3", "source": "openssl", "sourceVersion": ""}},
                {"id": "b", "name": "python3-requests", "version": "2.0.0-1", "type": "deb", "foundBy": "dpkg-db-cataloger",
                 "purl": "pkg:deb/debian/python3-requests@2.0.0-1?arch=all&distro=debian-12&upstream=python-requests"},
                {"id": "c", "name": "Requests", "version": "2.0.0", "type": "python", "foundBy": "python-installed-package-cataloger",
                 "locations": [{"path": "/" + SITE}], "licenses": [{"value": "Apache 2.0", "spdxExpression": "", "type": "declared"}],
                 "cpes": [{"cpe": "cpe:2.3:a:python:requests:2.0.0:*:*:*:*:*:*:*", "source": "x"}],
                 "purl": "pkg:pypi/requests@2.0.0"},
                {"id": "d", "name": "github.com/BurntSushi/toml", "version": "v0.3.1", "type": "go-module", "foundBy": "go-module",
                 "purl": "pkg:golang/github.com/burntsushi/toml@v0.3.1"}],
            "artifactRelationships": [
                {"parent": "b", "child": "c", "type": "ownership-by-file-overlap"},
                {"parent": "a", "child": "b", "type": "dependency-of"}, {"parent": "x", "child": "y", "type": "dependency-of"}],
            "source": {"id": "s", "name": "app", "version": "1", "type": "image", "metadata": {
                "userInput": "app:1", "imageID": "sha256:" + "2" * 64, "manifestDigest": "sha256:" + "3" * 64,
                "layers": [{"mediaType": "x", "digest": "sha256:" + "1" * 64, "size": 5}], "architecture": "amd64", "os": "linux"}},
            "distro": {"prettyName": "Debian GNU/Linux 12 (bookworm)", "name": "Debian GNU/Linux", "id": "debian",
                       "versionID": "12", "versionCodename": "bookworm", "idLike": []},
            "descriptor": {"name": "syft", "version": "1.2.3"}, "schema": {"version": "16.0.0", "url": "https://example.invalid"}}
        report, found = self.findings(document)
        self.assertEqual(found, [("github.com/BurntSushi/toml", "CVE-2024-1006", "1.0.0"),
                                 ("libssl3", "CVE-2024-1001", "3.0.11-1")])
        self.assertEqual([item["suppressed"]["by"] for item in report["findings"] if item["suppressed"]], ["ownership"])
        self.assertEqual(report["target"]["sbom"], {"file": report["target"]["sbom"]["file"], "format": "Syft JSON 16.0.0",
                                                    "tool": "syft 1.2.3"})
        self.assertEqual((report["target"]["name"], report["target"]["platform"]), ("app:1", "linux/amd64"))
        requests = next(item for item in report["packages"] if item["name"] == "python3-requests")
        self.assertEqual(report["packages"][requests["depends_on"][0]]["name"], "libssl3")
        # Schema 3: licenses and CPEs as texts, the source's facts under "target", idLike as a text.
        document["source"] = {"type": "image", "target": document["source"]["metadata"]}
        document["distro"] = {"name": "debian", "version": "12", "idLike": ""}
        document["schema"]["version"] = "3.0.1"
        self.assertEqual(self.findings(document)[1], found)

    def test_trivy(self):
        package = {"ID": "libssl3@3.0.9-1", "Name": "libssl3", "Version": "3.0.9", "Release": "1", "Arch": "amd64",
                   "SrcName": "openssl", "SrcVersion": "3.0.9", "SrcRelease": "1", "Licenses": ["Apache-2.0"],
                   "DependsOn": ["libc6@2.36-9"], "Layer": {"DiffID": "sha256:" + "1" * 64}}
        libc = {"ID": "libc6@2.36-9", "Name": "libc6", "Version": "2.36", "Release": "9", "SrcName": "glibc", "SrcVersion": "2.36",
                "SrcRelease": "9"}
        document = {"SchemaVersion": 2, "ArtifactName": "app:1", "ArtifactType": "container_image",
                    "Metadata": {"OS": {"Family": "debian", "Name": "12.5"}, "ImageID": "sha256:" + "2" * 64,
                                 "DiffIDs": ["sha256:" + "1" * 64], "ImageConfig": {"architecture": "arm64", "os": "linux"}},
                    "Results": [
                        {"Target": "app (debian 12.5)", "Class": "os-pkgs", "Type": "debian", "Packages": [package, libc]},
                        {"Target": "app/package-lock.json", "Class": "lang-pkgs", "Type": "npm", "Packages": [
                            {"ID": "left-pad@1.3.0", "Name": "left-pad", "Version": "1.3.0"}]}]}
        wanted = [("left-pad", "GHSA-ffff-bbbb-cccc", "9.0.0"), ("libc6", "CVE-2024-1003", None),
                  ("libssl3", "CVE-2024-1001", "3.0.11-1")]
        report, found = self.findings(document)
        self.assertEqual(found, wanted)
        self.assertEqual(report["packages"][-1]["paths"], ["app/package-lock.json"])
        ssl = next(item for item in report["packages"] if item["name"] == "libssl3")
        self.assertEqual(report["packages"][ssl["depends_on"][0]]["name"], "libc6")
        self.assertEqual(ssl["layer"], "sha256:" + "1" * 64)
        package["Identifier"] = {"PURL": "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12.5"}
        self.assertEqual(self.findings(document)[1], wanted)
        document["Results"] = []
        report = self.scan(self.write("empty", document), code=(5,))
        self.assertIn("--list-all-pkgs", report["diagnostics"][0]["message"])

    def test_cyclonedx_of_trivy_and_cdxgen(self):
        document = {
            "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
            "metadata": {"tools": [{"vendor": "aquasecurity", "name": "trivy", "version": "0.50"}],
                         "component": {"type": "container", "name": "app:1", "bom-ref": "root", "properties": [
                             {"name": "aquasecurity:trivy:ImageID", "value": "sha256:" + "2" * 64}]}},
            "components": [
                {"bom-ref": "os", "type": "operating-system", "name": "debian", "version": "12.5"},
                {"bom-ref": "pkg:deb/debian/libssl3@3.0.9-1?distro=debian-12.5", "type": "library", "name": "libssl3",
                 "version": "3.0.9-1", "purl": "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12.5", "properties": [
                     {"name": "aquasecurity:trivy:SrcName", "value": "openssl"},
                     {"name": "aquasecurity:trivy:SrcVersion", "value": "3.0.9"},
                     {"name": "aquasecurity:trivy:SrcRelease", "value": "1"},
                     {"name": "aquasecurity:trivy:LayerDiffID", "value": "sha256:" + "1" * 64}]},
                {"type": "application", "name": "package-lock.json", "components": [
                    {"type": "library", "group": "@scope", "name": "Legacy", "version": "1.0.0", "purl": "pkg:npm/%40scope/legacy@1.0.0",
                     "evidence": {"occurrences": [{"location": "app/package-lock.json"}]}}]},
                {"type": "file", "name": "nothing"}, {"type": "data", "name": "x"}]}
        report, found = self.findings(document)
        self.assertEqual(found, [("@scope/Legacy", "CVE-2024-1005", "2.0.0"), ("libssl3", "CVE-2024-1001", "3.0.11-1")])
        self.assertEqual(report["target"]["sbom"]["tool"], "trivy 0.50")
        self.assertEqual(len(report["packages"]), 2)

    def test_the_system_of_the_packages(self):
        def document(*distros):
            return {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
                {"type": "library", "name": f"x{i}", "version": "1", "purl": f"pkg:deb/debian/x{i}@1?distro={distro}"}
                for i, distro in enumerate(distros)]}
        self.assertEqual(self.read(document("debian-12", "debian-12.4"))["target"]["os"]["version"], "12")
        report = self.read(document("debian-12", "debian-12", "debian-11"), code=5)
        self.assertEqual(report["target"]["os"]["version"], "12")
        self.assertIn("1 packages are of debian 11", report["diagnostics"][0]["message"])


class Damaged(Case):
    def test_standard_input(self):
        done = support.plimsoll("sbom", "sbom:-", "--format", "json", stdin=json.dumps(self.GOOD))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(support.names(json.loads(done.stdout)), ["x 1"])

    def test_a_pipe_is_not_looked_into(self):
        path = os.path.join(self.folder, "pipe")
        os.mkfifo(path)
        done = support.plimsoll("sbom", path, timeout=20)
        self.assertEqual(done.returncode, 3, done.stderr)

    GOOD = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        {"type": "library", "name": "x", "version": "1", "purl": "pkg:npm/x@1"}]}

    def test_documents_that_cannot_be_read(self):
        for name, text, wanted in (
                ("truncated", json.dumps(self.GOOD)[:-5], "ends too early"),
                ("deep", '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [' + "[" * 100000, "nested deeper"),
                ("old", json.dumps({**self.GOOD, "specVersion": "1.1"}), "CycloneDX 1.1 is not read"),
                ("none", json.dumps({**self.GOOD, "specVersion": 7}), "is not read"),
                ("spdx", '{"spdxVersion": "SPDX-1.2", "packages": []}', "is not read"),
                ("xml", '<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component>', "no element found"),
                ("entity", '<!DOCTYPE x [<!ENTITY a "b">]><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>', "entit"),
                ("tags", "SPDXVersion: SPDX-2.3\nPackageName: <text>x\n", "inside of <text>"),
                ("tag", "SPDXVersion: SPDX-2.3\nnothing\n", "line 2"),
                ("json", '{"a": 1}', "no bill of materials")):
            with self.subTest(name):
                done = support.plimsoll("sbom", "sbom:" + self.write("bad", text), "--format", "json")
                self.assertEqual(done.returncode, 3, (done.stdout, done.stderr))
                self.assertIn(wanted, done.stderr)
                self.assertIn(os.path.join(self.folder, "bad"), done.stderr)

    def test_entries_that_cannot_be_read(self):
        good = self.GOOD["components"][0]
        for name, bad, code in (
                ("purl", {"type": "library", "name": "y", "purl": "pkg:npm/%zz"}, 5),
                ("no purl", {"type": "library", "name": "y", "purl": "nonsense"}, 5),
                ("no name", {"type": "library"}, 5), ("types", {"type": 5, "name": [], "version": {}}, 5),
                ("a text", "text", 5), ("null", None, 5), ("a number", 5, 5),
                ("wrong lists", {**good, "name": "z", "licenses": 5, "hashes": {}, "properties": [5, None], "components": "x",
                                 "evidence": [], "purl": 7}, 0)):
            with self.subTest(name):
                document = {**self.GOOD, "components": [bad, good]}
                report, done = support.report("sbom", self.write("bad", document))
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn("x", [item["name"] for item in report["packages"]])

    def test_references(self):
        twice = [{"type": "library", "bom-ref": "r", "name": name, "version": "1", "purl": f"pkg:npm/{name}@1"} for name in "ab"]
        circle = [{"ref": "r", "dependsOn": ["r", "s"]}, {"ref": "s", "dependsOn": ["r", "r", "nothing"]}]
        third = {"type": "library", "bom-ref": "s", "name": "c", "version": "1", "purl": "pkg:npm/c@1"}
        report, done = support.report("sbom", self.write("bad", {**self.GOOD, "components": [*twice, third], "dependencies": circle}))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([item.get("depends_on") for item in report["packages"]], [[2], None, [0]])
        self.assertIn("1 entries have a reference that another one has", report["diagnostics"][0]["message"])

    def test_own_facts_that_are_nonsense(self):
        component = {**self.GOOD["components"][0], "properties": [
            {"name": "plimsoll:" + key, "value": value} for key, value in (
                ("type", "npm"), ("number", "99999999999"), ("owner", "4"), ("layer", "7"), ("file_layer", "x"), ("in_use", "maybe"),
                ("nothing", "x"), ("origin", "y"))]}
        report, done = support.report("sbom", self.write("bad", {**self.GOOD, "components": [component]}))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("owner", report["packages"][0])
        self.assertIsNone(report["packages"][0]["layer"])


if __name__ == "__main__":
    unittest.main()
