/* What attached documents are good for: signatures for trust, VEX for decisions, a bill of
 * materials in the place of the layers. */
#pragma once

#include "app/attached.h"
#include "decide/decide.h"
#include "decide/trust.h"
#include "model/report.h"

struct attached_options {
    const struct trust_policy *trust; /* NULL: none */
    struct decisions *decisions;      /* where attached VEX goes */
    bool sbom, vex;                   /* they are asked for */
};
static inline bool attached_is_asked_for(const struct attached_options *options)
{
    return options->sbom || options->vex ||
           (options->trust && trust_policy_keys(options->trust).count);
}

/* Fills a zeroed report from an attached bill of materials; false, and a zeroed report, when there
 * is none that can be used. */
bool attached_use_sbom(const struct image *image, const struct attached *attached,
                       const struct attached_options *options, struct report *report);
/* Whether the image is signed, and by whom; VEX; and what could not be used, as diagnostics. The
 * report's target is filled already. */
void attached_use(const struct image *image, const struct attached *attached,
                  const struct attached_options *options, struct report *report);
