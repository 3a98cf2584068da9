#include "app/owners.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/search.h"
#include "model/ecosystem.h"

void owners_add(struct owners *owners, const struct catalog_sink *sink, uint32_t layer)
{
    for (size_t i = 0; i < sink->owned.count; i++)
        *VEC_ADD(&owners->files) = (struct owned_file){
            sink->owned.items[i].path, &sink->owners.items[sink->owned.items[i].owner],
            sink->owned.items[i].checksum, layer};
}

void owners_free(struct owners *owners)
{
    VEC_FREE(&owners->files);
    VEC_FREE(&owners->told);
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

void owners_add_told(struct owners *owners, struct str path, const struct file_sums *sums)
{
    *VEC_ADD(&owners->told) = (struct told_file){hash_str(path), sums};
}

static int by_told_path(const void *a, const void *b)
{
    const struct told_file *x = a, *y = b;
    return (x->path > y->path) - (x->path < y->path);
}

/* NULL: the file's bytes were not summed up. */
static const struct file_sums *sums_of(const struct owners *owners, struct str path)
{
    struct told_file key = {.path = hash_str(path)};
    const struct told_file *told =
        owners->told.count
            ? bsearch(&key, owners->told.items, owners->told.count, sizeof(key), by_told_path)
            : NULL;
    return told ? told->sums : NULL;
}

/* The lists tell checksums of the file (dpkg has two lists, of which one does), and it has none of
 * them. */
static bool is_other_file(const struct owners *owners, size_t first, const struct file_sums *sums)
{
    bool told = false;
    uint64_t hash = owners->files.items[first].path;
    for (size_t i = first; sums && i < owners->files.count; i++) {
        const struct owned_file *file = &owners->files.items[i];
        if (file->path != hash)
            break;
        if (file->checksum.kind == CHECKSUM_NONE)
            continue;
        if (file->checksum.start == sums->starts[file->checksum.kind])
            return false;
        told = true;
    }
    return told;
}

static size_t owner_of_hash(const struct owners *owners, const struct report *report, uint64_t hash,
                            const struct file_sums *sums, uint32_t layer)
{
    size_t found = OWNER_NONE, low = search_first_hash(owners->files.items, owners->files.count,
                                                       sizeof(struct owned_file), hash);
    if (low == owners->files.count || owners->files.items[low].path != hash)
        return OWNER_NONE;
    if (is_other_file(owners, low, sums))
        return OWNER_NONE;
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
    const struct file_sums *sums = sums_of(owners, path);
    size_t owner = owner_of_hash(owners, report, hash_str(path), sums, layer);
    if (owner == OWNER_NONE && owners->merged && str_starts(path, STR("usr/")))
        owner = owner_of_hash(owners, report, hash_str(str_from(path, 4)), sums, layer);
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

/* A folder may be called "a.jar!", but then its files are nobody's: /usr has none such. */
static struct str file_of_finding(const struct finding *finding)
{
    return str_first(finding->path, str_find(finding->path, STR("!/")));
}

static void ask(struct hash_set *asked, struct str path)
{
    hash_set_add(asked, hash_str(path));
    if (str_starts(path, STR("usr/")))
        hash_set_add(asked, hash_str(str_from(path, 4)));
}

/* Of a system's files those that tell of packages are few: only they are sorted. */
static void keep_asked(struct owners *owners, const struct report *report)
{
    struct hash_set asked = {0};
    size_t kept = 0;
    for (size_t i = 0; i < report->packages.count; i++) {
        const struct package *package = &report->packages.items[i];
        for (size_t k = 0; k < package->path_count && !ecosystem_of(package->type)->system; k++) {
            ask(&asked, file_of(package, package->paths[k]));
        }
    }
    for (size_t i = 0; i < report->findings.count; i++)
        ask(&asked, file_of_finding(&report->findings.items[i]));
    for (size_t i = 0; i < owners->files.count; i++)
        if (hash_set_has(&asked, owners->files.items[i].path))
            owners->files.items[kept++] = owners->files.items[i];
    owners->files.count = kept;
    hash_set_free(&asked);
}

void owners_assign(struct owners *owners, struct report *report)
{
    drop_known(report);
    keep_asked(owners, report);
    if (owners->files.count)
        qsort(owners->files.items, owners->files.count, sizeof(owners->files.items[0]), by_path);
    if (owners->told.count)
        qsort(owners->told.items, owners->told.count, sizeof(owners->told.items[0]), by_told_path);
    for (size_t i = 0; i < report->packages.count; i++) {
        struct package *package = &report->packages.items[i];
        package->owner = OWNER_NONE;
        if (owners->files.count && !ecosystem_of(package->type)->system)
            package->owner = owner_of_package(owners, report, package);
    }
}

void owners_judge(const struct owners *owners, struct report *report)
{
    struct pl_err why;
    for (size_t i = 0; i < report->findings.count; i++) {
        struct finding *finding = &report->findings.items[i];
        struct str path = file_of_finding(finding);
        if (finding->kind != FINDING_SECRET || finding->removed || !sums_of(owners, path))
            continue;
        size_t owner = owner_of(owners, report, path, finding->layer);
        if (owner == OWNER_NONE)
            continue;
        const struct package *package = &report->packages.items[owner];
        err_set(&why, PL_OK,
                "the file is as the package %.*s %.*s brought it: what is in it is known to "
                "everybody",
                STR_ARG(package->name), STR_ARG(package->version));
        finding->suppressed_by = "ownership";
        finding->suppressed_why = arena_str(&report->arena, str_of(why.message));
        finding->suppressed_local = arena_str(&report->arena, str_of(why.local));
    }
}
