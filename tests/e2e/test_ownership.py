"""Quiet by knowledge: what belongs to a distribution's package is told under the distribution's verdict."""
import json
import os
import shutil
import tempfile
import unittest

import support
from support import docker_archive, layer, report

METADATA = "Metadata-Version: 2.1\nName: Requests\nVersion: 2.0.0\n\n"
SITE = "usr/lib/python3/dist-packages/requests-2.0.0.dist-info/METADATA"
PYTHON = {"id": "PYSEC-1", "aliases": ["CVE-2024-0001"], "modified": "2024-01-01T00:00:00Z",
          "affected": [{"package": {"ecosystem": "PyPI", "name": "requests"},
                        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0.1"}]}]}]}
TRACKER = {"python-requests": {"CVE-2024-0001": {"releases": {"bookworm": {
    "status": "resolved", "fixed_version": "2.0.0-1", "repositories": {"bookworm": "2.0.0-1"}, "urgency": "medium"}}}},
    "linux": {"CVE-2024-0002": {"releases": {"bookworm": {
        "status": "open", "repositories": {"bookworm": "6.1.1-1"}, "urgency": "medium"}}}}}
SECDB = {"distroversion": "v3.19", "reponame": "main", "urlprefix": "https://example.invalid", "packages": [
    {"pkg": {"name": "py3-requests", "secfixes": {"2.0.0-r1": ["CVE-2024-0001"]}}}]}
ALMA = {"id": "ALSA-2024:0001", "related": ["CVE-2024-0001"], "modified": "2024-01-01T00:00:00Z", "summary": "Moderate: x",
        "affected": [{"package": {"ecosystem": "AlmaLinux:9", "name": "python3-requests"},
                      "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0.0-2.el9"}]}]}]}
STANZA = ("Package: {}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {}\nSource: {}\n\n")


def debian(*stanzas):
    return [{"path": "etc/os-release", "text": support.DEBIAN},
            {"path": "var/lib/dpkg/status", "text": "".join(STANZA.format(*stanza) for stanza in stanzas)}]


class Ownership(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        feeds = os.path.join(cls.folder, "feeds")
        support.write_folder(feeds, {"pysec.json": json.dumps(PYTHON).encode(), "tracker.json": json.dumps(TRACKER).encode(),
                                     "alpine.json": json.dumps(SECDB).encode(), "alma.json": json.dumps(ALMA).encode()})
        cls.database = os.path.join(cls.folder, "db")
        done = support.plimsoll("db", "import", "--db", cls.database, feeds)
        assert done.returncode == 0, done.stderr

    def scan(self, *layers):
        path = docker_archive(os.path.join(self.folder, "image.tar"), [layer(entries) for entries in layers])
        document, done = report("scan", "--db", self.database, path)
        self.assertIsNotNone(document, done.stderr)
        found = {}
        for finding in document["findings"]:
            package = document["packages"][finding["package"]]
            found[package["type"], package["name"], finding["id"]] = finding["suppressed"]
        return document, found

    def test_a_file_of_a_debian_package(self):
        document, found = self.scan(debian(("python3-requests", "2.0.0-1", "python-requests")) + [
            {"path": SITE, "text": METADATA},
            {"path": "var/lib/dpkg/info/python3-requests.list", "text": f"/.\n/usr\n/{SITE}\n"}])
        self.assertEqual(list(found), [("pypi", "Requests", "CVE-2024-0001")])
        suppressed = found["pypi", "Requests", "CVE-2024-0001"]
        self.assertEqual(suppressed["by"], "ownership")
        self.assertIn("python3-requests 2.0.0-1", suppressed["why"])
        self.assertEqual(document["summary"]["suppressed"], 1)
        self.assertEqual(sum(document["summary"]["by_severity"].values()), 0)
        python = next(package for package in document["packages"] if package["type"] == "pypi")
        self.assertEqual(document["packages"][python["owner"]]["name"], "python3-requests")

    def test_nobodys_file(self):
        _, found = self.scan(debian(("python3-requests", "2.0.0-1", "python-requests")) + [
            {"path": "usr/local/lib/python3.11/site-packages/requests-2.0.0.dist-info/METADATA", "text": METADATA},
            {"path": "var/lib/dpkg/info/python3-requests.list", "text": f"/.\n/{SITE}\n"}])
        self.assertEqual(found, {("pypi", "Requests", "CVE-2024-0001"): None})

    def test_one_copy_of_two_is_nobodys(self):
        _, found = self.scan(debian(("python3-requests", "2.0.0-1", "python-requests")) + [
            {"path": SITE, "text": METADATA},
            {"path": "opt/app/requests-2.0.0.dist-info/METADATA", "text": METADATA},
            {"path": "var/lib/dpkg/info/python3-requests.list", "text": f"/.\n/{SITE}\n"}])
        self.assertEqual(found, {("pypi", "Requests", "CVE-2024-0001"): None})

    def test_a_later_layer_wrote_over_the_file(self):
        lower = debian(("python3-requests", "2.0.0-1", "python-requests")) + [
            {"path": SITE, "text": METADATA.replace("2.0.0", "2.5.0")},
            {"path": "var/lib/dpkg/info/python3-requests.list", "text": f"/.\n/{SITE}\n"}]
        _, found = self.scan(lower, [{"path": SITE, "text": METADATA}])
        self.assertEqual(found, {("pypi", "Requests", "CVE-2024-0001"): None})

    def test_without_a_verdict_of_the_distribution(self):
        entries = debian(("python3-requests", "2.0.0-1", "python-requests"))
        entries[0]["text"] = support.DEBIAN.replace("12", "7").replace("bookworm", "wheezy")
        document, found = self.scan(entries + [
            {"path": SITE, "text": METADATA},
            {"path": "var/lib/dpkg/info/python3-requests.list", "text": f"/.\n/{SITE}\n"}])
        self.assertEqual(found, {("pypi", "Requests", "CVE-2024-0001"): None})
        self.assertFalse(document["complete"])

    def test_a_list_from_before_usr_was_merged(self):
        _, found = self.scan(debian(("python3-requests", "2.0.0-1", "python-requests")) + [
            {"path": "lib", "type": "symlink", "target": "usr/lib"},
            {"path": "usr/lib/x/requests-2.0.0.dist-info/METADATA", "text": METADATA},
            {"path": "var/lib/dpkg/info/python3-requests:amd64.list",
             "text": "/.\n/lib/x/requests-2.0.0.dist-info/METADATA\n"}])
        self.assertEqual(found["pypi", "Requests", "CVE-2024-0001"]["by"], "ownership")

    def debian_with(self, path, listed, *more):
        """Whether a package at `path` is suppressed by a list that names `listed`."""
        _, found = self.scan(debian(("python3-requests", "2.0.0-1", "python-requests")) + [
            {"path": path, "text": METADATA}, *more,
            {"path": "var/lib/dpkg/info/python3-requests.list", "text": f"/.\n/{listed}\n"}])
        return found["pypi", "Requests", "CVE-2024-0001"] is not None

    def test_two_folders_of_a_system_that_is_not_merged(self):
        lib = "lib/x/requests-2.0.0.dist-info/METADATA"
        self.assertFalse(self.debian_with("usr/" + lib, lib, {"path": "lib/y", "text": ""}))
        self.assertFalse(self.debian_with(lib, "usr/" + lib))
        self.assertFalse(self.debian_with("share/requests-2.0.0.dist-info/METADATA", "usr/share/requests-2.0.0.dist-info/METADATA"))

    def test_a_folder_called_as_an_owned_archive(self):
        self.assertFalse(self.debian_with("usr/share/java/a.jar!/requests-2.0.0.dist-info/METADATA", "usr/share/java/a.jar",
                                          {"path": "usr/share/java/a.jar", "text": ""}))

    def test_diverted(self):
        moved = {"path": "var/lib/dpkg/diversions", "text": f"/{SITE}\n/{SITE}.distrib\n:\n"}
        self.assertTrue(self.debian_with(SITE, SITE))
        self.assertFalse(self.debian_with(SITE, SITE, moved))
        moved["text"] = f"/x\n/{SITE}\n:\n"
        self.assertTrue(self.debian_with(SITE, SITE, moved))

    def test_a_list_of_a_package_that_is_not_installed(self):
        _, found = self.scan(debian(("python3", "3.11", "python3")) + [
            {"path": SITE, "text": METADATA},
            {"path": "var/lib/dpkg/info/python3-requests.list", "text": f"/{SITE}\n"}])
        self.assertEqual(found, {("pypi", "Requests", "CVE-2024-0001"): None})

    def test_a_package_that_was_removed(self):
        entries = debian(("python3-requests", "2.0.0-1", "python-requests"))
        entries[1]["text"] = entries[1]["text"].replace("install ok installed", "deinstall ok config-files")
        _, found = self.scan(entries + [{"path": SITE, "text": METADATA},
                                        {"path": "var/lib/dpkg/info/python3-requests.list", "text": f"/{SITE}\n"}])
        self.assertEqual(found, {("pypi", "Requests", "CVE-2024-0001"): None})

    def test_hard_links(self):
        """A file of one's own under an owned name."""
        own = "opt/requests-2.0.0.dist-info/METADATA"
        lists = [{"path": "var/lib/dpkg/info/python3-requests.list", "text": f"/{SITE}\n"}]
        base = debian(("python3-requests", "2.0.0-1", "python-requests")) + lists
        _, found = self.scan(base + [{"path": own, "text": METADATA}],
                             [{"path": SITE, "type": "hardlink", "target": own}],
                             [{"path": "opt/.wh.requests-2.0.0.dist-info", "text": ""}])
        self.assertEqual(found, {("pypi", "Requests", "CVE-2024-0001"): None})

    def test_another_package_writes_the_database_anew(self):
        """apk's database is one file: that something else was installed later says nothing of a file."""
        site = "usr/lib/python3.11/site-packages/requests-2.0.0.dist-info/METADATA"
        ours = ("P:py3-requests\nV:2.0.0-r0\nA:x86_64\no:py3-requests\n"
                f"F:{os.path.dirname(site)}\nR:METADATA\nZ:Q1x\n\n")
        lower = [{"path": "etc/os-release", "text": "ID=alpine\nVERSION_ID=3.19.1\n"},
                 {"path": "lib/apk/db/installed", "text": ours}, {"path": site, "text": METADATA.replace("2.0.0", "2.5.0")}]
        more = [{"path": "lib/apk/db/installed", "text": ours + "P:curl\nV:8-r0\nA:x86_64\no:curl\n\n"}]
        _, found = self.scan(lower, [{"path": site, "text": METADATA}], more)
        self.assertIsNone(found["pypi", "Requests", "CVE-2024-0001"])
        _, found = self.scan(lower[:2] + [{"path": site, "text": METADATA}], more)
        self.assertEqual(found["pypi", "Requests", "CVE-2024-0001"]["by"], "ownership")

    def test_a_later_layer_wrote_the_same_version(self):
        """The distribution's version may hold a fix that the same version from elsewhere has not."""
        other = "usr/lib/python3/zzz/requests-2.0.0.dist-info/METADATA"
        base = debian(("python3-requests", "2.0.0-1", "python-requests")) + [
            {"path": SITE, "text": METADATA}, {"path": other, "text": METADATA},
            {"path": "var/lib/dpkg/info/python3-requests.list", "text": f"/{SITE}\n/{other}\n"}]
        _, found = self.scan(base)
        self.assertEqual(found["pypi", "Requests", "CVE-2024-0001"]["by"], "ownership")
        for path in (SITE, other):
            _, found = self.scan(base, [{"path": path, "text": METADATA + "x"}])
            self.assertIsNone(found["pypi", "Requests", "CVE-2024-0001"], path)

    def test_overwritten_in_the_same_layer(self):
        """Checksums tell what layers cannot."""
        import base64
        import hashlib
        site = "usr/lib/python3.11/site-packages/requests-2.0.0.dist-info/METADATA"
        sha1 = base64.b64encode(hashlib.sha1(METADATA.encode()).digest()).decode()
        sha256 = hashlib.sha256(METADATA.encode()).hexdigest()
        for text, want in ((METADATA, "ownership"), (METADATA + "x", None)):
            systems = {
                "dpkg": debian(("python3-requests", "2.0.0-1", "python-requests")) + [
                    {"path": "var/lib/dpkg/info/python3-requests.list", "text": f"/{SITE}\n"},
                    {"path": "var/lib/dpkg/info/python3-requests.md5sums",
                     "text": f"{hashlib.md5(METADATA.encode()).hexdigest()}  {SITE}\n"}, {"path": SITE, "text": text}],
                "apk": [{"path": "etc/os-release", "text": "ID=alpine\nVERSION_ID=3.19.1\n"},
                        {"path": "lib/apk/db/installed", "text": "P:py3-requests\nV:2.0.0-r0\nA:x86_64\no:py3-requests\n"
                         f"F:{os.path.dirname(site)}\nR:METADATA\na:0:0:644\nZ:Q1{sha1}\n\n"}, {"path": site, "text": text}],
                "rpm": [{"path": "etc/os-release", "text": 'ID=almalinux\nVERSION_ID="9.4"\n'},
                        {"path": "var/lib/rpm/rpmdb.sqlite", "bytes": support.rpm_database(
                            os.path.join(self.folder, f"rpm-{len(text)}.sqlite"),
                            [support.rpm_header("python3-requests", "2.0.0", "1.el9", files=["/" + site],
                                                digests=[sha256])])[0]}, {"path": site, "text": text}],
            }
            for name, entries in systems.items():
                with self.subTest(name, same=want):
                    _, found = self.scan(entries)
                    hidden = found["pypi", "Requests", "CVE-2024-0001"]
                    self.assertEqual(hidden and hidden["by"], want)

    def test_distroless_lists_of_checksums(self):
        _, found = self.scan([
            {"path": "etc/os-release", "text": support.DEBIAN},
            {"path": "var/lib/dpkg/status.d/requests", "text": "Package: python3-requests\nVersion: 2.0.0-1\nSource: python-requests\n"},
            {"path": "var/lib/dpkg/status.d/python3-requests.md5sums", "text": f"0123456789abcdef  {SITE}\n"},
            {"path": SITE, "text": METADATA}])
        self.assertEqual(found["pypi", "Requests", "CVE-2024-0001"]["by"], "ownership")

    def test_alpine(self):
        site = "usr/lib/python3.11/site-packages/requests-2.0.0.dist-info/METADATA"
        _, found = self.scan([
            {"path": "etc/os-release", "text": "ID=alpine\nVERSION_ID=3.19.1\n"},
            {"path": "lib/apk/db/installed", "text": "P:py3-requests\nV:2.0.0-r0\nA:x86_64\no:py3-requests\n"
             f"F:{os.path.dirname(site)}\nR:METADATA\nZ:Q1x\nF:usr/bin\nR:x\n\n"},
            {"path": site, "text": METADATA}])
        self.assertIsNone(found["apk", "py3-requests", "CVE-2024-0001"])
        self.assertEqual(found["pypi", "Requests", "CVE-2024-0001"]["by"], "ownership")

    def test_rpm(self):
        site = "/usr/lib/python3.9/site-packages/requests-2.0.0.dist-info/METADATA"
        path = os.path.join(self.folder, "rpmdb.sqlite")
        database, _ = support.rpm_database(path, [support.rpm_header(
            "python3-requests", "2.0.0", "1.el9", files=["/usr/bin/a", site, "/usr/share/doc/x"])])
        os.remove(path)
        _, found = self.scan([
            {"path": "etc/os-release", "text": "ID=almalinux\nVERSION_ID=9.3\n"},
            {"path": "var/lib/rpm/rpmdb.sqlite", "bytes": database},
            {"path": site[1:], "text": METADATA}])
        self.assertIsNone(found["rpm", "python3-requests", "CVE-2024-0001"])
        self.assertEqual(found["pypi", "Requests", "CVE-2024-0001"]["by"], "ownership")

    def test_headers_are_not_the_kernel(self):
        document, found = self.scan(debian(("linux-image-6.1.0-1-amd64", "6.1.1-1", "linux"),
                                           ("linux-libc-dev", "6.1.1-1", "linux"),
                                           ("linux-headers-6.1.0-1-amd64", "6.1.1-1", "linux"),
                                           ("linux-doc-6.1", "6.1.1-1", "linux")))
        self.assertIsNone(found["deb", "linux-image-6.1.0-1-amd64", "CVE-2024-0002"])
        for name in ("linux-libc-dev", "linux-headers-6.1.0-1-amd64", "linux-doc-6.1"):
            self.assertEqual(found["deb", name, "CVE-2024-0002"]["by"], "ownership", name)
        self.assertEqual(document["summary"]["suppressed"], 3)

    def test_suppressed_findings_fail_nothing(self):
        path = docker_archive(os.path.join(self.folder, "image.tar"), [layer(
            debian(("python3-requests", "2.0.0-1", "python-requests")) + [
                {"path": SITE, "text": METADATA},
                {"path": "var/lib/dpkg/info/python3-requests.list", "text": f"/.\n/{SITE}\n"}])])
        done = support.plimsoll("scan", "--db", self.database, "--fail-on", "negligible", "--format", "table", path)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("1 finding is suppressed", done.stdout)
        for form in ("sarif", "cyclonedx"):
            done = support.plimsoll("scan", "--db", self.database, "--format", form, path)
            self.assertNotIn("CVE-2024-0001", done.stdout)


if __name__ == "__main__":
    unittest.main()
