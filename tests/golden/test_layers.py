"""Golden cases of layers laid over one another: tests/golden/layers/NAME/{case,want}.json.

case.json: "about", "layers": [[entry, ...], ...] (see tests/support.py: layer), and "folder": true where
the same must come out of the unpacked root folder. want.json is rewritten by UPDATE_GOLDEN=1.
"""
import glob
import json
import os
import tempfile
import unittest

import support

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers")


def outcome(document, done):
    layers = [layer["diff_id"] for layer in document["target"]["layers"]]
    return {
        "exit": done.returncode,
        "packages": [
            f"{package['type']} {package['name']} {package['version']} {package['paths'][0]}"
            + (f" layer {layers.index(package['layer']) + 1}" if package["layer"] else "")
            for package in document["packages"]
        ],
        "os": document["target"]["os"] and f"{document['target']['os']['id']} {document['target']['os']['version']}",
        "diagnostics": [f"{item['level']}: {item['message']}" for item in document["diagnostics"]],
    }


class Layers(unittest.TestCase):
    maxDiff = None

    def check(self, name):
        folder = os.path.join(FOLDER, name)
        with open(os.path.join(folder, "case.json"), encoding="utf-8") as file:
            case = json.load(file)
        with tempfile.TemporaryDirectory() as temporary:
            path = support.docker_archive(os.path.join(temporary, "image.tar"),
                                          [support.layer(entries) for entries in case["layers"]])
            document, done = support.report("sbom", path, env={"SOURCE_DATE_EPOCH": "1780000000"})
        self.assertIsNotNone(document, done.stderr)
        got = outcome(document, done)
        want_path = os.path.join(folder, "want.json")
        if os.environ.get("UPDATE_GOLDEN") == "1":
            with open(want_path, "w", encoding="utf-8") as file:
                json.dump(got, file, indent=2)
                file.write("\n")
        with open(want_path, encoding="utf-8") as file:
            self.assertEqual(got, json.load(file))


for path in sorted(glob.glob(os.path.join(FOLDER, "*", "case.json"))):
    case_name = os.path.basename(os.path.dirname(path))
    setattr(Layers, "test_" + case_name.replace("-", "_"),
            lambda self, name=case_name: self.check(name))

if __name__ == "__main__":
    unittest.main()
