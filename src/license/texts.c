#include "license/texts.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/vec.h"
#include "license/expression.h"
#include "license/phrases.h"
#include "license/text_words.h"

enum {
    RUN = 4,             /* words of a run */
    RING = 32,           /* words that are remembered: the longest phrase */
    EXAMPLE_WORDS = 150, /* of GNU's texts, behind "how to apply these terms" */
    FOUND_MAX = 16,      /* licences of one text */
    FILTER_BITS = 20,
    PHRASES_MAX = 256,
};
/* A text is a licence when it holds this part of its runs. A licence that has little text has no
 * room for differences. docs/licenses.md has the measurements. */
#define THRESHOLD 0.85
#define THRESHOLD_SHORT 0.95
#define ALIKE 0.4 /* the part of a licence that it has in common with one that is like it */
enum { SHORT_RUNS = 40, OWN_MIN = 5 };

struct compiled {
    const struct phrase *phrase;
    uint64_t words[RING];
    unsigned count;
    uint32_t next; /* another with the same end, or NONE */
};

#define NONE UINT32_MAX

/* Who has a run in its sketch. */
struct posting {
    uint32_t license; /* index of license_entries */
    uint32_t next;
};

struct slot {
    uint32_t hash;
    uint32_t posting, phrase; /* first of each, or NONE; both NONE: free */
};

static struct {
    struct slot *slots;
    uint32_t mask;
    struct posting *postings;
    uint32_t posting_count;
    struct compiled phrases[PHRASES_MAX];
    struct phrase made[PHRASES_MAX]; /* of the forms of GNU's licences */
    uint32_t phrase_count;
    uint64_t *filter; /* a bit for what the slots may have */
    struct arena arena;
} table;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ---- runs ---- */

struct ring {
    uint64_t words[RING];
    size_t count;
};

static void ring_add(struct ring *ring, uint64_t word)
{
    ring->words[ring->count++ % RING] = word;
}

static uint64_t ring_back(const struct ring *ring, size_t back)
{
    return ring->words[(ring->count - 1 - back) % RING];
}

static uint32_t run_hash(const struct ring *ring)
{
    uint64_t hash = 0;
    for (size_t i = RUN; i-- > 0;)
        hash = (hash ^ ring_back(ring, i)) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 32;
    return (uint32_t)(hash * 0xd6e8feb86659fd93ULL >> 32);
}

uint32_t *license_text_hashes(struct str text, size_t *ret_count)
{
    static const char *const names[] = {"holder",  "holders",      "owner",    "owners",
                                        "regents", "author",       "authors",  "university",
                                        "company", "organization", "copyright"};
    struct text_words words;
    struct ring ring = {.count = 0};
    VEC(uint32_t) hashes = {0};
    uint64_t word;
    size_t clean = 0; /* words since the last name */
    text_words_init(&words, text);
    while (text_words_next(&words, &word)) {
        clean++;
        for (size_t i = 0; i < ARRAY_LEN(names); i++)
            if (text_word_hash(str_of(names[i])) == word)
                clean = 0;
        ring_add(&ring, word);
        if (clean >= RUN)
            *VEC_ADD(&hashes) = run_hash(&ring);
    }
    *ret_count = hashes.count;
    return hashes.items;
}

/* ---- the table ---- */

static bool filter_has(uint32_t hash)
{
    uint32_t bit = hash >> (32 - FILTER_BITS);
    return table.filter[bit / 64] >> (bit % 64) & 1;
}

static struct slot *slot_of(uint32_t hash, bool make)
{
    uint32_t i = hash & table.mask;
    while (table.slots[i].posting != NONE || table.slots[i].phrase != NONE) {
        if (table.slots[i].hash == hash)
            return &table.slots[i];
        i = (i + 1) & table.mask;
    }
    if (!make)
        return NULL;
    uint32_t bit = hash >> (32 - FILTER_BITS);
    table.filter[bit / 64] |= 1ULL << (bit % 64);
    table.slots[i].hash = hash;
    return &table.slots[i];
}

static void add_phrase(const struct phrase *phrase)
{
    struct text_words words;
    struct ring ring = {.count = 0};
    uint64_t word;
    if (table.phrase_count == PHRASES_MAX)
        return;
    struct compiled *compiled = &table.phrases[table.phrase_count];
    *compiled = (struct compiled){.phrase = phrase};
    text_words_init(&words, str_of(phrase->words));
    while (compiled->count < RING && text_words_next(&words, &word)) {
        ring_add(&ring, word);
        compiled->words[compiled->count++] = word;
    }
    struct slot *slot = slot_of(run_hash(&ring), true);
    compiled->next = slot->phrase;
    slot->phrase = table.phrase_count++;
}

/* A form of GNU's notices for one family and version. */
static void add_form(const struct phrase_form *form, const struct phrase_family *family,
                     const char *version)
{
    AUTO_BUF text = {0};
    struct str rest = str_of(form->words);
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.data[i] != '%')
            buf_putc(&text, rest.data[i]);
        else
            buf_puts(&text, rest.data[++i] == 'F' ? family->name : version);
    }
    if (table.phrase_count == PHRASES_MAX)
        return;
    struct phrase *made = &table.made[table.phrase_count];
    *made = (struct phrase){
        .words = arena_str(&table.arena, buf_str(&text)).data,
        .kind = PHRASE_NOTICE,
        .expression = arena_printf(&table.arena, "%s-%s%s%s", family->id, version,
                                   strchr(version, '.') ? "" : ".0", form->ending)
                          .data,
    };
    add_phrase(made);
}

static void add_phrases(void)
{
    for (const struct phrase *phrase = license_phrases; phrase->words; phrase++)
        add_phrase(phrase);
    for (const struct phrase_family *family = license_phrase_families; family->name; family++)
        for (size_t i = 0; i < ARRAY_LEN(family->versions) && family->versions[i]; i++)
            for (const struct phrase_form *form = license_phrase_forms; form->words; form++)
                add_form(form, family, family->versions[i]);
}

static void fill(void)
{
    size_t total = PHRASES_MAX, size = 1024;
    for (size_t i = 0; i < license_entry_count; i++)
        total += license_entries[i].hash_count;
    while (size < total * 2)
        size *= 2;
    table.mask = (uint32_t)(size - 1);
    table.slots = mem_alloc(size * sizeof(*table.slots));
    table.postings = mem_alloc(total * sizeof(*table.postings));
    table.filter = mem_zalloc((1U << FILTER_BITS) / 64, sizeof(*table.filter));
    for (size_t i = 0; i < size; i++)
        table.slots[i] = (struct slot){0, NONE, NONE};
    for (size_t i = 0; i < license_entry_count; i++)
        for (unsigned k = 0; k < license_entries[i].hash_count; k++) {
            struct slot *slot = slot_of(license_entries[i].hashes[k], true);
            table.postings[table.posting_count] = (struct posting){(uint32_t)i, slot->posting};
            slot->posting = table.posting_count++;
        }
    add_phrases();
}

/* ---- one text ---- */

/* A licence that the text holds or names. */
struct found {
    struct str expression;
    size_t place; /* number of a word */
    enum phrase_kind kind;
};

struct reading {
    struct ring ring;
    unsigned *hits;       /* of each licence */
    size_t *places;       /* of each licence: the first hit */
    uint64_t *seen;       /* a bit for each slot that was hit */
    size_t example_until; /* words up to here are an example */
    bool choice, later;
    const struct phrase *last; /* reference */
    const struct phrase *exceptions[4];
    size_t exception_count;
    struct found found[FOUND_MAX];
    size_t found_count;
};

static void add_found(struct reading *reading, struct str expression, size_t place,
                      enum phrase_kind kind)
{
    for (size_t i = 0; i < reading->found_count; i++)
        if (str_equal(reading->found[i].expression, expression)) {
            if (kind < reading->found[i].kind)
                reading->found[i].kind = kind;
            return;
        }
    if (reading->found_count < FOUND_MAX)
        reading->found[reading->found_count++] = (struct found){expression, place, kind};
}

static void take_phrase(struct reading *reading, const struct phrase *phrase)
{
    size_t place = reading->ring.count;
    bool example = place < reading->example_until;
    switch (phrase->kind) {
    case PHRASE_NOTICE:
    case PHRASE_TEXT:
    case PHRASE_REFERENCE:
        if (!example)
            add_found(reading, str_of(phrase->expression), place, phrase->kind);
        break;
    case PHRASE_EXCEPTION:
        for (size_t i = 0; i < reading->exception_count; i++)
            if (reading->exceptions[i] == phrase)
                return;
        if (reading->exception_count < ARRAY_LEN(reading->exceptions))
            reading->exceptions[reading->exception_count++] = phrase;
        break;
    case PHRASE_EXAMPLE:
        reading->example_until = place + EXAMPLE_WORDS;
        break;
    case PHRASE_CHOICE:
        reading->choice = true;
        break;
    case PHRASE_LATER:
        reading->later |= !example;
        break;
    }
}

/* "LGPL-2" was no reference when "LGPL-2.1" goes on from it. */
static void take_back(struct reading *reading, const struct phrase *longer)
{
    const struct phrase *before = reading->last;
    if (!before || reading->found_count == 0)
        return;
    const struct found *last = &reading->found[reading->found_count - 1];
    if (last->place + 1 == reading->ring.count && str_is(last->expression, before->expression) &&
        str_starts(str_of(longer->words), str_of(before->words)))
        reading->found_count--;
}

/* Of the phrases that end here the longest counts. */
static void match_phrases(struct reading *reading, uint32_t first)
{
    const struct compiled *best = NULL;
    for (uint32_t i = first; i != NONE; i = table.phrases[i].next) {
        const struct compiled *compiled = &table.phrases[i];
        size_t back = 0;
        if (compiled->count > reading->ring.count)
            continue;
        while (back < compiled->count &&
               ring_back(&reading->ring, back) == compiled->words[compiled->count - 1 - back])
            back++;
        if (back == compiled->count && (!best || compiled->count > best->count))
            best = compiled;
    }
    if (!best)
        return;
    if (best->phrase->kind == PHRASE_REFERENCE) {
        take_back(reading, best->phrase);
        reading->last = best->phrase;
    }
    take_phrase(reading, best->phrase);
}

static void count_hits(struct reading *reading, const struct slot *slot)
{
    size_t index = (size_t)(slot - table.slots);
    if (reading->seen[index / 64] >> (index % 64) & 1)
        return;
    reading->seen[index / 64] |= 1ULL << (index % 64);
    for (uint32_t i = slot->posting; i != NONE; i = table.postings[i].next) {
        uint32_t license = table.postings[i].license;
        if (reading->hits[license]++ == 0)
            reading->places[license] = reading->ring.count;
    }
}

static void read_words(struct reading *reading, struct str text)
{
    struct text_words words;
    uint64_t word;
    text_words_init(&words, text);
    while (text_words_next(&words, &word)) {
        ring_add(&reading->ring, word);
        if (reading->ring.count < RUN)
            continue;
        uint32_t hash = run_hash(&reading->ring);
        const struct slot *slot = filter_has(hash) ? slot_of(hash, false) : NULL;
        if (!slot)
            continue;
        if (slot->phrase != NONE)
            match_phrases(reading, slot->phrase);
        if (slot->posting != NONE)
            count_hits(reading, slot);
    }
}

/* "SPDX-License-Identifier: …" (SPDX 2.3, annex E). */
static void read_tags(struct reading *reading, struct arena *arena, struct str text)
{
    static const struct str tag = {"SPDX-License-Identifier:", 24};
    size_t at;
    while ((at = str_find(text, tag)) != SIZE_MAX && reading->found_count < FOUND_MAX) {
        text = str_from(text, at + tag.len);
        struct str line = str_first(str_first(text, str_index(text, '\n')), 512);
        struct license_expression expression;
        AUTO_BUF printed = {0};
        for (size_t end = 0; end < 2; end++) { /* ends of comments */
            size_t cut = str_find(line, end ? STR("-->") : STR("*/"));
            line = str_first(line, cut);
        }
        if (license_parse(arena, str_trim(line), &expression, NULL) < 0)
            continue;
        license_print(&printed, &expression);
        add_found(reading, arena_str(arena, buf_str(&printed)), 0, PHRASE_NOTICE);
    }
}

/* ---- which of the texts that are alike ---- */

struct candidate {
    uint32_t license;
    double part;  /* of its runs that the text holds */
    double worth; /* words that it explains, and how well */
    bool dropped;
};

static int by_worth(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->worth != y->worth)
        return x->worth > y->worth ? -1 : 1;
    return (x->license > y->license) - (x->license < y->license);
}

/* Hashes that both sketches have, and how many of the second's are below the first's largest: only
 * so far the two can be compared. */
static double shared(const struct license_entry *a, const struct license_entry *b)
{
    unsigned common = 0, comparable = 0;
    bool whole = a->hash_count == a->runs;
    uint32_t last = a->hash_count ? a->hashes[a->hash_count - 1] : 0;
    for (unsigned i = 0, k = 0; k < b->hash_count; k++) {
        if (!whole && b->hashes[k] > last)
            break;
        comparable++;
        while (i < a->hash_count && a->hashes[i] < b->hashes[k])
            i++;
        common += i < a->hash_count && a->hashes[i] == b->hashes[k];
    }
    return comparable ? (double)common / comparable : 0;
}

/* What one of two licences that are alike has for itself. */
struct own {
    unsigned count, held; /* runs; those of them that the text holds */
};

static struct own own_of(const struct reading *reading, const struct license_entry *a,
                         const struct license_entry *b)
{
    struct own own = {0, 0};
    bool whole = b->hash_count == b->runs;
    uint32_t last = b->hashes[b->hash_count - 1];
    for (unsigned i = 0, k = 0; i < a->hash_count && (whole || a->hashes[i] <= last); i++) {
        while (k < b->hash_count && b->hashes[k] < a->hashes[i])
            k++;
        if (k < b->hash_count && b->hashes[k] == a->hashes[i])
            continue;
        const struct slot *slot = slot_of(a->hashes[i], false);
        size_t index = (size_t)(slot - table.slots);
        own.count++;
        own.held += (unsigned)(reading->seen[index / 64] >> (index % 64) & 1);
    }
    return own;
}

/* What is held speaks for the licence, what is missing a quarter as loud against it: files often
 * lack the appendix that tells how to apply the licence. */
static int four_scores(struct own own)
{
    return 4 * (int)own.held - (int)(own.count - own.held);
}

static double threshold_of(const struct license_entry *entry)
{
    return entry->runs < SHORT_RUNS ? THRESHOLD_SHORT : THRESHOLD;
}

/* Whether `entry` is there beside `better`, in the place of it, or not at all. */
enum choice { CHOICE_BOTH, CHOICE_FIRST, CHOICE_SECOND };

static enum choice choose(const struct reading *reading, const struct license_entry *better,
                          const struct license_entry *entry)
{
    if (shared(better, entry) <= ALIKE && shared(entry, better) <= ALIKE)
        return CHOICE_BOTH;
    struct own first = own_of(reading, better, entry), second = own_of(reading, entry, better);
    if (second.count >= OWN_MIN && second.count * 2 >= entry->hash_count &&
        second.held >= second.count * THRESHOLD_SHORT)
        return CHOICE_BOTH;
    return four_scores(second) > four_scores(first) ? CHOICE_SECOND : CHOICE_FIRST;
}

/* From the one that explains most of the text on; what it has in common with others is not told
 * twice. */
static void choose_texts(struct reading *reading)
{
    VEC(struct candidate) list = {0};
    for (size_t i = 0; i < license_entry_count; i++) {
        const struct license_entry *entry = &license_entries[i];
        if (entry->hash_count == 0 || reading->hits[i] == 0)
            continue;
        double part = (double)reading->hits[i] / entry->hash_count;
        if (part < threshold_of(entry))
            continue;
        double worth = part * part * part * part * entry->runs;
        *VEC_ADD(&list) = (struct candidate){(uint32_t)i, part, worth, false};
    }
    if (list.count)
        qsort(list.items, list.count, sizeof(struct candidate), by_worth);
    for (size_t i = 0; i < list.count; i++) {
        const struct license_entry *entry = &license_entries[list.items[i].license];
        for (size_t k = 0; k < i && !list.items[i].dropped; k++) {
            if (list.items[k].dropped)
                continue;
            enum choice choice = choose(reading, &license_entries[list.items[k].license], entry);
            list.items[i].dropped = choice == CHOICE_FIRST;
            list.items[k].dropped = choice == CHOICE_SECOND;
        }
    }
    for (size_t i = 0; i < list.count; i++)
        if (!list.items[i].dropped)
            add_found(reading, str_of(license_entries[list.items[i].license].id),
                      reading->places[list.items[i].license], PHRASE_TEXT);
    VEC_FREE(&list);
}

/* ---- the expression ---- */

/* "GPL-2.0-only" and "GPL-2.0-or-later" up to their end. */
static struct str stem(struct str id)
{
    static const struct str endings[] = {{"-only", 5}, {"-or-later", 9}};
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (str_ends(id, endings[i]))
            return str_first(id, id.len - endings[i].len);
    return id;
}

/* The text of a licence says less than a notice of it; a reference less than both. */
static void settle(struct reading *reading)
{
    size_t kept = 0;
    for (size_t i = 0; i < reading->found_count; i++) {
        struct found *found = &reading->found[i];
        struct str name = stem(found->expression);
        if (found->kind == PHRASE_REFERENCE && reading->later &&
            str_ends(found->expression, STR("-only")))
            for (size_t k = 0; k < license_entry_count; k++)
                if (str_starts(str_of(license_entries[k].id), name) &&
                    str_is(str_from(str_of(license_entries[k].id), name.len), "-or-later"))
                    found->expression = str_of(license_entries[k].id);
    }
    for (size_t i = 0; i < reading->found_count; i++) {
        const struct found *found = &reading->found[i];
        bool told = false;
        for (size_t k = 0; k < reading->found_count && !told; k++) {
            const struct found *other = &reading->found[k];
            bool same = k != i && str_equal(stem(other->expression), stem(found->expression));
            /* The text of LGPL 3 adds to that of GPL 3, which stands beside it. */
            if (str_is(found->expression, "GPL-3.0-only") && found->kind == PHRASE_TEXT)
                told = str_starts(other->expression, STR("LGPL-3.0"));
            told =
                told || (same && (str_ends(other->expression, STR("-or-later")) &&
                                          !str_ends(found->expression, STR("-or-later"))
                                      ? true
                                      : str_equal(other->expression, found->expression) && k < i));
        }
        if (!told)
            reading->found[kept++] = *found;
    }
    reading->found_count = kept;
}

static int by_place(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return str_compare(x->expression, y->expression);
}

static const struct phrase *exception_of(const struct reading *reading, struct str id)
{
    for (size_t i = 0; i < reading->exception_count; i++)
        if (str_starts(id, str_of(reading->exceptions[i]->of)) &&
            str_find(id, STR(" ")) == SIZE_MAX)
            return reading->exceptions[i];
    return NULL;
}

static struct str print(struct arena *arena, struct reading *reading)
{
    AUTO_BUF out = {0};
    bool choice = reading->choice && reading->found_count == 2;
    qsort(reading->found, reading->found_count, sizeof(reading->found[0]), by_place);
    for (size_t i = 0; i < reading->found_count; i++) {
        struct str one = reading->found[i].expression;
        const struct phrase *exception = exception_of(reading, one);
        bool apart = reading->found_count > 1 && str_find(one, STR(" OR ")) != SIZE_MAX;
        if (i)
            buf_puts(&out, choice ? " OR " : " AND ");
        buf_printf(&out, apart ? "(%.*s)" : "%.*s", STR_ARG(one));
        if (exception)
            buf_printf(&out, " WITH %s", exception->expression);
    }
    return arena_str(arena, buf_str(&out));
}

struct str license_recognize(struct arena *arena, struct str text)
{
    if (text.len == 0)
        return STR_NONE;
    pthread_once(&once, fill);
    struct reading *reading = mem_zalloc(1, sizeof(*reading));
    reading->hits = mem_zalloc(license_entry_count, sizeof(*reading->hits));
    reading->places = mem_zalloc(license_entry_count, sizeof(*reading->places));
    reading->seen = mem_zalloc(table.mask / 64 + 1, sizeof(*reading->seen));
    read_words(reading, text);
    choose_texts(reading);
    read_tags(reading, arena, text);
    settle(reading);
    struct str result = print(arena, reading);
    free(reading->hits);
    free(reading->places);
    free(reading->seen);
    free(reading);
    return result;
}
