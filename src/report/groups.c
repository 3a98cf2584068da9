#include "report/groups.h"

#include <stdlib.h>

#include "version/version.h"

enum { NAMES_SHOWN = 8 };

struct entry {
    const struct finding *finding;
    const struct package *package;
    struct str name;
    enum base_known base;
};

static struct entry make_entry(const struct report *report, const struct finding *finding)
{
    struct entry entry = {finding, part_package(report, finding), part_subject(report, finding),
                          report_base_of(report, finding)};
    if (part_is_system(entry.package) && entry.package->source_name.len)
        entry.name = entry.package->source_name;
    return entry;
}

static int compare_groups(const struct entry *a, const struct entry *b)
{
    int type_a = a->package ? (int)a->package->type : -1;
    int type_b = b->package ? (int)b->package->type : -1;
    if (type_a != type_b)
        return type_a < type_b ? -1 : 1;
    int order = str_compare(a->name, b->name);
    if (order == 0)
        order = str_compare(a->finding->installed, b->finding->installed);
    return order ? order : (int)a->base - (int)b->base;
}

static int compare_entries(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    int order = compare_groups(a, b);
    if (order == 0)
        order = str_compare(a->finding->id, b->finding->id);
    return order ? order : (a->finding > b->finding) - (a->finding < b->finding);
}

static void add_fix(struct finding_group *group, const struct finding *finding)
{
    const struct version_scheme *scheme = version_scheme_find(finding->match.scheme);
    if (group->fixed.len == 0 || (scheme && scheme->compare(finding->fixed, group->fixed) > 0))
        group->fixed = finding->fixed;
}

/* An id counts once: the binary packages of one source have the same vulnerabilities. */
static void add_finding(struct finding_group *group, const struct finding *finding)
{
    size_t count = group->count++;
    if (finding->severity > group->worst)
        group->worst = finding->severity;
    if (finding->fixed.len)
        add_fix(group, finding);
    if (count && str_equal(group->items[count - 1]->id, finding->id))
        return;
    group->ids++;
    group->by_severity[finding->severity]++;
    if (finding->fixed.len == 0)
        return;
    group->fixable++;
    group->risk += (uint64_t)finding->risk;
    group->exploited += finding->kev_added.len != 0;
}

static int compare_worst(const void *x, const void *y)
{
    const struct finding_group *a = x, *b = y;
    if ((a->exploited > 0) != (b->exploited > 0))
        return a->exploited ? -1 : 1;
    if (a->worst != b->worst)
        return a->worst > b->worst ? -1 : 1;
    if (a->risk != b->risk)
        return a->risk > b->risk ? -1 : 1;
    if (a->ids != b->ids)
        return a->ids > b->ids ? -1 : 1;
    int order = str_compare(a->name, b->name);
    if (order == 0)
        order = str_compare(a->installed, b->installed);
    return order ? order : (a->items > b->items) - (a->items < b->items);
}

/* What files and configs tell of is grouped by rules, not by what it is about. */
static size_t keep_packages(const struct finding **findings, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!part_is_file_kind(findings[i]->kind))
            findings[kept++] = findings[i];
    return kept;
}

static void make_groups(struct finding_groups *groups, const struct report *report)
{
    size_t count;
    groups->findings = report_counted(report, &count);
    count = keep_packages(groups->findings, count);
    struct entry *entries = mem_zalloc(count + 1, sizeof(*entries));
    for (size_t i = 0; i < count; i++)
        entries[i] = make_entry(report, groups->findings[i]);
    qsort(entries, count, sizeof(*entries), compare_entries);
    for (size_t i = 0; i < count; i++) {
        groups->findings[i] = entries[i].finding;
        if (i == 0 || compare_groups(&entries[i - 1], &entries[i]) != 0)
            *VEC_ADD(&groups->groups) = (struct finding_group){
                .items = &groups->findings[i],
                .package = entries[i].package,
                .name = entries[i].name,
                .installed = entries[i].finding->installed,
                .base = entries[i].base,
            };
        add_finding(&groups->groups.items[groups->groups.count - 1], entries[i].finding);
    }
    free(entries);
    if (groups->groups.count)
        qsort(groups->groups.items, groups->groups.count, sizeof(struct finding_group),
              compare_worst);
}

/* What the base image and the system's manager bring goes together; others one by one. */
static struct update *find_update(struct finding_groups *groups, const struct finding_group *group)
{
    enum update_kind kind = group->base == BASE_YES          ? UPDATE_BASE
                            : part_is_system(group->package) ? UPDATE_SYSTEM
                                                             : UPDATE_PACKAGE;
    /* Those that are shared are few and are looked for among all: only then is it worth it. */
    for (size_t i = 0; i < groups->updates.count && kind != UPDATE_PACKAGE; i++) {
        struct update *update = &groups->updates.items[i];
        if (update->kind == kind && (kind == UPDATE_BASE || update->type == group->package->type))
            return update;
    }
    struct update *update = VEC_ADD(&groups->updates);
    *update = (struct update){.kind = kind, .type = group->package->type, .group = group};
    return update;
}

static void add_group(struct arena *arena, struct update *update, const struct finding_group *group)
{
    if (update->groups++ < NAMES_SHOWN)
        update->names =
            update->names.len
                ? arena_printf(arena, "%.*s, %.*s", STR_ARG(update->names), STR_ARG(group->name))
                : group->name;
    update->ids += group->fixable;
    update->exploited += group->exploited;
    update->risk += group->risk;
    for (size_t i = 0; i < group->count; i++)
        if (group->items[i]->fixed.len &&
            (i == 0 || !str_equal(group->items[i]->id, group->items[i - 1]->id)))
            update->by_severity[group->items[i]->severity]++;
}

static int compare_updates(const void *x, const void *y)
{
    const struct update *a = x, *b = y;
    if ((a->exploited > 0) != (b->exploited > 0))
        return a->exploited ? -1 : 1;
    if (a->risk != b->risk)
        return a->risk > b->risk ? -1 : 1;
    return (a->group > b->group) - (a->group < b->group);
}

void finding_groups_make(struct finding_groups *groups, const struct report *report)
{
    *groups = (struct finding_groups){0};
    make_groups(groups, report);
    for (size_t i = 0; i < groups->groups.count; i++) {
        const struct finding_group *group = &groups->groups.items[i];
        if (group->package && group->fixable)
            add_group(&groups->arena, find_update(groups, group), group);
    }
    if (groups->updates.count)
        qsort(groups->updates.items, groups->updates.count, sizeof(struct update), compare_updates);
}

void finding_groups_free(struct finding_groups *groups)
{
    free(groups->findings);
    VEC_FREE(&groups->groups);
    VEC_FREE(&groups->updates);
    arena_free(&groups->arena);
}

const char *update_command(enum package_type type)
{
    static const char *const commands[PACKAGE_TYPE_COUNT] = {
        [PACKAGE_DEB] = "apt-get update && apt-get upgrade",
        [PACKAGE_APK] = "apk upgrade --no-cache",
        [PACKAGE_RPM] = "dnf upgrade",
        [PACKAGE_ALPM] = "pacman -Syu",
        [PACKAGE_OPKG] = "opkg update && opkg upgrade",
    };
    return commands[type];
}
