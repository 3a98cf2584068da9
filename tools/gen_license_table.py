#!/usr/bin/env python3
"""Compiles data/licenses to the C tables of src/license/tables.h: gen_license_table.py FOLDER TARGET."""
import base64
import fnmatch
import os
import re
import struct
import sys

FOLDER, TARGET = sys.argv[1:3]
GROUPS = ["none", "permissive", "weak-copyleft", "copyleft", "network-copyleft"]
ALTERNATIVES = re.compile(r"\(([^()]*)\)")


def rows(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def expand(pattern):
    """All names that a pattern with (a|b) stands for."""
    hit = ALTERNATIVES.search(pattern)
    if not hit:
        return [" ".join(pattern.split())]
    return [name for word in hit[1].split("|") for name in expand(pattern[:hit.start()] + word + pattern[hit.end():])]


def group_of(name, groups):
    for group, patterns in groups:
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
            return GROUPS.index(group)
    return 0


def main():
    groups = [(group, patterns.split()) for group, patterns in rows("groups.tsv")]
    licenses = sorted((line + [""] * (4 - len(line)) for line in rows("licenses.tsv")), key=lambda one: one[0].lower())
    ids = {line[0] for line in licenses}
    sketches = {line[0]: line for line in rows("sketches.tsv")}
    assert not set(sketches) - ids
    with open(TARGET, "w", encoding="utf-8") as out:
        out.write('#include "license/tables.h"\n\nstatic const uint32_t hashes[] = {\n')
        places, at = {}, 0
        for name, line in sketches.items():
            code = base64.b64decode(line[2])
            words = struct.unpack(f"<{len(code) // 4}I", code)
            places[name] = (at, len(words), int(line[1]))
            at += len(words)
            out.write("".join(f"{word}u," for word in words) + "\n")
        out.write("0};\n\nconst struct license_entry license_entries[] = {\n")
        for name, flags, successor, title in licenses:
            start, count, runs = places.get(name, (0, 0, 0))
            out.write(f"    {{{quote(name)}, {quote(title)}, {quote(successor)}, {group_of(name, groups)}, "
                      f"{int('d' in flags)}, {runs}, {count}, hashes + {start}}},\n")
        out.write(f"}};\nconst size_t license_entry_count = {len(licenses)};\n\n")
        names = sorted((line[0] for line in rows("exceptions.tsv")), key=str.lower)
        out.write("const char *const license_exceptions[] = {\n" + "".join(f"    {quote(n)},\n" for n in names))
        out.write(f"}};\nconst size_t license_exception_count = {len(names)};\n\n")
        for table, file in (("license_names", "names.tsv"), ("license_exception_names", "exception_names.tsv")):
            count = 0
            out.write(f"const struct license_name {table}[] = {{\n")
            for line in rows(file):
                for name in dict.fromkeys(expand(line[0])):
                    kind = quote(line[2]) if len(line) > 2 else "NULL"
                    out.write(f"    {{{quote(name)}, {quote(line[1])}, {kind}}},\n")
                    count += 1
            out.write(f"}};\nconst size_t {table.rstrip('s')}_count = {count};\n\n")


main()
