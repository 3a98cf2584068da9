/* YAML as jansson's values: scalars as text, aliases within bounds, documents in entries. */
#include "io/yaml.h"
#include "base/buf.h"
#include "base/limits.h"
#include "test.h"

static char *dump(const char *text)
{
    json_t *root = NULL;
    struct pl_err err;
    if (yaml_document(str_of(text), &root, &err) < 0)
        return str_dup(str_of(err.message));
    char *out = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    json_decref(root);
    return out;
}

static void documents(void)
{
    static const char *const cases[][2] = {
        {"", "null"},
        {"# nothing\n", "null"},
        {"x", "\"x\""},
        {"a: 1\nb: 1.10\nc: yes\nd:\ne: ~\nf: '5.0'\n",
         "{\"a\":\"1\",\"b\":\"1.10\",\"c\":\"yes\",\"d\":\"\",\"e\":\"~\",\"f\":\"5.0\"}"},
        {"- a\n- [b, {c: d}]\n-\n  - e\n", "[\"a\",[\"b\",{\"c\":\"d\"}],[\"e\"]]"},
        {"a: 1\na: 2\n", "{\"a\":\"2\"}"},
        {"? /a/1.0.0\n: {dev: true}\n? [x, y]\n: z\n", "{\"/a/1.0.0\":{\"dev\":\"true\"}}"},
        {"a: &x {b: c}\nd: *x\ne: *no\n", "{\"a\":{\"b\":\"c\"},\"d\":{\"b\":\"c\"},\"e\":null}"},
        {"a: &x [*x]\n", "{\"a\":[null]}"},
        {"&k key: 1\nother: *k\n*k : 2\n", "{\"key\":\"2\",\"other\":\"key\"}"},
        {"a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":\"1\",\"b\":\"2\",\"c\":\"2\"}"},
        {"a: |\n  one\n  two\nb: >-\n  three\n  four\n",
         "{\"a\":\"one\\ntwo\\n\",\"b\":\"three four\"}"},
        {"%YAML 1.1\n---\na: !!int 1\n...\n---\nb: 2\n", "{\"a\":\"1\"}"},
        {"{\"a\": [1, \"\\u00e9\"]}", "{\"a\":[\"1\",\"\xc3\xa9\"]}"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *got = dump(cases[i][0]);
        if (strcmp(got, cases[i][1]) != 0)
            FAIL("%s\nis %s\nnot %s", cases[i][0], got, cases[i][1]);
        free(got);
    }
}

static void refused(void)
{
    static const char *const cases[] = {
        "a: b: c", "a: [1", "a: {b", "\t- a: 1\n\t b", "a: 'x", "- a\nb: c", "\xff", "a: \"\\q\"",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *root = NULL;
        struct pl_err err = {0};
        if (yaml_document(str_of(cases[i]), &root, &err) != -PL_E_FORMAT || root)
            FAIL("\"%s\" was taken", cases[i]);
        CHECK(str_starts(str_of(err.message), STR("line 1")) ||
              str_starts(str_of(err.message), STR("line 2")));
        json_decref(root);
    }
}

static void limits(void)
{
    struct pl_err err = {0};
    AUTO_JSON *root = NULL;
    for (int extra = 0; extra < 2; extra++) {
        AUTO_BUF text = {0};
        for (int i = 0; i < LIMIT_JSON_DEPTH - 1 + extra; i++)
            buf_puts(&text, "[");
        buf_puts(&text, "x");
        for (int i = 0; i < LIMIT_JSON_DEPTH - 1 + extra; i++)
            buf_puts(&text, "]");
        CHECK_INT(yaml_document(buf_str(&text), &root, &err), extra ? -PL_E_LIMIT : 0);
        json_decref(root);
        root = NULL;
    }
    CHECK_STR(str_of(err.limit), "LIMIT_JSON_DEPTH");
    /* Nine lists of nine of the one before. */
    AUTO_BUF laughs = {0};
    buf_puts(&laughs, "a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++)
        buf_printf(&laughs, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i,
                   i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    CHECK_INT(yaml_document(buf_str(&laughs), &root, &err), -PL_E_LIMIT);
    CHECK_STR(str_of(err.limit), "LIMIT_YAML_NODES");
    /* Each a list around the one before. */
    AUTO_BUF deep = {0};
    buf_puts(&deep, "- &a0 x\n");
    for (int i = 1; i < 200; i++)
        buf_printf(&deep, "- &a%d [*a%d]\n", i, i - 1);
    CHECK_INT(yaml_document(buf_str(&deep), &root, &err), -PL_E_LIMIT);
    CHECK_STR(str_of(err.limit), "LIMIT_JSON_DEPTH");
    AUTO_BUF many = {0};
    for (int i = 0; i < 1001; i++)
        buf_printf(&many, "- &a%d x\n", i);
    CHECK_INT(yaml_document(buf_str(&many), &root, &err), -PL_E_LIMIT);
    CHECK_STR(str_of(err.limit), "LIMIT_YAML_ANCHORS");
}

static int take(void *context, const struct str *keys, const json_t *value, size_t line,
                struct pl_err *err)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    (void)err;
    buf_printf(context, "%zu:%.*s/%.*s=%s ", line, STR_ARG(keys[0]), STR_ARG(keys[1]), text);
    bool stop = strcmp(text, "\"stop\"") == 0;
    free(text);
    return stop ? 5 : 0;
}

static void take_scalar(void *context, struct str key, struct str text)
{
    buf_printf(context, "(%.*s %.*s) ", STR_ARG(key), STR_ARG(text));
}

static void cut(const char *second, const char *text, int result, const char *want)
{
    AUTO_BUF got = {0};
    struct pl_err err;
    const char *path[] = {"packages", second, NULL};
    struct yaml_cutter cutter = {
        .text = str_of(text), .path = path, .entry = take, .scalar = take_scalar, .context = &got};
    CHECK_INT(yaml_cut(&cutter, &err), result);
    CHECK_STR(buf_str(&got), want);
}

static void entries(void)
{
    cut(YAML_ANY_KEY, "", 0, "");
    cut(YAML_ANY_KEY,
        "v: 9\nother: {packages: {x: y}}\npackages:\n  a:\n    b: [c]\n  ? d\n  : e\nlast: z\n", 0,
        "(v 9) 5:packages/a={\"b\":[\"c\"]} 7:packages/d=\"e\" (last z) ");
    cut(YAML_ANY_ELEMENT, "packages: [a, {b: c}]\n", 0,
        "1:packages/=\"a\" 1:packages/={\"b\":\"c\"} ");
    cut(YAML_ANY_ELEMENT, "packages: {a: b}\n", 0, "");
    cut(YAML_ANY_KEY, "packages: [a]\n", 0, "");
    cut("b", "packages: {a: 1, b: 2, c: 3}\n", 0, "1:packages/b=\"2\" ");
    cut(YAML_ANY_KEY, "---\npackages: {a: 1}\n---\npackages: {b: 2}\n", 0,
        "2:packages/a=\"1\" 4:packages/b=\"2\" ");
    cut(YAML_ANY_KEY, "packages: {a: &x 1, b: *x}\n", 0, "1:packages/a=\"1\" 1:packages/b=\"1\" ");
    cut(YAML_ANY_KEY, "packages: {a: stop, b: 2}\n", 5, "1:packages/a=\"stop\" ");
    cut(YAML_ANY_KEY, "packages:\n  a: 1\n  b: [\n", -PL_E_FORMAT, "2:packages/a=\"1\" ");
    cut(YAML_ANY_KEY, "[x, y]", 0, "");
    cut(YAML_ANY_KEY, "packages: 5", 0, "");
}

static int count(void *context, const json_t *root, struct pl_err *err)
{
    (void)err;
    *(size_t *)context += 1 + json_object_size(root);
    return 0;
}

static void each_document(void)
{
    size_t counted = 0;
    struct pl_err err;
    CHECK_INT(yaml_each_document(STR("a: 1\n---\nb: 2\nc: 3\n---\n"), count, &counted, &err), 0);
    CHECK_INT(counted, 6);
}

int main(void)
{
    RUN(documents);
    RUN(refused);
    RUN(limits);
    RUN(entries);
    RUN(each_document);
    return test_end();
}
