#!/usr/bin/env python3
"""Golden cases of catalogers: tests/golden/catalogers/NAME/CASE/{case,want}.json.

NAME is the cataloger's ("npm-lock"). case.json: "about", "files": {path: content} of a root folder; a
content is a text, a list of lines, or an object that says how to make bytes (tests/made_files.py).
"details": true also compares what each package depends on, and its hashes. want.json is what the cataloger finds: UPDATE_GOLDEN=1 rewrites it (read it!). Every cataloger has a case
of good input and one whose name begins with "broken".

The files of all cases, cut off and damaged in many places, also go through the cataloger alone (the fuzz
target's replay), which must neither crash nor hang. As a program: --seeds cataloger-NAME FOLDER writes
them for the fuzzer.
"""
import glob
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import made_files
import support

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "catalogers")


def read_case(path):
    with open(path, encoding="utf-8") as file:
        case = json.load(file)
    return {name: made_files.make(content) for name, content in case["files"].items()}


def line_of(package):
    line = f"{package['type']} {package['name']} {package['version']} {package['purl']} {package['origin']}"
    line += " development" if package.get("development") else ""
    line += f" [{', '.join(package['licenses'])}]" if package["licenses"] else ""
    line += f" cpe {' '.join(package['cpes'])}" if package.get("cpes") else ""
    return line + f" in {' '.join(package['paths'])}"


def details_of(document):
    """What each package that has any needs, and its hashes."""
    packages = document["packages"]
    details = {}
    for package in packages:
        needs = [f"needs {packages[ref]['name']} {packages[ref]['version']}" for ref in package.get("depends_on", [])]
        hashes = [f"{name} {digest}" for name, digest in package.get("hashes", {}).items()]
        if needs or hashes:
            details[f"{package['name']} {package['version']}"] = needs + hashes
    return details


def outcome(document, done):
    return {
        "exit": done.returncode,
        "packages": [line_of(package) for package in document["packages"]],
        "diagnostics": [f"{item['level']}: {item['where']}: {item['message']}" for item in document["diagnostics"]],
    }


class Catalogers(unittest.TestCase):
    maxDiff = None

    def check(self, folder):
        name = os.path.basename(os.path.dirname(folder))
        with tempfile.TemporaryDirectory() as root:
            support.write_folder(root, read_case(os.path.join(folder, "case.json")))
            document, done = support.report("sbom", "--catalogers", name, "dir:" + root)
        self.assertIsNotNone(document, done.stderr)
        result = outcome(document, done)
        with open(os.path.join(folder, "case.json"), encoding="utf-8") as file:
            if json.load(file).get("details"):
                result["details"] = details_of(document)
        got = json.loads(json.dumps(result).replace(root.lstrip("/"), "ROOT"))
        want_path = os.path.join(folder, "want.json")
        if os.environ.get("UPDATE_GOLDEN") == "1":
            with open(want_path, "w", encoding="utf-8") as file:
                json.dump(got, file, indent=2, ensure_ascii=False)
                file.write("\n")
        with open(want_path, encoding="utf-8") as file:
            self.assertEqual(got, json.load(file))

    def test_every_cataloger_has_cases(self):
        done = support.plimsoll("list", "catalogers")
        names = [line.split()[0] for line in done.stdout.splitlines()]
        self.assertGreater(len(names), 5, done.stdout)
        tested_elsewhere = {"dpkg", "dpkg-files", "apk", "rpm", "os-files"}  # tests/unit, tests/e2e
        for name in names:
            if name in tested_elsewhere:
                continue
            cases = [os.path.basename(path) for path in glob.glob(os.path.join(FOLDER, name, "*"))]
            with self.subTest(cataloger=name):
                self.assertTrue([case for case in cases if case.startswith("broken")], "no case of broken input")
                self.assertTrue([case for case in cases if not case.startswith("broken")], "no case of good input")

    def test_damaged_files_do_no_harm(self):
        choice = random.Random(4)
        with tempfile.TemporaryDirectory() as folder:
            count = 0
            for name, path, data in all_files():
                head = f"{name}\n{path}\n".encode()
                for damaged in damage(choice, data):
                    with open(os.path.join(folder, str(count)), "wb") as file:
                        file.write(head + damaged)
                    count += 1
            self.assertGreater(count, 100)
            program = os.path.join(support.BUILD, "fuzz", "replay-cataloger")
            files = [os.path.join(folder, str(i)) for i in range(count)]
            for i in range(0, count, 500):
                done = subprocess.run([program, *files[i:i + 500]], capture_output=True, text=True, timeout=300,
                                      check=False, errors="replace")
                self.assertEqual(done.returncode, 0, done.stderr[-3000:])


def all_files():
    for case in sorted(glob.glob(os.path.join(FOLDER, "*", "*", "case.json"))):
        name = os.path.basename(os.path.dirname(os.path.dirname(case)))
        for path, data in read_case(case).items():
            yield name, path, data


def damage(choice, data):
    yield data
    for _ in range(12):
        at = choice.randrange(len(data) + 1)
        yield data[:at]
        if data:
            at = choice.randrange(len(data))
            yield data[:at] + bytes([choice.randrange(256)]) + data[at + 1:]
            at, length = choice.randrange(len(data)), choice.randrange(1, 40)
            yield data[:at] + data[at:at + length] * 3 + data[at + length:]


for path in sorted(glob.glob(os.path.join(FOLDER, "*", "*", "case.json"))):
    case_folder = os.path.dirname(path)
    parts = case_folder.split(os.sep)[-2:]
    setattr(Catalogers, "test_" + "_".join(parts).replace("-", "_"),
            lambda self, folder=case_folder: self.check(folder))

if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "--seeds":
        wanted = sys.argv[2].removeprefix("cataloger-").replace("_", "-")
        for number, (owner, file_path, content) in enumerate(all_files()):
            if owner == wanted:
                with open(os.path.join(sys.argv[3], f"{number}"), "wb") as seed:
                    seed.write(f"{file_path}\n".encode() + content)
    else:
        unittest.main()
