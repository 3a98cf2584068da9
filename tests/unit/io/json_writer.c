/* JSON as it is written: form, escapes, and that it can be read again. */
#include "io/json_writer.h"
#include "io/json_doc.h"
#include "test.h"

static void check_string(struct str value, const char *want)
{
    struct out out;
    out_init(&out, -1);
    struct json_writer json = {.out = &out};
    json_str(&json, value);
    CHECK_STR(buf_str(&out.buffer), want);
    out_close(&out, NULL);
}

static void strings(void)
{
    check_string(STR("plain"), "\"plain\"");
    check_string(STR_NONE, "\"\"");
    check_string(STR("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
    check_string(STR("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
    check_string(STR("\x01\x1f\x7f"), "\"\\u0001\\u001f\\u007f\"");
    check_string(str_make("a\0b", 3), "\"a\\u0000b\"");
    check_string(STR("中文 é 😀"), "\"中文 é 😀\"");
    check_string(STR("\xff"), "\"\xef\xbf\xbd\"");
    check_string(STR("a\xe4\xb8"), "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
    check_string(STR("\xed\xa0\x80."), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd.\"");
    check_string(STR("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void form(void)
{
    struct out out;
    out_init(&out, -1);
    struct json_writer json = {.out = &out};
    json_begin(&json, '{');
    json_put_text(&json, "a\"", "x");
    json_put_u64(&json, "n", UINT64_MAX);
    json_put_bool(&json, "yes", true);
    json_put_null(&json, "none");
    json_put_str_or_null(&json, "empty", STR(""));
    json_put_str_or_null(&json, "full", STR("y"));
    json_open(&json, "list", '[');
    json_double(&json, 9.8, 1);
    json_begin(&json, '{');
    json_end(&json, '}');
    json_begin(&json, '[');
    json_end(&json, ']');
    json_bool(&json, false);
    json_end(&json, ']');
    json_end(&json, '}');
    CHECK_STR(buf_str(&out.buffer), "{\n"
                                    "  \"a\\\"\": \"x\",\n"
                                    "  \"n\": 18446744073709551615,\n"
                                    "  \"yes\": true,\n"
                                    "  \"none\": null,\n"
                                    "  \"empty\": null,\n"
                                    "  \"full\": \"y\",\n"
                                    "  \"list\": [\n"
                                    "    9.8,\n"
                                    "    {},\n"
                                    "    [],\n"
                                    "    false\n"
                                    "  ]\n"
                                    "}\n");
    out_close(&out, NULL);
}

/* Every byte and every pair of bytes makes JSON that a reader takes. */
static void any_bytes(void)
{
    for (unsigned pair = 0; pair < 65536; pair += 7) {
        char bytes[3] = {(char)(pair >> 8), (char)pair, 'z'};
        struct out out;
        out_init(&out, -1);
        struct json_writer json = {.out = &out};
        json_begin(&json, '[');
        json_str(&json, str_make(bytes, 3));
        json_end(&json, ']');
        json_error_t problem;
        json_t *root = json_loadb(out.buffer.data, out.buffer.len, JSON_ALLOW_NUL, &problem);
        if (!root)
            FAIL("bytes %02x %02x: %s", pair >> 8, pair & 255, problem.text);
        json_decref(root);
        out_close(&out, NULL);
    }
}

static void deep(void)
{
    struct out out;
    out_init(&out, -1);
    struct json_writer json = {.out = &out};
    for (int i = 0; i < 60; i++)
        json_begin(&json, '[');
    for (int i = 0; i < 60; i++)
        json_end(&json, ']');
    json_error_t problem;
    json_t *root = json_loadb(out.buffer.data, out.buffer.len, 0, &problem);
    CHECK(root != NULL);
    json_decref(root);
    out_close(&out, NULL);
}

int main(void)
{
    RUN(strings);
    RUN(form);
    RUN(any_bytes);
    RUN(deep);
    return test_end();
}
