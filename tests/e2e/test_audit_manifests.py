"""audit files over manifests: which files are looked at, places, templates, ignores, broken and hostile YAML."""
import os
import unittest

from test_audit_files import Folder

POD = """apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: app
      image: registry.example/app:1.2
      securityContext:
        privileged: true
"""


class Kubernetes(Folder):
    def ids(self, *words):
        return {(path, line) for path, line, name in self.found(*words) if name == "kubernetes-privileged"}

    def test_which_files(self):
        self.write("a/pod.yaml", POD)
        self.write("a/list.json", '{"apiVersion": "v1", "kind": "List", "items": [\n{"apiVersion": "v1", "kind": "Pod", "spec":'
                                  ' {"containers": [{"name": "a",\n"securityContext": {"privileged": true}}]}}]}')
        self.write("a/other.yaml", "a: b\n" + POD.replace("kind", "sort"))
        self.write("a/two.yml", "# x\n---\n" + POD.replace("true", "false") + "---\n" + POD)
        self.write("Chart.yaml", "apiVersion: v2\nname: x\nversion: 1.0.0\n")
        self.assertEqual(self.ids(self.place.name), {("a/pod.yaml", 10), ("a/list.json", 3), ("a/two.yml", 23)})

    def test_every_kind_of_workload(self):
        for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "ReplicationController", "Rollout"):
            path = self.write(kind + ".yaml", f"apiVersion: x/v1\nkind: {kind}\nspec: {{template: {{spec: {{containers: ["
                                              "{name: a, securityContext: {privileged: on}}]}}}\n")
            self.assertEqual(self.ids(path), {(path, 3)}, kind)
        for kind, before, behind in (("CronJob", "spec: {jobTemplate: {spec: {template: ", "}}}"),
                                     ("PodTemplate", "template: ", "")):
            for containers in ("initContainers", "ephemeralContainers", "containers"):
                path = self.write("x.yaml", f"apiVersion: x/v1\nkind: {kind}\n{before}{{spec: {{containers: [], {containers}: "
                                            f"[{{name: a, securityContext: {{privileged: true}}}}]}}}}{behind}\n")
                self.assertEqual(self.ids(path), {(path, 3)}, (kind, containers))

    def test_aliases_and_merge_keys(self):
        path = self.write("x.yaml", POD.replace("securityContext:", "securityContext: &open") +
                          "    - name: b\n      securityContext:\n        <<: *open\n"
                          "    - name: c\n      securityContext:\n        <<: *open\n        privileged: false\n")
        report, _ = self.audit(path)
        names = [finding["excerpt"] for finding in report["findings"] if finding["id"] == "kubernetes-privileged"]
        self.assertEqual(sorted(name.split(" ")[0] for name in names), ["Pod/web/app", "Pod/web/b"])

    def test_what_a_pod_says_for_its_containers_is_told_once(self):
        own = "{name: c, securityContext: {seccompProfile: {type: RuntimeDefault}}}"
        path = self.write("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  securityContext:\n"
                          "    seccompProfile: {type: Unconfined}\n  containers: [{name: a}, {name: b}, " + own + "]\n")
        report, _ = self.audit(path)
        found = [(finding["line"], finding["excerpt"]) for finding in report["findings"]
                 if finding["id"] == "kubernetes-seccomp-off"]
        self.assertEqual(found, [(6, "Pod/web securityContext.seccompProfile.type=Unconfined")])

    def test_comments_ignore(self):
        place = "        privileged: true"
        for text in (POD.replace(place, place + " # plimsoll ignore=kubernetes-privileged drives the GPU"),
                     POD.replace(place, "        # plimsoll ignore=KSV-0017 drives the GPU\n" + place),
                     POD.replace("    - name: app", "    # plimsoll ignore=kubernetes-privileged drives the GPU\n    - name: app"),
                     "# plimsoll global ignore=kubernetes-privileged drives the GPU\n" + POD):
            report, _ = self.audit(self.write("pod.yaml", text))
            found = [finding for finding in report["findings"] if finding["id"] == "kubernetes-privileged"]
            self.assertEqual(len(found), 1)
            self.assertIn("drives the GPU", found[0]["suppressed"]["why"])
        report, _ = self.audit(self.write("pod.yaml", POD.replace(
            "      image:", "      # plimsoll ignore=kubernetes-privileged\n      image:")))
        found = [finding for finding in report["findings"] if finding["id"] == "kubernetes-privileged"]
        self.assertFalse(found[0].get("suppressed"))

    def test_templates_are_passed_over(self):
        self.write("templates/pod.yaml", POD.replace("name: web", "name: {{ .Release.Name }}"))
        report, done = self.audit(self.place.name)
        self.assertTrue(report["complete"])
        self.assertEqual(done.returncode, 0)
        self.assertIn("template", done.stdout)

    def test_what_is_broken_is_told(self):
        path = self.write("pod.yaml", POD + "---\nkind: [\n")
        report, done = self.audit(path)
        self.assertFalse(report["complete"])
        self.assertEqual(done.returncode, 5)
        self.assertIn("line 13", done.stdout)
        self.assertIn("kubernetes-privileged", done.stdout)

    def test_hostile_files_end(self):
        bomb = "apiVersion: v1\nkind: List\nx0: &x0 [a, a, a, a, a, a, a, a, a]\n" + "".join(
            f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 9)}]\n" for i in range(1, 12))
        deep = "apiVersion: v1\nkind: Pod\nspec: " + "[" * 100000
        many = "apiVersion: v1\nkind: List\nitems:\n" + "".join(f"- {{apiVersion: v1, kind: Pod, metadata: {{name: a{i}}}}}\n"
                                                                for i in range(30000))
        for text in (bomb, deep, many):
            report, done = self.audit(self.write("pod.yaml", text))
            self.assertFalse(report["complete"])
            self.assertEqual(done.returncode, 5)
        ignores = POD + "# plimsoll ignore=kubernetes-privileged\n" * 100000
        report, _ = self.audit(self.write("pod.yaml", ignores))
        self.assertTrue(report["complete"])


class Kustomizations(Folder):
    def test_patches_are_parts(self):
        """What a patch leaves out its base has; what it says is told."""
        part = ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
                "      hostPID: true\n      containers:\n      - name: app\n        image: a:1\n")
        self.write("over/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
                                              "patches:\n- path: ./one.yaml\npatchesStrategicMerge: [parts/two.yaml]\n")
        for name in "over/one.yaml", "over/parts/two.yaml", "over/whole.yaml":
            self.write(name, part)
        found = self.found(self.place.name)
        absent = {path for path, _, name in found if name == "kubernetes-limit-memory"}
        self.assertEqual(absent, {"over/whole.yaml"})
        said = {path for path, _, name in found if name == "kubernetes-host-pid"}
        self.assertEqual(said, {"over/one.yaml", "over/parts/two.yaml", "over/whole.yaml"})
        report, done = self.audit(self.place.name)
        self.assertTrue(report["complete"])
        self.assertEqual([(note["where"], note["level"]) for note in report["diagnostics"]],
                         [("over/kustomization.yaml", "warning")])


class Compose(Folder):
    WHOLE = ("services:\n  web:\n    image: a:1.2\n    read_only: true\n    cap_drop: [ALL]\n    privileged: true\n"
             "    deploy: {resources: {limits: {memory: 1g}}}\n")
    MISSING = "compose-root-filesystem", "compose-capability-drop", "compose-limit-memory"

    def test_override(self):
        """An override says nothing of what the file that it overrides says; each line is told in its own file."""
        self.write("compose.yml", self.WHOLE)
        self.write("compose.override.yaml", "services:\n  web:\n    deploy: {replicas: 2}\n    cap_add: [SYS_ADMIN]\n")
        found = self.found(self.place.name, "--checks", ",".join(self.MISSING))
        self.assertEqual(found, {("compose.yml", 6, "compose-privileged"),
                                 ("compose.override.yaml", 4, "compose-capability-dangerous")})

    def test_extends_other_files(self):
        self.write("common/base.yaml", self.WHOLE)
        path = self.write("app/compose.yaml", "services:\n  app:\n    image: b:1\n"
                                              "    extends: {file: ../common/base.yaml, service: web}\n"
                                              "  other:\n    image: b:1\n"
                                              "    extends: {file: /etc/passwd, service: web}\n")
        found = {(line, name) for _, line, name in self.found(path, "--checks", ",".join(self.MISSING))}
        self.assertEqual(found, {(6, name) for name in self.MISSING})
        self.write("app/compose.yaml", "services:\n  app:\n    image: b:1\n"
                                       "    extends: {file: compose.yaml, service: app}\n")
        self.assertTrue(self.audit(self.place.name)[0]["complete"])

    def test_which_files_and_what_is_extended(self):
        self.write("compose.override.yaml", "services:\n  web:\n    privileged: true\n")
        self.write("stack.yml", "name: x\nservices:\n  web:\n    image: nginx\n")
        self.write("ci.yml", "services:\n  - postgres\nimage: nginx\n")
        self.write("services.yaml", "services:\n  _defaults:\n    autowire: true\n")
        self.assertEqual({item for item in self.found(self.place.name)},
                         {("compose.override.yaml", 3, "compose-privileged"), ("stack.yml", 4, "compose-image-latest")})
        path = self.write("compose.yaml", "services:\n  base:\n    image: a:1\n    read_only: true\n"
                                          "  web:\n    extends: base\n  other:\n    extends: {file: x.yaml, service: base}\n")
        found = {line for _, line, name in self.found(path, "--checks", "compose-root-filesystem")
                 if name == "compose-root-filesystem"}
        self.assertEqual(found, {8})
        path = self.write("loop.yaml", "services:\n  a:\n    image: a:1\n    extends: b\n  b:\n    extends: a\n")
        self.assertTrue(self.audit(path)[0]["complete"])

    def test_variables_have_defaults(self):
        path = self.write("compose.yaml", "services:\n  web:\n    image: nginx:${TAG:-latest}\n    environment:\n"
                                          "      DB_PASSWORD: ${DB_PASSWORD:?set it}\n      API_TOKEN: ${API_TOKEN-abcdef}\n")
        self.assertEqual({(line, name) for _, line, name in self.found(path)},
                         {(3, "compose-image-latest"), (6, "compose-env-secret")})


class Units(Folder):
    def test_command_lines(self):
        path = self.write("web.service", "[Unit]\nDescription=docker run --privileged\n[Service]\n"
                          "Environment=DB_PASSWORD=hunter2\n"
                          "ExecStartPre=-/usr/bin/docker rm -f web\n# no\nExecStart=-/usr/bin/docker --debug run --rm \\\n"
                          "  # a comment\n  -itv /:/host \\\n  --net host -e DB_PASSWORD nginx\n"
                          "ExecStartPost=/bin/sh -c 'exec podman run --pid=host quay.io/a/b:1'\n")
        self.assertEqual({(line, name) for _, line, name in self.found(path)}, {
            (4, "systemd-env-secret"), (7, "systemd-system-path"), (7, "systemd-network-host"), (7, "systemd-image-latest"),
            (11, "systemd-pid-host")})
        self.assertEqual(self.found(self.write("other.service", "[Service]\nExecStart=/usr/sbin/nginx\n")), set())

    def test_quadlets(self):
        path = self.write("web.container", "[Container]\nImage=quay.io/a/b:1\nAddCapability=CAP_SYS_ADMIN\nAddCapability=\n"
                          "User=root\nUser=1000\n; plimsoll ignore=quadlet-network-host it is a router\nNetwork=host\n"
                          "Volume=/etc:/etc:ro\n[Service]\nRestart=always\n")
        report, _ = self.audit(path)
        self.assertEqual({(finding["line"], finding["id"], bool(finding.get("suppressed")))
                          for finding in report["findings"]},
                         {(8, "quadlet-network-host", True), (9, "quadlet-system-path", False)})
        path = self.write("web.pod", "[Pod]\nPublishPort=5432:5432\n")
        self.assertEqual({(line, name) for _, line, name in self.found(path)}, {(2, "quadlet-port-internal")})


class Helm(Folder):
    def test_values_stand_beside_a_chart(self):
        text = "image:\n  tag: latest\nauth:\n  existingSecret: db\n  password: hunter2\n"
        values = self.write("shop/values.yaml", text)
        other = self.write("shop/values-dev.yaml", "hostNetwork: true\n")
        self.write("elsewhere/values.yaml", text)
        self.write("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n")
        self.write("shop/templates/pod.yaml", POD)
        expected = {("shop/values.yaml", 2, "helm-image-latest"), ("shop/values.yaml", 5, "helm-secret"),
                    ("shop/values-dev.yaml", 1, "helm-host-network")}
        found = {item for item in self.found(self.place.name) if "values" in item[0]}
        self.assertEqual(found, expected)
        self.assertEqual({item[1:] for item in self.found(values)}, {(2, "helm-image-latest"), (5, "helm-secret")})
        self.assertEqual({item[1:] for item in self.found(other)}, {(1, "helm-host-network")})
        self.assertIn(("shop/templates/pod.yaml", 10, "kubernetes-privileged"), self.found(self.place.name))


class DropIns(Folder):
    def of(self, *names):
        return {item for item in self.found(self.place.name, "--checks", ",".join(names)) if item[2] in names}

    def test_drop_ins_of_services(self):
        """A drop-in takes back what the unit says, or says more; each line is told in its own file."""
        self.write("web.service", "[Service]\nExecStart=docker run --privileged a:1\nExecStop=docker stop a\n")
        self.assertEqual(self.of("systemd-privileged"), {("web.service", 2, "systemd-privileged")})
        self.write("web.service.d/10-new.conf", "[Service]\nExecStart=\nExecStart=docker run --pid host a:1\n")
        self.write("web.service.d/20-more.conf", "[Service]\nExecStartPre=docker run --ipc=host a:1\n")
        self.write("web.service.d/notes.txt", "[Service]\nExecStart=docker run --privileged a:1\n")
        self.assertEqual(self.of("systemd-privileged", "systemd-pid-host", "systemd-ipc-host"),
                         {("web.service.d/10-new.conf", 3, "systemd-pid-host"),
                          ("web.service.d/20-more.conf", 2, "systemd-ipc-host")})

    def test_drop_ins_that_are_too_many_are_looked_at_alone(self):
        for number in range(210):
            self.write(f"a.service.d/{number}.conf", "[Service]\nExecStart=docker run --privileged a:1\n")
        self.assertEqual(len(self.of("systemd-privileged")), 210)

    def test_an_empty_assignment_takes_back(self):
        self.write("a.service", "[Service]\nExecStart=docker run --privileged a:1\nExecStart=\n"
                                "ExecStart=docker run a:1\n")
        self.assertEqual(self.of("systemd-privileged"), set())

    def test_drop_ins_of_quadlets(self):
        self.write("a.container", "[Container]\nImage=a:1\nNetwork=host\n")
        self.write("a.container.d/x.conf", "[Container]\nNetwork=\nPodmanArgs=--memory 1g\nAddCapability=SYS_ADMIN\n")
        self.assertEqual(self.of("quadlet-network-host", "quadlet-limit-memory", "quadlet-capability-dangerous",
                                 "quadlet-root-filesystem"),
                         {("a.container", 2, "quadlet-root-filesystem"),
                          ("a.container.d/x.conf", 4, "quadlet-capability-dangerous")})

    def test_other_quadlets(self):
        self.write("a.kube", "[Kube]\nYaml=a.yaml\nNetwork=host\n")
        self.write("a.image", "[Image]\nImage=quay.io/a/b:latest\n")
        self.write("a.build", "[Build]\nImageTag=localhost/a\nNetwork=host\n")
        self.write("b.image", "Image: no unit\n")
        self.assertEqual(self.of("quadlet-network-host", "quadlet-image-latest", "quadlet-limit-memory"),
                         {("a.kube", 3, "quadlet-network-host"), ("a.build", 3, "quadlet-network-host"),
                          ("a.image", 2, "quadlet-image-latest")})


if __name__ == "__main__":
    unittest.main()
