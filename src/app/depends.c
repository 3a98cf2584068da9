#include "app/depends.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/hash_set.h"
#include "model/ecosystem.h"

/* Of packages of one name so many are looked at for each that needs it. */
enum { CANDIDATES = 64 };

/* A package under one of its names. */
struct entry {
    uint64_t hash; /* of type and name */
    struct str name;
    size_t package;
};

struct index {
    struct report *report;
    struct arena arena;
    VEC(struct entry) entries;
    VEC(size_t) found;
};

static struct str made_equal(struct index *index, enum package_type type, struct str name)
{
    return ecosystem_name(&index->arena, ecosystem_of(type)->matched, name);
}

static uint64_t hash_of(enum package_type type, struct str name)
{
    return hash_with(hash_str(name), type + 1);
}

static void add_name(struct index *index, size_t package, struct str name)
{
    enum package_type type = index->report->packages.items[package].type;
    name = made_equal(index, type, name);
    *VEC_ADD(&index->entries) = (struct entry){hash_of(type, name), name, package};
}

static int by_hash(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->package > y->package) - (x->package < y->package);
}

static bool fill(struct index *index)
{
    const struct report *report = index->report;
    bool needed = false;
    for (size_t i = 0; i < report->packages.count; i++)
        needed = needed || report->packages.items[i].need_count;
    for (size_t i = 0; i < report->packages.count && needed; i++) {
        const struct package *package = &report->packages.items[i];
        add_name(index, i, package->name);
        for (size_t k = 0; k < package->provide_count; k++)
            add_name(index, i, package->provides[k]);
    }
    if (needed)
        qsort(index->entries.items, index->entries.count, sizeof(struct entry), by_hash);
    return needed;
}

static size_t first_of(const struct index *index, uint64_t hash)
{
    size_t low = 0, high = index->entries.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->entries.items[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
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

static struct str path_of(const struct package *package)
{
    return package->path_count ? package->paths[0] : STR_NONE;
}

static bool is_nearer(const struct package *from, const struct package *a, const struct package *b)
{
    bool arch_a = str_equal(a->arch, from->arch), arch_b = str_equal(b->arch, from->arch);
    size_t shared_a = shared_folder(path_of(from), path_of(a));
    size_t shared_b = shared_folder(path_of(from), path_of(b));
    if (arch_a != arch_b)
        return arch_a;
    if (shared_a != shared_b)
        return shared_a > shared_b;
    return path_of(a).len < path_of(b).len;
}

/* SIZE_MAX: there is none. */
static size_t find(struct index *index, size_t from, struct str need)
{
    const struct package *packages = index->report->packages.items;
    enum package_type type = packages[from].type;
    struct str version = need, name;
    size_t best = SIZE_MAX;
    str_cut(&version, '\t', &name);
    name = made_equal(index, type, name);
    uint64_t hash = hash_of(type, name);
    size_t start = first_of(index, hash);
    for (size_t i = start; i < index->entries.count && i < start + CANDIDATES; i++) {
        const struct entry *entry = &index->entries.items[i];
        if (entry->hash != hash)
            break;
        const struct package *package = &packages[entry->package];
        if (package->type != type || !str_equal(entry->name, name) || entry->package == from ||
            (version.len && !str_equal(package->version, version)))
            continue;
        if (best == SIZE_MAX || is_nearer(&packages[from], package, &packages[best]))
            best = entry->package;
    }
    return best;
}

static int by_number(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static void resolve(struct index *index, size_t from)
{
    struct package *package = &index->report->packages.items[from];
    size_t count = 0;
    index->found.count = 0;
    for (size_t i = 0; i < package->need_count; i++) {
        struct str rest = package->needs[i], need;
        size_t hit = SIZE_MAX;
        while (hit == SIZE_MAX && str_cut(&rest, '|', &need))
            hit = find(index, from, need);
        if (hit != SIZE_MAX)
            *VEC_ADD(&index->found) = hit;
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
    bool needed = fill(&index);
    for (size_t i = 0; needed && i < report->packages.count; i++)
        resolve(&index, i);
    VEC_FREE(&index.entries);
    VEC_FREE(&index.found);
    arena_free(&index.arena);
}
