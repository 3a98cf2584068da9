/* The verbs about versions: each answers for two words, or for every line of the input, whose two
 * parts a tab keeps apart. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/ui.h"
#include "io/out.h"
#include "version/range.h"

struct question {
    const struct version_scheme *scheme;
    unsigned flags;
    /* Prints a line; false when it is an error. */
    bool (*answer)(struct out *out, const struct question *question, struct str a, struct str b);
    const char *no_tab; /* printed, not translated */
};

static bool compare(struct out *out, const struct question *question, struct str a, struct str b)
{
    if (a.len == 0 || b.len == 0) {
        out_puts(out, "error: an empty version\n");
        return false;
    }
    int order = question->scheme->compare(a, b);
    out_puts(out, order < 0 ? "<\n" : order > 0 ? ">\n" : "=\n");
    return true;
}

static bool satisfies(struct out *out, const struct question *question, struct str range,
                      struct str version)
{
    struct version_range_set set = {0};
    struct pl_err err;
    if (version.len == 0) {
        out_puts(out, "error: an empty version\n");
        return false;
    }
    if (version_range_parse(&set, question->scheme, range, &err) < 0) {
        out_puts(out, "error: ");
        out_puts(out, err.message);
        out_puts(out, "\n");
        return false;
    }
    out_puts(out, version_range_contains(&set, version, question->flags) ? "yes\n" : "no\n");
    version_range_free(&set);
    return true;
}

static bool answer_input(struct out *out, const struct question *question)
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
            out_puts(out, question->no_tab);
            good = false;
            continue;
        }
        good =
            question->answer(out, question, str_first(rest, tab), str_from(rest, tab + 1)) && good;
    }
    free(line);
    return good;
}

static int answer_all(const struct args *args, struct question *question, const char *use)
{
    struct out out;
    struct pl_err err;
    const char *name = args_get(args, "scheme");
    size_t count = args->words.count;
    bool from_input = count == 1 && strcmp(args->words.items[0], "-") == 0;
    question->scheme = name ? version_scheme_find(str_of(name)) : NULL;
    if (!question->scheme) {
        err_set(&err, PL_E_USAGE,
                name ? "there is no version scheme \"%s\"; see: plimsoll list "
                       "schemes"
                     : "--scheme%s is needed; see: plimsoll list schemes",
                name ? name : "");
        return ui_fail(&err);
    }
    if (!from_input && count != 2) {
        err_set(&err, PL_E_USAGE, "%s", tr(use));
        return ui_fail(&err);
    }
    out_init(&out, 1);
    bool good = from_input ? answer_input(&out, question)
                           : question->answer(&out, question, str_of(args->words.items[0]),
                                              str_of(args->words.items[1]));
    if (out_close(&out, &err) < 0)
        return ui_fail(&err);
    return good ? EXIT_DONE : EXIT_FOUND;
}

static int version_compare_run(const struct args *args)
{
    struct question question = {.answer = compare,
                                .no_tab = "error: no tab between two versions\n"};
    return answer_all(args, &question,
                      N_("version compare takes two versions, or - to read A<TAB>B lines"));
}

static int version_satisfies_run(const struct args *args)
{
    struct question question = {
        .answer = satisfies,
        .flags = args_has(args, "prereleases") ? VERSION_RANGE_PRERELEASES : 0,
        .no_tab = "error: no tab between a range and a version\n",
    };
    return answer_all(args, &question,
                      N_("version satisfies takes a range and a version, or - to read "
                         "RANGE<TAB>VERSION lines"));
}

static const struct option compare_options[] = {
    {"scheme", "NAME", N_("the ordering: deb, apk, rpm ...; see: plimsoll list schemes")},
    {NULL, NULL, NULL},
};
static const struct option satisfies_options[] = {
    {"scheme", "NAME", N_("the ordering: deb, apk, rpm ...; see: plimsoll list schemes")},
    {"prereleases", NULL, N_("let pre-releases in where npm and Cargo leave them out")},
    {NULL, NULL, NULL},
};

const struct verb verb_version_compare = {
    .name = "version compare",
    .arguments = "--scheme NAME A B|-",
    .help = N_("how two versions stand to one another: <, = or >"),
    .options = compare_options,
    .examples = {"plimsoll version compare --scheme deb 1.0~rc1 1.0",
                 "printf '1.2-r0\\t1.2-r1\\n' | plimsoll version compare --scheme apk -"},
    .run = version_compare_run,
};

const struct verb verb_version_satisfies = {
    .name = "version satisfies",
    .arguments = "--scheme NAME RANGE VERSION|-",
    .help = N_("whether a version is in a range: yes or no"),
    .options = satisfies_options,
    .examples = {"plimsoll version satisfies --scheme npm '^1.2.0' 1.4.2",
                 "printf '>= 1.0, < 2.0\\t1.5\\n' | plimsoll version satisfies --scheme pypi -"},
    .run = version_satisfies_run,
};
