/* What a rule asks for behind its pattern, and what is never a secret. */
#include <math.h>
#include <stdlib.h>

#include "io/pcre.h"
#include "secret/scanner.h"

enum {
    NEAR = 256,      /* bytes to each side in which keywords and a line are looked for */
    FAR = 64 * 1024, /* the same for keywords of rules that say so */
};

/* Patterns are compiled when they are first needed, each once. */
struct compiled {
    const char *pattern;
    struct pcre *pcre;
};

struct secret_verifier {
    const struct secret_ruleset *set;
    VEC(struct compiled) patterns; /* by the address of the pattern's text */
};

struct secret_verifier *secret_verifier_new(const struct secret_ruleset *set)
{
    struct secret_verifier *verifier = mem_zalloc(1, sizeof(*verifier));
    verifier->set = set;
    return verifier;
}

void secret_verifier_free(struct secret_verifier *verifier)
{
    for (size_t i = 0; i < verifier->patterns.count; i++)
        pcre_free(verifier->patterns.items[i].pcre);
    VEC_FREE(&verifier->patterns);
    free(verifier);
}

static const struct pcre *compiled(struct secret_verifier *verifier, const char *pattern)
{
    for (size_t i = 0; i < verifier->patterns.count; i++)
        if (verifier->patterns.items[i].pattern == pattern)
            return verifier->patterns.items[i].pcre;
    struct compiled *fresh = VEC_ADD(&verifier->patterns);
    *fresh = (struct compiled){pattern, pcre_new(pattern)};
    return fresh->pcre;
}

static bool any_matches(struct secret_verifier *verifier, const char *const *patterns,
                        struct str text)
{
    struct pcre_hit hit;
    for (; patterns && *patterns; patterns++) {
        const struct pcre *pcre = compiled(verifier, *patterns);
        if (pcre && pcre_match(pcre, text, 0, &hit) == PCRE_HIT)
            return true;
    }
    return false;
}

static bool any_glob(const char *const *globs, struct str text)
{
    for (; globs && *globs; globs++)
        if (str_glob(str_of(*globs), text))
            return true;
    return false;
}

static bool any_place(const char *const *globs, struct secret_place place)
{
    return any_glob(globs, place.path) || (place.outer.len && any_glob(globs, place.outer));
}

/* The line that the match begins in, as far as it is near. */
static struct str line_of(const struct secret_candidate *candidate)
{
    struct str window = candidate->window;
    size_t from = candidate->start > NEAR ? candidate->start - NEAR : 0;
    size_t to = candidate->end + NEAR < window.len ? candidate->end + NEAR : window.len;
    struct str before = str_make(window.data + from, candidate->start - from);
    size_t newline = str_last_index(before, '\n');
    if (newline != SIZE_MAX)
        from += newline + 1;
    struct str after = str_make(window.data + candidate->end, to - candidate->end);
    newline = str_index(after, '\n');
    if (newline != SIZE_MAX)
        to = candidate->end + newline;
    return str_make(window.data + from, to - from);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool has_word(struct str text, const char *word)
{
    size_t len = strlen(word);
    for (size_t at = 0; at + len <= text.len; at++) {
        size_t i = 0;
        while (i < len && lower(text.data[at + i]) == word[i])
            i++;
        if (i == len)
            return true;
    }
    return false;
}

static bool has_keyword(const struct secret_candidate *candidate)
{
    const char *const *word = candidate->rule->keywords;
    size_t reach = candidate->rule->far_keywords ? FAR : NEAR, window = candidate->window.len;
    size_t from = candidate->start > reach ? candidate->start - reach : 0, to = candidate->end;
    if (candidate->rule->far_keywords)
        to = window - to > FAR ? to + FAR : window;
    struct str near = str_make(candidate->window.data + from, to - from);
    if (!word)
        return true;
    for (; *word; word++)
        if (has_word(near, *word))
            return true;
    return false;
}

double secret_entropy(struct str text)
{
    uint32_t counts[256] = {0};
    double bits = 0;
    for (size_t i = 0; i < text.len; i++)
        counts[(unsigned char)text.data[i]]++;
    for (size_t i = 0; i < 256; i++)
        if (counts[i]) {
            double part = (double)counts[i] / (double)text.len;
            bits -= part * log2(part);
        }
    return bits;
}

static bool allow_speaks(const struct secret_allow *allow, const struct secret_rule *rule)
{
    return !allow->kinds || any_glob(allow->kinds, str_of(rule->id));
}

/* Whether the secret stands in what one of the patterns matches: as far as that begins and ends
 * near it. */
static bool in_block(struct secret_verifier *verifier, const char *const *patterns,
                     const struct secret_candidate *candidate)
{
    size_t end =
        candidate->end + FAR < candidate->window.len ? candidate->end + FAR : candidate->window.len;
    struct str around = str_first(candidate->window, end);
    for (; patterns && *patterns; patterns++) {
        const struct pcre *pcre = compiled(verifier, *patterns);
        size_t from = candidate->start > FAR ? candidate->start - FAR : 0;
        struct pcre_hit hit;
        while (pcre && pcre_match(pcre, around, from, &hit) == PCRE_HIT &&
               hit.start <= candidate->start) {
            if (hit.end >= candidate->end)
                return true;
            from = hit.end > from ? hit.end : from + 1;
        }
    }
    return false;
}

/* `every`: all that the entry tells must hold. */
static bool allow_holds(struct secret_verifier *verifier, const struct secret_allow *allow,
                        const struct secret_candidate *candidate, struct str line)
{
    const struct {
        bool told, holds;
    } parts[] = {
        {allow->value, any_matches(verifier, allow->value, candidate->secret)},
        {allow->line, any_matches(verifier, allow->line, line)},
        {allow->blocks, in_block(verifier, allow->blocks, candidate)},
        {allow->files, any_place(allow->files, candidate->place)},
        {allow->paths, any_matches(verifier, allow->paths, candidate->place.path)},
    };
    bool any = false, all = true;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        any = any || parts[i].holds;
        all = all && (!parts[i].told || parts[i].holds);
    }
    return allow->every ? any && all : any;
}

static bool is_allowed(struct secret_verifier *verifier, const struct secret_candidate *candidate,
                       struct str line)
{
    for (size_t i = 0; i < verifier->set->allows.count; i++) {
        const struct secret_allow *allow = verifier->set->allows.items[i];
        if (allow_speaks(allow, candidate->rule) && allow_holds(verifier, allow, candidate, line))
            return true;
    }
    return false;
}

bool secret_speaks_of(struct secret_verifier *verifier, const struct secret_rule *rule,
                      struct secret_place place, bool text)
{
    struct str path = place.path;
    const char *const pattern[] = {rule->path, NULL};
    bool nowhere = path.len == 0; /* a text without a file: examples */
    return (text || !rule->text_only) && (nowhere || !rule->files || any_glob(rule->files, path)) &&
           (nowhere || !rule->path || any_matches(verifier, pattern, path)) &&
           !any_place(rule->not_files, place);
}

bool secret_verify(struct secret_verifier *verifier, const struct secret_candidate *candidate)
{
    const struct secret_rule *rule = candidate->rule;
    struct str line = line_of(candidate);
    return candidate->secret.len &&
           secret_speaks_of(verifier, rule, candidate->place, candidate->text) &&
           has_keyword(candidate) &&
           (rule->entropy <= 0 || secret_entropy(candidate->secret) >= rule->entropy) &&
           (!rule->checksum || secret_checksum_holds(rule->checksum, candidate->secret)) &&
           !any_matches(verifier, rule->allow, candidate->secret) &&
           !any_matches(verifier, rule->allow_line, line) && !is_allowed(verifier, candidate, line);
}
