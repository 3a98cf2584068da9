#include "sbom/sbom.h"

#include <sys/stat.h>

#include "base/i18n.h"
#include "base/limits.h"

const struct sbom_format *sbom_find(struct str head)
{
    for (size_t i = 0; sbom_formats[i]; i++)
        if (sbom_formats[i]->detect(head))
            return sbom_formats[i];
    return NULL;
}

static int find(struct rewind_input *input, const struct sbom_format **ret_format,
                struct pl_err *err)
{
    AUTO_FREE char *bytes = mem_alloc(REWIND_HEAD);
    struct str head;
    int r = rewind_head(input, bytes, &head, err);
    if (r < 0)
        return r;
    *ret_format = sbom_find(head);
    if (!*ret_format)
        return err_set(err, PL_E_FORMAT,
                       "this is no bill of materials that plimsoll reads: CycloneDX, SPDX, Syft, "
                       "Trivy or plimsoll.report/1");
    return 0;
}

static int read_input(struct rewind_input *input, struct str name, struct report *report,
                      struct pl_err *err)
{
    struct sbom_builder builder = {.report = report};
    const struct sbom_format *format;
    report->complete = true;
    report->target.kind = "sbom";
    report->target.sbom_file = arena_str(&report->arena, name);
    int r = find(input, &format, err);
    if (r == 0)
        r = format->read(input, &builder, err);
    if (r == 0)
        sbom_finish(&builder);
    sbom_builder_free(&builder);
    return r < 0 ? err_prefix(err, "%.*s", STR_ARG(name)) : 0;
}

int sbom_read(const char *path, struct report *report, struct pl_err *err)
{
    struct rewind_input input;
    int r = rewind_open(path, LIMIT_SBOM, LIMIT_NAME(LIMIT_SBOM), &input, err);
    if (r < 0)
        return r;
    r = read_input(&input, str_of(path), report, err);
    rewind_close(&input);
    return r;
}

int sbom_read_bytes(struct str bytes, struct str name, struct report *report, struct pl_err *err)
{
    struct rewind_input input;
    int r = rewind_open_bytes(bytes, LIMIT_SBOM, LIMIT_NAME(LIMIT_SBOM), &input, err);
    if (r < 0)
        return r;
    r = read_input(&input, name, report, err);
    rewind_close(&input);
    return r;
}

bool sbom_detect(const char *path)
{
    struct rewind_input input;
    struct pl_err ignored;
    const struct sbom_format *format;
    struct stat status;
    /* A pipe would be read by looking at it: it needs "sbom:". */
    if (stat(path, &status) < 0 || !S_ISREG(status.st_mode) ||
        rewind_open(path, LIMIT_SBOM, LIMIT_NAME(LIMIT_SBOM), &input, &ignored) < 0)
        return false;
    bool is_one = find(&input, &format, &ignored) == 0;
    rewind_close(&input);
    return is_one;
}
