/* Settings of JSON and XML: they have no lines that are told. */
#include "base/buf.h"
#include "base/limits.h"
#include "io/json_doc.h"
#include "io/xml.h"
#include "password/settings.h"

/* ---- JSON: keys of objects joined by dots; values of lists belong to their key ---- */

static struct str value_text(const json_t *value, char number[32])
{
    if (json_is_string(value))
        return json_value_text(value);
    if (json_is_boolean(value))
        return json_is_true(value) ? STR("true") : STR("false");
    if (json_is_integer(value))
        return str_make(number,
                        (size_t)snprintf(number, 32, "%lld", (long long)json_integer_value(value)));
    return STR_NONE;
}

static void walk(struct settings *settings, const json_t *value, struct buf *key)
{
    enum { LONGEST = 200 };
    size_t len = key->len, index;
    const char *name;
    json_t *inner;
    char number[32];
    if (json_is_array(value)) {
        json_array_foreach((json_t *)value, index, inner) walk(settings, inner, key);
    } else if (json_is_object(value)) {
        json_object_foreach((json_t *)value, name, inner)
        {
            if (len)
                buf_putc(key, '.');
            settings_add_lower(key, str_first(str_of(name), LONGEST));
            walk(settings, inner, key);
            key->len = len;
        }
    } else {
        settings_add(settings, buf_str(key), arena_str(&settings->arena, value_text(value, number)),
                     0);
    }
}

void settings_read_json(struct str text, struct settings *settings)
{
    AUTO_JSON *root = NULL;
    AUTO_BUF key = {0};
    if (json_document(text, &root, &settings->problem) == 0)
        walk(settings, root, &key);
}

/* ---- XML: an element's name, or its name, a dot and that of an attribute ---- */

static bool start_element(void *context, struct str name, const char **attributes)
{
    struct settings *settings = context;
    AUTO_BUF key = {0};
    for (; *attributes; attributes += 2) {
        key.len = 0;
        settings_add_lower(&key, name);
        buf_putc(&key, '.');
        settings_add_lower(&key, str_of(attributes[0]));
        settings_add(settings, buf_str(&key), arena_str(&settings->arena, str_of(attributes[1])),
                     0);
    }
    return true;
}

static void end_element(void *context, struct str name, struct str text)
{
    struct settings *settings = context;
    AUTO_BUF key = {0};
    settings_add_lower(&key, name);
    settings_add(settings, buf_str(&key), arena_str(&settings->arena, text), 0);
}

void settings_read_xml(struct str text, struct settings *settings)
{
    struct xml_reader reader = {
        .start = start_element, .end = end_element, .context = settings, .text = text};
    xml_read(&reader, &settings->problem);
}
