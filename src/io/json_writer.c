#include "io/json_writer.h"

#include "base/utf8.h"

static void before_value(struct json_writer *json)
{
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->depth == 0)
        return;
    bool *begun = &json->begun[json->depth];
    out_puts(json->out, *begun ? ",\n" : "\n");
    *begun = true;
    for (unsigned i = 0; i < json->depth; i++)
        out_puts(json->out, "  ");
}

void json_begin(struct json_writer *json, char bracket)
{
    if (json->tree) {
        json_tree_add(json->tree, bracket == '{' ? JSON_NODE_OBJECT : JSON_NODE_LIST, STR_NONE);
        return;
    }
    before_value(json);
    out_putc(json->out, bracket);
    if (json->depth + 1 < 64)
        json->depth++;
    json->begun[json->depth] = false;
}

void json_end(struct json_writer *json, char bracket)
{
    if (json->tree) {
        json_tree_close(json->tree);
        return;
    }
    bool begun = json->begun[json->depth];
    json->depth--;
    if (begun) {
        out_putc(json->out, '\n');
        for (unsigned i = 0; i < json->depth; i++)
            out_puts(json->out, "  ");
    }
    out_putc(json->out, bracket);
    if (json->depth == 0)
        out_putc(json->out, '\n');
}

static void write_escape(struct out *out, unsigned char c)
{
    static const char shorts[] = "\bb\tt\nn\ff\rr\"\"\\\\";
    for (const char *pair = shorts; *pair; pair += 2)
        if ((unsigned char)pair[0] == c) {
            out_putc(out, '\\');
            out_putc(out, pair[1]);
            return;
        }
    out_printf(out, "\\u%04x", c);
}

static void write_string(struct out *out, struct str value)
{
    size_t plain = 0;
    out_putc(out, '"');
    for (size_t i = 0; i < value.len;) {
        unsigned char c = (unsigned char)value.data[i];
        size_t len = c < 0x80 ? 1 : utf8_length(str_from(value, i));
        bool escape = c < 0x20 || c == '"' || c == '\\' || c == 0x7f || len == 0;
        if (escape) {
            out_add(out, str_make(value.data + plain, i - plain));
            if (len == 0)
                out_puts(out, "\xef\xbf\xbd");
            else
                write_escape(out, c);
            len = 1;
            plain = i + 1;
        }
        i += len;
    }
    out_add(out, str_make(value.data + plain, value.len - plain));
    out_putc(out, '"');
}

void json_key(struct json_writer *json, const char *key)
{
    if (json->tree) {
        json->tree->key = str_of(key);
        return;
    }
    before_value(json);
    write_string(json->out, str_of(key));
    out_puts(json->out, ": ");
    json->after_key = true;
}

void json_str(struct json_writer *json, struct str value)
{
    if (json->tree) {
        json_tree_add(json->tree, JSON_NODE_TEXT, value);
        return;
    }
    before_value(json);
    if (!value.data)
        value = STR("");
    write_string(json->out, value);
}

void json_str_or_null(struct json_writer *json, struct str value)
{
    if (value.len)
        json_str(json, value);
    else
        json_none(json);
}

void json_u64(struct json_writer *json, uint64_t value)
{
    if (json->tree) {
        json_tree_add(json->tree, JSON_NODE_NUMBER,
                      arena_printf(json->tree->arena, "%llu", (unsigned long long)value));
        return;
    }
    before_value(json);
    out_printf(json->out, "%llu", (unsigned long long)value);
}

void json_double(struct json_writer *json, double value, int decimals)
{
    if (json->tree) {
        json_tree_add(json->tree, JSON_NODE_NUMBER,
                      arena_printf(json->tree->arena, "%.*f", decimals, value));
        return;
    }
    before_value(json);
    out_printf(json->out, "%.*f", decimals, value);
}

void json_bool(struct json_writer *json, bool value)
{
    if (json->tree) {
        json_tree_add(json->tree, JSON_NODE_BOOL, value ? STR("true") : STR("false"));
        return;
    }
    before_value(json);
    out_puts(json->out, value ? "true" : "false");
}

void json_none(struct json_writer *json)
{
    if (json->tree) {
        json_tree_add(json->tree, JSON_NODE_NULL, STR_NONE);
        return;
    }
    before_value(json);
    out_puts(json->out, "null");
}

void json_put_str(struct json_writer *json, const char *key, struct str value)
{
    json_key(json, key);
    json_str(json, value);
}

void json_put_text(struct json_writer *json, const char *key, const char *value)
{
    json_put_str(json, key, str_of(value));
}

void json_put_str_or_null(struct json_writer *json, const char *key, struct str value)
{
    json_key(json, key);
    json_str_or_null(json, value);
}

void json_put_u64(struct json_writer *json, const char *key, uint64_t value)
{
    json_key(json, key);
    json_u64(json, value);
}

void json_put_bool(struct json_writer *json, const char *key, bool value)
{
    json_key(json, key);
    json_bool(json, value);
}

void json_put_null(struct json_writer *json, const char *key)
{
    json_key(json, key);
    json_none(json);
}

void json_open(struct json_writer *json, const char *key, char bracket)
{
    json_key(json, key);
    json_begin(json, bracket);
}
