"""Layers with tables of contents: only what is wanted is fetched, and the report is that of the whole layer."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import support
import tables
from registry_server import Registry
from support import debian, docker_archive, layer

NOISE = os.urandom(3_000_000)
SYSTEM = layer(debian(openssl="1.0", zlib="2.0") + [{"path": "usr/share/noise.txt", "bytes": NOISE}])
APP = layer([
    {"path": "app/package-lock.json", "text": json.dumps({
        "name": "app", "version": "1.0.0", "lockfileVersion": 3,
        "packages": {"": {"name": "app", "version": "1.0.0"}, "node_modules/left": {"version": "1.3.0"}}})},
    {"path": "app/noise.txt", "bytes": NOISE[::-1]}])
MAKERS = {"estargz": tables.estargz, "chunked": tables.zstd_chunked}


class Case(unittest.TestCase):
    def setUp(self):
        self.registry = Registry()
        self.addCleanup(self.registry.close)
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def sbom(self, *words, code=0, tag="1"):
        env = {"HOME": self.folder, "PLIMSOLL_HOME": self.folder, "PLIMSOLL_CACHE": "none", "DOCKER_CONFIG": "",
               "XDG_RUNTIME_DIR": "", "XDG_CONFIG_HOME": "", "REGISTRY_AUTH_FILE": ""}
        self.registry.forget()
        document, done = support.report("sbom", "--insecure", self.registry.host, *words,
                                        f"registry:{self.registry.host}/team/app:{tag}", env=env)
        self.assertEqual(done.returncode, code, done.stderr)
        return document

    def put(self, maker, *layers, **more):
        tables.put_image(self.registry, "team/app", "1", [MAKERS[maker](data, **more) for data in layers])

    def both(self, *words):
        """The report by tables and the bytes that it took; they are the same as those of whole layers."""
        parts = self.sbom(*words)
        sent = self.registry.sent
        whole = self.sbom("--partial", "never", *words)
        self.assertNotIn("read", whole["target"]["layers"][0])
        for item in parts["target"]["layers"]:
            self.assertEqual(item.pop("read", None), "toc")
        self.assertEqual(parts, whole)
        return parts, sent


class Reading(Case):
    def test_the_same_report_for_fewer_bytes(self):
        for maker in MAKERS:
            for chunk in (1 << 22, 4096):
                self.put(maker, SYSTEM, APP, chunk=chunk)
                document, sent = self.both()
                self.assertEqual({item["name"] for item in document["packages"]}, {"openssl", "zlib", "left"})
                self.assertLess(sent, 1_000_000)

    def test_whiteouts_and_links(self):
        top = layer([{"path": "app/.wh.package-lock.json", "text": ""},
                     {"path": "var/lib/dpkg/status-link", "target": "status", "type": "symlink"}])
        for maker in MAKERS:
            self.put(maker, SYSTEM, APP, top)
            document, _ = self.both()
            self.assertEqual({item["name"] for item in document["packages"]}, {"openssl", "zlib"})

    def test_verify_reads_all_of_it(self):
        self.put("chunked", SYSTEM)
        document = self.sbom("--verify")
        self.assertNotIn("read", document["target"]["layers"][0])
        self.assertGreater(self.registry.sent, 3_000_000)


class Damage(Case):
    def whole(self, reason, maker="chunked", **more):
        """A table that cannot be used costs the bytes of the whole layer, and no result."""
        self.put(maker, SYSTEM, **more)
        document = self.sbom()
        self.assertEqual({item["name"] for item in document["packages"]}, {"openssl", "zlib"})
        self.assertNotIn("read", document["target"]["layers"][0])
        self.assertIn(reason, json.dumps(document["diagnostics"]))

    def test_tables_that_cannot_be_used(self):
        def set_first(toc, **members):
            next(entry for entry in toc["entries"] if entry.get("size")).update(members)
        cases = {
            "its place is outside": lambda toc: set_first(toc, offset=1 << 40),
            "is none": lambda toc: set_first(toc, offset=-1),
            "smaller than the file": lambda toc: set_first(toc, size=1 << 30, chunkSize=1),
            "it has no digest": lambda toc: set_first(toc, digest="", chunkDigest="md5:1"),
            "unknown type": lambda toc: set_first(toc, type="socket"),
            "version 2": lambda toc: toc.update(version=2),
            "no entries": lambda toc: toc.update(entries=[]),
        }
        for reason, change in cases.items():
            for maker in MAKERS:
                with self.subTest(reason, maker=maker):
                    self.whole(reason, maker, change=change)

    def test_another_table_than_the_manifest_tells(self):
        for maker in MAKERS:
            blob, annotations, plain = MAKERS[maker](SYSTEM)
            for name in annotations:
                if "position" not in name:
                    annotations[name] = "sha256:" + "0" * 64
            tables.put_image(self.registry, "team/app", "1", [(blob, annotations, plain)])
            self.assertIn("the manifest tells another one", json.dumps(self.sbom()["diagnostics"]))

    def test_a_registry_without_ranges(self):
        self.registry.ranges = False
        self.put("chunked", SYSTEM)
        self.assertNotIn("read", self.sbom()["target"]["layers"][0])

    def test_a_wrong_file_is_an_error_of_that_file(self):
        def change(toc):
            entry = next(entry for entry in toc["entries"] if entry["name"].endswith("dpkg/status"))
            entry["digest"] = entry["chunkDigest"] = "sha256:" + "0" * 64
        for maker in MAKERS:
            self.put(maker, SYSTEM, change=change)
            document = self.sbom(code=5)
            self.assertIn("do not have the digest", json.dumps(document["diagnostics"]))
            self.assertFalse(document["packages"])


class RealClients(Case):
    def test_skopeo(self):
        """An image that containers/image made; its writer may drop zeros behind the tar's end (its diff ID is ours)."""
        archive = docker_archive(os.path.join(self.folder, "image.tar"), [SYSTEM, APP])
        layout = os.path.join(self.folder, "layout")
        subprocess.run(["skopeo", "copy", "--insecure-policy", "--dest-compress-format", "zstd:chunked",
                        "docker-archive:" + archive, f"oci:{layout}:t"], check=True, capture_output=True)

        def blob(name):
            with open(os.path.join(layout, "blobs", *name.split(":")), "rb") as file:
                return file.read()
        with open(os.path.join(layout, "index.json"), encoding="utf-8") as file:
            manifest = json.loads(blob(json.load(file)["manifests"][0]["digest"]))
        layers = []
        for item in manifest["layers"]:
            data = blob(item["digest"])
            plain = subprocess.run(["zstd", "-dc"], input=data, check=True, capture_output=True).stdout
            layers.append((data, item["annotations"], plain))
        tables.put_image(self.registry, "team/app", "1", layers)
        document, sent = self.both()
        self.assertEqual({item["name"] for item in document["packages"]}, {"openssl", "zlib", "left"})
        self.assertLess(sent, 500_000)


if __name__ == "__main__":
    unittest.main()
