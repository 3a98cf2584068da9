"""The cache of layers: a layer that was seen before is not read again, and nothing else changes."""
import glob
import gzip
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

import made_files
import support
from registry_server import Registry
from support import PROGRAM, ROOT, debian, digest, docker_archive, docker_members, dumps, gz, layer, names

GOLDEN = os.path.join(ROOT, "tests", "golden")
HONEST = layer(debian(openssl="1.0", bash="5.2"))
EVIL = layer(debian(nothing="9.9"))


def settle(*paths):
    """Files that were written just now could still change without a trace: until that is over."""
    for path in paths:
        while time.time() - os.stat(path).st_ctime < 0.15:
            pass


def packed(path, layers, **more):
    docker_archive(path, layers, stored=[gz(data) for data in layers], **more)
    settle(path)
    return path


class Case(unittest.TestCase):
    maxDiff = 2000

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.cache = os.path.join(self.folder, "cache")
        self.path = os.path.join(self.folder, "image.tar")

    def run_one(self, *targets, cache=None, env=None, verb="sbom", words=()):
        return support.plimsoll(verb, *targets, "--format", "json", "--verbose", "--cache", cache or self.cache, *words,
                                env={"SOURCE_DATE_EPOCH": "1780000000", **(env or {})})

    def cached(self, done):
        """(layers out of the cache, layers)"""
        found = re.search(r"(\d+) of (\d+) layers came out of the cache", done.stderr)
        self.assertIsNotNone(found, done.stderr)
        return int(found[1]), int(found[2])

    def same(self, target, warm=None, env=None, words=()):
        """Cold, warm and without a cache: the same bytes and exit code; what the warm run took out of it."""
        runs = [self.run_one(target, env=env, words=words), self.run_one(target, env=env, words=words),
                self.run_one(target, cache="none", env=env, words=words)]
        for done in runs[1:]:
            self.assertEqual(done.returncode, runs[0].returncode, done.stderr)
            self.assertEqual(done.stdout, runs[0].stdout)
        self.assertTrue(runs[0].stdout, runs[0].stderr)
        if warm is not None:
            self.assertEqual(self.cached(runs[1]), warm)
        return runs[1]

    def registry(self, *layers):
        """A registry with one image, and the words that name it."""
        registry = Registry()
        self.addCleanup(registry.close)
        registry.put_image("team/app", "1", layers)
        registry.words = ["--insecure", registry.host]
        registry.target = f"registry:{registry.host}/team/app:1"
        return registry

    def info(self):
        done = support.plimsoll("cache", "info", "--format", "json", "--cache", self.cache)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)


class TheSame(Case):
    """Over all golden cases."""

    def check(self, images, least, words=()):
        """`least`: the share of the layers that can be kept."""
        taken = total = 0
        paths = {name: os.path.join(self.folder, name + ".tar") for name in images}
        for name, layers in images.items():
            docker_archive(paths[name], layers, stored=[gz(data) for data in layers])
        settle(*paths.values())
        for name, path in paths.items():
            with self.subTest(name):
                one, all_of_it = self.cached(self.same(path, words=words))
                taken, total = taken + one, total + all_of_it
        self.assertGreater(taken, total * least)

    def test_layers(self):
        images = {}
        for path in sorted(glob.glob(os.path.join(GOLDEN, "layers", "*", "case.json"))):
            with open(path, encoding="utf-8") as file:
                images[os.path.basename(os.path.dirname(path))] = [layer(entries) for entries in json.load(file)["layers"]]
        self.check(images, 0.9)  # but for those that hit a limit

    def test_catalogers(self):
        images = {}
        for folder in sorted(glob.glob(os.path.join(GOLDEN, "catalogers", "*"))):
            layers = images[os.path.basename(folder)] = []
            for path in sorted(glob.glob(os.path.join(folder, "*", "case.json"))):
                with open(path, encoding="utf-8") as file:
                    files = json.load(file)["files"]
                layers.append(layer([{"path": name, "bytes": made_files.make(content)}
                                     for name, content in files.items()]))
        self.check(images, 0.8, words=["--format", "cyclonedx=/dev/null"])

    def test_problems_in_two_languages(self):
        packed(self.path, [layer(debian(bash="5.2") + [{"path": "var/lib/dpkg/status", "text": "Package: x\n\n"}])])
        english = self.same(self.path, (1, 1))
        self.assertEqual(english.returncode, 5)
        for _ in range(2):
            chinese = self.run_one(self.path, words=["--lang", "zh"])
            none = self.run_one(self.path, cache="none", words=["--lang", "zh"])
            self.assertEqual(chinese.stdout, none.stdout)
            self.assertNotEqual(chinese.stdout, english.stdout)
        again = self.run_one(self.path)
        self.assertEqual(again.stdout, english.stdout)

    def test_other_readers_are_another_record(self):
        layers = [layer(debian(bash="5.2")), layer([{"path": "a/package-lock.json", "text": dumps({
            "name": "a", "version": "1", "lockfileVersion": 3,
            "packages": {"": {}, "node_modules/left": {"version": "1.3.0"}}}).decode()}])]
        packed(self.path, layers)
        for words, want in (([], ["bash 5.2", "left 1.3.0"]), (["--catalogers", "os"], ["bash 5.2"]),
                            (["--catalogers", "npm-lock"], ["left 1.3.0"])):
            for taken in (0, 2):
                done = self.run_one(self.path, words=words)
                self.assertEqual(names(json.loads(done.stdout)), want)
                self.assertEqual(self.cached(done)[0], taken)


class Work(Case):
    """A second scan does no layer work."""

    def bytes_read(self, target):
        """What the program read, out of the cache or not."""
        child = subprocess.Popen([PROGRAM, "sbom", target, "--format", "json", "--cache", self.cache],
                                 stdout=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"})
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        with open(f"/proc/{child.pid}/io", encoding="ascii") as file:
            count = int(re.search(r"rchar: (\d+)", file.read())[1])
        self.assertEqual(child.wait(), 0)
        return count

    def check_unread(self, target, size):
        before, after = self.bytes_read(target), self.bytes_read(target)
        self.assertGreater(before, size)
        self.assertLess(after, before - size * 0.9)

    def test_a_packed_layer_is_not_read(self):
        noise = os.urandom(8_000_000)
        packed(self.path, [layer(debian(bash="5.2") + [{"path": "noise", "bytes": noise}])])
        self.check_unread(self.path, len(noise))

    def test_files_of_a_plain_layer_are_not_read(self):
        wanted = [{"path": f"app/{i}/package-lock.json", "bytes": dumps({
            "name": "a", "version": "1", "lockfileVersion": 3, "x": " " * 3_000_000,
            "packages": {"": {}, "node_modules/left": {"version": f"1.{i}.0"}}})} for i in range(3)]
        docker_archive(self.path, [layer(debian(bash="5.2") + wanted + [{"path": "zeros", "bytes": bytes(70 << 20)}])])
        settle(self.path)
        self.same(self.path, (1, 1))
        shutil.rmtree(self.cache)
        self.check_unread(self.path, 9_000_000)

    def test_links_and_journals_need_no_second_pass(self):
        """Files behind links that no pattern names, layers that write below links."""
        target = debian(bash="5.2")
        merged = [{"path": "usr/lib", "type": "dir"}, {"path": "lib", "type": "symlink", "target": "usr/lib"},
                  {"path": "var/lib/dpkg", "type": "symlink", "target": "../../opt/dpkg"},
                  *[{**entry, "path": entry["path"].replace("var/lib/dpkg/", "opt/dpkg/")} for entry in target]]
        below = [{"path": "lib/apk/db/installed", "text": "P:musl\nV:1.2\n\n"},
                 {"path": "opt/dpkg/status.d/extra", "text": support.status(extra="1")},
                 {"path": "noise", "bytes": os.urandom(4_000_000)}]
        packed(self.path, [layer(merged), layer(below)])
        done = self.same(self.path, (2, 2))
        self.assertIn("bash 5.2", names(json.loads(done.stdout)))
        self.assertGreater(self.info()["layers_behind_links"], 0)
        shutil.rmtree(self.cache)
        self.check_unread(self.path, 4_000_000)

    def test_a_database_and_its_journal(self):
        """They stand in one layer, in two, behind a link: read together once."""
        alma = {"path": "etc/os-release", "text": 'ID=almalinux\nVERSION_ID="9.4"\n'}
        main, journal = support.rpm_database(os.path.join(self.folder, "rpmdb.sqlite"),
                                             [support.rpm_header("bash", "5.1.8", "6.el9")], wal=True)
        files = [{"path": "var/lib/rpm/rpmdb.sqlite", "bytes": main},
                 {"path": "var/lib/rpm/rpmdb.sqlite-wal", "bytes": journal}]
        link = [alma, {"path": "var/lib/rpm", "type": "symlink", "target": "../../opt/rpm"}]
        moved = [{**entry, "path": entry["path"].replace("var/lib/rpm/", "opt/rpm/")} for entry in files]
        for layers in ([[alma, *files]], [[alma, files[0]], [files[1]]], [[alma, files[1]], [files[0]]],
                       [link, moved], [link, moved[:1], moved[1:]]):
            packed(self.path, [layer(entries) for entries in layers])
            done = self.same(self.path, (len(layers), len(layers)))
            self.assertEqual(names(json.loads(done.stdout)), ["bash 5.1.8-6.el9"])
        # The same database without its journal is another matter.
        packed(self.path, [layer([alma, files[0]])])
        self.assertEqual(names(json.loads(self.same(self.path).stdout)), [])

    def test_links_of_another_image(self):
        """What stands behind links is known in every image of the same layers below; and only there."""
        base = layer([{"path": "usr/lib", "type": "dir"}, {"path": "lib", "type": "symlink", "target": "usr/lib"},
                      {"path": "etc/os-release", "type": "symlink", "target": "../opt/release"},
                      {"path": "opt/release", "text": support.DEBIAN}])
        plain = layer([{"path": "lib", "type": "dir"}, {"path": "etc/os-release", "text": support.DEBIAN}])
        below = layer([{"path": "lib/apk/db/installed", "text": "P:musl\nV:1.2\n\n"}])
        registry = self.registry(base, below, layer([{"path": "a", "text": "1"}]))
        registry.put_image("team/other", "1", [base, below, layer([{"path": "a", "text": "2"}])])
        registry.put_image("team/plain", "1", [plain, below])
        targets = [registry.target.replace("app", name) for name in ("app", "other", "plain", "app", "other", "plain")]
        counts = []
        for target in targets:
            registry.forget()
            done = self.run_one(target, words=registry.words)
            counts.append(sum("/blobs/" in path for path in registry.paths()) - 1)
            none = self.run_one(target, cache="none", words=registry.words)
            self.assertEqual((done.stdout, done.returncode), (none.stdout, none.returncode))
        # base and below are fetched again for what stands behind the links, once; then never.
        self.assertEqual(counts[1:], [1, 1, 0, 0, 0])

    def test_a_layer_is_known_in_another_image(self):
        registry = self.registry(HONEST, layer([{"path": "a", "text": "b"}]))
        registry.put_image("team/other", "1", [HONEST, layer([{"path": "a", "text": "c"}])])
        self.run_one(registry.target, words=registry.words)
        done = self.run_one(registry.target.replace("app", "other"), words=registry.words)
        self.assertEqual(self.cached(done), (1, 2))

    def test_a_file_is_known_by_its_own_bytes_only(self):
        top = layer([{"path": "etc/motd", "text": "hello"}])
        other = os.path.join(self.folder, "other.tar")
        packed(self.path, [HONEST])
        packed(other, [HONEST, top])
        self.same(self.path, (1, 1))
        # A name is a file's; bytes that were never hashed are not taken by what is claimed of them.
        self.assertEqual(self.cached(self.run_one(other)), (0, 2))
        self.assertEqual(self.cached(self.run_one(other)), (2, 2))

    def test_a_registry_sends_manifest_and_config_only(self):
        registry = self.registry(HONEST, layer([{"path": "a", "text": "b"}]))
        first = self.run_one(registry.target, words=registry.words)
        self.assertEqual(sum("/blobs/" in path for path in registry.paths()), 3)
        registry.forget()
        second = self.run_one(registry.target, words=registry.words)
        self.assertEqual(sum("/blobs/" in path for path in registry.paths()), 1, registry.paths())
        self.assertEqual(first.stdout, second.stdout)
        self.assertEqual(self.cached(second), (2, 2))

    def test_a_file_with_a_blob_that_is_known_is_only_hashed(self):
        registry = self.registry(HONEST)
        self.run_one(registry.target, words=registry.words)
        members = {**{"blobs/sha256/" + name[7:]: data for name, data in registry.blobs.items()}}
        media_type, manifest = registry.manifests["team/app", "1"]
        members["blobs/sha256/" + digest(manifest)] = manifest
        members["oci-layout"] = dumps({"imageLayoutVersion": "1.0.0"})
        members["index.json"] = dumps({"schemaVersion": 2, "manifests": [
            {"mediaType": media_type, "digest": "sha256:" + digest(manifest), "size": len(manifest)}]})
        support.tar_of(members, self.path)
        self.assertEqual(self.cached(self.run_one(self.path)), (1, 1))
        # One that has other bytes under that name is read.
        blob = [name for name in members if members[name][:2] == b"\x1f\x8b"][0]
        members[blob] = gz(EVIL)
        support.tar_of(members, self.path)
        done = self.run_one(self.path)
        self.assertEqual(self.cached(done), (0, 1))
        self.assertEqual(done.returncode, 5)

    def test_verify_reads_everything(self):
        packed(self.path, [HONEST])
        self.run_one(self.path)
        for _ in range(2):
            self.assertEqual(self.cached(self.run_one(self.path, words=["--verify"])), (0, 1))

    def test_small_plain_images_need_no_cache(self):
        docker_archive(self.path, [HONEST])
        settle(self.path)
        self.assertEqual(self.cached(self.run_one(self.path)), (0, 1))
        self.assertFalse(os.path.exists(self.cache))


class Forged(Case):
    """A claimed digest neither takes nor plants a record."""

    def archive(self, name, claimed, stored):
        """Layers whose config claims the diff IDs of `claimed`, and that are `stored`."""
        path = os.path.join(self.folder, name)
        members = docker_members([claimed], stored=[gz(stored)])
        support.tar_of(members, path)
        settle(path)
        return path

    def check(self, evil, honest):
        want = {path: self.run_one(path, cache="none") for path in (evil, honest)}
        self.assertEqual(want[evil].returncode, 5)
        self.assertEqual(want[honest].returncode, 0)
        for path in (evil, honest, honest, evil, honest, evil):
            done = self.run_one(path)
            self.assertEqual(done.stdout, want[path].stdout)
            self.assertEqual(done.returncode, want[path].returncode)

    def test_evil_first(self):
        self.check(self.archive("evil", HONEST, EVIL), self.archive("honest", HONEST, HONEST))

    def test_honest_first(self):
        honest = self.archive("honest", HONEST, HONEST)
        self.run_one(honest)
        self.run_one(honest)
        self.check(self.archive("evil", HONEST, EVIL), honest)

    def test_the_same_bytes_under_a_wrong_claim(self):
        """The bytes are known; what is claimed of them is still told as wrong."""
        self.run_one(self.archive("honest", EVIL, EVIL))
        folder = self.archive("evil", HONEST, EVIL)
        runs = [self.run_one(folder) for _ in range(2)]
        none = self.run_one(folder, cache="none")
        for done in runs:
            self.assertEqual(done.stdout, none.stdout)
            self.assertEqual(done.returncode, 5)

    def test_a_registry_that_lies(self):
        registry = self.registry(HONEST)
        good = {**registry.blobs}
        blob = [name for name, data in good.items() if data[:2] == b"\x1f\x8b"][0]
        registry.blobs[blob] = gz(EVIL)
        self.assertEqual(self.run_one(registry.target, words=registry.words).returncode, 5)
        self.assertEqual(self.info()["layers"], 0)
        registry.blobs[blob] = good[blob]
        done = self.run_one(registry.target, words=registry.words)
        self.assertEqual(names(json.loads(done.stdout)), ["bash 5.2", "openssl 1.0"])

    def test_a_file_that_is_changed_in_place(self):
        packed(self.path, [HONEST])
        self.same(self.path, (1, 1))
        size, status = os.path.getsize(self.path), os.stat(self.path)
        other = os.path.join(self.folder, "other")
        changed = layer(debian(openssl="2.0", bash="5.2"))
        for pad in range(64):  # other bytes of the same length
            stored = gzip.compress(changed, mtime=pad)
            docker_archive(other, [changed], stored=[stored])
            if os.path.getsize(other) == size:
                break
        self.assertEqual(os.path.getsize(other), size)
        with open(other, "rb") as source, open(self.path, "r+b") as target:
            target.write(source.read())
        os.utime(self.path, ns=(status.st_atime_ns, status.st_mtime_ns))
        settle(self.path)
        done = self.run_one(self.path)
        self.assertEqual(names(json.loads(done.stdout)), ["bash 5.2", "openssl 2.0"])

    def test_a_layer_that_ends_too_early_is_not_kept(self):
        docker_archive(self.path, [HONEST], stored=[gz(HONEST)[:-9]])
        settle(self.path)
        for _ in range(2):
            done = self.run_one(self.path)
            self.assertEqual((done.returncode, self.cached(done)), (5, (0, 1)))
        self.assertEqual(self.info()["layers"], 0)


class Trouble(Case):
    def images(self, count):
        paths = [os.path.join(self.folder, f"{i}.tar") for i in range(count)]
        for i, path in enumerate(paths):
            packed(path, [layer(debian(bash=f"5.{i}")), layer([{"path": "noise", "bytes": os.urandom(500_000)}])])
        return paths

    def test_two_at_once(self):
        paths = self.images(4)
        children = [subprocess.Popen([PROGRAM, "sbom", *paths, "--format", "json", "--cache", self.cache],
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
        outputs = [child.communicate() for child in children]
        for child, (out, err) in zip(children, outputs):
            self.assertEqual((child.returncode, err), (0, b""))
            self.assertEqual(out, outputs[0][0])
        self.assertEqual(self.cached(self.run_one(*paths)), (8, 8))

    def test_killed_in_the_middle(self):
        paths = self.images(6)
        want = self.run_one(*paths, cache="none").stdout
        for lines in range(1, 6):
            child = subprocess.Popen([PROGRAM, "sbom", *paths, "--format", "json", "--cache", self.cache],
                                     stdout=subprocess.PIPE)
            for _ in range(lines):
                child.stdout.readline()
            child.send_signal(signal.SIGKILL)
            child.communicate()
            self.assertEqual(self.run_one(*paths).stdout, want)
            self.assertEqual(self.cached(self.run_one(*paths)), (12, 12))
            support.plimsoll("cache", "clear", "--cache", self.cache)

    def test_a_damaged_record_is_read_again(self):
        packed(self.path, [HONEST])
        want = self.same(self.path, (1, 1)).stdout
        with sqlite3.connect(os.path.join(self.cache, "layers.sqlite")) as db:
            db.execute("UPDATE value SET bytes = substr(bytes, 1, length(bytes) - 1) WHERE kind = 0")
        db.close()
        done = self.run_one(self.path)
        self.assertEqual((done.stdout, self.cached(done)), (want, (0, 1)))
        self.assertEqual(self.cached(self.run_one(self.path)), (1, 1))

    def test_a_file_that_is_no_cache(self):
        packed(self.path, [HONEST])
        os.makedirs(self.cache, mode=0o700)
        with open(os.path.join(self.cache, "layers.sqlite"), "w", encoding="ascii") as file:
            file.write("somebody's notes\n" * 2000)
        self.same(self.path, (1, 1))
        with open(os.path.join(self.cache, "layers.sqlite.aside"), encoding="ascii") as file:
            self.assertIn("somebody's notes", file.read())

    def test_others_could_write_to_it(self):
        packed(self.path, [HONEST])
        self.same(self.path, (1, 1))
        os.chmod(self.cache, 0o777)
        done = self.run_one(self.path)
        self.assertEqual((done.returncode, self.cached(done)), (0, (0, 1)))
        self.assertIn("not trusted", done.stderr)

    def test_a_place_that_cannot_be_written(self):
        packed(self.path, [HONEST])
        done = self.run_one(self.path, cache="/proc/nothing/here")
        self.assertEqual(done.returncode, 0)
        self.assertIn("The cache of layers is not used", done.stderr)
        self.assertEqual(names(json.loads(done.stdout)), ["bash 5.2", "openssl 1.0"])


    def test_a_full_disk(self):
        packed(self.path, [HONEST])
        code = ("import os, resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
                "resource.setrlimit(resource.RLIMIT_FSIZE, (60000, 60000)); os.execv(sys.argv[1], sys.argv[1:])")
        done = subprocess.run(["python3", "-c", code, PROGRAM, "sbom", self.path, "--format", "json", "--cache", self.cache],
                              capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, names(json.loads(done.stdout))), (0, ["bash 5.2", "openssl 1.0"]))
        self.assertEqual(done.stderr.count("The cache of layers is not used"), 1, done.stderr)
        self.same(self.path, (1, 1))

    def test_a_machine_without_sqlite(self):
        packed(self.path, [HONEST])
        with open(os.path.join(self.folder, "libsqlite3.so.0"), "w", encoding="ascii") as file:
            file.write("no library\n" * 100)
        env = {"LD_LIBRARY_PATH": self.folder}
        done = self.run_one(self.path, env=env)
        self.assertEqual((done.returncode, names(json.loads(done.stdout))), (0, ["bash 5.2", "openssl 1.0"]))
        self.assertIn("libsqlite3-0", done.stderr)
        done = support.plimsoll("sbom", self.path, "--format", "json", "--cache", self.cache, env=env)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertNotEqual(support.plimsoll("cache", "info", "--cache", self.cache, env=env).returncode, 0)


class Verbs(Case):
    def test_info_and_clear(self):
        packed(self.path, [HONEST])
        self.same(self.path, (1, 1))
        info = self.info()
        self.assertEqual({key: info[key] for key in ("schema", "layers", "names", "layers_behind_links", "bound")},
                         {"schema": "plimsoll.cache/1", "layers": 1, "names": 1, "layers_behind_links": 0, "bound": 1 << 30})
        self.assertEqual(info["path"], os.path.join(self.cache, "layers.sqlite"))
        self.assertGreater(info["bytes"], 1000)
        text = support.plimsoll("cache", "info", "--cache", self.cache, "--cache-size", "2M")
        self.assertIn("of at most 2.0 MiB", text.stdout)
        self.assertEqual(support.plimsoll("cache", "clear", "--cache", self.cache).returncode, 0)
        self.assertEqual((self.info()["layers"], self.info()["names"]), (0, 0))
        self.assertEqual(self.cached(self.run_one(self.path)), (0, 1))

    def test_wrong_use(self):
        for words in (["cache", "info", "--format", "xml"], ["cache", "info", "x"], ["cache", "clear", "--cache", "none"],
                      ["sbom", "x", "--cache-size", "10K"], ["sbom", "x", "--cache-size", "many"],
                      ["sbom", "x", "--cache-size", "99999999999G"]):
            done = support.plimsoll(*words, env={"PLIMSOLL_CACHE": self.cache})
            self.assertEqual(done.returncode, 2, words)

    def test_it_is_in_the_data_folder_by_default(self):
        packed(self.path, [HONEST])
        env = {"PLIMSOLL_HOME": self.folder, "PLIMSOLL_CACHE": ""}
        for _ in range(2):
            done = support.plimsoll("sbom", self.path, "--format", "json", "--verbose", env=env)
        self.assertEqual(self.cached(done), (1, 1))
        self.assertTrue(os.path.exists(os.path.join(self.folder, "cache", "layers.sqlite")))
        self.assertEqual(os.stat(os.path.join(self.folder, "cache")).st_mode & 0o777, 0o700)


if __name__ == "__main__":
    unittest.main()
