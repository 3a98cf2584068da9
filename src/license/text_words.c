#include "license/text_words.h"

#include "base/mem.h"

enum {
    LINE_MAX_SKIPPED = 400, /* a longer line is no line of its own: all of the text may be one */
    TAG_MAX = 200,
    ENTITY_MAX = 10,
};
#define WORD_BASIS 0xcbf29ce484222325ULL /* FNV-1a */
#define WORD_PRIME 0x100000001b3ULL

/* The letter in lower case, or the digit; 0: it stands between words. */
static const unsigned char table[256] = {
    ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5', ['6'] = '6',
    ['7'] = '7', ['8'] = '8', ['9'] = '9', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd',
    ['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k',
    ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r',
    ['s'] = 's', ['t'] = 't', ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y',
    ['z'] = 'z', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f',
    ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm',
    ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't',
    ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z',
};

uint64_t text_word_hash(struct str word)
{
    uint64_t hash = WORD_BASIS;
    for (size_t i = 0; i < word.len; i++)
        hash = (hash ^ table[(unsigned char)word.data[i]]) * WORD_PRIME;
    return hash;
}

void text_words_init(struct text_words *words, struct str text)
{
    *words = (struct text_words){.at = (const unsigned char *)text.data,
                                 .end = (const unsigned char *)text.data + text.len,
                                 .line_start = true};
}

/* Behind what one byte between two words begins: a tag, an entity. */
static const unsigned char *behind(const struct text_words *words, const unsigned char *at)
{
    size_t left = (size_t)(words->end - at);
    if (*at == '<' && left > 1 && (table[at[1]] || at[1] == '/' || at[1] == '!')) {
        const unsigned char *end = memchr(at, '>', left < TAG_MAX ? left : TAG_MAX);
        return end ? end + 1 : at + 1;
    }
    if (*at == '&' && left > 1 && (table[at[1]] || at[1] == '#')) {
        const unsigned char *end = memchr(at, ';', left < ENTITY_MAX ? left : ENTITY_MAX);
        return end ? end + 1 : at + 1;
    }
    return at + 1;
}

static bool is_word(const unsigned char *start, size_t len, const char *word)
{
    for (size_t i = 0; i < len; i++)
        if (table[start[i]] != (unsigned char)word[i])
            return false;
    return word[len] == '\0';
}

/* "Copyright 2020 …", "Copyright (C) …", "(c) …"; not "copyright notice". */
static bool tells_copyright(const struct text_words *words, const unsigned char *start, size_t len)
{
    const unsigned char *next = start + len;
    if (len == 1 && table[*start] == 'c')
        return next < words->end && *next == ')';
    if (len != 9 || !is_word(start, len, "copyright"))
        return false;
    while (next < words->end && (*next == ' ' || *next == '\t' || *next == ':' || *next == ','))
        next++;
    return next < words->end && (strchr("0123456789(<[{&", *next) != NULL || *next == 0xc2) &&
           *next;
}

/* At the beginning of a line: "1.", "a)", "(ii)". */
static bool is_bullet(const struct text_words *words, const unsigned char *start, size_t len)
{
    const unsigned char *next = start + len;
    return len <= 3 && next < words->end && (*next == '.' || *next == ')') &&
           (next + 1 == words->end || next[1] == ' ' || next[1] == '\t' || next[1] == '\n');
}

static const unsigned char *line_end(const struct text_words *words, const unsigned char *at)
{
    size_t left = (size_t)(words->end - at);
    const unsigned char *end = memchr(at, '\n', left < LINE_MAX_SKIPPED ? left : LINE_MAX_SKIPPED);
    return end ? end : left < LINE_MAX_SKIPPED ? words->end : at;
}

bool text_words_next(struct text_words *words, uint64_t *ret_hash)
{
    const unsigned char *at = words->at, *end = words->end;
    while (at < end) {
        if (!table[*at]) {
            words->line_start |= *at == '\n';
            at = *at == '<' || *at == '&' ? behind(words, at) : at + 1;
            continue;
        }
        const unsigned char *start = at;
        uint64_t hash = WORD_BASIS;
        for (; at < end && table[*at]; at++)
            hash = (hash ^ table[*at]) * WORD_PRIME;
        size_t len = (size_t)(at - start);
        if (words->line_start && tells_copyright(words, start, len)) {
            at = line_end(words, at);
            continue;
        }
        bool passed = words->line_start && is_bullet(words, start, len);
        words->line_start = false;
        if (passed || (len == 1 && table[*start] > '9'))
            continue;
        if (len == 7 && is_word(start, len, "licence"))
            hash = text_word_hash(STR("license"));
        words->at = at;
        *ret_hash = hash;
        return true;
    }
    words->at = at;
    return false;
}
