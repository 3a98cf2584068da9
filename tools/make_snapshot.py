#!/usr/bin/env python3
"""Makes data/snapshot: the advisories that come with plimsoll, facts only.

    tools/make_snapshot.py --debian-date 2026-01-01 --alpine-date 2026-01-13 FEEDS [--output data/snapshot]

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
import io
import json
import lzma
import os
import re
import tarfile
import zipfile

SECURITY = re.compile(r"^(Critical|Important|Moderate|Low): (?:([a-z0-9][\w.+-]*:[\w.+-]+)\b)?")


def write(folder, name, data):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME, check=lzma.CHECK_CRC32))
    return os.path.getsize(path)


def dumps(document, **more):
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False, **more).encode()


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
    return dumps(facts, sort_keys=True)


def alpine(path):
    with open(path, encoding="utf-8") as file:
        secdb = json.load(file)
    packages = [{"pkg": {"name": entry["pkg"]["name"], "secfixes": entry["pkg"]["secfixes"]}}
                for entry in secdb["packages"] or []]
    return dumps({"distroversion": secdb["distroversion"], "reponame": secdb["reponame"],
                  "packages": packages})


def almalinux(feeds):
    """Security errata as a tar of OSV documents; of the summary the rating and the module's stream."""
    out, newest = io.BytesIO(), ""
    with zipfile.ZipFile(os.path.join(feeds, "osv/AlmaLinux/all.zip")) as archive, tarfile.open(
            fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(archive.namelist()):
            entry = json.loads(archive.read(name))
            newest = max(newest, entry["modified"])
            cves = sorted({item for item in entry.get("related", []) + entry.get("aliases", [])
                           if item.startswith("CVE-")})
            if not cves and not entry["id"].startswith("ALSA-"):
                continue
            rating = SECURITY.match(entry.get("summary", ""))
            facts = {
                "id": entry["id"], "modified": entry["modified"], "published": entry["published"],
                "related": cves,
                "affected": [{"package": item["package"], "ranges": item["ranges"]}
                             for item in entry["affected"]],
            }
            if rating:
                facts["summary"] = f"{rating.group(1)}: {rating.group(2) or ''}".strip()
            data = dumps(facts)
            info = tarfile.TarInfo(entry["id"] + ".json")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue(), newest[:10]


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


def kev_date(feeds):
    with open(os.path.join(feeds, "kev/known_exploited_vulnerabilities.json"), encoding="utf-8") as file:
        return json.load(file)["dateReleased"][:10]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feeds")
    parser.add_argument("--output", default=os.path.join(os.path.dirname(__file__), "../data/snapshot"))
    parser.add_argument("--debian-date", required=True, help="YYYY-MM-DD of the tracker, which does not tell")
    parser.add_argument("--alpine-date", required=True, help="YYYY-MM-DD of secdb, which does not tell")
    args = parser.parse_args()
    errata, errata_date = almalinux(args.feeds)
    sizes = {"debian": write(args.output, "debian.json.xz", debian(args.feeds))}
    for path in sorted(glob.glob(os.path.join(args.feeds, "alpine/*/*.json"))):
        release, repository = path.split(os.sep)[-2:]
        sizes["alpine"] = sizes.get("alpine", 0) + write(
            args.output, f"alpine/{release}-{repository}.xz", alpine(path))
    sizes["almalinux"] = write(args.output, "almalinux.tar.xz", errata)
    sizes["kev"] = write(args.output, "kev.json.xz", kev(args.feeds))
    # The age of the whole is that of the oldest distribution in it.
    dates = {"debian": args.debian_date, "alpine": args.alpine_date, "almalinux": errata_date, "kev": kev_date(args.feeds)}
    with open(os.path.join(args.output, "snapshot.json"), "w", encoding="utf-8") as file:
        json.dump({"plimsoll_snapshot": 1, "date": min(dates[name] for name in ("debian", "alpine", "almalinux")), "feeds": dates}, file, indent=2)
        file.write("\n")
    for name, size in sizes.items():
        print(f"{name:10} {size / 1024:8.0f} KiB")


if __name__ == "__main__":
    main()
