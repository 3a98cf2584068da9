#include "catalog/sink_pack.h"

/* A field that is added to one of these must be packed here, too (and in the test, which fills all
 * fields: tests/unit/catalog/sink_pack.c). Then the size here is put right. */
_Static_assert(sizeof(void *) != 8 || sizeof(struct package) == 344, "a package has other fields");
_Static_assert(sizeof(void *) != 8 || sizeof(struct catalog_problem) == 64,
               "problem: other fields");
_Static_assert(sizeof(void *) != 8 || sizeof(struct catalog_owner) == 24, "owner: other fields");
_Static_assert(sizeof(void *) != 8 || sizeof(struct catalog_owned) == 32, "owned: other fields");

/* ---- packages ---- */

static const size_t texts[] = {
    offsetof(struct package, name),           offsetof(struct package, version),
    offsetof(struct package, arch),           offsetof(struct package, source_name),
    offsetof(struct package, source_version), offsetof(struct package, qualifiers),
    offsetof(struct package, module),         offsetof(struct package, vendor),
    offsetof(struct package, purl),           offsetof(struct package, inner),
    offsetof(struct package, sha1),
};

static const struct {
    size_t items, count;
} lists[] = {
    {offsetof(struct package, cpes), offsetof(struct package, cpe_count)},
    {offsetof(struct package, licenses), offsetof(struct package, license_count)},
    {offsetof(struct package, hashes), offsetof(struct package, hash_count)},
    {offsetof(struct package, needs), offsetof(struct package, need_count)},
    {offsetof(struct package, provides), offsetof(struct package, provide_count)},
    {offsetof(struct package, paths), offsetof(struct package, path_count)},
};

static const void *member(const struct package *package, size_t offset)
{
    return (const char *)package + offset;
}

static void *member_of(struct package *package, size_t offset)
{
    return (char *)package + offset;
}

/* catalogers[] index + 1; 0: none. */
static size_t cataloger_number(const char *name)
{
    for (size_t i = 0; name && catalogers[i]; i++)
        if (name == catalogers[i]->name || strcmp(name, catalogers[i]->name) == 0)
            return i + 1;
    return 0;
}

static size_t cataloger_count(void)
{
    size_t count = 0;
    while (catalogers[count])
        count++;
    return count;
}

/* An offset of one, so that the marks for "none" (all bits set, or -1) are the small number 0. */
static void pack_index(struct buf *buf, uint64_t index)
{
    pack_number(buf, index + 1);
}

void package_pack(const struct package *package, struct buf *buf)
{
    pack_number(buf, package->type);
    pack_number(buf, package->origin);
    pack_number(buf, (package->unordered ? 1U : 0U) | (package->development ? 2U : 0U));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        pack_text(buf, *(const struct str *)member(package, texts[i]));
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const struct str *items = *(struct str *const *)member(package, lists[i].items);
        size_t count = *(const size_t *)member(package, lists[i].count);
        pack_number(buf, count);
        for (size_t k = 0; k < count; k++)
            pack_text(buf, items[k]);
    }
    pack_number(buf, package->depend_count);
    for (size_t i = 0; i < package->depend_count; i++)
        pack_number(buf, package->depends[i]);
    pack_index(buf, package->layer == LAYER_NONE ? UINT64_MAX : package->layer);
    pack_index(buf, package->file_layer == LAYER_NONE ? UINT64_MAX : package->file_layer);
    pack_index(buf, package->owner == OWNER_NONE ? UINT64_MAX : package->owner);
    pack_index(buf, (uint64_t)(int64_t)package->in_use);
    pack_number(buf, cataloger_number(package->cataloger));
}

static uint64_t unpack_index(struct unpack *unpack)
{
    return unpack_number(unpack) - 1;
}

static uint32_t unpack_layer(struct unpack *unpack)
{
    uint64_t layer = unpack_index(unpack);
    if (layer != UINT64_MAX && layer >= LAYER_NONE)
        unpack->wrong = true;
    return layer == UINT64_MAX ? LAYER_NONE : (uint32_t)layer;
}

static void unpack_list(struct unpack *unpack, struct arena *arena, struct str **ret_items,
                        size_t *ret_count)
{
    size_t count = unpack_count(unpack, 1);
    struct str *items = count ? ARENA_ARRAY(arena, struct str, count) : NULL;
    for (size_t i = 0; i < count; i++)
        items[i] = arena_str(arena, unpack_text(unpack));
    *ret_items = items;
    *ret_count = count;
}

static void unpack_depends(struct unpack *unpack, struct arena *arena, struct package *package)
{
    package->depend_count = unpack_count(unpack, 1);
    if (package->depend_count)
        package->depends = ARENA_ARRAY(arena, size_t, package->depend_count);
    for (size_t i = 0; i < package->depend_count; i++)
        package->depends[i] = (size_t)unpack_number(unpack);
}

void package_unpack(struct unpack *unpack, struct arena *arena, struct package *ret_package)
{
    struct package package = {
        .type = (enum package_type)unpack_below(unpack, PACKAGE_TYPE_COUNT),
        .origin = (enum package_origin)unpack_below(unpack, PACKAGE_ORIGIN_COUNT),
    };
    uint64_t flags = unpack_below(unpack, 4);
    package.unordered = flags & 1;
    package.development = flags & 2;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *(struct str *)member_of(&package, texts[i]) = arena_str(arena, unpack_text(unpack));
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        unpack_list(unpack, arena, member_of(&package, lists[i].items),
                    member_of(&package, lists[i].count));
    unpack_depends(unpack, arena, &package);
    package.layer = unpack_layer(unpack);
    package.file_layer = unpack_layer(unpack);
    package.owner = (size_t)unpack_index(unpack);
    package.in_use = (int)(int64_t)unpack_index(unpack);
    uint64_t cataloger = unpack_below(unpack, cataloger_count() + 1);
    package.cataloger = cataloger ? catalogers[cataloger - 1]->name : NULL;
    if (package.in_use < -1 || package.in_use > 1)
        unpack->wrong = true;
    *ret_package = package;
}

/* ---- sinks ---- */

bool catalog_sink_is_repeatable(const struct catalog_sink *sink)
{
    if (sink->problems_left_out || sink->full || sink->passing)
        return false;
    for (size_t i = 0; i < sink->problems.count; i++)
        if (sink->problems.items[i].limit)
            return false;
    return true;
}

void catalog_sink_pack(const struct catalog_sink *sink, struct buf *buf)
{
    pack_text(buf, sink->path);
    pack_number(buf, sink->packages.count);
    for (size_t i = 0; i < sink->packages.count; i++)
        package_pack(sink->packages.items[i], buf);
    pack_number(buf, sink->problems.count);
    for (size_t i = 0; i < sink->problems.count; i++) {
        const struct catalog_problem *problem = &sink->problems.items[i];
        pack_text(buf, problem->where);
        pack_text(buf, problem->message);
        pack_text(buf, problem->local);
        pack_number(buf, problem->error);
    }
    pack_number(buf, sink->owners.count);
    for (size_t i = 0; i < sink->owners.count; i++) {
        pack_number(buf, sink->owners.items[i].type);
        pack_text(buf, sink->owners.items[i].package);
    }
    pack_number(buf, sink->owned.count);
    for (size_t i = 0; i < sink->owned.count; i++) {
        const struct catalog_owned *owned = &sink->owned.items[i];
        pack_hash(buf, owned->path);
        pack_number(buf, owned->checksum.kind);
        pack_hash(buf, owned->checksum.start);
        pack_number(buf, owned->owner);
    }
    pack_number(buf, sink->has_kept);
    pack_text(buf, sink->kept);
}

enum { PACKAGE_LEAST = 25, PROBLEM_LEAST = 4, OWNER_LEAST = 2, OWNED_LEAST = 18 };

static void unpack_problems(struct unpack *unpack, struct catalog_sink *sink)
{
    size_t count = unpack_count(unpack, PROBLEM_LEAST);
    for (size_t i = 0; i < count && !unpack->wrong; i++) {
        struct catalog_problem problem = {
            .where = arena_str(sink->arena, unpack_text(unpack)),
            .message = arena_str(sink->arena, unpack_text(unpack)),
            .local = arena_str(sink->arena, unpack_text(unpack)),
        };
        problem.error = unpack_below(unpack, 2);
        *VEC_ADD(&sink->problems) = problem;
    }
}

static void unpack_owned(struct unpack *unpack, struct catalog_sink *sink)
{
    size_t owners = unpack_count(unpack, OWNER_LEAST);
    for (size_t i = 0; i < owners && !unpack->wrong; i++) {
        enum package_type type = (enum package_type)unpack_below(unpack, PACKAGE_TYPE_COUNT);
        *VEC_ADD(&sink->owners) =
            (struct catalog_owner){arena_str(sink->arena, unpack_text(unpack)), type};
    }
    size_t owned = unpack_count(unpack, OWNED_LEAST);
    for (size_t i = 0; i < owned && !unpack->wrong; i++) {
        struct catalog_owned one = {.path = unpack_hash(unpack)};
        one.checksum.kind = (enum checksum_kind)unpack_below(unpack, CHECKSUM_KIND_COUNT);
        one.checksum.start = unpack_hash(unpack);
        one.owner = (uint32_t)unpack_below(unpack, owners);
        *VEC_ADD(&sink->owned) = one;
    }
}

void catalog_sink_unpack(struct unpack *unpack, struct catalog_sink *sink)
{
    sink->path = arena_str(sink->arena, unpack_text(unpack));
    size_t packages = unpack_count(unpack, PACKAGE_LEAST);
    for (size_t i = 0; i < packages && !unpack->wrong; i++) {
        struct package *package = ARENA_NEW(sink->arena, struct package);
        package_unpack(unpack, sink->arena, package);
        *VEC_ADD(&sink->packages) = package;
    }
    unpack_problems(unpack, sink);
    unpack_owned(unpack, sink);
    sink->has_kept = unpack_below(unpack, 2);
    sink->kept = arena_str(sink->arena, unpack_text(unpack));
}
