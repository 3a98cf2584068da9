#!/usr/bin/env python3
"""Makes a C source of files that the program carries in itself: SYMBOL=PATH ... Each also has the hash that a
Content-Security-Policy (CSP level 3, 2.3.1) names it by."""
import base64
import hashlib
import sys

output, header, words = sys.argv[1], sys.argv[2], sys.argv[3:]
with open(output, "w", encoding="ascii") as out:
    out.write(f'#include "{header}"\n')
    for word in words:
        symbol, path = word.split("=", 1)
        with open(path, "rb") as file:
            data = file.read()
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        out.write(f"\nstatic const unsigned char {symbol}_bytes[] = {{\n")
        for at in range(0, len(data), 20):
            out.write("    " + ", ".join(str(byte) for byte in data[at:at + 20]) + ",\n")
        out.write("};\n" f"const struct embedded_file {symbol} = {{\n"
                  f'    .text = {{(const char *){symbol}_bytes, sizeof({symbol}_bytes)}},\n'
                  f'    .source = "\'sha256-{digest}\'",\n' "};\n")
