"""The base image: chain IDs of known images, from lists, an engine of the test's own, and a real Docker."""
import hashlib
import http.server
import json
import os
import re
import shutil
import signal
import socketserver
import subprocess
import tempfile
import threading
import time
import unittest

import support
from support import debian, digest, docker_archive, layer

TRACKER = {"openssl": {"CVE-2026-1000": {"description": "made up", "scope": "remote", "releases": {"bookworm": {
    "status": "resolved", "repositories": {"bookworm": "2.0"}, "fixed_version": "2.0", "urgency": "high"}}}}}
NPM = {"id": "GHSA-aaaa-aaaa-aaaa", "modified": "2026-02-01T00:00:00Z", "aliases": ["CVE-2026-0001"], "affected": [{
    "package": {"ecosystem": "npm", "name": "left"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}
LOCK = {"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {
    "": {"name": "app", "version": "1.0.0"}, "node_modules/left": {"version": "1.0.0"}}}


def chain(layers):
    """The chain ID, as config.md of the image-spec has it."""
    result = "sha256:" + digest(layers[0])
    for data in layers[1:]:
        result = "sha256:" + hashlib.sha256(f"{result} sha256:{digest(data)}".encode()).hexdigest()
    return result


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.database = support.made_up_database(cls.folder, TRACKER, NPM)
        cls.system = layer(debian(openssl="1.0"))
        cls.tools = layer([{"path": "usr/bin/tool", "text": "x"}])
        cls.own = layer([{"path": "app/package-lock.json", "text": json.dumps(LOCK)}])
        cls.base = docker_archive(os.path.join(cls.folder, "base.tar"), [cls.system], name="debian:12")
        cls.golden = docker_archive(os.path.join(cls.folder, "golden.tar"), [cls.system, cls.tools], name="team/golden:1")
        cls.app = docker_archive(os.path.join(cls.folder, "app.tar"), [cls.system, cls.tools, cls.own], name="team/app:1")

    def home(self):
        return {"PLIMSOLL_HOME": tempfile.mkdtemp(dir=self.folder), "DOCKER_HOST": "unix:///nowhere",
                "CONTAINER_HOST": "unix:///nowhere"}

    def scan(self, *words, image=None, env=None, code=0):
        document, done = support.report("scan", "--db", self.database, *words, image or self.app, env=env or self.home())
        self.assertEqual(done.returncode, code, done.stderr)
        return document

    def layers(self, document):
        return [item["base"] for item in document["target"]["layers"]]

    def list_file(self, *lines):
        path = os.path.join(self.folder, "known.bases")
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
        return path


class Lists(Case):
    def test_unknown_is_never_a_guess(self):
        document = self.scan()
        self.assertEqual(self.layers(document), [None, None, None])
        self.assertNotIn("base_image", document["target"])
        self.assertNotIn("by_base", document["summary"])
        self.assertEqual({finding["base"] for finding in document["findings"]}, {None})

    def test_the_store(self):
        env = self.home()
        self.assertEqual(support.plimsoll("base", "add", self.base, env=env).returncode, 0)
        document = self.scan(env=env)
        self.assertEqual(document["target"]["base_image"], {"name": "debian:12", "chain_id": chain([self.system]), "layers": 1,
                                                            "known_by": "store"})
        self.assertEqual(self.layers(document), [True, False, False])
        self.assertEqual({finding["id"]: finding["base"] for finding in document["findings"]},
                         {"CVE-2026-1000": True, "CVE-2026-0001": False})
        self.assertEqual(document["summary"]["by_base"], {"base": 1, "yours": 1})
        support.plimsoll("base", "add", "--name", "golden", self.golden, env=env)
        listed = support.plimsoll("base", "list", env=env).stdout
        self.assertEqual(listed, f"{chain([self.system])} debian:12\n{chain([self.system, self.tools])} golden\n")
        self.assertEqual(self.scan(env=env)["target"]["base_image"]["name"], "golden")
        self.assertEqual(self.layers(self.scan(env=env)), [True, True, False])
        self.assertEqual(self.layers(self.scan("--base", "none", env=env)), [None] * 3)
        self.assertEqual(support.plimsoll("base", "remove", "golden", env=env).returncode, 0)
        self.assertEqual(support.plimsoll("base", "list", env=env).stdout, f"{chain([self.system])} debian:12\n")
        self.assertEqual(support.plimsoll("base", "remove", "golden", env=env).returncode, 2)
        support.plimsoll("base", "add", "--name", "debian:12", self.golden, env=env)
        self.assertEqual(support.plimsoll("base", "list", env=env).stdout, f"{chain([self.system, self.tools])} debian:12\n")

    def test_an_image_is_not_its_own_base(self):
        known = self.list_file("# ours", f"{chain([self.system])} debian:12  # the old one", "",
                               f"{chain([self.system, self.tools, self.own])} team/app:1")
        document = self.scan("--base", known)
        self.assertEqual(document["target"]["base_image"]["name"], "debian:12")
        self.assertEqual(document["target"]["base_image"]["known_by"], "list")
        self.assertEqual(self.layers(self.scan("--base", known, image=self.base)), [None])

    def test_other_layers_are_another_image(self):
        for layers in ([self.tools], [self.tools, self.system], [self.own]):
            self.assertEqual(self.layers(self.scan("--base", self.list_file(chain(layers) + " other:1"))), [None] * 3)

    def test_bad_lists(self):
        for line in ("debian:12", "sha256:12 debian:12", chain([self.system]), chain([self.system]).upper() + " x"):
            done = support.plimsoll("scan", "--db", self.database, "--base", self.list_file("# first", line), self.app)
            self.assertEqual(done.returncode, 2, line)
            self.assertIn("known.bases, line 2", done.stderr)

    def test_the_table_has_two_groups(self):
        text = support.plimsoll("scan", "--db", self.database, "--format", "table", "--base",
                                self.list_file(chain([self.system]) + " debian:12"), self.app, env=self.home()).stdout
        self.assertRegex(text, r"(?s)-- yours\n[^-]*CVE-2026-0001.*-- of the base image debian:12: update it\n[^-]*CVE-2026-1000")


class Engine(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class FakeEngine(Case):
    """The two calls of the API that are used, strictly, and what a broken engine could say."""

    def serve(self, answers):
        asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                path = re.sub(r"^/v1\.[0-9]+/", "/", self.path)
                if path not in ("/_ping", "/version"):
                    asked.append(path)
                if path == "/version" and path not in answers:
                    status, body = 200, b'{"ApiVersion": "1.41"}'
                else:
                    status, body = answers.get(path, (404, b"{}"))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def address_string(self):
                return "test"

            def log_message(self, *words):
                pass
        path = os.path.join(tempfile.mkdtemp(dir=self.folder), "engine.sock")
        server = Engine(path, Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return path, asked

    def images(self, *images):
        answers = {"/images/json": (200, json.dumps([{"Id": name, "RepoTags": tags} for name, tags, _ in images]).encode())}
        for name, _, layers in images:
            diff_ids = ["sha256:" + digest(data) for data in layers]
            answers[f"/images/{name}/json"] = (200, json.dumps({"Id": name, "RootFS": {"Type": "layers", "Layers": diff_ids}}).encode())
        return answers

    def env(self, docker=None, podman=None):
        return {**self.home(), "DOCKER_HOST": f"unix://{docker or '/nowhere'}", "CONTAINER_HOST": f"unix://{podman or '/nowhere'}"}

    def test_engines_are_asked(self):
        answers = self.images(("sha256:aa", ["z/debian:12", "debian:bookworm"], [self.system]),
                              ("sha256:bb", ["<none>:<none>"], [self.system, self.tools]), ("sha256:cc", None, [self.system]))
        path, asked = self.serve(answers)
        for env, engine in ((self.env(docker=path), "docker"), (self.env(podman=path), "podman")):
            base = self.scan(env=env)["target"]["base_image"]
            self.assertEqual((base["name"], base["known_by"], base["layers"]), ("debian:bookworm", engine, 1))
        self.assertNotIn("/images/sha256:bb/json", asked)
        asked.clear()
        self.assertEqual(self.layers(self.scan("--base", "none", env=self.env(docker=path))), [None] * 3)
        known = self.list_file(chain([self.system]) + " debian:12")
        self.scan("--base", known, "--base", "docker", env=self.env(docker=path))
        self.assertEqual(asked, [], "a list that knows the base saves the question")

    def test_broken_engines(self):
        for answers in ({}, {"/images/json": (200, b"[")}, {"/images/json": (500, b"")},
                        {"/images/json": (200, b'[{"Id":"sha256:aa","RepoTags":["a:1"]}]')}):
            path, _ = self.serve(answers)
            document = self.scan(env=self.env(docker=path))
            self.assertEqual(self.layers(document), [None] * 3)
            self.assertTrue(any("base image" in item["message"] for item in document["diagnostics"]))
            self.assertIs(document["complete"], True)
        strange = {"/images/json": (200, b'[{"Id":"../../x","RepoTags":["a:1"]},{"Id":7},3,{"RepoTags":[{}]}]')}
        path, asked = self.serve(strange)
        self.assertEqual(self.layers(self.scan(env=self.env(docker=path))), [None] * 3)
        self.assertEqual(asked, ["/images/json"])

    def test_a_dead_socket(self):
        path = os.path.join(self.folder, "dead.sock")
        Engine(path, http.server.BaseHTTPRequestHandler).server_close()
        document = self.scan(env=self.env(docker=path))
        self.assertTrue(any("does not answer" in item["message"] for item in document["diagnostics"]))


def can_run_docker():
    """It needs root, and unpacks with pivot_root(2), which needs a root that is a mount: not in a chroot."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        return os.geteuid() == 0 and any(line.split()[4] == "/" for line in file)


if can_run_docker():
    class RealDocker(Case):
        def test_base_of_an_image_that_docker_holds(self):
            run = tempfile.mkdtemp(prefix="pd")
            self.addCleanup(shutil.rmtree, run, ignore_errors=True)
            socket, env = f"{run}/docker.sock", {**os.environ, "DOCKER_HOST": f"unix://{run}/docker.sock"}
            with open(f"{run}/log", "wb") as log:
                daemon = subprocess.Popen(
                    ["dockerd", "--host", f"unix://{socket}", "--data-root", f"{run}/data", "--exec-root", f"{run}/exec", "--pidfile",
                     f"{run}/pid", "--iptables=false", "--ip6tables=false", "--bridge=none", "--ip-forward=false",
                     "--ip-masq=false", "--storage-driver=vfs", "--exec-opt", "native.cgroupdriver=cgroupfs"],
                    stdout=log, stderr=log)

            def stop():
                daemon.send_signal(signal.SIGTERM)
                daemon.wait(30)
                subprocess.run(["umount", f"{run}/exec/netns/default"], capture_output=True, check=False)
            self.addCleanup(stop)
            deadline = time.monotonic() + 60
            while subprocess.run(["docker", "version"], capture_output=True, env=env, check=False).returncode:
                self.assertIsNone(daemon.poll(), open(f"{run}/log", encoding="utf-8").read()[-2000:])
                self.assertLess(time.monotonic(), deadline)
                threading.Event().wait(0.1)
            for archive in (self.golden, self.app):
                subprocess.run(["docker", "load", "-i", archive], capture_output=True, env=env, check=True)
            saved = os.path.join(self.folder, "saved.tar")
            subprocess.run(["docker", "save", "-o", saved, "team/app:1"], env=env, check=True)
            document = self.scan(image=saved, env={**self.home(), "DOCKER_HOST": env["DOCKER_HOST"]})
            self.assertEqual(document["target"]["base_image"]["name"], "team/golden:1")
            self.assertEqual(document["target"]["base_image"]["known_by"], "docker")
            self.assertEqual(self.layers(document), [True, True, False])
