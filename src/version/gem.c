/* RubyGems, as Gem::Version of RubyGems 4 orders them: a row of numbers and words, filled with
 * zeros; words before numbers. Zeros in front of the first word count for nothing. "-" is "."
 * before an identifier that has a letter, else ".pre."; a "pre" in front of another word is none.
 */
#include "base/i18n.h"
#include "version/text.h"
#include "version/version.h"

struct gem_segment {
    bool is_word;
    struct str text; /* empty digits: zero */
};

struct gem_reader {
    struct str rest;
    bool dropped;         /* zeros before a word: only the first of such places */
    const char *kept_end; /* zeros before this place are known to have no word behind them */
};

/* At '-': whether ".pre." is meant, which is so when no letter follows before the next '.' or '-'.
 */
static bool gem_is_numeric_suffix(struct str text)
{
    for (size_t i = 0; i < text.len && text.data[i] != '.' && text.data[i] != '-'; i++)
        if (version_is_alpha(text.data[i]))
            return false;
    return true;
}

static bool gem_take(struct gem_reader *reader, struct gem_segment *ret_segment)
{
    struct str rest = reader->rest;
    while (rest.len && !version_is_digit(rest.data[0]) && !version_is_alpha(rest.data[0])) {
        bool hyphen = rest.data[0] == '-';
        rest = str_from(rest, 1);
        if (hyphen && gem_is_numeric_suffix(rest)) {
            reader->rest = rest;
            *ret_segment = (struct gem_segment){.is_word = true, .text = STR("pre")};
            return true;
        }
    }
    reader->rest = rest;
    if (!rest.len)
        return false;
    ret_segment->is_word = version_is_alpha(rest.data[0]);
    if (!ret_segment->is_word) {
        ret_segment->text = version_take_digits(&reader->rest);
        return true;
    }
    size_t n = 0;
    while (n < rest.len && version_is_alpha(rest.data[n]))
        n++;
    ret_segment->text = str_first(rest, n);
    reader->rest = str_from(rest, n);
    return true;
}

/* A word that is "pre" and has another word behind it is left out. */
static bool gem_take_word(struct gem_reader *reader, struct gem_segment *segment)
{
    if (!gem_take(reader, segment))
        return false;
    while (segment->is_word && str_is(segment->text, "pre")) {
        struct gem_reader ahead = *reader;
        struct gem_segment next;
        if (!gem_take(&ahead, &next) || !next.is_word)
            break;
        *reader = ahead;
        *segment = next;
    }
    return true;
}

static bool gem_is_zero(const struct gem_segment *segment)
{
    return !segment->is_word && version_compare_digits(segment->text, STR_NONE) == 0;
}

static struct gem_segment gem_next(struct gem_reader *reader)
{
    struct gem_segment segment = {.is_word = false}, next;
    if (!gem_take_word(reader, &segment))
        return (struct gem_segment){.is_word = false};
    if (reader->dropped || !gem_is_zero(&segment) || segment.text.data < reader->kept_end)
        return segment;
    struct gem_reader ahead = *reader;
    while (gem_take_word(&ahead, &next)) {
        if (next.is_word) {
            *reader = ahead;
            reader->dropped = true;
            return next;
        }
        if (!gem_is_zero(&next))
            break;
    }
    reader->kept_end = ahead.rest.data;
    return segment;
}

static int gem_compare(struct str a, struct str b)
{
    struct gem_reader left = {.rest = a, .kept_end = a.data};
    struct gem_reader right = {.rest = b, .kept_end = b.data};
    for (;;) {
        struct gem_segment x = gem_next(&left), y = gem_next(&right);
        if (x.is_word != y.is_word)
            return x.is_word ? -1 : 1;
        int order =
            x.is_word ? str_compare(x.text, y.text) : version_compare_digits(x.text, y.text);
        if (order)
            return order < 0 ? -1 : 1;
        if (!x.text.len && !y.text.len)
            return 0;
    }
}

/* [0-9]+(.[0-9a-zA-Z]+)*(-[0-9A-Za-z-]+(.[0-9A-Za-z-]+)*)? with blanks around it. */
static bool gem_valid(struct str text)
{
    text = str_trim(text);
    bool hyphen = false;
    struct str rest = text;
    if (!version_take_digits(&rest).len)
        return false;
    for (size_t i = text.len - rest.len; i < text.len; i++) {
        char c = text.data[i];
        bool first = i == text.len - rest.len;
        if (c == '-') {
            hyphen = true;
        } else if (c == '.') {
            first = false;
        } else if (!version_is_digit(c) && !version_is_alpha(c)) {
            return false;
        }
        if (first && c != '-')
            return false;
        bool ends = i + 1 == text.len;
        if (c == '.' && (ends || text.data[i + 1] == '.' || (!hyphen && text.data[i + 1] == '-')))
            return false;
        if (c == '-' && ends && str_index(text, '-') == i)
            return false;
    }
    return true;
}

const struct version_scheme version_scheme_gem = {
    .name = "gem",
    .help = N_("Ruby gems (Gem::Version of RubyGems)"),
    .compare = gem_compare,
    .valid = gem_valid,
};
