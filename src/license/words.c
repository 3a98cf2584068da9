#include "license/words.h"

#include "base/hash.h"
#include "base/mem.h"

enum class { CLASS_OTHER, CLASS_LETTER, CLASS_DIGIT };

static enum class class_of(char c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return CLASS_LETTER;
    return c >= '0' && c <= '9' ? CLASS_DIGIT : CLASS_OTHER;
}

static uint64_t hash_of(struct str word)
{
    char lower[32];
    size_t len = word.len < sizeof(lower) ? word.len : sizeof(lower);
    for (size_t i = 0; i < len; i++)
        lower[i] =
            (char)(word.data[i] >= 'A' && word.data[i] <= 'Z' ? word.data[i] + 32 : word.data[i]);
    return word.len <= sizeof(lower) ? hash_xxh3(lower, len) : hash_str(word);
}

static bool is_word(struct str word, const char *name)
{
    if (word.len != strlen(name))
        return false;
    for (size_t i = 0; i < word.len; i++)
        if ((word.data[i] | 0x20) != name[i])
            return false;
    return true;
}

static enum license_word_kind kind_of(struct str word)
{
    static const struct {
        const char *name;
        enum license_word_kind kind;
    } table[] = {
        {"and", WORD_AND},         {"or", WORD_OR},           {"with", WORD_WITH},
        {"w", WORD_WITH},          {"the", WORD_NOISE},       {"license", WORD_NOISE},
        {"licence", WORD_NOISE},   {"licenses", WORD_NOISE},  {"licences", WORD_NOISE},
        {"licensed", WORD_NOISE},  {"under", WORD_NOISE},     {"version", WORD_NOISE},
        {"ver", WORD_NOISE},       {"v", WORD_NOISE},         {"gnu", WORD_NOISE},
        {"exception", WORD_NOISE}, {"exceptions", WORD_NAME},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (is_word(word, table[i].name))
            return table[i].kind;
    return WORD_NAME;
}

static enum license_word_kind kind_of_byte(char c)
{
    switch (c) {
    case '(':
    case '[':
        return WORD_OPEN;
    case ')':
    case ']':
        return WORD_CLOSE;
    case '&':
        return WORD_AND;
    case '|':
        return WORD_OR;
    case ',':
    case ';':
        return WORD_COMMA;
    case '/':
        return WORD_SLASH;
    case '+':
    case '>':
    case '=':
    case '<':
    case '~':
        return WORD_NAME;
    default:
        return WORD_NOISE;
    }
}

/* A number is digits and the dots between them; ".0" at its end says nothing. */
static struct str number_at(struct str text, size_t at)
{
    size_t end = at;
    while (end < text.len && (class_of(text.data[end]) == CLASS_DIGIT ||
                              (text.data[end] == '.' && end + 1 < text.len &&
                               class_of(text.data[end + 1]) == CLASS_DIGIT)))
        end++;
    return str_make(text.data + at, end - at);
}

static uint64_t hash_of_number(struct str number)
{
    while (number.len > 2 && str_ends(number, STR(".0")))
        number.len -= 2;
    return hash_xxh3(number.data, number.len);
}

/* "gplv" of "gplv2" is "gpl". */
static struct str without_v(struct str text, struct str word)
{
    size_t end = (size_t)(word.data - text.data) + word.len;
    if (word.len > 2 && (word.data[word.len - 1] | 0x20) == 'v' && end < text.len &&
        class_of(text.data[end]) == CLASS_DIGIT)
        word.len--;
    return word;
}

/* One word that begins at `at`; where it ends. */
static size_t take(struct str text, size_t at, struct license_words_word *ret_word)
{
    struct license_words_word word = {.start = at};
    enum class class = class_of(text.data[at]);
    if (class == CLASS_DIGIT) {
        struct str number = number_at(text, at);
        word.hash = hash_of_number(number);
        at += number.len;
    } else if (class == CLASS_LETTER) {
        size_t end = at;
        while (end < text.len && class_of(text.data[end]) == CLASS_LETTER)
            end++;
        struct str letters = str_make(text.data + at, end - at);
        word.kind = kind_of(letters);
        word.hash = hash_of(without_v(text, letters));
        at = end;
    } else {
        word.kind = kind_of_byte(text.data[at]);
        word.hash = hash_xxh3(text.data + at, 1);
        at++;
        while (at < text.len && text.data[at] == text.data[at - 1] &&
               (word.kind == WORD_AND || word.kind == WORD_OR || word.kind == WORD_NAME))
            at++; /* "||" and "==" */
    }
    word.end = at;
    *ret_word = word;
    return at;
}

size_t license_words(struct str text, struct license_words_word words[LICENSE_WORDS_MAX])
{
    size_t count = 0;
    for (size_t at = 0; at < text.len;) {
        struct license_words_word word;
        at = take(text, at, &word);
        if (word.kind == WORD_NOISE && class_of(text.data[word.start]) == CLASS_OTHER)
            continue;
        if (count == LICENSE_WORDS_MAX)
            return LICENSE_WORDS_MAX + 1;
        words[count++] = word;
    }
    return count;
}

uint64_t license_words_key(const struct license_words_word *words, size_t count)
{
    uint64_t key = 0;
    for (size_t i = 0; i < count; i++)
        if (words[i].kind == WORD_NAME || words[i].kind == WORD_AND || words[i].kind == WORD_OR ||
            words[i].kind == WORD_WITH)
            key = (key ^ words[i].hash) * 0x9e3779b97f4a7c15ULL + (key >> 29) + 1;
    return key;
}
