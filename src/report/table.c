/* The report for a person: what it is, what is wrong with looking at it, the counts, then one line
 * a vulnerability and source package, worst first. */
#include <stdlib.h>

#include "base/i18n.h"
#include "base/utf8.h"
#include "model/ecosystem.h"
#include "report/format.h"

enum { TITLE_MIN = 16, GAP = 2, DIAGNOSTICS_SHOWN = 20 };

/* Findings of one id in the binary packages of one source. */
struct row {
    const struct finding *finding;
    struct str packages; /* names, apart by commas */
    struct str installed;
};

enum column {
    COLUMN_SEVERITY,
    COLUMN_RISK,
    COLUMN_ID,
    COLUMN_PACKAGE,
    COLUMN_INSTALLED,
    COLUMN_FIX,
    COLUMN_TITLE,
    COLUMN_COUNT
};

struct table {
    struct out *out;
    const struct report *report;
    const struct report_style *style;
    struct arena arena;
    struct row *rows;
    size_t row_count;
    size_t widths[COLUMN_COUNT];
};

static const char *const severity_texts[SEVERITY_COUNT] = {
    [SEVERITY_UNKNOWN] = N_("unknown"), [SEVERITY_NEGLIGIBLE] = N_("negligible"),
    [SEVERITY_LOW] = N_("low"),         [SEVERITY_MEDIUM] = N_("medium"),
    [SEVERITY_HIGH] = N_("high"),       [SEVERITY_CRITICAL] = N_("critical"),
};
/* Readable on dark and on light. */
static const char *const severity_colors[SEVERITY_COUNT] = {
    [SEVERITY_UNKNOWN] = "2", [SEVERITY_NEGLIGIBLE] = "2", [SEVERITY_LOW] = "34",
    [SEVERITY_MEDIUM] = "33", [SEVERITY_HIGH] = "31",      [SEVERITY_CRITICAL] = "1;31",
};
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

static void paint(struct table *table, const char *code)
{
    if (table->style->color)
        out_printf(table->out, "\033[%sm", code);
}

static const struct package *package_of(const struct table *table, const struct finding *finding)
{
    return finding->package == PACKAGE_NONE ? NULL
                                            : &table->report->packages.items[finding->package];
}

static struct str group_name(const struct table *table, const struct finding *finding)
{
    const struct package *package = package_of(table, finding);
    if (!package)
        return finding->path;
    return package->source_name.len ? package->source_name : package->name;
}

/* Binary packages of one source can have versions of their own; their source's is what they share.
 */
static struct str group_version(const struct table *table, const struct finding *finding)
{
    const struct package *package = package_of(table, finding);
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

static int by_group(const void *a, const void *b, void *context)
{
    const struct finding *x = *(const struct finding *const *)a;
    const struct finding *y = *(const struct finding *const *)b;
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
    return a->severity == b->severity && str_equal(a->id, b->id) && a->package != PACKAGE_NONE &&
           b->package != PACKAGE_NONE && str_equal(a->fixed, b->fixed) &&
           str_equal(group_version(table, a), group_version(table, b)) && a->status == b->status &&
           str_equal(group_name(table, a), group_name(table, b));
}

static struct str join_names(struct table *table, const struct finding *const *findings,
                             size_t count)
{
    AUTO_BUF names = {0};
    struct str last = STR_NONE;
    for (size_t i = 0; i < count; i++) {
        const struct package *package = package_of(table, findings[i]);
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
    return finding->title;
}

static struct str cell_text(struct table *table, const struct row *row, enum column column)
{
    switch (column) {
    case COLUMN_SEVERITY:
        return str_of(tr(severity_texts[row->finding->severity]));
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
    static const size_t least[COLUMN_COUNT] = {8, 4, 14, 8, 7, 7, 0};
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
        paint(table, color);
    out_add(table->out, buf_str(&cell));
    if (color)
        paint(table, "0");
    if (!last)
        out_puts(table->out, "  ");
}

static const char *cell_color(const struct row *row, enum column column)
{
    if (column == COLUMN_SEVERITY || column == COLUMN_RISK)
        return severity_colors[row->finding->severity];
    if (column == COLUMN_FIX)
        return row->finding->fixed.len ? "32" : "2";
    return NULL;
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
        /* No spaces at the end of a line without a title. */
        enum column end = title_text(table, row->finding).len ? last : COLUMN_FIX;
        for (int column = 0; column <= (int)end; column++)
            write_cell(table, cell_text(table, row, (enum column)column), (enum column)column,
                       column == (int)end, cell_color(row, (enum column)column));
        out_putc(table->out, '\n');
    }
}

static int by_place(const void *a, const void *b)
{
    const struct package *x = *(const struct package *const *)a;
    const struct package *y = *(const struct package *const *)b;
    return package_compare(x, y);
}

static void write_place(struct table *table, const struct package *package, size_t width)
{
    enum { SHOWN = 2 };
    AUTO_BUF line = {0};
    struct str label =
        arena_printf(&table->arena, "%.*s %.*s", STR_ARG(package->name), STR_ARG(package->version));
    buf_puts(&line, "  ");
    utf8_cell(&line, label, width);
    buf_puts(&line, "  ");
    for (size_t i = 0; i < package->path_count && i < SHOWN; i++) {
        buf_puts(&line, i ? ", " : "");
        utf8_safe(&line, package->paths[i]);
    }
    if (package->path_count > SHOWN)
        buf_printf(&line, tr(" and %zu more"), package->path_count - SHOWN);
    buf_putc(&line, '\n');
    out_add(table->out, buf_str(&line));
}

/* A package of the system is where its manager put it; of others it is asked first of all. */
static void write_places(struct table *table)
{
    VEC(const struct package *) list = {0};
    size_t width = 0;
    for (size_t i = 0; i < table->report->findings.count; i++) {
        const struct finding *finding = &table->report->findings.items[i];
        const struct package *package = package_of(table, finding);
        if (package && !finding->suppressed_by && !ecosystem_of(package->type)->system)
            *VEC_ADD(&list) = package;
    }
    if (list.count == 0)
        return;
    qsort(list.items, list.count, sizeof(list.items[0]), by_place);
    for (size_t i = 0; i < list.count; i++) {
        size_t columns =
            utf8_columns(list.items[i]->name) + 1 + utf8_columns(list.items[i]->version);
        width = columns > width ? columns : width;
    }
    paint(table, "1");
    out_printf(table->out, "\n%s\n", tr("WHERE"));
    paint(table, "0");
    for (size_t i = 0; i < list.count; i++)
        if (i == 0 || list.items[i] != list.items[i - 1])
            write_place(table, list.items[i], width > 60 ? 60 : width);
    VEC_FREE(&list);
}

static void write_safe(struct table *table, struct str text)
{
    AUTO_BUF safe = {0};
    utf8_safe(&safe, text);
    out_add(table->out, buf_str(&safe));
}

static void write_head(struct table *table)
{
    const struct report *report = table->report;
    const struct os_info *os = &report->target.os;
    paint(table, "1");
    write_safe(table, report->target.name);
    paint(table, "0");
    out_printf(table->out, " (%s", report->target.kind);
    if (report->target.platform.len) {
        out_puts(table->out, ", ");
        write_safe(table, report->target.platform);
    }
    out_puts(table->out, ")\n");
    if (os->name.len || os->id.len)
        write_safe(table, os->name.len ? os->name : os->id);
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
            paint(table, diagnostic->error ? "1;31" : "33");
            out_printf(table->out, "%s ", diagnostic->error ? tr("INCOMPLETE:") : tr("NOTE:"));
            paint(table, "0");
            struct str text = diagnostic_text(diagnostic, table->style);
            if (diagnostic->where.len && str_find(text, diagnostic->where) == SIZE_MAX) {
                write_safe(table, diagnostic->where);
                out_puts(table->out, ": ");
            }
            write_safe(table, text);
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
    out_printf(table->out,
               tr_n("%zu finding is suppressed; --format json tells which and why\n",
                    "%zu findings are suppressed; --format json tells which and why\n", count),
               (size_t)count);
}

static void write_counts(struct table *table)
{
    const struct report *report = table->report;
    struct report_counts counts = report_count(report);
    if (!report->database.used)
        return;
    out_putc(table->out, '\n');
    if (report->findings.count == counts.suppressed) {
        write_suppressed(table, counts.suppressed);
        if (report->complete)
            out_puts(table->out, tr("No known vulnerabilities.\n"));
        else
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
        paint(table, severity_colors[severity]);
        out_printf(table->out, "%llu %s", (unsigned long long)counts.by_severity[severity],
                   tr(severity_texts[severity]));
        paint(table, "0");
        out_puts(table->out, "   ");
    }
    paint(table, "32");
    out_printf(table->out, tr("%llu with a fix"), (unsigned long long)counts.fixable);
    paint(table, "0");
    out_putc(table->out, '\n');
    write_suppressed(table, counts.suppressed);
}

static void write_packages(struct table *table)
{
    const struct report *report = table->report;
    size_t name = 4, version = 7;
    if (!table->style->packages || report->packages.count == 0)
        return;
    for (size_t i = 0; i < report->packages.count; i++) {
        size_t columns = utf8_columns(report->packages.items[i].name);
        name = columns > name && columns <= 40 ? columns : name;
        columns = utf8_columns(report->packages.items[i].version);
        version = columns > version && columns <= 40 ? columns : version;
    }
    out_putc(table->out, '\n');
    for (size_t i = 0; i < report->packages.count; i++) {
        const struct package *package = &report->packages.items[i];
        AUTO_BUF line = {0};
        utf8_cell(&line, str_of(package_type_name(package->type)), 10);
        utf8_cell(&line, package->name, name + GAP);
        utf8_cell(&line, package->version, version + GAP);
        utf8_cell(&line, package->arch, 8);
        utf8_safe(&line, package->path_count ? package->paths[0] : STR_NONE);
        buf_putc(&line, '\n');
        out_add(table->out, buf_str(&line));
    }
}

static void write_advice(struct table *table)
{
    static const char *const commands[PACKAGE_TYPE_COUNT] = {
        [PACKAGE_DEB] = "apt-get update && apt-get upgrade",
        [PACKAGE_APK] = "apk upgrade --no-cache",
        [PACKAGE_RPM] = "dnf upgrade",
    };
    const struct report *report = table->report;
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct package *package = package_of(table, &report->findings.items[i]);
        if (!package || report->findings.items[i].fixed.len == 0 ||
            report->findings.items[i].suppressed_by || !commands[package->type])
            continue;
        out_putc(table->out, '\n');
        out_printf(table->out,
                   tr("What has a fix goes away with a newer base image, or with: %s\n"),
                   commands[package->type]);
        return;
    }
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
    write_places(&table);
    write_packages(&table);
    if (report->database.used)
        write_advice(&table);
    arena_free(&table.arena);
}

const struct report_format report_format_table = {
    .name = "table",
    .help = N_("for a person: counts, then findings, worst first"),
    .write = table_write,
};
