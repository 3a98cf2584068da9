#include "cli/sweep_report.h"

#include <stdlib.h>

#include "base/i18n.h"
#include "base/utf8.h"
#include "model/report.h"

enum {
    NAME_LEAST = 24,
    NAME_PIPE = 56,
    NOTE_COLUMNS = 28,
    COUNT_COLUMNS = 6,
    COUNTS = 7,
    TOP = 10, /* vulnerabilities that are told under the table */
};

/* ---- vulnerabilities over all images ---- */

struct spread {
    struct str id, severity, fixed, title, package;
    enum severity level;
    bool kev;
    size_t images; /* that have it */
    size_t last;   /* image that was counted last, plus 1 */
};
struct spreads {
    struct arena arena;
    VEC(struct spread) items;
    json_t *index; /* by id: place in items */
};

static void count_finding(struct spreads *spreads, const json_t *finding, size_t image)
{
    struct str id = json_text(finding, "id");
    json_t *place = json_object_getn(spreads->index, id.data, id.len);
    if (!str_is(json_text(finding, "kind"), "vulnerability") || id.len == 0)
        return;
    if (!place) {
        struct spread spread = {
            .id = id,
            .severity = json_text(finding, "severity"),
            .package = json_text(finding, "package"),
            .title = json_text(finding, "title"),
        };
        severity_parse(spread.severity, &spread.level);
        json_object_setn_new(spreads->index, id.data, id.len,
                             json_integer((json_int_t)spreads->items.count));
        *VEC_ADD(&spreads->items) = spread;
        place = json_object_getn(spreads->index, id.data, id.len);
    }
    struct spread *spread = &spreads->items.items[json_integer_value(place)];
    enum severity level;
    if (severity_parse(json_text(finding, "severity"), &level) && level > spread->level) {
        spread->level = level;
        spread->severity = json_text(finding, "severity");
    }
    spread->kev = spread->kev || json_is_true(json_object_get(finding, "kev"));
    if (spread->fixed.len == 0)
        spread->fixed = json_text(finding, "fixed");
    if (spread->last != image + 1)
        spread->images++;
    spread->last = image + 1;
}

static int by_weight(const void *a, const void *b)
{
    const struct spread *x = a, *y = b;
    if (x->kev != y->kev)
        return x->kev ? -1 : 1;
    if (x->level != y->level)
        return x->level > y->level ? -1 : 1;
    if (x->images != y->images)
        return x->images > y->images ? -1 : 1;
    return str_compare(x->id, y->id);
}

static void spread_out(const struct sweep *sweep, struct spreads *spreads)
{
    spreads->index = json_object();
    for (size_t i = 0; i < sweep->images.count; i++) {
        size_t k;
        json_t *finding;
        json_array_foreach(json_list(sweep->images.items[i].result, "findings"), k, finding)
            count_finding(spreads, finding, i);
    }
    if (spreads->items.count)
        qsort(spreads->items.items, spreads->items.count, sizeof(struct spread), by_weight);
}

static void spreads_free(struct spreads *spreads)
{
    VEC_FREE(&spreads->items);
    json_decref(spreads->index);
    arena_free(&spreads->arena);
}

/* ---- the table ---- */

static uint64_t count_of(const json_t *result, const char *severity)
{
    return json_count(json_member(json_member(result, "summary"), "by_severity"), severity, 0);
}

static int by_harm(const void *a, const void *b)
{
    static const char *const levels[] = {"critical", "high", "medium", "low"};
    const struct sweep_image *x = *(const struct sweep_image *const *)a;
    const struct sweep_image *y = *(const struct sweep_image *const *)b;
    for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
        uint64_t p = count_of(x->result, levels[i]), q = count_of(y->result, levels[i]);
        if (p != q)
            return p > q ? -1 : 1;
    }
    return x < y ? -1 : x > y;
}

/* "team/app:1.2 +3": with how many other names it has. */
static void add_name(struct buf *line, const struct sweep_image *image, size_t columns)
{
    AUTO_BUF name = {0};
    AUTO_BUF more = {0};
    buf_printf(&name, "%.*s:%.*s", STR_ARG(image->names[0].repository),
               STR_ARG(image->names[0].tag));
    if (image->name_count > 1)
        buf_printf(&more, " +%zu", image->name_count - 1);
    if (more.len + utf8_columns(buf_str(&name)) > columns) {
        utf8_cell(line, buf_str(&name), columns - more.len);
        buf_add(line, buf_str(&more));
        return;
    }
    buf_add(&name, buf_str(&more));
    utf8_cell(line, buf_str(&name), columns);
}

static void add_note(struct buf *line, const struct sweep_image *image)
{
    const json_t *result = image->result;
    AUTO_BUF note = {0};
    uint64_t kev = json_count(json_member(result, "summary"), "kev", 0);
    if (json_text(result, "error").len)
        buf_puts(&note, tr("not examined"));
    else if (!json_is_true(json_object_get(result, "complete")))
        buf_puts(&note, tr("incomplete"));
    if (kev)
        buf_printf(&note, tr("%s%llu used in attacks"), note.len ? ", " : "",
                   (unsigned long long)kev);
    utf8_cell(line, buf_str(&note), utf8_columns(buf_str(&note)));
}

static void print_image(struct out *out, const struct sweep_image *image, size_t columns)
{
    AUTO_BUF line = {0};
    const json_t *summary = json_member(image->result, "summary");
    const uint64_t counts[COUNTS] = {
        json_count(summary, "packages", 0),
        count_of(image->result, "critical"),
        count_of(image->result, "high"),
        count_of(image->result, "medium"),
        count_of(image->result, "low"),
        count_of(image->result, "negligible") + count_of(image->result, "unknown"),
        json_count(summary, "fixable", 0),
    };
    add_name(&line, image, columns);
    for (size_t i = 0; i < COUNTS; i++) {
        if (summary)
            buf_printf(&line, " %*llu", COUNT_COLUMNS, (unsigned long long)counts[i]);
        else
            buf_printf(&line, " %*s", COUNT_COLUMNS, "-");
    }
    buf_puts(&line, "  ");
    add_note(&line, image);
    struct str text = buf_str(&line);
    while (text.len && text.data[text.len - 1] == ' ')
        text.len--;
    out_add(out, text);
    out_add(out, STR("\n"));
}

/* A heading, right-aligned in the columns of its numbers. */
static void add_heading(struct buf *line, const char *text)
{
    size_t columns = utf8_columns(str_of(text));
    for (size_t i = columns; i < COUNT_COLUMNS + 1; i++)
        buf_putc(line, ' ');
    buf_puts(line, text);
}

static void print_images(struct out *out, const struct sweep_report *report)
{
    static const char *const headings[COUNTS] = {N_("PKGS"), N_("CRIT"),  N_("HIGH"), N_("MED"),
                                                 N_("LOW"),  N_("OTHER"), N_("FIX")};
    const struct sweep *sweep = report->sweep;
    size_t rest = COUNTS * (COUNT_COLUMNS + 1) + 2 + NOTE_COLUMNS, columns = NAME_PIPE;
    if (report->width)
        columns = report->width > rest + NAME_LEAST ? report->width - rest : NAME_LEAST;
    const struct sweep_image **sorted =
        mem_alloc((sweep->images.count + 1) * sizeof(const struct sweep_image *));
    AUTO_BUF line = {0};
    utf8_cell(&line, str_of(tr("IMAGE")), columns);
    for (size_t i = 0; i < COUNTS; i++)
        add_heading(&line, tr(headings[i]));
    buf_putc(&line, '\n');
    out_add(out, buf_str(&line));
    for (size_t i = 0; i < sweep->images.count; i++)
        sorted[i] = &sweep->images.items[i];
    qsort(sorted, sweep->images.count, sizeof(*sorted), by_harm);
    for (size_t i = 0; i < sweep->images.count; i++)
        print_image(out, sorted[i], columns);
    free(sorted);
}

static void print_spreads(struct out *out, const struct sweep_report *report)
{
    struct spreads spreads = {0};
    spread_out(report->sweep, &spreads);
    if (spreads.items.count)
        out_printf(out, "\n%s\n", tr("What to mend first (vulnerability, images that have it):"));
    for (size_t i = 0; i < spreads.items.count && i < TOP; i++) {
        const struct spread *spread = &spreads.items.items[i];
        AUTO_BUF line = {0};
        buf_puts(&line, "  ");
        utf8_cell(&line, spread->id, 20);
        buf_putc(&line, ' ');
        utf8_cell(&line, str_of(tr(severity_name(spread->level))), 10);
        buf_printf(&line, " %5zu  ", spread->images);
        utf8_cell(&line, spread->package, 24);
        buf_putc(&line, ' ');
        if (spread->fixed.len) {
            AUTO_BUF text = {0};
            buf_printf(&text, tr("fixed in %.*s"), STR_ARG(spread->fixed));
            utf8_safe(&line, buf_str(&text));
        }
        if (spread->kev)
            buf_printf(&line, " %s", tr("[used in attacks]"));
        buf_putc(&line, '\n');
        out_add(out, buf_str(&line));
    }
    spreads_free(&spreads);
}

static void print_failures(struct out *out, const struct sweep *sweep)
{
    if (sweep->failures.count)
        out_printf(out, "\n%s\n", tr("What could not be examined:"));
    for (size_t i = 0; i < sweep->failures.count; i++) {
        const struct sweep_failure *failure = &sweep->failures.items[i];
        AUTO_BUF line = {0};
        buf_puts(&line, "  ");
        utf8_safe(&line, failure->where);
        buf_puts(&line, ": ");
        utf8_safe(&line, i18n_get() == LANG_EN ? failure->message : failure->local);
        buf_putc(&line, '\n');
        out_add(out, buf_str(&line));
    }
}

void sweep_report_table(struct out *out, const struct sweep_report *report)
{
    const struct sweep *sweep = report->sweep;
    size_t read = sweep->layers.all - sweep->layers.cached;
    if (sweep->images.count)
        print_images(out, report);
    print_spreads(out, report);
    print_failures(out, sweep);
    out_printf(
        out,
        tr("\n%.*s: %zu repositories, %zu tags, %zu distinct images; %zu layers, of which %zu "
           "were read now\n"),
        STR_ARG(report->registry), sweep->repositories, sweep->tags, sweep->images.count,
        sweep->distinct_layers, read);
    if (sweep->resumed)
        out_printf(out,
                   tr("%zu images were examined before this sweep was ended and begun again\n"),
                   sweep->resumed);
    if (sweep->too_old || sweep->beyond_newest)
        out_printf(out,
                   tr("passed over: %zu images that are too old, %zu that are not among the "
                      "newest\n"),
                   sweep->too_old, sweep->beyond_newest);
}

/* ---- JSON ---- */

static json_t *string_of(struct str text)
{
    json_t *value = text.len ? json_stringn(text.data, text.len) : NULL;
    return value ? value : json_null();
}

/* Repositories with their tags: names stand in that order. */
static json_t *names_of(const struct sweep_image *image)
{
    json_t *names = json_array(), *tags = NULL;
    struct str last = STR_NONE;
    for (size_t i = 0; i < image->name_count; i++) {
        const struct sweep_name *name = &image->names[i];
        if (!tags || !str_equal(last, name->repository)) {
            json_t *item = json_object();
            tags = json_array();
            json_object_set_new(item, "repository", string_of(name->repository));
            json_object_set_new(item, "tags", tags);
            json_array_append_new(names, item);
            last = name->repository;
        }
        json_array_append_new(tags, string_of(name->tag));
    }
    return names;
}

static json_t *image_of(const struct sweep_image *image)
{
    json_t *result = json_object();
    json_object_set_new(result, "digest", string_of(image->digest));
    json_object_set_new(result, "names", names_of(image));
    json_object_update(result, image->result);
    json_object_set_new(result, "platform", string_of(image->platform));
    json_object_del(result, "error_local");
    return result;
}

static json_t *images_of(const struct sweep *sweep)
{
    json_t *images = json_array();
    for (size_t i = 0; i < sweep->images.count; i++)
        json_array_append_new(images, image_of(&sweep->images.items[i]));
    return images;
}

static json_t *failures_of(const struct sweep *sweep)
{
    json_t *failures = json_array();
    for (size_t i = 0; i < sweep->failures.count; i++) {
        json_t *item = json_object();
        json_object_set_new(item, "where", string_of(sweep->failures.items[i].where));
        json_object_set_new(item, "message", string_of(sweep->failures.items[i].message));
        json_array_append_new(failures, item);
    }
    return failures;
}

static json_t *spreads_of(const struct sweep *sweep)
{
    json_t *result = json_array();
    struct spreads spreads = {0};
    spread_out(sweep, &spreads);
    for (size_t i = 0; i < spreads.items.count; i++) {
        const struct spread *spread = &spreads.items.items[i];
        json_t *item = json_object();
        json_object_set_new(item, "id", string_of(spread->id));
        json_object_set_new(item, "severity", string_of(spread->severity));
        json_object_set_new(item, "title", string_of(spread->title));
        json_object_set_new(item, "package", string_of(spread->package));
        json_object_set_new(item, "fixed", string_of(spread->fixed));
        json_object_set_new(item, "kev", json_boolean(spread->kev));
        json_object_set_new(item, "images", json_integer((json_int_t)spread->images));
        json_array_append_new(result, item);
    }
    spreads_free(&spreads);
    return result;
}

static json_t *summary_of(const struct sweep *sweep)
{
    const struct {
        const char *name;
        size_t value;
    } counts[] = {
        {"repositories", sweep->repositories},
        {"tags", sweep->tags},
        {"images", sweep->images.count},
        {"failures", sweep->failures.count},
        {"resumed", sweep->resumed},
        {"too_old", sweep->too_old},
        {"beyond_newest", sweep->beyond_newest},
        {"layers", sweep->distinct_layers},
        {"layers_read", sweep->layers.all - sweep->layers.cached},
    };
    json_t *summary = json_object();
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        json_object_set_new(summary, counts[i].name, json_integer((json_int_t)counts[i].value));
    return summary;
}

static json_t *generator_of(const struct sweep_report *report)
{
    json_t *generator = json_object(), *database = json_null();
    if (report->database) {
        database = json_object();
        json_object_set_new(database, "built", string_of(report->database->built));
        json_object_set_new(database, "advisories",
                            json_integer((json_int_t)report->database->advisories));
    }
    json_object_set_new(generator, "name", json_string("plimsoll"));
    json_object_set_new(generator, "version", json_string(PLIMSOLL_VERSION));
    json_object_set_new(generator, "database", database);
    return generator;
}

static int add_text(const char *text, size_t len, void *context)
{
    out_add(context, str_make(text, len));
    return 0;
}

void sweep_report_json(struct out *out, const struct sweep_report *report)
{
    const struct sweep *sweep = report->sweep;
    bool complete = sweep->failures.count == 0;
    json_t *root = json_object();
    for (size_t i = 0; i < sweep->images.count; i++)
        complete =
            complete && json_is_true(json_object_get(sweep->images.items[i].result, "complete"));
    json_object_set_new(root, "schema", json_string("plimsoll.sweep/1"));
    json_object_set_new(root, "complete", json_boolean(complete));
    json_object_set_new(root, "generator", generator_of(report));
    json_object_set_new(root, "registry", string_of(report->registry));
    json_object_set_new(root, "images", images_of(sweep));
    json_object_set_new(root, "failures", failures_of(sweep));
    json_object_set_new(root, "vulnerabilities", spreads_of(sweep));
    json_object_set_new(root, "summary", summary_of(sweep));
    json_dump_callback(root, add_text, out, JSON_INDENT(2));
    out_add(out, STR("\n"));
    json_decref(root);
}
