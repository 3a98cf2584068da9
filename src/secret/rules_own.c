/* Our own rules: tables "secret" and "allow" as data/secrets/ has them, and "disable" (ids of the
 * program's rules, as globs) and "use_default" (false: none of them). */
#include "secret/rules_file.h"

static int check_keys(const json_t *table, const char *const *known, struct pl_err *err)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)table, key, value)
    {
        bool found = false;
        for (const char *const *one = known; *one; one++)
            found = found || strcmp(key, *one) == 0;
        if (!found)
            return err_set(err, PL_E_FORMAT, "\"%s\" is no key that is known here", key);
    }
    return 0;
}

static int read_rule(struct secret_ruleset *set, const json_t *table, struct pl_err *err)
{
    static const char *const known[] = {
        "id",         "title",     "title_zh",  "service",   "severity", "pattern",
        "keywords",   "entropy",   "files",     "not_files", "allow",    "allow_line",
        "revoke",     "revoke_zh", "checksum",  "path",      "examples", "not",
        "references", "group",     "text_only", NULL};
    struct secret_rule *rule = ARENA_NEW(&set->arena, struct secret_rule);
    int r = check_keys(table, known, err);
    if (r < 0)
        return r;
    *rule = (struct secret_rule){
        .id = rules_text(set, table, "id"),
        .title = rules_text(set, table, "title"),
        .title_zh = rules_text(set, table, "title_zh"),
        .service = rules_text(set, table, "service"),
        .severity = rules_severity(json_text(table, "severity"), SEVERITY_HIGH),
        .pattern = rules_text(set, table, "pattern"),
        .keywords = rules_keywords(set, table),
        .entropy = rules_number(table, "entropy"),
        .checksum = rules_text(set, table, "checksum"),
        .files = rules_list(set, table, "files"),
        .not_files = rules_list(set, table, "not_files"),
        .allow = rules_list(set, table, "allow"),
        .allow_line = rules_list(set, table, "allow_line"),
        .revoke = rules_text(set, table, "revoke"),
        .revoke_zh = rules_text(set, table, "revoke_zh"),
        .references = rules_list(set, table, "references"),
        .examples = rules_list(set, table, "examples"),
        .nots = rules_list(set, table, "not"),
        .text_only = json_is_true(json_object_get(table, "text_only")),
        .group = rules_group(table, "group"),
        .path = rules_text(set, table, "path"),
    };
    if (!rule->id)
        return err_set(err, PL_E_FORMAT, "a rule has no id");
    if (!rule->pattern && !rule->path)
        return err_set(err, PL_E_FORMAT, "the rule %s has neither a pattern nor a path", rule->id);
    if (!rule->title)
        rule->title = rule->id;
    secret_ruleset_add(set, rule);
    return 0;
}

static int read_allow(struct secret_ruleset *set, const json_t *table, struct pl_err *err)
{
    static const char *const known[] = {"id",    "why",   "why_zh", "value", "line",
                                        "files", "paths", "kinds",  "every", NULL};
    struct secret_allow *allow = ARENA_NEW(&set->arena, struct secret_allow);
    int r = check_keys(table, known, err);
    if (r < 0)
        return r;
    *allow = (struct secret_allow){
        .id = rules_text(set, table, "id"),
        .why = rules_text(set, table, "why"),
        .value = rules_list(set, table, "value"),
        .line = rules_list(set, table, "line"),
        .files = rules_list(set, table, "files"),
        .paths = rules_list(set, table, "paths"),
        .kinds = rules_list(set, table, "kinds"),
        .every = json_is_true(json_object_get(table, "every")),
    };
    if (!allow->value && !allow->line && !allow->files && !allow->paths)
        return err_set(err, PL_E_FORMAT, "an allow rule has none of value, line, files, paths");
    secret_ruleset_add_allow(set, allow);
    return 0;
}

int rules_own_read(struct secret_ruleset *set, const json_t *root, struct secret_notes *notes,
                   struct pl_err *err)
{
    static const char *const known[] = {"secret", "allow", "disable", "use_default", NULL};
    const json_t *rules = json_list(root, "secret"), *allows = json_list(root, "allow");
    const char *const *disabled = rules_list(set, root, "disable");
    int r = check_keys(root, known, err);
    struct pl_err note;
    if (r == 0 && json_is_false(json_object_get(root, "use_default")))
        secret_ruleset_disable(set, STR_NONE);
    for (; r == 0 && disabled && *disabled; disabled++)
        if (!secret_ruleset_disable(set, str_of(*disabled))) {
            err_set(&note, PL_E_NOT_FOUND, "there is no rule \"%s\" that could be disabled",
                    *disabled);
            rules_note(notes, &note);
        }
    for (size_t i = 0; r == 0 && rules && i < json_array_size(rules); i++)
        r = read_rule(set, json_array_get(rules, i), err);
    for (size_t i = 0; r == 0 && allows && i < json_array_size(allows); i++)
        r = read_allow(set, json_array_get(allows, i), err);
    return r;
}
