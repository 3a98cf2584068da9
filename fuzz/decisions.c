/* Files of rules, VEX documents and baselines: read, then applied to a small report. The bytes are
 * a file that each of the readers is given. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "decide/decide.h"
#include "decide/gate.h"
#include "memory_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct report *make_report(void)
{
    static struct str paths[] = {{"app/package-lock.json", 21}}, aliases[] = {{"GHSA-a", 6}};
    static const struct package packages[] = {
        {.type = PACKAGE_NPM,
         .name = {"left", 4},
         .version = {"1.0.0", 5},
         .purl = {"pkg:npm/left@1.0.0", 18},
         .paths = paths,
         .path_count = 1,
         .owner = OWNER_NONE},
        {.type = PACKAGE_DEB,
         .name = {"libssl3", 7},
         .version = {"3.0", 3},
         .source_name = {"openssl", 7},
         .source_version = {"3.0", 3},
         .purl = {"pkg:deb/debian/libssl3@3.0?arch=amd64&distro=debian-12&upstream=openssl", 70},
         .owner = OWNER_NONE},
    };
    struct report *report = mem_zalloc(1, sizeof(*report));
    report->target.name = STR("registry.example/team/app:1");
    report->target.root = STR("registry.example/team/app");
    report->target.platform = STR("linux/amd64");
    for (size_t i = 0; i < ARRAY_LEN(packages); i++) {
        *VEC_ADD(&report->packages) = packages[i];
        *VEC_ADD(&report->findings) = (struct finding){
            .id = {"CVE-1", 5}, .aliases = aliases, .alias_count = 1, .package = i};
    }
    return report;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = memory_file(data, size);
    struct pl_err err;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    for (int reader = 0; reader < 4; reader++) {
        CLEANUP(decisions_freep) struct decisions *decisions = decisions_new();
        struct report *report = make_report();
        struct gate gate = {.has_fail_on = true, .only_fixed = reader == 0};
        int r = reader == 0   ? decisions_read_ignore(decisions, path, &err)
                : reader == 1 ? decisions_read_vex(decisions, path, NULL, &err)
                : reader == 2 ? decisions_read_vex(decisions, path, "/nowhere", &err)
                              : decisions_read_baseline(decisions, path, &err);
        if (r == 0 || reader == 0)
            decisions_apply(decisions, report);
        gate_apply(&gate, report);
        report_free(report);
        free(report);
    }
    close(fd);
    return 0;
}
