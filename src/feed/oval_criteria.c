/* Criteria of an OVAL definition as facts: on which platforms which versions of which package are
 * affected.
 *
 * Criteria are trees of AND and OR over tests. A test is of a platform ("Oracle Linux 9 is
 * installed"), of a package's version, of a module's stream, or of something that is taken to be
 * true: a signature, the running kernel, an architecture. What is said for one architecture counts
 * for all: where architectures were mended in different builds, the ranges stand side by side and
 * the highest decides, so that no package is called clean because another architecture's is. Tests
 * that a document does not define are told by their comments. */
#include "feed/oval.h"

enum leaf_kind { LEAF_TRUE, LEAF_PLATFORM, LEAF_MODULE, LEAF_PACKAGE };
enum operation { INSTALLED, NOT_INSTALLED, NOT_AFFECTED, BELOW, UP_TO, ABOVE, FROM, EXACTLY };

struct oval_leaf {
    enum leaf_kind kind;
    enum operation operation;
    struct str name, evr;
};

/* Platforms of one definition; neighbours that are looked at for tests of the same package. */
enum { PLATFORMS_MAX = 512, NEIGHBOURS_MAX = 64 };

struct walk {
    const struct oval *oval;
    const struct oval_definition *definition;
    struct arena *scratch;
    oval_fact_fn *fact;
    void *context;
    struct str *names; /* room for PLATFORMS_MAX */
};
struct scope {
    struct str *platforms;
    size_t platform_count;
    struct str module;
};

static struct str without_end(struct str text, const char *end)
{
    return str_trim(str_first(text, text.len - strlen(end)));
}

static bool operation_of(struct str word, enum operation *ret)
{
    static const struct {
        const char *word;
        enum operation operation;
    } table[] = {
        {"less than", BELOW},    {"less than or equal", UP_TO},
        {"greater than", ABOVE}, {"greater than or equal", FROM},
        {"equals", EXACTLY},     {"", EXACTLY}, /* OVAL's default */
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_is(word, table[i].word)) {
            *ret = table[i].operation;
            return true;
        }
    return false;
}

/* "bind is earlier than 30:9.3.3-8.el5" */
static struct oval_leaf leaf_of_comment(struct str comment)
{
    static const struct str earlier = {" is earlier than ", 17};
    size_t at = str_find(comment, earlier);
    if (at != SIZE_MAX)
        return (struct oval_leaf){LEAF_PACKAGE, BELOW, str_trim(str_first(comment, at)),
                                  str_trim(str_from(comment, at + earlier.len))};
    if (str_ends(comment, STR(" is installed"))) {
        struct str name = without_end(comment, " is installed");
        bool platform = str_index(name, ' ') != SIZE_MAX;
        return (struct oval_leaf){platform ? LEAF_PLATFORM : LEAF_PACKAGE, INSTALLED, name,
                                  STR_NONE};
    }
    return (struct oval_leaf){.kind = LEAF_TRUE};
}

static struct oval_leaf leaf_of_rpm(const struct oval *oval, const struct oval_test *test,
                                    struct str comment)
{
    struct str name = test->object ? oval->objects.items[test->object - 1] : STR_NONE;
    const struct oval_state *state = test->state ? &oval->states.items[test->state - 1] : NULL;
    struct oval_leaf leaf = {LEAF_PACKAGE, INSTALLED, name, STR_NONE};
    bool platform = str_ends(comment, STR(" is installed")) &&
                    str_index(without_end(comment, " is installed"), ' ') != SIZE_MAX;
    if (platform && (str_find(name, STR("release")) != SIZE_MAX ||
                     (state && state->version && !state->evr.len)))
        return (struct oval_leaf){LEAF_PLATFORM, INSTALLED, without_end(comment, " is installed"),
                                  STR_NONE};
    if (str_ends(comment, STR(" is not affected"))) {
        leaf.operation = NOT_AFFECTED;
        if (!name.len)
            leaf.name = without_end(comment, " is not affected");
    } else if (!name.len) {
        return leaf_of_comment(comment);
    } else if (state && state->evr.len) {
        leaf.evr = state->evr;
        /* Some write numbers for words: their own comment tells. */
        if (!operation_of(state->evr_operation, &leaf.operation)) {
            leaf.operation = BELOW;
            if (str_find(comment, STR("==")) != SIZE_MAX)
                leaf.operation = EXACTLY;
        }
    } else if (state && (state->signature || state->arch)) {
        leaf.kind = LEAF_TRUE;
    } else if (test->none_exist) {
        leaf.operation = NOT_INSTALLED;
    }
    return leaf;
}

static struct oval_leaf leaf_of_test(const struct oval *oval, const struct oval_test *test)
{
    struct str comment = intern_text(&oval->texts, test->comment);
    if (str_starts(comment, STR("Module ")) && str_ends(comment, STR(" is enabled")))
        return (struct oval_leaf){LEAF_MODULE, INSTALLED,
                                  without_end(str_from(comment, 7), " is enabled"), STR_NONE};
    if (test->rpm)
        return leaf_of_rpm(oval, test, comment);
    return leaf_of_comment(comment);
}

void oval_prepare(struct oval *oval)
{
    oval->leaves = ARENA_ARRAY(&oval->arena, struct oval_leaf, oval->tests.count + 1);
    for (size_t i = 0; i < oval->tests.count; i++)
        oval->leaves[i] = leaf_of_test(oval, &oval->tests.items[i]);
}

static struct oval_leaf leaf_of(const struct oval *oval, const struct oval_node *node)
{
    static const struct oval_leaf true_leaf = {.kind = LEAF_TRUE};
    return node->negate ? true_leaf : oval->leaves[node->test];
}

/* Criteria that speak of platforms alone; their names go behind those that are there. */
static bool platforms_of(const struct oval *oval, const struct oval_node *node, struct str *names,
                         size_t *count)
{
    if (node->kind == OVAL_LEAF) {
        struct oval_leaf leaf = leaf_of(oval, node);
        if (leaf.kind != LEAF_PLATFORM)
            return false;
        if (*count < PLATFORMS_MAX)
            names[(*count)++] = leaf.name;
        return true;
    }
    if (node->negate || !node->first)
        return false;
    for (uint32_t at = node->first; at; at = oval->nodes.items[at - 1].next)
        if (!platforms_of(oval, &oval->nodes.items[at - 1], names, count))
            return false;
    return true;
}

static void tighten(struct oval_fact *fact, bool *none, const struct oval_leaf *leaf)
{
    switch (leaf->operation) {
    case INSTALLED:
        break;
    case NOT_INSTALLED:
        *none = true; /* installed and not: how "not affected" is written */
        break;
    case NOT_AFFECTED:
        fact->not_affected = true;
        break;
    case BELOW:
        fact->range.fixed = leaf->evr;
        break;
    case UP_TO:
        fact->range.last_affected = leaf->evr;
        break;
    case ABOVE:
    case FROM:
        fact->range.introduced = leaf->evr;
        fact->range.after = leaf->operation == ABOVE;
        break;
    case EXACTLY:
        fact->range.introduced = fact->range.last_affected = leaf->evr;
        break;
    }
    if (leaf->operation != INSTALLED)
        fact->unpatched = false;
}

/* The tests of one package that hold together: `leaf` at `from` and those behind it. */
static void emit(const struct walk *walk, const struct scope *scope, uint32_t from, bool together)
{
    const struct oval *oval = walk->oval;
    struct oval_leaf first = leaf_of(oval, &oval->nodes.items[from - 1]);
    struct oval_fact fact = {.definition = walk->definition,
                             .platforms = scope->platforms,
                             .platform_count = scope->platform_count,
                             .package = first.name,
                             .module = scope->module,
                             .unpatched = true};
    bool none = false;
    int steps = 0;
    tighten(&fact, &none, &first);
    for (uint32_t at = oval->nodes.items[from - 1].next; at && together && steps++ < NEIGHBOURS_MAX;
         at = oval->nodes.items[at - 1].next) {
        const struct oval_node *node = &oval->nodes.items[at - 1];
        if (node->kind != OVAL_LEAF)
            continue;
        struct oval_leaf leaf = leaf_of(oval, node);
        if (leaf.kind == LEAF_PACKAGE && str_equal(leaf.name, first.name))
            tighten(&fact, &none, &leaf);
    }
    if (none)
        fact.not_affected = true;
    if (fact.package.len)
        walk->fact(walk->context, &fact);
}

/* A package that an earlier sibling has told of already. Behind many siblings it is told of once
 * more, alone: more versions are affected then, never fewer. */
static bool told_before(const struct oval *oval, uint32_t first, uint32_t until, struct str name)
{
    int steps = 0;
    for (uint32_t at = first; at && at != until && steps++ < NEIGHBOURS_MAX;
         at = oval->nodes.items[at - 1].next) {
        const struct oval_node *node = &oval->nodes.items[at - 1];
        if (node->kind != OVAL_LEAF)
            continue;
        struct oval_leaf leaf = leaf_of(oval, node);
        if (leaf.kind == LEAF_PACKAGE && str_equal(leaf.name, name))
            return true;
    }
    return false;
}

/* What holds for everything below an AND: platforms and the module. */
static struct scope narrow(const struct walk *walk, const struct oval_node *node,
                           const struct scope *outer)
{
    const struct oval *oval = walk->oval;
    struct scope scope = *outer;
    for (uint32_t at = node->first; at; at = oval->nodes.items[at - 1].next) {
        const struct oval_node *child = &oval->nodes.items[at - 1];
        size_t count = 0;
        if (child->kind == OVAL_LEAF) {
            struct oval_leaf leaf = leaf_of(oval, child);
            if (leaf.kind == LEAF_MODULE)
                scope.module = leaf.name;
        }
        if (platforms_of(oval, child, walk->names, &count) && count) {
            scope.platforms = ARENA_ARRAY(walk->scratch, struct str, count);
            scope.platform_count = count;
            memcpy(scope.platforms, walk->names, count * sizeof(*walk->names));
        }
    }
    return scope;
}

static void walk_node(const struct walk *walk, const struct oval_node *node,
                      const struct scope *outer)
{
    const struct oval *oval = walk->oval;
    struct scope scope = node->kind == OVAL_AND ? narrow(walk, node, outer) : *outer;
    if (node->negate)
        return;
    for (uint32_t at = node->first; at; at = oval->nodes.items[at - 1].next) {
        const struct oval_node *child = &oval->nodes.items[at - 1];
        if (child->kind != OVAL_LEAF) {
            walk_node(walk, child, &scope);
            continue;
        }
        struct oval_leaf leaf = leaf_of(oval, child);
        bool together = node->kind == OVAL_AND;
        if (leaf.kind == LEAF_PACKAGE &&
            !(together && told_before(oval, node->first, at, leaf.name)))
            emit(walk, &scope, at, together);
    }
}

void oval_each_fact(const struct oval *oval, const struct oval_definition *definition,
                    struct arena *scratch, oval_fact_fn *fact, void *context)
{
    struct str names[PLATFORMS_MAX];
    struct walk walk = {oval, definition, scratch, fact, context, names};
    struct scope scope = {.platform_count = 0};
    if (!definition->root)
        return;
    const struct oval_node *root = &oval->nodes.items[definition->root - 1];
    if (root->kind != OVAL_LEAF)
        walk_node(&walk, root, &scope);
}
