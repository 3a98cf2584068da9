#!/usr/bin/env python3
"""Makes an image out of tar files, one a layer: an archive as `docker save` writes it, or an OCI layout.

Bytes are a function of the inputs: no clock, no random names.
"""
import argparse
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile

CHUNK = 1 << 20


def sha256_file(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def compress(path, kind, folder):
    """The layer's stored form: the path of a file."""
    if kind == "none":
        return path
    out = os.path.join(folder, f"layer-{len(os.listdir(folder))}")
    if kind == "gzip":
        with open(path, "rb") as source, open(out, "wb") as target:
            with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=6, mtime=0, filename="") as packed:
                shutil.copyfileobj(source, packed, CHUNK)
    else:
        subprocess.run(["zstd", "-q", "-3", "-f", path, "-o", out], check=True)
    return out


class Archive:
    """A tar, or a folder with the same members."""

    def __init__(self, path, as_dir):
        self.path, self.as_dir, self.written = path, as_dir, set()
        self.tar = None if as_dir else tarfile.open(path, "w", format=tarfile.GNU_FORMAT)
        if as_dir:
            os.makedirs(path, exist_ok=True)

    def add(self, name, source):
        """source: bytes, or the path of a file."""
        if name in self.written:
            return
        self.written.add(name)
        size = len(source) if isinstance(source, bytes) else os.path.getsize(source)
        stream = io.BytesIO(source) if isinstance(source, bytes) else open(source, "rb")
        with stream:
            if self.as_dir:
                target = os.path.join(self.path, name)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "wb") as file:
                    shutil.copyfileobj(stream, file, CHUNK)
                return
            info = tarfile.TarInfo(name)
            info.size = size
            self.tar.addfile(info, stream)

    def close(self):
        if self.tar:
            self.tar.close()


def descriptor(media_type, digest, size, **more):
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": size, **more}


def dumps(document):
    return json.dumps(document, separators=(",", ":")).encode()


def blob(archive, data):
    digest = hashlib.sha256(data).hexdigest()
    archive.add(f"blobs/sha256/{digest}", data)
    return digest


def make(args, layers):
    arch = args.platform.split("/")
    config = {
        "architecture": arch[1],
        "os": arch[0],
        **({"variant": arch[2]} if len(arch) > 2 else {}),
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{diff}" for _, _, diff in layers]},
        "history": [{"created_by": f"layer {i + 1}"} for i in range(len(layers))],
    }
    config_bytes = dumps(config)
    config_digest = hashlib.sha256(config_bytes).hexdigest()
    archive = Archive(args.output, args.layout == "oci-dir")
    if args.layout in ("docker", "docker-oci"):
        modern = args.layout == "docker-oci"
        names = []
        for stored, digest, diff in layers:
            names.append(f"blobs/sha256/{digest}" if modern else f"{diff}/layer.tar")
            archive.add(names[-1], stored)
        config_name = f"blobs/sha256/{config_digest}" if modern else f"{config_digest}.json"
        archive.add(config_name, config_bytes)
        archive.add("manifest.json", dumps([{"Config": config_name, "RepoTags": [args.name], "Layers": names}]))
    if args.layout != "docker":
        suffix = {"none": "", "gzip": "+gzip", "zstd": "+zstd"}[args.compress]
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": descriptor("application/vnd.oci.image.config.v1+json", config_digest, len(config_bytes)),
            "layers": [
                descriptor("application/vnd.oci.image.layer.v1.tar" + suffix, digest, os.path.getsize(stored))
                for stored, digest, _ in layers
            ],
        }
        for stored, digest, _ in layers:
            archive.add(f"blobs/sha256/{digest}", stored)
        blob(archive, config_bytes)
        manifest_bytes = dumps(manifest)
        digest = blob(archive, manifest_bytes)
        entry = descriptor(manifest["mediaType"], digest, len(manifest_bytes),
                           annotations={"org.opencontainers.image.ref.name": args.name})
        archive.add("oci-layout", dumps({"imageLayoutVersion": "1.0.0"}))
        archive.add("index.json", dumps({"schemaVersion": 2, "manifests": [entry]}))
    archive.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", required=True)
    parser.add_argument("--name", default="image:latest")
    parser.add_argument("--platform", default="linux/amd64")
    parser.add_argument("--layout", choices=["docker", "docker-oci", "oci", "oci-dir"], default="docker")
    parser.add_argument("--compress", choices=["none", "gzip", "zstd"], default="none")
    parser.add_argument("layers", nargs="+", help="tar files, the lowest layer first")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        layers = []
        for path in args.layers:
            diff = sha256_file(path)
            stored = compress(path, args.compress, folder)
            layers.append((stored, diff if stored == path else sha256_file(stored), diff))
        make(args, layers)


if __name__ == "__main__":
    sys.exit(main())
