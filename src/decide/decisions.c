/* The decisions as a whole: what was read, indexed by the names of vulnerabilities, and applied. */
#include "decide/internal.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/search.h"
#include "decide/baseline.h"

struct decisions *decisions_new(void)
{
    return mem_zalloc(1, sizeof(struct decisions));
}

void decisions_free(struct decisions *decisions)
{
    for (size_t i = 0; i < decisions->regexes.count; i++)
        pcre_free(decisions->regexes.items[i]);
    VEC_FREE(&decisions->regexes);
    VEC_FREE(&decisions->rules);
    VEC_FREE(&decisions->statements);
    VEC_FREE(&decisions->rule_ids);
    VEC_FREE(&decisions->statement_ids);
    VEC_FREE(&decisions->general);
    VEC_FREE(&decisions->refused);
    hash_set_free(&decisions->baseline);
    arena_free(&decisions->arena);
    free(decisions);
}

struct str decisions_keep(struct decisions *decisions, struct str text)
{
    return arena_str(&decisions->arena, text);
}

static bool has_wildcard(const struct ignore_rule *rule)
{
    for (size_t i = 0; i < rule->id_count; i++)
        if (str_index(rule->ids[i], '*') != SIZE_MAX || str_index(rule->ids[i], '?') != SIZE_MAX)
            return true;
    return rule->id_count == 0;
}

void decisions_add_rule(struct decisions *decisions, const struct ignore_rule *rule)
{
    uint32_t index = (uint32_t)decisions->rules.count;
    *VEC_ADD(&decisions->rules) = *rule;
    if (has_wildcard(rule)) {
        *VEC_ADD(&decisions->general) = index;
        return;
    }
    for (size_t i = 0; i < rule->id_count; i++)
        *VEC_ADD(&decisions->rule_ids) = (struct named){rule->ids[i], index};
}

int decisions_add_statement(struct decisions *decisions, const struct vex_statement *statement,
                            struct pl_err *err)
{
    uint32_t index = (uint32_t)decisions->statements.count;
    bool suppresses = vex_suppresses(statement);
    if (suppresses && (statement->product.is_range || statement->part.is_range))
        return 0;
    if (decisions->statement_ids.count + statement->id_count > LIMIT_VEX_STATEMENTS)
        return err_limit(err, LIMIT_NAME(LIMIT_VEX_STATEMENTS),
                         "VEX says more than LIMIT_VEX_STATEMENTS (%llu) things, counted by "
                         "vulnerability and product",
                         (unsigned long long)LIMIT_VEX_STATEMENTS);
    if (statement->id_count == 0)
        return 0;
    struct vex_statement *added = VEC_ADD(&decisions->statements);
    *added = *statement;
    if (added->time == VEX_TIME_UNCLEAR)
        added->time = suppresses ? INT64_MIN : INT64_MAX;
    for (size_t i = 0; i < statement->id_count; i++)
        *VEC_ADD(&decisions->statement_ids) = (struct named){statement->ids[i], index};
    return 0;
}

/* ---- looking up ---- */

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = str_compare(x->name, y->name);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

struct names {
    const struct named *items;
    size_t count;
};

static int before_name(const void *item, const void *key)
{
    return str_compare(((const struct named *)item)->name, *(const struct str *)key);
}

/* Those of one name stand together. */
static struct names find_names(const struct named *items, size_t count, struct str name)
{
    if (count == 0)
        return (struct names){NULL, 0};
    size_t first = search_first(items, count, sizeof(*items), &name, before_name), end = first;
    while (end < count && str_equal(items[end].name, name))
        end++;
    return (struct names){items + first, end - first};
}

size_t finding_name_count(const struct finding *finding)
{
    return finding->alias_count + 1;
}

bool finding_name(const struct finding *finding, size_t index, struct str *ret_name)
{
    *ret_name = index == 0 ? finding->id : finding->aliases[index - 1];
    return index == 0 || !is_cve(finding->id) || !is_cve(*ret_name);
}

static void mark(struct report *report, struct finding *finding, const char *by,
                 const struct pl_err *why, struct str until)
{
    finding->suppressed_by = by;
    finding->suppressed_why = arena_str(&report->arena, str_of(why->message));
    finding->suppressed_local = arena_str(&report->arena, str_of(why->local));
    finding->suppressed_until = arena_str(&report->arena, until);
}

/* ---- VEX ---- */

/* An advisory's name can be an alias of several CVEs: a statement that names some is about those.
 */
static bool is_about(const struct vex_statement *statement, const struct finding *finding)
{
    bool names_cve = false;
    for (size_t i = 0; i < statement->id_count && is_cve(finding->id); i++) {
        if (str_equal(statement->ids[i], finding->id))
            return true;
        names_cve |= is_cve(statement->ids[i]);
    }
    return !names_cve;
}

/* Of all that is said of the finding, the latest holds; of the same time, what was read last. */
static const struct vex_statement *latest_statement(struct decisions *decisions,
                                                    const struct report *report,
                                                    const struct finding *finding)
{
    const struct vex_statement *best = NULL;
    for (size_t n = 0; n < finding_name_count(finding); n++) {
        struct str name;
        if (!finding_name(finding, n, &name))
            continue;
        struct names names =
            find_names(decisions->statement_ids.items, decisions->statement_ids.count, name);
        for (size_t i = 0; i < names.count; i++) {
            const struct vex_statement *statement =
                &decisions->statements.items[names.items[i].index];
            bool later = !best || statement->time > best->time ||
                         (statement->time == best->time && statement > best);
            if (later && is_about(statement, finding) &&
                vex_matches(statement, report, finding, &decisions->steps))
                best = statement;
        }
    }
    return best;
}

static void apply_vex(struct decisions *decisions, struct report *report, struct finding *finding)
{
    struct pl_err why;
    if (finding->kind != FINDING_VULNERABILITY)
        return;
    const struct vex_statement *statement = latest_statement(decisions, report, finding);
    if (!statement || !vex_suppresses(statement))
        return;
    struct str note = statement->text.len ? str_first(statement->text, 300) : STR_NONE;
    const char *colon = statement->justification.len ? ": " : "", *dash = note.len ? ": " : "";
    if (statement->status == VEX_FIXED)
        err_set(&why, PL_OK, "fixed, says %s%s%.*s%s%.*s", statement->file, colon,
                STR_ARG(statement->justification), dash, STR_ARG(note));
    else
        err_set(&why, PL_OK, "not affected, says %s%s%.*s%s%.*s", statement->file, colon,
                STR_ARG(statement->justification), dash, STR_ARG(note));
    mark(report, finding, "vex", &why, STR_NONE);
}

/* ---- rules ---- */

struct hit {
    const struct ignore_rule *rule;
    const struct ignore_rule *ended; /* one that held once */
};

static void try_rule(const struct decisions *decisions, const struct report *report,
                     const struct finding *finding, uint32_t index, int64_t now, struct hit *hit)
{
    const struct ignore_rule *rule = &decisions->rules.items[index];
    if (!ignore_rule_matches(rule, report, finding))
        return;
    if (rule->ends && now >= rule->ends)
        hit->ended = hit->ended && hit->ended < rule ? hit->ended : rule;
    else if (!hit->rule || rule < hit->rule)
        hit->rule = rule;
}

static struct hit find_rule(const struct decisions *decisions, const struct report *report,
                            const struct finding *finding, int64_t now)
{
    struct hit hit = {0};
    for (size_t n = 0; n < finding_name_count(finding); n++) {
        struct str name;
        if (!finding_name(finding, n, &name))
            continue;
        struct names names = find_names(decisions->rule_ids.items, decisions->rule_ids.count, name);
        for (size_t i = 0; i < names.count; i++)
            try_rule(decisions, report, finding, names.items[i].index, now, &hit);
    }
    for (size_t i = 0; i < decisions->general.count; i++)
        try_rule(decisions, report, finding, decisions->general.items[i], now, &hit);
    return hit;
}

static void apply_rules(const struct decisions *decisions, struct report *report,
                        struct finding *finding, int64_t now, size_t *ended)
{
    struct pl_err why;
    struct hit hit = find_rule(decisions, report, finding, now);
    if (!hit.rule) {
        if (hit.ended)
            ended[hit.ended - decisions->rules.items]++;
        return;
    }
    struct str reason = str_first(hit.rule->reason, 500);
    if (reason.len)
        err_set(&why, PL_OK, "%.*s (%s:%zu)", STR_ARG(reason), hit.rule->file, hit.rule->line);
    else
        err_set(&why, PL_OK, "%s:%zu", hit.rule->file, hit.rule->line);
    mark(report, finding, "ignore", &why, hit.rule->until);
}

/* A rule that has run out is not silent: what it hid counts again. */
static void tell_ended(const struct decisions *decisions, struct report *report,
                       const size_t *ended)
{
    struct pl_err problem;
    for (size_t i = 0; i < decisions->rules.count; i++) {
        const struct ignore_rule *rule = &decisions->rules.items[i];
        if (!ended[i])
            continue;
        err_set(&problem, PL_OK,
                "%s:%zu: this rule ended on %.*s: findings that count again because of it: %zu",
                rule->file, rule->line, STR_ARG(rule->until), ended[i]);
        report_tell(report, false, STR_NONE, &problem);
    }
}

static void tell_steps(const struct decisions *decisions, struct report *report)
{
    struct pl_err problem;
    if (decisions->steps <= LIMIT_VEX_INSIDE)
        return;
    err_limit(
        &problem, LIMIT_NAME(LIMIT_VEX_INSIDE),
        "VEX about products inside of packages takes more than LIMIT_VEX_INSIDE (%llu) steps: "
        "what is beyond suppresses nothing",
        (unsigned long long)LIMIT_VEX_INSIDE);
    report_tell(report, false, STR_NONE, &problem);
}

static void seal(struct decisions *decisions)
{
    if (decisions->sealed)
        return;
    if (decisions->rule_ids.count)
        qsort(decisions->rule_ids.items, decisions->rule_ids.count, sizeof(struct named), by_name);
    if (decisions->statement_ids.count)
        qsort(decisions->statement_ids.items, decisions->statement_ids.count, sizeof(struct named),
              by_name);
    decisions->sealed = true;
}

void decisions_apply(struct decisions *decisions, struct report *report)
{
    struct pl_err why;
    int64_t now = clock_now();
    AUTO_FREE size_t *ended = mem_zalloc(decisions->rules.count + 1, sizeof(*ended));
    seal(decisions);
    decisions->steps = 0;
    err_set(&why, PL_OK, "it is in the baseline %.*s", STR_ARG(decisions->baseline_file));
    for (size_t i = 0; i < report->findings.count; i++) {
        struct finding *finding = &report->findings.items[i];
        if (!finding->suppressed_by)
            apply_vex(decisions, report, finding);
        if (!finding->suppressed_by)
            apply_rules(decisions, report, finding, now, ended);
        if (!finding->suppressed_by && decisions->has_baseline &&
            baseline_has(decisions, report, finding))
            mark(report, finding, "baseline", &why, STR_NONE);
    }
    tell_steps(decisions, report);
    tell_ended(decisions, report, ended);
    for (size_t i = 0; i < decisions->refused.count; i++)
        report_tell_text(report, false, decisions->refused.items[i].file,
                         decisions->refused.items[i].message, decisions->refused.items[i].local,
                         STR_NONE);
}
