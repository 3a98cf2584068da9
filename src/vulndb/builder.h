/* The advisory database, write side. What feeds say is collected in memory as compact records; a
 * new file is then written in one LMDB transaction and put in the place of the old one. */
#pragma once

#include "base/err.h"
#include "base/progress.h"
#include "model/advisory.h"
#include "vulndb/internal.h"

struct builder;

struct builder *builder_new(void);
void builder_free(struct builder *builder);
/* Leaves out titles: a database of facts alone. */
void builder_facts_only(struct builder *builder);

/* Gives units and texts the places that they have in the old database, so that the new one's bytes
 * are the same wherever it says the same, and a delta between the two is small. Call it before
 * anything is added. Texts that are no longer used stay until they are a quarter of all. */
void builder_follow(struct builder *builder, const struct vulndb *old);

/* The part of a feed that is replaced as one: "debian" with "", "alpine" with "v3.19/main", "osv"
 * with "AlmaLinux". The same names give the same unit. */
uint32_t builder_unit(struct builder *builder, enum feed_id feed, struct str feed_name,
                      struct str unit);
/* This run brings the whole of the unit: nothing of the old database's is carried over. Without it,
 * only what the advisories told to builder_advisory() said is replaced. */
void builder_replace(struct builder *builder, uint32_t unit);
/* The newest date (RFC 3339) wins. */
void builder_updated(struct builder *builder, uint32_t unit, struct str date);
/* The unit speaks of this namespace, even if it names nothing there. */
void builder_namespace(struct builder *builder, uint32_t unit, struct str name_space);
/* This run brings this advisory, even if nothing of it is stored (withdrawn, a bugfix). */
void builder_advisory(struct builder *builder, uint32_t unit, struct str advisory);

/* What one advisory says of one package; `statement->feed` is the unit's. The same statement is
 * stored once. PL_E_LIMIT when the names are too long, or ids or versions too many. */
int builder_statement(struct builder *builder, uint32_t unit, struct str name_space,
                      struct str package, const struct vulndb_statement *statement,
                      struct pl_err *err);
/* What a source knows of a vulnerability; `facet->unit` is set here. PL_E_LIMIT as above. */
int builder_facet(struct builder *builder, uint32_t unit, struct str id,
                  const struct vulndb_facet *facet, struct pl_err *err);
/* False when `cve` is no CVE id, or the numbers are not from 0 to 1. Of two for one id the
 * greater is kept. */
bool builder_epss(struct builder *builder, struct str cve, double score, double percentile);

/* Takes over what the old database has and this run doesn't replace. Call it after all feeds were
 * read. */
int builder_carry(struct builder *builder, const struct vulndb *old, struct pl_err *err);

struct builder_totals {
    uint64_t advisories, statements, bytes;
};
/* Writes `path` by way of a temporary file beside it. `built` is RFC 3339. */
int builder_write(struct builder *builder, const char *path, struct str built,
                  const struct progress *progress, struct builder_totals *ret_totals,
                  struct pl_err *err);
