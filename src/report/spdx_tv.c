#include "base/i18n.h"
#include "report/spdx2.h"

static void write_tags(struct out *out, const struct report *report,
                       const struct report_style *style)
{
    (void)style;
    spdx2_write(out, report, true);
}

const struct report_format report_format_spdx_tv = {
    .name = "spdx-tv",
    .help = N_("SPDX 2.3 tag-value: bill of materials"),
    .write = write_tags,
};
