/* Markdown for a comment on a pull request (GitHub, GitLab) or a job's summary. Texts of images can
 * make no mention, link, reference or markup in it, and it is not longer than GitHub takes: 65,536
 * characters. */
#include <stdlib.h>

#include "report/groups.h"
#include "report/text.h"

enum {
    MARKDOWN_UNITS = 65536,
    MARKDOWN_END = 800, /* kept free for what says that something was cut */
    ROWS_SHOWN = 30,    /* of one group */
    PLACES_SHOWN = 10,  /* of one rule */
    UPDATES_SHOWN = 5,
    DIAGNOSTICS_SHOWN = 10,
    NAME_BYTES = 120,
    TITLE_BYTES = 160,
};

struct markdown {
    struct out *out;
    const struct report *report;
    const struct report_style *style;
    struct finding_groups groups;
    size_t units; /* written so far */
    size_t kept;  /* units kept free for what comes later */
    struct buf part;
};

#define T(text) style_text(markdown->style, text)
#define T_N(markdown, one, many, count)                                                            \
    ((markdown)->style->local ? tr_n(one, many, count) : (count) == 1 ? (one) : (many))

static void add_text(struct buf *buf, struct str text, size_t most, bool code)
{
    struct str fit = text_fit(text, most);
    text_markdown(buf, fit, code);
    if (fit.len < text.len)
        buf_puts(buf, "…");
}

/* References of GitHub and GitLab are not looked for in code. */
static void add_code(struct buf *buf, struct str text)
{
    buf_puts(buf, "<code>");
    add_text(buf, text, NAME_BYTES, true);
    buf_puts(buf, "</code>");
}

static void add_id(struct buf *buf, const struct finding *finding)
{
    struct arena arena = {0};
    struct str link = part_link(&arena, finding->kind, finding->id);
    if (link.len)
        buf_printf(buf, "[%.*s](%.*s)", STR_ARG(finding->id), STR_ARG(link));
    else
        add_code(buf, finding->id);
    arena_free(&arena);
}

/* Writes what was gathered if there is room for it and for the end; false: it was dropped. */
static bool flush(struct markdown *markdown, bool last)
{
    size_t units = text_units(buf_str(&markdown->part));
    bool fits = markdown->units + units <= MARKDOWN_UNITS - (last ? 0 : markdown->kept);
    if (fits) {
        out_add(markdown->out, buf_str(&markdown->part));
        markdown->units += units;
    }
    markdown->part.len = 0;
    return fits;
}

static const char *const marks[SEVERITY_COUNT] = {
    [SEVERITY_UNKNOWN] = "⚪",   [SEVERITY_NEGLIGIBLE] = "⚪", [SEVERITY_LOW] = "🔵",
    [SEVERITY_MEDIUM] = "🟡", [SEVERITY_HIGH] = "🟠",    [SEVERITY_CRITICAL] = "🔴",
};

static void write_verdict(struct markdown *markdown, const struct report_counts *counts)
{
    const struct report *report = markdown->report;
    struct buf *part = &markdown->part;
    uint64_t total = report->findings.count - counts->suppressed;
    buf_puts(part, "### Plimsoll: ");
    add_code(part, report->target.name);
    buf_puts(part, "\n\n");
    if (!report->complete)
        buf_printf(part, "⚠️ **%s** %s\n\n", T(N_("INCOMPLETE:")),
                   T(N_("a part of the target was not examined; this is not a clean result.")));
    if (report->verdict.asked) {
        buf_printf(part, "%s **%s**\n", report->verdict.failed ? "❌" : "✅",
                   report->verdict.failed
                       ? T(N_("Failed"))
                       : (report->complete ? T(N_("Passed"))
                                           : T(N_("Passed as far as it could be examined"))));
        for (size_t i = 0; i < report->verdict.reasons.count && i < DIAGNOSTICS_SHOWN; i++) {
            const struct verdict_reason *reason = &report->verdict.reasons.items[i];
            buf_puts(part, "- ");
            add_text(part, markdown->style->local ? reason->local : reason->message, 400, false);
            buf_putc(part, '\n');
        }
        buf_putc(part, '\n');
    }
    if (total == 0 && report->complete)
        buf_printf(part, "✅ %s\n\n", T(N_("Nothing was found.")));
    flush(markdown, false);
}

static void write_counts(struct markdown *markdown, const struct report_counts *counts)
{
    struct buf *part = &markdown->part;
    uint64_t total = markdown->report->findings.count - counts->suppressed;
    if (total == 0 && counts->suppressed == 0)
        return;
    buf_putc(part, '|');
    for (size_t i = 0; i < SEVERITY_COUNT; i++)
        buf_printf(part, " %s %s |", marks[part_severity_order[i]],
                   T(part_severities[part_severity_order[i]]));
    buf_printf(part, " %s | %s |\n|", T(N_("with a fix")), T(N_("suppressed")));
    for (size_t i = 0; i < SEVERITY_COUNT + 2; i++)
        buf_puts(part, "--:|");
    buf_puts(part, "\n|");
    for (size_t i = 0; i < SEVERITY_COUNT; i++)
        buf_printf(part, " %llu |",
                   (unsigned long long)counts->by_severity[part_severity_order[i]]);
    buf_printf(part, " %llu | %llu |\n\n", (unsigned long long)counts->fixable,
               (unsigned long long)counts->suppressed);
    flush(markdown, false);
}

static void write_update(struct markdown *markdown, const struct update *update)
{
    struct buf *part = &markdown->part;
    const char *command = update_command(update->type);
    buf_puts(part, "1. ");
    switch (update->kind) {
    case UPDATE_BASE:
        buf_puts(part, T(N_("Update the base image")));
        if (markdown->report->target.base.name.len) {
            buf_putc(part, ' ');
            add_code(part, markdown->report->target.base.name);
        }
        break;
    case UPDATE_SYSTEM:
        buf_puts(part, T(N_("Update the system's packages")));
        if (command)
            buf_printf(part, " (<code>%s</code>)", command);
        buf_puts(part, ": ");
        add_code(part, update->names);
        break;
    case UPDATE_PACKAGE:
        buf_puts(part, T(N_("Update")));
        buf_putc(part, ' ');
        add_code(part, update->group->name);
        buf_putc(part, ' ');
        add_code(part, update->group->installed);
        buf_puts(part, " → ");
        add_code(part, update->group->fixed);
        break;
    }
    buf_puts(part, " — ");
    buf_printf(part, T_N(markdown, N_("ends %zu finding"), N_("ends %zu findings"), update->ids),
               update->ids);
    for (size_t i = 0; i < 2; i++)
        if (update->by_severity[part_severity_order[i]])
            buf_printf(part, ", %zu %s", update->by_severity[part_severity_order[i]],
                       T(part_severities[part_severity_order[i]]));
    if (update->exploited)
        buf_printf(part, T(N_(", **%zu exploited in the wild**")), update->exploited);
    buf_putc(part, '\n');
}

static void write_updates(struct markdown *markdown)
{
    size_t count = markdown->groups.updates.count;
    if (count == 0)
        return;
    buf_printf(&markdown->part, "#### %s\n\n", T(N_("What to do first")));
    for (size_t i = 0; i < count && i < UPDATES_SHOWN; i++)
        write_update(markdown, &markdown->groups.updates.items[i]);
    buf_putc(&markdown->part, '\n');
    flush(markdown, false);
}

static void add_row(struct markdown *markdown, const struct finding *finding)
{
    struct buf *part = &markdown->part;
    buf_printf(part, "| %s %s | ", marks[finding->severity], T(part_severities[finding->severity]));
    add_id(part, finding);
    if (finding->kev_added.len)
        buf_puts(part, " 🔥");
    buf_printf(part, " | %d | ", finding->risk);
    if (finding->fixed.len)
        add_code(part, finding->fixed);
    else if (finding->kind == FINDING_VULNERABILITY)
        buf_puts(part, T(part_statuses[finding->status]));
    buf_puts(part, " | ");
    add_text(part, finding->title, TITLE_BYTES, false);
    buf_puts(part, " |\n");
}

static int compare_severity(const void *x, const void *y)
{
    const struct finding *a = *(const struct finding *const *)x;
    const struct finding *b = *(const struct finding *const *)y;
    if ((a->kev_added.len != 0) != (b->kev_added.len != 0))
        return a->kev_added.len ? -1 : 1;
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    return a->risk != b->risk ? (a->risk > b->risk ? -1 : 1) : str_compare(a->id, b->id);
}

static void add_rows(struct markdown *markdown, const struct finding_group *group)
{
    const struct finding **rows = mem_alloc(sizeof(*rows) * (group->count + 1));
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++)
        if (i == 0 || !str_equal(group->items[i]->id, group->items[i - 1]->id))
            rows[count++] = group->items[i];
    qsort(rows, count, sizeof(*rows), compare_severity);
    for (size_t i = 0; i < count && i < ROWS_SHOWN; i++)
        add_row(markdown, rows[i]);
    buf_putc(&markdown->part, '\n');
    if (count > ROWS_SHOWN)
        buf_printf(&markdown->part, T(N_("%zu more of these are left out.\n\n")),
                   count - ROWS_SHOWN);
    free(rows);
}

static void add_group(struct markdown *markdown, const struct finding_group *group)
{
    struct buf *part = &markdown->part;
    buf_printf(part, "<details><summary>%s ", marks[group->worst]);
    add_code(part, group->name);
    buf_putc(part, ' ');
    add_text(part, group->installed, NAME_BYTES, true);
    if (group->fixed.len) {
        buf_puts(part, " → ");
        add_text(part, group->fixed, NAME_BYTES, true);
    }
    buf_puts(part, ": ");
    for (size_t i = 0, told = 0; i < SEVERITY_COUNT; i++)
        if (group->by_severity[part_severity_order[i]])
            buf_printf(part, "%s%zu %s", told++ ? ", " : "",
                       group->by_severity[part_severity_order[i]],
                       T(part_severities[part_severity_order[i]]));
    buf_puts(part, "</summary>\n\n");
    if (group->package && group->package->path_count) {
        add_code(part, group->package->paths[0]);
        buf_puts(part, "\n\n");
    }
    buf_printf(part, "| %s | %s | %s | %s | %s |\n|---|---|--:|---|---|\n", T(N_("Severity")),
               T(N_("Id")), T(N_("Risk")), T(N_("Fixed in")), T(N_("Title")));
    add_rows(markdown, group);
    buf_puts(part, "</details>\n");
}

/* Returns how many findings (ids of a group) are in the document. */
static void write_groups(struct markdown *markdown)
{
    size_t shown = 0, count = markdown->groups.groups.count;
    if (count == 0)
        return;
    buf_printf(&markdown->part, "#### %s\n\n", T(N_("Findings")));
    for (; shown < count; shown++) {
        add_group(markdown, &markdown->groups.groups.items[shown]);
        if (!flush(markdown, false))
            break;
    }
    if (shown < count)
        buf_printf(&markdown->part,
                   T(N_("\n⚠️ %zu of %zu packages and files with findings are shown, the worst "
                        "first: a comment holds 65,536 characters.\n")),
                   shown, count);
    flush(markdown, true);
}

/* The line is never cut off. */
static void add_place(struct markdown *markdown, const struct finding *finding)
{
    struct buf *part = &markdown->part;
    if (finding->path.len == 0)
        return;
    buf_puts(part, "<code>");
    add_text(part, finding->path, NAME_BYTES, true);
    if (finding->line)
        buf_printf(part, ":%u", finding->line);
    buf_puts(part, "</code>");
}

static void add_places(struct markdown *markdown, const struct finding *const *findings,
                       size_t count)
{
    struct buf *part = &markdown->part;
    size_t left = count > PLACES_SHOWN ? count - PLACES_SHOWN : 0;
    buf_printf(part, "| %s | %s |\n|---|---|\n", T(N_("Place")), T(N_("What")));
    for (size_t i = 0; i < count - left; i++) {
        struct arena arena = {0};
        struct str said = part_said(&arena, markdown->style, findings[i]);
        buf_puts(part, "| ");
        add_place(markdown, findings[i]);
        buf_puts(part, " | ");
        if (said.len)
            add_code(part, said);
        if (findings[i]->removed)
            buf_printf(part, " %s",
                       T(N_("A later layer takes the file away; it is still in the image.")));
        buf_puts(part, " |\n");
        arena_free(&arena);
    }
    buf_putc(part, '\n');
    if (left) {
        buf_printf(part, T_N(markdown, N_("%zu more place"), N_("%zu more places"), left), left);
        buf_puts(part, "\n\n");
    }
}

/* What is wrong with some files, and how it is mended. */
static void add_rule(struct markdown *markdown, const struct finding *const *findings, size_t count)
{
    const struct finding *first = findings[0];
    struct buf *part = &markdown->part;
    struct arena arena = {0};
    struct str title = part_text(markdown->style, first->title, first->title_local);
    struct str mend = part_text(markdown->style, first->mend, first->mend_local);
    struct str page = part_page(&arena, first);
    buf_printf(part, "<details><summary>%s %s: ", marks[first->severity],
               T(part_severities[first->severity]));
    add_text(part, title, TITLE_BYTES, true);
    buf_putc(part, ' ');
    add_code(part, first->id);
    buf_printf(part, " (%zu)</summary>\n\n", count);
    add_places(markdown, findings, count);
    if (mend.len) {
        buf_puts(part, "→ ");
        add_text(part, mend, 1000, false);
    }
    if (page.len)
        buf_printf(part, " [%s](%.*s)", T(N_("References")), STR_ARG(page));
    buf_puts(part, "\n\n</details>\n");
    arena_free(&arena);
}

/* A section a kind; returns how many rules there was no room for. */
static size_t write_kind(struct markdown *markdown, enum finding_kind kind,
                         const struct finding *const *findings, size_t count)
{
    size_t left = 0, of_kind = 0;
    for (size_t i = 0; i < count; i++)
        of_kind += findings[i]->kind == kind;
    if (of_kind == 0)
        return 0;
    buf_printf(&markdown->part, "#### %s (%zu)\n\n", T(part_kinds[kind]), of_kind);
    for (size_t i = 0, end; i < count; i = end) {
        end = part_rule_end(findings, count, i);
        if (findings[i]->kind != kind)
            continue;
        if (left) {
            left++;
            continue;
        }
        add_rule(markdown, findings + i, end - i);
        left = !flush(markdown, false);
    }
    buf_putc(&markdown->part, '\n');
    flush(markdown, false);
    return left;
}

/* They get half of the comment where packages have findings, too. */
static void write_files(struct markdown *markdown)
{
    size_t count, left = 0;
    const struct finding **findings = report_counted(markdown->report, &count);
    if (markdown->groups.groups.count)
        markdown->kept = MARKDOWN_UNITS / 2;
    for (size_t i = 0; i < PART_FILE_KINDS; i++)
        left += write_kind(markdown, part_file_kinds[i], findings, count);
    markdown->kept = MARKDOWN_END / 2;
    if (left)
        buf_printf(&markdown->part,
                   T_N(markdown,
                       N_("⚠️ %zu rule and its places are left out: a comment holds 65,536 "
                          "characters.\n\n"),
                       N_("⚠️ %zu rules and their places are left out: a comment holds 65,536 "
                          "characters.\n\n"),
                       left),
                   left);
    flush(markdown, false);
    free(findings);
}

static void write_diagnostics(struct markdown *markdown)
{
    const struct report *report = markdown->report;
    struct buf *part = &markdown->part;
    size_t shown = 0, left = 0;
    for (int errors = 1; errors >= 0; errors--)
        for (size_t i = 0; i < report->diagnostics.count; i++) {
            const struct diagnostic *diagnostic = &report->diagnostics.items[i];
            if (diagnostic->error != (errors == 1))
                continue;
            if (shown >= DIAGNOSTICS_SHOWN) {
                left++;
                continue;
            }
            shown++;
            buf_printf(part, "- %s ", diagnostic->error ? "⚠️" : "ℹ️");
            if (diagnostic->where.len) {
                add_code(part, diagnostic->where);
                buf_puts(part, ": ");
            }
            add_text(part, diagnostic_text(diagnostic, markdown->style), 400, false);
            buf_putc(part, '\n');
        }
    if (left + report->diagnostics_left_out)
        buf_printf(part, T(N_("- %zu more messages\n")),
                   left + (size_t)report->diagnostics_left_out);
    if (shown)
        buf_putc(part, '\n');
    flush(markdown, false);
}

static void write_origin(struct markdown *markdown)
{
    const struct report *report = markdown->report;
    struct str os = part_os(report);
    if (os.len) {
        add_text(&markdown->part, os, NAME_BYTES, false);
        buf_puts(&markdown->part, " · ");
    }
    buf_printf(&markdown->part,
               T_N(markdown, N_("%zu package"), N_("%zu packages"), report->packages.count),
               report->packages.count);
    if (report->database.used) {
        buf_puts(&markdown->part, " · ");
        buf_printf(&markdown->part, T(N_("advisories of %.*s")),
                   STR_ARG(str_first(report->database.built, 10)));
    }
    buf_puts(&markdown->part, "\n\n");
    flush(markdown, false);
}

static void markdown_write(struct out *out, const struct report *report,
                           const struct report_style *style)
{
    struct markdown markdown = {.out = out, .report = report, .style = style, .kept = MARKDOWN_END};
    struct report_counts counts = report_count(report);
    finding_groups_make(&markdown.groups, report);
    write_verdict(&markdown, &counts);
    write_counts(&markdown, &counts);
    write_origin(&markdown);
    write_diagnostics(&markdown);
    write_updates(&markdown);
    write_files(&markdown);
    write_groups(&markdown);
    finding_groups_free(&markdown.groups);
    buf_free(&markdown.part);
}

const struct report_format report_format_markdown = {
    .name = "markdown",
    .help = N_("Markdown for a pull request or a job's summary: what to do first, then findings"),
    .write = markdown_write,
};
