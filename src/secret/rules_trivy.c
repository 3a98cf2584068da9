/* trivy-secret.yaml: rules, allow-rules, exclude-block, enable-builtin-rules, disable-rules and
 * disable-allow-rules. Ids of Trivy's own rules are not those of ours; where there is none of that
 * name it is told. */
#include "io/pcre.h"
#include "secret/rules_file.h"

static void add_allow(struct secret_ruleset *set, const char *id, const char *const *values,
                      const char *const *blocks, const char *const *paths, const char *kind)
{
    struct secret_allow *allow = ARENA_NEW(&set->arena, struct secret_allow);
    if (!values && !blocks && !paths)
        return;
    *allow = (struct secret_allow){
        .id = id ? id : "trivy allow rule",
        .value = values,
        .blocks = blocks,
        .paths = paths,
        .kinds = kind ? rules_one(set, kind) : NULL,
        .every = true,
    };
    secret_ruleset_add_allow(set, allow);
}

static void read_allows(struct secret_ruleset *set, const json_t *owner, const char *kind)
{
    const json_t *list = json_list(owner, "allow-rules");
    for (size_t i = 0; list && i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const char *regex = rules_text(set, item, "regex"), *path = rules_text(set, item, "path");
        add_allow(set, rules_text(set, item, "id"), regex ? rules_one(set, regex) : NULL, NULL,
                  path ? rules_one(set, path) : NULL, kind);
    }
    add_allow(set, "trivy exclude-block", NULL,
              rules_list(set, json_member(owner, "exclude-block"), "regexes"), NULL, kind);
}

/* Which group it is can only be told by compiling the pattern. */
static int find_group(struct secret_rule *rule, struct str name, struct pl_err *err)
{
    struct pcre *pcre = NULL;
    AUTO_FREE char *text = str_dup(name);
    if (name.len == 0)
        return 0;
    int r = pcre_compile(rule->pattern, &pcre, err);
    if (r == 0 && (rule->group = pcre_group(pcre, text)) == 0)
        r = err_set(err, PL_E_FORMAT, "its regex has no group \"%s\"", text);
    pcre_free(pcre);
    return r < 0 ? err_prefix(err, "the rule %s", rule->id) : 0;
}

static int read_rule(struct secret_ruleset *set, const json_t *item, struct pl_err *err)
{
    struct secret_rule *rule = ARENA_NEW(&set->arena, struct secret_rule);
    *rule = (struct secret_rule){
        .id = rules_text(set, item, "id"),
        .title = rules_text(set, item, "title"),
        .service = rules_text(set, item, "category"),
        .severity = rules_severity(json_text(item, "severity"), SEVERITY_HIGH),
        .pattern = rules_text(set, item, "regex"),
        .keywords = rules_keywords(set, item),
        .path = rules_text(set, item, "path"),
        .far_keywords = true,
    };
    if (!rule->id)
        return err_set(err, PL_E_FORMAT, "a rule has no id");
    if (!rule->pattern)
        return err_set(err, PL_E_FORMAT, "the rule %s has no regex", rule->id);
    if (!rule->title)
        rule->title = rule->id;
    int r = find_group(rule, json_text(item, "secret-group-name"), err);
    if (r < 0)
        return r;
    secret_ruleset_add(set, rule);
    read_allows(set, item, rule->id);
    return 0;
}

static void tell_unknown(struct secret_notes *notes, const char *key, const char *id)
{
    struct pl_err note;
    err_set(&note, PL_E_NOT_FOUND, "%s: there is no rule \"%s\" here; see: plimsoll list secrets",
            key, id);
    rules_note(notes, &note);
}

/* Only those that are named stay. */
static void keep_named(struct secret_ruleset *set, const char *const *names,
                       struct secret_notes *notes)
{
    size_t kept = 0, shipped = set->rules.count - set->own;
    for (const char *const *name = names; *name; name++)
        if (!secret_rule_find(set, str_of(*name)))
            tell_unknown(notes, "enable-builtin-rules", *name);
    for (size_t i = 0; i < set->rules.count; i++) {
        bool named = i >= shipped;
        for (const char *const *name = names; *name; name++)
            named = named || strcmp(*name, set->rules.items[i]->id) == 0;
        if (named)
            set->rules.items[kept++] = set->rules.items[i];
    }
    set->rules.count = kept;
}

static void drop_allows(struct secret_ruleset *set, const char *id, struct secret_notes *notes)
{
    size_t kept = 0;
    for (size_t i = 0; i < set->allows.count; i++)
        if (strcmp(set->allows.items[i]->id, id) != 0)
            set->allows.items[kept++] = set->allows.items[i];
    if (kept == set->allows.count)
        tell_unknown(notes, "disable-allow-rules", id);
    set->allows.count = kept;
}

int rules_trivy_read(struct secret_ruleset *set, const json_t *root, struct secret_notes *notes,
                     struct pl_err *err)
{
    const json_t *rules = json_list(root, "rules");
    const char *const *enabled = rules_list(set, root, "enable-builtin-rules");
    const char *const *disabled = rules_list(set, root, "disable-rules");
    const char *const *allowed = rules_list(set, root, "disable-allow-rules");
    int r = 0;
    if (enabled)
        keep_named(set, enabled, notes);
    for (; disabled && *disabled; disabled++)
        if (!secret_ruleset_disable(set, str_of(*disabled)))
            tell_unknown(notes, "disable-rules", *disabled);
    for (; allowed && *allowed; allowed++)
        drop_allows(set, *allowed, notes);
    for (size_t i = 0; rules && i < json_array_size(rules) && r == 0; i++)
        r = read_rule(set, json_array_get(rules, i), err);
    if (r == 0)
        read_allows(set, root, NULL);
    return r;
}
