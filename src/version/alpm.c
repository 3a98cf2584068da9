/* Arch Linux packages: [epoch:]version[-pkgrel], as pacman's vercmp(8) orders them.
 *
 * vercmp lets a version without a pkgrel equal the same one with any, which is no order ("1-1" =
 * "1" = "1-2"). Here a missing pkgrel is 1, the first that a version has. */
#include "base/i18n.h"
#include "version/text.h"
#include "version/version.h"

struct alpm_version {
    struct str epoch; /* digits; empty: 0 */
    struct str version;
    struct str pkgrel;
};

static struct alpm_version alpm_split(struct str text)
{
    struct alpm_version split = {.pkgrel = STR("1")};
    struct str rest = text, digits = version_take_digits(&rest);
    if (rest.len && rest.data[0] == ':') {
        split.epoch = digits;
        text = str_from(rest, 1);
    }
    size_t dash = str_last_index(text, '-');
    if (dash != SIZE_MAX)
        split.pkgrel = str_from(text, dash + 1);
    split.version = str_first(text, dash);
    return split;
}

/* What comes next in a version. Without separators in front of it, letters stand before the end and
 * digits behind it; all that follows separators stands behind these, the fewer of them the earlier.
 */
enum alpm_kind { ALPM_LETTERS, ALPM_END, ALPM_DIGITS };

struct alpm_part {
    size_t separators;
    enum alpm_kind kind;
    struct str text;
};

static bool alpm_is_separator(char c)
{
    return !version_is_digit(c) && !version_is_alpha(c);
}

static struct alpm_part alpm_take(struct str *rest)
{
    struct alpm_part part = {.kind = ALPM_END};
    while (part.separators < rest->len && alpm_is_separator(rest->data[part.separators]))
        part.separators++;
    *rest = str_from(*rest, part.separators);
    if (!rest->len)
        return part;
    if (version_is_digit(rest->data[0])) {
        part.kind = ALPM_DIGITS;
        part.text = version_take_digits(rest);
        return part;
    }
    size_t n = 0;
    while (n < rest->len && version_is_alpha(rest->data[n]))
        n++;
    part.kind = ALPM_LETTERS;
    part.text = str_first(*rest, n);
    *rest = str_from(*rest, n);
    return part;
}

static int alpm_compare_part(struct str a, struct str b)
{
    for (;;) {
        struct alpm_part left = alpm_take(&a), right = alpm_take(&b);
        if (left.separators != right.separators)
            return left.separators < right.separators ? -1 : 1;
        if (left.kind != right.kind)
            return left.kind < right.kind ? -1 : 1;
        if (left.kind == ALPM_END)
            return 0;
        int order = left.kind == ALPM_DIGITS ? version_compare_digits(left.text, right.text)
                                             : str_compare(left.text, right.text);
        if (order)
            return order < 0 ? -1 : 1;
    }
}

static int alpm_compare(struct str a, struct str b)
{
    struct alpm_version left = alpm_split(a), right = alpm_split(b);
    int order = version_compare_digits(left.epoch, right.epoch);
    if (!order)
        order = alpm_compare_part(left.version, right.version);
    return order ? order : alpm_compare_part(left.pkgrel, right.pkgrel);
}

/* PKGBUILD(5): no colons, slashes, hyphens or blanks in pkgver; pkgrel is a number. */
static bool alpm_valid(struct str text)
{
    struct alpm_version split = alpm_split(text);
    if (!split.version.len || !split.pkgrel.len)
        return false;
    for (size_t i = 0; i < split.version.len; i++)
        if (strchr(":/- \t\r\n", split.version.data[i]))
            return false;
    for (size_t i = 0; i < split.pkgrel.len; i++)
        if (!version_is_digit(split.pkgrel.data[i]) && split.pkgrel.data[i] != '.')
            return false;
    return true;
}

const struct version_scheme version_scheme_alpm = {
    .name = "alpm",
    .help = N_("Arch Linux packages (pacman's vercmp(8))"),
    .compare = alpm_compare,
    .valid = alpm_valid,
};
