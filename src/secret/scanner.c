#include "secret/scanner.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hash_set.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "io/hyperscan.h"
#include "io/pcre.h"
#include "io/utf16.h"

enum {
    GATHER = 64 * 1024, /* smaller chunks are put together before they are scanned */
    MARGIN = 4096,      /* bytes of two chunks that are scanned once more together */
    TEXT_HEAD = 8192,   /* a NUL byte in there: the file is no text */
    SPANS = 4096,       /* secrets of one file that are kept apart */
    EXCERPT = 120,
    OFTEN = 64, /* places after which translating a pattern pays */
};
_Static_assert(MARGIN > SECRET_WIDTH + 512, "a match and what is looked at around it");

/* What a rule has done in this file. */
struct rule_state {
    struct pcre *pcre;
    unsigned used;   /* times */
    uint64_t file;   /* number of the file that the rest is of */
    uint64_t behind; /* up to here it was looked at */
    uint64_t tried;  /* candidates that were none */
    bool silent;     /* the rule does not speak of such files */
};

struct secret_scanner {
    const struct secret_ruleset *set;
    const struct hyperscan_api *hs;
    hs_scratch_t *scratch;
    struct secret_verifier *verifier;
    struct rule_state *rules;
    uint64_t file;
    struct secret_place place;
    struct buf gathered;   /* chunks that wait */
    char tail[2 * MARGIN]; /* the last bytes that were scanned, and the first of the next */
    size_t tail_len;
    uint64_t taken;    /* bytes of the file that were scanned */
    uint64_t size;     /* of it; 0: not known */
    uint64_t position; /* of the next byte of what is scanned: the file, or that in UTF-8 */
    bool utf16;
    struct buf units, decoded; /* UTF-16: its mark and what waits for its other half; UTF-8 */
    bool ended;                /* its last byte was scanned */
    uint64_t lines;            /* ends of lines before `position` */
    bool text, told_text;
    const struct secret_rule *alone;    /* NULL: all rules */
    const struct secret_rule *given_up; /* a rule that has tried too often */
    /* What is scanned now */
    struct str window;
    uint64_t window_at, window_lines;
    bool first, last; /* it has the file's first, its last byte */
    VEC(struct secret_found) found;
    struct arena arena; /* of excerpts */
    struct hash_set seen;
};

struct secret_scanner *secret_scanner_new(const struct secret_ruleset *set)
{
    struct secret_scanner *scanner = mem_zalloc(1, sizeof(*scanner));
    scanner->set = set;
    scanner->hs = hyperscan_load();
    scanner->verifier = secret_verifier_new(set);
    scanner->rules = mem_zalloc(set->rules.count + 1, sizeof(*scanner->rules));
    for (size_t i = 0; i < ARRAY_LEN(set->databases); i++)
        if (set->databases[i])
            scanner->hs->alloc_scratch(set->databases[i], &scanner->scratch);
    return scanner;
}

void secret_scanner_free(struct secret_scanner *scanner)
{
    for (size_t i = 0; i < scanner->set->rules.count; i++)
        pcre_free(scanner->rules[i].pcre);
    if (scanner->scratch)
        scanner->hs->free_scratch(scanner->scratch);
    secret_verifier_free(scanner->verifier);
    VEC_FREE(&scanner->found);
    hash_set_free(&scanner->seen);
    arena_free(&scanner->arena);
    buf_free(&scanner->gathered);
    buf_free(&scanner->units);
    buf_free(&scanner->decoded);
    free(scanner->rules);
    free(scanner);
}

void secret_scanner_begin(struct secret_scanner *scanner, struct secret_place place, uint64_t size)
{
    scanner->file++;
    scanner->place = place;
    scanner->size = size;
    scanner->ended = false;
    scanner->gathered.len = scanner->tail_len = 0;
    scanner->taken = scanner->position = scanner->lines = 0;
    scanner->text = scanner->told_text = scanner->utf16 = false;
    scanner->given_up = NULL;
    if (scanner->found.count) {
        arena_free(&scanner->arena);
        hash_set_free(&scanner->seen);
        scanner->arena = (struct arena){0};
        scanner->seen = (struct hash_set){0};
    }
    scanner->found.count = 0;
}

/* ---- one place where a pattern may end ---- */

__attribute__((optimize("O3"))) static uint64_t count_lines(const char *bytes, size_t len)
{
    uint64_t count = 0;
    for (size_t i = 0; i < len;) {
        unsigned char part = 0;
        size_t end = len - i < 255 ? len : i + 255;
        for (; i < end; i++)
            part = (unsigned char)(part + (bytes[i] == '\n'));
        count += part;
    }
    return count;
}

static void set_place(const struct secret_scanner *scanner, struct secret_found *found, size_t at)
{
    if (!scanner->text)
        return;
    uint64_t line = scanner->window_lines + count_lines(scanner->window.data, at) + 1;
    size_t newline = str_last_index(str_first(scanner->window, at), '\n');
    found->line = line > UINT32_MAX ? UINT32_MAX : (uint32_t)line;
    if (newline != SIZE_MAX)
        found->column = (uint32_t)(at - newline);
    else if (scanner->first)
        found->column = (uint32_t)at + 1;
}

/* The match, with the secret masked: its first bytes stay where it is long, since they mostly tell
 * the kind of a token and nothing else. */
static struct str excerpt_of(struct secret_scanner *scanner, const struct pcre_hit *hit)
{
    struct str window = scanner->window;
    size_t secret_at = (size_t)(hit->group.data - window.data);
    size_t shown = hit->group.len >= 16 ? 4 : 0, start = hit->start;
    if (secret_at - start > EXCERPT)
        start = secret_at - EXCERPT;
    size_t rest = secret_at + hit->group.len, after = hit->end - rest;
    struct str before = str_make(window.data + start, secret_at - start + shown);
    return arena_printf(&scanner->arena, "%.*s********%.*s", STR_ARG(before),
                        STR_ARG(str_make(window.data + rest, after < 4 ? after : 4)));
}

static void keep(struct secret_scanner *scanner, const struct secret_rule *rule,
                 const struct pcre_hit *hit)
{
    size_t at = (size_t)(hit->group.data - scanner->window.data);
    uint64_t start = scanner->window_at + at;
    if (scanner->alone && rule != scanner->alone)
        return;
    if (!hash_set_add(&scanner->seen, hash_with((uint64_t)(uintptr_t)rule, start)) ||
        scanner->found.count >= SPANS)
        return;
    struct secret_found found = {.rule = rule, .start = start, .end = start + hit->group.len};
    set_place(scanner, &found, at);
    AUTO_BUF safe = {0};
    utf8_safe(&safe, excerpt_of(scanner, hit));
    found.excerpt = arena_str(&scanner->arena, buf_str(&safe));
    secret_digest(hit->group, found.digest);
    *VEC_ADD(&scanner->found) = found;
}

static void open_pattern(struct rule_state *state, const struct secret_rule *rule)
{
    state->pcre = pcre_new(rule->pattern);
    if (state->pcre)
        pcre_choose_group(state->pcre, rule->group);
}

static struct rule_state *state_of(struct secret_scanner *scanner, unsigned id)
{
    struct rule_state *state = &scanner->rules[id];
    if (state->file != scanner->file)
        *state = (struct rule_state){
            .pcre = state->pcre,
            .used = state->used,
            .file = scanner->file,
            .silent = !secret_speaks_of(scanner->verifier, scanner->set->rules.items[id],
                                        scanner->place, scanner->text),
        };
    if (!state->pcre)
        open_pattern(state, scanner->set->rules.items[id]);
    return state;
}

/* A match at the edge of what is scanned may be another one, or none, with the bytes beyond: then
 * the window over the edge has it. */
static bool is_at_edge(const struct secret_scanner *scanner, const struct pcre_hit *hit)
{
    return (!scanner->first && hit->start == 0) ||
           (!scanner->last && hit->end == scanner->window.len);
}

/* All matches of the rule that begin before `to`, where Hyperscan saw one end. */
static void look(struct secret_scanner *scanner, unsigned id, size_t to)
{
    const struct secret_rule *rule = scanner->set->rules.items[id];
    struct rule_state *state = state_of(scanner, id);
    uint64_t behind = state->behind > scanner->window_at ? state->behind - scanner->window_at : 0;
    size_t from = to > SECRET_WIDTH ? to - SECRET_WIDTH : 0;
    from = behind > from ? (size_t)behind : from;
    /* PCRE2 need not see more than a match that begins here could have. */
    if (++state->used == OFTEN)
        pcre_speed_up(state->pcre);
    struct str subject = str_first(scanner->window, to + SECRET_WIDTH + 16);
    while (from < to && state->tried < LIMIT_SECRET_CANDIDATES) {
        struct pcre_hit hit;
        enum pcre_result result = pcre_match(state->pcre, subject, from, &hit);
        if (result != PCRE_HIT || hit.start >= to) {
            from = to;
            state->tried += result == PCRE_GAVE_UP ? 100 : 1;
            break;
        }
        struct secret_candidate candidate = {
            .rule = rule,
            .window = scanner->window,
            .start = hit.start,
            .end = hit.end,
            .secret = hit.group,
            .place = scanner->place,
            .text = scanner->text,
        };
        bool found = !is_at_edge(scanner, &hit) && secret_verify(scanner->verifier, &candidate);
        if (found)
            keep(scanner, rule, &hit);
        state->tried += !found;
        from = hit.end > from ? hit.end : from + 1;
    }
    if (state->tried >= LIMIT_SECRET_CANDIDATES)
        scanner->given_up = rule;
    if (scanner->window_at + from > state->behind)
        state->behind = scanner->window_at + from;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *context)
{
    struct secret_scanner *scanner = context;
    struct rule_state *state = state_of(scanner, id);
    (void)from;
    (void)flags;
    if (!state->silent && state->pcre && state->tried < LIMIT_SECRET_CANDIDATES &&
        scanner->window_at + to > state->behind)
        look(scanner, id, (size_t)to);
    return 0;
}

/* ---- windows ---- */

static void scan(struct secret_scanner *scanner, struct str window, uint64_t at, uint64_t lines,
                 bool last)
{
    scanner->window = window;
    scanner->window_at = at;
    scanner->window_lines = lines;
    scanner->first = at == 0;
    scanner->last = last;
    for (size_t i = 0; i < ARRAY_LEN(scanner->set->databases); i++)
        if (scanner->set->databases[i])
            scanner->hs->scan(scanner->set->databases[i], window.data, (unsigned)window.len, 0,
                              scanner->scratch, on_match, scanner);
}

/* What was looked at over the edge must not hide what is behind it. */
static void forget_progress(struct secret_scanner *scanner, uint64_t position)
{
    for (size_t i = 0; i < scanner->set->rules.count; i++)
        if (scanner->rules[i].file == scanner->file && scanner->rules[i].behind > position)
            scanner->rules[i].behind = position;
}

/* The last bytes before the chunk and its first ones together. */
static void scan_edge(struct secret_scanner *scanner, struct str chunk, bool last)
{
    size_t kept = scanner->tail_len, more = chunk.len < MARGIN ? chunk.len : MARGIN;
    if (kept == 0)
        return;
    memcpy(scanner->tail + kept, chunk.data, more);
    uint64_t lines = scanner->lines - (scanner->text ? count_lines(scanner->tail, kept) : 0);
    forget_progress(scanner, scanner->position - kept);
    scan(scanner, str_make(scanner->tail, kept + more), scanner->position - kept, lines,
         last && more == chunk.len);
    forget_progress(scanner, scanner->position);
}

static void keep_tail(struct secret_scanner *scanner, struct str chunk)
{
    if (chunk.len >= MARGIN) {
        memcpy(scanner->tail, chunk.data + chunk.len - MARGIN, MARGIN);
        scanner->tail_len = MARGIN;
        return;
    }
    size_t all = scanner->tail_len + chunk.len, drop = all > MARGIN ? all - MARGIN : 0;
    memmove(scanner->tail, scanner->tail + drop, scanner->tail_len - drop);
    scanner->tail_len -= drop;
    memcpy(scanner->tail + scanner->tail_len, chunk.data, chunk.len);
    scanner->tail_len += chunk.len;
}

static void scan_bytes(struct secret_scanner *scanner, struct str chunk, bool last)
{
    scan_edge(scanner, chunk, last);
    scan(scanner, chunk, scanner->position, scanner->lines, last);
    scanner->ended = last;
    if (!last)
        keep_tail(scanner, chunk);
    if (!last && scanner->text)
        scanner->lines += count_lines(chunk.data, chunk.len);
    scanner->position += chunk.len;
}

/* Of the last unit, and the first half of a pair, the rest may still come. */
static size_t whole_units(struct str units, bool last)
{
    size_t len = last ? units.len : units.len & ~(size_t)1;
    if (last || len < 4)
        return len;
    bool big = (unsigned char)units.data[0] == 0xfe;
    unsigned char high = (unsigned char)units.data[big ? len - 2 : len - 1];
    return high >= 0xd8 && high < 0xdc ? len - 2 : len;
}

static void scan_utf16(struct secret_scanner *scanner, struct str chunk, bool last)
{
    enum { MARK = 2 };
    struct buf *units = &scanner->units;
    buf_add(units, chunk);
    size_t len = whole_units(buf_str(units), last);
    scanner->decoded.len = 0;
    utf16_decode(str_first(buf_str(units), len), &scanner->decoded);
    memmove(units->data + MARK, units->data + len, units->len - len);
    units->len -= len - MARK;
    if (scanner->decoded.len)
        scan_bytes(scanner, buf_str(&scanner->decoded), last);
}

/* What has a mark of UTF-16 and no NUL bytes is none. */
static void look_at_head(struct secret_scanner *scanner, struct str chunk)
{
    scanner->told_text = true;
    scanner->text = !memchr(chunk.data, 0, chunk.len < TEXT_HEAD ? chunk.len : TEXT_HEAD);
    scanner->utf16 = !scanner->text && utf16_is(chunk);
    scanner->text = scanner->text || scanner->utf16;
    scanner->units.len = 0;
}

/* The first one is the whole file, or long enough to tell what it is. */
static void scan_chunk(struct secret_scanner *scanner, struct str chunk, bool last)
{
    if (!scanner->told_text)
        look_at_head(scanner, chunk);
    scanner->taken += chunk.len;
    if (scanner->utf16)
        scan_utf16(scanner, chunk, last);
    else
        scan_bytes(scanner, chunk, last);
}

void secret_scanner_add(struct secret_scanner *scanner, struct str bytes)
{
    uint64_t end = scanner->taken + scanner->gathered.len + bytes.len;
    bool last = scanner->size && end == scanner->size;
    if (scanner->gathered.len == 0 && (bytes.len >= GATHER || last)) {
        scan_chunk(scanner, bytes, last);
        return;
    }
    buf_add(&scanner->gathered, bytes);
    if (scanner->gathered.len < GATHER && !last)
        return;
    scan_chunk(scanner, buf_str(&scanner->gathered), last);
    scanner->gathered.len = 0;
}

/* ---- what is told ---- */

static int by_start(const void *a, const void *b)
{
    const struct secret_found *x = a, *y = b;
    enum secret_rank p = secret_rank_of(x->rule), q = secret_rank_of(y->rule);
    if (p != q)
        return p < q ? -1 : 1;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end)
        return x->end > y->end ? -1 : 1;
    return str_compare(str_of(x->rule->id), str_of(y->rule->id));
}

static int by_place(const void *a, const void *b)
{
    const struct secret_found *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

/* Of several secrets on the same bytes one is told: the one whose rule knows most. */
static void drop_overlaps(struct secret_scanner *scanner)
{
    size_t kept = 0;
    struct secret_found *list = scanner->found.items;
    if (scanner->found.count < 2)
        return;
    qsort(list, scanner->found.count, sizeof(*list), by_start);
    for (size_t i = 0; i < scanner->found.count; i++) {
        bool free_place = true;
        for (size_t k = 0; k < kept && free_place; k++)
            free_place = list[i].end <= list[k].start || list[i].start >= list[k].end;
        if (free_place)
            list[kept++] = list[i];
    }
    scanner->found.count = kept;
    qsort(list, kept, sizeof(*list), by_place);
}

/* Rules without a pattern: such a file should not be there at all. */
static void find_by_path(struct secret_scanner *scanner)
{
    const struct secret_ruleset *set = scanner->set;
    for (size_t i = set->rules.count - set->own; i < set->rules.count; i++) {
        const struct secret_rule *rule = set->rules.items[i];
        struct secret_candidate candidate = {.rule = rule,
                                             .window = scanner->place.path,
                                             .end = scanner->place.path.len,
                                             .secret = scanner->place.path,
                                             .place = scanner->place,
                                             .text = scanner->text};
        if (rule->pattern || !scanner->taken || !secret_verify(scanner->verifier, &candidate))
            continue;
        struct secret_found found = {.rule = rule, .end = scanner->taken};
        secret_digest(scanner->place.path, found.digest);
        *VEC_ADD(&scanner->found) = found;
    }
}

int secret_scanner_end(struct secret_scanner *scanner, struct secret_found_list *ret_list,
                       struct pl_err *err)
{
    if (scanner->gathered.len) {
        scan_chunk(scanner, buf_str(&scanner->gathered), true);
    } else if (scanner->tail_len && !scanner->ended) {
        uint64_t lines = scanner->lines;
        lines -= scanner->text ? count_lines(scanner->tail, scanner->tail_len) : 0;
        forget_progress(scanner, scanner->position - scanner->tail_len);
        scan(scanner, str_make(scanner->tail, scanner->tail_len),
             scanner->position - scanner->tail_len, lines, true);
    }
    find_by_path(scanner);
    drop_overlaps(scanner);
    *ret_list = (struct secret_found_list){scanner->found.items, scanner->found.count};
    if (!scanner->given_up)
        return 0;
    return err_limit(err, LIMIT_NAME(LIMIT_SECRET_CANDIDATES),
                     "more places look like a secret of the rule %s and are none than "
                     "LIMIT_SECRET_CANDIDATES (%llu); for that rule the rest was not examined",
                     scanner->given_up->id, LIMIT_SECRET_CANDIDATES);
}

bool secret_scanner_tries(struct secret_scanner *scanner, const struct secret_rule *rule,
                          struct str text)
{
    struct secret_found_list list;
    struct pl_err ignored;
    scanner->alone = rule;
    secret_scanner_begin(scanner, (struct secret_place){0}, text.len);
    secret_scanner_add(scanner, text);
    secret_scanner_end(scanner, &list, &ignored);
    scanner->alone = NULL;
    return list.count != 0;
}
