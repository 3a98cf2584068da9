#include "match/verdict.h"

static bool is_first(struct str version)
{
    return version.len == 0 || str_equal(version, STR("0"));
}

static bool in_range(const struct advisory_range *range, const struct version_scheme *scheme,
                     struct str version)
{
    if (!is_first(range->introduced)) {
        int order = scheme->compare(version, range->introduced);
        if (order < 0 || (order == 0 && range->after))
            return false;
    }
    if (range->fixed.len)
        return scheme->compare(version, range->fixed) < 0;
    if (range->last_affected.len)
        return scheme->compare(version, range->last_affected) <= 0;
    return true;
}

bool verdict_affected(const struct vulndb_statement *statement, const struct version_scheme *scheme,
                      struct str version, struct advisory_range *ret_range)
{
    bool found = false;
    *ret_range = (struct advisory_range){0};
    if (statement->status == ADVISORY_NOT_AFFECTED)
        return false;
    if (statement->range_count == 0 && statement->version_count == 0)
        return true;
    for (size_t i = 0; i < statement->range_count; i++) {
        const struct advisory_range *range = &statement->ranges[i];
        if (!in_range(range, scheme, version))
            continue;
        /* Of several the nearest fix: module builds of one erratum stand side by side. */
        bool nearer = range->fixed.len && (ret_range->fixed.len == 0 ||
                                           scheme->compare(range->fixed, ret_range->fixed) < 0);
        if (!found || nearer)
            *ret_range = *range;
        found = true;
    }
    for (size_t i = 0; i < statement->version_count && !found; i++)
        if (scheme->compare(version, statement->versions[i]) == 0) {
            found = true;
            ret_range->introduced = ret_range->last_affected = statement->versions[i];
        }
    return found;
}

struct str verdict_range_text(struct arena *arena, const struct advisory_range *range)
{
    bool from = !is_first(range->introduced);
    struct str end = range->fixed.len ? range->fixed : range->last_affected;
    const char *sign = range->fixed.len ? "<" : "<=";
    if (from && end.len)
        return arena_printf(arena, "%s %.*s, %s %.*s",
                            range->after ? ">" : ">=", STR_ARG(range->introduced), sign,
                            STR_ARG(end));
    if (from)
        return arena_printf(arena, "%s %.*s",
                            range->after ? ">" : ">=", STR_ARG(range->introduced));
    if (end.len)
        return arena_printf(arena, "%s %.*s", sign, STR_ARG(end));
    return STR("all versions");
}
