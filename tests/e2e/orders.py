"""Orders of versions a second time, each from its ecosystem's own words, by code that shares nothing with the program.

A key is None for a version that the ecosystem would refuse, or that this code leaves to others.
"""
import re


def _identifiers(text, fold=False):
    """SemVer 2.0.0, 11: numbers before words, a release behind all its pre-releases."""
    if not text:
        return (1,)
    words = (text.lower() if fold else text).split(".")
    return (0, tuple((0, int(word), "") if word.isdigit() else (1, 0, word) for word in words))


def semver(text):
    """node-semver's loose reading, Cargo's and Go's: three numbers."""
    match = re.fullmatch(r"\s*[v=]*(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?", text)
    if not match:
        return None
    return tuple(int(match.group(i)) for i in (1, 2, 3)), _identifiers(match.group(4))


def golang(text):
    """As semver; releases of Go may leave out numbers and write "1.21rc2"."""
    match = re.fullmatch(r"go(\d+)\.(\d+)(?:\.(\d+))?(?:(rc|beta)(\d+))?", text)
    if not match:
        return semver(text)
    numbers = tuple(int(match.group(i) or 0) for i in (1, 2, 3))
    return numbers, (0, ((1, 0, match.group(4)), (0, int(match.group(5)), ""))) if match.group(4) else (1,)


PEP440 = re.compile(r"v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d+)?)?"
                    r"((?:-(\d+))|(?:[-_.]?(?:post|rev|r)[-_.]?(\d+)?))?([-_.]?dev[-_.]?(\d+)?)?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?")


def pypi(text):
    """PEP 440, "Summary of permitted suffixes and relative ordering"."""
    match = PEP440.fullmatch(text.strip().lower())
    if not match:
        return None
    epoch, release, pre, pre_number, post, one, two, dev, dev_number, local = match.groups()
    numbers = [int(item) for item in release.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    kind = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}.get(pre, pre)
    if kind:
        before = (1, kind, int(pre_number or 0))
    else:
        before = (0, "", 0) if dev and not post else (2, "", 0)
    after = int(one or two or 0) if post else -1
    development = int(dev_number or 0) if dev else float("inf")
    locals_ = tuple((1, int(item), "") if item.isdigit() else (0, 0, item) for item in re.split("[-_.]", local)) if local else ()
    return int(epoch or 0), tuple(numbers), before, after, development, locals_


class Gem:
    """Gem::Version's documentation, "How do I order my versions": words are pre-releases and stand before numbers."""
    def __init__(self, text):
        self.parts = [int(item) if item.isdigit() else item for item in re.findall(r"\d+|[a-z]+", text, re.I)]
        words = [i for i, item in enumerate(self.parts) if isinstance(item, str)]
        cut = words[0] if words else len(self.parts)
        numbers, rest = self.parts[:cut], self.parts[cut:]
        for half in (numbers, rest):
            while half and half[-1] == 0:
                half.pop()
        self.parts = numbers + rest

    def order(self, other):
        for i in range(max(len(self.parts), len(other.parts))):
            a = self.parts[i] if i < len(self.parts) else 0
            b = other.parts[i] if i < len(other.parts) else 0
            if a != b:
                if isinstance(a, str) != isinstance(b, str):
                    return -1 if isinstance(a, str) else 1
                return -1 if a < b else 1
        return 0

    def __lt__(self, other):
        return self.order(other) < 0

    def __eq__(self, other):
        return self.order(other) == 0


def gem(text):
    """What a "-" means has changed from one RubyGems to the next: left to the tests of the ordering."""
    return Gem(text) if re.fullmatch(r"\d+(\.[0-9A-Za-z]+)*", text) else None


QUALIFIERS = ["alpha", "beta", "milestone", "rc", "snapshot", "", "jre"]
SAME = {"a": "alpha", "b": "beta", "m": "milestone", "cr": "rc", "ga": "", "final": "", "release": ""}


def maven(text):
    """The POM reference, "Version Order Specification", of its common forms: numbers, then at most one qualifier."""
    match = re.fullmatch(r"(\d+(?:\.\d+)*)(?:-?(alpha|beta|milestone|rc|m|cr|a|b)-?(\d+)|[.-](final|ga|release)|-(snapshot|jre)(\d*))?",
                         text.lower())
    if not match:
        return None
    numbers = [int(item) for item in match.group(1).split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    word = match.group(2) or match.group(4) or match.group(5) or ""
    return tuple(numbers), QUALIFIERS.index(SAME.get(word, word)), int(match.group(3) or match.group(6) or 0)


def nuget(text):
    """Package versioning: up to four numbers, pre-releases without regard to case."""
    match = re.fullmatch(r"(\d+(?:\.\d+){0,3})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?", text)
    if not match:
        return None
    numbers = [int(item) for item in match.group(1).split(".")]
    return tuple(numbers + [0] * (4 - len(numbers))), _identifiers(match.group(2), fold=True)


def composer(text):
    """Composer's normal form: four numbers and a stability."""
    match = re.fullmatch(r"v?(\d{1,5}(?:\.\d+){0,3})(?:[._-]?(stable|beta|b|rc|alpha|a|patch|pl|p)\.?(\d*))?([.-]?dev)?", text, re.I)
    if not match:
        return None
    numbers = [int(item) for item in match.group(1).split(".")]
    word = (match.group(2) or "").lower()
    rank = {"": 4, "stable": 4, "a": 1, "alpha": 1, "b": 2, "beta": 2, "rc": 3}.get(word, 5)
    if match.group(4) and rank == 4:
        rank = 0
    return tuple(numbers + [0] * (4 - len(numbers))), rank, int(match.group(3) or 0), not match.group(4)


def plain(text):
    """Numbers alone."""
    if not re.fullmatch(r"\d+(\.\d+){0,3}", text):
        return None
    numbers = [int(item) for item in text.split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))
