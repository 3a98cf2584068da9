/* What the bills of materials of all formats have in common. */
#pragma once

#include "base/clock.h"
#include "report/format.h"

/* What a package's licence is in the words of SPDX. */
enum license_word {
    LICENSE_NAME,       /* neither: as the metadata writes it */
    LICENSE_ID,         /* of the list of SPDX */
    LICENSE_EXPRESSION, /* of several */
};
enum license_word bom_license_word(struct str license);
/* All of them as one expression, when each is an id or an expression; else false. */
bool bom_license_expression(struct buf *out, const struct package *package);

/* When the document was made: when its database was built, else now (base/clock.h). */
void bom_time(const struct report *report, char ret_text[CLOCK_TEXT]);

/* "xxxxxxxx-xxxx-8xxx-xxxx-xxxxxxxxxxxx": the same for the same contents. RFC 9562, version 8
 * (custom), over the target, its packages and findings. */
enum { BOM_UUID = 37 };
void bom_uuid(const struct report *report, char ret_text[BOM_UUID]);

/* The packages that no other one asks for: by index. free() it. */
bool *bom_top_level(const struct report *report);

/* The name of the algorithm of "sha256:<hex>" in CycloneDX ("SHA-256") or SPDX ("SHA256"), and its
 * digits; NULL when the format does not know it or the digits are not as many as they should be. */
const char *bom_hash(struct str hash, bool cyclonedx, struct str *ret_hex);
