#include "app/owners.h"

#include "base/hash.h"
#include "model/ecosystem.h"

void owners_add(struct owners *owners, const struct catalog_sink *sink, uint32_t layer)
{
    for (size_t i = 0; i < sink->owned.count; i++)
        *VEC_ADD(&owners->files) = (struct owned_file){
            sink->owned.items[i].path, &sink->owners.items[sink->owned.items[i].owner], layer};
}

void owners_free(struct owners *owners)
{
    VEC_FREE(&owners->files);
}

static int by_path(const void *a, const void *b)
{
    const struct owned_file *x = a, *y = b;
    return (x->path > y->path) - (x->path < y->path);
}

/* Index of the system's package of this name; those are sorted by type and name. */
static size_t find_package(const struct report *report, const struct catalog_owner *owner)
{
    const char *type = package_type_name(owner->type);
    size_t low = 0, high = report->packages.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct package *package = &report->packages.items[middle];
        int order = strcmp(package_type_name(package->type), type);
        if (order == 0)
            order = str_compare(package->name, owner->package);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < report->packages.count && report->packages.items[low].type == owner->type &&
        str_equal(report->packages.items[low].name, owner->package))
        return low;
    return OWNER_NONE;
}

/* The database of apk and rpm is one file, which every change writes anew: a package's own files
 * are of the layer since which it stands in there. */
static bool is_replaced(const struct owned_file *file, const struct package *owner, uint32_t layer)
{
    bool one_file = owner->type == PACKAGE_APK || owner->type == PACKAGE_RPM;
    uint32_t since = one_file && owner->layer < file->layer ? owner->layer : file->layer;
    return since != LAYER_NONE && layer != LAYER_NONE && layer > since;
}

static size_t owner_of_hash(const struct owners *owners, const struct report *report, uint64_t hash,
                            uint32_t layer)
{
    size_t low = 0, high = owners->files.count, found = OWNER_NONE;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (owners->files.items[middle].path < hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < owners->files.count && owners->files.items[low].path == hash; low++) {
        const struct owned_file *file = &owners->files.items[low];
        if (!file->owner->package.len)
            return OWNER_NONE; /* what its packages have here is somewhere else */
        size_t package = found == OWNER_NONE ? find_package(report, file->owner) : OWNER_NONE;
        if (package != OWNER_NONE && !is_replaced(file, &report->packages.items[package], layer))
            found = package;
    }
    return found;
}

/* Lists from before /usr was merged have "lib/…" for what is "usr/lib/…" now. */
static size_t owner_of(const struct owners *owners, const struct report *report, struct str path,
                       uint32_t layer)
{
    size_t owner = owner_of_hash(owners, report, hash_str(path), layer);
    if (owner == OWNER_NONE && owners->merged && str_starts(path, STR("usr/")))
        owner = owner_of_hash(owners, report, hash_str(str_from(path, 4)), layer);
    return owner;
}

/* The file that a package was found in, without the place inside. A folder may be called "a.jar!".
 */
static struct str file_of(const struct package *package, struct str path)
{
    return package->inner.len ? str_first(path, str_find(path, STR("!/"))) : path;
}

/* The package that all files which tell of this one belong to. */
static size_t owner_of_package(const struct owners *owners, const struct report *report,
                               const struct package *package)
{
    size_t owner = OWNER_NONE;
    for (size_t i = 0; i < package->path_count; i++) {
        size_t one =
            owner_of(owners, report, file_of(package, package->paths[i]), package->file_layer);
        if (one == OWNER_NONE)
            return OWNER_NONE;
        owner = i == 0 ? one : owner;
    }
    return owner;
}

/* What a program says of the system's package that it is of counts only where no database of that
 * kind of packages is there: it knows better. */
static void drop_known(struct report *report)
{
    bool there[PACKAGE_TYPE_COUNT] = {false};
    size_t kept = 0;
    for (size_t i = 0; i < report->packages.count; i++)
        if (report->packages.items[i].origin != PACKAGE_VENDORED)
            there[report->packages.items[i].type] = true;
    for (size_t i = 0; i < report->packages.count; i++) {
        const struct package *package = &report->packages.items[i];
        bool said = ecosystem_of(package->type)->system && package->origin == PACKAGE_VENDORED;
        if (!said || !there[package->type])
            report->packages.items[kept++] = *package;
    }
    report->packages.count = kept;
}

void owners_assign(struct owners *owners, struct report *report)
{
    drop_known(report);
    if (owners->files.count)
        qsort(owners->files.items, owners->files.count, sizeof(owners->files.items[0]), by_path);
    for (size_t i = 0; i < report->packages.count; i++) {
        struct package *package = &report->packages.items[i];
        package->owner = OWNER_NONE;
        if (owners->files.count && !ecosystem_of(package->type)->system)
            package->owner = owner_of_package(owners, report, package);
    }
}
