#!/usr/bin/env python3
"""Makes the table of a folder's modules: one word in meson.build, one line here."""
import argparse

parser = argparse.ArgumentParser(description=__doc__)
for option in ("--header", "--type", "--name", "--prefix", "--output"):
    parser.add_argument(option, required=True)
parser.add_argument("words", nargs="*")
args = parser.parse_args()

symbols = [args.prefix + word.replace("-", "_") for word in args.words]
with open(args.output, "w", encoding="utf-8") as out:
    out.write(f'#include "{args.header}"\n\n')
    for symbol in symbols:
        out.write(f"extern const {args.type} {symbol};\n")
    out.write(f"\nconst {args.type} *const {args.name}[] = {{\n")
    for symbol in symbols:
        out.write(f"    &{symbol},\n")
    out.write("    NULL,\n};\n")
