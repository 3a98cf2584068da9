"""The advisory database through a registry: what moves, what is believed, and what is refused."""
import base64
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest

import support
from registry_server import MANIFEST, Registry, start_real
from signing import Key
from support import PROGRAM, debian, digest, docker_archive, dumps, layer, plimsoll

DAY = 86400
START = 1767225600  # 2026-01-01
STATEMENT = "application/vnd.plimsoll.database.statement.v1+json"


def tracker(day):
    """Some thousand issues; a day adds and changes a few."""
    rng, packages = random.Random(3), {}

    def issue(fixed):
        return {"releases": {"bookworm": {"status": "resolved", "fixed_version": fixed, "urgency": "medium",
                                          "repositories": {}}}}
    for number in range(6000):
        name = f"package{rng.randrange(900)}"
        packages.setdefault(name, {})[f"CVE-2023-{1000 + number}"] = issue(f"1.{rng.randrange(10 ** 9)}-{rng.randrange(9)}")
    packages["bash"] = {"CVE-2024-1000": issue("5.2.15-3")}
    for extra in range(day):
        for number in range(20):
            packages[f"package{number * 31}"][f"CVE-2026-{2000 + extra * 20 + number}"] = issue(f"9.{extra}-{number}")
    return packages


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.base = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.base)
        cls.key, cls.other = Key(cls.base, "one", "ed25519"), Key(cls.base, "two", "ed25519")
        cls.days = []
        # One database that goes on from day to day, as the machine that pushes has it.
        for day in range(4):
            feed, folder = os.path.join(cls.base, f"tracker{day}.json"), os.path.join(cls.base, f"day{day}")
            with open(feed, "w", encoding="utf-8") as file:
                json.dump(tracker(day), file)
            if day:
                shutil.copytree(cls.days[-1], folder)
            done = plimsoll("db", "import", "--db", folder, feed, env={"SOURCE_DATE_EPOCH": str(START + day * DAY)})
            assert done.returncode == 0, done.stderr
            cls.days.append(folder)

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=self.base)
        self.registry = Registry()
        self.addCleanup(self.registry.close)
        self.mirror, self.client = os.path.join(self.folder, "mirror"), os.path.join(self.folder, "client")
        self.reference = self.registry.host + "/security/db:latest"

    def run_db(self, verb, folder, *words, day=0, code=0, **env):
        done = plimsoll("db", verb, "--db", folder, *words, env={
            "SOURCE_DATE_EPOCH": str(START + day * DAY + 3600), "DOCKER_CONFIG": self.folder, **env})
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done

    def push(self, day, *words, key=True, code=0, reference=None):
        os.makedirs(self.mirror, exist_ok=True)
        shutil.copy(os.path.join(self.days[day], "plimsoll.db"), self.mirror)
        sign = ("--sign-key", self.key.private) if key is True else ("--sign-key", key.private) if key else ()
        return self.run_db("push", self.mirror, *sign, "--insecure", self.registry.host, *words, reference or self.reference,
                           day=day, code=code).stderr

    def pull(self, *words, key=True, code=0, day=0, reference=None, client=None):
        keys = ("--verify-key", self.key.public) if key is True else ()
        self.registry.forget()
        return self.run_db("pull", client or self.client, *keys, "--insecure", self.registry.host, *words,
                           reference or self.reference, day=day, code=code).stderr

    def entries(self, folder):
        """What is in a database, whatever its pages."""
        info = json.loads(self.run_db("info", folder, "--format", "json").stdout)
        self.run_db("verify", folder)
        return {key: info[key] for key in ("built", "advisories", "feeds", "namespaces")}

    def holds(self, day, folder=None):
        self.assertEqual(self.entries(folder or self.client), self.entries(self.days[day]))

    def manifest(self):
        return json.loads(self.registry.manifests["security/db", "latest"][1])

    def layers(self, kind):
        return [item["digest"] for item in self.manifest()["layers"] if kind in item["mediaType"]]

    def statement(self):
        document = self.manifest()["layers"][0]
        envelope = json.loads(self.registry.blobs[document["digest"]])
        return json.loads(base64.b64decode(envelope["payload"])) if "payload" in envelope else envelope

    def replace_statement(self, body, kind="application/vnd.dsse.envelope.v1+json"):
        """A manifest that is right, of another statement."""
        manifest = self.manifest()
        manifest["layers"][0] = {"mediaType": kind, **self.registry.put_blob(body)}
        self.registry.put_manifest("security/db", "latest", MANIFEST, dumps(manifest))

    def seal(self, body, key, kind=STATEMENT):
        signed = f"DSSEv1 {len(kind)} {kind} {len(body)} ".encode() + body
        return dumps({"payloadType": kind, "payload": base64.b64encode(body).decode(),
                      "signatures": [{"keyid": "", "sig": base64.b64encode(key.sign(signed)).decode()}]})


class Moving(Case):
    def test_there_and_back(self):
        self.push(0)
        self.assertIn("fetched", self.pull())
        self.holds(0)
        image = docker_archive(os.path.join(self.folder, "image.tar"), [layer(debian(bash="5.2.15-2", package31="0"))])
        found = []
        for folder in (self.days[0], self.client):
            document, done = support.report("scan", "--db", folder, image)
            self.assertEqual(done.returncode, 0, done.stderr)
            found.append(document)
        self.assertTrue(found[0]["findings"])
        self.assertEqual(found[0], found[1])

    def test_what_stands_in_the_registry(self):
        self.push(0)
        self.push(1)
        manifest = self.manifest()
        self.assertEqual(manifest["artifactType"], "application/vnd.plimsoll.database.v1")
        self.assertEqual([item["mediaType"] for item in manifest["layers"]],
                         ["application/vnd.dsse.envelope.v1+json", "application/vnd.plimsoll.database.v1+zstd",
                          "application/vnd.plimsoll.database.delta.v1+zstd"])
        for item in (manifest["config"], *manifest["layers"]):
            self.assertEqual(len(self.registry.blobs[item["digest"]]), item["size"])
        self.assertEqual(manifest["annotations"]["org.opencontainers.image.created"], "2026-01-02T00:00:00Z")
        statement = self.statement()
        self.assertEqual(statement["built"], "2026-01-02T00:00:00Z")
        self.assertEqual(statement["deltas"][0]["to"], statement["entries"])

    def test_a_day_later_only_the_delta_moves(self):
        self.push(0)
        self.pull()
        self.push(1)
        said = self.pull(day=1)
        self.assertIn("in place of", said)
        self.assertEqual([path.rsplit("/", 1)[1] for path in self.registry.paths() if "/blobs/" in path],
                         self.layers("envelope") + self.layers("delta"))
        whole = len(self.registry.blobs[self.layers("database.v1+zstd")[0]])
        self.assertLess(self.registry.sent, whole / 4)
        self.holds(1)

    def test_nothing_moves_when_it_is_up_to_date(self):
        self.push(0)
        self.pull()
        self.assertIn("up to date", self.pull())
        self.assertEqual(len(self.registry.requests), 2, self.registry.paths())
        os.unlink(os.path.join(self.client, "plimsoll.db"))
        self.assertIn("fetched", self.pull())
        self.holds(0)

    def test_a_chain_of_days(self):
        self.push(0)
        self.pull()
        for day in (1, 2, 3):
            self.push(day)
        self.assertEqual(len(self.layers("delta")), 3)
        self.pull(day=3)
        self.assertEqual(sum("/blobs/" in path for path in self.registry.paths()), 4)
        self.holds(3)
        fresh = os.path.join(self.folder, "fresh")
        self.pull(day=3, client=fresh)
        self.assertEqual(sum("/blobs/" in path for path in self.registry.paths()), 2)
        self.holds(3, fresh)

    def test_the_same_is_not_pushed_twice(self):
        self.push(0)
        before = self.manifest()
        self.registry.forget()
        self.assertIn("holds this database already", self.push(0))
        self.assertEqual(self.manifest(), before)
        self.assertFalse([method for method, _, _ in self.registry.requests if method != "GET"])

    def test_the_base_is_fetched_where_it_is_not_kept(self):
        self.push(0)
        self.pull()
        os.unlink(os.path.join(self.mirror, "pushed.zst"))
        self.assertIn("a delta of", self.push(1))
        self.pull(day=1)
        self.holds(1)

    def test_a_registry_without_artifact_types(self):
        self.push(0)
        manifest = self.manifest()
        del manifest["artifactType"], manifest["annotations"]
        self.registry.put_manifest("security/db", "latest", MANIFEST, dumps(manifest))
        self.pull()
        self.holds(0)

    def test_info_tells_the_origin(self):
        self.push(0)
        self.pull()
        origin = json.loads(self.run_db("info", self.client, "--format", "json").stdout)["origin"]
        self.assertEqual((origin["reference"], origin["serial"]), (self.reference, START + 3600))
        self.assertIn(origin["key"], self.run_db("info", self.client).stdout)
        self.run_db("import", self.client, os.path.join(self.base, "tracker1.json"))
        self.assertIsNone(json.loads(self.run_db("info", self.client, "--format", "json").stdout)["origin"])

    def test_wrong_use(self):
        self.push(0)
        self.assertIn("digest", self.push(0, code=2, reference=self.registry.host + "/a/b@sha256:" + "0" * 64))
        self.assertIn("--offline", self.pull("--offline", code=2))
        self.run_db("pull", self.client, code=2)
        self.pull(code=3, reference=self.registry.host + "/security/db:other")
        self.registry.put_image("security/image", "latest", [layer(debian(bash="1"))])
        image = self.registry.host + "/security/image:latest"
        self.assertIn("no advisory database", self.pull(code=3, reference=image))
        before = self.registry.manifests["security/image", "latest"]
        self.assertIn("nothing is put in its place", self.push(0, code=3, reference=image))
        self.assertEqual(self.registry.manifests["security/image", "latest"], before)


class Believing(Case):
    def refused(self, text, *words, code=3, **more):
        """With a database of day 0 that stays as it is."""
        self.assertIn(text, self.pull(*words, code=code, **more))
        self.holds(0)

    def test_the_key(self):
        self.push(0)
        self.pull("--verify-key", self.other.public)  # one of them
        self.push(1, key=self.other)
        self.refused("none of the given keys signed it", day=1)
        self.pull("--verify-key", self.other.public, day=1)
        self.holds(1)

    def test_a_new_key_starts_a_new_chain(self):
        self.push(0)
        self.assertIn("no deltas lead on", self.push(1, key=self.other))
        self.assertEqual(self.layers("delta"), [])

    def test_unsigned(self):
        self.push(0, key=None)
        self.assertIn("nobody vouches", self.pull(key=False))
        self.holds(0)
        self.refused("it is not signed")
        self.push(1)
        self.assertIn("--sign-key is needed", self.push(2, key=None, code=2))

    def test_what_was_signed_once_is_not_taken_unsigned(self):
        self.push(0)
        self.pull()
        self.push(1)
        self.replace_statement(dumps(self.statement()), STATEMENT)
        self.refused("it is not signed", day=1)
        self.refused("with --verify-key", key=False, day=1)

    def test_a_changed_statement(self):
        self.push(0)
        self.pull()
        self.push(1)
        envelope = json.loads(self.registry.blobs[self.manifest()["layers"][0]["digest"]])
        changed = {**self.statement(), "advisories": 1}
        envelope["payload"] = base64.b64encode(dumps(changed)).decode()
        self.replace_statement(dumps(envelope))
        self.refused("none of the given keys", day=1)

    def test_a_signature_for_another_purpose(self):
        self.push(0)
        self.pull()
        self.push(1)
        self.replace_statement(self.seal(dumps(self.statement()), self.key, "application/vnd.in-toto+json"))
        self.refused("which is no statement", day=1)

    def test_statements_that_make_no_sense(self):
        self.push(0)
        self.pull()
        self.push(1)
        right = self.statement()
        delta = right["deltas"][0]
        for change in ({"serial": 0}, {"serial": "1"}, {"built": "yesterday"}, {"entries": None}, {"blob": {"digest": "sha256:0", "size": 1}},
                       {"entries": {**right["entries"], "size": 1 << 60}}, {"blob": {**right["blob"], "size": -1}},
                       {"deltas": [delta] * 31}, {"deltas": [{**delta, "to": right["blob"]}]}, {"deltas": [7]}):
            self.replace_statement(self.seal(dumps({**right, **change}), self.key))
            self.refused("its statement lacks something", day=1)
        for number, text in ((1, "older plimsoll"), (99, "newer plimsoll")):
            self.replace_statement(self.seal(dumps({**right, "format": number}), self.key))
            self.refused(text, code=4, day=1)
        self.replace_statement(self.seal(dumps({**right, "schema": "plimsoll.database.statement/9"}), self.key))
        self.refused("does not know", day=1)
        for junk in (b"", b"[", b"{}", b"[" * 1000, b"\xff" * 100):
            self.replace_statement(junk)
            self.pull(code=3, day=1)
        self.holds(0)

    def test_changed_blobs(self):
        self.push(0)
        self.pull()
        self.push(1)
        whole, delta = self.layers("database.v1+zstd")[0], self.layers("delta")[0]
        good = dict(self.registry.blobs)
        for spoil in (lambda data: data[:-1] + bytes([data[-1] ^ 1]), lambda data: data[:-9], lambda data: data + b"x", lambda data: b""):
            self.registry.blobs[whole], self.registry.blobs[delta] = spoil(good[whole]), spoil(good[delta])
            self.refused("the whole database is fetched instead", day=1)
        self.registry.blobs[whole] = good[whole]
        self.assertIn("the whole database is fetched instead", self.pull(day=1))
        self.holds(1)

    def test_a_delta_that_leads_elsewhere(self):
        self.push(0)
        self.pull()
        self.push(1)
        statement = self.statement()
        for data in (b"", os.urandom(100), support.zst(b"x" * 100), support.zst(b"\0" * statement["entries"]["size"])):
            statement["deltas"][0]["blob"] = self.registry.put_blob(data) if data else {"digest": "sha256:" + digest(b""), "size": 1}
            self.replace_statement(self.seal(dumps(statement), self.key))
            client = shutil.copytree(self.client, tempfile.mkdtemp(dir=self.folder), dirs_exist_ok=True)
            self.assertIn("fetched instead", self.pull(day=1, client=client))
            self.holds(1, client)

    def test_entries_that_are_no_database(self):
        self.push(0)
        self.pull()
        self.push(1)
        plain = subprocess.run(["zstd", "-dcq", "--long=31"], input=self.registry.blobs[self.layers("database.v1+zstd")[0]],
                               capture_output=True, check=True).stdout
        middle = len(plain) // 2
        for entries in (b"x" * 100, plain[:middle], plain[:-9], plain[:17] + plain[17:] * 2,
                        plain[:middle] + bytes([plain[middle] ^ 1]) + plain[middle + 1:]):
            blob = self.registry.put_blob(support.zst(entries))
            self.replace_statement(self.seal(dumps({**self.statement(), "deltas": [], "blob": blob, "entries": {
                "digest": "sha256:" + digest(entries), "size": len(entries)}}), self.key))
            self.assertIn(self.try_pull(day=1), (3, 4))
            self.holds(0)

    def try_pull(self, day):
        return plimsoll("db", "pull", "--db", self.client, "--verify-key", self.key.public, "--insecure", self.registry.host,
                        self.reference, env={"SOURCE_DATE_EPOCH": str(START + day * DAY + 3600)}).returncode

    def test_an_older_database_is_refused(self):
        self.push(0)
        old = self.registry.manifests["security/db", "latest"]
        self.push(1)
        self.pull(day=1)
        self.registry.manifests["security/db", "latest"] = old
        self.assertIn("--allow-older", self.pull(day=1, code=3))
        self.holds(1)
        os.unlink(os.path.join(self.client, "plimsoll.db"))
        self.assertIn("built 2026-01-02", self.pull(day=1, code=3))
        self.pull("--allow-older", day=1)
        self.holds(0)

    def test_older_than_what_was_imported_here(self):
        self.push(0)
        shutil.copytree(self.days[1], self.client)
        self.assertIn("older database", self.pull(day=1, code=3))
        self.holds(1)

    def test_an_old_one_pushed_anew_is_told(self):
        self.push(0)
        self.assertIn("built 9 days ago", self.pull(day=9))
        self.assertNotIn("days ago", self.pull(day=6))

    def test_a_damaged_memory_is_an_error(self):
        self.push(0)
        self.pull()
        for text in ("{", "[]", '{"schema":"plimsoll.origin/1","installed":{}}', ""):
            with open(os.path.join(self.client, "origin.json"), "w", encoding="utf-8") as file:
                file.write(text)
            self.assertIn("origin.json is damaged", self.pull(code=4))


class Breaking(Case):
    def test_a_line_that_breaks_is_taken_up_again(self):
        self.push(0)
        name = self.layers("database.v1+zstd")[0]
        broken = []

        def hook(handler):
            if not handler.path.endswith(name) or len(broken) == 3:
                return False
            broken.append(handler.headers.get("Range"))
            data = self.registry.blobs[name]
            start = int((broken[-1] or "bytes=0-").split("=")[1].split("-")[0])
            if start:
                handler.answer(206, data[start:], send=1000, Content_Range=f"bytes {start}-{len(data) - 1}/{len(data)}")
            else:
                handler.answer(200, data, send=1000)
            return True
        self.registry.hook = hook
        self.pull()
        self.assertEqual(len(broken), 3)
        self.holds(0)

    def test_a_registry_that_dies(self):
        self.push(0)
        self.pull()
        self.push(1)
        self.registry.hook = lambda handler: "/blobs/" in handler.path and not handler.error(404, "BLOB_UNKNOWN")
        self.pull(code=3, day=1)
        self.holds(0)

    def test_two_at_once(self):
        self.push(0)
        failed = []

        def one():
            if self.try_pull():
                failed.append(1)
        threads = [threading.Thread(target=one) for _ in range(3)]
        self.registry.forget()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])
        self.assertEqual(sum(path.endswith(self.layers("database.v1+zstd")[0]) for path in self.registry.paths()), 1)
        self.holds(0)

    def try_pull(self):
        return plimsoll("db", "pull", "--db", self.client, "--verify-key", self.key.public, "--insecure", self.registry.host,
                        self.reference).returncode

    def test_killed_on_the_way(self):
        self.push(0)
        self.pull()
        self.push(1)
        reached, go_on = threading.Event(), threading.Event()
        self.addCleanup(go_on.set)

        def hook(handler):
            if not handler.path.endswith(self.layers("delta")[0]):
                return False
            reached.set()
            go_on.wait(60)
            return False
        self.registry.hook = hook
        child = subprocess.Popen([PROGRAM, "db", "pull", "--db", self.client, "--verify-key", self.key.public, "--insecure",
                                  self.registry.host, self.reference], stderr=subprocess.DEVNULL)
        self.assertTrue(reached.wait(60))
        child.send_signal(signal.SIGKILL)
        child.wait()
        self.holds(0)
        self.registry.hook = None
        self.pull(day=1)
        self.holds(1)
        self.assertEqual([name for name in os.listdir(self.client) if name.startswith(".")], [])


class Importing(Case):
    def test_an_exported_database_is_taken_in(self):
        copy = os.path.join(self.folder, "copy.db")
        self.run_db("export", self.days[1], copy)
        self.run_db("import", self.client, copy)
        self.holds(1)
        self.run_db("import", self.client, os.path.join(self.days[0], "plimsoll.db"))
        self.holds(0)
        self.assertIn("imported alone", self.run_db("import", self.client, copy, os.path.join(self.base, "tracker1.json"), code=2).stderr)
        with open(copy, "r+b") as file:
            file.seek(os.path.getsize(copy) // 2)
            file.write(os.urandom(64))
        self.run_db("import", self.client, copy, code=4)
        with open(copy, "r+b") as file:
            file.truncate(9000)
        self.run_db("import", self.client, copy, code=4)
        self.holds(0)


class Real(Case):
    def test_debians_registry(self):
        host = start_real(self, self.folder, "user", "s3cret")
        with open(os.path.join(self.folder, "config.json"), "w", encoding="utf-8") as file:
            json.dump({"auths": {host: {"auth": base64.b64encode(b"user:s3cret").decode()}}}, file)
        more = {"reference": host + "/security/db:latest"}
        words = ("--insecure", host)
        self.push(0, *words, **more)
        self.pull(*words, **more)
        self.holds(0)
        self.assertIn("a delta of", self.push(1, *words, **more))
        self.assertIn("in place of", self.pull(*words, day=1, **more))
        self.holds(1)
        os.unlink(os.path.join(self.folder, "config.json"))
        self.assertIn("docker login", self.pull(*words, code=3, day=1, **more))
