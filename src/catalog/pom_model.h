/* What poms say together: parents, properties, dependencyManagement and imported BOMs, out of the
 * poms that are at hand. Nothing is fetched. */
#pragma once

#include "catalog/pom.h"

struct pom_file {
    struct str path;
    struct pom pom;
    struct str key; /* "group:artifact:version", as far as its own file tells */
};

struct pom_models {
    struct arena arena;     /* keys */
    struct arena work;      /* of the last that was resolved */
    struct pom_file *files; /* sorted by path */
    size_t count;
    const struct pom_file **by_key; /* sorted by key */
    uint64_t steps_left;            /* of work: hostile poms ask for work without end */
};

/* The paths must be sorted; strings live as long as the files. */
void pom_models_init(struct pom_models *models, struct pom_file *files, size_t count);
void pom_models_free(struct pom_models *models);

struct pom_effective {
    struct str group, artifact, version;
    VEC(struct pom_dependency) dependencies; /* inherited ones too; empty version: not known */
};
/* Texts live until the next call. PL_E_LIMIT: LIMIT_POM_STEPS. */
int pom_resolve(struct pom_models *models, const struct pom_file *file, struct pom_effective *ret,
                struct pl_err *err);
/* True when a project of these coordinates is among the files called pom.xml. */
bool pom_is_project(const struct pom_models *models, struct str group, struct str artifact);
