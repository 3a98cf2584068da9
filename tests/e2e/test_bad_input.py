"""Hostile and damaged targets: each gets a message that names file, place and limit, the contract's exit
code, and keeps everything else that could be read."""
import gzip
import io
import json
import os
import shutil
import struct
import subprocess
import tarfile
import tempfile
import unittest

import support
from support import debian, digest, docker_archive, docker_members, dumps, layer, names, report, tar_of


def header(name, size, kind=b"0", size_field=None, magic=b"ustar\x0000"):
    """One ustar header, with a checksum that holds."""
    block = bytearray(512)
    block[0:len(name)] = name
    block[100:108] = b"0000644\0"
    block[124:136] = size_field if size_field is not None else b"%011o\0" % size
    block[156:157] = kind
    block[257:265] = magic
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data):
    return data + b"\0" * (-len(data) % 512)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = os.path.join(self.folder, "image.tar")

    def image(self, *layers, **more):
        return docker_archive(self.path, list(layers), **more)

    def expect(self, path, code, *texts, packages=None, timeout=120):
        document, done = report("sbom", path, timeout=timeout)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout[-2000:])
        said = done.stderr + "".join(item["where"] + ": " + item["message"] + " " + str(item["limit"])
                                     for item in (document or {"diagnostics": []})["diagnostics"])
        for text in texts:
            self.assertIn(text, said)
        if code == 5:
            self.assertFalse(document["complete"])
        if packages is not None:
            self.assertEqual(names(document), packages)
        return document


class Archives(Case):
    def test_empty_file(self):
        open(self.path, "w").close()
        self.expect(self.path, 3, self.path, "is empty")

    def test_missing_file(self):
        self.expect(os.path.join(self.folder, "none.tar"), 3, "none.tar", "No such file")

    def test_no_image(self):
        with open(self.path, "w") as file:
            file.write("hello\n" * 500)
        self.expect(self.path, 3, self.path, "is no image")

    def test_tar_without_manifest(self):
        tar_of({"etc/os-release": b"ID=debian\n"}, self.path)
        self.expect(self.path, 3, "is no image", "dir:")

    def test_compressed_as_a_whole(self):
        self.image(layer(debian(bash="5.2")))
        with open(self.path, "rb") as file:
            data = file.read()
        for pack in (gzip.compress, support.zst):
            with open(self.path, "wb") as file:
                file.write(pack(data))
            self.expect(self.path, 0, packages=["bash 5.2"])
            with open(self.path, "wb") as file:
                file.write(pack(data)[:-20])
            self.expect(self.path, 3, self.path, "ends too early")
            with open(self.path, "wb") as file:
                file.write(pack(b"hello" * 1000))
            self.expect(self.path, 3, self.path, "is no image")

    def test_truncated_archive(self):
        """Whatever is cut off, there is a message and never a clean report."""
        self.image(layer(debian(bash="5.2")), layer(debian(bash="5.2", zlib="1.2")))
        with open(self.path, "rb") as file:
            data = file.read()
        for size in list(range(0, 4096, 512)) + [700, 5000, 12000, len(data) // 2, len(data) // 2 + 100]:
            with open(self.path, "wb") as file:
                file.write(data[:size])
            _, done = report("sbom", self.path)
            self.assertIn(done.returncode, (3, 5), f"{size} bytes: {done.stdout[:300]}")
            self.assertTrue(done.stderr or '"error"' in done.stdout)

    def test_truncated_layer(self):
        whole = layer(debian(bash="5.2") + [{"path": "big", "text": "x" * 40000}])
        self.image(whole, stored=[whole[:-30000]], config=support.config_of([whole]))
        self.expect(self.path, 5, "layer 1", "ends in the middle", packages=["bash 5.2"])

    def test_missing_layer(self):
        members = docker_members([layer(debian(bash="5.2")), layer(debian(bash="5.2", a="1"))])
        gone = [name for name in members if name.endswith("1/layer.tar")]
        self.assertEqual(len(gone), 1)
        del members[gone[0]]
        self.expect(tar_of(members, self.path), 5, "layer 2", gone[0], "is missing", packages=["bash 5.2"])

    def test_missing_config(self):
        members = docker_members([layer(debian(bash="5.2"))])
        config = [name for name in members if name.endswith(".json") and name != "manifest.json"][0]
        del members[config]
        self.expect(tar_of(members, self.path), 3, config, "is missing")

    def test_wrong_digest_of_config(self):
        members = docker_members([layer(debian(bash="5.2"))])
        config = [name for name in members if name.endswith(".json") and name != "manifest.json"][0]
        members[config] += b" "
        self.expect(tar_of(members, self.path), 5, config, "other bytes", packages=["bash 5.2"])

    def test_wrong_digest_of_layer(self):
        good = layer(debian(bash="5.2"))
        config = support.config_of([layer(debian(other="1"))])
        for pack in (support.gz, support.zst):
            self.image(good, stored=[pack(good)], config=config)
            self.expect(self.path, 5, "layer 1", "diff ID", digest(good), packages=["bash 5.2"])
        self.image(good, config=config)
        document, done = report("sbom", "--verify", self.path)
        self.assertEqual(done.returncode, 5)
        self.assertIn(digest(good), document["diagnostics"][0]["message"])

    def test_damaged_gzip(self):
        good = layer(debian(bash="5.2") + [{"path": "pad", "text": os.urandom(50000).hex()}])
        packed = bytearray(support.gz(good))
        packed[len(packed) // 2] ^= 0xFF
        self.image(good, stored=[bytes(packed)])
        self.expect(self.path, 5, "layer 1", "gzip")

    def test_cut_gzip_and_zstd(self):
        good = layer(debian(bash="5.2") + [{"path": "pad", "text": os.urandom(50000).hex()}])
        for pack, name in ((support.gz, "gzip"), (support.zst, "zstd")):
            self.image(good, stored=[pack(good)[:-9]])
            self.expect(self.path, 5, "layer 1", f"{name} data ends too early")

    def test_layer_that_is_no_tar(self):
        self.image(b"not a tar, only words " * 100)
        self.expect(self.path, 5, "layer 1", "entry 1", "checksum")

    def test_empty_layer(self):
        good = layer(debian(bash="5.2"))
        self.image(b"", good)
        self.expect(self.path, 0, packages=["bash 5.2"])

    def test_ten_thousand_layers(self):
        one = layer(debian(bash="5.2"))
        more = layer([{"path": "x", "text": "y"}])
        config = support.config_of([one] + [more] * 9999)
        members = {"a.tar": one, "b.tar": more, "c.json": dumps(config)}
        members["manifest.json"] = dumps([{"Config": "c.json", "RepoTags": None,
                                           "Layers": ["a.tar"] + ["b.tar"] * 9999}])
        self.expect(tar_of(members, self.path), 0, packages=["bash 5.2"])
        members["manifest.json"] = dumps([{"Config": "c.json", "Layers": ["a.tar"] * 20001}])
        self.expect(tar_of(members, self.path), 3, "LIMIT_LAYERS", "20001")

    def test_json_a_million_deep(self):
        members = docker_members([layer(debian(bash="5.2"))])
        members["manifest.json"] = b"[" * 1000000
        self.expect(tar_of(members, self.path), 3, "manifest.json", "LIMIT_JSON_DEPTH")

    def test_large_manifest(self):
        members = docker_members([layer(debian(bash="5.2"))])
        members["manifest.json"] = b" " * (9 << 20)
        self.expect(tar_of(members, self.path), 3, "manifest.json", "LIMIT_MANIFEST")

    def test_manifest_of_wrong_types(self):
        for text in ("{}", "[]", "[1]", '[{"Config": 1, "Layers": 2}]', '[{"Config": "x", "Layers": [1]}]', "nul"):
            members = docker_members([layer(debian(bash="5.2"))])
            members["manifest.json"] = text.encode()
            self.expect(tar_of(members, self.path), 3, "manifest.json")

    def test_several_images(self):
        first, second = layer(debian(a="1")), layer(debian(b="2"))
        members = {**docker_members([first], name="one:1"), **docker_members([second], name="two:2")}
        entries = []
        for data, name in ((first, "one:1"), (second, "two:2")):
            entries += json.loads(docker_members([data], name=name)["manifest.json"])
        members["manifest.json"] = dumps(entries)
        tar_of(members, self.path)
        self.expect(self.path, 2, "one:1", "two:2", "docker-archive:")
        self.expect(f"docker-archive:{self.path}:two:2", 0, packages=["b 2"])
        self.expect(f"docker-archive:{self.path}@0", 0, packages=["a 1"])

    def test_links_in_the_archive(self):
        """skopeo writes ID/layer.tar as a symbolic link; links that go round end."""
        data = layer(debian(bash="5.2"))
        members = docker_members([data])
        name = [member for member in members if member.endswith("layer.tar")][0]
        for target, code in (("../real.tar", 0), ("layer.tar", 5)):
            with tarfile.open(self.path, "w") as tar:
                for member, content in {**members, "real.tar": data}.items():
                    info = tarfile.TarInfo(member)
                    if member == name:
                        info.type, info.linkname = tarfile.SYMTYPE, target
                        tar.addfile(info)
                        continue
                    info.size = len(content)
                    tar.addfile(info, io.BytesIO(content))
            self.expect(self.path, code, *(["links"] if code else []))


class Tars(Case):
    """One odd entry between two good ones: what stands before it is kept."""

    def odd(self, entry, code=5, *texts, packages=("bash 5.2",)):
        good = layer(debian(bash="5.2"))
        end = len(good)
        while good[end - 512:end] == b"\0" * 512:
            end -= 512
        self.image(good[:end] + entry + b"\0" * 1024)
        return self.expect(self.path, code, *texts, packages=list(packages))

    def test_pax_record_longer_than_its_header(self):
        record = b"99 path=x\n"
        self.odd(header(b"pax", len(record), b"x") + padded(record) + header(b"f", 0), 5,
                 "layer 1", "entry 3", "pax record is longer than its header")

    def test_pax_header_that_is_too_large(self):
        self.odd(header(b"pax", 2 << 20, b"x") + b"\0" * (2 << 20), 5, "LIMIT_PAX_HEADER")

    def test_malformed_pax(self):
        for record in (b"x path=y\n", b"8 path=y\n", b"12 path=y\n  \n", b"5 a=\n ", b"10 size=-1\n", b"4\n"):
            self.odd(header(b"pax", len(record), b"x") + padded(record) + header(b"f", 0), 5, "entry 3")

    def test_sizes_near_the_end_of_numbers(self):
        for field in (b"\x80" + b"\0" * 3 + b"\x7f" + b"\xff" * 7, b"\x80" + b"\xff" * 11, b"\xff" * 12,
                      b"777777777777"):
            self.odd(header(b"f", 0, size_field=field), 5, "entry 3")
        record = b"28 size=9223372036854775807\n"
        self.odd(header(b"pax", len(record), b"x") + padded(record) + header(b"f", 0), 5, "entry 3")

    def test_wrong_header_checksum(self):
        block = bytearray(header(b"f", 0))
        block[0:1] = b"g"
        self.odd(bytes(block), 5, "entry 3", "checksum")

    def test_sparse_map_out_of_order(self):
        block = bytearray(header(b"f", 0, b"S", magic=b"ustar  \0"))
        block[386:410] = b"00000001000\0" + b"00000000100\0"
        block[410:434] = b"00000000100\0" + b"00000000100\0"
        block[483:495] = b"00000002000\0"
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        self.odd(bytes(block), 5, "sparse")

    def test_a_name_that_is_too_long(self):
        name = b"n" * 70000 + b"\0"
        self.odd(header(b"././@LongLink", len(name), b"L", magic=b"ustar  \0") + padded(name) + header(b"f", 0), 5,
                 "LIMIT_PATH")

    def test_many_names_that_climb(self):
        document = self.odd(b"".join(header(b"../x%d" % i, 0) for i in range(3000)), 0, "leads out of the image")
        self.assertLess(len(document["diagnostics"]), 1001)


class Bombs(Case):
    def bomb(self, pack):
        """4 GiB of zeros in some megabytes or less, in one file of the layer."""
        zeros = pack(b"\0" * (64 << 20))
        good = layer(debian(bash="5.2"))
        while good.endswith(b"\0" * 512):
            good = good[:-512]
        head = good + header(b"zeros", 0, size_field=b"\x80\0\0\0" + struct.pack(">Q", 64 * (64 << 20)))
        self.image(good, stored=[pack(head) + zeros * 64])
        self.expect(self.path, 5, "layer 1", "LIMIT_INFLATE_RATIO", packages=["bash 5.2"])

    def test_gzip_bomb(self):
        self.bomb(gzip.compress)

    def test_zstd_bomb(self):
        self.bomb(support.zst)

    def test_zstd_window(self):
        # A frame whose window is 2 GiB: magic, descriptor without a content size, window exponent.
        self.image(b"x", stored=[b"\x28\xb5\x2f\xfd\x00" + bytes([(31 - 10) << 3]) + b"\x01\x00\x00"])
        self.expect(self.path, 5, "LIMIT_ZSTD_WINDOW")

    def test_status_with_one_endless_line(self):
        text = "Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\nPackage: b"
        good = layer([{"path": "etc/os-release", "text": support.DEBIAN}])
        end = len(good)
        while good[end - 512:end] == b"\0" * 512:
            end -= 512
        size = 100 << 20
        body = text.encode() + b"b" * (size - len(text))
        data = good[:end] + header(b"var/lib/dpkg/status", size) + padded(body) + b"\0" * 1024
        self.image(data)
        self.expect(self.path, 5, "var/lib/dpkg/status", "LIMIT_LINE", packages=["a 1"])


class Folders(Case):
    def folder_of(self, **packages):
        support.write_folder(self.folder, {entry["path"]: entry["text"].encode() for entry in debian(**packages)})
        return "dir:" + self.folder

    def test_good(self):
        self.expect(self.folder_of(bash="5.2"), 0, packages=["bash 5.2"])

    def test_link_out_of_the_root(self):
        """A link to the machine's own database is one inside the folder: it leads nowhere."""
        self.folder_of(bash="5.2")
        os.remove(os.path.join(self.folder, "var/lib/dpkg/status"))
        os.symlink("/var/lib/dpkg/status", os.path.join(self.folder, "var/lib/dpkg/status"))
        document = self.expect("dir:" + self.folder, 5, packages=[])
        self.assertTrue(document["diagnostics"])

    def test_link_circle(self):
        self.folder_of(bash="5.2")
        status = os.path.join(self.folder, "var/lib/dpkg/status")
        os.remove(status)
        os.symlink("status", status)
        self.expect("dir:" + self.folder, 5, "var/lib/dpkg/status", "symbolic links", packages=[])

    def test_folder_for_a_file(self):
        self.folder_of(bash="5.2")
        os.remove(os.path.join(self.folder, "var/lib/dpkg/status"))
        os.mkdir(os.path.join(self.folder, "var/lib/dpkg/status"))
        self.expect("dir:" + self.folder, 5, "var/lib/dpkg/status", "not a regular file")

    def test_pipe_for_a_file(self):
        self.folder_of(bash="5.2")
        os.remove(os.path.join(self.folder, "var/lib/dpkg/status"))
        os.mkfifo(os.path.join(self.folder, "var/lib/dpkg/status"))
        self.expect("dir:" + self.folder, 5, "var/lib/dpkg/status", "not a regular file")

    def test_unreadable_folder(self):
        self.folder_of(bash="5.2")
        os.chmod(self.folder, 0o755)
        os.chmod(os.path.join(self.folder, "var/lib"), 0)
        drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]
        done = subprocess.run(
            [*(drop if os.geteuid() == 0 else []), support.PROGRAM, "sbom", "--format", "json", "dir:" + self.folder],
            capture_output=True, text=True, check=False)
        os.chmod(os.path.join(self.folder, "var/lib"), 0o755)
        self.assertEqual(done.returncode, 5, done.stderr)
        document = json.loads(done.stdout)
        self.assertFalse(document["complete"])
        self.assertIn("Permission denied", document["diagnostics"][0]["message"])


if __name__ == "__main__":
    unittest.main()
