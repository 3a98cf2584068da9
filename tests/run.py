#!/usr/bin/env python3
"""Runs every test: unit programs, golden cases, end-to-end and house tests.

The last line is "N passed, N failed". Words on the command line choose tests by a part of their name.
"""
import argparse
import concurrent.futures
import glob
import os
import subprocess
import sys
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TESTS = os.path.join(ROOT, "tests")


class Tally:
    def __init__(self):
        self.passed, self.failed = 0, []

    def add(self, name, good, output=""):
        if good:
            self.passed += 1
            return
        self.failed.append(name)
        print(f"FAIL {name}")
        if output.strip():
            print("    " + output.strip()[-4000:].replace("\n", "\n    "))


def run_unit(program):
    done = subprocess.run([program], capture_output=True, text=True, cwd=ROOT, timeout=600,
                          errors="replace", check=False)
    return program, done


def unit_tests(build, words, tally):
    programs = sorted(path for path in glob.glob(os.path.join(build, "tests", "test-*"))
                      if os.access(path, os.X_OK) and os.path.isfile(path))
    programs = [path for path in programs if not words or any(word in path for word in words)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for program, done in pool.map(run_unit, programs):
            name, said = os.path.basename(program), []
            for line in done.stdout.splitlines():
                if line.startswith("ok "):
                    tally.add(f"{name} {line[3:]}", True)
                elif line.startswith("FAIL "):
                    tally.add(f"{name} {line[5:]}", False, "\n".join(said[-20:]))
                else:
                    said.append(line)
            if done.returncode not in (0, 1) or not done.stdout:
                tally.add(f"{name} (exit {done.returncode})", False, done.stderr)


class Result(unittest.TestResult):
    def __init__(self, tally):
        super().__init__()
        self.tally = tally

    def addSuccess(self, test):
        self.tally.add(test.id(), True)

    def addFailure(self, test, err):
        self.tally.add(test.id(), False, self._exc_info_to_string(err, test))

    def addError(self, test, err):
        self.tally.add(test.id() if hasattr(test, "id") else str(test), False,
                       self._exc_info_to_string(err, test))

    def addSubTest(self, test, subtest, err):
        if err:
            self.tally.add(subtest.id(), False, self._exc_info_to_string(err, test))
        else:
            self.tally.add(subtest.id(), True)

    def addSkip(self, test, reason):
        self.tally.add(test.id(), False, "a test was skipped: " + reason)


def python_tests(words, tally):
    sys.path.insert(0, TESTS)
    loader = unittest.TestLoader()
    for folder in ("house", "golden", "e2e"):
        for path in sorted(glob.glob(os.path.join(TESTS, folder, "test_*.py"))):
            name = os.path.splitext(os.path.basename(path))[0]
            sys.path.insert(0, os.path.dirname(path))
            suite = loader.loadTestsFromName(name)
            sys.path.pop(0)
            start = time.monotonic()
            before = tally.passed + len(tally.failed)
            wanted = [case for case in flatten(suite) if not words or any(word in case.id() for word in words)]
            unittest.TestSuite(wanted).run(Result(tally))
            count = tally.passed + len(tally.failed) - before
            if count:
                print(f"{folder}/{name}: {count} tests, {time.monotonic() - start:.1f} s", flush=True)


def flatten(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flatten(item)
        else:
            yield item


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=os.path.join(ROOT, "build-check"))
    parser.add_argument("words", nargs="*")
    args = parser.parse_args()
    build = os.path.abspath(args.build)
    os.environ["PLIMSOLL_BUILD"] = build
    os.environ["UBSAN_OPTIONS"] = "halt_on_error=1:print_stacktrace=1"
    sys.dont_write_bytecode = True
    tally = Tally()
    start = time.monotonic()
    unit_tests(build, args.words, tally)
    print(f"unit: {tally.passed + len(tally.failed)} tests, {time.monotonic() - start:.1f} s", flush=True)
    python_tests(args.words, tally)
    print(f"{tally.passed} passed, {len(tally.failed)} failed")
    return 1 if tally.failed or tally.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
