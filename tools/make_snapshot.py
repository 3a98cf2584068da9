#!/usr/bin/env python3
"""Makes data/snapshot: the advisories that come with plimsoll, facts only.

    tools/make_snapshot.py FEEDS [--output data/snapshot]

FEEDS is a folder with the publishers' own files (see NOTICE for where they come from):

    debian/tracker.json            Debian security tracker
    alpine/vX.Y/{main,community}.json  Alpine secdb
    osv/AlmaLinux/all.zip          AlmaLinux errata, OSV
    kev/known_exploited_vulnerabilities.json  CISA KEV

Kept are ids, packages, versions, urgencies, severities, module streams and dates. Descriptions, titles
and references are left out. The same feeds give the same bytes.
"""
import argparse
import glob
import json
import lzma
import os
import re
import zipfile

SECURITY = re.compile(r"^(Critical|Important|Moderate|Low): (?:([a-z0-9][\w.+-]*:[\w.+-]+)\b)?")


def write(folder, name, data):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME, check=lzma.CHECK_CRC32))
    return os.path.getsize(path)


def dumps(document):
    return json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def debian(feeds):
    """The tracker without descriptions, bug numbers and the repositories' versions."""
    with open(os.path.join(feeds, "debian/tracker.json"), encoding="utf-8") as file:
        tracker = json.load(file)
    keep = ("status", "fixed_version", "urgency", "nodsa", "nodsa_reason")
    facts = {}
    for package, issues in tracker.items():
        facts[package] = {}
        for issue, entry in issues.items():
            releases = {}
            for release, state in entry.get("releases", {}).items():
                releases[release] = {key: state[key] for key in keep if key in state}
                if "nodsa" in releases[release]:
                    releases[release]["nodsa"] = ""  # a remark in words; that it is there is the fact
            facts[package][issue] = {"releases": releases}
    return dumps(facts)


def alpine(path):
    with open(path, encoding="utf-8") as file:
        secdb = json.load(file)
    packages = [{"pkg": {"name": entry["pkg"]["name"], "secfixes": entry["pkg"]["secfixes"]}}
                for entry in secdb["packages"] or []]
    return dumps({"distroversion": secdb["distroversion"], "reponame": secdb["reponame"],
                  "packages": packages})


def almalinux(feeds):
    """Security errata, one OSV document a line; of the summary the rating and the module's stream."""
    lines = []
    with zipfile.ZipFile(os.path.join(feeds, "osv/AlmaLinux/all.zip")) as archive:
        for name in sorted(archive.namelist()):
            entry = json.loads(archive.read(name))
            cves = sorted({item for item in entry.get("related", []) + entry.get("aliases", [])
                           if item.startswith("CVE-")})
            if not cves and not entry["id"].startswith("ALSA-"):
                continue
            rating = SECURITY.match(entry.get("summary", ""))
            summary = ": ".join(filter(None, rating.groups())) if rating else ""
            lines.append(dumps({
                "id": entry["id"], "modified": entry["modified"], "published": entry["published"],
                "related": cves, **({"summary": summary if ":" in summary else summary + ":"} if summary else {}),
                "affected": [{"package": item["package"], "ranges": item["ranges"]}
                             for item in entry["affected"]],
            }))
    return b"\n".join(lines) + b"\n"


def kev(feeds):
    with open(os.path.join(feeds, "kev/known_exploited_vulnerabilities.json"), encoding="utf-8") as file:
        catalogue = json.load(file)
    return dumps({
        "catalogVersion": catalogue["catalogVersion"], "dateReleased": catalogue["dateReleased"],
        "count": catalogue["count"],
        "vulnerabilities": [
            {key: entry[key] for key in ("cveID", "dateAdded", "knownRansomwareCampaignUse")}
            for entry in catalogue["vulnerabilities"]],
    })


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feeds")
    parser.add_argument("--output", default=os.path.join(os.path.dirname(__file__), "../data/snapshot"))
    args = parser.parse_args()
    sizes = {"debian": write(args.output, "debian.json.xz", debian(args.feeds))}
    for path in sorted(glob.glob(os.path.join(args.feeds, "alpine/*/*.json"))):
        release, repository = path.split(os.sep)[-2:]
        sizes["alpine"] = sizes.get("alpine", 0) + write(
            args.output, f"alpine/{release}-{repository}.xz", alpine(path))
    sizes["almalinux"] = write(args.output, "almalinux.jsonl.xz", almalinux(args.feeds))
    sizes["kev"] = write(args.output, "kev.json.xz", kev(args.feeds))
    for name, size in sizes.items():
        print(f"{name:10} {size / 1024:8.0f} KiB")


if __name__ == "__main__":
    main()
