#!/usr/bin/env python3
"""Turns data/programs/programs.toml into a C table, and its patterns into a list for compile_patterns."""
import sys
import tomllib

source, table_path, list_path = sys.argv[1:]
with open(source, "rb") as file:
    programs = tomllib.load(file)["program"]


def text(value):
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("?", "\\?")
    return f'"{escaped}"'


def array(name, values, out):
    if not values:
        return "NULL"
    out.append(f"static const char *const {name}[] = {{{', '.join(map(text, values))}, NULL}};")
    return name


lines, rows, patterns, globs = ['#include "catalog/program_table.h"', ""], [], [], []
for number, program in enumerate(programs):
    unknown = set(program) - {"name", "cpes", "files", "patterns", "path", "go_module", "maven", "examples", "not"}
    if unknown or not program["cpes"]:
        sys.exit(f"{source}: {program['name']}: {unknown or 'no cpes'}")
    if sum(key in program for key in ("patterns", "path", "go_module", "maven")) != 1:
        sys.exit(f"{source}: {program['name']}: one of patterns, path, go_module and maven is needed")
    cpes = array(f"cpes_{number}", program["cpes"], lines)
    files = array(f"files_{number}", program.get("files"), lines)
    own = array(f"patterns_{number}", program.get("patterns"), lines)
    maven = array(f"maven_{number}", program.get("maven"), lines)
    rows.append(f"    {{{text(program['name'])}, {cpes}, {files}, {own}, "
                f"{text(program['path']) if 'path' in program else 'NULL'}, "
                f"{text(program['go_module']) if 'go_module' in program else 'NULL'}, {maven}, {len(patterns)}}},")
    patterns += program.get("patterns", [])
    globs += [glob for glob in program.get("files", []) if glob not in globs]
lines += ["", "const struct program programs[] = {", *rows, "    {0},", "};",
          f"const unsigned program_pattern_count = {len(patterns)};",
          "const char *const program_globs[] = {", *(f"    {text(glob)}," for glob in globs), "    NULL,", "};"]
with open(table_path, "w", encoding="utf-8") as file:
    file.write("\n".join(lines) + "\n")
with open(list_path, "w", encoding="utf-8") as file:
    file.write("".join(pattern + "\n" for pattern in patterns))
