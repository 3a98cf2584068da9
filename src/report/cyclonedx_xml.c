#include "base/i18n.h"
#include "report/cyclonedx.h"

static void write_xml(struct out *out, const struct report *report,
                      const struct report_style *style)
{
    cyclonedx_write(out, report, style, true);
}

static const char *const versions[] = {"1.6", "1.7", NULL};
const struct report_format report_format_cyclonedx_xml = {
    .name = "cyclonedx-xml",
    .help = N_("CycloneDX XML: the same as XML"),
    .versions = versions,
    .write = write_xml,
};
