#include "app/db_statement.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "io/dsse.h"
#include "io/json_writer.h"

/* ---- writing ---- */

static void put_bytes(struct json_writer *json, const char *key, const struct named_bytes *bytes)
{
    json_open(json, key, '{');
    json_put_str(json, "digest", bytes->digest);
    json_put_u64(json, "size", bytes->size);
    json_end(json, '}');
}

static void put_statement(struct json_writer *json, const struct database_statement *statement)
{
    json_begin(json, '{');
    json_put_text(json, "schema", STATEMENT_SCHEMA);
    json_put_u64(json, "serial", statement->serial);
    json_put_str(json, "built", statement->built);
    json_put_u64(json, "format", statement->format);
    json_put_u64(json, "advisories", statement->advisories);
    put_bytes(json, "entries", &statement->form);
    put_bytes(json, "blob", &statement->blob);
    json_open(json, "deltas", '[');
    for (size_t i = 0; i < statement->delta_count; i++) {
        json_begin(json, '{');
        json_put_str(json, "from", statement->deltas[i].from);
        put_bytes(json, "to", &statement->deltas[i].to);
        put_bytes(json, "blob", &statement->deltas[i].blob);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_end(json, '}');
}

int statement_write(const struct database_statement *statement, const struct signature_key *key,
                    struct buf *ret_document, struct pl_err *err)
{
    struct out out;
    struct json_writer json = {.out = &out};
    out_init(&out, -1);
    put_statement(&json, statement);
    int r = 0;
    if (key)
        r = dsse_seal(STR(STATEMENT_TYPE), buf_str(&out.buffer), key, ret_document, err);
    else
        buf_add(ret_document, buf_str(&out.buffer));
    buf_free(&out.buffer);
    return r;
}

/* ---- reading ---- */

static bool read_bytes(const json_t *object, uint64_t most, struct arena *arena,
                       struct named_bytes *ret_bytes)
{
    struct str digest = json_text(object, "digest");
    uint64_t size = json_count(object, "size", UINT64_MAX);
    if (!digest_is_valid(digest) || size == 0 || size > most)
        return false;
    *ret_bytes = (struct named_bytes){arena_str(arena, digest), size};
    return true;
}

static bool read_delta(const json_t *object, struct arena *arena, struct database_delta *ret_delta)
{
    struct str from = json_text(object, "from");
    ret_delta->from = arena_str(arena, from);
    return digest_is_valid(from) &&
           read_bytes(json_member(object, "to"), LIMIT_DATABASE_FORM, arena, &ret_delta->to) &&
           read_bytes(json_member(object, "blob"), LIMIT_DATABASE_BLOB, arena, &ret_delta->blob);
}

/* Each begins with what the one before comes to. */
static bool read_deltas(const json_t *object, struct arena *arena,
                        struct database_statement *statement)
{
    size_t index;
    json_t *item;
    struct str at = STR_NONE;
    json_array_foreach(json_list(object, "deltas"), index, item)
    {
        struct database_delta *delta = &statement->deltas[index < DELTAS_MAX ? index : 0];
        if (index >= DELTAS_MAX || !read_delta(item, arena, delta) ||
            (at.len && !str_equal(at, delta->from)))
            return false;
        at = delta->to.digest;
        statement->delta_count = index + 1;
    }
    return at.len == 0 || str_equal(at, statement->form.digest);
}

static int read_payload(struct str text, struct arena *arena, struct database_statement *statement,
                        struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    int64_t built;
    int r = json_document(text, &root, err);
    if (r < 0)
        return r;
    if (!str_equal(json_text(root, "schema"), STR(STATEMENT_SCHEMA)))
        return err_set(err, PL_E_UNSUPPORTED,
                       "its statement has the schema \"%.*s\", which this version does not know",
                       STR_ARG(str_first(json_text(root, "schema"), 64)));
    statement->serial = json_count(root, "serial", 0);
    statement->format = json_count(root, "format", 0);
    statement->advisories = json_count(root, "advisories", 0);
    statement->built = arena_str(arena, json_text(root, "built"));
    if (statement->serial == 0 || statement->serial > INT64_MAX ||
        !clock_parse(statement->built, &built) ||
        !read_bytes(json_member(root, "entries"), LIMIT_DATABASE_FORM, arena, &statement->form) ||
        !read_bytes(json_member(root, "blob"), LIMIT_DATABASE_BLOB, arena, &statement->blob) ||
        !read_deltas(root, arena, statement))
        return err_set(err, PL_E_FORMAT, "its statement lacks something, or is past a limit");
    return 0;
}

/* The signature is over the type, too: what the key signed for another purpose is none of ours. */
static int open_envelope(const json_t *envelope, const struct signature_key *const *keys,
                         size_t key_count, struct buf *ret_payload,
                         struct database_statement *statement, struct pl_err *err)
{
    if (!str_equal(json_text(envelope, "payloadType"), STR(STATEMENT_TYPE)))
        return err_set(err, PL_E_FORMAT, "its envelope holds \"%.*s\", which is no statement",
                       STR_ARG(str_first(json_text(envelope, "payloadType"), 64)));
    if (key_count == 0)
        return dsse_open(envelope, NULL, 0, ret_payload, err);
    for (size_t i = 0; i < key_count; i++) {
        ret_payload->len = 0;
        if (dsse_open(envelope, &keys[i], 1, ret_payload, err) < 0)
            continue;
        signature_key_id(keys[i], statement->key);
        statement->is_signed = true;
        return 0;
    }
    return err_set(err, PL_E_DENIED, "none of the given keys signed it");
}

int statement_read(struct str document, const struct signature_key *const *keys, size_t key_count,
                   struct arena *arena, struct database_statement *ret_statement,
                   struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    AUTO_BUF payload = {0};
    *ret_statement = (struct database_statement){.serial = 0};
    int r = json_document(document, &root, err);
    if (r < 0)
        return r;
    ret_statement->is_sealed = dsse_is_envelope(root);
    if (ret_statement->is_sealed)
        r = open_envelope(root, keys, key_count, &payload, ret_statement, err);
    else if (key_count)
        r = err_set(err, PL_E_DENIED, "it is not signed");
    else
        buf_add(&payload, document);
    return r < 0 ? r : read_payload(buf_str(&payload), arena, ret_statement, err);
}

size_t statement_way(const struct database_statement *statement, struct str from,
                     uint64_t *ret_bytes)
{
    size_t first = statement->delta_count;
    *ret_bytes = 0;
    /* From the end: the shortest way, should a form come twice. */
    while (first > 0) {
        *ret_bytes += statement->deltas[--first].blob.size;
        if (str_equal(statement->deltas[first].from, from))
            return first;
    }
    return statement->delta_count;
}
