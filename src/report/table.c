/* The report for a person: what it is, what is wrong with looking at it, the counts, then one line
 * a vulnerability and source package, worst first. */
#include <stdlib.h>

#include "base/i18n.h"
#include "base/utf8.h"
#include "report/table.h"

enum { TITLE_MIN = 16, GAP = 2, DIAGNOSTICS_SHOWN = 20 };

static const char *const status_texts[FINDING_STATUS_COUNT] = {
    [FINDING_FIXED] = N_("fixed"),
    [FINDING_AFFECTED] = N_("no fix yet"),
    [FINDING_WONT_FIX] = N_("won't be fixed"),
    [FINDING_DEFERRED] = N_("fix deferred"),
    [FINDING_UNDER_INVESTIGATION] = N_("being looked into"),
    [FINDING_END_OF_LIFE] = N_("end of life"),
};
static const char *const heads[COLUMN_COUNT] = {
    N_("SEVERITY"),  N_("RISK"),     N_("ID"),    N_("PACKAGE"),
    N_("INSTALLED"), N_("FIXED IN"), N_("TITLE"),
};

static struct str group_name(const struct table *table, const struct finding *finding)
{
    const struct package *package = table_package(table, finding);
    if (!package)
        return finding->path;
    return package->source_name.len ? package->source_name : package->name;
}

/* Binary packages of one source can have versions of their own; their source's is what they share.
 */
static struct str group_version(const struct table *table, const struct finding *finding)
{
    const struct package *package = table_package(table, finding);
    return package && package->source_version.len ? package->source_version : finding->installed;
}

/* For a person, what nobody has rated stands before what somebody rated as harmless. */
static int rank(enum severity severity)
{
    static const int ranks[SEVERITY_COUNT] = {
        [SEVERITY_NEGLIGIBLE] = 0, [SEVERITY_UNKNOWN] = 1, [SEVERITY_LOW] = 2,
        [SEVERITY_MEDIUM] = 3,     [SEVERITY_HIGH] = 4,    [SEVERITY_CRITICAL] = 5,
    };
    return ranks[severity];
}

/* What a newer base image mends stands apart from what is one's own. */
static bool is_of_base(const struct table *table, const struct finding *finding)
{
    return report_base_of(table->report, finding) == BASE_YES;
}

static int by_group(const void *a, const void *b, void *context)
{
    const struct finding *x = *(const struct finding *const *)a;
    const struct finding *y = *(const struct finding *const *)b;
    int base = (int)is_of_base(context, x) - (int)is_of_base(context, y);
    if (base)
        return base;
    if (x->severity != y->severity)
        return rank(x->severity) > rank(y->severity) ? -1 : 1;
    if ((x->kev_added.len != 0) != (y->kev_added.len != 0))
        return x->kev_added.len ? -1 : 1;
    if (x->risk != y->risk)
        return x->risk > y->risk ? -1 : 1;
    int order = str_compare(x->id, y->id);
    if (order == 0)
        order = str_compare(group_name(context, x), group_name(context, y));
    if (order == 0)
        order = str_compare(x->fixed, y->fixed);
    if (order == 0)
        order = str_compare(group_version(context, x), group_version(context, y));
    return order ? order : (x->package > y->package) - (x->package < y->package);
}

static bool same_row(const struct table *table, const struct finding *a, const struct finding *b)
{
    return is_of_base(table, a) == is_of_base(table, b) && a->severity == b->severity &&
           str_equal(a->id, b->id) && a->package != PACKAGE_NONE && b->package != PACKAGE_NONE &&
           str_equal(a->fixed, b->fixed) &&
           str_equal(group_version(table, a), group_version(table, b)) && a->status == b->status &&
           str_equal(group_name(table, a), group_name(table, b));
}

static struct str join_names(struct table *table, const struct finding *const *findings,
                             size_t count)
{
    AUTO_BUF names = {0};
    struct str last = STR_NONE;
    for (size_t i = 0; i < count; i++) {
        const struct package *package = table_package(table, findings[i]);
        struct str name = package ? package->name : findings[i]->path;
        if (i > 0 && str_equal(name, last))
            continue; /* another architecture */
        if (i > 0)
            buf_puts(&names, ", ");
        buf_add(&names, name);
        last = name;
    }
    return arena_str(&table->arena, buf_str(&names));
}

static void make_rows(struct table *table)
{
    size_t count;
    const struct finding **sorted = report_counted(table->report, &count);
    count = table_keep_packages(table, sorted, count);
    qsort_r(sorted, count, sizeof(*sorted), by_group, table);
    table->rows = ARENA_ARRAY(&table->arena, struct row, count + 1);
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        bool mixed = false;
        for (; end < count && same_row(table, sorted[i], sorted[end]); end++)
            mixed = mixed || !str_equal(sorted[end]->installed, sorted[i]->installed);
        table->rows[table->row_count++] = (struct row){
            .finding = sorted[i],
            .packages = join_names(table, sorted + i, end - i),
            .installed = mixed ? group_version(table, sorted[i]) : sorted[i]->installed,
        };
        i = end;
    }
    free(sorted);
}

static struct str fix_text(struct table *table, const struct finding *finding)
{
    if (finding->kind != FINDING_VULNERABILITY)
        return STR_NONE;
    if (finding->fixed.len)
        return finding->fixed;
    if (finding->stream_fixed.len)
        return arena_printf(&table->arena, tr("%.*s with %.*s"), STR_ARG(finding->stream_fixed),
                            STR_ARG(finding->stream));
    return str_of(tr(status_texts[finding->status]));
}

static struct str title_text(struct table *table, const struct finding *finding)
{
    if (finding->kev_added.len)
        return arena_printf(&table->arena, "%s%s%.*s", tr("[used in attacks]"),
                            finding->title.len ? " " : "", STR_ARG(finding->title));
    bool local = finding->title_local.len && i18n_get() != LANG_EN;
    return local ? finding->title_local : finding->title;
}

static struct str cell_text(struct table *table, const struct row *row, enum column column)
{
    switch (column) {
    case COLUMN_SEVERITY:
        return str_of(tr(table_severity_texts[row->finding->severity]));
    case COLUMN_RISK:
        return arena_printf(&table->arena, "%4d", row->finding->risk);
    case COLUMN_ID:
        return row->finding->id;
    case COLUMN_PACKAGE:
        return row->packages;
    case COLUMN_INSTALLED:
        return row->installed;
    case COLUMN_FIX:
        return fix_text(table, row->finding);
    case COLUMN_TITLE:
        return title_text(table, row->finding);
    case COLUMN_COUNT:
        break;
    }
    return STR_NONE;
}

/* Natural widths first; a narrow terminal then takes from the widest of those that can be cut. */
static void fit_widths(struct table *table)
{
    static const size_t most[COLUMN_COUNT] = {14, 6, 32, 36, 32, 32, 100};
    static const size_t least[COLUMN_COUNT] = {8, 4, 17, 8, 7, 7, 0};
    for (int column = 0; column < COLUMN_COUNT; column++) {
        size_t width = utf8_columns(str_of(tr(heads[column])));
        for (size_t i = 0; i < table->row_count; i++) {
            size_t columns = utf8_columns(cell_text(table, &table->rows[i], (enum column)column));
            width = columns > width ? columns : width;
        }
        table->widths[column] = width > most[column] ? most[column] : width;
    }
    if (table->style->width == 0)
        return;
    size_t fixed = 0;
    for (int column = 0; column < COLUMN_TITLE; column++)
        fixed += table->widths[column] + GAP;
    for (; fixed > table->style->width; fixed--) {
        int widest = -1;
        for (int column = COLUMN_ID; column < COLUMN_TITLE; column++)
            if (table->widths[column] > least[column] &&
                (widest < 0 || table->widths[column] > table->widths[widest]))
                widest = column;
        if (widest < 0)
            break;
        table->widths[widest]--;
    }
    size_t left = table->style->width > fixed ? table->style->width - fixed : 0;
    if (table->widths[COLUMN_TITLE] > left)
        table->widths[COLUMN_TITLE] = left < TITLE_MIN ? 0 : left;
}

/* Of a name with parts ("group:artifact", "host/path/module") the last says most: its beginning is
 * left out where there is no room. */
static struct str cut_name(struct table *table, struct str name)
{
    size_t width = table->widths[COLUMN_PACKAGE];
    size_t columns = utf8_columns(name);
    if (columns <= width || str_find(name, STR(", ")) != SIZE_MAX ||
        (str_index(name, '/') == SIZE_MAX && str_index(name, ':') == SIZE_MAX))
        return name;
    while (name.len && columns + 1 > width) {
        size_t step = utf8_length(name);
        step = step ? step : 1;
        columns -= utf8_columns(str_first(name, step));
        name = str_from(name, step);
    }
    return arena_printf(&table->arena, "…%.*s", STR_ARG(name));
}

static void write_cell(struct table *table, struct str text, enum column column, bool last,
                       const char *color)
{
    AUTO_BUF cell = {0};
    if (table->widths[column] == 0)
        return;
    if (column == COLUMN_PACKAGE)
        text = cut_name(table, text);
    utf8_cell(&cell, text, table->widths[column]);
    if (last)
        while (cell.len && cell.data[cell.len - 1] == ' ')
            cell.len--;
    if (color)
        table_paint(table, color);
    out_add(table->out, buf_str(&cell));
    if (color)
        table_paint(table, "0");
    if (!last)
        out_puts(table->out, "  ");
}

static const char *cell_color(const struct row *row, enum column column)
{
    if (column == COLUMN_SEVERITY || column == COLUMN_RISK)
        return table_severity_colors[row->finding->severity];
    if (column == COLUMN_FIX)
        return row->finding->fixed.len ? "32" : "2";
    return NULL;
}

/* A line where the findings of the base image begin, and where one's own do. */
static void write_group(struct table *table, size_t index)
{
    const struct report *report = table->report;
    bool base = is_of_base(table, table->rows[index].finding);
    if (report->target.base.layers == 0 ||
        (index && base == is_of_base(table, table->rows[index - 1].finding)))
        return;
    AUTO_BUF name = {0};
    utf8_safe(&name, report->target.base.name);
    table_paint(table, "1");
    if (base)
        out_printf(table->out, tr("-- of the base image %.*s: update it\n"),
                   STR_ARG(buf_str(&name)));
    else
        out_puts(table->out, tr("-- yours\n"));
    table_paint(table, "0");
}

static void write_rows(struct table *table)
{
    if (table->row_count == 0)
        return;
    fit_widths(table);
    out_putc(table->out, '\n');
    enum column last = table->widths[COLUMN_TITLE] ? COLUMN_TITLE : COLUMN_FIX;
    for (int column = 0; column <= (int)last; column++)
        write_cell(table, str_of(tr(heads[column])), (enum column)column, column == (int)last, "1");
    out_putc(table->out, '\n');
    for (size_t i = 0; i < table->row_count; i++) {
        const struct row *row = &table->rows[i];
        write_group(table, i);
        /* No spaces at the end of a line without a title. */
        enum column end = title_text(table, row->finding).len ? last : COLUMN_FIX;
        for (int column = 0; column <= (int)end; column++)
            write_cell(table, cell_text(table, row, (enum column)column), (enum column)column,
                       column == (int)end, cell_color(row, (enum column)column));
        out_putc(table->out, '\n');
    }
}

static void write_head(struct table *table)
{
    const struct report *report = table->report;
    const struct os_info *os = &report->target.os;
    table_paint(table, "1");
    table_safe(table, report->target.name);
    table_paint(table, "0");
    out_printf(table->out, " (%s", report->target.kind);
    if (report->target.platform.len) {
        out_puts(table->out, ", ");
        table_safe(table, report->target.platform);
    }
    out_puts(table->out, ")\n");
    if (!os->name.len && !os->id.len && !report->packages.count && !report->target.layers.count &&
        !report->database.used)
        return; /* files on their own */
    if (os->name.len || os->id.len)
        table_safe(table, os->name.len ? os->name : os->id);
    else
        out_puts(table->out, tr("operating system not known"));
    out_puts(table->out, " · ");
    out_printf(table->out, tr_n("%zu package", "%zu packages", report->packages.count),
               report->packages.count);
    if (report->target.layers.count) {
        out_puts(table->out, " · ");
        out_printf(table->out, tr_n("%zu layer", "%zu layers", report->target.layers.count),
                   report->target.layers.count);
    }
    if (report->database.used) {
        out_puts(table->out, " · ");
        out_printf(table->out, tr("advisories of %.*s"),
                   STR_ARG(str_first(report->database.built, 10)));
    }
    out_putc(table->out, '\n');
}

/* What lessens the report's worth stands before its figures. */
static void write_warnings(struct table *table)
{
    const struct report *report = table->report;
    size_t shown = 0;
    for (int pass = 1; pass >= 0; pass--)
        for (size_t i = 0; i < report->diagnostics.count; i++) {
            const struct diagnostic *diagnostic = &report->diagnostics.items[i];
            if (diagnostic->error != (pass == 1))
                continue;
            if (shown++ >= DIAGNOSTICS_SHOWN && !table->style->verbose)
                continue;
            table_paint(table, diagnostic->error ? "1;31" : "33");
            out_printf(table->out, "%s ", diagnostic->error ? tr("INCOMPLETE:") : tr("NOTE:"));
            table_paint(table, "0");
            struct str text = diagnostic_text(diagnostic, table->style);
            if (diagnostic->where.len && str_find(text, diagnostic->where) == SIZE_MAX) {
                table_safe(table, diagnostic->where);
                out_puts(table->out, ": ");
            }
            table_safe(table, text);
            out_putc(table->out, '\n');
        }
    if (shown > DIAGNOSTICS_SHOWN && !table->style->verbose)
        out_printf(table->out, tr("%zu more notes; --verbose shows them all\n"),
                   shown - DIAGNOSTICS_SHOWN);
}

static void write_suppressed(struct table *table, uint64_t count)
{
    if (count == 0)
        return;
    out_printf(table->out, tr_n("%zu finding is suppressed", "%zu findings are suppressed", count),
               (size_t)count);
    if (!table->style->suppressed)
        out_puts(table->out, tr("; --show-suppressed tells which and why"));
    out_putc(table->out, '\n');
}

static bool is_judged(const struct report *report)
{
    bool judged = report->database.used || report->licenses_judged;
    for (size_t kind = 0; kind < FINDING_KIND_COUNT; kind++)
        judged = judged || report->looked_for[kind];
    return judged;
}

/* What was looked for, and is not there. */
static void write_clean_kinds(struct table *table, const struct report_counts *counts)
{
    static const char *const texts[FINDING_KIND_COUNT] = {
        [FINDING_CONFIG] = N_("bad configuration"), [FINDING_SECRET] = N_("secrets"),
        [FINDING_PASSWORD] = N_("weak passwords"),  [FINDING_PERMISSION] = N_("bad permissions"),
        [FINDING_MALWARE] = N_("malware"),
    };
    const struct report *report = table->report;
    bool any = false;
    if (!report->complete)
        return;
    if (report->database.used && !counts->by_kind[FINDING_VULNERABILITY])
        out_puts(table->out, tr("No known vulnerabilities.\n"));
    if (report->licenses_judged && !counts->by_kind[FINDING_LICENSE])
        out_puts(table->out, tr("No licence is against the policy.\n"));
    for (size_t kind = 0; kind < FINDING_KIND_COUNT; kind++) {
        if (!report->looked_for[kind] || counts->by_kind[kind] || !texts[kind])
            continue;
        out_puts(table->out, any ? tr(", ") : tr("Looked for, and not found: "));
        out_puts(table->out, tr(texts[kind]));
        any = true;
    }
    if (any)
        out_putc(table->out, '\n');
    if (report->no_malware)
        out_puts(table->out, tr("Not looked for: malware (--clamd, --yara, --malware-hashes)\n"));
}

static void write_counts(struct table *table)
{
    const struct report *report = table->report;
    struct report_counts counts = report_count(report);
    if (!is_judged(report))
        return;
    out_putc(table->out, '\n');
    write_clean_kinds(table, &counts);
    if (report->findings.count == counts.suppressed) {
        write_suppressed(table, counts.suppressed);
        if (!report->complete)
            out_puts(table->out, tr("Nothing was found in what could be examined. This is not a "
                                    "clean result.\n"));
        return;
    }
    static const enum severity order[SEVERITY_COUNT] = {SEVERITY_CRITICAL, SEVERITY_HIGH,
                                                        SEVERITY_MEDIUM,   SEVERITY_LOW,
                                                        SEVERITY_UNKNOWN,  SEVERITY_NEGLIGIBLE};
    for (size_t i = 0; i < SEVERITY_COUNT; i++) {
        enum severity severity = order[i];
        if (counts.by_severity[severity] == 0)
            continue;
        table_paint(table, table_severity_colors[severity]);
        out_printf(table->out, "%llu %s", (unsigned long long)counts.by_severity[severity],
                   tr(table_severity_texts[severity]));
        table_paint(table, "0");
        out_puts(table->out, "   ");
    }
    if (counts.by_kind[FINDING_VULNERABILITY]) {
        table_paint(table, "32");
        out_printf(table->out, tr("%llu with a fix"), (unsigned long long)counts.fixable);
        table_paint(table, "0");
    }
    out_putc(table->out, '\n');
    write_suppressed(table, counts.suppressed);
}

static void table_write(struct out *out, const struct report *report,
                        const struct report_style *style)
{
    struct table table = {.out = out, .report = report, .style = style};
    write_head(&table);
    write_warnings(&table);
    write_counts(&table);
    make_rows(&table);
    write_rows(&table);
    table_files(&table);
    table_sections(&table);
    arena_free(&table.arena);
}

const struct report_format report_format_table = {
    .name = "table",
    .help = N_("for a person: counts, then findings, worst first"),
    .write = table_write,
};
