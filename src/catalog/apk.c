/* Reads apk's database of installed packages: apk-tools, "APKINDEX format" of the Alpine wiki and
 * doc/apk-v2.5.scd. A line is a letter, ':' and a value; the case of the letter counts; an empty
 * line ends a package. F is a folder and R a file in it, both of the package whose name stands
 * before them, Z the file's checksum; other fields of files (a, M) and all others are passed over.
 */
#include "base/base64.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/fields.h"
#include "catalog/relations.h"

enum field {
    FIELD_NAME,
    FIELD_VERSION,
    FIELD_ARCH,
    FIELD_ORIGIN,
    FIELD_LICENSE,
    FIELD_NEEDS,
    FIELD_PROVIDES,
    FIELD_COUNT
};

struct reader {
    struct catalog_sink *sink;
    struct line_reader lines;
    struct fields record;
    struct buf path; /* of the files that are told */
    size_t dir_len;  /* of its folder, with the slash */
    struct relations needs, provides;
    bool has_file; /* the last one that was told has been added */
};

static enum field field_of(char letter)
{
    switch (letter) {
    case 'P':
        return FIELD_NAME;
    case 'V':
        return FIELD_VERSION;
    case 'A':
        return FIELD_ARCH;
    case 'o':
        return FIELD_ORIGIN;
    case 'L':
        return FIELD_LICENSE;
    case 'D':
        return FIELD_NEEDS;
    case 'p':
        return FIELD_PROVIDES;
    default:
        return FIELD_COUNT;
    }
}

static void record_end(struct reader *reader)
{
    struct fields *record = &reader->record;
    struct pl_err problem;
    if (record->first_line == 0)
        return;
    struct str license = fields_get(record, FIELD_LICENSE),
               origin = fields_get(record, FIELD_ORIGIN);
    struct package package = {
        .type = PACKAGE_APK,
        .name = fields_get(record, FIELD_NAME),
        .version = fields_get(record, FIELD_VERSION),
        .arch = fields_get(record, FIELD_ARCH),
        .licenses = &license,
        .license_count = license.len ? 1 : 0,
    };
    /* A package without an origin is built from a recipe of its own name. */
    package.source_name = origin.len ? origin : package.name;
    package.source_version = package.version;
    relations_clear(&reader->needs);
    relations_clear(&reader->provides);
    relations_words(&reader->needs, fields_get(record, FIELD_NEEDS));
    relations_words(&reader->provides, fields_get(record, FIELD_PROVIDES));
    package.needs = reader->needs.items.items;
    package.need_count = reader->needs.items.count;
    package.provides = reader->provides.items.items;
    package.provide_count = reader->provides.items.count;
    if (package.name.len && package.version.len) {
        catalog_add_package(reader->sink, &package);
    } else if (catalog_wants_problem(reader->sink)) {
        err_set(&problem, PL_E_FORMAT, "the package at line %llu (\"%.*s\") has no %s field",
                (unsigned long long)record->first_line, STR_ARG(str_first(package.name, 100)),
                package.name.len ? "V" : "P");
        catalog_add_problem(reader->sink, &problem);
    }
    fields_clear(record);
}

static void take_file(struct reader *reader, char letter, struct str value)
{
    reader->has_file = false;
    if (letter == 'F') {
        reader->path.len = 0;
        buf_add(&reader->path, value);
        if (value.len)
            buf_putc(&reader->path, '/');
        reader->dir_len = reader->path.len;
        return;
    }
    reader->path.len = reader->dir_len;
    buf_add(&reader->path, value);
    struct str name = fields_get(&reader->record, FIELD_NAME);
    reader->has_file = name.len && reader->path.len <= LIMIT_PATH;
    if (reader->has_file)
        catalog_add_owned(reader->sink, PACKAGE_APK, name, buf_str(&reader->path),
                          CHECKSUM_UNKNOWN);
}

/* "Q1" and the SHA-1 in base64; apk-tools 3 has "Q2" and SHA-256. */
static void take_checksum(struct reader *reader, struct str value)
{
    AUTO_BUF digest = {0};
    if (reader->has_file && str_starts(value, STR("Q")) &&
        base64_decode(str_from(value, 2), &digest))
        catalog_set_owned_checksum(reader->sink, checksum_of_digest(buf_str(&digest)));
}

static void take_line(struct reader *reader, struct str line)
{
    struct fields *record = &reader->record;
    struct pl_err problem;
    if (reader->lines.cut)
        fields_tell_cut(reader->sink, reader->lines.line);
    if (line.len == 0) {
        record_end(reader);
        return;
    }
    if (record->first_line == 0)
        record->first_line = reader->lines.line;
    if (line.len < 2 || line.data[1] != ':') {
        /* Once a package: damaged files have thousands of such lines. */
        if (!record->garbage_told && catalog_wants_problem(reader->sink)) {
            err_set(&problem, PL_E_FORMAT, "line %llu is not a letter, a colon and a value",
                    (unsigned long long)reader->lines.line);
            catalog_add_problem(reader->sink, &problem);
            record->garbage_told = true;
        }
        return;
    }
    enum field field = field_of(line.data[0]);
    if (field < FIELD_NEEDS || (field != FIELD_COUNT && catalog_wants_details(reader->sink)))
        fields_keep(record, reader->sink, reader->lines.line, field, str_from(line, 2));
    else if (line.data[0] == 'F' || line.data[0] == 'R')
        take_file(reader, line.data[0], str_from(line, 2));
    else if (line.data[0] == 'Z')
        take_checksum(reader, str_from(line, 2));
}

static int apk_read(struct catalog_sink *sink, struct input *input, struct str companion,
                    struct pl_err *err)
{
    struct reader reader = {.sink = sink};
    struct str line;
    int r;
    (void)companion;
    lines_init(&reader.lines, input);
    while ((r = lines_next(&reader.lines, &line, err)) > 0)
        take_line(&reader, line);
    record_end(&reader);
    lines_free(&reader.lines);
    fields_free(&reader.record);
    buf_free(&reader.path);
    relations_free(&reader.needs);
    relations_free(&reader.provides);
    return r;
}

const struct cataloger cataloger_apk = {
    .name = "apk",
    .help = N_("installed Alpine packages"),
    .group = "os",
    .version = 2,
    .wants = (const char *const[]){"lib/apk/db/installed", "usr/lib/apk/db/installed", NULL},
    .mode = CATALOG_STREAM,
    .read = apk_read,
};
