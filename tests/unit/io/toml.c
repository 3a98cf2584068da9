/* TOML 1.0: every kind of value, what may be added to what, and limits. */
#include "io/toml.h"
#include "base/buf.h"
#include "base/limits.h"
#include "test.h"

static char *dump(const char *text)
{
    json_t *root = NULL;
    struct pl_err err;
    if (toml_document(str_of(text), &root, &err) < 0)
        return str_dup(str_of(err.message));
    char *out = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(6));
    json_decref(root);
    return out;
}

static void documents(void)
{
    static const char *const cases[][2] = {
        {"", "{}"},
        {"\xef\xbb\xbf# only a comment", "{}"},
        {"a = 1\r\nb=2 # c\n\n\n", "{\"a\":1,\"b\":2}"},
        {"a = \"q\\\"\\\\\\b\\t\\n\\f\\r\\u00e9\\U0001F600\"",
         "{\"a\":\"q\\\"\\\\\\b\\t\\n\\f\\r\xc3\xa9\xf0\x9f\x98\x80\"}"},
        {"a = 'c:\\x'\nb = ''\nc = \"\"", "{\"a\":\"c:\\\\x\",\"b\":\"\",\"c\":\"\"}"},
        {"a = \"\"\"\none\r\ntwo \\\n   \n  three\"\"\"\"\"\nb = '''\n\\n''x'''",
         "{\"a\":\"one\\ntwo three\\\"\\\"\",\"b\":\"\\\\n''x\"}"},
        {"a = [0, +1, -17, 1_000, 0xDEAD_beef, 0o755, 0b1101, 9223372036854775807]",
         "{\"a\":[0,1,-17,1000,3735928559,493,13,9223372036854775807]}"},
        {"a = [1.5, -0.25, 5e+2, 1_0.2_5E-1, -0.0]", "{\"a\":[1.5,-0.25,500.0,1.025,-0.0]}"},
        {"a = [inf, -inf, +nan, true, false]", "{\"a\":[\"inf\",\"-inf\",\"+nan\",true,false]}"},
        {"a = [1979-05-27T07:32:00Z, 1979-05-27 00:32:00.999-07:00, 2024-02-29, 07:32:00]",
         "{\"a\":[\"1979-05-27T07:32:00Z\",\"1979-05-27 00:32:00.999-07:00\",\"2024-02-29\","
         "\"07:32:00\"]}"},
        {"a = 1979-05-27 # day\nb = 2", "{\"a\":\"1979-05-27\",\"b\":2}"},
        {"a = [ # c\n 1, # one\n\n 2,\n # end\n]\nb = [[], [[]]]", "{\"a\":[1,2],\"b\":[[],[[]]]}"},
        {"a = {}\nb = { x = 1, y.z = [{ q = 2 }] }",
         "{\"a\":{},\"b\":{\"x\":1,\"y\":{\"z\":[{\"q\":2}]}}}"},
        {"a . \"b c\" . 'd' = 1\na.e = 2\n3.14 = 3\n\"\" = 4",
         "{\"\":4,\"3\":{\"14\":3},\"a\":{\"b c\":{\"d\":1},\"e\":2}}"},
        {"[a.b]\nx = 1\n[ a ]\ny = 2\n[a.\"c.d\"]", "{\"a\":{\"b\":{\"x\":1},\"c.d\":{},\"y\":2}}"},
        {"[a.b.c]\nz = 9\n[a]\nb.d.t = 1", "{\"a\":{\"b\":{\"c\":{\"z\":9},\"d\":{\"t\":1}}}}"},
        {"[[p]]\nn = 1\n[p.q]\nx = 1\n[[p.r]]\n[[p.r]]\ny = 1\n[[p]]\nn = 2\n[other]",
         "{\"other\":{},\"p\":[{\"n\":1,\"q\":{\"x\":1},\"r\":[{},{\"y\":1}]},{\"n\":2}]}"},
        {"[fruit]\napple.color = 1\napple.taste.sweet = true\n[fruit.apple.texture]\ns = 1",
         "{\"fruit\":{\"apple\":{\"color\":1,\"taste\":{\"sweet\":true},\"texture\":{\"s\":1}}}}"},
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
        "a",
        "a =",
        "a = 1 b = 2",
        "= 1",
        "a = 1\na = 2",
        "a.b = 1\na.b.c = 2",
        "a = {b = 1}\na.c = 2",
        "a = {b = 1}\n[a.c]",
        "a = {b = 1,}",
        "a = {b = 1\n}",
        "a = {b = 1, b = 2}",
        "[a]\n[a]",
        "[a.b.c]\nz = 9\n[a]\nb.c.t = 1",
        "[a]\nb.c = 1\n[a.b]",
        "[a.b.c]\n[a]\nb.d = 1\n[a.b]",
        "a = [1]\n[[a]]",
        "a = [{}]\n[a.b]",
        "[[a]]\n[a]",
        "[a]\n[[a]]",
        "[a",
        "[[a]",
        "[]",
        "[a]]",
        "a = [1 2]",
        "a = [1",
        "a = [,1]",
        "a = \"x",
        "a = \"x\ny\"",
        "a = \"\\x\"",
        "a = \"\\ud800\"",
        "a = \"\\U00110000\"",
        "a = \"\"\"x",
        "a = 'x\x01'",
        "# \x01",
        "a = \"\xff\"",
        "\"\xff\" = 1",
        "a = 01",
        "a = 1__0",
        "a = _1",
        "a = 1_e5",
        "a = 1e_5",
        "a = 0x_1",
        "a = 0_x1",
        "a = 1_",
        "a = +0x1",
        "a = 0x",
        "a = 0b2",
        "a = 1.",
        "a = .5",
        "a = 1e",
        "a = 01.5",
        "a = 9223372036854775808",
        "a = True",
        "a = 2023-02-29",
        "a = 2024-13-01",
        "a = 25:00:00",
        "a = 2024-01-01T",
        "a = 2024-01-01T00:00:00+25:00",
        "a = 07:32",
        "a = \r1",
        "a\nb = 1",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *root = NULL;
        struct pl_err err = {0};
        int r = toml_document(str_of(cases[i]), &root, &err);
        if (r != -PL_E_FORMAT || root)
            FAIL("\"%s\" was taken", cases[i]);
        CHECK(str_starts(str_of(err.message), STR("line ")));
        json_decref(root);
    }
}

static void places(void)
{
    char *got = dump("a = 1\nb = 2\n  c = ?\n");
    CHECK_STR(str_of(got), "line 3, column 7: this is no TOML: this is no value");
    free(got);
}

static int nested(size_t depth, const char *open, const char *close, struct pl_err *err)
{
    AUTO_BUF text = {0};
    AUTO_JSON *root = NULL;
    buf_puts(&text, "a = ");
    for (size_t i = 0; i < depth; i++)
        buf_puts(&text, open);
    buf_puts(&text, "1");
    for (size_t i = 0; i < depth; i++)
        buf_puts(&text, close);
    return toml_document(buf_str(&text), &root, err);
}

static void depth(void)
{
    struct pl_err err = {0};
    CHECK_INT(nested(LIMIT_JSON_DEPTH - 1, "[", "]", &err), 0);
    CHECK_INT(nested(LIMIT_JSON_DEPTH, "[", "]", &err), -PL_E_LIMIT);
    CHECK_STR(str_of(err.limit), "LIMIT_JSON_DEPTH");
    CHECK_INT(nested(LIMIT_JSON_DEPTH - 1, "{a=", "}", &err), 0);
    CHECK_INT(nested(100000, "{a=", "}", &err), -PL_E_LIMIT);
    for (int kind = 0; kind < 3; kind++) {
        static const char *const before[] = {"[", "[[", ""}, *const after[] = {"]", "]]", "=1"};
        AUTO_BUF text = {0};
        AUTO_JSON *root = NULL;
        buf_puts(&text, before[kind]);
        for (int i = 0; i < 100000; i++)
            buf_puts(&text, "a.");
        buf_puts(&text, "a");
        buf_puts(&text, after[kind]);
        CHECK_INT(toml_document(buf_str(&text), &root, &err), -PL_E_LIMIT);
    }
    /* Each header goes one array deeper. */
    AUTO_BUF text = {0};
    AUTO_JSON *root = NULL;
    for (int i = 1; i < 200; i++) {
        buf_puts(&text, "[[a");
        for (int j = 1; j < i; j++)
            buf_puts(&text, ".a");
        buf_puts(&text, "]]\n");
    }
    CHECK_INT(toml_document(buf_str(&text), &root, &err), -PL_E_LIMIT);
}

struct taken {
    struct buf names;
    int stop;
};

static int take(void *context, const json_t *table, const struct pl_err *problem)
{
    struct taken *taken = context;
    struct str name = table ? json_text(table, "name") : STR("!");
    buf_add(&taken->names, name);
    buf_printf(&taken->names, "%zu", json_object_size(json_member(table, "dependencies")));
    if (problem)
        buf_puts(&taken->names, problem->message);
    buf_putc(&taken->names, ' ');
    return str_is(name, "stop") ? taken->stop : 0;
}

static void each(const char *text, int result, const char *want)
{
    struct taken taken = {.stop = 7};
    CHECK_INT(toml_each_table(str_of(text), "package", take, &taken), result);
    CHECK_STR(buf_str(&taken.names), want);
    buf_free(&taken.names);
}

static void each_table(void)
{
    each("", 0, "");
    each("version = 3\n[[package]]\nname = \"a\"\n[package.dependencies]\nx = 1\ny = 2\n\n"
         "[[package]]\nname = \"b\"\n[metadata]\nname = \"no\"\n[[package]]\nname = \"c\"\n",
         0, "a2 b0 c0 ");
    each("package = [{name = \"a\"}, {name = \"b\"}, 3]\n[x]\n", 0, "a0 b0 ");
    each("[package]\nname = \"a\"\n", 0, "");
    each("[[packages]]\nname = \"a\"\n[[other.package]]\nname = \"b\"", 0, "");
    each("[[package]]\nname = \"stop\"\n[[package]]\nname = \"b\"\n", 7, "stop0 ");
    each("[[package]]\nname = \"a\"\n[[package]]\nname = \n[[package]]\nname = \"c\"\n[x]\ny\n", 0,
         "a0 0 !0line 4, column 8: this is no TOML: this is no value c0 "
         "!0line 8, column 2: this is no TOML: a key without \"=\" ");
    each("[[package]]\nname = \"a\"\n>>>>\n[[package]]\nname = \"b\"\n", 0,
         "a0 !0line 3, column 1: this is no TOML: no key where one must be b0 ");
    each("<<<<<<<\n[[package]]\nname = \"a\"\n", 0,
         "!0line 1, column 1: this is no TOML: no key where one must be a0 ");
}

int main(void)
{
    RUN(documents);
    RUN(refused);
    RUN(places);
    RUN(depth);
    RUN(each_table);
    return test_end();
}
