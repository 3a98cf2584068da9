#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"
#include "check/check.h"
#include "cli/ui.h"
#include "io/out.h"
#include "password/inspector.h"
#include "permission/inspector.h"
#include "secret/secret_table.h"

enum { WIDEST = 100 };

/* Text in lines of the terminal's width; Chinese breaks anywhere. */
static void put_text(struct out *out, struct str text)
{
    size_t width = ui_width() && ui_width() < WIDEST ? ui_width() : WIDEST, used = 0;
    while (text.len) {
        size_t space = str_index(text, ' ');
        struct str word = str_first(text, space);
        size_t columns = utf8_columns(word);
        if (used && used + 1 + columns > width) {
            out_add(out, STR("\n"));
            used = 0;
        }
        out_printf(out, "%s%.*s", used ? " " : "", STR_ARG(word));
        used += columns + (used ? 1 : 0);
        text = space == SIZE_MAX ? STR_NONE : str_from(text, space + 1);
    }
    out_add(out, STR("\n"));
}

static void put_part(struct out *out, const char *heading, const char *text)
{
    out_printf(out, "\n%s\n", heading);
    put_text(out, str_of(text));
}

static void put_list(struct out *out, const char *heading, const char *const *items,
                     const char *between)
{
    if (!items[0])
        return;
    out_printf(out, "\n%s\n", heading);
    for (size_t i = 0; items[i]; i++)
        out_printf(out, "%s%s", items[i], items[i + 1] ? between : "\n");
}

static void explain_check(struct out *out, const struct check *check)
{
    bool chinese = i18n_get() == LANG_ZH;
    out_printf(out, "%s (%s%s)\n", check->id, tr(severity_name(check->severity)),
               check->by_default ? "" : tr(", only with --checks"));
    put_text(out, str_of(chinese ? check->title_zh : check->title));
    put_part(out, tr("Why it matters"), chinese ? check->why_zh : check->why);
    put_part(out, tr("How to mend it"), chinese ? check->mend_zh : check->mend);
    put_list(out, tr("Also known as"), check->aliases, ", ");
    put_list(out, tr("References"), check->references, "\n");
}

static bool explain_secret(struct out *out, struct str name)
{
    static const char *const none[] = {NULL};
    const struct secret_rule *rule = secret_rules;
    bool chinese = i18n_get() == LANG_ZH;
    while (rule->id && !str_is(name, rule->id))
        rule++;
    if (!rule->id)
        return false;
    out_printf(out, "%s (%s)\n", rule->id, tr(severity_name(rule->severity)));
    put_text(out, str_of(chinese ? rule->title_zh : rule->title));
    put_part(out, tr("Why it matters"),
             tr("Who has it can do what its owner can. It stays in the image's layers even when a "
                "later layer deletes the file."));
    put_part(out, tr("How to revoke it"), chinese ? rule->revoke_zh : rule->revoke);
    put_list(out, tr("References"), rule->references ? rule->references : none, "\n");
    return true;
}

static bool explain_finding(struct out *out, struct str id)
{
    static const struct finding_text *const tables[] = {password_texts, permission_texts};
    bool chinese = i18n_get() == LANG_ZH;
    const struct finding_text *text = NULL;
    for (size_t i = 0; i < ARRAY_LEN(tables) && !text; i++)
        text = finding_text_find(tables[i], id);
    if (!text)
        return false;
    out_printf(out, "%s (%s)\n", text->id, tr(severity_name(text->severity)));
    put_text(out, str_of(chinese ? text->title_zh : text->title));
    put_part(out, tr("Why it matters"), chinese ? text->why_zh : text->why);
    put_part(out, tr("How to mend it"), chinese ? text->mend_zh : text->mend);
    put_list(out, tr("References"), text->references, "\n");
    return true;
}

/* All that go by this name; false: none. */
static bool explain(struct out *out, struct str name)
{
    const struct check *check = check_find(name, NULL);
    if (!check)
        return explain_finding(out, name) || explain_secret(out, name);
    for (const struct check *next; check; check = next) {
        next = check_find(name, check);
        explain_check(out, check);
        if (next)
            out_add(out, STR("\n"));
    }
    return true;
}

static int explain_run(const struct args *args)
{
    struct out out;
    struct pl_err err;
    struct str unknown = STR_NONE;
    if (args->words.count == 0) {
        err_set(&err, PL_E_USAGE, "explain needs an id, such as one of plimsoll list checks");
        return ui_fail(&err);
    }
    out_init(&out, 1);
    for (size_t i = 0; i < args->words.count && !unknown.len; i++) {
        if (i)
            out_add(&out, STR("\n"));
        if (!explain(&out, str_of(args->words.items[i])))
            unknown = str_of(args->words.items[i]);
    }
    if (out_close(&out, &err) < 0)
        return ui_fail(&err);
    if (!unknown.len)
        return EXIT_DONE;
    err_set(&err, PL_E_USAGE, "nothing is known under the name \"%.*s\"", STR_ARG(unknown));
    return ui_fail(&err);
}

const struct verb verb_explain = {
    .name = "explain",
    .arguments = "ID...",
    .help = N_("what a check is about: why it matters, and how to mend what it finds"),
    .details =
        N_("ID is an id of plimsoll list checks, or one of its aliases: Hadolint's (DL3002), "
           "Dockle's (CIS-DI-0001), of the CIS benchmark (CIS-Docker-1.6:4.1)."),
    .examples = {"plimsoll explain dockerfile-user-root", "plimsoll explain DL3008 --lang zh"},
    .run = explain_run,
};
