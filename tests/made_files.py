"""Bytes out of descriptions, for golden cases: a text; a list of lines; or an object
  {"base64": TEXT}
  {"hex": TEXT}
  {"repeat": CONTENT, "times": N}
  {"zlib": CONTENT}
  {"gzip": CONTENT}
  {"zip": {NAME: CONTENT}, "stored": BOOL, "before": CONTENT}    a jar inside of a jar is one more of these
  {"cut": CONTENT, "to": N}                                      the first N bytes
  {"elf": {SECTION: CONTENT}, "bits": 32|64, "endian": "little"|"big", "stripped": BOOL}
  {"go": {"version", "modules", "layout": "inline"|"pointers", "bits", "endian", "stripped"}}
  {"all": [CONTENT, …]}                                          one behind the other
"""
import base64
import gzip
import io
import struct
import zipfile
import zlib


def make(content):
    if isinstance(content, str):
        return content.encode()
    if isinstance(content, list):
        return "".join(line + "\n" for line in content).encode()
    for name, maker in MAKERS.items():
        if name in content:
            return maker(content)
    raise ValueError(f"no content: {content}")


def make_zip(content):
    out = io.BytesIO()
    method = zipfile.ZIP_STORED if content.get("stored") else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, inner in content["zip"].items():
            info = zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6))
            # Jars inside of jars are stored, as Spring Boot's loader wants them, unless it is said otherwise.
            nested = isinstance(inner, dict) and "zip" in inner and not inner.get("packed")
            info.compress_type = zipfile.ZIP_STORED if nested else method
            archive.writestr(info, make(inner))
    return make(content.get("before", "")) + out.getvalue()


def elf(sections, bits=64, endian="little", stripped=False, machine=62):
    """sections: [(name, bytes, address, writable)]. Every section with an address is a PT_LOAD segment."""
    order = "<" if endian == "little" else ">"
    word = "Q" if bits == 64 else "I"
    header_size, segment_size, section_size = (64, 56, 64) if bits == 64 else (52, 32, 40)
    loads = [section for section in sections if section[2]]
    at = header_size + segment_size * len(loads)
    body, placed = b"", []
    for name, data, address, writable in sections:
        pad = -(at + len(body)) % 16
        body += b"\0" * pad
        placed.append((name, at + len(body), data, address, writable))
        body += data
    segments = b""
    for _, offset, data, address, writable in placed:
        if not address:
            continue
        flags = 6 if writable else 5
        if bits == 64:
            segments += struct.pack(order + "IIQQQQQQ", 1, flags, offset, address, address, len(data), len(data), 16)
        else:
            segments += struct.pack(order + "IIIIIIII", 1, offset, address, address, len(data), len(data), flags, 16)
    names, table = b"\0", b"\0" * section_size
    for name, offset, data, address, writable in placed:
        kind = 7 if name.startswith(".note") else 1
        table += struct.pack(order + "II" + word * 4 + "II" + word * 2, len(names), kind, 3 if writable else 2,
                             address, offset, len(data), 0, 0, 4, 0)
        names += name.encode() + b"\0"
    names_at = at + len(body)
    own = len(names)
    names += b".shstrtab\0"
    table += struct.pack(order + "II" + word * 4 + "II" + word * 2, own, 3, 0, 0, names_at, len(names), 0, 0, 1, 0)
    table_at = names_at + len(names)
    count = 0 if stripped else len(placed) + 2
    ident = b"\x7fELF" + bytes([2 if bits == 64 else 1, 1 if endian == "little" else 2, 1]) + b"\0" * 9
    header = ident + struct.pack(order + "HHI" + word * 3 + "IHHHHHH", 2, machine, 1, 0, header_size,
                                 0 if stripped else table_at, 0, header_size, segment_size, len(loads),
                                 section_size, count, 0 if stripped else count - 1)
    return header + segments + body + (b"" if stripped else names + table)


def make_elf(content):
    sections = [(name, make(data), 0, False) for name, data in content["elf"].items()]
    return elf(sections, content.get("bits", 64), content.get("endian", "little"), content.get("stripped", False))


def varint(number):
    out = b""
    while True:
        out += bytes([number & 127 | (128 if number > 127 else 0)])
        number >>= 7
        if not number:
            return out


def make_go(content):
    """Build information as Go's linker writes it: Go 1.18 on inline, before with pointers to strings."""
    go = content["go"]
    bits, endian = go.get("bits", 64), go.get("endian", "little")
    version = go["version"].encode()
    modules = make(go.get("modules", ""))
    if modules:
        modules = b"0w\xaf\x0c\x92t\x08\x02A\xe1\xc1\x07\xe6\xd6\x18\xe6" + modules + \
                  b"\xf92C1\x86\x18 r\x00\x82B\x10A\x16\xd8\xf2"
    magic = b"\xff Go buildinf:"
    if go.get("layout", "inline") == "inline":
        info = magic + bytes([bits // 8, 2]) + b"\0" * 16
        info += varint(len(version)) + version + varint(len(modules)) + modules
        sections = [(".text", b"\x90" * 32, 0x1000, False), (".go.buildinfo", info, 0x2000, True)]
    else:
        order = "<" if endian == "little" else ">"
        word = order + ("Q" if bits == 64 else "I")
        size = bits // 8
        heads, texts, data = 0x3000, 0x4000, b""
        strings = struct.pack(word, texts) + struct.pack(word, len(version))
        strings += struct.pack(word, texts + len(version)) + struct.pack(word, len(modules))
        data = version + modules
        info = magic + bytes([size, 0 if endian == "little" else 1])
        info += struct.pack(word, heads) + struct.pack(word, heads + 2 * size)
        info += b"\0" * (32 - len(info))
        sections = [(".text", b"\x90" * 32, 0x1000, False), (".go.buildinfo", info, 0x2000, True),
                    (".data", strings, heads, True), (".rodata", data, texts, False)]
    return elf(sections, bits, endian, go.get("stripped", False))


MAKERS = {
    "base64": lambda content: base64.b64decode(content["base64"]),
    "hex": lambda content: bytes.fromhex(content["hex"]),
    "repeat": lambda content: make(content["repeat"]) * content["times"],
    "zlib": lambda content: zlib.compress(make(content["zlib"])),
    "gzip": lambda content: gzip.compress(make(content["gzip"]), mtime=0),
    "zip": make_zip,
    "cut": lambda content: make(content["cut"])[:content["to"]],
    "elf": make_elf,
    "go": make_go,
    "all": lambda content: b"".join(make(part) for part in content["all"]),
}
