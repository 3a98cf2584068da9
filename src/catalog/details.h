/* What a package needs and what it is summed up to, gathered while its entry is read. Nothing is
 * gathered unless details are asked for (catalog_wants_details()). */
#pragma once

#include <jansson.h>

#include "catalog/cataloger.h"
#include "catalog/relations.h"

struct details {
    struct relations needs, hashes;
};

/* Empties it for the next package. False: details are not asked for. */
bool details_start(struct details *details, const struct catalog_sink *sink);
void details_free(struct details *details);
/* The package has what was gathered, until the next details_start(). */
void details_put(const struct details *details, struct package *package);

/* Hexadecimal digits in any case; what is no hash of this algorithm ("md5", "sha1", "sha256",
 * "sha384", "sha512") is left out. */
void details_hash(struct details *details, const char *algorithm, struct str hex);
void details_hash_base64(struct details *details, const char *algorithm, struct str base64);
/* "sha256:0123…" */
void details_hash_prefixed(struct details *details, struct str text);
/* Subresource Integrity, 3.5: "sha512-base64== sha1-base64", as npm and its kin write it. */
void details_integrity(struct details *details, struct str text);
/* Python's dependency specifier (PEP 508): "name[extra] (>=1.0); marker". One that only extras or
 * other systems need is left out. */
void details_need_python(struct details *details, struct str specifier);
/* The keys of an object, or the strings of a list, are names. */
void details_need_names(struct details *details, const json_t *names);
