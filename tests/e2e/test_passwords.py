"""Weak passwords: files of made-up layers, the budget of guessing, people's own words."""
import base64
import gzip
import hashlib
import hmac
import json
import os
import shutil
import struct
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


def authid_page(rows):
    """A page of PostgreSQL's pg_authid: (name, may log in, hash or None, whether it is an old version)."""
    items, body = b"", b""
    for name, login, text, old in rows:
        header = struct.pack("<IIIIHHHB", 1, 7 if old else 0, 0, 0, 0, 12, (0 if text else 1) | (0 if old else 0x0800), 32)
        header += (b"\xff\x03" if not text else b"\xff\x0f").ljust(9, b"\0")
        row = struct.pack("<I64s7B", 10, name.encode(), 0, 1, 0, 0, login, 0, 0).ljust(76, b"\0") + struct.pack("<i", -1)
        if text:
            row += (bytes([(len(text) + 1) << 1 | 1]) if len(text) < 126 else struct.pack("<I", (len(text) + 4) << 2)) + text.encode()
        tuple_ = header + row
        body = tuple_ + b"\0" * (-len(tuple_) % 8) + body
        items += struct.pack("<I", (8192 - len(body)) | 1 << 15 | len(tuple_) << 17)
    head = struct.pack("<QHHHHHHI", 0, 0, 0, 24 + len(items), 8192 - len(body), 8192, 8196, 0)
    return head + items + b"\0" * (8192 - 24 - len(items) - len(body)) + body


def scram(password):
    salt = b"saltsaltsaltsalt"
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 4096)
    stored = hashlib.sha256(hmac.new(salted, b"Client Key", "sha256").digest()).digest()
    server = hmac.new(salted, b"Server Key", "sha256").digest()
    return "SCRAM-SHA-256$4096:" + "$".join([base64.b64encode(salt).decode(), ":".join(
        base64.b64encode(part).decode() for part in (stored, server))])


class Tables(Case):
    def test_postgresql(self):
        page = authid_page([("postgres", 1, scram("postgres"), False), ("app", 1, scram("letmein"), True),
                            ("group", 0, scram("letmein"), False), ("none", 1, None, False),
                            ("md", 1, "md5" + hashlib.md5(b"letmeinmd").hexdigest(), False),
                            ("strong", 1, scram("Kp7#wQz91xLm"), False)])
        document = self.scan(self.image([{"path": "var/lib/postgresql/data/global/1260", "bytes": page + b"\xff" * 8192}]))
        self.assertEqual(sorted(found["detail"] for found in document["findings"]), ["md: l******", "postgres: p*******"])

    def test_mariadb(self):
        def row(who, rest):
            return f'\0\3{who}{{"access":0,"plugin":"mysql_native_password","authentication_string":{rest}}}\0'
        twice = hashlib.sha1(hashlib.sha1(b"letmein").digest()).hexdigest().upper()
        text = row("%app", f'"*{twice}"') + row("localhostopen", '""') + row("localhostsys", '"","account_locked":true')
        text += row("localhostroot", '"invalid","auth_or":[{},{"plugin":"unix_socket"}]') + '{"access":'
        document = self.scan(self.image([{"path": "var/lib/mysql/mysql/global_priv.MAD", "text": text}]))
        self.assertEqual(sorted((found["id"], found["detail"]) for found in document["findings"]),
                         [("password-default-account", "app: l******"), ("password-empty", "open")])


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
