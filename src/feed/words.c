#include "feed/words.h"

#include <ctype.h>

static bool same_word(struct str word, const char *other)
{
    size_t len = strlen(other);
    if (word.len != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = word.data[i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c + 32) : c) != other[i])
            return false;
    }
    return true;
}

enum severity words_severity(struct str word)
{
    static const struct {
        const char *word;
        enum severity severity;
    } table[] = {
        {"critical", SEVERITY_CRITICAL},      {"high", SEVERITY_HIGH},
        {"important", SEVERITY_HIGH},         {"medium", SEVERITY_MEDIUM},
        {"moderate", SEVERITY_MEDIUM},        {"low", SEVERITY_LOW},
        {"negligible", SEVERITY_NEGLIGIBLE},  {"none", SEVERITY_NEGLIGIBLE},
        {"unimportant", SEVERITY_NEGLIGIBLE},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (same_word(word, table[i].word))
            return table[i].severity;
    return SEVERITY_UNKNOWN;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(struct str text)
{
    size_t n = 0;
    while (n < text.len && is_digit(text.data[n]))
        n++;
    return n;
}

/* The length of "CVE-YYYY-NNNN" at the beginning of `text`, 0: there is none. Some write '_' or a
 * blank for the first '-'. */
static size_t cve_length(struct str text)
{
    if (text.len < 13 || !same_word(str_first(text, 3), "cve") || !memchr("-_ ", text.data[3], 3) ||
        count_digits(str_first(str_from(text, 4), 5)) != 4 ||
        (text.data[8] != '-' && text.data[8] != '_'))
        return 0;
    size_t digits = count_digits(str_from(text, 9));
    return digits >= 4 && digits <= 9 ? 9 + digits : 0;
}

bool words_cve(struct arena *arena, struct str text, struct str *ret_cve)
{
    for (size_t i = 0; i + 13 <= text.len; i++) {
        size_t len = cve_length(str_from(text, i));
        if (!len || (i && isalnum((unsigned char)text.data[i - 1])))
            continue;
        struct str cve = str_make(text.data + i, len);
        if (!str_starts(cve, STR("CVE-")) || cve.data[8] != '-')
            cve = arena_printf(arena, "CVE-%.4s-%.*s", cve.data + 4, (int)(len - 9), cve.data + 9);
        *ret_cve = cve;
        return true;
    }
    return false;
}

struct str words_date(struct arena *arena, struct str text)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd";
    size_t n = 0;
    while (n < text.len && n < sizeof(shape) - 1 &&
           (shape[n] == 'd' ? is_digit(text.data[n])
                            : text.data[n] == shape[n] || (n == 10 && text.data[n] == ' ')))
        n++;
    if (n < 10 || str_compare(str_first(text, 4), STR("1980")) < 0)
        return STR_NONE;
    if (n < 19)
        return str_first(text, 10);
    if (text.len == 20 && text.data[19] == 'Z' && text.data[10] == 'T')
        return text;
    return arena_printf(arena, "%.10sT%.8sZ", text.data, text.data + 11);
}

enum { TITLE_BYTES = 80 };

struct str words_title(struct arena *arena, struct str text)
{
    text = str_trim(text);
    text = str_trim(str_first(text, str_index(text, '\n')));
    if (text.len <= TITLE_BYTES)
        return text;
    size_t end = TITLE_BYTES;
    while (end > TITLE_BYTES / 2 && text.data[end] != ' ')
        end--;
    if (text.data[end] != ' ') {
        /* One endless word: not inside a UTF-8 sequence. */
        end = TITLE_BYTES;
        while (end && ((unsigned char)text.data[end] & 0xC0) == 0x80)
            end--;
    }
    return arena_printf(arena, "%.*s…", STR_ARG(str_trim(str_first(text, end))));
}

bool words_cvss(struct vulndb_facet *facet, struct str vector, struct str source)
{
    struct cvss cvss;
    if (cvss_parse(vector, &cvss, NULL) < 0)
        return false;
    for (size_t i = 0; i < facet->cvss_count; i++)
        if (str_equal(facet->cvss[i].vector, vector) && str_equal(facet->cvss[i].source, source))
            return true;
    if (facet->cvss_count < FACET_CVSS_MAX)
        facet->cvss[facet->cvss_count++] =
            (struct cvss_entry){cvss.version, cvss.score, vector, source};
    return true;
}
