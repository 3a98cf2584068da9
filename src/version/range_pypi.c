/* Python: the version specifiers of PEP 440. Pre-releases are taken by their order: a question
 * about one version is one where nothing else satisfies. */
#include "version/pypi_parts.h"
#include "version/range_parts.h"
#include "version/text.h"

static size_t pypi_count_numbers(struct str release)
{
    size_t count = 1;
    for (size_t i = 0; i < release.len; i++)
        count += release.data[i] == '.';
    return count;
}

static int pypi_parse_specifier(struct version_range_set *set, struct str text, struct pl_err *err)
{
    enum version_operator op = VERSION_OP_EQUAL;
    struct str rest = str_trim(text);
    struct pypi_parts parts;
    if (str_starts(rest, STR("==="))) {
        rest = str_trim(str_from(rest, 3));
        return rest.len ? range_add(set, VERSION_OP_SAME_TEXT, rest, err) : range_fail(err, text);
    }
    bool has_op = true;
    if (str_starts(rest, STR("~="))) {
        op = VERSION_OP_COMPATIBLE;
        rest = str_trim(str_from(rest, 2));
    } else if (!str_starts(rest, STR("<>"))) {
        has_op = range_take_operator(&rest, &op);
    }
    bool wildcard = str_ends(rest, STR(".*"));
    if (wildcard && (op == VERSION_OP_EQUAL || op == VERSION_OP_NOT_EQUAL)) {
        op = op == VERSION_OP_EQUAL ? VERSION_OP_PREFIX : VERSION_OP_NOT_PREFIX;
        rest = str_first(rest, rest.len - 2);
    }
    if (!has_op || !pypi_split(rest, &parts) || (wildcard && (parts.local.len || parts.has_dev)))
        return range_fail(err, text);
    if (op == VERSION_OP_COMPATIBLE && pypi_count_numbers(parts.release) < 2)
        return range_fail(err, text);
    if (parts.local.len && op >= VERSION_OP_LESS)
        return range_fail(err, text);
    return range_add(set, op, rest, err);
}

static int pypi_parse(struct version_range_set *set, struct str text, struct pl_err *err)
{
    int got = range_begin_clause(set, err);
    struct str rest = text, part;
    while (got >= 0 && text.len && str_cut(&rest, ',', &part))
        if (str_trim(part).len)
            got = pypi_parse_specifier(set, part, err);
    return got;
}

/* Whether the release of `version` begins with the first `count` numbers of `prefix`. */
static bool pypi_has_prefix(const struct pypi_parts *version, const struct pypi_parts *prefix,
                            size_t count)
{
    struct str a = version->release, b = prefix->release;
    if (version_compare_digits(version->epoch, prefix->epoch) != 0)
        return false;
    for (; count > 0; count--) {
        struct str left = version_take_digits(&a), right = version_take_digits(&b);
        if (version_compare_digits(left, right) != 0)
            return false;
        a = str_from(a, 1);
        b = str_from(b, 1);
    }
    return true;
}

/* "==1.0a1.*": what stands behind the numbers must be the same too. */
static bool pypi_matches_prefix(const struct pypi_parts *version, const struct pypi_parts *prefix)
{
    if (prefix->pre == PYPI_FINAL && !prefix->has_post)
        return pypi_has_prefix(version, prefix, pypi_count_numbers(prefix->release));
    return version_compare_digits(version->epoch, prefix->epoch) == 0 &&
           pypi_compare_release(version->release, prefix->release) == 0 &&
           version->pre == prefix->pre &&
           version_compare_digits(version->pre_number, prefix->pre_number) == 0 &&
           (!prefix->has_post ||
            (version->has_post &&
             version_compare_digits(version->post_number, prefix->post_number) == 0));
}

static bool pypi_same_base(const struct pypi_parts *a, const struct pypi_parts *b)
{
    return version_compare_digits(a->epoch, b->epoch) == 0 &&
           pypi_compare_release(a->release, b->release) == 0;
}

static bool pypi_is_pre(const struct pypi_parts *parts)
{
    return parts->pre != PYPI_FINAL || parts->has_dev;
}

static bool pypi_equals(const struct version_range_set *set, const struct pypi_parts *version,
                        struct str text, const struct pypi_parts *bound, struct str bound_text)
{
    if (bound->local.len)
        return set->scheme->compare(text, bound_text) == 0;
    return pypi_compare_public(version, bound) == 0;
}

static bool pypi_same_text(struct str a, struct str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        char left = a.data[i], right = b.data[i];
        if (left != right && (!version_is_alpha(left) || (left ^ right) != 0x20))
            return false;
    }
    return a.len == b.len;
}

static bool pypi_matches(const struct version_range_set *set,
                         const struct version_comparator *comparator, struct str text,
                         unsigned flags)
{
    struct pypi_parts version, bound;
    (void)flags;
    if (comparator->op == VERSION_OP_SAME_TEXT)
        return pypi_same_text(str_trim(text), comparator->version);
    if (!pypi_split(text, &version) || !pypi_split(comparator->version, &bound))
        return false;
    int order = pypi_compare_public(&version, &bound);
    switch (comparator->op) {
    case VERSION_OP_EQUAL:
        return pypi_equals(set, &version, text, &bound, comparator->version);
    case VERSION_OP_NOT_EQUAL:
        return !pypi_equals(set, &version, text, &bound, comparator->version);
    case VERSION_OP_PREFIX:
        return pypi_matches_prefix(&version, &bound);
    case VERSION_OP_NOT_PREFIX:
        return !pypi_matches_prefix(&version, &bound);
    case VERSION_OP_LESS:
        return order < 0 &&
               (pypi_is_pre(&bound) || !pypi_is_pre(&version) || !pypi_same_base(&version, &bound));
    case VERSION_OP_GREATER:
        return order > 0 &&
               (bound.has_post || !version.has_post || !pypi_same_base(&version, &bound));
    case VERSION_OP_AT_MOST:
        return order <= 0;
    case VERSION_OP_AT_LEAST:
        return order >= 0;
    case VERSION_OP_COMPATIBLE:
        return order >= 0 &&
               pypi_has_prefix(&version, &bound, pypi_count_numbers(bound.release) - 1);
    case VERSION_OP_SAME_TEXT:
    case VERSION_OP_NONE:
        break;
    }
    return false;
}

const struct version_range_syntax version_range_pypi = {
    .scheme = "pypi",
    .parse = pypi_parse,
    .matches = pypi_matches,
};
