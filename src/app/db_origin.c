#include "app/db_origin.h"

#include "base/limits.h"
#include "io/json_doc.h"
#include "io/json_writer.h"
#include "io/tempfile.h"
#include "io/whole_file.h"

#define ORIGIN_SCHEMA "plimsoll.origin/1"
/* References that are remembered: the oldest make room. */
enum { MARKS_MAX = 1000 };

void origin_free(struct origin *origin)
{
    VEC_FREE(&origin->marks);
    arena_free(&origin->arena);
}

static struct buf origin_path(const char *directory)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", directory, ORIGIN_FILE);
    buf_putc(&path, '\0');
    return path;
}

static bool read_mark(const json_t *object, struct arena *arena, struct origin_mark *ret_mark)
{
    *ret_mark = (struct origin_mark){
        .reference = arena_str(arena, json_text(object, "reference")),
        .serial = json_count(object, "serial", 0),
        .built = arena_str(arena, json_text(object, "built")),
        .key = arena_str(arena, json_text(object, "key")),
    };
    return ret_mark->reference.len && ret_mark->serial && ret_mark->built.len;
}

static bool read_origin(const json_t *root, struct origin *origin)
{
    size_t index;
    json_t *item;
    struct origin_mark mark;
    if (!str_equal(json_text(root, "schema"), STR(ORIGIN_SCHEMA)))
        return false;
    json_array_foreach(json_list(root, "references"), index, item)
    {
        if (index >= MARKS_MAX || !read_mark(item, &origin->arena, &mark))
            return false;
        *VEC_ADD(&origin->marks) = mark;
    }
    const json_t *installed = json_member(root, "installed");
    origin->hash = arena_str(&origin->arena, json_text(installed, "hash"));
    return !installed || read_mark(installed, &origin->arena, &origin->installed);
}

int origin_read(const char *directory, struct origin *ret_origin, struct pl_err *err)
{
    AUTO_BUF path = origin_path(directory);
    AUTO_BUF text = {0};
    AUTO_JSON *root = NULL;
    *ret_origin = (struct origin){.hash = STR_NONE};
    int r = whole_file_read(path.data, LIMIT_FILE_SMALL, LIMIT_NAME(LIMIT_FILE_SMALL), &text, err);
    if (r == -PL_E_NOT_FOUND)
        return 0;
    if (r == 0)
        r = json_document(buf_str(&text), &root, err);
    if (r == -PL_E_FORMAT || (r == 0 && !read_origin(root, ret_origin)))
        return err_set(err, PL_E_DATABASE,
                       "%s is damaged: it says which databases were pulled, so that older ones are "
                       "refused; remove it to begin anew",
                       path.data);
    return r;
}

static void put_mark(struct json_writer *json, const struct origin_mark *mark)
{
    json_put_str(json, "reference", mark->reference);
    json_put_u64(json, "serial", mark->serial);
    json_put_str(json, "built", mark->built);
    json_put_str_or_null(json, "key", mark->key);
}

int origin_write(const char *directory, const struct origin *origin, struct pl_err *err)
{
    AUTO_BUF path = origin_path(directory);
    AUTO_TEMPFILE file = TEMPFILE_NONE;
    struct out out;
    struct json_writer json = {.out = &out};
    out_init(&out, -1);
    json_begin(&json, '{');
    json_put_text(&json, "schema", ORIGIN_SCHEMA);
    json_open(&json, "installed", '{');
    put_mark(&json, &origin->installed);
    json_put_str(&json, "hash", origin->hash);
    json_end(&json, '}');
    json_open(&json, "references", '[');
    for (size_t i = 0; i < origin->marks.count; i++) {
        json_begin(&json, '{');
        put_mark(&json, &origin->marks.items[i]);
        json_end(&json, '}');
    }
    json_end(&json, ']');
    json_end(&json, '}');
    int r = tempfile_create(path.data, &file, err);
    if (r == 0)
        r = tempfile_write(file.fd, buf_str(&out.buffer), err);
    if (r == 0)
        r = tempfile_commit(&file, err);
    buf_free(&out.buffer);
    return r;
}

const struct origin_mark *origin_find(const struct origin *origin, struct str reference)
{
    for (size_t i = 0; i < origin->marks.count; i++)
        if (str_equal(origin->marks.items[i].reference, reference))
            return &origin->marks.items[i];
    return NULL;
}

static void hash_text(const struct vulndb *db, char ret_text[DIGEST_TEXT])
{
    sha256_text((const unsigned char *)vulndb_hash(db).data, ret_text);
}

/* The newest stands last. */
void origin_note(struct origin *origin, const struct origin_mark *mark, const struct vulndb *db)
{
    char hash[DIGEST_TEXT];
    size_t kept = 0;
    for (size_t i = 0; i < origin->marks.count; i++)
        if (!str_equal(origin->marks.items[i].reference, mark->reference))
            origin->marks.items[kept++] = origin->marks.items[i];
    if (kept == MARKS_MAX) {
        memmove(origin->marks.items, origin->marks.items + 1,
                (MARKS_MAX - 1) * sizeof(origin->marks.items[0]));
        kept--;
    }
    origin->marks.count = kept;
    *VEC_ADD(&origin->marks) = *mark;
    origin->installed = *mark;
    hash_text(db, hash);
    origin->hash = arena_str(&origin->arena, str_of(hash));
}

bool origin_is_of(const struct origin *origin, const struct vulndb *db)
{
    char hash[DIGEST_TEXT];
    hash_text(db, hash);
    return origin->installed.reference.len && str_equal(origin->hash, str_of(hash)) &&
           str_equal(origin->installed.built, vulndb_info(db)->built);
}
