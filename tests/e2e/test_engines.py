"""Images and containers of engines: in their folders, exported, over sockets and TCP. A fake engine says what a broken
one could; the real ones are started by the tests and end with them."""
import json
import os
import random
import shutil
import ssl
import subprocess
import tarfile
import tempfile
import threading
import unittest

import engines
import support
from engines import Containerd, Docker, FakeEngine, Podman, apply_folder, can_run_engines, docker_folder, layer_of_folder
from support import debian, digest, docker_archive, dumps, layer, names, status

NOWHERE = {"DOCKER_HOST": "unix:///nowhere", "CONTAINER_HOST": "unix:///nowhere", "DOCKER_CONTEXT": "", "DOCKER_CERT_PATH": "",
           "DOCKER_TLS_VERIFY": "", "CONTAINERD_ADDRESS": "/nowhere", "CONTAINERS_STORAGE_CONF": "/nowhere"}


def same(document):
    """What must be equal however the bytes of an image came: all but what the target is called and what is told of blobs."""
    document = json.loads(json.dumps(document))
    for key in ("kind", "name", "digest", "root"):
        del document["target"][key]
    for item in document["target"]["layers"]:
        del item["size"]
    return document


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.env = {**NOWHERE, "PLIMSOLL_HOME": f"{self.folder}/home", "HOME": self.folder,
                    "DOCKER_CONFIG": f"{self.folder}/docker", "XDG_RUNTIME_DIR": self.folder}

    def sbom(self, *words, code=0, env=None):
        document, done = support.report("sbom", "--base", "none", *words, env={**self.env, **(env or {})})
        if code is not None:
            self.assertEqual(done.returncode, code, done.stderr + json.dumps(document and document["diagnostics"]))
        return document

    def refused(self, *words, code=3, env=None, says=()):
        done = support.plimsoll("sbom", "--base", "none", *words, env={**self.env, **(env or {})})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for text in (says,) if isinstance(says, str) else says:
            self.assertIn(text, done.stderr)
        return done.stderr

    def fake(self, answers, **more):
        path = os.path.join(tempfile.mkdtemp(dir=self.folder), "e.sock")
        engine = FakeEngine(answers, path, **more)
        self.addCleanup(engine.close)
        engine.env = {"DOCKER_HOST": f"unix://{path}"}
        return engine


# ---- an engine that says what the test wants ----

class Images(Case):
    def image(self, name="team/app:1", **packages):
        self.layers = [layer(debian(**(packages or {"openssl": "1.0"}))), layer([{"path": "usr/bin/x", "text": "x"}])]
        self.archive = docker_archive(f"{self.folder}/image.tar", self.layers, name=name)
        with open(self.archive, "rb") as file:
            self.bytes = file.read()
        self.image_id = json.loads(tarfile.open(self.archive).extractfile("manifest.json").read())[0]["Config"]
        self.image_id = "sha256:" + self.image_id.removesuffix(".json").rsplit("/", 1)[-1]
        self.inspected = {"Id": self.image_id, "RepoTags": [name], "RepoDigests": ["team/app@sha256:" + "a" * 64], "Os": "linux",
                          "Architecture": "amd64",
                          "RootFS": {"Type": "layers", "Layers": ["sha256:" + digest(data) for data in self.layers]}}
        return {f"/images/{name}/json": (200, dumps(self.inspected)), f"/images/{self.image_id}/json": (200, dumps(self.inspected)),
                f"/images/{self.image_id}/get": (200, self.bytes), "/info": (200, b"{}")}


class Export(Images):
    """Engines whose folders cannot be read: elsewhere, or kept by something unknown."""

    def test_an_export_is_what_docker_save_gives(self):
        engine = self.fake(self.image())
        document = self.sbom("docker:team/app:1", env=engine.env)
        self.assertEqual(same(document), same(self.sbom(self.archive)))
        self.assertEqual({key: document["target"][key] for key in ("kind", "name", "digest", "root", "image_id", "platform")},
                         {"kind": "docker", "name": "docker.io/team/app:1", "digest": "sha256:" + "a" * 64,
                          "root": "team/app", "image_id": self.image_id, "platform": "linux/amd64"})
        self.assertEqual(self.sbom("docker:" + self.image_id, env=engine.env), document)
        self.assertEqual(engine.versions, {"1.41"})

    def test_podman_is_asked_in_the_same_way(self):
        answers = self.image(name="localhost/team/app:1")
        answers["/images/team/app:1/json"] = answers["/images/localhost/team/app:1/json"]
        engine = self.fake(answers)
        document = self.sbom("podman:team/app:1", env={"CONTAINER_HOST": engine.env["DOCKER_HOST"]})
        self.assertEqual((document["target"]["kind"], document["target"]["name"]), ("podman", "localhost/team/app:1"))
        self.assertEqual(names(document), ["openssl 1.0"])

    def test_a_bare_name(self):
        engine = self.fake(self.image())
        for env, source in ((engine.env, "docker"), ({"CONTAINER_HOST": engine.env["DOCKER_HOST"]}, "podman")):
            document, done = support.report("sbom", "--base", "none", "team/app:1", env={**self.env, **env})
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(document["target"]["kind"], source)
            self.assertIn(f"docker.io/team/app:1 is taken from {source}", done.stderr)
        self.refused("--offline", "team/other:1", env=engine.env, code=2, says="--offline")
        self.refused("--offline", "team/other:1", code=2, says="--offline")

    def test_versions(self):
        self.assertEqual(self.ask(version="1.24").versions, {"1.24"})
        self.assertEqual(self.ask(version="1.99").versions, {"1.47"})
        for ping in ((200, b"OK"), (404, b"")):
            old = self.image()
            old.update({"/_ping": ping, "/version": (200, b'{"ApiVersion":"1.30"}')})
            engine = self.fake(old, version=None)
            self.sbom("docker:team/app:1", env=engine.env)
            self.assertEqual(engine.versions, {"1.30"})
        for version in (b'{"ApiVersion":"1.23"}', b'{"ApiVersion":"2.0"}', b'{"ApiVersion":7}', b"{}"):
            engine = self.fake({"/version": (200, version)}, version=None)
            self.refused("docker:x", env=engine.env, says="speaks no API of Docker")

    def ask(self, **more):
        engine = self.fake(self.image(), **more)
        self.sbom("docker:team/app:1", env=engine.env)
        return engine

    def test_what_can_go_wrong(self):
        good = self.image()
        get, inspect = f"/images/{self.image_id}/get", "/images/team/app:1/json"
        cut = self.bytes[:len(self.bytes) // 2]

        def dies(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(self.bytes)))
            handler.end_headers()
            handler.wfile.write(cut)
            handler.close_connection = True

        def dies_chunked(handler):
            handler.send_response(200)
            handler.send_header("Transfer-Encoding", "chunked")
            handler.end_headers()
            handler.wfile.write(b"10000\r\n" + cut[:100])
            handler.close_connection = True

        fewer = {**self.inspected, "RootFS": {"Layers": self.inspected["RootFS"]["Layers"][:1]}}
        others = {**self.inspected, "RootFS": {"Layers": self.inspected["RootFS"]["Layers"][::-1]}}
        cases = [
            ({inspect: (404, b'{"message":"No such image"}')}, "docker holds no image team/app:1: pull it"),
            ({inspect: (500, b'{"message":"disk\\u001b[31m is full"}')}, "500"),
            ({inspect: (401, b"")}, "401"),
            ({inspect: (200, b"[" * 100000)}, "LIMIT_JSON_DEPTH"),
            ({inspect: (200, b'{"Id":')}, "the engine's answer to /v1.41/images/team/app:1/json"),
            ({inspect: (200, b'{"Id":"../../containers"}')}, "tells no id"),
            ({inspect: (200, b'{}')}, "tells no id"),
            ({get: (500, b'{"message":"no space left"}')}, "no space left"),
            ({get: (200, b"")}, "what the engine exported"),
            ({get: (200, cut)}, "what the engine exported"),
            ({get: dies}, f"broke off after {len(cut)} bytes"),
            ({get: dies_chunked}, "broke off after"),
            ({inspect: (200, dumps(fewer))}, "says that the image has 1 layers, but sent one of 2"),
            ({inspect: (200, dumps(others))}, "sent another layer 1 than it told"),
        ]
        for answers, says in cases:
            text = self.refused("docker:team/app:1", env=self.fake({**good, **answers}).env, says=says)
            self.assertNotIn("\x1b", text)

    def test_an_answer_without_end(self):
        def endless(handler):
            handler.send_response(200)
            handler.end_headers()
            try:
                while True:
                    handler.wfile.write(b" " * (1 << 20))
            except OSError:
                handler.close_connection = True
        engine = self.fake({"/images/x/json": endless})
        self.refused("docker:x", env=engine.env, says="LIMIT_ENGINE_REPLY")

    def test_a_slow_engine(self):
        done = threading.Event()
        self.addCleanup(done.set)
        good = self.image()

        def slow(handler):
            done.wait(60)
            handler.close_connection = True
        for path in ("/images/team/app:1/json", f"/images/{self.image_id}/get"):
            engine = self.fake({**good, path: slow})
            self.refused("--engine-timeout", "1s", "docker:team/app:1", env=engine.env,
                         says=["does not answer in time", "--engine-timeout"])

    def test_no_engine(self):
        dead = os.path.join(self.folder, "dead.sock")
        engines.Server(dead, None).server_close()
        self.refused("docker:x", says="no engine listens at /nowhere")
        self.refused("docker:x", env={"DOCKER_HOST": f"unix://{dead}"}, says=["does not answer", "Is it running?"])
        self.refused("--engine", f"unix://{dead}", "podman:x", says="does not answer")
        self.refused("docker:", code=2, says="the name of an image is missing")
        self.refused("docker:a/../b", env={"DOCKER_HOST": self.fake({}).env["DOCKER_HOST"]}, code=2, says="is no name of an image")
        self.refused("container:x", says=["no container x was found", "no engine listens at /nowhere"])

    def test_addresses(self):
        for address, code, says in (("ssh://root@host", 3, "ssh -L"), ("npipe:////./pipe", 2, "is no address of an engine"),
                                    ("tcp://", 2, "is no address"), ("tcp://a b:1", 2, "is no address"),
                                    ("tcp://127.0.0.1:1", 3, "does not answer")):
            self.refused("docker:x", env={"DOCKER_HOST": address}, code=code, says=says)
        self.refused("--engine", "nobody", "docker:x", code=2, says=["there is no context", "docker context ls"])
        self.refused("--offline", "docker:x", env={"DOCKER_HOST": "tcp://127.0.0.1:1"}, code=2, says="--offline")

    @unittest.skipIf(os.geteuid() != 0, "needs root to become somebody else")
    def test_a_socket_of_others(self):
        engine = self.fake(self.image())
        path = engine.env["DOCKER_HOST"][7:]
        os.chmod(path, 0o600)
        for folder in (self.folder, os.path.dirname(path)):
            os.chmod(folder, 0o755)
        done = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", support.PROGRAM, "sbom", "--base", "none",
                               "--cache", "none", "docker:team/app:1"], capture_output=True, text=True, check=False,
                              env={**os.environ, **self.env, **engine.env, "LC_ALL": "C"})
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("this user may not speak to the engine", done.stderr)


class Containers(Images):
    """Of an engine whose folders are not here: its export is a tar of the merged root."""

    def container(self, entries, **more):
        answers = self.image()
        inspected = {"Id": "c" * 64, "Name": "/box", "Image": self.image_id,
                     "Mounts": [{"Type": "volume", "Destination": "/var/lib/data"}, {"Type": "bind", "Destination": "/etc/app"}]}
        self.export = f"/containers/{inspected['Id']}/export"
        return {**answers, "/containers/box/json": (200, dumps({**inspected, **more})), self.export: (200, layer(entries))}

    def test_export(self):
        engine = self.fake(self.container([
            *debian(openssl="1.0"), {"path": "var/lib/dpkg/.wh.status", "text": ""}, {"path": ".wh..wh..opq", "text": ""},
            {"path": "app/.wh.x/package.json", "text": '{"name":"left","version":"1.0.0"}'}]))
        for env in (engine.env, {"CONTAINER_HOST": engine.env["DOCKER_HOST"]}):
            document = self.sbom("container:box", env=env)
            self.assertEqual(names(document), ["openssl 1.0", "left 1.0.0"], "files called like whiteouts hide nothing")
            target = document["target"]
            self.assertEqual((target["kind"], target["name"], target["image_id"], target["platform"]),
                             ("container", "box", self.image_id, "linux/amd64"))
            self.assertEqual([item["created_by"] for item in target["layers"]], ["container box"])
            self.assertEqual([item["level"] for item in document["diagnostics"]], ["warning"])
            self.assertIn("/var/lib/data, /etc/app", document["diagnostics"][0]["message"])

    def test_what_can_go_wrong(self):
        good = self.container(debian(openssl="1.0"))
        tar = good[self.export][1]

        def dies(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(tar)))
            handler.end_headers()
            handler.wfile.write(tar[:700])
            handler.close_connection = True
        for answers, says in (({"/containers/box/json": (404, b"")}, "no container box was found"),
                              ({"/containers/box/json": (200, b'{"Name":"/box"}')}, "tells no id"),
                              ({self.export: (500, b'{"message":"no space left"}')}, "no space left"),
                              ({self.export: dies}, "broke off after 700 bytes")):
            self.refused("container:box", env=self.fake({**good, **answers}).env, says=says)
        for content in (tar[:700], b"x" * 2000):
            document = self.sbom("container:box", env=self.fake({**good, self.export: (200, content)}).env, code=5)
            self.assertFalse(document["complete"])
        for name in ("", "a b", "../x"):
            self.refused("container:" + name, code=2, says="is no name of an image or a container")


class Contexts(Images):
    """Over TCP with certificates, named by variables and by contexts."""

    def certificates(self):
        folder = os.path.join(self.folder, "certs")
        os.mkdir(folder)

        def run(*words):
            subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
        run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=ca",
            "-keyout", "ca.key", "-out", "ca.pem")
        for name, extension in (("server", "subjectAltName=IP:127.0.0.1"), ("client", "extendedKeyUsage=clientAuth")):
            with open(f"{folder}/{name}.ext", "w", encoding="utf-8") as file:
                file.write(extension)
            run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout",
                f"{name}.key", "-out", f"{name}.csr")
            run("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", f"{name}.ext", "-out", f"{name}.pem")
        os.rename(f"{folder}/client.pem", f"{folder}/cert.pem")
        os.rename(f"{folder}/client.key", f"{folder}/key.pem")
        return folder

    def tls_engine(self, folder):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key")
        context.load_verify_locations(f"{folder}/ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        engine = FakeEngine(self.image(), context=context)
        self.addCleanup(engine.close)
        return engine

    def context(self, name, host, tls=None, skip=False):
        key = digest(name.encode())
        folder = f"{self.folder}/docker/contexts"
        engines.write(f"{folder}/meta/{key}/meta.json", dumps({
            "Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": skip}}}))
        if tls:
            shutil.copytree(tls, f"{folder}/tls/{key}/docker", ignore=shutil.ignore_patterns("*.ext", "server*", "*.csr"))

    def test_tls(self):
        folder = self.certificates()
        engine = self.tls_engine(folder)
        address = f"tcp://127.0.0.1:{engine.port}"
        good = {"DOCKER_HOST": address, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": folder}
        self.assertEqual(names(self.sbom("docker:team/app:1", env=good)), ["openssl 1.0"])
        self.refused("docker:team/app:1", env={"DOCKER_HOST": address})
        self.refused("docker:team/app:1", env={**good, "DOCKER_CERT_PATH": self.folder}, says="no safe connection")
        without = os.path.join(self.folder, "without")
        os.mkdir(without)
        shutil.copy(f"{folder}/ca.pem", without)
        self.refused("docker:team/app:1", env={**good, "DOCKER_CERT_PATH": without})

    def test_contexts(self):
        folder = self.certificates()
        engine, plain = self.tls_engine(folder), self.fake(self.image())
        self.context("far", f"tcp://127.0.0.1:{engine.port}", tls=folder)
        self.context("near", plain.env["DOCKER_HOST"])
        self.context("ssh", "ssh://root@host")
        no_host = {"DOCKER_HOST": ""}
        for words, env in ((["--engine", "far"], {}), ([], {**no_host, "DOCKER_CONTEXT": "far"}), ([], {"DOCKER_CONTEXT": "ssh",
                           **plain.env}), (["--engine", "near"], {"DOCKER_CONTEXT": "far"})):
            self.assertEqual(names(self.sbom(*words, "docker:team/app:1", env=env)), ["openssl 1.0"])
        self.refused("docker:team/app:1", env={**no_host, "DOCKER_CONTEXT": "ssh"}, says=["the context \"ssh\"", "ssh -L"])
        engines.write(f"{self.folder}/docker/config.json", dumps({"currentContext": "near"}))
        plain.asked.clear()
        self.sbom("docker:team/app:1", env=no_host)
        self.assertIn("/images/team/app:1/json", plain.asked)
        engines.write(f"{self.folder}/docker/contexts/meta/{digest(b'far')}/meta.json", b"{}")
        self.refused("--engine", "far", "docker:x", says="tells no address")


# ---- folders of engines, without one ----

NAMES = ["a", "b", "c", "lib"]


class Tree:
    """A layer as a folder with overlayfs' marks, made at random over what the layers below show."""

    def __init__(self, rng, folder, merged, number):
        self.rng, self.folder, self.merged, self.number = rng, folder, merged, number
        self.clock = 1_600_000_000 + 10_000 * number
        os.mkdir(folder)
        for _ in range(rng.randint(3, 14)):
            self.change()

    def parent(self):
        """A folder of this layer, at random; None when something else is in its place."""
        path = ""
        for _ in range(self.rng.randint(0, 3)):
            path = os.path.join(path, self.rng.choice(NAMES))
            full = os.path.join(self.folder, path)
            if not os.path.lexists(full):
                os.mkdir(full)
            elif os.path.islink(full) or not os.path.isdir(full):
                return None
        return path

    def change(self):
        rng, parent = self.rng, self.parent()
        if parent is None:
            return
        here = os.path.join(self.folder, parent)
        kind = rng.choice(["file", "file", "file", "status", "symlink", "hardlink", "whiteout", "opaque"])
        if kind == "opaque":
            if parent:
                os.setxattr(here, "trusted.overlay.opaque", b"y")
            return
        if kind == "file":
            here, name = os.path.join(here, f"d{rng.randint(0, 3)}"), "package.json"
            os.makedirs(here, exist_ok=True)
        elif kind == "status":
            here = os.path.join(self.folder, "var/lib/dpkg")
            os.makedirs(here, exist_ok=True)
            name = "status"
        else:
            name = rng.choice([*NAMES, "p0", "p1"])
        path = os.path.join(here, name)
        if os.path.lexists(path):
            return
        if kind == "file":
            self.file(path, json.dumps({"name": f"n{rng.randint(0, 5)}", "version": f"{rng.randint(0, 9)}.{self.number}.0"}))
        elif kind == "status":
            self.file(path, status(**{f"pkg{rng.randint(0, 4)}": f"{rng.randint(1, 5)}", "openssl": f"{self.number + 1}"}))
        elif kind == "symlink":
            os.symlink(rng.choice(["a", "/b", "../lib", "p0", "/a/b", "/nowhere"]), path)
        elif kind == "hardlink":
            files = [os.path.join(top, item) for top, _, items in os.walk(self.folder) for item in sorted(items)
                     if os.path.isfile(os.path.join(top, item)) and not os.path.islink(os.path.join(top, item))]
            if files:
                os.makedirs(path)
                os.link(rng.choice(sorted(files)), os.path.join(path, "package.json"))
        elif os.path.lexists(os.path.join(self.merged, os.path.relpath(path, self.folder))):
            os.mknod(path, 0o600 | 0o020000, os.makedev(0, 0))

    def file(self, path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.clock += 1
        os.utime(path, (self.clock, self.clock))


if os.geteuid() == 0:
    class Folders(Case):
        """The walk over folders against the walk over the tars of the same layers."""

        def layers(self, seed):
            rng = random.Random(seed)
            merged, folders, trees = f"{self.folder}/{seed}-merged", [], []
            os.mkdir(merged)
            engines.write(f"{merged}/etc/os-release", support.DEBIAN)
            first = f"{self.folder}/{seed}-0"
            subprocess.run(["cp", "-a", merged, first], check=True)
            folders.append(first)
            for number in range(1, rng.randint(2, 6)):
                folder = f"{self.folder}/{seed}-{number}"
                Tree(rng, folder, merged, number)
                folders.append(folder)
                trees.append(f"{self.folder}/{seed}-whole-{number - 1}")
                subprocess.run(["cp", "-a", merged, trees[-1]], check=True)
                apply_folder(folder, merged)
            subprocess.run(["cp", "-a", merged, last := f"{self.folder}/{seed}-whole-last"], check=True)
            return folders, [*trees, last]

        def test_random_layers(self):
            found = 0
            for seed in range(25):
                folders, trees = self.layers(seed)
                layers = [layer_of_folder(folder) for folder in folders]
                archive = docker_archive(f"{self.folder}/image.tar", layers, name="made:1")
                expected = same(self.sbom(archive, code=None))
                found += len(expected["packages"])
                for driver, sources in (("overlay2", folders), ("vfs", trees)):
                    root = f"{self.folder}/{seed}-{driver}"
                    image_id = docker_folder(root, "made:1", sources, layers, driver)
                    document = self.sbom("--storage", root, "docker:made:1", code=None)
                    self.assertEqual(document["target"]["image_id"], image_id)
                    self.assertEqual(same(document), expected, f"seed {seed}, {driver}")
            self.assertGreater(found, 80)

        def one(self, *entries):
            """Docker's folder with a Debian and one layer made by the functions, which are given its folder."""
            base, top = f"{self.folder}/base", f"{self.folder}/top"
            engines.write(f"{base}/srv/package.json", '{"name":"below","version":"1.0.0"}')
            for item in debian(openssl="1.0"):
                engines.write(f"{base}/{item['path']}", item["text"])
            os.mkdir(top)
            for entry in entries:
                entry(top)
            layers = [b"base", b"top"]
            docker_folder(f"{self.folder}/root", "made:1", [base, top], layers)
            return ["--storage", f"{self.folder}/root", "docker:made:1"]

        def test_nothing_leads_out_of_a_folder(self):
            outside = f"{self.folder}/outside"
            engines.write(f"{outside}/package.json", '{"name":"secret","version":"1.0.0"}')
            words = self.one(lambda top: os.symlink(outside, f"{top}/way"),
                             lambda top: os.symlink(f"{outside}/package.json", f"{top}/package.json"),
                             lambda top: os.mkfifo(f"{top}/fifo"),
                             lambda top: os.mkfifo(f"{top}/composer.lock"))
            document = self.sbom(*words)
            self.assertEqual(names(document), ["openssl 1.0", "below 1.0.0"])
            self.assertTrue(document["complete"])

        def test_a_name_is_no_whiteout(self):
            """A process in a container can make such files; the kernel gives them no meaning."""
            words = self.one(lambda top: engines.write(f"{top}/var/lib/dpkg/.wh.status", ""),
                             lambda top: engines.write(f"{top}/etc/.wh..wh..opq", ""),
                             lambda top: engines.write(f"{top}/.wh.dir/package.json", '{"name":"left","version":"1.0.0"}'),
                             lambda top: os.setxattr(f"{top}/etc", "user.overlay.opaque", b"y"))
            document = self.sbom(*words)
            self.assertEqual(names(document), ["openssl 1.0", "below 1.0.0", "left 1.0.0"])
            self.assertEqual(document["target"]["os"]["id"], "debian")

        def test_marks_of_the_kernel(self):
            def whiteout_by_attribute(top):
                engines.write(f"{top}/srv/package.json", "")
                os.setxattr(f"{top}/srv", "trusted.overlay.opaque", b"x")
                os.setxattr(f"{top}/srv/package.json", "trusted.overlay.whiteout", b"")
            document = self.sbom(*self.one(whiteout_by_attribute))
            self.assertEqual(names(document), ["openssl 1.0"])

        def test_metacopy(self):
            """Only the mode was changed: the bytes are below."""
            def metacopy(top):
                os.makedirs(f"{top}/var/lib/dpkg")
                with open(f"{top}/var/lib/dpkg/status", "wb") as file:
                    file.truncate(400)
                os.setxattr(f"{top}/var/lib/dpkg/status", "trusted.overlay.metacopy", b"")
            document = self.sbom(*self.one(metacopy))
            self.assertEqual((names(document), document["complete"]), (["openssl 1.0", "below 1.0.0"], True))

        def test_what_is_not_followed_is_told(self):
            def renamed(top):
                os.makedirs(f"{top}/srv")
                os.setxattr(f"{top}/srv", "trusted.overlay.redirect", b"/opt")
            document = self.sbom(*self.one(renamed), code=5)
            self.assertIn("redirect_dir", document["diagnostics"][0]["message"])
            self.assertFalse(document["complete"])

        def test_folders_that_are_damaged(self):
            words = self.one()
            root = words[1]
            cases = [(f"{root}/overlay2/cache1/diff", None, "cannot open"),
                     (f"{root}/image/overlay2/repositories.json", b"{", "repositories.json"),
                     (f"{root}/image/overlay2/layerdb", b"", "holds no image")]
            for path, content, says in cases:
                os.rename(path, f"{self.folder}/kept")
                if content:
                    engines.write(path, content)
                self.refused(*words, says=says)
                if content:
                    os.remove(path)
                os.rename(f"{self.folder}/kept", path)
            for path in [f"{root}/image/overlay2/layerdb/sha256/{name}/cache-id"
                         for name in os.listdir(f"{root}/image/overlay2/layerdb/sha256")]:
                with open(path, "rb") as file:
                    kept = file.read()
                engines.write(path, b"../../etc")
                self.refused(*words, says="is no id of a layer")
                engines.write(path, kept)
            config = next(iter(os.listdir(f"{root}/image/overlay2/imagedb/content/sha256")))
            engines.write(f"{root}/image/overlay2/imagedb/content/sha256/{config}", b"{}")
            self.refused(*words, says="has other bytes")
            self.refused("--storage", root, "docker:other:1", says="holds no image other:1")
            self.refused("--storage", self.folder, "docker:made:1", says="holds no image made:1")
            self.refused("--storage", root, "podman:made:1", says="is no storage folder of Podman")



# ---- real engines ----

if can_run_engines():
    class Real(Case):
        """One image of several layers, with everything that folders say in their own way."""

        def archive(self, name="team/app:1"):
            files = [*debian(openssl="1.0", bash="5"), {"path": "tool", "bytes": engines.tool(self.folder), "mode": "755"},
                     {"path": "srv/old/package.json", "text": '{"name":"old","version":"1.0.0"}'},
                     {"path": "srv/kept/package.json", "text": '{"name":"kept","version":"1.0.0"}'}]
            second = [{"path": "var/lib/dpkg/status", "text": status(openssl="1.1", bash="5", curl="7")},
                      {"path": "srv/.wh.old", "text": ""},
                      {"path": "opt", "type": "dir"}, {"path": "opt/a", "type": "dir"},
                      {"path": "opt/a/package.json", "text": '{"name":"linked","version":"2.0.0"}'},
                      {"path": "opt/b", "type": "dir"},
                      {"path": "opt/b/package.json", "type": "hardlink", "target": "opt/a/package.json"},
                      {"path": "etc/os-release", "text": support.DEBIAN}]
            third = [{"path": "srv", "type": "dir"}, {"path": "srv/.wh..wh..opq", "text": ""},
                     {"path": "srv/new/package.json", "text": '{"name":"new","version":"3.0.0"}'}]
            return docker_archive(f"{self.folder}/made.tar", [layer(files), layer(second), layer(third)], name=name)

        def check(self, document, expected, kind, name):
            self.assertEqual(same(document), same(expected))
            self.assertEqual((document["target"]["kind"], document["target"]["name"]), (kind, name))
            self.assertEqual(names(document), ["bash 5", "curl 7", "openssl 1.1", "linked 2.0.0", "new 3.0.0"])

        def check_container(self, document, kept=()):
            self.assertEqual((document["target"]["kind"], document["target"]["name"]), ("container", "box"))
            self.assertEqual([item for item in names(document) if item not in kept],
                             ["bash 5", "curl 7", "inside 9", "openssl 1.1", "linked 2.0.0"])

        def change(self, engine):
            """A package is added inside of the container, and another one removed."""
            engine("run", "-d", "--name", "box", "--network", "none", "-v", f"{self.folder}:/data", "team/app:1", "/tool")
            engines.write(f"{self.folder}/status", status(openssl="1.1", bash="5", curl="7", inside="9"))
            engine("cp", f"{self.folder}/status", "box:/var/lib/dpkg/status")
            engine("exec", "box", "/tool", "rm", "/srv/new/package.json")

    class RealDocker(Real):
        def docker(self, driver, *options):
            docker = Docker(driver, *options)
            self.addCleanup(docker.close)
            docker("load", "-i", self.archive())
            docker("save", "-o", f"{self.folder}/saved.tar", "team/app:1")
            self.env["DOCKER_HOST"] = docker.env["DOCKER_HOST"]
            return docker, self.sbom(f"{self.folder}/saved.tar")

        def test_overlay2(self):
            docker, expected = self.docker("overlay2")
            image_id = expected["target"]["image_id"]
            for target in ("docker:team/app:1", "team/app:1", f"docker:{image_id}", f"docker:{image_id[7:19]}"):
                self.check(self.sbom(target), expected, "docker", "docker.io/team/app:1")
            self.check(self.sbom("--verify", "docker:team/app:1"), expected, "docker", "docker.io/team/app:1")
            self.refused("docker:team/app:2", says="docker holds no image team/app:2")
            self.change(docker)
            folder = ["--storage", docker.root]
            containers = [self.sbom("container:box"), self.sbom("container:" + docker("ps", "-q")), self.sbom(*folder, "container:box")]
            for document in containers:
                self.check_container(document)
                self.assertEqual(document["target"]["image_id"], image_id)
                self.assertEqual(document["target"]["layers"][-1]["created_by"], "container box: its own changes")
                self.assertEqual(len(document["target"]["layers"]), 4)
                self.assertIn("/data", document["diagnostics"][0]["message"])
                self.assertTrue(document["complete"])
                added = next(item for item in document["packages"] if item["name"] == "inside")
                self.assertIsNone(added["layer"])
            exported = self.sbom("--verify", "container:box")
            self.check_container(exported)
            self.assertEqual(len(exported["target"]["layers"]), 1)
            self.refused("container:nobody", says="no container nobody was found")
            docker("rm", "-f", "box")
            docker.stop()
            self.refused("docker:team/app:1", env={"DOCKER_HOST": "unix:///nowhere"})
            self.check(self.sbom(*folder, "docker:team/app:1"), expected, "docker", "docker.io/team/app:1")
            self.check(self.sbom(*folder, f"docker:{image_id[7:17]}"), expected, "docker", "docker.io/team/app:1")
            docker.start()

        def test_vfs(self):
            docker, expected = self.docker("vfs")
            self.check(self.sbom("docker:team/app:1"), expected, "docker", "docker.io/team/app:1")
            self.change(docker)
            self.check_container(self.sbom("container:box"))
            docker("rm", "-f", "box")

    class RealPodman(Real):
        def podman(self, driver):
            podman = Podman(driver)
            self.addCleanup(podman.close)
            podman("load", "-i", self.archive())
            podman("save", "-q", "-o", f"{self.folder}/saved.tar", "team/app:1")
            self.env["CONTAINERS_STORAGE_CONF"] = podman.env["CONTAINERS_STORAGE_CONF"]
            return podman, self.sbom(f"{self.folder}/saved.tar")

        def see(self, podman, expected):
            name = podman("images", "--format", "{{.Repository}}:{{.Tag}}")
            image_id = expected["target"]["image_id"]
            self.check(self.sbom("--storage", podman.root, "podman:team/app:1"), expected, "podman", "docker.io/team/app:1")
            nothing = {"CONTAINER_HOST": ""}
            self.check(self.sbom("podman:team/app:1", env=nothing), expected, "podman", "docker.io/team/app:1")
            self.check(self.sbom(f"podman:{image_id[7:17]}", env=nothing), expected, "podman", name)
            self.change(podman)
            self.check_container(self.sbom("container:box", env=nothing))
            podman.serve()
            service = {"CONTAINER_HOST": f"unix://{podman.socket}"}
            self.check(self.sbom("podman:team/app:1", env=service), expected, "podman", name)
            self.check(self.sbom("--verify", "podman:team/app:1", env=service), expected, "podman", name)
            document = self.sbom("container:box", env=service)
            self.check_container(document)
            self.assertEqual(document["target"]["image_id"], image_id)
            self.assertIn("/data", document["diagnostics"][0]["message"])

        def test_overlay(self):
            self.see(*self.podman("overlay"))

        def test_vfs(self):
            self.see(*self.podman("vfs"))


    class RealContainerd(Real):
        def load(self, containerd, name_space, archive):
            containerd("-n", name_space, "images", "import", "--no-unpack", archive)

        def test_content_store(self):
            containerd = Containerd()
            self.addCleanup(containerd.close)
            archive = self.archive()
            self.load(containerd, "default", archive)
            words = ["--storage", containerd.root]
            expected = self.sbom(archive)
            for target in ("containerd:team/app:1", "containerd:docker.io/team/app:1"):
                document = self.sbom(*words, target)
                for item in document["target"]["layers"]: # the content store knows them, an archive does not
                    self.assertEqual(item.pop("digest"), item["diff_id"])
                    item["digest"] = None
                self.check(document, expected, "containerd", "docker.io/team/app:1")
            self.assertRegex(document["target"]["digest"], "^sha256:")
            self.refused(*words, "containerd:team/app:2", says="holds no image team/app:2")
            self.refused(*words, "--namespace", "moby", "containerd:team/app:1", says="holds no image team/app:1")
            # many names, so that the database has more than one page of them
            for number in range(120):
                containerd("images", "tag", "docker.io/team/app:1", f"registry.example/{'long' * 20}/{number}:{number}")
            for number in (0, 57, 119):
                document = self.sbom(*words, f"containerd:registry.example/{'long' * 20}/{number}:{number}")
                self.assertEqual(document["target"]["image_id"], expected["target"]["image_id"])
            other = docker_archive(f"{self.folder}/other.tar", [layer(debian(zsh="1"))], name="team/app:1")
            self.load(containerd, "k8s.io", other)
            self.refused(*words, "containerd:team/app:1", code=2, says=["different images", "--namespace"])
            self.assertEqual(names(self.sbom(*words, "--namespace", "k8s.io", "containerd:team/app:1")), ["zsh 1"])
            self.load(containerd, "moby", archive)
            self.assertEqual(self.sbom(*words, "--namespace", "moby", "containerd:team/app:1")["target"]["image_id"],
                             expected["target"]["image_id"])
            blob = document["target"]["layers"][0]["diff_id"].replace(":", "/")
            os.remove(f"{containerd.root}/io.containerd.content.v1.content/blobs/{blob}")
            document = self.sbom(*words, "--namespace", "default", "containerd:team/app:1", code=5)
            self.assertFalse(document["complete"])

        def test_socket(self):
            containerd = Containerd()
            self.addCleanup(containerd.close)
            archive = self.archive()
            self.load(containerd, "default", archive)
            socket = ["--engine", f"unix://{containerd.socket}"]
            expected = self.sbom("--storage", containerd.root, "containerd:team/app:1")
            self.assertEqual(self.sbom(*socket, "containerd:team/app:1"), expected)
            self.assertEqual(self.sbom("containerd:team/app:1", env={"CONTAINERD_ADDRESS": containerd.socket}), expected)
            self.assertEqual(self.sbom("team/app:1", env={"CONTAINERD_ADDRESS": containerd.socket}), expected)
            self.refused(*socket, "containerd:team/app:2", says="containerd holds no image team/app:2")
            self.refused(*socket, "--namespace", "moby", "containerd:team/app:1", says="containerd holds no image")
            large = docker_archive(f"{self.folder}/large.tar", [layer([
                {"path": "large", "bytes": random.Random(1).randbytes(9_000_001)}, *debian(zsh="1")])], name="team/app:1")
            self.load(containerd, "k8s.io", large)
            self.refused(*socket, "containerd:team/app:1", code=2, says=["different images", "--namespace"])
            self.assertEqual(names(self.sbom(*socket, "--namespace", "k8s.io", "containerd:team/app:1")), ["zsh 1"])

        def test_no_grpc(self):
            engine = self.fake({})
            self.refused("--engine", engine.env["DOCKER_HOST"], "containerd:x", says="does not answer")

        def test_no_database(self):
            self.refused("--storage", self.folder, "containerd:x", says="cannot open")
            engines.write(f"{self.folder}/io.containerd.metadata.v1.bolt/meta.db", b"x" * 9000)
            self.refused("--storage", self.folder, "containerd:x", says="is no database of bbolt")


if __name__ == "__main__":
    unittest.main()
