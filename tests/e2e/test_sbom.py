"""Bills of materials: what goes out comes in again as the same findings; documents of other programs are read; damaged
ones say what is wrong with them."""
import gzip
import json
import os
import shutil
import tempfile
import unittest

import support
from support import docker_archive, layer

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


def told(document):
    """What a scan of a bill of materials owes: findings and packages."""
    packages = [{key: value for key, value in package.items() if key not in ("ref",)} for package in document["packages"]]
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


if __name__ == "__main__":
    unittest.main()
