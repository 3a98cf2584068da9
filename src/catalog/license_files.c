/* Reads the texts of licences that came with packages, and keeps which licences they are, a line
 * each: app/licenses.c puts them to the packages. Source: Debian's machine-readable
 * debian/copyright file, version 1.0 (DEP-5); the file hierarchy's usr/share/licenses of Arch,
 * Alpine and Fedora; PyPA's "Recording installed projects" (licenses/ of .dist-info folders).
 *
 * Decisions:
 * - Of a DEP-5 file every field License counts, whatever files its paragraph is about. A short name
 *   that is not understood is what its text is recognised as; where there is none, it stays.
 * - NOTICE and AUTHORS are no licences. Sources and data that are only called so ("license.js") are
 *   passed over. */
#include <stdlib.h>
#include <strings.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/path.h"
#include "catalog/cataloger.h"
#include "license/names.h"
#include "license/texts.h"

enum { NAMES_MAX = 256, KEPT_MAX = 64 * 1024 };

/* ---- DEP-5 ---- */

struct dep5_name {
    struct str name, expression; /* expression empty: not understood so far */
};

struct dep5 {
    struct arena arena;
    struct dep5_name names[NAMES_MAX];
    size_t count;
};

static bool is_dep5(struct str text)
{
    text = str_trim(text);
    return str_starts(text, STR("Format:")) || str_starts(text, STR("Format-Specification:"));
}

/* One field License: a short name, and mostly the text below it. */
static void add_name(struct dep5 *dep5, struct str name, struct str text)
{
    struct str expression = license_normalize(&dep5->arena, name, PACKAGE_DEB);
    if (expression.len == 0 && text.len)
        expression = license_recognize(&dep5->arena, text);
    if (name.len == 0)
        name = expression;
    for (size_t i = 0; i < dep5->count; i++)
        if (str_equal(dep5->names[i].name, name)) {
            if (dep5->names[i].expression.len == 0)
                dep5->names[i].expression = expression;
            return;
        }
    if (name.len && dep5->count < NAMES_MAX)
        dep5->names[dep5->count++] = (struct dep5_name){name, expression};
}

static bool begins_license(struct str line)
{
    return line.len >= 8 && strncasecmp(line.data, "License:", 8) == 0;
}

static void read_dep5(struct dep5 *dep5, struct str text)
{
    struct str rest = text, line;
    while (str_cut(&rest, '\n', &line)) {
        if (!begins_license(line))
            continue;
        struct str name = str_trim(str_from(line, 8)), body = str_first(rest, 0), next = rest;
        /* Continued lines begin with a space or a tab. */
        while (next.len && (next.data[0] == ' ' || next.data[0] == '\t')) {
            str_cut(&next, '\n', &line);
            body = str_make(rest.data, next.data ? (size_t)(next.data - rest.data) : rest.len);
        }
        add_name(dep5, name, body);
        rest = next;
    }
}

static void keep_dep5(struct catalog_sink *sink, struct str text)
{
    struct dep5 *dep5 = mem_zalloc(1, sizeof(*dep5));
    AUTO_BUF out = {0};
    read_dep5(dep5, text);
    for (size_t i = 0; i < dep5->count && out.len < KEPT_MAX; i++) {
        struct str one = dep5->names[i].expression;
        one = str_first(one.len ? one : dep5->names[i].name, 1024);
        buf_printf(&out, out.len ? "\n%.*s" : "%.*s", STR_ARG(one));
    }
    if (out.len)
        catalog_keep(sink, buf_str(&out));
    arena_free(&dep5->arena);
    free(dep5);
}

/* ---- the files ---- */

static bool is_text_of_license(struct str path)
{
    static const char *const endings[] = {".txt", ".md",  ".markdown", ".rst",    ".html",
                                          ".htm", ".mit", ".bsd",      ".apache", ".adoc"};
    struct str name = path_base(path);
    size_t dot = str_last_index(name, '.');
    struct str ending = dot == SIZE_MAX ? STR_NONE : str_from(name, dot);
    if (ending.len == 0 || ending.len > 12 || (ending.len > 1 && ending.data[1] <= '9'))
        return true; /* "LICENSE", "LICENSE-2.0" */
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (ending.len == strlen(endings[i]) &&
            strncasecmp(ending.data, endings[i], ending.len) == 0)
            return true;
    return strncmp(name.data, "COPYING", name.len < 7 ? name.len : 7) == 0; /* COPYING.LESSER */
}

static int license_read(struct catalog_sink *sink, struct input *input, struct str companion,
                        struct pl_err *err)
{
    struct arena arena = {0};
    (void)companion;
    (void)err;
    if (is_dep5(input->whole)) {
        keep_dep5(sink, input->whole);
    } else if (is_text_of_license(input->path)) {
        struct str found = license_recognize(&arena, input->whole);
        if (found.len)
            catalog_keep(sink, found);
    }
    arena_free(&arena);
    return 0;
}

const struct cataloger cataloger_license_files = {
    .name = "license-files",
    .help = N_("licences by the texts that came with packages"),
    .group = "language",
    .details = true,
    .notes = true,
    .version = 1,
    .wants = (const char *const[]){"**/LICENSE*", "**/LICENCE*", "**/License*", "**/Licence*",
                                   "**/license*", "**/licence*", "**/COPYING*", "**/UNLICENSE*",
                                   "**/share/doc/*/copyright", "**/share/licenses/*/*",
                                   "**/*.dist-info/licenses/*", NULL},
    .mode = CATALOG_WHOLE,
    .read = license_read,
};
