/* RubyGems: requirements apart by ',', all must hold; "~> 1.2.3" is at least that and below 1.3. */
#include "version/range_parts.h"
#include "version/text.h"

static int gem_parse(struct version_range_set *set, struct str text, struct pl_err *err)
{
    struct str rest = text, part;
    int got = range_begin_clause(set, err);
    if (!text.len)
        return range_fail(err, text);
    while (got >= 0 && str_cut(&rest, ',', &part)) {
        enum version_operator op = VERSION_OP_EQUAL;
        struct str version = str_trim(part);
        if (str_starts(version, STR("~>"))) {
            op = VERSION_OP_COMPATIBLE;
            version = str_trim(str_from(version, 2));
        } else {
            range_take_operator(&version, &op);
        }
        if (!version.len || !set->scheme->valid(version))
            return range_fail(err, text);
        got = range_add(set, op, version, err);
    }
    return got;
}

/* The numbers before the first letter or hyphen: Gem::Version#release. */
static struct str gem_release(struct str version)
{
    size_t n = 0;
    version = str_trim(version);
    while (n < version.len && (version_is_digit(version.data[n]) || version.data[n] == '.'))
        n++;
    if (n < version.len && version_is_alpha(version.data[n]))
        while (n && version.data[n - 1] != '.' && !version_is_digit(version.data[n - 1]))
            n--;
    while (n && version.data[n - 1] == '.')
        n--;
    return str_first(version, n);
}

/* Whether `version` has all numbers of `bound` but the last, or the only one. */
static bool gem_is_below_bump(struct str version, struct str bound)
{
    struct str numbers = gem_release(bound);
    size_t dot = str_last_index(numbers, '.');
    struct str a = gem_release(version), b = str_first(numbers, dot);
    while (b.len) {
        struct str left = version_take_digits(&a), right = version_take_digits(&b);
        int order = version_compare_digits(left, right);
        if (order)
            return order < 0;
        a = str_from(a, 1);
        b = str_from(b, 1);
    }
    return true;
}

static bool gem_matches(const struct version_range_set *set,
                        const struct version_comparator *comparator, struct str version,
                        unsigned flags)
{
    (void)flags;
    if (!range_compare_matches(set, comparator, version))
        return false;
    return comparator->op != VERSION_OP_COMPATIBLE ||
           gem_is_below_bump(version, comparator->version);
}

const struct version_range_syntax version_range_gem = {
    .scheme = "gem",
    .parse = gem_parse,
    .matches = gem_matches,
};
