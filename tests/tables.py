"""Layers with tables of contents, made by the specifications: eStargz, and zstd:chunked as containers/storage makes it."""
import gzip
import hashlib
import io
import json
import struct
import tarfile

import support
from registry_server import CONFIG, LAYER, MANIFEST

TYPES = {tarfile.REGTYPE: "reg", tarfile.AREGTYPE: "reg", tarfile.DIRTYPE: "dir", tarfile.SYMTYPE: "symlink",
         tarfile.LNKTYPE: "hardlink", tarfile.CHRTYPE: "char", tarfile.BLKTYPE: "block", tarfile.FIFOTYPE: "fifo"}


def sha(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def members(data):
    """Each entry with where its bytes stand in the tar."""
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return [(member, member.offset_data) for member in tar]


def split(data, pack, chunk):
    """The blob up to its table, and the table's entries: every file's bytes are packed by themselves."""
    blob, entries, at = b"", [], 0
    for member, place in members(data):
        entry = {"name": member.name + ("/" if member.isdir() else ""), "type": TYPES[member.type], "mode": member.mode}
        if member.linkname:
            entry["linkName"] = member.linkname
        entries.append(entry)
        if not member.isreg() or not member.size:
            continue
        blob += pack(data[at:place])
        body = data[place:place + member.size]
        at = place + member.size
        parts = [body[i:i + chunk] for i in range(0, len(body), chunk)]
        entry.update(size=len(body), digest=sha(body))
        for i, part in enumerate(parts):
            if i:
                entry = {"name": member.name, "type": "chunk", "chunkOffset": i * chunk}
                entries.append(entry)
            entry.update(offset=len(blob), chunkDigest=sha(part), chunkSize=len(part) if i + 1 < len(parts) else 0)
            blob += pack(part)
    return blob + pack(data[at:]), entries


def estargz(data, chunk=1 << 22, change=lambda toc: None):
    """The blob, its annotations, and the plain tar that it holds."""
    used = len(data.rstrip(b"\0"))  # its table is the last file: the tar's end comes behind that
    head, entries = split(data[:-(-used // 512) * 512], lambda part: gzip.compress(part, mtime=0), chunk)
    toc = {"version": 1, "entries": entries}
    change(toc)
    text = json.dumps(toc).encode()
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as out:
        info = tarfile.TarInfo("stargz.index.json")
        info.size = len(text)
        out.addfile(info, io.BytesIO(text))
    field = b"%016xSTARGZ" % len(head)
    footer = (b"\x1f\x8b\x08\x04" + bytes(5) + b"\xff" + struct.pack("<H", 26) + b"SG" + struct.pack("<H", 22) + field +
              b"\x01\x00\x00\xff\xff" + bytes(8))
    assert len(footer) == 51
    blob = head + gzip.compress(tar.getvalue(), mtime=0) + footer
    return blob, {"containerd.io/snapshot/stargz/toc.digest": sha(text)}, gzip.decompress(blob)


def zstd_chunked(data, chunk=1 << 22, change=lambda toc: None, prefix="io.github.containers.zstd-chunked"):
    head, entries = split(data, support.zst, chunk)
    toc = {"version": 1, "entries": entries}
    change(toc)
    text = json.dumps(toc).encode()
    packed = support.zst(text)
    blob = head + struct.pack("<II", 0x184D2A50, len(packed)) + packed
    place = f"{len(head) + 8}:{len(packed)}:{len(text)}:1"
    return blob, {prefix + ".manifest-checksum": sha(packed), prefix + ".manifest-position": place}, data


def put_image(registry, name, tag, layers):
    """`layers`: what the makers gave."""
    config = support.dumps(support.config_of([plain for _, _, plain in layers], os="linux", architecture="amd64"))
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": {"mediaType": CONFIG, **registry.put_blob(config)},
                "layers": [{"mediaType": LAYER, **registry.put_blob(blob), "annotations": annotations}
                           for blob, annotations, _ in layers]}
    return registry.put_manifest(name, tag, MANIFEST, support.dumps(manifest))
