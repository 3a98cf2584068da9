"""Secrets in images: where they are, where they were, how they are told, and what is none."""
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
import unittest
import zipfile

import support
from support import ROOT, docker_archive, layer, plimsoll


def rule(family, identifier):
    """A rule's first example: a token of our own making."""
    with open(os.path.join(ROOT, f"data/secrets/{family}.toml"), "rb") as file:
        entry = next(entry for entry in tomllib.load(file)["secret"] if entry["id"] == identifier)
    return entry["examples"][0].replace("§", "")


NPM = rule("registries", "npm-access-token")
GITHUB = rule("code-hosting", "github-personal-access-token")
AWS = rule("cloud", "aws-access-key-id")
SECRETS = {"npm-access-token": NPM, "github-personal-access-token": GITHUB, "aws-access-key-id": AWS}


def file(path, text, **more):
    return {"path": path, "text": text, **more}


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def image(self, *layers, name="app.tar", **config):
        made = [layer(entries) for entries in layers]
        more = {"config": support.config_of(made, **config)} if config else {}
        return docker_archive(os.path.join(self.folder, name), made, **more)

    def scan(self, target, *words, code=0, only="secret", env=None):
        done = plimsoll("scan", "--only", only, "--format", "json", *words, target, env=env)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout)

    def found(self, document):
        return sorted((finding["id"], finding["path"], finding["line"]) for finding in document["findings"])


class Places(Case):
    def test_a_file_that_was_deleted_is_still_told_with_its_layer(self):
        target = self.image([file("app/.env", f"A=1\n{GITHUB}\n"), file("app/x", "nothing\n")],
                            [file("app/.wh..env", "")])
        document = self.scan(target)
        self.assertEqual(self.found(document), [("github-personal-access-token", "app/.env", 2)])
        finding = document["findings"][0]
        self.assertIs(finding["removed"], True)
        self.assertEqual(finding["layer"], document["target"]["layers"][0]["diff_id"])

    def test_of_a_file_that_was_written_again_the_uppermost_is_told(self):
        target = self.image([file("a", NPM + "\n")], [file("a", "\n\n" + NPM + "\n")])
        document = self.scan(target)
        self.assertEqual(self.found(document), [("npm-access-token", "a", 3)])
        self.assertIs(document["findings"][0]["removed"], False)

    def test_archives_inside_of_layers(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("in/it.properties", "x\n" + AWS + "\n")
            inner = io.BytesIO()
            with tarfile.open(fileobj=inner, mode="w:gz") as tar:
                info = tarfile.TarInfo("deep/file")
                data = (NPM + "\n").encode()
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
            archive.writestr("more.tgz", inner.getvalue())
        target = self.image([{"path": "srv/app.jar", "bytes": packed.getvalue()},
                             {"path": "srv/one.txt.gz", "bytes": support.gz((GITHUB + "\n").encode())},
                             {"path": "srv/two.tar.zst", "bytes": support.zst(layer([file("z", "\n" + NPM)]))}])
        self.assertEqual(self.found(self.scan(target)), [
            ("aws-access-key-id", "srv/app.jar!/in/it.properties", 2),
            ("github-personal-access-token", "srv/one.txt.gz", 1),
            ("npm-access-token", "srv/app.jar!/more.tgz!/deep/file", 1),
            ("npm-access-token", "srv/two.tar.zst!/z", 2)])

    def test_archives_behind_a_script(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("in/it.properties", "x\n" + AWS + "\n")
        start = b"#!/bin/sh\n" + b"# starts the program behind it\n" * 100 + f"T={NPM}\n".encode()
        document = self.scan(self.image([{"path": "srv/run.jar", "bytes": start + packed.getvalue()},
                                         {"path": "srv/tool", "bytes": b"#!/usr/bin/env python3\n" + packed.getvalue()},
                                         {"path": "srv/none.jar", "bytes": start}]))
        self.assertEqual(self.found(document), [
            ("aws-access-key-id", "srv/run.jar!/in/it.properties", 2),
            ("aws-access-key-id", "srv/tool!/in/it.properties", 2),
            ("npm-access-token", "srv/none.jar", 102),
            ("npm-access-token", "srv/run.jar", None)])
        self.assertEqual(document["diagnostics"], [])

    def test_files_with_holes_in_an_archive(self):
        place = os.path.join(self.folder, "holes")
        with open(place, "wb") as out:
            out.truncate(1 << 20)
            out.seek(500000)
            out.write((AWS + "\n").encode())
        archive = os.path.join(self.folder, "holes.tar")
        subprocess.run(["tar", "--sparse", "-cf", archive, "-C", self.folder, "holes"], check=True)
        with open(archive, "rb") as made:
            data = made.read()
        self.assertLess(len(data), 1 << 19)
        self.assertEqual(self.found(self.scan(self.image([{"path": "a.tar", "bytes": data}]))),
                         [("aws-access-key-id", "a.tar!/holes", None)])

    def test_a_damaged_archive_is_told_and_loses_nothing_else(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("it", NPM + " " * 600)
        target = self.image([{"path": "cut.zip", "bytes": packed.getvalue()[:500]}, file("b", GITHUB)])
        document = self.scan(target)
        self.assertEqual({finding["id"] for finding in document["findings"]},
                         {"npm-access-token", "github-personal-access-token"})
        self.assertTrue(any("cut.zip" in item["message"] for item in document["diagnostics"]))

    def test_what_stands_behind_a_damaged_member_is_looked_at_as_it_is(self):
        data = layer([file("one", "nothing"), file("two", "nothing" * 100)])
        cut = data[:1024 + 512 + 100] + b"\n" + NPM.encode() + b"\n"
        document = self.scan(self.image([{"path": "srv/cut.tar", "bytes": cut}]))
        self.assertIn(("npm-access-token", "srv/cut.tar"),
                      [(finding["id"], finding["path"]) for finding in document["findings"]])

    def test_a_bomb_is_stopped_and_named(self):
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("zeros", bytes(80 << 20))
        target = self.image([{"path": "bomb.zip", "bytes": bomb.getvalue()}, file("b", GITHUB)])
        document = self.scan(target, code=5)
        self.assertEqual([finding["id"] for finding in document["findings"]], ["github-personal-access-token"])
        self.assertIn("LIMIT_ARCHIVE_RATIO", [item["limit"] for item in document["diagnostics"]])

    def test_binary_files(self):
        body = os.urandom(1 << 20).replace(b"\n", b" ")
        target = self.image([{"path": "usr/local/bin/tool", "bytes": b"\x7fELF\0" + body + NPM.encode() + b"\0" + body}])
        document = self.scan(target)
        self.assertEqual(self.found(document), [("npm-access-token", "usr/local/bin/tool", None)])

    def test_config_and_history(self):
        target = self.image([file("a", "x")], [file("b", "x")],
                            config={"Env": ["PATH=/bin", f"TOKEN={GITHUB}"], "Labels": {"key": AWS}, "Cmd": ["run", NPM]},
                            history=[{"created_by": "ADD /"}, {"created_by": f"ARG T={NPM}", "empty_layer": True},
                                     {"created_by": f"RUN curl -H 'X-Token: {AWS}' host"}])
        document = self.scan(target)
        self.assertEqual([(finding["id"], finding["path"]) for finding in document["findings"]], [
            ("github-personal-access-token", "config:Env/TOKEN"), ("npm-access-token", "config:Cmd"),
            ("npm-access-token", "config:history"), ("aws-access-key-id", "config:Labels/key"),
            ("aws-access-key-id", "config:history")])
        self.assertEqual(document["findings"][-1]["layer"], document["target"]["layers"][1]["diff_id"])

    def test_a_folder_and_a_compressed_layout_say_the_same(self):
        entries = [file("etc/a", AWS), file("home/u/.npmrc", f"//r.example/:_authToken={NPM}\n")]
        root = os.path.join(self.folder, "root")
        for entry in entries:
            os.makedirs(os.path.dirname(os.path.join(root, entry["path"])), exist_ok=True)
            with open(os.path.join(root, entry["path"]), "w", encoding="utf-8") as out:
                out.write(entry["text"])
        layout = os.path.join(self.folder, "layout")
        support.write_folder(layout, support.oci_members([([layer(entries)], None, "t")]))
        want = [("aws-access-key-id", "etc/a", 1), ("npm-access-token", "home/u/.npmrc", 1)]
        self.assertEqual(self.found(self.scan("dir:" + root)), want)
        self.assertEqual(self.found(self.scan("oci:" + layout)), want)
        done = subprocess.run([support.PROGRAM, "scan", "--only", "secret", "--format", "json", "dir:root"],
                              cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(self.found(json.loads(done.stdout)), want)  # a name without a slash is no image's


class Telling(Case):
    def test_no_format_shows_the_secret(self):
        target = self.image([file("a", "\n".join(SECRETS.values()))], config={"Env": [f"X={GITHUB}"]})
        for form in ("table", "json", "sarif", "csv", "junit", "gitlab", "markdown", "html", "cyclonedx", "spdx"):
            done = plimsoll("scan", "--only", "secret", "--format", form, "--verbose", target)
            self.assertEqual(done.returncode, 0, done.stderr)
            for secret in SECRETS.values():
                self.assertNotIn(re.search(r"[0-9A-Za-z_]{20,}", secret)[0][6:], done.stdout + done.stderr, form)

    def test_fingerprints_stay_the_same_and_depend_on_the_key(self):
        prints = []
        key = os.path.join(self.folder, "key")
        with open(key, "wb") as out:
            out.write(b"k" * 32)
        for name, before, words in (("a.tar", "", ()), ("b.tar", "\n\n\n", ()), ("c.tar", "", ("--fingerprint-key", key))):
            document = self.scan(self.image([file("a", before + NPM)], name=name), *words)
            prints.append(document["findings"][0]["fingerprint"])
        other = self.scan(self.image([file("b", NPM)], name="d.tar"))["findings"][0]["fingerprint"]
        self.assertEqual(prints[0], prints[1])
        self.assertEqual(len({prints[0], prints[2], other}), 3)

    def test_what_was_looked_for_is_told(self):
        document = self.scan(self.image([file("a", "x")]), only="secret,config")
        self.assertEqual(document["summary"]["looked_for"], ["config", "secret"])

    def test_a_baseline_hides_what_was_there(self):
        first = self.image([file("a", NPM)], name="a.tar")
        report = os.path.join(self.folder, "report.json")
        with open(report, "w", encoding="utf-8") as out:
            json.dump(self.scan(first), out)
        second = self.image([file("a", "\n" + NPM), file("b", GITHUB)], name="b.tar")
        document = self.scan(second, "--baseline", report)
        self.assertEqual([finding["id"] for finding in document["findings"] if not finding["suppressed"]],
                         ["github-personal-access-token"])

    def test_the_gate_counts_them(self):
        self.scan(self.image([file("a", NPM)]), "--fail-on", "critical", code=1)
        self.scan(self.image([file("a", "x")]), "--fail-on", "low")

    def test_the_table_in_both_languages(self):
        target = self.image([file("app/.env", GITHUB)], [file("app/.wh..env", "")])
        done = plimsoll("scan", "--only", "secret", "--format", "table", target)
        self.assertIn("app/.env:1", done.stdout)
        self.assertIn("removed later, and still in the image", done.stdout)
        done = plimsoll("scan", "--only", "secret", "--format", "table", "--lang", "zh", target)
        self.assertIn("GitHub 个人访问令牌", done.stdout)
        done = plimsoll("scan", "--only", "secret", "--format", "table", self.image([file("a", "x")], name="clean.tar"))
        self.assertIn("not found: secrets", done.stdout)

    def test_what_a_package_brought_is_everybodys(self):
        import hashlib
        own = f"x = {NPM}\n"
        digest = hashlib.md5(own.encode()).hexdigest()

        def root(text):
            entries = support.debian(acme="1.0")
            entries += [file("var/lib/dpkg/info/acme.list", "/.\n/usr\n/usr/lib\n/usr/lib/acme\n/usr/lib/acme/test.py\n"),
                        file("var/lib/dpkg/info/acme.md5sums", f"{digest}  usr/lib/acme/test.py\n"),
                        file("usr/lib/acme/test.py", text)]
            return entries
        for text, suppressed in ((own, True), (own + "# changed\n", False)):
            document = self.scan(self.image(root(text)))
            self.assertEqual([bool(finding["suppressed"]) for finding in document["findings"]], [suppressed])
        document = self.scan(self.image(root(own), [file("usr/lib/acme/test.py", own)]))
        self.assertEqual([finding["suppressed"] for finding in document["findings"]], [None])


class OtherTargets(Case):
    def test_a_bill_of_materials_has_no_files(self):
        bom = os.path.join(self.folder, "bom.json")
        with open(bom, "w", encoding="utf-8") as out:
            json.dump({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": []}, out)
        done = plimsoll("scan", "--only", "secret", bom)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no files", done.stderr)


class Pages(unittest.TestCase):
    def test_the_table_of_kinds_is_up_to_date(self):
        with tempfile.NamedTemporaryFile() as made:
            subprocess.run([os.path.join(ROOT, "tools/gen_secrets.py"), "--page", os.path.join(ROOT, "tests/secrets/labelled.tsv"),
                            made.name], check=True)
            with open(os.path.join(ROOT, "docs/secrets-kinds.md"), encoding="utf-8") as kept:
                self.assertEqual(open(made.name, encoding="utf-8").read(), kept.read(), "tools/gen_secrets.py --page")


class Rules(Case):
    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def test_own_rules_are_added_and_the_cache_knows_of_them(self):
        target = self.image([file("a", "acme_" + "5f3Kx9QpL2vNwT7dRzBm" + "\n" + NPM)])
        rules = self.write("own.toml", "disable = ['npm-*']\n[[secret]]\nid = 'acme'\ntitle = 'Acme'\nseverity = 'low'\n"
                                       "pattern = 'acme_[0-9A-Za-z]{20}'\nrevoke = 'Ask Bob.'\n")
        env = {"PLIMSOLL_CACHE": os.path.join(self.folder, "cache")}
        for _ in range(2):
            self.assertEqual(self.found(self.scan(target, env=env)), [("npm-access-token", "a", 2)])
            document = self.scan(target, "--secret-rules", rules, env=env)
            self.assertEqual(self.found(document), [("acme", "a", 1)])
            self.assertEqual(document["findings"][0]["mend"], "Ask Bob.")

    def test_of_several_groups_the_one_that_is_there_is_the_secret(self):
        rules = os.path.join(self.folder, "gitleaks.toml")
        with open(rules, "w", encoding="utf-8") as out:
            out.write("[[rules]]\nid = 'either'\nregex = '''one:(\\w{8})|two:(\\w{8})'''\n")
        document = self.scan(self.image([file("a", "two:q7Rx92mZ\n")]), "--secret-rules", rules)
        self.assertEqual([finding["excerpt"] for finding in document["findings"]], ["two:********"])

    def test_what_an_archive_of_a_library_holds_is_the_librarys(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("certs/settings.py", 'password = "q7Rx92mZ"\n')
        entries = [{"path": path, "bytes": packed.getvalue()} for path in ("app/lib/a.jar", "app/node_modules/x/a.jar")]
        self.assertEqual(self.found(self.scan(self.image(entries))),
                         [("generic-password", "app/lib/a.jar!/certs/settings.py", 1)])

    def test_rules_that_are_wrong_are_named(self):
        target = self.image([file("a", "x")])
        for name, text, message in (("a.toml", "[[secret]]\nid='x'\npattern='('\n", "the rule x"),
                                    ("a.toml", "[[secret]\n", "line 1"), ("a.yaml", "- a\n", "no rules"),
                                    ("a.yaml", "rules:\n  - id: x\n", "the rule x")):
            done = plimsoll("scan", "--only", "secret", "--secret-rules", self.write(name, text), target)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(message, done.stderr)
            self.assertIn(name, done.stderr)

    def test_every_kind_of_layer_cache_gives_the_same(self):
        target = self.image([file("a", NPM), file("b/.wh.x", "")], [file(".wh.a", ""), file("c", AWS)])
        env = {"PLIMSOLL_CACHE": os.path.join(self.folder, "cache")}
        cold, warm, none = (self.scan(target, env=env), self.scan(target, env=env), self.scan(target))
        self.assertEqual(cold, warm)
        self.assertEqual(cold, none)


if __name__ == "__main__":
    unittest.main()
