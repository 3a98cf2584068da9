#!/usr/bin/env python3
"""Makes data/licenses: what the list of SPDX says, from npm's packages, and sketches of the texts.

    npm install spdx-license-list@6.12.0 spdx-license-ids@3.0.24 spdx-exceptions@2.5.0   (anywhere)
    tools/gen_licenses.py lists NODE_MODULES
    meson compile -C BUILD license_sketch
    tools/gen_licenses.py sketches NODE_MODULES BUILD/license_sketch

No text is kept: a sketch is the smallest hashes of a text's runs of words (docs/licenses.md)."""
import base64
import glob
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

DATA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data/licenses")
KEPT = 128  # hashes of a sketch
FAMILIES = re.compile(r"((?:A|L)?GPL|GFDL)-(\d\.\d)(\+?)")
# Deprecated ids that say the same as an expression of today; the others stay as they are.
SUCCESSORS = {
    "BSD-2-Clause-FreeBSD": "BSD-2-Clause-Views", "BSD-2-Clause-NetBSD": "BSD-2-Clause",
    "GPL-2.0-with-autoconf-exception": "GPL-2.0-only WITH Autoconf-exception-2.0",
    "GPL-2.0-with-bison-exception": "GPL-2.0-only WITH Bison-exception-2.2",
    "GPL-2.0-with-classpath-exception": "GPL-2.0-only WITH Classpath-exception-2.0",
    "GPL-2.0-with-font-exception": "GPL-2.0-only WITH Font-exception-2.0",
    "GPL-2.0-with-GCC-exception": "GPL-2.0-only WITH GCC-exception-2.0",
    "GPL-3.0-with-autoconf-exception": "GPL-3.0-only WITH Autoconf-exception-3.0",
    "GPL-3.0-with-GCC-exception": "GPL-3.0-only WITH GCC-exception-3.1",
    "StandardML-NJ": "SMLNJ", "bzip2-1.0.5": "bzip2-1.0.6",
    "eCos-2.0": "GPL-2.0-or-later WITH eCos-exception-2.0",
    "wxWindows": "LGPL-2.0-or-later WITH WxWindows-exception-3.1",
}


def load(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return json.load(file)


def write(name, head, rows):
    with open(os.path.join(DATA, name), "w", encoding="utf-8") as out:
        out.write("".join(f"# {line}\n" for line in head))
        out.writelines("\t".join(row) + "\n" for row in rows)


def successor(name):
    """The expression that has taken a deprecated id's place."""
    family = FAMILIES.fullmatch(name)
    if family:
        return f"{family[1]}-{family[2]}-{'or-later' if family[3] else 'only'}"
    return SUCCESSORS.get(name, "")


def lists(modules):
    """licenses.tsv and exceptions.tsv."""
    version = load(modules, "spdx-license-list/package.json")["version"]
    ids_version = load(modules, "spdx-license-ids/package.json")["version"]
    exceptions_version = load(modules, "spdx-exceptions/package.json")["version"]
    known = load(modules, "spdx-license-list/spdx.json")
    old = set(load(modules, "spdx-license-ids/deprecated.json"))
    rows = []
    for name in sorted(set(known) | old | set(load(modules, "spdx-license-ids/index.json")), key=str.lower):
        facts = known.get(name, {})
        flags = ("d" if name in old or successor(name) else "") + ("o" if facts.get("osiApproved") else "")
        rows.append((name, flags, successor(name), facts.get("name", "").strip()))
    write("licenses.tsv", (
        f"The list of SPDX, of npm's spdx-license-list {version} and spdx-license-ids {ids_version}; made by",
        "tools/gen_licenses.py. id, flags (d: deprecated, o: approved by OSI), what took its place, name"), rows)
    names = set(load(modules, "spdx-exceptions/index.json")) | set(load(modules, "spdx-exceptions/deprecated.json"))
    write("exceptions.tsv", (f"Exceptions of SPDX, of npm's spdx-exceptions {exceptions_version}; made by "
                             "tools/gen_licenses.py.",), [(name,) for name in sorted(names, key=str.lower)])


def runs(program, text):
    """Hashes of all runs of words of a text."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(text.encode())
        file.flush()
        done = subprocess.run([program, file.name], capture_output=True, check=True)
    return set(int(word) for word in done.stdout.split())


def sketches(modules, program):
    """sketches.tsv: licences that have the same text are one, under the id that is not deprecated."""
    texts, rows = {}, []
    for path in sorted(glob.glob(os.path.join(modules, "spdx-license-list/licenses/*.json"))):
        name, text = os.path.basename(path)[:-5], load(path)["licenseText"]
        if successor(name) or name.endswith("-exception"):
            continue
        hashes = runs(program, text)
        if name.startswith("LGPL-3.0"):  # the list has GPL's text behind it, files do not
            hashes -= runs(program, load(os.path.dirname(path), "GPL-3.0-only.json")["licenseText"])
        if len(hashes) >= 8:
            texts.setdefault(tuple(sorted(hashes)[:KEPT]), []).append((name, len(hashes)))
    for hashes, names in texts.items():
        # "-only" before "-or-later": the text of a licence says nothing of later ones.
        name, count = min(names, key=lambda one: ("-or-later" in one[0], "invariants" in one[0], len(one[0]), one[0]))
        code = base64.b64encode(struct.pack(f"<{len(hashes)}I", *hashes)).decode()
        rows.append((name, str(count), code))
    version = load(modules, "spdx-license-list/package.json")["version"]
    write("sketches.tsv", (
        f"Sketches of the texts of npm's spdx-license-list {version}; made by tools/gen_licenses.py.",
        "id, runs of words in the text, the smallest hashes of them (32 bits, little endian, base64)"), sorted(rows))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    {"lists": lists, "sketches": sketches}[sys.argv[1]](*sys.argv[2:])
