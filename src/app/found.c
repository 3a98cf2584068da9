#include "app/found.h"

#include <stdlib.h>

#include "base/hash.h"

struct taking {
    struct layer_set *set;
    const struct tree *tree;
    struct report *report;
    struct arena scratch;
};

/* Of a folder that several layers have, the uppermost one says who owns it and who may write. */
static bool is_last_folder(const struct taking *taking, uint32_t layer, struct str path)
{
    uint64_t hash = hash_str(path);
    for (size_t above = layer + 1; above < taking->tree->count; above++) {
        const struct record_entry *first;
        size_t count = record_find(taking->tree->layers[above], hash, &first);
        for (size_t i = 0; i < count; i++)
            if (first[i].type == ENTRY_DIR)
                return false;
    }
    return true;
}

/* Whether the image still shows what was found in this layer. */
static bool is_seen(struct taking *taking, uint32_t layer, struct str path, uint32_t order)
{
    struct tree_node node;
    if (image_is_folder(taking->set->image))
        return true;
    if (!tree_resolve(taking->tree, &taking->scratch, path, false, &node))
        return false;
    if (node.type == ENTRY_DIR)
        return is_last_folder(taking, layer, node.path);
    if (node.layer == layer && node.order == order)
        return true;
    /* A hard link's node is that of the name it leads to. */
    const struct record_entry *first;
    size_t count = record_find(taking->tree->layers[layer], hash_str(path), &first);
    for (size_t i = 0; i < count; i++)
        if (first[i].order == order && first[i].type == ENTRY_HARDLINK)
            return true;
    return false;
}

/* Where it stands in the image, links on the way followed. */
static struct str place_of(const struct taking *taking, uint32_t layer,
                           const struct file_finding *found)
{
    const struct record_moved *moved = record_moved_find(taking->tree->layers[layer], found->order);
    bool is_dir = image_is_folder(taking->set->image);
    return moved && !is_dir ? arena_str(&taking->report->arena, moved->path) : found->path;
}

/* All but where it is. */
static struct finding finding_of(const struct file_finding *found)
{
    return (struct finding){
        .kind = found->kind,
        .id = found->id,
        .severity = found->severity,
        .package = PACKAGE_NONE,
        .status = FINDING_AFFECTED,
        .path = found->path,
        .line = found->line,
        .column = found->column,
        .layer = LAYER_NONE,
        .excerpt = found->excerpt,
        .identity = found->identity,
        .detail = found->detail,
        .detail_local = found->detail_local,
    };
}

static void add(struct report *report, const struct inspector *inspector, struct finding finding)
{
    finding.risk = finding_risk(finding.kind, finding.severity);
    inspector->class->describe(inspector->config, &report->arena, &finding);
    finding.fingerprint = finding_fingerprint(&report->arena, &finding, NULL, report->target.root);
    *VEC_ADD(&report->findings) = finding;
}

static void take(struct taking *taking, uint32_t layer, const struct file_finding *found)
{
    struct finding finding = finding_of(found);
    struct str path = place_of(taking, layer, found);
    bool seen = is_seen(taking, layer, path, found->order);
    if (!seen && found->seen_only)
        return;
    finding.path = found->inner.len ? arena_printf(&taking->report->arena, "%.*s!/%.*s",
                                                   STR_ARG(path), STR_ARG(found->inner))
                                    : path;
    finding.layer = image_is_folder(taking->set->image) ? LAYER_NONE : layer;
    finding.removed = !seen;
    add(taking->report, &taking->set->inspectors->items[found->inspector], finding);
}

/* The same thing in several layers, or twice in one file, is one finding: the one that is seen, in
 * the uppermost layer, in the first line. */
static int by_fingerprint(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    int order = str_compare(x->fingerprint, y->fingerprint);
    if (order)
        return order;
    if (x->removed != y->removed)
        return x->removed ? 1 : -1;
    if (x->layer != y->layer)
        return x->layer > y->layer ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static void drop_doubles(struct report *report, size_t first)
{
    size_t kept = first;
    struct finding *list = report->findings.items;
    if (report->findings.count - first < 2)
        return;
    qsort(list + first, report->findings.count - first, sizeof(*list), by_fingerprint);
    for (size_t i = first; i < report->findings.count; i++)
        if (i == first || !str_equal(list[i].fingerprint, list[kept - 1].fingerprint))
            list[kept++] = list[i];
    report->findings.count = kept;
}

void found_take(struct layer_set *set, const struct tree *tree, struct report *report)
{
    struct taking taking = {.set = set, .tree = tree, .report = report};
    size_t first = report->findings.count;
    for (uint32_t layer = 0; set->inspectors && layer < set->count; layer++) {
        const struct inspect_sink *sink = &set->states[layer].found;
        for (size_t i = 0; i < sink->findings.count; i++)
            take(&taking, layer, &sink->findings.items[i]);
    }
    drop_doubles(report, first);
    arena_free(&taking.scratch);
}

void found_tell_sums(const struct layer_set *set, struct owners *owners)
{
    for (size_t layer = 0; layer < set->count; layer++) {
        const struct layer_state *state = &set->states[layer];
        for (size_t i = 0; i < state->found_sums.items.count; i++) {
            const struct found_sums *sums = &state->found_sums.items.items[i];
            const struct record_moved *moved = record_moved_find(&state->record, sums->order);
            owners_add_told(owners, moved ? moved->path : sums->path, &sums->sums);
        }
    }
}

void found_add_texts(const struct inspect_sink *sink, const struct inspector *inspector,
                     struct report *report)
{
    size_t first = report->findings.count;
    for (size_t i = 0; i < sink->findings.count; i++) {
        struct finding finding = finding_of(&sink->findings.items[i]);
        finding.layer = sink->findings.items[i].order;
        finding.line = finding.column = 0; /* a text is one line mostly */
        add(report, inspector, finding);
    }
    drop_doubles(report, first);
}
