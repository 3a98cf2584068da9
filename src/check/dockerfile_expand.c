/* Variables: the Dockerfile reference's "Environment replacement" and "Understand how ARG and FROM
 * interact". What only the build or the base image knows stays as it is written. */
#include <xxhash.h>

#include "base/buf.h"
#include "base/hash_set.h"
#include "base/limits.h"
#include "check/dockerfile_internal.h"

/* ---- the table ---- */

void dockerfile_variables_free(struct dockerfile_variables *variables)
{
    free(variables->slots);
    *variables = (struct dockerfile_variables){0};
}

static uint64_t hash_of(struct str name)
{
    return XXH3_64bits(name.data ? name.data : "", name.len);
}

static uint64_t key_of(size_t stage, uint64_t hash)
{
    return hash_with(hash, stage) | 1;
}

static struct dockerfile_variable *slot_of(const struct dockerfile_variables *variables,
                                           uint64_t key, struct str name)
{
    size_t at = key >> 8 & variables->mask;
    while (variables->slots[at].key &&
           (variables->slots[at].key != key || !str_equal(variables->slots[at].name, name)))
        at = (at + 1) & variables->mask;
    return &variables->slots[at];
}

static void grow(struct dockerfile_variables *variables)
{
    struct dockerfile_variables larger = {
        .mask = variables->mask ? variables->mask * 2 + 1 : 255,
        .count = variables->count,
        .expanded = variables->expanded,
    };
    larger.slots = mem_zalloc(larger.mask + 1, sizeof(larger.slots[0]));
    for (size_t i = 0; variables->slots && i <= variables->mask; i++)
        if (variables->slots[i].key)
            *slot_of(&larger, variables->slots[i].key, variables->slots[i].name) =
                variables->slots[i];
    free(variables->slots);
    *variables = larger;
}

void dockerfile_define(const struct dockerfile_scope *scope, struct str name, struct str value,
                       bool known, bool is_env)
{
    struct dockerfile_variables *variables = scope->variables;
    if (!variables->slots || variables->count * 2 > variables->mask)
        grow(variables);
    uint64_t key = key_of(scope->stage, hash_of(name));
    struct dockerfile_variable *slot = slot_of(variables, key, name);
    if (slot->key == 0)
        variables->count++;
    else if (slot->is_env && !is_env)
        return;
    *slot = (struct dockerfile_variable){key, name, value, known, is_env};
}

const struct dockerfile_variable *dockerfile_lookup(const struct dockerfile_scope *scope,
                                                    struct str name)
{
    size_t stage = scope->stage;
    uint64_t hash = hash_of(name);
    if (!scope->variables->slots)
        return NULL;
    for (size_t hops = 0; hops < LIMIT_DOCKERFILE_ANCESTORS; hops++) {
        const struct dockerfile_variable *slot =
            slot_of(scope->variables, key_of(stage, hash), name);
        /* ARG ends with its stage; ENV is inherited. */
        if (slot->key && (stage == scope->stage || slot->is_env))
            return slot;
        if (stage == DOCKERFILE_NO_STAGE ||
            scope->file->stages.items[stage].parent == DOCKERFILE_NO_STAGE)
            return NULL;
        stage = scope->file->stages.items[stage].parent;
    }
    return NULL;
}

/* ---- expansion ---- */

struct expansion {
    const struct dockerfile_scope *scope;
    struct str text;
    size_t at;
    struct buf out;
    bool known;
    unsigned depth;
};

static bool is_name_byte(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

static struct str take_variable_name(struct expansion *expansion)
{
    size_t start = expansion->at;
    while (expansion->at < expansion->text.len &&
           is_name_byte(expansion->text.data[expansion->at], expansion->at == start))
        expansion->at++;
    return str_make(expansion->text.data + start, expansion->at - start);
}

static void expand_until(struct expansion *expansion, char end);

/* The word of ${NAME:-word}, up to the brace; it is taken into a buffer of its own. */
static struct buf take_operand(struct expansion *expansion, bool *ret_known)
{
    struct buf before = expansion->out;
    bool known = expansion->known;
    expansion->out = (struct buf){0};
    expansion->known = true;
    expansion->depth++;
    expand_until(expansion, '}');
    expansion->depth--;
    *ret_known = expansion->known;
    struct buf operand = expansion->out;
    expansion->out = before;
    expansion->known = known;
    return operand;
}

/* The part of the value that `pattern` fits at one end: the shortest, or with `longest` the
 * longest. */
static size_t fit(struct str pattern, struct str value, bool at_end, bool longest)
{
    for (size_t i = 0; i <= value.len; i++) {
        size_t len = longest ? value.len - i : i;
        if (str_glob(pattern, at_end ? str_from(value, value.len - len) : str_first(value, len)))
            return len;
    }
    return 0;
}

/* ${NAME#pattern} and its kin. Slashes are plain bytes here, but no star matches one: good enough
 * for tags and paths, and what does not fit is left whole. */
static struct str without_pattern(struct str value, char operation, bool longest,
                                  struct str pattern)
{
    if (value.len > LIMIT_DOCKERFILE_PATTERN || pattern.len > LIMIT_DOCKERFILE_PATTERN)
        return value;
    size_t len = fit(pattern, value, operation == '%', longest);
    return operation == '%' ? str_first(value, value.len - len) : str_from(value, len);
}

/* `operation` with its operand is behind us; `raw` is the whole ${…}. */
static void apply(struct expansion *expansion, const struct dockerfile_variable *variable,
                  struct str raw, char operation, bool doubled, bool colon)
{
    bool operand_known = true;
    AUTO_BUF operand = {0};
    operand = take_operand(expansion, &operand_known);
    bool unknown = !variable || !variable->known;
    bool is_set = !unknown && (!colon || variable->value.len);
    raw = str_make(raw.data, (size_t)(expansion->text.data + expansion->at - raw.data));
    if (operation == '-' && !is_set) {
        /* An argument without a default, or a variable of the base: the default is the likely one.
         */
        buf_add(&expansion->out, buf_str(&operand));
        expansion->known = expansion->known && operand_known;
    } else if (operation == '+' && !unknown) {
        if (is_set)
            buf_add(&expansion->out, buf_str(&operand));
        expansion->known = expansion->known && operand_known;
    } else if (unknown || operation == '/') {
        buf_add(&expansion->out, raw);
        expansion->known = false;
    } else if (operation == '#' || operation == '%') {
        /* The work counts as if it were bytes. */
        expansion->scope->variables->expanded += variable->value.len * variable->value.len;
        buf_add(&expansion->out,
                without_pattern(variable->value, operation, doubled, buf_str(&operand)));
    } else {
        buf_add(&expansion->out, variable->value);
    }
}

static void put_variable(struct expansion *expansion, const struct dockerfile_variable *variable,
                         struct str raw)
{
    bool known = variable && variable->known;
    buf_add(&expansion->out, known ? variable->value : raw);
    expansion->known = expansion->known && known;
}

static void expand_braces(struct expansion *expansion, size_t start)
{
    struct str text = expansion->text;
    expansion->at++;
    struct str name = take_variable_name(expansion);
    const struct dockerfile_variable *variable = dockerfile_lookup(expansion->scope, name);
    struct str raw = str_from(text, start);
    if (expansion->at < text.len && text.data[expansion->at] == '}') {
        expansion->at++;
        put_variable(expansion, variable, str_first(raw, expansion->at - start));
        return;
    }
    bool colon = expansion->at < text.len && text.data[expansion->at] == ':';
    expansion->at += colon;
    char operation = expansion->at < text.len ? text.data[expansion->at] : 0;
    if (name.len == 0 || !operation || !strchr("-+?#%/", operation) ||
        expansion->depth >= LIMIT_SHELL_DEPTH) {
        buf_add(&expansion->out, str_first(raw, expansion->at - start));
        expansion->known = false;
        return;
    }
    expansion->at++;
    bool doubled = expansion->at < text.len && text.data[expansion->at] == operation &&
                   strchr("#%/", operation);
    expansion->at += doubled;
    apply(expansion, variable, raw, operation, doubled, colon);
}

static void expand_variable(struct expansion *expansion)
{
    size_t start = expansion->at++;
    if (expansion->at < expansion->text.len && expansion->text.data[expansion->at] == '{') {
        expand_braces(expansion, start);
        return;
    }
    struct str name = take_variable_name(expansion);
    if (name.len == 0)
        buf_putc(&expansion->out, '$');
    else
        put_variable(expansion, dockerfile_lookup(expansion->scope, name),
                     str_make(expansion->text.data + start, expansion->at - start));
}

/* Up to `end`, which is taken, or the end of the text. */
static void expand_until(struct expansion *expansion, char end)
{
    char quote = 0, escape = expansion->scope->file->escape;
    while (expansion->at < expansion->text.len && expansion->out.len < LIMIT_DOCKERFILE_WORD) {
        char c = expansion->text.data[expansion->at];
        if (!quote && end && c == end) {
            expansion->at++;
            return;
        }
        if (c == '$' && quote != '\'') {
            expand_variable(expansion);
            continue;
        }
        expansion->at++;
        if (quote ? c == quote : c == '"' || c == '\'') {
            quote = quote ? 0 : c;
        } else if (c == escape && quote != '\'' && expansion->at < expansion->text.len) {
            char next = expansion->text.data[expansion->at];
            if (quote && next != '"' && next != '$' && next != escape)
                buf_putc(&expansion->out, c);
            buf_putc(&expansion->out, next);
            expansion->at++;
        } else {
            buf_putc(&expansion->out, c);
        }
    }
}

int dockerfile_expand(const struct dockerfile_scope *scope, struct str raw,
                      struct dockerfile_word *ret_word, struct pl_err *err)
{
    struct expansion expansion = {.scope = scope, .text = raw, .known = true};
    expand_until(&expansion, 0);
    scope->variables->expanded += expansion.out.len;
    struct str text = str_first(buf_str(&expansion.out), LIMIT_DOCKERFILE_WORD);
    *ret_word = (struct dockerfile_word){arena_str(scope->file->arena, text), raw, expansion.known};
    bool too_long = expansion.out.len >= LIMIT_DOCKERFILE_WORD && raw.len < LIMIT_DOCKERFILE_WORD;
    buf_free(&expansion.out);
    if (too_long || scope->variables->expanded > LIMIT_DOCKERFILE_EXPANDED)
        return err_limit(err,
                         too_long ? LIMIT_NAME(LIMIT_DOCKERFILE_WORD)
                                  : LIMIT_NAME(LIMIT_DOCKERFILE_EXPANDED),
                         "texts with their variables put in are too long");
    return 0;
}
