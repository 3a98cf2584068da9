"""Feeds of rpm distributions through a scan: packages below, at and above what an advisory says, in made-up roots;
and, where the samples of real feeds are there, all of their packages against a calculation of our own."""
import bz2
import glob
import gzip
import itertools
import json
import lzma
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ET

import support
from support import ROOT, report

SAMPLES = os.path.join(os.path.dirname(ROOT), "shared/data/feeds")


def oval(publisher, title, platform, name, fixed, extra=""):
    """One OVAL definition, with the test, object and state that its criterion refers to."""
    return f"""<oval_definitions><definitions><definition class="patch" id="oval:{publisher}:def:1"><metadata>
<title>{title}</title><reference ref_id="CVE-2026-0001" source="CVE"/><advisory><severity>Important</severity>{extra}
</advisory></metadata><criteria operator="AND"><criterion comment="{platform} is installed" test_ref="p"/>
<criterion comment="{name} is earlier than {fixed}" test_ref="t"/></criteria></definition></definitions>
<tests><rpminfo_test id="t" comment="{name} is earlier than {fixed}"><object object_ref="o"/><state state_ref="s"/>
</rpminfo_test></tests><objects><rpminfo_object id="o"><name>{name}</name></rpminfo_object></objects>
<states><rpminfo_state id="s"><evr operation="less than">{fixed}</evr></rpminfo_state></states></oval_definitions>"""


def updateinfo(*updates):
    text = "<updates><!-- amazon.com -->"
    for name, collection, package, version, release in updates:
        text += f"""<update type="security"><id>{name}</id><severity>important</severity><references>
<reference id="CVE-2026-0001" type="cve"/></references><pkglist><collection><name>{collection}</name>
<package name="{package}" version="{version}" release="{release}" epoch="0" arch="x86_64"/></collection></pkglist></update>"""
    return text + "</updates>"


def csaf(namespace, product, cpe, statuses, remediations=(), purls=True):
    """A VEX document; statuses = {list: [package ids]}."""
    packages = sorted({item for items in statuses.values() for item in items})
    branches = [{"category": "product_name", "name": product, "product": {
        "name": product, "product_id": product, "product_identification_helper": {"cpe": cpe}}}]
    for item in packages:
        if purls:
            branches.append({"category": "product_version", "name": item, "product": {
                "name": item, "product_id": item, "product_identification_helper": {"purl": item}}})
    return json.dumps({
        "document": {"category": "csaf_vex", "csaf_version": "2.0", "publisher": {"namespace": namespace},
                     "aggregate_severity": {"text": "Important"}, "tracking": {"id": "CVE-2026-0001"}},
        "product_tree": {"branches": [{"category": "vendor", "name": "v", "branches": branches}], "relationships": [
            {"category": "default_component_of", "full_product_name": {"name": item, "product_id": f"{product}:{item}"},
             "product_reference": item, "relates_to_product_reference": product} for item in packages]},
        "vulnerabilities": [{"cve": "CVE-2026-0001",
                             "product_status": {key: [f"{product}:{item}" for item in items]
                                                for key, items in statuses.items()},
                             "remediations": [{"category": category, "details": details,
                                               "product_ids": [f"{product}:{item}" for item in items]}
                                              for category, details, items in remediations]}]})


def osv(ecosystem, **more):
    return json.dumps({"id": "XX-SA-2026:1", "modified": "2026-01-01T00:00:00Z", "related": ["CVE-2026-0001"], "affected": [
        {"package": {"ecosystem": ecosystem, "name": "fox"}, "ranges": [
            {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "0:2-1"}]}], **more}]})


CPE = "<affected_cpe_list><cpe>cpe:/o:redhat:enterprise_linux:9</cpe></affected_cpe_list>"
# (os-release, feed, {package: (below, at, above)} as "version-release"; the binary package is `name` of source `fox`)
DISTRIBUTIONS = {
    "redhat-oval": ('ID="rhel"\nVERSION_ID="9.4"', oval("com.redhat", "RHSA-2026:1: fox", "Red Hat Enterprise Linux 9",
                                                        "fox", "0:2-1", CPE), "fox"),
    "redhat-vex": ('ID="rhel"\nVERSION_ID="9.4"', csaf("https://www.redhat.com", "BaseOS", "cpe:/o:redhat:enterprise_linux:9::baseos",
                                                       {"fixed": ["pkg:rpm/redhat/fox@2-1?arch=x86_64"]}), "fox"),
    "centos": ('ID="centos"\nVERSION_ID="8"', oval("com.redhat", "RHSA-2026:1: fox", "Red Hat Enterprise Linux 8", "fox",
                                                   "0:2-1", CPE.replace(":9", ":8")), "fox"),
    "oracle": ('ID="ol"\nVERSION_ID="9.4"', oval("com.oracle", "ELSA-2026-1: fox", "Oracle Linux 9", "fox", "0:2-1"), "fox"),
    "amazon-2023": ('ID="amzn"\nVERSION_ID="2023"', updateinfo(("ALAS2023-2026-1", "Amazon Linux 2023", "fox", "2", "1")), "fox"),
    "amazon-2": ('ID="amzn"\nVERSION_ID="2"', updateinfo(("ALAS2-2026-1", "Amazon Linux 2", "fox", "2", "1")), "fox"),
    "amazon-1": ('ID="amzn"\nVERSION_ID="2018.03"', updateinfo(("ALAS-2026-1", "Amazon Linux AMI", "fox", "2", "1")), "fox"),
    "rocky": ('ID="rocky"\nVERSION_ID="9.4"', json.dumps({"advisories": [{
        "name": "RLSA-2026:1", "synopsis": "x", "kind": "Security", "severity": "Important", "cves": [{"cve": "CVE-2026-0001"}],
        "packages": [{"nevra": "fox-0:2-1.x86_64.rpm", "product_name": "Rocky Linux 9 x86_64"}]}]}), "fox"),
    "rocky-osv": ('ID="rocky"\nVERSION_ID="9.4"', osv("Rocky Linux:9"), "libfox"),
    "suse-oval": ('ID="sles"\nVERSION_ID="15.5"', oval("org.opensuse.security", "CVE-2026-0001", "SUSE Linux Enterprise Server 15 SP5",
                                                       "fox", "0:2-1"), "fox"),
    "suse-module": ('ID="sles"\nVERSION_ID="15.5"', oval("org.opensuse.security", "CVE-2026-0001",
                                                         "SUSE Linux Enterprise Module for Basesystem 15 SP5", "fox", "0:2-1"), "fox"),
    "leap": ('ID="opensuse-leap"\nVERSION_ID="15.5"', oval("org.opensuse.security", "CVE-2026-0001", "openSUSE Leap 15.5", "fox", "0:2-1"),
             "fox"),
    "tumbleweed": ('ID="opensuse-tumbleweed"\nVERSION_ID="20260101"', csaf(
        "https://www.suse.com/", "openSUSE Tumbleweed", "cpe:/o:opensuse:tumbleweed", {"recommended": ["fox-2-1"]}, purls=False), "fox"),
    "suse-vex": ('ID="sles"\nVERSION_ID="15.5"', csaf("https://www.suse.com/", "SUSE Linux Enterprise Server 15 SP5",
                                                      "cpe:/o:suse:sles:15:sp5", {"recommended": ["fox-2-1"]}, purls=False), "fox"),
    "suse-osv": ('ID="sles"\nVERSION_ID="15.5"', osv("SUSE:Linux Enterprise Server 15 SP5", ecosystem_specific={
        "binaries": [{"libfox": "2-1"}]}), "libfox"),
    "photon-oval": ('ID="photon"\nVERSION_ID="3.0"', oval("com.vmware.phsa", "PHSA-2026:1 fox", "Photon OS 3", "fox", "0:2-1"), "fox"),
    "photon": ('ID="photon"\nVERSION_ID="4.0"', json.dumps([{"cve_id": "CVE-2026-0001", "pkg": "fox", "aff_ver": "x", "status": "Fixed",
                                                             "res_ver": "2-1.ph4"}]), "libfox"),
    "azure": ('ID="azurelinux"\nVERSION_ID="3.0"', oval("com.microsoft", "CVE-2026-0001 affecting package fox", "x", "fox",
                                                        "0:2-1.azl3"), "libfox"),
    "mariner": ('ID="mariner"\nVERSION_ID="2.0"', oval("com.microsoft", "CVE-2026-0001 affecting package fox", "x", "fox",
                                                       "0:2-1.cm2"), "libfox"),
}


class Roots(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.database = os.path.join(self.folder, "db")

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        return path

    def load(self, *paths, code=0):
        shutil.rmtree(self.database, ignore_errors=True)
        done = support.plimsoll("db", "import", "--db", self.database, *paths)
        self.assertEqual(done.returncode, code, done.stderr)

    def scan(self, release, headers):
        """The findings of a root with these packages: {package ref's name version: {id: finding}}."""
        root = os.path.join(self.folder, "root")
        shutil.rmtree(root, ignore_errors=True)
        self.write("root/etc/os-release", release + "\n")
        os.makedirs(os.path.join(root, "var/lib/rpm"))
        support.rpm_database(os.path.join(root, "var/lib/rpm/rpmdb.sqlite"), headers)
        document, done = report("scan", "--db", self.database, root)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout[:2000])
        found = {f"{item['name']} {item['version']}": {} for item in document["packages"]}
        for finding in document["findings"]:
            item = document["packages"][finding["package"]]
            found[f"{item['name']} {item['version']}"][finding["id"]] = finding
        return found


def header(name, evr, source="fox", **more):
    epoch, _, rest = evr.rpartition(":")
    version, _, release = rest.rpartition("-")
    return support.rpm_header(name, version, release, epoch=int(epoch) if epoch and epoch != "0" else None,
                              source=f"{source}-{version}-{release}.src.rpm", **more)


class Distributions(Roots):
    def test_below_at_and_above(self):
        for key, (release, feed, name) in DISTRIBUTIONS.items():
            with self.subTest(key):
                self.load(self.write("feed", feed))
                tag = {"azure": ".azl3", "mariner": ".cm2", "photon": ".ph4"}.get(key, "")
                found = self.scan(release, [header(name, version + tag) for version in ("1-9", "2-1", "2-2")])
                self.assertEqual({package: sorted(ids) for package, ids in found.items()},
                                 {f"{name} 1-9{tag}": ["CVE-2026-0001"], f"{name} 2-1{tag}": [], f"{name} 2-2{tag}": []})
                finding = found[f"{name} 1-9{tag}"]["CVE-2026-0001"]
                self.assertEqual(finding["status"], "fixed")
                self.assertIn(finding["fixed"], {f"2-1{tag}", f"0:2-1{tag}"})

    def test_unfixed_components_reach_their_binaries(self):
        product = ("https://www.redhat.com", "rhel9", "cpe:/o:redhat:enterprise_linux:9")
        source = "pkg:rpm/redhat/fox?arch=src"
        for details, status in (("Will not fix", "wont-fix"), ("Fix deferred", "deferred"),
                                ("Out of support scope", "end-of-life"), ("Affected", "affected")):
            category = "no_fix_planned" if details in ("Will not fix", "Out of support scope") else "none_available"
            self.load(self.write("feed", csaf(*product, {"known_affected": [source]}, [(category, details, [source])])))
            found = self.scan('ID="rhel"\nVERSION_ID="9.4"', [header("libfox", "1-1"), header("owl", "1-1", source="owl")])
            self.assertEqual(found["libfox 1-1"]["CVE-2026-0001"]["status"], status, details)
            self.assertIsNone(found["libfox 1-1"]["CVE-2026-0001"]["fixed"])
            self.assertEqual(found["owl 1-1"], {})

    def test_not_affected_of_the_better_feed_wins(self):
        vex = csaf("https://www.redhat.com", "rhel9", "cpe:/o:redhat:enterprise_linux:9",
                   {"known_not_affected": ["pkg:rpm/redhat/fox"]})
        self.load(self.write("oval", DISTRIBUTIONS["redhat-oval"][1]))
        release = DISTRIBUTIONS["redhat-oval"][0]
        self.assertIn("CVE-2026-0001", self.scan(release, [header("fox", "1-1")])["fox 1-1"])
        self.load(self.write("oval", DISTRIBUTIONS["redhat-oval"][1]), self.write("vex", vex))
        self.assertEqual(self.scan(release, [header("fox", "1-1")])["fox 1-1"], {})

    def test_extras_and_core_of_amazon_linux_2(self):
        self.load(self.write("feed", updateinfo(("ALAS2-2026-1", "Amazon Linux 2", "kernel", "4.14.300", "1.amzn2"),
                                                ("ALAS2KERNEL-5.15-2026-1", "Amazon Linux 2 - Kernel-5.15", "kernel", "5.15.79",
                                                 "1.amzn2"))))
        versions = {"4.14.299-1.amzn2": True, "4.14.300-1.amzn2": False, "5.10.1-1.amzn2": False, "5.15.1-1.amzn2": True,
                    "5.15.79-1.amzn2": False}
        found = self.scan('ID="amzn"\nVERSION_ID="2"', [header("kernel", version) for version in versions])
        self.assertEqual({version: "CVE-2026-0001" in found["kernel " + version] for version in versions}, versions)


# ---- an independent calculation ----

def segments(text):
    return re.findall(r"[0-9]+|[A-Za-z]+|~|\^", text)


def compare_part(a, b):
    """rpm's comparison of versions, from its documentation."""
    for x, y in itertools.zip_longest(segments(a), segments(b)):
        if x == y:
            continue
        if "~" in (x, y):
            return -1 if x == "~" else 1
        if x is None or y is None:
            if "^" in (x, y):
                return -1 if x is None else 1
            return -1 if x is None else 1
        if "^" in (x, y):
            return -1 if x == "^" else 1
        if x.isdigit() and y.isdigit():
            if int(x) != int(y):
                return -1 if int(x) < int(y) else 1
        elif x.isdigit() != y.isdigit():
            return 1 if x.isdigit() else -1
        else:
            return -1 if x < y else 1
    return 0


def compare(a, b):
    def split(evr):
        epoch, _, rest = evr.rpartition(":")
        version, _, release = rest.partition("-")
        return int(epoch or 0), version, release
    left, right = split(a), split(b)
    if left[0] != right[0]:
        return -1 if left[0] < right[0] else 1
    return compare_part(left[1], right[1]) or compare_part(left[2], right[2])


def open_any(path):
    kind = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}.get(os.path.splitext(path)[1], open)
    with kind(path, "rb") as file:
        return file.read()


def local(element):
    return element.tag.rpartition("}")[2]


def oval_triples(path, platform):
    """(package, fixed, id) of "X is earlier than V" below a platform, told by the comments alone."""
    for definition in ET.fromstring(open_any(path)).iter():
        if local(definition) != "definition":
            continue
        text = ET.tostring(definition, encoding="unicode")
        if not re.search(rf'comment="{platform} is installed"', text):
            continue
        ids = {match for element in definition.iter() if local(element) in ("reference", "cve")
               for match in re.findall(r"CVE-\d+-\d+", element.get("ref_id", "") + (element.text or ""))}
        for name, fixed in re.findall(r'comment="(\S+) is earlier than (\S+)"', text):
            for cve in ids:
                yield name, fixed, cve


def updateinfo_triples(path, release):
    for update in ET.fromstring(open_any(path)).iter("update"):
        ids = [item.get("id") for item in update.iter("reference") if item.get("type") == "cve"]
        for package in update.iter("package"):
            if package.get("arch") != "src" and update.find("pkglist/collection/name").text.startswith(release):
                for cve in ids:
                    yield package.get("name"), f"{package.get('epoch')}:{package.get('version')}-{package.get('release')}", cve


class RealSamples(Roots):
    """Extra tests, where a folder of publishers' feeds lies beside the checkout."""

    def check(self, release, triples, *files):
        triples = sorted(set(triples))
        self.assertTrue(triples)
        self.load(*[os.path.join(SAMPLES, name) for name in files])
        # A module's build is mended by errata of modules alone.
        installed = sorted({(name, version) for name, fixed, _ in triples for tag in [".module" if ".module" in fixed else ""]
                            for version in (fixed, "0:0-0" + tag, "99:1-1" + tag)})
        found = self.scan(release, [header(name, version, source="nothing") for name, version in installed])
        for name, version in installed:
            want = {cve for other, fixed, cve in triples if other == name and compare(version, fixed) < 0}
            shown = version[2:] if version.startswith("0:") else version
            self.assertEqual(set(found[f"{name} {shown}"]), want, (name, version))
        return len(triples)

    def test_oracle(self):
        path = "oracle/com.oracle.elsa-all.xml.bz2"
        for release in ("5", "8"):
            self.check(f'ID="ol"\nVERSION_ID="{release}.1"',
                       oval_triples(os.path.join(SAMPLES, path), f"Oracle Linux {release}"), path)

    def test_photon(self):
        path = "photon/com.vmware.phsa-photon3.xml.xz"
        self.check('ID="photon"\nVERSION_ID="3.0"', oval_triples(os.path.join(SAMPLES, path), "Photon OS 3"), path)

    def test_redhat(self):
        path = "redhat/oval-v2/RHEL9/rhel-9-including-unpatched.oval.xml.bz2"
        triples = list(oval_triples(os.path.join(SAMPLES, path), "Red Hat Enterprise Linux 9"))
        self.check('ID="rhel"\nVERSION_ID="9.0"', [item for item in triples if item[0] in ("firefox", "thunderbird")], path)

    def test_amazon(self):
        for release, key in (("2023", "2023"), ("2018.03", "1")):
            path = f"amazon/updateinfo_{key}.xml.gz"
            name = "Amazon Linux AMI" if key == "1" else f"Amazon Linux {key}"
            self.check(f'ID="amzn"\nVERSION_ID="{release}"', updateinfo_triples(os.path.join(SAMPLES, path), name), path)

    def test_archives_as_published(self):
        for name in ("redhat/csaf-vex/csaf_vex_2024-08-04.tar.zst", "suse/csaf-vex.tar.bz2", "suse/osv.tar.bz2",
                     "ubuntu/osv-all.tar.xz"):
            self.load(*glob.glob(os.path.join(SAMPLES, name)))
            done = subprocess.run([support.PROGRAM, "db", "info", "--db", self.database, "--format", "json"],
                                  capture_output=True, text=True, check=True)
            self.assertGreater(json.loads(done.stdout)["advisories"], 0, name)


if not os.path.isdir(SAMPLES):
    del RealSamples

if __name__ == "__main__":
    unittest.main()
