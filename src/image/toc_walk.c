#include "image/toc_walk.h"

#include <stdlib.h>

#include "base/limits.h"
#include "image/toc_entries.h"
#include "image/toc_plan.h"
#include "io/json_doc.h"

/* Above this part of a layer one stream is faster than many requests, and verifies all of it. */
enum { MOST_PERCENT = 60 };

/* ---- where the table is ---- */

static const struct {
    const char *digest, *position;
} chunked_annotations[] = {
    {"io.github.containers.zstd-chunked.manifest-checksum",
     "io.github.containers.zstd-chunked.manifest-position"},
    /* as containers/storage wrote them until 2022; Debian 12's still does */
    {"io.containers.zstd-chunked.manifest-checksum",
     "io.containers.zstd-chunked.manifest-position"},
};

void toc_note(struct image *image, struct image_layer *layer, const json_t *annotations)
{
    struct toc_place place = {
        .kind = TOC_ESTARGZ,
        .digest = json_text(annotations, "containerd.io/snapshot/stargz/toc.digest"),
    };
    for (size_t i = 0; i < ARRAY_LEN(chunked_annotations) && !place.digest.len; i++) {
        struct str position = json_text(annotations, chunked_annotations[i].position);
        place.digest = json_text(annotations, chunked_annotations[i].digest);
        place.kind = TOC_ZSTD_CHUNKED;
        if (place.digest.len && !toc_place_parse(position, &place))
            return;
    }
    if (!digest_is_valid(place.digest))
        return;
    place.digest = arena_str(&image->arena, place.digest);
    layer->toc_place = place;
}

static int out_of_layer(const struct image_layer *layer, struct pl_err *err)
{
    return err_set(err, PL_E_FORMAT,
                   "the table of contents is not inside of the layer of %llu bytes",
                   (unsigned long long)layer->size);
}

static int fetch_packed(const struct image *image, const struct image_layer *layer, uint64_t offset,
                        uint64_t len, struct buf *ret_packed, struct pl_err *err)
{
    if (len > LIMIT_TOC)
        return err_limit(err, LIMIT_NAME(LIMIT_TOC),
                         "the table of contents is larger than LIMIT_TOC (%llu bytes)", LIMIT_TOC);
    if (len == 0 || offset > layer->size || len > layer->size - offset)
        return out_of_layer(layer, err);
    return archive_range(image->archive, layer->digest, offset, len, ret_packed, err);
}

/* Takes the end of the layer, which has the footer and as a rule the whole table. */
static int fetch_estargz(const struct image *image, const struct image_layer *layer,
                         uint64_t *ret_offset, struct buf *ret_packed, struct pl_err *err)
{
    uint64_t guess = layer->size / 64;
    guess = guess < 64 * 1024 ? 64 * 1024 : guess > 4 * MIB ? 4 * MIB : guess;
    guess = guess > layer->size ? layer->size : guess;
    AUTO_BUF tail = {0};
    int r = fetch_packed(image, layer, layer->size - guess, guess, &tail, err);
    if (r < 0)
        return r;
    struct str bytes = buf_str(&tail);
    if (bytes.len < TOC_FOOTER ||
        !toc_footer_parse(str_from(bytes, bytes.len - TOC_FOOTER), ret_offset))
        return err_set(err, PL_E_FORMAT, "the layer does not end as eStargz does");
    uint64_t end = layer->size - TOC_FOOTER, begin = layer->size - guess;
    if (*ret_offset >= end)
        return out_of_layer(layer, err);
    if (*ret_offset < begin)
        r = fetch_packed(image, layer, *ret_offset, begin - *ret_offset, ret_packed, err);
    else
        bytes = str_from(bytes, (size_t)(*ret_offset - begin));
    if (r == 0)
        buf_add(ret_packed, str_first(bytes, bytes.len - TOC_FOOTER));
    return r;
}

static int load_table(const struct image *image, const struct image_layer *layer,
                      struct toc **ret_toc, struct pl_err *err)
{
    const struct toc_place *place = &layer->toc_place;
    uint64_t offset = place->offset;
    AUTO_BUF packed = {0};
    AUTO_BUF json = {0};
    int r = place->kind == TOC_ESTARGZ
                ? fetch_estargz(image, layer, &offset, &packed, err)
                : fetch_packed(image, layer, offset, place->stored, &packed, err);
    if (r == 0)
        r = toc_unpack(place, buf_str(&packed), &json, err);
    if (r == 0)
        r = toc_parse(buf_str(&json), offset, ret_toc, err);
    if (r < 0)
        return r;
    (*ret_toc)->packing = place->kind == TOC_ESTARGZ ? COMPRESSION_GZIP : COMPRESSION_ZSTD;
    (*ret_toc)->fetched = packed.len;
    return 0;
}

/* ---- the walk ---- */

static int walk_planned(struct image *image, const struct image_layer *layer, struct toc *toc,
                        const struct toc_plan *plan, const struct walk_options *options,
                        const struct walk_visitor *visitor, struct layer_record *record,
                        struct pl_err *err)
{
    uint64_t most =
        layer->size > UINT64_MAX / LIMIT_TOC_FETCHED ? UINT64_MAX : layer->size * LIMIT_TOC_FETCHED;
    struct toc_fetch *fetch = toc_fetch_new(image->archive, layer->digest, plan->ranges,
                                            plan->count, &toc->fetched, most);
    struct toc_entries entries;
    toc_entries_init(&entries, toc, fetch, plan->wanted);
    entries.budget = &image->budget;
    entries.context = visitor->context;
    entries.problem = visitor->problem;
    int r = walk_entries(&entries.entries, options, visitor, record, err);
    toc_entries_free(&entries);
    toc_fetch_free(fetch);
    if (!options->second_pass)
        inflate_budget_tell(&image->budget, layer->size);
    return r < 0 ? r : 1;
}

static bool may_have_table(const struct image *image, const struct image_layer *layer)
{
    return layer->toc_place.kind != TOC_NONE && !image->whole_layers && !layer->url.len &&
           layer->size != UINT64_MAX && image->archive && archive_is_remote(image->archive);
}

/* A first pass that reads the layer as a whole leaves no table: later passes do the same, since the
 * turns of entries are those of the first. */
int toc_walk(struct image *image, struct image_layer *layer, const struct walk_options *options,
             const struct walk_visitor *visitor, struct layer_record *record, struct pl_err *err)
{
    struct toc *toc = layer->toc;
    struct toc_plan plan;
    if (options->second_pass ? !toc : !may_have_table(image, layer))
        return 0;
    if (!toc) {
        struct pl_err problem;
        if (load_table(image, layer, &toc, &problem) < 0) {
            layer->toc_problem = mem_alloc(sizeof(problem));
            *layer->toc_problem = problem;
            return 0;
        }
    }
    toc_plan_make(toc, options, visitor->file != NULL, record, &plan);
    bool whole = !options->second_pass && plan.bytes > layer->size / 100 * MOST_PERCENT;
    int r = 0;
    if (whole) {
        toc_free(toc);
    } else {
        layer->toc = toc;
        r = walk_planned(image, layer, toc, &plan, options, visitor, record, err);
    }
    toc_plan_free(&plan);
    return r;
}
