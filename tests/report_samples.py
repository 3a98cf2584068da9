"""Made-up images and databases with as many findings as a test wants, and with names that try to break out."""
import json
import os
import random
import zipfile

import support

VECTORS = ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
           "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:N", "CVSS:3.1/AV:N/AC:H/PR:L/UI:R/S:U/C:N/I:N/A:L"]
FAULTS = ["heap overflow in the parser", "path traversal while unpacking", "denial of service by a long header",
          "use after free on an error path", "injection through a template", "weak check of a certificate"]
# What an advisory or a manifest may say to whoever shows it.
HOSTILE = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(2)>", "a | b | `tick` ``two`` \\| \\",
           "[a](https://evil.example) http://evil.example", "www.evil.example @octocat #1 !2 x@evil.example", "]]> <!-- --> &amp;",
           "\u202eesrever\u202c \u2066x\u2069 \u200f", "line\nbreak\r\n\u2028\u2029\u0085\u000b", "\"quote\" 'single'",
           "=1+1", "{{x}} {{{y}}}", "\u0001\u001b[31m\u007f\ufffe\uffff", "\u6f0f\u6d1e \U0001f600 ```", "# head\n* item\n<details>"]


def advisory(number, ecosystem, name, fixed, vector, summary):
    event = [{"introduced": "0"}] + ([{"fixed": fixed}] if fixed else [])
    return {"id": f"GHSA-{number:04d}-aaaa-bbbb" if ecosystem == "npm" else f"DSA-{number}-1", "modified": "2024-01-02T00:00:00Z",
            "published": "2024-01-01T00:00:00Z", "aliases": [f"CVE-2024-{10000 + number}"], "summary": summary,
            "severity": [{"type": "CVSS_V3", "score": vector}],
            "database_specific": {"cwe_ids": ["CWE-79", "CWE-787"]},
            "affected": [{"package": {"ecosystem": ecosystem, "name": name},
                          "ranges": [{"type": "SEMVER" if ecosystem == "npm" else "ECOSYSTEM", "events": event}]}]}


def write(folder, packages, each, hostile=False):
    """Writes feeds: `each` advisories for each of the packages; the paths."""
    chance, records = random.Random(1), []
    for index in range(packages):
        for turn in range(each):
            number = index * each + turn
            records.append(advisory(number, "npm", f"package-{index}", f"2.{turn}.0" if turn % 3 else None,
                                    VECTORS[min(3, int(abs(chance.gauss(1.6, 1))))],
                                    HOSTILE[number % len(HOSTILE)] if hostile else f"package-{index}: {chance.choice(FAULTS)}"))
    for turn, name in enumerate(("openssl", "bash", "openssl")):
        records.append(advisory(len(records), "Debian:12", name, f"9.{turn}-1" if turn else None, VECTORS[turn], f"{name}: {FAULTS[turn]}"))
    for name in ("npm", "Debian"):
        with zipfile.ZipFile(os.path.join(folder, f"{name}-all.zip"), "w") as archive:
            for record in records:
                if record["affected"][0]["package"]["ecosystem"].startswith(name):
                    archive.writestr(record["id"] + ".json", json.dumps(record))
    kev = {"catalogVersion": "2024.02.01", "dateReleased": "2024-02-01T00:00:00Z", "count": 1, "vulnerabilities": [
        {"cveID": f"CVE-2024-{10000 + number}", "dateAdded": "2024-01-20", "knownRansomwareCampaignUse": "Known"}
        for number in range(0, len(records), 97)]}
    epss = ["#model_version:v2025.03.14,score_date:2024-02-01T00:00:00Z", "cve,epss,percentile"]
    for number in range(len(records)):
        score = chance.random() ** 4
        epss.append(f"CVE-2024-{10000 + number},{score:.5f},{score ** 0.25:.5f}")
    for name, text in (("kev.json", json.dumps(kev)), ("epss.csv", "\n".join(epss) + "\n")):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    return [os.path.join(folder, name) for name in ("npm-all.zip", "Debian-all.zip", "kev.json", "epss.csv")]


def database(folder, packages, each, **more):
    """Imports made-up feeds; the database's path."""
    path = os.path.join(folder, "db")
    done = support.plimsoll("db", "import", "--quiet", "--db", path, *write(folder, packages, each, **more), timeout=600)
    assert done.returncode == 0, done.stderr
    return path


def image(folder, packages, name="registry.example/team/shop:1.4", extra=(), system=True):
    """An image of a small Debian with a lock file of npm packages; the archive's path."""
    locked = {"": {"name": "shop", "version": "1.0.0"}}
    for index in range(packages):
        locked[f"node_modules/package-{index}"] = {"version": "1.0.0", "license": "MIT"}
    lock = {"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "packages": locked}
    base = support.debian(bash="5.2.15-2", openssl="3.0.9-1") if system else []
    layers = [support.layer(base)] if system else []
    layers.append(support.layer([{"path": "srv/shop/package-lock.json", "text": json.dumps(lock)}, *extra]))
    return support.docker_archive(os.path.join(folder, "image.tar"), layers, name=name)
