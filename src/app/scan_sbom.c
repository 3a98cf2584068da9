#include "app/scan_sbom.h"

#include <stdlib.h>

#include "app/licenses.h"
#include "base/path.h"
#include "catalog/os.h"
#include "sbom/sbom.h"

static const char prefix[] = "sbom:";

bool scan_is_sbom(struct str target)
{
    if (str_starts(target, str_of(prefix)))
        return true;
    AUTO_FREE char *path = str_dup(target);
    return sbom_detect(path);
}

void scan_sbom_complete(struct report *report, struct str name)
{
    struct str date, stream;
    if (report->target.name.len == 0)
        report->target.name = arena_str(&report->arena, name);
    if (report->target.root.len == 0)
        report->target.root = target_root_name(report->target.name);
    if (report->target.root.len == 0)
        report->target.root = report->target.name;
    if (report->target.os.end_of_life.len == 0 &&
        os_end_of_life(&report->target.os, &date, &stream))
        report->target.os.end_of_life = arena_str(&report->arena, date);
    licenses_normalize(report, true);
}

int scan_sbom(struct str target, struct report *report, struct pl_err *err)
{
    if (str_starts(target, str_of(prefix)))
        target = str_from(target, sizeof(prefix) - 1);
    if (target.len == 0)
        return err_set(err, PL_E_USAGE, "the target has no path");
    AUTO_FREE char *path = str_dup(target);
    int r = sbom_read(path, report, err);
    if (r < 0)
        return r;
    scan_sbom_complete(report, target);
    return 0;
}
