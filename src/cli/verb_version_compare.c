#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/ui.h"
#include "io/out.h"
#include "version/version.h"

static bool compare_line(struct out *out, const struct version_scheme *scheme, struct str a,
                         struct str b)
{
    if (a.len == 0 || b.len == 0) {
        out_puts(out, "error: an empty version\n");
        return false;
    }
    int order = scheme->compare(a, b);
    out_puts(out, order < 0 ? "<\n" : order > 0 ? ">\n" : "=\n");
    return true;
}

static bool compare_input(struct out *out, const struct version_scheme *scheme)
{
    char *line = NULL;
    size_t capacity = 0;
    bool good = true;
    for (ssize_t len; (len = getline(&line, &capacity, stdin)) >= 0;) {
        struct str rest = str_make(line, (size_t)len), a, b;
        while (rest.len && (rest.data[rest.len - 1] == '\n' || rest.data[rest.len - 1] == '\r'))
            rest.len--;
        size_t tab = str_index(rest, '\t');
        if (tab == SIZE_MAX) {
            out_puts(out, "error: no tab between two versions\n");
            good = false;
            continue;
        }
        a = str_first(rest, tab);
        b = str_from(rest, tab + 1);
        good = compare_line(out, scheme, a, b) && good;
    }
    free(line);
    return good;
}

static int version_compare_run(const struct args *args)
{
    struct out out;
    struct pl_err err;
    const char *name = args_get(args, "scheme");
    const struct version_scheme *scheme = name ? version_scheme_find(str_of(name)) : NULL;
    size_t count = args->words.count;
    bool from_input = count == 1 && strcmp(args->words.items[0], "-") == 0, good;
    if (!scheme)
        err_set(&err, PL_E_USAGE,
                name ? "there is no version scheme \"%s\"; see: plimsoll list "
                       "schemes"
                     : "--scheme%s is needed; see: plimsoll list schemes",
                name ? name : "");
    else if (!from_input && count != 2)
        err_set(&err, PL_E_USAGE, "version compare takes two versions, or - to read A<TAB>B lines");
    if (!scheme || (!from_input && count != 2))
        return ui_fail(&err);
    out_init(&out, 1);
    good = from_input ? compare_input(&out, scheme)
                      : compare_line(&out, scheme, str_of(args->words.items[0]),
                                     str_of(args->words.items[1]));
    if (out_close(&out, &err) < 0)
        return ui_fail(&err);
    return good ? EXIT_DONE : EXIT_FOUND;
}

static const struct option options[] = {
    {"scheme", "NAME", N_("the ordering: deb, apk, rpm ...; see: plimsoll list schemes")},
    {NULL, NULL, NULL},
};

const struct verb verb_version_compare = {
    .name = "version compare",
    .arguments = "--scheme NAME A B|-",
    .help = N_("how two versions stand to one another: <, = or >"),
    .options = options,
    .examples = {"plimsoll version compare --scheme deb 1.0~rc1 1.0",
                 "printf '1.2-r0\\t1.2-r1\\n' | plimsoll version compare --scheme apk -"},
    .run = version_compare_run,
};
