"""Image sources: every layout, compression, platform and way to name them; also as other tools write them."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import made_files
import support
from support import (PROGRAM, ROOT, debian, digest, docker_archive, docker_members, dumps, layer, names, oci_members,
                     report, tar_of, write_folder)

ONE = layer(debian(bash="5.2"))
TWO = layer([{"path": "var/lib/dpkg/status", "text": support.status(bash="5.2", zlib1g="1:1.2.13")}])
WANT = ["bash 5.2", "zlib1g 1:1.2.13"]


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = os.path.join(self.folder, "image.tar")

    def scan(self, *args, want=WANT, kind=None, code=0):
        document, done = report("sbom", *args)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(names(document), want)
        if kind:
            self.assertEqual(document["target"]["kind"], kind)
        return document


class Layouts(Case):
    def test_docker_save_old(self):
        docker_archive(self.path, [ONE, TWO], name="repo/app:1.2")
        for target in (self.path, "docker-archive:" + self.path, f"docker-archive:{self.path}:1.2",
                       f"docker-archive:{self.path}:repo/app:1.2", f"docker-archive:{self.path}@0"):
            document = self.scan(target, kind="docker-archive")
        self.assertEqual(document["target"]["name"], "repo/app:1.2")
        self.assertEqual(document["target"]["platform"], "linux/amd64")
        self.assertEqual([item["diff_id"] for item in document["target"]["layers"]],
                         ["sha256:" + digest(ONE), "sha256:" + digest(TWO)])
        self.assertEqual([item["created_by"] for item in document["target"]["layers"]], ["step 0", "step 1"])
        self.assertTrue(document["target"]["image_id"].startswith("sha256:"))
        self.assertEqual([item["layer"] for item in document["packages"]],
                         ["sha256:" + digest(ONE), "sha256:" + digest(TWO)])

    def test_docker_save_with_an_oci_index(self):
        members = oci_members([([ONE, TWO], None, "app:2")])
        config = [name for name, data in members.items() if b'"rootfs"' in data][0]
        members["manifest.json"] = dumps([{"Config": config, "RepoTags": ["app:2"],
                                           "Layers": ["blobs/sha256/" + digest(ONE), "blobs/sha256/" + digest(TWO)]}])
        document = self.scan(tar_of(members, self.path), kind="docker-archive")
        self.assertTrue(document["target"]["digest"].startswith("sha256:"))
        self.assertEqual(document["target"]["layers"][0]["digest"], "sha256:" + digest(ONE))

    def test_oci_folder_and_tar(self):
        members = oci_members([([ONE, TWO], None, "1.0")])
        folder = write_folder(os.path.join(self.folder, "layout"), members)
        tar_of(members, self.path)
        for target in (folder, "oci:" + folder, f"oci:{folder}:1.0", self.path, "oci-archive:" + self.path,
                       f"oci-archive:{self.path}:1.0"):
            document = self.scan(target, kind="oci")
            self.assertTrue(document["target"]["digest"].startswith("sha256:"))

    def test_compressed_layers(self):
        for pack in (support.gz, support.zst):
            docker_archive(self.path, [ONE, TWO], stored=[pack(ONE), pack(TWO)])
            self.scan(self.path)
            self.scan(self.path, "--jobs", "1")
            self.scan(self.path, "--verify")

    def test_gzip_of_several_members(self):
        parts = b"".join(support.gz(ONE[i:i + 1000]) for i in range(0, len(ONE), 1000))
        docker_archive(self.path, [ONE, TWO], stored=[parts, support.gz(TWO) + b"\0" * 512])
        self.scan(self.path)

    def test_history_with_empty_layers(self):
        config = support.config_of([ONE, TWO])
        config["history"] = [{"created_by": "a"}, {"created_by": "env", "empty_layer": True}, {"created_by": "b"}]
        docker_archive(self.path, [ONE, TWO], config=config)
        document = self.scan(self.path)
        self.assertEqual([item["created_by"] for item in document["target"]["layers"]], ["a", "b"])


class Platforms(Case):
    def setUp(self):
        super().setUp()
        other = layer(debian(arm="1"))
        self.members = oci_members([([ONE, TWO], "linux/amd64", None), ([other], "linux/arm64/v8", None),
                                    ([other], "unknown/unknown", None)])
        tar_of(self.members, self.path)

    def test_chosen(self):
        self.scan(self.path, "--platform", "linux/amd64")
        self.scan(self.path, "--platform", "linux/arm64", want=["arm 1"])
        self.scan(self.path, "--platform", "linux/arm64/v8", want=["arm 1"])

    def test_not_there(self):
        _, done = report("sbom", self.path, "--platform", "linux/s390x")
        self.assertEqual(done.returncode, 3)
        self.assertIn("linux/arm64/v8", done.stderr)

    def test_index_inside_an_index(self):
        index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                 **{"manifests": __import__("json").loads(self.members["index.json"])["manifests"]}}
        data = dumps(index)
        members = {**self.members, "blobs/sha256/" + digest(data): data}
        members["index.json"] = dumps({"schemaVersion": 2, "manifests": [
            {"mediaType": index["mediaType"], "digest": "sha256:" + digest(data), "size": len(data),
             "annotations": {"org.opencontainers.image.ref.name": "multi"}}]})
        tar_of(members, self.path)
        self.scan(self.path, "--platform", "linux/amd64")
        self.scan(f"oci-archive:{self.path}:multi", "--platform", "linux/arm64", want=["arm 1"])

    def test_other_platform_than_asked_for(self):
        docker_archive(self.path, [ONE, TWO])
        _, done = report("sbom", self.path, "--platform", "linux/arm64")
        self.assertEqual(done.returncode, 3)
        self.assertIn("linux/amd64", done.stderr)


class OtherTools(Case):
    """Layouts as skopeo and umoci write them, and an image that umoci made in several steps."""

    def run_tool(self, *words):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_skopeo_and_umoci(self):
        docker_archive(self.path, [ONE, TWO], name="test:1")
        layout = os.path.join(self.folder, "layout")
        self.run_tool("skopeo", "copy", "--insecure-policy", f"docker-archive:{self.path}", f"oci:{layout}:one")
        self.scan("oci:" + layout)
        again = os.path.join(self.folder, "again.tar")
        self.run_tool("skopeo", "copy", "--insecure-policy", f"oci:{layout}:one", f"docker-archive:{again}:t:2")
        self.scan(again, kind="docker-archive")
        zstd = os.path.join(self.folder, "zstd.tar")
        self.run_tool("skopeo", "copy", "--insecure-policy", "--dest-compress-format", "zstd",
                      f"oci:{layout}:one", f"oci-archive:{zstd}:t")
        self.scan(zstd, kind="oci")

        bundle = os.path.join(self.folder, "bundle")
        self.run_tool("umoci", "unpack", "--image", f"{layout}:one", bundle)
        os.remove(os.path.join(bundle, "rootfs/etc/os-release"))
        with open(os.path.join(bundle, "rootfs/var/lib/dpkg/status"), "a", encoding="utf-8") as file:
            file.write(support.status(new="1"))
        self.run_tool("umoci", "repack", "--image", f"{layout}:two", bundle)
        document = self.scan(f"oci:{layout}:two", want=["bash 5.2", "new 1", "zlib1g 1:1.2.13"])
        self.assertIsNone(document["target"]["os"])
        self.assertEqual(len(document["target"]["layers"]), 3)
        unpacked, _ = report("sbom", "dir:" + os.path.join(bundle, "rootfs"))
        self.assertEqual(names(unpacked), names(document))


class Folders(Case):
    def test_running_system(self):
        """dir:/ equals dpkg's own list of this machine."""
        done = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Version} ${Architecture}\n"],
                              capture_output=True, text=True, check=True)
        want = sorted(line.split(" ", 1)[1] for line in done.stdout.splitlines() if line.startswith("installed "))
        document, _ = report("sbom", "--catalogers", "os", "dir:/")
        got = sorted(f"{item['name']} {item['version']} {item['arch']}"
                     for item in document["packages"] if item["type"] == "deb")
        self.assertEqual(got, want)

    def test_engines_keep_other_roots(self):
        """What Docker and Podman store is not this machine's; it is said that it was passed over."""
        root = os.path.join(self.folder, "host")
        support.write_folder(root, {
            "srv/app/node_modules/here/package.json": b'{"name": "here", "version": "1.0.0"}',
            "var/lib/docker/overlay2/abc/diff/app/node_modules/there/package.json": b'{"name": "there", "version": "1.0.0"}',
            "home/u/.local/share/containers/storage/overlay/x/diff/node_modules/y/package.json": b'{"name": "y", "version": "1"}'})
        document, done = report("sbom", "dir:" + root)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(names(document), ["here 1.0.0"])
        self.assertEqual([item["level"] for item in document["diagnostics"]], ["warning", "warning"])
        self.assertIn("/var/lib/docker/overlay2", json.dumps(document["diagnostics"]))

    def test_program_that_keeps_only_its_second_name(self):
        """A hard link outlives the name that the program was found under."""
        modules = "path\texample.org/x\nmod\texample.org/x\tv1.2.3\th1:x=\n"
        program = made_files.make({"go": {"version": "go1.21.0", "modules": modules}})
        files = [{"path": "usr/bin/tool", "bytes": program, "mode": "755"},
                 {"path": "usr/local/bin/tool", "type": "hardlink", "target": "./usr/bin/tool"}]
        gone = [{"path": "usr/bin/.wh.tool"}]
        for layers in ([files], [files, gone]):
            docker_archive(self.path, [layer(entries) for entries in layers])
            document, _ = report("sbom", self.path)
            self.assertIn("example.org/x 1.2.3", [name.replace(" v", " ") for name in names(document)])
        docker_archive(self.path, [layer(files), layer(gone + [{"path": "usr/local/bin/.wh.tool"}])])
        self.assertEqual(names(report("sbom", self.path)[0]), [])

    def test_merged_usr(self):
        write_folder(self.folder, {"usr/lib/apk/db/installed": b"P:musl\nV:1.2.4-r2\nA:x86_64\n\n",
                                   "etc/os-release": b"ID=alpine\nVERSION_ID=3.19.1\n"})
        os.symlink("usr/lib", os.path.join(self.folder, "lib"))
        self.scan("dir:" + self.folder, want=["musl 1.2.4-r2"])


class Interrupted(Case):
    def test_ctrl_c_leaves_nothing_behind(self):
        import signal
        import time
        fifo = os.path.join(self.folder, "vectors")
        os.mkfifo(fifo)
        with open(self.path, "w", encoding="utf-8") as out:
            child = subprocess.Popen([PROGRAM, "cvss", "-"], stdin=subprocess.PIPE, stdout=out, stderr=subprocess.PIPE)
        child.stdin.write(b"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\n")
        child.stdin.flush()
        # Wait until its handler is set: the kernel shows the mask of caught signals.
        start, caught = time.monotonic(), 0
        while not caught & (1 << (signal.SIGINT - 1)) and time.monotonic() - start < 10:
            with open(f"/proc/{child.pid}/status", encoding="ascii") as file:
                caught = int([line for line in file if line.startswith("SigCgt")][0].split()[1], 16)
        child.send_signal(signal.SIGINT)
        self.assertEqual(child.wait(5), 130)


class PublicApi(Case):
    def test_example_program(self):
        """The installed library, header and pkg-config file build and run the documented example."""
        prefix = os.path.join(self.folder, "prefix")
        done = subprocess.run(["meson", "install", "-C", support.BUILD, "--no-rebuild", "--quiet", "--destdir", prefix],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        found = subprocess.run(["find", prefix, "-name", "plimsoll.pc"], capture_output=True, text=True, check=True)
        pc = found.stdout.split()[0]
        env = {**os.environ, "PKG_CONFIG_PATH": os.path.dirname(pc), "PKG_CONFIG_SYSROOT_DIR": prefix}
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "plimsoll"], capture_output=True, text=True,
                               check=True, env=env).stdout.split()
        example = os.path.join(self.folder, "findings")
        done = subprocess.run(["cc", "-fsanitize=address,undefined",
                               os.path.join(ROOT, "docs/examples/findings.c"), "-o", example, *flags],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        docker_archive(self.path, [layer(debian(openssl="1.0"))])
        database = os.path.join(self.folder, "db")
        support.plimsoll("db", "import", "--db", database, os.path.join(ROOT, "data/snapshot"))
        done = subprocess.run([example, database, self.path], capture_output=True, text=True, check=False,
                              env={**os.environ, "LD_LIBRARY_PATH": os.path.dirname(os.path.dirname(pc))})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^1 packages, \d+ findings\n")


if __name__ == "__main__":
    unittest.main()
