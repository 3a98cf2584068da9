/* What is wrong with files and configuration: a section a kind, a block a rule, a line a place. */
#include <stdlib.h>

#include "base/i18n.h"
#include "base/utf8.h"
#include "report/parts.h"
#include "report/table.h"

enum { PLACES_SHOWN = 8, PLACE = 48, INDENT = 4 };

static const char *const sections[FINDING_KIND_COUNT] = {
    [FINDING_SECRET] = N_("SECRETS"),       [FINDING_PASSWORD] = N_("PASSWORDS"),
    [FINDING_MALWARE] = N_("MALWARE"),      [FINDING_PERMISSION] = N_("PERMISSIONS"),
    [FINDING_CONFIG] = N_("CONFIGURATION"),
};
static bool is_of_packages(const struct finding *finding)
{
    return !part_is_file_kind(finding->kind);
}

size_t table_keep_packages(const struct table *table, const struct finding **findings, size_t count)
{
    size_t kept = 0;
    (void)table;
    for (size_t i = 0; i < count; i++)
        if (is_of_packages(findings[i]))
            findings[kept++] = findings[i];
    return kept;
}

static struct str local_text(const struct table *table, struct str text, struct str local)
{
    return table->style->local && local.len ? local : text;
}

static void write_rule(struct table *table, const struct finding *finding, size_t count)
{
    AUTO_BUF line = {0};
    table_paint(table, table_severity_colors[finding->severity]);
    utf8_cell(&line, str_of(tr(table_severity_texts[finding->severity])), 10);
    out_add(table->out, buf_str(&line));
    table_paint(table, "0");
    table_paint(table, "1");
    table_safe(table, local_text(table, finding->title, finding->title_local));
    table_paint(table, "0");
    table_paint(table, "2");
    out_puts(table->out, "  ");
    table_safe(table, finding->id);
    if (count > 1)
        out_printf(table->out, " × %zu", count);
    table_paint(table, "0");
    out_putc(table->out, '\n');
}

static void write_layer(struct table *table, const struct finding *finding)
{
    const struct report *report = table->report;
    if (finding->layer >= report->target.layers.count)
        return;
    if (finding->removed)
        out_printf(table->out, tr("  (layer %u; removed later, and still in the image)"),
                   finding->layer + 1);
    else if (table->style->verbose)
        out_printf(table->out, tr("  (layer %u)"), finding->layer + 1);
}

static void write_place(struct table *table, const struct finding *finding, size_t width)
{
    AUTO_BUF line = {0};
    struct str place = part_place(&table->arena, finding);
    struct str detail = local_text(table, finding->detail, finding->detail_local);
    struct str said = detail.len ? detail : finding->excerpt;
    if (place.len == 0 && said.len == 0)
        return;
    for (size_t i = 0; i < INDENT; i++)
        buf_putc(&line, ' ');
    if (place.len && said.len && utf8_columns(place) <= width)
        utf8_cell(&line, place, width);
    else
        utf8_safe(&line, place);
    if (place.len && said.len)
        buf_puts(&line, "  ");
    utf8_safe(&line, said);
    if (detail.len && finding->excerpt.len) {
        buf_puts(&line, ": ");
        utf8_safe(&line, finding->excerpt);
    }
    out_add(table->out, buf_str(&line));
    write_layer(table, finding);
    out_putc(table->out, '\n');
}

/* Words in lines of the terminal's width. */
static void write_wrapped(struct table *table, const char *mark, struct str text)
{
    size_t width = table->style->width ? table->style->width : 100, column = INDENT + 2;
    struct str rest = text, word;
    for (size_t i = 0; i < INDENT; i++)
        out_putc(table->out, ' ');
    out_printf(table->out, "%s ", mark);
    for (bool first = true; str_cut(&rest, ' ', &word); first = false) {
        size_t columns = utf8_columns(word);
        if (!first && column + 1 + columns > width) {
            out_puts(table->out, "\n      ");
            column = INDENT + 2;
        } else if (!first) {
            out_putc(table->out, ' ');
            column++;
        }
        table_safe(table, word);
        column += columns;
    }
    out_putc(table->out, '\n');
}

static void write_block(struct table *table, const struct finding *const *findings, size_t count)
{
    size_t width = 0, shown = 0;
    const struct finding *first = findings[0];
    write_rule(table, first, count);
    for (size_t i = 0; i < count; i++) {
        size_t columns = utf8_columns(part_place(&table->arena, findings[i]));
        width = columns > width && columns <= PLACE ? columns : width;
    }
    for (size_t i = 0; i < count; i++)
        if (table->style->verbose || shown < PLACES_SHOWN) {
            write_place(table, findings[i], width);
            shown++;
        }
    if (shown < count)
        out_printf(table->out, tr("    and %zu more; --verbose shows them all\n"), count - shown);
    struct str mend = local_text(table, first->mend, first->mend_local);
    if (mend.len) {
        table_paint(table, "32");
        write_wrapped(table, "→", mend);
        table_paint(table, "0");
    }
}

void table_files(struct table *table)
{
    size_t count;
    const struct finding **all = report_counted(table->report, &count);
    for (size_t k = 0; k < PART_FILE_KINDS; k++) {
        bool headed = false;
        for (size_t i = 0; i < count;) {
            size_t end = part_rule_end(all, count, i);
            if (all[i]->kind == part_file_kinds[k]) {
                if (!headed) {
                    table_paint(table, "1");
                    out_printf(table->out, "\n%s\n", tr(sections[part_file_kinds[k]]));
                    table_paint(table, "0");
                    headed = true;
                }
                write_block(table, all + i, end - i);
            }
            i = end;
        }
    }
    free(all);
}
