"""The small verbs about versions, as a script uses them."""
import unittest

from support import plimsoll

SCHEMES = "deb apk rpm semver npm pypi gem maven composer nuget golang hex pub cargo alpm".split()


class Versions(unittest.TestCase):
    def test_every_scheme_of_the_contract_compares(self):
        for scheme in SCHEMES:
            done = plimsoll("version", "compare", "--scheme", scheme, "-", stdin="1.2.3\t1.10.0\n1.0.0\t1.0.0\n2.0.0\t1.9.9\n\t1\n")
            self.assertEqual(done.stdout.splitlines()[:3], ["<", "=", ">"], scheme)
            self.assertRegex(done.stdout.splitlines()[3], "^error: ", scheme)
            self.assertEqual(done.returncode, 1, scheme)

    def test_each_has_its_own_order(self):
        for scheme, older, newer in (("npm", "1.0.0-rc.1", "1.0.0"), ("pypi", "1.0.dev1", "1.0a1"), ("pypi", "1.0", "1!0.1"),
                                     ("gem", "1.0.0.pre", "1.0.0"), ("maven", "1.0-SNAPSHOT", "1.0"), ("maven", "1.0", "1.0-sp"),
                                     ("composer", "1.0.0-RC1", "1.0.0"), ("nuget", "1.0.0.1", "1.0.0.2"),
                                     ("golang", "v1.0.0-20200101000000-abcdefabcdef", "v1.0.0"), ("golang", "1.21rc2", "1.21.0"),
                                     ("golang", "v2.0.0+incompatible", "v2.0.1"), ("pub", "1.0.0", "1.0.0+1"),
                                     ("alpm", "1.0-1", "1:0.5-1"), ("generic", "1.1.1k", "1.1.1l"), ("generic", "2.0-rc1", "2.0")):
            done = plimsoll("version", "compare", "--scheme", scheme, older, newer)
            self.assertEqual(done.stdout, "<\n", f"{scheme}: {older} {newer} {done.stderr}")

    def test_ranges(self):
        lines = "^1.2.0\t1.9.9\n^1.2.0\t2.0.0\n~1.2\t1.2.5\n1.x || >=3\t2.1.0\n>=1.0.0-rc.1\t1.0.0-rc.2\n[\t1\n"
        done = plimsoll("version", "satisfies", "--scheme", "npm", "-", stdin=lines)
        self.assertEqual(done.stdout.splitlines()[:5], ["yes", "no", "yes", "no", "yes"])
        self.assertRegex(done.stdout.splitlines()[5], "^error: ")
        self.assertEqual(done.returncode, 1)
        for scheme, wanted, version, answer in (("pypi", "~=1.4.2", "1.4.9", "yes"), ("pypi", "~=1.4.2", "1.5.0", "no"),
                                                ("gem", "~> 1.4", "1.9", "yes"), ("gem", "~> 1.4.0", "1.5", "no"),
                                                ("maven", "[1.0,2.0)", "2.0", "no"), ("nuget", "(1.0,2.0]", "2.0", "yes"),
                                                ("composer", "^1.2", "1.9.0", "yes"), ("cargo", "1.2", "1.9.0", "yes"),
                                                ("hex", "~> 2.0", "2.9.0", "yes"), ("pub", "^0.1.2", "0.2.0", "no")):
            done = plimsoll("version", "satisfies", "--scheme", scheme, wanted, version)
            self.assertEqual(done.stdout, answer + "\n", f"{scheme} {wanted} {version} {done.stderr}")


if __name__ == "__main__":
    unittest.main()
