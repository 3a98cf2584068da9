#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "cli/outputs.h"
#include "cli/scan_args.h"
#include "cli/ui.h"
#include "io/tempfile.h"

struct scan_run {
    struct scan_setup setup;
    struct outputs outputs;
};

static int scan_one(struct scan_run *run, size_t number)
{
    struct report report = {0};
    struct pl_err err;
    int code = EXIT_DONE;
    int r = scan_target(str_of(run->setup.args->words.items[number]), &run->setup.options, &report,
                        &err);
    if (r == 0) {
        ui_progress_end();
        code = scan_setup_judge(&run->setup, &report);
        r = outputs_write(&run->outputs, run->setup.args, &report, number + 1, &err);
    }
    if (r < 0)
        code = ui_fail(&err);
    report_free(&report);
    return code;
}

static void timed_out(int signal_number)
{
    static const char message[] =
        "plimsoll: --timeout: the time is up; the target was not examined\n";
    (void)signal_number;
    tempfile_unlink_all();
    ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);
    (void)ignored;
    _exit(EXIT_TARGET);
}

static int start_timeout(const struct args *args, struct pl_err *err)
{
    uint64_t seconds;
    int r = args_duration(args, "timeout", 0, &seconds, err);
    if (r < 0 || seconds == 0)
        return r;
    signal(SIGALRM, timed_out);
    alarm((unsigned)seconds);
    return 0;
}

/* Of the cache of layers: why it was not used, and how much it spared. */
static void tell_cache(const struct scan_setup *setup)
{
    cache_args_tell(setup->args, setup->cache);
    if (setup->cache && setup->layers.all && args_has(setup->args, "verbose"))
        ui_say(tr("%zu of %zu layers came out of the cache."), setup->layers.cached,
               setup->layers.all);
}

static int run_scan(const struct args *args, bool sbom)
{
    struct scan_run run = {.outputs = {.packages = sbom}};
    struct pl_err err;
    int code = EXIT_DONE;
    int r = args->words.count ? 0
                              : err_set(&err, PL_E_USAGE,
                                        "a target is needed: an image archive, an OCI layout or a "
                                        "root folder; see: plimsoll scan --help");
    if (r == 0)
        r = outputs_parse(&run.outputs, args, args->words.count, &err);
    if (r == 0)
        r = scan_setup_parse(&run.setup, args, sbom, &err);
    run.setup.options.details = run.setup.options.details || outputs_want_details(&run.outputs);
    if (r == 0)
        r = start_timeout(args, &err);
    if (r < 0)
        code = ui_fail(&err);
    for (size_t i = 0; i < args->words.count && r == 0; i++)
        code = exit_code_worst(code, scan_one(&run, i));
    tell_cache(&run.setup);
    outputs_free(&run.outputs);
    scan_setup_free(&run.setup);
    return code;
}

static int scan_run(const struct args *args)
{
    return run_scan(args, false);
}

static int sbom_run(const struct args *args)
{
    return run_scan(args, true);
}

#define JOBS_OPTION                                                                                \
    {                                                                                              \
        "jobs", "N", N_("layers that are read at once; by default one a processor core")           \
    }

static const struct option scan_options[] = {
    OUTPUT_OPTIONS, JOBS_OPTION,     TARGET_OPTIONS,
    ENGINE_OPTIONS, FINDING_OPTIONS, {NULL, NULL, NULL},
};

static const struct option sbom_options[] = {
    OUTPUT_OPTIONS, JOBS_OPTION, TARGET_OPTIONS, ENGINE_OPTIONS, {NULL, NULL, NULL},
};

static const char target_details[] = N_(
    "TARGET is a path, its kind found by content: an archive of docker save, an OCI layout as a "
    "folder or a tar, a root file system, or a bill of materials (plimsoll list inputs); or the "
    "name of an image, such as nginx:1.27, which is looked for in the engines of this machine "
    "(Docker, Podman, containerd) and then in its registry. A prefix forces the kind: "
    "docker-archive:FILE[:TAG], oci:DIR[:TAG], oci-archive:FILE[:TAG], dir:DIR, registry:NAME, "
    "docker:NAME, podman:NAME, containerd:NAME, container:NAME (a container with what it changed "
    "itself), sbom:FILE. dir:/ is the running system's own root, sbom:- what comes in on standard "
    "input.");

const struct verb verb_scan = {
    .name = "scan",
    .arguments = "TARGET...",
    .help = N_("known vulnerabilities of an image or a root file system"),
    .details = target_details,
    .options = scan_options,
    .examples = {"plimsoll scan image.tar",
                 "plimsoll scan --fail-on high --format table --format sarif=out.sarif image.tar",
                 "plimsoll scan dir:/"},
    .run = scan_run,
};

const struct verb verb_sbom = {
    .name = "sbom",
    .arguments = "TARGET...",
    .help = N_("the packages of an image or a root file system; needs no database"),
    .details = target_details,
    .options = sbom_options,
    .examples = {"plimsoll sbom image.tar", "plimsoll sbom --format cyclonedx=bom.json dir:/"},
    .run = sbom_run,
};
