"""A registry of the test's own: OCI distribution-spec, with faults on demand. And certificates, and the real one."""
import base64
import http.server
import json
import os
import re
import socket
import socketserver
import ssl
import subprocess
import threading
import time
import urllib.parse

import support
from support import digest, dumps

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"


def openssl(*words, cwd):
    subprocess.run(["openssl", *words], cwd=cwd, check=True, capture_output=True)


class Certificates:
    """An authority, a server's certificate for localhost, an expired one, and a client's."""

    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "ca.cnf"), "w", encoding="utf-8") as file:
            file.write("[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\n"
                       "policy=p\nunique_subject=no\n[p]\ncommonName=supplied\n[server]\n"
                       "subjectAltName=DNS:localhost,IP:127.0.0.1\n[client]\nextendedKeyUsage=clientAuth\n")
        for name, text in (("index", ""), ("serial", "01\n")):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
                "-out", "ca.pem", "-days", "30", "-subj", "/CN=test authority", cwd=folder)
        self.make("server", "server", "20200101000000Z", "20400101000000Z")
        self.make("expired", "server", "20200101000000Z", "20200201000000Z")
        self.make("client", "client", "20200101000000Z", "20400101000000Z")

    def make(self, name, extensions, start, end):
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key",
                "-out", name + ".csr", "-subj", "/CN=localhost", cwd=self.folder)
        openssl("ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-in", name + ".csr",
                "-out", name + ".pem", "-notext", "-startdate", start, "-enddate", end, "-extensions", extensions,
                cwd=self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "test"
    disable_nagle_algorithm = True

    def log_message(self, *words):
        pass

    def answer(self, status, body=b"", send=None, **headers):
        """`send`: how many bytes of the body are sent before the line breaks."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if send is None else body[:send])
            self.owner.sent += len(body) if send is None else send
        if send is not None:
            self.wfile.flush()
            self.close_connection = True

    def error(self, status, code, **headers):
        self.answer(status, dumps({"errors": [{"code": code, "message": code.lower()}]}), Content_Type="application/json",
                    **headers)

    @property
    def owner(self):
        return self.server.owner

    def handle_any(self):
        owner = self.owner
        with owner.lock:
            owner.requests.append((self.command, self.path, dict(self.headers)))
        if owner.hook and owner.hook(self):
            return
        if not self.allowed():
            return
        path = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(path.query))
        if path.path == "/v2/":
            self.answer(200, b"{}", Docker_Distribution_API_Version="registry/2.0")
        elif path.path == "/token":
            self.token(query)
        elif path.path == "/v2/_catalog":
            self.page("repositories", sorted({name for name, _ in owner.manifests}), query)
        elif match := re.fullmatch(r"/v2/(.+)/tags/list", path.path):
            self.page("tags", sorted(tag for name, tag in owner.manifests if name == match[1] and ":" not in tag), query)
        elif match := re.fullmatch(r"/v2/(.+)/manifests/([^/]+)", path.path):
            self.manifest(*match.groups())
        elif match := re.fullmatch(r"/v2/(.+)/blobs/(sha256:[0-9a-f]+)", path.path):
            self.blob(match[2])
        elif match := re.fullmatch(r"/v2/(.+)/referrers/(sha256:[0-9a-f]+)", path.path):
            self.referrers(*match.groups())
        elif match := re.fullmatch(r"/v2/(.+)/blobs/uploads/(\d*)", path.path):
            self.upload(match[1], match[2], query)
        else:
            self.error(404, "NOT_FOUND")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = handle_any

    def body(self):
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def allowed(self):
        owner = self.owner
        given = self.headers.get("Authorization", "")
        if self.path.startswith("/token") or owner.auth is None:
            return True
        if owner.auth[0] == "basic":
            if given == "Basic " + base64.b64encode(f"{owner.auth[1]}:{owner.auth[2]}".encode()).decode():
                return True
            self.error(401, "UNAUTHORIZED", WWW_Authenticate='Basic realm="r"')
            return False
        if given.startswith("Bearer ") and given[7:] in owner.tokens:
            return True
        realm = owner.realm or owner.url + "/token"
        self.error(401, "UNAUTHORIZED",
                   WWW_Authenticate=f'Bearer realm="{realm}",service="test",scope="whatever"')
        return False

    def token(self, query):
        owner = self.owner
        given = self.headers.get("Authorization", "")
        if self.command == "POST":
            query = dict(urllib.parse.parse_qsl(self.body().decode()))
            right = query.get("refresh_token") == owner.auth[2] and query.get("grant_type") == "refresh_token"
        else:
            right = owner.auth[1] is None or given == "Basic " + base64.b64encode(
                f"{owner.auth[1]}:{owner.auth[2]}".encode()).decode()
        owner.scopes.append(query.get("scope"))
        if not right or query.get("service") != "test":
            self.error(401, "UNAUTHORIZED")
            return
        word = f"token-{len(owner.tokens)}"
        owner.tokens.append(word)
        self.answer(200, dumps({"access_token" if self.command == "POST" else "token": word, "expires_in": 300}))

    def page(self, member, names, query):
        owner = self.owner
        size = min(int(query.get("n", 100)), owner.page)
        rest = [name for name in names if name > query.get("last", "")]
        headers = {}
        if len(rest) > size:
            path = urllib.parse.urlsplit(self.path).path
            headers["Link"] = f'<{path}?last={urllib.parse.quote(rest[size - 1])}&n={size}>; rel="next"'
        self.answer(200, dumps({member: rest[:size]}), **headers)

    def manifest(self, name, reference):
        owner = self.owner
        if self.command == "PUT":
            body = self.body()
            owner.put_manifest(name, reference, self.headers["Content-Type"], body)
            self.answer(201, Docker_Content_Digest="sha256:" + digest(body))
            return
        found = owner.manifests.get((name, reference))
        if not found:
            self.error(404, "MANIFEST_UNKNOWN")
            return
        self.answer(200, found[1], Content_Type=found[0], Docker_Content_Digest="sha256:" + digest(found[1]))

    def blob(self, name):
        owner = self.owner
        data = owner.blobs.get(name)
        if data is None:
            self.error(404, "BLOB_UNKNOWN")
            return
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted and owner.ranges:
            start, end = int(wanted[1]), min(int(wanted[2] or len(data) - 1), len(data) - 1)
            self.answer(206, data[start:end + 1], Content_Range=f"bytes {start}-{end}/{len(data)}")
        else:
            self.answer(200, data)

    def referrers(self, name, subject):
        owner = self.owner
        if not owner.referrers_api:
            self.error(404, "NOT_FOUND")
            return
        items = []
        for (repository, reference), (media_type, body) in sorted(owner.manifests.items()):
            document = json.loads(body)
            if repository == name and ":" in reference and document.get("subject", {}).get("digest") == subject:
                items.append({"mediaType": media_type, "digest": reference, "size": len(body),
                              "artifactType": document.get("artifactType") or document["config"]["mediaType"]})
        self.answer(200, dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": items}), Content_Type=INDEX)

    def upload(self, name, number, query):
        owner = self.owner
        body = self.body()
        if self.command == "POST":
            with owner.lock:
                owner.uploads.append(b"")
            self.answer(202, Location=f"/v2/{name}/blobs/uploads/{len(owner.uploads) - 1}?state=x")
            return
        if query.get("state") != "x":
            self.error(400, "BLOB_UPLOAD_INVALID")
            return
        owner.uploads[int(number)] += body
        whole = owner.uploads[int(number)]
        if self.command == "PATCH":
            self.answer(202, Location=self.path, Range=f"0-{len(whole) - 1}")
        elif query.get("digest") != "sha256:" + digest(whole):
            self.error(400, "DIGEST_INVALID")
        else:
            owner.blobs[query["digest"]] = whole
            self.answer(201)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that hung up


class Registry:
    """auth: None, ("basic", user, password), ("token", user or None, password or refresh token)."""

    def __init__(self, tls=None, auth=None, client_ca=None):
        self.blobs, self.manifests, self.uploads = {}, {}, []
        self.requests, self.tokens, self.scopes = [], [], []
        self.auth, self.hook, self.realm, self.sent = auth, None, None, 0
        self.page, self.ranges, self.referrers_api = 1000, True, True
        self.lock = threading.Lock()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.owner = self
        self.host = f"localhost:{self.server.server_address[1]}"
        self.url = ("https://" if tls else "http://") + self.host
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls + ".pem", tls + ".key")
            if client_ca:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(client_ca)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def forget(self):
        """What was asked so far."""
        asked, self.requests, self.sent = self.requests, [], 0
        return asked

    def paths(self):
        return [path for _, path, _ in self.requests]

    def put_blob(self, data):
        self.blobs["sha256:" + digest(data)] = data
        return {"digest": "sha256:" + digest(data), "size": len(data)}

    def put_manifest(self, name, tag, media_type, body):
        self.manifests[name, "sha256:" + digest(body)] = (media_type, body)
        self.manifests[name, tag] = (media_type, body)
        return {"mediaType": media_type, "digest": "sha256:" + digest(body), "size": len(body)}

    def put_image(self, name, tag, layers, pack=support.gz, platform="linux/amd64", config=None, layer_more=None):
        """Layers as plain tars; the manifest's descriptor."""
        system, arch = platform.split("/")[:2]
        config = dumps(support.config_of(layers, os=system, architecture=arch, **(config or {})))
        suffix = {support.gz: "+gzip", support.zst: "+zstd"}.get(pack, "")
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, **self.put_blob(config)},
            "layers": [{"mediaType": LAYER + suffix, **self.put_blob(pack(data)), **(layer_more or {})}
                       for data in layers],
        }
        result = self.put_manifest(name, tag, MANIFEST, dumps(manifest))
        return {**result, "platform": {"os": system, "architecture": arch}}

    def put_index(self, name, tag, descriptors):
        body = dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": descriptors})
        return self.put_manifest(name, tag, INDEX, body)

    def attach(self, name, subject, artifact_type, blobs, tag="attached", layer_type="application/octet-stream",
               annotations=None):
        """A manifest that refers to `subject`."""
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": artifact_type,
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", **self.put_blob(b"{}")},
            "layers": [{"mediaType": layer_type, **self.put_blob(data), "annotations": annotations or {}}
                       for data in blobs],
            "subject": {key: subject[key] for key in ("mediaType", "digest", "size")},
        }
        return self.put_manifest(name, tag, MANIFEST, dumps(manifest))


def start_real(case, folder, user, password, tls=None):
    """Debian's docker-registry with a login, and TLS (`tls`: path of a certificate, its key beside it); its host. It ends with
    the test."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    subprocess.run(["htpasswd", "-Bbc", os.path.join(folder, "htpasswd"), user, password], check=True, capture_output=True)
    config = os.path.join(folder, "registry.yml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {folder}/registry}}}}\n"
                   f"http: {{addr: '127.0.0.1:{port}', secret: made-up" +
                   (f", tls: {{certificate: {tls}.pem, key: {tls}.key}}" if tls else "") + "}\n"
                   f"auth: {{htpasswd: {{realm: r, path: {folder}/htpasswd}}}}\n")
    child = subprocess.Popen(["docker-registry", "serve", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    case.addCleanup(child.wait)
    case.addCleanup(child.kill)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return f"localhost:{port}"
        except OSError:
            if child.poll() is not None:
                break
            time.sleep(0.05)
    raise AssertionError("docker-registry does not start")
