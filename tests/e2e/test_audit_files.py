"""audit files: what it finds where, formats, exit codes, comments that ignore, hostile files; explain."""
import json
import os
import subprocess
import tempfile
import unittest

from support import PROGRAM, ROOT, environment, plimsoll

BAD = """FROM debian
RUN apt-get update && \\
    apt-get install curl
ENV DB_PASSWORD=hunter2
CMD app
"""
GOOD = """FROM debian:12
USER 10001
HEALTHCHECK CMD ["app", "--healthy"]
CMD ["app"]
"""


class Folder(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)

    def write(self, name, text):
        path = os.path.join(self.place.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def audit(self, *words):
        done = plimsoll("audit", "files", *words, "--format", "json")
        self.assertTrue(done.stdout, done.stderr)
        return json.loads(done.stdout), done

    def found(self, *words):
        report, _ = self.audit(*words)
        return {(finding["path"], finding["line"], finding["id"]) for finding in report["findings"]}


class Finds(Folder):
    def test_settings_of_hadolint(self):
        """.hadolint.yaml counts in its folder and below; the nearest one does."""
        self.write("a/.hadolint.yaml", "ignored: [DL3014]\noverride: {error: [DL3008], style: dl3015}\n")
        self.write("a/b/Dockerfile", BAD)
        self.write("c/.hadolint.yml", "trustedRegistries: ghcr.io\ndisable-ignore-pragma: true\n")
        self.write("c/Dockerfile", "# hadolint ignore=DL3006\n" + BAD)
        report, _ = self.audit(self.place.name)
        found = {(finding["path"], finding["id"]): finding for finding in report["findings"]}
        ignored = found[("a/b/Dockerfile", "dockerfile-apt-no-yes")]["suppressed"]
        self.assertEqual((ignored["by"], ignored["why"]), ("ignore", "settings in a/.hadolint.yaml"))
        self.assertEqual(found[("a/b/Dockerfile", "dockerfile-apt-unpinned")]["severity"], "high")
        self.assertEqual(found[("a/b/Dockerfile", "dockerfile-apt-recommends")]["severity"], "negligible")
        self.assertNotIn(("a/b/Dockerfile", "dockerfile-registry-untrusted"), found)
        self.assertIn(("c/Dockerfile", "dockerfile-registry-untrusted"), found)
        for name in "dockerfile-apt-no-yes", "dockerfile-from-untagged":
            self.assertIsNone(found[("c/Dockerfile", name)]["suppressed"])
        named, _ = self.audit(os.path.join(self.place.name, "c/Dockerfile"))
        self.assertIn("dockerfile-registry-untrusted", {finding["id"] for finding in named["findings"]})

    def test_settings_that_are_damaged(self):
        self.write("a/.hadolint.yaml", "ignored: [DL3014]\nlabel-schema: {a: colour}\n")
        self.write("a/Dockerfile", BAD)
        self.write("b/.hadolint.yaml", "ignored: [DL3014\n")
        self.write("b/Dockerfile", BAD)
        report, done = self.audit(self.place.name)
        self.assertEqual(done.returncode, 5)
        self.assertEqual({(note["where"], note["level"]) for note in report["diagnostics"]},
                         {("a/.hadolint.yaml", "error"), ("b/.hadolint.yaml", "error")})
        self.assertIn(("b/Dockerfile", 3, "dockerfile-apt-no-yes"), self.found(self.place.name))

    def test_settings_of_the_working_folder(self):
        self.write(".hadolint.yaml", "ignored: [DL3014]\n")
        self.write("a/Dockerfile", BAD)
        for words in (["a"], ["a/Dockerfile"], ["."]):
            done = subprocess.run([PROGRAM, "audit", "files", *words, "--format", "json"], capture_output=True,
                                  text=True, cwd=self.place.name, env=environment([], None), check=False)
            found = {finding["id"]: finding for finding in json.loads(done.stdout)["findings"]}
            self.assertIsNotNone(found["dockerfile-apt-no-yes"]["suppressed"], words)

    def test_encodings(self):
        for name, text in {"le": b"\xff\xfe" + BAD.encode("utf-16-le"), "be": b"\xfe\xff" + BAD.encode("utf-16-be"),
                           "mark": b"\xef\xbb\xbf" + BAD.encode(), "ends": BAD.replace("\n", "\r\n")}.items():
            self.write(name + "/Dockerfile", text)
        manifest = "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: true\n  containers: []\n"
        self.write("le/pod.yaml", b"\xff\xfe" + manifest.encode("utf-16-le"))
        self.write("mark/pod.yaml", b"\xef\xbb\xbf" + manifest.encode())
        found = self.found(self.place.name)
        for name in "le", "be", "mark", "ends":
            self.assertIn((f"{name}/Dockerfile", 3, "dockerfile-apt-no-yes"), found)
        for name in "le", "mark":
            self.assertIn((f"{name}/pod.yaml", 4, "kubernetes-host-pid"), found)

    def test_bytes_that_are_no_text(self):
        self.write("a/Dockerfile", BAD + "\0\n")
        self.write("a/pod.yaml", "apiVersion: v1\nkind: Pod\n# \0\n")
        report, done = self.audit(self.place.name)
        self.assertEqual(done.returncode, 5)
        self.assertFalse(report["complete"])
        self.assertEqual({(note["where"], note["level"]) for note in report["diagnostics"]},
                         {("a/Dockerfile", "error"), ("a/pod.yaml", "error")})

    def test_places(self):
        self.write("a/Dockerfile", BAD)
        self.write("b/web.dockerfile", "FROM alpine:3.20\nRUN chmod 777 /x\nUSER 1\n")
        self.write("b/Containerfile", GOOD)
        self.write("b/node_modules/x/Dockerfile", BAD)
        self.write("b/Dockerfile.j2", BAD)
        self.write("b/notes.txt", BAD)
        os.symlink("a", os.path.join(self.place.name, "link"))
        report, done = self.audit(self.place.name)
        self.assertEqual(done.returncode, 0)
        self.assertTrue(report["complete"])
        self.assertEqual(report["target"]["kind"], "dir")
        self.assertEqual({finding["path"] for finding in report["findings"]}, {"a/Dockerfile", "b/web.dockerfile"})
        self.assertIn(("a/Dockerfile", 3, "dockerfile-apt-no-yes"), self.found(self.place.name))
        self.assertIn(("b/web.dockerfile", 2, "dockerfile-chmod-all"), self.found(self.place.name))
        secret = [finding for finding in report["findings"] if finding["id"] == "dockerfile-env-secret"][0]
        self.assertEqual((secret["kind"], secret["severity"], secret["line"]), ("config", "high", 4))
        self.assertTrue(secret["why"] and secret["mend"] and secret["references"])
        self.assertNotIn("hunter2", done.stdout)

    def test_a_file_by_itself(self):
        path = self.write("Dockerfile", GOOD)
        self.assertEqual(self.found(path), set())
        other = self.write("build.txt", BAD)
        self.assertIn((other, 1, "dockerfile-from-untagged"), self.found(other))
        done = plimsoll("audit", "files", "-", "--format", "json", stdin=BAD)
        self.assertIn("dockerfile-from-untagged", done.stdout)

    def test_choice(self):
        path = self.write("Dockerfile", BAD)
        self.assertFalse(any(item[2] == "dockerfile-apt-unpinned" for item in self.found(path)))
        for words in (["--checks", "all"], ["--checks", "DL3008"], ["--checks", "dockerfile-apt-unpinned"]):
            self.assertTrue(any(item[2] == "dockerfile-apt-unpinned" for item in self.found(path, *words)), words)
        self.assertFalse(any(item[2] == "dockerfile-from-untagged" for item in self.found(path, "--checks", "-DL3006")))
        self.assertEqual(plimsoll("audit", "files", path, "--checks", "nothing").returncode, 2)

    def test_fingerprints_outlast_lines(self):
        path = self.write("Dockerfile", BAD + "RUN apt-get install curl\n")
        before, _ = self.audit(path)
        prints = [finding["fingerprint"] for finding in before["findings"]]
        self.assertEqual(len(prints), len(set(prints)))
        self.write("Dockerfile", "# a comment\n\n" + BAD + "RUN apt-get install curl\n")
        after, _ = self.audit(path)
        self.assertEqual(sorted(prints), sorted(finding["fingerprint"] for finding in after["findings"]))

    def test_baseline(self):
        path = self.write("Dockerfile", BAD)
        base = self.write("base.json", plimsoll("audit", "files", path, "--format", "json").stdout)
        report, done = self.audit(path, "--baseline", base, "--fail-on", "low")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(all(finding["suppressed"]["by"] == "baseline" for finding in report["findings"]))
        self.write("Dockerfile", BAD + "RUN sudo true\n")
        self.assertEqual(self.audit(path, "--baseline", base, "--fail-on", "low")[1].returncode, 1)


class Ignores(Folder):
    def test_comments(self):
        path = self.write("Dockerfile", "# hadolint global ignore=DL3006\nFROM debian\n"
                          "# plimsoll ignore=dockerfile-apt-no-yes,DL3015 the mirror asks nothing\nRUN true && \\\n"
                          "    apt-get install curl\n# hadolint ignore=DL3025\nRUN apt-get install wget\nCMD app\n")
        report, _ = self.audit(path)
        by = {(finding["id"], finding["line"]): finding["suppressed"] for finding in report["findings"]}
        self.assertEqual(by["dockerfile-from-untagged", 2]["by"], "ignore")
        self.assertEqual(by["dockerfile-apt-no-yes", 5]["by"], "ignore")
        self.assertIn("the mirror asks nothing", by["dockerfile-apt-no-yes", 5]["why"])
        self.assertIsNone(by["dockerfile-apt-no-yes", 7])
        self.assertIsNone(by["dockerfile-cmd-shell", 8])

    def test_rules(self):
        path = self.write("Dockerfile", BAD)
        rules = self.write("rules", "dockerfile-env-secret\n")
        report, _ = self.audit(path, "--ignore", rules)
        hidden = [finding["id"] for finding in report["findings"] if finding["suppressed"]]
        self.assertEqual(hidden, ["dockerfile-env-secret"])


class Ends(Folder):
    def test_exit_codes(self):
        path = self.write("Dockerfile", BAD)
        self.assertEqual(plimsoll("audit", "files", path, "--fail-on", "critical").returncode, 0)
        self.assertEqual(plimsoll("audit", "files", path, "--fail-on", "high").returncode, 1)
        self.assertEqual(plimsoll("audit", "files", path, "--fail-on", "low", "--exit-code", "9").returncode, 9)
        self.assertEqual(plimsoll("audit", "files").returncode, 2)
        self.assertEqual(plimsoll("audit", "files", path + "x").returncode, 3)
        unknown = self.write("notes.txt", "nothing\n")
        report, done = self.audit(unknown)
        self.assertEqual((done.returncode, report["complete"]), (5, False))

    def test_nothing_to_look_at_is_told(self):
        report, done = self.audit(self.place.name)
        self.assertEqual(done.returncode, 0)
        self.assertEqual([item["level"] for item in report["diagnostics"]], ["warning"])

    def test_hostile_files(self):
        cases = {
            "long": b"FROM a:1\nRUN " + b"x" * 3000000,
            "bytes": b"FROM a:1\nRUN \x00\xff'\n" + bytes(range(256)) * 50,
            "brackets": b"FROM a:1\nRUN " + b"$(" * 50000 + b"\nRUN " + b"((" * 50000 + b"\nRUN " + b"`" * 50001,
            "variables": b"FROM a:1\nENV A=aaaaaaaaaaaaaaaa\n" + b"ENV A=$A$A$A$A\n" * 500,
            "stages": b"".join(b"FROM s%d AS s%d\n" % (i, i + 1) for i in range(900)) + b"RUN x\n",
            "wrappers": b"FROM a:1\nRUN " + b"sudo " * 100000 + b"x",
            "heredocs": b"FROM a:1\nRUN " + b"<<A " * 900 + b"\n" + b"A\n" * 900,
            "pairs": b"FROM a:1\nENV " + b" ".join(b"A%d=$A%d" % (i, i + 1) for i in range(20000)) + b"\n",
            "comments": b"FROM a:1\n" + b"# hadolint ignore=DL3008\n" * 100000 + b"RUN x\n",
            "words": b"FROM a:1\nRUN rm " + b"/a " * 200000 + b"\nCOPY " + b"a " * 100000 + b"/\nRUN rm " + b"/a " * 200000,
        }
        for name, text in cases.items():
            path = self.write(name + "/Dockerfile", text)
            done = plimsoll("audit", "files", path, "--checks", "all", "--format", "json", timeout=60)
            self.assertIn(done.returncode, (0, 5), (name, done.stderr[-2000:]))
            json.loads(done.stdout)
        big = self.write("big/Dockerfile", b"FROM a:1\n" + b"#" * (5 << 20))
        report, done = self.audit(big)
        self.assertEqual(done.returncode, 5)
        self.assertEqual(report["diagnostics"][0]["limit"], "LIMIT_CHECK_FILE")
        os.mkfifo(os.path.join(self.place.name, "Dockerfile"))
        self.assertEqual(plimsoll("audit", "files", self.place.name, "--format", "json").returncode, 5)


class Formats(Folder):
    def test_all(self):
        path = self.write("Dockerfile", BAD)
        sarif = json.loads(plimsoll("audit", "files", path, "--format", "sarif").stdout)
        result = [item for item in sarif["runs"][0]["results"] if item["ruleId"] == "dockerfile-env-secret"][0]
        place = result["locations"][0]["physicalLocation"]
        self.assertTrue(place["artifactLocation"]["uri"].endswith("Dockerfile"))
        for name in ("table", "html", "markdown", "junit", "gitlab", "github", "csv", "cyclonedx", "spdx"):
            done = plimsoll("audit", "files", path, "--format", name)
            self.assertEqual(done.returncode, 0, (name, done.stderr))
        self.assertIn("dockerfile-env-secret", plimsoll("audit", "files", path, "--format", "table").stdout)

    def test_chinese(self):
        path = self.write("Dockerfile", BAD)
        done = plimsoll("audit", "files", path, "--format", "json", "--lang", "zh")
        self.assertRegex(done.stdout, "[一-鿿]{4}")


class Explains(unittest.TestCase):
    def test_by_id_and_alias(self):
        for name in ("dockerfile-user-root", "DL3002", "dl3002"):
            done = plimsoll("explain", name)
            self.assertEqual(done.returncode, 0)
            self.assertIn("dockerfile-user-root", done.stdout)
        self.assertRegex(plimsoll("explain", "DL3002", "--lang", "zh").stdout, "[一-鿿]{4}")
        self.assertEqual(plimsoll("explain", "nothing").returncode, 2)
        self.assertEqual(plimsoll("explain").returncode, 2)

    def test_list(self):
        lines = plimsoll("list", "checks").stdout.splitlines()
        self.assertGreater(len(lines), 100)

    def test_the_page_is_up_to_date(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "checks.md")
            subprocess.run([os.path.join(ROOT, "tools/gen_checks.py"), os.path.join(ROOT, "data/checks"), "page", path],
                           check=True)
            with open(path, encoding="utf-8") as made, open(os.path.join(ROOT, "docs/checks.md"), encoding="utf-8") as kept:
                self.assertEqual(made.read(), kept.read(), "tools/gen_checks.py data/checks page docs/checks.md")

    def test_hadolints_ground(self):
        """Its rules but for those that need a file of settings (allowed registries, a schema of labels)."""
        listed = plimsoll("explain", "DL3002").stdout
        self.assertIn("DL3002", listed)
        numbers = [1001, *range(3000, 3063), *range(4000, 4007)]
        # 3026, 3049, 3050: settings; 4002 was never given.
        for number in numbers:
            if number not in (3026, 3049, 3050, 4002):
                self.assertEqual(plimsoll("explain", f"DL{number}").returncode, 0, number)


if __name__ == "__main__":
    unittest.main()
