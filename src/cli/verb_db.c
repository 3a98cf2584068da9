#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/database.h"
#include "app/db_origin.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "base/utf8.h"
#include "cli/paths.h"
#include "cli/ui.h"
#include "feed/feed.h"
#include "io/json_writer.h"

enum { PROBLEMS_SHOWN = 20 };

struct db_run {
    const struct args *args;
    struct arena arena;
    struct database_options options;
    struct str folder;
    uint64_t told;
};

static void tell_problem(void *context, struct str where, const struct pl_err *problem)
{
    struct db_run *run = context;
    if (run->told++ >= PROBLEMS_SHOWN && !args_has(run->args, "verbose"))
        return;
    struct pl_err whole = *problem;
    if (where.len)
        err_prefix(&whole, "%.*s", STR_ARG(where));
    ui_error(&whole);
}

static void start(struct db_run *run, const struct args *args)
{
    *run = (struct db_run){.args = args};
    run->folder = paths_database(&run->arena, args);
    run->options = (struct database_options){
        .directory = run->folder.data,
        .progress = ui_progress(),
        .problem = tell_problem,
        .context = run,
        .offline = args_has(args, "offline"),
        .ca_file = args_get(args, "ca-file"),
    };
}

static int finish(struct db_run *run, int code)
{
    arena_free(&run->arena);
    return code;
}

/* What a change of the database came to. */
static int tell_result(struct db_run *run, const struct database_result *result)
{
    char size[32];
    ui_format_bytes(result->bytes, size, sizeof(size));
    if (run->told > PROBLEMS_SHOWN && !args_has(run->args, "verbose"))
        ui_say(tr("%llu more problems; --verbose shows them all"),
               (unsigned long long)(run->told - PROBLEMS_SHOWN));
    ui_say(tr("%llu records read; the database now holds %llu advisories (%s) in %s"),
           (unsigned long long)result->records, (unsigned long long)result->advisories, size,
           run->folder.data);
    return result->problems ? EXIT_PARTIAL : EXIT_DONE;
}

static int db_import_run(const struct args *args)
{
    struct db_run run;
    struct database_result result = {0};
    struct pl_err err;
    start(&run, args);
    if (args->words.count == 0) {
        err_set(&err, PL_E_USAGE, "db import needs files or folders of advisories");
        return finish(&run, ui_fail(&err));
    }
    if (database_import(&run.options, args->words.items, args->words.count, &result, &err) < 0)
        return finish(&run, ui_fail(&err));
    return finish(&run, tell_result(&run, &result));
}

/* The config's mirrors: addresses of publishers and what stands in their place. */
static void take_mirrors(struct db_run *run)
{
    size_t count = run->args->mirrors.count;
    const char **from = ARENA_ARRAY(&run->arena, const char *, count + 1);
    const char **to = ARENA_ARRAY(&run->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct str value = str_of(run->args->mirrors.items[i].value), key;
        if (!str_cut(&value, '\t', &key))
            continue;
        from[run->options.mirror_count] = arena_str(&run->arena, key).data;
        to[run->options.mirror_count++] = arena_str(&run->arena, value).data;
    }
    run->options.mirror_from = from;
    run->options.mirror_to = to;
}

static int check_feeds(const struct args *args, struct pl_err *err)
{
    for (size_t i = 0; i < args->words.count; i++)
        if (!feed_find(str_of(args->words.items[i])))
            return err_set(err, PL_E_USAGE, "there is no feed \"%s\"; see: plimsoll list feeds",
                           args->words.items[i]);
    return 0;
}

static int db_update_run(const struct args *args)
{
    struct db_run run;
    struct database_result result = {0};
    struct pl_err err;
    start(&run, args);
    take_mirrors(&run);
    const char **names = ARENA_ARRAY(&run.arena, const char *, args->words.count + 1);
    for (size_t i = 0; i < args->words.count; i++)
        names[i] = args->words.items[i];
    int r = check_feeds(args, &err);
    if (r == 0)
        r = database_update(&run.options, args->words.count ? names : NULL, &result, &err);
    if (r < 0)
        return finish(&run, ui_fail(&err));
    return finish(&run, tell_result(&run, &result));
}

/* ---- info ---- */

struct namespaces {
    struct out *out;
    struct json_writer *json;
};

static void print_namespace(void *context, struct str name, uint64_t statements)
{
    struct namespaces *all = context;
    if (all->json) {
        json_begin(all->json, '{');
        json_put_str(all->json, "name", name);
        json_put_u64(all->json, "statements", statements);
        json_end(all->json, '}');
        return;
    }
    AUTO_BUF line = {0};
    buf_puts(&line, "  ");
    utf8_cell(&line, name, 44);
    buf_printf(&line, " %10llu\n", (unsigned long long)statements);
    out_add(all->out, buf_str(&line));
}

/* Null once the database was changed here. */
static void print_origin_json(struct json_writer *json, const struct origin_mark *mark)
{
    if (!mark) {
        json_put_null(json, "origin");
        return;
    }
    json_open(json, "origin", '{');
    json_put_str(json, "reference", mark->reference);
    json_put_u64(json, "serial", mark->serial);
    json_put_str_or_null(json, "key", mark->key);
    json_end(json, '}');
}

static void print_info_json(struct out *out, const struct vulndb *db,
                            const struct origin_mark *mark)
{
    const struct vulndb_info *info = vulndb_info(db);
    struct json_writer json = {.out = out};
    struct namespaces all = {.json = &json};
    json_begin(&json, '{');
    json_put_text(&json, "schema", "plimsoll.database/1");
    json_put_str(&json, "built", info->built);
    json_put_u64(&json, "advisories", info->advisories);
    json_put_u64(&json, "bytes", info->bytes);
    print_origin_json(&json, mark);
    json_open(&json, "feeds", '[');
    for (size_t i = 0; i < info->feed_count; i++) {
        json_begin(&json, '{');
        json_put_str(&json, "name", info->feeds[i].name);
        json_put_str_or_null(&json, "unit", info->feeds[i].unit);
        json_put_str_or_null(&json, "updated", info->feeds[i].updated);
        json_put_u64(&json, "advisories", info->feeds[i].advisories);
        json_end(&json, '}');
    }
    json_end(&json, ']');
    json_open(&json, "namespaces", '[');
    vulndb_each_namespace(db, print_namespace, &all);
    json_end(&json, ']');
    json_end(&json, '}');
}

static void print_origin(struct out *out, const struct origin_mark *mark)
{
    unsigned long long serial = mark->serial;
    if (mark->key.len)
        out_printf(out, tr("pulled from %.*s as number %llu, signed with the key %.*s\n"),
                   STR_ARG(mark->reference), serial, STR_ARG(mark->key));
    else
        out_printf(out, tr("pulled from %.*s as number %llu, without a check of its signature\n"),
                   STR_ARG(mark->reference), serial);
}

static void print_info(struct out *out, const struct vulndb *db, const struct origin_mark *mark,
                       struct str folder)
{
    const struct vulndb_info *info = vulndb_info(db);
    struct namespaces all = {.out = out};
    char size[32];
    ui_format_bytes(info->bytes, size, sizeof(size));
    out_printf(out, tr("%.*s: %llu advisories, %s, built %.*s\n"), STR_ARG(folder),
               (unsigned long long)info->advisories, size, STR_ARG(info->built));
    if (mark)
        print_origin(out, mark);
    out_printf(out, "\n%s\n", tr("Feeds, with the newest date that each tells:"));
    for (size_t i = 0; i < info->feed_count; i++) {
        const struct vulndb_feed *feed = &info->feeds[i];
        AUTO_BUF name = {0};
        AUTO_BUF line = {0};
        buf_printf(&name, "%.*s%s%.*s", STR_ARG(feed->name), feed->unit.len ? " " : "",
                   STR_ARG(feed->unit));
        buf_puts(&line, "  ");
        utf8_cell(&line, buf_str(&name), 32);
        utf8_cell(&line, feed->updated.len ? str_first(feed->updated, 10) : STR("-"), 12);
        buf_printf(&line, "%10llu\n", (unsigned long long)feed->advisories);
        out_add(out, buf_str(&line));
    }
    out_printf(out, "\n%s\n", tr("Systems and ecosystems, with their statements:"));
    vulndb_each_namespace(db, print_namespace, &all);
}

static int db_info_run(const struct args *args)
{
    struct db_run run;
    CLEANUP(vulndb_closep) struct vulndb *db = NULL;
    AUTO_ORIGIN origin = {.hash = STR_NONE};
    struct pl_err err;
    struct out out;
    const char *format = args_get(args, "format");
    bool json = format && strcmp(format, "json") == 0;
    start(&run, args);
    int r = 0;
    if (format && !json && strcmp(format, "text") != 0)
        r = err_set(&err, PL_E_USAGE, "--format of db info is text or json");
    if (r == 0)
        r = vulndb_open(run.folder.data, &db, &err);
    if (r == 0)
        r = origin_read(run.folder.data, &origin, &err);
    if (r == 0) {
        const struct origin_mark *mark = origin_is_of(&origin, db) ? &origin.installed : NULL;
        out_init(&out, 1);
        if (json)
            print_info_json(&out, db, mark);
        else
            print_info(&out, db, mark, run.folder);
        r = out_close(&out, &err);
    }
    return finish(&run, r < 0 ? ui_fail(&err) : EXIT_DONE);
}

static int db_export_run(const struct args *args)
{
    struct db_run run;
    struct pl_err err;
    start(&run, args);
    int r = args->words.count == 1
                ? 0
                : err_set(&err, PL_E_USAGE, "db export needs one file to write to");
    if (r == 0)
        r = database_export(run.folder.data, args->words.items[0], run.options.progress, &err);
    return finish(&run, r < 0 ? ui_fail(&err) : EXIT_DONE);
}

static int db_verify_run(const struct args *args)
{
    struct db_run run;
    struct pl_err err;
    start(&run, args);
    if (database_verify(run.folder.data, &err) < 0)
        return finish(&run, ui_fail(&err));
    ui_say(tr("%s: every byte is as it was written"), run.folder.data);
    return finish(&run, EXIT_DONE);
}

#define DB_OPTION                                                                                  \
    {                                                                                              \
        "db", "DIR", N_("folder of the advisory database; by default plimsoll's data folder")      \
    }

static const struct option plain_options[] = {DB_OPTION, {NULL, NULL, NULL}};
static const struct option info_options[] = {
    DB_OPTION,
    {"format", "text|json", N_("text (the default) or json, schema plimsoll.database/1")},
    {NULL, NULL, NULL},
};
static const struct option update_options[] = {
    DB_OPTION,
    {"offline", NULL, N_("never use the network: an update is then refused")},
    {"ca-file", "FILE", N_("certificates of authorities to trust, PEM; by default the system's")},
    {NULL, NULL, NULL},
};

const struct verb verb_db_update = {
    .name = "db update",
    .arguments = "[FEED...]",
    .help = N_("downloads what has changed of the publishers' feeds"),
    .details =
        N_("Without names: Debian, Alpine, Azure Linux, Oracle Linux, KEV, EPSS, and OSV of "
           "AlmaLinux, Rocky Linux, Bitnami and the language ecosystems. Large ones only by "
           "name: nvd (a file a year), and with osv also Ubuntu and SUSE. Feeds without "
           "an address are imported from files; see: plimsoll list feeds. Only what has changed is "
           "sent, and a download that broke off is resumed. "
           "http_proxy, https_proxy and no_proxy are obeyed. In the configuration file, "
           "mirrors: maps the beginning of a publisher's address to another address."),
    .options = update_options,
    .examples = {"plimsoll db update", "plimsoll db update debian kev epss"},
    .run = db_update_run,
};

const struct verb verb_db_import = {
    .name = "db import",
    .arguments = "SRC...",
    .help = N_("reads files and folders of advisories, found by their content"),
    .details =
        N_("Knows every feed that \"plimsoll list feeds\" names: single documents, folders, and "
           "archives (zip, tar) as they are published, plain or compressed (gzip, zstd, xz, "
           "bzip2). What a source does not replace stays. Exit code 5: something could not be "
           "used, the rest was imported. A file that \"plimsoll db export\" made is named alone: "
           "it is checked, and takes the place of the whole database."),
    .options = plain_options,
    .examples = {"plimsoll db import all.zip tracker.json",
                 "plimsoll db import --db /srv/plimsoll feeds/"},
    .run = db_import_run,
};

const struct verb verb_db_info = {
    .name = "db info",
    .arguments = "",
    .help = N_("what is in the advisory database, and how old it is"),
    .options = info_options,
    .examples = {"plimsoll db info", "plimsoll db info --format json --db /srv/plimsoll"},
    .run = db_info_run,
};

const struct verb verb_db_export = {
    .name = "db export",
    .arguments = "FILE",
    .help = N_("a copy of the advisory database, for another machine"),
    .details = N_("The copy is taken in there with \"plimsoll db import FILE\", or used as "
                  "plimsoll.db in the "
                  "folder that --db names."),
    .options = plain_options,
    .examples = {"plimsoll db export /media/stick/plimsoll.db",
                 "plimsoll db export --db /srv/plimsoll copy.db"},
    .run = db_export_run,
};

const struct verb verb_db_verify = {
    .name = "db verify",
    .arguments = "",
    .help = N_("reads every byte of the advisory database and checks it"),
    .options = plain_options,
    .examples = {"plimsoll db verify", "plimsoll db verify --db /srv/plimsoll"},
    .run = db_verify_run,
};
