#include "password/settings.h"

#include <strings.h>

#include "base/buf.h"
#include "base/limits.h"

void settings_free(struct settings *settings)
{
    VEC_FREE(&settings->items);
    arena_free(&settings->arena);
}

/* ---- reading ---- */

struct reading {
    struct settings *settings;
    uint32_t line;
    struct buf key;
    struct str section;
    /* Of YAML: the blocks that a line stands in. */
    struct {
        size_t indent, key_len;
    } blocks[16];
    size_t depth;
};

static struct str unquoted(struct str value)
{
    if (value.len >= 2 && (value.data[0] == '"' || value.data[0] == '\'') &&
        value.data[value.len - 1] == value.data[0])
        return str_make(value.data + 1, value.len - 2);
    return value;
}

/* Without a comment behind it: " #..." or " ;...". */
static struct str without_comment(struct str value)
{
    if (value.len && (value.data[0] == '"' || value.data[0] == '\'')) {
        size_t end = str_index(str_from(value, 1), value.data[0]);
        return end == SIZE_MAX ? value : str_first(value, end + 2);
    }
    for (size_t i = 1; i < value.len; i++)
        if ((value.data[i] == '#' || value.data[i] == ';') &&
            (value.data[i - 1] == ' ' || value.data[i - 1] == '\t'))
            return str_trim(str_first(value, i));
    return value;
}

void settings_add_lower(struct buf *buf, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        buf_putc(buf, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
    }
}

void settings_add(struct settings *settings, struct str key, struct str value, uint32_t line)
{
    enum { LONGEST = 512 };
    if (settings->items.count >= LIMIT_PASSWORD_SETTINGS) {
        settings->cut = true;
        return;
    }
    *VEC_ADD(&settings->items) =
        (struct setting){arena_str(&settings->arena, str_first(key, LONGEST)), value, line};
}

static void add(struct reading *reading, struct str key, struct str value)
{
    settings_add(reading->settings, key, unquoted(without_comment(value)), reading->line);
}

static void add_of_section(struct reading *reading, struct str key, struct str value)
{
    reading->key.len = 0;
    settings_add_lower(&reading->key, str_first(reading->section, 200));
    if (reading->section.len)
        buf_putc(&reading->key, '.');
    settings_add_lower(&reading->key, str_first(key, 200));
    add(reading, buf_str(&reading->key), value);
}

static bool is_comment(struct str line)
{
    return line.len == 0 || line.data[0] == '#' || line.data[0] == ';' ||
           (line.len > 1 && line.data[0] == '/' && line.data[1] == '/');
}

static void read_ini(struct reading *reading, struct str line)
{
    line = str_trim(line);
    if (is_comment(line))
        return;
    if (line.data[0] == '[') {
        reading->section =
            str_trim(str_first(str_from(line, 1), str_index(str_from(line, 1), ']')));
        return;
    }
    size_t at = str_index(line, '='), colon = str_index(line, ':');
    at = at != SIZE_MAX ? at : colon;
    add_of_section(reading, str_trim(str_first(line, at)),
                   at == SIZE_MAX ? STR_NONE : str_trim(str_from(line, at + 1)));
}

/* "Match" of sshd_config and "<...>" of Apache's kind hold for some only: a section. */
static void read_words(struct reading *reading, struct str line)
{
    line = str_trim(line);
    if (is_comment(line))
        return;
    if (line.data[0] == '<') {
        reading->section = line.len > 1 && line.data[1] == '/'
                               ? STR_NONE
                               : str_first(str_from(line, 1), str_index(str_from(line, 1), '>'));
        return;
    }
    size_t at = 0;
    while (at < line.len && line.data[at] != ' ' && line.data[at] != '\t' && line.data[at] != '=')
        at++;
    struct str key = str_first(line, at), value = str_trim(str_from(line, at));
    if (str_starts(value, STR("=")))
        value = str_trim(str_from(value, 1)); /* sshd takes either */
    bool match = key.len == 5 && strncasecmp(key.data, "match", 5) == 0;
    if (match)
        reading->section =
            value.len == 3 && strncasecmp(value.data, "all", 3) == 0 ? STR_NONE : STR("match");
    else
        add_of_section(reading, key, value);
}

static void read_env(struct reading *reading, struct str line)
{
    line = str_trim(line);
    if (str_starts(line, STR("export ")))
        line = str_trim(str_from(line, 7));
    size_t at = str_index(line, '=');
    if (!is_comment(line) && at != SIZE_MAX)
        add_of_section(reading, str_trim(str_first(line, at)), str_trim(str_from(line, at + 1)));
}

static void read_php(struct reading *reading, struct str line)
{
    line = str_trim(line);
    size_t at = str_index(line, '=');
    if (line.len == 0 || line.data[0] != '$' || at == SIZE_MAX)
        return;
    struct str key = str_trim(str_first(line, at)), value = str_trim(str_from(line, at + 1));
    size_t open = str_last_index(key, '[');
    if (open != SIZE_MAX)
        key = unquoted(str_first(str_from(key, open + 1), str_index(str_from(key, open + 1), ']')));
    size_t end = 0;
    for (char quote = 0; end < value.len && (quote || value.data[end] != ';'); end++) {
        char c = value.data[end];
        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? 0 : c;
    }
    add_of_section(reading, key, str_trim(str_first(value, end)));
}

/* Leaves the blocks that the line does not stand in. */
static void leave(struct reading *reading, size_t indent)
{
    while (reading->depth && reading->blocks[reading->depth - 1].indent >= indent)
        reading->depth--;
    reading->key.len = reading->depth ? reading->blocks[reading->depth - 1].key_len : 0;
}

static void read_yaml(struct reading *reading, struct str line)
{
    size_t indent = 0;
    while (indent < line.len && line.data[indent] == ' ')
        indent++;
    line = str_trim(line);
    if (is_comment(line) || str_starts(line, STR("---")))
        return;
    if (line.data[0] == '-') {
        leave(reading, indent + 1);
        add(reading, buf_str(&reading->key), str_trim(str_from(line, 1)));
        return;
    }
    size_t at = 0;
    while (at < line.len &&
           !(line.data[at] == ':' && (at + 1 == line.len || line.data[at + 1] == ' ')))
        at++;
    if (at == line.len)
        return;
    leave(reading, indent);
    if (reading->depth)
        buf_putc(&reading->key, '.');
    settings_add_lower(&reading->key, str_first(unquoted(str_trim(str_first(line, at))), 200));
    add(reading, buf_str(&reading->key), str_trim(str_from(line, at + 1)));
    if (reading->depth < ARRAY_LEN(reading->blocks)) {
        reading->blocks[reading->depth].indent = indent;
        reading->blocks[reading->depth++].key_len = reading->key.len;
    }
}

void settings_read(enum settings_format format, struct str text, struct settings *ret_settings)
{
    static void (*const readers[])(struct reading * reading, struct str line) = {
        [SETTINGS_INI] = read_ini, [SETTINGS_WORDS] = read_words, [SETTINGS_YAML] = read_yaml,
        [SETTINGS_ENV] = read_env, [SETTINGS_PHP] = read_php,
    };
    struct reading reading = {.settings = ret_settings};
    struct str line;
    *ret_settings = (struct settings){.cut = false};
    if (format == SETTINGS_JSON)
        settings_read_json(text, ret_settings);
    else if (format == SETTINGS_XML)
        settings_read_xml(text, ret_settings);
    if (!readers[format])
        return;
    while (!ret_settings->cut && str_cut(&text, '\n', &line)) {
        reading.line++;
        readers[format](&reading, line);
    }
    buf_free(&reading.key);
}

/* ---- rules ---- */

const struct setting *settings_find(const struct settings *settings, const char *key)
{
    for (size_t i = settings->items.count; i > 0; i--)
        if (str_is(settings->items.items[i - 1].key, key))
            return &settings->items.items[i - 1];
    return NULL;
}

static bool is_any(const char *const *values, struct str value)
{
    for (; *values; values++)
        if (strlen(*values) == value.len &&
            strncasecmp(*values, value.data ? value.data : "", value.len) == 0)
            return true;
    return false;
}

static bool has_any(const char *const *words, struct str value)
{
    for (; *words; words++)
        if (str_find(value, str_of(*words)) != SIZE_MAX)
            return true;
    return false;
}

/* An address of this host alone, or the path of a socket. */
static bool is_inside(struct str address)
{
    while (address.len && (address.data[0] == '-' || address.data[0] == '['))
        address = str_from(address, 1); /* Redis: one that need not be there */
    return address.len == 0 || str_starts(address, STR("127.")) ||
           str_starts(address, STR("::1")) || str_starts(address, STR("localhost")) ||
           str_starts(address, STR("_local_")) || address.data[0] == '/' ||
           str_starts(address, STR("unix:"));
}

/* Some address of the list is one that others reach. */
static bool is_outside(struct str value)
{
    for (size_t i = 0, end; i < value.len; i = end + 1) {
        end = i;
        while (end < value.len && !strchr(" ,\t\"'", value.data[end]))
            end++;
        if (!is_inside(str_make(value.data + i, end - i)))
            return true;
    }
    return false;
}

static bool has_key(const struct setting_condition *condition, struct str key)
{
    struct str want = str_of(condition->key);
    size_t star = str_index(want, '*');
    if (star == SIZE_MAX)
        return str_equal(key, want);
    struct str behind = str_from(want, star + 1);
    return key.len > star + behind.len && str_starts(key, str_first(want, star)) &&
           str_ends(key, behind);
}

struct str setting_condition_star(const struct setting_condition *condition, struct str key)
{
    struct str want = str_of(condition->key);
    size_t star = str_index(want, '*');
    if (star == SIZE_MAX || !has_key(condition, key))
        return STR_NONE;
    return str_first(str_from(key, star), key.len - (want.len - 1));
}

static bool holds(const struct setting_condition *condition, struct str value)
{
    if (condition->absent || (condition->filled && value.len == 0))
        return false;
    if ((condition->outside || condition->outside_or_absent) && !is_outside(value))
        return false;
    return (!condition->is || is_any(condition->is, value)) &&
           (!condition->absent_or || is_any(condition->absent_or, value)) &&
           (!condition->has || has_any(condition->has, value)) &&
           (!condition->lacks || !has_any(condition->lacks, value));
}

bool setting_condition_holds(const struct setting_condition *condition,
                             const struct setting *setting)
{
    return has_key(condition, setting->key) && holds(condition, setting->value);
}

const struct setting *setting_condition_find(const struct settings *settings,
                                             const struct setting_condition *condition,
                                             bool *ret_holds)
{
    const struct setting *held = NULL;
    bool seen = false;
    for (size_t i = 0; i < settings->items.count; i++) {
        const struct setting *setting = &settings->items.items[i];
        if (!has_key(condition, setting->key) || (seen && condition->first))
            continue;
        seen = true;
        if (holds(condition, setting->value))
            held = held && !condition->last ? held : setting;
        else if (condition->last)
            held = NULL;
    }
    *ret_holds = seen ? held != NULL
                      : condition->absent || condition->absent_or || condition->outside_or_absent;
    return held;
}
