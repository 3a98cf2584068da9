/* Pulling: the statement first, and of the rest only what is needed. */
#include <unistd.h>

#include "app/database_internal.h"
#include "app/db_artifact_internal.h"
#include "app/db_origin.h"
#include "base/clock.h"
#include "base/vec.h"
#include "io/tempfile.h"
#include "vulndb/format.h"
#include "vulndb/transport.h"

struct pull {
    const struct artifact_options *options;
    struct artifact artifact;
    struct database_statement statement;
    struct origin origin;
    struct vulndb *old; /* NULL: none that can be read */
    struct pull_result *result;
};

typedef VEC(struct signature_key *) key_list;

static void free_keys(key_list *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        signature_key_free(keys->items[i]);
    VEC_FREE(keys);
}

static int read_keys(const struct artifact_options *options, key_list *keys, struct pl_err *err)
{
    int r = 0;
    for (size_t i = 0; i < options->verify_key_count && r == 0; i++) {
        struct signature_key *key = NULL;
        r = signature_key_read(options->verify_keys[i], &key, err);
        if (r == 0)
            *VEC_ADD(keys) = key;
    }
    return r;
}

static int fetch_statement(struct pull *pull, struct pl_err *err)
{
    key_list keys = {0};
    int r = read_keys(pull->options, &keys, err);
    if (r == 0)
        r = artifact_statement(&pull->artifact, (const struct signature_key *const *)keys.items,
                               keys.count, &pull->statement, err);
    free_keys(&keys);
    return r;
}

static void tell(const struct pull *pull, const struct pl_err *problem)
{
    const struct database_options *database = pull->options->database;
    if (database->problem)
        database->problem(database->context, pull->artifact.name, problem);
}

/* What was once signed is not taken unsigned: else whoever holds the registry could leave the
 * signature out. */
static int check_trust(const struct pull *pull, struct pl_err *err)
{
    struct str name = pull->artifact.name;
    const struct origin_mark *mark = origin_find(&pull->origin, name);
    if (pull->statement.is_signed || !mark || mark->key.len == 0)
        return 0;
    return err_set(err, PL_E_DENIED,
                   "%.*s was pulled before with the key %.*s: name it with --verify-key",
                   STR_ARG(name), STR_ARG(mark->key));
}

static int refuse_older(struct str name, struct str built, struct str newest, struct pl_err *err)
{
    return err_set(err, PL_E_DENIED,
                   "%.*s holds an older database (built %.*s) than one that was here before (built "
                   "%.*s): somebody may want to hide advisories; --allow-older takes it all the "
                   "same",
                   STR_ARG(name), STR_ARG(built), STR_ARG(newest));
}

static bool is_before(struct str date, struct str other)
{
    int64_t left, right;
    return clock_parse(date, &left) && clock_parse(other, &right) && left < right;
}

/* Against replays: neither older than what was pulled from here, nor than what is installed. */
static int check_age(const struct pull *pull, struct pl_err *err)
{
    struct str name = pull->artifact.name, built = pull->statement.built;
    const struct origin_mark *mark = origin_find(&pull->origin, name);
    if (pull->options->allow_older)
        return 0;
    if (mark && (pull->statement.serial < mark->serial || is_before(built, mark->built)))
        return refuse_older(name, built, mark->built, err);
    if (pull->old && is_before(built, vulndb_info(pull->old)->built))
        return refuse_older(name, built, vulndb_info(pull->old)->built, err);
    return 0;
}

static int check_format(const struct pull *pull, struct pl_err *err)
{
    unsigned long long format = pull->statement.format;
    if (format < VULNDB_SCHEMA)
        return err_set(
            err, PL_E_DATABASE,
            "%.*s: an older plimsoll wrote the database (format %llu, this one reads %d)",
            STR_ARG(pull->artifact.name), format, VULNDB_SCHEMA);
    if (format > VULNDB_SCHEMA)
        return err_set(err, PL_E_DATABASE,
                       "%.*s: a newer plimsoll wrote the database (format %llu, this one reads %d)",
                       STR_ARG(pull->artifact.name), format, VULNDB_SCHEMA);
    return 0;
}

/* ---- the entries: by deltas, or whole ---- */

static int fetch(struct pull *pull, const struct named_bytes *blob, struct mapped *ret_file,
                 struct pl_err *err)
{
    int r = artifact_fetch(&pull->artifact, blob, pull->options->database->progress, ret_file, err);
    if (r == 0)
        pull->result->transferred += blob->size;
    return r;
}

/* One step: `form` becomes what comes out. */
static int step(struct pull *pull, const struct named_bytes *blob, const struct named_bytes *to,
                struct mapped *form, struct pl_err *err)
{
    AUTO_MAPPED packed = MAPPED_NONE, next = MAPPED_NONE;
    int r = fetch(pull, blob, &packed, err);
    if (r == 0)
        r = patch_apply(mapped_str(form), mapped_str(&packed), to->size, &next, err);
    if (r == 0)
        r = artifact_check(mapped_str(&next), to->digest, err);
    if (r < 0)
        return r;
    mapped_free(form);
    *form = next;
    next = MAPPED_NONE;
    return 0;
}

static int apply_deltas(struct pull *pull, size_t first, struct mapped *form, struct pl_err *err)
{
    char digest[DIGEST_TEXT];
    const struct database_statement *statement = &pull->statement;
    int r = artifact_form(pull->old, form, digest, err);
    for (size_t i = first; i < statement->delta_count && r == 0; i++) {
        r = step(pull, &statement->deltas[i].blob, &statement->deltas[i].to, form, err);
        pull->result->delta_count++;
    }
    return r;
}

static int get_form(struct pull *pull, struct str local, struct mapped *form, struct pl_err *err)
{
    const struct database_statement *statement = &pull->statement;
    uint64_t bytes;
    size_t first = statement_way(statement, local, &bytes);
    if (pull->old && first < statement->delta_count && bytes < statement->blob.size) {
        pull->result->way = PULL_DELTAS;
        if (apply_deltas(pull, first, form, err) == 0)
            return 0;
        err_prefix(err, "a delta can't be used, the whole database is fetched instead");
        tell(pull, err);
        mapped_free(form);
        pull->result->delta_count = 0;
    }
    pull->result->way = PULL_WHOLE;
    return step(pull, &statement->blob, &statement->form, form, err);
}

/* ---- the file ---- */

/* Read as "db verify" does before it takes the old one's place. */
static int check_file(const struct pull *pull, const char *path, struct vulndb **ret_db,
                      struct pl_err *err)
{
    int r = vulndb_open_file(path, ret_db, err);
    if (r == 0)
        r = vulndb_verify(*ret_db, err);
    if (r == 0 && !str_equal(vulndb_info(*ret_db)->built, pull->statement.built))
        r = err_set(err, PL_E_DIGEST, "its date is not the one of its statement");
    return r < 0 ? err_prefix(err, "%.*s", STR_ARG(pull->artifact.name)) : 0;
}

static int note(struct pull *pull, const struct vulndb *db, struct pl_err *err)
{
    const struct database_statement *statement = &pull->statement;
    struct origin_mark mark = {.reference = pull->artifact.name,
                               .serial = statement->serial,
                               .built = statement->built,
                               .key = str_of(statement->key)};
    origin_note(&pull->origin, &mark, db);
    return origin_write(pull->options->database->directory, &pull->origin, err);
}

static int install(struct pull *pull, struct mapped *form, struct pl_err *err)
{
    AUTO_TEMPFILE file = TEMPFILE_NONE;
    CLEANUP(vulndb_closep) struct vulndb *db = NULL;
    AUTO_BUF path = {0};
    buf_printf(&path, "%s/%s", pull->options->database->directory, VULNDB_FILE);
    buf_putc(&path, '\0');
    int r = tempfile_create(path.data, &file, err);
    if (r == 0)
        r = transport_read(mapped_str(form), file.path, err);
    if (r == 0)
        r = check_file(pull, file.path, &db, err);
    if (r == 0)
        r = tempfile_commit(&file, err);
    return r < 0 ? r : note(pull, db, err);
}

static int bring(struct pull *pull, struct pl_err *err)
{
    AUTO_MAPPED form = MAPPED_NONE;
    char local[DIGEST_TEXT] = "";
    uint64_t size;
    struct pl_err damage;
    /* One that is damaged is replaced like any other, but not built upon. */
    if (pull->old &&
        transport_write(pull->old, (struct transport_sink){NULL, NULL}, &size, local, &damage) < 0)
        local[0] = '\0';
    if (str_equal(str_of(local), pull->statement.form.digest)) {
        pull->result->way = PULL_UNCHANGED;
        return note(pull, pull->old, err);
    }
    int r = get_form(pull, str_of(local), &form, err);
    return r < 0 ? r : install(pull, &form, err);
}

static void open_old(struct pull *pull)
{
    struct pl_err problem;
    if (database_open_old(pull->options->database, &pull->old, &problem) < 0) {
        pull->old = NULL;
        tell(pull, &problem);
    }
}

static int run(struct pull *pull, struct pl_err *err)
{
    const struct database_options *database = pull->options->database;
    int r = artifact_open(pull->options, &pull->artifact, err);
    if (r == 0)
        r = origin_read(database->directory, &pull->origin, err);
    if (r == 0)
        r = fetch_statement(pull, err);
    if (r < 0)
        return r;
    open_old(pull);
    r = check_trust(pull, err);
    if (r == 0)
        r = check_age(pull, err);
    if (r == 0)
        r = check_format(pull, err);
    return r < 0 ? r : bring(pull, err);
}

static void fill_result(const struct pull *pull)
{
    enum { DAY = 86400 };
    const struct database_statement *statement = &pull->statement;
    int64_t built = 0, now = clock_now();
    clock_parse(statement->built, &built);
    pull->result->serial = statement->serial;
    pull->result->advisories = statement->advisories;
    pull->result->whole = statement->blob.size;
    pull->result->is_signed = statement->is_signed;
    pull->result->days = now > built ? (uint64_t)(now - built) / DAY : 0;
}

int database_pull(const struct artifact_options *options, struct pull_result *ret_result,
                  struct pl_err *err)
{
    struct pull pull = {.options = options, .result = ret_result};
    int lock = -1;
    *ret_result = (struct pull_result){.way = PULL_UNCHANGED};
    int r = database_lock(options->database, &lock, err);
    if (r < 0)
        return r;
    r = run(&pull, err);
    fill_result(&pull);
    vulndb_close(pull.old);
    origin_free(&pull.origin);
    artifact_close(&pull.artifact);
    close(lock);
    return r;
}
