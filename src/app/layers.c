#include "app/layers.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/sysinfo.h>

#include "app/collect.h"
#include "app/layer_cache.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/pack.h"
#include "image/rootfs.h"
#include "io/content.h"
#include "io/elf.h"

/* Files that must be in memory as a whole are read one at a time when they are large. */
static pthread_mutex_t large_file = PTHREAD_MUTEX_INITIALIZER;
static const uint64_t LARGE_FILE = 16 * MIB;
/* Kept aside of LIMIT_RECORD_BYTES, for small files alone: what tells the system must not go
 * unread because layers that nobody sees are full of packages. */
#define SMALL_FILES (1 * MIB)
static const uint64_t SMALL_FILE = 16 * 1024;

void layer_add_problem(void *context, bool incomplete, const struct pl_err *problem)
{
    struct layer_state *state = context;
    bool enough = state->problems.count > LIMIT_DIAGNOSTICS / 10;
    state->passing = state->passing || enough || problem->limit ||
                     (problem->code != PL_E_FORMAT && problem->code != PL_E_UNSUPPORTED);
    if (enough)
        return; /* the same layer has told enough; the report is incomplete already */
    for (size_t i = 0; i < state->problems.count; i++)
        if (str_is(state->problems.items[i].message, problem->message))
            return; /* a second pass meets it again */
    *VEC_ADD(&state->problems) = (struct layer_problem){
        .incomplete = incomplete,
        .message = arena_str(&state->arena, str_of(problem->message)),
        .local = arena_str(&state->arena, str_of(problem->local)),
        .limit = str_of(problem->limit),
    };
}

static int too_large(uint64_t size, uint64_t limit, const char *name, struct pl_err *err)
{
    return err_limit(err, name, "%llu bytes are more than %s (%llu) allows; it was not read",
                     (unsigned long long)size, name, (unsigned long long)limit);
}

/* All bytes of the input, on top of `ret`. */
static int load_whole(struct input *input, uint64_t limit, const char *limit_name, struct buf *ret,
                      struct pl_err *err)
{
    if (input->size > limit)
        return too_large(input->size, limit, limit_name, err);
    buf_reserve(ret, (size_t)input->size + 1);
    for (;;) {
        struct str chunk;
        int r = input->next(input, &chunk, err);
        if (r < 0)
            return r;
        if (chunk.len == 0)
            return 0;
        if (ret->len + chunk.len > limit)
            return too_large(ret->len + chunk.len, limit, limit_name, err);
        buf_add(ret, chunk);
    }
}

static struct file_content *new_content(struct layer_state *state, struct record_file *file)
{
    struct file_content *content = state->spare;
    if (!content)
        content = ARENA_NEW(&state->arena, struct file_content);
    state->spare = NULL;
    content->sink.arena = &state->arena;
    content->sink.cataloger = catalogers[file->reader & READER_INDEX];
    content->sink.path = file->path;
    *VEC_ADD(&state->contents) = content;
    file->content = content;
    file->read = true;
    return content;
}

/* A file that was read for its first bytes and tells of nothing is as if it had not been read. */
static void forget_empty(struct layer_state *state, struct record_file *file)
{
    struct file_content *content = file->content;
    if (!file->by_magic || content->sink.packages.count || content->sink.problems.count ||
        content->sink.problems_left_out || content->sink.has_kept)
        return;
    state->contents.count--;
    catalog_sink_free(&content->sink);
    *content = (struct file_content){0};
    state->spare = content;
    file->content = NULL;
    file->nothing = true;
}

static int keep_bytes(struct layer_state *state, struct record_file *file, struct str bytes,
                      struct pl_err *err)
{
    uint64_t *budget = bytes.len <= SMALL_FILE ? &state->set->small_left : &state->set->bytes_left;
    if (__atomic_load_n(budget, __ATOMIC_RELAXED) < bytes.len)
        budget = &state->set->bytes_left;
    if (__atomic_load_n(budget, __ATOMIC_RELAXED) < bytes.len)
        return too_large(bytes.len, LIMIT_RECORD_BYTES, LIMIT_NAME(LIMIT_RECORD_BYTES), err);
    __atomic_fetch_sub(budget, bytes.len, __ATOMIC_RELAXED);
    if (budget == &state->set->small_left)
        state->use.small += bytes.len;
    else
        state->use.bytes += bytes.len;
    new_content(state, file)->kept = arena_str(&state->arena, bytes);
    return 0;
}

static int run_reader(struct layer_state *state, struct record_file *file, struct input *input,
                      struct str companion, struct pl_err *err)
{
    struct file_content *content = new_content(state, file);
    content->sink.details = state->set->details;
    content->sink.package_budget = &state->set->packages_left;
    content->sink.byte_budget = &state->set->bytes_left;
    int r = content->sink.cataloger->read(&content->sink, input, companion, err);
    state->use.packages += content->sink.packages_taken;
    state->use.bytes += content->sink.bytes_taken;
    if (r == 0)
        forget_empty(state, file);
    return r;
}

/* Packages of the system bring files to /usr; what stands in /usr/local and elsewhere is the
 * person's. Only what told of a package that may be theirs is held against their checksums. */
static bool may_be_owned(const struct record_file *file)
{
    const struct file_content *content = file->content;
    return content && strcmp(content->sink.cataloger->group, "os") != 0 &&
           (content->sink.packages.count || content->sink.has_kept) &&
           str_starts(file->path, STR("usr/")) && !str_starts(file->path, STR("usr/local/"));
}

static void note_sums(struct layer_state *state, struct record_file *file, struct file_sums sums)
{
    struct file_content *content = file->content;
    content->sums = ARENA_NEW(&state->arena, struct file_sums);
    *content->sums = sums;
}

/* An input that ends with an error where a limit is hit: a hole of a sparse file costs nothing to
 * make, and would be read for ever. */
struct bounded {
    struct input input; /* first */
    struct input *inner;
    struct layer_state *state;
    uint64_t left;
};

static int next_bounded(struct input *input, struct str *ret_chunk, struct pl_err *err)
{
    struct bounded *bounded = (struct bounded *)input;
    int r = bounded->inner->next(bounded->inner, ret_chunk, err);
    if (r < 0 || ret_chunk->len == 0)
        return r;
    if (ret_chunk->len > bounded->left)
        return err_limit(err, LIMIT_NAME(LIMIT_FILE_STREAM),
                         "the file is longer than LIMIT_FILE_STREAM (%llu bytes); the rest was not "
                         "read",
                         LIMIT_FILE_STREAM);
    bounded->left -= ret_chunk->len;
    struct layer_set *set = bounded->state->set;
    uint64_t before = atomic_fetch_sub(&set->content_left, ret_chunk->len);
    bounded->state->use.content += ret_chunk->len;
    if (before >= ret_chunk->len && before <= LIMIT_CONTENT_BYTES)
        return 0;
    atomic_fetch_add(&set->content_left, ret_chunk->len);
    return err_limit(err, LIMIT_NAME(LIMIT_CONTENT_BYTES),
                     "the files that tell of the image's packages take more than "
                     "LIMIT_CONTENT_BYTES (%llu bytes); "
                     "the rest was not read",
                     LIMIT_CONTENT_BYTES);
}

static bool wants_mode(const struct record_file *file, enum catalog_mode mode)
{
    return file->reader <= READER_INDEX && catalogers[file->reader]->mode == mode;
}

/* What one reader may ask to have in memory. */
static uint64_t whole_limit(const struct record_file *file, const char **ret_name)
{
    const struct cataloger *cataloger = catalogers[file->reader & READER_INDEX];
    *ret_name = LIMIT_NAME(LIMIT_FILE_WHOLE);
    if (file->reader > READER_INDEX || !cataloger->max_size)
        return LIMIT_FILE_WHOLE;
    if (cataloger->max_size == LIMIT_FILE_SMALL)
        *ret_name = LIMIT_NAME(LIMIT_FILE_SMALL);
    return cataloger->max_size;
}

/* A problem of one reader alone: the others go on. */
static void tell_file(struct layer_state *state, const struct record_file *file,
                      struct pl_err *problem)
{
    bool is_dir = image_is_folder(state->set->image);
    err_prefix(problem, "%s%.*s", is_dir ? "/" : "", STR_ARG(file->path));
    layer_add_problem(state, true, problem);
}

static int read_bytes(struct layer_state *state, struct record_file *file, struct str bytes,
                      struct pl_err *err)
{
    const char *limit_name;
    uint64_t limit = whole_limit(file, &limit_name);
    bool raw = file->reader > READER_INDEX || catalogers[file->reader]->mode == CATALOG_KEEP;
    struct input whole = {.path = file->path, .size = bytes.len, .whole = bytes, .fd = -1};
    if (bytes.len > limit)
        return too_large(bytes.len, limit, limit_name, err);
    if (raw)
        return keep_bytes(state, file, bytes, err);
    int r = run_reader(state, file, &whole, STR_NONE, err);
    if (r == 0 && may_be_owned(file)) {
        struct file_sums sums;
        struct file_summer *summer = file_summer_new();
        file_summer_add(summer, bytes);
        file_summer_end(summer, &sums);
        note_sums(state, file, sums);
    }
    return r;
}

static int read_whole(struct layer_state *state, struct record_file *const *files, size_t count,
                      struct input *input, struct pl_err *err)
{
    const char *limit_name;
    uint64_t limit = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t own = whole_limit(files[i], &limit_name);
        limit = own > limit ? own : limit;
    }
    AUTO_BUF bytes = {0};
    int r = load_whole(input, limit,
                       limit == LIMIT_FILE_SMALL ? LIMIT_NAME(LIMIT_FILE_SMALL)
                                                 : LIMIT_NAME(LIMIT_FILE_WHOLE),
                       &bytes, err);
    for (size_t i = 0; i < count && r == 0; i++)
        if (read_bytes(state, files[i], buf_str(&bytes), err) < 0)
            tell_file(state, files[i], err);
    return r;
}

/* ---- bytes in any order ---- */

/* A content handed out in order. */
struct content_stream {
    struct input input; /* first */
    const struct content *content;
    uint64_t at;
    char *buffer;
};

static int next_of_content(struct input *input, struct str *ret_chunk, struct pl_err *err)
{
    struct content_stream *stream = (struct content_stream *)input;
    enum { CHUNK = 256 * 1024 };
    const unsigned char *bytes;
    uint64_t left = stream->content->size - stream->at;
    size_t len = left < CHUNK ? (size_t)left : CHUNK;
    *ret_chunk = STR_NONE;
    if (len == 0)
        return 0;
    if (!stream->buffer)
        stream->buffer = mem_alloc(CHUNK);
    int r = content_read(stream->content, stream->at, len, stream->buffer, &bytes, err);
    if (r < 0)
        return r;
    *ret_chunk = str_make((const char *)bytes, len);
    stream->at += len;
    return 0;
}

/* Three digests of a program or an archive cost more than all else that is done with it: of the
 * large ones it is the layer alone that tells whether they were replaced. */
static const uint64_t SUMMED_PROGRAM = 64 * 1024;

static int sum_content(struct layer_state *state, struct record_file *const *files, size_t count,
                       const struct content *content, struct pl_err *err)
{
    bool wanted = false;
    for (size_t i = 0; i < count && content->size <= SUMMED_PROGRAM; i++)
        wanted = wanted || may_be_owned(files[i]);
    if (!wanted)
        return 0;
    struct content_stream stream = {.content = content};
    struct file_summer *summer = file_summer_new();
    struct file_sums sums;
    struct str chunk;
    int r;
    while ((r = next_of_content(&stream.input, &chunk, err)) == 0 && chunk.len)
        file_summer_add(summer, chunk);
    free(stream.buffer);
    file_summer_end(summer, &sums);
    for (size_t i = 0; i < count && r == 0; i++)
        if (may_be_owned(files[i]))
            note_sums(state, files[i], sums);
    return r;
}

/* Several readers of which at least one wants to go back and forth. */
static int read_random(struct layer_state *state, struct record_file *const *files, size_t count,
                       struct input *input, struct pl_err *err)
{
    AUTO_CONTENT content = {.fd = -1};
    CLEANUP(elf_cache_free) struct elf_cache elf = {0};
    int r = 0;
    if (input->fd >= 0)
        content = content_of_file(input->fd, input->fd_offset, input->size);
    else
        r = content_gather(input, &content, err);
    for (size_t i = 0; i < count && r == 0; i++) {
        int one;
        struct content_stream stream = {
            .input = {.path = files[i]->path,
                      .size = content.size,
                      .next = next_of_content,
                      .fd = -1},
            .content = &content,
        };
        struct input random = {.path = files[i]->path,
                               .size = content.size,
                               .content = &content,
                               .elf = &elf,
                               .fd = -1};
        if (wants_mode(files[i], CATALOG_RANDOM))
            one = run_reader(state, files[i], &random, STR_NONE, err);
        else if (wants_mode(files[i], CATALOG_STREAM))
            one = run_reader(state, files[i], &stream.input, STR_NONE, err);
        else
            one = read_whole(state, &files[i], 1, &stream.input, err);
        if (one < 0)
            tell_file(state, files[i], err);
        free(stream.buffer);
    }
    return r < 0 ? r : sum_content(state, files, count, &content, err);
}

static int take_file(void *context, struct record_file *const *files, size_t count,
                     struct input *input, struct pl_err *err)
{
    struct layer_state *state = context;
    if ((files[0]->reader & READER_COMPANION) && !state->set->second_pass)
        return 0; /* its size is enough to know whether it matters */
    if (files[0]->type == ENTRY_DIR) {
        struct input folder = {.path = input->path, .fd = -1};
        return run_reader(state, files[0], &folder, STR_NONE, err);
    }
    if (files[0]->type != ENTRY_FILE)
        return 0;
    struct bounded bounded = {
        .input = {.path = input->path,
                  .size = input->size,
                  .next = next_bounded,
                  .fd = input->fd,
                  .fd_offset = input->fd_offset},
        .inner = input,
        .state = state,
        .left = LIMIT_FILE_STREAM,
    };
    for (size_t i = 0; i < count; i++)
        if (wants_mode(files[i], CATALOG_RANDOM))
            return read_random(state, files, count, &bounded.input, err);
    if (count == 1 && wants_mode(files[0], CATALOG_STREAM))
        return run_reader(state, files[0], &bounded.input, STR_NONE, err);
    bool large = input->size > LARGE_FILE;
    if (large)
        pthread_mutex_lock(&large_file);
    int r = read_whole(state, files, count, &bounded.input, err);
    if (large)
        pthread_mutex_unlock(&large_file);
    return r;
}

static void walk_layer(struct layer_set *set, size_t index)
{
    struct layer_state *state = &set->states[index];
    struct walk_options walk = {
        .wants = set->pass_wants,
        .second_pass = set->second_pass,
        .entry_budget = &set->entry_budget,
        .file_budget = &set->file_budget,
    };
    struct layer_options options = {.walk = &walk, .verify = set->verify};
    struct walk_visitor visitor = {
        .context = state, .file = take_file, .problem = layer_add_problem};
    struct layer_digests digests;
    struct inspection inspection = {0};
    struct pl_err err;
    size_t files = state->record.files.count, problems = state->problems.count;
    layer_inspect_begin(state, &inspection, &visitor);
    int r = image_walk_layer(set->image, index, &options, &visitor, &state->record, &digests, &err);
    layer_inspect_end(&inspection);
    state->walked = true;
    if (r < 0) {
        layer_add_problem(state, true, &err);
        state->passing = true;
    }
    if (!set->cache)
        return;
    if (!set->second_pass)
        layer_cache_put(set->cache, index, r < 0 ? NULL : &digests);
    else if (set->pass_input)
        layer_cache_put_pass(set->cache, index, set->pass_input, 0,
                             state->record.files.count != files ||
                                 state->problems.count != problems);
}

static bool take_layer(struct layer_set *set, size_t index)
{
    uint64_t ignored;
    if (!set->cache)
        return false;
    if (set->second_pass)
        return set->pass_input &&
               layer_cache_take_pass(set->cache, index, set->pass_input, &ignored);
    if (!layer_cache_take(set->cache, index))
        return false;
    inflate_budget_tell(&set->image->budget, set->image->layers.items[index].size);
    return true;
}

static void take_or_walk_layer(struct layer_set *set, size_t index)
{
    bool first = set->cache && !set->second_pass;
    if (take_layer(set, index))
        return;
    if (!first || !layer_cache_claim(set->cache, index) || !take_layer(set, index))
        walk_layer(set, index);
    if (first)
        layer_cache_release(set->cache, index);
}

static void *work(void *context)
{
    struct layer_set *set = context;
    for (;;) {
        size_t index = atomic_fetch_add(&set->next, 1);
        if (index >= set->count)
            return NULL;
        /* From the top down: where a budget does not last, what is in sight was read. */
        index = set->count - 1 - index;
        if (!set->pass_layers || set->pass_layers[index])
            take_or_walk_layer(set, index);
    }
}

static void run_pass(struct layer_set *set, const struct wants *wants, const bool *layers)
{
    pthread_t threads[64];
    if (image_is_folder(set->image)) {
        struct walk_visitor visitor = {
            .context = &set->states[0], .file = take_file, .problem = layer_add_problem};
        struct inspection inspection = {0};
        layer_inspect_begin(&set->states[0], &inspection, &visitor);
        rootfs_read(set->image->root_fd, wants, &visitor, &set->states[0].record);
        layer_inspect_end(&inspection);
        return;
    }
    unsigned started = 0, jobs = set->jobs ? set->jobs : (unsigned)get_nprocs();
    if (jobs > set->count)
        jobs = (unsigned)set->count;
    if (jobs > ARRAY_LEN(threads))
        jobs = ARRAY_LEN(threads);
    set->pass_wants = wants;
    set->pass_layers = layers;
    atomic_store(&set->next, 0);
    while (started + 1 < jobs && pthread_create(&threads[started], NULL, work, set) == 0)
        started++;
    work(set);
    while (started)
        pthread_join(threads[--started], NULL);
}

static void add_wants(struct layer_set *set, unsigned index)
{
    const struct cataloger *cataloger = catalogers[index];
    if (cataloger->magic)
        wants_add_magic(&set->wants, str_of(cataloger->magic), index);
    for (const char *const *want = cataloger->wants; want && *want; want++) {
        wants_add(&set->wants, str_of(*want), index);
        if (cataloger->companion)
            wants_add(&set->wants,
                      arena_printf(&set->image->arena, "%s%s", *want, cataloger->companion),
                      index | READER_COMPANION);
    }
}

void layer_set_init(struct layer_set *set, struct image *image,
                    const struct collect_options *options)
{
    *set = (struct layer_set){
        .image = image,
        .enabled = options->enabled,
        .count = image_is_folder(image) ? 1 : image->layers.count,
        .verify = options->verify,
        .details = options->details,
        .jobs = options->jobs,
        .entry_budget = LIMIT_ENTRIES,
        .file_budget = LIMIT_WANTED_FILES,
        .packages_left = LIMIT_PACKAGES,
        .bytes_left = LIMIT_RECORD_BYTES - SMALL_FILES,
        .small_left = SMALL_FILES,
        .content_left = LIMIT_CONTENT_BYTES,
        .inspectors =
            options->inspectors && options->inspectors->count ? options->inspectors : NULL,
    };
    inspect_budget_init(&set->inspect_budget);
    image->budget.progress = options->progress;
    set->states = mem_zalloc(set->count, sizeof(*set->states));
    for (size_t i = 0; i < set->count; i++) {
        set->states[i].set = set;
        if (i < image->layers.count && image->layers.items[i].size != UINT64_MAX)
            image->budget.total += image->layers.items[i].size;
    }
    for (unsigned i = 0; catalogers[i]; i++) {
        if (collect_uses(options, i))
            add_wants(set, i);
    }
    wants_seal(&set->wants);
    set->cache = layer_cache_new(set, options, options->cache);
}

void layer_state_reset(struct layer_state *state)
{
    struct layer_set *set = state->set;
    for (size_t k = 0; k < state->contents.count; k++)
        catalog_sink_free(&state->contents.items[k]->sink);
    VEC_FREE(&state->contents);
    VEC_FREE(&state->problems);
    inspect_sink_free(&state->found);
    VEC_FREE(&state->found_sums.items);
    record_free(&state->record);
    arena_free(&state->arena);
    *state = (struct layer_state){.set = set};
}

void layer_set_free(struct layer_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        layer_state_reset(&set->states[i]);
    layer_cache_free(set->cache);
    wants_free(&set->wants);
    free(set->states);
}

void layer_set_read(struct layer_set *set)
{
    run_pass(set, &set->wants, NULL);
}

static uint64_t request_key(struct str path, unsigned reader)
{
    return hash_with(hash_str(path), reader);
}

void layer_requests_add(struct layer_requests *requests, uint32_t layer, struct str path,
                        unsigned reader)
{
    uint64_t key = request_key(path, reader), whole = hash_with(key, (uint64_t)layer + 1);
    if (hash_set_has(&requests->asked, whole))
        return;
    if (requests->items.count >= LIMIT_REQUESTS) {
        requests->full = true;
        return;
    }
    hash_set_add(&requests->asked, whole);
    hash_set_add(&requests->asked, key);
    *VEC_ADD(&requests->items) =
        (struct layer_request){layer, arena_str(&requests->arena, path), reader};
}

bool layer_requests_made(const struct layer_requests *requests, struct str path, unsigned reader)
{
    return hash_set_has(&requests->asked, request_key(path, reader));
}

void layer_requests_free(struct layer_requests *requests)
{
    VEC_FREE(&requests->items);
    hash_set_free(&requests->asked);
    arena_free(&requests->arena);
}

/* What a pass looks for: its outcome for a layer depends on nothing else but the layer. */
static struct cache_key input_of(const struct layer_requests *requests)
{
    AUTO_BUF parts = {0};
    for (size_t i = requests->done; i < requests->items.count; i++) {
        pack_text(&parts, requests->items.items[i].path);
        pack_number(&parts, requests->items.items[i].reader);
    }
    return cache_key_of("files by name", buf_str(&parts));
}

static bool read_more(struct layer_set *set, struct layer_requests *requests, bool kept)
{
    if (requests->done == requests->items.count)
        return false;
    struct wants wants = {0};
    bool *layers = mem_zalloc(set->count, sizeof(*layers));
    for (size_t i = requests->done; i < requests->items.count; i++) {
        const struct layer_request *item = &requests->items.items[i];
        wants_add(&wants, item->path, item->reader);
        for (size_t layer = 0; layer < set->count; layer++)
            if (item->layer == LAYER_NONE || item->layer == layer)
                layers[layer] = true;
    }
    struct cache_key input = input_of(requests);
    requests->done = requests->items.count;
    wants_seal(&wants);
    set->second_pass = true;
    set->pass_input = kept ? &input : NULL;
    run_pass(set, &wants, layers);
    set->pass_input = NULL;
    wants_free(&wants);
    free(layers);
    return true;
}

bool layer_set_read_more(struct layer_set *set, struct layer_requests *requests)
{
    return read_more(set, requests, true);
}

static void settle_one(void *context, const struct settle_entry *entry)
{
    settle_entry(context, entry);
}

static void pass_over(void *context, bool incomplete, const struct pl_err *problem)
{
    (void)context; /* the first pass has told it */
    (void)incomplete;
    (void)problem;
}

static void walk_to_settle(struct layer_set *set, struct settle *settle, uint32_t layer)
{
    struct layer_state *state = &set->states[layer];
    struct walk_options walk = {.wants = &set->wants, .second_pass = true};
    struct layer_options options = {.walk = &walk};
    struct walk_visitor visitor = {.context = settle, .problem = pass_over, .entry = settle_one};
    struct pl_err err;
    int r = image_walk_layer(set->image, layer, &options, &visitor, &state->record, NULL, &err);
    state->walked = true;
    if (r < 0) { /* one that came out of the cache can be gone by now */
        layer_add_problem(state, true, &err);
        state->passing = true;
    }
    settle_end(settle);
}

/* Where entries below links are depends on all layers up to this one. */
static void settle_layer(struct layer_set *set, struct settle *settle, uint32_t layer)
{
    struct cache_key input;
    uint64_t left = settle->bytes_left, bytes;
    bool known = set->cache && layer_cache_key_below(set->cache, layer, &input);
    if (known && layer_cache_take_pass(set->cache, layer, &input, &bytes)) {
        settle_take(settle, bytes);
        return;
    }
    walk_to_settle(set, settle, layer);
    if (known && !settle->full)
        layer_cache_put_pass(set->cache, layer, &input, left - settle->bytes_left, true);
    else if (set->cache)
        layer_cache_forget(set->cache, layer);
}

void layer_set_settle(struct layer_set *set, const struct tree *tree)
{
    struct settle settle;
    struct pl_err err;
    settle_init(&settle, tree, &set->wants);
    for (uint32_t layer = 0; layer < set->count; layer++) {
        if (!settle_begin(&settle, layer))
            continue;
        settle_layer(set, &settle, layer);
        if (!settle.full)
            continue;
        err_limit(
            &err, LIMIT_NAME(LIMIT_LINKED_NAMES),
            "more files stand below symbolic links than LIMIT_LINKED_NAMES (%llu bytes) allows; "
            "where the rest belongs is not known",
            LIMIT_LINKED_NAMES);
        layer_add_problem(&set->states[layer], true, &err);
        break;
    }
    settle_free(&settle);
}

static struct record_file *file_at(struct layer_set *set, const struct layer_file *file,
                                   unsigned reader)
{
    return record_file_find_at(&set->states[file->layer].record, file->path, reader, file->order);
}

static struct str raw_bytes(struct layer_set *set, const struct layer_file *file, unsigned reader)
{
    const struct record_file *found = file_at(set, file, reader);
    const struct file_content *content = found ? found->content : NULL;
    return content ? content->kept : STR_NONE;
}

/* A database and its journal: what they say together depends on both layers. */
static struct cache_key pair_input(const struct layer_set *set, const struct layer_file *file,
                                   const struct layer_file *journal, unsigned reader)
{
    const struct layer_file *const files[] = {file, journal};
    AUTO_BUF parts = {0};
    pack_number(&parts, reader);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        pack_text(&parts, files[i]->path);
        pack_number(&parts, files[i]->order);
    }
    layer_cache_pack_key(set->cache, journal->layer, &parts);
    return cache_key_of("database and journal", buf_str(&parts));
}

static void read_pair(struct layer_set *set, const struct layer_file *file,
                      const struct layer_file *journal, unsigned reader)
{
    struct layer_requests requests = {0};
    struct pl_err err;
    layer_requests_add(&requests, file->layer, file->path, reader | READER_RAW);
    layer_requests_add(&requests, journal->layer, journal->path, reader | READER_COMPANION);
    read_more(set, &requests, false);
    layer_requests_free(&requests);
    struct str main_bytes = raw_bytes(set, file, reader | READER_RAW);
    struct str journal_bytes = raw_bytes(set, journal, reader | READER_COMPANION);
    if (main_bytes.len == 0 || journal_bytes.len == 0)
        return; /* why it could not be read is a problem of its layer */
    struct input input = {
        .path = file->path, .size = main_bytes.len, .whole = main_bytes, .fd = -1};
    if (run_reader(&set->states[file->layer], file_at(set, file, reader), &input, journal_bytes,
                   &err) < 0) {
        err_prefix(&err, "%.*s", STR_ARG(file->path));
        layer_add_problem(&set->states[file->layer], true, &err);
    }
}

void layer_set_read_pair(struct layer_set *set, const struct layer_file *file,
                         const struct layer_file *journal, unsigned reader)
{
    struct cache_key input;
    uint64_t ignored;
    bool known = set->cache && layer_cache_knows(set->cache, journal->layer);
    if (known)
        input = pair_input(set, file, journal, reader);
    if (known && layer_cache_take_pass(set->cache, file->layer, &input, &ignored))
        return;
    read_pair(set, file, journal, reader);
    if (known && !set->states[journal->layer].passing)
        layer_cache_put_pass(set->cache, file->layer, &input, 0, true);
    else if (set->cache)
        layer_cache_forget(set->cache, file->layer);
}
