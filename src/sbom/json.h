/* Documents in JSON, entry by entry. */
#pragma once

#include "io/json_doc.h"
#include "sbom/sbom.h"

typedef void sbom_json_entry(struct sbom_builder *builder, struct str name, const json_t *json,
                             void *context);

struct sbom_json {
    struct rewind_input *input;
    struct sbom_builder *builder;
    const char *const *path;   /* io/json_cutter.h */
    const char *const *wanted; /* values of the path's first step, ended by NULL; NULL: all */
    /* Told by an entry's text that it need not be parsed; NULL: all are. */
    bool (*skip)(struct str text);
    sbom_json_entry *entry;
    /* A member of the root that is a string or number; NULL: they are not wanted. */
    void (*scalar)(struct sbom_builder *builder, struct str name, struct str text, void *context);
    void *context;
};
/* From the beginning of the input. An entry that is no JSON is a diagnostic. */
int sbom_json_each(const struct sbom_json *reading, struct pl_err *err);
/* What is in "name": [ ... ] of the root, for each of the wanted names. */
extern const char *const sbom_json_lists[];

/* A text or a number as it stands, in the arena. */
struct str sbom_json_word(struct arena *arena, const json_t *object, const char *key);
/* True when the key stands in the document's head. */
bool sbom_has(struct str head, const char *text);
/* "sha256:<hex>" of another program's name for the algorithm ("SHA-256", "SHA256"). */
void sbom_add_hash(struct sbom_entry *entry, struct str algorithm, struct str hex);
