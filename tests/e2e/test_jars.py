"""Jars from the file to the finding: by their metadata, by their SHA-1, and what stays unknown."""
import hashlib
import io
import json
import os
import shutil
import struct
import sys
import tempfile
import unittest
import zipfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import made_files
import support


def osv(name, fixed):
    return {"id": f"GHSA-{name.split(':')[1]}", "modified": "2024-01-02T00:00:00Z", "aliases": [],
            "affected": [{"package": {"ecosystem": "Maven", "name": name}, "ranges": [
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}


def jar(text, **members):
    members.setdefault("a/B.class", text)
    return {"zip": members}


class Jars(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.root, self.database = os.path.join(self.folder, "root"), os.path.join(self.folder, "db")
        self.unnamed = made_files.make(jar("unnamed"))
        self.renamed = made_files.make(jar("renamed"))
        support.write_folder(self.root, {
            "opt/x.jar": self.unnamed,
            "opt/thing-1.0.jar": made_files.make(jar("other", **{"META-INF/MANIFEST.MF": "Bundle-Version: 1.0\n"})),
            "opt/renamed-7.jar": self.renamed,
            "opt/app.jar": made_files.make({"zip": {"BOOT-INF/lib/log-2.0.jar": jar("log", **{
                "META-INF/maven/org.example/log/pom.properties": "groupId=org.example\nartifactId=log\nversion=2.0\n"})}}),
        })

    def take(self, *feeds):
        paths = []
        for i, feed in enumerate(feeds):
            paths.append(os.path.join(self.folder, f"feed{i}"))
            with open(paths[-1], "w", encoding="utf-8") as file:
                file.write(feed if isinstance(feed, str) else json.dumps(feed))
        return support.plimsoll("db", "import", "--db", self.database, *paths)

    def scan(self):
        document, done = support.report("scan", "--db", self.database, "dir:" + self.root)
        self.assertIsNotNone(document, done.stderr)
        names = {f"{package['name']} {package['version']}": package for package in document["packages"]}
        ids = {item["vulnerability"]["id"] if isinstance(item.get("vulnerability"), dict) else item["id"]
               for item in document["findings"]}
        return names, ids

    def test_a_digest_of_the_database_names_a_jar(self):
        sha1 = hashlib.sha1(self.unnamed).hexdigest()
        other = hashlib.sha1(self.renamed).hexdigest().upper()
        done = self.take(osv("org.example:secret", "2"), osv("org.example:real", "8"), osv("org.example:log", "2.1"),
                         f"sha1,group,artifact,version\n{sha1},org.example,secret,1.5\n# a comment\n"
                         f"{other},org.example,real,7.1\r\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        names, ids = self.scan()
        self.assertEqual(set(names), {"org.example:secret 1.5", "org.example:real 7.1", "thing 1.0", "org.example:log 2.0"})
        self.assertEqual(ids, {"GHSA-secret", "GHSA-real", "GHSA-log"})
        self.assertEqual(names["org.example:secret 1.5"]["purl"], "pkg:maven/org.example/secret@1.5")
        self.assertEqual(names["org.example:secret 1.5"]["hashes"], {"sha1": sha1})
        self.assertEqual(names["org.example:log 2.0"]["paths"], ["opt/app.jar!/BOOT-INF/lib/log-2.0.jar"])
        self.assertNotIn("hashes", names["org.example:log 2.0"])

    def test_without_a_list_nothing_is_guessed(self):
        self.assertEqual(self.take(osv("org.example:thing", "2"), osv("thing:thing", "2")).returncode, 0)
        names, ids = self.scan()
        self.assertEqual(set(names), {"thing 1.0", "renamed 7", "org.example:log 2.0"})
        self.assertEqual(ids, set())
        document, done = support.report("scan", "--db", self.database, "dir:" + self.root)
        self.assertIn("2 packages of type maven do not tell their group", json.dumps(document["diagnostics"]))
        self.assertIn("archives of Java that do not say what they are, and that the database does not know by their SHA-1: 1;", json.dumps(document["diagnostics"]))
        self.assertIn("opt/x.jar", json.dumps(document["diagnostics"]))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_by_way_of_a_bill_of_materials(self):
        """What a database names later has to be in there without one."""
        sha1 = hashlib.sha1(self.unnamed).hexdigest()
        self.take(osv("org.example:secret", "2"), f"sha1,group,artifact,version\n{sha1},org.example,secret,1.5\n")
        want, _ = support.report("scan", "--db", self.database, "dir:" + self.root)

        def rows(document):
            return [(item["id"], document["packages"][item["package"]]["name"], item["installed"], item["path"])
                    for item in document["findings"]]
        self.assertEqual(len(want["findings"]), 1)
        for form in ("cyclonedx", "cyclonedx-xml", "spdx", "spdx@3.0", "spdx-tv", "json"):
            bom = os.path.join(self.folder, "bom")
            self.assertEqual(support.plimsoll("sbom", "--format", f"{form}={bom}", "dir:" + self.root).returncode, 0)
            got, done = support.report("scan", "--db", self.database, bom)
            self.assertEqual(rows(got), rows(want), (form, done.stderr))

    def test_a_list_replaces_the_one_before(self):
        sha1 = hashlib.sha1(self.unnamed).hexdigest()
        self.take(osv("org.example:secret", "2"), f"sha1\tgroup\tartifact\tversion\n{sha1}\torg.example\tsecret\t1.5\n")
        self.assertIn("org.example:secret 1.5", self.scan()[0])
        self.take(osv("org.example:log", "3"))
        self.assertIn("org.example:secret 1.5", self.scan()[0])
        self.take("sha1,group,artifact,version\n" + "0" * 40 + ",a,b,1\n")
        self.assertNotIn("org.example:secret 1.5", self.scan()[0])

    def test_lines_that_cannot_be_used_are_told(self):
        sha1 = hashlib.sha1(self.unnamed).hexdigest()
        done = self.take(osv("org.example:log", "3"), "sha1,group,artifact,version\nabc,a,b,1\n"
                         f"{sha1},a:b,c,1\n{sha1},org.example,secret,1.5\n{sha1},org.example,secret\n")
        self.assertNotEqual(done.returncode, 0)
        for line in (2, 3, 5):
            self.assertIn(f"feed1: {line}: the line is no SHA-1", done.stderr)
        self.assertIn("org.example:secret 1.5", self.scan()[0])


class HostileJars(unittest.TestCase):
    def tell(self, data):
        """Packages and messages of one .war."""
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "x.war"), "wb") as file:
                file.write(data)
            document, done = support.report("sbom", "--catalogers", "java-archive", "dir:" + folder)
        self.assertIsNotNone(document, done.stderr)
        self.assertEqual(done.returncode, 5)
        return [package["name"] for package in document["packages"]], json.dumps(document["diagnostics"])

    def test_a_bomb_is_not_inflated(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bomb.jar", b"\0" * (64 << 20))
            archive.writestr("good-1.jar", made_files.make(jar("x", **{"META-INF/maven/a.b/good/pom.properties": "version=1"})))
        names, messages = self.tell(out.getvalue())
        self.assertEqual(names, ["a.b:good"])
        self.assertIn("bomb.jar: the archive inflates to more than 250 times its size", messages)

    def test_members_that_overlap(self):
        inner = made_files.make(jar("x", **{"META-INF/maven/a.b/good/pom.properties": "version=1"}))
        data = made_files.make({"zip": {"WEB-INF/lib/good-1.jar": {"hex": inner.hex()}}, "stored": True})
        end = data.rindex(b"PK\5\6")
        size, at = struct.unpack("<II", data[end + 12:end + 20])
        entry = data[at:at + size]
        times = 50
        data = data[:at] + entry * times + data[end:end + 8] + struct.pack("<HHII", times, times, size * times, at) + b"\0\0"
        names, messages = self.tell(data)
        self.assertIn("a.b:good", names)
        self.assertIn("members of the zip archive overlap", messages)

    def test_many_archives_inside(self):
        out = io.BytesIO()
        empty = b"PK\5\6" + b"\0" * 18
        with zipfile.ZipFile(out, "w") as archive:
            for i in range(10001):
                archive.writestr(f"{i}.jar", empty)
        _, messages = self.tell(out.getvalue())
        self.assertIn("LIMIT_JAR_MEMBERS", messages)


REAL = os.environ.get("JARS", "")


class RealJars(unittest.TestCase):
    """An extra test: every jar of the folder JARS against what Python's zipfile reads out of it."""

    def test_against_pom_properties(self):
        document, done = support.report("sbom", "--catalogers", "java-archive", "dir:" + REAL)
        self.assertIsNotNone(document, done.stderr)
        got, told = {}, []
        for package in document["packages"]:
            name = package["name"].replace(":", "/")
            self.assertEqual(package["purl"], f"pkg:maven/{name}@{package['version']}".replace("+", "%2B"))
            for path in package["paths"]:
                told.append((path, package["name"], package["version"]))
                got.setdefault(path, set()).add((package["name"], package["version"]))
        self.assertEqual(len(told), len(set(told)), "a package stands twice")
        for folder, _, files in os.walk(REAL):
            for file in files:
                path = os.path.join(folder, file)
                if file.endswith(".jar") and not os.path.islink(path):
                    want = coordinates(path)
                    self.assertLessEqual(want, got.get(os.path.relpath(path, REAL), set()), path)


def coordinates(path):
    found = set()
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("META-INF/maven/") and name.endswith("/pom.properties") and name.count("/") == 4:
                lines = [line for line in archive.read(name).decode().splitlines() if "=" in line and line[0] != "#"]
                fields = {line.split("=")[0].strip(): line.split("=", 1)[1].strip() for line in lines}
                found.add((f"{fields['groupId']}:{fields['artifactId']}", fields["version"]))
    return found


if not os.path.isdir(REAL):
    del RealJars

if __name__ == "__main__":
    unittest.main()
