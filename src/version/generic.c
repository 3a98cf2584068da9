/* Programs that belong to no ecosystem, for ranges such as NVD's.
 *
 * Numbers and words are the parts of a version; all else only keeps them apart. A leading 'v'
 * before a digit counts for nothing, nor do "final", "release", "ga" and "stable". At the first
 * part that differs, from the least to the greatest: pre-releases (dev, snapshot, alpha, beta,
 * milestone, preview, pre, rc), the end, patch levels and other words by their letters without
 * regard to case, numbers. So 1.0-rc1 < 1.0 < 1.0a < 1.0-p1 < 1.0.0 < 1.0.1: a missing number is no
 * zero. "p", "pl" and "patch" are one word and follow single letters ("1.1.1k"). 'a', 'b' and 'm'
 * right before a digit are alpha, beta and milestone ("1.0b2"); "c1" and "k1" are letters. */
#include "base/i18n.h"
#include "base/mem.h"
#include "version/text.h"
#include "version/version.h"

enum generic_kind {
    GENERIC_DEV,
    GENERIC_SNAPSHOT,
    GENERIC_ALPHA,
    GENERIC_BETA,
    GENERIC_MILESTONE,
    GENERIC_PREVIEW,
    GENERIC_PRE,
    GENERIC_RC,
    GENERIC_END,
    GENERIC_WORD,
    GENERIC_PATCH,
    GENERIC_NUMBER,
    GENERIC_NOTHING, /* left out */
};

static const struct {
    const char *name;
    enum generic_kind kind;
} generic_words[] = {
    {"dev", GENERIC_DEV},
    {"devel", GENERIC_DEV},
    {"snapshot", GENERIC_SNAPSHOT},
    {"nightly", GENERIC_SNAPSHOT},
    {"alpha", GENERIC_ALPHA},
    {"beta", GENERIC_BETA},
    {"milestone", GENERIC_MILESTONE},
    {"preview", GENERIC_PREVIEW},
    {"pre", GENERIC_PRE},
    {"prerelease", GENERIC_PRE},
    {"rc", GENERIC_RC},
    {"cr", GENERIC_RC},
    {"p", GENERIC_PATCH},
    {"pl", GENERIC_PATCH},
    {"patch", GENERIC_PATCH},
    {"final", GENERIC_NOTHING},
    {"release", GENERIC_NOTHING},
    {"ga", GENERIC_NOTHING},
    {"stable", GENERIC_NOTHING},
};

struct generic_part {
    enum generic_kind kind;
    struct str text; /* of a number or a word without a place of its own */
};

static char generic_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int generic_compare_words(struct str a, struct str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        unsigned char left = (unsigned char)generic_lower(a.data[i]);
        unsigned char right = (unsigned char)generic_lower(b.data[i]);
        if (left != right)
            return left < right ? -1 : 1;
    }
    return (a.len > b.len) - (a.len < b.len);
}

static enum generic_kind generic_kind_of(struct str word, bool before_digit)
{
    char c = generic_lower(word.data[0]);
    if (word.len == 1 && before_digit && (c == 'a' || c == 'b' || c == 'm'))
        return c == 'a' ? GENERIC_ALPHA : c == 'b' ? GENERIC_BETA : GENERIC_MILESTONE;
    for (size_t i = 0; i < ARRAY_LEN(generic_words); i++)
        if (generic_compare_words(word, str_of(generic_words[i].name)) == 0)
            return generic_words[i].kind;
    return GENERIC_WORD;
}

static struct generic_part generic_take(struct str *rest)
{
    struct generic_part part = {.kind = GENERIC_END};
    while (rest->len && !version_is_digit(rest->data[0]) && !version_is_alpha(rest->data[0]))
        *rest = str_from(*rest, 1);
    if (!rest->len)
        return part;
    if (version_is_digit(rest->data[0])) {
        part.kind = GENERIC_NUMBER;
        part.text = version_take_digits(rest);
        return part;
    }
    size_t n = 0;
    while (n < rest->len && version_is_alpha(rest->data[n]))
        n++;
    struct str word = str_first(*rest, n);
    *rest = str_from(*rest, n);
    part.kind = generic_kind_of(word, rest->len && version_is_digit(rest->data[0]));
    if (part.kind == GENERIC_WORD)
        part.text = word;
    return part;
}

static struct generic_part generic_next(struct str *rest)
{
    struct generic_part part;
    do
        part = generic_take(rest);
    while (part.kind == GENERIC_NOTHING);
    return part;
}

static struct str generic_skip_prefix(struct str text)
{
    text = str_trim(text);
    bool prefix =
        text.len > 1 && generic_lower(text.data[0]) == 'v' && version_is_digit(text.data[1]);
    return prefix ? str_from(text, 1) : text;
}

static int generic_compare(struct str a, struct str b)
{
    a = generic_skip_prefix(a);
    b = generic_skip_prefix(b);
    for (;;) {
        struct generic_part left = generic_next(&a), right = generic_next(&b);
        if (left.kind != right.kind)
            return left.kind < right.kind ? -1 : 1;
        if (left.kind == GENERIC_END)
            return 0;
        int order = left.kind == GENERIC_NUMBER ? version_compare_digits(left.text, right.text)
                                                : generic_compare_words(left.text, right.text);
        if (order)
            return order;
    }
}

static bool generic_valid(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (version_is_digit(text.data[i]))
            return true;
    return false;
}

const struct version_scheme version_scheme_generic = {
    .name = "generic",
    .help = N_("programs of no ecosystem (numbers, words before and behind a release)"),
    .compare = generic_compare,
    .valid = generic_valid,
};
