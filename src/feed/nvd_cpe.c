/* NVD's configurations, https://nvd.nist.gov/developers/vulnerabilities: CPE 2.3 names
 * ("cpe:2.3:part:vendor:product:version:update:edition:language:sw_edition:target_sw:target_hw:
 * other", NISTIR 7695) with ranges of versions. What is kept, and how:
 *
 * - Matches with "vulnerable": of an AND ("this program running on that one") the vulnerable part
 *   counts wherever it runs. Nodes with "negate" are left out.
 * - Part "a", programs; of "o" the Linux kernel alone: distributions have feeds of their own.
 * - target_sw "*", "-", "linux", "linux_kernel" and "unix". Others name another system (windows,
 *   macos, android, iphone_os) or the program that a plug-in is for (wordpress, node.js, python,
 *   jenkins): such a plug-in is no program of that name, and package managers' databases know it.
 * - Version "*" without bounds: every version. Version "-": nothing is said of versions.
 * - An update belongs to the version: openssl "1.0.2" "a" is "1.0.2a" and openssh "7.4" "p1" is
 *   "7.4p1" as they write themselves; everything else stands behind a dash ("1.0-rc1"). */
#include "feed/nvd_cpe.h"

#include "base/limits.h"
#include "base/vec.h"

enum { FIELDS = 11 };

struct match {
    struct str package;
    struct advisory_range range;
    struct str version; /* this one alone; empty: the range */
};
typedef VEC(struct match) matches;

/* The fields behind "cpe:2.3:", apart by ':' that no '\' stands before. */
static bool split(struct str criteria, struct str fields[FIELDS])
{
    size_t count = 0;
    if (!str_starts(criteria, STR("cpe:2.3:")))
        return false;
    struct str rest = str_from(criteria, 8);
    for (size_t i = 0, start = 0; i <= rest.len; i++) {
        if (i < rest.len && rest.data[i] == '\\') {
            i++;
            continue;
        }
        if (i < rest.len && rest.data[i] != ':')
            continue;
        if (count == FIELDS)
            return false;
        fields[count++] = str_make(rest.data + start, i - start);
        start = i + 1;
    }
    return count == FIELDS;
}

static struct str plain(struct arena *arena, struct str text)
{
    char *out = ARENA_ARRAY(arena, char, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '\\' && i + 1 < text.len)
            c = text.data[++i];
        out[len++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return str_make(out, len);
}

static bool is_any(struct str field)
{
    return str_is(field, "*") || str_is(field, "-");
}

static bool is_ours(const struct str fields[FIELDS])
{
    static const char *const systems[] = {"*", "-", "linux", "linux_kernel", "unix"};
    if (str_is(fields[0], "o"))
        return str_is(fields[1], "linux") && str_is(fields[2], "linux_kernel");
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(systems); i++)
        known = known || str_is(fields[8], systems[i]);
    return str_is(fields[0], "a") && known;
}

/* "a" and "p1" belong to the version as they are. */
static bool is_suffix(struct str update)
{
    if (update.len == 1)
        return update.data[0] >= 'a' && update.data[0] <= 'z';
    size_t n = 1;
    while (n < update.len && update.data[n] >= '0' && update.data[n] <= '9')
        n++;
    return update.len > 1 && update.data[0] == 'p' && n == update.len;
}

static struct str version_of(struct arena *arena, const struct str fields[FIELDS])
{
    struct str version = plain(arena, fields[3]), update = plain(arena, fields[4]);
    if (is_any(update))
        return version;
    return arena_printf(arena, "%.*s%s%.*s", STR_ARG(version), is_suffix(update) ? "" : "-",
                        STR_ARG(update));
}

/* False: it says nothing that a version could be compared with. */
static bool read_versions(struct arena *arena, const json_t *json, const struct str fields[FIELDS],
                          struct match *match)
{
    struct str from = json_text(json, "versionStartIncluding");
    struct str after = json_text(json, "versionStartExcluding");
    match->range = (struct advisory_range){.introduced = after.len ? after : from,
                                           .fixed = json_text(json, "versionEndExcluding"),
                                           .last_affected = json_text(json, "versionEndIncluding"),
                                           .after = after.len != 0};
    if (match->range.fixed.len)
        match->range.last_affected = STR_NONE;
    match->version = STR_NONE;
    if (str_is(fields[3], "-"))
        return false;
    if (!str_is(fields[3], "*"))
        match->version = version_of(arena, fields);
    return true;
}

static void read_match(struct arena *arena, const json_t *json, matches *list)
{
    struct str fields[FIELDS];
    struct match match;
    if (!json_is_true(json_object_get(json, "vulnerable")) ||
        !split(json_text(json, "criteria"), fields) || !is_ours(fields) ||
        !read_versions(arena, json, fields, &match))
        return;
    struct str vendor = plain(arena, fields[1]), product = plain(arena, fields[2]);
    match.package = arena_printf(arena, "%.*s:%.*s", STR_ARG(vendor), STR_ARG(product));
    *VEC_ADD(list) = match;
}

static void read_matches(struct arena *arena, const json_t *cve, matches *list)
{
    size_t i, k, n;
    json_t *configuration, *node, *match;
    json_array_foreach(json_list(cve, "configurations"), i, configuration)
    {
        if (json_is_true(json_object_get(configuration, "negate")))
            continue;
        json_array_foreach(json_list(configuration, "nodes"), k, node)
        {
            if (json_is_true(json_object_get(node, "negate")))
                continue;
            json_array_foreach(json_list(node, "cpeMatch"), n, match)
                read_match(arena, match, list);
        }
    }
}

static int by_package(const void *a, const void *b)
{
    const struct match *x = a, *y = b;
    int order = str_compare(x->package, y->package);
    if (!order)
        order = str_compare(x->version, y->version);
    if (!order)
        order = str_compare(x->range.introduced, y->range.introduced);
    if (!order)
        order = str_compare(x->range.fixed, y->range.fixed);
    return order ? order : str_compare(x->range.last_affected, y->range.last_affected);
}

static bool same_range(const struct advisory_range *x, const struct advisory_range *y)
{
    return str_equal(x->introduced, y->introduced) && str_equal(x->fixed, y->fixed) &&
           str_equal(x->last_affected, y->last_affected) && x->after == y->after;
}

static int add_statement(struct feed_import *import, uint32_t unit, struct arena *arena,
                         struct str id, const struct match *list, size_t count, struct pl_err *err)
{
    struct advisory_range *ranges = ARENA_ARRAY(arena, struct advisory_range, count);
    struct str *versions = ARENA_ARRAY(arena, struct str, count);
    struct vulndb_statement statement = {.feed = FEED_NVD,
                                         .advisory = id,
                                         .ids = &id,
                                         .id_count = 1,
                                         .status = ADVISORY_AFFECTED,
                                         .ranges = ranges,
                                         .versions = versions};
    for (size_t i = 0; i < count; i++) {
        size_t have = statement.version_count;
        if (!list[i].version.len) {
            if (!statement.range_count ||
                !same_range(&ranges[statement.range_count - 1], &list[i].range))
                ranges[statement.range_count++] = list[i].range;
        } else if (!have || !str_equal(versions[have - 1], list[i].version)) {
            versions[statement.version_count++] = list[i].version;
        }
    }
    return builder_statement(import->builder, unit, STR("NVD:cpe"), list[0].package, &statement,
                             err);
}

int nvd_cpe_read(struct feed_import *import, uint32_t unit, struct str id, const json_t *cve,
                 struct pl_err *err)
{
    struct arena arena = {0};
    matches list = {0};
    int r = 0;
    read_matches(&arena, cve, &list);
    if (list.count)
        qsort(list.items, list.count, sizeof(list.items[0]), by_package);
    for (size_t i = 0; i < list.count && r == 0;) {
        size_t end = i + 1;
        while (end < list.count && str_equal(list.items[i].package, list.items[end].package))
            end++;
        r = add_statement(import, unit, &arena, id, &list.items[i], end - i, err);
        i = end;
    }
    VEC_FREE(&list);
    arena_free(&arena);
    return r;
}
