/* The statement of a database in a registry: what there is, by its digests. It is the one document
 * that is signed; nothing is used that it does not name. docs/database-artifact.md has its form. */
#pragma once

#include "base/arena.h"
#include "base/hash.h"
#include "io/signature.h"

#define STATEMENT_SCHEMA "plimsoll.database.statement/1"
#define STATEMENT_TYPE "application/vnd.plimsoll.database.statement.v1+json"
#define ENVELOPE_TYPE "application/vnd.dsse.envelope.v1+json"
#define DATABASE_ARTIFACT "application/vnd.plimsoll.database.v1"
#define DATABASE_CONFIG "application/vnd.plimsoll.database.v1+json"
#define DATABASE_LAYER "application/vnd.plimsoll.database.v1+zstd"
#define DELTA_LAYER "application/vnd.plimsoll.database.delta.v1+zstd"

enum { DELTAS_MAX = 30 };

/* Bytes by their digest, and how many. */
struct named_bytes {
    struct str digest;
    uint64_t size;
};

struct database_delta {
    struct str from;       /* digest of the form it begins with */
    struct named_bytes to; /* the form that comes out */
    struct named_bytes blob;
};

struct database_statement {
    uint64_t serial; /* greater with every push */
    uint64_t format; /* VULNDB_SCHEMA */
    uint64_t advisories;
    struct str built;                         /* RFC 3339 */
    struct named_bytes form;                  /* vulndb/transport.h */
    struct named_bytes blob;                  /* the form, packed */
    struct database_delta deltas[DELTAS_MAX]; /* the oldest first, the last one leads to `form` */
    size_t delta_count;
    bool is_sealed; /* in an envelope, whoever signed it */
    bool is_signed; /* by the key below */
    char key[DIGEST_TEXT];
};

/* Adds the document: an envelope (DSSE) when there is a key, else the statement itself. */
int statement_write(const struct database_statement *statement, const struct signature_key *key,
                    struct buf *ret_document, struct pl_err *err);
/* With keys: PL_E_DENIED unless one of them signed it. Without: is_signed is false, whatever it
 * says. Views are into the arena. */
int statement_read(struct str document, const struct signature_key *const *keys, size_t key_count,
                   struct arena *arena, struct database_statement *ret_statement,
                   struct pl_err *err);
/* The first of the deltas that lead on from this form; `delta_count` when there is none. */
size_t statement_way(const struct database_statement *statement, struct str from,
                     uint64_t *ret_bytes);
