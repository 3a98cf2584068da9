#include "feed/rpm_lines.h"

#include <stdlib.h>

#include "version/version.h"

/* "23" of "7.76.1-23.el9_2.4", with what stands before it; and the minor release 2 of its dist tag.
 */
struct line {
    struct str head; /* "7.76.1-" */
    uint64_t release;
    struct str tag_head; /* "7.76.1-23.el9_" */
    uint64_t minor;
};

static size_t digits(struct str text)
{
    size_t n = 0;
    while (n < text.len && text.data[n] >= '0' && text.data[n] <= '9')
        n++;
    return n;
}

static bool read_line(struct str version, struct line *ret)
{
    size_t dash = str_last_index(version, '-');
    size_t el = str_find(version, STR(".el"));
    if (dash == SIZE_MAX || el == SIZE_MAX || el < dash)
        return false;
    struct str release = str_from(version, dash + 1), tag = str_from(version, el + 3);
    size_t major = digits(tag);
    if (!str_to_u64(str_first(release, digits(release)), &ret->release) ||
        ret->release > UINT32_MAX || !major || major >= tag.len || tag.data[major] != '_')
        return false;
    struct str minor = str_from(tag, major + 1);
    ret->head = str_first(version, dash + 1);
    ret->tag_head = str_first(version, el + 3 + major + 1);
    return str_to_u64(str_first(minor, digits(minor)), &ret->minor) && ret->minor < 1000;
}

/* The first version behind the line of `before`, as far as `after` is of another line; empty: they
 * can't be told apart. */
static struct str end_of_line(struct arena *arena, struct str before, struct str after)
{
    struct line one, other;
    if (!read_line(before, &one) || !read_line(after, &other) || one.minor == other.minor)
        return STR_NONE;
    if (str_equal(one.head, other.head) && one.release == other.release) {
        if (one.minor > other.minor)
            return STR_NONE;
        return arena_printf(arena, "%.*s%llu", STR_ARG(one.tag_head),
                            (unsigned long long)one.minor + 1);
    }
    return arena_printf(arena, "%.*s%llu", STR_ARG(one.head), (unsigned long long)one.release + 1);
}

static int compare(const void *a, const void *b, void *context)
{
    const struct version_scheme *scheme = context;
    return scheme->compare(*(const struct str *)a, *(const struct str *)b);
}

struct advisory_range *rpm_lines_ranges(struct arena *arena, struct str *fixes, size_t count,
                                        size_t *ret_count)
{
    const struct version_scheme *rpm = version_scheme_find(STR("rpm"));
    struct advisory_range *ranges = ARENA_ARRAY(arena, struct advisory_range, count + 1);
    size_t made = 0;
    qsort_r(fixes, count, sizeof(*fixes), compare, (void *)(uintptr_t)rpm);
    for (size_t i = 0; i < count; i++) {
        if (made && rpm->compare(fixes[i], ranges[made - 1].fixed) == 0)
            continue;
        struct str start = made ? end_of_line(arena, ranges[made - 1].fixed, fixes[i]) : STR_NONE;
        if (made && !start.len)
            ranges[made - 1].fixed = fixes[i]; /* one line: the highest */
        else if (!made || rpm->compare(start, fixes[i]) < 0)
            ranges[made++] = (struct advisory_range){.introduced = start, .fixed = fixes[i]};
    }
    *ret_count = made;
    return ranges;
}
