"""What is attached to images in registries: signatures, attestations, bills of materials, VEX."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import signing
import support
from registry_server import Registry
from support import debian, digest, dumps, layer

LAYERS = [layer(debian(openssl="1.0"))]
TRACKER = {"openssl": {"CVE-2026-1000": {"description": "made up", "scope": "remote", "releases": {"bookworm": {
    "status": "resolved", "repositories": {"bookworm": "2.0"}, "fixed_version": "2.0", "urgency": "high"}}}}}
VEX_TYPE, BOM_TYPE = "https://openvex.dev/ns/v0.2.0", "https://cyclonedx.org/bom"
VEX = {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://made.up/1", "author": "us",
       "timestamp": "2026-01-01T00:00:00Z", "version": 1,
       "statements": [{"vulnerability": {"name": "CVE-2026-1000"}, "status": "not_affected",
                       "justification": "vulnerable_code_not_present"}]}
BOM = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
    {"type": "library", "name": "left", "version": "1.0.0", "purl": "pkg:npm/left@1.0.0"}]}


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.database = support.made_up_database(cls.folder, TRACKER)
        cls.key, cls.other = signing.Key(cls.folder, "ours"), signing.Key(cls.folder, "theirs")

    def setUp(self):
        self.registry = Registry()
        self.addCleanup(self.registry.close)
        self.image = self.registry.put_image("team/app", "1", LAYERS)
        self.target = self.registry.host + "/team/app:1"

    def scan(self, *words, code=0, target=None):
        document, done = support.report(
            "scan", "--db", self.database, "--insecure", self.registry.host, *words, target or self.target,
            env={"PLIMSOLL_HOME": tempfile.mkdtemp(dir=self.folder), "HOME": self.folder, "PLIMSOLL_CACHE": "none",
                 "DOCKER_HOST": "unix:///nowhere", "CONTAINER_HOST": "unix:///nowhere"})
        self.assertEqual(done.returncode, code, done.stderr)
        return document

    def ids(self, document):
        return [finding["id"] for finding in document["findings"] if not finding["suppressed"]]


class Signatures(Case):
    def verified(self, *keys):
        words = [word for key in keys or (self.key,) for word in ("--verify-key", key.public)]
        return self.scan(*words)["target"]["signature"]

    def refused(self, *words):
        document = self.scan(*(words or ("--verify-key", self.key.public)), code=1)
        self.assertIn("image-unsigned", self.ids(document))
        finding = next(finding for finding in document["findings"] if finding["id"] == "image-unsigned")
        self.assertEqual((finding["kind"], finding["severity"], finding["package"]), ("config", "critical", None))
        self.assertFalse(document["target"]["signature"]["verified"])

    def test_nothing_is_asked_without_a_key(self):
        self.assertNotIn("signature", self.scan()["target"])
        self.assertFalse([path for path in self.registry.paths() if "referrers" in path or ".sig" in path])

    def test_cosigns_tag(self):
        self.refused()
        signing.cosign_signature(self.registry, "team/app", self.image, self.other)
        self.refused()
        self.assertEqual(self.verified(self.key, self.other)["key"], self.other.public)
        signing.cosign_signature(self.registry, "team/app", self.image, self.key)
        self.assertEqual(self.verified(), {"verified": True, "key": self.key.public, "kind": "cosign signature"})

    def test_other_kinds_of_keys(self):
        for kind in ("ed25519", "rsa"):
            key = signing.Key(self.folder, kind, kind)
            signing.cosign_signature(self.registry, "team/app", self.image, key)
            self.assertTrue(self.verified(key)["verified"])

    def test_a_signature_of_another_image(self):
        other = self.registry.put_image("team/other", "1", [layer(debian(zlib="1"))])
        signing.cosign_signature(self.registry, "team/app", self.image, self.key, digest=other["digest"])
        self.refused()

    def test_a_payload_that_was_changed(self):
        body = signing.payload(self.image["digest"])
        signing.cosign_tag(self.registry, "team/app", self.image, "sig", signing.SIMPLE, body + b" ", {
            "dev.cosignproject.cosign/signature": base64.b64encode(self.key.sign(body)).decode()})
        self.refused()

    def test_a_payload_of_another_type(self):
        body = signing.payload(self.image["digest"]).replace(b"cosign container image signature", b"something else")
        signing.cosign_tag(self.registry, "team/app", self.image, "sig", signing.SIMPLE, body, {
            "dev.cosignproject.cosign/signature": base64.b64encode(self.key.sign(body)).decode()})
        self.refused()

    def test_a_blob_with_other_bytes(self):
        signing.cosign_signature(self.registry, "team/app", self.image, self.key)
        good = signing.payload(self.image["digest"])
        self.registry.blobs["sha256:" + digest(good)] = b"{}"
        self.refused()

    def test_an_index_that_is_signed_vouches_for_its_images(self):
        index = self.registry.put_index("team/app", "many", [self.image])
        signing.cosign_signature(self.registry, "team/app", index, self.key)
        document = self.scan("--verify-key", self.key.public, target=self.registry.host + "/team/app:many")
        self.assertTrue(document["target"]["signature"]["verified"])
        self.assertEqual(document["target"]["index_digest"], index["digest"])
        self.refused()

    def attach_bundle(self, bundle):
        self.registry.attach("team/app", self.image, signing.BUNDLE, [dumps(bundle)], layer_type=signing.BUNDLE)

    def test_bundles_of_sigstore(self):
        sign = signing.statement(self.image["digest"], "https://sigstore.dev/cosign/sign/v1", {})
        for api in (True, False):
            self.registry.referrers_api = api
            self.registry.manifests.pop(("team/app", "attached"), None)
            self.attach_bundle({"mediaType": signing.BUNDLE, "dsseEnvelope": signing.envelope(self.key, sign)})
            if not api:
                self.registry.put_index("team/app", self.image["digest"].replace(":", "-"), [
                    {"mediaType": "application/vnd.oci.image.manifest.v1+json", "artifactType": signing.BUNDLE,
                     "digest": "sha256:" + digest(self.registry.manifests["team/app", "attached"][1]), "size": 1}])
            self.assertEqual(self.verified()["kind"], "sigstore bundle")
            self.refused("--verify-key", self.other.public)

    def test_a_bundle_with_the_signature_of_the_manifest(self):
        manifest = self.registry.manifests["team/app", "1"][1]
        self.attach_bundle({"mediaType": signing.BUNDLE, "messageSignature": {
            "messageDigest": {"algorithm": "SHA2_256", "digest": base64.b64encode(bytes.fromhex(digest(manifest))).decode()},
            "signature": base64.b64encode(self.key.sign(manifest)).decode()}})
        self.assertTrue(self.verified()["verified"])
        self.refused("--verify-key", self.other.public)

    def real_bundle(self, key, data, *words):
        """Of sigstore's own library."""
        script = os.path.join(support.ROOT, "tests/npm/sign.js")
        done = subprocess.run(["node", script, key.private, *words], input=data, check=True, capture_output=True)
        return json.loads(done.stdout)

    def test_bundles_of_sigstores_library(self):
        sign = signing.statement(self.image["digest"], "https://sigstore.dev/cosign/sign/v1", {})
        manifest = self.registry.manifests["team/app", "1"][1]
        for key in (self.key, signing.Key(self.folder, "ed", "ed25519")):
            for words, data in ((["dsse", "application/vnd.in-toto+json"], sign), (["message"], manifest)):
                if words == ["message"] and key is not self.key:
                    continue  # its signature is over the digest, which Ed25519 does not sign
                self.registry.manifests.pop(("team/app", "attached"), None)
                self.attach_bundle(self.real_bundle(key, data, *words))
                self.assertTrue(self.verified(key)["verified"], words)
                self.refused("--verify-key", self.other.public)

    def test_an_attestation_is_no_signature(self):
        body = signing.statement(self.image["digest"], BOM_TYPE, BOM)
        signing.cosign_tag(self.registry, "team/app", self.image, "att", signing.ENVELOPE,
                           dumps(signing.envelope(self.key, body)))
        self.refused()

    def test_an_archive_is_not_signed(self):
        archive = support.docker_archive(os.path.join(self.folder, "plain.tar"), LAYERS)
        document = self.scan("--verify-key", self.key.public, target=archive, code=1)
        self.assertIn("image-unsigned", self.ids(document))

    def test_what_is_no_key(self):
        self.scan("--verify-key", os.path.join(self.folder, "feed-0.json"), code=2)

    def test_a_rule_can_accept_it_with_a_reason(self):
        path = os.path.join(self.folder, "rules.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("ignore:\n- id: image-unsigned\n  reason: built here\n")
        self.scan("--verify-key", self.key.public, "--ignore", path)

    def test_severity_does_not_hide_the_verdict(self):
        self.scan("--verify-key", self.key.public, "--severity", "low", code=1)


class Registries(Case):
    def test_only_images_of_these(self):
        host = self.registry.host
        for pattern in (host, host + "/team", host + "/team/app", host + "/*/app", "other.example," + host):
            self.assertNotIn("image-registry", self.ids(self.scan("--trust-registry", pattern)), pattern)
        for pattern in ("other.example", host + "/tea", host + "/team/other", host + "/team/app/more", "localhost"):
            document = self.scan("--trust-registry", pattern, code=1)
            self.assertIn("image-registry", self.ids(document), pattern)
            self.assertEqual(document["verdict"]["failed"], True)
        self.scan("--trust-registry", "https://host", code=2)

    def test_an_archive_is_of_no_registry(self):
        archive = support.docker_archive(os.path.join(self.folder, "plain.tar"), LAYERS)
        self.assertIn("image-registry", self.ids(self.scan("--trust-registry", self.registry.host, target=archive, code=1)))


class Documents(Case):
    def attest(self, key, predicate_type, predicate, ending="att"):
        body = signing.statement(self.image["digest"], predicate_type, predicate)
        signing.cosign_tag(self.registry, "team/app", self.image, ending, signing.ENVELOPE, dumps(signing.envelope(key, body)))

    def packages(self, *words, **more):
        return [package["name"] for package in self.scan("--attached", "sbom", *words, **more)["packages"]]

    def layers_read(self):
        return [path for path in self.registry.paths() if "sha256:" + digest(support.gz(LAYERS[0])) in path]

    def test_without_one_the_layers_are_read(self):
        self.assertEqual(self.packages(), ["openssl"])

    def test_they_are_not_looked_for_unasked(self):
        self.registry.attach("team/app", self.image, "application/vnd.cyclonedx+json", [dumps(BOM)],
                             layer_type="application/vnd.cyclonedx+json")
        self.assertEqual([package["name"] for package in self.scan()["packages"]], ["openssl"])

    def test_a_referrer(self):
        for layer_type in ("application/vnd.cyclonedx+json", "application/vnd.cyclonedx+json;version=1.5"):
            self.registry.forget()
            self.registry.attach("team/app", self.image, layer_type, [dumps(BOM)], layer_type=layer_type)
            document = self.scan("--attached", "sbom", code=5)
            self.assertEqual([package["name"] for package in document["packages"]], ["left"])
            self.assertEqual(document["target"]["kind"], "registry")
            self.assertEqual(document["target"]["digest"], self.image["digest"])
            self.assertEqual(document["target"]["sbom"]["format"], "CycloneDX 1.5 JSON")
            self.assertTrue(any("layers were not read" in item["message"] for item in document["diagnostics"]))
            self.assertEqual(self.layers_read(), [])

    def test_cosigns_tags(self):
        signing.cosign_tag(self.registry, "team/app", self.image, "sbom", "application/vnd.cyclonedx+json", dumps(BOM))
        self.assertEqual(self.packages(code=5), ["left"])

    def test_an_attestation(self):
        self.attest(self.key, BOM_TYPE, BOM)
        self.assertEqual(self.packages(code=5), ["left"])

    def test_with_a_key_only_what_it_signed(self):
        signing.cosign_signature(self.registry, "team/app", self.image, self.key)
        signing.cosign_tag(self.registry, "team/app", self.image, "sbom", "application/vnd.cyclonedx+json", dumps(BOM))
        self.attest(self.other, BOM_TYPE, BOM)
        self.assertEqual(self.packages("--verify-key", self.key.public), ["openssl"])
        self.attest(self.key, BOM_TYPE, BOM)
        self.assertEqual(self.packages("--verify-key", self.key.public, code=5), ["left"])

    def test_an_attestation_about_another_image(self):
        body = signing.statement("sha256:" + "0" * 64, BOM_TYPE, BOM)
        signing.cosign_tag(self.registry, "team/app", self.image, "att", signing.ENVELOPE,
                           dumps(signing.envelope(self.key, body)))
        self.assertEqual(self.packages(), ["openssl"])

    def test_buildkits_attestation_in_the_index(self):
        body = signing.statement(self.image["digest"], "https://spdx.dev/Document", {
            "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x", "dataLicense": "CC0-1.0",
            "documentNamespace": "https://made.up/1", "creationInfo": {"created": "2026-01-01T00:00:00Z", "creators": []},
            "packages": [{"SPDXID": "SPDXRef-1", "name": "right", "versionInfo": "2.0.0", "downloadLocation": "NONE",
                          "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                                            "referenceLocator": "pkg:npm/right@2.0.0"}]}]})
        manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **self.registry.put_blob(b"{}")},
                    "layers": [{"mediaType": "application/vnd.in-toto+json", **self.registry.put_blob(body),
                                "annotations": {"in-toto.io/predicate-type": "https://spdx.dev/Document"}}]}
        note = self.registry.put_manifest("team/app", "note", manifest["mediaType"], dumps(manifest))
        self.registry.put_index("team/app", "many", [self.image, {
            **note, "platform": {"os": "unknown", "architecture": "unknown"}, "annotations": {
                "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": self.image["digest"]}}])
        self.assertEqual(self.packages(target=self.registry.host + "/team/app:many", code=5), ["right"])

    def test_what_is_damaged_is_told_and_the_layers_are_read(self):
        self.registry.attach("team/app", self.image, "application/vnd.cyclonedx+json", [b"{"],
                             layer_type="application/vnd.cyclonedx+json")
        document = self.scan("--attached", "sbom")
        self.assertEqual([package["name"] for package in document["packages"]], ["openssl"])

    def test_vex(self):
        self.assertEqual(self.ids(self.scan()), ["CVE-2026-1000"])
        self.attest(self.key, VEX_TYPE, VEX)
        self.assertEqual(self.ids(self.scan()), ["CVE-2026-1000"])
        document = self.scan("--attached", "vex")
        self.assertEqual(self.ids(document), [])
        self.assertEqual(document["findings"][0]["suppressed"]["by"], "vex")
        signing.cosign_signature(self.registry, "team/app", self.image, self.key)
        self.assertEqual(self.ids(self.scan("--attached", "vex", "--verify-key", self.key.public)), [])
        signing.cosign_signature(self.registry, "team/app", self.image, self.other)
        self.assertEqual(self.ids(self.scan("--attached", "vex", "--verify-key", self.other.public)), ["CVE-2026-1000"])

    def test_vex_of_an_index(self):
        index = self.registry.put_index("team/app", "many", [self.image])
        body = signing.statement(index["digest"], VEX_TYPE, VEX)
        signing.cosign_tag(self.registry, "team/app", index, "att", signing.ENVELOPE, dumps(signing.envelope(self.key, body)))
        self.assertEqual(self.ids(self.scan("--attached", "vex", target=self.registry.host + "/team/app:many")), [])

    def test_wrong_words(self):
        self.scan("--attached", "nothing", code=2)
