#include "report/elements.h"

#include "base/utf8.h"

/* ---- XML 1.0 ---- */

/* Characters that XML cannot hold (production 2, "Char") and bytes that are no UTF-8 become U+FFFD.
 */
static void put_xml(struct out *out, struct str text)
{
    size_t plain = 0;
    for (size_t i = 0; i < text.len;) {
        unsigned char c = (unsigned char)text.data[i];
        size_t len = c < 0x80 ? 1 : utf8_length(str_from(text, i));
        const char *other = c == '<'              ? "&lt;"
                            : c == '>'            ? "&gt;"
                            : c == '&'            ? "&amp;"
                            : c == '"'            ? "&quot;"
                            : c == '\n'           ? "&#10;"
                            : c == '\t'           ? "&#9;"
                            : c == '\r'           ? "&#13;"
                            : c < ' ' || len == 0 ? "\xef\xbf\xbd"
                            : len == 3 && c == 0xef && text.len - i >= 3 &&
                                    (unsigned char)text.data[i + 1] == 0xbf &&
                                    (unsigned char)text.data[i + 2] >= 0xbe
                                ? "\xef\xbf\xbd"
                                : NULL;
        len = len ? len : 1;
        if (other) {
            out_add(out, str_make(text.data + plain, i - plain));
            out_puts(out, other);
            plain = i + len;
        }
        i += len;
    }
    out_add(out, str_make(text.data + plain, text.len - plain));
}

static void close_tag(struct elements *to)
{
    if (to->tag_open)
        out_putc(to->out, '>');
    to->tag_open = false;
}

static void indent(struct elements *to)
{
    unsigned tags = 0;
    for (unsigned i = 0; i < to->depth; i++)
        tags += to->open[i] != NULL;
    out_putc(to->out, '\n');
    for (unsigned i = 0; i < tags; i++)
        out_puts(to->out, "  ");
}

static void open_tag(struct elements *to, const char *name)
{
    close_tag(to);
    indent(to);
    out_printf(to->out, "<%s", name);
    to->tag_open = true;
    to->has_text = false;
}

static void xml_text(struct elements *to, const char *name, struct str value)
{
    close_tag(to);
    indent(to);
    out_printf(to->out, "<%s>", name);
    put_xml(to->out, value);
    out_printf(to->out, "</%s>", name);
    to->has_text = false;
}

static void push(struct elements *to, const char *name, char bracket)
{
    if (to->xml && name)
        open_tag(to, name);
    to->open[to->depth] = name;
    to->bracket[to->depth] = bracket;
    to->depth++;
}

/* ---- both ---- */

void elements_init(struct elements *to, struct out *out, bool xml)
{
    *to = (struct elements){.out = out, .xml = xml, .json = {.out = out}};
}

void elements_root(struct elements *to, const char *name, const char *name_space)
{
    if (to->xml)
        out_puts(to->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    else
        json_begin(&to->json, '{');
    push(to, name, '{');
    if (to->xml)
        elements_attribute(to, "xmlns", str_of(name_space));
}

void elements_object(struct elements *to, const char *name)
{
    if (!to->xml)
        json_open(&to->json, name, '{');
    push(to, name, '{');
}

void elements_list(struct elements *to, const char *key, const char *xml_name)
{
    if (!to->xml)
        json_open(&to->json, key, '[');
    push(to, xml_name, '[');
}

void elements_item(struct elements *to, const char *xml_name)
{
    if (!to->xml)
        json_begin(&to->json, '{');
    push(to, xml_name, '{');
}

void elements_end(struct elements *to)
{
    const char *name = to->open[--to->depth];
    if (!to->xml) {
        json_end(&to->json, to->bracket[to->depth] == '{' ? '}' : ']');
        return;
    }
    if (!name)
        return;
    if (to->tag_open) {
        out_puts(to->out, "/>");
    } else {
        if (!to->has_text)
            indent(to);
        out_printf(to->out, "</%s>", name);
    }
    to->tag_open = to->has_text = false;
    if (to->depth == 0)
        out_putc(to->out, '\n');
}

void elements_attribute(struct elements *to, const char *name, struct str value)
{
    if (!to->xml) {
        json_put_str(&to->json, name, value);
        return;
    }
    out_printf(to->out, " %s=\"", name);
    put_xml(to->out, value);
    out_putc(to->out, '"');
}

void elements_own_text(struct elements *to, const char *key, struct str value)
{
    if (!to->xml) {
        json_put_str(&to->json, key, value);
        return;
    }
    close_tag(to);
    put_xml(to->out, value);
    to->has_text = true;
}

void elements_text(struct elements *to, const char *name, struct str value)
{
    if (to->xml)
        xml_text(to, name, value);
    else
        json_put_str(&to->json, name, value);
}

void elements_number(struct elements *to, const char *name, double value, int decimals)
{
    if (!to->xml) {
        json_key(&to->json, name);
        json_double(&to->json, value, decimals);
        return;
    }
    close_tag(to);
    indent(to);
    out_printf(to->out, "<%s>", name);
    struct json_writer number = {.out = to->out};
    json_double(&number, value, decimals);
    out_printf(to->out, "</%s>", name);
    to->has_text = false;
}

void elements_text_item(struct elements *to, const char *xml_name, struct str value)
{
    if (to->xml)
        xml_text(to, xml_name, value);
    else
        json_str(&to->json, value);
}

void elements_number_item(struct elements *to, const char *xml_name, uint64_t value)
{
    if (!to->xml) {
        json_u64(&to->json, value);
        return;
    }
    close_tag(to);
    indent(to);
    out_printf(to->out, "<%s>%llu</%s>", xml_name, (unsigned long long)value, xml_name);
    to->has_text = false;
}

void elements_ref_item(struct elements *to, const char *xml_name, struct str value)
{
    if (!to->xml) {
        json_str(&to->json, value);
        return;
    }
    push(to, xml_name, '{');
    elements_attribute(to, "ref", value);
    elements_end(to);
}
