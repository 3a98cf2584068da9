#!/usr/bin/env python3
"""Writes what `plimsoll list` prints into docs/coverage.md, between its marks: gen_coverage.py BUILD [--check].

With --check nothing is written, and the exit code is 1 when the page says something else.
"""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs/coverage.md")


def listing(build, what):
    done = subprocess.run([os.path.join(build, "plimsoll"), "list", what, "--lang", "en"], capture_output=True, text=True,
                          check=True)
    return [line.rstrip() for line in done.stdout.splitlines()]


def table(build, what):
    rows = []
    for line in listing(build, what):
        name, rest = line.split(None, 1)
        rest = rest.strip()
        if what == "catalogers":
            group, rest = rest.split(None, 1)
            rows.append(f"| `{name}` | {group} | {rest.strip()} |")
        else:
            rows.append(f"| `{name}` | {rest} |")
    heads = {"catalogers": "| name | group | reads |\n| --- | --- | --- |", "feeds": "| name | whose, and which format |\n| --- | --- |",
             "schemes": "| name | ordering |\n| --- | --- |", "programs": "| name | first CPE |\n| --- | --- |"}
    return heads[what] + "\n" + "\n".join(rows)


def renew(build, page):
    for what in ("catalogers", "feeds", "schemes", "programs"):
        begin, end = f"<!-- {what} -->\n", f"<!-- end of {what} -->"
        before, rest = page.split(begin)
        _, after = rest.split(end)
        page = before + begin + table(build, what) + "\n" + end + after
    return page


with open(PAGE, encoding="utf-8") as file:
    old = file.read()
new = renew(sys.argv[1], old)
if "--check" in sys.argv:
    sys.exit(new != old)
with open(PAGE, "w", encoding="utf-8") as file:
    file.write(new)
