"""Jars from the file to the finding: by their metadata, by their SHA-1, and what stays unknown."""
import hashlib
import json
import os
import shutil
import sys
import tempfile
import unittest

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


if __name__ == "__main__":
    unittest.main()
