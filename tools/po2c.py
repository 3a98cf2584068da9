#!/usr/bin/env python3
"""Compiles a PO file to a sorted C table (base/i18n.h). Entries without a translation are left out."""
import ast
import sys


def entries(path):
    """Yields (msgid, msgstr) of the file; plural forms are not used here."""
    texts, field, fuzzy = {}, None, False
    with open(path, encoding="utf-8") as file:
        for line in list(file) + [""]:
            line = line.strip()
            if not line:
                if texts.get("msgid") and texts.get("msgstr") and not fuzzy:
                    yield texts["msgid"], texts["msgstr"]
                texts, field, fuzzy = {}, None, False
            elif line.startswith("#,"):
                fuzzy = fuzzy or "fuzzy" in line
            elif line.startswith("#"):
                continue
            else:
                if line.startswith("msg"):
                    field, line = line.split(" ", 1)
                    texts[field] = ""
                texts[field] += ast.literal_eval(line)


def quoted(text):
    out = []
    for byte in text.encode("utf-8"):
        char = chr(byte)
        out.append(char if 32 <= byte < 127 and char not in '"\\?' else f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def main():
    lang, source, target = sys.argv[1:4]
    table = sorted(dict(entries(source)).items(), key=lambda item: item[0].encode("utf-8"))
    with open(target, "w", encoding="utf-8") as out:
        out.write('#include "base/i18n.h"\n\n')
        out.write(f"const struct i18n_entry i18n_{lang}[] = {{\n")
        for msgid, msgstr in table:
            out.write(f"    {{{quoted(msgid)}, {quoted(msgstr)}}},\n")
        out.write('    {"\\177", ""},\n};\n')
        out.write(f"const size_t i18n_{lang}_count = {len(table)};\n")


main()
