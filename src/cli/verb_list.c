#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"
#include "catalog/cataloger.h"
#include "catalog/program_table.h"
#include "check/check.h"
#include "cli/ui.h"
#include "feed/feed.h"
#include "io/out.h"
#include "report/format.h"
#include "sbom/sbom.h"
#include "secret/secret_table.h"
#include "version/version.h"

/* Names, what they are of where it matters, and their help. */
struct listing {
    struct out *out;
    size_t width; /* of the longest name */
    bool measure; /* the first time through: nothing is printed */
};

static void print_line(struct listing *listing, const char *name, const char *group,
                       const char *help)
{
    AUTO_BUF line = {0};
    size_t width = strlen(name);
    if (listing->measure) {
        listing->width = width > listing->width ? width : listing->width;
        return;
    }
    utf8_cell(&line, str_of(name), listing->width + 2);
    if (group)
        utf8_cell(&line, str_of(group), 10);
    buf_puts(&line, tr(help));
    buf_putc(&line, '\n');
    out_add(listing->out, buf_str(&line));
}

static bool print_items(struct listing *listing, const char *what)
{
    if (strcmp(what, "catalogers") == 0) {
        for (size_t i = 0; catalogers[i]; i++)
            print_line(listing, catalogers[i]->name, catalogers[i]->group, catalogers[i]->help);
    } else if (strcmp(what, "feeds") == 0) {
        for (size_t i = 0; feeds[i]; i++)
            print_line(listing, feeds[i]->name, NULL, feeds[i]->help);
    } else if (strcmp(what, "formats") == 0) {
        for (size_t i = 0; report_formats[i]; i++)
            print_line(listing, report_formats[i]->name, NULL, report_formats[i]->help);
    } else if (strcmp(what, "inputs") == 0) {
        for (size_t i = 0; sbom_formats[i]; i++)
            print_line(listing, sbom_formats[i]->name, NULL, sbom_formats[i]->help);
    } else if (strcmp(what, "checks") == 0) {
        for (const struct check *check = checks; check->id; check++)
            print_line(listing, check->id, severity_name(check->severity),
                       i18n_get() == LANG_ZH ? check->title_zh : check->title);
    } else if (strcmp(what, "secrets") == 0) {
        for (const struct secret_rule *rule = secret_rules; rule->id; rule++)
            print_line(listing, rule->id, severity_name(rule->severity),
                       i18n_get() == LANG_ZH ? rule->title_zh : rule->title);
    } else if (strcmp(what, "schemes") == 0) {
        for (size_t i = 0; version_schemes[i]; i++)
            print_line(listing, version_schemes[i]->name, NULL, version_schemes[i]->help);
    } else if (strcmp(what, "programs") == 0) {
        for (const struct program *program = programs; program->name; program++)
            print_line(listing, program->name, NULL, program->cpes[0]);
    } else {
        return false;
    }
    return true;
}

static bool print_list(struct out *out, const char *what)
{
    struct listing listing = {.out = out, .measure = true};
    if (!print_items(&listing, what))
        return false;
    listing.measure = false;
    return print_items(&listing, what);
}

static int list_run(const struct args *args)
{
    struct out out;
    struct pl_err err;
    const char *what = args->words.count == 1 ? args->words.items[0] : "";
    out_init(&out, 1);
    bool known = print_list(&out, what);
    if (out_close(&out, &err) < 0)
        return ui_fail(&err);
    if (known)
        return EXIT_DONE;
    err_set(&err, PL_E_USAGE,
            "list takes one of: catalogers, checks, feeds, formats, inputs, programs, schemes, "
            "secrets");
    return ui_fail(&err);
}

const struct verb verb_list = {
    .name = "list",
    .arguments = "catalogers|checks|feeds|formats|inputs|programs|schemes",
    .help = N_("what this plimsoll knows"),
    .examples = {"plimsoll list catalogers", "plimsoll list formats"},
    .run = list_run,
};
