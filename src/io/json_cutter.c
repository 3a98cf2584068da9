#include "io/json_cutter.h"

#include "base/buf.h"
#include "base/limits.h"

enum { NAME_MAX_LEN = 4096 };

/* What may come next. */
enum expect { EXPECT_VALUE, EXPECT_NAME, EXPECT_COLON, EXPECT_COMMA, EXPECT_NOTHING };

struct cut {
    const struct json_cutter *cutter;
    struct pl_err *err;
    size_t steps;    /* of the path */
    uint64_t offset; /* of the byte in hand */
    enum expect expect;
    size_t depth;                     /* open objects and arrays */
    bool is_object[LIMIT_JSON_DEPTH]; /* of each */
    bool may_close[LIMIT_JSON_DEPTH]; /* no comma stands before what comes */
    size_t matched;                   /* of the open ones, how many are on the path */
    struct buf names[JSON_PATH_MAX];  /* of the current member at each matched depth */
    enum { OUTSIDE, IN_STRING, IN_NAME, IN_PLAIN } token;
    bool escaped;
    bool capturing; /* an entry, or a scalar of the root */
    size_t capture_depth;
    struct buf text;
};

static int wrong(struct cut *cut)
{
    return err_set(cut->err, PL_E_FORMAT, "byte %llu: this is no JSON",
                   (unsigned long long)cut->offset);
}

/* True when what begins now, as a value in the innermost open container, is on the path. */
static bool on_path(const struct cut *cut)
{
    if (cut->depth != cut->matched || cut->matched > cut->steps)
        return false;
    if (cut->depth == 0)
        return true;
    const char *step = cut->cutter->path[cut->depth - 1];
    if (!cut->is_object[cut->depth - 1])
        return strcmp(step, JSON_ANY_ELEMENT) == 0;
    return strcmp(step, JSON_ANY_MEMBER) == 0 || str_is(buf_str(&cut->names[cut->depth - 1]), step);
}

static bool is_entry(const struct cut *cut)
{
    return cut->depth == cut->steps && on_path(cut);
}

static bool is_root_scalar(const struct cut *cut)
{
    return cut->depth == 1 && cut->is_object[0] && cut->cutter->scalar && cut->steps > 0;
}

static void start_capture(struct cut *cut)
{
    cut->capturing = true;
    cut->capture_depth = cut->depth;
    cut->text.len = 0;
}

/* A value is complete. */
static int end_value(struct cut *cut)
{
    cut->expect = cut->depth ? EXPECT_COMMA : EXPECT_NOTHING;
    if (!cut->capturing || cut->depth != cut->capture_depth)
        return 0;
    cut->capturing = false;
    struct str text = buf_str(&cut->text);
    if (is_entry(cut)) {
        struct str names[JSON_PATH_MAX];
        for (size_t i = 0; i < cut->steps; i++)
            names[i] = cut->is_object[i] ? buf_str(&cut->names[i]) : STR_NONE;
        return cut->cutter->entry(cut->cutter->context, names, text, cut->err);
    }
    if (text.len >= 2 && text.data[0] == '"')
        text = str_make(text.data + 1, text.len - 2);
    return cut->cutter->scalar(cut->cutter->context, buf_str(&cut->names[0]), text, cut->err);
}

static int open_container(struct cut *cut, bool is_object)
{
    if (cut->depth >= LIMIT_JSON_DEPTH)
        return err_limit(cut->err, LIMIT_NAME(LIMIT_JSON_DEPTH),
                         "byte %llu: JSON is nested deeper than %d levels",
                         (unsigned long long)cut->offset, LIMIT_JSON_DEPTH);
    if (!cut->capturing && is_entry(cut))
        start_capture(cut);
    if (!cut->capturing && on_path(cut) && cut->depth < cut->steps)
        cut->matched = cut->depth + 1;
    cut->is_object[cut->depth] = is_object;
    cut->may_close[cut->depth] = true;
    cut->depth++;
    cut->expect = is_object ? EXPECT_NAME : EXPECT_VALUE;
    return 0;
}

static int close_container(struct cut *cut, bool is_object)
{
    if (!cut->depth || cut->is_object[cut->depth - 1] != is_object)
        return wrong(cut);
    bool empty =
        cut->may_close[cut->depth - 1] && cut->expect == (is_object ? EXPECT_NAME : EXPECT_VALUE);
    if (cut->expect != EXPECT_COMMA && !empty)
        return wrong(cut);
    cut->depth--;
    if (cut->matched > cut->depth)
        cut->matched = cut->depth;
    return 0;
}

static void begin_plain(struct cut *cut)
{
    if (!cut->capturing && (is_entry(cut) || is_root_scalar(cut)))
        start_capture(cut);
}

/* A byte outside of strings. */
static int structural(struct cut *cut, char c)
{
    switch (c) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
        return 0;
    case '{':
    case '[':
        if (cut->expect != EXPECT_VALUE)
            return wrong(cut);
        return open_container(cut, c == '{');
    case '}':
    case ']':
        return close_container(cut, c == '}');
    case ',':
        if (cut->expect != EXPECT_COMMA)
            return wrong(cut);
        cut->may_close[cut->depth - 1] = false;
        cut->expect = cut->is_object[cut->depth - 1] ? EXPECT_NAME : EXPECT_VALUE;
        return 0;
    case ':':
        if (cut->expect != EXPECT_COLON)
            return wrong(cut);
        cut->expect = EXPECT_VALUE;
        return 0;
    case '"':
        if (cut->expect == EXPECT_NAME) {
            cut->token = IN_NAME;
            if (cut->depth == cut->matched && cut->depth <= cut->steps)
                cut->names[cut->depth - 1].len = 0;
            return 0;
        }
        if (cut->expect != EXPECT_VALUE)
            return wrong(cut);
        begin_plain(cut);
        cut->token = IN_STRING;
        return 0;
    default:
        if (cut->expect != EXPECT_VALUE || (unsigned char)c < 0x20 || (unsigned char)c >= 0x7f)
            return wrong(cut);
        begin_plain(cut);
        cut->token = IN_PLAIN;
        return 0;
    }
}

/* Bytes of `chunk` from `at` on that belong to the string; `at` moves to its closing quote or the
 * end. */
static int scan_string(struct cut *cut, struct str chunk, size_t *at)
{
    size_t i = *at;
    bool escaped = cut->escaped;
    for (; i < chunk.len; i++) {
        char c = chunk.data[i];
        if (escaped)
            escaped = false;
        else if (c == '\\')
            escaped = true;
        else if (c == '"')
            break;
    }
    cut->escaped = escaped;
    if (cut->token == IN_NAME && cut->depth == cut->matched && cut->depth <= cut->steps &&
        cut->depth) {
        struct buf *name = &cut->names[cut->depth - 1];
        if (name->len + (i - *at) > NAME_MAX_LEN)
            return wrong(cut);
        buf_add(name, str_make(chunk.data + *at, i - *at));
    }
    *at = i;
    return 0;
}

static bool ends_plain(char c)
{
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t' || c == '\n' || c == '\r' ||
           c == '"' || c == '{' || c == '[' || c == ':';
}

static int capture(struct cut *cut, struct str bytes)
{
    if (!cut->capturing)
        return 0;
    if (cut->text.len + bytes.len > LIMIT_JSON_ENTRY)
        return err_limit(cut->err, LIMIT_NAME(LIMIT_JSON_ENTRY),
                         "byte %llu: an entry has more than %llu bytes",
                         (unsigned long long)cut->offset, LIMIT_JSON_ENTRY);
    buf_add(&cut->text, bytes);
    return 0;
}

/* From `at`, inside a token or in front of a byte of the structure. What an entry has of the chunk
 * is captured in one piece: `from` is where the piece begins. */
static int cut_chunk(struct cut *cut, struct str chunk)
{
    uint64_t start = cut->offset;
    size_t from = 0;
    int r = 0;
    for (size_t at = 0; at < chunk.len;) {
        cut->offset = start + at;
        bool was_capturing = cut->capturing;
        if (cut->token == IN_STRING || cut->token == IN_NAME) {
            r = scan_string(cut, chunk, &at);
            if (r < 0)
                return r;
            if (at == chunk.len)
                break;
            bool name = cut->token == IN_NAME;
            cut->token = OUTSIDE;
            at++; /* the quote */
            if (name) {
                cut->expect = EXPECT_COLON;
                continue;
            }
        } else if (cut->token == IN_PLAIN) {
            while (at < chunk.len && !ends_plain(chunk.data[at]))
                at++;
            if (at == chunk.len)
                break;
            cut->token = OUTSIDE;
        } else {
            char c = chunk.data[at];
            if (c == ' ' || c == '\n') { /* what indents is a good part of many documents */
                at++;
                continue;
            }
            r = structural(cut, c);
            if (r < 0)
                return r;
            if (!was_capturing && cut->capturing)
                from = at;
            at++;
            if (c != '}' && c != ']')
                continue;
        }
        /* A value ends before `at`. */
        if (cut->capturing && cut->depth == cut->capture_depth) {
            r = capture(cut, str_make(chunk.data + from, at - from));
            from = at;
        }
        if (r == 0)
            r = end_value(cut);
        if (r < 0)
            return r;
    }
    cut->offset = start + chunk.len;
    return capture(cut, str_make(chunk.data + from, chunk.len - from));
}

static int finish(struct cut *cut)
{
    if (cut->token == IN_PLAIN && cut->depth == 0) {
        cut->token = OUTSIDE;
        return end_value(cut);
    }
    if (cut->expect != EXPECT_NOTHING)
        return err_set(cut->err, PL_E_FORMAT, "byte %llu: the document ends too early",
                       (unsigned long long)cut->offset);
    return 0;
}

int json_cut(const struct json_cutter *cutter, struct pl_err *err)
{
    struct cut cut = {.cutter = cutter, .err = err};
    while (cutter->path && cutter->path[cut.steps])
        cut.steps++;
    int r = 0;
    struct str chunk, whole = cutter->text;
    do {
        chunk = whole;
        whole = STR_NONE;
        if (cutter->read)
            r = cutter->read(cutter->context, &chunk, err);
        if (r == 0)
            r = chunk.len ? cut_chunk(&cut, chunk) : finish(&cut);
    } while (r == 0 && chunk.len);
    for (size_t i = 0; i < JSON_PATH_MAX; i++)
        buf_free(&cut.names[i]);
    buf_free(&cut.text);
    return r;
}
