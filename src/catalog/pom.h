/* Maven's project object model (pom.xml) as it is written: nothing inherited, nothing resolved. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

struct pom_dependency {
    struct str group, artifact, version, scope, type, classifier;
    bool managed; /* of dependencyManagement: a version for others to use */
    bool optional;
};
struct pom_property {
    struct str name, value;
};
struct pom {
    struct str group, artifact, version, packaging;
    struct str parent_group, parent_artifact, parent_version;
    struct str parent_path; /* relativePath */
    bool has_parent, has_parent_path;
    VEC(struct pom_dependency) dependencies;
    VEC(struct pom_property) properties;
    VEC(struct str) licenses;
};
/* Texts are copied into the arena. */
int pom_read(struct str text, struct arena *arena, struct pom *ret, struct pl_err *err);
void pom_free(struct pom *pom);
