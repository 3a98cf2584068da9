"""A real registry (Debian's docker-registry) with TLS and a password, and a real client (skopeo) that pushes."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import support
from registry_server import Certificates, start_real
from support import debian, digest, docker_archive, layer

LAYERS = [layer(debian(openssl="1.0", zlib="2.0") + [{"path": "usr/share/a", "bytes": os.urandom(700_000)}]),
          layer([{"path": "app/package-lock.json", "text": json.dumps({
              "name": "app", "version": "1.0.0", "lockfileVersion": 3,
              "packages": {"": {"name": "app", "version": "1.0.0"}, "node_modules/left": {"version": "1.3.0"}}})},
              {"path": "app/.wh.gone"}])]
TRACKER = {"openssl": {"CVE-2026-1000": {"description": "made up", "scope": "remote", "releases": {"bookworm": {
    "status": "resolved", "repositories": {"bookworm": "2.0"}, "fixed_version": "2.0", "urgency": "high"}}}}}

NPM = {"id": "GHSA-aaaa-aaaa-aaaa", "modified": "2026-02-01T00:00:00Z", "aliases": ["CVE-2026-0001"], "affected": [{
    "package": {"ecosystem": "npm", "name": "left"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}


class Real(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.certificates = Certificates(tempfile.mkdtemp(dir=cls.folder))
        cls.database = support.made_up_database(cls.folder, TRACKER, NPM)
        cls.password = os.path.join(cls.folder, "password")
        with open(cls.password, "w", encoding="utf-8") as file:
            file.write("s3cret\n")
        cls.trust = os.path.join(cls.folder, "certs.d")
        os.makedirs(cls.trust)
        shutil.copy(cls.certificates.path("ca.pem"), os.path.join(cls.trust, "ca.crt"))

    def setUp(self):
        self.place = tempfile.mkdtemp(dir=self.folder)
        self.host = start_real(self, self.place, "u", "s3cret", self.certificates.path("server"))
        self.home = tempfile.mkdtemp(dir=self.folder)

    def push(self, source, name, *words):
        subprocess.run(["skopeo", "--insecure-policy", "copy", "-q", "--dest-cert-dir", self.trust, "--dest-creds", "u:s3cret",
                        *words, source, f"docker://{self.host}/{name}"], check=True)

    def run_plimsoll(self, *words, password=None, trust=True, cache="none"):
        return support.plimsoll(
            *words, *(("--ca-file", self.certificates.path("ca.pem")) if trust else ()), "--registry-user", "u",
            "--registry-password-file", password or self.password,
            env={"HOME": self.home, "PLIMSOLL_HOME": self.home, "PLIMSOLL_CACHE": cache, "DOCKER_CONFIG": self.home,
                 "XDG_RUNTIME_DIR": "", "DOCKER_HOST": "unix:///nowhere", "CONTAINER_HOST": "unix:///nowhere"})

    def scan(self, target, *words, code=0, **more):
        done = self.run_plimsoll("scan", "--db", self.database, "--ignore", "none", "--format", "json", target, *words, **more)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def data_of(self, blob):
        return os.path.join(self.place, "registry/docker/registry/v2/blobs/sha256", blob[7:9], blob[7:], "data")

    def test_pushed_by_a_real_client_it_is_the_same_as_the_archive(self):
        name = f"{self.host}/team/app:1.2"
        archive = docker_archive(os.path.join(self.place, "app.tar"), LAYERS, name=name)
        local = self.scan(archive)
        self.assertTrue(local["findings"])
        for form in ("v2s2", "oci"):
            for compression in ("gzip", "zstd"):
                if (form, compression) == ("v2s2", "zstd"):
                    continue  # Docker's own manifests know no zstd
                self.push(f"docker-archive:{archive}", "team/app:1.2", "--format", form, "--dest-compress-format", compression)
                remote = self.scan(f"registry:{name}")
                self.assertEqual(remote["target"]["image_id"] if form == "v2s2" else remote["target"]["platform"],
                                 local["target"]["image_id"] if form == "v2s2" else "linux/amd64")
                self.assertEqual(json.dumps({**remote, "target": None}), json.dumps({**local, "target": None}))

    def test_a_wrong_password_and_a_missing_tag(self):
        wrong = os.path.join(self.place, "wrong")
        with open(wrong, "w", encoding="utf-8") as file:
            file.write("wrong")
        archive = docker_archive(os.path.join(self.place, "app.tar"), LAYERS)
        self.push(f"docker-archive:{archive}", "team/app:1.2")
        error = self.scan(f"{self.host}/team/app:1.2", code=3, password=wrong)
        self.assertIn("refuses", error)
        self.assertIn("UNAUTHORIZED", error)
        self.assertIn("has no tag 9", self.scan(f"{self.host}/team/app:9", code=3))
        self.assertIn("not trusted", self.scan(f"{self.host}/team/app:1.2", code=3, trust=False))

    def test_blobs_that_were_damaged_on_its_disk(self):
        archive = docker_archive(os.path.join(self.place, "app.tar"), LAYERS)
        self.push(f"docker-archive:{archive}", "team/app:1.2")
        layers = self.scan(f"{self.host}/team/app:1.2")["target"]["layers"]
        path = self.data_of(layers[0]["digest"])
        with open(path, "rb") as file:
            whole = file.read()
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 1
        for data in (whole[:len(whole) // 2], bytes(flipped), whole + b"more"):
            with open(path, "wb") as file:
                file.write(data)
            document = self.scan(f"{self.host}/team/app:1.2", code=5)
            self.assertFalse(document["complete"])
            self.assertIn("left", [package["name"] for package in document["packages"]])
        with open(path, "wb") as file:
            file.write(whole)
        self.scan(f"{self.host}/team/app:1.2")

    def test_a_sweep_with_pages_and_a_second_one_that_reads_no_layer(self):
        for number in range(5):
            layers = [layer(debian(openssl=f"{number % 2}.0")), LAYERS[1]]
            archive = docker_archive(os.path.join(self.place, f"{number}.tar"), layers)
            self.push(f"docker-archive:{archive}", f"team/app{number}:1")
        words = ("sweep", "--db", self.database, "--ignore", "none", "--format", "json", self.host)
        first = self.run_plimsoll(*words, cache="")
        self.assertEqual(first.returncode, 0, first.stderr)
        document = json.loads(first.stdout)
        self.assertEqual(document["summary"]["repositories"], 5)
        self.assertEqual(document["summary"]["images"], 2)
        self.assertEqual(document["summary"]["layers_read"], 3)
        again = json.loads(self.run_plimsoll(*words, cache="").stdout)
        self.assertEqual(again["summary"]["layers_read"], 0)
        self.assertEqual(again["images"], document["images"])

    def test_an_id_of_bytes(self):
        archive = docker_archive(os.path.join(self.place, "app.tar"), LAYERS)
        self.push(f"docker-archive:{archive}", "team/app:1.2")
        by_tag = self.scan(f"{self.host}/team/app:1.2")
        by_digest = self.scan(f"{self.host}/team/app@{by_tag['target']['digest']}")
        self.assertEqual(by_digest["findings"], by_tag["findings"])
        self.assertEqual([f"sha256:{digest(data)}" for data in LAYERS], [item["diff_id"] for item in by_tag["target"]["layers"]])
