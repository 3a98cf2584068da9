/* Debian versions: [epoch:]upstream[-revision]. Debian Policy 5.6.12, as dpkg 1.21 orders them. */
#include <limits.h>

#include "base/i18n.h"
#include "version/text.h"
#include "version/version.h"

struct deb_version {
    struct str epoch; /* digits; empty: 0 */
    struct str upstream;
    struct str revision; /* empty: the same as "0" */
};

/* dpkg takes blanks around a version for nothing. What stands before ':' and is no number makes a
 * version invalid there; here it is the upstream version's, so that every pair has an order. */
static struct deb_version deb_split(struct str text)
{
    struct deb_version version = {.epoch = STR_NONE};
    struct str rest = str_trim(text);
    struct str digits = version_take_digits(&rest);
    if (digits.len && rest.len && rest.data[0] == ':') {
        version.epoch = digits;
        version.upstream = str_from(rest, 1);
    } else {
        version.upstream = str_trim(text);
    }
    size_t dash = str_last_index(version.upstream, '-');
    if (dash != SIZE_MAX) {
        version.revision = str_from(version.upstream, dash + 1);
        version.upstream = str_first(version.upstream, dash);
    }
    return version;
}

/* Policy: letters before everything else that is no digit, '~' before all, even before the end.
 * Digits and the end are 0: a part of other bytes ends there. */
static int deb_weight(struct str text)
{
    if (!text.len || version_is_digit(text.data[0]))
        return 0;
    if (text.data[0] == '~')
        return -1;
    if (version_is_alpha(text.data[0]))
        return (unsigned char)text.data[0];
    return (unsigned char)text.data[0] + 256;
}

static int deb_compare_part(struct str a, struct str b)
{
    while (a.len || b.len) {
        int left = deb_weight(a), right = deb_weight(b);
        if (left != right)
            return left < right ? -1 : 1;
        if (left) {
            a = str_from(a, 1);
            b = str_from(b, 1);
            continue;
        }
        struct str left_digits = version_take_digits(&a);
        struct str right_digits = version_take_digits(&b);
        int order = version_compare_digits(left_digits, right_digits);
        if (order)
            return order;
    }
    return 0;
}

static int deb_compare(struct str a, struct str b)
{
    struct deb_version left = deb_split(a), right = deb_split(b);
    int order = version_compare_digits(left.epoch, right.epoch);
    if (!order)
        order = deb_compare_part(left.upstream, right.upstream);
    if (!order)
        order = deb_compare_part(left.revision, right.revision);
    return order;
}

static bool deb_bytes_are(struct str text, const char *others)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (!version_is_digit(c) && !version_is_alpha(c) && (!c || !strchr(others, c)))
            return false;
    }
    return true;
}

/* The rules whose breach dpkg names for a version, warnings included. */
static bool deb_valid(struct str text)
{
    struct str whole = str_trim(text);
    size_t colon = str_index(whole, ':');
    struct deb_version version = deb_split(whole);
    if (colon != SIZE_MAX) {
        uint64_t epoch;
        if (!str_to_u64(str_first(whole, colon), &epoch) || epoch > INT_MAX)
            return false;
    }
    return version.upstream.len && version_is_digit(version.upstream.data[0]) &&
           deb_bytes_are(version.upstream, ".-+~:") && deb_bytes_are(version.revision, ".+~") &&
           (version.revision.len || whole.data[whole.len - 1] != '-');
}

const struct version_scheme version_scheme_deb = {
    .name = "deb",
    .help = N_("Debian and Ubuntu packages (Debian Policy 5.6.12)"),
    .compare = deb_compare,
    .valid = deb_valid,
};
