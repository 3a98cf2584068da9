/* The end of reading a bill of materials: everything is known, and finds its place. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/search.h"
#include "model/ecosystem.h"
#include "model/purl.h"
#include "sbom/builder.h"

/* ---- the system ---- */

static bool same_system(const struct sbom_distro *distro, const struct os_info *os)
{
    if (!str_equal(distro->id, os->id))
        return false;
    if (distro->version.len == 0 || os->version.len == 0)
        return true;
    /* "3.18" is what others call 3.18.4. */
    return str_equal(distro->version, os->version) ||
           (str_starts(os->version, distro->version) &&
            os->version.data[distro->version.len] == '.') ||
           (str_starts(distro->version, os->version) &&
            distro->version.data[os->version.len] == '.');
}

static struct str system_text(struct arena *arena, struct str id, struct str version)
{
    return arena_printf(arena, "%.*s%s%.*s", STR_ARG(id), version.len ? " " : "", STR_ARG(version));
}

/* Without a word of the document the system is what most of its packages say. */
static void find_system(struct sbom_builder *builder)
{
    struct report *report = builder->report;
    struct os_info *os = &report->target.os;
    struct pl_err problem;
    const struct sbom_distro *most = NULL;
    for (size_t i = 0; i < builder->distros.count; i++) {
        const struct sbom_distro *distro = &builder->distros.items[i];
        bool better = !most || (distro->version.len != 0) > (most->version.len != 0) ||
                      ((distro->version.len != 0) == (most->version.len != 0) &&
                       distro->packages > most->packages);
        if (better)
            most = distro;
    }
    if (os->id.len == 0 && most) {
        os->id = most->id;
        os->version = most->version;
        os->codename = most->codename;
    } else if (most && os->version.len == 0 && str_equal(os->id, most->id)) {
        os->version = most->version;
        os->codename = os->codename.len ? os->codename : most->codename;
    }
    for (size_t i = 0; i < builder->distros.count; i++) {
        const struct sbom_distro *distro = &builder->distros.items[i];
        if (same_system(distro, os))
            continue;
        struct str one = system_text(&report->arena, os->id, os->version);
        struct str other = system_text(&report->arena, distro->id, distro->version);
        err_set(
            &problem, PL_E_FORMAT,
            "the system is %.*s, but %zu packages are of %.*s: they were examined as packages of "
            "the former",
            STR_ARG(one), distro->packages, STR_ARG(other));
        report_tell(report, true, STR_NONE, &problem);
    }
}

/* ---- the order of packages ---- */

struct numbered {
    struct package package;
    uint64_t number;
    size_t was;
};

static int by_order(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    int order = package_compare(&x->package, &y->package);
    if (order == 0 && x->number != y->number)
        order = x->number < y->number ? -1 : 1;
    return order ? order : (x->was > y->was) - (x->was < y->was);
}

/* Returns where each package is now; free() it. `ret_numbers`: the same by the numbers of our own
 * documents, SIZE_MAX where there is no such package. */
static size_t *sort_packages(struct sbom_builder *builder, size_t **ret_numbers)
{
    struct report *report = builder->report;
    size_t count = report->packages.count;
    AUTO_FREE struct numbered *list = mem_alloc(sizeof(*list) * (count + 1));
    size_t *now = mem_alloc(sizeof(*now) * (count + 1));
    size_t *numbers = mem_alloc(sizeof(*numbers) * (LIMIT_PACKAGES + 1));
    for (size_t i = 0; i <= LIMIT_PACKAGES; i++)
        numbers[i] = SIZE_MAX;
    for (size_t i = 0; i < count; i++)
        list[i] = (struct numbered){report->packages.items[i], builder->numbers.items[i], i};
    qsort(list, count, sizeof(*list), by_order);
    for (size_t i = 0; i < count; i++) {
        report->packages.items[i] = list[i].package;
        now[list[i].was] = i;
        if (list[i].number <= LIMIT_PACKAGES)
            numbers[list[i].number] = i;
    }
    *ret_numbers = numbers;
    return now;
}

static void settle_packages(struct sbom_builder *builder, const size_t *numbers)
{
    struct report *report = builder->report;
    size_t layers = report->target.layers.count;
    for (size_t i = 0; i < report->packages.count; i++) {
        struct package *package = &report->packages.items[i];
        if (package->owner != OWNER_NONE)
            package->owner =
                package->owner <= LIMIT_PACKAGES ? numbers[package->owner] : OWNER_NONE;
        if (package->owner == i ||
            (package->owner != OWNER_NONE &&
             !ecosystem_of(report->packages.items[package->owner].type)->system))
            package->owner = OWNER_NONE;
        if (package->layer >= layers)
            package->layer = LAYER_NONE;
        if (package->file_layer >= layers)
            package->file_layer = LAYER_NONE;
        if (package->purl.len == 0)
            package->purl = purl_of(&report->arena, package, &report->target.os);
    }
}

/* ---- dependencies ---- */

static int by_hash(const void *a, const void *b)
{
    const struct sbom_ref *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->package > y->package) - (x->package < y->package);
}

static size_t find_ref(const struct sbom_builder *builder, uint64_t hash)
{
    size_t at =
        search_first_hash(builder->refs.items, builder->refs.count, sizeof(struct sbom_ref), hash);
    return at < builder->refs.count && builder->refs.items[at].hash == hash
               ? builder->refs.items[at].package
               : SIZE_MAX;
}

static int by_from(const void *a, const void *b)
{
    const struct sbom_edge *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

static void check_refs(struct sbom_builder *builder, const size_t *now)
{
    struct pl_err problem;
    size_t twice = 0;
    for (size_t i = 0; i < builder->refs.count; i++)
        builder->refs.items[i].package = now[builder->refs.items[i].package];
    if (builder->refs.count)
        qsort(builder->refs.items, builder->refs.count, sizeof(builder->refs.items[0]), by_hash);
    for (size_t i = 1; i < builder->refs.count; i++)
        twice += builder->refs.items[i].hash == builder->refs.items[i - 1].hash;
    if (twice == 0)
        return;
    err_set(
        &problem, PL_E_FORMAT,
        "%zu entries have a reference that another one has, too: what depends on them is told of "
        "the first",
        twice);
    report_tell(builder->report, false, STR_NONE, &problem);
}

/* Edges, by now between indices; those to what is no package fall away. */
static void take_edges(struct sbom_builder *builder)
{
    struct report *report = builder->report;
    size_t kept = 0, count = builder->edges.count;
    struct sbom_edge *edges = builder->edges.items;
    for (size_t i = 0; i < count; i++) {
        size_t from = find_ref(builder, edges[i].from), to = find_ref(builder, edges[i].to);
        if (from != SIZE_MAX && to != SIZE_MAX && from != to)
            edges[kept++] = (struct sbom_edge){from, to};
    }
    if (kept)
        qsort(edges, kept, sizeof(*edges), by_from);
    size_t *all = ARENA_ARRAY(&report->arena, size_t, kept + 1);
    for (size_t i = 0, used = 0; i < kept; i++) {
        struct package *package = &report->packages.items[edges[i].from];
        if (i && edges[i].from == edges[i - 1].from && edges[i].to == edges[i - 1].to)
            continue;
        if (package->depend_count == 0)
            package->depends = all + used;
        package->depends[package->depend_count++] = (size_t)edges[i].to;
        used++;
    }
}

static void take_owners(struct sbom_builder *builder)
{
    struct report *report = builder->report;
    for (size_t i = 0; i < builder->owners.count; i++) {
        size_t owner = find_ref(builder, builder->owners.items[i].from);
        size_t owned = find_ref(builder, builder->owners.items[i].to);
        if (owner == SIZE_MAX || owned == SIZE_MAX)
            continue;
        struct package *packages = report->packages.items;
        if (ecosystem_of(packages[owner].type)->system &&
            !ecosystem_of(packages[owned].type)->system)
            packages[owned].owner = owner;
    }
}

/* ---- all of it ---- */

static void tell_limits(struct sbom_builder *builder)
{
    struct pl_err problem;
    if (builder->too_many_packages) {
        err_limit(&problem, LIMIT_NAME(LIMIT_PACKAGES),
                  "there are more than %llu packages: the others were not examined",
                  (unsigned long long)LIMIT_PACKAGES);
        report_tell(builder->report, true, STR_NONE, &problem);
    }
    if (builder->too_many_edges) {
        err_limit(&problem, LIMIT_NAME(LIMIT_SBOM_EDGES),
                  "there are more than %llu dependencies: the others are not told",
                  (unsigned long long)LIMIT_SBOM_EDGES);
        report_tell(builder->report, false, STR_NONE, &problem);
    }
    if (builder->unknown) {
        err_set(&problem, PL_E_UNSUPPORTED,
                "%zu packages have neither a package URL of a known type nor a CPE: they are "
                "listed and were not examined for vulnerabilities",
                builder->unknown);
        /* Where that is all of them, nothing was examined. */
        report_tell(builder->report, builder->unknown == builder->report->packages.count, STR_NONE,
                    &problem);
    }
    if (builder->nameless) {
        err_set(&problem, PL_E_FORMAT,
                "%zu entries have neither a name nor a package URL: they were not examined",
                builder->nameless);
        report_tell(builder->report, true, STR_NONE, &problem);
    }
}

/* A document about one package, which names nothing else: nobody scans it to hear of nothing. */
static void add_lone_package(struct sbom_builder *builder)
{
    struct report *report = builder->report;
    struct sbom_entry entry = sbom_entry_new();
    bool named = report->target.purl.len || builder->lone_cpe.len || builder->lone_version.len;
    if (report->packages.count || !named || digest_is_valid(builder->lone_version))
        return;
    entry.purl = report->target.purl;
    entry.name = report->target.name;
    entry.version = builder->lone_version;
    entry.cpe = builder->lone_cpe;
    sbom_add(builder, &entry);
}

void sbom_finish(struct sbom_builder *builder)
{
    size_t *numbers;
    add_lone_package(builder);
    tell_limits(builder);
    find_system(builder);
    size_t *now = sort_packages(builder, &numbers);
    settle_packages(builder, numbers);
    check_refs(builder, now);
    take_edges(builder);
    take_owners(builder);
    free(now);
    free(numbers);
}
