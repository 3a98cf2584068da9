"""The house's rules: layers of the design, modules that are listed, texts in both languages."""
import glob
import os
import re
import subprocess
import tempfile
import unittest

from support import BUILD, PROGRAM, ROOT, plimsoll

# docs/architecture.md: includes point down only; folders on one line never include each other.
LINES = [
    ["cli"], ["serve"], ["app"], ["respond", "report"],
    ["catalog", "feed", "match", "sbom", "decide", "secret", "password", "permission", "malware", "check", "watch", "clean"],
    ["image", "vulndb", "runtime", "store", "license", "cache"], ["registry"], ["version", "score"], ["model"], ["io"], ["base"],
]
# model keeps scores of vectors, which are a kind of number: the one upward edge that is allowed.
ALLOWED = {("model", "score")}
LEVEL = {folder: level for level, line in enumerate(LINES) for folder in line}


def sources(pattern="src/**/*.[ch]"):
    return sorted(glob.glob(os.path.join(ROOT, pattern), recursive=True))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def code(path):
    """A source without its comments and string literals."""
    text = re.sub(r"/\*.*?\*/", "", read(path), flags=re.S)
    return re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)


class Layers(unittest.TestCase):
    def test_includes_point_down(self):
        seen = 0
        for path in sources():
            folder = os.path.relpath(path, os.path.join(ROOT, "src")).split(os.sep)[0]
            self.assertIn(folder, LEVEL, path)
            for target in re.findall(r'^#include "([a-z0-9_]+)/', read(path), re.M):
                seen += 1
                if target != folder and (folder, target) not in ALLOWED:
                    self.assertIn(target, LEVEL, path)
                    self.assertGreater(LEVEL[target], LEVEL[folder], f"{path} includes {target}/")
        self.assertGreater(seen, 100)

    def test_only_cli_prints_or_exits(self):
        for path in sources():
            folder = os.path.relpath(path, os.path.join(ROOT, "src")).split(os.sep)[0]
            if folder in ("cli", "serve") or path.endswith("base/mem.c"):
                continue
            hit = re.search(r"(?<![a-z_])(printf|puts|putchar|perror|exit|abort|_exit)\(", code(path))
            self.assertIsNone(hit, f"{path}: {hit and hit.group(0)}")


class Files(unittest.TestCase):
    def test_every_file_is_listed(self):
        for folder in sorted(set(os.path.dirname(path) for path in sources("src/*/*.c"))):
            listed = read(os.path.join(folder, "meson.build"))
            for path in glob.glob(os.path.join(folder, "*.c")):
                name = os.path.splitext(os.path.basename(path))[0]
                short = re.sub("^verb_", "", name)
                self.assertTrue(f"'{name}.c'" in listed or f"'{name}'" in listed or
                                f"'{short}'" in listed, f"{path} is in no list of meson.build")

    def test_every_unit_test_is_listed(self):
        listed = read(os.path.join(ROOT, "tests/meson.build"))
        for path in glob.glob(os.path.join(ROOT, "tests/unit/*/*.c")):
            name = os.path.relpath(path, os.path.join(ROOT, "tests/unit"))[:-2]
            self.assertIn(f"'{name}'", listed)

    def test_no_file_is_too_long(self):
        for path in sources():
            self.assertLessEqual(read(path).count("\n"), 800, path)

    def test_no_forbidden_functions(self):
        for path in sources():
            hit = re.search(r"(?<![a-z_])(strcpy|sprintf|gets|strtok|system|popen|setlocale)\(", code(path))
            self.assertIsNone(hit, f"{path}: {hit and hit.group(0)}")


def messages():
    """All texts that are marked for translation, as xgettext sees them."""
    with tempfile.TemporaryDirectory() as folder:
        pot = os.path.join(folder, "all.pot")
        subprocess.run(["xgettext", "--language=C", "--from-code=UTF-8", "--no-wrap", "--add-comments",
                        "--keyword=", "--keyword=N_", "--keyword=tr", "--keyword=tr_n:1,2",
                        "--keyword=err_set:3", "--keyword=err_limit:3", "--keyword=err_errno:3",
                        "--keyword=err_advise:2",
                        "--keyword=err_prefix:2", "--keyword=progress_tell:2", "-o", pot, *sources("src/**/*.c"),
                        *sources("src/**/*.h")], check=True, capture_output=True, cwd=ROOT)
        return parse(pot)


def parse(path):
    import ast
    found, key = {}, None
    texts = {}
    for line in read(path).split("\n") + [""]:
        line = line.strip()
        if not line:
            if texts.get("msgid"):
                found[texts["msgid"]] = texts.get("msgstr", "")
                if "msgid_plural" in texts:
                    found[texts["msgid_plural"]] = ""
            texts, key = {}, None
        elif not line.startswith("#"):
            if line.startswith("msg"):
                key, line = line.split(" ", 1)
                texts[key] = ""
            texts[key] += ast.literal_eval(line)
    return found


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


CONVERSION = re.compile(r"%(?:\d+\$)?[-+ 0#']*(?:\*|\d+)?(?:\.(?:\*|\d+))?(?:hh|h|ll|l|z|j|t)?[a-zA-Z]")


class Texts(unittest.TestCase):
    def test_chinese_is_complete(self):
        known = parse(os.path.join(ROOT, "po/zh.po"))
        missing = sorted(text for text in messages() if not known.get(text) and re.search("[a-z]{2}", text))
        self.assertEqual(missing, [], f"{len(missing)} texts have no Chinese twin in po/zh.po")

    def test_chinese_has_no_leftovers(self):
        leftovers = sorted(set(parse(os.path.join(ROOT, "po/zh.po"))) - set(messages()))
        self.assertEqual(leftovers, [])

    def test_conversions_agree(self):
        for msgid, msgstr in parse(os.path.join(ROOT, "po/zh.po")).items():
            plain = [re.sub(r"\d+\$", "", item) for item in CONVERSION.findall(msgstr.replace("%%", ""))]
            self.assertEqual(sorted(CONVERSION.findall(msgid.replace("%%", ""))), sorted(plain), msgid)
            if "$" not in msgstr:
                self.assertEqual(CONVERSION.findall(msgid.replace("%%", "")), plain, msgid)

    def test_the_program_speaks_chinese(self):
        done = plimsoll("scan", "--help", "--lang", "zh")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, "[一-鿿]{4}")


class Help(unittest.TestCase):
    def verbs(self):
        done = plimsoll("--help")
        self.assertEqual(done.returncode, 0)
        return re.findall(r"^  ((?:[a-z]+ )?[a-z]+)  +\S", done.stdout, re.M)

    def test_every_verb_shows_two_examples(self):
        verbs = self.verbs()
        self.assertGreaterEqual(len(verbs), 8)
        for verb in verbs:
            done = plimsoll(*verb.split(), "--help")
            self.assertEqual(done.returncode, 0, verb)
            examples = re.findall(r"^  .*plimsoll ", done.stdout, re.M)
            self.assertGreaterEqual(len(examples), 2, verb)

    def test_the_coverage_page_says_what_the_program_says(self):
        done = subprocess.run([os.path.join(ROOT, "tools/gen_coverage.py"), BUILD, "--check"], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, "docs/coverage.md is out of date: tools/gen_coverage.py build " + done.stderr)

    def test_version(self):
        done = plimsoll("--version")
        self.assertRegex(done.stdout, r"^plimsoll \d+\.\d+\.\d+\n$")

    def test_wrong_use(self):
        for words in (["scan"], ["nothing"], ["db"], ["scan", "--nothing", "x"], ["scan", "--jobs", "x", "y"],
                      ["scan", "--format", "nothing", "x"], ["version", "compare", "1", "2"]):
            done = plimsoll(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertRegex(done.stderr, r"^plimsoll: .+\n$")


if __name__ == "__main__":
    unittest.main()
