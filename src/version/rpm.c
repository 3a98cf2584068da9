/* rpm versions: [epoch:]version[-release], split and ordered as rpm 4.18 does (rpm-version(7)).
 *
 * A missing epoch is 0. A version without a release is older than the same version with any: that
 * is rpm's own order of packages, and for a range whose end ("fixed") has no release it says the
 * same as comparing the versions alone: a package of that version, whatever its release, is past
 * the end. */
#include "base/i18n.h"
#include "version/text.h"
#include "version/version.h"

struct rpm_version {
    struct str epoch; /* digits; empty: 0 */
    struct str version;
    struct str release; /* data is NULL: none, which is not the same as an empty one */
};

/* Only digits (or nothing) before ':' are an epoch; else the ':' belongs to the version. The
 * release is what stands behind the last '-'. */
static struct rpm_version rpm_split(struct str text)
{
    struct rpm_version split = {.release = STR_NONE};
    struct str rest = text;
    struct str digits = version_take_digits(&rest);
    size_t dash = str_last_index(rest, '-');
    if (dash != SIZE_MAX)
        split.release = str_from(rest, dash + 1);
    if (rest.len && rest.data[0] == ':') {
        split.epoch = digits;
        split.version = str_first(rest, dash);
        split.version = str_from(split.version, 1);
    } else {
        split.version = dash == SIZE_MAX ? text : str_first(text, digits.len + dash);
    }
    return split;
}

/* The place of what comes next in a version: '~' sorts before the end of the text, '^' behind it
 * but before any further part, words before numbers. */
enum rpm_next { RPM_TILDE, RPM_END, RPM_CARET, RPM_WORD, RPM_NUMBER };

static enum rpm_next rpm_next(struct str *rest)
{
    for (; rest->len; *rest = str_from(*rest, 1)) {
        char c = rest->data[0];
        if (c == '~')
            return RPM_TILDE;
        if (c == '^')
            return RPM_CARET;
        if (version_is_digit(c))
            return RPM_NUMBER;
        if (version_is_alpha(c))
            return RPM_WORD;
        /* Everything else keeps parts apart and has no weight, however much of it there is. */
    }
    return RPM_END;
}

static struct str rpm_take_word(struct str *rest)
{
    size_t n = 0;
    while (n < rest->len && version_is_alpha(rest->data[n]))
        n++;
    struct str word = str_first(*rest, n);
    *rest = str_from(*rest, n);
    return word;
}

static int rpm_compare_part(struct str a, struct str b)
{
    for (;;) {
        enum rpm_next left = rpm_next(&a), right = rpm_next(&b);
        if (left != right)
            return left < right ? -1 : 1;
        int order = 0;
        struct str other;
        switch (left) {
        case RPM_END:
            return 0;
        case RPM_TILDE:
        case RPM_CARET:
            a = str_from(a, 1);
            b = str_from(b, 1);
            break;
        case RPM_WORD:
            other = rpm_take_word(&b);
            order = str_compare(rpm_take_word(&a), other);
            break;
        case RPM_NUMBER:
            other = version_take_digits(&b);
            order = version_compare_digits(version_take_digits(&a), other);
            break;
        }
        if (order)
            return order < 0 ? -1 : 1;
    }
}

static int rpm_compare(struct str a, struct str b)
{
    struct rpm_version left = rpm_split(a), right = rpm_split(b);
    int order = version_compare_digits(left.epoch, right.epoch);
    if (!order)
        order = rpm_compare_part(left.version, right.version);
    if (order)
        return order;
    if (!left.release.data || !right.release.data)
        return (left.release.data != NULL) - (right.release.data != NULL);
    return rpm_compare_part(left.release, right.release);
}

const struct version_scheme version_scheme_rpm = {
    .name = "rpm",
    .help = N_("rpm packages: epoch, version and release (rpm-version(7))"),
    .compare = rpm_compare,
};
