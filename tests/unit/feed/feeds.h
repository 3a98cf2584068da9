/* Imports small documents into a database of the test's own and asks it. */
#pragma once

#include "../vulndb/scratch.h"
#include "feed/feed.h"

static char feeds_problems[8192];

static inline void feeds_keep_problem(void *context, struct str where, const struct pl_err *problem)
{
    (void)context;
    size_t len = strlen(feeds_problems);
    snprintf(feeds_problems + len, sizeof(feeds_problems) - len, "%.*s: %s\n", STR_ARG(where),
             problem->message);
}

static inline void feeds_write(const char *name, const char *text, size_t len)
{
    FILE *out = fopen(scratch_file(name), "we");
    if (!out || fwrite(text, 1, len, out) != len || fclose(out))
        FAIL("%s can't be written", name);
}

/* Imports the files of the list, ended by NULL, into the scratch database, over what is there. */
static inline struct vulndb *feeds_import(const char *const *names)
{
    struct builder *builder = builder_new();
    struct feed_import import = {.builder = builder, .problem = feeds_keep_problem};
    struct builder_totals totals;
    struct vulndb *db = NULL;
    struct pl_err err;
    feeds_problems[0] = '\0';
    for (size_t i = 0; names[i]; i++)
        if (feed_import_path(&import, scratch_file(names[i]), &err) < 0)
            FAIL("%s", err.message);
    if (vulndb_open_file(scratch_file("plimsoll.db"), &db, &err) == 0) {
        if (builder_carry(builder, db, &err) < 0)
            FAIL("%s", err.message);
        vulndb_close(db);
    }
    if (builder_write(builder, scratch_file("plimsoll.db"), STR("2026-01-01T00:00:00Z"), NULL,
                      &totals, &err) < 0)
        FAIL("%s", err.message);
    builder_free(builder);
    if (vulndb_open_file(scratch_file("plimsoll.db"), &db, &err) < 0 ||
        vulndb_verify(db, &err) < 0) {
        printf("%s\n", err.message);
        exit(1);
    }
    return db;
}

static inline struct vulndb *feeds_import_text(const char *text)
{
    static const char *const names[] = {"feed", NULL};
    unlink(scratch_file("plimsoll.db"));
    feeds_write("feed", text, strlen(text));
    return feeds_import(names);
}

/* All statements of a package, one a line:
 * "ADVISORY ids=A,B status=N severity=N [unimportant] [reason=R] [module=M] [modular] [x|y|z] +N;
 * "(x|y|z]" where x itself is not affected\n"
 */
static inline const char *feeds_statements(const struct vulndb *db, const char *name_space,
                                           const char *package)
{
    static char text[8192];
    struct vulndb_cursor cursor;
    struct vulndb_statement s;
    text[0] = '\0';
    FILE *out = fmemopen(text, sizeof(text), "w");
    vulndb_lookup(db, str_of(name_space), str_of(package), &cursor);
    while (vulndb_next(&cursor, &s)) {
        fprintf(out, "%.*s ids=", STR_ARG(s.advisory));
        for (size_t i = 0; i < s.id_count; i++)
            fprintf(out, "%s%.*s", i ? "," : "", STR_ARG(s.ids[i]));
        fprintf(out, " status=%d severity=%s", s.status, severity_name(s.severity));
        if (s.unimportant)
            fprintf(out, " unimportant");
        if (s.reason.len)
            fprintf(out, " reason=%.*s", STR_ARG(s.reason));
        if (s.module.len)
            fprintf(out, " module=%.*s", STR_ARG(s.module));
        if (s.modular)
            fprintf(out, " modular");
        for (size_t i = 0; i < s.range_count; i++)
            fprintf(out, " %s%.*s|%.*s|%.*s]", s.ranges[i].after ? "(" : "[",
                    STR_ARG(s.ranges[i].introduced), STR_ARG(s.ranges[i].fixed),
                    STR_ARG(s.ranges[i].last_affected));
        if (s.version_count)
            fprintf(out, " +%zu", s.version_count);
        fprintf(out, "\n");
    }
    vulndb_cursor_free(&cursor);
    fclose(out);
    return text;
}

static inline void feeds_check(const struct vulndb *db, const char *name_space, const char *package,
                               const char *want)
{
    const char *got = feeds_statements(db, name_space, package);
    if (strcmp(got, want) != 0)
        FAIL("%s of %s:\n%snot\n%s", package, name_space, got, want);
}
