#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/database.h"
#include "app/scan.h"
#include "base/i18n.h"
#include "cli/paths.h"
#include "cli/ui.h"
#include "io/tempfile.h"
#include "report/format.h"

/* One --format F[=FILE]. */
struct output {
    const struct report_format *format;
    const char *file; /* NULL: standard output */
};

struct scan_run {
    const struct args *args;
    struct arena arena;
    struct scan_options options;
    VEC(struct output) outputs;
    bool sbom;
    bool filter[SEVERITY_COUNT]; /* --severity; all when it was not given */
    bool has_fail_on;
    enum severity fail_on;
    uint64_t exit_code; /* in the place of 1 */
};

static int add_output(struct scan_run *run, const char *value, struct pl_err *err)
{
    const char *equals = strchr(value, '=');
    struct str name = str_make(value, equals ? (size_t)(equals - value) : strlen(value));
    const struct report_format *format = report_format_find(name);
    if (!format)
        return err_set(err, PL_E_USAGE, "there is no format \"%.*s\"; see: plimsoll list formats",
                       STR_ARG(name));
    *VEC_ADD(&run->outputs) = (struct output){format, equals ? equals + 1 : NULL};
    return 0;
}

static int parse_outputs(struct scan_run *run, struct pl_err *err)
{
    size_t to_stdout = 0;
    for (size_t i = 0; i < run->args->values.count; i++) {
        const struct option_value *value = &run->args->values.items[i];
        if (strcmp(value->option->name, "format") != 0)
            continue;
        int r = add_output(run, value->value, err);
        if (r < 0)
            return r;
    }
    if (run->outputs.count == 0) {
        int r = add_output(run, isatty(STDOUT_FILENO) ? "table" : "json", err);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < run->outputs.count; i++)
        to_stdout += run->outputs.items[i].file == NULL;
    if (to_stdout > 1)
        return err_set(err, PL_E_USAGE,
                       "only one --format can go to standard output; give the "
                       "others a file: --format json=report.json");
    return 0;
}

static int parse_severities(struct scan_run *run, struct pl_err *err)
{
    const char *list = args_get(run->args, "severity"), *fail_on = args_get(run->args, "fail-on");
    struct str rest = str_of(list), word;
    for (int i = 0; i < SEVERITY_COUNT; i++)
        run->filter[i] = list == NULL;
    while (list && str_cut(&rest, ',', &word)) {
        enum severity severity;
        if (!severity_parse(str_trim(word), &severity))
            return err_set(err, PL_E_USAGE,
                           "--severity: \"%.*s\" is none of critical, high, medium, low, "
                           "negligible, unknown",
                           STR_ARG(word));
        run->filter[severity] = true;
    }
    if (fail_on && strcmp(fail_on, "none") != 0) {
        run->has_fail_on = true;
        if (!severity_parse(str_of(fail_on), &run->fail_on))
            return err_set(err, PL_E_USAGE,
                           "--fail-on: \"%s\" is none of critical, high, medium, low, negligible, "
                           "unknown, none",
                           fail_on);
    }
    return 0;
}

/* --only and --skip: false when vulnerabilities are not wanted. */
static int parse_kinds(const struct scan_run *run, bool *ret_vulnerabilities, struct pl_err *err)
{
    static const char *const later[] = {"secret",     "password", "config",
                                        "permission", "malware",  "license"};
    const char *names[2] = {"only", "skip"};
    *ret_vulnerabilities = true;
    for (size_t n = 0; n < 2; n++) {
        const char *list = args_get(run->args, names[n]);
        bool named = false;
        struct str rest = str_of(list), word;
        while (list && str_cut(&rest, ',', &word)) {
            bool known = str_is(word, "vuln");
            named = named || known;
            for (size_t i = 0; i < ARRAY_LEN(later); i++)
                if (str_is(word, later[i])) {
                    known = true;
                    if (n == 0)
                        return err_set(err, PL_E_USAGE,
                                       "--only %.*s: this version of plimsoll looks for vuln only",
                                       STR_ARG(word));
                }
            if (!known)
                return err_set(err, PL_E_USAGE,
                               "--%s: \"%.*s\" is none of vuln, secret, password, config, "
                               "permission, malware, license",
                               names[n], STR_ARG(word));
        }
        if (list && n == 1 && named)
            *ret_vulnerabilities = false;
    }
    return 0;
}

static void tell_problem(void *context, struct str where, const struct pl_err *problem)
{
    struct pl_err whole = *problem;
    (void)context;
    err_prefix(&whole, "%.*s", STR_ARG(where));
    ui_error(&whole);
}

/* The first run on a machine: the advisories that came with plimsoll become its database. */
static int ensure_database(struct scan_run *run, struct pl_err *err)
{
    struct str folder = paths_database(&run->arena, run->args);
    struct str file = arena_printf(&run->arena, "%.*s/plimsoll.db", STR_ARG(folder));
    run->options.database = folder.data;
    if (access(file.data, F_OK) == 0 || args_has(run->args, "db"))
        return 0;
    struct str snapshot = paths_snapshot(&run->arena);
    if (snapshot.len == 0)
        return 0; /* opening it says what to do */
    ui_say(
        tr("There is no advisory database yet: making one from the snapshot that came with "
           "plimsoll. It holds Debian, Alpine, AlmaLinux and KEV only, as of its date (plimsoll db "
           "info); for today's advisories of everything run: plimsoll db update"));
    const char *sources[1] = {snapshot.data};
    struct database_options options = {
        .directory = folder.data,
        .progress = run->options.progress,
        .problem = tell_problem,
    };
    struct database_result result;
    return database_import(&options, sources, 1, &result, err);
}

static int parse(struct scan_run *run, struct pl_err *err)
{
    const struct args *args = run->args;
    bool vulnerabilities = true;
    uint64_t jobs;
    const char *layers = args_get(args, "layers");
    run->options.platform = str_of(args_get(args, "platform"));
    run->options.catalogers = str_of(args_get(args, "catalogers"));
    run->options.verify = args_has(args, "verify");
    run->options.progress = ui_progress();
    int r = parse_outputs(run, err);
    if (r == 0)
        r = parse_severities(run, err);
    if (r == 0)
        r = parse_kinds(run, &vulnerabilities, err);
    if (r == 0)
        r = args_number(args, "jobs", 1, 64, 0, &jobs, err);
    if (r == 0)
        r = args_number(args, "exit-code", 0, 125, EXIT_FOUND, &run->exit_code, err);
    if (r == 0)
        r = args_duration(args, "max-db-age", 0, &run->options.max_age, err);
    if (r == 0 && layers && strcmp(layers, "squashed") != 0)
        r = err_set(err, PL_E_USAGE,
                    "--layers: this version of plimsoll reports the image as its "
                    "layers make it together (squashed)");
    if (r < 0)
        return r;
    run->options.jobs = (unsigned)jobs;
    return run->sbom || !vulnerabilities ? 0 : ensure_database(run, err);
}

static void filter_findings(struct report *report, const bool *wanted)
{
    size_t kept = 0;
    for (size_t i = 0; i < report->findings.count; i++)
        if (wanted[report->findings.items[i].severity])
            report->findings.items[kept++] = report->findings.items[i];
    report->findings.count = kept;
}

/* A file appears whole or not at all; a device or pipe that is named is written to as it is. */
struct sink {
    int fd;
    bool whole;
    struct tempfile file;
};

static int open_sink(const char *path, struct sink *ret_sink, struct pl_err *err)
{
    struct stat status;
    *ret_sink = (struct sink){.fd = STDOUT_FILENO};
    if (!path)
        return 0;
    if (stat(path, &status) < 0 || S_ISREG(status.st_mode)) {
        int r = tempfile_create(path, &ret_sink->file, err);
        ret_sink->whole = r == 0;
        ret_sink->fd = ret_sink->file.fd;
        return r;
    }
    ret_sink->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return ret_sink->fd < 0 ? err_errno(err, errno, "cannot write to %s", path) : 0;
}

static int close_sink(struct sink *sink, const char *path, int written, struct pl_err *err)
{
    if (!path)
        return written;
    if (!sink->whole)
        close(sink->fd);
    else if (written < 0)
        tempfile_discard(&sink->file);
    else
        return tempfile_commit(&sink->file, err);
    return written < 0 ? err_prefix(err, "%s", path) : 0;
}

static int write_output(const struct scan_run *run, const struct output *output,
                        const struct report *report, struct pl_err *err)
{
    bool is_table = strcmp(output->format->name, "table") == 0;
    struct report_style style = {
        .width = output->file ? 0 : ui_width(),
        .color = !output->file && ui_color(),
        .local = is_table || args_has(run->args, "lang"),
        .packages = run->sbom,
        .verbose = args_has(run->args, "verbose"),
    };
    struct sink sink;
    struct out out;
    int r = open_sink(output->file, &sink, err);
    if (r < 0)
        return r;
    out_init(&out, sink.fd);
    output->format->write(&out, report, &style);
    return close_sink(&sink, output->file, out_close(&out, err), err);
}

static int exit_code_of(const struct scan_run *run, const struct report *report)
{
    for (size_t i = 0; i < report->findings.count && run->has_fail_on; i++)
        if (!report->findings.items[i].suppressed_by &&
            report->findings.items[i].severity >= run->fail_on)
            return (int)run->exit_code;
    return report->complete ? EXIT_DONE : EXIT_PARTIAL;
}

static int scan_one(struct scan_run *run, const char *target)
{
    struct report report = {0};
    struct pl_err err;
    int code = EXIT_DONE;
    int r = scan_target(str_of(target), &run->options, &report, &err);
    if (r == 0) {
        ui_progress_end();
        code = exit_code_of(run, &report);
        filter_findings(&report, run->filter);
        for (size_t i = 0; i < run->outputs.count && r == 0; i++)
            r = write_output(run, &run->outputs.items[i], &report, &err);
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

/* Worse codes first: a fault, then what could not be done at all, then findings, then parts. */
static int worst(int a, int b)
{
    static const int order[] = {EXIT_FAULT, EXIT_USAGE, EXIT_DATABASE, EXIT_TARGET};
    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        if (a == order[i] || b == order[i])
            return order[i];
    if ((a == EXIT_PARTIAL || a == EXIT_DONE) && b != EXIT_DONE && b != EXIT_PARTIAL)
        return b;
    if ((b == EXIT_PARTIAL || b == EXIT_DONE) && a != EXIT_DONE && a != EXIT_PARTIAL)
        return a;
    return a > b ? a : b;
}

static int run_scan(const struct args *args, bool sbom)
{
    struct scan_run run = {.args = args, .sbom = sbom};
    struct pl_err err;
    int code = EXIT_DONE;
    int r = args->words.count ? 0
                              : err_set(&err, PL_E_USAGE,
                                        "a target is needed: an image archive, an OCI layout or a "
                                        "root folder; see: plimsoll scan --help");
    if (r == 0)
        r = parse(&run, &err);
    if (r == 0)
        r = start_timeout(args, &err);
    if (r < 0)
        code = ui_fail(&err);
    for (size_t i = 0; i < args->words.count && r == 0; i++)
        code = worst(code, scan_one(&run, args->words.items[i]));
    VEC_FREE(&run.outputs);
    arena_free(&run.arena);
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

#define TARGET_OPTIONS                                                                             \
    {"format", "F[=FILE]",                                                                         \
     N_("report format, to a file or to standard output; can be given several times; by default "  \
        "table on a terminal, else json")},                                                        \
        {"platform", "OS/ARCH[/VARIANT]",                                                          \
         N_("which image of an index of several platforms; by default this machine's")},           \
        {"catalogers", "LIST",                                                                     \
         N_("names or groups apart by commas; by default all; see: plimsoll list catalogers")},    \
        {"layers", "squashed", N_("the image as its layers make it together (the default)")},      \
        {"jobs", "N", N_("layers that are read at once; by default one a processor core")},        \
        {"verify", NULL, N_("read every byte and check every digest, also of plain layers")},      \
    {                                                                                              \
        "timeout", "TIME", N_("give up after this time, such as 30s or 10m; by default never")     \
    }

static const struct option scan_options[] = {
    TARGET_OPTIONS,
    {"db", "DIR", N_("folder of the advisory database; by default plimsoll's data folder")},
    {"max-db-age", "TIME", N_("refuse a database older than this, such as 12h or 7d")},
    {"fail-on", "SEVERITY|none",
     N_("exit code 1 when there is a finding of this severity or worse; by default none")},
    {"exit-code", "N", N_("the exit code of --fail-on in the place of 1")},
    {"severity", "LIST", N_("show only findings of these severities, apart by commas")},
    {"only", "KINDS", N_("kinds of findings to look for, apart by commas: vuln")},
    {"skip", "KINDS", N_("kinds of findings not to look for, apart by commas")},
    {"offline", NULL, N_("never use the network (a scan of files never does)")},
    {NULL, NULL, NULL},
};

static const struct option sbom_options[] = {
    TARGET_OPTIONS,
    {NULL, NULL, NULL},
};

static const char target_details[] = N_(
    "TARGET is a path, its kind found by content: an archive of docker save, an OCI layout as a "
    "folder or a tar, or a root file system. A prefix forces the kind: docker-archive:FILE[:TAG], "
    "oci:DIR[:TAG], oci-archive:FILE[:TAG], dir:DIR. dir:/ is the running system's own root.");

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
