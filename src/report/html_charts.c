/* Charts as SVG, so that they are there on paper and without a script. Colours are classes of
 * web/report/report.css. */
#include "report/html.h"

#include <math.h>

#include "report/text.h"

enum { TOP_PACKAGES = 8, CELLS_X = 40, CELLS_Y = 24 };

static void begin(struct html *html, const char *name)
{
    out_puts(html->out, "<figure><figcaption>");
    html_word(html, name);
    out_puts(html->out, "</figcaption>\n");
}

/* A ring whose circumference is 1000, and a legend with the figures. */
static void write_ring(struct html *html)
{
    const struct report_counts *counts = &html->counts;
    double total = 0, at = 0;
    for (size_t i = 0; i < SEVERITY_COUNT; i++)
        total += (double)counts->by_severity[i];
    begin(html, N_("By severity"));
    out_puts(html->out, "<div class=\"ring\"><svg viewBox=\"0 0 120 120\" aria-hidden=\"true\">\n");
    for (size_t i = 0; i < SEVERITY_COUNT; i++) {
        enum severity severity = part_severity_order[i];
        double share = 1000 * (double)counts->by_severity[severity] / total;
        if (share <= 0)
            continue;
        out_printf(html->out,
                   "<circle class=\"%s\" cx=\"60\" cy=\"60\" r=\"46\" pathLength=\"1000\" "
                   "stroke-dasharray=\"%.1f 1000\" stroke-dashoffset=\"%.1f\" "
                   "transform=\"rotate(-90 60 60)\"/>\n",
                   severity_name(severity), share, -at);
        at += share;
    }
    out_printf(html->out, "<text x=\"60\" y=\"60\">%.0f</text></svg>\n<ul>\n", total);
    for (size_t i = 0; i < SEVERITY_COUNT; i++) {
        enum severity severity = part_severity_order[i];
        if (counts->by_severity[severity] == 0)
            continue;
        out_printf(html->out, "<li class=\"%s\"><b>%llu</b> ", severity_name(severity),
                   (unsigned long long)counts->by_severity[severity]);
        html_word(html, part_severities[severity]);
        out_puts(html->out, "</li>\n");
    }
    out_puts(html->out, "</ul></div></figure>\n");
}

struct part {
    const char *class, *name;
    uint64_t count;
};

/* One bar of several parts, and what they are. */
static void write_bar(struct html *html, const struct part *parts, size_t count)
{
    double total = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        total += (double)parts[i].count;
    if (total <= 0)
        return;
    out_puts(html->out, "<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" "
                        "aria-hidden=\"true\">");
    for (size_t i = 0; i < count; i++) {
        double share = 100 * (double)parts[i].count / total;
        out_printf(html->out, "<rect class=\"%s\" x=\"%.2f\" width=\"%.2f\" height=\"8\"/>",
                   parts[i].class, at, share);
        at += share;
    }
    out_puts(html->out, "</svg>\n<ul class=\"legend\">\n");
    for (size_t i = 0; i < count; i++) {
        if (parts[i].count == 0)
            continue;
        out_printf(html->out, "<li class=\"%s\"><b>%llu</b> ", parts[i].class,
                   (unsigned long long)parts[i].count);
        html_word(html, parts[i].name);
        out_puts(html->out, "</li>\n");
    }
    out_puts(html->out, "</ul>\n");
}

static void write_shares(struct html *html)
{
    const struct report *report = html->report;
    uint64_t bases[3] = {0}, statuses[FINDING_STATUS_COUNT] = {0};
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct finding *finding = &report->findings.items[i];
        if (finding->suppressed_by)
            continue;
        bases[report_base_of(report, finding)]++;
        if (finding->kind == FINDING_VULNERABILITY)
            statuses[finding->fixed.len ? FINDING_FIXED : finding->status]++;
    }
    const struct part fixes[] = {
        {"fixable", N_("with a fix"), statuses[FINDING_FIXED]},
        {"waiting", N_("no fix yet"), statuses[FINDING_AFFECTED]},
        {"deferred", N_("fix deferred"), statuses[FINDING_DEFERRED]},
        {"looked", N_("being looked into"), statuses[FINDING_UNDER_INVESTIGATION]},
        {"never", N_("won't be fixed"), statuses[FINDING_WONT_FIX] + statuses[FINDING_END_OF_LIFE]},
    };
    const struct part origins[] = {
        {"base", N_("from the base image"), bases[BASE_YES]},
        {"yours", N_("yours"), bases[BASE_NO]},
        {"unknown", N_("not known"), bases[BASE_UNKNOWN]},
    };
    if (html->counts.by_kind[FINDING_VULNERABILITY] == 0)
        return; /* nothing else is fixed by a version */
    begin(html, N_("Fixes"));
    write_bar(html, fixes, ARRAY_LEN(fixes));
    if (bases[BASE_YES] + bases[BASE_NO]) {
        out_puts(html->out, "<p class=\"caption\">");
        html_word(html, N_("Base image or yours"));
        out_puts(html->out, "</p>\n");
        write_bar(html, origins, ARRAY_LEN(origins));
    }
    out_puts(html->out, "</figure>\n");
}

/* Packages whose updates take away the most risk. */
static void write_packages(struct html *html)
{
    const struct finding_group *groups = html->groups.groups.items;
    size_t count = html->groups.groups.count, most = 0;
    count = count < TOP_PACKAGES ? count : TOP_PACKAGES;
    if (count < 2)
        return;
    for (size_t i = 0; i < count; i++)
        most = groups[i].ids > most ? groups[i].ids : most;
    begin(html, N_("Worst packages"));
    out_puts(html->out, "<table class=\"bars\"><tbody>\n");
    for (size_t i = 0; i < count; i++) {
        double at = 0;
        out_puts(html->out, "<tr><th scope=\"row\">");
        text_markup(html->out, groups[i].name);
        out_puts(html->out, "</th><td><svg viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" "
                            "aria-hidden=\"true\">");
        for (size_t k = 0; k < SEVERITY_COUNT; k++) {
            enum severity severity = part_severity_order[k];
            double share = 100 * (double)groups[i].by_severity[severity] / (double)most;
            if (share > 0)
                out_printf(html->out, "<rect class=\"%s\" x=\"%.2f\" width=\"%.2f\" height=\"8\"/>",
                           severity_name(severity), at, share);
            at += share;
        }
        out_printf(html->out, "</svg></td><td class=\"number\">%zu</td></tr>\n", groups[i].ids);
    }
    out_puts(html->out, "</tbody></table></figure>\n");
}

struct cell {
    size_t count;
    enum severity worst;
    bool exploited;
};

/* Damage (CVSS) against likelihood (EPSS, by its square root: most are small), in cells, so that
 * the picture does not grow with the findings. */
static size_t fill_cells(const struct report *report, struct cell cells[CELLS_Y][CELLS_X])
{
    size_t filled = 0;
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct finding *finding = &report->findings.items[i];
        const struct cvss_entry *cvss = part_cvss(finding);
        if (finding->suppressed_by || !finding->has_epss || !cvss ||
            !(finding->epss_score >= 0 && finding->epss_score <= 1) ||
            !(cvss->score >= 0 && cvss->score <= 10))
            continue;
        size_t x = (size_t)(cvss->score / 10 * (CELLS_X - 1));
        size_t y = (size_t)(sqrt(finding->epss_score) * (CELLS_Y - 1));
        struct cell *cell = &cells[y][x];
        filled += cell->count++ == 0;
        if (finding->severity > cell->worst)
            cell->worst = finding->severity;
        cell->exploited |= finding->kev_added.len != 0;
    }
    return filled;
}

static void write_axes(struct out *out)
{
    static const struct {
        const char *text;
        double value;
    } ticks[] = {{"1%", 0.1}, {"10%", 0.3162}, {"50%", 0.7071}, {"100%", 1}};
    out_puts(out, "<path class=\"axis\" d=\"M36 6V156H276\"/>");
    for (int score = 0; score <= 10; score += 2)
        out_printf(out, "<text class=\"tick\" x=\"%d\" y=\"170\">%d</text>", 36 + score * 24,
                   score);
    for (size_t i = 0; i < ARRAY_LEN(ticks); i++)
        out_printf(out,
                   "<path class=\"grid\" d=\"M36 %.1fH276\"/>"
                   "<text class=\"tick end\" x=\"32\" y=\"%.1f\">%s</text>",
                   156 - ticks[i].value * 144, 159 - ticks[i].value * 144, ticks[i].text);
    out_puts(out, "<text class=\"name\" x=\"276\" y=\"182\">CVSS</text>"
                  "<text class=\"name start\" x=\"40\" y=\"10\">EPSS</text>\n");
}

static void write_scatter(struct html *html)
{
    struct cell cells[CELLS_Y][CELLS_X] = {0};
    if (fill_cells(html->report, cells) < 3)
        return;
    begin(html, N_("Damage (CVSS) and likelihood (EPSS)"));
    out_puts(html->out, "<svg class=\"scatter\" viewBox=\"0 0 284 186\" aria-hidden=\"true\">");
    write_axes(html->out);
    for (size_t y = 0; y < CELLS_Y; y++)
        for (size_t x = 0; x < CELLS_X; x++) {
            const struct cell *cell = &cells[y][x];
            if (cell->count == 0)
                continue;
            out_printf(
                html->out,
                "<circle class=\"%s%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"><title>%zu</title>"
                "</circle>\n",
                severity_name(cell->worst), cell->exploited ? " kev" : "",
                36 + 240.0 * (double)x / (CELLS_X - 1), 156 - 144.0 * (double)y / (CELLS_Y - 1),
                fmin(2.2 + log2((double)cell->count), 7), cell->count);
        }
    out_puts(html->out, "</svg></figure>\n");
}

void html_charts(struct html *html)
{
    if (html->report->findings.count <= html->counts.suppressed)
        return;
    out_puts(html->out, "<section class=\"charts\">\n");
    write_ring(html);
    write_shares(html);
    write_packages(html);
    write_scatter(html);
    out_puts(html->out, "</section>\n");
}
