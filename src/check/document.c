#include "check/document.h"

#include "base/buf.h"
#include "base/limits.h"
#include "check/compose.h"
#include "check/dockerfile_checks.h"

/* ---- scopes ---- */

struct check_scope *check_document_scope(struct check_document *document,
                                         enum check_scope_kind kind, const struct yaml_node *node,
                                         const struct check_scope *outer, struct str name)
{
    struct check_scope *scope = ARENA_NEW(document->arena, struct check_scope);
    *scope = (struct check_scope){.kind = kind, .node = node, .outer = outer, .name = name};
    if (outer) {
        scope->windows = outer->windows;
        scope->metadata = outer->metadata;
    }
    *VEC_ADD(&document->scopes) = scope;
    return scope;
}

void check_tell(struct check_sink *sink, const struct check *check, const struct check_scope *scope,
                const struct yaml_node *node, const char *what, struct str value)
{
    AUTO_BUF evidence = {0};
    bool is_left_out = node == scope->node && sink->choice && sink->choice->partial;
    if (node->elsewhere || is_left_out) /* the former is told of its own file */
        return;
    buf_add(&evidence, scope->name);
    if (*what) {
        if (evidence.len)
            buf_putc(&evidence, ' ');
        buf_puts(&evidence, what);
    }
    if (value.len) {
        if (evidence.len)
            buf_putc(&evidence, *what ? '=' : ' ');
        buf_add(&evidence, str_first(value, LIMIT_CHECK_EVIDENCE));
    }
    struct check_place place = {node->line, node->kind == YAML_KIND_SCALAR ? node->end_line : 0,
                                node->column};
    check_add(sink, check, place, NULL, buf_str(&evidence));
}

/* ---- paths ---- */

struct step {
    struct str key;
    bool elements; /* "[*]" stands behind it */
};

/* Takes the first step off the path. */
static struct step take_step(struct str *path)
{
    struct step step = {0};
    bool quoted = str_starts(*path, STR("\""));
    struct str rest = quoted ? str_from(*path, 1) : *path;
    size_t end = 0;
    while (end < rest.len &&
           (quoted ? rest.data[end] != '"' : rest.data[end] != '.' && rest.data[end] != '['))
        end++;
    step.key = str_first(rest, end);
    rest = str_from(rest, quoted ? end + 1 : end);
    if (str_starts(rest, STR("[*]"))) {
        step.elements = true;
        rest = str_from(rest, 3);
    }
    *path = str_from(rest, str_starts(rest, STR(".")) ? 1 : 0);
    return step;
}

static void enter(const struct yaml_node *node, const struct step *step, struct str rest,
                  void (*take)(void *context, const struct yaml_node *node), void *context)
{
    if (!step->elements) {
        check_each_at(node, rest, take, context);
        return;
    }
    for (size_t i = 0; node && node->kind == YAML_KIND_SEQUENCE && i < node->count; i++)
        check_each_at(node->items[i], rest, take, context);
}

void check_each_at(const struct yaml_node *node, struct str path,
                   void (*take)(void *context, const struct yaml_node *node), void *context)
{
    if (yaml_is_null(node))
        return;
    if (path.len == 0) {
        take(context, node);
        return;
    }
    struct step step = take_step(&path);
    if (str_index(step.key, '*') == SIZE_MAX) {
        enter(yaml_get_str(node, step.key), &step, path, take, context);
        return;
    }
    for (size_t i = 0; node->kind == YAML_KIND_MAPPING && i < node->count; i++)
        if (check_glob(step.key, node->pairs[i].key->text))
            enter(node->pairs[i].value, &step, path, take, context);
}

static void keep_first(void *context, const struct yaml_node *node)
{
    const struct yaml_node **first = context;
    if (!*first)
        *first = node;
}

const struct yaml_node *check_at(const struct yaml_node *node, const char *path)
{
    const struct yaml_node *first = NULL;
    check_each_at(node, str_of(path), keep_first, &first);
    return first;
}

bool check_is_known(struct str value)
{
    return str_find(value, STR("{{")) == SIZE_MAX && str_index(value, '$') == SIZE_MAX;
}

int check_template(struct str text, int result, struct pl_err *err)
{
    if (result != -PL_E_FORMAT || str_find(text, STR("{{")) == SIZE_MAX)
        return result;
    return err_set(err, PL_E_UNSUPPORTED,
                   "this is a template and no YAML yet: fill it in first (helm template), and look "
                   "at the result");
}

/* ---- what data says ---- */

struct look {
    const struct check *check;
    const struct check_scope *scope;
    struct check_sink *sink;
    const struct check_document *document;
    const char *path;
    bool there;   /* something is at one of the paths */
    bool matched; /* a value that `needs` asks for, or one that is not known */
    /* What is kept from container to container: */
    const struct check_scope *pod;
    bool told;   /* what it says for its containers */
    bool silent; /* it was told */
};

/* true and false in all their forms are one word; of Compose's variables the default counts. */
static struct str canonical(const struct check_document *document, const struct yaml_node *node)
{
    struct yaml_node filled = *node;
    if (document->subject == CHECK_COMPOSE)
        filled.text = compose_value(document->arena, node->text);
    if (filled.plain && yaml_is_true(&filled))
        return STR("true");
    return filled.plain && yaml_is_false(&filled) ? STR("false") : filled.text;
}

static void look_at_value(struct look *look, const struct yaml_node *node)
{
    const struct document_when *when = look->check->document_when;
    if (node->kind != YAML_KIND_SCALAR || yaml_is_null(node))
        return;
    struct str value = canonical(look->document, node);
    if (!check_is_known(value))
        look->matched = true;
    else if (when->needs)
        look->matched = look->matched || check_glob_any(when->needs, value);
    else if (!look->silent && (when->iss ? check_glob_any(when->iss, value)
                                         : value.len && !check_glob_any(when->nots, value)))
        check_tell(look->sink, look->check, look->scope, node, look->path, value);
}

static void look_at_node(void *context, const struct yaml_node *node)
{
    struct look *look = context;
    const struct document_when *when = look->check->document_when;
    look->there = true;
    if (when->present) {
        struct str value = yaml_text(node);
        check_tell(look->sink, look->check, look->scope, node, look->path, value);
    } else if (!when->absent && node->kind == YAML_KIND_SEQUENCE) {
        for (size_t i = 0; i < node->count; i++)
            look_at_value(look, node->items[i]);
    } else if (!when->absent) {
        look_at_value(look, node);
    }
}

static void look_along(struct look *look, const struct yaml_node *node, const char *const *paths)
{
    for (size_t i = 0; paths && paths[i]; i++) {
        look->path = paths[i];
        check_each_at(node, str_of(paths[i]), look_at_node, look);
    }
}

static bool leads_somewhere(const struct yaml_node *node, const char *const *paths)
{
    for (size_t i = 0; paths && paths[i]; i++)
        if (check_at(node, paths[i]))
            return true;
    return false;
}

/* What the pod says for its containers is told once, and of the pod. */
static void look_at_pod(struct look *look)
{
    const struct check_scope *container = look->scope, *pod = container->outer;
    look->told = look->told && look->pod == pod;
    look->pod = pod;
    look->scope = pod;
    look->silent = look->told;
    look_along(look, pod->node, look->check->document_when->pods);
    look->told = true;
    look->silent = false;
    look->scope = container;
}

static void look_at_scope(struct look *look)
{
    const struct document_when *when = look->check->document_when;
    if ((when->types && !check_glob_any(when->types, look->scope->type)) ||
        leads_somewhere(look->scope->node, when->unlesss))
        return;
    look_along(look, look->scope->node, when->ats);
    if ((!look->there || when->both) && when->pods && look->scope->outer)
        look_at_pod(look);
    if ((when->absent && !look->there) || (when->needs && !look->matched))
        check_tell(look->sink, look->check, look->scope, look->scope->node, "", STR_NONE);
}

static void run_when(const struct check *check, const struct check_document *document,
                     struct check_sink *sink)
{
    struct look look = {.check = check, .sink = sink, .document = document};
    FOR_SCOPES(document, check->document_when->scope, scope)
    {
        look.scope = scope;
        look.there = look.matched = false;
        look_at_scope(&look);
    }
}

/* ---- what comments ask not to be told ---- */

static size_t indent_of(struct str line)
{
    size_t indent = 0;
    while (indent < line.len && (line.data[indent] == ' ' || line.data[indent] == '\t'))
        indent++;
    return indent;
}

static bool is_comment_sign(char c, enum check_subject subject)
{
    bool is_unit = subject == CHECK_SYSTEMD || subject == CHECK_QUADLET;
    return c == '#' || (c == ';' && is_unit);
}

/* Where a comment begins that says "plimsoll"; SIZE_MAX: there is none. */
static size_t find_comment(struct str line, enum check_subject subject)
{
    for (size_t i = 0; i < line.len; i++)
        if (is_comment_sign(line.data[i], subject) && (i == 0 || strchr(" \t", line.data[i - 1])) &&
            str_starts(str_trim(str_from(line, i + 1)), STR("plimsoll ")))
            return i;
    return SIZE_MAX;
}

/* "plimsoll [global] ignore=ID,ID reason" */
static void take_ids(struct check_document *document, struct str comment, uint32_t line)
{
    struct str rest = str_trim(str_from(comment, STR("plimsoll ").len)), ids, id;
    bool global = str_starts(rest, STR("global "));
    rest = global ? str_trim(str_from(rest, STR("global ").len)) : rest;
    if (!str_starts(rest, STR("ignore=")))
        return;
    rest = str_from(rest, STR("ignore=").len);
    str_cut(&rest, ' ', &ids);
    while (str_cut(&ids, ',', &id))
        if (id.len && document->ignores.count < LIMIT_CHECK_IGNORES)
            *VEC_ADD(&document->ignores) = (struct check_ignore){
                .from = global ? 1 : line,
                .to = global ? UINT32_MAX : 0, /* not known yet */
                .id = id,
                .why = str_trim(rest),
            };
}

/* Ignores wait for the line that they are about, then for the end of what is below it. */
struct ignore_reader {
    struct check_document *document;
    size_t waiting; /* ignores from here on have no line yet */
    size_t open;    /* ignores from here on have no end yet */
    size_t indent;  /* of the line that the open ones are about */
};

static void close_open(struct ignore_reader *reader, uint32_t last)
{
    for (size_t i = reader->open; i < reader->waiting; i++)
        if (reader->document->ignores.items[i].to == 0)
            reader->document->ignores.items[i].to = last;
    reader->open = reader->waiting;
}

static void read_line(struct ignore_reader *reader, struct str line, uint32_t number)
{
    struct check_document *document = reader->document;
    size_t comment = find_comment(line, document->subject), indent = indent_of(line);
    bool is_comment = indent < line.len && is_comment_sign(line.data[indent], document->subject);
    bool is_empty = str_trim(line).len == 0;
    if (!is_comment && !is_empty && reader->open < reader->waiting && indent <= reader->indent)
        close_open(reader, number - 1);
    if (comment != SIZE_MAX)
        take_ids(document, str_trim(str_from(line, comment + 1)), number);
    if (is_comment || is_empty || reader->waiting == document->ignores.count)
        return;
    close_open(reader, number - 1);
    for (size_t i = reader->waiting; i < document->ignores.count; i++)
        if (document->ignores.items[i].to == 0)
            document->ignores.items[i].from = number;
    reader->waiting = document->ignores.count;
    reader->indent = indent;
}

void check_document_init(struct check_document *document, enum check_subject subject,
                         struct str text, struct str path, struct arena *arena)
{
    *document =
        (struct check_document){.subject = subject, .text = text, .path = path, .arena = arena};
    struct ignore_reader reader = {.document = document};
    struct str rest = text, line;
    for (uint32_t number = 1; str_cut(&rest, '\n', &line); number++)
        if (line.len || reader.open < reader.waiting)
            read_line(&reader, line, number);
    reader.waiting = document->ignores.count;
    close_open(&reader, UINT32_MAX);
}

void check_document_free(struct check_document *document)
{
    VEC_FREE(&document->scopes);
    VEC_FREE(&document->ignores);
}

static void apply_ignores(const struct check_document *document, struct check_sink *sink,
                          size_t from)
{
    for (size_t i = from; i < sink->findings->items.count; i++) {
        struct check_finding *finding = &sink->findings->items.items[i];
        for (size_t k = 0; k < document->ignores.count && !finding->ignored; k++) {
            const struct check_ignore *ignore = &document->ignores.items[k];
            if (finding->line < ignore->from || finding->line > ignore->to ||
                !check_goes_by(finding->check, ignore->id))
                continue;
            finding->ignored = true;
            finding->ignored_why = arena_str(sink->arena, ignore->why);
        }
    }
}

void check_document_run(const struct check_document *document, struct check_sink *sink)
{
    size_t before = sink->findings->items.count;
    for (const struct check *check = checks; check->id; check++) {
        if (check->subject != document->subject || !check_wanted(sink->choice, check))
            continue;
        if (check->document_when)
            run_when(check, document, sink);
        else
            check->run.document(check, document, sink);
    }
    apply_ignores(document, sink, before);
}
