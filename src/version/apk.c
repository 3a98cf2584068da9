/* Alpine versions: number{.number}[letter]{_suffix[number]}[~hash][-rnumber], ordered as apk-tools
 * 3 does (apk-package(5)).
 *
 * Two versions are compared token by token. Where their next tokens are of different kinds, the
 * kind decides, in the order of enum apk_token. What can't be read is a token too, the last of a
 * version; two of them at the same place are ordered by their bytes, so that the order is total. */
#include "base/i18n.h"
#include "base/mem.h"
#include "version/text.h"
#include "version/version.h"

/* From the least to the greatest, for the same beginning: "1_rc" < "1?" < "1" < "1-r0" < "1~ab" <
 * "1_p" < "1a" < "1.0". A number behind a suffix stands where it is compared with the end, a
 * further suffix, a hash or a revision. */
enum apk_token {
    APK_PRE_SUFFIX,
    APK_INVALID,
    APK_END,
    APK_REVISION,
    APK_HASH,
    APK_SUFFIX_NUMBER,
    APK_POST_SUFFIX,
    APK_LETTER,
    APK_NUMBER,
    APK_FIRST_NUMBER,
};

struct apk_state {
    enum apk_token token;
    struct str text; /* of the token; of an invalid one, all that is left */
    struct str rest;
    int rank; /* of a suffix */
};

static const struct {
    const char *name;
    enum apk_token token;
} apk_suffixes[] = {
    {"alpha", APK_PRE_SUFFIX}, {"beta", APK_PRE_SUFFIX}, {"pre", APK_PRE_SUFFIX},
    {"rc", APK_PRE_SUFFIX},    {"cvs", APK_POST_SUFFIX}, {"svn", APK_POST_SUFFIX},
    {"git", APK_POST_SUFFIX},  {"hg", APK_POST_SUFFIX},  {"p", APK_POST_SUFFIX},
};

static void apk_set_invalid(struct apk_state *state, struct str from)
{
    state->token = APK_INVALID;
    state->text = from;
}

static void apk_take_number(struct apk_state *state, enum apk_token token, size_t skip)
{
    struct str from = state->rest;
    state->rest = str_from(state->rest, skip);
    state->text = version_take_digits(&state->rest);
    state->token = token;
    if (!state->text.len)
        apk_set_invalid(state, from);
}

static void apk_take_suffix(struct apk_state *state)
{
    struct str from = state->rest, word = str_from(from, 1);
    size_t n = 0;
    while (n < word.len && version_is_lower(word.data[n]))
        n++;
    state->text = str_first(word, n);
    state->rest = str_from(word, n);
    for (size_t i = 0; i < ARRAY_LEN(apk_suffixes); i++)
        if (str_is(state->text, apk_suffixes[i].name)) {
            state->token = apk_suffixes[i].token;
            state->rank = (int)i;
            return;
        }
    apk_set_invalid(state, from);
}

static bool apk_is_hex(char c)
{
    return version_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static void apk_take_hash(struct apk_state *state)
{
    struct str from = state->rest, hash = str_from(from, 1);
    size_t n = 0;
    while (n < hash.len && apk_is_hex(hash.data[n]))
        n++;
    state->token = APK_HASH;
    state->text = str_first(hash, n);
    state->rest = str_from(hash, n);
    if (!n)
        apk_set_invalid(state, from);
}

static bool apk_is_suffix(enum apk_token token)
{
    return token == APK_PRE_SUFFIX || token == APK_POST_SUFFIX;
}

/* Which token may follow which: numbers and the letter only in front, then suffixes with their
 * numbers, then the hash, then the revision. */
static void apk_next(struct apk_state *state)
{
    enum apk_token last = state->token;
    bool numbers = last == APK_FIRST_NUMBER || last == APK_NUMBER;
    bool suffixes =
        numbers || last == APK_LETTER || apk_is_suffix(last) || last == APK_SUFFIX_NUMBER;
    char c = state->rest.len ? state->rest.data[0] : '\0';

    if (!state->rest.len) {
        state->token = APK_END;
        state->text = STR_NONE;
    } else if (version_is_lower(c) && numbers) {
        state->token = APK_LETTER;
        state->text = str_first(state->rest, 1);
        state->rest = str_from(state->rest, 1);
    } else if (c == '.' && numbers) {
        apk_take_number(state, APK_NUMBER, 1);
    } else if (version_is_digit(c) && apk_is_suffix(last)) {
        apk_take_number(state, APK_SUFFIX_NUMBER, 0);
    } else if (c == '_' && suffixes) {
        apk_take_suffix(state);
    } else if (c == '~' && suffixes) {
        apk_take_hash(state);
    } else if (str_starts(state->rest, STR("-r")) && last != APK_REVISION) {
        apk_take_number(state, APK_REVISION, 2);
    } else {
        apk_set_invalid(state, state->rest);
    }
}

static struct apk_state apk_first(struct str version)
{
    struct apk_state state = {.rest = version};
    apk_take_number(&state, APK_FIRST_NUMBER, 0);
    return state;
}

static int apk_compare_token(const struct apk_state *a, const struct apk_state *b)
{
    switch (a->token) {
    case APK_FIRST_NUMBER:
    case APK_SUFFIX_NUMBER:
    case APK_REVISION:
        return version_compare_digits(a->text, b->text);
    case APK_NUMBER:
        /* Behind the first, digits with a leading zero are a fraction: "1.05" < "1.1" < "1.10". */
        if (a->text.data[0] != '0' && b->text.data[0] != '0')
            return version_compare_digits(a->text, b->text);
        return str_compare(a->text, b->text);
    case APK_PRE_SUFFIX:
    case APK_POST_SUFFIX:
        return a->rank - b->rank;
    case APK_INVALID:
    case APK_HASH:
    case APK_LETTER:
        return str_compare(a->text, b->text);
    case APK_END:
        break;
    }
    return 0;
}

static int apk_compare(struct str a, struct str b)
{
    struct apk_state left = apk_first(a), right = apk_first(b);
    for (;; apk_next(&left), apk_next(&right)) {
        int order = left.token == right.token ? apk_compare_token(&left, &right)
                                              : (int)left.token - (int)right.token;
        if (order)
            return order < 0 ? -1 : 1;
        if (left.token == APK_END || left.token == APK_INVALID)
            return 0;
    }
}

static bool apk_valid(struct str version)
{
    struct apk_state state = apk_first(version);
    while (state.token != APK_END && state.token != APK_INVALID)
        apk_next(&state);
    return state.token == APK_END;
}

const struct version_scheme version_scheme_apk = {
    .name = "apk",
    .help = N_("Alpine, Wolfi and Chainguard packages (apk-tools 3)"),
    .compare = apk_compare,
    .valid = apk_valid,
};
