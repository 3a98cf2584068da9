#include "app/jars.h"

#include <stdlib.h>

#include "model/purl.h"

struct numbered {
    struct package package;
    size_t was; /* its index before */
};

static int by_report_order(const void *a, const void *b)
{
    const struct numbered *left = a, *right = b;
    int order = package_compare(&left->package, &right->package);
    return order ? order : (left->was > right->was) - (left->was < right->was);
}

/* "group:artifact:version" of the digest. */
static void take_coordinates(struct report *report, const struct vulndb *db,
                             struct package *package)
{
    struct str text;
    if (!db || !vulndb_jar(db, package->sha1, &text))
        return;
    size_t colon = str_last_index(text, ':');
    package->name = arena_str(&report->arena, str_first(text, colon));
    package->version = arena_str(&report->arena, str_from(text, colon + 1));
    package->purl = purl_of(&report->arena, package, &report->target.os);
}

static int by_index(const void *a, const void *b)
{
    const size_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* A bill of materials tells of dependencies before its jars have their names. */
static void move_depends(struct package *package, const size_t *now)
{
    size_t kept = 0;
    for (size_t i = 0; i < package->depend_count; i++)
        if (now[package->depends[i]] != SIZE_MAX)
            package->depends[kept++] = now[package->depends[i]];
    package->depend_count = kept;
    if (kept)
        qsort(package->depends, kept, sizeof(*package->depends), by_index);
}

/* In the report's order again; owners and dependencies are told by their index. */
static void put_in_order(struct report *report, bool keep_nameless)
{
    size_t count = report->packages.count, kept = 0;
    AUTO_FREE struct numbered *list = mem_alloc((count + 1) * sizeof(*list));
    AUTO_FREE size_t *now = mem_alloc((count + 1) * sizeof(*now));
    for (size_t i = 0; i < count; i++)
        now[i] = SIZE_MAX;
    for (size_t i = 0; i < count; i++)
        if (keep_nameless || report->packages.items[i].version.len ||
            !report->packages.items[i].sha1.len)
            list[kept++] = (struct numbered){report->packages.items[i], i};
    qsort(list, kept, sizeof(*list), by_report_order);
    for (size_t i = 0; i < kept; i++)
        now[list[i].was] = i;
    for (size_t i = 0; i < kept; i++) {
        struct package *package = &report->packages.items[i];
        *package = list[i].package;
        if (package->owner != OWNER_NONE)
            package->owner = now[package->owner];
        move_depends(package, now);
    }
    report->packages.count = kept;
}

/* What is in them cannot be matched: it is said, or they would look clean. */
static void tell_nameless(struct report *report, size_t count, struct str first)
{
    struct pl_err problem;
    if (count == 0)
        return;
    err_set(
        &problem, PL_E_UNSUPPORTED,
        "archives of Java that do not say what they are, and that the database does not know by "
        "their SHA-1: %zu; they were not examined (docs/jars.md); the first is %.*s",
        count, STR_ARG(str_first(first, 200)));
    report_tell(report, false, STR_NONE, &problem);
}

void jars_resolve(struct report *report, const struct vulndb *db)
{
    size_t nameless = 0;
    struct str first = STR_NONE;
    bool any = false;
    for (size_t i = 0; i < report->packages.count; i++) {
        struct package *package = &report->packages.items[i];
        if (!package->sha1.len)
            continue;
        any = true;
        take_coordinates(report, db, package);
        if (!package->version.len && nameless++ == 0)
            first = package->path_count ? package->paths[0] : package->name;
    }
    if (db)
        tell_nameless(report, nameless, first);
    if (any)
        put_in_order(report, db == NULL);
}
