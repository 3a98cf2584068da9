#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/sweep.h"
#include "base/i18n.h"
#include "cli/paths.h"
#include "cli/scan_args.h"
#include "cli/sweep_report.h"
#include "cli/ui.h"
#include "io/tempfile.h"
#include "report/format.h"

struct sweep_verb {
    const struct args *args;
    struct scan_setup setup;
    struct arena arena;
    struct sweep_options options;
    struct str registry;
    const char *reports; /* folder; NULL: none */
};

/* ---- the command line ---- */

static struct str *take_patterns(struct sweep_verb *run, const char *name, size_t *ret_count)
{
    const struct args *args = run->args;
    struct str *patterns = ARENA_ARRAY(&run->arena, struct str, args->values.count + 1);
    *ret_count = 0;
    for (size_t i = 0; i < args->values.count; i++)
        if (strcmp(args->values.items[i].option->name, name) == 0)
            patterns[(*ret_count)++] = str_of(args->values.items[i].value);
    return patterns;
}

/* Options that change no result: where it goes, how fast it comes, which part is looked at. */
static bool is_of_result(const char *name)
{
    static const char *const others[] = {
        "format",  "jobs",       "reports", "restart",    "repository", "tag",
        "exclude", "max-age",    "newest",  "quiet",      "verbose",    "no-progress",
        "config",  "cache-size", "cache",   "max-db-age", "exit-code",  "lang"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (strcmp(name, others[i]) == 0)
            return false;
    return true;
}

static struct str result_key(struct sweep_verb *run, const struct vulndb_info *database)
{
    AUTO_BUF text = {0};
    char digest[DIGEST_TEXT];
    buf_printf(&text, "%s\n%.*s\n", PLIMSOLL_VERSION, STR_ARG(run->registry));
    if (database)
        buf_printf(&text, "%.*s %llu\n", STR_ARG(database->built),
                   (unsigned long long)database->advisories);
    for (size_t i = 0; i < run->args->values.count; i++) {
        const struct option_value *value = &run->args->values.items[i];
        if (is_of_result(value->option->name))
            buf_printf(&text, "%s=%s\n", value->option->name, value->value);
    }
    sha256_of(buf_str(&text), digest);
    return arena_str(&run->arena, str_of(digest));
}

/* One journal a registry and prefix, in the data folder. */
static int place_journal(struct sweep_verb *run, struct pl_err *err)
{
    struct str folder = arena_printf(&run->arena, "%.*s/sweeps", STR_ARG(paths_data(&run->arena)));
    char digest[DIGEST_TEXT];
    sha256_of(run->registry, digest);
    struct str parent = paths_data(&run->arena);
    if ((mkdir(parent.data, 0755) < 0 && errno != EEXIST) ||
        (mkdir(folder.data, 0700) < 0 && errno != EEXIST))
        return err_errno(err, errno, "%s can't be made", folder.data);
    run->options.journal =
        arena_printf(&run->arena, "%.*s/%.16s.jsonl", STR_ARG(folder), digest + 7).data;
    return 0;
}

static int parse(struct sweep_verb *run, struct pl_err *err)
{
    const struct args *args = run->args;
    struct sweep_options *options = &run->options;
    uint64_t jobs;
    if (args->words.count != 1)
        return err_set(err, PL_E_USAGE, "a registry is needed: HOST[:PORT][/PREFIX]");
    run->registry = str_of(args->words.items[0]);
    int r =
        reference_parse_registry(run->registry, &run->arena, &options->host, &options->prefix, err);
    if (r == 0)
        r = scan_setup_parse(&run->setup, args, false, err);
    if (r == 0 && run->setup.options.target.offline)
        r = err_set(err, PL_E_USAGE, "a sweep needs the network, and --offline forbids it");
    if (r == 0)
        r = args_number(args, "jobs", 1, 64, 0, &jobs, err);
    if (r == 0)
        r = args_number(args, "newest", 1, 1000000, 0, &options->newest, err);
    if (r == 0)
        r = args_duration(args, "max-age", 0, &options->max_age, err);
    if (r == 0)
        r = place_journal(run, err);
    if (r < 0)
        return r;
    options->jobs = (unsigned)jobs;
    options->repositories = take_patterns(run, "repository", &options->repository_count);
    options->tags = take_patterns(run, "tag", &options->tag_count);
    options->excludes = take_patterns(run, "exclude", &options->exclude_count);
    options->restart = args_has(args, "restart");
    options->progress = ui_progress();
    options->all_platforms = str_is(run->setup.options.platform, "all");
    if (options->all_platforms)
        run->setup.options.platform = STR_NONE;
    options->scan = &run->setup.options;
    run->reports = args_get(args, "reports");
    if (run->reports && mkdir(run->reports, 0755) < 0 && errno != EEXIST)
        return err_errno(err, errno, "--reports: %s can't be made", run->reports);
    return 0;
}

/* ---- results ---- */

static int judge(void *context, struct report *report)
{
    return scan_setup_judge(context, report);
}

/* DIR/HEX.json: the whole report of one image. */
static int write_report(void *context, struct str digest, const struct report *report,
                        struct pl_err *err)
{
    const struct sweep_verb *run =
        (const struct sweep_verb *)((const char *)context - offsetof(struct sweep_verb, setup));
    struct report_style style = {0};
    struct arena arena = {0};
    AUTO_TEMPFILE file = TEMPFILE_NONE;
    struct out out;
    struct str path = arena_printf(&arena, "%s/%.*s.json", run->reports,
                                   STR_ARG(str_from(digest, STR("sha256:").len)));
    int r = tempfile_create(path.data, &file, err);
    if (r == 0) {
        out_init(&out, file.fd);
        report_format_find(STR("json"))->write(&out, report, &style);
        r = out_close(&out, err);
    }
    if (r == 0)
        r = tempfile_commit(&file, err);
    arena_free(&arena);
    return r;
}

static int write_one(const struct sweep_report *report, struct str format, struct pl_err *err)
{
    size_t equals = str_index(format, '=');
    struct str name = str_first(format, equals);
    AUTO_FREE char *path = equals == SIZE_MAX ? NULL : str_dup(str_from(format, equals + 1));
    AUTO_TEMPFILE file = TEMPFILE_NONE;
    struct sweep_report own = *report;
    struct out out;
    int r = path ? tempfile_create(path, &file, err) : 0;
    if (r < 0)
        return r;
    if (path)
        own.width = 0;
    out_init(&out, path ? file.fd : STDOUT_FILENO);
    if (str_is(name, "json"))
        sweep_report_json(&out, &own);
    else
        sweep_report_table(&out, &own);
    r = out_close(&out, err);
    return r == 0 && path ? tempfile_commit(&file, err) : r;
}

static int check_formats(const struct args *args, struct pl_err *err)
{
    for (size_t i = 0; i < args->values.count; i++) {
        struct str value = str_of(args->values.items[i].value);
        struct str name = str_first(value, str_index(value, '='));
        if (strcmp(args->values.items[i].option->name, "format") == 0 && !str_is(name, "json") &&
            !str_is(name, "table"))
            return err_set(err, PL_E_USAGE, "--format of sweep is table or json, not \"%.*s\"",
                           STR_ARG(name));
    }
    return 0;
}

static int write_all(const struct sweep_verb *run, const struct sweep *sweep,
                     const struct vulndb_info *database, struct pl_err *err)
{
    struct sweep_report report = {sweep, run->registry, database, ui_width(), ui_color()};
    bool any = false;
    int r = 0;
    for (size_t i = 0; i < run->args->values.count && r == 0; i++)
        if (strcmp(run->args->values.items[i].option->name, "format") == 0) {
            any = true;
            r = write_one(&report, str_of(run->args->values.items[i].value), err);
        }
    if (!any)
        r = write_one(&report, isatty(STDOUT_FILENO) ? STR("table") : STR("json"), err);
    return r;
}

static int sweep_and_report(struct sweep_verb *run, struct pl_err *err)
{
    CLEANUP(vulndb_closep) struct vulndb *db = NULL;
    struct sweep sweep = {0};
    const struct vulndb_info *database = NULL;
    int r = run->setup.options.database ? vulndb_open(run->setup.options.database, &db, err) : 0;
    if (r < 0)
        return r;
    database = db ? vulndb_info(db) : NULL;
    run->options.key = result_key(run, database);
    run->options.judge = judge;
    run->options.take = run->reports ? write_report : NULL;
    run->options.context = &run->setup;
    r = sweep_run(&run->options, &sweep, err);
    ui_progress_end();
    if (r == 0)
        r = write_all(run, &sweep, database, err);
    int code = sweep.code;
    sweep_free(&sweep);
    return r < 0 ? r : code;
}

static int sweep_run_verb(const struct args *args)
{
    struct sweep_verb run = {.args = args};
    struct pl_err err;
    int r = check_formats(args, &err);
    if (r == 0)
        r = parse(&run, &err);
    if (r == 0)
        r = sweep_and_report(&run, &err);
    cache_args_tell(args, run.setup.cache);
    scan_setup_free(&run.setup);
    arena_free(&run.arena);
    return r < 0 ? ui_fail(&err) : r;
}

static const struct option sweep_options[] = {
    {"format", "table|json[=FILE]",
     N_("the report on the whole, to standard output or a file; several times; by default table on "
        "a "
        "terminal, else json")},
    {"reports", "DIR", N_("folder for the whole report of each image, HEX.json by its digest")},
    {"repository", "PATTERN",
     N_("repositories to look at, such as team/*; several times; by default all")},
    {"tag", "PATTERN", N_("tags to look at, such as v*; several times; by default all")},
    {"exclude", "PATTERN",
     N_("what to leave out, such as *:*-dev, by repository:tag; several times")},
    {"max-age", "TIME", N_("leave out images that were made longer ago, such as 90d")},
    {"newest", "N", N_("of each repository only so many images, those made last")},
    {"restart", NULL,
     N_("begin anew, also when an earlier sweep of this registry was ended before its end")},
    {"jobs", "N", N_("images that are examined at once; by default one a processor core")},
    TARGET_OPTIONS,
    FINDING_OPTIONS,
    {NULL, NULL, NULL},
};

const struct verb verb_sweep = {
    .name = "sweep",
    .arguments = "REGISTRY[/PREFIX]",
    .help = N_("known vulnerabilities of all images of a registry"),
    .details = N_("Lists repositories and tags, and examines each distinct image once, each layer "
                  "once. A sweep "
                  "that was ended goes on where it was when it is started again in the same way. "
                  "--platform all "
                  "looks at every platform of an index. Registries that do not list their "
                  "repositories (Docker "
                  "Hub, GHCR, ECR with some rights) need a repository as PREFIX. Exit code 5: "
                  "something could "
                  "not be examined; the report says what."),
    .options = sweep_options,
    .examples =
        {"plimsoll sweep registry.example",
         "plimsoll sweep --tag 'v*' --newest 5 --format json=sweep.json registry.example/team"},
    .run = sweep_run_verb,
};
