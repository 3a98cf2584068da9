"""Permissions: what entries of layers say of programs, folders, links and devices."""
import base64
import os
import shutil
import struct
import subprocess
import tarfile
import tempfile
import unittest

import support
from support import report


def capability(permitted, effective=True, version=2):
    """The value of security.capability: <linux/capability.h>, struct vfs_ns_cap_data."""
    data = struct.pack("<IIIII", version << 24 | effective, permitted & 0xFFFFFFFF, 0, permitted >> 32, 0)
    return data + struct.pack("<I", 100000) * (version == 3)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def findings(self, *layers, code=0):
        path = support.docker_archive(os.path.join(self.folder, "image.tar"),
                                      [support.layer(entries, tarfile.PAX_FORMAT) for entries in layers])
        document, done = report("scan", "--only", "permission", path)
        self.assertEqual(done.returncode, code, done.stderr)
        return [(found["id"].removeprefix("permission-"), found["path"]) for found in document["findings"]], document

    def check(self, cases):
        """[(entry, id or None)]: all in one layer."""
        found, document = self.findings([entry for entry, _ in cases])
        self.assertEqual(sorted(found), sorted((name, entry["path"]) for entry, name in cases if name))
        return document


class SearchPath(Case):
    """Folders of PATH as the image's config has it, beside those of the system."""

    def scan(self, env, *entries):
        layers = [support.layer(list(entries), tarfile.PAX_FORMAT)]
        path = support.docker_archive(os.path.join(self.folder, "image.tar"), layers,
                                      config=support.config_of(layers, config={"Env": env, "User": "app"}))
        document, done = report("scan", "--only", "permission", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [(found["id"], found["path"]) for found in document["findings"]]

    def test_the_images_own_path(self):
        entries = [{"path": "opt/app/bin", "type": "dir", "mode": "755", "uid": 1000},
                   {"path": "opt/app/bin/run", "mode": "755", "uid": 1000}, {"path": "opt/other/run", "mode": "755", "uid": 1000}]
        self.assertEqual(self.scan(["PATH=/usr/bin:/opt/app/bin/:relative"], *entries),
                         [("permission-path-writable", "opt/app/bin")])
        self.assertEqual(self.scan(["PATH=/usr/bin"], *entries), [])
        self.assertEqual(self.scan(["PATH=/opt/app/bin", "PATH=/usr/bin"], *entries), [])
        self.assertEqual(self.scan([], *entries), [])


class Programs(Case):
    def test_setuid(self):
        document = self.check([
            ({"path": "usr/bin/su", "mode": "4755"}, "setuid"),
            ({"path": "bin/mount", "mode": "4755"}, "setuid"),
            ({"path": "usr/bin/chage", "mode": "2755"}, "setgid"),
            ({"path": "opt/su", "mode": "4755"}, "setuid-unknown"),
            ({"path": "usr/bin/tool", "mode": "2755"}, "setgid-unknown"),
            ({"path": "usr/bin/at", "mode": "6755", "uid": 1, "gid": 1}, "setuid"),
            ({"path": "usr/bin/mount", "mode": "4755", "uid": 1000}, "setuid-unknown"),
            ({"path": "usr/bin/su2", "mode": "4755", "uid": 7}, "setuid-unknown"),
            ({"path": "usr/bin/bash", "mode": "4755"}, "setuid-escape"),
            ({"path": "opt/bin/python3.11", "mode": "4755"}, "setuid-escape"),
            ({"path": "tmp/x", "mode": "4755"}, "setuid-escape"),
            ({"path": "usr/bin/passwd", "mode": "4757"}, "setuid-writable"),
            ({"path": "opt/link-to-su", "type": "hardlink", "target": "usr/bin/su", "mode": "4755"}, "setuid-unknown"),
            ({"path": "opt/link", "type": "hardlink", "target": "srv/not-a-program", "mode": "755"}, None),
            ({"path": "srv/folder", "type": "dir", "mode": "2755"}, None),
            ({"path": "srv/not-a-program", "mode": "4644"}, None),
        ])
        by_path = {found["path"]: found for found in document["findings"]}
        self.assertEqual(by_path["usr/bin/bash"]["severity"], "critical")
        self.assertEqual(by_path["usr/bin/su"]["severity"], "low")
        self.assertIn("4755 0:0", by_path["usr/bin/su"]["detail"])
        self.assertTrue(by_path["usr/bin/su"]["title"] and by_path["usr/bin/su"]["mend"])

    def test_capabilities(self):
        document = self.check([
            ({"path": "usr/bin/ping", "mode": "755", "xattrs": {"security.capability": capability(1 << 13)}}, "capability"),
            ({"path": "usr/bin/arping", "mode": "755", "xattrs": {"security.capability": capability(1 << 21)}},
             "capability-escape"),
            ({"path": "app/web", "mode": "755", "xattrs": {"security.capability": capability(1 << 10, version=3)}},
             "capability-unknown"),
            ({"path": "app/old", "mode": "755",
              "xattrs": {"security.capability": struct.pack("<III", 1 << 24, 1 << 7, 0)}}, "capability-escape"),
            ({"path": "app/none", "mode": "755", "xattrs": {"security.capability": b"\1\2"}}, None),
            ({"path": "app/new", "mode": "755", "xattrs": {"security.capability": capability(1 << 39)}}, "capability-escape"),
        ])
        by_path = {found["path"]: found["detail"] for found in document["findings"]}
        libarchive = {"path": "app/bsdtar", "mode": "755", "pax": {
            "LIBARCHIVE.xattr.security.capability": base64.b64encode(capability(1 << 7)).decode().rstrip("=")}}
        self.check([(libarchive, "capability-escape")])
        self.assertEqual(by_path["app/web"], "cap_net_bind_service=ep")
        self.assertEqual(by_path["app/old"], "cap_setuid=p")

    def test_what_a_later_layer_mends_is_no_finding(self):
        bad = [{"path": "opt/a", "mode": "4755"}, {"path": "opt/b", "mode": "4755"}, {"path": "opt/c", "mode": "4755"},
               {"path": "srv", "type": "dir", "mode": "777"}]
        good = [{"path": "opt/a", "mode": "755"}, {"path": "opt/.wh.b"}, {"path": "srv", "type": "dir", "mode": "755"}]
        found, _ = self.findings(bad, good)
        self.assertEqual(found, [("setuid-unknown", "opt/c")])


class Writing(Case):
    def test_everybody(self):
        self.check([
            ({"path": "etc/app.conf", "mode": "666"}, "world-writable-system"),
            ({"path": "app/data", "mode": "666"}, "world-writable"),
            ({"path": "usr/bin/tool", "mode": "777"}, "world-writable-system"),
            ({"path": "usr/bin/link", "type": "symlink", "target": "tool", "mode": "777"}, None),
            ({"path": "tmp", "type": "dir", "mode": "1777"}, None),
            ({"path": "tmp/file", "mode": "666"}, None),
            ({"path": "var/tmp", "type": "dir", "mode": "777"}, "world-writable-folder"),
            ({"path": "usr/lib", "type": "dir", "mode": "777"}, "world-writable-folder-system"),
            ({"path": "usr/lib/told-with-its-folder", "mode": "777"}, None),
            ({"path": "opt/app", "type": "dir", "mode": "777"}, "world-writable-folder"),
            ({"path": "opt/app/a/b", "mode": "666"}, None),
            ({"path": "opt/application", "mode": "666"}, "world-writable"),
            ({"path": "dev/null", "mode": "666", "type": "device", "major": 1, "minor": 3}, None),
        ])

    def test_accounts(self):
        """Also the group root is too much: a user without an entry of their own is in it."""
        self.check([
            ({"path": "etc/passwd", "mode": "664", "text": "x"}, "accounts-writable"),
            ({"path": "etc/sudoers.d/app", "mode": "640", "uid": 1000, "text": "x"}, "accounts-writable"),
            ({"path": "etc/group", "mode": "644", "text": "x"}, None),
            ({"path": "etc/hosts", "mode": "664", "text": "x"}, None),
        ])

    def test_what_path_stands_in(self):
        self.check([
            ({"path": "usr", "type": "dir", "mode": "755"}, None),
            ({"path": "usr/local", "type": "dir", "mode": "755", "uid": 1000}, "path-writable"),
            ({"path": "usr/local/bin", "type": "dir", "mode": "755"}, None),
            ({"path": "srv", "type": "dir", "mode": "755", "uid": 1000}, None),
        ])

    def test_path(self):
        self.check([
            ({"path": "usr/local/bin", "type": "dir", "mode": "775", "gid": 50}, None),
            ({"path": "usr/local/bin/a", "mode": "755", "uid": 1000}, "path-writable"),
            ({"path": "usr/local/bin/b", "mode": "775", "gid": 1000}, "path-writable"),
            ({"path": "usr/local/bin/c", "mode": "755"}, None),
            ({"path": "usr/local/bin/read.me", "mode": "644", "uid": 1000}, None),
            ({"path": "opt/bin/a", "mode": "755", "uid": 1000}, None),
            ({"path": "usr/local/sbin", "type": "dir", "mode": "755", "uid": 1000}, "path-writable"),
            ({"path": "usr/local/sbin/told-with-its-folder", "mode": "755", "uid": 1000}, None),
        ])


class Reading(Case):
    def test_secrets(self):
        self.check([
            ({"path": "etc/shadow", "mode": "644", "text": "root:*:1::::::\n"}, "secret-readable"),
            ({"path": "etc/gshadow", "mode": "640", "gid": 42, "text": "root:*::\n"}, None),
            ({"path": "etc/ssl/private/site.key", "mode": "644", "text": "x"}, "secret-readable"),
            ({"path": "root/.ssh/id_ed25519", "mode": "604", "text": "x"}, "secret-readable"),
            ({"path": "root/.ssh/id_ed25519.pub", "mode": "644", "text": "x"}, None),
            ({"path": "home/a/.docker/config.json", "mode": "644", "text": "{}"}, "secret-readable"),
            ({"path": "home/a/.docker/other.json", "mode": "644", "text": "{}"}, None),
            ({"path": "srv/tls.key", "mode": "644"}, None),
            ({"path": "srv/a/tls.key", "mode": "644", "text": "x"}, "secret-readable"),
            ({"path": "usr/lib/python3/test/key.pem", "mode": "644", "text": "x"}, None),
        ])


class Ways(Case):
    def test_links(self):
        def link(path, target, name):
            return {"path": path, "type": "symlink", "target": target}, name
        self.check([
            link("host-root", "/proc/1/root", "link-host"),
            link("run/a.sock", "/var/run/docker.sock", "link-host"),
            link("srv/disk", "../dev/sda1", "link-host"),
            link("srv/env", "/proc/self/environ", "link-host"),
            link("etc/mtab", "../proc/self/mounts", None),
            link("dev/stdout", "/proc/self/fd/1", None),
            link("var/log/access.log", "/dev/stdout", None),
            link("a/b/above", "../../../etc/passwd", "link-above-root"),
            link("a/b/inside", "../../etc/passwd", None),
            link("bin", "usr/bin", None),
        ])

    def test_devices(self):
        def node(kind, major, minor, name):
            return {"path": f"srv/{kind}{major}-{minor}", "type": kind, "major": major, "minor": minor}, name
        self.check([
            node("device", 1, 3, None), node("device", 5, 0, None), node("device", 1, 1, "device-raw"),
            node("device", 10, 229, "device"), node("block", 8, 0, "device-raw"),
            ({"path": "srv/pipe", "type": "fifo"}, None),
        ])


class Many(Case):
    def test_an_open_tree_is_one_finding(self):
        entries = [{"path": "app", "type": "dir", "mode": "777"}]
        entries += [{"path": f"app/{number}", "mode": "777", "type": "dir"} for number in range(3000)]
        found, _ = self.findings(entries)
        self.assertEqual(found, [("world-writable-folder", "app")])

    def test_a_real_debian_has_only_its_setuid_programs(self):
        root = os.path.join(self.folder, "root.tar")
        done = subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", "bookworm", root], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(root, "rb") as file:
            image = support.docker_archive(os.path.join(self.folder, "image.tar"), [file.read()])
        document, done = report("scan", "--only", "permission", image)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({found["id"] for found in document["findings"]}, {"permission-setuid", "permission-setgid"})
        self.assertTrue(8 < len(document["findings"]) < 16, document["findings"])


if __name__ == "__main__":
    unittest.main()
