/* The inspectors of a layer that is being walked. */
#include "app/layers.h"
#include "image/walk.h"

/* The walker's context is the layer's state, as for what reads packages. */
static bool show(void *context, const struct inspect_entry *entry, uint32_t order)
{
    struct layer_state *state = context;
    return inspection_entry(state->inspection, entry, order);
}

static void add(void *context, struct str chunk)
{
    struct layer_state *state = context;
    inspection_bytes(state->inspection, chunk);
}

static void end(void *context, struct pl_err *problem)
{
    struct layer_state *state = context;
    inspection_end(state->inspection, problem);
}

void layer_inspect_begin(struct layer_state *state, struct inspection *inspection,
                         struct walk_visitor *visitor)
{
    struct layer_set *set = state->set;
    if (!set->inspectors || set->second_pass)
        return;
    *inspection = (struct inspection){
        .inspectors = set->inspectors,
        .budget = &set->inspect_budget,
        .sink = &state->found,
        .sums = &state->found_sums,
        .context = state,
        .problem = layer_add_problem,
    };
    state->found.arena = &state->arena;
    state->inspection = inspection;
    inspection_open(inspection);
    visitor->inspect = show;
    visitor->inspect_bytes = add;
    visitor->inspect_end = end;
}

void layer_inspect_end(struct inspection *inspection)
{
    if (inspection->inspectors)
        inspection_close(inspection);
}
