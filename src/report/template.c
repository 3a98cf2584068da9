/* Writes a report by a template. Names are those of the JSON report (report/json.c), which is asked
 * for one finding or package at a time, so that the whole never stands in memory. */
#include "report/template.h"

#include "base/i18n.h"
#include "base/limits.h"
#include "report/json.h"
#include "report/parts.h"
#include "report/text.h"

/* What a name stands for: a node, or one of the report's lists that are made while they are gone
 * through. */
enum value_kind { VALUE_NONE, VALUE_NODE, VALUE_FINDINGS, VALUE_PACKAGES, VALUE_PACKAGE };
struct value {
    enum value_kind kind;
    const struct json_node *node;
};

enum { FRAMES = LIMIT_TEMPLATE_DEPTH + 1 };

struct renderer {
    struct out *out;
    const struct report *report;
    const struct report_style *style;
    const struct template *template;
    struct arena item;               /* of the finding or package that is being written */
    const struct json_node *package; /* the finding's, once somebody has asked for it */
    struct value frames[FRAMES];
    size_t depth;
    struct buf text;
};

static const struct json_node *make_item(struct renderer *renderer, enum value_kind list,
                                         size_t index)
{
    struct json_tree tree = {.arena = &renderer->item};
    struct json_writer json = {.tree = &tree};
    if (list == VALUE_FINDINGS)
        report_json_finding(&json, renderer->report, &renderer->report->findings.items[index],
                            renderer->style);
    else
        report_json_package(&json, renderer->report, index);
    return tree.root;
}

/* A finding's "package" is a number, and all that the package has: {{package.name}}. */
static const struct json_node *package_of(struct renderer *renderer, const struct json_node *node)
{
    uint64_t index;
    if (renderer->package)
        return renderer->package;
    if (!str_to_u64(node->text, &index) || index >= renderer->report->packages.count)
        return node;
    renderer->package = make_item(renderer, VALUE_PACKAGES, (size_t)index);
    return renderer->package;
}

static struct value member(struct renderer *renderer, struct value value, struct str name,
                           bool is_root)
{
    if (is_root && str_is(name, "findings"))
        return (struct value){VALUE_FINDINGS, NULL};
    if (is_root && str_is(name, "packages"))
        return (struct value){VALUE_PACKAGES, NULL};
    if (value.kind == VALUE_PACKAGE)
        value.node = package_of(renderer, value.node);
    if (!value.node)
        return (struct value){VALUE_NONE, NULL};
    const struct json_node *node = json_node_member(value.node, name);
    if (!node)
        return (struct value){VALUE_NONE, NULL};
    bool reference = node->kind == JSON_NODE_NUMBER && str_is(name, "package");
    return (struct value){reference ? VALUE_PACKAGE : VALUE_NODE, node};
}

/* The first part is looked for from the innermost section outwards, the others in what it is. */
static struct value look_up(struct renderer *renderer, struct str name)
{
    struct value value = {VALUE_NONE, NULL};
    struct str first;
    if (str_is(name, "."))
        return renderer->frames[renderer->depth - 1];
    str_cut(&name, '.', &first);
    for (size_t i = renderer->depth; i-- && value.kind == VALUE_NONE;)
        value = member(renderer, renderer->frames[i], first, i == 0);
    while (value.kind != VALUE_NONE && str_cut(&name, '.', &first))
        value = member(renderer, value, first, false);
    return value;
}

static size_t length_of(const struct renderer *renderer, struct value value)
{
    size_t count = 0;
    if (value.kind == VALUE_FINDINGS)
        return renderer->report->findings.count;
    if (value.kind == VALUE_PACKAGES)
        return renderer->report->packages.count;
    for (const struct json_node *node = value.node ? value.node->first : NULL; node;
         node = node->next)
        count++;
    return count;
}

static bool is_true(const struct renderer *renderer, struct value value)
{
    if (value.kind == VALUE_NONE)
        return false;
    if (value.kind != VALUE_NODE && value.kind != VALUE_PACKAGE)
        return length_of(renderer, value) > 0;
    switch (value.node->kind) {
    case JSON_NODE_NULL:
        return false;
    case JSON_NODE_BOOL:
        return str_is(value.node->text, "true");
    case JSON_NODE_TEXT:
        return value.node->text.len > 0;
    case JSON_NODE_LIST:
        return value.node->first != NULL;
    case JSON_NODE_NUMBER:
    case JSON_NODE_OBJECT:
        return true;
    }
    return true;
}

/* ---- values ---- */

static void add_plain(struct buf *buf, const struct json_node *node)
{
    if (node->kind == JSON_NODE_LIST) {
        for (const struct json_node *item = node->first; item; item = item->next) {
            if (item->kind != JSON_NODE_OBJECT && item->kind != JSON_NODE_LIST)
                buf_add(buf, item->text);
            buf_puts(buf, item->next ? ", " : "");
        }
    } else if (node->kind != JSON_NODE_OBJECT) {
        buf_add(buf, node->text);
    }
}

static void write_json(struct json_writer *json, const struct json_node *node, size_t depth)
{
    bool object = node->kind == JSON_NODE_OBJECT;
    if (node->kind == JSON_NODE_TEXT) {
        json_str(json, node->text.data ? node->text : STR(""));
    } else if (node->kind == JSON_NODE_NULL) {
        out_puts(json->out, "null");
    } else if (!object && node->kind != JSON_NODE_LIST) {
        out_add(json->out, node->text);
    } else {
        out_putc(json->out, object ? '{' : '[');
        for (const struct json_node *item = node->first; item && depth < 16; item = item->next) {
            if (object) {
                json_str(json, item->key);
                out_putc(json->out, ':');
            }
            write_json(json, item, depth + 1);
            out_puts(json->out, item->next ? "," : "");
        }
        out_putc(json->out, object ? '}' : ']');
    }
}

static void write_csv(struct out *out, struct str text)
{
    AUTO_BUF cell = {0};
    if (text.len && text.data[0] && strchr("=+-@\t\r", text.data[0]))
        buf_putc(&cell, '\'');
    text_clean(&cell, text);
    out_putc(out, '"');
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.data[i] == '"')
            out_putc(out, '"');
        out_putc(out, cell.data[i]);
    }
    out_putc(out, '"');
}

static void write_changed(struct out *out, struct str text, char from, char to, int by, bool html)
{
    AUTO_BUF changed = {0};
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        buf_putc(&changed, c >= from && c <= to ? (char)(c + by) : c);
    }
    if (html)
        text_markup(out, buf_str(&changed));
    else
        out_add(out, buf_str(&changed));
}

static void write_url(struct out *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c && strchr("-._~", c));
        if (plain)
            out_putc(out, c);
        else
            out_printf(out, "%%%02X", (unsigned char)c);
    }
}

static void write_value(struct renderer *renderer, const struct template_part *part)
{
    struct value value = look_up(renderer, part->text);
    struct json_writer json = {.out = renderer->out};
    renderer->text.len = 0;
    if (part->filter == FILTER_LENGTH) {
        out_printf(renderer->out, "%zu", length_of(renderer, value));
        return;
    }
    if (!value.node) {
        if (part->filter == FILTER_JSON)
            out_puts(renderer->out, "null");
        return;
    }
    add_plain(&renderer->text, value.node);
    struct str text = buf_str(&renderer->text);
    switch (part->filter) {
    case FILTER_CSV:
        write_csv(renderer->out, text);
        break;
    case FILTER_JSON:
        write_json(&json, value.node, 0);
        break;
    case FILTER_LOWER:
        write_changed(renderer->out, text, 'A', 'Z', 'a' - 'A', !part->raw);
        break;
    case FILTER_UPPER:
        write_changed(renderer->out, text, 'a', 'z', 'A' - 'a', !part->raw);
        break;
    case FILTER_MARKDOWN: {
        AUTO_BUF safe = {0};
        text_markdown(&safe, text, false);
        out_add(renderer->out, buf_str(&safe));
        break;
    }
    case FILTER_URL:
        write_url(renderer->out, text);
        break;
    case FILTER_NONE:
    case FILTER_LENGTH:
    case FILTER_COUNT:
        if (part->raw)
            out_add(renderer->out, text);
        else
            text_markup(renderer->out, text);
        break;
    }
}

/* ---- sections ---- */

static void render(struct renderer *renderer, size_t from, size_t to);

static void render_in(struct renderer *renderer, struct value value, size_t from, size_t to)
{
    renderer->frames[renderer->depth++] = value;
    render(renderer, from, to);
    renderer->depth--;
}

static void render_list(struct renderer *renderer, enum value_kind list, size_t count, size_t from,
                        size_t to)
{
    for (size_t i = 0; i < count && !renderer->out->error; i++) {
        const struct json_node *item = make_item(renderer, list, i);
        render_in(renderer, (struct value){VALUE_NODE, item}, from, to);
        renderer->package = NULL;
        arena_free(&renderer->item);
        renderer->item = (struct arena){0};
    }
}

static void render_section(struct renderer *renderer, size_t index)
{
    const struct template_part *part = &renderer->template->parts.items[index];
    struct value value = look_up(renderer, part->text);
    if (value.kind == VALUE_FINDINGS || value.kind == VALUE_PACKAGES) {
        render_list(renderer, value.kind, length_of(renderer, value), index + 1, part->end);
        return;
    }
    if (!is_true(renderer, value))
        return;
    if (value.kind == VALUE_PACKAGE)
        value = (struct value){VALUE_NODE, package_of(renderer, value.node)};
    if (value.node->kind != JSON_NODE_LIST) {
        render_in(renderer, value, index + 1, part->end);
        return;
    }
    for (const struct json_node *item = value.node->first; item; item = item->next)
        render_in(renderer, (struct value){VALUE_NODE, item}, index + 1, part->end);
}

static void render(struct renderer *renderer, size_t from, size_t to)
{
    for (size_t i = from; i < to && !renderer->out->error; i++) {
        const struct template_part *part = &renderer->template->parts.items[i];
        switch (part->kind) {
        case TEMPLATE_TEXT:
            out_add(renderer->out, part->text);
            break;
        case TEMPLATE_VALUE:
            write_value(renderer, part);
            break;
        case TEMPLATE_SECTION:
            render_section(renderer, i);
            i = part->end;
            break;
        case TEMPLATE_INVERTED:
            if (!is_true(renderer, look_up(renderer, part->text)))
                render(renderer, i + 1, part->end);
            i = part->end;
            break;
        case TEMPLATE_END:
            break;
        }
    }
}

static void template_write(struct out *out, const struct report *report,
                           const struct report_style *style)
{
    struct template template;
    struct arena frame = {0};
    if (template_parse(&template, style->template, NULL) < 0)
        return; /* it was checked before the scan */
    struct json_tree tree = {.arena = &frame};
    struct json_writer json = {.tree = &tree};
    report_json_frame(&json, report, style);
    struct renderer renderer = {
        .out = out, .report = report, .style = style, .template = &template, .depth = 1};
    renderer.frames[0] = (struct value){VALUE_NODE, tree.root};
    render(&renderer, 0, template.parts.count);
    buf_free(&renderer.text);
    arena_free(&renderer.item);
    arena_free(&frame);
    template_free(&template);
}

static int template_check(struct str text, struct pl_err *err)
{
    struct template template;
    int r = template_parse(&template, text, err);
    if (r == 0)
        template_free(&template);
    return r;
}

const struct report_format report_format_template = {
    .name = "template",
    .help = N_("a form of your own: --format template=FILE; docs/templates.md"),
    .has_file = true,
    .check = template_check,
    .write = template_write,
};
