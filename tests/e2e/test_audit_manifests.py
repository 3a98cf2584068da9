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


if __name__ == "__main__":
    unittest.main()
