#include "app/audit_files.h"
#include "base/i18n.h"
#include "cli/outputs.h"
#include "cli/scan_args.h"
#include "cli/ui.h"

struct audit_run {
    struct scan_setup setup;
    struct outputs outputs;
    struct audit_options options;
};

static int parse(struct audit_run *run, const struct args *args, struct pl_err *err)
{
    const char *list = args_get(args, "checks");
    int r = args->words.count
                ? 0
                : err_set(err, PL_E_USAGE,
                          "a file or a folder is needed; see: plimsoll audit files --help");
    if (r == 0)
        r = scan_setup_parse_judgement(&run->setup, args, err);
    if (r == 0)
        r = outputs_parse(&run->outputs, args, 1, err);
    if (r == 0 && list) {
        r = check_choice_parse(str_of(list), &run->setup.arena, &run->options.checks, err);
        if (r < 0)
            err_prefix(err, "--checks");
    }
    return r;
}

static int audit_files_run(const struct args *args)
{
    struct audit_run run = {0};
    struct report report = {0};
    struct pl_err err;
    int code = EXIT_DONE;
    int r = parse(&run, args, &err);
    run.options.progress = ui_progress();
    if (r == 0)
        r = audit_files(args->words.items, args->words.count, &run.options, &report, &err);
    if (r == 0) {
        ui_progress_end();
        code = scan_setup_judge(&run.setup, &report);
        r = outputs_write(&run.outputs, args, &report, 1, &err);
    }
    if (r < 0)
        code = ui_fail(&err);
    report_free(&report);
    outputs_free(&run.outputs);
    scan_setup_free(&run.setup);
    return code;
}

static const struct option audit_files_options[] = {
    OUTPUT_OPTIONS,
    {"checks", "LIST",
     N_("all, also the pedantic ones; ids and aliases (DL3008) of single ones to add, -ID to leave "
        "one out; apart by commas; plimsoll list checks")},
    JUDGEMENT_OPTIONS,
    {NULL, NULL, NULL},
};

const struct verb verb_audit_files = {
    .name = "audit files",
    .arguments = "PATH...",
    .help = N_("mistakes in files that say how containers are built and run"),
    .details =
        N_("PATH is a file, or a folder with all that is below it; - is standard input. What "
           "is looked at: Dockerfile, Containerfile, *.dockerfile; Compose files; Kubernetes "
           "manifests, YAML and JSON, by what is in them; values*.yaml beside a Chart.yaml; "
           "*.service that start containers; Podman's *.container, *.pod, *.kube, *.image and "
           "*.build; units with their drop-ins. Templates, "
           "links, .git and node_modules are passed over. Compose files that override others "
           "are looked at together with these. Comments ignore findings of what is below them: "
           "# plimsoll ignore=ID reason, or # hadolint ignore=DL3008. A .hadolint.yaml in a "
           "folder above says for Dockerfiles what is ignored, severities, trusted registries "
           "and labels. docs/checks.md lists the checks; plimsoll explain ID tells of one."),
    .options = audit_files_options,
    .examples = {"plimsoll audit files .",
                 "plimsoll audit files --fail-on high --format sarif=out.sarif Dockerfile",
                 "plimsoll audit files --checks all,-DL3059 docker/"},
    .run = audit_files_run,
};
