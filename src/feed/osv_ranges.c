/* The affected versions of an OSV record: events become ranges. */
#include <stdlib.h>

#include "base/vec.h"
#include "feed/osv_record.h"
#include "model/ecosystem.h"
#include "version/version.h"

enum event_kind { INTRODUCED, FIXED, LAST_AFFECTED };

struct event {
    enum event_kind kind;
    struct str version;
};

typedef VEC(struct event) events;

static void read_events(const json_t *range, events *out)
{
    static const char *const names[] = {"introduced", "fixed", "last_affected"};
    size_t index;
    json_t *item;
    out->count = 0;
    json_array_foreach(json_list(range, "events"), index, item) for (int kind = INTRODUCED;
                                                                     kind <= LAST_AFFECTED; kind++)
    {
        struct str version = json_text(item, names[kind]);
        if (version.len)
            *VEC_ADD(out) = (struct event){(enum event_kind)kind, version};
    }
}

static const struct version_scheme *scheme_of(struct str ecosystem)
{
    static const struct {
        const char *prefix, *scheme;
    } table[] = {
        {"Ubuntu", "deb"},     {"Debian", "deb"},    {"Alpine", "apk"},    {"Wolfi", "apk"},
        {"Chainguard", "apk"}, {"MinimOS", "apk"},   {"AlmaLinux", "rpm"}, {"Rocky", "rpm"},
        {"SUSE", "rpm"},       {"openSUSE", "rpm"},  {"Red Hat", "rpm"},   {"Mageia", "rpm"},
        {"Photon", "rpm"},     {"openEuler", "rpm"}, {"Azure", "rpm"},     {"Oracle", "rpm"},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (str_starts(ecosystem, str_of(table[i].prefix)))
            return version_scheme_find(str_of(table[i].scheme));
    const struct ecosystem *known = ecosystem_find(ecosystem);
    return version_scheme_find(known && known->scheme ? str_of(known->scheme) : STR("semver"));
}

/* "0" stands before every version, whatever the scheme. An introduction before an end of the same
 * version: an empty range, not one that never ends. */
static int compare_events(const void *a, const void *b, void *context)
{
    const struct event *left = a, *right = b;
    const struct version_scheme *scheme = context;
    bool first_left = left->kind == INTRODUCED && str_is(left->version, "0");
    bool first_right = right->kind == INTRODUCED && str_is(right->version, "0");
    if (first_left != first_right)
        return first_left ? -1 : 1;
    int order = scheme->compare(left->version, right->version);
    return order ? order : (int)left->kind - (int)right->kind;
}

/* Introduced and an end by turns, no end before its beginning: nearly all are written so. These are
 * pairs, which may overlap and touch; sorted they would tear what they mean. The others are sorted,
 * as the schema's "Evaluation" has it: "8.18.0 to 8.17.10" is open until the next end, not empty.
 */
static bool are_pairs(const events *list, const struct version_scheme *scheme)
{
    for (size_t i = 0; i < list->count; i++) {
        if ((list->items[i].kind == INTRODUCED) != (i % 2 == 0))
            return false;
        if (i % 2 &&
            compare_events(&list->items[i - 1], &list->items[i], (void *)(uintptr_t)scheme) > 0)
            return false;
    }
    return true;
}

/* What ends and begins anew at one version goes on. */
static void sort_events(events *list, const struct version_scheme *scheme)
{
    bool open = false;
    qsort_r(list->items, list->count, sizeof(list->items[0]), compare_events,
            (void *)(uintptr_t)scheme);
    for (size_t i = 0; i < list->count; i++) {
        struct event *event = &list->items[i];
        if (open && event->kind == INTRODUCED && i + 1 < list->count &&
            event[1].kind != INTRODUCED && scheme->compare(event->version, event[1].version) == 0) {
            struct event end = event[1];
            event[1] = event[0];
            event[0] = end;
        }
        open = event->kind == INTRODUCED;
    }
}

/* What is introduced while it is there already changes nothing, nor does an end where nothing
 * began. */
static size_t make_ranges(const events *list, struct advisory_range *ranges)
{
    size_t count = 0;
    bool open = false;
    for (size_t i = 0; i < list->count; i++) {
        const struct event *event = &list->items[i];
        if (event->kind == INTRODUCED) {
            if (!open)
                ranges[count++] = (struct advisory_range){.introduced = event->version};
            open = true;
        } else if (open) {
            if (event->kind == FIXED)
                ranges[count - 1].fixed = event->version;
            else
                ranges[count - 1].last_affected = event->version;
            open = false;
        }
    }
    return count;
}

static size_t count_events(const json_t *affected)
{
    size_t index, count = 0;
    json_t *range;
    json_array_foreach(json_list(affected, "ranges"), index, range) count +=
        json_array_size(json_list(range, "events"));
    return count;
}

/* GitHub's advisories without a fix tell what is affected so far beside the events: "<= 1.2.3". */
static void bound_ranges(const json_t *affected, struct vulndb_statement *statement,
                         struct advisory_range *ranges)
{
    struct str text =
        json_text(json_member(affected, "database_specific"), "last_known_affected_version_range");
    bool inclusive = str_starts(text, STR("<="));
    if (!inclusive && !str_starts(text, STR("<")))
        return;
    text = str_trim(str_from(text, inclusive ? 2 : 1));
    for (size_t i = 0; i < statement->range_count && text.len; i++) {
        if (ranges[i].fixed.len || ranges[i].last_affected.len)
            continue;
        if (inclusive)
            ranges[i].last_affected = text;
        else
            ranges[i].fixed = text;
    }
}

static void read_versions(struct osv_record *record, const json_t *affected,
                          struct vulndb_statement *statement)
{
    json_t *list = json_list(affected, "versions");
    struct str *versions = ARENA_ARRAY(&record->arena, struct str, json_array_size(list) + 1);
    size_t index;
    json_t *item;
    statement->versions = versions;
    json_array_foreach(list, index, item) if (json_string_length(item))
        versions[statement->version_count++] =
            str_make(json_string_value(item), json_string_length(item));
}

bool osv_read_ranges(struct osv_record *record, const json_t *affected, struct str ecosystem,
                     struct vulndb_statement *statement)
{
    events list = {0};
    /* Each event may hold three words. */
    struct advisory_range *ranges =
        ARENA_ARRAY(&record->arena, struct advisory_range, 3 * count_events(affected) + 1);
    const struct version_scheme *scheme = scheme_of(ecosystem);
    size_t index;
    json_t *range;
    statement->ranges = ranges;
    json_array_foreach(json_list(affected, "ranges"), index, range)
    {
        if (str_is(json_text(range, "type"), "GIT"))
            continue; /* commits: no versions of packages */
        read_events(range, &list);
        if (list.count && !are_pairs(&list, scheme))
            sort_events(&list, scheme);
        statement->range_count += make_ranges(&list, ranges + statement->range_count);
    }
    VEC_FREE(&list);
    bound_ranges(affected, statement, ranges);
    /* A distribution's versions have one order: what its ranges say is all, and the lists of every
     * version that ever was would be most of the database. */
    if (!record->distribution || !statement->range_count)
        read_versions(record, affected, statement);
    return statement->range_count || statement->version_count;
}

bool osv_is_modular(const struct vulndb_statement *statement)
{
    for (size_t i = 0; i < statement->range_count; i++) {
        struct str fixed = statement->ranges[i].fixed;
        if (str_find(fixed, STR(".module_el")) != SIZE_MAX ||
            str_find(fixed, STR(".module+el")) != SIZE_MAX)
            return true;
    }
    return false;
}
