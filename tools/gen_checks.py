#!/usr/bin/env python3
"""Turns data/checks/*.toml into C tables and a page.

    gen_checks.py FOLDER table FILE.c       checks[]
    gen_checks.py FOLDER functions FILE.h   the functions that it needs
    gen_checks.py FOLDER examples FILE.c    the examples, for the unit test that runs them
    gen_checks.py FOLDER page FILE.md       docs/checks.md
"""
import glob
import os
import re
import sys
import tomllib

# The order of enum check_subject; the member of union check_run, and the type that its functions look at.
SUBJECTS = {
    "image": ("image", "struct image_facts"),
    "dockerfile": ("dockerfile", "struct dockerfile"),
    "compose": ("document", "struct check_document"),
    "kubernetes": ("document", "struct check_document"),
    "helm": ("document", "struct check_document"),
    "systemd": ("document", "struct check_document"),
    "quadlet": ("document", "struct check_document"),
}
TITLES = {
    "image": "Images: configuration and history",
    "dockerfile": "Dockerfiles and Containerfiles",
    "compose": "Compose files",
    "kubernetes": "Kubernetes manifests",
    "helm": "Helm charts",
    "systemd": "Systemd units",
    "quadlet": "Quadlets of Podman",
}
SEVERITIES = ["critical", "high", "medium", "low"]
TEXTS = ["title", "title_zh", "why", "why_zh", "mend", "mend_zh"]
NEEDED = {"id", "severity", "references", "good", "bad", *TEXTS}
# `function`: C function check_SUBJECT_NAME. `path`: the file's name in the examples. `files`: of images, globs
# of files that should not be there (image/wants.h). `settings`: the .hadolint.yaml of the examples.
OPTIONAL = {"aliases", "function", "when", "default", "path", "files", "settings"}
# Dockerfiles: src/check/dockerfile_when.h says what each means.
WHEN_LISTS = ["instruction", "command", "verb", "with", "without", "word", "flag", "value"]
WHEN_WORDS = {"stage": ["any", "final"]}
# Documents: src/check/document_when.h says what each means.
SCOPES = ["object", "pod", "container", "compose", "service", "run", "unit", "values"]
DOCUMENT_LISTS = ["type", "at", "pod", "is", "not", "need", "unless"]
DOCUMENT_WORDS = {"scope": SCOPES, "absent": [True], "present": [True], "both": [True]}


def fail(check, text):
    sys.exit(f"data/checks: {check.get('id', check)}: {text}")


def chinese(text):
    return re.search("[\u4e00-\u9fff]", text) is not None


def validate(check, seen):
    missing, unknown = NEEDED - set(check), set(check) - NEEDED - OPTIONAL
    if missing or unknown:
        fail(check, f"missing {sorted(missing)}, unknown {sorted(unknown)}")
    subject = check["subject"] = check["id"].split("-")[0]
    if subject not in SUBJECTS or not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)+", check["id"]) or check["id"] in seen:
        fail(check, "the id is no subject and words in kebab case, or was there before")
    seen.add(check["id"])
    if check["severity"] not in SEVERITIES:
        fail(check, f"severity is one of {SEVERITIES}")
    if sum(key in check for key in ("function", "when", "files")) != 1:
        fail(check, "one of function, when and files is needed")
    if "files" in check and (subject != "image" or not all(isinstance(word, str) for word in check["files"])):
        fail(check, "files are globs, of images only")
    for key in TEXTS:
        if check[key] != check[key].strip() or not check[key] or chinese(check[key]) != key.endswith("_zh"):
            fail(check, f"{key} is empty, has space around it or is in the wrong language")
    if check["title"].endswith("."):
        fail(check, "a title is no sentence with a full stop")
    if not check["bad"] or not check["good"] or not check["references"]:
        fail(check, "at least one good and one bad example, and one reference, are needed")
    if "function" in check and not re.fullmatch("[a-z][a-z0-9_]*", check["function"]):
        fail(check, "function is a name of C")
    documents = SUBJECTS[subject][0] == "document"
    lists, words = (DOCUMENT_LISTS, DOCUMENT_WORDS) if documents else (WHEN_LISTS, WHEN_WORDS)
    rule = check.get("when", {})
    for key, value in rule.items():
        good = isinstance(value, list) and all(isinstance(word, str) for word in value) if key in lists \
            else value in words.get(key, [])
        if SUBJECTS[subject][0] == "image" or not good:
            fail(check, f"when.{key} = {value!r}")
    if rule and documents and ("scope" not in rule or not rule.get("at") or
                               sum(key in rule for key in ["is", "not", "need", "absent", "present"]) != 1):
        fail(check, "when needs scope, at, and one of is, not, need, absent, present")
    return check


def load(folder):
    found, seen = [], set()
    for subject in SUBJECTS:
        for path in sorted(glob.glob(os.path.join(folder, subject + "*.toml"))):
            with open(path, "rb") as file:
                entries = [validate(check, seen) for check in tomllib.load(file)["check"]]
            for check in entries:
                if check["subject"] != subject:
                    fail(check, f"stands in {path}")
            found += entries
    return found


def text(value):
    if value is None:
        return "NULL"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    escaped = escaped.replace("\t", "\\t").replace("?", "\\?")
    return '"' + re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]", lambda hit: "".join(
        f'\\x{byte:02x}""' for byte in hit.group().encode()), escaped) + '"'


def strings(values):
    """A compound literal: of file scope, so it lives for ever."""
    return f"(const char *const[]){{{', '.join([*map(text, values), 'NULL'])}}}"


def document_when(check):
    rule = check.get("when")
    if rule is None or SUBJECTS[check["subject"]][0] != "document":
        return "NULL"
    parts = [f".scope = SCOPE_{rule['scope'].upper()}"]
    parts += [f".{key}s = {strings(rule[key])}" for key in DOCUMENT_LISTS if key in rule]
    parts += [f".{key} = true" for key in ("absent", "present", "both") if key in rule]
    return f"&(const struct document_when){{{', '.join(parts)}}}"


def when(check):
    rule = check.get("when")
    if rule is None or SUBJECTS[check["subject"]][0] == "document":
        return "NULL"
    parts = [f".{key}s = {strings(rule[key])}" for key in WHEN_LISTS if key in rule]
    if rule.get("stage") == "final":
        parts.append(".final_only = true")
    return f"&(const struct dockerfile_when){{{', '.join(parts)}}}"


def table(checks):
    lines = ['/* Generated from data/checks by tools/gen_checks.py. */', '#include "check/dockerfile_when.h"',
             '#include "check/document_when.h"',
             '#include "check/check_functions.h"', "", "const struct check checks[] = {"]
    for check in checks:
        lines.append("    {")
        lines.append(f"        .id = {text(check['id'])}, .subject = CHECK_{check['subject'].upper()},")
        lines.append(f"        .severity = SEVERITY_{check['severity'].upper()}, "
                     f".by_default = {'true' if check.get('default', True) else 'false'},")
        lines += [f"        .{key} = {text(check[key])}," for key in TEXTS]
        lines.append(f"        .aliases = {strings(check.get('aliases', []))},")
        lines.append(f"        .references = {strings(check['references'])},")
        if "function" in check:
            lines.append(f"        .run = {{.{SUBJECTS[check['subject']][0]} = "
                         f"check_{check['subject']}_{check['function']}}},")
        if "files" in check:
            lines.append(f"        .files = {strings(check['files'])},")
        lines += [f"        .when = {when(check)},", f"        .document_when = {document_when(check)},", "    },"]
    return lines + ["    {0},", "};"]


def functions(checks):
    lines = ['/* Generated from data/checks by tools/gen_checks.py. */', "#pragma once", "",
             '#include "check/check.h"', ""]
    names = dict.fromkeys((check["subject"], check["function"]) for check in checks if "function" in check)
    lines += [f"{kind};" for kind in dict.fromkeys(SUBJECTS[subject][1] for subject, name in names)]
    return lines + [f"void check_{subject}_{name}(const struct check *check, const {SUBJECTS[subject][1]} *subject, "
                    f"struct check_sink *sink);" for subject, name in names]


def examples(checks):
    lines = ['/* Generated from data/checks by tools/gen_checks.py. */', '#include "check_examples.h"', "",
             "const struct check_example check_examples[] = {"]
    for check in checks:
        for kind in ("bad", "good"):
            for document in check[kind]:
                body = document.encode()
                lines.append(f"    {{{text(check['id'])}, {'true' if kind == 'bad' else 'false'}, "
                             f"{text(check.get('path', ''))}, {text(check.get('settings', ''))}, "
                             f"{text(document)}, {len(body)}}},")
    return lines + ["    {0},", "};"]


def page(checks):
    lines = ["# Configuration checks", "",
             "Made by `tools/gen_checks.py data/checks page docs/checks.md` from `data/checks`; do not edit. "
             "`plimsoll explain ID` says why a check matters and how to mend what it finds; aliases work, too. "
             "Checks marked *pedantic* run only with `--checks all`, or when they are named.", ""]
    for subject in SUBJECTS:
        own = [check for check in checks if check["subject"] == subject]
        if own:
            lines += [f"## {TITLES[subject]} ({len(own)})", "", "| id | severity | what is wrong | also known as |",
                      "| --- | --- | --- | --- |"]
            lines += [f"| `{check['id']}` | {check['severity']}{'' if check.get('default', True) else ', *pedantic*'} "
                      f"| {check['title'].replace('|', chr(92) + '|')} | {', '.join(check.get('aliases', []))} |"
                      for check in sorted(own, key=lambda check: check["id"])]
            lines.append("")
    return lines[:-1]


folder, what, target = sys.argv[1:]
made = {"table": table, "functions": functions, "examples": examples, "page": page}[what](load(folder))
with open(target, "w", encoding="utf-8") as file:
    file.write("\n".join(made) + "\n")
