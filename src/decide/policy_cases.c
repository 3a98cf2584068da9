/* The tests that stand in a policy: a finding as reports have it, and what must become of it. */
#include <stdlib.h>

#include "base/clock.h"
#include "decide/policy_internal.h"

static struct str kept(struct policy *policy, const json_t *object, const char *key)
{
    return decisions_keep(policy->store, json_text(object, key));
}

static bool is_yes(const json_t *object, const char *key)
{
    struct str word = json_text(object, key);
    return str_is(word, "true") || str_is(word, "yes");
}

static double number_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? strtod(text, NULL) : 0;
}

static int take_package(struct policy *policy, struct policy_case *test, const json_t *value,
                        struct finding *finding, struct pl_err *err)
{
    struct package package = {.name = kept(policy, value, "package"),
                              .version = kept(policy, value, "installed")};
    struct str type = json_text(value, "type");
    if (package.name.len == 0)
        return 0;
    for (int i = 0; i < PACKAGE_TYPE_COUNT; i++)
        if (str_is(type, package_type_name((enum package_type)i)))
            package.type = (enum package_type)i;
    if (type.len && !str_is(type, package_type_name(package.type)))
        return policy_wrong(err, policy, test->line, "type", "there is no such type of packages");
    finding->package = test->report.packages.count;
    finding->installed = package.version;
    *VEC_ADD(&test->report.packages) = package;
    return 0;
}

static int take_finding(struct policy *policy, struct policy_case *test, const json_t *value,
                        struct pl_err *err)
{
    static const char *const known[] = {"kind", "id",        "aliases", "severity",  "package",
                                        "type", "installed", "fixed",   "status",    "path",
                                        "risk", "kev",       "epss",    "published", "fix_date",
                                        "base", "removed",   "cvss",    NULL};
    const char *key;
    json_t *item;
    if (!json_is_object(value))
        return policy_wrong(err, policy, test->line, "finding", "this is no mapping");
    json_object_foreach((json_t *)(uintptr_t)value, key, item)
    {
        bool found = false;
        for (const char *const *one = known; *one; one++)
            found = found || strcmp(key, *one) == 0;
        if (!found)
            return policy_wrong(err, policy, test->line, key, "there is no such key here");
    }
    struct finding finding = {
        .id = kept(policy, value, "id"),
        .package = PACKAGE_NONE,
        .status = FINDING_AFFECTED,
        .path = kept(policy, value, "path"),
        .fixed = kept(policy, value, "fixed"),
        .published = kept(policy, value, "published"),
        .fix_date = kept(policy, value, "fix_date"),
        .risk = (int)number_of(value, "risk"),
        .has_epss = json_object_get(value, "epss") != NULL,
        .epss_score = number_of(value, "epss"),
        .removed = is_yes(value, "removed"),
        .layer = LAYER_NONE,
    };
    struct str kind = json_text(value, "kind"), status = json_text(value, "status");
    while (finding.kind < FINDING_KIND_COUNT && !str_is(kind, finding_kind_name(finding.kind)))
        finding.kind++;
    if (finding.kind == FINDING_KIND_COUNT)
        return policy_wrong(err, policy, test->line, "kind", "there is no such kind");
    if (!severity_parse(json_text(value, "severity"), &finding.severity))
        return policy_wrong(err, policy, test->line, "severity", "there is no such severity");
    for (int i = 0; i < FINDING_STATUS_COUNT; i++)
        if (str_is(status, finding_status_name((enum finding_status)i)))
            finding.status = (enum finding_status)i;
    if (is_yes(value, "kev"))
        finding.kev_added = STR("2000-01-01");
    if (json_object_get(value, "cvss")) {
        finding.cvss = ARENA_NEW(&policy->store->arena, struct cvss_entry);
        finding.cvss[0].score = number_of(value, "cvss");
        finding.cvss_count = 1;
    }
    const json_t *aliases = json_list(value, "aliases");
    finding.alias_count = aliases ? json_array_size(aliases) : 0;
    finding.aliases = ARENA_ARRAY(&policy->store->arena, struct str, finding.alias_count + 1);
    for (size_t i = 0; i < finding.alias_count; i++)
        finding.aliases[i] =
            decisions_keep(policy->store, json_value_text(json_array_get(aliases, i)));
    if (json_object_get(value, "base")) {
        *VEC_ADD(&test->report.target.layers) =
            (struct report_layer){.base = is_yes(value, "base") ? BASE_YES : BASE_NO};
        finding.layer = 0;
    }
    int r = take_package(policy, test, value, &finding, err);
    if (r == 0)
        *VEC_ADD(&test->report.findings) = finding;
    return r;
}

int policy_take_case(struct policy *policy, const json_t *value, size_t line, struct pl_err *err)
{
    struct policy_case test = {.line = line};
    struct str today = json_text(value, "today");
    int r = 0;
    if (!json_is_object(value))
        return policy_wrong(err, policy, line, "tests", "an entry must be a mapping");
    test.name = kept(policy, value, "name");
    test.rule = kept(policy, value, "rule");
    test.owner = kept(policy, value, "owner");
    if (!policy_outcome_parse(json_text(value, "expect"), &test.expected))
        r = policy_wrong(err, policy, line, "expect", "one of fail, warn, pass is needed");
    else if (today.len && !clock_parse(today, &test.now))
        r = policy_wrong(err, policy, line, "today", "this is no date (YYYY-MM-DD)");
    else
        r = take_finding(policy, &test, json_object_get(value, "finding"), err);
    if (r < 0) {
        report_free(&test.report);
        return r;
    }
    *VEC_ADD(&policy->cases) = test;
    return 0;
}

size_t policy_test_count(const struct policy *policy)
{
    return policy->cases.count;
}

static bool is_excepted(const struct policy *policy, const struct policy_case *test,
                        const struct finding *finding, int64_t now)
{
    for (size_t i = 0; i < policy->exceptions.count; i++) {
        const struct ignore_rule *rule = &policy->exceptions.items[i];
        if (now < rule->ends && ignore_rule_matches(rule, &test->report, finding))
            return true;
    }
    return false;
}

struct policy_result policy_test(struct policy *policy, size_t index)
{
    const struct policy_case *test = &policy->cases.items[index];
    const struct finding *finding = &test->report.findings.items[0];
    int64_t now = test->now ? test->now : clock_now(), until;
    struct policy_rule *rule = NULL;
    struct policy_result result = {.test = test->name,
                                   .line = test->line,
                                   .expected = test->expected,
                                   .wanted_rule = test->rule,
                                   .wanted_owner = test->owner};
    if (is_excepted(policy, test, finding, now)) {
        result.rule = STR("exceptions");
    } else {
        result.outcome = policy_decide(policy, &test->report, finding, now, &rule, &until);
        result.rule = rule ? rule->name : STR("default");
        result.owner = policy_owner_of(policy, &test->report, finding, rule, now);
    }
    result.good = result.outcome == result.expected &&
                  (!test->rule.len || str_equal(test->rule, result.rule)) &&
                  (!test->owner.len || str_equal(test->owner, result.owner));
    return result;
}
