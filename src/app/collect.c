#include "app/collect.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/found.h"
#include "app/layers.h"
#include "app/owners.h"
#include "base/limits.h"
#include "base/path.h"
#include "image/rootfs.h"
#include "image/tree.h"
#include "model/ecosystem.h"

/* A file that a cataloger read and that can be seen in the image. */
struct selected {
    unsigned cataloger;
    struct layer_file file; /* in the layer's record, whose files move when more of them are read */
};

struct collecting {
    struct image *image;
    const struct collect_options *options;
    struct report *report;
    struct collection *collection;
    struct layer_set layers;
    struct tree tree;
    struct arena scratch;
    VEC(struct selected) selected;
    struct layer_requests requests;
};

void collection_free(struct collection *collection)
{
    VEC_FREE(&collection->notes);
    VEC_FREE(&collection->kept);
    arena_free(&collection->arena);
}

bool collection_get(const struct collection *collection, struct str path, struct str *ret_content)
{
    for (size_t i = 0; i < collection->kept.count; i++)
        if (str_equal(collection->kept.items[i].path, path)) {
            *ret_content = collection->kept.items[i].content;
            return true;
        }
    return false;
}

void collection_each(const struct collection *collection, struct str pattern,
                     void (*visit)(void *context, struct str content), void *context)
{
    for (size_t i = 0; i < collection->kept.count; i++)
        if (str_glob(pattern, collection->kept.items[i].path))
            visit(context, collection->kept.items[i].content);
}

static void tell(struct collecting *all, bool error, struct str where, const struct pl_err *problem)
{
    report_tell(all->report, error, where, problem);
}

static struct str layer_name(const struct collecting *all, uint32_t layer)
{
    if (layer >= all->image->layers.count)
        return STR_NONE;
    const struct image_layer *info = &all->image->layers.items[layer];
    return info->diff_id.len ? info->diff_id : info->member;
}

static void select_file(struct collecting *all, unsigned cataloger, uint32_t layer,
                        const struct record_file *file)
{
    *VEC_ADD(&all->selected) = (struct selected){cataloger, {layer, file->order, file->path}};
}

static int by_place(const void *a, const void *b)
{
    const struct selected *x = a, *y = b;
    if (x->cataloger != y->cataloger)
        return x->cataloger < y->cataloger ? -1 : 1;
    if (x->file.layer != y->file.layer)
        return x->file.layer < y->file.layer ? -1 : 1;
    if (x->file.order != y->file.order)
        return x->file.order < y->file.order ? -1 : 1;
    return str_compare(x->file.path, y->file.path);
}

/* A file that was reached by several names is one file. */
static void drop_doubles(struct collecting *all)
{
    size_t kept = 0;
    if (all->selected.count)
        qsort(all->selected.items, all->selected.count, sizeof(all->selected.items[0]), by_place);
    for (size_t i = 0; i < all->selected.count; i++)
        if (kept == 0 || by_place(&all->selected.items[kept - 1], &all->selected.items[i]) != 0)
            all->selected.items[kept++] = all->selected.items[i];
    all->selected.count = kept;
}

static const struct file_content *content_of(const struct collecting *all,
                                             const struct selected *selected)
{
    const struct record_file *file =
        record_file_find_at(all->tree.layers[selected->file.layer], selected->file.path,
                            selected->cataloger, selected->file.order);
    return file ? file->content : NULL;
}

static void keep(struct collecting *all, struct str path, const struct record_file *file)
{
    struct collection *collection = all->collection;
    const struct file_content *content = file->content;
    struct str seen;
    if (!content || collection_get(collection, path, &seen))
        return;
    *VEC_ADD(&collection->kept) = (struct kept_file){
        arena_str(&collection->arena, path),
        arena_str(&collection->arena, content->kept),
    };
}

/* It looks for files anywhere, not for those of the system at their places. */
static bool wants_anywhere(const struct cataloger *cataloger)
{
    return cataloger->magic ||
           (cataloger->wants && *cataloger->wants && want_is_general(str_of(*cataloger->wants)));
}

/* Links that go round, a device or a folder where a package database should be: said plainly. */
static void tell_unreadable(struct collecting *all, const struct cataloger *cataloger,
                            struct str path, const char *what, const char *limit)
{
    struct pl_err problem;
    if (cataloger->mode == CATALOG_KEEP || wants_anywhere(cataloger))
        return;
    err_set(&problem, PL_E_FORMAT, "%s: %.*s %s", cataloger->name, STR_ARG(path), what);
    problem.limit = limit;
    tell(all, true, path, &problem);
}

static bool is_symlink(struct collecting *all, struct str path)
{
    struct tree_node node;
    return tree_resolve(&all->tree, &all->scratch, path, false, &node) &&
           node.type == ENTRY_SYMLINK;
}

/* One path that a cataloger wants, as the image shows it. */
static void collect_path(struct collecting *all, unsigned index, struct str path)
{
    const struct cataloger *cataloger = catalogers[index];
    struct tree_node node;
    if (!tree_resolve(&all->tree, &all->scratch, path, true, &node)) {
        if (node.loop)
            tell_unreadable(all, cataloger, path,
                            "is behind links that go round (LIMIT_LINK_HOPS); it was not read",
                            LIMIT_NAME(LIMIT_LINK_HOPS));
        else if (is_symlink(all, path))
            tell_unreadable(all, cataloger, path, "is a link that leads nowhere", NULL);
        return;
    }
    if (node.type != ENTRY_FILE) {
        tell_unreadable(all, cataloger, path,
                        node.type == ENTRY_DIR ? "is a folder, not a file; it was not read"
                                               : "is a device or pipe, not a file; it was not read",
                        NULL);
        return;
    }
    struct record_file *file =
        record_file_find_at(all->tree.layers[node.layer], node.path, index, node.order);
    if (!file || !file->read) {
        layer_requests_add(&all->requests, node.layer, node.path, index);
        return;
    }
    if (cataloger->mode == CATALOG_KEEP)
        keep(all, path, file);
    else
        select_file(all, index, node.layer, file);
}

static int by_name(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* A pattern in one folder: the names are those that some layer has there. */
static void collect_folder(struct collecting *all, unsigned index, struct str pattern)
{
    struct tree_node node;
    struct str dir = path_dir(pattern), base = path_base(pattern);
    if (!tree_resolve(&all->tree, &all->scratch, dir, true, &node) || node.type != ENTRY_DIR)
        return;
    struct str moved = arena_printf(&all->scratch, "%.*s/%.*s", STR_ARG(node.path), STR_ARG(base));
    if (!str_equal(node.path, dir) && !layer_requests_made(&all->requests, moved, index)) {
        layer_requests_add(&all->requests, LAYER_NONE, moved, index);
        return;
    }
    VEC(struct str) names = {0};
    for (size_t layer = 0; layer < all->tree.count; layer++) {
        const struct layer_record *record = all->tree.layers[layer];
        for (size_t i = 0; i < record->files.count; i++) {
            const struct record_file *file = &record->files.items[i];
            if (file->reader == index && str_equal(path_dir(file->path), node.path) &&
                str_glob(base, path_base(file->path)))
                *VEC_ADD(&names) = file->path;
        }
    }
    if (names.count)
        qsort(names.items, names.count, sizeof(names.items[0]), by_name);
    for (size_t i = 0; i < names.count; i++)
        if (i == 0 || !str_equal(names.items[i], names.items[i - 1]))
            collect_path(all, index, names.items[i]);
    VEC_FREE(&names);
}

/* Files that were found anywhere, where the image still shows them. */
static void collect_anywhere(struct collecting *all)
{
    for (uint32_t layer = 0; layer < all->tree.count; layer++) {
        const struct layer_record *record = all->tree.layers[layer];
        for (size_t i = 0; i < record->files.count; i++) {
            const struct record_file *file = &record->files.items[i];
            struct tree_node node;
            if (file->reader > READER_INDEX || !wants_anywhere(catalogers[file->reader]))
                continue;
            /* What a symbolic link of a program's or an archive's name leads to has such a name
             * itself, or is worth no second pass over the layer. */
            if (file->type == ENTRY_SYMLINK && catalogers[file->reader]->mode == CATALOG_RANDOM)
                continue;
            if (file->type == ENTRY_SYMLINK || file->type == ENTRY_HARDLINK) {
                collect_path(all, file->reader, file->path);
                continue;
            }
            if (!file->content ||
                !tree_resolve(&all->tree, &all->scratch, file->path, true, &node) ||
                (file->type == ENTRY_DIR ? node.type != ENTRY_DIR
                                         : node.layer != layer || node.order != file->order))
                continue;
            select_file(all, file->reader, layer, file);
        }
    }
}

static void collect_wants(struct collecting *all)
{
    all->selected.count = 0;
    all->collection->kept.count = 0;
    collect_anywhere(all);
    for (unsigned index = 0; catalogers[index]; index++) {
        if (!collect_uses(all->options, index) || wants_anywhere(catalogers[index]))
            continue;
        for (const char *const *want = catalogers[index]->wants; *want; want++) {
            struct str pattern = str_of(*want);
            if (str_index(pattern, '*') == SIZE_MAX)
                collect_path(all, index, pattern);
            else
                collect_folder(all, index, pattern);
        }
    }
}

/* A database with a journal beside it is read again, with both. */
static void read_companions(struct collecting *all)
{
    for (size_t i = 0; i < all->selected.count; i++) {
        const struct selected *selected = &all->selected.items[i];
        const char *suffix = catalogers[selected->cataloger]->companion;
        unsigned reader = selected->cataloger | READER_COMPANION;
        struct tree_node node = {.layer = 0};
        if (!suffix)
            continue;
        node.path = arena_printf(&all->scratch, "%.*s%s", STR_ARG(selected->file.path), suffix);
        if (!image_is_folder(all->image) &&
            (!tree_resolve(&all->tree, &all->scratch, node.path, true, &node) ||
             node.type != ENTRY_FILE))
            continue;
        const struct record_file *journal =
            record_file_find_at(all->tree.layers[node.layer], node.path, reader, node.order);
        /* One behind a link that no pattern names was not met yet: it may be empty. */
        bool unmet = !journal && !image_is_folder(all->image);
        if (unmet || (journal && journal->size))
            layer_set_read_pair(&all->layers, &selected->file,
                                &(struct layer_file){node.layer, node.order, node.path},
                                selected->cataloger);
    }
}

/* ---- what the selected files say ---- */

/* Texts stay where they are: the report takes over the layers' arenas in the end. */
static struct package copy_package(struct arena *arena, const struct package *from, struct str path,
                                   uint32_t layer)
{
    struct package to = *from;
    to.paths = ARENA_NEW(arena, struct str);
    to.paths[0] = path;
    if (from->inner.len)
        to.paths[0] = arena_printf(arena, "%.*s!/%.*s", STR_ARG(path), STR_ARG(from->inner));
    to.path_count = 1;
    to.layer = to.file_layer = layer;
    return to;
}

static bool same_package(const struct package *a, const struct package *b)
{
    return str_equal(a->name, b->name) && str_equal(a->version, b->version) &&
           str_equal(a->arch, b->arch) && str_equal(a->sha1, b->sha1);
}

static int by_identity(const void *a, const void *b)
{
    const struct package *x = *(struct package *const *)a, *y = *(struct package *const *)b;
    int order = str_compare(x->name, y->name);
    if (order == 0)
        order = str_compare(x->version, y->version);
    return order ? order : str_compare(x->arch, y->arch);
}

/* The lowest layer since which each package has stood in this database without a break. */
static void attribute_layers(struct collecting *all, const struct selected *selected,
                             struct package *packages, size_t count)
{
    struct package **sorted = mem_alloc(sizeof(*sorted) * (count + 1));
    for (size_t i = 0; i < count; i++)
        sorted[i] = &packages[i];
    qsort(sorted, count, sizeof(*sorted), by_identity);
    uint32_t layer = selected->file.layer;
    for (uint32_t last = layer; layer > 0; last = layer) {
        struct tree_node node;
        if (!tree_resolve_at(&all->tree, &all->scratch, layer - 1, selected->file.path, true,
                             &node) ||
            node.type != ENTRY_FILE || !str_equal(node.path, selected->file.path))
            break;
        const struct record_file *older = record_file_find_at(
            all->tree.layers[node.layer], node.path, selected->cataloger, node.order);
        if (!older || !older->content)
            break;
        const struct file_content *content = older->content;
        for (size_t i = 0; i < content->sink.packages.count; i++) {
            struct package *key = content->sink.packages.items[i];
            struct package **hit = bsearch(&key, sorted, count, sizeof(*sorted), by_identity);
            if (hit && (*hit)->layer == last)
                (*hit)->layer = node.layer;
        }
        layer = node.layer;
    }
    free(sorted);
}

/* `path`: of the file; empty: each problem tells its own. */
static void take_problems(struct collecting *all, const struct catalog_sink *sink, struct str path)
{
    struct report *report = all->report;
    for (size_t i = 0; i < sink->problems.count; i++) {
        const struct catalog_problem *problem = &sink->problems.items[i];
        struct str where = path.len ? path : arena_str(&report->arena, problem->where);
        report_tell_text(report, problem->error, where, problem->message, problem->local,
                         str_of(problem->limit));
    }
    report->diagnostics_left_out += sink->problems_left_out;
}

static void take_file(struct collecting *all, const struct selected *selected)
{
    struct report *report = all->report;
    const struct file_content *content = content_of(all, selected);
    if (!content)
        return;
    struct str path = arena_str(&report->arena, selected->file.path);
    bool is_dir = image_is_folder(all->image);
    size_t first = report->packages.count;
    for (size_t i = 0; i < content->sink.packages.count; i++)
        *VEC_ADD(&report->packages) =
            copy_package(&report->arena, content->sink.packages.items[i], path,
                         is_dir ? LAYER_NONE : selected->file.layer);
    if (!is_dir && report->packages.count > first)
        attribute_layers(all, selected, &report->packages.items[first],
                         report->packages.count - first);
    take_problems(all, &content->sink, path);
}

static int by_report_order(const void *a, const void *b)
{
    return package_compare(a, b);
}

/* Room for one more path doubles, so that a package with many paths stays cheap. */
static void add_path(struct arena *arena, struct package *package, struct str path)
{
    size_t count = package->path_count;
    if ((count & (count - 1)) == 0) {
        struct str *paths = ARENA_ARRAY(arena, struct str, count * 2);
        memcpy(paths, package->paths, sizeof(*paths) * count);
        package->paths = paths;
    }
    package->paths[package->path_count++] = path;
}

/* Another copy of a package may need other versions. Room doubles as in add_path(). */
static void add_needs(struct arena *arena, struct package *to, const struct package *from)
{
    size_t count = to->need_count + from->need_count;
    bool known = from->need_count <= to->need_count;
    for (size_t i = 0; i < from->need_count && known; i++)
        known = str_equal(from->needs[i], to->needs[to->need_count - from->need_count + i]);
    if (known)
        return;
    if (count > to->need_room) {
        struct str *needs = ARENA_ARRAY(arena, struct str, count * 2);
        if (to->need_count)
            memcpy(needs, to->needs, sizeof(*needs) * to->need_count);
        to->needs = needs;
        to->need_room = count * 2;
    }
    memcpy(to->needs + to->need_count, from->needs, sizeof(*from->needs) * from->need_count);
    to->need_count = count;
}

/* The better evidence says what the package is. */
static void merge_into(struct arena *arena, struct package *to, const struct package *from)
{
    if (from->origin < to->origin) {
        to->origin = from->origin;
        to->cataloger = from->cataloger;
    }
    if (to->file_layer == LAYER_NONE ||
        (from->file_layer != LAYER_NONE && from->file_layer > to->file_layer))
        to->file_layer = from->file_layer;
    to->development &= from->development;
    to->unordered &= from->unordered;
    if (!to->license_count) {
        to->licenses = from->licenses;
        to->license_count = from->license_count;
    }
    if (!to->hash_count) {
        to->hashes = from->hashes;
        to->hash_count = from->hash_count;
    }
    add_needs(arena, to, from);
    if (!to->provide_count) {
        to->provides = from->provides;
        to->provide_count = from->provide_count;
    }
    if (!to->cpe_count) {
        to->cpes = from->cpes;
        to->cpe_count = from->cpe_count;
    }
    if (!str_equal(to->paths[to->path_count - 1], from->paths[0]))
        add_path(arena, to, from->paths[0]);
}

/* A package that two files tell of is one package with two paths. */
static void merge_doubles(struct report *report)
{
    size_t kept = 0;
    if (report->packages.count)
        qsort(report->packages.items, report->packages.count, sizeof(report->packages.items[0]),
              by_report_order);
    for (size_t i = 0; i < report->packages.count; i++) {
        struct package *package = &report->packages.items[i];
        struct package *last = kept ? &report->packages.items[kept - 1] : NULL;
        if (!last || last->type != package->type || !same_package(last, package))
            report->packages.items[kept++] = *package;
        else
            merge_into(&report->arena, last, package);
    }
    report->packages.count = kept;
}

/* A package whose ecosystem knows other ways to write its name. */
struct spelling {
    struct str name; /* as the ecosystem makes names equal */
    size_t package;
};

static int by_spelling(const void *a, const void *b, void *context)
{
    const struct spelling *x = a, *y = b;
    const struct package *packages = context;
    const struct package *left = &packages[x->package], *right = &packages[y->package];
    int order = (int)left->type - (int)right->type;
    order = order ? order : str_compare(x->name, y->name);
    order = order ? order : str_compare(left->version, right->version);
    order = order ? order : str_compare(left->arch, right->arch);
    order = order ? order : str_compare(left->sha1, right->sha1);
    return order ? order : (x->package > y->package) - (x->package < y->package);
}

/* "Django" in a list and "django" installed are one package, by the name of the better evidence. */
static void merge_spellings(struct report *report)
{
    struct arena names = {0};
    VEC(struct spelling) list = {0};
    struct package *packages = report->packages.items;
    size_t kept = 0;
    for (size_t i = 0; i < report->packages.count; i++) {
        enum name_rule rule = ecosystem_of(packages[i].type)->matched;
        if (rule != NAME_AS_IT_IS)
            *VEC_ADD(&list) = (struct spelling){ecosystem_name(&names, rule, packages[i].name), i};
    }
    if (list.count)
        qsort_r(list.items, list.count, sizeof(list.items[0]), by_spelling, packages);
    for (size_t i = 1, first = 0; i < list.count; i++) {
        struct package *to = &packages[list.items[first].package];
        struct package *from = &packages[list.items[i].package];
        if (to->type != from->type || !str_equal(list.items[first].name, list.items[i].name) ||
            !str_equal(to->version, from->version) || !str_equal(to->arch, from->arch) ||
            !str_equal(to->sha1, from->sha1)) {
            first = i;
            continue;
        }
        if (from->origin < to->origin)
            to->name = from->name;
        merge_into(&report->arena, to, from);
        for (size_t k = 1; k < from->path_count; k++)
            add_path(&report->arena, to, from->paths[k]);
        from->path_count = 0; /* a mark: every package has a path */
    }
    for (size_t i = 0; i < report->packages.count; i++)
        if (packages[i].path_count)
            packages[kept++] = packages[i];
    if (kept < report->packages.count)
        qsort(packages, kept, sizeof(*packages), by_report_order);
    report->packages.count = kept;
    VEC_FREE(&list);
    arena_free(&names);
}

/* Of several databases of one manager in one folder only the one that it would use speaks. */
static bool is_outranked(const struct collecting *all, const struct selected *selected)
{
    int (*rank)(struct str path) = catalogers[selected->cataloger]->rank;
    if (!rank)
        return false;
    for (size_t i = 0; i < all->selected.count; i++) {
        const struct selected *other = &all->selected.items[i];
        if (other->cataloger == selected->cataloger &&
            str_equal(path_dir(other->file.path), path_dir(selected->file.path)) &&
            rank(other->file.path) > rank(selected->file.path))
            return true;
    }
    return false;
}

static int by_kept_path(const void *a, const void *b)
{
    return str_compare(((const struct catalog_file *)a)->path,
                       ((const struct catalog_file *)b)->path);
}

/* What the files of one cataloger say together. */
static void finish_cataloger(struct collecting *all, unsigned index)
{
    VEC(struct catalog_file) list = {0};
    struct report *report = all->report;
    struct pl_err problem;
    uint64_t left = LIMIT_PACKAGES;
    for (size_t i = 0; i < all->selected.count; i++) {
        const struct selected *selected = &all->selected.items[i];
        const struct file_content *content =
            selected->cataloger == index ? content_of(all, selected) : NULL;
        if (content && content->sink.has_kept)
            *VEC_ADD(&list) = (struct catalog_file){selected->file.path, content->sink.kept};
    }
    if (list.count == 0)
        return;
    qsort(list.items, list.count, sizeof(list.items[0]), by_kept_path);
    struct arena arena = {0};
    struct catalog_sink sink = {.details = all->options->details,
                                .arena = &arena,
                                .cataloger = catalogers[index],
                                .package_budget = &left};
    struct catalog_files files = {list.items, list.count};
    if (catalogers[index]->finish(&sink, &files, &problem) < 0)
        tell(all, true, sink.path, &problem);
    for (size_t i = 0; i < sink.packages.count; i++) {
        const struct package *package = sink.packages.items[i];
        struct tree_node node;
        struct str path = arena_str(&report->arena, package->paths[0]);
        bool found = !image_is_folder(all->image) &&
                     tree_resolve(&all->tree, &all->scratch, path, true, &node);
        *VEC_ADD(&report->packages) =
            copy_package(&report->arena, package, path, found ? node.layer : LAYER_NONE);
    }
    take_problems(all, &sink, STR_NONE);
    catalog_sink_free(&sink);
    VEC_FREE(&list);
    arena_adopt(&report->arena, &arena);
}

static void take_notes(struct collecting *all)
{
    for (size_t i = 0; i < all->selected.count; i++) {
        const struct selected *selected = &all->selected.items[i];
        const struct file_content *content =
            catalogers[selected->cataloger]->notes ? content_of(all, selected) : NULL;
        if (content && content->sink.has_kept)
            *VEC_ADD(&all->collection->notes) = (struct kept_file){
                arena_str(&all->report->arena, selected->file.path), content->sink.kept};
    }
}

static void take_selected(struct collecting *all)
{
    for (unsigned i = 0; catalogers[i]; i++)
        if (catalogers[i]->finish && collect_uses(all->options, i))
            finish_cataloger(all, i);
    for (size_t i = 0; i < all->selected.count; i++)
        if (!is_outranked(all, &all->selected.items[i]))
            take_file(all, &all->selected.items[i]);
    take_notes(all);
    merge_doubles(all->report);
    merge_spellings(all->report);
}

static void find_owners(struct collecting *all)
{
    struct owners owners = {0};
    struct tree_node lib;
    owners.merged = tree_resolve(&all->tree, &all->scratch, STR("lib"), true, &lib) &&
                    str_is(lib.path, "usr/lib");
    for (size_t i = 0; i < all->selected.count; i++) {
        const struct file_content *content = content_of(all, &all->selected.items[i]);
        if (content && content->sums)
            owners_add_told(&owners, all->selected.items[i].file.path, content->sums);
        if (content)
            owners_add(&owners, &content->sink,
                       image_is_folder(all->image) ? LAYER_NONE
                                                   : all->selected.items[i].file.layer);
    }
    found_tell_sums(&all->layers, &owners);
    owners_assign(&owners, all->report);
    owners_judge(&owners, all->report);
    owners_free(&owners);
}

/* ---- the whole ---- */

/* A root folder: the kernel has resolved every path already. */
static void collect_folder_target(struct collecting *all)
{
    const struct layer_record *record = all->tree.layers[0];
    for (size_t i = 0; i < record->files.count; i++) {
        struct record_file *file = &record->files.items[i];
        if (file->reader <= READER_INDEX && file->type == ENTRY_SYMLINK)
            tell_unreadable(all, catalogers[file->reader], file->path,
                            "is a link that leads nowhere", NULL);
        if (file->reader > READER_INDEX || !file->read)
            continue;
        if (catalogers[file->reader]->mode == CATALOG_KEEP)
            keep(all, file->path, file);
        else
            select_file(all, file->reader, 0, file);
    }
}

static void tell_unread(struct collecting *all)
{
    struct pl_err problem;
    if (!all->requests.full)
        return;
    err_limit(&problem, LIMIT_NAME(LIMIT_REQUESTS),
              "more files that tell of packages stand behind links than LIMIT_REQUESTS (%llu); the "
              "rest was not read",
              LIMIT_REQUESTS);
    tell(all, true, STR_NONE, &problem);
}

static void collect_seen(struct collecting *all)
{
    if (image_is_folder(all->image)) {
        collect_folder_target(all);
    } else {
        layer_set_settle(&all->layers, &all->tree);
        /* What is asked for by name may itself lead to further names, never back. */
        do
            collect_wants(all);
        while (layer_set_read_more(&all->layers, &all->requests));
        tell_unread(all);
    }
    drop_doubles(all);
    read_companions(all);
}

static void tell_layer_problems(struct collecting *all)
{
    for (uint32_t layer = 0; layer < all->layers.count; layer++) {
        const struct layer_state *state = &all->layers.states[layer];
        for (size_t i = 0; i < state->problems.count; i++) {
            const struct layer_problem *problem = &state->problems.items[i];
            report_tell_text(all->report, problem->incomplete, layer_name(all, layer),
                             problem->message, problem->local, problem->limit);
        }
    }
}

void collect(struct image *image, const struct collect_options *options, struct report *report,
             struct collection *ret_collection)
{
    struct collecting all = {
        .image = image,
        .options = options,
        .report = report,
        .collection = ret_collection,
    };
    layer_set_init(&all.layers, image, options);
    layer_set_read(&all.layers);
    all.tree.count = all.layers.count;
    all.tree.layers = mem_zalloc(all.tree.count, sizeof(*all.tree.layers));
    for (size_t i = 0; i < all.tree.count; i++)
        all.tree.layers[i] = &all.layers.states[i].record;
    tree_index(&all.tree);
    collect_seen(&all);
    take_selected(&all);
    found_take(&all.layers, &all.tree, report);
    find_owners(&all);
    tell_layer_problems(&all);
    if (options->counts) {
        size_t cached = 0;
        for (size_t i = 0; i < all.layers.count; i++)
            cached += !all.layers.states[i].walked;
        __atomic_fetch_add(&options->counts->all, all.layers.count, __ATOMIC_RELAXED);
        __atomic_fetch_add(&options->counts->cached, cached, __ATOMIC_RELAXED);
    }
    VEC_FREE(&all.selected);
    layer_requests_free(&all.requests);
    for (size_t i = 0; i < all.layers.count; i++)
        arena_adopt(&report->arena, &all.layers.states[i].arena);
    layer_set_free(&all.layers);
    tree_index_free(&all.tree);
    free(all.tree.layers);
    arena_free(&all.scratch);
}
