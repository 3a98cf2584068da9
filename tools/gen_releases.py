#!/usr/bin/env python3
"""Compiles data/os/releases.tsv to the C table of src/catalog/os_releases.h."""
import re
import sys

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
STREAM = re.compile(r"[a-z0-9-]+=\d{4}-\d{2}-\d{2}")


def rows(path):
    """Yields (id, version, codename, end of life, streams) of each line, checked."""
    seen = set()
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            fields = line.split("\t")
            fields += [""] * (5 - len(fields))
            system, version, codename, end, streams = fields
            parts = streams.split(";") if streams else []
            if len(fields) != 5 or not system or (end and not DATE.fullmatch(end)):
                sys.exit(f"{path}:{number}: not a release")
            if not all(STREAM.fullmatch(part) for part in parts):
                sys.exit(f"{path}:{number}: streams are name=YYYY-MM-DD, apart by ';'")
            if (system, version, codename) in seen:
                sys.exit(f"{path}:{number}: {system} {version} stands there twice")
            seen.add((system, version, codename))
            yield fields


def main():
    source, target = sys.argv[1:]
    with open(target, "w", encoding="utf-8") as out:
        out.write('#include "catalog/os_releases.h"\n\nconst struct os_release os_releases[] = {\n')
        for fields in rows(source):
            out.write("    {" + ", ".join(f'"{field}"' for field in fields) + "},\n")
        out.write("    {0},\n};\n")


main()
