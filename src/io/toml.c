#include "io/toml.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/vec.h"
#include "io/toml_scalars.h"

/* How a table or an array of tables came to be, which decides what may still be added to it. What
 * has no mark was written inline: nothing may. */
enum mark_kind {
    MARK_INLINE,
    MARK_IMPLIED, /* above a header's table */
    MARK_HEADER,  /* [name] */
    MARK_DOTTED,  /* name.key = value */
    MARK_ARRAY,   /* [[name]] */
};
struct mark {
    const json_t *value;
    enum mark_kind kind;
};

struct toml {
    struct toml_cursor cursor;
    struct pl_err *err;
    json_t *root;
    json_t *table; /* that of the last header */
    size_t table_depth;
    struct mark *marks; /* a table of hashed addresses */
    size_t mark_count, mark_room;
    const char *each; /* toml_each_table(): the array's name */
    toml_take *take;
    void *context;
};

static int parse_value(struct toml *toml, size_t depth, json_t **ret_value);

static struct mark *mark_slot(const struct toml *toml, const json_t *value)
{
    size_t mask = toml->mark_room - 1;
    size_t at = (size_t)hash_xxh3(&value, sizeof(value)) & mask;
    while (toml->marks[at].value && toml->marks[at].value != value)
        at = (at + 1) & mask;
    return &toml->marks[at];
}

static enum mark_kind mark_of(const struct toml *toml, const json_t *value)
{
    return toml->mark_room ? mark_slot(toml, value)->kind : MARK_INLINE;
}

static void mark_set(struct toml *toml, const json_t *value, enum mark_kind kind)
{
    if (2 * toml->mark_count >= toml->mark_room) {
        struct mark *old = toml->marks;
        size_t old_room = toml->mark_room;
        toml->mark_room = old_room ? 2 * old_room : 64;
        toml->marks = mem_zalloc(toml->mark_room, sizeof(*toml->marks));
        for (size_t i = 0; i < old_room; i++)
            if (old[i].value)
                *mark_slot(toml, old[i].value) = old[i];
        free(old);
    }
    struct mark *slot = mark_slot(toml, value);
    toml->mark_count += !slot->value;
    *slot = (struct mark){value, kind};
}

static int wrong(struct toml *toml, const char *what)
{
    return toml_wrong(&toml->cursor, toml->err, what);
}

static int check_depth(struct toml *toml, size_t depth)
{
    if (depth <= LIMIT_JSON_DEPTH)
        return 0;
    return err_limit(toml->err, LIMIT_NAME(LIMIT_JSON_DEPTH),
                     "line %zu: the TOML is nested deeper than LIMIT_JSON_DEPTH (%d)",
                     toml_line(&toml->cursor), LIMIT_JSON_DEPTH);
}

/* One part of a dotted key, with the blanks around it and the dot behind it. */
static int key_part(struct toml *toml, struct buf *key, bool *ret_more)
{
    struct toml_cursor *cursor = &toml->cursor;
    key->len = 0;
    toml_skip_blanks(cursor);
    int r = toml_key(cursor, key, toml->err);
    if (r < 0)
        return r;
    toml_skip_blanks(cursor);
    *ret_more = toml_accept(cursor, '.');
    return 0;
}

static json_t *member(const json_t *table, const struct buf *key)
{
    return json_object_getn(table, key->data ? key->data : "", key->len);
}

/* Takes over `value`; 0, or an error when the key is no UTF-8. */
static int put(struct toml *toml, json_t *table, const struct buf *key, json_t *value)
{
    if (json_object_setn_new(table, key->data ? key->data : "", key->len, value) < 0)
        return wrong(toml, N_("a key is no UTF-8"));
    return 0;
}

static int new_table(struct toml *toml, json_t *in, const struct buf *key, enum mark_kind kind,
                     json_t **ret_table)
{
    *ret_table = json_object();
    int r = put(toml, in, key, *ret_table);
    if (r == 0)
        mark_set(toml, *ret_table, kind);
    return r;
}

/* a.b.c = value, in `table`. */
static int parse_pair(struct toml *toml, json_t *table, size_t depth)
{
    AUTO_BUF key = {0};
    bool more;
    int r;
    for (;;) {
        r = key_part(toml, &key, &more);
        if (r < 0)
            return r;
        if (!more)
            break;
        json_t *inner = member(table, &key);
        r = check_depth(toml, ++depth);
        if (r < 0)
            return r;
        if (!inner)
            r = new_table(toml, table, &key, MARK_DOTTED, &inner);
        else if (mark_of(toml, inner) == MARK_IMPLIED)
            mark_set(toml, inner, MARK_DOTTED);
        else if (!json_is_object(inner) || mark_of(toml, inner) != MARK_DOTTED)
            r = wrong(toml, N_("a dotted key adds to what is no table of dotted keys"));
        if (r < 0)
            return r;
        table = inner;
    }
    if (!toml_accept(&toml->cursor, '='))
        return wrong(toml, N_("a key without \"=\""));
    if (member(table, &key))
        return wrong(toml, N_("a key that is there already"));
    json_t *value = NULL;
    toml_skip_blanks(&toml->cursor);
    r = parse_value(toml, depth, &value);
    return r < 0 ? r : put(toml, table, &key, value);
}

static int parse_array(struct toml *toml, size_t depth, json_t *array)
{
    struct toml_cursor *cursor = &toml->cursor;
    for (;;) {
        json_t *value = NULL;
        int r = toml_skip_lines(cursor, toml->err);
        if (r < 0)
            return r;
        if (toml_accept(cursor, ']'))
            return 0;
        r = parse_value(toml, depth, &value);
        if (r < 0)
            return r;
        json_array_append_new(array, value);
        r = toml_skip_lines(cursor, toml->err);
        if (r < 0)
            return r;
        if (toml_accept(cursor, ']'))
            return 0;
        if (!toml_accept(cursor, ','))
            return wrong(toml, N_("an array without \",\" or \"]\""));
    }
}

/* TOML 1.0: on one line, and no comma behind the last. */
static int parse_inline_table(struct toml *toml, size_t depth, json_t *table)
{
    struct toml_cursor *cursor = &toml->cursor;
    toml_skip_blanks(cursor);
    if (toml_accept(cursor, '}'))
        return 0;
    for (;;) {
        int r = parse_pair(toml, table, depth);
        if (r < 0)
            return r;
        toml_skip_blanks(cursor);
        if (toml_accept(cursor, '}'))
            return 0;
        if (!toml_accept(cursor, ','))
            return wrong(toml, N_("an inline table without \",\" or \"}\""));
    }
}

static int parse_value(struct toml *toml, size_t depth, json_t **ret_value)
{
    struct toml_cursor *cursor = &toml->cursor;
    bool is_array = toml_peek(cursor) == '[';
    if (!is_array && toml_peek(cursor) != '{')
        return toml_scalar(cursor, ret_value, toml->err);
    int r = check_depth(toml, ++depth);
    if (r < 0)
        return r;
    cursor->at++;
    json_t *value = is_array ? json_array() : json_object();
    r = is_array ? parse_array(toml, depth, value) : parse_inline_table(toml, depth, value);
    if (r < 0)
        json_decref(value);
    else
        *ret_value = value;
    return r;
}

/* A table of a header's way that is not the last: made, or gone into. */
static int step_into(struct toml *toml, const struct buf *key, json_t **table, size_t *depth)
{
    json_t *inner = member(*table, key);
    ++*depth;
    if (!inner)
        return new_table(toml, *table, key, MARK_IMPLIED, table);
    enum mark_kind kind = mark_of(toml, inner);
    if (kind == MARK_ARRAY) {
        inner = json_array_get(inner, json_array_size(inner) - 1);
        ++*depth;
    } else if (kind == MARK_INLINE) {
        return wrong(toml, N_("a header adds to what is no table"));
    }
    *table = inner;
    return 0;
}

static int open_array(struct toml *toml, json_t *in, const struct buf *key)
{
    json_t *array = member(in, key);
    if (!array) {
        array = json_array();
        int r = put(toml, in, key, array);
        if (r < 0)
            return r;
        mark_set(toml, array, MARK_ARRAY);
    } else if (mark_of(toml, array) != MARK_ARRAY) {
        return wrong(toml, N_("[[…]] adds to what is no array of tables"));
    }
    toml->table = json_object();
    json_array_append_new(array, toml->table);
    mark_set(toml, toml->table, MARK_HEADER);
    return 0;
}

static int open_table(struct toml *toml, json_t *in, const struct buf *key)
{
    json_t *table = member(in, key);
    if (!table)
        return new_table(toml, in, key, MARK_HEADER, &toml->table);
    if (mark_of(toml, table) != MARK_IMPLIED)
        return wrong(toml, N_("a table that is there already"));
    mark_set(toml, table, MARK_HEADER);
    toml->table = table;
    return 0;
}

static void forget(struct toml *toml)
{
    json_decref(toml->root);
    free(toml->marks);
    toml->marks = NULL;
    toml->mark_count = toml->mark_room = 0;
    toml->root = toml->table = json_object();
    toml->table_depth = 1;
    mark_set(toml, toml->root, MARK_HEADER);
}

/* What has been gathered of the array that is wanted. */
static int hand_out(struct toml *toml)
{
    size_t index;
    json_t *table;
    int r = 0;
    json_array_foreach(json_list(toml->root, toml->each), index, table)
    {
        if (json_is_object(table))
            r = toml->take(toml->context, table, NULL);
        if (r)
            break;
    }
    forget(toml);
    return r;
}

/* [a.b] or [[a.b]]; the cursor is behind the first bracket. */
static int parse_header(struct toml *toml)
{
    AUTO_BUF key = {0};
    bool is_array = toml_accept(&toml->cursor, '['), more;
    json_t *table = toml->root;
    size_t depth = 1;
    for (bool first = true;; first = false) {
        int r = key_part(toml, &key, &more);
        if (r < 0)
            return r;
        bool wanted = toml->each && str_is(buf_str(&key), toml->each);
        if (first && toml->each && (!wanted || (is_array && !more))) {
            r = hand_out(toml);
            table = toml->root;
        }
        if (r == 0 && more)
            r = step_into(toml, &key, &table, &depth);
        if (r == 0)
            r = check_depth(toml, depth + 2);
        if (r)
            return r;
        if (!more)
            break;
    }
    if (!toml_accept(&toml->cursor, ']') || (is_array && !toml_accept(&toml->cursor, ']')))
        return wrong(toml, N_("a header without its \"]\""));
    toml->table_depth = depth + (is_array ? 2 : 1);
    return is_array ? open_array(toml, table, &key) : open_table(toml, table, &key);
}

static int parse_all(struct toml *toml)
{
    struct toml_cursor *cursor = &toml->cursor;
    for (;;) {
        int r = toml_skip_lines(cursor, toml->err);
        if (r < 0 || toml_at_end(cursor))
            return r;
        if (toml_accept(cursor, '['))
            r = parse_header(toml);
        else
            r = parse_pair(toml, toml->table, toml->table_depth);
        if (r == 0)
            r = toml_end_line(cursor, toml->err);
        if (r)
            return r;
    }
}

static void start(struct toml *toml, struct str text)
{
    toml->cursor.text = text;
    if (str_starts(text, STR("\xef\xbb\xbf")))
        toml->cursor.at = 3;
    forget(toml);
}

int toml_document(struct str text, json_t **ret_root, struct pl_err *err)
{
    struct toml toml = {.err = err};
    start(&toml, text);
    int r = parse_all(&toml);
    free(toml.marks);
    if (r < 0)
        json_decref(toml.root);
    else
        *ret_root = toml.root;
    return r;
}

/* To the line behind this one that begins with "[[name]]"; false: there is none. */
static bool find_next(struct toml *toml)
{
    struct toml_cursor *cursor = &toml->cursor;
    for (;;) {
        size_t newline = str_index(str_from(cursor->text, cursor->at), '\n');
        if (newline == SIZE_MAX)
            return false;
        cursor->at += newline + 1;
        struct str rest = str_from(cursor->text, cursor->at), name = str_of(toml->each);
        if (str_starts(rest, STR("[[")) && str_starts(str_from(rest, 2), name) &&
            str_starts(str_from(rest, 2 + name.len), STR("]]")))
            return true;
    }
}

int toml_each_table(struct str text, const char *name, toml_take *take, void *context)
{
    struct pl_err problem;
    struct toml toml = {.err = &problem, .each = name, .take = take, .context = context};
    int r;
    start(&toml, text);
    do {
        problem.code = PL_OK;
        r = parse_all(&toml);
        if (r < 0 && problem.code != PL_OK) {
            r = hand_out(&toml); /* what was read of a table before */
            if (r == 0)
                r = take(context, NULL, &problem);
        } else if (r == 0) {
            r = hand_out(&toml);
        }
    } while (r == 0 && !toml_at_end(&toml.cursor) && find_next(&toml));
    json_decref(toml.root);
    free(toml.marks);
    return r;
}
