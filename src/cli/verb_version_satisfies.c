#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/ui.h"
#include "io/out.h"
#include "version/range.h"

static bool satisfies_line(struct out *out, const struct version_scheme *scheme, struct str range,
                           struct str version, unsigned flags)
{
    struct version_range_set set = {0};
    struct pl_err err;
    if (version.len == 0) {
        out_puts(out, "error: an empty version\n");
        return false;
    }
    if (version_range_parse(&set, scheme, range, &err) < 0) {
        out_puts(out, "error: ");
        out_puts(out, err.message);
        out_puts(out, "\n");
        return false;
    }
    out_puts(out, version_range_contains(&set, version, flags) ? "yes\n" : "no\n");
    version_range_free(&set);
    return true;
}

static bool satisfies_input(struct out *out, const struct version_scheme *scheme, unsigned flags)
{
    char *line = NULL;
    size_t capacity = 0;
    bool good = true;
    for (ssize_t len; (len = getline(&line, &capacity, stdin)) >= 0;) {
        struct str rest = str_make(line, (size_t)len);
        while (rest.len && (rest.data[rest.len - 1] == '\n' || rest.data[rest.len - 1] == '\r'))
            rest.len--;
        size_t tab = str_index(rest, '\t');
        if (tab == SIZE_MAX) {
            out_puts(out, "error: no tab between a range and a version\n");
            good = false;
            continue;
        }
        good = satisfies_line(out, scheme, str_first(rest, tab), str_from(rest, tab + 1), flags) &&
               good;
    }
    free(line);
    return good;
}

static int version_satisfies_run(const struct args *args)
{
    struct out out;
    struct pl_err err;
    const char *name = args_get(args, "scheme");
    const struct version_scheme *scheme = name ? version_scheme_find(str_of(name)) : NULL;
    size_t count = args->words.count;
    unsigned flags = args_has(args, "prereleases") ? VERSION_RANGE_PRERELEASES : 0;
    bool from_input = count == 1 && strcmp(args->words.items[0], "-") == 0, good;
    if (!scheme)
        err_set(&err, PL_E_USAGE,
                name ? "there is no version scheme \"%s\"; see: plimsoll list "
                       "schemes"
                     : "--scheme%s is needed; see: plimsoll list schemes",
                name ? name : "");
    else if (!from_input && count != 2)
        err_set(&err, PL_E_USAGE,
                "version satisfies takes a range and a version, or - to read RANGE<TAB>VERSION "
                "lines");
    if (!scheme || (!from_input && count != 2))
        return ui_fail(&err);
    out_init(&out, 1);
    good = from_input ? satisfies_input(&out, scheme, flags)
                      : satisfies_line(&out, scheme, str_of(args->words.items[0]),
                                       str_of(args->words.items[1]), flags);
    if (out_close(&out, &err) < 0)
        return ui_fail(&err);
    return good ? EXIT_DONE : EXIT_FOUND;
}

static const struct option options[] = {
    {"scheme", "NAME", N_("the ordering: deb, apk, rpm ...; see: plimsoll list schemes")},
    {"prereleases", NULL, N_("let pre-releases in where npm and Cargo leave them out")},
    {NULL, NULL, NULL},
};

const struct verb verb_version_satisfies = {
    .name = "version satisfies",
    .arguments = "--scheme NAME RANGE VERSION|-",
    .help = N_("whether a version is in a range: yes or no"),
    .options = options,
    .examples = {"plimsoll version satisfies --scheme npm '^1.2.0' 1.4.2",
                 "printf '>= 1.0, < 2.0\\t1.5\\n' | plimsoll version satisfies --scheme pypi -"},
    .run = version_satisfies_run,
};
