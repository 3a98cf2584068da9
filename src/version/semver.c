/* Semantic Versioning 2.0.0, section 11: numbers by value, a pre-release before its release, build
 * metadata without weight.
 *
 * Lenient where feeds are: a leading 'v', one or two numbers ("1.2" is "1.2.0"), more than three.
 * What follows the numbers and is no pre-release or build is ordered as a pre-release by its text.
 */
#include "base/i18n.h"
#include "version/text.h"
#include "version/version.h"

struct semver {
    struct str numbers;    /* "1.2.3" */
    struct str prerelease; /* behind '-', or what is left; empty: none */
    bool has_prerelease;
};

static struct semver semver_split(struct str text)
{
    struct semver version = {.prerelease = STR_NONE};
    if (text.len && (text.data[0] == 'v' || text.data[0] == 'V'))
        text = str_from(text, 1);
    text = str_first(text, str_index(text, '+'));
    size_t n = 0;
    while (n < text.len &&
           (version_is_digit(text.data[n]) ||
            (text.data[n] == '.' && n + 1 < text.len && version_is_digit(text.data[n + 1]))))
        n++;
    version.numbers = str_first(text, n);
    version.prerelease = str_from(text, n);
    version.has_prerelease = version.prerelease.len > 0;
    if (version.has_prerelease && version.prerelease.data[0] == '-')
        version.prerelease = str_from(version.prerelease, 1);
    return version;
}

static int semver_compare_numbers(struct str a, struct str b)
{
    while (a.len || b.len) {
        struct str left = version_take_digits(&a), right = version_take_digits(&b);
        int order = version_compare_digits(left, right);
        if (order)
            return order;
        a = str_from(a, 1); /* the dot */
        b = str_from(b, 1);
    }
    return 0;
}

static bool semver_is_number(struct str text)
{
    struct str rest = text;
    version_take_digits(&rest);
    return text.len && !rest.len;
}

/* 11.4: identifiers one by one, numbers before words, fewer identifiers before more. */
static int semver_compare_prerelease(struct str a, struct str b)
{
    struct str left, right;
    for (;;) {
        bool has_left = str_cut(&a, '.', &left), has_right = str_cut(&b, '.', &right);
        if (!has_left || !has_right)
            return has_left - has_right;
        bool left_number = semver_is_number(left), right_number = semver_is_number(right);
        if (left_number != right_number)
            return left_number ? -1 : 1;
        int order = left_number ? version_compare_digits(left, right) : str_compare(left, right);
        if (order)
            return order < 0 ? -1 : 1;
    }
}

static int semver_compare(struct str a, struct str b)
{
    struct semver left = semver_split(a), right = semver_split(b);
    int order = semver_compare_numbers(left.numbers, right.numbers);
    if (order)
        return order;
    if (left.has_prerelease != right.has_prerelease)
        return left.has_prerelease ? -1 : 1;
    return semver_compare_prerelease(left.prerelease, right.prerelease);
}

const struct version_scheme version_scheme_semver = {
    .name = "semver",
    .help = N_("semantic versions (SemVer 2.0.0)"),
    .compare = semver_compare,
};
