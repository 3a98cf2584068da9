/* Cutting documents into entries, in chunks of every size. */
#include "io/json_cutter.h"

#include "base/buf.h"
#include "base/limits.h"
#include "test.h"

struct feed {
    struct str text;
    size_t at, step;
    struct buf out; /* "name/name=text;" of each entry, "name:text;" of each scalar */
    size_t steps;
};

static int next_bytes(void *context, struct str *ret_chunk, struct pl_err *err)
{
    struct feed *feed = context;
    (void)err;
    *ret_chunk = str_first(str_from(feed->text, feed->at), feed->step);
    feed->at += ret_chunk->len;
    return 0;
}

static int take_entry(void *context, const struct str *names, struct str text, struct pl_err *err)
{
    struct feed *feed = context;
    (void)err;
    for (size_t i = 0; i < feed->steps; i++)
        buf_printf(&feed->out, "%s%.*s", i ? "/" : "", STR_ARG(names[i]));
    buf_printf(&feed->out, "=%.*s;", STR_ARG(text));
    return 0;
}

static int take_scalar(void *context, struct str name, struct str text, struct pl_err *err)
{
    struct feed *feed = context;
    (void)err;
    buf_printf(&feed->out, "%.*s:%.*s;", STR_ARG(name), STR_ARG(text));
    return 0;
}

static int cut(struct feed *feed, struct str text, const char *const *path, size_t step,
               struct pl_err *err)
{
    *feed = (struct feed){.text = text, .step = step};
    while (path[feed->steps])
        feed->steps++;
    struct json_cutter cutter = {.read = next_bytes,
                                 .path = path,
                                 .entry = take_entry,
                                 .scalar = take_scalar,
                                 .context = feed};
    if (step == SIZE_MAX) { /* the whole at once, without a function that reads it */
        cutter.read = NULL;
        cutter.text = text;
    }
    return json_cut(&cutter, err);
}

static const char *const root[] = {NULL}, *const members[] = {"*", NULL};
static const char *const list[] = {"list", "[]", NULL}, *const two[] = {"*", "*", NULL};

static void entries(void)
{
    static const struct {
        const char *text;
        const char *const *path;
        const char *want;
    } cases[] = {
        {"{\"a\":1}", root, "={\"a\":1};"},
        {" [1, 2] ", root, "=[1, 2];"},
        {"12", root, "=12;"},
        {"\"x\\\"y\"", root, "=\"x\\\"y\";"},
        {"{\"a\": {\"b\": [1, {\"c\": 2}]}, \"d\": 5}", members, "a={\"b\": [1, {\"c\": 2}]};d=5;"},
        {"{\"v\":\"1\",\"list\":[{\"x\":1},{\"y\":[]},3,\"s\"],\"n\":null}", list,
         "v:1;list/={\"x\":1};list/={\"y\":[]};list/=3;list/=\"s\";n:null;"},
        {"{\"list\":{\"list\":[1]},\"other\":[1,2]}", list, ""},
        {"{\"p\":{\"C\\\"1\":{},\"C2\":{\"r\":{\"x\":\"}\"}}},\"q\":{}}", two,
         "p/C\\\"1={};p/C2={\"r\":{\"x\":\"}\"}};"},
        {"{\"p\":[[1]],\"list\":[]}", list, ""},
        {"{}", two, ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t step = 1; step <= 40; step++) {
            struct feed feed;
            struct pl_err err;
            if (cut(&feed, str_of(cases[i].text), cases[i].path, step == 40 ? SIZE_MAX : step,
                    &err) < 0)
                FAIL("%s: %s", cases[i].text, err.message);
            else if (!str_is(buf_str(&feed.out), cases[i].want))
                FAIL("%s: %.*s, not %s", cases[i].text, STR_ARG(buf_str(&feed.out)), cases[i].want);
            buf_free(&feed.out);
        }
}

static void no_json(void)
{
    static const char *const cases[] = {
        "",           " ",         "{",        "[",     "{\"a\"",    "{\"a\":", "{\"a\":1",
        "{\"a\":1,}", "[1,]",      "[1 2]",    "{1:2}", "{\"a\" 1}", "]",       "}",
        "[}",         "{]",        "{\"a\":}", "[,1]",  "1 2",       "{}{}",    "\"open",
        "\x01",       "{\"a\":1]", "{,}",      "[1}",   ":",         ",",       "{\"a\"}",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct feed feed;
        struct pl_err err = {.code = PL_OK};
        if (cut(&feed, str_of(cases[i]), two, 3, &err) >= 0 || err.code != PL_E_FORMAT)
            FAIL("\"%s\" is no JSON", cases[i]);
        buf_free(&feed.out);
    }
}

static void nested_without_end(void)
{
    AUTO_BUF text = {0};
    struct feed feed;
    struct pl_err err = {.code = PL_OK};
    for (int i = 0; i < 1000000; i++)
        buf_putc(&text, '[');
    CHECK_INT(cut(&feed, buf_str(&text), list, 65536, &err), -PL_E_LIMIT);
    CHECK_STR(str_of(err.limit), "LIMIT_JSON_DEPTH");
    buf_free(&feed.out);
    CHECK_INT(cut(&feed, buf_str(&text), root, 65536, &err), -PL_E_LIMIT);
    buf_free(&feed.out);
}

static void entry_without_end(void)
{
    AUTO_BUF text = {0};
    struct feed feed;
    struct pl_err err = {.code = PL_OK};
    buf_puts(&text, "{\"list\":[\"");
    size_t size = LIMIT_JSON_ENTRY + 10;
    memset(buf_reserve(&text, size), 'x', size);
    text.len += size;
    buf_puts(&text, "\"]}");
    CHECK_INT(cut(&feed, buf_str(&text), list, 65536, &err), -PL_E_LIMIT);
    CHECK_STR(str_of(err.limit), "LIMIT_JSON_ENTRY");
    buf_free(&feed.out);
}

int main(void)
{
    RUN(entries);
    RUN(no_json);
    RUN(nested_without_end);
    RUN(entry_without_end);
    return test_end();
}
