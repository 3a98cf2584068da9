#include "license/policy_internal.h"

#include <stdlib.h>

#include "base/limits.h"

struct license_policy *license_policy_new(void)
{
    struct license_policy *policy = mem_zalloc(1, sizeof(*policy));
    policy->unknown = LICENSE_UNKNOWN;
    policy->severities[LICENSE_DENIED] = SEVERITY_HIGH;
    policy->severities[LICENSE_UNLISTED] = SEVERITY_MEDIUM;
    policy->severities[LICENSE_UNKNOWN] = SEVERITY_LOW;
    return policy;
}

void license_policy_free(struct license_policy *policy)
{
    VEC_FREE(&policy->rules);
    VEC_FREE(&policy->exemptions);
    arena_free(&policy->arena);
    free(policy);
}

struct str license_lower(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        copy[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        if (c == '/')
            copy[i] = '\x1f'; /* '*' stops at '/', which separates nothing in a licence */
    }
    copy[text.len] = '\0';
    return str_make(copy, text.len);
}

/* ---- entries ---- */

static bool find_group(struct str name, enum license_group *ret_group)
{
    static const char *const names[LICENSE_GROUP_COUNT] = {
        [LICENSE_PERMISSIVE] = "permissive",
        [LICENSE_WEAK_COPYLEFT] = "weak-copyleft",
        [LICENSE_COPYLEFT] = "copyleft",
        [LICENSE_NETWORK_COPYLEFT] = "network-copyleft",
    };
    for (int i = LICENSE_PERMISSIVE; i < LICENSE_GROUP_COUNT; i++)
        if (str_is(name, names[i])) {
            *ret_group = (enum license_group)i;
            return true;
        }
    return false;
}

/* An id as today's list writes it: "GPL-2.0" is "GPL-2.0-only". */
static struct str todays(struct license_policy *policy, struct str entry, struct pl_err *err)
{
    struct license_expression expression;
    AUTO_BUF text = {0};
    if (license_parse(&policy->arena, entry, &expression, err) < 0)
        return STR_NONE;
    if (expression.count != 1) {
        err_set(err, PL_E_USAGE,
                "\"%.*s\" names several licences: an entry names one, or one WITH an exception",
                STR_ARG(str_first(entry, 200)));
        return STR_NONE;
    }
    license_print(&text, &expression);
    return arena_str(&policy->arena, buf_str(&text));
}

int license_policy_add(struct license_policy *policy, struct str entry, bool deny,
                       struct pl_err *err)
{
    struct license_rule rule = {.kind = LICENSE_BY_NAME, .deny = deny};
    entry = str_trim(entry);
    if (entry.len == 0)
        return 0;
    if (str_is(entry, "unknown")) {
        policy->unknown = deny ? LICENSE_DENIED : LICENSE_ALLOWED;
        return 0;
    }
    policy->has_allowed |= !deny;
    if (find_group(entry, &rule.group)) {
        rule.kind = LICENSE_BY_GROUP;
    } else if (entry.data[0] == '"' && entry.len > 2) {
        /* In quotes: words of metadata that are no id. */
        rule.text = str_make(entry.data + 1, entry.len - 2);
        if (str_index(rule.text, '*') != SIZE_MAX)
            rule.kind = LICENSE_BY_PATTERN;
    } else if (str_index(entry, '*') != SIZE_MAX) {
        rule.kind = LICENSE_BY_PATTERN;
        rule.text = entry;
    } else {
        rule.text = todays(policy, entry, err);
        if (rule.text.len == 0)
            return -PL_E_USAGE;
    }
    rule.text = license_lower(&policy->arena, rule.text);
    *VEC_ADD(&policy->rules) = rule;
    return 0;
}

static int add_list(struct license_policy *policy, struct str list, bool deny, struct pl_err *err)
{
    struct str entry;
    int r = 0;
    while (r == 0 && str_cut(&list, ',', &entry))
        r = license_policy_add(policy, entry, deny, err);
    if (r < 0 && err)
        err->code = PL_E_USAGE;
    return r < 0 ? -PL_E_USAGE : 0;
}

int license_policy_allow(struct license_policy *policy, struct str list, struct pl_err *err)
{
    return add_list(policy, list, false, err);
}

int license_policy_deny(struct license_policy *policy, struct str list, struct pl_err *err)
{
    return add_list(policy, list, true, err);
}

/* ---- verdicts ---- */

/* Of the rules that fit, the most precise; of equal ones those that deny. "MPL-1.1" speaks of
 * "MPL-1.1+", too. */
static bool choose(const struct license_policy *policy, struct str lower, enum license_group group,
                   bool *ret_deny)
{
    int best = -1;
    struct str bare = str_first(lower, lower.len - str_ends(lower, STR("+")));
    for (size_t i = 0; i < policy->rules.count; i++) {
        const struct license_rule *rule = &policy->rules.items[i];
        bool fits = rule->kind == LICENSE_BY_GROUP ? rule->group == group
                    : rule->kind == LICENSE_BY_PATTERN
                        ? str_glob(rule->text, lower)
                        : str_equal(rule->text, lower) || str_equal(rule->text, bare);
        if (!fits || (int)rule->kind < best)
            continue;
        *ret_deny = rule->deny || ((int)rule->kind == best && *ret_deny);
        best = (int)rule->kind;
    }
    return best >= 0;
}

static enum license_verdict verdict_of(const struct license_policy *policy, bool found, bool deny,
                                       bool known)
{
    if (found)
        return deny ? LICENSE_DENIED : LICENSE_ALLOWED;
    if (!known)
        return policy->unknown;
    return policy->has_allowed ? LICENSE_UNLISTED : LICENSE_ALLOWED;
}

enum license_verdict license_policy_judge(const struct license_policy *policy, struct str id,
                                          struct str exception)
{
    struct arena arena = {0};
    bool deny = false, found = false;
    struct str bare = str_ends(id, STR("+")) ? str_first(id, id.len - 1) : id;
    const struct license_entry *entry = license_find(bare);
    if (exception.len) {
        struct str pair = arena_printf(&arena, "%.*s WITH %.*s", STR_ARG(id), STR_ARG(exception));
        struct str lower = license_lower(&arena, pair);
        for (size_t i = 0; i < policy->rules.count && !found; i++) {
            const struct license_rule *rule = &policy->rules.items[i];
            if (rule->kind != LICENSE_BY_GROUP && str_find(rule->text, STR(" with ")) != SIZE_MAX)
                found = str_glob(rule->text, lower);
        }
        if (found)
            choose(policy, lower, LICENSE_GROUP_COUNT, &deny);
    }
    if (!found)
        found = choose(policy, license_lower(&arena, id),
                       entry && entry->group ? entry->group : LICENSE_GROUP_COUNT, &deny);
    arena_free(&arena);
    return verdict_of(policy, found, deny, entry != NULL);
}

enum license_verdict license_policy_judge_words(const struct license_policy *policy,
                                                struct str words)
{
    struct arena arena = {0};
    bool deny = false;
    bool found = choose(policy, license_lower(&arena, words), LICENSE_GROUP_COUNT, &deny);
    arena_free(&arena);
    return verdict_of(policy, found, deny, false);
}
