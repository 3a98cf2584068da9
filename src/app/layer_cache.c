#include "app/layer_cache.h"

#include <stdlib.h>

#include "app/collect.h"
#include "app/layer_pack.h"
#include "base/build_id.h"
#include "base/limits.h"

enum { RECORD_FORMAT = 2 }; /* raised when layer_pack() or a walk gives something else */

/* Below this, plain layers are read faster than a cache is opened (docs/cache.md). */
#define SMALL_IMAGE (64 * MIB)

struct known_layer {
    bool plain;             /* stored as it is, in a file: not hashed when it is read */
    bool known;             /* which bytes it has, or which state it is in */
    struct cache_key state; /* at first of its bytes and readers */
};

struct layer_cache {
    struct cache *cache;
    struct layer_set *set;
    struct cache_key readers; /* everything else that a record depends on */
    struct known_layer *layers;
};

/* ---- keys ---- */

static struct cache_key key_of(const struct buf *parts)
{
    struct cache_key key = {{0}};
    struct sha256 sha;
    sha256_init(&sha);
    sha256_add(&sha, parts->data, parts->len);
    sha256_end(&sha, key.bytes);
    return key;
}

static void pack_key(struct buf *buf, const struct cache_key *key)
{
    buf_add(buf, str_make((const char *)key->bytes, sizeof(key->bytes)));
}

struct cache_key cache_key_of(const char *kind, struct str bytes)
{
    AUTO_BUF parts = {0};
    pack_text(&parts, str_of(kind));
    pack_text(&parts, bytes);
    return key_of(&parts);
}

static void pack_file(struct buf *buf, const struct file_identity *file)
{
    pack_number(buf, file->device);
    pack_number(buf, file->inode);
    pack_number(buf, file->size);
    pack_number(buf, (uint64_t)file->modified);
    pack_number(buf, (uint64_t)file->changed);
    pack_number(buf, file->offset);
    pack_number(buf, file->length);
}

static struct cache_key key_of_file(const struct file_identity *file)
{
    AUTO_BUF parts = {0};
    pack_text(&parts, STR("file"));
    pack_file(&parts, file);
    return key_of(&parts);
}

/* Bytes that were not hashed are those of a file, and how the walk ended depends on what the
 * manifest claims of them: image/layer.c, check_end(). */
static struct cache_key identity_of_file(const struct image_layer *layer,
                                         const struct file_identity *file)
{
    AUTO_BUF parts = {0};
    pack_text(&parts, STR("plain file"));
    pack_file(&parts, file);
    pack_text(&parts, layer->diff_id);
    pack_text(&parts, layer->digest);
    return key_of(&parts);
}

static void pack_inspectors(struct buf *parts, const struct inspectors *inspectors)
{
    pack_number(parts, inspectors ? inspectors->count : 0);
    for (size_t i = 0; inspectors && i < inspectors->count; i++) {
        const struct inspector *inspector = &inspectors->items[i];
        pack_text(parts, str_of(inspector->class->name));
        pack_number(parts, inspector->class->version);
        if (inspector->class->pack)
            inspector->class->pack(inspector->config, parts);
    }
}

static struct cache_key readers_key(const struct collect_options *options)
{
    AUTO_BUF parts = {0};
    pack_text(&parts, STR("readers"));
    pack_number(&parts, RECORD_FORMAT);
    pack_text(&parts, STR(PLIMSOLL_VERSION));
    pack_text(&parts, build_id());
    pack_number(&parts, options->details);
    for (size_t i = 0; catalogers[i]; i++) {
        if (!collect_uses(options, i))
            continue;
        pack_number(&parts, i);
        pack_text(&parts, str_of(catalogers[i]->name));
        pack_number(&parts, catalogers[i]->version);
    }
    pack_inspectors(&parts, options->inspectors);
    return key_of(&parts);
}

/* ---- which bytes a layer has ---- */

static const struct image_layer *layer_of(const struct layer_cache *cache, size_t index)
{
    return &cache->set->image->layers.items[index];
}

/* `identity`: of its bytes. */
static void set_identity(struct layer_cache *cache, size_t index, struct cache_key identity)
{
    AUTO_BUF parts = {0};
    pack_text(&parts, STR("layer"));
    pack_key(&parts, &cache->readers);
    pack_key(&parts, &identity);
    cache->layers[index].known = true;
    cache->layers[index].state = key_of(&parts);
}

/* The diff ID that was computed when these bytes were read. */
static bool get_name(struct layer_cache *cache, const struct cache_key *key,
                     char ret_diff_id[DIGEST_TEXT])
{
    AUTO_BUF value = {0};
    if (!cache_get(cache->cache, key, &value) || !digest_is_valid(buf_str(&value)))
        return false;
    memcpy(ret_diff_id, value.data, value.len);
    ret_diff_id[value.len] = '\0';
    return true;
}

static void put_name(struct layer_cache *cache, const struct cache_key *key, const char *diff_id)
{
    cache_put(cache->cache, key, CACHE_NAME, str_of(diff_id));
}

/* A layer that claims another diff ID is walked, which tells it. */
static bool take_diff_id(struct layer_cache *cache, size_t index, const char *diff_id)
{
    const struct image_layer *layer = layer_of(cache, index);
    if (layer->diff_id.len && !str_is(layer->diff_id, diff_id))
        return false;
    set_identity(cache, index, cache_key_of("diff ID", str_of(diff_id)));
    return true;
}

/* The digest that a manifest claims for a blob in a file counts when the file's bytes have it:
 * hashing them costs less than inflating them. */
static bool identify_blob_file(struct layer_cache *cache, size_t index,
                               const struct file_identity *file)
{
    const struct image_layer *layer = layer_of(cache, index);
    char diff_id[DIGEST_TEXT], digest[DIGEST_TEXT];
    struct file_identity again;
    struct pl_err ignored;
    struct cache_key blob = cache_key_of("blob", layer->digest), name = key_of_file(file);
    if (!digest_is_valid(layer->digest) || !get_name(cache, &blob, diff_id) ||
        image_layer_digest(cache->set->image, index, digest, &ignored) < 0 ||
        !str_is(layer->digest, digest) || !take_diff_id(cache, index, diff_id))
        return false;
    if (file->settled && image_layer_file(cache->set->image, index, &again) &&
        file_identity_equal(file, &again))
        put_name(cache, &name, diff_id);
    return true;
}

static void identify(struct layer_cache *cache, size_t index)
{
    const struct image_layer *layer = layer_of(cache, index);
    const struct image *image = cache->set->image;
    char diff_id[DIGEST_TEXT];
    struct file_identity file;
    struct cache_key name;
    if (archive_is_remote(image->archive)) {
        /* The walk would refuse bytes that do not have the digest of the manifest. */
        name = cache_key_of("blob", layer->digest);
        if (digest_is_valid(layer->digest) && get_name(cache, &name, diff_id))
            take_diff_id(cache, index, diff_id);
        return;
    }
    if (!image_layer_file(image, index, &file))
        return;
    name = key_of_file(&file);
    if (get_name(cache, &name, diff_id))
        take_diff_id(cache, index, diff_id);
    else if (cache->layers[index].plain)
        set_identity(cache, index, identity_of_file(layer, &file));
    else
        identify_blob_file(cache, index, &file);
}

/* Behind a walk: what was computed while the bytes were read. */
static void identify_walked(struct layer_cache *cache, size_t index,
                            const struct layer_digests *digests)
{
    struct known_layer *layer = &cache->layers[index];
    bool has_file = digests->has_file && digests->file.settled;
    struct cache_key file = has_file ? key_of_file(&digests->file) : (struct cache_key){{0}};
    layer->known = false;
    if (digests->diff_id[0]) {
        set_identity(cache, index, cache_key_of("diff ID", str_of(digests->diff_id)));
        if (has_file)
            put_name(cache, &file, digests->diff_id);
        if (digests->blob[0]) {
            struct cache_key blob = cache_key_of("blob", str_of(digests->blob));
            put_name(cache, &blob, digests->diff_id);
        }
    } else if (layer->plain && has_file) {
        set_identity(cache, index, identity_of_file(layer_of(cache, index), &digests->file));
    }
}

/* ---- states ---- */

/* The value of a state: a number, and the packed state, or nothing where the pass changed nothing.
 */
static bool take_state(struct layer_cache *cache, size_t index, const struct cache_key *key,
                       uint64_t *ret_number)
{
    AUTO_BUF value = {0};
    if (!cache_get(cache->cache, key, &value))
        return false;
    struct unpack unpack = unpack_begin(buf_str(&value));
    *ret_number = unpack_number(&unpack);
    struct str packed = unpack_text(&unpack);
    if (!unpack_ended(&unpack) || (packed.len && !layer_unpack(packed, &cache->set->states[index])))
        return false;
    cache->layers[index].state = *key;
    return true;
}

static void put_state(struct layer_cache *cache, size_t index, const struct cache_key *key,
                      enum cache_kind kind, uint64_t number, bool changed)
{
    struct known_layer *layer = &cache->layers[index];
    const struct layer_state *state = &cache->set->states[index];
    AUTO_BUF packed = {0};
    AUTO_BUF value = {0};
    layer->known = layer_is_repeatable(state);
    if (!layer->known)
        return;
    if (changed)
        layer_pack(state, &packed);
    pack_number(&value, number);
    pack_text(&value, buf_str(&packed));
    cache_put(cache->cache, key, kind, buf_str(&value));
    layer->state = *key;
}

bool layer_cache_take(struct layer_cache *cache, size_t index)
{
    uint64_t ignored;
    struct cache_key key = cache->layers[index].state;
    return !cache->set->verify && cache->layers[index].known &&
           take_state(cache, index, &key, &ignored);
}

static bool is_fetched(const struct layer_cache *cache, size_t index)
{
    return archive_is_remote(cache->set->image->archive) && !cache->set->verify &&
           digest_is_valid(layer_of(cache, index)->digest);
}

static struct cache_key claim_key(const struct layer_cache *cache, size_t index)
{
    return cache_key_of("fetched blob", layer_of(cache, index)->digest);
}

bool layer_cache_claim(struct layer_cache *cache, size_t index)
{
    if (!is_fetched(cache, index))
        return false;
    struct cache_key key = claim_key(cache, index);
    cache_claim(cache->cache, &key);
    identify(cache, index);
    return cache->layers[index].known;
}

void layer_cache_release(struct layer_cache *cache, size_t index)
{
    struct cache_key key = claim_key(cache, index);
    if (is_fetched(cache, index))
        cache_release(cache->cache, &key);
}

void layer_cache_put(struct layer_cache *cache, size_t index, const struct layer_digests *digests)
{
    struct known_layer *layer = &cache->layers[index];
    layer->known = false;
    if (digests)
        identify_walked(cache, index, digests);
    if (layer->known) {
        struct cache_key key = layer->state;
        put_state(cache, index, &key, CACHE_LAYER, 0, true);
    }
}

static struct cache_key pass_key(const struct layer_cache *cache, size_t index,
                                 const struct cache_key *input)
{
    AUTO_BUF parts = {0};
    pack_text(&parts, STR("pass"));
    pack_key(&parts, &cache->layers[index].state);
    pack_key(&parts, input);
    return key_of(&parts);
}

bool layer_cache_take_pass(struct layer_cache *cache, size_t index, const struct cache_key *input,
                           uint64_t *ret_number)
{
    if (!cache->layers[index].known)
        return false;
    struct cache_key key = pass_key(cache, index, input);
    return !cache->set->verify && take_state(cache, index, &key, ret_number);
}

void layer_cache_put_pass(struct layer_cache *cache, size_t index, const struct cache_key *input,
                          uint64_t number, bool changed)
{
    if (!cache->layers[index].known)
        return;
    struct cache_key key = pass_key(cache, index, input);
    put_state(cache, index, &key, CACHE_LINKS, number, changed);
}

void layer_cache_forget(struct layer_cache *cache, size_t index)
{
    cache->layers[index].known = false;
}

bool layer_cache_knows(const struct layer_cache *cache, size_t index)
{
    return cache->layers[index].known;
}

void layer_cache_pack_key(const struct layer_cache *cache, size_t index, struct buf *buf)
{
    pack_key(buf, &cache->layers[index].state);
}

bool layer_cache_key_below(const struct layer_cache *cache, size_t index, struct cache_key *ret_key)
{
    AUTO_BUF parts = {0};
    for (size_t i = 0; i < index; i++) {
        if (!cache->layers[i].known)
            return false;
        pack_key(&parts, &cache->layers[i].state);
    }
    *ret_key = cache_key_of("layers below", buf_str(&parts));
    return true;
}

/* ---- the whole ---- */

/* Plain layers that are small are read faster than a cache is opened. */
static bool is_worth_it(struct layer_cache *cache)
{
    const struct image *image = cache->set->image;
    uint64_t plain = 0;
    bool packed = archive_is_remote(image->archive);
    for (size_t i = 0; i < cache->set->count && !archive_is_remote(image->archive); i++) {
        cache->layers[i].plain = image_layer_compression(image, i) == COMPRESSION_NONE;
        packed = packed || !cache->layers[i].plain;
        if (image->layers.items[i].size < UINT64_MAX - plain)
            plain += image->layers.items[i].size;
    }
    return packed || plain >= SMALL_IMAGE;
}

struct layer_cache *layer_cache_new(struct layer_set *set, const struct collect_options *options,
                                    struct cache *cache)
{
    if (!cache || image_is_folder(set->image) || !set->image->archive || set->count == 0)
        return NULL;
    struct layer_cache *layers = mem_zalloc(1, sizeof(*layers));
    layers->cache = cache;
    layers->set = set;
    layers->layers = mem_zalloc(set->count, sizeof(*layers->layers));
    if (!is_worth_it(layers)) {
        layer_cache_free(layers);
        return NULL;
    }
    layers->readers = readers_key(options);
    for (size_t i = 0; i < set->count && !set->verify; i++)
        identify(layers, i);
    return layers;
}

void layer_cache_free(struct layer_cache *cache)
{
    if (!cache)
        return;
    free(cache->layers);
    free(cache);
}
