"""Engines for tests: one that says what the test wants, real ones, and the folders that engines keep layers in."""
import hashlib
import http.server
import io
import json
import os
import re
import shutil
import signal
import socketserver
import stat
import subprocess
import tarfile
import tempfile
import threading
import time

from support import config_of, digest, dumps


def can_run_engines():
    """They need root, and unpack with pivot_root(2), which needs a root that is a mount: not in a chroot."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        return os.geteuid() == 0 and any(line.split()[4] == "/" for line in file)


def wait_for(process, command, log, env=None, seconds=60):
    """Until the command succeeds: what was started is ready then."""
    deadline = time.monotonic() + seconds
    while subprocess.run(command, capture_output=True, env=env, check=False).returncode:
        if process.poll() is not None or time.monotonic() > deadline:
            with open(log, encoding="utf-8", errors="replace") as file:
                raise AssertionError(f"{command}: not ready\n{file.read()[-3000:]}")
        threading.Event().wait(0.05)


def stop(process, unmount=()):
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    for path in unmount:
        subprocess.run(["umount", path], capture_output=True, check=False)


class Docker:
    """A real Docker of the test's own."""

    def __init__(self, driver, *options):
        self.run = tempfile.mkdtemp(prefix="pd")
        self.socket = f"{self.run}/docker.sock"
        self.root = f"{self.run}/data"
        self.env = {**os.environ, "DOCKER_HOST": f"unix://{self.socket}", "DOCKER_BUILDKIT": "0"}
        self.options = options
        self.driver = driver
        self.start()

    def start(self):
        run = self.run
        with open(f"{run}/log", "wb") as log:
            self.process = subprocess.Popen(
                ["dockerd", "--host", f"unix://{self.socket}", "--data-root", self.root, "--exec-root", f"{run}/exec",
                 "--pidfile", f"{run}/pid", "--iptables=false", "--ip6tables=false", "--bridge=none", "--ip-forward=false",
                 "--ip-masq=false", f"--storage-driver={self.driver}", "--exec-opt", "native.cgroupdriver=cgroupfs",
                 *self.options], stdout=log, stderr=log)
        wait_for(self.process, ["docker", "version"], f"{run}/log", self.env)

    def stop(self):
        stop(self.process, [f"{self.run}/exec/netns/default"])

    def close(self):
        self.stop()
        shutil.rmtree(self.run, ignore_errors=True)

    def __call__(self, *words, **more):
        done = subprocess.run(["docker", *words], capture_output=True, text=True, env=self.env, check=False, **more)
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout.strip()


class Podman:
    """A real Podman with a folder of its own, and its service."""

    def __init__(self, driver="overlay"):
        self.run = tempfile.mkdtemp(prefix="pp")
        self.root, self.socket, self.process = f"{self.run}/root", f"{self.run}/podman.sock", None
        write(f"{self.run}/containers.conf", '[containers]\ndefault_ulimits=["nofile=1024:20000","nproc=1024:1024"]\n')
        write(f"{self.run}/storage.conf", f'[storage]\ndriver = "{driver}"\ngraphroot = "{self.root}"\n'
                                          f'runroot = "{self.run}/run"\n')
        write(f"{self.run}/policy.json", '{"default":[{"type":"insecureAcceptAnything"}]}')
        self.env = {**os.environ, "CONTAINERS_CONF": f"{self.run}/containers.conf", "TMPDIR": self.run,
                    "CONTAINERS_STORAGE_CONF": f"{self.run}/storage.conf"}
        self.words = ["podman", "--cgroup-manager", "cgroupfs", "--runtime", "runc", "--events-backend", "none"]

    def __call__(self, *words, **more):
        done = subprocess.run([*self.words, *words], capture_output=True, text=True, env=self.env, check=False, **more)
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout.strip()

    def serve(self):
        with open(f"{self.run}/log", "wb") as log:
            self.process = subprocess.Popen([*self.words, "system", "service", "-t", "0", f"unix://{self.socket}"], stdout=log,
                                            stderr=log, env=self.env)
        wait_for(self.process, ["curl", "-sf", "--unix-socket", self.socket, "http://d/_ping"], f"{self.run}/log")

    def close(self):
        if self.process:
            stop(self.process)
        subprocess.run([*self.words, "rm", "-af", "-t", "0"], capture_output=True, env=self.env, check=False)
        subprocess.run(["umount", f"{self.root}/overlay"], capture_output=True, check=False)
        shutil.rmtree(self.run, ignore_errors=True)


class Containerd:
    """A real containerd with folders of its own."""

    def __init__(self):
        self.run = tempfile.mkdtemp(prefix="pc")
        self.root, self.socket = f"{self.run}/root", f"{self.run}/c.sock"
        write(f"{self.run}/config.toml", 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n')
        with open(f"{self.run}/log", "wb") as log:
            self.process = subprocess.Popen(["containerd", "--config", f"{self.run}/config.toml", "--root", self.root, "--state",
                                             f"{self.run}/state", "--address", self.socket], stdout=log, stderr=log)
        wait_for(self.process, ["ctr", "-a", self.socket, "version"], f"{self.run}/log")

    def __call__(self, *words):
        done = subprocess.run(["ctr", "-a", self.socket, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout.strip()

    def close(self):
        stop(self.process)
        shutil.rmtree(self.run, ignore_errors=True)


TOOL = """
#include <string.h>
#include <unistd.h>
int main(int count, char **words)
{
    if (count > 2 && strcmp(words[1], "rm") == 0)
        return unlink(words[2]) != 0;
    return pause();
}
"""


def tool(folder):
    """Bytes of a program without libraries: waits, or removes a file."""
    source = os.path.join(folder, "tool.c")
    write(source, TOOL)
    subprocess.run(["cc", "-static", "-Os", "-s", "-o", f"{folder}/tool", source], check=True)
    with open(f"{folder}/tool", "rb") as file:
        return file.read()


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    block_on_close = False


class TcpServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


class FakeEngine:
    """Answers GET of unversioned paths: {path: (status, body)} or {path: function(handler)}. Keeps what was asked."""

    def __init__(self, answers, path=None, context=None, version="1.41"):
        self.asked, self.versions, fake = [], set(), self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                match = re.match(r"^/v(1\.[0-9]+)(/.*)", self.path)
                path = match.group(2) if match else self.path
                if match:
                    fake.versions.add(match.group(1))
                fake.asked.append(path)
                answer = answers.get(path, (404, b'{"message":"no such thing"}'))
                if path == "/_ping" and path not in answers:
                    answer = (200, b"OK")
                if callable(answer):
                    answer(self)
                    return
                self.send_response(answer[0])
                if path == "/_ping" and version:
                    self.send_header("Api-Version", version)
                self.send_header("Content-Length", str(len(answer[1])))
                self.end_headers()
                self.wfile.write(answer[1])

            def address_string(self):
                return "test"

            def log_message(self, *words):
                pass

        class TlsHandler(Handler):
            """The handshake is the connection's own, so that one that fails ends nothing else."""

            def setup(self):
                self.request = context.wrap_socket(self.request, server_side=True)
                super().setup()

        self.server = Server(path, Handler) if path else TcpServer(("127.0.0.1", 0), TlsHandler if context else Handler)
        self.server.handle_error = lambda *words: None
        self.port = None if path else self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


# ---- layers as folders ----

def layer_of_folder(folder):
    """The tar that an engine makes of a folder with overlayfs' marks, in its order."""
    out, seen = io.BytesIO(), {}
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        def visit(prefix):
            for name in sorted(os.listdir(os.path.join(folder, prefix)), key=os.fsencode):
                path = os.path.join(prefix, name)
                full = os.path.join(folder, path)
                status = os.lstat(full)
                info = tarfile.TarInfo(path)
                info.mode = stat.S_IMODE(status.st_mode)
                info.mtime = int(status.st_mtime)
                if stat.S_ISCHR(status.st_mode):
                    info.name = os.path.join(prefix, ".wh." + name)
                    tar.addfile(info)
                elif stat.S_ISDIR(status.st_mode):
                    info.type = tarfile.DIRTYPE
                    tar.addfile(info)
                    if "trusted.overlay.opaque" in os.listxattr(full):
                        tar.addfile(tarfile.TarInfo(path + "/.wh..wh..opq"))
                    visit(path)
                elif stat.S_ISLNK(status.st_mode):
                    info.type, info.linkname = tarfile.SYMTYPE, os.readlink(full)
                    tar.addfile(info)
                elif status.st_ino in seen:
                    info.type, info.linkname = tarfile.LNKTYPE, seen[status.st_ino]
                    tar.addfile(info)
                else:
                    seen[status.st_ino] = path
                    info.size = status.st_size
                    with open(full, "rb") as file:
                        tar.addfile(info, file)
        visit("")
    return out.getvalue()


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def apply_folder(folder, root, prefix=""):
    """Lays a folder with overlayfs' marks over a whole tree, as the kernel shows them together."""
    links = {}

    def visit(prefix):
        for name in sorted(os.listdir(os.path.join(folder, prefix))):
            source, target = (os.path.join(top, prefix, name) for top in (folder, root))
            status = os.lstat(source)
            if stat.S_ISCHR(status.st_mode):
                remove(target)
            elif stat.S_ISDIR(status.st_mode):
                if os.path.islink(target) or not os.path.isdir(target) or "trusted.overlay.opaque" in os.listxattr(source):
                    remove(target)
                    os.mkdir(target)
                visit(os.path.join(prefix, name))
            else:
                remove(target)
                if status.st_nlink > 1 and status.st_ino in links:
                    os.link(links[status.st_ino], target)
                else:
                    links[status.st_ino] = target
                    shutil.copy2(source, target, follow_symlinks=False)
    visit(prefix)


def chain_ids(diff_ids):
    chain, result = None, []
    for diff_id in diff_ids:
        chain = diff_id if chain is None else "sha256:" + hashlib.sha256(f"{chain} {diff_id}".encode()).hexdigest()
        result.append(chain)
    return result


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def docker_folder(root, name, folders, layers, driver="overlay2"):
    """Docker's folder with one image, whose layers are these folders, which are moved into it. Its id."""
    config = dumps(config_of(layers))
    image_id = "sha256:" + digest(config)
    metadata = f"{root}/image/{driver}"
    write(f"{metadata}/imagedb/content/sha256/{image_id[7:]}", config)
    repository = name.rsplit(":", 1)[0]
    write(f"{metadata}/repositories.json", json.dumps({"Repositories": {repository: {name: image_id}}}))
    diff_ids = ["sha256:" + digest(data) for data in layers]
    for number, (folder, chain) in enumerate(zip(folders, chain_ids(diff_ids))):
        write(f"{metadata}/layerdb/sha256/{chain[7:]}/cache-id", f"cache{number}")
        write(f"{metadata}/layerdb/sha256/{chain[7:]}/diff", diff_ids[number])
        target = f"{root}/overlay2/cache{number}/diff" if driver == "overlay2" else f"{root}/vfs/dir/cache{number}"
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.move(folder, target)
    return image_id
