/* The sections of the table below its rows. */
#include <stdlib.h>

#include "base/i18n.h"
#include "base/utf8.h"
#include "model/ecosystem.h"
#include "report/table.h"

enum { GAP = 2 };

const char *const table_severity_texts[SEVERITY_COUNT] = {
    [SEVERITY_UNKNOWN] = N_("unknown"), [SEVERITY_NEGLIGIBLE] = N_("negligible"),
    [SEVERITY_LOW] = N_("low"),         [SEVERITY_MEDIUM] = N_("medium"),
    [SEVERITY_HIGH] = N_("high"),       [SEVERITY_CRITICAL] = N_("critical"),
};
/* Readable on dark and on light. */
const char *const table_severity_colors[SEVERITY_COUNT] = {
    [SEVERITY_UNKNOWN] = "2", [SEVERITY_NEGLIGIBLE] = "2", [SEVERITY_LOW] = "34",
    [SEVERITY_MEDIUM] = "33", [SEVERITY_HIGH] = "31",      [SEVERITY_CRITICAL] = "1;31",
};
void table_paint(struct table *table, const char *code)
{
    if (table->style->color)
        out_printf(table->out, "\033[%sm", code);
}

const struct package *table_package(const struct table *table, const struct finding *finding)
{
    return finding->package == PACKAGE_NONE ? NULL
                                            : &table->report->packages.items[finding->package];
}

void table_safe(struct table *table, struct str text)
{
    AUTO_BUF safe = {0};
    utf8_safe(&safe, text);
    out_add(table->out, buf_str(&safe));
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
        const struct package *package = table_package(table, finding);
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
    table_paint(table, "1");
    out_printf(table->out, "\n%s\n", tr("WHERE"));
    table_paint(table, "0");
    for (size_t i = 0; i < list.count; i++)
        if (i == 0 || list.items[i] != list.items[i - 1])
            write_place(table, list.items[i], width > 60 ? 60 : width);
    VEC_FREE(&list);
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
        const struct package *package = table_package(table, &report->findings.items[i]);
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

/* ---- suppressed findings ---- */

static struct str reason_of(const struct table *table, const struct finding *finding)
{
    return table->style->local && finding->suppressed_local.len ? finding->suppressed_local
                                                                : finding->suppressed_why;
}

static bool same_reason(const struct finding *a, const struct finding *b)
{
    return strcmp(a->suppressed_by, b->suppressed_by) == 0 &&
           str_equal(a->suppressed_why, b->suppressed_why) &&
           str_equal(a->suppressed_until, b->suppressed_until);
}

/* By reason, then by id: what one decision hides stands together. */
static int by_reason(const void *a, const void *b)
{
    const struct finding *x = *(const struct finding *const *)a;
    const struct finding *y = *(const struct finding *const *)b;
    int order = strcmp(x->suppressed_by, y->suppressed_by);
    if (order == 0)
        order = str_compare(x->suppressed_why, y->suppressed_why);
    if (order == 0)
        order = str_compare(x->suppressed_until, y->suppressed_until);
    if (order == 0)
        order = str_compare(x->id, y->id);
    return order ? order : (x > y) - (x < y);
}

static void write_reason(struct table *table, const struct finding *finding)
{
    AUTO_BUF line = {0};
    buf_printf(&line, "  %s: ", finding->suppressed_by);
    utf8_safe(&line, reason_of(table, finding));
    if (finding->suppressed_until.len)
        buf_printf(&line, tr(", until %.*s"), STR_ARG(finding->suppressed_until));
    buf_putc(&line, '\n');
    out_add(table->out, buf_str(&line));
}

/* One id with all packages that it is hidden in; returns how many findings these are. */
static size_t write_hidden(struct table *table, const struct finding *const *findings, size_t count)
{
    enum { ID = 22, NAMES = 100 };
    AUTO_BUF line = {0};
    AUTO_BUF names = {0};
    size_t end = 0, width = table->style->width;
    for (; end < count && str_equal(findings[end]->id, findings[0]->id) &&
           same_reason(findings[end], findings[0]);
         end++) {
        const struct package *package = table_package(table, findings[end]);
        buf_puts(&names, end ? ", " : "");
        buf_add(&names, package ? package->name : findings[end]->path);
    }
    buf_puts(&line, "    ");
    utf8_cell(&line, findings[0]->id, ID);
    buf_puts(&line, "  ");
    size_t room = width > ID + 16 ? width - ID - 6 : NAMES;
    size_t columns = utf8_columns(buf_str(&names));
    utf8_cell(&line, buf_str(&names), columns < room ? columns : room);
    buf_putc(&line, '\n');
    out_add(table->out, buf_str(&line));
    return end;
}

static void write_suppressed(struct table *table)
{
    const struct report *report = table->report;
    VEC(const struct finding *) list = {0};
    for (size_t i = 0; i < report->findings.count && table->style->suppressed; i++)
        if (report->findings.items[i].suppressed_by)
            *VEC_ADD(&list) = &report->findings.items[i];
    if (list.count == 0)
        return;
    qsort(list.items, list.count, sizeof(list.items[0]), by_reason);
    table_paint(table, "1");
    out_printf(table->out, "\n%s\n", tr("SUPPRESSED"));
    table_paint(table, "0");
    for (size_t i = 0; i < list.count;) {
        if (i == 0 || !same_reason(list.items[i], list.items[i - 1]))
            write_reason(table, list.items[i]);
        i += write_hidden(table, list.items + i, list.count - i);
    }
    VEC_FREE(&list);
}

/* ---- the verdict ---- */

static void write_verdict(struct table *table)
{
    const struct report_verdict *verdict = &table->report->verdict;
    if (!verdict->asked && verdict->reasons.count == 0)
        return;
    out_putc(table->out, '\n');
    if (verdict->asked) {
        table_paint(table, verdict->failed ? "1;31" : "1;32");
        out_puts(table->out, verdict->failed ? tr("FAILED because of")
                             : table->report->complete
                                 ? tr("PASSED:")
                                 : tr("PASSED as far as it could be examined:"));
        table_paint(table, "0");
        out_putc(table->out, '\n');
    }
    for (size_t i = 0; i < verdict->reasons.count; i++) {
        const struct verdict_reason *reason = &verdict->reasons.items[i];
        out_puts(table->out, "  ");
        table_safe(table, table->style->local ? reason->local : reason->message);
        out_putc(table->out, '\n');
    }
}

void table_sections(struct table *table)
{
    write_places(table);
    write_suppressed(table);
    write_packages(table);
    if (table->report->database.used)
        write_advice(table);
    write_verdict(table);
}
