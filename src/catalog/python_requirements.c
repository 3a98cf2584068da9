/* Reads pip's requirements and constraints files: pip's documentation, "Requirements File Format";
 * PyPA, "Dependency specifiers".
 *
 * Decisions: only what is pinned by "==" (without "*") or "===" is a package; ranges, addresses,
 * folders and "-e" are not. Files behind "-r" and "-c" are read on their own, where they are called
 * as such files are. A marker that is false on Linux drops the line. The file is a request, so its
 * packages are declared ones; a file called after developing or testing is for that. */
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "catalog/locked.h"
#include "catalog/python_marker.h"

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

/* Without a comment: '#' as the first byte or behind a blank. */
static struct str without_comment(struct str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.data[i] == '#' && (i == 0 || strchr(" \t", line.data[i - 1])))
            return str_first(line, i);
    return line;
}

/* What "==1.0" or one of "(>=1.0,==1.2.*,==1.3)" pins; empty: nothing is pinned. */
static struct str pinned(struct str specifier)
{
    struct str clause;
    specifier = str_trim(specifier);
    if (str_starts(specifier, STR("(")) && str_ends(specifier, STR(")")))
        specifier = str_make(specifier.data + 1, specifier.len - 2);
    while (str_cut(&specifier, ',', &clause)) {
        clause = str_trim(clause);
        if (!str_starts(clause, STR("==")))
            continue;
        bool arbitrary = str_starts(clause, STR("==="));
        struct str version = str_trim(str_from(clause, arbitrary ? 3 : 2));
        if (str_index(version, '*') == SIZE_MAX)
            return version;
    }
    return STR_NONE;
}

/* One requirement, its lines joined. */
static void take_line(struct catalog_sink *sink, struct str line, bool development)
{
    size_t len = 0;
    line = str_trim(without_comment(line));
    while (len < line.len && is_name(line.data[len]))
        len++;
    struct str name = str_first(line, len), rest = str_trim(str_from(line, len));
    if (!len || line.data[0] == '-' || line.data[0] == '.')
        return;
    if (str_starts(rest, STR("[")))
        rest = str_trim(str_from(rest, str_index(rest, ']') + 1));
    rest = str_first(rest, str_find(rest, STR(" --")));
    size_t semicolon = str_index(rest, ';');
    struct str version = pinned(str_first(rest, semicolon));
    struct str marker = semicolon == SIZE_MAX ? STR_NONE : str_from(rest, semicolon + 1);
    if (!version.len || !locked_is_version(version) ||
        (marker.len && python_marker_excludes_linux(marker)))
        return;
    struct package package = {.type = PACKAGE_PYPI,
                              .origin = PACKAGE_DECLARED,
                              .development = development,
                              .name = name,
                              .version = version};
    catalog_add_package(sink, &package);
}

/* "requirements-dev.txt", "requirements/test.txt", "dev_requirements.txt" */
static bool is_for_development(struct str path)
{
    static const char *const words[] = {"dev",   "develop", "development", "test",
                                        "tests", "lint",    "docs",        "testing"};
    struct str base = path_base(path);
    for (size_t from = 0; from < base.len;) {
        size_t len = 0;
        while (from + len < base.len && !strchr("-_.", base.data[from + len]))
            len++;
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            if (str_is(str_first(str_from(base, from), len), words[i]))
                return true;
        from += len + 1;
    }
    return false;
}

static int requirements_read(struct catalog_sink *sink, struct input *input, struct str companion,
                             struct pl_err *err)
{
    struct line_reader lines;
    struct str line;
    struct buf joined = {0};
    bool development = is_for_development(input->path);
    int r;
    (void)companion;
    lines_init(&lines, input);
    while ((r = lines_next(&lines, &line, err)) > 0) {
        if (str_ends(line, STR("\r")))
            line.len--;
        if (joined.len == 0 && str_starts(line, STR("\xef\xbb\xbf")))
            line = str_from(line, 3);
        bool is_comment = str_starts(str_trim(line), STR("#"));
        bool goes_on = str_ends(line, STR("\\")) && !is_comment && joined.len < LIMIT_LINE;
        if (goes_on)
            line.len--;
        if (is_comment)
            line = STR_NONE; /* ends what went on, as in pip */
        buf_add(&joined, line);
        if (goes_on)
            continue;
        take_line(sink, buf_str(&joined), development);
        joined.len = 0;
    }
    take_line(sink, buf_str(&joined), development);
    buf_free(&joined);
    lines_free(&lines);
    return r;
}

const struct cataloger cataloger_python_requirements = {
    .name = "python-requirements",
    .help = N_("pinned Python distributions of pip's requirements and constraints files"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/requirements*.txt", "**/*requirements.txt",
                                   "**/requirements/*.txt", "**/constraints*.txt", NULL},
    .mode = CATALOG_STREAM,
    .read = requirements_read,
};
