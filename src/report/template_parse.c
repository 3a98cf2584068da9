/* Reads a template by Mustache's specification 1.4 (github.com/mustache/spec): the modules
 * interpolation, sections, inverted, comments and delimiters. */
#include "report/template.h"

#include "base/buf.h"
#include "base/limits.h"

const char *template_filter_name(enum template_filter filter)
{
    static const char *const names[FILTER_COUNT] = {"",      "csv",      "json",  "length",
                                                    "lower", "markdown", "upper", "url"};
    return names[filter];
}

struct reader {
    struct template *template;
    struct str text;
    struct str open, close; /* delimiters */
    size_t at;
    size_t sections[LIMIT_TEMPLATE_DEPTH]; /* parts that are open */
    size_t depth;
};

static void place_of(struct str text, size_t at, size_t *ret_line, size_t *ret_column)
{
    *ret_line = 1;
    *ret_column = 1;
    for (size_t i = 0; i < at && i < text.len; i++) {
        if (text.data[i] == '\n') {
            ++*ret_line;
            *ret_column = 1;
        } else if (((unsigned char)text.data[i] & 0xc0) != 0x80) {
            ++*ret_column;
        }
    }
}

static int fail(const struct reader *reader, size_t at, int r, struct pl_err *err)
{
    size_t line, column;
    place_of(reader->text, at, &line, &column);
    (void)r;
    return err_prefix(err, "line %zu, column %zu", line, column);
}

static int add(struct reader *reader, struct template_part part, struct pl_err *err)
{
    if (reader->template->parts.count >= LIMIT_TEMPLATE_PARTS)
        return err_limit(err, LIMIT_NAME(LIMIT_TEMPLATE_PARTS),
                         "the template has more parts than LIMIT_TEMPLATE_PARTS (%llu)",
                         LIMIT_TEMPLATE_PARTS);
    *VEC_ADD(&reader->template->parts) = part;
    return 0;
}

static int add_text(struct reader *reader, size_t from, size_t to, struct pl_err *err)
{
    if (to <= from)
        return 0;
    return add(reader,
               (struct template_part){.kind = TEMPLATE_TEXT,
                                      .text = str_make(reader->text.data + from, to - from)},
               err);
}

static bool is_name(struct str name)
{
    if (str_is(name, "."))
        return true;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '-';
        bool dot = c == '.' && i > 0 && i + 1 < name.len && name.data[i - 1] != '.';
        if (!word && !dot)
            return false;
    }
    return name.len > 0;
}

/* "name", or "name | filter". */
static int read_name(struct str content, struct template_part *part, struct pl_err *err)
{
    size_t bar = str_index(content, '|');
    part->text = str_trim(str_first(content, bar));
    if (!is_name(part->text))
        return err_set(err, PL_E_FORMAT, "\"%.*s\" is no name",
                       STR_ARG(str_first(part->text, 100)));
    if (bar == SIZE_MAX)
        return 0;
    struct str filter = str_trim(str_from(content, bar + 1));
    for (int i = 1; i < FILTER_COUNT; i++)
        if (str_is(filter, template_filter_name((enum template_filter)i))) {
            part->filter = (enum template_filter)i;
            return 0;
        }
    return err_set(err, PL_E_FORMAT,
                   "there is no filter \"%.*s\"; there are csv, json, length, lower, markdown, "
                   "upper, url",
                   STR_ARG(str_first(filter, 100)));
}

/* The lists of the whole report inside one another would be their product. */
static bool is_whole_list(struct str name)
{
    return str_is(name, "findings") || str_is(name, "packages");
}

static int open_section(struct reader *reader, struct template_part part, struct pl_err *err)
{
    if (reader->depth >= LIMIT_TEMPLATE_DEPTH)
        return err_limit(err, LIMIT_NAME(LIMIT_TEMPLATE_DEPTH),
                         "more than LIMIT_TEMPLATE_DEPTH (%llu) sections inside one another",
                         LIMIT_TEMPLATE_DEPTH);
    for (size_t i = 0; i < reader->depth && is_whole_list(part.text); i++) {
        const struct template_part *outer = &reader->template->parts.items[reader->sections[i]];
        if (outer->kind == TEMPLATE_SECTION && is_whole_list(outer->text))
            return err_set(err, PL_E_FORMAT,
                           "%.*s inside %.*s: one of them would be gone through "
                           "for each of the other",
                           STR_ARG(part.text), STR_ARG(outer->text));
    }
    reader->sections[reader->depth++] = reader->template->parts.count;
    return add(reader, part, err);
}

static int close_section(struct reader *reader, struct str name, struct pl_err *err)
{
    if (reader->depth == 0)
        return err_set(err, PL_E_FORMAT, "{{/%.*s}} ends nothing", STR_ARG(str_first(name, 100)));
    size_t index = reader->sections[--reader->depth];
    struct str open = reader->template->parts.items[index].text;
    if (!str_equal(open, name))
        return err_set(err, PL_E_FORMAT, "{{/%.*s}} ends a section that is named %.*s",
                       STR_ARG(str_first(name, 100)), STR_ARG(str_first(open, 100)));
    reader->template->parts.items[index].end = reader->template->parts.count;
    return add(reader, (struct template_part){.kind = TEMPLATE_END, .text = name}, err);
}

/* "{{=<% %>=}}" */
static int set_delimiters(struct reader *reader, struct str content, struct pl_err *err)
{
    struct str open;
    content = str_trim(content);
    bool two = str_cut(&content, ' ', &open) && content.data;
    struct str close = two ? str_trim(content) : STR_NONE;
    if (!open.len || !close.len || str_index(close, ' ') != SIZE_MAX ||
        str_index(open, '=') != SIZE_MAX || str_index(close, '=') != SIZE_MAX)
        return err_set(err, PL_E_FORMAT,
                       "delimiters are set between '=' and '=', with a space between them");
    reader->open = open;
    reader->close = close;
    return 0;
}

/* A tag's content without its sign. */
static int read_tag(struct reader *reader, char sign, struct str content, struct pl_err *err)
{
    struct template_part part = {.kind = TEMPLATE_VALUE};
    switch (sign) {
    case '!':
        return 0;
    case '=':
        return set_delimiters(reader, content, err);
    case '/':
        return close_section(reader, str_trim(content), err);
    case '>':
        return err_set(err, PL_E_UNSUPPORTED, "there are no partials");
    case '#':
    case '^':
        part.kind = sign == '#' ? TEMPLATE_SECTION : TEMPLATE_INVERTED;
        part.text = str_trim(content);
        if (!is_name(part.text))
            return err_set(err, PL_E_FORMAT, "\"%.*s\" is no name",
                           STR_ARG(str_first(part.text, 100)));
        return open_section(reader, part, err);
    default:
        part.raw = sign == '{' || sign == '&';
        int r = read_name(content, &part, err);
        return r < 0 ? r : add(reader, part, err);
    }
}

/* A tag that prints nothing and has its line for itself takes the line with it. */
static void trim_line(const struct reader *reader, size_t *before, size_t *after)
{
    size_t from = *before, to = *after;
    const char *text = reader->text.data;
    while (from > 0 && (text[from - 1] == ' ' || text[from - 1] == '\t'))
        from--;
    while (to < reader->text.len && (text[to] == ' ' || text[to] == '\t'))
        to++;
    bool begins = from == 0 || text[from - 1] == '\n';
    if (to < reader->text.len && text[to] == '\r')
        to++;
    bool ends = to == reader->text.len || text[to] == '\n';
    if (!begins || !ends)
        return;
    *before = from;
    *after = to < reader->text.len ? to + 1 : to;
}

static int next_tag(struct reader *reader, size_t begin, size_t *from, struct pl_err *err)
{
    size_t inside = begin + reader->open.len;
    char sign = inside < reader->text.len ? reader->text.data[inside] : '\0';
    AUTO_BUF close = {0};
    if (sign == '{')
        buf_putc(&close, '}');
    if (sign == '=')
        buf_putc(&close, '=');
    buf_add(&close, reader->close);
    size_t plain = sign && strchr("!=/>#^{&", sign) ? inside + 1 : inside;
    size_t length = str_find(str_from(reader->text, plain), buf_str(&close));
    if (length == SIZE_MAX)
        return err_set(err, PL_E_FORMAT, "the tag has no end: %.*s", STR_ARG(buf_str(&close)));
    size_t end = plain + length + close.len, before = begin;
    bool prints = plain == inside || sign == '{' || sign == '&';
    reader->at = end;
    if (!prints)
        trim_line(reader, &before, &reader->at);
    int r = before > *from ? add_text(reader, *from, before, err) : 0;
    *from = reader->at;
    return r < 0 ? r
                 : read_tag(reader, plain == inside ? '\0' : sign,
                            str_make(reader->text.data + plain, length), err);
}

int template_parse(struct template *template, struct str text, struct pl_err *err)
{
    struct reader reader = {
        .template = template, .text = text, .open = STR("{{"), .close = STR("}}")};
    size_t from = 0;
    int r = 0;
    *template = (struct template){0};
    while (r == 0) {
        size_t found = str_find(str_from(text, reader.at), reader.open);
        if (found == SIZE_MAX)
            break;
        size_t begin = reader.at + found;
        r = next_tag(&reader, begin, &from, err);
        if (r < 0)
            r = fail(&reader, begin, r, err);
    }
    if (r == 0 && reader.depth) {
        struct str name = template->parts.items[reader.sections[reader.depth - 1]].text;
        err_set(err, PL_E_FORMAT, "the section %.*s has no end", STR_ARG(str_first(name, 100)));
        r = fail(&reader, (size_t)(name.data - text.data), r, err);
    }
    if (r == 0)
        r = add_text(&reader, from, text.len, err);
    if (r < 0)
        template_free(template);
    return r;
}

void template_free(struct template *template)
{
    VEC_FREE(&template->parts);
}
