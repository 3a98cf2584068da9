"""Sweeps: all images of a registry, each once, and on again after a kill."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest
from collections import Counter

import support
from registry_server import Registry
from support import debian, digest, layer

TRACKER = {"openssl": {"CVE-2026-1000": {"description": "made up", "scope": "remote", "releases": {"bookworm": {
    "status": "resolved", "repositories": {"bookworm": "2.0"}, "fixed_version": "2.0", "urgency": "high"}}}}}


def system(number):
    return layer(debian(openssl=f"{number}.0"))


def noise(number):
    return layer([{"path": f"opt/{number}/noise", "bytes": str(number).encode() * 50_000}])


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.database = support.made_up_database(cls.folder, TRACKER)

    def setUp(self):
        self.registry = Registry()
        self.addCleanup(self.registry.close)
        self.home = tempfile.mkdtemp(dir=self.folder)
        self.env = {"PLIMSOLL_HOME": self.home, "PLIMSOLL_CACHE": "", "HOME": self.home, "DOCKER_HOST": "unix:///nowhere",
                    "CONTAINER_HOST": "unix:///nowhere"}

    def words(self, *words, prefix=""):
        return ["sweep", "--db", self.database, "--insecure", self.registry.host, "--ignore", "none", *words,
                self.registry.host + prefix]

    def sweep(self, *words, code=0, prefix="", form="json"):
        done = support.plimsoll(*self.words("--format", form, *words, prefix=prefix), env=self.env)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout) if form == "json" and done.stdout else done.stdout or done.stderr

    def names(self, document):
        return sorted(f"{name['repository']}:{tag}" for image in document["images"] for name in image["names"]
                      for tag in name["tags"])

    def fill(self):
        """300 tags of 30 images, made of 40 distinct layers, in 12 repositories."""
        for number in range(300):
            image = number % 30
            self.registry.put_image(f"team/app{number % 12}", f"v{number}", [system(image % 10), noise(image)])


class Whole(Case):
    def test_300_tags_of_40_layers(self):
        self.fill()
        document = self.sweep("--jobs", "4")
        asked = Counter(path for path in self.registry.paths() if "/blobs/" in path)
        layers = {digest(support.gz(data)) for data in [system(i) for i in range(10)] + [noise(i) for i in range(30)]}
        read = [path for path in asked if path[-64:] in layers]
        self.assertEqual(len(read), 40)
        self.assertEqual({asked[path] for path in read}, {1})
        self.assertEqual(len(document["images"]), 30)
        self.assertEqual(len(self.names(document)), 300)
        self.assertEqual(document["summary"], {
            "repositories": 12, "tags": 300, "images": 30, "failures": 0, "resumed": 0, "too_old": 0, "beyond_newest": 0,
            "layers": 40, "layers_read": 40})
        for image in document["images"]:
            _, done = support.report("scan", "--db", self.database, "--insecure", self.registry.host, "--ignore", "none",
                                     f"{self.registry.host}/{image['names'][0]['repository']}@{image['digest']}", env=self.env)
            single = json.loads(done.stdout)
            self.assertEqual([(f["id"], f["severity"], f["fixed"], f["fingerprint"]) for f in single["findings"]],
                             [(f["id"], f["severity"], f["fixed"], f["fingerprint"]) for f in image["findings"]])
            self.assertEqual(image["summary"]["packages"], len(single["packages"]))
        spread = document["vulnerabilities"]
        self.assertEqual([(item["id"], item["images"]) for item in spread], [("CVE-2026-1000", 6)])

    def test_a_second_sweep_reads_no_layer(self):
        self.fill()
        first = self.sweep()
        self.registry.forget()
        second = self.sweep()
        self.assertEqual(second["summary"]["layers_read"], 0)
        layers = {digest(support.gz(data)) for data in [system(i) for i in range(10)] + [noise(i) for i in range(30)]}
        self.assertFalse([path for path in self.registry.paths() if path[-64:] in layers])
        for document in (first, second):
            document["summary"] = None
        self.assertEqual(first, second)

    def test_killed_halfway_it_goes_on_without_repeating(self):
        self.fill()
        manifests, killed = Counter(), threading.Event()

        def hook(handler):
            if "/manifests/sha256:" in handler.path:
                manifests[handler.path[-71:]] += 1
                if len(manifests) == 15 and not killed.is_set():
                    killed.set()
                    process.send_signal(signal.SIGKILL)
            return False
        self.registry.hook = hook
        process = subprocess.Popen([support.PROGRAM, *self.words("--jobs", "2", "--format", "json")], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=support.environment((), self.env))
        process.communicate(timeout=60)
        self.assertTrue(killed.is_set())
        before = set(manifests)
        manifests.clear()
        self.registry.forget()
        document = self.sweep("--jobs", "2")
        resumed = document["summary"]["resumed"]
        self.assertGreaterEqual(resumed, 10)
        self.assertEqual(len(document["images"]), 30)
        # Those that were under way when it was killed are examined again, no others.
        self.assertLessEqual(len(before & set(manifests)), 3)
        self.assertEqual(len(manifests), 30 - resumed)
        self.assertEqual(self.sweep()["summary"]["resumed"], 0)

    def test_restart_and_other_options_do_not_take_up_a_journal(self):
        self.registry.put_image("team/app", "1", [system(1)])
        self.registry.put_image("team/bad", "1", [system(1)])
        folder = os.path.join(self.home, "sweeps")
        for words in (["--restart"], ["--catalogers", "os"]):
            self.sweep_and_kill()
            self.assertEqual(len(os.listdir(folder)), 1)
            self.assertEqual(self.sweep(*words)["summary"]["resumed"], 0)
            self.assertEqual(os.listdir(folder), [])
        self.sweep_and_kill()
        path = os.path.join(folder, os.listdir(folder)[0])
        with open(path, "ab") as file:
            file.write(b'{"digest":"sha256:half a li')
        self.assertEqual(self.sweep()["summary"]["resumed"], 1)

    def sweep_and_kill(self):
        """One image is done, the other one under way."""
        seen = set()

        def hook(handler):
            if "/manifests/sha256:" not in handler.path:
                return False
            seen.add(handler.path)
            if len(seen) == 2:
                process.send_signal(signal.SIGKILL)
            return False
        self.registry.put_image("team/app", "2", [system(2)])
        self.registry.manifests.pop(("team/bad", "1"), None)
        self.registry.hook = hook
        process = subprocess.Popen([support.PROGRAM, *self.words("--jobs", "1", "--format", "json")], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=support.environment((), self.env))
        process.communicate(timeout=60)
        self.registry.hook = None
        self.assertEqual(process.returncode, -signal.SIGKILL)

    def test_two_at_once(self):
        self.registry.put_image("team/app", "1", [system(1)])
        waiting, go = threading.Event(), threading.Event()

        def hook(handler):
            if "/tags/list" in handler.path:
                waiting.set()
                go.wait(30)
            return False
        self.registry.hook = hook
        first = []
        thread = threading.Thread(target=lambda: first.append(support.plimsoll(*self.words(), env=self.env)))
        thread.start()
        waiting.wait(30)
        self.assertIn("another sweep", self.sweep(code=3))
        go.set()
        thread.join()
        self.assertEqual(first[0].returncode, 0, first[0].stderr)


class Choice(Case):
    def setUp(self):
        super().setUp()
        for number, (name, tag) in enumerate([("team/app", "v1"), ("team/app", "v2"), ("team/app", "v2-dev"),
                                              ("team/tool", "v1"), ("other/app", "v1"), ("teamwork/app", "v1")]):
            created = f"2026-0{number + 1}-01T00:00:00Z"
            self.registry.put_image(name, tag, [system(number)], config={"created": created})

    def test_patterns(self):
        self.assertEqual(len(self.names(self.sweep())), 6)
        self.assertEqual(self.names(self.sweep(prefix="/team")), ["team/app:v1", "team/app:v2", "team/app:v2-dev", "team/tool:v1"])
        self.assertEqual(self.names(self.sweep(prefix="/team/app/")), ["team/app:v1", "team/app:v2", "team/app:v2-dev"])
        self.assertEqual(self.names(self.sweep("--repository", "*/tool", "--repository", "other/*")),
                         ["other/app:v1", "team/tool:v1"])
        self.assertEqual(self.names(self.sweep("--tag", "v2*", "--exclude", "*:*-dev")), ["team/app:v2"])

    def test_age(self):
        env = {**self.env, "SOURCE_DATE_EPOCH": "1777593600"}  # 2026-05-01
        self.env = env
        document = self.sweep("--max-age", "70d")
        self.assertEqual(self.names(document), ["other/app:v1", "team/app:v2-dev", "team/tool:v1", "teamwork/app:v1"])
        self.assertEqual(document["summary"]["too_old"], 2)
        document = self.sweep("--newest", "1", prefix="/team")
        self.assertEqual(self.names(document), ["team/app:v2-dev", "team/tool:v1"])
        self.assertEqual(document["summary"]["beyond_newest"], 2)

    def test_platforms(self):
        arm = self.registry.put_image("many/app", "arm", [system(8)], platform="linux/arm64")
        intel = self.registry.put_image("many/app", "intel", [system(9)])
        self.registry.put_index("many/app", "all", [arm, intel])
        for name in ("arm", "intel"):
            del self.registry.manifests["many/app", name]
        wanted = {"linux/arm64": ["linux/arm64"], "linux/amd64": ["linux/amd64"], "all": ["linux/amd64", "linux/arm64"]}
        for platform, platforms in wanted.items():
            document = self.sweep("--platform", platform, prefix="/many")
            self.assertEqual(sorted(image["platform"] for image in document["images"]), platforms)
        document = self.sweep("--platform", "linux/s390x", prefix="/many", code=5)
        self.assertEqual([item["where"] for item in document["failures"]], ["many/app:all"])

    def test_a_registry_that_does_not_list_repositories(self):
        self.registry.hook = lambda handler: "_catalog" in handler.path and not handler.error(401, "UNAUTHORIZED")
        self.assertEqual(self.names(self.sweep(prefix="/team/app")), ["team/app:v1", "team/app:v2", "team/app:v2-dev"])
        self.assertIn("list of repositories", self.sweep(code=3))

    def test_pages(self):
        self.registry.page = 2
        self.assertEqual(len(self.names(self.sweep())), 6)
        self.registry.hook = lambda handler: "_catalog" in handler.path and not handler.answer(
            200, b'{"repositories":["team/app"]}', Link=f'<{self.registry.url}/v2/_catalog?last=x>; rel="next"')
        self.assertEqual(len(self.names(self.sweep())), 3)

    def test_what_is_attached_is_no_image(self):
        self.registry.put_manifest("team/app", "sha256-" + "0" * 64 + ".sig", "application/vnd.oci.image.manifest.v1+json", b"{}")
        self.assertEqual(len(self.names(self.sweep())), 6)

    def test_what_fails_is_named_and_the_rest_is_done(self):
        blob = "sha256:" + digest(support.gz(system(0)))
        del self.registry.blobs[blob]
        body = b'{"schemaVersion": 1, "fsLayers": []}'
        self.registry.put_manifest("team/old", "1", "application/vnd.docker.distribution.manifest.v1+prettyjws", body)
        document = self.sweep(code=5)
        self.assertFalse(document["complete"])
        self.assertEqual([item["where"] for item in document["failures"]], ["team/old:1"])
        self.assertIn("schema 1", document["failures"][0]["message"])
        broken = [image for image in document["images"] if not image["complete"]]
        self.assertEqual(len(broken), 2)
        self.assertEqual(len(self.names(document)), 7)
        self.assertIn("What could not be examined:", self.sweep(code=5, form="table"))

    def test_the_gate(self):
        self.sweep("--fail-on", "high", code=1)
        self.sweep("--fail-on", "high", "--exit-code", "9", code=9)
        self.assertEqual(self.sweep("--fail-on", "high", "--tag", "v2-dev")["images"][0]["failed"], False)

    def test_reports_of_every_image(self):
        folder = os.path.join(self.folder, "reports")
        document = self.sweep("--reports", folder)
        for image in document["images"]:
            with open(os.path.join(folder, image["digest"][7:] + ".json"), encoding="utf-8") as file:
                self.assertEqual(json.load(file)["target"]["digest"], image["digest"])

    def test_the_table(self):
        text = self.sweep(form="table")
        self.assertIn("team/tool:v1", text)
        self.assertIn("CVE-2026-1000", text)
        self.assertIn("3 repositories" if "3 repositories" in text else "4 repositories", text)
        self.assertLess(text.index("team/app:v1 "), text.index("team/tool:v1"))

    def test_wrong_use(self):
        for words in (["--format", "sarif"], ["--offline"], ["--newest", "0"]):
            self.sweep(*words, code=2)
        done = support.plimsoll("sweep", "team/app", env=self.env)
        self.assertEqual(done.returncode, 2)
        done = support.plimsoll("sweep", env=self.env)
        self.assertEqual(done.returncode, 2)
