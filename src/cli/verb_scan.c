#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/bases.h"
#include "app/database.h"
#include "app/scan.h"
#include "base/i18n.h"
#include "cli/cache_args.h"
#include "cli/outputs.h"
#include "cli/paths.h"
#include "cli/registry_args.h"
#include "cli/ui.h"
#include "decide/decide.h"
#include "decide/gate.h"
#include "io/tempfile.h"
#include "license/policy.h"

struct scan_run {
    const struct args *args;
    struct arena arena;
    struct scan_options options;
    struct outputs outputs;
    struct gate gate;
    struct decisions *decisions;
    struct bases *bases;
    struct license_policy *licenses;
    struct registry_options registry;
    struct trust_policy *trust;
    struct cache *cache;
    struct layer_counts layers;
    bool sbom;
    uint64_t exit_code; /* in the place of 1 */
};

static int parse_severities(struct scan_run *run, struct pl_err *err)
{
    const char *list = args_get(run->args, "severity"), *fail_on = args_get(run->args, "fail-on");
    struct str rest = str_of(list), word;
    run->gate.has_filter = list != NULL;
    while (list && str_cut(&rest, ',', &word)) {
        enum severity severity;
        if (!severity_parse(str_trim(word), &severity))
            return err_set(err, PL_E_USAGE,
                           "--severity: \"%.*s\" is none of critical, high, medium, low, "
                           "negligible, unknown",
                           STR_ARG(word));
        run->gate.filter[severity] = true;
    }
    if (fail_on && strcmp(fail_on, "none") != 0) {
        run->gate.has_fail_on = true;
        if (!severity_parse(str_of(fail_on), &run->gate.fail_on))
            return err_set(err, PL_E_USAGE,
                           "--fail-on: \"%s\" is none of critical, high, medium, low, negligible, "
                           "unknown, none",
                           fail_on);
    }
    run->gate.only_fixed = args_has(run->args, "only-fixed");
    const char *grace = args_get(run->args, "grace");
    return grace ? gate_parse_grace(&run->gate, grace, err) : 0;
}

/* ---- decisions ---- */

/* What is read without being named, so that Plimsoll takes the place of other scanners. A file that
 * was not asked for cannot stop the scan: without it, more counts. */
static void read_default_rules(struct scan_run *run)
{
    static const char *const files[] = {".plimsollignore.yaml", ".trivyignore", ".trivyignore.yaml",
                                        ".grype.yaml"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct pl_err problem;
        if (access(files[i], F_OK) != 0)
            continue;
        if (decisions_read_ignore(run->decisions, files[i], &problem) < 0) {
            err_prefix(&problem, "the rules are not used");
            ui_error(&problem);
        } else {
            ui_say(tr("Rules of %s are used (--ignore none: no rules)."), files[i]);
        }
    }
}

static int read_decision(struct scan_run *run, const struct option_value *value, struct pl_err *err)
{
    const char *name = value->option->name, *file = value->value;
    int r = 0;
    if (strcmp(name, "ignore") == 0 && strcmp(file, "none") != 0)
        r = decisions_read_ignore(run->decisions, file, err);
    else if (strcmp(name, "vex") == 0)
        r = decisions_read_vex(run->decisions, file, args_get(run->args, "vex-key"), err);
    else if (strcmp(name, "baseline") == 0)
        r = decisions_read_baseline(run->decisions, file, err);
    if (r < 0) {
        err_prefix(err, "--%s", name);
        err->code = PL_E_USAGE;
    }
    return r;
}

static int parse_decisions(struct scan_run *run, struct pl_err *err)
{
    int r = 0;
    run->decisions = decisions_new();
    if (run->sbom)
        return 0;
    if (!args_has(run->args, "ignore"))
        read_default_rules(run);
    for (size_t i = 0; i < run->args->values.count && r == 0; i++)
        r = read_decision(run, &run->args->values.items[i], err);
    return r;
}

/* What --only and --skip ask for. */
struct kinds {
    bool vulnerabilities;
    bool licenses, licenses_named; /* named by --only */
};

/* --only and --skip. */
static int parse_kinds(const struct scan_run *run, struct kinds *kinds, struct pl_err *err)
{
    static const char *const later[] = {"secret", "password", "config", "permission", "malware"};
    const char *names[2] = {"only", "skip"};
    *kinds = (struct kinds){.vulnerabilities = true, .licenses = true};
    for (size_t n = 0; n < 2; n++) {
        const char *list = args_get(run->args, names[n]);
        bool vulnerabilities = false, licenses = false;
        struct str rest = str_of(list), word;
        while (list && str_cut(&rest, ',', &word)) {
            bool known = str_is(word, "vuln") || str_is(word, "license");
            vulnerabilities = vulnerabilities || str_is(word, "vuln");
            licenses = licenses || str_is(word, "license");
            for (size_t i = 0; i < ARRAY_LEN(later); i++)
                if (str_is(word, later[i])) {
                    known = true;
                    if (n == 0)
                        return err_set(err, PL_E_USAGE,
                                       "--only %.*s: this version of plimsoll looks for vuln and "
                                       "license only",
                                       STR_ARG(word));
                }
            if (!known)
                return err_set(err, PL_E_USAGE,
                               "--%s: \"%.*s\" is none of vuln, secret, password, config, "
                               "permission, malware, license",
                               names[n], STR_ARG(word));
        }
        if (list && n == 0)
            *kinds = (struct kinds){vulnerabilities, licenses, licenses};
        if (list && n == 1) {
            kinds->vulnerabilities = kinds->vulnerabilities && !vulnerabilities;
            kinds->licenses = kinds->licenses && !licenses;
        }
    }
    return 0;
}

/* A scan that looks for nothing would find nothing, and pass. */
static int check_kinds(const struct scan_run *run, const struct kinds *kinds, struct pl_err *err)
{
    bool policy = args_has(run->args, "license-allow") || args_has(run->args, "license-deny") ||
                  args_has(run->args, "license-policy");
    if (kinds->vulnerabilities || (kinds->licenses && (policy || kinds->licenses_named)))
        return 0;
    return err_set(err, PL_E_USAGE, "--only and --skip leave nothing to look for");
}

/* ---- licences ---- */

/* Licences are judged when there is a policy, or when --only names them. */
static int parse_licenses(struct scan_run *run, const struct kinds *kinds, struct pl_err *err)
{
    static const struct {
        const char *name;
        int (*take)(struct license_policy *policy, struct str list, struct pl_err *err);
    } lists[] = {{"license-allow", license_policy_allow}, {"license-deny", license_policy_deny}};
    bool given = false;
    int r = 0;
    run->licenses = license_policy_new();
    for (size_t i = 0; i < run->args->values.count && r == 0; i++) {
        const struct option_value *value = &run->args->values.items[i];
        const char *name = value->option->name;
        if (strcmp(name, "license-policy") == 0) {
            given = true;
            r = license_policy_read(run->licenses, value->value, err);
        }
        for (size_t k = 0; k < ARRAY_LEN(lists) && r == 0; k++)
            if (strcmp(name, lists[k].name) == 0) {
                given = true;
                r = str_trim(str_of(value->value)).len
                        ? lists[k].take(run->licenses, str_of(value->value), err)
                        : err_set(err, PL_E_USAGE, "the list is empty");
            }
        if (r < 0)
            err_prefix(err, "--%s", name);
    }
    if (r == 0 && given && !kinds->licenses)
        ui_say(tr("The policy on licences is not used: --only or --skip leaves licences out."));
    if (r == 0 && kinds->licenses && (given || kinds->licenses_named)) {
        run->options.licenses = run->licenses;
        run->options.details = true;
        if (!given)
            ui_say(tr("No policy on licences is given (--license-allow, --license-deny, "
                      "--license-policy): only packages whose licence is not known are told."));
    }
    return r;
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

/* ---- the base image ---- */

/* --base: where images are known from. */
static int parse_bases(struct scan_run *run, struct pl_err *err)
{
    bool given = args_has(run->args, "base"), store = !given, docker = !given, podman = !given;
    int r = 0;
    run->bases = bases_new();
    for (size_t i = 0; i < run->args->values.count && r == 0; i++) {
        const struct option_value *value = &run->args->values.items[i];
        struct str word = str_of(value->value);
        if (strcmp(value->option->name, "base") != 0 || str_is(word, "none"))
            continue;
        if (str_is(word, "store"))
            store = true;
        else if (str_is(word, "docker"))
            docker = true;
        else if (str_is(word, "podman"))
            podman = true;
        else if ((r = bases_read(run->bases, value->value, "list", err)) < 0)
            err_prefix(err, "--base");
    }
    if (r < 0)
        err->code = PL_E_USAGE;
    struct str path = paths_bases(&run->arena, run->args);
    if (r == 0 && store && access(path.data, F_OK) == 0)
        r = bases_read(run->bases, path.data, "store", err);
    bases_use_engines(run->bases, docker, podman);
    return r;
}

/* --verify-key, --trust-registry: which images are trusted. */
static int parse_trust(struct scan_run *run, struct pl_err *err)
{
    int r = 0;
    run->trust = trust_policy_new();
    for (size_t i = 0; i < run->args->values.count && r == 0; i++) {
        const struct option_value *value = &run->args->values.items[i];
        struct str rest = str_of(value->value), word;
        if (strcmp(value->option->name, "verify-key") == 0)
            r = trust_policy_add_key(run->trust, value->value, err);
        else if (strcmp(value->option->name, "trust-registry") == 0)
            while (r == 0 && str_cut(&rest, ',', &word))
                r = trust_policy_add_registry(run->trust, str_trim(word), err);
        if (r < 0)
            err_prefix(err, "--%s", value->option->name);
    }
    if (r < 0)
        err->code = PL_E_USAGE;
    else if (!trust_policy_is_empty(run->trust))
        run->options.attached.trust = run->gate.trust = run->trust;
    return r < 0 ? -PL_E_USAGE : 0;
}

/* --attached: what of the documents beside an image is used. */
static int parse_attached(struct scan_run *run, struct pl_err *err)
{
    const char *list = args_get(run->args, "attached");
    struct str rest = str_of(list), word;
    run->options.attached.decisions = run->decisions;
    while (list && str_cut(&rest, ',', &word)) {
        if (str_is(str_trim(word), "sbom"))
            run->options.attached.sbom = true;
        else if (str_is(str_trim(word), "vex"))
            run->options.attached.vex = true;
        else
            return err_set(err, PL_E_USAGE, "--attached: \"%.*s\" is none of sbom, vex",
                           STR_ARG(word));
    }
    return 0;
}

/* A bare name can be in several places: which one it was is told. */
static void tell_chosen(void *context, const char *source, struct str name)
{
    (void)context;
    ui_say(tr("%.*s is taken from %s"), STR_ARG(name), source);
}

static int parse(struct scan_run *run, struct pl_err *err)
{
    const struct args *args = run->args;
    struct kinds kinds = {0};
    uint64_t jobs;
    const char *layers = args_get(args, "layers");
    run->options.platform = str_of(args_get(args, "platform"));
    run->options.catalogers = str_of(args_get(args, "catalogers"));
    run->options.verify = args_has(args, "verify");
    run->options.progress = ui_progress();
    run->outputs.packages = run->sbom;
    run->options.target.offline = args_has(args, "offline");
    run->options.target.registry = &run->registry;
    run->options.target.chosen = tell_chosen;
    run->options.counts = &run->layers;
    int r = registry_args_parse(args, &run->arena, &run->registry, err);
    if (r == 0)
        r = cache_args_open(args, &run->cache, err);
    run->options.cache = run->cache;
    if (r == 0)
        r = outputs_parse(&run->outputs, args, args->words.count, err);
    run->options.details = outputs_want_details(&run->outputs);
    if (r == 0)
        r = parse_severities(run, err);
    if (r == 0)
        r = parse_kinds(run, &kinds, err);
    if (r == 0 && !run->sbom)
        r = check_kinds(run, &kinds, err);
    if (r == 0 && !run->sbom)
        r = parse_licenses(run, &kinds, err);
    if (r == 0)
        r = parse_decisions(run, err);
    if (r == 0)
        r = parse_attached(run, err);
    if (r == 0 && !run->sbom)
        r = parse_trust(run, err);
    if (r == 0)
        r = parse_bases(run, err);
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
    return run->sbom || !kinds.vulnerabilities ? 0 : ensure_database(run, err);
}

static int scan_one(struct scan_run *run, size_t number)
{
    struct report report = {0};
    struct pl_err err;
    int code = EXIT_DONE;
    int r = scan_target(str_of(run->args->words.items[number]), &run->options, &report, &err);
    if (r == 0) {
        ui_progress_end();
        bases_apply(run->bases, &report);
        decisions_apply(run->decisions, &report);
        gate_apply(&run->gate, &report);
        code = report.complete ? EXIT_DONE : EXIT_PARTIAL;
        if (report.verdict.failed && run->exit_code) /* 0 does not hide what was not examined */
            code = (int)run->exit_code;
        r = outputs_write(&run->outputs, run->args, &report, number + 1, &err);
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

/* Of the cache of layers: why it was not used, and how much it spared. */
static void tell_cache(const struct scan_run *run)
{
    cache_args_tell(run->args, run->cache);
    if (run->cache && run->layers.all && args_has(run->args, "verbose"))
        ui_say(tr("%zu of %zu layers came out of the cache."), run->layers.cached, run->layers.all);
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
        code = worst(code, scan_one(&run, i));
    tell_cache(&run);
    cache_freep(&run.cache);
    outputs_free(&run.outputs);
    if (run.decisions)
        decisions_free(run.decisions);
    if (run.bases)
        bases_free(run.bases);
    if (run.licenses)
        license_policy_free(run.licenses);
    if (run.trust)
        trust_policy_free(run.trust);
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
        {"output", "FILE",                                                                         \
         N_("where the report goes whose --format names no file; by default standard output; "     \
            "{target} and {n} in a name stand for the target and its number")},                    \
        {"platform", "OS/ARCH[/VARIANT]",                                                          \
         N_("which image of an index of several platforms; by default this machine's")},           \
        {"catalogers", "LIST",                                                                     \
         N_("names or groups apart by commas; by default all; see: plimsoll list catalogers")},    \
        {"base", "none|store|docker|podman|FILE",                                                  \
         N_("where images are known from that this one may be built on; several times; by "        \
            "default store, docker and podman; docs/base-image.md")},                              \
        {"layers", "squashed", N_("the image as its layers make it together (the default)")},      \
        {"jobs", "N", N_("layers that are read at once; by default one a processor core")},        \
        {"offline", NULL, N_("never use the network: only what is on this machine is examined")},  \
        REGISTRY_OPTIONS, CACHE_OPTIONS,                                                           \
        {"attached", "LIST",                                                                       \
         N_("what of the documents attached to an image in a registry is used: sbom (in the "      \
            "place "                                                                               \
            "of the layers), vex; by default none")},                                              \
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
    {"severity", "LIST",
     N_("show only findings of these severities, apart by commas; --fail-on looks at all")},
    {"only-fixed", NULL, N_("leave out vulnerabilities that have no fix; they do not count")},
    {"grace", "TIME|SEVERITY=TIME,...",
     N_("how long a fix may be known before --fail-on counts its finding, such as 14d; by default "
        "not at all")},
    {"ignore", "FILE|none",
     N_("rules that ignore findings: ours, .trivyignore[.yaml], Grype's ignore; several times; by "
        "default .plimsollignore.yaml, .trivyignore, .trivyignore.yaml, .grype.yaml of the "
        "folder")},
    {"vex", "FILE", N_("statements on vulnerabilities: OpenVEX, CSAF, CycloneDX; several times")},
    {"vex-key", "FILE",
     N_("public key in PEM: only VEX that it signed counts (a DSSE envelope, or FILE.sig)")},
    {"baseline", "REPORT", N_("report only what is new since this report (JSON of plimsoll)")},
    {"verify-key", "FILE",
     N_("public key in PEM: an image of a registry must be signed by it (cosign), or by another "
        "one "
        "that is named; else it is a finding and the run fails; attached documents, too, count "
        "only "
        "when signed; several times")},
    {"trust-registry", "LIST",
     N_("registries, or parts such as registry.example/team, apart by commas: an image of another "
        "one "
        "is a finding and the run fails")},
    {"show-suppressed", NULL, N_("list suppressed findings, too, with the reasons")},
    {"license-allow", "LIST",
     N_("licences that are allowed, apart by commas: ids of SPDX, patterns such as BSD-*, groups "
        "such as permissive; others are findings; docs/licenses.md")},
    {"license-deny", "LIST", N_("licences that are denied, such as copyleft or AGPL-*,unknown")},
    {"license-policy", "FILE", N_("a policy on licences in YAML, with exceptions")},
    {"only", "KINDS", N_("kinds of findings to look for, apart by commas: vuln, license")},
    {"skip", "KINDS", N_("kinds of findings not to look for, apart by commas")},
    {NULL, NULL, NULL},
};

static const struct option sbom_options[] = {
    TARGET_OPTIONS,
    {NULL, NULL, NULL},
};

static const char target_details[] = N_(
    "TARGET is a path, its kind found by content: an archive of docker save, an OCI layout as a "
    "folder or a tar, a root file system, or a bill of materials (plimsoll list inputs); or the "
    "name of an image, such as nginx:1.27, which is looked for in its registry. A prefix "
    "forces the kind: docker-archive:FILE[:TAG], oci:DIR[:TAG], oci-archive:FILE[:TAG], dir:DIR, "
    "registry:NAME, sbom:FILE. dir:/ is the running system's own root, sbom:- what comes in on "
    "standard input.");

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
