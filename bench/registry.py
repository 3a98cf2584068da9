"""Registries: pulling and scanning against curl and igzip, what goes over the wire, sweeps, the cache of layers."""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import support  # noqa: E402
from registry_server import Certificates, Registry  # noqa: E402

PARTS = 4


def split(source, folder):
    """The members of a root's tar as PARTS layers of about the same size, packed by gzip; an OCI layout."""
    os.makedirs(folder)
    share = os.path.getsize(source) / PARTS
    paths = [os.path.join(folder, f"{part}.tar") for part in range(PARTS)]
    layers = [tarfile.open(path, "w", format=tarfile.GNU_FORMAT) for path in paths]
    place, done = {}, 0
    with tarfile.open(source) as tar:
        for member in tar:
            part = min(int(done / share), PARTS - 1)
            part = place.get(member.linkname, part) if member.islnk() else part
            place[member.name] = part
            layers[part].addfile(member, tar.extractfile(member) if member.isreg() else None)
            done += 512 + member.size
    for layer in layers:
        layer.close()
    blobs = os.path.join(folder, "blobs/sha256")
    os.makedirs(blobs)

    def keep(data):
        with open(os.path.join(blobs, support.digest(data)), "wb") as file:
            file.write(data)
        return {"digest": "sha256:" + support.digest(data), "size": len(data)}

    diff_ids, descriptors = [], []
    for path in paths:
        with open(path, "rb") as file:
            diff_ids.append("sha256:" + support.digest(file.read()))
        packed = subprocess.run(["gzip", "-nc", path], check=True, capture_output=True).stdout
        descriptors.append({"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", **keep(packed)})
        os.unlink(path)
    config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": diff_ids}, "history": []}
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **keep(support.dumps(config))},
                "layers": descriptors}
    members = {"oci-layout": support.dumps({"imageLayoutVersion": "1.0.0"}), "index.json": support.dumps({
        "schemaVersion": 2, "manifests": [{"mediaType": manifest["mediaType"], **keep(support.dumps(manifest)),
                                           "annotations": {"org.opencontainers.image.ref.name": "1"}}]})}
    support.write_folder(folder, members)


class RealRegistry:
    """docker-registry on the loopback, with TLS and a password."""

    def __init__(self, folder):
        self.folder = folder
        self.certificates = Certificates(folder)
        self.host = f"localhost:{random.randrange(20000, 30000)}"
        hashed = subprocess.run(["htpasswd", "-Bbn", "u", "s3cret"], check=True, capture_output=True).stdout
        with open(os.path.join(folder, "htpasswd"), "wb") as file:
            file.write(hashed)
        with open(os.path.join(folder, "password"), "w", encoding="utf-8") as file:
            file.write("s3cret")
        config = {"version": "0.1", "log": {"level": "error", "accesslog": {"disabled": True}},
                  "storage": {"filesystem": {"rootdirectory": os.path.join(folder, "data")}},
                  "http": {"addr": self.host.replace("localhost", "127.0.0.1"), "secret": "x",
                           "tls": {"certificate": self.certificates.path("server.pem"), "key": self.certificates.path("server.key")}},
                  "auth": {"htpasswd": {"realm": "r", "path": os.path.join(folder, "htpasswd")}}}
        with open(os.path.join(folder, "config.yml"), "w", encoding="utf-8") as file:
            json.dump(config, file)
        self.process = subprocess.Popen(["docker-registry", "serve", os.path.join(folder, "config.yml")],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.curl = ["curl", "-sS", "--fail", "--cacert", self.certificates.path("ca.pem"), "-u", "u:s3cret", "-o", "/dev/null"]
        for _ in range(100):
            if subprocess.run([*self.curl, f"https://{self.host}/v2/"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
                break
            time.sleep(0.1)
        self.words = ["--ca-file", self.certificates.path("ca.pem"), "--registry-user", "u",
                      "--registry-password-file", os.path.join(folder, "password")]

    def push(self, layout, name):
        trust = os.path.join(self.folder, "certs")
        os.makedirs(trust, exist_ok=True)
        shutil.copy(self.certificates.path("ca.pem"), os.path.join(trust, "ca.crt"))
        subprocess.run(["skopeo", "--insecure-policy", "copy", "-q", "--dest-cert-dir", trust, "--dest-creds", "u:s3cret",
                        f"oci:{layout}:1", f"docker://{self.host}/{name}"], check=True)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def pulling(bench, seconds, layout):
    with tempfile.TemporaryDirectory() as folder:
        registry = RealRegistry(folder)
        try:
            registry.push(layout, "team/app:1")
            with open(os.path.join(layout, "index.json"), encoding="utf-8") as file:
                digest = json.load(file)["manifests"][0]["digest"]
            with open(os.path.join(layout, "blobs/sha256", digest[7:]), encoding="utf-8") as file:
                blobs = [entry["digest"] for entry in json.load(file)["layers"]]
            curl = [*registry.curl]
            for blob in blobs[1:]:
                curl += [f"https://{registry.host}/v2/team/app/blobs/{blob}", "-o", "/dev/null"]
            curl.append(f"https://{registry.host}/v2/team/app/blobs/{blobs[0]}")
            transfer = seconds(curl, 3)
            inflate = seconds(["sh", "-c", "for i; do igzip -dc \"$i\" >/dev/null; done", "sh", *(
                os.path.join(layout, "blobs/sha256", blob[7:]) for blob in blobs)], 3)
            database = os.path.join(folder, "db")
            subprocess.run([bench.program, "db", "import", "--quiet", "--db", database, os.path.join(ROOT, "data/snapshot")],
                           check=True)
            ours = seconds([bench.program, "scan", "--db", database, "--quiet", "--cache", "none", "--jobs", "2", "--format",
                            "json", *registry.words, f"registry:{registry.host}/team/app:1"], 3, check=False)
            bench.row("registry, 4 layers of 1.5 GB: scan --jobs 2 / slower peer", ours / max(transfer, inflate), 1.3, "x",
                      f"{ours:.2f} s, curl {transfer:.2f} s, igzip {inflate:.2f} s")
        finally:
            registry.close()


def wire(bench, seconds):
    registry = Registry()
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "PLIMSOLL_HOME": home, "PLIMSOLL_CACHE": "", "DOCKER_HOST": "unix:///nowhere",
               "CONTAINER_HOST": "unix:///nowhere"}
        def noise(number):
            return support.layer([{"path": f"opt/{number}", "bytes": random.Random(number).randbytes(2_000_000)}])
        registry.put_image("team/app", "1", [support.layer(support.debian(openssl="1.0")), noise(1)])
        words = [bench.program, "sbom", "--quiet", "--format", "json", "--insecure", registry.host,
                 f"registry:{registry.host}/team/app:1"]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, env=env)
        registry.forget()
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, env=env)
        manifest = registry.manifests["team/app", "1"][1]
        config = registry.blobs[json.loads(manifest)["config"]["digest"]]
        bench.row("known layers: bytes sent / manifest and config", registry.sent / (len(manifest) + len(config)), 1, "x",
                  f"{registry.sent} bytes, {len(registry.requests)} requests")
        for number in range(300):
            registry.put_image(f"team/app{number % 12}", f"v{number}",
                               [support.layer(support.debian(openssl=f"{number % 10}.0")), noise(100 + number % 30)])
        registry.forget()
        sweep = [bench.program, "sweep", "--quiet", "--only", "license", "--license-deny", "AGPL-*", "--format", "json",
                 "--insecure", registry.host, "--tag", "v*", registry.host]
        first = seconds(sweep, 1, env=env)
        layers = [path for path in registry.paths() if "/blobs/" in path]
        configs = {json.loads(body)["config"]["digest"] for _, body in registry.manifests.values()}
        read = [path for path in layers if path.rsplit("/", 1)[1] not in configs]
        bench.row("sweep of 300 tags, 40 layers: layers read / 40", len(read) / 40, 1, "x", f"{first:.2f} s")
        second = seconds(sweep, 1, env=env)
        bench.row("  the same again: time / first", second / first, 1, "x", f"{second:.2f} s")
    registry.close()


def caching(bench, seconds, packed):
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "PLIMSOLL_HOME": home, "PLIMSOLL_CACHE": ""}
        words = [bench.program, "sbom", "--quiet", "--format", "json", packed]
        cold = seconds(words, 1, env=env)
        warm = seconds(words, 5, env=env)
        bench.row("cache: second scan of 1.5 GB in gzip / first", warm / cold, 0.1, "x", f"{warm * 1e3:.0f} ms, {cold:.2f} s")


def registry(bench, seconds, cached, big, packed):
    layout = cached("big-layout", lambda path: split(big, path))
    pulling(bench, seconds, layout)
    wire(bench, seconds)
    caching(bench, seconds, packed)
