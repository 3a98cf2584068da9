/* Reads dpkg's status database: Debian Policy 5.1 (control files) and 5.6, deb-control(5), and the
 * "Status" field of dpkg(1), "PACKAGE STATES".
 *
 * Decisions where these leave room:
 * - A stanza without Status counts as installed, in status.d (distroless images write none) and in
 *   `status` alike: tools that assemble images without dpkg leave it out, and a package that is
 * left out would look clean.
 * - A line of white space alone does not end a stanza: inside a description it is a slip of the
 *   package's author, and dpkg itself writes separators that are empty. */
#include <strings.h>

#include "base/i18n.h"
#include "catalog/fields.h"
#include "catalog/relations.h"

enum field {
    FIELD_PACKAGE,
    FIELD_STATUS,
    FIELD_VERSION,
    FIELD_ARCH,
    FIELD_SOURCE,
    FIELD_DEPENDS, /* this one and those below: details */
    FIELD_PRE_DEPENDS,
    FIELD_PROVIDES,
    FIELD_COUNT
};

struct reader {
    struct catalog_sink *sink;
    struct line_reader lines;
    struct fields stanza;
    struct relations needs, provides;
};

/* Field names are the same in any case, Policy 5.1. */
static enum field field_of(struct str name)
{
    static const struct {
        struct str name;
        enum field field;
    } wanted[] = {
        {{"Package", 7}, FIELD_PACKAGE},
        {{"Version", 7}, FIELD_VERSION},
        {{"Status", 6}, FIELD_STATUS},
        {{"Source", 6}, FIELD_SOURCE},
        {{"Architecture", 12}, FIELD_ARCH},
        {{"Depends", 7}, FIELD_DEPENDS},
        {{"Pre-Depends", 11}, FIELD_PRE_DEPENDS},
        {{"Provides", 8}, FIELD_PROVIDES},
    };
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        if (wanted[i].name.len == name.len &&
            strncasecmp(wanted[i].name.data, name.data, name.len) == 0)
            return wanted[i].field;
    return FIELD_COUNT;
}

/* The third word: want, flag, state. False and a problem when there is no state that dpkg knows. */
static bool is_installed(struct reader *reader, struct str status)
{
    static const char *const in[] = {"installed",      "unpacked",         "half-configured",
                                     "half-installed", "triggers-awaited", "triggers-pending"};
    static const char *const out[] = {"not-installed", "config-files"};
    struct str rest = str_trim(status), word = STR_NONE;
    for (int i = 0; i < 3; i++) {
        rest = str_trim(rest);
        if (!str_cut(&rest, ' ', &word))
            word = STR_NONE;
    }
    for (size_t i = 0; i < ARRAY_LEN(in); i++)
        if (str_is(word, in[i]))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(out); i++)
        if (str_is(word, out[i]))
            return false;
    struct pl_err problem;
    if (catalog_wants_problem(reader->sink)) {
        err_set(&problem, PL_E_FORMAT,
                "the stanza at line %llu: \"%.*s\" is not a status that dpkg knows; the package is "
                "left out",
                (unsigned long long)reader->stanza.first_line, STR_ARG(str_first(status, 100)));
        catalog_add_problem(reader->sink, &problem);
    }
    return false;
}

/* "name (version)", or the name alone: Policy 5.6.1. */
static void split_source(struct str source, struct package *package)
{
    struct str name = source, version = STR_NONE;
    size_t open = str_index(source, '(');
    if (open != SIZE_MAX) {
        name = str_trim(str_first(source, open));
        version = str_from(source, open + 1);
        size_t close = str_index(version, ')');
        version = str_trim(str_first(version, close == SIZE_MAX ? version.len : close));
    }
    package->source_name = name.len ? name : package->name;
    package->source_version = version.len ? version : package->version;
}

static void problem_missing(struct reader *reader, const char *field, struct str name)
{
    struct pl_err problem;
    if (!catalog_wants_problem(reader->sink))
        return;
    err_set(&problem, PL_E_FORMAT, "the stanza at line %llu (package \"%.*s\") has no %s field",
            (unsigned long long)reader->stanza.first_line, STR_ARG(str_first(name, 100)), field);
    catalog_add_problem(reader->sink, &problem);
}

static void take_relations(struct reader *reader, struct package *package)
{
    const struct fields *stanza = &reader->stanza;
    relations_clear(&reader->needs);
    relations_clear(&reader->provides);
    relations_debian(&reader->needs, fields_get(stanza, FIELD_PRE_DEPENDS));
    relations_debian(&reader->needs, fields_get(stanza, FIELD_DEPENDS));
    relations_debian(&reader->provides, fields_get(stanza, FIELD_PROVIDES));
    package->needs = reader->needs.items.items;
    package->need_count = reader->needs.items.count;
    package->provides = reader->provides.items.items;
    package->provide_count = reader->provides.items.count;
}

static void stanza_end(struct reader *reader)
{
    struct fields *stanza = &reader->stanza;
    if (stanza->first_line == 0)
        return;
    struct package package = {
        .type = PACKAGE_DEB,
        .name = fields_get(stanza, FIELD_PACKAGE),
        .version = fields_get(stanza, FIELD_VERSION),
        .arch = fields_get(stanza, FIELD_ARCH),
    };
    if (package.name.len == 0) {
        problem_missing(reader, "Package", package.name);
    } else if (!stanza->values[FIELD_STATUS].set ||
               is_installed(reader, fields_get(stanza, FIELD_STATUS))) {
        split_source(fields_get(stanza, FIELD_SOURCE), &package);
        take_relations(reader, &package);
        if (package.version.len == 0)
            problem_missing(reader, "Version", package.name);
        else
            catalog_add_package(reader->sink, &package);
    }
    fields_clear(stanza);
}

static void problem_garbage(struct reader *reader)
{
    struct pl_err problem;
    if (reader->stanza.garbage_told || !catalog_wants_problem(reader->sink))
        return;
    err_set(&problem, PL_E_FORMAT, "line %llu is neither a field nor the continuation of one",
            (unsigned long long)reader->lines.line);
    catalog_add_problem(reader->sink, &problem);
    reader->stanza.garbage_told = true;
}

static void take_line(struct reader *reader, struct str line)
{
    struct fields *stanza = &reader->stanza;
    if (reader->lines.cut)
        fields_tell_cut(reader->sink, reader->lines.line);
    if (line.len == 0 || (line.len == 1 && line.data[0] == '\r')) {
        stanza_end(reader);
        return;
    }
    if (stanza->first_line == 0)
        stanza->first_line = reader->lines.line;
    if (line.data[0] == ' ' || line.data[0] == '\t')
        return;
    size_t colon = str_index(line, ':');
    if (colon == SIZE_MAX || colon == 0) {
        problem_garbage(reader);
        return;
    }
    enum field field = field_of(str_first(line, colon));
    if (field < FIELD_DEPENDS || (field != FIELD_COUNT && catalog_wants_details(reader->sink)))
        fields_keep(stanza, reader->sink, reader->lines.line, field, str_from(line, colon + 1));
}

static int dpkg_read(struct catalog_sink *sink, struct input *input, struct str companion,
                     struct pl_err *err)
{
    struct reader reader = {.sink = sink};
    struct str line;
    int r;
    (void)companion;
    /* status.d holds the packages' lists of checksums beside their stanzas. */
    if (str_ends(input->path, STR(".md5sums")))
        return 0;
    lines_init(&reader.lines, input);
    while ((r = lines_next(&reader.lines, &line, err)) > 0)
        take_line(&reader, line);
    stanza_end(&reader);
    lines_free(&reader.lines);
    fields_free(&reader.stanza);
    relations_free(&reader.needs);
    relations_free(&reader.provides);
    return r;
}

const struct cataloger cataloger_dpkg = {
    .name = "dpkg",
    .help = N_("installed Debian packages"),
    .group = "os",
    .version = 2,
    .wants = (const char *const[]){"var/lib/dpkg/status", "var/lib/dpkg/status.d/*", NULL},
    .mode = CATALOG_STREAM,
    .read = dpkg_read,
};
