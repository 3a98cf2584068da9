/* Composer packages: normal form and order of composer/semver 3.
 *
 * One to four numbers (the missing ones are zero), then stable, alpha, beta, RC or patch with its
 * numbers, then "-dev". "1.x-dev" is a branch past all of 1. Dates have as many numbers as are
 * written. "dev-NAME" has no order in Composer but stands before all numbers; here by its name.
 * What has no normal form is ordered by its numbers and words, as PHP's version_compare() does. */
#include "base/i18n.h"
#include "base/mem.h"
#include "version/text.h"
#include "version/version.h"

/* version_compare()'s ranks; unknown words stand before all, ordered by their bytes. */
enum composer_rank {
    COMPOSER_UNKNOWN,
    COMPOSER_DEV,
    COMPOSER_ALPHA,
    COMPOSER_BETA,
    COMPOSER_RC,
    COMPOSER_END,
    COMPOSER_NUMBER,
    COMPOSER_PATCH,
};

static const struct {
    const char *name;
    enum composer_rank rank;
} composer_words[] = {
    {"stable", COMPOSER_END}, {"dev", COMPOSER_DEV},     {"alpha", COMPOSER_ALPHA},
    {"a", COMPOSER_ALPHA},    {"beta", COMPOSER_BETA},   {"b", COMPOSER_BETA},
    {"rc", COMPOSER_RC},      {"patch", COMPOSER_PATCH}, {"pl", COMPOSER_PATCH},
    {"p", COMPOSER_PATCH},
};

struct composer_token {
    enum composer_rank rank;
    struct str text; /* of a number or an unknown word */
};

struct composer_reader {
    struct str rest;
    unsigned zeros; /* numbers that are missing to four */
    bool branch;    /* and are past all numbers: "1.x-dev" */
    bool numbers;   /* still among the first numbers */
};

static char composer_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool composer_is(struct str text, const char *word)
{
    for (size_t i = 0; i < text.len; i++)
        if (!word[i] || composer_lower(text.data[i]) != word[i])
            return false;
    return !word[text.len];
}

static enum composer_rank composer_rank_of(struct str word)
{
    for (size_t i = 0; i < ARRAY_LEN(composer_words); i++)
        if (composer_is(word, composer_words[i].name))
            return composer_words[i].rank;
    return COMPOSER_UNKNOWN;
}

static struct str composer_take_word(struct str *rest)
{
    size_t n = 0;
    while (n < rest->len && version_is_alpha(rest->data[n]))
        n++;
    struct str word = str_first(*rest, n);
    *rest = str_from(*rest, n);
    return word;
}

static void composer_skip(struct str *rest, const char *separators)
{
    if (rest->len && rest->data[0] && strchr(separators, rest->data[0]))
        *rest = str_from(*rest, 1);
}

/* [._-]?word numbers [.-]?dev, or nothing: what may follow the numbers of a normal version. */
static bool composer_is_modifier(struct str text)
{
    struct str rest = text;
    composer_skip(&rest, "._-");
    struct str word = composer_take_word(&rest);
    size_t n = word.len;
    if (n > 3 && composer_is(str_from(word, n - 3), "dev")) /* "RCdev", "stabledev" */
        word = str_first(word, n - 3);
    enum composer_rank rank = composer_rank_of(word);
    if (rank != COMPOSER_DEV && word.len) {
        if (rank == COMPOSER_UNKNOWN)
            return false;
        for (;;) {
            struct str ahead = rest;
            composer_skip(&ahead, ".-");
            if (!version_take_digits(&ahead).len)
                break;
            rest = ahead;
        }
        composer_skip(&rest, ".-");
        word = composer_take_word(&rest);
        return !rest.len && (!word.len || composer_is(word, "dev")) &&
               (word.len || !text.len || !strchr(".-_", text.data[text.len - 1]));
    }
    return !rest.len && (word.len || !text.len);
}

/* The first numbers, at most four; false when they are none of a normal version. */
static bool composer_count_numbers(struct str text, unsigned *ret_count, struct str *ret_rest)
{
    struct str rest = text;
    *ret_count = 1;
    size_t digits = version_take_digits(&rest).len;
    if (!digits || digits > 5)
        return false;
    while (*ret_count < 4 && rest.len > 1 && rest.data[0] == '.' &&
           version_is_digit(rest.data[1])) {
        rest = str_from(rest, 1);
        version_take_digits(&rest);
        (*ret_count)++;
    }
    *ret_rest = rest;
    return true;
}

/* ".x", ".*" up to four parts, then "-dev" or the end. */
static bool composer_is_branch(struct str rest, unsigned count)
{
    bool any = false;
    while (count < 4 && rest.len > 1 && rest.data[0] == '.' &&
           (rest.data[1] == 'x' || rest.data[1] == 'X' || rest.data[1] == '*')) {
        rest = str_from(rest, 2);
        count++;
        any = true;
    }
    composer_skip(&rest, ".-");
    return any && composer_is(rest, "dev");
}

static struct str composer_clean(struct str text)
{
    text = str_trim(text);
    size_t alias = str_find(text, STR(" as "));
    text = str_trim(str_first(text, alias));
    text = str_first(text, str_index(text, '@'));
    if (text.len > 1 && (text.data[0] == 'v' || text.data[0] == 'V') &&
        version_is_digit(text.data[1]))
        text = str_from(text, 1);
    return text.len && version_is_digit(text.data[0]) ? str_first(text, str_index(text, '+'))
                                                      : text;
}

static bool composer_is_named_branch(struct str text)
{
    return text.len > 4 && composer_is(str_first(text, 4), "dev-");
}

static struct composer_reader composer_read(struct str text)
{
    struct composer_reader reader = {.rest = text};
    unsigned count;
    struct str rest;
    if (!composer_count_numbers(text, &count, &rest))
        return reader;
    if (composer_is_modifier(rest)) {
        reader.zeros = 4 - count;
        reader.numbers = true;
    } else if (composer_is_branch(rest, count)) {
        reader.zeros = 4 - count;
        reader.numbers = reader.branch = true;
    }
    return reader;
}

/* The number that "x" stands for in a branch. */
#define COMPOSER_BRANCH_NUMBER STR("9999999")

static bool composer_is_part(char c)
{
    return version_is_digit(c) || version_is_alpha(c);
}

static struct composer_token composer_next(struct composer_reader *reader)
{
    struct composer_token token = {.rank = COMPOSER_END};
    struct str rest = reader->rest;
    if (reader->numbers && rest.len && rest.data[0] == '.' &&
        !(rest.len > 1 && version_is_digit(rest.data[1])))
        rest = str_from(rest, 1);
    if (reader->numbers && !(rest.len && (version_is_digit(rest.data[0]) || rest.data[0] == '.'))) {
        if (reader->zeros) {
            reader->zeros--;
            token.rank = COMPOSER_NUMBER;
            token.text = reader->branch ? COMPOSER_BRANCH_NUMBER : STR_NONE;
            return token;
        }
        reader->numbers = false;
        if (reader->branch) {
            reader->rest = STR("dev");
            reader->branch = false;
        }
        rest = reader->rest;
    }
    while (rest.len && !composer_is_part(rest.data[0]))
        rest = str_from(rest, 1);
    if (rest.len && version_is_digit(rest.data[0])) {
        token.rank = COMPOSER_NUMBER;
        token.text = version_take_digits(&rest);
    } else if (rest.len) {
        struct str word = composer_take_word(&rest);
        if (word.len > 3 && composer_rank_of(word) == COMPOSER_UNKNOWN &&
            composer_is(str_from(word, word.len - 3), "dev")) {
            rest = str_make(word.data + word.len - 3, rest.len + 3);
            word = str_first(word, word.len - 3);
        }
        token.rank = composer_rank_of(word);
        token.text = token.rank == COMPOSER_UNKNOWN ? word : STR_NONE;
    }
    reader->rest = rest;
    return token;
}

static int composer_compare_numbers(struct str a, struct str b)
{
    struct composer_reader left = composer_read(a), right = composer_read(b);
    for (;;) {
        struct composer_token x = composer_next(&left), y = composer_next(&right);
        if (x.rank != y.rank)
            return x.rank < y.rank ? -1 : 1;
        int order = x.rank == COMPOSER_UNKNOWN ? str_compare(x.text, y.text)
                                               : version_compare_digits(x.text, y.text);
        if (order)
            return order < 0 ? -1 : 1;
        bool x_ended = !left.rest.len && !left.numbers, y_ended = !right.rest.len && !right.numbers;
        if (x.rank == COMPOSER_END && x_ended && y_ended)
            return 0;
    }
}

static int composer_compare(struct str a, struct str b)
{
    a = composer_clean(a);
    b = composer_clean(b);
    bool left = composer_is_named_branch(a), right = composer_is_named_branch(b);
    if (left != right)
        return left ? -1 : 1;
    if (!left)
        return composer_compare_numbers(a, b);
    int order = str_compare(str_from(a, 4), str_from(b, 4));
    return (order > 0) - (order < 0);
}

/* \d{4}(?:[.:-]?\d{2}){1,6}(?:[.:-]?\d{1,3}){0,2}, told from the rest by its digits. */
static bool composer_is_date(struct str text)
{
    size_t n = 0, digits = 0;
    while (n < text.len && (version_is_digit(text.data[n]) ||
                            (n && text.data[n] && strchr(".:-", text.data[n]) &&
                             version_is_digit(text.data[n - 1]) && n + 1 < text.len &&
                             version_is_digit(text.data[n + 1]))))
        digits += version_is_digit(text.data[n++]);
    return digits >= 6 && digits <= 22 && composer_is_modifier(str_from(text, n));
}

static bool composer_valid(struct str text)
{
    text = str_trim(text);
    size_t plus = str_index(text, '+');
    size_t alias = str_find(text, STR(" as "));
    if (plus != SIZE_MAX && alias == SIZE_MAX && str_index(str_from(text, plus), ' ') != SIZE_MAX)
        return false;
    text = composer_clean(text);
    if (composer_is_named_branch(text))
        return true;
    struct composer_reader reader = composer_read(text);
    return reader.numbers || composer_is_date(text);
}

const struct version_scheme version_scheme_composer = {
    .name = "composer",
    .help = N_("PHP packages (composer/semver)"),
    .compare = composer_compare,
    .valid = composer_valid,
};
