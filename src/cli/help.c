#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/utf8.h"
#include "cli/ui.h"
#include "cli/verb.h"

enum { INDENT = 2, DEFAULT_WIDTH = 100 };

/* Prints `text` from column `from` on, broken at spaces (or anywhere between CJK characters). */
static void print_wrapped(struct str text, size_t from, size_t width)
{
    size_t room = width > from + 20 ? width - from : 60;
    bool first = true;
    while (text.len) {
        struct str line = utf8_fit(text, room);
        if (line.len < text.len && text.data[line.len] != ' ') {
            size_t space = str_last_index(line, ' ');
            if (space != SIZE_MAX && space > line.len / 2)
                line = str_first(line, space);
        }
        if (!first)
            printf("%*s", (int)from, "");
        printf("%.*s\n", STR_ARG(str_trim(line)));
        text = str_from(text, line.len);
        while (text.len && text.data[0] == ' ')
            text = str_from(text, 1);
        first = false;
    }
    if (first)
        putchar('\n');
}

static void print_options(const struct option *options, size_t width)
{
    for (; options && options->name; options++) {
        AUTO_BUF head = {0};
        buf_printf(&head, "  --%s%s%s", options->name, options->argument ? " " : "",
                   options->argument ? options->argument : "");
        size_t columns = utf8_columns(buf_str(&head));
        printf("%.*s", STR_ARG(buf_str(&head)));
        if (columns + 2 > 28)
            printf("\n%*s", 28, "");
        else
            printf("%*s", (int)(28 - columns), "");
        print_wrapped(str_of(tr(options->help)), 28, width);
    }
}

void help_print(const struct verb *verb)
{
    size_t width = ui_width() ? ui_width() : DEFAULT_WIDTH;
    printf("plimsoll %s %s\n\n", verb->name, verb->arguments);
    print_wrapped(str_of(tr(verb->help)), 0, width);
    if (verb->details) {
        struct str rest = str_of(tr(verb->details)), paragraph;
        while (str_cut(&rest, '\n', &paragraph)) {
            putchar('\n');
            print_wrapped(paragraph, 0, width);
        }
    }
    printf("\n%s\n", tr("Examples:"));
    for (size_t i = 0; i < 4 && verb->examples[i]; i++)
        printf("  %s\n", verb->examples[i]);
    if (verb->options && verb->options->name) {
        printf("\n%s\n", tr("Options:"));
        print_options(verb->options, width);
    }
    printf("\n%s\n", tr("Options of every verb:"));
    print_options(common_options, width);
    putchar('\n');
    print_wrapped(str_of(tr("Every option has a twin in the environment, PLIMSOLL_OPTION_NAME, and "
                            "can stand in the configuration file under its name.")),
                  0, width);
}

void help_print_all(void)
{
    size_t width = ui_width() ? ui_width() : DEFAULT_WIDTH;
    printf("plimsoll %s\n\n", PLIMSOLL_VERSION);
    print_wrapped(
        str_of(tr("Finds known vulnerabilities in container images and root file systems, "
                  "on your own machine.")),
        0, width);
    printf("\n%s\n", tr("Verbs:"));
    for (size_t i = 0; verbs[i]; i++) {
        printf("  %-18s", verbs[i]->name);
        print_wrapped(str_of(tr(verbs[i]->help)), 20, width);
    }
    printf("\n%s\n", tr("Examples:"));
    printf("  plimsoll scan image.tar\n  plimsoll db update\n");
    putchar('\n');
    print_wrapped(
        str_of(tr("plimsoll VERB --help tells more of each. Exit codes: 0 done; 1 something "
                  "at or above --fail-on; 2 wrong use; 3 the target cannot be read; 4 no "
                  "usable advisory database; 5 done in part; 70 a fault of plimsoll.")),
        0, width);
}
