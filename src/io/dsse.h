/* DSSE envelopes (https://github.com/secure-systems-lab/dsse, protocol.md), and in-toto statements
 * (https://github.com/in-toto/attestation, spec/v1/statement.md), which are what they mostly hold.
 */
#pragma once

#include "io/json_doc.h"
#include "io/signature.h"

bool dsse_is_envelope(const json_t *document);
/* Adds the payload's bytes. With keys one of them must have signed the envelope: else PL_E_DIGEST.
 */
int dsse_open(const json_t *envelope, const struct signature_key *const *keys, size_t key_count,
              struct buf *ret_payload, struct pl_err *err);

/* Adds an envelope of the body, signed with an Ed25519 key. */
int dsse_seal(struct str type, struct str body, const struct signature_key *key,
              struct buf *ret_envelope, struct pl_err *err);

bool statement_is(const json_t *document);
/* Whether one of its subjects has this digest ("sha256:..."). */
bool statement_is_about(const json_t *statement, struct str digest);
