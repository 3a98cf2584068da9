#include "secret/rules_file.h"

#include "base/limits.h"
#include "io/pcre.h"
#include "io/toml.h"
#include "io/yaml.h"
#include "secret/scanner.h"

/* ---- shared by the readers ---- */

const char *rules_copy(struct secret_ruleset *set, struct str text)
{
    return arena_printf(&set->arena, "%.*s", STR_ARG(text)).data;
}

const char *rules_text(struct secret_ruleset *set, const json_t *object, const char *key)
{
    struct str text = json_text(object, key);
    return text.len ? rules_copy(set, text) : NULL;
}

const char *const *rules_list(struct secret_ruleset *set, const json_t *object, const char *key)
{
    const json_t *list = json_list(object, key);
    size_t count = list ? json_array_size(list) : 0, kept = 0;
    if (count == 0)
        return NULL;
    const char **items = ARENA_ARRAY(&set->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct str text = json_value_text(json_array_get(list, i));
        if (text.len)
            items[kept++] = rules_copy(set, text);
    }
    items[kept] = NULL;
    return kept ? items : NULL;
}

const char *const *rules_keywords(struct secret_ruleset *set, const json_t *object)
{
    const char *const *words = rules_list(set, object, "keywords");
    for (const char *const *word = words; word && *word; word++)
        for (char *c = (char *)(uintptr_t)*word; *c; c++)
            if (*c >= 'A' && *c <= 'Z')
                *c = (char)(*c + 32);
    return words;
}

const char *const *rules_one(struct secret_ruleset *set, const char *text)
{
    const char **items = ARENA_ARRAY(&set->arena, const char *, 2);
    items[0] = text;
    items[1] = NULL;
    return items;
}

enum severity rules_severity(struct str text, enum severity otherwise)
{
    for (int severity = 0; severity < SEVERITY_COUNT; severity++) {
        struct str name = str_of(severity_name((enum severity)severity));
        bool same = name.len == text.len;
        for (size_t i = 0; i < text.len && same; i++)
            same = (text.data[i] | 0x20) == name.data[i];
        if (same)
            return (enum severity)severity;
    }
    return otherwise;
}

double rules_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_number(value))
        return json_number_value(value);
    return json_is_string(value) ? strtod(json_string_value(value), NULL) : 0;
}

unsigned rules_group(const json_t *object, const char *key)
{
    enum { MOST = 99 };
    double number = rules_number(object, key);
    return number >= 1 && number <= MOST ? (unsigned)number : 0;
}

void rules_note(struct secret_notes *notes, const struct pl_err *note)
{
    enum { MOST = 20 };
    if (notes->items.count < MOST)
        *VEC_ADD(&notes->items) = *note;
}

/* ---- which kind ---- */

static bool is_gitleaks(const json_t *root)
{
    return json_list(root, "rules") || json_member(root, "extend") ||
           json_member(root, "allowlist") || json_list(root, "allowlists");
}

static int read_toml(struct secret_ruleset *set, struct str text, struct secret_notes *notes,
                     struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    int r = toml_document(text, &root, err);
    if (r < 0)
        return r;
    return is_gitleaks(root) ? rules_gitleaks_read(set, root, notes, err)
                             : rules_own_read(set, root, notes, err);
}

static int read_yaml(struct secret_ruleset *set, struct str text, struct secret_notes *notes,
                     struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    int r = yaml_document(text, &root, err);
    if (r == 0 && !json_is_object(root))
        r = err_set(err, PL_E_FORMAT, "these are no rules for secrets");
    return r < 0 ? r : rules_trivy_read(set, root, notes, err);
}

/* PCRE2 must know the pattern, too: it says what the secret is. */
static int check_patterns(const struct secret_ruleset *set, size_t first, struct pl_err *err)
{
    int r = 0;
    for (size_t i = first; i < set->rules.count && r == 0; i++) {
        const struct secret_rule *rule = set->rules.items[i];
        const char *const patterns[] = {rule->pattern, rule->path};
        for (size_t k = 0; k < ARRAY_LEN(patterns) && r == 0; k++) {
            struct pcre *pcre = NULL;
            r = patterns[k] ? pcre_compile(patterns[k], &pcre, err) : 0;
            pcre_free(pcre);
        }
        if (r < 0)
            err_prefix(err, "the rule %s", rule->id);
    }
    return r;
}

int secret_rules_add(struct secret_ruleset *set, const char *name, struct str text,
                     struct secret_notes *notes, struct pl_err *err)
{
    struct str path = str_of(name);
    bool yaml = str_ends(path, STR(".yaml")) || str_ends(path, STR(".yml"));
    size_t own = set->own;
    int r = yaml ? read_yaml(set, text, notes, err) : read_toml(set, text, notes, err);
    if (r == 0)
        r = check_patterns(set, set->rules.count - (set->own - own), err);
    return r < 0 ? err_prefix(err, "%s", name) : 0;
}

/* ---- examples ---- */

/* The sign that keeps examples from being taken for leaks is dropped. */
static struct str without_marks(struct arena *arena, struct str text)
{
    static const struct str mark = {"§", 2};
    AUTO_BUF plain = {0};
    for (size_t at; (at = str_find(text, mark)) != SIZE_MAX; text = str_from(text, at + mark.len))
        buf_add(&plain, str_first(text, at));
    buf_add(&plain, text);
    return arena_str(arena, buf_str(&plain));
}

static int try_list(struct secret_scanner *scanner, const struct secret_rule *rule,
                    const char *const *list, bool wanted, struct pl_err *err)
{
    struct arena arena = {0};
    int r = 0;
    for (; list && *list && r == 0; list++) {
        struct str text = without_marks(&arena, str_of(*list));
        if (secret_scanner_tries(scanner, rule, text) == wanted)
            continue;
        if (wanted)
            r = err_set(err, PL_E_FORMAT, "the rule %s does not find its own example: %s", rule->id,
                        *list);
        else
            r = err_set(err, PL_E_FORMAT, "the rule %s finds what it must not: %s", rule->id,
                        *list);
    }
    arena_free(&arena);
    return r;
}

int secret_rules_try(const struct secret_ruleset *set, struct pl_err *err)
{
    int r = 0;
    if (set->own == 0)
        return 0;
    struct secret_scanner *scanner = secret_scanner_new(set);
    for (size_t i = set->rules.count - set->own; i < set->rules.count && r == 0; i++) {
        const struct secret_rule *rule = set->rules.items[i];
        r = try_list(scanner, rule, rule->examples, true, err);
        if (r == 0)
            r = try_list(scanner, rule, rule->nots, false, err);
    }
    secret_scanner_free(scanner);
    return r;
}
