/* SPDX 2: the parts of a document in the shape that its JSON has. Tag-value becomes the same. */
#pragma once

#include "base/hash_set.h"
#include "sbom/json.h"

struct spdx_reading {
    struct sbom_builder *builder;
    const char *syntax;
    bool has_version, wrong_version;
    char version[24];
    /* What the document describes: the one thing that it is about, when it is one. */
    struct hash_set described;
    char target[256]; /* the first of them */
};

/* A member of the root: "spdxVersion", "name". */
void spdx_root(struct spdx_reading *reading, struct str name, struct str text);
void spdx_creator(struct spdx_reading *reading, struct str creator);
void spdx_describes(struct spdx_reading *reading, struct str id);
void spdx_relationship(struct spdx_reading *reading, struct str from, struct str type,
                       struct str to);
/* After all relationships are known. */
void spdx_package(struct spdx_reading *reading, const json_t *package);
/* PL_E_UNSUPPORTED when the version is none of 2. */
int spdx_check_version(struct spdx_reading *reading, struct pl_err *err);
/* "plimsoll:KEY=VALUE" lines of our own documents; a target's when `entry` is NULL. */
void spdx_facts(struct sbom_builder *builder, struct sbom_entry *entry, struct str lines);
/* Paths of "found in: a, b" and of Syft's "acquired package info from ...: a, b"; the source of
 * Trivy's "built package from: NAME VERSION". */
void spdx_read_source_info(struct sbom_entry *entry, struct str info);
