"""Targets made to be missed or to be endless: what each found once, and what must not come back. Time and
memory are held against the issue's bounds (256 MiB resident, measured only where no sanitizer adds its own)."""
import io
import json
import os
import shutil
import socket
import struct
import subprocess
import tarfile
import tempfile
import threading
import time
import unicodedata
import unittest

import support
from support import DEBIAN, debian, digest, docker_archive, docker_members, layer, names, plimsoll, report, tar_of


def header(name, size=0, kind=b"0", target=b""):
    """One ustar header."""
    block = bytearray(512)
    block[0:len(name)] = name
    block[100:108] = b"0000644\0"
    block[124:136] = b"%011o\0" % size
    block[156:157] = kind
    block[157:157 + len(target)] = target
    block[257:265] = b"ustar\x0000"
    return sealed(block)


def sealed(block):
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def entry(name, data):
    return header(name, len(data)) + data + b"\0" * (-len(data) % 512)


def pax_path(path):
    """An entry with this path, however long."""
    length = len(path) + len(b" path=\n")
    total = length
    while len(str(total)) + length != total:
        total = len(str(total)) + length
    record = b"%d path=%s\n" % (total, path)
    return header(b"pax", len(record), b"x") + record + b"\0" * (-len(record) % 512) + header(b"f")


def stanza(name):
    return f"Package: {name}\nVersion: 1\nArchitecture: all\n\n".encode()


END = b"\0" * 1024
OS_RELEASE = entry(b"etc/os-release", DEBIAN.encode())
GOOD = OS_RELEASE + entry(b"var/lib/dpkg/status", support.status(bash="5.2").encode())


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = os.path.join(self.folder, "image.tar")

    def said(self, document):
        return " ".join(f"{item['where']}: {item['message']} {item['limit']}" for item in document["diagnostics"])

    def expect(self, target, code, *texts, packages=None, seconds=20):
        start = time.monotonic()
        document, done = report("sbom", target, timeout=60)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout[-2000:])
        self.assertLess(time.monotonic() - start, seconds)
        for text in texts:
            self.assertIn(text, done.stderr + (self.said(document) if document else ""))
        if document:
            self.assertEqual(document["complete"], code != 5)
        if packages is not None:
            self.assertEqual(names(document), packages)
        return document

    def root(self, **packages):
        root = os.path.join(self.folder, "root")
        support.write_folder(root, {item["path"]: item["text"].encode() for item in debian(**packages)})
        return root


class CutOff(Case):
    def test_layer_cut_between_entries(self):
        """A plain layer has no checksum of its own: without an end mark only its digest can tell."""
        whole = GOOD + entry(b"var/lib/dpkg/status.d/x", stanza("x")) + END
        config = support.config_of([whole])
        for size in range(0, len(whole) + 1, 512):
            docker_archive(self.path, [whole], stored=[whole[:size]], config=config)
            document, done = report("sbom", self.path)
            lost = size <= len(whole) - len(END)
            self.assertEqual(done.returncode, 5 if lost else 0, f"{size} of {len(whole)} bytes")
            if not lost:
                self.assertEqual(names(document), ["bash 5.2", "x 1"])
        bare = whole[:-len(END)]
        docker_archive(self.path, [bare])
        self.expect(self.path, 0, packages=["bash 5.2", "x 1"])

    def test_diff_ids_that_are_none(self):
        data = layer(debian(bash="5.2"))
        for ids in ([1], ["x"], ["sha512:" + "0" * 128]):
            docker_archive(self.path, [data], config={"rootfs": {"diff_ids": ids}})
            self.expect(self.path, 5, "diff ID of layer 1", packages=["bash 5.2"])

    def test_file_that_shrinks_while_it_is_read(self):
        root = self.root(**{f"p{i}": "1" for i in range(60000)})
        status = os.path.join(root, "var/lib/dpkg/status")
        size = os.path.getsize(status)
        done = []

        def shrink():
            time.sleep(0.02)
            while not done:
                os.truncate(status, 1000000)
                os.truncate(status, size)

        thread = threading.Thread(target=shrink)
        thread.start()
        document, run = report("sbom", "dir:" + root)
        done.append(True)
        thread.join()
        self.assertIn(run.returncode, (0, 5))
        if run.returncode == 0:
            self.assertEqual(len(document["packages"]), 60000)


class Endless(Case):
    def test_hole_of_a_terabyte(self):
        root = self.root(bash="5.2")
        with open(os.path.join(root, "var/lib/dpkg/status"), "a") as file:
            file.truncate(1 << 40)
        self.expect("dir:" + root, 5, "var/lib/dpkg/status", "LIMIT_FILE_STREAM", packages=["bash 5.2"])

    def test_sparse_entry_of_a_terabyte(self):
        block = bytearray(header(b"var/lib/dpkg/status", 512, b"S"))
        block[257:265] = b"ustar  \0"
        block[386:410] = b"00000000000\0" + b"00000001000\0"
        block[483:495] = b"\x80" + struct.pack(">Q", 1 << 40).rjust(11, b"\0")
        docker_archive(self.path, [OS_RELEASE + sealed(block) + stanza("a").ljust(512, b"\n") + END])
        self.expect(self.path, 5, "var/lib/dpkg/status", "LIMIT_FILE_STREAM", packages=["a 1"])

    def test_deep_and_long_names(self):
        for path in (b"/".join([b"a"] * 100000), b"n" * 1000000):
            docker_archive(self.path, [GOOD + pax_path(path) + END])
            self.expect(self.path, 5, "LIMIT_PATH", packages=["bash 5.2"])

    def test_folders_that_are_only_implied_count(self):
        data = b"".join(pax_path(b"%05d/" % i + b"/".join([b"a"] * 2040)) for i in range(2200))
        docker_archive(self.path, [GOOD + data + END])
        self.expect(self.path, 5, "LIMIT_ENTRIES", packages=["bash 5.2"])

    def test_many_files_below_a_link(self):
        lower = GOOD + header(b"l", 0, b"2", b"opt") + END
        upper = b"".join(header(b"l/%04d/%d" % (i // 20, i)) for i in range(30000))
        docker_archive(self.path, [lower, upper + entry(b"l/../var/lib/dpkg/status.d/z", stanza("z")) + END])
        self.expect(self.path, 0, packages=["bash 5.2", "z 1"])

    def test_many_hard_links(self):
        """A store of files by their digests, and packages that are links into it: each is read, once."""
        count = 15000
        out = io.BytesIO()
        for i in range(count):
            out.write(entry(b"a/%d" % i, b'{"name":"p%d","version":"1.0.0"}' % i))
        for i in range(count):
            out.write(header(b"b/node_modules/p%d/package.json" % i, kind=b"1", target=b"a/%d" % i))
        docker_archive(self.path, [out.getvalue() + END])
        begin = time.monotonic()
        document, done = report("sbom", self.path)
        self.assertEqual((len(document["packages"]), done.returncode), (count, 0), self.said(document))
        self.assertLess(time.monotonic() - begin, 20)

    def test_layers_without_number(self):
        """Looking a path up must not cost a visit to every layer for each of its folders."""
        count = 2000
        layers = [(OS_RELEASE if i == 0 else b"") + entry(b"var/lib/dpkg/status.d/f%d" % i, stanza(f"p{i}")) +
                  entry(b"var/lib/dpkg/status", stanza(f"s{i}")) + END for i in range(count)]
        docker_archive(self.path, layers)
        document = self.expect(self.path, 0, seconds=10)
        self.assertEqual(len(document["packages"]), count + 1)
        self.assertIn(f"s{count - 1} 1", names(document))

    def test_top_layer_is_read_when_the_budget_does_not_last(self):
        """Versions of one database that nobody sees any more do not take its place."""
        text = b"".join(stanza(f"p{i}") for i in range(5000))
        layers = [entry(b"var/lib/dpkg/status", text + stanza(f"in-{i}")) + END for i in range(120)]
        docker_archive(self.path, [OS_RELEASE + END] + layers)
        document, done = report("sbom", "--jobs", "1", self.path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(document["packages"]), 5001)
        self.assertIn("in-119 1", names(document))

    def test_memory(self):
        if subprocess.run(["grep", "-q", "__asan_init", support.PROGRAM], check=False).returncode == 0:
            megabytes = 600
        else:
            megabytes = 256
        layers = [(OS_RELEASE if i == 0 else b"") + entry(b"var/lib/dpkg/status", stanza(f"p{i}")) + END
                  for i in range(4000)]
        docker_archive(self.path, layers)
        code = ("import resource, subprocess, sys\n"
                "r = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode\n"
                "print(r, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        done = subprocess.run(["python3", "-c", code, support.PROGRAM, "sbom", self.path], capture_output=True,
                              text=True, check=True)
        returned, kilobytes = map(int, done.stdout.split())
        self.assertEqual(returned, 0)
        self.assertLess(kilobytes, megabytes * 1024)


class Layouts(Case):
    def layout(self, which, make):
        members = support.oci_members([([layer(debian(bash="5.2"))], "linux/amd64", "t")])
        root = os.path.join(self.folder, f"oci{len(os.listdir(self.folder))}")
        support.write_folder(root, members)
        blob = max((name for name in members if name.startswith("blobs/")), key=lambda name: len(members[name]))
        name = os.path.join(root, blob if which == "layer" else which)
        os.remove(name)
        make(name, members.get(which) or members[blob])
        return root

    def test_blobs_that_are_no_files(self):
        def outside(name, data):
            with open(os.path.join(self.folder, "outside"), "wb") as file:
                file.write(data)
            os.symlink(os.path.join(self.folder, "outside"), name)

        for make in (outside, lambda name, _: os.mkfifo(name), lambda name, _: os.mkdir(name),
                     lambda name, _: os.symlink(os.path.basename(name), name)):
            self.expect(self.layout("layer", make), 5, "layer 1", packages=[])
            self.expect(self.layout("index.json", make), 3, "index.json")

    def test_index_that_names_one_thing_often(self):
        members = support.oci_members([([layer(debian(bash="5.2"))], None, None)])
        index = json.loads(members["index.json"])
        index["manifests"] *= 60
        members["index.json"] = support.dumps(index)
        self.expect(support.write_folder(os.path.join(self.folder, "oci"), members), 0, packages=["bash 5.2"])

    def test_index_that_names_itself(self):
        name = "a" * 64
        index = support.dumps({"schemaVersion": 2, "manifests": [
            {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": "sha256:" + name, "size": 1}]})
        self.expect(support.write_folder(os.path.join(self.folder, "oci"), {
            "oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": index, "blobs/sha256/" + name: index}),
            3, "other bytes")


class Roots(Case):
    def test_what_is_no_file(self):
        def bind(name):
            server = socket.socket(socket.AF_UNIX)
            self.addCleanup(server.close)
            short = os.open(os.path.dirname(name), os.O_RDONLY)
            server.bind(f"/proc/self/fd/{short}/" + os.path.basename(name))
            os.close(short)

        root = self.root(bash="5.2")
        name = os.path.join(root, "var/lib/dpkg/status.d/x")
        os.makedirs(os.path.dirname(name))
        for make, text in ((os.mkfifo, "not a regular file"), (bind, "cannot open"),
                           (lambda name: os.symlink("/nowhere", name), "leads nowhere"),
                           (lambda name: os.symlink("x", name), "symbolic links")):
            make(name)
            self.expect("dir:" + root, 5, "var/lib/dpkg/status.d/x", text, packages=["bash 5.2"])
            os.remove(name)
        self.expect("dir:" + root, 0, packages=["bash 5.2"])


class OddBytes(Case):
    EVIL = (b"ev\x1b[31mil\x07\x08\x7f\xc2\x9b31m\xe2\x80\xae\xff\xfe\xed\xa0\x80\xc0\xaf\x00x\xf4\x90\x80\x80"
            b"\"\\<&>'`|\xe2\x80\xa8\t")

    def image(self):
        evil = self.EVIL
        status = (b"Package: " + evil + b"\nStatus: install ok installed\nVersion: 1" + evil + b"\nArchitecture: a" +
                  evil + b"\nSource: s" + evil + b" (2" + evil + b")\n\nPackage: ok\nStatus: install ok odd" + evil +
                  b"\nVersion: 1\n\n\x1b[2Jgarbage\n\n" + support.status(bash="5.2").encode())
        installed = b"P:" + evil + b"\nV:1" + evil + b"\nA:x\no:" + evil + b"\nL:MIT" + evil + b"\n\n\x1b[2J\n"
        data = (entry(b"etc/os-release", b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="' + evil + b'"\n') +
                entry(b"var/lib/dpkg/status", status) + entry(b"lib/apk/db/installed", installed) +
                entry(b"var/lib/dpkg/status.d/\x1b[31m\xff\xe2\x80\xae", status) + END)
        config = {"architecture": "amd\x1b[31m64", "os": "linux",
                  "rootfs": {"diff_ids": ["sha256:" + digest(data)]},
                  "history": [{"created_by": "\x1b]0;title\x07\u202e\u2028"}]}
        return tar_of(docker_members([data], name="evil\x1b[31m:1", config=config), self.path)

    def test_every_format(self):
        path = self.image()
        for form in ("json", "sarif", "cyclonedx", "table"):
            for lang in ("en", "zh"):
                out = os.path.join(self.folder, "out")
                done = plimsoll("sbom", "--verbose", "--lang", lang, "--format", f"{form}={out}", path)
                self.assertEqual(done.returncode, 5, done.stderr)
                with open(out, "rb") as file:
                    text = file.read().decode("utf-8")
                if form != "table":
                    json.loads(text)
                for shown in [done.stderr] + ([text] if form == "table" else []):
                    found = [hex(ord(char)) for char in shown
                             if unicodedata.category(char) == "Cc" and char not in "\n\t" or char in "\u202e\u2028\u2066"]
                    self.assertEqual(found, [], form)

    def test_release_files(self):
        for data in (b"\0" * 900000, bytes(range(256)) * 3900, b"ID=x\n" * 200000, b"ID=" + b"d" * 1000000,
                     b'ID="deb\\"ian\nVERSION_ID=\'12\n', b"#" * ((1 << 20) + 1)):
            large = len(data) > 1 << 20
            docker_archive(self.path, [layer([{"path": "etc/os-release", "bytes": data},
                                              {"path": "var/lib/dpkg/status", "text": support.status(bash="5.2")}])])
            self.expect(self.path, 5 if large else 0, *(["LIMIT_FILE_SMALL"] if large else []),
                        packages=["bash 5.2"])


if __name__ == "__main__":
    unittest.main()
