#!/usr/bin/env python3
"""Turns data/permissions and data/passwords into C tables, examples and pages.

    gen_findings.py FOLDER texts NAME FILE.c       const struct finding_text NAME[]
    gen_findings.py FOLDER settings NAME FILE.c    const struct setting_rule NAME[]: findings.toml's `when`
    gen_findings.py FOLDER known NAME FILE.c       const struct known_program NAME[]: known.tsv
    gen_findings.py FOLDER accounts NAME FILE.c    const struct default_account NAME[]: accounts.tsv
    gen_findings.py FOLDER words NAME FILE.c       const char NAME[]: words.txt, and its length
    gen_findings.py FOLDER keys NAME FILE.c        const struct known_key NAME[]: known_keys.tsv
    gen_findings.py FOLDER examples NAME FILE.c    const struct setting_example NAME[]
    gen_findings.py FOLDER page TITLE FILE.md      the list of findings for people

One [[finding]] of findings*.toml: id, severity, title, why, mend (each with its twin in _zh), references.
Of passwords also `when`, a list of rules of which one must hold over a file of settings:
    files     globs (base/str.h, str_glob)
    format    ini, words, yaml, env, php, json or xml (src/password/settings.h)
    all       conditions that must all hold: {key (one '*' in it stands for anything), and one or more of
              is = [...]     some value of the key is one of these, whatever the case
              absent = true  the key does not stand there
              absent_or = [...]  it does not, or some value is one of these
              has = [...]    some value has one of these words in it
              lacks = [...]  (with others) the value has none of these words in it
              filled = true  (with others) the value is not empty
              weak = true    some value is empty, a default or in the list of words, or a hash that these open
              outside = true some value has an address in it that is not of this host alone
              outside_or_absent = true  the same, or the key does not stand there
              first = true   (with others) of several values the first counts
              last = true    (with others) of several values the last counts
              user = "KEY"   (with weak) whose password it is: the value of that key
              name = "NAME"  (with weak) whose it is else}
`bad` and `good`: documents that must and must not be found, under the name `path`.
"""
import glob
import os
import re
import sys
import tomllib

SEVERITIES = ["critical", "high", "medium", "low"]
TEXTS = ["title", "title_zh", "why", "why_zh", "mend", "mend_zh"]
NEEDED = {"id", "severity", "references", *TEXTS}
OPTIONAL = {"when", "bad", "good", "path"}
FORMATS = ["ini", "words", "yaml", "env", "php", "json", "xml"]
CONDITION = {"key", "is", "absent", "absent_or", "has", "lacks", "weak", "filled", "outside", "outside_or_absent", "first", "last", "user", "name"}


def fail(where, text):
    sys.exit(f"{folder}: {where}: {text}")


def chinese(value):
    return re.search("[\u4e00-\u9fff]", value) is not None


def check_rule(found, rule):
    if set(rule) != {"files", "format", "all"} or rule["format"] not in FORMATS or not rule["files"]:
        fail(found["id"], f"a rule is files, format, all: {rule}")
    for condition in rule["all"]:
        if set(condition) - CONDITION or "key" not in condition or len(condition) < 2:
            fail(found["id"], f"condition {condition}")


def load():
    entries = []
    for path in sorted(glob.glob(os.path.join(folder, "findings*.toml"))):
        with open(path, "rb") as file:
            entries += tomllib.load(file)["finding"]
    for found in entries:
        if NEEDED - set(found) or set(found) - NEEDED - OPTIONAL:
            fail(found.get("id"), f"missing {NEEDED - set(found)}, unknown {set(found) - NEEDED - OPTIONAL}")
        if found["severity"] not in SEVERITIES or not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)+", found["id"]):
            fail(found["id"], "severity or id is none")
        for key in TEXTS:
            if not found[key] or found[key] != found[key].strip() or chinese(found[key]) != key.endswith("_zh"):
                fail(found["id"], f"{key} is empty, has space around it or is in the wrong language")
        if "when" in found and not (found.get("bad") and found.get("good") and found.get("path")):
            fail(found["id"], "rules need path, bad and good examples")
        for rule in found.get("when", []):
            check_rule(found, rule)
    entries.sort(key=lambda found: found["id"])
    if len({found["id"] for found in entries}) != len(entries):
        fail("ids", "some id stands there twice")
    return entries


def text(value):
    if value is None:
        return "NULL"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + escaped.replace("\r", "\\r").replace("?", "\\?") + '"'


def strings(values):
    return f"(const char *const[]){{{', '.join([*map(text, values), 'NULL'])}}}" if values is not None else "NULL"


def rows(name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file if line.strip() and not line.startswith("#")]


def begin(header):
    return [f"/* Generated from {os.path.basename(folder)} by tools/gen_findings.py. */", f'#include "{header}"', ""]


def texts():
    lines = begin("model/finding_text.h") + [f"extern const struct finding_text {name}[];",
                                             f"const struct finding_text {name}[] = {{"]
    for found in load():
        lines += [f"    {{.id = {text(found['id'])}, .severity = SEVERITY_{found['severity'].upper()},"]
        lines += [f"     .{key} = {text(found[key])}," for key in TEXTS]
        lines += [f"     .references = {strings(found['references'])}}},"]
    return lines + ["    {0},", "};"]


def condition(item):
    parts = [f".key = {text(item['key'])}"]
    parts += [f".{key} = {strings(item[key])}" for key in ("is", "absent_or", "has", "lacks") if key in item]
    parts += [f".{key} = true" for key in ("absent", "weak", "filled", "outside", "outside_or_absent", "first", "last") if item.get(key)]
    parts += [f".{key} = {text(item[key])}" for key in ("user", "name") if key in item]
    return "{" + ", ".join(parts) + "}"


def settings():
    lines = begin("password/settings.h") + [f"const struct setting_rule {name}[] = {{"]
    for found in load():
        for rule in found.get("when", []):
            conditions = ", ".join([*map(condition, rule["all"]), "{0}"])
            lines.append(f"    {{.id = {text(found['id'])}, .severity = SEVERITY_{found['severity'].upper()}, "
                         f".files = {strings(rule['files'])}, .format = SETTINGS_{rule['format'].upper()},\n"
                         f"     .all = (const struct setting_condition[]){{{conditions}}}}},")
    return lines + ["    {0},", "};"]


def known():
    return begin("permission/known.h") + [f"const struct known_program {name}[] = {{"] + [
        f"    {{KNOWN_{row[0].upper()}, {text(row[1])}, {text(row[2])}}}," for row in rows("known.tsv")] + [
        "    {0},", "};"]


def accounts():
    return begin("password/words.h") + [f"const struct default_account {name}[] = {{"] + [
        f"    {{{text(row[0])}, {text(row[1])}, {text(row[2] if len(row) > 2 else '')}}}," for row in rows("accounts.tsv")] + [
        "    {0},", "};"]


def words():
    with open(os.path.join(folder, "words.txt"), encoding="utf-8") as file:
        listed = [line.rstrip("\n") for line in file if line.strip() and not line.startswith("#!")]
    if len(set(listed)) != len(listed):
        fail("words.txt", f"{[word for word in listed if listed.count(word) > 1][:5]} stand there twice")
    return begin("password/words.h") + [f"const char *const {name}[] = {{", *[f"    {text(word)}," for word in listed],
                                        "    NULL,", "};"]


def keys():
    return begin("password/authorized_keys.h") + [f"const struct known_key {name}[] = {{"] + [
        f"    {{{text(row[0])}, {text(row[1])}}}," for row in rows("known_keys.tsv")] + ["    {0},", "};"]


def examples():
    lines = begin("setting_examples.h") + [f"const struct setting_example {name}[] = {{"]
    for found in load():
        for kind in ("bad", "good"):
            for document in found.get(kind, []):
                lines.append(f"    {{{text(found['id'])}, {'true' if kind == 'bad' else 'false'}, "
                             f"{text(found['path'])}, {text(document)}}},")
    return lines + ["    {0},", "};"]


folder, what, name, target = sys.argv[1:]


def page():
    lines = ["| id | severity | what is wrong |", "| --- | --- | --- |"]
    lines += [f"| `{found['id']}` | {found['severity']} | {found['title'].replace('|', chr(92) + '|')} |" for found in load()]
    with open(target, encoding="utf-8") as file:
        old = file.read()
    head = old.split("<!-- findings -->")[0] + "<!-- findings -->\n\n"
    return (head + "\n".join(lines)).split("\n")


made = {"texts": texts, "settings": settings, "known": known, "accounts": accounts, "words": words, "keys": keys,
        "examples": examples, "page": page}[what]()
with open(target, "w", encoding="utf-8") as file:
    file.write("\n".join(made) + "\n")
