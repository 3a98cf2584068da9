#include "cli/scan_args.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/database.h"
#include "base/i18n.h"
#include "cli/paths.h"
#include "cli/ui.h"

static int parse_severities(struct scan_setup *setup, struct pl_err *err)
{
    const char *list = args_get(setup->args, "severity"),
               *fail_on = args_get(setup->args, "fail-on");
    struct str rest = str_of(list), word;
    setup->gate.has_filter = list != NULL;
    while (list && str_cut(&rest, ',', &word)) {
        enum severity severity;
        if (!severity_parse(str_trim(word), &severity))
            return err_set(err, PL_E_USAGE,
                           "--severity: \"%.*s\" is none of critical, high, medium, low, "
                           "negligible, unknown",
                           STR_ARG(word));
        setup->gate.filter[severity] = true;
    }
    if (fail_on && strcmp(fail_on, "none") != 0) {
        setup->gate.has_fail_on = true;
        if (!severity_parse(str_of(fail_on), &setup->gate.fail_on))
            return err_set(err, PL_E_USAGE,
                           "--fail-on: \"%s\" is none of critical, high, medium, low, negligible, "
                           "unknown, none",
                           fail_on);
    }
    setup->gate.only_fixed = args_has(setup->args, "only-fixed");
    const char *grace = args_get(setup->args, "grace");
    return grace ? gate_parse_grace(&setup->gate, grace, err) : 0;
}

/* ---- decisions ---- */

/* What is read without being named, so that Plimsoll takes the place of other scanners. A file that
 * was not asked for cannot stop the scan: without it, more counts. */
static void read_default_rules(struct scan_setup *setup)
{
    static const char *const files[] = {".plimsollignore.yaml", ".trivyignore", ".trivyignore.yaml",
                                        ".grype.yaml"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct pl_err problem;
        if (access(files[i], F_OK) != 0)
            continue;
        if (decisions_read_ignore(setup->decisions, files[i], &problem) < 0) {
            err_prefix(&problem, "the rules are not used");
            ui_error(&problem);
        } else {
            ui_say(tr("Rules of %s are used (--ignore none: no rules)."), files[i]);
        }
    }
}

static int read_decision(struct scan_setup *setup, const struct option_value *value,
                         struct pl_err *err)
{
    const char *name = value->option->name, *file = value->value;
    int r = 0;
    if (strcmp(name, "ignore") == 0 && strcmp(file, "none") != 0)
        r = decisions_read_ignore(setup->decisions, file, err);
    else if (strcmp(name, "vex") == 0)
        r = decisions_read_vex(setup->decisions, file, args_get(setup->args, "vex-key"), err);
    else if (strcmp(name, "baseline") == 0)
        r = decisions_read_baseline(setup->decisions, file, err);
    if (r < 0) {
        err_prefix(err, "--%s", name);
        err->code = PL_E_USAGE;
    }
    return r;
}

static int parse_decisions(struct scan_setup *setup, struct pl_err *err)
{
    int r = 0;
    setup->decisions = decisions_new();
    if (setup->sbom)
        return 0;
    if (!args_has(setup->args, "ignore"))
        read_default_rules(setup);
    for (size_t i = 0; i < setup->args->values.count && r == 0; i++)
        r = read_decision(setup, &setup->args->values.items[i], err);
    return r;
}

/* A scan that looks for nothing would find nothing, and pass. */
static int check_kinds(const struct scan_setup *setup, const struct kinds *kinds,
                       struct pl_err *err)
{
    bool policy = args_has(setup->args, "license-allow") || args_has(setup->args, "license-deny") ||
                  args_has(setup->args, "license-policy") || args_has(setup->args, "policy");
    for (size_t kind = 0; kind < FINDING_KIND_COUNT; kind++)
        if (kinds->on[kind] && (kind != FINDING_LICENSE || policy || kinds->named[kind]))
            return 0;
    return err_set(err, PL_E_USAGE, "--only and --skip leave nothing to look for");
}

/* ---- licences ---- */

/* --policy: its parts go to those who carry them out. Behind parse_decisions(). */
static int parse_policy(struct scan_setup *setup, struct pl_err *err)
{
    const char *file = args_get(setup->args, "policy");
    if (!file || setup->sbom)
        return 0;
    setup->policy = policy_new();
    int r = policy_read(setup->policy, file, err);
    if (r < 0)
        return err_prefix(err, "--policy");
    setup->gate.policy = setup->policy;
    policy_add_exceptions(setup->policy, setup->decisions);
    if (policy_licenses(setup->policy) && !setup->options.licenses) {
        setup->options.licenses = policy_licenses(setup->policy);
        setup->options.details = true;
    }
    return 0;
}

/* Licences are judged when there is a policy, or when --only names them. */
static int parse_licenses(struct scan_setup *setup, const struct kinds *kinds, struct pl_err *err)
{
    static const struct {
        const char *name;
        int (*take)(struct license_policy *policy, struct str list, struct pl_err *err);
    } lists[] = {{"license-allow", license_policy_allow}, {"license-deny", license_policy_deny}};
    bool given = false;
    int r = 0;
    setup->licenses = license_policy_new();
    for (size_t i = 0; i < setup->args->values.count && r == 0; i++) {
        const struct option_value *value = &setup->args->values.items[i];
        const char *name = value->option->name;
        if (strcmp(name, "license-policy") == 0) {
            given = true;
            r = license_policy_read(setup->licenses, value->value, err);
        }
        for (size_t k = 0; k < ARRAY_LEN(lists) && r == 0; k++)
            if (strcmp(name, lists[k].name) == 0) {
                given = true;
                r = str_trim(str_of(value->value)).len
                        ? lists[k].take(setup->licenses, str_of(value->value), err)
                        : err_set(err, PL_E_USAGE, "the list is empty");
            }
        if (r < 0)
            err_prefix(err, "--%s", name);
    }
    if (r == 0 && given && !kinds->on[FINDING_LICENSE])
        ui_say(tr("The policy on licences is not used: --only or --skip leaves licences out."));
    if (r == 0 && kinds->on[FINDING_LICENSE] && (given || kinds->named[FINDING_LICENSE])) {
        setup->options.licenses = setup->licenses;
        setup->options.details = true;
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
static int ensure_database(struct scan_setup *setup, struct pl_err *err)
{
    struct str folder = paths_database(&setup->arena, setup->args);
    struct str file = arena_printf(&setup->arena, "%.*s/plimsoll.db", STR_ARG(folder));
    setup->options.database = folder.data;
    if (access(file.data, F_OK) == 0 || args_has(setup->args, "db"))
        return 0;
    struct str snapshot = paths_snapshot(&setup->arena);
    if (snapshot.len == 0)
        return 0; /* opening it says what to do */
    ui_say(
        tr("There is no advisory database yet: making one from the snapshot that came with "
           "plimsoll. It holds Debian, Alpine, AlmaLinux and KEV only, as of its date (plimsoll db "
           "info); for today's advisories of everything run: plimsoll db update"));
    const char *sources[1] = {snapshot.data};
    struct database_options options = {
        .directory = folder.data,
        .progress = setup->options.progress,
        .problem = tell_problem,
    };
    struct database_result result;
    return database_import(&options, sources, 1, &result, err);
}

/* ---- the base image ---- */

/* --base: where images are known from. */
static int parse_bases(struct scan_setup *setup, struct pl_err *err)
{
    bool given = args_has(setup->args, "base"), store = !given, docker = !given, podman = !given;
    int r = 0;
    setup->bases = bases_new();
    for (size_t i = 0; i < setup->args->values.count && r == 0; i++) {
        const struct option_value *value = &setup->args->values.items[i];
        struct str word = str_of(value->value);
        if (strcmp(value->option->name, "base") != 0 || str_is(word, "none"))
            continue;
        if (str_is(word, "store"))
            store = true;
        else if (str_is(word, "docker"))
            docker = true;
        else if (str_is(word, "podman"))
            podman = true;
        else if ((r = bases_read(setup->bases, value->value, "list", err)) < 0)
            err_prefix(err, "--base");
    }
    if (r < 0)
        err->code = PL_E_USAGE;
    struct str path = paths_bases(&setup->arena, setup->args);
    if (r == 0 && store && access(path.data, F_OK) == 0)
        r = bases_read(setup->bases, path.data, "store", err);
    bases_use_engines(setup->bases, docker, podman);
    return r;
}

/* --verify-key, --trust-registry: which images are trusted. */
static int parse_trust(struct scan_setup *setup, struct pl_err *err)
{
    int r = 0;
    setup->trust = trust_policy_new();
    for (size_t i = 0; i < setup->args->values.count && r == 0; i++) {
        const struct option_value *value = &setup->args->values.items[i];
        struct str rest = str_of(value->value), word;
        if (strcmp(value->option->name, "verify-key") == 0)
            r = trust_policy_add_key(setup->trust, value->value, err);
        else if (strcmp(value->option->name, "trust-registry") == 0)
            while (r == 0 && str_cut(&rest, ',', &word))
                r = trust_policy_add_registry(setup->trust, str_trim(word), err);
        if (r < 0)
            err_prefix(err, "--%s", value->option->name);
    }
    if (r == 0 && setup->policy)
        r = policy_add_trust(setup->policy, setup->trust, err);
    if (r < 0)
        err->code = PL_E_USAGE;
    else if (!trust_policy_is_empty(setup->trust))
        setup->options.attached.trust = setup->gate.trust = setup->trust;
    return r < 0 ? -PL_E_USAGE : 0;
}

/* --attached: what of the documents beside an image is used. */
static int parse_attached(struct scan_setup *setup, struct pl_err *err)
{
    const char *list = args_get(setup->args, "attached");
    struct str rest = str_of(list), word;
    setup->options.attached.decisions = setup->decisions;
    while (list && str_cut(&rest, ',', &word)) {
        if (str_is(str_trim(word), "sbom"))
            setup->options.attached.sbom = true;
        else if (str_is(str_trim(word), "vex"))
            setup->options.attached.vex = true;
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

static int parse_partial(struct scan_setup *setup, struct pl_err *err)
{
    const char *when = args_get(setup->args, "partial");
    setup->options.target.whole_layers = when && strcmp(when, "never") == 0;
    if (when && strcmp(when, "auto") != 0 && strcmp(when, "never") != 0)
        return err_set(err, PL_E_USAGE, "--partial is auto or never, not \"%s\"", when);
    return 0;
}

int scan_setup_parse(struct scan_setup *setup, const struct args *args, bool sbom,
                     struct pl_err *err)
{
    *setup = (struct scan_setup){.args = args, .sbom = sbom};
    struct kinds kinds = {0};
    uint64_t jobs;
    const char *layers = args_get(args, "layers");
    setup->options.platform = str_of(args_get(args, "platform"));
    setup->options.catalogers = str_of(args_get(args, "catalogers"));
    setup->options.verify = args_has(args, "verify");
    setup->options.progress = ui_progress();
    setup->options.target.offline = args_has(args, "offline");
    setup->options.target.registry = &setup->registry;
    setup->options.target.engines = &setup->engines;
    setup->options.target.chosen = tell_chosen;
    setup->options.counts = &setup->layers;
    int r = registry_args_parse(args, &setup->arena, &setup->registry, err);
    if (r == 0)
        r = engine_args_parse(args, &setup->engines, err);
    if (r == 0)
        r = cache_args_open(args, &setup->cache, err);
    setup->options.cache = setup->cache;
    if (r == 0)
        r = parse_severities(setup, err);
    if (r == 0)
        r = kinds_args_parse(args, &kinds, err);
    if (r == 0 && !setup->sbom)
        r = check_kinds(setup, &kinds, err);
    if (r == 0 && !setup->sbom)
        r = parse_licenses(setup, &kinds, err);
    if (r == 0 && !setup->sbom)
        r = inspect_args_open(args, &kinds, &setup->inspect, err);
    setup->options.inspect = &setup->inspect;
    if (r == 0)
        r = parse_decisions(setup, err);
    if (r == 0)
        r = parse_attached(setup, err);
    if (r == 0)
        r = parse_policy(setup, err);
    if (r == 0 && !setup->sbom)
        r = parse_trust(setup, err);
    if (r == 0)
        r = parse_bases(setup, err);
    if (r == 0)
        r = parse_partial(setup, err);
    if (r == 0)
        r = args_number(args, "jobs", 1, 64, 0, &jobs, err);
    if (r == 0)
        r = args_number(args, "exit-code", 0, 125, EXIT_FOUND, &setup->exit_code, err);
    if (r == 0)
        r = args_duration(args, "max-db-age", 0, &setup->options.max_age, err);
    if (r == 0 && setup->policy && !setup->options.max_age)
        setup->options.max_age = policy_database_age(setup->policy);
    if (r == 0 && layers && strcmp(layers, "squashed") != 0)
        r = err_set(err, PL_E_USAGE,
                    "--layers: this version of plimsoll reports the image as its "
                    "layers make it together (squashed)");
    if (r < 0)
        return r;
    setup->options.jobs = (unsigned)jobs;
    setup->options.files_only =
        !setup->sbom && !kinds.on[FINDING_VULNERABILITY] && !setup->options.licenses;
    return setup->sbom || !kinds.on[FINDING_VULNERABILITY] ? 0 : ensure_database(setup, err);
}

int scan_setup_parse_judgement(struct scan_setup *setup, const struct args *args,
                               struct pl_err *err)
{
    *setup = (struct scan_setup){.args = args};
    int r = parse_severities(setup, err);
    if (r == 0)
        r = parse_decisions(setup, err);
    if (r == 0)
        r = parse_policy(setup, err);
    if (r == 0)
        r = args_number(args, "exit-code", 0, 125, EXIT_FOUND, &setup->exit_code, err);
    return r;
}

void scan_setup_free(struct scan_setup *setup)
{
    cache_freep(&setup->cache);
    if (setup->decisions)
        decisions_free(setup->decisions);
    if (setup->bases)
        bases_free(setup->bases);
    if (setup->licenses)
        license_policy_free(setup->licenses);
    if (setup->trust)
        trust_policy_free(setup->trust);
    policy_freep(&setup->policy);
    inspect_setup_free(&setup->inspect);
    arena_free(&setup->arena);
}

int scan_setup_judge(struct scan_setup *setup, struct report *report)
{
    bases_apply(setup->bases, report);
    decisions_apply(setup->decisions, report);
    gate_apply(&setup->gate, report);
    int code = report->complete ? EXIT_DONE : EXIT_PARTIAL;
    if (report->verdict.failed && setup->exit_code) /* 0 does not hide what was not examined */
        code = (int)setup->exit_code;
    return code;
}

int exit_code_worst(int a, int b)
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
