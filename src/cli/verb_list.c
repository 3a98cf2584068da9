#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"
#include "catalog/cataloger.h"
#include "cli/ui.h"
#include "feed/feed.h"
#include "io/out.h"
#include "report/format.h"
#include "version/version.h"

static void print_line(struct out *out, const char *name, const char *help)
{
    AUTO_BUF line = {0};
    utf8_cell(&line, str_of(name), 14);
    buf_puts(&line, tr(help));
    buf_putc(&line, '\n');
    out_add(out, buf_str(&line));
}

static bool print_list(struct out *out, const char *what)
{
    if (strcmp(what, "catalogers") == 0) {
        for (size_t i = 0; catalogers[i]; i++)
            print_line(out, catalogers[i]->name, catalogers[i]->help);
    } else if (strcmp(what, "feeds") == 0) {
        for (size_t i = 0; feeds[i]; i++)
            print_line(out, feeds[i]->name, feeds[i]->help);
    } else if (strcmp(what, "formats") == 0) {
        for (size_t i = 0; report_formats[i]; i++)
            print_line(out, report_formats[i]->name, report_formats[i]->help);
    } else if (strcmp(what, "schemes") == 0) {
        for (size_t i = 0; version_schemes[i]; i++)
            print_line(out, version_schemes[i]->name, version_schemes[i]->help);
    } else {
        return false;
    }
    return true;
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
    err_set(&err, PL_E_USAGE, "list takes one of: catalogers, feeds, formats, schemes");
    return ui_fail(&err);
}

const struct verb verb_list = {
    .name = "list",
    .arguments = "catalogers|feeds|formats|schemes",
    .help = N_("what this plimsoll knows"),
    .examples = {"plimsoll list catalogers", "plimsoll list formats"},
    .run = list_run,
};
