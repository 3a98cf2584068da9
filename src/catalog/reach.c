#include "catalog/reach.h"

#include "base/search.h"

void reach_add_root(struct reach *reach, uint64_t node)
{
    *VEC_ADD(&reach->roots) = node;
}

void reach_add_edge(struct reach *reach, uint64_t from, uint64_t to)
{
    *VEC_ADD(&reach->edges) = (struct reach_edge){from, to, false};
}

static int compare_nodes(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static int compare_edges(const void *a, const void *b)
{
    const struct reach_edge *x = a, *y = b;
    return compare_nodes(&x->from, &y->from);
}

static size_t first_edge(const struct reach *reach, uint64_t from)
{
    return search_first_hash(reach->edges.items, reach->edges.count, sizeof(struct reach_edge),
                             from);
}

void reach_walk(struct reach *reach)
{
    VEC(uint64_t) open = {0};
    if (reach->edges.count)
        qsort(reach->edges.items, reach->edges.count, sizeof(struct reach_edge), compare_edges);
    for (size_t i = 0; i < reach->roots.count; i++)
        *VEC_ADD(&open) = reach->roots.items[i];
    while (open.count) {
        uint64_t from = open.items[--open.count];
        *VEC_ADD(&reach->reached) = from;
        for (size_t i = first_edge(reach, from);
             i < reach->edges.count && reach->edges.items[i].from == from; i++) {
            if (reach->edges.items[i].followed)
                break; /* all edges of one node are followed at once */
            reach->edges.items[i].followed = true;
            *VEC_ADD(&open) = reach->edges.items[i].to;
        }
    }
    VEC_FREE(&open);
    if (reach->reached.count)
        qsort(reach->reached.items, reach->reached.count, sizeof(uint64_t), compare_nodes);
    reach->known = true;
}

bool reach_has(const struct reach *reach, uint64_t node)
{
    return reach->reached.count &&
           bsearch(&node, reach->reached.items, reach->reached.count, sizeof(node), compare_nodes);
}

void reach_free(struct reach *reach)
{
    VEC_FREE(&reach->edges);
    VEC_FREE(&reach->roots);
    VEC_FREE(&reach->reached);
}
