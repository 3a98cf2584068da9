"""Secrets against libhs alone on the same bytes, everything switched on against packages alone, and one endless line."""
import io
import os
import subprocess
import tarfile
import tempfile

GIB = 1 << 30
PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"BZh")


def mixed(big):
    """A layer of 1 GB out of the root's files as they come: text and programs, but nothing that is packed."""
    def make(path):
        size = 0
        with tarfile.open(big, "r:") as source, tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as target:
            for member in source:
                if not member.isreg() or size >= GIB:
                    continue
                data = source.extractfile(member).read()
                if data.startswith(PACKED):
                    continue
                size += len(data)
                target.addfile(member, io.BytesIO(data))
    return make


def line(path):
    """A file of 1 GB without an end of line, of what the rules look for."""
    part = b'password="x" api_key=eyJhbGciOi AKIA secret_token: ghp_ -----BEGIN xoxb- ' * 1000
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as target:
        info = tarfile.TarInfo("line")
        info.size = GIB // len(part) * len(part)
        target.addfile(info, Repeated(part, info.size))


class Repeated:
    """A stream of one part, again and again."""
    def __init__(self, part, size):
        self.part, self.left, self.rest = part, size, b""

    def read(self, count):
        while len(self.rest) < count and self.left > 0:
            self.rest += self.part
            self.left -= len(self.part)
        out, self.rest = self.rest[:count], self.rest[count:]
        return out


def secrets(bench, seconds, cached, image, warm, peak, big, gzip):
    layer = cached("mixed.tar", mixed(big))
    plain = image("mixed-plain.tar", layer)
    scan = ["taskset", "-c", "0", bench.program, "scan", "--no-progress", "--format", "json", "--jobs", "1", "--only"]
    patterns = os.path.join(bench.build, "src/secret/secret_patterns.txt")

    def libhs(path, times):
        words = ["taskset", "-c", "0", os.path.join(bench.build, "bench/bench-libhs"), patterns, path, str(times)]
        return float(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    warm(plain), warm(layer)
    alone = libhs(layer, 4)
    ours = seconds([*scan, "secret", plain])
    bench.at_least("secrets, 1 GB mixed, one core: libhs alone / scan", alone / ours, 0.7, "x")
    print(f"  libhs {alone:.2f} s, scan {ours:.2f} s, {os.path.getsize(layer) / ours / 1e6:.0f} MB/s", flush=True)
    every = "vuln,secret,password,permission,config"
    warm(gzip)
    packages, whole = seconds([*scan, "vuln", gzip], 3), seconds([*scan, every, gzip], 3)
    bench.row("everything on / packages alone, gzip, 1.5 GB", whole / packages, 2, "x", f"{whole:.2f} s, {packages:.2f} s")
    cat = seconds(["cat", plain])
    whole = seconds([*scan, every.replace("vuln,", ""), plain], 3)
    bench.row("all but packages / (cat + libhs), plain, 1 GB", whole / (cat + alone), 1.5, "x", f"{whole:.2f} s")
    line_layer = cached("line.tar", line)
    endless = image("line-plain.tar", line_layer)
    warm(endless)
    bench.row("one line of 1 GB: anonymous memory", peak([*scan[3:], "secret", endless]) / (1 << 20), 64, "MiB")
    ours, alone = seconds([*scan, "secret", endless], 1, check=False), libhs(line_layer, 1)
    bench.row("  scan / libhs alone", ours / alone, 1.3, "x", f"{ours:.1f} s, all that rules look for in every byte")
