"""What the Python tests share: the program, made-up layers and archives."""
import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("PLIMSOLL_BUILD", os.path.join(ROOT, "build-check"))
PROGRAM = os.path.join(BUILD, "plimsoll")

TYPES = {
    "file": tarfile.REGTYPE,
    "dir": tarfile.DIRTYPE,
    "symlink": tarfile.SYMTYPE,
    "hardlink": tarfile.LNKTYPE,
    "device": tarfile.CHRTYPE,
    "block": tarfile.BLKTYPE,
    "fifo": tarfile.FIFOTYPE,
}


def environment(args, env=None):
    """Of a run: without a cache, and for packages and licences alone, unless the test names one (--only, --skip)."""
    full = {key: value for key, value in os.environ.items() if not key.startswith("PLIMSOLL_")}
    full.update({"LC_ALL": "C", "ASAN_OPTIONS": "detect_leaks=1", "PLIMSOLL_CACHE": "none"})
    if not {"--only", "--skip"} & set(args):  # most tests are about packages
        full["PLIMSOLL_SKIP"] = "secret,password,config,permission,malware"
    full.update(env or {})
    return full


def plimsoll(*args, stdin=None, env=None, timeout=120):
    """Runs the program; its CompletedProcess with text output."""
    return subprocess.run([PROGRAM, *args], input=stdin, capture_output=True, text=True, env=environment(args, env),
                          timeout=timeout, check=False)


def report(*args, **more):
    """Runs a scan or sbom with --format json: (report or None, CompletedProcess)."""
    done = plimsoll(*args, "--format", "json", **more)
    return (json.loads(done.stdout) if done.stdout else None), done


def layer(entries, form=tarfile.GNU_FORMAT):
    """A layer's tar from [{"path", "type", "text" or "bytes", "target", "mode", "uid", "gid", "xattrs", "pax", "major", "minor"}]."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for entry in entries:
            info = tarfile.TarInfo(entry["path"])
            info.type = TYPES[entry.get("type", "file")]
            info.mode = int(entry.get("mode", "644"), 8)
            info.linkname = entry.get("target", "")
            info.uid, info.gid = entry.get("uid", 0), entry.get("gid", 0)
            info.devmajor, info.devminor = entry.get("major", 0), entry.get("minor", 0)
            info.pax_headers = {"SCHILY.xattr." + name: value.decode("utf-8", "surrogateescape")
                                for name, value in entry.get("xattrs", {}).items()} | entry.get("pax", {})
            data = entry["bytes"] if "bytes" in entry else entry.get("text", "").encode()
            info.size = len(data) if info.type == tarfile.REGTYPE else 0
            tar.addfile(info, io.BytesIO(data) if info.size else None)
    return out.getvalue()


def dumps(document):
    return json.dumps(document).encode()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def tar_of(members, path):
    """Writes {name: bytes} as a tar file."""
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def config_of(layers, **more):
    return {
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest(data) for data in layers]},
        "history": [{"created_by": f"step {i}"} for i in range(len(layers))],
        **more,
    }


def docker_members(layers, name="test:1", stored=None, config=None):
    """Members of an archive as `docker save` wrote it; `stored` replaces the layers' bytes."""
    config = dumps(config or config_of(layers))
    members, names = {}, []
    for i, data in enumerate(stored or layers):
        names.append(f"{digest(layers[i])[:24]}{i}/layer.tar")
        members[names[-1]] = data
    members[digest(config) + ".json"] = config
    members["manifest.json"] = dumps([{"Config": digest(config) + ".json", "RepoTags": [name],
                                       "Layers": names}])
    return members


def docker_archive(path, layers, **more):
    return tar_of(docker_members(layers, **more), path)


def oci_members(images, annotations=None):
    """Members of an OCI layout: images = [(layers, platform or None, tag or None)]."""
    members, manifests = {}, []

    def blob(data):
        members["blobs/sha256/" + digest(data)] = data
        return {"digest": "sha256:" + digest(data), "size": len(data)}

    for layers, platform, tag in images:
        more = {}
        if platform:
            parts = platform.split("/")
            more = {"os": parts[0], "architecture": parts[1]}
            if len(parts) > 2:
                more["variant"] = parts[2]
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json",
                       **blob(dumps(config_of(layers, **more)))},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", **blob(data)}
                       for data in layers],
        }
        entry = {"mediaType": manifest["mediaType"], **blob(dumps(manifest))}
        if platform:
            entry["platform"] = more
        if tag:
            entry["annotations"] = {"org.opencontainers.image.ref.name": tag}
        manifests.append(entry)
    members["oci-layout"] = dumps({"imageLayoutVersion": "1.0.0"})
    members["index.json"] = dumps({"schemaVersion": 2, "manifests": manifests,
                                   **(annotations or {})})
    return members


def write_folder(path, members):
    for name, data in members.items():
        full = os.path.join(path, name)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as file:
            file.write(data)
    return path


def gz(data):
    return gzip.compress(data, mtime=0)


def zst(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True, check=True).stdout


STATUS = """Package: {name}
Status: install ok installed
Architecture: amd64
Version: {version}
Maintainer: Somebody <somebody@example.org>
Description: made up for a test

"""
DEBIAN = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'


def status(**packages):
    """Text of a dpkg status file."""
    return "".join(STATUS.format(name=name.replace("_", "-"), version=version)
                   for name, version in packages.items())


def debian(**packages):
    """Entries of a layer that is a small Debian."""
    return [{"path": "etc/os-release", "text": DEBIAN},
            {"path": "var/lib/dpkg/status", "text": status(**packages)}]


def names(document):
    """"name version" of a report's packages."""
    return [f"{package['name']} {package['version']}" for package in document["packages"]]


def rpm_header(name, version, release, epoch=None, arch="x86_64", source=None, module=None, vendor="Made up",
               files=(), digests=()):
    """An rpm header as it stands in a database: index and store, without the lead's magic. files: absolute paths."""
    import struct
    entries = [(1000, 6, name), (1001, 6, version), (1002, 6, release), (1011, 6, vendor), (1014, 6, "MIT"),
               (1022, 6, arch), (1044, 6, source or f"{name}-{version}-{release}.src.rpm")]
    if epoch is not None:
        entries.append((1003, 4, epoch))
    if module:
        entries.append((5096, 6, module))
    if files:
        folders = sorted({os.path.dirname(path) + "/" for path in files})
        if digests:
            entries += [(1035, 8, digests), (5011, 4, 8)]
        entries += [(1116, 4, [folders.index(os.path.dirname(path) + "/") for path in files]),
                    (1117, 8, [os.path.basename(path) for path in files]), (1118, 8, folders)]
    index, store = b"", b""
    for tag, kind, value in sorted(entries, key=lambda entry: entry[0]):
        values = value if isinstance(value, list) else [value]
        if kind == 4:
            store += b"\0" * (-len(store) % 4)
        index += struct.pack(">IIII", tag, kind, len(store), len(values))
        for one in values:
            store += struct.pack(">I", one) if kind == 4 else one.encode() + b"\0"
    return struct.pack(">II", len(entries), len(store)) + index + store


def rpm_database(path, headers, wal=False):
    """Writes rpmdb.sqlite as rpm does. With `wal` the rows stay in the journal: (main bytes, journal bytes)."""
    import sqlite3
    db = sqlite3.connect(path, isolation_level=None)
    if wal:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute("CREATE TABLE IF NOT EXISTS 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    if wal:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for header_bytes in headers:
        db.execute("INSERT INTO Packages (blob) VALUES (?)", (header_bytes,))
    result = []
    for name in (path, path + "-wal"):
        if os.path.exists(name):
            with open(name, "rb") as file:
                result.append(file.read())
        else:
            result.append(b"")
    db.close()
    return tuple(result)


def made_up_database(folder, *documents):
    """A database of these documents of feeds, in `folder`; its path."""
    paths = []
    for number, document in enumerate(documents):
        paths.append(os.path.join(folder, f"feed-{number}.json"))
        with open(paths[-1], "w", encoding="utf-8") as file:
            json.dump(document, file)
    database = os.path.join(folder, "db")
    done = plimsoll("db", "import", "--db", database, *paths)
    assert done.returncode == 0, done.stderr
    return database
