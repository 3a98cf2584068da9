"""Bills of materials in the shapes that many programs give them: nothing in them vanishes, and none is taken for
another system's."""
import unittest

from test_sbom import Case

LIBSSL = "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12.5"
PAD = "pkg:npm/left-pad@1.3.0"
SSL_FOUND, PAD_FOUND = ("libssl3", "CVE-2024-1001"), ("left-pad", "GHSA-ffff-bbbb-cccc")


def cyclonedx(*components, **rest):
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": list(components), **rest}


def library(name, version, purl=None, kind="library"):
    return {"type": kind, "name": name, "version": version, **({"purl": purl} if purl else {})}


def spdx(*packages, about="SPDXRef-app"):
    return {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "d", "creationInfo": {"creators": ["Tool: t-1"]},
            "packages": list(packages), "relationships": [
                {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": about}]}


def spdx_package(name, version, locator=None, kind="purl", **rest):
    references = [{"referenceCategory": "OTHER", "referenceType": kind, "referenceLocator": locator}] if locator else []
    return {"SPDXID": f"SPDXRef-{name}", "name": name, "versionInfo": version, "externalRefs": references, **rest}


TRIVY = spdx(spdx_package("app", "", primaryPackagePurpose="CONTAINER"),
             spdx_package("debian", "12.5", primaryPackagePurpose="OPERATING-SYSTEM"),
             spdx_package("libssl3", "3.0.9-1", LIBSSL, sourceInfo="built package from: openssl 3.0.9-1"))


class Programs(Case):
    def findings(self, document, *wanted, code=0):
        report = self.scan("sbom:" + self.write("document", document), code=(code,))
        names = [item["name"] for item in report["packages"]]
        self.assertEqual(sorted((names[found["package"]], found["id"]) for found in report["findings"]), sorted(wanted))
        return report

    def test_spdx_of_trivy_tells_the_source(self):
        report = self.findings(TRIVY, SSL_FOUND)
        self.assertEqual(report["packages"][0]["source"], {"name": "openssl", "version": "3.0.9-1"})

    def test_tag_value_with_more_than_one_space(self):
        report = self.findings(
            "SPDXVersion: SPDX-2.2\nPackageName: left-pad\nSPDXID: SPDXRef-1\nPackageVersion: 1.3.0\n"
            f"ExternalRef: PACKAGE-MANAGER   purl  {PAD}\n##### Package\n\nPackageName: libssl3\nSPDXID: SPDXRef-2\n"
            f"PackageSourceInfo: <text>built package from: openssl 3.0.9-1</text>\nExternalRef: PACKAGE-MANAGER purl {LIBSSL}\n"
            "Relationship: SPDXRef-1  DEPENDS_ON   SPDXRef-2\n", PAD_FOUND, SSL_FOUND)
        self.assertEqual(next(item for item in report["packages"] if item["name"] == "left-pad")["depends_on"], [0])

    def test_systems(self):
        component = library("libssl3", "3.0.9-1", "pkg:deb/debian/libssl3@3.0.9-1?upstream=openssl")
        about = {"component": {"type": "operating-system", "name": "debian", "version": "12"}}
        self.findings(cyclonedx(component, metadata=about), SSL_FOUND)
        crypto = library("libcrypto3", "3.1.4-r0", "pkg:apk/alpine/libcrypto3@3.1.4-r0?distro=3.19.1&upstream=openssl")
        report = self.findings(cyclonedx(crypto), ("libcrypto3", "CVE-2024-1001"))
        self.assertEqual(report["target"]["os"]["version"], "3.19.1")
        bash = library("bash", "1", "pkg:rpm/amazon/bash@1-1?distro=amazon-2%20%28Karoo%29")
        for document in (cyclonedx(bash), cyclonedx(library("amazon", "2 (Karoo)", kind="operating-system"), bash)):
            report = self.findings(document, code=5)
            self.assertEqual((report["target"]["os"]["id"], report["target"]["os"]["version"]), ("amzn", "2"))

    def test_syft_without_purls(self):
        self.findings({"artifacts": [{"id": "1", "name": "libssl3", "version": "3.0.9-1", "type": "deb", "foundBy": "dpkg", "purl": "",
                                      "metadata": {"source": "openssl", "sourceVersion": ""}},
                                     {"id": "2", "name": "requests", "version": "2.0.0", "type": "python", "purl": ""}],
                       "distro": {"id": "debian", "versionID": "12"}, "schema": {"version": "3.0.0"}},
                      SSL_FOUND, ("requests", "CVE-2024-1002"))

    def test_a_lone_package_without_a_purl(self):
        cpe = "cpe:2.3:a:openssl:openssl:1.1.1:*:*:*:*:*:*:*"
        for package in (spdx_package("app", "1.1.1", cpe, "cpe23Type"), spdx_package("app", "1.1.1")):
            report = self.findings(spdx(package), code=5)
            self.assertEqual([(item["name"], item["version"]) for item in report["packages"]], [("app", "1.1.1")])
        about = {"component": {"type": "application", "name": "openssl", "version": "1.1.1", "cpe": cpe}}
        self.assertEqual(len(self.findings(cyclonedx(metadata=about), code=5)["packages"]), 1)
        image = spdx_package("app", "1", primaryPackagePurpose="CONTAINER")
        self.assertEqual(self.findings(spdx(image))["packages"], [])

    def test_what_no_advisory_can_speak_of_is_told(self):
        names = [library(kind, "1", kind=kind) for kind in ("firmware", "device-driver", "library", "invented")]
        report = self.findings(cyclonedx(*names, library("x", "1", kind="file")), code=5)
        self.assertEqual(len(report["packages"]), 4)
        self.assertIn("4 packages have neither", report["diagnostics"][0]["message"])
        report = self.findings(cyclonedx(library("x", "1", "pkg:invented/x@1"), library("left-pad", "1.3.0", PAD)), PAD_FOUND)
        self.assertEqual([item["level"] for item in report["diagnostics"]], ["warning"])

    def test_an_expression_with_attributes(self):
        report = self.findings(
            '\ufeff<b:bom xmlns:b="http://cyclonedx.org/schema/bom/1.6"><b:components><b:component type="library">'
            '<b:name>left-pad</b:name><b:version>1.3.0</b:version><b:licenses><b:expression acknowledgement="declared">MIT OR '
            f'Apache-2.0</b:expression></b:licenses><b:purl>{PAD}</b:purl></b:component></b:components></b:bom>', PAD_FOUND)
        self.assertEqual(report["packages"][0]["licenses"], ["MIT OR Apache-2.0"])


if __name__ == "__main__":
    unittest.main()
