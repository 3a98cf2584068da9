/* What pushing and pulling a database share. */
#pragma once

#include "app/db_artifact.h"
#include "app/db_statement.h"
#include "io/patch.h"

struct artifact {
    struct arena arena;
    struct registry *registry;
    struct repository *repository;
    struct reference reference;
    struct str name; /* of the reference, in full */
};
#define AUTO_ARTIFACT __attribute__((cleanup(artifact_close))) struct artifact
int artifact_open(const struct artifact_options *options, struct artifact *ret_artifact,
                  struct pl_err *err);
void artifact_close(struct artifact *artifact);

/* What the reference holds now. PL_E_NOT_FOUND; PL_E_FORMAT: something that is no database. */
int artifact_statement(struct artifact *artifact, const struct signature_key *const *keys,
                       size_t key_count, struct database_statement *ret_statement,
                       struct pl_err *err);
/* A blob in a nameless file, held against its digest. */
int artifact_fetch(struct artifact *artifact, const struct named_bytes *blob,
                   const struct progress *progress, struct mapped *ret_file, struct pl_err *err);
/* The form in which a database travels, in a nameless file. */
int artifact_form(const struct vulndb *db, struct mapped *ret_form, char ret_digest[DIGEST_TEXT],
                  struct pl_err *err);
/* PL_E_DIGEST when the bytes have another digest. */
int artifact_check(struct str bytes, struct str digest, struct pl_err *err);
