#include "app/depends.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/search.h"
#include "catalog/npm_tree.h"
#include "model/ecosystem.h"

/* Of packages of one name so many are looked at for each that needs it, of a package's paths so
 * many; and so many steps are gone in all, since hostile files could ask for any number. */
enum { CANDIDATES = 64, PATHS_MAX = 16, STEPS_MAX = 1 << 24 };

/* A package under one of its names, with or without its version. */
struct entry {
    uint64_t hash; /* of type, name, version */
    struct str name;
    size_t package;
};

struct index {
    struct report *report;
    struct arena arena;
    VEC(struct entry) entries;
    VEC(size_t) found;
    struct npm_tree npm; /* installed ones, by their folders */
    /* Packages of this type say what they need by names, and some by versions; npm's that are
     * installed mean folders. */
    bool names[PACKAGE_TYPE_COUNT], versions[PACKAGE_TYPE_COUNT];
    size_t steps;
};

static struct str made_equal(struct index *index, enum package_type type, struct str name)
{
    return ecosystem_name(&index->arena, ecosystem_of(type)->matched, name);
}

static uint64_t hash_of(enum package_type type, struct str name, struct str version)
{
    uint64_t hash = hash_with(hash_str(name), type + 1);
    return version.len ? hash_with(hash, hash_str(version)) : hash;
}

static void add_name(struct index *index, size_t at, struct str name)
{
    const struct package *package = &index->report->packages.items[at];
    name = made_equal(index, package->type, name);
    *VEC_ADD(&index->entries) = (struct entry){hash_of(package->type, name, STR_NONE), name, at};
    if (index->versions[package->type])
        *VEC_ADD(&index->entries) =
            (struct entry){hash_of(package->type, name, package->version), name, at};
}

static int by_hash(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->package > y->package) - (x->package < y->package);
}

static const struct str npm_manifest = {"/package.json", 13};

static void add_folders(struct index *index, size_t at)
{
    const struct package *package = &index->report->packages.items[at];
    for (size_t i = 0; i < package->path_count; i++)
        if (str_ends(package->paths[i], npm_manifest))
            npm_tree_add(&index->npm,
                         str_first(package->paths[i], package->paths[i].len - npm_manifest.len),
                         at);
}

/* All of its files are npm's manifests, and it asks for no version. */
static bool means_folders(const struct package *package)
{
    bool all = package->type == PACKAGE_NPM;
    for (size_t i = 0; i < package->path_count && all; i++)
        all = str_ends(package->paths[i], npm_manifest);
    for (size_t i = 0; i < package->need_count && all; i++)
        all = str_index(package->needs[i], '\t') == SIZE_MAX;
    return all;
}

/* False: no package says what it needs. */
static bool look_at_needs(struct index *index)
{
    const struct report *report = index->report;
    bool needed = false;
    for (size_t i = 0; i < report->packages.count; i++) {
        const struct package *package = &report->packages.items[i];
        needed = needed || package->need_count;
        if (package->need_count && !means_folders(package))
            index->names[package->type] = true;
        for (size_t k = 0; k < package->need_count && !index->versions[package->type]; k++)
            index->versions[package->type] = str_index(package->needs[k], '\t') != SIZE_MAX;
    }
    return needed;
}

static void fill(struct index *index)
{
    const struct report *report = index->report;
    for (size_t i = 0; i < report->packages.count; i++) {
        const struct package *package = &report->packages.items[i];
        if (index->names[package->type])
            add_name(index, i, package->name);
        for (size_t k = 0; k < package->provide_count && index->names[package->type]; k++)
            add_name(index, i, package->provides[k]);
        if (package->type == PACKAGE_NPM)
            add_folders(index, i);
    }
    if (index->entries.count)
        qsort(index->entries.items, index->entries.count, sizeof(struct entry), by_hash);
    npm_tree_sort(&index->npm);
}

static size_t first_of(const struct index *index, uint64_t hash)
{
    return search_first_hash(index->entries.items, index->entries.count, sizeof(struct entry),
                             hash);
}

/* Bytes up to the last '/' that both paths share. */
static size_t shared_folder(struct str a, struct str b)
{
    size_t shared = 0;
    for (size_t i = 0; i < a.len && i < b.len && a.data[i] == b.data[i]; i++)
        if (a.data[i] == '/')
            shared = i + 1;
    return str_equal(a, b) ? a.len + 1 : shared;
}

/* What needs something, where one of its files is. */
struct place {
    const struct package *package;
    size_t at;
    struct str path;
    bool is_folder; /* of npm's: `levels` are what it looks through */
    struct npm_levels levels;
};

struct distance {
    bool other_arch;
    size_t shared, len; /* of the folder that both are in; of the path */
};

static struct distance distance_of(struct index *index, const struct place *from,
                                   const struct package *package)
{
    struct distance best = {.other_arch = !str_equal(package->arch, from->package->arch)};
    for (size_t i = 0; i < package->path_count && i < PATHS_MAX; i++) {
        size_t shared = shared_folder(from->path, package->paths[i]), len = package->paths[i].len;
        index->steps += 1 + shared / 64;
        if (i == 0 || shared > best.shared || (shared == best.shared && len < best.len)) {
            best.shared = shared;
            best.len = len;
        }
    }
    return best;
}

static bool is_nearer(const struct distance *a, const struct distance *b)
{
    if (a->other_arch != b->other_arch)
        return b->other_arch;
    return a->shared != b->shared ? a->shared > b->shared : a->len < b->len;
}

/* SIZE_MAX: there is none. */
static size_t find(struct index *index, const struct place *from, struct str need)
{
    const struct package *packages = index->report->packages.items;
    enum package_type type = from->package->type;
    struct str version = need, name;
    struct distance nearest = {0};
    size_t best = SIZE_MAX;
    str_cut(&version, '\t', &name);
    index->steps += from->levels.count;
    if (from->is_folder && !version.len)
        return npm_tree_find(&index->npm, &from->levels, name);
    name = made_equal(index, type, name);
    uint64_t hash = hash_of(type, name, version);
    size_t start = first_of(index, hash);
    for (size_t i = start; i < index->entries.count && i < start + CANDIDATES; i++) {
        const struct entry *entry = &index->entries.items[i];
        if (entry->hash != hash)
            break;
        const struct package *package = &packages[entry->package];
        index->steps++;
        if (package->type != type || !str_equal(entry->name, name) || entry->package == from->at ||
            (version.len && !str_equal(package->version, version)))
            continue;
        struct distance distance = distance_of(index, from, package);
        if (best == SIZE_MAX || is_nearer(&distance, &nearest)) {
            best = entry->package;
            nearest = distance;
        }
    }
    return best;
}

static int by_number(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* Adds what the package needs, seen from one of its paths. */
static void look_from(struct index *index, const struct place *from)
{
    const struct package *package = from->package;
    for (size_t i = 0; i < package->need_count && index->steps < STEPS_MAX; i++) {
        struct str rest = package->needs[i], need;
        size_t hit = SIZE_MAX;
        while (hit == SIZE_MAX && str_cut(&rest, '|', &need) && index->steps++ < STEPS_MAX)
            hit = find(index, from, need);
        if (hit != SIZE_MAX && hit != from->at)
            *VEC_ADD(&index->found) = hit;
    }
}

static void resolve(struct index *index, size_t at)
{
    struct package *package = &index->report->packages.items[at];
    size_t count = 0;
    index->found.count = 0;
    for (size_t i = 0; package->need_count && i < package->path_count && i < PATHS_MAX; i++) {
        struct place from = {.package = package, .at = at, .path = package->paths[i]};
        from.is_folder = package->type == PACKAGE_NPM && str_ends(from.path, npm_manifest);
        if (from.is_folder)
            npm_tree_levels(&index->npm, str_first(from.path, from.path.len - npm_manifest.len),
                            &from.levels);
        look_from(index, &from);
    }
    if (index->found.count == 0)
        return;
    qsort(index->found.items, index->found.count, sizeof(size_t), by_number);
    package->depends = ARENA_ARRAY(&index->report->arena, size_t, index->found.count);
    for (size_t i = 0; i < index->found.count; i++)
        if (i == 0 || index->found.items[i] != index->found.items[i - 1])
            package->depends[count++] = index->found.items[i];
    package->depend_count = count;
}

void depends_resolve(struct report *report)
{
    struct index index = {.report = report};
    bool needed = look_at_needs(&index);
    if (needed)
        fill(&index);
    for (size_t i = 0; needed && i < report->packages.count; i++)
        resolve(&index, i);
    VEC_FREE(&index.entries);
    VEC_FREE(&index.found);
    npm_tree_free(&index.npm);
    arena_free(&index.arena);
}
