#include "license/expression.h"

#include <stdlib.h>
#include <strings.h>

#include "base/limits.h"
#include "base/vec.h"

/* ---- the list ---- */

static int compare_names(struct str a, const char *b)
{
    size_t len = strlen(b), common = a.len < len ? a.len : len;
    int order = common ? strncasecmp(a.data, b, common) : 0;
    return order ? order : (a.len > len) - (a.len < len);
}

const struct license_entry *license_find(struct str id)
{
    size_t low = 0, high = license_entry_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_names(id, license_entries[middle].id);
        if (order == 0)
            return &license_entries[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *license_find_exception(struct str name)
{
    for (size_t i = 0; i < license_exception_count; i++)
        if (compare_names(name, license_exceptions[i]) == 0)
            return license_exceptions[i];
    return NULL;
}

/* ---- words of an expression ---- */

enum token { TOKEN_END, TOKEN_WORD, TOKEN_AND, TOKEN_OR, TOKEN_WITH, TOKEN_OPEN, TOKEN_CLOSE };

struct parser {
    struct arena *arena;
    struct str text;
    size_t at; /* behind the token at hand */
    enum token token;
    struct str word;
    unsigned depth;
    VEC(struct license_node) nodes;
    struct pl_err *err;
};

static bool is_id_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int wrong(const struct parser *parser, const char *what)
{
    return err_set(parser->err, PL_E_FORMAT, "licence expression, byte %zu: %s: \"%.*s\"",
                   parser->at, what, STR_ARG(str_first(parser->text, 200)));
}

/* Annex D wants operators in capitals; version 3.0 of SPDX takes small ones, too, and people write
 * what they like. */
static enum token token_of(struct str word)
{
    static const struct {
        const char *name;
        enum token token;
    } operators[] = {{"and", TOKEN_AND}, {"or", TOKEN_OR}, {"with", TOKEN_WITH}};
    for (size_t i = 0; i < ARRAY_LEN(operators); i++)
        if (compare_names(word, operators[i].name) == 0)
            return operators[i].token;
    return TOKEN_WORD;
}

static int next(struct parser *parser)
{
    struct str text = parser->text;
    while (parser->at < text.len && is_space(text.data[parser->at]))
        parser->at++;
    size_t start = parser->at;
    if (start == text.len) {
        parser->token = TOKEN_END;
        return 0;
    }
    char c = text.data[parser->at++];
    if (c == '(' || c == ')') {
        parser->token = c == '(' ? TOKEN_OPEN : TOKEN_CLOSE;
        return 0;
    }
    if (!is_id_byte(c))
        return wrong(parser, "this byte has no place in an expression");
    while (parser->at < text.len && (is_id_byte(text.data[parser->at]) ||
                                     text.data[parser->at] == ':' || text.data[parser->at] == '+'))
        parser->at++;
    parser->word = str_make(text.data + start, parser->at - start);
    parser->token = token_of(parser->word);
    return 0;
}

/* ---- terms ---- */

static size_t add_node(struct parser *parser, enum license_node_kind kind)
{
    *VEC_ADD(&parser->nodes) =
        (struct license_node){.kind = kind, .first = LICENSE_NO_NODE, .next = LICENSE_NO_NODE};
    return parser->nodes.count - 1;
}

/* "LicenseRef-x", "DocumentRef-y:LicenseRef-x", and AdditionRef of SPDX 3.0. */
static bool is_reference(struct str word, const char *kind)
{
    struct str rest = word;
    if (str_starts(rest, STR("DocumentRef-"))) {
        size_t colon = str_index(rest, ':');
        if (colon == SIZE_MAX || colon == sizeof("DocumentRef-") - 1)
            return false;
        rest = str_from(rest, colon + 1);
    }
    return str_starts(rest, str_of(kind)) && rest.len > strlen(kind) &&
           str_index(rest, ':') == SIZE_MAX && str_index(rest, '+') == SIZE_MAX;
}

/* A deprecated id that an expression has taken the place of: at most "ID WITH EXCEPTION". */
static void set_successor(struct license_node *node, const char *successor)
{
    static const struct str with = {" WITH ", 6};
    struct str text = str_of(successor);
    size_t at = str_find(text, with);
    node->id = str_first(text, at);
    node->exception = at == SIZE_MAX ? STR_NONE : str_from(text, at + with.len);
}

/* "GPL-2.0-only+" is what "GPL-2.0-or-later" says. */
static bool set_later(struct parser *parser, struct license_node *node)
{
    static const struct str only = {"-only", 5}, later = {"-or-later", 9};
    if (str_ends(node->id, later))
        return true;
    if (str_ends(node->id, only)) {
        node->id = arena_printf(parser->arena, "%.*s-or-later",
                                STR_ARG(str_first(node->id, node->id.len - only.len)));
        return license_find(node->id) != NULL;
    }
    node->id = arena_printf(parser->arena, "%.*s+", STR_ARG(node->id));
    return true;
}

static int read_id(struct parser *parser, size_t index)
{
    struct license_node *node = &parser->nodes.items[index];
    struct str word = parser->word;
    if (is_reference(word, "LicenseRef-")) {
        node->id = arena_str(parser->arena, word);
        return next(parser);
    }
    const struct license_entry *entry = license_find(word); /* "GPL-2.0+" stands in the list */
    bool later = false;
    if (!entry && str_ends(word, STR("+"))) {
        entry = license_find(str_first(word, word.len - 1));
        later = true;
    }
    if (!entry)
        return wrong(parser, "the list of SPDX has no such licence");
    node->id = str_of(entry->id);
    if (entry->successor[0])
        set_successor(node, entry->successor);
    if (later && (node->exception.len || !set_later(parser, node)))
        return wrong(parser, "'+' has no place behind this licence");
    return next(parser);
}

static int read_exception(struct parser *parser, size_t index)
{
    int r = next(parser);
    if (r < 0)
        return r;
    const char *name = parser->token == TOKEN_WORD ? license_find_exception(parser->word) : NULL;
    struct license_node *node = &parser->nodes.items[index];
    if (node->exception.len)
        return wrong(parser, "this licence has an exception already");
    if (name)
        node->exception = str_of(name);
    else if (parser->token == TOKEN_WORD && is_reference(parser->word, "AdditionRef-"))
        node->exception = arena_str(parser->arena, parser->word);
    else
        return wrong(parser, "the list of SPDX has no such exception");
    return next(parser);
}

/* ---- the grammar ---- */

static int read_any(struct parser *parser, enum license_node_kind kind, size_t *ret_node);

static int read_term(struct parser *parser, size_t *ret_node)
{
    int r;
    if (parser->token == TOKEN_OPEN) {
        if (++parser->depth > LIMIT_LICENSE_DEPTH)
            return err_limit(parser->err, LIMIT_NAME(LIMIT_LICENSE_DEPTH),
                             "licence expression: parentheses are nested deeper than "
                             "LIMIT_LICENSE_DEPTH (%llu)",
                             LIMIT_LICENSE_DEPTH);
        r = next(parser);
        if (r == 0)
            r = read_any(parser, LICENSE_OR, ret_node);
        if (r < 0)
            return r;
        if (parser->token != TOKEN_CLOSE)
            return wrong(parser, "a ')' is missing");
        parser->depth--;
        return next(parser);
    }
    if (parser->token != TOKEN_WORD)
        return wrong(parser, "a licence is missing");
    if (parser->nodes.count >= LIMIT_LICENSE_TERMS)
        return err_limit(parser->err, LIMIT_NAME(LIMIT_LICENSE_TERMS),
                         "licence expression: more terms than LIMIT_LICENSE_TERMS (%llu)",
                         LIMIT_LICENSE_TERMS);
    *ret_node = add_node(parser, LICENSE_TERM);
    r = read_id(parser, *ret_node);
    if (r == 0 && parser->token == TOKEN_WITH)
        r = read_exception(parser, *ret_node);
    return r;
}

/* Operands of one operator beside one another: "A AND (B AND C)" is "A AND B AND C". */
static void append(struct parser *parser, enum license_node_kind kind, size_t node, size_t *list,
                   size_t *last)
{
    struct license_node *nodes = parser->nodes.items;
    size_t first = nodes[node].kind == kind ? nodes[node].first : node;
    if (*list == LICENSE_NO_NODE)
        *list = first;
    else
        nodes[*last].next = first;
    for (*last = first; nodes[*last].next != LICENSE_NO_NODE;)
        *last = nodes[*last].next;
}

static int read_any(struct parser *parser, enum license_node_kind kind, size_t *ret_node)
{
    enum token operator= kind == LICENSE_OR ? TOKEN_OR : TOKEN_AND;
    size_t list = LICENSE_NO_NODE, last = LICENSE_NO_NODE, count = 0, node = 0;
    for (;;) {
        int r =
            kind == LICENSE_OR ? read_any(parser, LICENSE_AND, &node) : read_term(parser, &node);
        if (r < 0)
            return r;
        if (parser->token != operator&& count == 0) {
            *ret_node = node;
            return 0;
        }
        append(parser, kind, node, &list, &last);
        count++;
        if (parser->token != operator)
            break;
        r = next(parser);
        if (r < 0)
            return r;
    }
    *ret_node = add_node(parser, kind);
    parser->nodes.items[*ret_node].first = list;
    return 0;
}

int license_parse(struct arena *arena, struct str text, struct license_expression *ret_expression,
                  struct pl_err *err)
{
    struct parser parser = {.arena = arena, .text = text, .err = err};
    size_t root = 0;
    int r = next(&parser);
    if (r == 0)
        r = read_any(&parser, LICENSE_OR, &root);
    if (r == 0 && parser.token != TOKEN_END)
        r = wrong(&parser, "an operator is missing");
    if (r == 0) {
        struct license_node *nodes = ARENA_ARRAY(arena, struct license_node, parser.nodes.count);
        memcpy(nodes, parser.nodes.items, sizeof(*nodes) * parser.nodes.count);
        *ret_expression = (struct license_expression){nodes, parser.nodes.count, root};
    }
    VEC_FREE(&parser.nodes);
    return r;
}

/* ---- printing ---- */

/* The depth is what license_parse() allowed. */
static void print(struct buf *out, const struct license_expression *expression, size_t index)
{
    const struct license_node *node = &expression->nodes[index];
    if (node->kind == LICENSE_TERM) {
        buf_add(out, node->id);
        if (node->exception.len)
            buf_printf(out, " WITH %.*s", STR_ARG(node->exception));
        return;
    }
    for (size_t i = node->first; i != LICENSE_NO_NODE; i = expression->nodes[i].next) {
        bool apart = node->kind == LICENSE_AND && expression->nodes[i].kind == LICENSE_OR;
        if (i != node->first)
            buf_puts(out, node->kind == LICENSE_AND ? " AND " : " OR ");
        if (apart)
            buf_putc(out, '(');
        print(out, expression, i);
        if (apart)
            buf_putc(out, ')');
    }
}

void license_print(struct buf *out, const struct license_expression *expression)
{
    print(out, expression, expression->root);
}

/* ---- questions ---- */

bool license_is_id(struct str text)
{
    const struct license_entry *entry = license_find(text);
    return entry && str_is(text, entry->id);
}

bool license_is_expression(struct str text)
{
    struct arena arena = {0};
    struct license_expression expression;
    AUTO_BUF printed = {0};
    bool same = false;
    if (license_parse(&arena, text, &expression, NULL) == 0) {
        license_print(&printed, &expression);
        same = str_equal(buf_str(&printed), text);
    }
    arena_free(&arena);
    return same;
}
