/* Small JSON documents: the nesting is bounded, types are not trusted. */
#include "io/json_doc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "test.h"

static int nested(size_t depth, const char *inside, struct pl_err *err)
{
    AUTO_BUF text = {0};
    AUTO_JSON *root = NULL;
    for (size_t i = 0; i < depth; i++)
        buf_putc(&text, '[');
    buf_puts(&text, inside);
    for (size_t i = 0; i < depth; i++)
        buf_putc(&text, ']');
    return json_document(buf_str(&text), &root, err);
}

static void depth(void)
{
    struct pl_err err = {0};
    CHECK_INT(nested(1, "", &err), 0);
    CHECK_INT(nested(LIMIT_JSON_DEPTH, "", &err), 0);
    CHECK_INT(nested(LIMIT_JSON_DEPTH + 1, "", &err), -PL_E_LIMIT);
    CHECK_STR(str_of(err.limit), "LIMIT_JSON_DEPTH");
    CHECK_INT(nested(1000000, "", &err), -PL_E_LIMIT);
    CHECK_INT(nested(LIMIT_JSON_DEPTH - 1, "{\"a\": 1}", &err), 0);
    CHECK_INT(nested(LIMIT_JSON_DEPTH, "{\"a\": 1}", &err), -PL_E_LIMIT);
}

/* Brackets in strings nest nothing, and lists side by side are not deep. */
static void what_is_not_depth(void)
{
    AUTO_BUF text = {0};
    AUTO_JSON *root = NULL;
    struct pl_err err;
    buf_puts(&text, "[\"");
    for (int i = 0; i < 1000; i++)
        buf_puts(&text, "[{\\\"");
    buf_puts(&text, "\\\\\"");
    for (int i = 0; i < 1000; i++)
        buf_puts(&text, ",[],{}");
    buf_puts(&text, "]");
    CHECK_INT(json_document(buf_str(&text), &root, &err), 0);
    CHECK_INT(json_array_size(root), 2001);
}

static void bad_documents(void)
{
    static const char *const cases[] = {
        "",         " ",     "{",           "}",    "[",    "]",          "[1",   "{\"a\"}",
        "{\"a\":}", "[1,]",  "[1] x",       "nul",  "\"a",  "[\"\xff\"]", "[01]", "{a: 1}",
        "['a']",    "[\"\\", "[\"\\u12\"]", "[1e]", "]]]]", "[}",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *root = NULL;
        struct pl_err err = {0};
        if (json_document(str_of(cases[i]), &root, &err) != -PL_E_FORMAT || root)
            FAIL("\"%s\" was taken", cases[i]);
        CHECK(str_starts(str_of(err.message), STR("this is no JSON: line 1")) ||
              str_starts(str_of(err.message), STR("this is no JSON: line -1")));
        json_decref(root);
    }
    json_t *root = NULL;
    CHECK_INT(json_document(STR_NONE, &root, NULL), -PL_E_FORMAT);
    CHECK(root == NULL);
}

static void members(void)
{
    AUTO_JSON *root = NULL;
    struct pl_err err;
    struct str text =
        STR("{\"s\": \"x\", \"l\": [1, 2], \"o\": {\"k\": \"v\"}, \"n\": 7, \"m\": -1,"
            " \"f\": 1.5, \"z\": null}");
    CHECK_INT(json_document(text, &root, &err), 0);
    CHECK_STR(json_text(root, "s"), "x");
    CHECK_STR(json_text(root, "n"), "");
    CHECK_STR(json_text(root, "no"), "");
    CHECK_STR(json_text(NULL, "s"), "");
    CHECK_STR(json_text(json_list(root, "l"), "s"), "");
    CHECK_INT(json_array_size(json_list(root, "l")), 2);
    CHECK(json_list(root, "o") == NULL && json_list(root, "z") == NULL);
    CHECK_STR(json_text(json_member(root, "o"), "k"), "v");
    CHECK(json_member(root, "l") == NULL && json_member(NULL, "l") == NULL);
    CHECK_INT(json_count(root, "n", 3), 7);
    CHECK_INT(json_count(root, "m", 3), 3);
    CHECK_INT(json_count(root, "f", 3), 3);
    CHECK_INT(json_count(root, "s", 3), 3);
    CHECK_INT(json_count(NULL, "n", 3), 3);
}

int main(void)
{
    RUN(depth);
    RUN(what_is_not_depth);
    RUN(bad_documents);
    RUN(members);
    return test_end();
}
