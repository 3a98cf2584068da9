"""Layer semantics against an extractor of its own: random images are laid over one another a second time, on
a real folder, and the packages must be those that the program sees in the image and in that folder.

The extractor is independent of the program. It follows OCI image-spec layer.md (whiteouts act on lower layers
only, wherever they stand) and, where that leaves room, the way that containerd extracts: parents that an entry
does not name follow links inside the root and are made where they lead; an entry replaces what stands in its
place, a folder only what is no folder. Entries that containerd refuses are left out of the images.

By hand: test_differential.py COUNT [FIRST-SEED]
"""
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import support

IMAGES = 300
BATCH = 50

WANTED = ["var/lib/dpkg/status", "var/lib/dpkg/status.d/a", "var/lib/dpkg/status.d/b", "lib/apk/db/installed",
          "usr/lib/apk/db/installed", "etc/os-release", "usr/lib/os-release"]
FOLDERS = ["var", "var/lib", "var/lib/dpkg", "var/lib/dpkg/status.d", "lib", "lib/apk", "lib/apk/db", "usr",
           "usr/lib", "usr/lib/apk", "usr/lib/apk/db", "etc", "opt", "opt/d", "opt/d/e", "opt/db", "usr/lib/dpkg"]
NAMES = ["status", "status.d", "installed", "os-release", "a", "b", "d", "db", "dpkg", "lib", "apk"]


def text(number):
    """One text that each of the readers finds something in."""
    return (f"Package: p{number}\nVersion: {number}\nArchitecture: all\n\n"
            f"P:p{number}\nV:{number}-r0\nA:noarch\n\nID=debian\nVERSION_ID=\"{number}\"\n")


class Refused(Exception):
    pass


class Root:
    """A folder into which layers are extracted; every path is resolved component by component inside it."""

    def __init__(self, folder):
        self.folder = folder
        self.mine = set()  # what the layer at hand has put there

    def real(self, path):
        return os.path.join(self.folder, path) if path else self.folder

    def kind(self, path):
        try:
            mode = os.lstat(self.real(path)).st_mode
        except FileNotFoundError:
            return None
        return {0o040000: "dir", 0o120000: "symlink", 0o100000: "file"}[mode & 0o170000]

    def resolve(self, path, last=True):
        """Where `path` leads; of what is not there, where it would be. Without `last` its last name stays."""
        todo, at, hops, folder = [part for part in path.split("/") if part not in ("", ".")], [], 0, False
        while todo:
            part = todo.pop(0)
            if part == "..":
                at = at[:-1]
                continue
            here = "/".join(at + [part])
            kind = self.kind(here)
            if kind == "symlink" and (todo or last):
                hops += 1
                if hops > 40:
                    raise Refused("links go round")
                target = os.readlink(self.real(here))
                folder = folder or (target.endswith("/") and not todo)
                if target.startswith("/"):
                    at = []
                todo = [name for name in target.split("/") if name not in ("", ".")] + todo
                continue
            if kind == "file" and (todo or folder):
                raise Refused("a file where a folder is needed")
            at.append(part)
        return "/".join(at)

    def put_parents(self, path):
        for end in [i for i, char in enumerate(path + "/") if char == "/"]:
            here = path[:end]
            if here and self.kind(here) is None:
                os.mkdir(self.real(here))
                self.mine.add(here)
            elif here and self.kind(here) != "dir":
                raise Refused("a file where a folder is needed")

    def remove(self, path):
        if self.kind(path) == "dir":
            shutil.rmtree(self.real(path))
        else:
            os.remove(self.real(path))
        self.mine = {one for one in self.mine if one != path and not one.startswith(path + "/")}

    def hide(self, path):
        """Takes away what lower layers have at `path` and below; true when nothing is left."""
        kind = self.kind(path)
        if kind == "dir":
            left = [name for name in os.listdir(self.real(path)) if not self.hide(path + "/" + name)]
            if left or path in self.mine:
                return False
        elif kind is None or path in self.mine:
            return kind is None
        self.remove(path)
        return True

    def add(self, entry):
        path = "/".join(part for part in entry["path"].split("/") if part not in ("", "."))
        above, _, name = path.rpartition("/")
        folder = self.resolve(above)
        here = (folder + "/" if folder else "") + name
        source = None
        if entry["type"] == "hardlink":
            source = self.resolve(entry["target"], last=False)
            if self.kind(source) not in ("file", "symlink") or source == here or source.startswith(here + "/"):
                raise Refused("a hard link to nothing")
        self.put_parents(folder)
        if name == ".wh..wh..opq":
            for child in os.listdir(self.real(folder)):
                self.hide((folder + "/" if folder else "") + child)
            return
        if name.startswith(".wh."):
            self.hide((folder + "/" if folder else "") + name[4:])
            return
        there = self.kind(here)
        if there and not (there == "dir" and entry["type"] == "dir"):
            self.remove(here)
        if entry["type"] == "dir":
            if there != "dir":
                os.mkdir(self.real(here))
        elif entry["type"] == "symlink":
            os.symlink(entry["target"], self.real(here))
        elif entry["type"] == "hardlink":
            os.link(self.real(source), self.real(here), follow_symlinks=False)
        else:
            with open(self.real(here), "w", encoding="ascii") as file:
                file.write(entry["text"])
        self.mine.add(here)

    def number(self, path):
        """The number of the text at `path`, links followed inside the root; None: no file."""
        try:
            there = self.resolve(path)
        except Refused:
            return None
        if self.kind(there) != "file":
            return None
        with open(self.real(there), encoding="ascii") as file:
            return re.search(r"VERSION_ID=\"(\d+)\"", file.read()).group(1)

    def read(self):
        """What the files say: (packages, version of the system)."""
        dpkg = ["var/lib/dpkg/status"]
        try:
            folder = self.resolve("var/lib/dpkg/status.d")
            if self.kind(folder) == "dir":
                dpkg += ["var/lib/dpkg/status.d/" + name for name in os.listdir(self.real(folder))]
        except Refused:
            pass
        packages = {f"deb p{number} {number}" for number in map(self.number, dpkg) if number}
        for path in ("lib/apk/db/installed", "usr/lib/apk/db/installed"):
            number = self.number(path)
            if number:
                packages.add(f"apk p{number} {number}-r0")
        return sorted(packages), self.number("etc/os-release") or self.number("usr/lib/os-release")


class Maker:
    """Random layers, put together entry by entry beside the root that they make."""

    def __init__(self, seed, root):
        self.random = random.Random(seed)
        self.root = root
        self.next = 1

    def path(self):
        dice = self.random.random()
        if dice < 0.5:
            return self.random.choice(WANTED)
        if dice < 0.7:
            return self.random.choice(FOLDERS)
        return self.random.choice(FOLDERS) + "/" + self.random.choice(NAMES)

    def link_target(self, path):
        target = self.random.choice(FOLDERS) if self.random.random() < 0.6 else self.path()
        dice = self.random.random()
        if dice < 0.4:
            return "/" + target
        if dice < 0.5:
            return "/../" + target + ("/" if target in FOLDERS else "")
        if dice < 0.6:
            return "../" * 12 + target
        return os.path.relpath(target, os.path.dirname(path) or ".")

    def entry(self):
        dice, path = self.random.random(), self.path()
        entry = {"path": path, "type": "file"}
        if dice < 0.38:
            if path in FOLDERS:
                entry["path"] = path = path + "/" + self.random.choice(NAMES)
            entry["text"] = text(self.next)
            self.next += 1
        elif dice < 0.52:
            entry.update(type="dir", path=self.random.choice(FOLDERS) if self.random.random() < 0.8 else path)
        elif dice < 0.70:
            if self.random.random() < 0.5:
                entry["path"] = path = self.random.choice(FOLDERS)
            entry.update(type="symlink", target=self.link_target(path))
        elif dice < 0.80:
            entry.update(type="hardlink", target=self.random.choice(["", "/", "./"]) + self.path())
        elif dice < 0.92:
            above, _, name = (self.random.choice(FOLDERS) if self.random.random() < 0.4 else path).rpartition("/")
            entry.update(path=(above + "/" if above else "") + ".wh." + name, text="")
        else:
            folder = self.random.choice(FOLDERS)
            entry.update(path=folder + "/.wh..wh..opq" if self.random.random() < 0.95 else ".wh..wh..opq", text="")
        entry["path"] = self.random.choice(["", "", "", "./", "/"]) + entry["path"]
        if entry["type"] == "dir" and self.random.random() < 0.5:
            entry["path"] += "/"
        return entry

    def image(self):
        layers = []
        for _ in range(self.random.randint(2, 5)):
            self.root.mine = set()
            entries = []
            for _ in range(self.random.randint(1, 7 if layers else 12)):
                entry = self.entry()
                try:
                    self.root.add(entry)
                except Refused:
                    continue
                entries.append(entry)
            layers.append(entries)
        return layers


def documents(output):
    decoder, at, found = json.JSONDecoder(), 0, []
    while at < len(output):
        document, at = decoder.raw_decode(output, at)
        found.append(document)
        while at < len(output) and output[at].isspace():
            at += 1
    return found


def seen(document):
    system = document["target"]["os"]
    return (sorted(f"{one['type']} {one['name']} {one['version']}" for one in document["packages"]),
            system["version"] if system else None)


def differences(seeds):
    """(seed, layers, wanted, got from the image, got from the folder) of each image that differs."""
    with tempfile.TemporaryDirectory() as temporary:
        targets, made = [], []
        for seed in seeds:
            root = Root(os.path.join(temporary, f"root{seed}"))
            os.mkdir(root.folder)
            layers = Maker(seed, root).image()
            path = os.path.join(temporary, f"{seed}.tar")
            support.docker_archive(path, [support.layer(entries) for entries in layers])
            targets += [path, "dir:" + root.folder]
            made.append((seed, layers, root.read()))
        done = support.plimsoll("sbom", "--format", "json", *targets)
        found = documents(done.stdout)
        if len(found) != len(targets):
            raise AssertionError(f"{len(found)} reports of {len(targets)}: {done.stderr[-3000:]}")
        for i, (seed, layers, wanted) in enumerate(made):
            image, folder = seen(found[2 * i]), seen(found[2 * i + 1])
            if image != wanted or folder != wanted:
                yield seed, layers, wanted, image, folder


def tell(difference):
    seed, layers, wanted, image, folder = difference
    lines = [f"seed {seed}"]
    for number, entries in enumerate(layers, 1):
        lines.append(f"  layer {number}")
        for entry in entries:
            what = re.findall(r"VERSION_ID=\"(\d+)\"", entry.get("text", "")) or [entry.get("target", "")]
            lines.append(f"    {entry['type']:8} {entry['path']} {what[0]}")
    return "\n".join(lines + [f"  wanted {wanted}", f"  image  {image}", f"  folder {folder}"])


class Differential(unittest.TestCase):
    maxDiff = None

    def test_random_images(self):
        for first in range(1, IMAGES + 1, BATCH):
            found = [tell(one) for one in differences(range(first, first + BATCH))]
            self.assertFalse(found, "\n".join(found[:3]))


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    start = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    bad = 0
    for first in range(start, start + count, BATCH):
        for difference in differences(range(first, min(first + BATCH, start + count))):
            bad += 1
            print(tell(difference), flush=True)
    print(f"{count} images, {bad} differ")
    sys.exit(1 if bad else 0)
