/* What is wrong with files and configs, by rules: where it is, what exactly, and how it is mended.
 * The table below the sections has all of them; here stands what fits a person's eye. */
#include "report/html.h"

#include <stdlib.h>

#include "report/text.h"

enum { RULES_SHOWN = 100, PLACES_SHOWN = 20, RULES_OPEN = 3 };

static void write_place(struct html *html, const struct finding *finding)
{
    struct arena arena = {0};
    struct str place = part_place(&arena, finding);
    out_puts(html->out, "<li>");
    if (place.len) {
        out_puts(html->out, "<code>");
        text_markup(html->out, place);
        out_puts(html->out, "</code> ");
    }
    html_twins(html, finding->detail, finding->detail_local);
    if (finding->excerpt.len) {
        out_puts(html->out, " <code class=\"excerpt\">");
        text_markup(html->out, finding->excerpt);
        out_puts(html->out, "</code>");
    }
    if (finding->removed) {
        out_puts(html->out, " <span class=\"names\">");
        html_word(html, N_("A later layer takes the file away; it is still in the image."));
        out_puts(html->out, "</span>");
    }
    out_puts(html->out, "</li>\n");
    arena_free(&arena);
}

static void write_remedy(struct html *html, const struct finding *finding)
{
    struct arena arena = {0};
    struct str page = part_page(&arena, finding);
    if (finding->mend.len) {
        out_puts(html->out, "<p class=\"mend\">→ ");
        html_twins(html, finding->mend, finding->mend_local);
        out_puts(html->out, "</p>\n");
    }
    if (page.len) {
        out_puts(html->out, "<p class=\"names\"><a rel=\"noreferrer\" href=\"");
        text_markup(html->out, page);
        out_puts(html->out, "\">");
        text_markup(html->out, page);
        out_puts(html->out, "</a></p>\n");
    }
    arena_free(&arena);
}

static void write_rule(struct html *html, const struct finding *const *findings, size_t count,
                       bool open)
{
    const struct finding *first = findings[0];
    size_t left = count > PLACES_SHOWN ? count - PLACES_SHOWN : 0;
    out_printf(html->out, "<details%s><summary>", open ? " open" : "");
    html_severity(html, first->severity, 0);
    out_putc(html->out, ' ');
    html_twins(html, first->title.len ? first->title : first->id, first->title_local);
    out_puts(html->out, " <code>");
    text_markup(html->out, first->id);
    out_printf(html->out, "</code> (%zu)</summary>\n<ul>\n", count);
    for (size_t i = 0; i < count - left; i++)
        write_place(html, findings[i]);
    if (left) {
        out_puts(html->out, "<li>");
        html_both(html, N_("and %zu more"), left);
        out_puts(html->out, "</li>\n");
    }
    out_puts(html->out, "</ul>\n");
    write_remedy(html, first);
    out_puts(html->out, "</details>\n");
}

static void write_kind(struct html *html, enum finding_kind kind,
                       const struct finding *const *findings, size_t count)
{
    size_t shown = 0, left = 0;
    if (html->counts.by_kind[kind] == 0)
        return;
    out_printf(html->out, "<section class=\"first files\" data-kind=\"%s\"><h2>",
               finding_kind_name(kind));
    html_word(html, part_kinds[kind]);
    out_printf(html->out, " (%llu)</h2>\n", (unsigned long long)html->counts.by_kind[kind]);
    for (size_t i = 0, end; i < count; i = end) {
        end = part_rule_end(findings, count, i);
        if (findings[i]->kind != kind)
            continue;
        if (shown < RULES_SHOWN)
            write_rule(html, findings + i, end - i, shown < RULES_OPEN);
        else
            left++;
        shown++;
    }
    if (left) {
        out_puts(html->out, "<p class=\"sum\">");
        html_both(html, N_("and %zu more"), left);
        out_puts(html->out, "</p>\n");
    }
    out_puts(html->out, "</section>\n");
}

void html_files(struct html *html)
{
    size_t count;
    const struct finding **findings = report_counted(html->report, &count);
    for (size_t i = 0; i < PART_FILE_KINDS; i++)
        write_kind(html, part_file_kinds[i], findings, count);
    free(findings);
}
