/* Pushing: the packed database, and the deltas that lead to it from those that stood there before.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "app/database_internal.h"
#include "app/db_artifact_internal.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "io/json_writer.h"
#include "io/tempfile.h"
#include "vulndb/format.h"

/* The packed database of the last push: what the next delta begins from need not be fetched. */
#define PUSHED_FILE "pushed.zst"
/* All deltas together are smaller than this part of the packed database. */
enum { DELTAS_PART = 2 };

struct push {
    const struct artifact_options *options;
    struct artifact artifact;
    struct signature_key *key; /* NULL: not signed */
    struct vulndb *db;
    struct mapped form, packed, delta;
    char form_digest[DIGEST_TEXT], packed_digest[DIGEST_TEXT], delta_digest[DIGEST_TEXT];
    bool has_before; /* the reference holds a database that can be continued */
    struct database_statement before, statement;
    struct push_result *result;
};

static struct buf pushed_path(const struct push *push)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", push->options->database->directory, PUSHED_FILE);
    buf_putc(&path, '\0');
    return path;
}

static void tell(const struct push *push, const struct pl_err *problem)
{
    const struct database_options *database = push->options->database;
    if (database->problem)
        database->problem(database->context, push->artifact.name, problem);
}

static void say(const struct push *push, const char *what)
{
    progress_tell(push->options->database->progress, what, 0, 0, NULL);
}

/* What stands there now. Deltas of somebody else are not signed with our key. */
static int read_before(struct push *push, struct pl_err *err)
{
    const struct signature_key *keys[] = {push->key};
    int r = artifact_statement(&push->artifact, keys, push->key ? 1 : 0, &push->before, err);
    push->has_before = r == 0;
    if (r == -PL_E_NOT_FOUND)
        return 0;
    if (r == -PL_E_FORMAT)
        return err_prefix(err, "nothing is put in its place");
    if (r == 0 && !push->key && push->before.is_sealed)
        return err_set(err, PL_E_USAGE,
                       "%.*s holds a signed database: --sign-key is needed, for those that pull it "
                       "with a key would refuse one without",
                       STR_ARG(push->artifact.name));
    if (r == -PL_E_DENIED && push->key) {
        err_advise(err, "no deltas lead on from it");
        tell(push, err);
        return 0;
    }
    return r;
}

/* ---- deltas ---- */

static int open_pushed(const struct push *push, struct mapped *ret_file)
{
    AUTO_BUF path = pushed_path(push);
    struct pl_err none;
    AUTO_MAPPED file = MAPPED_NONE;
    int fd = open(path.data, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || mapped_take(fd, &file, &none) < 0)
        return -1;
    if (file.size != push->before.blob.size ||
        artifact_check(mapped_str(&file), push->before.blob.digest, &none) < 0)
        return -1;
    *ret_file = file;
    file = MAPPED_NONE;
    return 0;
}

static int form_of_before(struct push *push, struct mapped *ret_form, struct pl_err *err)
{
    AUTO_MAPPED packed = MAPPED_NONE;
    const struct database_statement *before = &push->before;
    int r = 0;
    if (open_pushed(push, &packed) < 0)
        r = artifact_fetch(&push->artifact, &before->blob, push->options->database->progress,
                           &packed, err);
    if (r == 0)
        r = patch_apply(STR_NONE, mapped_str(&packed), before->form.size, ret_form, err);
    return r < 0 ? r : artifact_check(mapped_str(ret_form), before->form.digest, err);
}

/* Tried out before anybody relies on it. */
static int make_delta(struct push *push, struct pl_err *err)
{
    AUTO_MAPPED base = MAPPED_NONE, again = MAPPED_NONE;
    int r = form_of_before(push, &base, err);
    say(push, N_("making the delta"));
    if (r == 0)
        r = patch_make(mapped_str(&base), mapped_str(&push->form), &push->delta, err);
    if (r == 0)
        r = patch_apply(mapped_str(&base), mapped_str(&push->delta), push->form.size, &again, err);
    if (r == 0)
        r = artifact_check(mapped_str(&again), str_of(push->form_digest), err);
    if (r == 0)
        sha256_of(mapped_str(&push->delta), push->delta_digest);
    return r;
}

/* From the newest back, as many as are worth their bytes. */
static void choose_deltas(struct push *push)
{
    const struct database_statement *before = &push->before;
    struct database_statement *statement = &push->statement;
    uint64_t room = push->packed.size / DELTAS_PART, bytes = push->delta.size;
    if (push->delta.size == 0 || bytes >= room)
        return;
    size_t first = before->delta_count;
    while (first > 0 && before->delta_count - first + 2 <= DELTAS_MAX &&
           bytes + before->deltas[first - 1].blob.size < room)
        bytes += before->deltas[--first].blob.size;
    for (size_t i = first; i < before->delta_count; i++)
        statement->deltas[statement->delta_count++] = before->deltas[i];
    statement->deltas[statement->delta_count++] = (struct database_delta){
        .from = before->form.digest,
        .to = statement->form,
        .blob = {str_of(push->delta_digest), push->delta.size},
    };
    push->result->delta = push->delta.size;
}

static void add_deltas(struct push *push)
{
    struct pl_err problem;
    if (!push->has_before)
        return;
    if (make_delta(push, &problem) < 0) {
        err_prefix(&problem, "no delta can be made");
        tell(push, &problem);
        mapped_free(&push->delta);
        return;
    }
    choose_deltas(push);
}

/* ---- what is sent ---- */

static int pack(struct push *push, struct pl_err *err)
{
    say(push, N_("packing the database"));
    int r = patch_make(STR_NONE, mapped_str(&push->form), &push->packed, err);
    if (r == 0)
        sha256_of(mapped_str(&push->packed), push->packed_digest);
    return r;
}

static void fill_statement(struct push *push)
{
    const struct vulndb_info *info = vulndb_info(push->db);
    uint64_t now = (uint64_t)clock_now();
    push->statement = (struct database_statement){
        /* Also greater than what a tag had that was removed since. */
        .serial = push->before.serial >= now ? push->before.serial + 1 : now,
        .format = VULNDB_SCHEMA,
        .advisories = info->advisories,
        .built = info->built,
        .form = {str_of(push->form_digest), push->form.size},
        .blob = {str_of(push->packed_digest), push->packed.size},
    };
}

static void put_layer(struct json_writer *json, const char *type, struct str digest, uint64_t size,
                      struct str from)
{
    json_begin(json, '{');
    json_put_text(json, "mediaType", type);
    json_put_str(json, "digest", digest);
    json_put_u64(json, "size", size);
    if (from.len) {
        json_open(json, "annotations", '{');
        json_put_str(json, "io.plimsoll.database.from", from);
        json_end(json, '}');
    }
    json_end(json, '}');
}

static void put_number(struct json_writer *json, const char *key, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
    json_put_text(json, key, text);
}

/* For people and mirrors: plimsoll itself believes the statement alone. */
static void put_annotations(struct json_writer *json, const struct database_statement *statement)
{
    json_open(json, "annotations", '{');
    json_put_str(json, "org.opencontainers.image.created", statement->built);
    put_number(json, "io.plimsoll.database.advisories", statement->advisories);
    put_number(json, "io.plimsoll.database.format", statement->format);
    put_number(json, "io.plimsoll.database.serial", statement->serial);
    json_put_str(json, "io.plimsoll.database.entries", statement->form.digest);
    put_number(json, "io.plimsoll.database.entries-size", statement->form.size);
    json_end(json, '}');
}

static const struct str CONFIG = {"{}", 2};

static void write_manifest(const struct push *push, struct str document, struct buf *ret_text)
{
    const struct database_statement *statement = &push->statement;
    char digest[DIGEST_TEXT];
    struct out out;
    struct json_writer json = {.out = &out};
    out_init(&out, -1);
    json_begin(&json, '{');
    json_put_u64(&json, "schemaVersion", 2);
    json_put_text(&json, "mediaType", "application/vnd.oci.image.manifest.v1+json");
    json_put_text(&json, "artifactType", DATABASE_ARTIFACT);
    json_open(&json, "config", '{');
    json_put_text(&json, "mediaType", DATABASE_CONFIG);
    sha256_of(CONFIG, digest);
    json_put_text(&json, "digest", digest);
    json_put_u64(&json, "size", CONFIG.len);
    json_end(&json, '}');
    json_open(&json, "layers", '[');
    sha256_of(document, digest);
    put_layer(&json, push->key ? ENVELOPE_TYPE : STATEMENT_TYPE, str_of(digest), document.len,
              STR_NONE);
    put_layer(&json, DATABASE_LAYER, statement->blob.digest, statement->blob.size, STR_NONE);
    for (size_t i = 0; i < statement->delta_count; i++)
        put_layer(&json, DELTA_LAYER, statement->deltas[i].blob.digest,
                  statement->deltas[i].blob.size, statement->deltas[i].from);
    json_end(&json, ']');
    put_annotations(&json, statement);
    json_end(&json, '}');
    buf_add(ret_text, buf_str(&out.buffer));
    buf_free(&out.buffer);
}

static int push_bytes(struct push *push, struct str bytes, struct pl_err *err)
{
    char digest[DIGEST_TEXT];
    sha256_of(bytes, digest);
    return repository_push_blob(push->artifact.repository, str_of(digest), bytes, -1, bytes.len,
                                err);
}

static int push_file(struct push *push, const struct mapped *file, const char *digest,
                     struct pl_err *err)
{
    return repository_push_blob(push->artifact.repository, str_of(digest), STR_NONE, file->fd,
                                file->size, err);
}

static int send_all(struct push *push, struct pl_err *err)
{
    AUTO_BUF document = {0}, manifest = {0};
    int r = statement_write(&push->statement, push->key, &document, err);
    say(push, N_("sending the database"));
    if (r == 0)
        r = push_bytes(push, CONFIG, err);
    if (r == 0)
        r = push_file(push, &push->packed, push->packed_digest, err);
    if (r == 0 && push->result->delta)
        r = push_file(push, &push->delta, push->delta_digest, err);
    if (r == 0)
        r = push_bytes(push, buf_str(&document), err);
    if (r < 0)
        return r;
    write_manifest(push, buf_str(&document), &manifest);
    return repository_push_manifest(push->artifact.repository, push->artifact.reference.tag,
                                    STR("application/vnd.oci.image.manifest.v1+json"),
                                    buf_str(&manifest), err);
}

/* Not needed by anybody: that it can't be kept is no failure of the push. */
static void keep_pushed(struct push *push)
{
    AUTO_BUF path = pushed_path(push);
    AUTO_TEMPFILE file = TEMPFILE_NONE;
    struct pl_err problem;
    int r = tempfile_create(path.data, &file, &problem);
    if (r == 0)
        r = tempfile_write(file.fd, mapped_str(&push->packed), &problem);
    if (r == 0)
        r = tempfile_commit(&file, &problem);
    if (r < 0)
        tell(push, &problem);
}

static int run(struct push *push, struct pl_err *err)
{
    const struct artifact_options *options = push->options;
    int r = vulndb_open(options->database->directory, &push->db, err);
    if (r == 0)
        r = vulndb_verify(push->db, err);
    if (r == 0 && options->sign_key)
        r = signature_private_read(options->sign_key, &push->key, err);
    if (r == 0)
        r = artifact_open(options, &push->artifact, err);
    if (r == 0 && push->artifact.reference.digest.len)
        r = err_set(err, PL_E_USAGE, "%s: what is pushed gets a tag, not a digest",
                    options->reference);
    if (r == 0)
        r = artifact_form(push->db, &push->form, push->form_digest, err);
    if (r == 0)
        r = read_before(push, err);
    if (r < 0)
        return r;
    if (push->has_before && str_equal(push->before.form.digest, str_of(push->form_digest))) {
        push->statement = push->before;
        push->result->unchanged = true;
        return 0;
    }
    r = pack(push, err);
    if (r < 0)
        return r;
    fill_statement(push);
    add_deltas(push);
    r = send_all(push, err);
    if (r == 0)
        keep_pushed(push);
    return r;
}

int database_push(const struct artifact_options *options, struct push_result *ret_result,
                  struct pl_err *err)
{
    struct push push = {.options = options, .result = ret_result};
    int lock = -1;
    push.form = push.packed = push.delta = MAPPED_NONE;
    *ret_result = (struct push_result){.serial = 0};
    int r = database_lock(options->database, &lock, err);
    if (r < 0)
        return r;
    r = run(&push, err);
    ret_result->serial = push.statement.serial;
    ret_result->whole = push.statement.blob.size;
    ret_result->delta_count = push.statement.delta_count;
    progress_tell(options->database->progress, N_("sending the database"), 1, 1, NULL);
    mapped_free(&push.form);
    mapped_free(&push.packed);
    mapped_free(&push.delta);
    signature_key_free(push.key);
    vulndb_close(push.db);
    artifact_close(&push.artifact);
    close(lock);
    return r;
}
