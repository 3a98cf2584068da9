/* What builder.c, carry.c and write.c share. */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "vulndb/builder.h"
#include "vulndb/intern.h"

struct build_unit {
    enum feed_id feed;
    struct str name, unit; /* in the arena */
    struct str updated;
    bool replaced;
    uint64_t advisories; /* counted when writing */
};

struct build_namespace {
    uint32_t unit;
    uint32_t name; /* index of the text */
    uint64_t statements;
};

/* An encoded statement or facet; those of one key are a chain. */
struct build_record {
    uint32_t next; /* index + 1; 0: the last */
    uint32_t unit;
    uint32_t advisory; /* index of its text */
    uint32_t len;
    uint64_t offset; /* into `bytes` */
};

/* Records by key. */
struct build_table {
    struct intern keys;
    VEC(uint32_t) heads; /* of each key: index + 1 of its newest record */
    VEC(struct build_record) records;
    struct buf bytes;
};

struct builder {
    struct arena arena;
    struct intern strings;
    struct build_table packages, vulnerabilities;
    VEC(struct build_unit) units;
    VEC(struct build_namespace) namespaces;
    VEC(uint64_t) touched; /* unit << 32 | index of the advisory's text */
    struct buf epss;       /* EPSS_ENTRY bytes each, in the order of arrival */
    bool facts_only;
    struct buf scratch, list, key;
};

/* The index of an advisory's text among all. */
uint32_t builder_text(struct builder *builder, struct str text);
