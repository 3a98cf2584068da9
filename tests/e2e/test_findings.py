"""Packages and findings of real roots against dpkg and against an independent calculation."""
import os
import shutil
import subprocess
import tempfile
import unittest

import independent
import support
from support import ROOT, report

SNAPSHOT = os.path.join(ROOT, "data/snapshot")


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.database = os.path.join(cls.folder, "db")
        done = support.plimsoll("db", "import", "--db", cls.database, SNAPSHOT)
        assert done.returncode == 0, done.stderr

    def scan(self, target, code=0):
        document, done = report("scan", "--db", self.database, target)
        self.assertEqual(done.returncode, code, done.stderr)
        return document


class RealDebian(Case):
    """A Debian 12 root built from packages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = os.path.join(cls.folder, "root.tar")
        done = subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", "--include=openssl,curl,apache2", "bookworm",
                               cls.root], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        cls.image = os.path.join(cls.folder, "image.tar")
        subprocess.run([os.path.join(ROOT, "tools/make_image.py"), "--name", "debian:12", "--output", cls.image, cls.root],
                       check=True)

    def dpkg(self):
        """dpkg-query's own list of that root."""
        admin = os.path.join(self.folder, "admin")
        os.makedirs(admin, exist_ok=True)
        subprocess.run(["tar", "-C", admin, "-xf", self.root, "./var/lib/dpkg/status", "--strip-components=4"], check=True)
        done = subprocess.run(["dpkg-query", "--admindir", admin, "-W", "-f",
                               "${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n"],
                              capture_output=True, text=True, check=True)
        return sorted(done.stdout.splitlines())

    def test_packages_equal_dpkg(self):
        document = self.scan(self.image)
        got = sorted(f"{item['name']} {item['version']} {item['arch']} {item['source']['name']} {item['source']['version']}"
                     for item in document["packages"] if item["type"] == "deb")
        self.assertGreater(len(got), 90)
        self.assertEqual(got, self.dpkg())
        self.assertEqual(document["target"]["os"]["id"], "debian")
        self.assertEqual(document["target"]["os"]["version"], "12")

    def test_findings_equal_the_calculation(self):
        document = self.scan(self.image)
        packages = [(item["name"], item["arch"], item["source"]["name"], item["source"]["version"])
                    for item in document["packages"] if item["type"] == "deb"]
        want = independent.debian(SNAPSHOT, "bookworm", packages)
        got = {}
        for finding in document["findings"]:
            package = document["packages"][finding["package"]]
            got[package["name"], package["arch"], finding["id"]] = finding["fixed"]
        self.assertGreater(len(want), 20)
        self.assertEqual(got, want)

    def test_same_bytes_again(self):
        first = support.plimsoll("scan", "--db", self.database, "--format", "json", self.image)
        again = support.plimsoll("scan", "--db", self.database, "--format", "json", "--jobs", "1", self.image)
        self.assertEqual(first.stdout, again.stdout)


class MadeUpAlpine(Case):
    """Every origin of a branch of secdb, at versions around each fix."""

    def test_findings_equal_the_calculation(self):
        for branch in ("v3.12", "v3.18"):
            with self.subTest(branch=branch):
                main = independent.load(os.path.join(SNAPSHOT, f"alpine/{branch}-main.json.xz"))
                entries, packages = [], []
                for entry in main["packages"]:
                    fixes = [version for version in entry["pkg"]["secfixes"] if version != "0"]
                    if not fixes:
                        continue
                    name = entry["pkg"]["name"]
                    version = fixes[len(fixes) // 2]
                    packages.append((name, name, version))
                    packages.append((name + "-libs", name, fixes[0]))
                if any(independent.apk_key(version) is None for _, _, version in packages):
                    packages = [item for item in packages if independent.apk_key(item[2])]
                text = "".join(f"P:{name}\nV:{version}\nA:x86_64\no:{origin}\n\n" for name, origin, version in packages)
                entries.append({"path": "lib/apk/db/installed", "text": text})
                entries.append({"path": "etc/os-release", "text": f"ID=alpine\nVERSION_ID={branch[1:]}.5\n"})
                image = support.docker_archive(os.path.join(self.folder, "alpine.tar"), [support.layer(entries)])
                document = self.scan(image)
                want = independent.alpine(SNAPSHOT, branch, packages)
                got = {}
                for finding in document["findings"]:
                    package = document["packages"][finding["package"]]
                    got.setdefault((package["name"], finding["id"]), set()).add(finding["fixed"])
                self.assertGreater(len(want), 500)
                self.assertEqual(set(got), set(want))
                for key, fixed in got.items():
                    self.assertTrue(fixed <= want[key], key)


class NoFeed(Case):
    def image(self, text):
        return support.docker_archive(os.path.join(self.folder, "image.tar"), [support.layer([
            {"path": "etc/os-release", "text": text} if text else {"path": "etc/none", "text": ""},
            {"path": "var/lib/dpkg/status", "text": support.status(bash="5.2")}])])

    def test_release_without_a_feed(self):
        document = self.scan(self.image('ID=debian\nVERSION_ID="9"\nPRETTY_NAME="Debian GNU/Linux 9"\n'), code=5)
        self.assertFalse(document["complete"])
        said = " ".join(item["message"] for item in document["diagnostics"])
        self.assertIn("no feed for Debian GNU/Linux 9", said)
        self.assertIn("end of life", said)

    def test_system_that_cannot_be_told(self):
        document = self.scan(self.image(""), code=5)
        self.assertIn("cannot be told", document["diagnostics"][0]["message"])

    def test_end_of_life_keeps_the_exit_code(self):
        text = "ID=alpine\nVERSION_ID=3.12.12\nPRETTY_NAME=\"Alpine Linux v3.12\"\n"
        image = support.docker_archive(os.path.join(self.folder, "image.tar"), [support.layer([
            {"path": "etc/os-release", "text": text},
            {"path": "lib/apk/db/installed", "text": "P:musl\nV:99-r0\nA:x86_64\n\n"}])])
        document = self.scan(image)
        self.assertTrue(document["complete"])
        self.assertEqual(document["target"]["os"]["end_of_life"], "2022-05-01")
        self.assertIn("end of life", document["diagnostics"][0]["message"])
        done = support.plimsoll("scan", "--db", self.database, "--format", "table", image)
        self.assertIn("end of life", done.stdout.split("\n")[2])

    def test_no_database(self):
        document, done = report("scan", "--db", os.path.join(self.folder, "none"), self.image(support.DEBIAN))
        self.assertEqual(done.returncode, 4)
        self.assertIsNone(document)
        self.assertIn("plimsoll db", done.stderr)


class ExitCodes(Case):
    def setUp(self):
        self.image = support.docker_archive(os.path.join(self.folder, "image.tar"), [
            support.layer(support.debian(apache2="2.4.1-1", openssl="1.0"))])

    def code(self, *words):
        return support.plimsoll("scan", "--db", self.database, "--format", "json", *words, self.image).returncode

    def test_fail_on(self):
        self.assertEqual(self.code(), 0)
        self.assertEqual(self.code("--fail-on", "none"), 0)
        self.assertEqual(self.code("--fail-on", "negligible"), 1)
        self.assertEqual(self.code("--fail-on", "negligible", "--exit-code", "9"), 9)
        self.assertEqual(self.code("--fail-on", "critical"), 0)
        self.assertEqual(self.code("--fail-on", "terrible"), 2)

    def test_database_age(self):
        self.assertEqual(self.code("--max-db-age", "1s"), 4)
        self.assertEqual(self.code("--max-db-age", "9000d"), 0)

    def test_environment_and_config(self):
        config = os.path.join(self.folder, "config.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write("fail-on: negligible\nexit-code: 7\n")
        self.assertEqual(self.code("--config", config), 7)
        self.assertEqual(self.code("--config", config, "--fail-on", "none"), 0)
        done = support.plimsoll("scan", "--db", self.database, self.image, env={"PLIMSOLL_FAIL_ON": "negligible"})
        self.assertEqual(done.returncode, 1)

    def test_several_targets(self):
        done = support.plimsoll("scan", "--db", self.database, self.image, os.path.join(self.folder, "none.tar"))
        self.assertEqual(done.returncode, 3)


if __name__ == "__main__":
    unittest.main()
