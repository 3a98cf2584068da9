#include "license/names.h"

#include <pthread.h>
#include <stdlib.h>
#include <strings.h>

#include "base/hash.h"
#include "base/vec.h"
#include "license/expression.h"
#include "license/words.h"

/* ---- the table of names ---- */

struct slot {
    uint64_t key; /* 0: free */
    const char *expression;
};

struct table {
    struct slot *slots;
    size_t mask;
};

static struct table names, exceptions;
static uint64_t later_keys[16];
static size_t later_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static uint64_t key_of(struct str text)
{
    struct license_words_word words[LICENSE_WORDS_MAX];
    size_t count = license_words(text, words);
    return count > LICENSE_WORDS_MAX ? 0 : license_words_key(words, count);
}

static uint64_t typed(uint64_t key, const char *type)
{
    return type && key ? key ^ (hash_str(str_of(type)) | 1) : key;
}

static const char *find(const struct table *table, uint64_t key)
{
    if (key == 0)
        return NULL;
    for (size_t i = key & table->mask; table->slots[i].key; i = (i + 1) & table->mask)
        if (table->slots[i].key == key)
            return table->slots[i].expression;
    return NULL;
}

/* The first that is said of a name holds. */
static void put(struct table *table, uint64_t key, const char *expression)
{
    if (key == 0 || find(table, key))
        return;
    size_t i = key & table->mask;
    while (table->slots[i].key)
        i = (i + 1) & table->mask;
    table->slots[i] = (struct slot){key, expression};
}

static void size_table(struct table *table, size_t count)
{
    size_t size = 64;
    while (size < count * 2)
        size *= 2;
    table->slots = mem_zalloc(size, sizeof(*table->slots));
    table->mask = size - 1;
}

/* Full names of the list that two licences share tell nothing. */
static void put_full_names(void)
{
    for (size_t i = 0; i < license_entry_count; i++) {
        const struct license_entry *entry = &license_entries[i];
        if (entry->name[0] && !entry->deprecated)
            put(&names, key_of(str_of(entry->name)), entry->id);
    }
}

static void fill(void)
{
    static const char *const later[] = {"+",
                                        "or later",
                                        "or any later",
                                        "or newer",
                                        "or greater",
                                        "or above",
                                        "or higher",
                                        "and later",
                                        "and above",
                                        "plus",
                                        "or at your option any later",
                                        "or later at your option",
                                        "or any later at your option",
                                        "or later +"};
    size_table(&names, license_name_count + 2 * license_entry_count);
    size_table(&exceptions, license_exception_count + license_exception_name_count);
    for (size_t i = 0; i < license_entry_count; i++)
        put(&names, key_of(str_of(license_entries[i].id)),
            license_entries[i].successor[0] ? license_entries[i].successor : license_entries[i].id);
    for (size_t i = 0; i < license_name_count; i++)
        put(&names, typed(key_of(str_of(license_names[i].name)), license_names[i].type),
            license_names[i].expression);
    put_full_names();
    for (size_t i = 0; i < license_exception_count; i++)
        put(&exceptions, key_of(str_of(license_exceptions[i])), license_exceptions[i]);
    for (size_t i = 0; i < license_exception_name_count; i++)
        put(&exceptions, key_of(str_of(license_exception_names[i].name)),
            license_exception_names[i].expression);
    for (size_t i = 0; i < ARRAY_LEN(later); i++)
        later_keys[later_count++] = key_of(str_of(later[i]));
}

/* ---- a text of names ---- */

enum { SPAN = 14 }; /* words of the longest name */

struct reader {
    struct arena *arena;
    const char *type;
    enum package_type package_type;
    const struct license_words_word *words;
    size_t count, at;
    unsigned depth;
};

/* Bounds of the work on one text: each place is looked at with SPAN lengths, once. */
static size_t longest(const struct reader *reader, const struct table *table, size_t at,
                      const char **ret_expression)
{
    size_t best = 0;
    unsigned open = 0;
    *ret_expression = NULL;
    for (size_t end = at; end < reader->count && end < at + SPAN; end++) {
        enum license_word_kind kind = reader->words[end].kind;
        if (kind == WORD_CLOSE && open-- == 0)
            break;
        open += kind == WORD_OPEN;
        if (open || kind == WORD_COMMA || kind == WORD_SLASH)
            continue;
        uint64_t key = license_words_key(reader->words + at, end + 1 - at);
        const char *hit = find(table, typed(key, reader->type));
        hit = hit ? hit : find(table, key);
        if (hit) {
            best = end + 1 - at;
            *ret_expression = hit;
        }
    }
    return best;
}

static size_t later_at(const struct reader *reader, size_t at)
{
    size_t best = 0;
    for (size_t end = at; end < reader->count && end < at + 8; end++) {
        if (reader->words[end].kind == WORD_OPEN || reader->words[end].kind == WORD_CLOSE)
            continue;
        uint64_t key = license_words_key(reader->words + at, end + 1 - at);
        for (size_t i = 0; i < later_count; i++)
            if (later_keys[i] == key)
                best = end + 1 - at;
    }
    /* "(at your option)": what is open is closed */
    for (unsigned open = 0; best; best++) {
        open = 0;
        for (size_t i = at; i < at + best; i++)
            open += reader->words[i].kind == WORD_OPEN            ? 1U
                    : reader->words[i].kind == WORD_CLOSE && open ? (unsigned)-1
                                                                  : 0U;
        if (open == 0 || at + best >= reader->count)
            break;
    }
    return best;
}

/* Expressions of names are short; those that are made are in the arena. */
static struct str made_later(struct arena *arena, struct str id)
{
    static const struct str only = {"-only", 5};
    if (str_find(id, STR(" ")) != SIZE_MAX || str_ends(id, STR("-or-later")))
        return id;
    if (str_ends(id, only))
        return arena_printf(arena, "%.*s-or-later", STR_ARG(str_first(id, id.len - only.len)));
    return arena_printf(arena, "%.*s+", STR_ARG(id));
}

static struct str read_all(struct reader *reader, unsigned level);

static void skip_noise(struct reader *reader)
{
    while (reader->at < reader->count && reader->words[reader->at].kind == WORD_NOISE)
        reader->at++;
}

static bool next_is(const struct reader *reader, enum license_word_kind kind)
{
    return reader->at < reader->count && reader->words[reader->at].kind == kind;
}

static struct str read_exception(struct reader *reader, struct str term)
{
    const char *exception;
    size_t len = longest(reader, &exceptions, reader->at + 1, &exception);
    if (len == 0)
        return STR_NONE;
    reader->at += len + 1;
    return arena_printf(reader->arena, "%.*s WITH %s", STR_ARG(term), exception);
}

/* "General Public License 2 or later (GPLv2+)": what stands in parentheses says the same. */
static void pass_repetition(struct reader *reader, struct str term)
{
    struct reader inner = *reader;
    if (!next_is(reader, WORD_OPEN) || reader->depth > 4)
        return;
    inner.at++;
    inner.depth++;
    struct str again = read_all(&inner, 0);
    if (str_equal(again, term) && next_is(&inner, WORD_CLOSE))
        reader->at = inner.at + 1;
}

static struct str read_term(struct reader *reader)
{
    const char *expression;
    skip_noise(reader);
    size_t len = longest(reader, &names, reader->at, &expression);
    if (len == 0 && next_is(reader, WORD_OPEN) && reader->depth < 16) {
        reader->at++;
        reader->depth++;
        struct str inner = read_all(reader, 0);
        skip_noise(reader);
        if (inner.len == 0 || !next_is(reader, WORD_CLOSE))
            return STR_NONE;
        reader->at++;
        reader->depth--;
        return str_find(inner, STR(" ")) == SIZE_MAX
                   ? inner
                   : arena_printf(reader->arena, "(%.*s)", STR_ARG(inner));
    }
    if (len == 0)
        return STR_NONE;
    reader->at += len;
    struct str term = str_of(expression);
    size_t later = later_at(reader, reader->at);
    if (later) {
        term = made_later(reader->arena, term);
        reader->at += later;
    }
    pass_repetition(reader, term);
    skip_noise(reader);
    if (next_is(reader, WORD_WITH))
        term = read_exception(reader, term);
    skip_noise(reader);
    if (term.len && str_find(term, STR(" OR ")) != SIZE_MAX)
        term = arena_printf(reader->arena, "(%.*s)", STR_ARG(term));
    return term;
}

/* ---- operators: ", or" and ", and" bind least, then "or", then "and" ---- */

enum { LEVEL_COMMA, LEVEL_OR, LEVEL_AND, LEVEL_TERM };

struct operator
{
    const char *text; /* NULL: none that belongs to this level */
    size_t words;
};

static struct operator comma_operator(const struct reader *reader)
{
    enum license_word_kind behind =
        reader->at + 1 < reader->count ? reader->words[reader->at + 1].kind : WORD_NAME;
    if (behind == WORD_AND || behind == WORD_OR)
        return (struct operator){behind == WORD_AND ? " AND " : " OR ", 2};
    if (reader->package_type == PACKAGE_MAVEN)
        return (struct operator){NULL, 0};
    /* A list of a file can be a choice; what one text puts side by side is taken as all of it. */
    return (struct operator){" AND ", 1};
}

static struct operator operator_at(const struct reader *reader, unsigned level)
{
    static const struct operator none = {NULL, 0};
    if (reader->at >= reader->count)
        return none;
    enum license_word_kind kind = reader->words[reader->at].kind;
    bool apart = reader->package_type == PACKAGE_APK || reader->package_type == PACKAGE_OPKG;
    switch (level) {
    case LEVEL_COMMA:
        return kind == WORD_COMMA ? comma_operator(reader) : none;
    case LEVEL_OR:
        if (kind == WORD_SLASH && reader->package_type == PACKAGE_CARGO)
            return (struct operator){" OR ", 1};
        return kind == WORD_OR ? (struct operator){" OR ", 1} : none;
    case LEVEL_AND:
        if (kind == WORD_AND)
            return (struct operator){" AND ", 1};
        /* Alpine wrote lists apart by spaces. */
        return apart && (kind == WORD_NAME || kind == WORD_OPEN) ? (struct operator){" AND ", 0}
                                                                 : none;
    default:
        return none;
    }
}

static struct str grouped(struct arena *arena, struct str text)
{
    return str_find(text, STR(" ")) == SIZE_MAX ? text
                                                : arena_printf(arena, "(%.*s)", STR_ARG(text));
}

static struct str read_all(struct reader *reader, unsigned level)
{
    AUTO_BUF out = {0};
    if (level == LEVEL_TERM)
        return read_term(reader);
    struct str part = read_all(reader, level + 1);
    struct operator operator= operator_at(reader, level);
    if (part.len == 0 || !operator.text)
        return part;
    buf_add(&out, level == LEVEL_COMMA ? grouped(reader->arena, part) : part);
    while (operator.text) {
        reader->at += operator.words;
        part = read_all(reader, level + 1);
        if (part.len == 0)
            return STR_NONE;
        /* What one level mixes (", and" with ", or") binds from left to right. */
        if (level == LEVEL_COMMA) {
            struct str left = arena_printf(reader->arena, "(%.*s)", STR_ARG(buf_str(&out)));
            out.len = 0;
            buf_add(&out, left);
            part = grouped(reader->arena, part);
        }
        buf_puts(&out, operator.text);
        buf_add(&out, part);
        operator= operator_at(reader, level);
    }
    return arena_str(reader->arena, buf_str(&out));
}

/* ---- forms of single ecosystems ---- */

/* "http://www.apache.org/licenses/LICENSE-2.0.txt": host and path, without what they end in. */
static struct str bare_address(struct str text)
{
    static const char *const endings[] = {".txt", ".html", ".htm", ".php", ".md", "/"};
    size_t scheme = str_find(text, STR("://"));
    if (scheme == SIZE_MAX || scheme > 5)
        return STR_NONE;
    text = str_from(text, scheme + 3);
    if (str_starts(text, STR("www.")))
        text = str_from(text, 4);
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (str_ends(text, str_of(endings[i])))
            text.len -= strlen(endings[i]);
    return text;
}

/* Hosts whose last component is an id. */
static struct str address_name(struct str address)
{
    static const char *const hosts[] = {"opensource.org/licenses/", "opensource.org/license/",
                                        "spdx.org/licenses/", "licenses.nuget.org/",
                                        "choosealicense.com/licenses/"};
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
        if (str_starts(address, str_of(hosts[i])))
            return str_from(address, strlen(hosts[i]));
    return address;
}

/* "License :: OSI Approved :: MIT License": PyPI's classifiers. */
static struct str classifier_name(struct str text)
{
    size_t at;
    if (!str_starts(text, STR("License ::")))
        return text;
    while ((at = str_find(text, STR("::"))) != SIZE_MAX)
        text = str_trim(str_from(text, at + 2));
    return text;
}

/* R: "MIT + file LICENSE" names the file with the copyright's holders. */
static struct str without_file(struct str text)
{
    size_t at = str_find(text, STR("+ file "));
    return at == SIZE_MAX ? text : str_trim(str_first(text, at));
}

static bool says_nothing(struct str text)
{
    static const char *const words[] = {"NONE",    "NOASSERTION", "UNKNOWN", "null",
                                        "unknown", "n/a",         "N/A",     "None"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_is(text, words[i]))
            return true;
    return text.len == 0;
}

/* ---- the whole ---- */

static struct str canonical(struct arena *arena, struct str text)
{
    struct license_expression expression;
    AUTO_BUF printed = {0};
    if (license_parse(arena, text, &expression, NULL) < 0)
        return STR_NONE;
    license_print(&printed, &expression);
    return arena_str(arena, buf_str(&printed));
}

static struct str read_names(struct arena *arena, struct str text, enum package_type type)
{
    struct license_words_word words[LICENSE_WORDS_MAX];
    size_t count = license_words(text, words);
    struct reader reader = {.arena = arena,
                            .type = package_type_name(type),
                            .package_type = type,
                            .words = words,
                            .count = count};
    if (count > LICENSE_WORDS_MAX)
        return STR_NONE;
    struct str found = read_all(&reader, 0);
    skip_noise(&reader);
    return reader.at == reader.count && found.len ? canonical(arena, found) : STR_NONE;
}

/* Arch and R give words that are ids elsewhere a meaning of their own. */
static bool has_own_words(enum package_type type)
{
    return type == PACKAGE_ALPM || type == PACKAGE_CPAN;
}

struct str license_normalize(struct arena *arena, struct str text, enum package_type type)
{
    pthread_once(&once, fill);
    text = str_trim(text);
    if (type == PACKAGE_PYPI)
        text = classifier_name(text);
    if (type == PACKAGE_CRAN)
        text = without_file(text);
    struct str address = bare_address(text), found = STR_NONE;
    if (says_nothing(text))
        return STR_NONE;
    if (address.len)
        return read_names(arena, address_name(address), type);
    if (!has_own_words(type))
        found = canonical(arena, text);
    return found.len ? found : read_names(arena, text, type);
}

bool license_list_is_choice(enum package_type type)
{
    /* composer.json's schema ("license"), Maven's model ("licenses"), npm's old list, RubyGems'
     * guides: a list is what the user may choose from. */
    return type == PACKAGE_COMPOSER || type == PACKAGE_MAVEN || type == PACKAGE_NPM ||
           type == PACKAGE_GEM;
}

/* A word of its own as SPDX writes licences that its list lacks. */
static struct str reference_to(struct arena *arena, struct str text)
{
    AUTO_BUF out = {0};
    buf_puts(&out, "LicenseRef-");
    for (size_t i = 0; i < text.len && i < 80; i++) {
        char c = text.data[i];
        bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
        if (plain || (out.len && out.data[out.len - 1] != '-'))
            buf_putc(&out, plain ? c : '-');
    }
    while (out.len && out.data[out.len - 1] == '-')
        out.len--;
    return arena_str(arena, buf_str(&out));
}

static void join(struct buf *out, struct str part, const char *operator)
{
    bool apart =
        str_find(part, STR(" OR ")) != SIZE_MAX || str_find(part, STR(" AND ")) != SIZE_MAX;
    if (out->len)
        buf_puts(out, operator);
    buf_printf(out, apart ? "(%.*s)" : "%.*s", STR_ARG(part));
}

/* Words that are joined by "and" are understood one by one where they are not as a whole. */
static bool cut_and(struct str *rest, struct str *ret_part)
{
    static const struct str operators[] = {{" and ", 5}, {" AND ", 5}};
    size_t first = SIZE_MAX;
    if (rest->len == 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        size_t at = str_find(*rest, operators[i]);
        first = at < first ? at : first;
    }
    *ret_part = str_trim(str_first(*rest, first));
    *rest = first == SIZE_MAX ? STR_NONE : str_from(*rest, first + 5);
    return true;
}

struct gathering {
    struct buf known;
    VEC(struct str) others;
};

static void gather(struct gathering *gathering, struct arena *arena, struct str text,
                   enum package_type type)
{
    struct str found = license_normalize(arena, text, type), rest = text, part;
    if (found.len) {
        join(&gathering->known, found, " AND ");
        return;
    }
    if (str_index(text, '(') != SIZE_MAX || str_find(text, STR(" or ")) != SIZE_MAX ||
        str_find(text, STR(" OR ")) != SIZE_MAX || text.len > 1024) {
        *VEC_ADD(&gathering->others) = text;
        return;
    }
    while (cut_and(&rest, &part)) {
        found = license_normalize(arena, part, type);
        if (found.len)
            join(&gathering->known, found, " AND ");
        else if (part.len)
            *VEC_ADD(&gathering->others) = part;
    }
}

static void gather_choice(struct gathering *gathering, struct arena *arena, const struct str *texts,
                          size_t count, enum package_type type)
{
    for (size_t i = 0; i < count; i++) {
        struct str found = license_normalize(arena, texts[i], type);
        if (!says_nothing(str_trim(texts[i])))
            join(&gathering->known, found.len ? found : reference_to(arena, texts[i]), " OR ");
    }
}

/* Each licence once: "MIT AND (MIT AND ISC)" is "MIT AND ISC". */
static struct str without_doubles(struct arena *arena, struct str text)
{
    struct license_expression expression;
    AUTO_BUF printed = {0};
    if (license_parse(arena, text, &expression, NULL) < 0)
        return STR_NONE;
    struct license_node *nodes = expression.nodes, *root = &nodes[expression.root];
    for (size_t i = root->first; root->kind != LICENSE_TERM && i != LICENSE_NO_NODE;
         i = nodes[i].next)
        for (size_t *link = &nodes[i].next; *link != LICENSE_NO_NODE;) {
            const struct license_node *other = &nodes[*link];
            if (nodes[i].kind == LICENSE_TERM && other->kind == LICENSE_TERM &&
                str_equal(nodes[i].id, other->id) &&
                str_equal(nodes[i].exception, other->exception))
                *link = other->next;
            else
                link = &nodes[*link].next;
        }
    if (root->kind != LICENSE_TERM && nodes[root->first].next == LICENSE_NO_NODE)
        expression.root = root->first;
    license_print(&printed, &expression);
    return arena_str(arena, buf_str(&printed));
}

void license_normalize_list(struct arena *arena, const struct str *texts, size_t count,
                            enum package_type type, bool choice, struct str **ret_texts,
                            size_t *ret_count)
{
    struct gathering gathering = {0};
    if (choice && count > 1)
        gather_choice(&gathering, arena, texts, count, type);
    else
        for (size_t i = 0; i < count; i++)
            if (!says_nothing(str_trim(texts[i])))
                gather(&gathering, arena, texts[i], type);
    *ret_texts = ARENA_ARRAY(arena, struct str, gathering.others.count + 1);
    *ret_count = 0;
    if (gathering.known.len) {
        struct str known = without_doubles(arena, buf_str(&gathering.known));
        (*ret_texts)[(*ret_count)++] =
            known.len ? known : arena_str(arena, buf_str(&gathering.known));
    }
    for (size_t i = 0; i < gathering.others.count; i++)
        (*ret_texts)[(*ret_count)++] = arena_str(arena, gathering.others.items[i]);
    VEC_FREE(&gathering.others);
    buf_free(&gathering.known);
}
