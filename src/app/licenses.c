#include "app/licenses.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/path.h"
#include "license/expression.h"
#include "license/names.h"

/* Packages of one distribution say the same over and over. */
struct known {
    uint64_t hash; /* 0: free */
    struct str *licenses;
    size_t count;
};

enum { LINES_MAX = 256, PATHS_MAX = 16 };
enum { KNOWN_SIZE = 1 << 14 }; /* past half of it nothing more is remembered */

static uint64_t hash_of(const struct package *package)
{
    uint64_t hash = (uint64_t)package->type + 1;
    for (size_t i = 0; i < package->license_count; i++)
        hash = hash_with(hash, hash_str(package->licenses[i]));
    return hash | 1;
}

void licenses_normalize(struct report *report, bool sbom)
{
    struct known *table = mem_zalloc(KNOWN_SIZE, sizeof(*table));
    size_t used = 0;
    for (size_t i = 0; i < report->packages.count; i++) {
        struct package *package = &report->packages.items[i];
        if (package->license_count == 0)
            continue;
        uint64_t hash = hash_of(package);
        size_t at = hash % KNOWN_SIZE;
        while (table[at].hash && table[at].hash != hash)
            at = (at + 1) % KNOWN_SIZE;
        struct known known = table[at];
        if (!known.hash) {
            bool choice = !sbom && license_list_is_choice(package->type);
            known.hash = hash;
            license_normalize_list(&report->arena, package->licenses, package->license_count,
                                   package->type, choice, &known.licenses, &known.count);
            if (used < KNOWN_SIZE / 2) {
                used++;
                table[at] = known;
            }
        }
        package->licenses = known.licenses;
        package->license_count = known.count;
    }
    free(table);
}

/* ---- texts that came with packages ---- */

/* Notes by the folder that they stand in. */
struct folders {
    const struct collection *collection;
    VEC(size_t) notes; /* sorted by folder, then path */
    struct arena scratch;
};

static int by_folder(const void *a, const void *b, void *context)
{
    const struct kept_file *notes = ((const struct folders *)context)->collection->notes.items;
    const struct kept_file *x = &notes[*(const size_t *)a], *y = &notes[*(const size_t *)b];
    int order = str_compare(path_dir(x->path), path_dir(y->path));
    return order ? order : str_compare(x->path, y->path);
}

/* What is gathered of one package's files. */
struct texts {
    struct folders *folders;
    VEC(struct str) lines;
};

static void add_folder(struct texts *texts, struct str folder)
{
    const struct folders *folders = texts->folders;
    const struct kept_file *notes = folders->collection->notes.items;
    size_t low = 0, high = folders->notes.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_compare(path_dir(notes[folders->notes.items[middle]].path), folder) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < folders->notes.count && texts->lines.count < LINES_MAX; low++) {
        const struct kept_file *note = &notes[folders->notes.items[low]];
        struct str rest = note->content, line;
        if (!str_equal(path_dir(note->path), folder))
            break;
        while (texts->lines.count < LINES_MAX && str_cut(&rest, '\n', &line))
            *VEC_ADD(&texts->lines) = line;
    }
}

/* Where managers of systems put the texts of a package of this name. */
static void add_system(struct texts *texts, const char *root, struct str name)
{
    add_folder(texts, arena_printf(&texts->folders->scratch, "%s/%.*s", root, STR_ARG(name)));
}

/* The folder of a language's package, by the file that tells of it. A lock file or a manifest of a
 * whole project tells of packages that are elsewhere: the project's licence is not theirs. */
static struct str package_folder(struct arena *scratch, const struct package *package,
                                 struct str path)
{
    struct str base = path_base(path), folder = path_dir(path);
    switch ((int)package->type) {
    case PACKAGE_NPM:
        return str_is(base, "package.json") ? folder : STR_NONE;
    case PACKAGE_PYPI:
        return str_is(base, "METADATA") || str_is(base, "PKG-INFO") ? folder : STR_NONE;
    case PACKAGE_CRAN:
        return str_is(base, "DESCRIPTION") ? folder : STR_NONE;
    case PACKAGE_GEM:
        if (!str_ends(base, STR(".gemspec")) || !str_is(path_base(folder), "specifications"))
            return STR_NONE;
        return arena_printf(scratch, "%.*s/gems/%.*s", STR_ARG(path_dir(folder)),
                            STR_ARG(str_first(base, base.len - 8)));
    case PACKAGE_GOLANG:
        if (!str_is(base, "modules.txt"))
            return STR_NONE;
        return arena_printf(scratch, "%.*s/%.*s", STR_ARG(folder), STR_ARG(package->name));
    case PACKAGE_COMPOSER:
        if (!str_is(base, "installed.json") || !str_is(path_base(folder), "composer"))
            return STR_NONE;
        return arena_printf(scratch, "%.*s/%.*s", STR_ARG(path_dir(folder)),
                            STR_ARG(package->name));
    default:
        return STR_NONE;
    }
}

static void gather(struct texts *texts, const struct package *package)
{
    struct arena *scratch = &texts->folders->scratch;
    texts->lines.count = 0;
    if (package->type == PACKAGE_DEB) {
        add_system(texts, "usr/share/doc", package->name);
    } else if (package->type == PACKAGE_APK || package->type == PACKAGE_RPM ||
               package->type == PACKAGE_ALPM) {
        add_system(texts, "usr/share/licenses", package->name);
        if (texts->lines.count == 0)
            add_system(texts, "usr/share/doc", package->name);
    }
    for (size_t i = 0; i < package->path_count && i < PATHS_MAX; i++) {
        struct str folder = package_folder(scratch, package, package->paths[i]);
        if (folder.len == 0)
            continue;
        add_folder(texts, folder);
        add_folder(texts, arena_printf(scratch, "%.*s/licenses", STR_ARG(folder)));
        if (texts->lines.count)
            break;
    }
}

static bool is_understood(const struct package *package)
{
    for (size_t i = 0; i < package->license_count; i++)
        if (license_is_expression(package->licenses[i]))
            return true;
    return false;
}

static int by_source(const void *a, const void *b, void *context)
{
    const struct package *packages = context;
    size_t i = *(const size_t *)a, k = *(const size_t *)b;
    int order = str_compare(packages[i].source_name, packages[k].source_name);
    return order ? order : (i > k) - (i < k);
}

/* Debian's binary packages of one source share its file; where their folder is a link to another's
 * ("libstdc++6" to "gcc-12-base"), the file was read there. */
static void share_by_source(struct report *report)
{
    struct package *packages = report->packages.items;
    VEC(size_t) list = {0};
    for (size_t i = 0; i < report->packages.count; i++)
        if (packages[i].type == PACKAGE_DEB && packages[i].source_name.len)
            *VEC_ADD(&list) = i;
    if (list.count)
        qsort_r(list.items, list.count, sizeof(size_t), by_source, packages);
    for (size_t i = 0, end; i < list.count; i = end) {
        const struct package *known = NULL;
        for (end = i; end < list.count && str_equal(packages[list.items[end]].source_name,
                                                    packages[list.items[i]].source_name);
             end++)
            if (!known && packages[list.items[end]].license_count)
                known = &packages[list.items[end]];
        for (size_t k = i; known && k < end; k++) {
            struct package *package = &packages[list.items[k]];
            if (package->license_count == 0) {
                package->licenses = known->licenses;
                package->license_count = known->license_count;
            }
        }
    }
    VEC_FREE(&list);
}

void licenses_from_texts(struct report *report, const struct collection *collection)
{
    struct folders folders = {.collection = collection};
    struct texts texts = {.folders = &folders};
    if (collection->notes.count == 0)
        return;
    for (size_t i = 0; i < collection->notes.count; i++)
        *VEC_ADD(&folders.notes) = i;
    qsort_r(folders.notes.items, folders.notes.count, sizeof(size_t), by_folder, &folders);
    for (size_t i = 0; i < report->packages.count; i++) {
        struct package *package = &report->packages.items[i];
        if (is_understood(package))
            continue;
        gather(&texts, package);
        if (texts.lines.count)
            license_normalize_list(&report->arena, texts.lines.items, texts.lines.count,
                                   PACKAGE_DEB, false, &package->licenses, &package->license_count);
        arena_free(&folders.scratch);
    }
    share_by_source(report);
    VEC_FREE(&folders.notes);
    VEC_FREE(&texts.lines);
}
