#include "app/layer_pack.h"

#include <stdatomic.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/sink_pack.h"
#include "image/record_pack.h"

_Static_assert(sizeof(void *) != 8 || sizeof(struct file_content) == 232, "other fields");
_Static_assert(sizeof(void *) != 8 || sizeof(struct layer_problem) == 56, "other fields");

static const struct file_content *content_of(const struct layer_state *state, size_t file)
{
    return state->record.files.items[file].content;
}

bool layer_is_repeatable(const struct layer_state *state)
{
    if (state->passing)
        return false;
    for (size_t i = 0; i < state->record.files.count; i++) {
        const struct file_content *content = content_of(state, i);
        if (content && !catalog_sink_is_repeatable(&content->sink))
            return false;
    }
    return true;
}

/* ---- to bytes ---- */

/* Problems are kept in the language of the run, too: what has none is of every language. */
static uint64_t language_of(const struct layer_state *state)
{
    bool told = state->problems.count != 0;
    for (size_t i = 0; i < state->record.files.count && !told; i++) {
        const struct file_content *content = content_of(state, i);
        told = content && content->sink.problems.count;
    }
    told = told || state->found.detail;
    return told ? (uint64_t)i18n_get() + 1 : 0;
}

static void pack_use(const struct layer_state *state, struct buf *buf)
{
    pack_number(buf, state->use.packages);
    pack_number(buf, state->use.bytes);
    pack_number(buf, state->use.small);
    pack_number(buf, state->use.content);
}

static void pack_problems(const struct layer_state *state, struct buf *buf)
{
    pack_number(buf, state->problems.count);
    for (size_t i = 0; i < state->problems.count; i++) {
        pack_number(buf, state->problems.items[i].incomplete);
        pack_text(buf, state->problems.items[i].message);
        pack_text(buf, state->problems.items[i].local);
    }
}

static void pack_content(const struct record_file *file, struct buf *buf)
{
    const struct file_content *content = file->content;
    catalog_sink_pack(&content->sink, buf);
    pack_text(buf, content->kept);
    pack_number(buf, content->sums != NULL);
    for (size_t i = 0; content->sums && i < CHECKSUM_KIND_COUNT; i++)
        pack_hash(buf, content->sums->starts[i]);
}

/* The bytes of a database and of its journal are large, and wanted once: they are as if they had
 * not been read. */
static bool is_kept(const struct layer_state *state, size_t file)
{
    return content_of(state, file) && state->record.files.items[file].reader <= READER_INDEX;
}

static void pack_contents(const struct layer_state *state, struct buf *buf)
{
    size_t count = 0;
    for (size_t i = 0; i < state->record.files.count; i++)
        count += is_kept(state, i);
    pack_number(buf, count);
    for (size_t i = 0; i < state->record.files.count; i++)
        if (is_kept(state, i)) {
            pack_number(buf, i);
            pack_content(&state->record.files.items[i], buf);
        }
}

static void pack_found(const struct layer_state *state, struct buf *buf)
{
    pack_number(buf, state->found.findings.count);
    for (size_t i = 0; i < state->found.findings.count; i++) {
        const struct file_finding *finding = &state->found.findings.items[i];
        pack_number(buf, finding->kind);
        pack_number(buf, finding->severity);
        pack_number(buf, finding->inspector);
        pack_number(buf, finding->order);
        pack_number(buf, finding->line);
        pack_number(buf, finding->column);
        pack_number(buf, finding->seen_only);
        pack_text(buf, finding->id);
        pack_text(buf, finding->path);
        pack_text(buf, finding->inner);
        pack_text(buf, finding->excerpt);
        pack_text(buf, finding->identity);
        pack_text(buf, finding->detail);
        pack_text(buf, finding->detail_local);
    }
    pack_number(buf, state->found_sums.items.count);
    for (size_t i = 0; i < state->found_sums.items.count; i++) {
        pack_number(buf, state->found_sums.items.items[i].order);
        pack_text(buf, state->found_sums.items.items[i].path);
        for (size_t kind = 0; kind < CHECKSUM_KIND_COUNT; kind++)
            pack_hash(buf, state->found_sums.items.items[i].sums.starts[kind]);
    }
}

void layer_pack(const struct layer_state *state, struct buf *buf)
{
    pack_number(buf, language_of(state));
    record_pack(&state->record, buf);
    pack_use(state, buf);
    pack_problems(state, buf);
    pack_contents(state, buf);
    pack_found(state, buf);
}

/* ---- back ---- */

static void unpack_use(struct unpack *unpack, struct layer_state *state)
{
    state->use.packages = unpack_number(unpack);
    state->use.bytes = unpack_number(unpack);
    state->use.small = unpack_number(unpack);
    state->use.content = unpack_number(unpack);
}

static void unpack_problems(struct unpack *unpack, struct layer_state *state)
{
    size_t count = unpack_count(unpack, 3);
    for (size_t i = 0; i < count && !unpack->wrong; i++) {
        struct layer_problem problem = {.incomplete = unpack_below(unpack, 2)};
        problem.message = arena_str(&state->arena, unpack_text(unpack));
        problem.local = arena_str(&state->arena, unpack_text(unpack));
        *VEC_ADD(&state->problems) = problem;
    }
}

static bool is_cataloger(unsigned index)
{
    unsigned count = 0;
    while (count < index && catalogers[count])
        count++;
    return catalogers[count] != NULL;
}

static void unpack_content(struct unpack *unpack, struct layer_state *state,
                           struct record_file *file)
{
    unsigned reader = file->reader;
    if (file->content || reader > READER_INDEX || !is_cataloger(reader)) {
        unpack->wrong = true;
        return;
    }
    struct file_content *content = ARENA_NEW(&state->arena, struct file_content);
    *VEC_ADD(&state->contents) = content;
    file->content = content;
    content->sink.arena = &state->arena;
    content->sink.cataloger = catalogers[reader];
    catalog_sink_unpack(unpack, &content->sink);
    content->kept = arena_str(&state->arena, unpack_text(unpack));
    if (!unpack_below(unpack, 2))
        return;
    content->sums = ARENA_NEW(&state->arena, struct file_sums);
    for (size_t i = 0; i < CHECKSUM_KIND_COUNT; i++)
        content->sums->starts[i] = unpack_hash(unpack);
}

/* catalogers[] is asked by a file's reader, with or without content. Bytes that were not kept are
 * as if they had not been read. */
static void check_readers(struct unpack *unpack, struct layer_state *state)
{
    for (size_t i = 0; i < state->record.files.count; i++) {
        struct record_file *file = &state->record.files.items[i];
        if (!is_cataloger(file->reader & READER_INDEX))
            unpack->wrong = true;
        if (file->reader > READER_INDEX)
            file->read = false;
    }
}

static void unpack_contents(struct unpack *unpack, struct layer_state *state)
{
    size_t count = unpack_count(unpack, 2);
    for (size_t i = 0; i < count && !unpack->wrong; i++) {
        uint64_t file = unpack_below(unpack, state->record.files.count);
        if (!unpack->wrong)
            unpack_content(unpack, state, &state->record.files.items[file]);
    }
}

static struct str unpack_copy(struct unpack *unpack, struct layer_state *state)
{
    return arena_str(&state->arena, unpack_text(unpack));
}

static void unpack_found(struct unpack *unpack, struct layer_state *state)
{
    size_t inspectors = state->set->inspectors ? state->set->inspectors->count : 0;
    size_t count = unpack_count(unpack, 14);
    state->found.arena = &state->arena;
    for (size_t i = 0; i < count && !unpack->wrong; i++) {
        struct file_finding *finding = VEC_ADD(&state->found.findings);
        finding->kind = (enum finding_kind)unpack_below(unpack, FINDING_KIND_COUNT);
        finding->severity = (enum severity)unpack_below(unpack, SEVERITY_COUNT);
        finding->inspector = (unsigned)unpack_below(unpack, inspectors);
        finding->order = (uint32_t)unpack_below(unpack, (uint64_t)UINT32_MAX + 1);
        finding->line = (uint32_t)unpack_below(unpack, (uint64_t)UINT32_MAX + 1);
        finding->column = (uint32_t)unpack_below(unpack, (uint64_t)UINT32_MAX + 1);
        finding->seen_only = unpack_below(unpack, 2);
        finding->id = unpack_copy(unpack, state);
        finding->path = unpack_copy(unpack, state);
        finding->inner = unpack_copy(unpack, state);
        finding->excerpt = unpack_copy(unpack, state);
        finding->identity = unpack_copy(unpack, state);
        finding->detail = unpack_copy(unpack, state);
        finding->detail_local = unpack_copy(unpack, state);
        state->found.detail = state->found.detail || finding->detail_local.len;
    }
    count = unpack_count(unpack, 2 + CHECKSUM_KIND_COUNT * sizeof(uint64_t));
    for (size_t i = 0; i < count && !unpack->wrong; i++) {
        struct found_sums *sums = VEC_ADD(&state->found_sums.items);
        sums->order = (uint32_t)unpack_below(unpack, (uint64_t)UINT32_MAX + 1);
        sums->path = unpack_copy(unpack, state);
        for (size_t kind = 0; kind < CHECKSUM_KIND_COUNT; kind++)
            sums->sums.starts[kind] = unpack_hash(unpack);
    }
}

/* ---- budgets ---- */

/* `most`: what the budget began with; one that was overdrawn is beyond it. */
static bool take(_Atomic uint64_t *budget, uint64_t amount, uint64_t most)
{
    uint64_t left = atomic_load(budget);
    while (left >= amount && left <= most)
        if (atomic_compare_exchange_weak(budget, &left, left - amount))
            return true;
    return false;
}

/* What the later state took more than the former. What was taken before a budget that does not
 * last is not given back: that one will stop the walk, too, and the image is told as incomplete in
 * any case. */
static bool take_all(const struct layer_state *former, const struct layer_state *later)
{
    struct layer_set *set = former->set;
    const struct layer_record *a = &former->record, *b = &later->record;
    const struct layer_use *x = &former->use, *y = &later->use;
    if (b->entries_taken < a->entries_taken || b->files_taken < a->files_taken ||
        y->content < x->content || y->packages < x->packages || y->bytes < x->bytes ||
        y->small < x->small || later->found.findings.count < former->found.findings.count)
        return false;
    return take(&set->entry_budget, b->entries_taken - a->entries_taken, LIMIT_ENTRIES) &&
           take(&set->file_budget, b->files_taken - a->files_taken, LIMIT_WANTED_FILES) &&
           take(&set->content_left, y->content - x->content, LIMIT_CONTENT_BYTES) &&
           catalog_take_budget(&set->packages_left, y->packages - x->packages) &&
           catalog_take_budget(&set->bytes_left, y->bytes - x->bytes) &&
           catalog_take_budget(&set->inspect_budget.findings,
                               later->found.findings.count - former->found.findings.count) &&
           (catalog_take_budget(&set->small_left, y->small - x->small) ||
            catalog_take_budget(&set->bytes_left, y->small - x->small));
}

static bool unpack_state(struct str bytes, struct layer_state *state)
{
    struct unpack unpack = unpack_begin(bytes);
    uint64_t language = unpack_below(&unpack, LANG_COUNT + 1);
    if (unpack.wrong || (language && language != (uint64_t)i18n_get() + 1))
        return false;
    record_unpack(&unpack, &state->record);
    check_readers(&unpack, state);
    unpack_use(&unpack, state);
    unpack_problems(&unpack, state);
    unpack_contents(&unpack, state);
    unpack_found(&unpack, state);
    return unpack_ended(&unpack);
}

/* Paths and texts of the former state can be in use. */
static void replace(struct layer_state *state, struct layer_state *later)
{
    later->walked = state->walked;
    arena_adopt(&later->arena, &state->arena);
    arena_adopt(&later->record.arena, &state->record.arena);
    layer_state_reset(state);
    *state = *later;
    for (size_t i = 0; i < state->contents.count; i++)
        state->contents.items[i]->sink.arena = &state->arena;
}

bool layer_unpack(struct str bytes, struct layer_state *state)
{
    struct layer_state later = {.set = state->set};
    if (unpack_state(bytes, &later) && take_all(state, &later)) {
        replace(state, &later);
        return true;
    }
    layer_state_reset(&later);
    return false;
}
