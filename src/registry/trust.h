/* Whom a host's certificate is held against, and what we show it of ours. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "io/curl.h"

struct trust;

/* Reads what applies to `host` ("registry.example:5000"). `system`: the bundle of the system's
 * authorities, or NULL. A file that is named and cannot be read is an error. */
int trust_read(struct str host, const char *ca_file, const char *cert_dir, const char *system,
               struct trust **ret_trust, struct pl_err *err);
void trust_free(struct trust *trust);
struct str trust_host(const struct trust *trust);
void trust_apply(const struct trust *trust, const struct curl_api *curl, CURL *handle);
/* Why a certificate was refused: OpenSSL's verify result in words. */
const char *trust_reason(long verify_result);
