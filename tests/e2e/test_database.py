"""The advisory database from the command line: import, info, export, verify, update, and what can go wrong."""
import gzip
import http.server
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import zipfile

import support
from support import PROGRAM, ROOT, debian, docker_archive, layer, plimsoll

TRACKER = {"bash": {"CVE-2024-1000": {"description": "made up", "releases": {
    "bookworm": {"status": "resolved", "fixed_version": "5.2.15-3", "urgency": "medium", "repositories": {}},
    "trixie": {"status": "open", "urgency": "unimportant", "repositories": {}}}}},
    "zlib": {"CVE-2024-1001": {"releases": {
        "bookworm": {"status": "open", "urgency": "not yet assigned", "nodsa": "Minor issue", "nodsa_reason": "",
                     "repositories": {}}}},
             "CVE-2024-1002": {"releases": {
                 "bookworm": {"status": "open", "urgency": "low", "nodsa": "x", "nodsa_reason": "postponed",
                              "repositories": {}}}},
             "CVE-2024-1003": {"releases": {
                 "bookworm": {"status": "open", "urgency": "not yet assigned", "nodsa": "x", "nodsa_reason": "ignored",
                              "repositories": {}}}},
             "CVE-2024-1004": {"releases": {"bookworm": {"status": "undetermined", "urgency": "not yet assigned",
                                                         "repositories": {}}}},
             "CVE-2024-1005": {"releases": {"bookworm": {"status": "open", "urgency": "end-of-life", "repositories": {}}}},
             "CVE-2024-1006": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "0",
                                                         "urgency": "unimportant", "repositories": {}}}},
             "CVE-2024-1007": {"releases": {"bookworm": {"status": "open", "urgency": "unimportant",
                                                         "repositories": {}}}},
             "TEMP-0000000-ABCDEF": {"releases": {"bookworm": {"status": "open", "urgency": "high**",
                                                               "repositories": {}}}}}}


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.database = os.path.join(self.folder, "db")
        self.file = os.path.join(self.database, "plimsoll.db")

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else json.dumps(data).encode() if not isinstance(data, str)
                       else data.encode())
        return path

    def db(self, verb, *words, code=0, **more):
        done = plimsoll("db", verb, "--db", self.database, *words, **more)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done

    def findings(self, **packages):
        image = docker_archive(os.path.join(self.folder, "image.tar"), [layer(debian(**packages))])
        document, done = support.report("scan", "--db", self.database, image)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {item["id"]: item for item in document["findings"]}


class Import(Case):
    def test_verdicts_of_debian(self):
        self.db("import", self.write("tracker.json", TRACKER))
        found = self.findings(bash="5.2.15-2", zlib="1")
        self.assertEqual({key: (item["severity"], item["status"], item["fixed"], item["reason"])
                          for key, item in found.items()}, {
            "CVE-2024-1000": ("medium", "fixed", "5.2.15-3", None),
            "CVE-2024-1001": ("unknown", "affected", None, "no-dsa"),
            "CVE-2024-1002": ("low", "deferred", None, "postponed"),
            "CVE-2024-1003": ("unknown", "wont-fix", None, "ignored"),
            "CVE-2024-1004": ("unknown", "under-investigation", None, "undetermined"),
            "CVE-2024-1005": ("unknown", "end-of-life", None, "end-of-life"),
            "CVE-2024-1007": ("negligible", "affected", None, None),
            "TEMP-0000000-ABCDEF": ("high", "affected", None, None)})
        self.assertNotIn("CVE-2024-1000", self.findings(bash="5.2.15-3"))

    def test_found_by_content(self):
        """Names say nothing: every format under a wrong name, compressed and in a zip."""
        text = json.dumps(TRACKER).encode()
        zipped = os.path.join(self.folder, "x.json")
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("anything", text)
        for path in (self.write("a.xml", text), self.write("b", gzip.compress(text)), self.write("c.gz", support.zst(text)),
                     zipped):
            shutil.rmtree(self.database, ignore_errors=True)
            self.db("import", path)
            self.assertIn("CVE-2024-1000", self.findings(bash="1"))

    def test_folder_and_unknown_files(self):
        self.write("feeds/deep/tracker", TRACKER)
        self.write("feeds/readme.txt", "hello\n")
        done = self.db("import", os.path.join(self.folder, "feeds"), code=5)
        self.assertIn("readme.txt", done.stderr)
        self.assertIn("CVE-2024-1000", self.findings(bash="1"))

    def test_bad_records_lose_nothing_else(self):
        bad = {"id": "GHSA-bad", "modified": "2024-01-01T00:00:00Z", "affected": [
            {"package": {"ecosystem": "Debian:12", "name": 5}, "ranges": "none"}]}
        good = {"id": "DSA-1-1", "modified": "2024-01-01T00:00:00Z", "upstream": ["CVE-2024-2000"], "affected": [
            {"package": {"ecosystem": "Debian:12", "name": "bash"},
             "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "6"}]}]}]}
        path = os.path.join(self.folder, "all.zip")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.json", "{ this is no JSON")
            archive.writestr("b.json", json.dumps(bad))
            archive.writestr("c.json", json.dumps(good))
            archive.writestr("d.json", '{"id": "X", "modified": "", "affected": ' + "[" * 100000)
        done = self.db("import", path, code=5)
        for text in ("a.json", "d.json", "LIMIT_JSON_DEPTH"):
            self.assertIn(text, done.stderr)
        self.assertIn("CVE-2024-2000", self.findings(bash="1"))

    def test_damaged_zip(self):
        path = os.path.join(self.folder, "all.zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for i in range(20):
                archive.writestr(f"{i}.json", json.dumps({"id": f"X-{i}", "modified": "2024-01-01T00:00:00Z", "affected": []}))
        with open(path, "rb") as file:
            data = file.read()
        rng = random.Random(3)
        for _ in range(60):
            cut = bytearray(data)
            for _ in range(rng.randint(1, 6)):
                cut[rng.randrange(len(cut))] = rng.randrange(256)
            done = plimsoll("db", "import", "--db", self.database, self.write("bad.zip", bytes(cut[:rng.randint(1, len(cut))])))
            self.assertIn(done.returncode, (0, 3, 5), done.stderr)

    def test_same_input_same_bytes(self):
        path = self.write("tracker.json", TRACKER)
        clock = {"SOURCE_DATE_EPOCH": "1700000000"}
        self.db("import", path, env=clock)
        with open(self.file, "rb") as file:
            first = file.read()
        self.db("import", path, env=clock)
        with open(self.file, "rb") as file:
            self.assertEqual(file.read(), first)

    def test_an_import_replaces_its_own_unit_only(self):
        self.db("import", self.write("tracker.json", TRACKER))
        self.db("import", self.write("kev.json", {"catalogVersion": "1", "dateReleased": "2024-01-01T00:00:00Z", "count": 1,
                                                  "vulnerabilities": [{"cveID": "CVE-2024-1000", "dateAdded": "2024-01-02",
                                                                       "knownRansomwareCampaignUse": "Unknown"}]}))
        self.assertEqual(self.findings(bash="1")["CVE-2024-1000"]["kev"], {"added": "2024-01-02", "ransomware": False})
        self.db("import", self.write("tracker.json", {"bash": {"CVE-2024-3000": TRACKER["bash"]["CVE-2024-1000"]}}))
        self.assertEqual(set(self.findings(bash="1", zlib="1")), {"CVE-2024-3000"})
        info = self.db("info").stdout
        self.assertIn("kev", info)
        self.assertIn("debian", info)

    def test_nothing_to_import(self):
        self.assertIn("No such file", self.db("import", os.path.join(self.folder, "none"), code=3).stderr)
        self.assertEqual(plimsoll("db", "import", "--db", self.database).returncode, 2)


class Files(Case):
    def setUp(self):
        super().setUp()
        self.tracker = self.write("tracker.json", TRACKER)
        self.db("import", self.tracker)

    def test_info(self):
        text = self.db("info").stdout
        self.assertRegex(text, r"debian")
        self.assertRegex(text, r"Debian:12")
        document = json.loads(self.db("info", "--format", "json").stdout)
        self.assertEqual(document["feeds"][0]["name"], "debian")
        self.assertGreater(document["advisories"], 0)

    def test_export_and_verify(self):
        copy = os.path.join(self.folder, "copy/plimsoll.db")
        os.makedirs(os.path.dirname(copy))
        self.db("export", copy)
        self.assertEqual(plimsoll("db", "verify", "--db", os.path.dirname(copy)).returncode, 0)
        with open(copy, "r+b") as file:
            size = os.path.getsize(copy)
            at = open(copy, "rb").read().rindex(b"CVE-2024-100")
            file.seek(at)
            file.write(b"XVE")
        self.assertLess(at, size)
        done = plimsoll("db", "verify", "--db", os.path.dirname(copy))
        self.assertEqual(done.returncode, 4)
        self.assertTrue(done.stderr)

    def test_no_database(self):
        for verb in ("info", "verify"):
            done = plimsoll("db", verb, "--db", os.path.join(self.folder, "none"))
            self.assertEqual(done.returncode, 4)
            self.assertIn("plimsoll db", done.stderr)

    def test_other_formats_are_refused(self):
        with open(self.file, "rb") as file:
            data = file.read()
        image = docker_archive(os.path.join(self.folder, "image.tar"), [layer(debian(bash="1"))])
        for broken in (b"", b"x" * 5000, data[:4096], data[:len(data) // 2], b"\0" * len(data)):
            with open(self.file, "wb") as file:
                file.write(broken)
            done = plimsoll("scan", "--db", self.database, image)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertIn(self.database, done.stderr)

    def test_random_damage_never_crashes(self):
        with open(self.file, "rb") as file:
            data = file.read()
        image = docker_archive(os.path.join(self.folder, "image.tar"), [layer(debian(bash="1", zlib="1"))])
        rng = random.Random(5)
        for _ in range(80):
            broken = bytearray(data)
            for _ in range(rng.randint(1, 40)):
                broken[rng.randrange(len(broken))] = rng.randrange(256)
            with open(self.file, "wb") as file:
                file.write(broken)
            done = plimsoll("scan", "--db", self.database, "--format", "json", image)
            self.assertIn(done.returncode, (0, 4, 5), done.stderr)

    def test_a_read_only_folder_is_enough(self):
        os.chmod(self.database, 0o555)
        before = sorted(os.listdir(self.database))
        self.assertIn("CVE-2024-1000", self.findings(bash="1"))
        self.assertEqual(sorted(os.listdir(self.database)), before)
        os.chmod(self.database, 0o755)


class Killed(Case):
    """A kill at any moment leaves a usable database; Ctrl-C leaves no half-written file."""

    def big(self):
        tracker = {f"package-{i}": {f"CVE-2024-{1000 + k}": {"releases": {"bookworm": {
            "status": "resolved", "fixed_version": f"{k}.{i}", "urgency": "low", "repositories": {}}}}
            for k in range(40)} for i in range(1500)}
        tracker["bash"] = TRACKER["bash"]
        return self.write("big.json", tracker)

    def run_and_signal(self, path, delay, number):
        child = subprocess.Popen([PROGRAM, "db", "import", "--quiet", "--db", self.database, path],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            child.wait(delay)
        except subprocess.TimeoutExpired:
            child.send_signal(number)
        return child.wait(30)

    def test_any_moment(self):
        self.db("import", self.write("tracker.json", TRACKER))
        path, codes = self.big(), []
        start = time.monotonic()
        self.db("import", path)
        whole = time.monotonic() - start
        for number in (signal.SIGKILL, signal.SIGINT, signal.SIGTERM):
            for step in range(6):
                codes.append(self.run_and_signal(path, whole * (step + 0.5) / 6, number))
                self.assertIn("CVE-2024-1000", self.findings(bash="1"))
                if number != signal.SIGKILL:
                    left = [name for name in os.listdir(self.database) if name not in ("plimsoll.db", "lock")]
                    self.assertEqual(left, [])
                for name in os.listdir(self.database):
                    if name not in ("plimsoll.db", "lock"):
                        os.remove(os.path.join(self.database, name))
        self.assertTrue(set(codes) & {-9, 130, 143}, codes)


class Publisher(http.server.BaseHTTPRequestHandler):
    """A publisher of feeds: conditional requests, ranges, a connection that breaks once."""
    protocol_version = "HTTP/1.1"
    files, asked, break_once = {}, [], set()

    def do_GET(self):
        Publisher.asked.append((self.path, dict(self.headers)))
        data = Publisher.files.get(self.path)
        if data is None:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        tag = '"%08x"' % (hash(data) & 0xFFFFFFFF)
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.send_header("ETag", tag)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = 0
        if self.headers.get("Range", "").startswith("bytes="):
            start = int(self.headers["Range"][6:].split("-")[0])
        self.send_response(206 if start else 200)
        self.send_header("ETag", tag)
        self.send_header("Accept-Ranges", "bytes")
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        if self.path in Publisher.break_once:
            Publisher.break_once.discard(self.path)
            self.wfile.write(data[start:start + (len(data) - start) // 2])
            self.wfile.flush()
            self.close_connection = True
            self.connection.close()
            return
        self.wfile.write(data[start:])

    def log_message(self, *_):
        pass


class Update(Case):
    """db update against a local publisher, which a config's mirrors put in the place of the real ones."""

    def setUp(self):
        super().setUp()
        Publisher.files, Publisher.asked, Publisher.break_once = {}, [], set()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        address = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.config = self.write("config.yaml", "mirrors:\n" + "".join(
            f"  {publisher}: {address}/\n" for publisher in (
                "https://packages.wolfi.dev/", "https://packages.cgr.dev/", "https://security-tracker.debian.org/", "https://secdb.alpinelinux.org/", "https://www.cisa.gov/",
                "https://epss.empiricalsecurity.com/", "https://epss.cyentia.com/", "https://nvd.nist.gov/",
                "https://services.nvd.nist.gov/", "https://linux.oracle.com/", "https://raw.githubusercontent.com/",
                "https://osv-vulnerabilities.storage.googleapis.com/")))
        Publisher.files["/tracker/data/json"] = json.dumps(TRACKER).encode()

    def update(self, code=0, *words):
        return self.db("update", "--config", self.config, *words, "debian", code=code)

    def test_download_and_conditional_request(self):
        self.update()
        self.assertIn("CVE-2024-1000", self.findings(bash="1"))
        self.update()
        self.assertIn("If-None-Match", Publisher.asked[-1][1])
        self.assertIn("CVE-2024-1000", self.findings(bash="1"))
        Publisher.files["/tracker/data/json"] = json.dumps({"bash": {"CVE-2024-9": TRACKER["bash"]["CVE-2024-1000"]}}).encode()
        self.update()
        self.assertNotIn("CVE-2024-1000", self.findings(bash="1"))

    def test_broken_connection_is_resumed(self):
        tracker = {**TRACKER, **{f"p{i}": TRACKER["bash"] for i in range(3000)}}
        Publisher.files["/tracker/data/json"] = json.dumps(tracker).encode()
        Publisher.break_once.add("/tracker/data/json")
        done = plimsoll("db", "update", "--db", self.database, "--config", self.config, "debian")
        if done.returncode != 0:
            self.update()
        self.assertTrue([True for _, headers in Publisher.asked if "Range" in headers], "no request asked for the rest")
        self.assertIn("CVE-2024-1000", self.findings(bash="1"))

    def test_a_publisher_that_is_away_keeps_the_rest(self):
        self.update()
        del Publisher.files["/tracker/data/json"]
        done = self.update(3)
        self.assertIn("404", done.stderr)
        self.assertIn("CVE-2024-1000", self.findings(bash="1"))

    def test_checksums_of_the_publisher(self):
        """NVD's files stand beside a .meta with the SHA-256 of what is inside; a year whose bytes differ is left out."""
        import hashlib

        def year(cve):
            return json.dumps({"format": "NVD_CVE", "version": "2.0", "resultsPerPage": 1, "startIndex": 0, "totalResults": 1,
                               "timestamp": "2024-01-01T00:00:00.000", "vulnerabilities": [{"cve": {
                                   "id": cve, "descriptions": [{"lang": "en", "value": "about " + cve}], "metrics": {}}}]}).encode()

        base = "/feeds/json/cve/2.0/nvdcve-2.0-"
        good, bad = year("CVE-2024-1000"), year("CVE-2024-1001")
        Publisher.files[base + "2023.json.gz"] = gzip.compress(bad)
        Publisher.files[base + "2023.meta"] = b"size:1\r\nsha256:" + hashlib.sha256(good).hexdigest().upper().encode() + b"\r\n"
        Publisher.files[base + "2024.json.gz"] = gzip.compress(good)
        Publisher.files[base + "2024.meta"] = b"size:1\r\nsha256:" + hashlib.sha256(good).hexdigest().upper().encode() + b"\r\n"
        self.update()
        done = self.db("update", "--config", self.config, "--verbose", "nvd", code=5)
        self.assertIn("2023.meta tells sha256:", done.stderr)
        found = self.findings(bash="1", zlib="1")
        self.assertEqual(found["CVE-2024-1000"]["title"], "about CVE-2024-1000")
        self.assertEqual(found["CVE-2024-1001"]["title"], "")

    def test_large_feeds_come_only_by_name(self):
        self.db("update", "--config", self.config, code=5)
        asked = " ".join(path for path, _ in Publisher.asked)
        for name in ("tracker/data/json", "AlmaLinux/all.zip", "PyPI/all.zip", "npm/all.zip", "com.oracle.elsa-all", "azurelinux"):
            self.assertIn(name, asked)
        for name in ("nvdcve", "Ubuntu/all.zip", "SUSE/all.zip"):
            self.assertNotIn(name, asked)
        self.db("update", "--config", self.config, "osv", code=3)
        self.assertIn("Ubuntu/all.zip", " ".join(path for path, _ in Publisher.asked))

    def test_offline(self):
        done = self.update(2, "--offline")
        self.assertIn("offline", done.stderr)
        self.assertEqual(Publisher.asked, [])

    def test_nobody_listens(self):
        self.server.shutdown()
        self.server.server_close()
        done = self.db("update", "--config", self.config, "debian", code=3)
        self.assertTrue(done.stderr)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


if __name__ == "__main__":
    unittest.main()
