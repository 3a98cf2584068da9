"""Images in registries: what is asked for, who we are, what goes wrong on the way, and what comes out."""
import json
import os
import shutil
import stat
import tempfile
import time
import unittest

import support
from registry_server import CONFIG, Certificates, Registry
from support import debian, digest, docker_archive, dumps, layer

SYSTEM = layer(debian(openssl="1.0", zlib="2.0"))
APP = layer([{"path": "app/package-lock.json", "text": json.dumps({
    "name": "app", "version": "1.0.0", "lockfileVersion": 3,
    "packages": {"": {"name": "app", "version": "1.0.0"}, "node_modules/left": {"version": "1.3.0"}}})},
    {"path": "app/noise", "bytes": os.urandom(3_000_000)}])
LAYERS = [SYSTEM, APP]
WANTED = {"openssl", "zlib", "left"}


def names(document):
    return [package["name"] for package in document["packages"]]


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.certificates = Certificates(tempfile.mkdtemp(dir=cls.folder))

    def registry(self, tls="server", auth=None, **more):
        registry = Registry(tls and self.certificates.path(tls), auth, **more)
        self.addCleanup(registry.close)
        registry.put_image("team/app", "1.2", LAYERS)
        return registry

    def env(self, **more):
        return {"HOME": tempfile.mkdtemp(dir=self.folder), "PLIMSOLL_HOME": tempfile.mkdtemp(dir=self.folder),
                "XDG_RUNTIME_DIR": "", "XDG_CONFIG_HOME": "", "DOCKER_CONFIG": "", "REGISTRY_AUTH_FILE": "",
                "DOCKER_HOST": "unix:///nowhere", "CONTAINER_HOST": "unix:///nowhere",
                "PLIMSOLL_CACHE": "none", **more}

    def sbom(self, target, *words, code=0, env=None, trust=True):
        if trust:
            words = ("--ca-file", self.certificates.path("ca.pem"), *words)
        document, done = support.report("sbom", *words, target, env=env or self.env())
        self.assertEqual(done.returncode, code, done.stderr)
        return document if code in (0, 5) else done.stderr

    def login(self, host, name="config.json", **entry):
        """An environment with credentials as docker login leaves them."""
        folder = tempfile.mkdtemp(dir=self.folder)
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump({"auths": {host: entry}}, file)
        return folder


class Reading(Case):
    def test_an_image_is_the_same_as_in_an_archive(self):
        registry = self.registry()
        name = f"{registry.host}/team/app"
        archive = docker_archive(os.path.join(self.folder, "same.tar"), LAYERS, name=name + ":1.2")
        remote = self.sbom(f"registry:{name}:1.2")
        local, _ = support.report("sbom", archive, env=self.env())
        self.assertEqual(remote["target"]["kind"], "registry")
        self.assertEqual(remote["target"]["name"], name + ":1.2")
        self.assertEqual(remote["target"]["image_id"], local["target"]["image_id"])
        self.assertEqual([l["diff_id"] for l in remote["target"]["layers"]], [l["diff_id"] for l in local["target"]["layers"]])
        for document in (remote, local):
            document["target"] = None
        self.assertEqual(json.dumps(remote), json.dumps(local))

    def test_every_compression(self):
        registry = self.registry()
        for pack in (support.gz, support.zst, bytes):
            registry.put_image("team/packed", "1", LAYERS, pack=pack)
            self.assertEqual(set(names(self.sbom(f"{registry.host}/team/packed:1"))), WANTED)

    def test_only_what_is_needed_is_asked_for(self):
        registry = self.registry()
        self.sbom(f"{registry.host}/team/app:1.2")
        asked = registry.paths()
        self.assertEqual(len(asked), len(set(asked)), asked)
        self.assertEqual(sum("/manifests/" in path for path in asked), 1)
        self.assertEqual(sum("/blobs/" in path for path in asked), 3)

    def test_the_platform_is_chosen_in_nested_indexes(self):
        registry = self.registry()
        arm = registry.put_image("team/many", "arm", [layer(debian(arm="1"))], platform="linux/arm64")
        intel = registry.put_image("team/many", "intel", [layer(debian(intel="1"))])
        note = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:" + "0" * 64, "size": 9,
                "platform": {"os": "unknown", "architecture": "unknown"},
                "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
        inner = registry.put_index("team/many", "inner", [arm, intel, note])
        registry.put_index("team/many", "outer", [inner])
        for platform, package in (("linux/arm64", "arm"), ("linux/amd64", "intel")):
            for tag in ("inner", "outer"):
                document = self.sbom(f"{registry.host}/team/many:{tag}", "--platform", platform)
                self.assertEqual(names(document), [package])
                self.assertEqual(document["target"]["platform"], platform)
        error = self.sbom(f"{registry.host}/team/many:outer", "--platform", "linux/s390x", code=3)
        self.assertIn("linux/arm64", error)

    def test_a_digest_decides(self):
        registry = self.registry()
        old = registry.manifests["team/app", "1.2"]
        registry.put_image("team/app", "1.2", [layer(debian(newer="1"))])
        name = f"{registry.host}/team/app:1.2@sha256:{digest(old[1])}"
        self.assertEqual(set(names(self.sbom(name))), WANTED)

    def test_foreign_layers(self):
        registry, other = self.registry(), self.registry()
        foreign = support.gz(layer(debian(foreign="1")))
        other.hook = lambda handler: handler.path == "/there" and not handler.answer(200, foreign)
        manifest = {"schemaVersion": 2, "config": {"mediaType": CONFIG, **registry.put_blob(
            dumps(support.config_of([layer(debian(foreign="1"))])))},
            "layers": [{"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "size": len(foreign),
                        "digest": "sha256:" + digest(foreign), "urls": [other.url + "/there"]}]}
        registry.put_manifest("team/foreign", "1", "application/vnd.oci.image.manifest.v1+json", dumps(manifest))
        self.assertEqual(names(self.sbom(f"{registry.host}/team/foreign:1")), ["foreign"])

    def test_what_is_no_image_is_told(self):
        registry = self.registry()
        one = {"schemaVersion": 1, "name": "team/old", "fsLayers": [{"blobSum": "sha256:" + "0" * 64}], "history": []}
        registry.put_manifest("team/old", "1", "application/vnd.docker.distribution.manifest.v1+prettyjws", dumps(one))
        self.assertIn("schema 1", self.sbom(f"{registry.host}/team/old:1", code=3))
        chart = {"schemaVersion": 2, "config": {"mediaType": "application/vnd.cncf.helm.config.v1+json",
                                                **registry.put_blob(b"{}")},
                 "layers": [{"mediaType": "application/vnd.cncf.helm.chart.content.v1", **registry.put_blob(b"x")}]}
        registry.put_manifest("team/chart", "1", "application/vnd.oci.image.manifest.v1+json", dumps(chart))
        self.assertIn("application/vnd.cncf.helm.config.v1+json", self.sbom(f"{registry.host}/team/chart:1", code=3))

    def test_offline_asks_nobody(self):
        registry = self.registry()
        self.assertIn("--offline", self.sbom(f"{registry.host}/team/app:1.2", "--offline", code=2))
        self.assertEqual(registry.requests, [])

    def test_a_bare_name_that_is_found_says_where(self):
        registry = self.registry()
        _, done = support.report("sbom", "--ca-file", self.certificates.path("ca.pem"), f"{registry.host}/team/app:1.2",
                                 env=self.env())
        self.assertIn("is taken from registry", done.stderr)


class Faults(Case):
    def test_a_missing_tag_and_repository(self):
        registry = self.registry()
        error = self.sbom(f"{registry.host}/team/app:9", code=3)
        self.assertIn("team/app has no tag 9", error)
        self.assertIn("MANIFEST_UNKNOWN", error)
        self.assertIn("team/nope", self.sbom(f"{registry.host}/team/nope:1", code=3))

    def test_nobody_listens(self):
        registry = self.registry()
        registry.close()
        begun = time.monotonic()
        self.assertIn(registry.host, self.sbom(f"{registry.host}/team/app:1.2", code=3))
        self.assertLess(time.monotonic() - begun, 20)

    def test_an_expired_certificate(self):
        registry = self.registry(tls="expired")
        self.assertIn("expired", self.sbom(f"{registry.host}/team/app:1.2", code=3))

    def test_an_unknown_authority(self):
        registry = self.registry()
        error = self.sbom(f"{registry.host}/team/app:1.2", code=3, trust=False)
        self.assertIn("--ca-file", error)
        self.assertIn(f"--insecure {registry.host}", error)

    def test_a_certificate_of_another_name(self):
        registry = self.registry()
        self.sbom(f"{registry.host.replace('localhost', '127.0.0.2')}/team/app:1.2", code=3)

    def test_insecure_holds_for_the_named_host_alone(self):
        registry, other = self.registry(), self.registry(tls=None)
        self.sbom(f"{registry.host}/team/app:1.2", "--insecure", registry.host, trust=False)
        self.sbom(f"{registry.host}/team/app:1.2", "--insecure", other.host, trust=False, code=3)
        self.assertIn("plain HTTP", self.sbom(f"{other.host}/team/app:1.2", code=3))
        self.sbom(f"{other.host}/team/app:1.2", "--insecure", other.host)

    def test_a_truncated_blob(self):
        registry = self.registry()
        name = "sha256:" + digest(support.gz(APP))
        whole = registry.blobs[name]
        registry.blobs[name] = whole[:len(whole) // 2]
        document = self.sbom(f"{registry.host}/team/app:1.2", code=5)
        self.assertFalse(document["complete"])
        self.assertIn("openssl", names(document))
        self.assertTrue(any(f"{len(whole) // 2} bytes" in item["message"] for item in document["diagnostics"]),
                        document["diagnostics"])

    def test_a_wrong_digest(self):
        registry = self.registry()
        registry.blobs["sha256:" + digest(support.gz(APP))] = support.gz(APP)[:-1] + b"!"
        document = self.sbom(f"{registry.host}/team/app:1.2", code=5)
        self.assertFalse(document["complete"])
        blob = "sha256:" + digest(support.gz(APP))
        damaged = bytearray(support.gz(APP))
        damaged[len(damaged) // 2] ^= 0xff
        registry.blobs[blob] = bytes(damaged)
        document = self.sbom(f"{registry.host}/team/app:1.2", code=5)
        self.assertTrue(any("digest" in item["message"] for item in document["diagnostics"]), document["diagnostics"])
        other = support.gz(layer([{"path": "x", "bytes": os.urandom(100)}]))
        registry.blobs["sha256:" + digest(support.gz(SYSTEM))] = other
        document = self.sbom(f"{registry.host}/team/app:1.2", code=5)
        self.assertTrue(any("diff ID" in item["message"] or "digest" in item["message"] or "bytes" in item["message"]
                            for item in document["diagnostics"]), document["diagnostics"])

    def test_bytes_behind_the_end_of_a_blob(self):
        registry = self.registry()
        registry.blobs["sha256:" + digest(support.gz(APP))] = support.gz(APP) + b"more"
        document = self.sbom(f"{registry.host}/team/app:1.2", code=5)
        self.assertTrue(any("more than" in item["message"] for item in document["diagnostics"]))

    def test_a_wrong_manifest(self):
        registry = self.registry()
        media_type, body = registry.manifests["team/app", "1.2"]
        wanted = "sha256:" + digest(body)
        registry.manifests["team/app", wanted] = (media_type, body + b" ")
        self.assertIn("other bytes", self.sbom(f"{registry.host}/team/app@{wanted}", code=3))
        registry.hook = lambda handler: "/manifests/1.2" in handler.path and not handler.answer(
            200, body, Docker_Content_Digest="sha256:" + "0" * 64)
        self.assertIn("its bytes have", self.sbom(f"{registry.host}/team/app:1.2", code=3))

    def test_a_registry_that_dies_in_the_middle_is_resumed_by_range(self):
        registry = self.registry()
        blob = "sha256:" + digest(support.gz(APP))
        ranges = []

        def hook(handler):
            if blob not in handler.path:
                return False
            ranges.append(handler.headers.get("Range"))
            if len(ranges) > 3:
                return False
            start = int((handler.headers.get("Range") or "bytes=0-")[6:-1])
            rest = registry.blobs[blob][start:]
            more = {"Content_Range": f"bytes {start}-{start + len(rest) - 1}/*"} if start else {}
            handler.answer(206 if start else 200, rest, send=500_000, **more)
            return True
        registry.hook = hook
        self.assertEqual(set(names(self.sbom(f"{registry.host}/team/app:1.2"))), WANTED)
        self.assertEqual(ranges[0], None)
        self.assertEqual(ranges[1:], ["bytes=500000-", "bytes=1000000-", "bytes=1500000-"])

    def test_a_registry_without_ranges_is_read_again(self):
        registry = self.registry()
        registry.ranges = False
        blob, times = "sha256:" + digest(support.gz(APP)), []

        def hook(handler):
            if blob not in handler.path or times:
                return False
            times.append(1)
            handler.answer(200, registry.blobs[blob], send=700_000)
            return True
        registry.hook = hook
        self.assertEqual(set(names(self.sbom(f"{registry.host}/team/app:1.2"))), WANTED)

    def test_another_part_than_was_asked_for_is_refused(self):
        registry = self.registry()
        blob, times = "sha256:" + digest(support.gz(APP)), []

        def hook(handler):
            if blob not in handler.path:
                return False
            times.append(1)
            if len(times) == 1:
                handler.answer(200, registry.blobs[blob], send=700_000)
            else:
                handler.answer(206, registry.blobs[blob][700_001:], Content_Range="bytes 700001-9/*")
            return True
        registry.hook = hook
        document = self.sbom(f"{registry.host}/team/app:1.2", code=5)
        self.assertTrue(any("another part" in item["message"] for item in document["diagnostics"]))

    def test_one_that_dies_for_good_ends_with_an_error(self):
        registry = self.registry()
        blob = "sha256:" + digest(support.gz(APP))
        registry.hook = lambda handler: blob in handler.path and not handler.answer(200, registry.blobs[blob], send=10)
        document = self.sbom(f"{registry.host}/team/app:1.2", code=5)
        self.assertTrue(any("broke off" in item["message"] for item in document["diagnostics"]), document["diagnostics"])

    def test_429_is_waited_out(self):
        registry = self.registry()
        times = []

        def hook(handler):
            times.append(handler.path)
            if times.count(handler.path) > 1:
                return False
            handler.error(429, "TOOMANYREQUESTS", Retry_After="0" if "blobs" in handler.path else "1")
            return True
        registry.hook = hook
        _, done = support.report("sbom", "--ca-file", self.certificates.path("ca.pem"), f"{registry.host}/team/app:1.2",
                                 env=self.env())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("waiting 1 seconds", done.stderr)

    def test_429_for_too_long_is_told(self):
        registry = self.registry()
        registry.hook = lambda handler: not handler.error(429, "TOOMANYREQUESTS", Retry_After="86400")
        begun = time.monotonic()
        self.assertIn("86400", self.sbom(f"{registry.host}/team/app:1.2", code=3))
        self.assertLess(time.monotonic() - begun, 10)

    def test_a_fault_of_the_server_is_tried_again(self):
        registry = self.registry()
        times = []

        def hook(handler):
            times.append(1)
            return len(times) in (1, 3) and not handler.error(503, "UNAVAILABLE")
        registry.hook = hook
        self.assertEqual(set(names(self.sbom(f"{registry.host}/team/app:1.2"))), WANTED)

    def test_too_large_documents(self):
        registry = self.registry()
        registry.hook = lambda handler: "/manifests/" in handler.path and not handler.answer(200, b" " * (9 << 20))
        self.assertIn("LIMIT_MANIFEST", self.sbom(f"{registry.host}/team/app:1.2", code=3))


class Redirects(Case):
    def send_on(self, registry, other, scheme="https"):
        registry.hook = lambda handler: "/blobs/" in handler.path and not handler.answer(
            307, Location=f"{scheme}://{other.host}{handler.path}?signature=1")

    def test_blobs_elsewhere_without_our_credentials(self):
        registry, other = self.registry(auth=("basic", "u", "s3cret")), self.registry()
        self.send_on(registry, other)
        env = self.env(DOCKER_CONFIG=self.login(registry.host, auth="dTpzM2NyZXQ="))
        self.assertEqual(set(names(self.sbom(f"{registry.host}/team/app:1.2", env=env))), WANTED)
        self.assertTrue(other.requests)
        for _, _, headers in other.requests:
            self.assertNotIn("Authorization", headers)
        self.assertTrue(any("Authorization" in headers for _, _, headers in registry.requests))

    def test_never_to_plain_http(self):
        registry, other = self.registry(), self.registry(tls=None)
        self.send_on(registry, other, scheme="http")
        document = self.sbom(f"{registry.host}/team/app:1.2", code=5)
        self.assertTrue(any("not https" in item["message"] for item in document["diagnostics"]), document["diagnostics"])
        self.assertEqual(other.requests, [])

    def test_never_to_a_file(self):
        registry = self.registry()
        registry.hook = lambda handler: "/blobs/" in handler.path and not handler.answer(307, Location="file:///etc/passwd")
        self.sbom(f"{registry.host}/team/app:1.2", code=5)

    def test_a_loop_ends(self):
        registry = self.registry()
        registry.hook = lambda handler: "/manifests/" in handler.path and not handler.answer(302, Location=handler.path)
        self.assertIn("LIMIT_REDIRECTS", self.sbom(f"{registry.host}/team/app:1.2", code=3))


class Login(Case):
    def check(self, registry, code=0, **env):
        return self.sbom(f"{registry.host}/team/app:1.2", env=self.env(**env), code=code)

    def test_basic(self):
        registry = self.registry(auth=("basic", "u", "s3cret"))
        self.assertIn("docker login", self.check(registry, code=3))
        self.check(registry, DOCKER_CONFIG=self.login(registry.host, auth="dTpzM2NyZXQ="))
        error = self.check(registry, code=3, DOCKER_CONFIG=self.login(registry.host, auth="dTp3cm9uZw=="))
        self.assertIn("config.json", error)
        self.assertNotIn("wrong\"", error)

    def test_tokens(self):
        for user, password in ((None, None), ("u", "s3cret")):
            registry = self.registry(auth=("token", user, password))
            env = {"DOCKER_CONFIG": self.login(registry.host, auth="dTpzM2NyZXQ=")} if user else {}
            self.check(registry, **env)
            self.assertEqual(set(registry.scopes), {"repository:team/app:pull"})
            self.assertEqual(len(registry.tokens), 1)
            if user:
                self.assertIn("docker login", self.check(registry, code=3))

    def test_a_token_that_ran_out_is_asked_for_again(self):
        registry = self.registry(auth=("token", None, None))
        times = []

        def hook(handler):
            if "/blobs/" in handler.path:
                times.append(1)
                if len(times) == 2:
                    registry.tokens[:] = ["other"]
            return False
        registry.hook = hook
        self.check(registry)

    def test_an_identity_token(self):
        registry = self.registry(auth=("token", "u", "refresh-me"))
        self.check(registry, DOCKER_CONFIG=self.login(registry.host, identitytoken="refresh-me"))

    def test_a_registry_token_goes_as_it_is(self):
        registry = self.registry(auth=("token", "u", "x"))
        registry.tokens.append("as-it-is")
        self.check(registry, DOCKER_CONFIG=self.login(registry.host, registrytoken="as-it-is"))

    def test_podmans_files(self):
        registry = self.registry(auth=("basic", "u", "s3cret"))
        folder = tempfile.mkdtemp(dir=self.folder)
        os.makedirs(os.path.join(folder, "containers"))
        with open(os.path.join(folder, "containers", "auth.json"), "w", encoding="utf-8") as file:
            json.dump({"auths": {registry.host + "/other": {"auth": "dTp3cm9uZw=="},
                                 registry.host + "/team": {"auth": "dTpzM2NyZXQ="},
                                 registry.host: {"auth": "dTp3cm9uZw=="}}}, file)
        self.check(registry, XDG_RUNTIME_DIR=folder)
        self.check(registry, REGISTRY_AUTH_FILE=os.path.join(folder, "containers", "auth.json"))

    def helper(self, text, status=0):
        folder = tempfile.mkdtemp(dir=self.folder)
        path = os.path.join(folder, "docker-credential-made-up")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\nread server\n[ \"$1\" = get ] || exit 9\necho \"$server\" >{folder}/asked\n"
                       f"cat <<'END'\n{text}\nEND\nexit {status}\n")
        os.chmod(path, stat.S_IRWXU)
        return folder

    def helper_env(self, registry, folder, key="credHelpers"):
        value = {registry.host: "made-up"} if key == "credHelpers" else "made-up"
        with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
            json.dump({key: value, "auths": {registry.host: {}}}, file)
        return {"DOCKER_CONFIG": folder, "PATH": folder + ":" + os.environ["PATH"]}

    def test_credential_helpers(self):
        registry = self.registry(auth=("basic", "u", "s3cret"))
        for key in ("credHelpers", "credsStore"):
            folder = self.helper(json.dumps({"ServerURL": "x", "Username": "u", "Secret": "s3cret"}))
            self.check(registry, **self.helper_env(registry, folder, key))
            with open(os.path.join(folder, "asked"), encoding="utf-8") as file:
                self.assertEqual(file.read().strip(), registry.host)

    def test_a_helper_with_an_identity_token(self):
        registry = self.registry(auth=("token", "u", "refresh-me"))
        folder = self.helper(json.dumps({"ServerURL": "x", "Username": "<token>", "Secret": "refresh-me"}))
        self.check(registry, **self.helper_env(registry, folder))

    def test_helpers_that_fail(self):
        registry = self.registry(auth=("basic", "u", "s3cret"))
        folder = self.helper("credentials not found in native keychain", 1)
        self.assertIn("docker login", self.check(registry, code=3, **self.helper_env(registry, folder)))
        folder = self.helper("the sky is falling", 1)
        self.assertIn("the sky is falling", self.check(registry, code=3, **self.helper_env(registry, folder)))
        folder = self.helper("no json")
        self.assertIn("JSON", self.check(registry, code=3, **self.helper_env(registry, folder)))
        os.unlink(os.path.join(folder, "docker-credential-made-up"))
        self.assertIn("docker-credential-made-up",
                      self.check(registry, code=3, **self.helper_env(registry, folder)))

    def test_a_broken_config(self):
        registry = self.registry(auth=("basic", "u", "s3cret"))
        folder = tempfile.mkdtemp(dir=self.folder)
        with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
            file.write("{")
        self.assertIn("config.json", self.check(registry, code=3, DOCKER_CONFIG=folder))

    def test_credentials_at_the_prompt_go_to_the_target_alone(self):
        registry = self.registry(auth=("basic", "u", "s3cret"))
        path = os.path.join(self.folder, "password")
        with open(path, "w", encoding="utf-8") as file:
            file.write("s3cret\n")
        mirror = self.registry(auth=("basic", "u", "s3cret"))
        words = ("--registry-user", "u", "--registry-password-file", path)
        self.sbom(f"{registry.host}/team/app:1.2", *words, "--mirror", f"{registry.host}={mirror.host}")
        self.assertTrue(mirror.requests)
        self.assertFalse([headers for _, _, headers in mirror.requests if "Authorization" in headers])

    def test_a_token_is_not_fetched_over_an_open_line(self):
        registry, other = self.registry(auth=("token", "u", "s3cret")), self.registry(tls=None)
        registry.realm = other.url + "/token"
        error = self.check(registry, code=3, DOCKER_CONFIG=self.login(registry.host, auth="dTpzM2NyZXQ="))
        self.assertIn("not https", error)
        self.assertEqual(other.requests, [])

    def test_a_clients_certificate(self):
        registry = self.registry(client_ca=self.certificates.path("ca.pem"))
        self.check(registry, code=3)
        folder = tempfile.mkdtemp(dir=self.folder)
        for source, name in (("ca.pem", "a.crt"), ("client.pem", "b.cert"), ("client.key", "b.key")):
            shutil.copy(self.certificates.path(source), os.path.join(folder, name))
        self.sbom(f"{registry.host}/team/app:1.2", "--cert-dir", folder, trust=False)
        config = tempfile.mkdtemp(dir=self.folder)
        shutil.copytree(folder, os.path.join(config, "containers", "certs.d", registry.host))
        self.sbom(f"{registry.host}/team/app:1.2", env=self.env(XDG_CONFIG_HOME=config), trust=False)
        os.unlink(os.path.join(folder, "b.key"))
        self.assertIn("b.key", self.sbom(f"{registry.host}/team/app:1.2", "--cert-dir", folder, trust=False, code=3))


class Mirrors(Case):
    def test_the_mirror_first_then_the_registry(self):
        registry, mirror = self.registry(), self.registry()
        mirror.manifests["hub/team/app", "1.2"] = mirror.manifests["team/app", "1.2"]
        words = ("--mirror", f"{registry.host}={mirror.host}/hub")
        document = self.sbom(f"{registry.host}/team/app:1.2", *words)
        self.assertEqual(document["target"]["name"], f"{registry.host}/team/app:1.2")
        self.assertEqual(registry.requests, [])
        del mirror.manifests["hub/team/app", "1.2"]
        self.assertEqual(set(names(self.sbom(f"{registry.host}/team/app:1.2", *words))), WANTED)
        self.assertTrue(registry.forget())
        mirror.close()
        self.assertEqual(set(names(self.sbom(f"{registry.host}/team/app:1.2", *words))), WANTED)

    def test_mirrors_of_the_configuration(self):
        registry, mirror = self.registry(), self.registry()
        path = os.path.join(self.folder, "config.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"mirrors:\n  '{registry.host}': '{mirror.host}'\n  'https://feeds.example/': 'https://other.example/'\n")
        self.sbom(f"{registry.host}/team/app:1.2", "--config", path)
        self.assertEqual(registry.requests, [])

    def test_a_mirror_of_a_part(self):
        registry, mirror = self.registry(), self.registry()
        mirror.manifests["mine/app", "1.2"] = mirror.manifests["team/app", "1.2"]
        self.sbom(f"{registry.host}/team/app:1.2", "--mirror", f"{registry.host}/team={mirror.host}/mine")
        self.assertEqual(registry.requests, [])
        self.sbom(f"{registry.host}/team/app:1.2", "--mirror", f"{registry.host}/tea={mirror.host}/mine")
        self.assertTrue(registry.requests)
