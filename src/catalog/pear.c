/* Reads PEAR's registry, .registry/NAME.reg and .registry/.channel.NAME/NAME.reg (PECL's, too): PHP
 * values as serialize() writes them (PHP's documentation, serialize()), an array with the members
 * of package.xml: version 2 has "name" and "version" => ["release"], version 1 "package" and
 * "version".
 *
 * Decisions: the purl specification has no rules for PEAR; the channel is a qualifier. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/locked.h"

struct reader {
    struct str text;
    size_t at;
};

static bool accept(struct reader *reader, const char *text)
{
    struct str rest = str_from(reader->text, reader->at);
    if (!str_starts(rest, str_of(text)))
        return false;
    reader->at += strlen(text);
    return true;
}

/* Digits and the byte behind them. */
static bool read_number(struct reader *reader, char end, uint64_t *ret)
{
    struct str rest = str_from(reader->text, reader->at);
    size_t len = str_index(rest, end);
    if (len > 20 || !str_to_u64(str_first(rest, len), ret))
        return false;
    reader->at += len + 1;
    return true;
}

/* s:5:"abcde"; */
static bool read_string(struct reader *reader, struct str *ret)
{
    uint64_t len;
    if (!accept(reader, "s:") || !read_number(reader, ':', &len) || !accept(reader, "\"") ||
        len > reader->text.len - reader->at)
        return false;
    *ret = str_first(str_from(reader->text, reader->at), (size_t)len);
    reader->at += (size_t)len;
    return accept(reader, "\";");
}

/* a:2:{ */
static bool open_array(struct reader *reader)
{
    uint64_t count;
    return accept(reader, "a:") && read_number(reader, ':', &count) && accept(reader, "{");
}

/* Any value but an object. */
static bool skip_value(struct reader *reader)
{
    size_t depth = 0;
    do {
        struct str ignored;
        char c = reader->at < reader->text.len ? reader->text.data[reader->at] : '\0';
        if (c == 's') {
            if (!read_string(reader, &ignored))
                return false;
        } else if (c == 'a') {
            if (!open_array(reader))
                return false;
            depth++;
        } else if (c == '}' && depth) {
            reader->at++;
            depth--;
        } else if (c && strchr("ibdNrR", c)) {
            size_t end = str_index(str_from(reader->text, reader->at), ';');
            if (end == SIZE_MAX)
                return false;
            reader->at += end + 1;
        } else {
            return false;
        }
    } while (depth);
    return true;
}

/* A string, or the string that an array has as `member`; empty: neither. */
static bool read_text(struct reader *reader, const char *member, struct str *ret)
{
    if (reader->at < reader->text.len && reader->text.data[reader->at] == 's')
        return read_string(reader, ret);
    if (!str_starts(str_from(reader->text, reader->at), STR("a:")))
        return skip_value(reader);
    if (!open_array(reader))
        return false;
    while (!accept(reader, "}")) {
        struct reader key = *reader;
        struct str name = STR_NONE;
        bool is_name = read_string(&key, &name);
        if (!skip_value(reader))
            return false;
        bool is_text = str_starts(str_from(reader->text, reader->at), STR("s:"));
        bool is_it = is_name && is_text && str_is(name, member);
        if (!(is_it ? read_string(reader, ret) : skip_value(reader)))
            return false;
    }
    return true;
}

static bool read_package(struct reader *reader, struct package *package, struct str *license,
                         struct str *channel)
{
    struct str old_name = STR_NONE;
    if (!open_array(reader))
        return false;
    while (!accept(reader, "}")) {
        struct str name = STR_NONE;
        bool is_name = str_starts(str_from(reader->text, reader->at), STR("s:"));
        bool is_good = is_name ? read_string(reader, &name) : skip_value(reader);
        if (!is_good)
            return false;
        if (str_is(name, "name"))
            is_good = read_text(reader, "", &package->name);
        else if (str_is(name, "package"))
            is_good = read_text(reader, "", &old_name);
        else if (str_is(name, "version"))
            is_good = read_text(reader, "release", &package->version);
        else if (str_is(name, "license"))
            is_good = read_text(reader, "_content", license);
        else if (str_is(name, "channel"))
            is_good = read_text(reader, "", channel);
        else
            is_good = skip_value(reader);
        if (!is_good)
            return false;
    }
    if (!package->name.len)
        package->name = old_name;
    return true;
}

static int pear_read(struct catalog_sink *sink, struct input *input, struct str companion,
                     struct pl_err *err)
{
    struct reader reader = {.text = input->whole};
    struct package package = {.type = PACKAGE_PEAR};
    struct str license = STR_NONE, channel = STR_NONE;
    struct arena arena = {0};
    (void)companion;
    if (!read_package(&reader, &package, &license, &channel))
        return err_set(err, PL_E_FORMAT, "byte %zu: this is no value that PHP serialized",
                       reader.at);
    package.licenses = &license;
    package.license_count = license.len != 0;
    if (channel.len && locked_is_version(channel))
        package.qualifiers = arena_printf(&arena, "channel=%.*s", STR_ARG(channel));
    catalog_add_package(sink, &package);
    arena_free(&arena);
    return 0;
}

const struct cataloger cataloger_pear = {
    .name = "pear",
    .help = N_("installed PEAR and PECL packages (.registry)"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/.registry/*.reg", "**/.registry/*/*.reg", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 16 * MIB,
    .read = pear_read,
};
