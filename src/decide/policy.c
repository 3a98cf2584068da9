#include "decide/policy_internal.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/i18n.h"

struct policy *policy_new(void)
{
    struct policy *policy = mem_zalloc(1, sizeof(*policy));
    policy->store = decisions_new();
    return policy;
}

void policy_free(struct policy *policy)
{
    for (size_t i = 0; i < policy->cases.count; i++)
        report_free(&policy->cases.items[i].report);
    VEC_FREE(&policy->cases);
    VEC_FREE(&policy->rules);
    VEC_FREE(&policy->owners);
    VEC_FREE(&policy->exceptions);
    VEC_FREE(&policy->registries);
    VEC_FREE(&policy->keys);
    if (policy->licenses)
        license_policy_free(policy->licenses);
    decisions_free(policy->store);
    free(policy);
}

const char *policy_outcome_name(enum policy_outcome outcome)
{
    static const char *const names[] = {"pass", "warn", "fail"};
    return names[outcome];
}

bool policy_outcome_parse(struct str word, enum policy_outcome *ret_outcome)
{
    for (int outcome = POLICY_PASS; outcome <= POLICY_FAIL; outcome++)
        if (str_is(word, policy_outcome_name((enum policy_outcome)outcome))) {
            *ret_outcome = (enum policy_outcome)outcome;
            return true;
        }
    return false;
}

/* ---- what others carry out ---- */

void policy_add_exceptions(const struct policy *policy, struct decisions *decisions)
{
    for (size_t i = 0; i < policy->exceptions.count; i++)
        decisions_add_rule(decisions, &policy->exceptions.items[i]);
}

bool policy_has_trust(const struct policy *policy)
{
    return policy->registries.count || policy->keys.count;
}

int policy_add_trust(const struct policy *policy, struct trust_policy *trust, struct pl_err *err)
{
    int r = 0;
    for (size_t i = 0; i < policy->registries.count && r == 0; i++)
        r = trust_policy_add_registry(trust, policy->registries.items[i], err);
    for (size_t i = 0; i < policy->keys.count && r == 0; i++)
        r = trust_policy_add_key(trust, policy->keys.items[i].data, err);
    return r < 0 ? err_prefix(err, "%s", policy->file) : 0;
}

const struct license_policy *policy_licenses(const struct policy *policy)
{
    return policy->licenses;
}

uint64_t policy_database_age(const struct policy *policy)
{
    return policy->database_age;
}

/* ---- one finding ---- */

static bool agrees(enum policy_answer wanted, bool is)
{
    return wanted == POLICY_ANY || (wanted == POLICY_YES) == is;
}

static double highest_cvss(const struct finding *finding)
{
    double score = 0;
    for (size_t i = 0; i < finding->cvss_count; i++)
        score = finding->cvss[i].score > score ? finding->cvss[i].score : score;
    return score;
}

/* A date that is not known is old: what nobody can tell must not spare anything. */
static bool is_older(const struct finding *finding, uint64_t seconds, int64_t now)
{
    int64_t published;
    return !clock_parse(finding->published, &published) || now - published >= (int64_t)seconds;
}

bool policy_when_holds(const struct policy_when *when, const struct report *report,
                       const struct finding *finding, int64_t now)
{
    enum base_known base = report_base_of(report, finding);
    return ignore_rule_matches(&when->rule, report, finding) &&
           agrees(when->fix, finding->fixed.len != 0) &&
           agrees(when->kev, finding->kev_added.len != 0) &&
           (when->base == POLICY_ANY || agrees(when->base, base == BASE_YES)) &&
           agrees(when->removed, finding->removed) && finding->risk >= when->least_risk &&
           (when->least_epss <= 0 ||
            (finding->has_epss && finding->epss_score >= when->least_epss)) &&
           (when->least_cvss <= 0 || highest_cvss(finding) >= when->least_cvss) &&
           (!when->older || is_older(finding, when->older, now));
}

/* Counted from the day of the fix, else from that of the vulnerability. Of neither there is none:
 * the fix may be old. */
static int64_t grace_end(const struct policy_rule *rule, const struct finding *finding)
{
    int64_t since;
    if (!rule->grace ||
        (!clock_parse(finding->fix_date, &since) && !clock_parse(finding->published, &since)))
        return 0;
    return since + (int64_t)rule->grace;
}

enum policy_outcome policy_decide(const struct policy *policy, const struct report *report,
                                  const struct finding *finding, int64_t now,
                                  struct policy_rule **ret_rule, int64_t *ret_until)
{
    *ret_rule = NULL;
    *ret_until = 0;
    for (size_t i = 0; i < policy->rules.count; i++) {
        struct policy_rule *rule = &policy->rules.items[i];
        if (!policy_when_holds(&rule->when, report, finding, now))
            continue;
        *ret_rule = rule;
        int64_t end = rule->then == POLICY_FAIL ? grace_end(rule, finding) : 0;
        if (end <= now)
            return rule->then;
        *ret_until = end;
        return POLICY_WARN;
    }
    return policy->otherwise;
}

struct str policy_owner_of(const struct policy *policy, const struct report *report,
                           const struct finding *finding, const struct policy_rule *rule,
                           int64_t now)
{
    if (rule && rule->owner.len)
        return rule->owner;
    for (size_t i = 0; i < policy->owners.count; i++)
        if (policy_when_holds(&policy->owners.items[i].when, report, finding, now))
            return policy->owners.items[i].owner;
    return STR_NONE;
}

/* ---- a report ---- */

static void add_reason(struct report *report, bool fails, const struct pl_err *text)
{
    report->verdict.failed = report->verdict.failed || fails;
    *VEC_ADD(&report->verdict.reasons) = (struct verdict_reason){
        .fails = fails,
        .message = arena_str(&report->arena, str_of(text->message)),
        .local = arena_str(&report->arena, str_of(text->local)),
    };
}

enum { NAMED = 3 };

/* What one rule (or none) decided. */
struct told {
    struct buf names;
    size_t count;
};

static void name_finding(struct told *told, const struct report *report,
                         const struct finding *finding)
{
    if (told->count++ >= NAMED)
        return;
    struct str place = finding->package == PACKAGE_NONE
                           ? finding->path
                           : report->packages.items[finding->package].name;
    buf_printf(&told->names, "%s%.*s", told->count > 1 ? ", " : "",
               STR_ARG(str_first(finding->id, 80)));
    if (place.len)
        buf_printf(&told->names, " (%.*s)", STR_ARG(str_first(place, 80)));
}

static void tell_rule(const struct policy *policy, struct report *report, struct str rule,
                      struct told *told, bool fails, int64_t until)
{
    struct pl_err text;
    char date[CLOCK_TEXT];
    if (told->count == 0)
        return;
    if (told->count > NAMED)
        buf_puts(&told->names, ", …");
    if (until) {
        clock_format(until, date);
        err_set(&text, PL_OK, "%s, rule %.*s: in grace: %zu, the first until %.*s: %.*s",
                policy->file, STR_ARG(rule), told->count, 10, date, STR_ARG(buf_str(&told->names)));
    } else if (fails) {
        err_set(&text, PL_OK, "%s, rule %.*s: findings that fail: %zu: %.*s", policy->file,
                STR_ARG(rule), told->count, STR_ARG(buf_str(&told->names)));
    } else {
        err_set(&text, PL_OK, "%s, rule %.*s: findings to look at: %zu: %.*s", policy->file,
                STR_ARG(rule), told->count, STR_ARG(buf_str(&told->names)));
    }
    add_reason(report, fails, &text);
}

/* Fails, warnings, and what is in grace, of one rule each. */
struct tally {
    struct told fail, warn, grace;
    int64_t first_end;
};

static void judge_image(const struct policy *policy, struct report *report, int64_t now)
{
    struct pl_err text;
    int64_t created;
    if (policy->complete && !report->complete) {
        err_set(&text, PL_OK, "%s: not everything could be examined (complete: true)",
                policy->file);
        add_reason(report, true, &text);
    }
    if (!policy->image_age || report->target.layers.count == 0)
        return;
    bool known = clock_parse(report->target.created, &created);
    if (known && now - created <= (int64_t)policy->image_age)
        return;
    if (known)
        err_set(&text, PL_OK, "%s: the image is of %.*s, which is older than max-age allows",
                policy->file, STR_ARG(str_first(report->target.created, 10)));
    else
        err_set(&text, PL_OK, "%s: the image does not say when it was made (max-age)",
                policy->file);
    add_reason(report, true, &text);
}

void policy_apply(const struct policy *policy, struct report *report, int64_t now)
{
    size_t count = policy->rules.count + 1; /* the last: no rule */
    AUTO_FREE struct tally *tallies = mem_zalloc(count, sizeof(*tallies));
    size_t reasons = report->verdict.reasons.count;
    struct pl_err text;
    report->verdict.asked = true;
    for (size_t i = 0; i < policy->rules.count; i++)
        policy->rules.items[i].decided = 0;
    for (size_t i = 0; i < report->findings.count; i++) {
        struct finding *finding = &report->findings.items[i];
        struct policy_rule *rule;
        int64_t until;
        if (finding->suppressed_by)
            continue;
        enum policy_outcome outcome = policy_decide(policy, report, finding, now, &rule, &until);
        struct tally *tally = &tallies[rule ? (size_t)(rule - policy->rules.items) : count - 1];
        finding->owner =
            arena_str(&report->arena, policy_owner_of(policy, report, finding, rule, now));
        finding->fails = finding->fails || outcome == POLICY_FAIL;
        if (rule)
            rule->decided++;
        if (until && (!tally->first_end || until < tally->first_end))
            tally->first_end = until;
        if (outcome != POLICY_PASS)
            name_finding(until                    ? &tally->grace
                         : outcome == POLICY_FAIL ? &tally->fail
                                                  : &tally->warn,
                         report, finding);
    }
    for (size_t i = 0; i < count; i++) {
        struct tally *tally = &tallies[i];
        struct str name = i < policy->rules.count ? policy->rules.items[i].name : STR("default");
        tell_rule(policy, report, name, &tally->fail, true, 0);
        tell_rule(policy, report, name, &tally->grace, false, tally->first_end);
        tell_rule(policy, report, name, &tally->warn, false, 0);
        buf_free(&tally->fail.names);
        buf_free(&tally->warn.names);
        buf_free(&tally->grace.names);
    }
    judge_image(policy, report, now);
    if (report->verdict.reasons.count == reasons) {
        err_set(&text, PL_OK, "%s: no rule is broken", policy->file);
        add_reason(report, false, &text);
    }
}

size_t policy_rule_count(const struct policy *policy)
{
    return policy->rules.count;
}

struct policy_rule_use policy_rule_use(const struct policy *policy, size_t index)
{
    const struct policy_rule *rule = &policy->rules.items[index];
    return (struct policy_rule_use){rule->name, rule->line, rule->decided};
}
