/* Reads the specifications of installed Ruby gems: RubyGems' documentation, "Specification
 * Reference". They are Ruby programs; those that RubyGems writes when it installs a gem
 * (Gem::Specification#to_ruby) and that distributions install assign strings to members of a
 * block's parameter. Nothing is run: only such assignments are read.
 *
 * Decisions: a name or version that is not a plain string is taken from the file's own name,
 * "name-version.gemspec" or "name-version-platform.gemspec". The platform, other than "ruby",
 * becomes the purl's qualifier. */
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "catalog/details.h"
#include "catalog/text.h"

enum { LICENSES_MAX = 16 };

struct gem {
    struct str name, version, platform;
    struct str licenses[LICENSES_MAX];
    size_t license_count;
    struct details details;
    bool wants_details;
};

/* The string at the beginning of `text`: "a", 'a', "a".freeze, %q<a>, %q{a}. Empty: it is none, or
 * one that is put together. *ret_rest: what stands behind it. */
static struct str ruby_string(struct str text, struct str *ret_rest)
{
    static const char open[] = "\"'<{([", close[] = "\"'>})]";
    text = str_trim(text);
    if (str_starts(text, STR("%q")) || str_starts(text, STR("%Q")))
        text = str_from(text, 2);
    const char *quote = text.len && text.data[0] ? strchr(open, text.data[0]) : NULL;
    *ret_rest = STR_NONE;
    if (!quote)
        return STR_NONE;
    size_t end = str_index(str_from(text, 1), close[quote - open]);
    if (end == SIZE_MAX)
        return STR_NONE;
    *ret_rest = str_from(text, end + 2);
    struct str value = str_first(str_from(text, 1), end);
    return str_find(value, STR("#{")) == SIZE_MAX ? value : STR_NONE;
}

/* Gem::Version.new("1.0") or a string. */
static struct str version_string(struct str value)
{
    struct str rest;
    if (str_starts(value, STR("Gem::Version.new")))
        value = str_trim(str_from(value, 16));
    if (str_starts(value, STR("(")))
        value = str_from(value, 1);
    return ruby_string(value, &rest);
}

static void add_licenses(struct gem *gem, struct str list)
{
    list = str_trim(list);
    if (str_starts(list, STR("[")))
        list = str_first(str_from(list, 1), str_index(list, ']') - 1);
    while (gem->license_count < LICENSES_MAX) {
        struct str rest, license = ruby_string(list, &rest);
        if (!license.len)
            break;
        gem->licenses[gem->license_count++] = license;
        size_t comma = str_index(rest, ',');
        list = comma == SIZE_MAX ? STR_NONE : str_from(rest, comma + 1);
    }
}

/* "s.add_runtime_dependency(%q<rake>.freeze, [">= 0"])", "s.add_dependency "rake"". */
static void take_need(struct gem *gem, struct str statement)
{
    static const char *const methods[] = {".add_runtime_dependency", ".add_dependency"};
    struct str rest;
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        size_t at = str_find(statement, str_of(methods[i]));
        if (at == SIZE_MAX)
            continue;
        struct str value = str_trim(str_from(statement, at + strlen(methods[i])));
        value = str_starts(value, STR("(")) ? str_from(value, 1) : value;
        relations_add(&gem->details.needs, ruby_string(value, &rest));
    }
}

/* "s.version = …": the member of what one word stands for. */
static void take_statement(struct gem *gem, struct str statement)
{
    struct str rest;
    statement = str_trim(statement);
    if (gem->wants_details)
        take_need(gem, statement);
    size_t dot = str_index(statement, '.'), equals = str_index(statement, '=');
    if (dot == SIZE_MAX || equals == SIZE_MAX || dot > equals ||
        str_index(str_first(statement, dot), ' ') != SIZE_MAX)
        return;
    struct str member = str_trim(str_first(str_from(statement, dot + 1), equals - dot - 1));
    struct str value = str_trim(str_from(statement, equals + 1));
    if (str_is(member, "name") && !gem->name.len)
        gem->name = ruby_string(value, &rest);
    else if (str_is(member, "version") && !gem->version.len)
        gem->version = version_string(value);
    else if (str_is(member, "platform"))
        gem->platform = ruby_string(value, &rest);
    else if ((str_is(member, "licenses") || str_is(member, "license")) && !gem->license_count)
        add_licenses(gem, value);
}

/* "nokogiri-1.15.0-x86_64-linux.gemspec": the version begins behind the first '-' before a digit.
 */
static void take_file_name(struct gem *gem, struct str path)
{
    struct str base = path_base(path);
    base = str_first(base, base.len - strlen(".gemspec"));
    for (size_t i = 1; i + 1 < base.len; i++) {
        if (base.data[i] != '-' || base.data[i + 1] < '0' || base.data[i + 1] > '9')
            continue;
        struct str version = str_from(base, i + 1);
        if (!gem->name.len)
            gem->name = str_first(base, i);
        if (!gem->version.len)
            gem->version = str_first(version, str_index(version, '-'));
        return;
    }
}

static int gem_read(struct catalog_sink *sink, struct input *input, struct str companion,
                    struct pl_err *err)
{
    struct str text = input->whole, line, statement;
    struct gem gem = {0};
    struct arena arena = {0};
    (void)companion;
    gem.wants_details = details_start(&gem.details, sink);
    while (str_cut(&text, '\n', &line)) {
        line = str_trim(line);
        if (str_starts(line, STR("if s.respond_to?")) || str_starts(line, STR("#")))
            continue;
        while (str_cut(&line, ';', &statement))
            take_statement(&gem, statement);
    }
    if (!gem.name.len || !gem.version.len)
        take_file_name(&gem, input->path);
    if (!gem.name.len || !gem.version.len) {
        details_free(&gem.details);
        return err_set(err, PL_E_FORMAT, "the gem's name and version are not plain strings");
    }
    struct package package = {.type = PACKAGE_GEM,
                              .name = gem.name,
                              .version = gem.version,
                              .licenses = gem.licenses,
                              .license_count = gem.license_count};
    if (gem.platform.len && !str_is(gem.platform, "ruby"))
        package.qualifiers = arena_printf(&arena, "platform=%.*s", STR_ARG(gem.platform));
    details_put(&gem.details, &package);
    catalog_add_package(sink, &package);
    details_free(&gem.details);
    arena_free(&arena);
    return 0;
}

const struct cataloger cataloger_gem_installed = {
    .name = "gem-installed",
    .help = N_("installed Ruby gems (specifications)"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/specifications/*.gemspec",
                                   "**/specifications/default/*.gemspec", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 4 * MIB,
    .read = gem_read,
};
