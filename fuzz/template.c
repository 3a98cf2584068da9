/* Templates of reports: reading, and writing a small report by them. */
#include "report/format.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct report_format *format = report_format_find(STR("template"));
    struct report_style style = {.template = str_make((const char *)data, size)};
    struct report report = {.complete = true};
    struct pl_err err;
    if (size > 4096 || format->check(style.template, &err) < 0)
        return 0;
    report.target.kind = "dir";
    report.target.name = STR("a<b>");
    *VEC_ADD(&report.packages) = (struct package){
        .name = STR("name"), .version = STR("1"), .cataloger = "x", .owner = OWNER_NONE};
    for (size_t i = 0; i < 2; i++)
        *VEC_ADD(&report.findings) = (struct finding){.id = STR("CVE-2024-1"),
                                                      .package = i ? PACKAGE_NONE : 0,
                                                      .layer = LAYER_NONE,
                                                      .title = STR("=\"a\", 'b' | `c` @d\n")};
    struct out out;
    out_init(&out, -1);
    format->write(&out, &report, &style);
    out_close(&out, NULL);
    report_free(&report);
    return 0;
}
