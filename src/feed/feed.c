#include "feed/feed.h"

#include "base/buf.h"
#include "base/limits.h"
#include "io/json_cutter.h"

const struct feed *feed_find(struct str name)
{
    for (size_t i = 0; feeds[i]; i++)
        if (str_is(name, feeds[i]->name))
            return feeds[i];
    return NULL;
}

const struct feed *feed_recognise(struct str head)
{
    for (size_t i = 0; feeds[i]; i++)
        if (feeds[i]->recognise(head))
            return feeds[i];
    return NULL;
}

void feed_tell(struct feed_import *import, const struct feed_document *document, struct str place,
               const struct pl_err *problem)
{
    AUTO_BUF where = {0};
    buf_add(&where, document->name);
    if (place.len)
        buf_printf(&where, ": %.*s", STR_ARG(place));
    import->problems++;
    if (import->problem)
        import->problem(import->context, buf_str(&where), problem);
}

void feed_brings_whole(struct feed_import *import, uint32_t unit)
{
    for (size_t i = 0; i < import->whole_units.count; i++)
        if (import->whole_units.items[i] == unit)
            return;
    *VEC_ADD(&import->whole_units) = unit;
}

int feed_read_whole(struct feed_document *document, struct buf *ret_text, struct pl_err *err)
{
    struct str chunk;
    int r;
    do {
        chunk = STR_NONE;
        r = document->next(document, &chunk, err);
        if (r == 0 && ret_text->len + chunk.len > LIMIT_JSON_ENTRY)
            r = err_limit(err, LIMIT_NAME(LIMIT_JSON_ENTRY),
                          "the document has more than %llu bytes", LIMIT_JSON_ENTRY);
        if (r == 0)
            buf_add(ret_text, chunk);
    } while (r == 0 && chunk.len);
    return r;
}

static int next_whole(struct feed_document *document, struct str *ret_chunk, struct pl_err *err)
{
    (void)err;
    *ret_chunk = document->whole;
    document->whole = STR_NONE;
    return 0;
}

struct feed_document feed_document_again(const struct feed_document *document, struct str text)
{
    struct feed_document again = *document;
    again.next = next_whole;
    again.whole = text;
    return again;
}

struct lines {
    struct buf partial; /* of a line that crosses chunks */
    uint64_t number;
    feed_line_fn *take;
    void *context;
};

static void take_line(struct lines *lines, struct str line)
{
    if (str_ends(line, STR("\r")))
        line.len--;
    lines->take(lines->context, line, ++lines->number);
}

static int take_lines(struct lines *lines, struct str chunk, struct pl_err *err)
{
    size_t end;
    while ((end = str_index(chunk, '\n')) != SIZE_MAX) {
        if (lines->partial.len) {
            buf_add(&lines->partial, str_first(chunk, end));
            take_line(lines, buf_str(&lines->partial));
            lines->partial.len = 0;
        } else {
            take_line(lines, str_first(chunk, end));
        }
        chunk = str_from(chunk, end + 1);
    }
    buf_add(&lines->partial, chunk);
    if (lines->partial.len > LIMIT_LINE)
        return err_limit(err, LIMIT_NAME(LIMIT_LINE), "line %llu has more than %llu bytes",
                         (unsigned long long)lines->number + 1, LIMIT_LINE);
    return 0;
}

int feed_read_lines(struct feed_document *document, feed_line_fn *take, void *context,
                    struct pl_err *err)
{
    struct lines lines = {.take = take, .context = context};
    struct str chunk;
    int r;
    do {
        chunk = STR_NONE;
        r = document->next(document, &chunk, err);
        if (r == 0)
            r = take_lines(&lines, chunk, err);
    } while (r == 0 && chunk.len);
    if (r == 0 && lines.partial.len)
        take_line(&lines, buf_str(&lines.partial));
    buf_free(&lines.partial);
    return r;
}

struct entries {
    struct feed_import *import;
    struct feed_document *document;
    size_t steps;
    feed_entry_fn *entry;
    int (*scalar)(void *context, struct str name, struct str text, struct pl_err *err);
    void *context;
    uint64_t number;
};

static int read_next(void *context, struct str *ret_chunk, struct pl_err *err)
{
    struct entries *entries = context;
    return entries->document->next(entries->document, ret_chunk, err);
}

static int read_entry(void *context, const struct str *names, struct str text, struct pl_err *err)
{
    struct entries *entries = context;
    struct pl_err problem;
    AUTO_JSON *json = NULL;
    (void)err;
    entries->number++;
    entries->import->records++;
    if (json_document(text, &json, &problem) < 0) {
        AUTO_BUF place = {0};
        for (size_t i = 0; i < entries->steps; i++)
            if (names[i].len)
                buf_printf(&place, "%s%.*s", place.len ? "/" : "", STR_ARG(names[i]));
        if (!place.len && entries->steps)
            buf_printf(&place, "%llu", (unsigned long long)entries->number);
        feed_tell(entries->import, entries->document, buf_str(&place), &problem);
        return 0;
    }
    entries->entry(entries->import, entries->document, names, json, entries->context);
    return 0;
}

static int read_scalar(void *context, struct str name, struct str text, struct pl_err *err)
{
    struct entries *entries = context;
    return entries->scalar(entries->context, name, text, err);
}

int feed_read_entries(struct feed_import *import, struct feed_document *document,
                      const char *const *path, feed_entry_fn *entry,
                      int (*scalar)(void *context, struct str name, struct str text,
                                    struct pl_err *err),
                      void *context, struct pl_err *err)
{
    struct entries entries = {.import = import,
                              .document = document,
                              .entry = entry,
                              .scalar = scalar,
                              .context = context};
    while (path[entries.steps])
        entries.steps++;
    /* Most documents are one small record: nothing to cut. */
    if (!entries.steps && document->whole.data)
        return read_entry(&entries, NULL, document->whole, err);
    struct json_cutter cutter = {.read = read_next,
                                 .path = path,
                                 .entry = read_entry,
                                 .scalar = scalar ? read_scalar : NULL,
                                 .context = &entries};
    return json_cut(&cutter, err);
}
