/* OVAL 5 definitions, https://oval.mitre.org/language/version5.11/: what Red Hat, SUSE, Oracle,
 * Photon and Azure Linux publish. A document is definitions (metadata and criteria), then tests,
 * objects and states that the criteria refer to; criteria can only be read once these are known, so
 * a document becomes compact tables first and statements at its end.
 *
 * A publisher's file has what differs: whose document it is, where its platforms are asked for. */
#pragma once

#include "base/arena.h"
#include "feed/feed.h"
#include "vulndb/intern.h"

/* ---- a document in tables: feed/oval_read.c ---- */

struct oval_test {
    uint32_t object, state; /* row + 1; 0: none */
    uint32_t comment;       /* text of the first criterion, else of the test */
    bool known, rpm, none_exist;
};
struct oval_state {
    struct str evr, evr_operation;
    bool signature, arch, version;
};
enum oval_node_kind { OVAL_AND, OVAL_OR, OVAL_LEAF };
struct oval_node {
    enum oval_node_kind kind;
    bool negate;
    uint32_t test;        /* row of a leaf's */
    uint32_t first, next; /* index + 1; 0: none */
};
struct oval_cve {
    struct str id, cvss2, cvss3, cwe;
};
struct oval_resolution {
    struct str state, component;
};
struct oval_definition {
    struct str id, class, title, severity, date, advisory;
    uint32_t root; /* node + 1 */
    size_t cves, cve_end;
    size_t cpes, cpe_end;
    size_t resolutions, resolution_end;
};
struct oval {
    struct arena arena;
    struct intern texts;
    struct intern test_ids, object_ids, state_ids;
    VEC(struct oval_test) tests;
    VEC(struct str) objects; /* names of packages */
    VEC(struct oval_state) states;
    VEC(struct oval_node) nodes;
    VEC(struct oval_definition) definitions;
    VEC(struct oval_cve) cves;
    VEC(struct str) cpes;
    VEC(struct oval_resolution) resolutions;
    struct oval_leaf *leaves; /* of each test, once prepared */
    struct str timestamp;
};
int oval_read(struct feed_document *document, struct oval *oval, struct pl_err *err);
void oval_free(struct oval *oval);

/* ---- criteria as facts: feed/oval_criteria.c ---- */

/* Once, before facts are asked for. */
void oval_prepare(struct oval *oval);

struct oval_fact {
    const struct oval_definition *definition;
    const struct str *platforms; /* "Oracle Linux 9": any of them; none: the criteria name none */
    size_t platform_count;
    struct str package, module;
    bool not_affected, unpatched; /* unpatched: installed is enough */
    struct advisory_range range;
};
typedef void oval_fact_fn(void *context, const struct oval_fact *fact);
void oval_each_fact(const struct oval *oval, const struct oval_definition *definition,
                    struct arena *scratch, oval_fact_fn *fact, void *context);

/* ---- facts as statements: feed/oval.c ---- */

struct oval_publisher {
    enum feed_id feed;
    const char *source; /* of its CVSS vectors */
    /* The document's unit; empty: its file's name. */
    struct str (*unit)(struct arena *arena, const struct oval *oval);
    /* The namespaces of a fact, each handed to `add`. */
    void (*namespaces)(const struct oval *oval, const struct oval_fact *fact, struct arena *arena,
                       void (*add)(void *context, struct str name_space), void *context);
    bool sources;      /* packages are source packages: stored under "NAME/src" */
    bool own_rebuilds; /* Oracle's ksplice and FIPS builds: see oval.c */
};
bool oval_recognise(struct str head, const char *word);
int oval_import(struct feed_import *import, struct feed_document *document,
                const struct oval_publisher *publisher, struct pl_err *err);
