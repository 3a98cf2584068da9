/* CSV as RFC 4180 has it: one line a finding, in columns that stay where they are. */
#include <stdio.h>

#include "report/parts.h"
#include "report/text.h"

struct csv {
    struct out *out;
    struct buf cell;
    bool begun;
};

/* Spreadsheets take a cell that begins with one of these for a formula. */
static bool is_formula(struct str text)
{
    return text.len && text.data[0] && strchr("=+-@\t\r", text.data[0]);
}

static void add_quoted(struct out *out, struct str text)
{
    out_putc(out, '"');
    for (size_t quote; (quote = str_index(text, '"')) != SIZE_MAX;
         text = str_from(text, quote + 1)) {
        out_add(out, str_first(text, quote + 1));
        out_putc(out, '"');
    }
    out_add(out, text);
    out_putc(out, '"');
}

static void put(struct csv *csv, struct str text)
{
    csv->cell.len = 0;
    if (is_formula(text))
        buf_putc(&csv->cell, '\'');
    text_clean(&csv->cell, text);
    struct str cell = buf_str(&csv->cell);
    if (csv->begun)
        out_putc(csv->out, ',');
    csv->begun = true;
    if (str_index(cell, ',') != SIZE_MAX || str_index(cell, '"') != SIZE_MAX)
        add_quoted(csv->out, cell);
    else
        out_add(csv->out, cell);
}

static void put_number(struct csv *csv, bool known, double value, int decimals)
{
    char text[32];
    snprintf(text, sizeof(text), "%.*f", decimals, value);
    put(csv, known ? str_of(text) : STR_NONE);
}

static void put_list(struct csv *csv, const struct str *items, size_t count)
{
    AUTO_BUF list = {0};
    for (size_t i = 0; i < count; i++) {
        buf_puts(&list, i ? " " : "");
        buf_add(&list, items[i]);
    }
    put(csv, buf_str(&list));
}

static void end_line(struct csv *csv)
{
    out_puts(csv->out, "\r\n");
    csv->begun = false;
}

static const char *const heads[] = {
    "target",
    "kind",
    "id",
    "severity",
    "risk",
    "package",
    "package_type",
    "installed",
    "fixed",
    "status",
    "title",
    "path",
    "base",
    "cvss_score",
    "cvss_vector",
    "epss",
    "epss_percentile",
    "kev_added",
    "kev_ransomware",
    "aliases",
    "cwes",
    "feed",
    "advisories",
    "purl",
    "layer",
    "published",
    "suppressed_by",
    "suppressed_why",
    "suppressed_until",
    "fails",
    "fingerprint",
    "line",
    "column",
    "detail",
    "excerpt",
    "removed",
    "owner",
    "mend",
};

static void put_package(struct csv *csv, const struct report *report, const struct finding *finding,
                        const struct report_style *style)
{
    const struct package *package = part_package(report, finding);
    put(csv, package ? package->name : STR_NONE);
    put(csv, package ? str_of(package_type_name(package->type)) : STR_NONE);
    put(csv, finding->installed);
    put(csv, finding->fixed);
    put(csv, str_of(finding_status_name(finding->status)));
    put(csv, part_text(style, finding->title, finding->title_local));
    put(csv, finding->path.len                ? finding->path
             : package && package->path_count ? package->paths[0]
                                              : STR_NONE);
}

static void put_scores(struct csv *csv, const struct report *report, const struct finding *finding)
{
    static const char *const bases[] = {"", "no", "yes"};
    const struct cvss_entry *cvss = part_cvss(finding);
    put(csv, str_of(bases[report_base_of(report, finding)]));
    put_number(csv, cvss, cvss ? cvss->score : 0, 1);
    put(csv, cvss ? cvss->vector : STR_NONE);
    put_number(csv, finding->has_epss, finding->epss_score, 5);
    put_number(csv, finding->has_epss, finding->epss_percentile, 5);
    put(csv, finding->kev_added);
    put(csv, str_of(finding->kev_added.len == 0 ? "" : finding->kev_ransomware ? "yes" : "no"));
}

/* Of findings in files. */
static void put_place(struct csv *csv, const struct finding *finding,
                      const struct report_style *style)
{
    bool of_file = part_is_file_kind(finding->kind) && finding->layer != LAYER_NONE;
    put_number(csv, finding->line, finding->line, 0);
    put_number(csv, finding->column, finding->column, 0);
    put(csv, part_text(style, finding->detail, finding->detail_local));
    put(csv, finding->excerpt);
    put(csv, str_of(!of_file ? "" : finding->removed ? "yes" : "no"));
    put(csv, finding->owner);
    put(csv, part_text(style, finding->mend, finding->mend_local));
}

static void write_line(struct csv *csv, const struct report *report, const struct finding *finding,
                       const struct report_style *style)
{
    const struct package *package = part_package(report, finding);
    put(csv, report->target.name);
    put(csv, str_of(finding_kind_name(finding->kind)));
    put(csv, finding->id);
    put(csv, str_of(severity_name(finding->severity)));
    put_number(csv, true, finding->risk, 0);
    put_package(csv, report, finding, style);
    put_scores(csv, report, finding);
    put_list(csv, finding->aliases, finding->alias_count);
    put_list(csv, finding->cwes, finding->cwe_count);
    put(csv, finding->match.feed);
    put_list(csv, finding->match.advisories, finding->match.advisory_count);
    put(csv, package ? package->purl : STR_NONE);
    put(csv, finding->layer < report->target.layers.count
                 ? report->target.layers.items[finding->layer].diff_id
                 : STR_NONE);
    put(csv, finding->published);
    put(csv, str_of(finding->suppressed_by));
    put(csv, style->local && finding->suppressed_local.len ? finding->suppressed_local
                                                           : finding->suppressed_why);
    put(csv, finding->suppressed_until);
    put(csv, str_of(!report->verdict.asked ? "" : finding->fails ? "yes" : "no"));
    put(csv, finding->fingerprint);
    put_place(csv, finding, style);
    end_line(csv);
}

static void csv_write(struct out *out, const struct report *report,
                      const struct report_style *style)
{
    struct csv csv = {.out = out};
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        put(&csv, str_of(heads[i]));
    end_line(&csv);
    for (size_t i = 0; i < report->findings.count; i++)
        if (!report->findings.items[i].suppressed_by || style->suppressed)
            write_line(&csv, report, &report->findings.items[i], style);
    buf_free(&csv.cell);
}

const struct report_format report_format_csv = {
    .name = "csv",
    .help = N_("RFC 4180: one line a finding, for spreadsheets"),
    .write = csv_write,
};
