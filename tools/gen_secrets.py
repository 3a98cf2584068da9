#!/usr/bin/env python3
"""Turns data/secrets/*.toml into a C table, and its patterns into a list for compile_patterns.

    gen_secrets.py FOLDER TABLE.c PATTERNS.txt     writes both; stops at the first thing that is wrong
    gen_secrets.py --check [FOLDER]                tells all that is wrong, and counts; exit code 1
    gen_secrets.py --labelled FILE [FOLDER]        holds a labelled set against the rules
    gen_secrets.py --page FILE TARGET.md           docs/secrets-kinds.md: every rule, and how it does on that set

One [[secret]] of any file but allow.toml:
    id          kebab case, never changed: baselines and ignore rules refer to it
    title, title_zh, service, revoke, revoke_zh    texts for people
    severity    what the holder of the secret could do: critical, high, medium or low
    pattern     what PCRE2 and Hyperscan both understand, over bytes; group 1 is the secret
    keywords    lower case; one of them must stand in the match or in the 256 bytes before it
    entropy     least Shannon entropy of the secret, in bits per character
    checksum    a check that needs no network (CHECKSUMS below)
    files, not_files    globs of paths (base/str.h, str_glob)
    text_only   not in files with NUL bytes in their first 8 KiB
    allow, allow_line   PCRE2 over the secret, over its line (256 bytes to each side at most): no finding
    examples, not       texts that must and must not match, files aside
    references  pages of the publisher

Of findings whose secrets overlap one counts: rules for everywhere before those with files, before those whose ids
begin with "generic-"; then the one that begins first, the longer one, the first by its id (src/secret/scanner.c).
One [[allow]] of allow.toml: id, why, why_zh, and one of value, line and files; kinds: globs of rule ids.
The sign § in a text stands for nothing: it keeps other scanners from taking our examples for leaks.
"""
import base64
import collections
import math
import pathlib
import re
import string
import struct
import sys
import tomllib
import zlib

TEXTS = ("id", "title", "title_zh", "service", "severity", "pattern", "revoke", "revoke_zh")
LISTS = ("keywords", "files", "not_files", "allow", "allow_line", "examples", "not", "references")
ALLOW_LISTS = ("value", "line", "files", "kinds")
SEVERITIES = ("critical", "high", "medium", "low")
WIDTH = 2000  # bytes that a match may have at the most
LITERAL = 2   # bytes in a row that a match must have: what Hyperscan looks for first
NEAR = 256    # bytes before a match in which a keyword may stand; bytes of a line to each side
FILLER = "§"
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def crc32_base62(secret):
    """GitHub and npm: PREFIX_, 30 characters, and the CRC-32 of these in six digits of base 62."""
    body, told = secret.split(b"_", 1)[1][:-6], secret[-6:].decode()
    number, digits = zlib.crc32(body), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return digits == told


def grafana(secret):
    """glsa_ and 32 characters, _, and the CRC-32 of all before it: little endian, in hexadecimal."""
    body, _, told = secret.rpartition(b"_")
    return struct.pack("<I", zlib.crc32(body)).hex() == told.decode()


def gitlab(secret):
    """GitLab's routable tokens: PAYLOAD.VERSION.LENGTH and the CRC-32 of all that in seven digits of base 36."""
    number, digits = zlib.crc32(secret[:-7]), ""
    for _ in range(7):
        number, digit = divmod(number, 36)
        digits = (string.digits + string.ascii_lowercase)[digit] + digits
    return secret.count(b".") == 1 or digits == secret[-7:].decode()


def decode(text):
    """Base64, section 4 or 5 of RFC 4648, with padding or without; None when it is none."""
    text = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except ValueError:
        return None


def jwt(secret):
    """RFC 7519: the first part is base64url of a JSON object with a member "alg"."""
    header = decode(secret.split(b".")[0])
    return header is not None and header.startswith(b"{") and b'"alg"' in header


def basic_auth(secret):
    """RFC 7617: base64 of USER:PASSWORD, without control characters; the password is not empty."""
    pair = decode(secret)
    return (pair is not None and b":" in pair and not pair.endswith(b":")
            and all(byte >= 0x20 and byte != 0x7f for byte in pair))


CHECKSUMS = {"github": crc32_base62, "npm": crc32_base62, "grafana": grafana, "gitlab": gitlab, "jwt": jwt,
             "basic-auth": basic_auth}


def plain(value):
    return value.replace(FILLER, "").encode()


def entropy(secret):
    counts = collections.Counter(secret)
    return -sum(n / len(secret) * math.log2(n / len(secret)) for n in counts.values())


def literal(parts):
    """Bytes in a row that every match of a parsed pattern has, as far as that is plain to see."""
    kinds = re._constants
    best = run = 0

    def is_plain(op, argument):
        few = op is kinds.IN and len(argument) <= 4 and all(kind is kinds.LITERAL for kind, _ in argument)
        return op is kinds.LITERAL or few

    for op, argument in parts:
        inner = list(argument[3]) if op is kinds.SUBPATTERN else []
        if is_plain(op, argument) or inner and all(is_plain(*part) for part in inner):
            run += len(inner) or 1
        elif op is not kinds.AT:
            best = max(best, run)
            run = 0
            if op is kinds.SUBPATTERN:
                best = max(best, literal(inner))
            elif op is kinds.BRANCH:
                best = max(best, min(literal(way) for way in argument[1]))
            elif op in (kinds.MAX_REPEAT, kinds.MIN_REPEAT) and argument[0]:
                plain_all = all(is_plain(*part) for part in argument[2])
                best = max(best, argument[0] * len(argument[2]) if plain_all else literal(argument[2]))
    return max(best, run)


def glob(pattern, path):
    """str_glob() of base/str.c."""
    def parts(wanted, given):
        if not wanted:
            return not given
        if wanted[0] == "**":
            return any(parts(wanted[1:], given[i:]) for i in range(len(given) + 1))
        if not given:
            return False
        component = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in wanted[0])
        return re.fullmatch(component, given[0], re.S) is not None and parts(wanted[1:], given[1:])
    return parts(pattern.split("/"), path.split("/"))



class Rules:
    def __init__(self, folder):
        self.problems, self.rules, self.allows, self.families = [], [], [], {}
        self.paths = sorted(pathlib.Path(folder).glob("*.toml"))
        for path in self.paths:
            with open(path, "rb") as file:
                entries = tomllib.load(file)
            kind = "allow" if path.name == "allow.toml" else "secret"
            for key in set(entries) - {kind}:
                self.problems.append(f"{path.name}: unknown table {key}")
            own = entries.get(kind, [])
            (self.allows if kind == "allow" else self.rules).extend(own)
            if kind == "secret":
                self.families[path.stem] = [entry.get("id", "?") for entry in own]
        for check in self.allows:
            self.check_allow(check)
        self.rules = [rule for rule in self.rules if self.check_entry(rule)]
        for identifier, count in collections.Counter(rule["id"] for rule in self.rules).items():
            if count > 1:
                self.problems.append(f"{identifier}: stands {count} times")
        if not self.problems:
            for rule in self.rules:
                self.check_examples(rule)

    def compile(self, owner, pattern):
        try:
            return re.compile(pattern.encode())
        except re.error as problem:
            self.problems.append(f"{owner}: {pattern}: {problem}")
            return re.compile(b"(?!)")

    def check_allow(self, allow):
        owner = allow.get("id", "?")
        if set(allow) - {"id", "why", "why_zh", *ALLOW_LISTS}:
            self.problems.append(f"{owner}: unknown keys")
        if not all(allow.get(key) for key in ("id", "why", "why_zh")):
            self.problems.append(f"{owner}: id, why and why_zh are needed")
        if sum(key in allow for key in ("value", "line", "files")) != 1:
            self.problems.append(f"{owner}: one of value, line and files is needed")
        allow["compiled"] = {key: [self.compile(owner, p) for p in allow.get(key, [])] for key in ("value", "line")}

    def check_entry(self, rule):
        owner = rule.get("id", "?")
        before = len(self.problems)
        tell = lambda text: self.problems.append(f"{owner}: {text}")
        if unknown := set(rule) - {*TEXTS, *LISTS, "entropy", "checksum", "text_only"}:
            tell(f"unknown {', '.join(sorted(unknown))}")
        for key in TEXTS:
            if not isinstance(rule.get(key), str) or not rule[key]:
                tell(f"{key} is needed")
        for key in LISTS:
            if not all(isinstance(value, str) and value for value in rule.get(key, [])):
                tell(f"{key} is a list of texts")
        if len(self.problems) > before:
            return False
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", owner):
            tell("the id is not in kebab case")
        for key in ("title_zh", "revoke_zh"):
            if not re.search("[\u4e00-\u9fff]", rule[key]):
                tell(f"{key} is not Chinese")
        if rule["severity"] not in SEVERITIES:
            tell("unknown severity")
        if rule.get("checksum") not in (None, *CHECKSUMS):
            tell("unknown checksum")
        if any(word != word.lower() for word in rule.get("keywords", [])):
            tell("keywords are lower case")
        if not rule.get("examples") or not rule.get("not"):
            tell("examples and not are needed")
        pattern = rule["pattern"]
        if FILLER in pattern or "\n" in pattern or not pattern.isascii():
            tell("the pattern is one line of ASCII")
        if re.search(r"\(\?[=!<>PR|&#]|\\[1-9KkgAzZGXRQ]|[+*?}]\+", re.sub(r"\[(?:\\.|[^\]\\])+\]", "x", pattern)):
            tell("look-around, references and possessive repeats are not common to PCRE2 and Hyperscan")
        rule["compiled"] = self.compile(owner, pattern)
        for key in ("allow", "allow_line"):
            rule["compiled_" + key] = [self.compile(owner, value) for value in rule.get(key, [])]
        if len(self.problems) > before:
            return False
        if rule["compiled"].groups != 1:
            tell("one group is needed, the secret")
        if re._parser.parse(pattern).getwidth()[1] > WIDTH:  # the only way to ask for it
            tell(f"a match can have more than {WIDTH} bytes")
        if not pattern.startswith("^") and literal(re._parser.parse(pattern)) < LITERAL:
            tell(f"no {LITERAL} bytes in a row that every match has: Hyperscan would look at everything twice")
        return len(self.problems) == before

    def check_examples(self, rule):
        for example in rule["examples"]:
            if not self.find_with(rule, None, plain(example)):
                self.problems.append(f"{rule['id']}: does not match {example!r}")
            if any(FILLER not in example and len(m.group(1)) > 12 for m in rule["compiled"].finditer(plain(example))):
                self.problems.append(f"{rule['id']}: no {FILLER} in {example!r}")
        for example in rule["not"]:
            if self.find_with(rule, None, plain(example)):
                self.problems.append(f"{rule['id']}: matches {example!r}")

    def allowed(self, rule, path, secret, line):
        if (any(p.search(secret) for p in rule["compiled_allow"])
                or any(p.search(line) for p in rule["compiled_allow_line"])):
            return True
        for allow in self.allows:
            if "kinds" in allow and not any(glob(kind, rule["id"]) for kind in allow["kinds"]):
                continue
            if (any(p.search(secret) for p in allow["compiled"]["value"])
                    or any(p.search(line) for p in allow["compiled"]["line"])
                    or path is not None and any(glob(pattern, path) for pattern in allow.get("files", []))):
                return True
        return False

    def find_with(self, rule, path, data):
        """The places of one rule's secrets; without a path its globs do not count."""
        if path is not None:
            if "files" in rule and not any(glob(pattern, path) for pattern in rule["files"]):
                return []
            if any(glob(pattern, path) for pattern in rule.get("not_files", [])):
                return []
        if rule.get("text_only") and b"\0" in data[:8192]:
            return []
        found = []
        for match in rule["compiled"].finditer(data):
            start, end = match.span(1)
            secret = match.group(1)
            near = data[max(0, match.start() - NEAR):match.end()].lower()
            if rule.get("keywords") and not any(word.encode() in near for word in rule["keywords"]):
                continue
            if entropy(secret) < rule.get("entropy", 0):
                continue
            if "checksum" in rule and not CHECKSUMS[rule["checksum"]](secret):
                continue
            first, last = match.span()
            begin = max(data.rfind(b"\n", 0, first) + 1, first - NEAR)
            line = data[begin:last] + data[last:last + NEAR].split(b"\n")[0]
            if not self.allowed(rule, path, secret, line):
                found.append((start, end))
        return found

    def find(self, path, data):
        """Ids of what is found in a file."""
        hits = []
        for rule in self.rules:
            rank = 2 if rule["id"].startswith("generic-") else 1 if "files" in rule else 0
            hits += [(rank, start, -end, rule["id"]) for start, end in self.find_with(rule, path, data)]
        kept = []
        for rank, start, end, identifier in sorted(hits):
            if not any(start < -other[2] and other[1] < -end for other in kept):
                kept.append((rank, start, end, identifier))
        return sorted({hit[3] for hit in kept})


def text(value):
    table = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "?": "\\?"}
    return '"' + "".join(table.get(c, c) for c in value) + '"' if value is not None else "NULL"


def array(name, values, out):
    if not values:
        return "NULL"
    out.append(f"static const char *const {name}[] = {{{', '.join(map(text, values))}, NULL}};")
    return name


def write(rules, table_path, list_path):
    lines, rows, allows = ['#include "secret/secret_table.h"', ""], [], []
    for number, rule in enumerate(rules.rules):
        lists = {key: array(f"{key}_{number}", rule.get(key), lines) for key in LISTS}
        rows.append("    {" + ", ".join([
            *(f".{key} = {text(rule[key])}" for key in TEXTS if key != "severity"),
            f".severity = SEVERITY_{rule['severity'].upper()}",
            f".entropy = {rule.get('entropy', 0)}", f".checksum = {text(rule.get('checksum'))}",
            *(f".{key if key != 'not' else 'nots'} = {lists[key]}" for key in LISTS),
            f".text_only = {'true' if rule.get('text_only') else 'false'}"]) + "},")
    for number, allow in enumerate(rules.allows):
        lists = {key: array(f"allow_{key}_{number}", allow.get(key), lines) for key in ALLOW_LISTS}
        allows.append("    {" + ", ".join([*(f".{key} = {text(allow[key])}" for key in ("id", "why", "why_zh")),
                                          *(f".{key} = {lists[key]}" for key in ALLOW_LISTS)]) + "},")
    lines += ["", "const struct secret_rule secret_rules[] = {", *rows, "    {.id = NULL},", "};",
              f"const unsigned secret_rule_count = {len(rules.rules)};",
              "const struct secret_allow secret_allows[] = {", *allows, "    {.id = NULL},", "};"]
    pathlib.Path(table_path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    pathlib.Path(list_path).write_text("".join(rule["pattern"] + "\n" for rule in rules.rules), encoding="utf-8")


def labelled(rules, path):
    """Prints what is told wrongly, and recall and precision over the lines."""
    right = wrong = missed = traps = 0
    seen = set()
    for number, row in enumerate(pathlib.Path(path).read_text(encoding="utf-8").split("\n"), 1):
        if not row or row.startswith("#"):
            continue
        name, expected, line = row.split("\t")
        line = re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(m[1], m[1]), line)
        found = set(rules.find(name, plain(line)))
        wanted = set() if expected == "-" else set(expected.split(","))
        seen |= wanted
        traps += not wanted
        right += len(found & wanted)
        missed += len(wanted - found)
        wrong += len(found - wanted)
        if found != wanted:
            print(f"{path}:{number}: {expected}, but found: {', '.join(sorted(found)) or 'nothing'}")
    ids = {rule["id"] for rule in rules.rules}
    if unknown := seen - ids:
        print("no such rules:", ", ".join(sorted(unknown)))
    print(f"{right + missed} secrets, {traps} traps, {len(seen & ids)} of {len(ids)} rules; "
          f"recall {right / max(1, right + missed):.4f}, precision {right / max(1, right + wrong):.4f}")
    return 1 if wrong or missed or unknown else 0


def page(rules, path, target):
    """Per rule: lines of the set that hold its secret, how many of them it finds, and what it finds wrongly."""
    wanted, right, wrong = collections.Counter(), collections.Counter(), collections.Counter()
    traps = 0
    for row in pathlib.Path(path).read_text(encoding="utf-8").split("\n"):
        if not row or row.startswith("#"):
            continue
        name, expected, line = row.split("\t")
        line = re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(m[1], m[1]), line)
        found, own = set(rules.find(name, plain(line))), set() if expected == "-" else set(expected.split(","))
        traps += not own
        wanted.update(own)
        right.update(found & own)
        wrong.update(found - own)
    total, good, bad = sum(wanted.values()), sum(right.values()), sum(wrong.values())
    lines = ["# Kinds of secrets", "",
             f"Made by `tools/gen_secrets.py --page tests/secrets/labelled.tsv docs/secrets-kinds.md` from `data/secrets`; do not edit. "
             f"{len(rules.rules)} rules. The labelled set has {total} secrets and {traps} lines that are traps: recall "
             f"{good / total:.3f}, precision {good / (good + bad):.3f}. It was written beside the rules, so that it says that they do what "
             f"they are meant to, not how they do on bytes of others. `plimsoll explain ID` says how a secret is revoked.", ""]
    known = {rule["id"]: rule for rule in rules.rules}
    for family, ids in rules.families.items():
        lines += [f"## {family} ({len(ids)})", "", "| id | what it is | severity | in the set | found | wrongly |",
                  "| --- | --- | --- | --- | --- | --- |"]
        lines += [f"| `{one}` | {known[one]['title']} | {known[one]['severity']} | {wanted[one]} | {right[one]} | {wrong[one]} |"
                  for one in ids if one in known]
        lines.append("")
    pathlib.Path(target).write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    return 0


def main(arguments):
    default = pathlib.Path(__file__).resolve().parent.parent / "data" / "secrets"
    if arguments[:1] == ["--check"]:
        rules = Rules(arguments[1] if len(arguments) > 1 else default)
        for problem in rules.problems:
            print(problem, file=sys.stderr)
        for family, ids in rules.families.items():
            if ids:
                print(f"{len(ids):5} {family}")
        print(f"{len(rules.rules):5} rules, {len(rules.allows)} allow rules, {len(rules.problems)} problems")
        return 1 if rules.problems else 0
    if arguments[:1] == ["--labelled"]:
        return labelled(Rules(arguments[2] if len(arguments) > 2 else default), arguments[1])
    if arguments[:1] == ["--page"]:
        return page(Rules(default), arguments[1], arguments[2])
    folder, table_path, list_path = arguments
    rules = Rules(folder)
    if rules.problems:
        sys.exit("\n".join(rules.problems))
    write(rules, table_path, list_path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
