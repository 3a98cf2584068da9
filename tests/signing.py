"""Signatures as cosign makes them, by openssl."""
import base64
import json
import os
import subprocess

SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
ENVELOPE = "application/vnd.dsse.envelope.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


def openssl(*words, data=None):
    return subprocess.run(["openssl", *words], input=data, check=True, capture_output=True).stdout


class Key:
    """kind: "p256", "ed25519" or "rsa"."""

    def __init__(self, folder, name, kind="p256"):
        self.private, self.public = os.path.join(folder, name + ".key"), os.path.join(folder, name + ".pub")
        self.kind = kind
        more = {"p256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "ed25519": ["-algorithm", "ed25519"],
                "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]}[kind]
        openssl("genpkey", *more, "-out", self.private)
        openssl("pkey", "-in", self.private, "-pubout", "-out", self.public)

    def sign(self, data):
        if self.kind != "ed25519":
            return openssl("dgst", "-sha256", "-sign", self.private, data=data)
        path = self.private + ".data"
        with open(path, "wb") as file:
            file.write(data)
        return openssl("pkeyutl", "-sign", "-inkey", self.private, "-rawin", "-in", path)


def payload(digest, reference="made/up"):
    return json.dumps({"critical": {"identity": {"docker-reference": reference},
                                    "image": {"docker-manifest-digest": digest},
                                    "type": "cosign container image signature"}, "optional": None}).encode()


def statement(digest, predicate_type, predicate):
    return json.dumps({"_type": "https://in-toto.io/Statement/v1", "predicateType": predicate_type,
                       "subject": [{"name": "made/up", "digest": {"sha256": digest[7:]}}],
                       "predicate": predicate}).encode()


def envelope(key, body):
    kind = "application/vnd.in-toto+json"
    signed = f"DSSEv1 {len(kind)} {kind} {len(body)} ".encode() + body
    return {"payloadType": kind, "payload": base64.b64encode(body).decode(),
            "signatures": [{"keyid": "", "sig": base64.b64encode(key.sign(signed)).decode()}]}


def cosign_signature(registry, name, subject, key, digest=None):
    """Puts a signature where cosign does: under the tag sha256-HEX.sig."""
    body = payload(digest or subject["digest"])
    cosign_tag(registry, name, subject, "sig", SIMPLE, body,
               {"dev.cosignproject.cosign/signature": base64.b64encode(key.sign(body)).decode()})


def cosign_tag(registry, name, subject, ending, media_type, body, annotations=None):
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **registry.put_blob(b"{}")},
                "layers": [{"mediaType": media_type, **registry.put_blob(body), "annotations": annotations or {}}]}
    registry.put_manifest(name, subject["digest"].replace(":", "-") + "." + ending, manifest["mediaType"],
                          json.dumps(manifest).encode())
