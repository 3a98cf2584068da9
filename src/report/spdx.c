#include "base/i18n.h"
#include "report/spdx2.h"
#include "report/spdx3.h"

static void write_json(struct out *out, const struct report *report,
                       const struct report_style *style)
{
    if (str_is(style->version, "3.0"))
        spdx3_write(out, report);
    else
        spdx2_write(out, report, false);
}

static const char *const versions[] = {"2.3", "3.0", NULL};
const struct report_format report_format_spdx = {
    .name = "spdx",
    .help = N_("SPDX JSON: bill of materials"),
    .versions = versions,
    .write = write_json,
};
