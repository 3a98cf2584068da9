/* The HTML report: one file that needs nothing else. What a person needs first is there without a
 * script; the script (web/report/report.js) makes the tables complete, sortable and filterable. */
#include "report/html.h"

#include <stdlib.h>

#include "report/text.h"

enum { STATIC_ROWS = 200, UPDATES_SHOWN = 5, DIAGNOSTICS_SHOWN = 200 };

static void write_twins(struct html *html, struct str english, struct str chinese)
{
    out_puts(html->out, "<span lang=\"en\">");
    text_markup(html->out, english);
    out_puts(html->out, "</span><span lang=\"zh\">");
    text_markup(html->out, chinese);
    out_puts(html->out, "</span>");
}

void html_both(struct html *html, const char *text, ...)
{
    AUTO_BUF english = {0};
    AUTO_BUF chinese = {0};
    va_list list;
    va_start(list, text);
    buf_vprintf(&english, text, list);
    va_end(list);
    va_start(list, text);
    buf_vprintf(&chinese, tr_in(LANG_ZH, text), list);
    va_end(list);
    write_twins(html, buf_str(&english), buf_str(&chinese));
}

void html_word(struct html *html, const char *text)
{
    write_twins(html, str_of(text), str_of(tr_in(LANG_ZH, text)));
}

void html_twins(struct html *html, struct str english, struct str local)
{
    if (i18n_get() != LANG_ZH || local.len == 0) {
        text_markup(html->out, english);
        return;
    }
    write_twins(html, english, local);
}

void html_severity(struct html *html, enum severity severity, size_t count)
{
    out_printf(html->out, "<span class=\"severity %s\">", severity_name(severity));
    if (count)
        out_printf(html->out, "%zu ", count);
    html_word(html, part_severities[severity]);
    out_puts(html->out, "</span>");
}

static void write_begin(struct html *html)
{
    struct out *out = html->out;
    bool chinese = html->style->local && i18n_get() == LANG_ZH;
    out_printf(out,
               "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
               "style-src %s; script-src %s; base-uri 'none'; form-action 'none'\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
               "<meta name=\"generator\" content=\"plimsoll %s\">\n<title>",
               chinese ? "zh" : "en", embedded_report_css.source, embedded_report_js.source,
               PLIMSOLL_VERSION);
    text_markup(out, html->report->target.name);
    out_puts(out, " · Plimsoll</title>\n<style>");
    out_add(out, embedded_report_css.text);
    out_puts(out, "</style>\n</head>\n<body>\n");
}

static void write_fact(struct html *html, const char *name, struct str value)
{
    if (value.len == 0)
        return;
    out_puts(html->out, "<div><dt>");
    html_word(html, name);
    out_puts(html->out, "</dt><dd>");
    text_markup(html->out, value);
    out_puts(html->out, "</dd></div>\n");
}

static void write_facts(struct html *html)
{
    const struct report *report = html->report;
    AUTO_BUF packages = {0};
    buf_printf(&packages, "%zu", report->packages.count);
    out_puts(html->out, "<dl class=\"facts\">\n");
    write_fact(html, N_("System"), part_os(report));
    write_fact(html, N_("End of support"), report->target.os.end_of_life);
    write_fact(html, N_("Platform"), report->target.platform);
    write_fact(html, N_("Packages"), buf_str(&packages));
    if (report->database.used)
        write_fact(html, N_("Advisories of"), str_first(report->database.built, 10));
    write_fact(html, N_("Base image"), report->target.base.name);
    write_fact(html, N_("Bill of materials"), report->target.sbom_file);
    write_fact(html, N_("Digest"), report->target.digest);
    write_fact(html, N_("Image id"), report->target.image_id);
    out_puts(html->out, "</dl>\n");
}

static void write_head(struct html *html)
{
    out_puts(html->out,
             "<header class=\"top\">\n<p class=\"brand\"><svg viewBox=\"0 0 24 24\" "
             "aria-hidden=\"true\"><circle cx=\"12\" cy=\"12\" r=\"7\"/><path d=\"M1 12h22\"/>"
             "</svg>Plimsoll</p>\n<h1>");
    text_markup(html->out, html->report->target.name);
    out_puts(html->out, "</h1>\n<div id=\"languages\"></div>\n</header>\n<main>\n");
}

static void write_diagnostic(struct html *html, const struct diagnostic *diagnostic)
{
    out_puts(html->out, "<li>");
    if (diagnostic->where.len && str_find(diagnostic->message, diagnostic->where) == SIZE_MAX) {
        out_puts(html->out, "<code>");
        text_markup(html->out, diagnostic->where);
        out_puts(html->out, "</code>: ");
    }
    html_twins(html, diagnostic->message, diagnostic->local);
    out_puts(html->out, "</li>\n");
}

static void write_diagnostics(struct html *html, bool errors)
{
    size_t shown = 0, left = 0;
    out_puts(html->out, "<ul>\n");
    for (size_t i = 0; i < html->report->diagnostics.count; i++) {
        const struct diagnostic *diagnostic = &html->report->diagnostics.items[i];
        if (diagnostic->error != errors)
            continue;
        if (shown++ < DIAGNOSTICS_SHOWN)
            write_diagnostic(html, diagnostic);
        else
            left++;
    }
    if (errors)
        left += (size_t)html->report->diagnostics_left_out;
    if (left) {
        out_puts(html->out, "<li>");
        html_both(html, N_("%zu more messages"), left);
        out_puts(html->out, "</li>\n");
    }
    out_puts(html->out, "</ul>\n");
}

/* What lessens the report's worth stands before its figures. */
static void write_incomplete(struct html *html)
{
    if (html->report->complete)
        return;
    out_puts(html->out, "<section class=\"banner incomplete\" role=\"alert\"><h2>");
    html_word(html, N_("Incomplete"));
    out_puts(html->out, "</h2><p>");
    html_word(html, N_("a part of the target was not examined; this is not a clean result."));
    out_puts(html->out, "</p>\n");
    write_diagnostics(html, true);
    out_puts(html->out, "</section>\n");
}

static void write_verdict(struct html *html)
{
    const struct report_verdict *verdict = &html->report->verdict;
    if (!verdict->asked)
        return;
    out_printf(html->out, "<section class=\"banner %s\"><h2>",
               verdict->failed ? "failed" : "passed");
    html_word(html, verdict->failed          ? N_("Failed")
                    : html->report->complete ? N_("Passed")
                                             : N_("Passed as far as it could be examined"));
    out_puts(html->out, "</h2>\n<ul>\n");
    for (size_t i = 0; i < verdict->reasons.count && i < DIAGNOSTICS_SHOWN; i++) {
        out_puts(html->out, "<li>");
        html_twins(html, verdict->reasons.items[i].message, verdict->reasons.items[i].local);
        out_puts(html->out, "</li>\n");
    }
    out_puts(html->out, "</ul></section>\n");
}

static void write_cards(struct html *html)
{
    uint64_t total = html->report->findings.count - html->counts.suppressed;
    out_puts(html->out, "<div class=\"cards\">\n");
    for (size_t i = 0; i < SEVERITY_COUNT; i++) {
        enum severity severity = part_severity_order[i];
        uint64_t count = html->counts.by_severity[severity];
        out_printf(html->out, "<div class=\"card %s%s\" data-severity=\"%d\"><b>%llu</b> ",
                   severity_name(severity), count ? "" : " none", (int)severity,
                   (unsigned long long)count);
        html_word(html, part_severities[severity]);
        out_puts(html->out, "</div>\n");
    }
    out_printf(html->out, "<div class=\"card fix%s\"><b>%llu</b> ",
               html->counts.fixable ? "" : " none", (unsigned long long)html->counts.fixable);
    html_word(html, N_("with a fix"));
    out_puts(html->out, "</div>\n</div>\n");
    if (total == 0 && html->report->complete) {
        out_puts(html->out, "<p class=\"banner passed\">");
        html_word(html, N_("Nothing was found."));
        out_puts(html->out, "</p>\n");
    }
}

static void write_code(struct html *html, struct str text)
{
    out_puts(html->out, "<code>");
    text_markup(html->out, text);
    out_puts(html->out, "</code>");
}

static void write_update(struct html *html, const struct update *update)
{
    const char *command = update_command(update->type);
    out_puts(html->out, "<li><div class=\"what\">");
    switch (update->kind) {
    case UPDATE_BASE:
        html_word(html, N_("Update the base image"));
        out_putc(html->out, ' ');
        write_code(html, html->report->target.base.name);
        break;
    case UPDATE_SYSTEM:
        html_word(html, N_("Update the system's packages"));
        if (command) {
            out_putc(html->out, ' ');
            write_code(html, str_of(command));
        }
        break;
    case UPDATE_PACKAGE:
        html_word(html, N_("Update"));
        out_putc(html->out, ' ');
        write_code(html, update->group->name);
        out_putc(html->out, ' ');
        text_markup(html->out, update->group->installed);
        out_puts(html->out, " → <strong>");
        text_markup(html->out, update->group->fixed);
        out_puts(html->out, "</strong>");
        break;
    }
    out_puts(html->out, "</div><div class=\"why\">");
    if (update->exploited) {
        out_puts(html->out, "<span class=\"severity kev\">");
        html_both(html, N_("%zu exploited in the wild"), update->exploited);
        out_puts(html->out, "</span>");
    }
    for (size_t i = 0; i < SEVERITY_COUNT; i++)
        if (update->by_severity[part_severity_order[i]])
            html_severity(html, part_severity_order[i],
                          update->by_severity[part_severity_order[i]]);
    if (update->kind != UPDATE_PACKAGE) {
        out_puts(html->out, "<span class=\"names\">");
        text_markup(html->out, update->names);
        if (update->groups > 8)
            out_puts(html->out, ", …");
        out_puts(html->out, "</span>");
    } else if (update->group->package->path_count) {
        out_puts(html->out, "<span class=\"names\">");
        text_markup(html->out, update->group->package->paths[0]);
        out_puts(html->out, "</span>");
    }
    out_puts(html->out, "</div></li>\n");
}

/* What no update ends: exploited, and nobody has mended it. */
static size_t count_helpless(const struct finding_groups *groups)
{
    size_t count = 0;
    for (size_t i = 0; i < groups->groups.count; i++) {
        const struct finding_group *group = &groups->groups.items[i];
        for (size_t k = 0; k < group->count; k++)
            count += group->items[k]->kev_added.len && group->items[k]->fixed.len == 0 &&
                     (k == 0 || !str_equal(group->items[k]->id, group->items[k - 1]->id));
    }
    return count;
}

static void write_helpless(struct html *html)
{
    size_t count = count_helpless(&html->groups);
    if (count == 0)
        return;
    out_puts(html->out, "<p class=\"sum\"><span class=\"severity kev\">KEV</span> ");
    html_both(html,
              N_("%zu exploited in the wild without a fix: take the package out, or shield it."),
              count);
    out_puts(html->out, "</p>\n");
}

static void write_updates(struct html *html)
{
    const struct update *updates = html->groups.updates.items;
    size_t count = html->groups.updates.count, fixable = 0, shown = 0;
    if (html->groups.groups.count == 0)
        return;
    out_puts(html->out, "<section class=\"first\"><h2>");
    html_word(html, N_("What to do first"));
    out_puts(html->out, "</h2>\n");
    if (count == 0) {
        out_puts(html->out, "<p class=\"sum\">");
        html_word(html, N_("No update ends any of the findings: nothing here has a fix."));
        out_puts(html->out, "</p>\n");
        write_helpless(html);
        out_puts(html->out, "</section>\n");
        return;
    }
    out_puts(html->out, "<ol>\n");
    for (size_t i = 0; i < count; i++) {
        fixable += updates[i].ids;
        if (i >= UPDATES_SHOWN)
            continue;
        shown += updates[i].ids;
        write_update(html, &updates[i]);
    }
    out_puts(html->out, "</ol>\n<p class=\"sum\">");
    html_both(html, N_("Together this ends %zu of the %zu findings that have a fix."), shown,
              fixable);
    out_puts(html->out, "</p>\n");
    write_helpless(html);
    out_puts(html->out, "</section>\n");
}

static const char *const columns[] = {
    N_("Severity"),  N_("Risk"),     N_("Id"),    N_("Package"),
    N_("Installed"), N_("Fixed in"), N_("Title"),
};

static void write_row(struct html *html, const struct finding *finding)
{
    struct arena arena = {0};
    struct str link = part_page(&arena, finding), place = part_place(&arena, finding);
    out_puts(html->out, "<tr><td>");
    html_severity(html, finding->severity, 0);
    out_printf(html->out, "</td><td class=\"number\">%d</td><td>", finding->risk);
    if (link.len) {
        out_puts(html->out, "<a rel=\"noreferrer\" href=\"");
        text_markup(html->out, link);
        out_puts(html->out, "\">");
    }
    text_markup(html->out, finding->id);
    out_puts(html->out, link.len ? "</a>" : "");
    if (finding->kev_added.len)
        out_puts(html->out, " <span class=\"severity kev\">KEV</span>");
    out_puts(html->out, "</td><td>");
    text_markup(html->out, place.len && !part_package(html->report, finding)
                               ? place
                               : part_subject(html->report, finding));
    out_puts(html->out, "</td><td>");
    text_markup(html->out, finding->installed);
    out_puts(html->out, "</td><td>");
    if (finding->fixed.len)
        text_markup(html->out, finding->fixed);
    else if (finding->kind == FINDING_VULNERABILITY)
        html_word(html, part_statuses[finding->status]);
    out_puts(html->out, "</td><td>");
    html_twins(html, finding->title, finding->title_local);
    out_puts(html->out, "</td></tr>\n");
    arena_free(&arena);
}

static void write_table(struct html *html)
{
    const struct report *report = html->report;
    uint64_t total = report->findings.count - html->counts.suppressed;
    size_t shown = 0;
    out_puts(html->out, "<section id=\"findings\"><h2>");
    html_word(html, N_("Findings"));
    out_puts(html->out, "</h2>\n");
    if (total > STATIC_ROWS) {
        out_puts(html->out, "<noscript><p class=\"note\">");
        html_both(html, N_("The first %zu of %zu findings; all of them with JavaScript."),
                  (size_t)STATIC_ROWS, (size_t)total);
        out_puts(html->out, "</p></noscript>\n");
    }
    out_puts(html->out, "<div class=\"wide\"><table><thead><tr>");
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        out_puts(html->out, "<th scope=\"col\">");
        html_word(html, columns[i]);
        out_puts(html->out, "</th>");
    }
    out_puts(html->out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->findings.count && shown < STATIC_ROWS; i++)
        if (!report->findings.items[i].suppressed_by) {
            write_row(html, &report->findings.items[i]);
            shown++;
        }
    out_puts(html->out, "</tbody></table></div>\n</section>\n");
}

static void write_notes(struct html *html)
{
    size_t count = 0;
    for (size_t i = 0; i < html->report->diagnostics.count; i++)
        count += !html->report->diagnostics.items[i].error;
    if (count == 0)
        return;
    out_puts(html->out, "<details class=\"notes\"><summary>");
    html_both(html, N_("Notes of the scan (%zu)"), count);
    out_puts(html->out, "</summary>\n");
    write_diagnostics(html, false);
    out_puts(html->out, "</details>\n");
}

static void write_end(struct html *html)
{
    out_printf(html->out, "</main>\n<footer>plimsoll %s", PLIMSOLL_VERSION);
    if (html->report->database.used) {
        out_puts(html->out, " · ");
        text_markup(html->out, html->report->database.built);
    }
    out_puts(html->out, "</footer>\n<script type=\"application/json\" id=\"data\">");
    html_data(html);
    out_puts(html->out, "</script>\n<script>");
    out_add(html->out, embedded_report_js.text);
    out_puts(html->out, "</script>\n</body>\n</html>\n");
}

static void html_write(struct out *out, const struct report *report,
                       const struct report_style *style)
{
    struct html html = {.out = out, .report = report, .style = style};
    html.counts = report_count(report);
    finding_groups_make(&html.groups, report);
    write_begin(&html);
    write_head(&html);
    write_incomplete(&html);
    write_verdict(&html);
    write_facts(&html);
    if (report->findings.count || report->database.used)
        write_cards(&html);
    write_updates(&html);
    html_files(&html);
    html_charts(&html);
    write_notes(&html);
    write_table(&html);
    write_end(&html);
    finding_groups_free(&html.groups);
}

const struct report_format report_format_html = {
    .name = "html",
    .help = N_("one page for the browser: what to do first, charts, sortable findings"),
    .write = html_write,
};
