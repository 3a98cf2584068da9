#include "app/bases.h"

#include <stdlib.h>

#include "app/target.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/search.h"
#include "io/whole_file.h"
#include "runtime/engine.h"

struct known_image {
    struct str chain_id, name;
    const char *known_by;
    size_t order; /* of being read: the first of several names of one chain counts */
};

struct bases {
    struct arena arena;
    VEC(struct known_image) images;
    bool engines[ENGINE_COUNT]; /* still to be asked */
    bool sorted;
    const char *asking;
};

struct bases *bases_new(void)
{
    return mem_zalloc(1, sizeof(struct bases));
}

void bases_free(struct bases *bases)
{
    VEC_FREE(&bases->images);
    arena_free(&bases->arena);
    free(bases);
}

static void add(struct bases *bases, struct str chain_id, struct str name, const char *known_by)
{
    *VEC_ADD(&bases->images) =
        (struct known_image){arena_str(&bases->arena, chain_id), arena_str(&bases->arena, name),
                             known_by, bases->images.count - 1};
    bases->sorted = false;
}

/* ---- what is known ---- */

int bases_read(struct bases *bases, const char *path, const char *known_by, struct pl_err *err)
{
    AUTO_BUF text = {0};
    int r = whole_file_read(path, LIMIT_DECISIONS, LIMIT_NAME(LIMIT_DECISIONS), &text, err);
    if (r < 0)
        return r;
    struct str rest = buf_str(&text), line;
    for (size_t number = 1; str_cut(&rest, '\n', &line); number++) {
        line = str_trim(str_first(line, str_index(line, '#')));
        struct str chain_id = str_first(line, DIGEST_TEXT - 1);
        struct str name = str_trim(str_from(line, chain_id.len));
        if (line.len == 0)
            continue;
        if (!digest_is_valid(chain_id) || name.len == 0)
            return err_set(err, PL_E_FORMAT,
                           "%s, line %zu: this is not a chain ID (sha256:...) and a name", path,
                           number);
        add(bases, chain_id, name, known_by);
    }
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static void take_image(void *context, const struct engine_image *image)
{
    struct bases *bases = context;
    char chain[DIGEST_TEXT] = "";
    struct str name = image->names[0];
    for (size_t i = 1; i < image->name_count; i++)
        if (by_text(&image->names[i], &name) < 0)
            name = image->names[i];
    for (size_t i = 0; i < image->layer_count; i++) {
        if (!digest_is_valid(image->diff_ids[i]))
            return;
        digest_chain(chain, image->diff_ids[i]);
    }
    if (image->layer_count)
        add(bases, str_of(chain), name, bases->asking);
}

void bases_use_engines(struct bases *bases, bool docker, bool podman)
{
    bases->engines[ENGINE_DOCKER] = docker;
    bases->engines[ENGINE_PODMAN] = podman;
}

static bool ask_engines(struct bases *bases, struct report *report)
{
    size_t before = bases->images.count;
    for (int kind = 0; kind < ENGINE_COUNT; kind++) {
        CLEANUP(engine_closep) struct engine *engine = NULL;
        struct engine_address address;
        struct pl_err problem;
        if (!bases->engines[kind])
            continue;
        bases->engines[kind] = false;
        bases->asking = engine_name((enum engine_kind)kind);
        if (engine_find((enum engine_kind)kind, NULL, &bases->arena, &address, &problem) < 0)
            continue; /* nobody asked for an engine: there is none, or it is not for this user */
        if (address.socket.len == 0)
            continue; /* a hint is not worth a question over the network */
        int r = engine_open(&address, NULL, &engine, &problem);
        if (r == 0)
            r = engine_each_image(engine, take_image, bases, &problem);
        if (r < 0) {
            err_prefix(&problem, "the base image was looked for");
            report_tell(report, false, STR_NONE, &problem);
        }
    }
    return bases->images.count > before;
}

/* ---- which one it is ---- */

static int by_chain(const void *a, const void *b)
{
    const struct known_image *x = a, *y = b;
    int order = str_compare(x->chain_id, y->chain_id);
    return order ? order : (x->order > y->order) - (x->order < y->order);
}

static int before_chain(const void *item, const void *key)
{
    return str_compare(((const struct known_image *)item)->chain_id, *(const struct str *)key);
}

static const struct known_image *find(struct bases *bases, struct str chain_id)
{
    size_t count = bases->images.count;
    if (!bases->sorted && count)
        qsort(bases->images.items, count, sizeof(struct known_image), by_chain);
    bases->sorted = true;
    size_t at = search_first(bases->images.items, count, sizeof(struct known_image), &chain_id,
                             before_chain);
    bool found = at < count && str_equal(bases->images.items[at].chain_id, chain_id);
    return found ? &bases->images.items[at] : NULL;
}

static const struct known_image *find_base(struct bases *bases, const struct report *report,
                                           size_t *ret_layers)
{
    const struct known_image *best = NULL;
    char chain[DIGEST_TEXT] = "";
    for (size_t i = 0; i + 1 < report->target.layers.count; i++) {
        struct str diff_id = report->target.layers.items[i].diff_id;
        if (!digest_is_valid(diff_id))
            break;
        digest_chain(chain, diff_id);
        const struct known_image *image = find(bases, str_of(chain));
        if (image) {
            best = image;
            *ret_layers = i + 1;
        }
    }
    return best;
}

void bases_apply(struct bases *bases, struct report *report)
{
    size_t layers = 0;
    if (report->target.layers.count < 2 || report->target.base.layers)
        return;
    const struct known_image *image = find_base(bases, report, &layers);
    if (!image && ask_engines(bases, report))
        image = find_base(bases, report, &layers);
    if (!image)
        return;
    report->target.base.name = arena_str(&report->arena, image->name);
    report->target.base.chain_id = arena_str(&report->arena, image->chain_id);
    report->target.base.known_by = arena_str(&report->arena, str_of(image->known_by));
    report->target.base.layers = layers;
    for (size_t i = 0; i < report->target.layers.count; i++)
        report->target.layers.items[i].base = i < layers ? BASE_YES : BASE_NO;
}

int bases_line(struct str target, struct str name, const struct target_options *options,
               struct arena *arena, struct str *ret_line, struct pl_err *err)
{
    CLEANUP(image_closep) struct image *image = NULL;
    char chain[DIGEST_TEXT] = "";
    int r = target_open(target, options, &image, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < image->layers.count; i++) {
        struct str diff_id = image->layers.items[i].diff_id;
        if (!digest_is_valid(diff_id))
            return err_set(err, PL_E_FORMAT, "%.*s: layer %zu has no diff ID", STR_ARG(target),
                           i + 1);
        digest_chain(chain, diff_id);
    }
    if (chain[0] == 0)
        return err_set(err, PL_E_FORMAT, "%.*s: it is no image with layers", STR_ARG(target));
    struct str shown = name.len ? name : image->name;
    for (size_t i = 0; i < shown.len; i++)
        if ((unsigned char)shown.data[i] < ' ' || shown.data[i] == '#')
            return err_set(err, PL_E_USAGE, "%.*s: a name cannot have control characters or '#'",
                           STR_ARG(target));
    *ret_line = arena_printf(arena, "%s %.*s\n", chain, STR_ARG(shown));
    return 0;
}
