"""Weak passwords: files of made-up layers, the budget of guessing, people's own words."""
import gzip
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import support
from support import plimsoll, report


def apr1(password):
    return subprocess.run(["openssl", "passwd", "-apr1", "-salt", "abcdefgh", password], capture_output=True, text=True,
                          check=True).stdout.strip()


def sha512(password, salt="abcdefgh"):
    return subprocess.run(["openssl", "passwd", "-6", "-salt", salt, password], capture_output=True, text=True,
                          check=True).stdout.strip()


# yescrypt of a password that is in no list, with the parameters that Debian takes.
DEAR = "$y$j9T$abcdefgh$79JhsKZwfY/UU2qrk3QcffpHl7EyEEJK0pA5pD1wu74"


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def image(self, *layers):
        return support.docker_archive(os.path.join(self.folder, "image.tar"), [support.layer(entries) for entries in layers])

    def scan(self, image, *options, code=0, **more):
        document, done = report("scan", "--only", "password", image, *options, **more)
        self.assertEqual(done.returncode, code, done.stderr)
        return document

    def found(self, document):
        return [(found["id"].removeprefix("password-"), found["path"], found["line"]) for found in document["findings"]]


class Files(Case):
    def test_accounts(self):
        document = self.scan(self.image([
            {"path": "etc/shadow", "text": f"root:{sha512('letmein')}:1::::::\nbin:*:1::::::\napp::1::::::\n"},
            {"path": "etc/passwd", "text": "root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\n"},
            {"path": "srv/.htpasswd", "text": f"alice:{apr1('alice123')}\nbob:{apr1('Kp7#wQz91xLm')}\n"},
        ]))
        self.assertEqual(sorted(self.found(document)), [
            ("empty", "etc/shadow", 3), ("hash-old", "srv/.htpasswd", 2), ("htpasswd", "srv/.htpasswd", 1),
            ("opened", "etc/shadow", 1), ("root", "etc/shadow", 1), ("second-root", "etc/passwd", 2)])
        text = str(document)
        self.assertNotIn("letmein", text)
        self.assertNotIn("alice123", text)
        details = {found["id"]: found.get("detail") for found in document["findings"]}
        self.assertEqual(details["password-opened"], "root: l******")

    def test_what_a_later_layer_mends_is_no_finding(self):
        bad = [{"path": "etc/shadow", "text": "app::1::::::\n"}, {"path": "etc/redis/redis.conf", "text": "protected-mode no\n"}]
        good = [{"path": "etc/shadow", "text": "app:!:1::::::\n"}, {"path": "etc/redis/.wh.redis.conf"}]
        self.assertEqual(len(self.scan(self.image(bad))["findings"]), 2)
        self.assertEqual(self.scan(self.image(bad, good))["findings"], [])

    def test_chinese(self):
        document = self.scan(self.image([{"path": "etc/shadow", "text": "app::1::::::\n"}]), "--lang", "zh")
        self.assertRegex(document["findings"][0]["title"], "密码")

    def test_a_large_file_is_told(self):
        document = self.scan(self.image([{"path": "etc/shadow", "text": "a:*:1::::::\n" * 100000}]), code=5)
        self.assertIn("etc/shadow", document["diagnostics"][0]["message"])

    def test_explain(self):
        done = plimsoll("explain", "password-opened", "permission-setuid")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Why it matters", done.stdout)


class Guessing(Case):
    def test_the_budget_is_told_and_the_same_every_time(self):
        image = self.image([{"path": "etc/shadow", "text": f"app:{DEAR}:1::::::\n"}])
        first, second = (self.scan(image, "--password-time", "1s") for _ in range(2))
        self.assertEqual(first["diagnostics"], second["diagnostics"])
        self.assertEqual([entry["level"] for entry in first["diagnostics"]], ["warning"])
        self.assertRegex(first["diagnostics"][0]["message"], r"against \d+ of \d{4} words; --password-time")

    def test_own_words(self):
        image = self.image([{"path": "etc/shadow", "text": f"app:{sha512('Kp7#wQz91xLm')}:1::::::\n"}])
        self.assertEqual(self.scan(image)["findings"], [])
        for name, data in (("words", b"one\nKp7#wQz91xLm\r\n"), ("words.gz", gzip.compress(b"x" * 5000 + b"\nKp7#wQz91xLm"))):
            path = os.path.join(self.folder, name)
            with open(path, "wb") as file:
                file.write(data)
            cache = {"PLIMSOLL_CACHE": os.path.join(self.folder, "cache")}
            for _ in range(2):
                document = self.scan(image, "--wordlist", path, env=cache)
                self.assertEqual(self.found(document), [("opened", "etc/shadow", 1)])
        self.assertEqual(self.scan(image, env=cache)["findings"], [])

    def test_wrong_use(self):
        image = self.image([{"path": "etc/shadow", "text": "app::1::::::\n"}])
        for options in (["--wordlist", self.folder], ["--wordlist", os.path.join(self.folder, "none")],
                        ["--password-time", "soon"]):
            done = plimsoll("scan", "--only", "password", image, *options)
            self.assertEqual(done.returncode, 2, options)
            self.assertRegex(done.stderr, r"^plimsoll: .*(--wordlist|--password-time)")


class Many(Case):
    def limits(self, path, text):
        document = self.scan(self.image([{"path": path, "text": text}]), code=5)
        self.assertFalse(document["complete"])
        return [(told["level"], told["message"].partition(": ")[0], told["limit"]) for told in document["diagnostics"]]

    def test_accounts_past_the_limit_are_told(self):
        told = [("error", "etc/shadow", "LIMIT_PASSWORD_ACCOUNTS")]
        self.assertEqual(self.limits("etc/shadow", "".join(f"u{number}:*:\n" for number in range(20001))), told)
        comments = "#\n" * 20000
        document = self.scan(self.image([{"path": "etc/shadow", "text": comments + "u:*:\n" * 20000}]))
        self.assertEqual((document["findings"], document["diagnostics"]), ([], []))
        users = [{"name": f"u{number}", "password": "Kp7#wQz91xLm"} for number in range(20001)]
        self.assertEqual(self.limits("etc/rabbitmq/definitions.json", json.dumps({"users": users}, separators=(",", ":"))),
                         [("error", "etc/rabbitmq/definitions.json", "LIMIT_PASSWORD_ACCOUNTS")])
        self.assertEqual(self.limits("opt/jetty/realm.properties", "u: OBF:x\n" * 20001),
                         [("error", "opt/jetty/realm.properties", "LIMIT_PASSWORD_ACCOUNTS")])

    def test_settings_past_the_limit_are_told(self):
        self.assertIn(("error", "etc/redis/redis.conf", "LIMIT_PASSWORD_SETTINGS"),
                      self.limits("etc/redis/redis.conf", "save 1 1\n" * 20001 + "protected-mode no\n"))


class Broken(Case):
    def test_the_place_is_told_and_what_stood_before_it(self):
        document = self.scan(self.image([
            {"path": "opt/tomcat/conf/tomcat-users.xml",
             "text": '<tomcat-users>\n<user username="tomcat" password="tomcat"/>\n<user username=\n</tomcat-users>\n'},
            {"path": "etc/rabbitmq/definitions.json", "text": '{"users": [\n{"name": }]}\n'},
            {"path": "etc/shadow", "text": "app::1::::::\n"}]), code=5)
        self.assertEqual(sorted(found["id"] for found in document["findings"]), ["password-empty", "password-tomcat"])
        self.assertEqual([(told["level"], told["message"].partition(": ")[0]) for told in document["diagnostics"]],
                         [("error", "opt/tomcat/conf/tomcat-users.xml"), ("error", "etc/rabbitmq/definitions.json")])
        self.assertRegex(document["diagnostics"][0]["message"], "line 4")
        self.assertRegex(document["diagnostics"][1]["message"], "line 2")


if __name__ == "__main__":
    unittest.main()
