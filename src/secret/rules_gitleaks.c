/* gitleaks.toml: [[rules]] with regex, path, keywords, entropy, secretGroup and allowlists; global
 * allowlists; [extend] with disabledRules. The program's own rules stay: "useDefault" of gitleaks
 * means those of gitleaks, which are not read. Commits mean nothing in an image. */
#include "secret/rules_file.h"

/* Words that make a secret none, as patterns: quoted, and whatever their case. */
static const char *const *stop_words(struct secret_ruleset *set, const json_t *list)
{
    const char *const *words = rules_list(set, list, "stopwords");
    size_t count = 0;
    while (words && words[count])
        count++;
    if (count == 0)
        return NULL;
    const char **patterns = ARENA_ARRAY(&set->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        patterns[i] = str_find(str_of(words[i]), STR("\\E")) == SIZE_MAX
                          ? arena_printf(&set->arena, "(?i)\\Q%s\\E", words[i]).data
                          : "(?!)";
    patterns[count] = NULL;
    return patterns;
}

static void add_allow(struct secret_ruleset *set, const struct secret_allow *allow)
{
    struct secret_allow *copy = ARENA_NEW(&set->arena, struct secret_allow);
    *copy = *allow;
    if (copy->value || copy->line || copy->paths)
        secret_ruleset_add_allow(set, copy);
}

/* One allowlist: of a rule (`id`), or of all. Stop words stand for themselves. */
static void read_allowlist(struct secret_ruleset *set, const json_t *list, const char *id)
{
    const char *const *regexes = rules_list(set, list, "regexes");
    struct str target = json_text(list, "regexTarget"), condition = json_text(list, "condition");
    bool line = str_is(target, "line") || str_is(target, "match");
    const char *const *kinds = id ? rules_one(set, id) : rules_list(set, list, "targetRules");
    struct secret_allow allow = {
        .id = "gitleaks allowlist",
        .why = rules_text(set, list, "description"),
        .value = line ? NULL : regexes,
        .line = line ? regexes : NULL,
        .paths = rules_list(set, list, "paths"),
        .kinds = kinds,
        .every = str_is(condition, "AND") || str_is(condition, "and") || str_is(condition, "&&"),
    };
    const char *const *words = stop_words(set, list);
    if (allow.every && words && !allow.value) {
        allow.value = words;
        words = NULL;
    }
    add_allow(set, &allow);
    if (words) {
        struct secret_allow more = {.id = allow.id, .value = words, .kinds = kinds, .paths = NULL};
        add_allow(set, &more);
    }
}

static void read_allowlists(struct secret_ruleset *set, const json_t *owner, const char *id)
{
    const json_t *one = json_member(owner, "allowlist"), *many = json_list(owner, "allowlists");
    if (one)
        read_allowlist(set, one, id);
    for (size_t i = 0; many && i < json_array_size(many); i++)
        read_allowlist(set, json_array_get(many, i), id);
}

static int read_rule(struct secret_ruleset *set, const json_t *table, struct pl_err *err)
{
    struct secret_rule *rule = ARENA_NEW(&set->arena, struct secret_rule);
    *rule = (struct secret_rule){
        .id = rules_text(set, table, "id"),
        .title = rules_text(set, table, "description"),
        .severity = SEVERITY_HIGH,
        .pattern = rules_text(set, table, "regex"),
        .keywords = rules_keywords(set, table),
        .entropy = rules_number(table, "entropy"),
        .group = rules_group(table, "secretGroup"),
        .path = rules_text(set, table, "path"),
        .far_keywords = true,
    };
    if (!rule->id)
        return err_set(err, PL_E_FORMAT, "a rule has no id");
    if (!rule->pattern && !rule->path)
        return err_set(err, PL_E_FORMAT, "the rule %s has neither a regex nor a path", rule->id);
    if (!rule->pattern)
        rule->keywords = NULL;
    if (!rule->title)
        rule->title = rule->id;
    secret_ruleset_add(set, rule);
    read_allowlists(set, table, rule->id);
    return 0;
}

int rules_gitleaks_read(struct secret_ruleset *set, const json_t *root, struct secret_notes *notes,
                        struct pl_err *err)
{
    const json_t *rules = json_list(root, "rules"), *extend = json_member(root, "extend");
    const char *const *disabled = rules_list(set, extend, "disabledRules");
    struct pl_err note;
    int r = 0;
    for (; disabled && *disabled; disabled++)
        if (!secret_ruleset_disable(set, str_of(*disabled))) {
            err_set(&note, PL_E_NOT_FOUND, "there is no rule \"%s\" that could be disabled",
                    *disabled);
            rules_note(notes, &note);
        }
    if (json_text(extend, "path").len || json_text(extend, "url").len) {
        err_set(&note, PL_E_UNSUPPORTED,
                "[extend] names another file, which is not read: give it by --secret-rules, too");
        rules_note(notes, &note);
    }
    for (size_t i = 0; rules && i < json_array_size(rules) && r == 0; i++)
        r = read_rule(set, json_array_get(rules, i), err);
    if (r == 0)
        read_allowlists(set, root, NULL);
    return r;
}
