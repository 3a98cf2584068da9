"""Layers as GNU tar writes them: every format, long names, sparse files; contents must be the same."""
import os
import shutil
import subprocess
import tarfile
import tempfile
import unittest

import support
from support import docker_archive, layer, names, report


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.root = os.path.join(self.folder, "root")

    def write(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)
        return full

    def scan(self, *options):
        data = subprocess.run(["tar", "-C", self.root, *options, "-cf", "-", "."], capture_output=True, check=True).stdout
        for stored in (data, support.gz(data)):
            document, done = report("sbom", docker_archive(os.path.join(self.folder, "image.tar"), [data], stored=[stored]))
            self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return document


class Sparse(Case):
    FORMS = (["--format=gnu"], ["--format=posix", "--sparse-version=0.0"], ["--format=posix", "--sparse-version=0.1"],
             ["--format=posix", "--sparse-version=1.0"])

    def test_holes(self):
        """os-release with holes inside comments: what stands behind them is read."""
        full = self.write("etc/os-release", "ID=debian\n#")
        with open(full, "r+b") as file:
            for at, text in ((65536, b'\nVERSION_ID="12"\n#'), (200000, b"\nPRETTY_NAME=holes\n"), (300000, b"\n#")):
                file.seek(at)
                file.write(text)
            file.truncate(400000)
        self.write("var/lib/dpkg/status", support.status(bash="5.2"))
        for form in self.FORMS:
            with self.subTest(form=form):
                document = self.scan("--sparse", *form)
                self.assertEqual(document["target"]["os"]["version"], "12")
                self.assertEqual(document["target"]["os"]["name"], "holes")
                self.assertEqual(names(document), ["bash 5.2"])

    def test_many_segments(self):
        """More segments than fit into one header of the old format."""
        full = self.write("etc/os-release", "ID=debian\n")
        with open(full, "r+b") as file:
            for i in range(1, 60):
                file.seek(i * 8192)
                file.write(b"\n#" if i < 59 else b'\nVERSION_ID="12"\n#')
            file.truncate(600000)
        with open(full, "rb") as file:
            data = file.read()
        # Holes stand in the middle of comments only.
        with open(full, "r+b") as file:
            file.seek(len("ID=debian\n"))
            file.write(b"#")
        self.assertEqual(len(data), 600000)
        self.write("var/lib/dpkg/status", support.status(bash="5.2"))
        for form in self.FORMS:
            with self.subTest(form=form):
                self.assertEqual(self.scan("--sparse", *form)["target"]["os"]["version"], "12")


class Names(Case):
    def test_long_names(self):
        for length in (90, 101, 120, 200):
            self.write("var/lib/dpkg/status.d/" + "n" * length, f"Package: p{length}\nVersion: 1\nArchitecture: all\n")
        self.write("etc/os-release", support.DEBIAN)
        for form in ("gnu", "oldgnu", "posix"):
            with self.subTest(form=form):
                document = self.scan("--format=" + form)
                self.assertEqual(len(document["packages"]), 4)
                self.assertIn("var/lib/dpkg/status.d/" + "n" * 200, document["packages"][2]["paths"])

    def test_ustar_prefix(self):
        deep = "var/lib/dpkg/status.d"
        self.write(deep + "/" + "n" * 90, "Package: p\nVersion: 1\nArchitecture: all\n")
        self.write("etc/os-release", support.DEBIAN)
        self.assertEqual(names(self.scan("--format=ustar")), ["p 1"])

    def test_long_link_targets(self):
        target = "opt/" + "/".join(["d" * 60] * 4)
        self.write(target + "/status", support.status(bash="5.2"))
        os.makedirs(os.path.join(self.root, "var/lib"))
        os.symlink("/" + target, os.path.join(self.root, "var/lib/dpkg"))
        self.write("etc/os-release", support.DEBIAN)
        for form in ("gnu", "posix"):
            self.assertEqual(names(self.scan("--format=" + form)), ["bash 5.2"])

    def test_python_pax(self):
        entries = support.debian(bash="5.2") + [{"path": "var/lib/dpkg/status.d/é" + "n" * 200,
                                                 "text": "Package: p\nVersion: 1\nArchitecture: all\n"}]
        data = layer(entries, tarfile.PAX_FORMAT)
        document, _ = report("sbom", docker_archive(os.path.join(self.folder, "image.tar"), [data]))
        self.assertEqual(names(document), ["bash 5.2", "p 1"])


if __name__ == "__main__":
    unittest.main()
