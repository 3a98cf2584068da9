/* Maven versions: the version order of the POM reference, as ComparableVersion of Maven 3.9 and 4
 * reads it.
 *
 * A version is a row of items: numbers that follow a dot, numbers that follow a hyphen, and
 * qualifiers, which may have a number right behind them ("rc1" and "rc-1"). Letters next to digits
 * are as good as apart by a hyphen. Zeros before a qualifier and at the end count for nothing. Two
 * rows are compared item by item, the shorter one filled with releases without end.
 * ComparableVersion itself is no order where lists of different depth meet; a row is one for all
 * texts. */
#include "base/i18n.h"
#include "base/mem.h"
#include "version/text.h"
#include "version/version.h"

/* From the least to the greatest. */
enum maven_kind {
    MAVEN_ALPHA,
    MAVEN_BETA,
    MAVEN_MILESTONE,
    MAVEN_RC,
    MAVEN_SNAPSHOT,
    MAVEN_RELEASE, /* the end, "ga", "final", "release" */
    MAVEN_SP,
    MAVEN_QUALIFIER, /* any other, by its text */
    MAVEN_HYPHEN_NUMBER,
    MAVEN_DOT_NUMBER,
};

static const struct {
    const char *name;
    enum maven_kind kind;
} maven_qualifiers[] = {
    {"alpha", MAVEN_ALPHA}, {"beta", MAVEN_BETA},     {"milestone", MAVEN_MILESTONE},
    {"rc", MAVEN_RC},       {"cr", MAVEN_RC},         {"snapshot", MAVEN_SNAPSHOT},
    {"ga", MAVEN_RELEASE},  {"final", MAVEN_RELEASE}, {"release", MAVEN_RELEASE},
    {"sp", MAVEN_SP},
};

struct maven_item {
    enum maven_kind kind;
    struct str text;   /* of a qualifier that has no place of its own */
    struct str digits; /* a number, or what stands right behind a qualifier */
    bool has_digits;
};

struct maven_reader {
    struct str rest;
    bool hyphen;          /* the next item follows a hyphen, or a change of letters and digits */
    const char *kept_end; /* zeros before this place are no trailing ones */
};

/* The lower case of the letters that have two bytes in UTF-8 and a fixed distance to it: Latin-1,
 * Greek, Cyrillic. Bytes come in turn; `before` is the one before. */
static unsigned char maven_lower(unsigned char before, unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return (unsigned char)(c + 0x20);
    if (before == 0xc3 && c >= 0x80 && c <= 0x9e && c != 0x97)
        return (unsigned char)(c + 0x20);
    return c;
}

/* Greek and Cyrillic capitals change their first byte too. */
static unsigned char maven_lower_lead(unsigned char c, unsigned char next)
{
    if (c == 0xce && next >= 0xa0 && next <= 0xa9)
        return 0xcf;
    if (c == 0xd0 && next >= 0xa0 && next <= 0xaf)
        return 0xd1;
    return c;
}

static unsigned char maven_lower_tail(unsigned char before, unsigned char c)
{
    if (before == 0xce && c >= 0x91 && c <= 0x9f)
        return (unsigned char)(c + 0x20);
    if (before == 0xce && c >= 0xa0 && c <= 0xa9)
        return (unsigned char)(c - 0x20);
    if (before == 0xd0 && c >= 0x90 && c <= 0x9f)
        return (unsigned char)(c + 0x20);
    if (before == 0xd0 && c >= 0xa0 && c <= 0xaf)
        return (unsigned char)(c - 0x20);
    return maven_lower(before, c);
}

static unsigned char maven_byte(struct str text, size_t i)
{
    unsigned char c = (unsigned char)text.data[i];
    unsigned char before = i ? (unsigned char)text.data[i - 1] : 0;
    unsigned char next = i + 1 < text.len ? (unsigned char)text.data[i + 1] : 0;
    return c >= 0xc0 ? maven_lower_lead(c, next) : maven_lower_tail(before, c);
}

static int maven_compare_text(struct str a, struct str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        unsigned char left = maven_byte(a, i), right = maven_byte(b, i);
        if (left != right)
            return left < right ? -1 : 1;
    }
    return (a.len > b.len) - (a.len < b.len);
}

static void maven_set_qualifier(struct maven_item *item)
{
    if (item->has_digits && item->text.len == 1) {
        switch (maven_lower(0, (unsigned char)item->text.data[0])) {
        case 'a':
            item->kind = MAVEN_ALPHA;
            return;
        case 'b':
            item->kind = MAVEN_BETA;
            return;
        case 'm':
            item->kind = MAVEN_MILESTONE;
            return;
        default:
            break;
        }
    }
    item->kind = MAVEN_QUALIFIER;
    for (size_t i = 0; i < ARRAY_LEN(maven_qualifiers); i++)
        if (maven_compare_text(item->text, str_of(maven_qualifiers[i].name)) == 0)
            item->kind = maven_qualifiers[i].kind;
}

static bool maven_is_separator(char c)
{
    return c == '.' || c == '-';
}

/* Moves behind the separator that ends an item; letters next to digits need none. */
static void maven_end_item(struct maven_reader *reader)
{
    reader->hyphen = true;
    if (reader->rest.len && maven_is_separator(reader->rest.data[0])) {
        reader->hyphen = reader->rest.data[0] == '-';
        reader->rest = str_from(reader->rest, 1);
    }
}

static void maven_take_qualifier(struct maven_reader *reader, struct maven_item *item)
{
    struct str rest = reader->rest;
    size_t n = 0;
    while (n < rest.len && !maven_is_separator(rest.data[n]) && !version_is_digit(rest.data[n]))
        n++;
    item->text = str_first(rest, n);
    rest = str_from(rest, n);
    bool hyphen = rest.len > 1 && rest.data[0] == '-' && version_is_digit(rest.data[1]);
    struct str behind = hyphen ? str_from(rest, 1) : rest;
    item->digits = version_take_digits(&behind);
    if (hyphen && version_compare_digits(item->digits, STR_NONE) == 0)
        item->digits = STR_NONE; /* "x-0.1" is 'x' and 0.1, "x-1.1" is x1 and 1 */
    else
        rest = behind;
    item->has_digits = item->digits.len > 0;
    reader->rest = rest;
    maven_set_qualifier(item);
    if (item->kind == MAVEN_RELEASE && item->has_digits)
        item->kind = MAVEN_HYPHEN_NUMBER; /* "1-ga-1" is "1-1" */
}

static struct maven_item maven_take(struct maven_reader *reader)
{
    struct maven_item item = {.kind = MAVEN_RELEASE};
    struct str rest = reader->rest;
    if (!rest.len)
        return item;
    if (version_is_digit(rest.data[0]) || maven_is_separator(rest.data[0])) {
        item.kind = reader->hyphen ? MAVEN_HYPHEN_NUMBER : MAVEN_DOT_NUMBER;
        item.digits = version_take_digits(&reader->rest);
    } else {
        maven_take_qualifier(reader, &item);
    }
    maven_end_item(reader);
    return item;
}

static bool maven_is_zero(const struct maven_item *item)
{
    return item->kind >= MAVEN_HYPHEN_NUMBER && version_compare_digits(item->digits, STR_NONE) == 0;
}

/* The next item. Zeros that a number follows are items, all of them; others are left out. */
static struct maven_item maven_next(struct maven_reader *reader)
{
    const char *start = reader->rest.data;
    struct maven_item item = maven_take(reader);
    if (!maven_is_zero(&item) || start < reader->kept_end)
        return item;
    struct maven_reader ahead = *reader;
    struct maven_item next;
    const char *next_start;
    do {
        next_start = ahead.rest.data;
        next = maven_take(&ahead);
    } while (maven_is_zero(&next) && ahead.rest.len);
    if (next.kind >= MAVEN_HYPHEN_NUMBER && !maven_is_zero(&next)) {
        reader->kept_end = next_start;
        return item;
    }
    if (maven_is_zero(&next))
        next = (struct maven_item){.kind = MAVEN_RELEASE};
    *reader = ahead;
    return next;
}

static int maven_compare_items(const struct maven_item *a, const struct maven_item *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->kind == MAVEN_QUALIFIER) {
        int order = maven_compare_text(a->text, b->text);
        if (order)
            return order;
    }
    if (a->kind < MAVEN_HYPHEN_NUMBER && a->has_digits != b->has_digits)
        return a->has_digits ? 1 : -1; /* "rc" is before "rc0" */
    return version_compare_digits(a->digits, b->digits);
}

static int maven_compare(struct str a, struct str b)
{
    struct maven_reader left = {.rest = a, .kept_end = a.data};
    struct maven_reader right = {.rest = b, .kept_end = b.data};
    for (;;) {
        bool ended = !left.rest.len && !right.rest.len;
        struct maven_item x = maven_next(&left), y = maven_next(&right);
        int order = maven_compare_items(&x, &y);
        if (order || ended)
            return order;
    }
}

const struct version_scheme version_scheme_maven = {
    .name = "maven",
    .help = N_("Maven artifacts (POM reference, ComparableVersion of Maven 3.9)"),
    .compare = maven_compare,
};
