/* Bills of materials of all formats, told by their first bytes. What was read is in order and
 * points at packages that there are. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory_file.h"
#include "sbom/sbom.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct report *report)
{
    size_t count = report->packages.count;
    for (size_t i = 0; i < count; i++) {
        const struct package *package = &report->packages.items[i];
        if (i && package_compare(package - 1, package) > 0)
            abort();
        if (package->owner != OWNER_NONE && package->owner >= count)
            abort();
        if (package->layer != LAYER_NONE && package->layer >= report->target.layers.count)
            abort();
        for (size_t j = 0; j < package->depend_count; j++)
            if (package->depends[j] >= count || package->depends[j] == i ||
                (j && package->depends[j - 1] >= package->depends[j]))
                abort();
        if (!package->cataloger || !package->purl.len)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct report report = {0};
    struct pl_err err;
    char path[64];
    int fd = memory_file(data, size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (sbom_read(path, &report, &err) == 0)
        check(&report);
    report_free(&report);
    close(fd);
    return 0;
}
