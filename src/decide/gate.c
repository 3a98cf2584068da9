#include "decide/gate.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/i18n.h"

enum { NAMED = 3 }; /* findings that a reason names */

/* ---- the option ---- */

int gate_parse_grace(struct gate *gate, const char *text, struct pl_err *err)
{
    struct str rest = str_of(text), part;
    gate->has_grace = true;
    while (str_cut(&rest, ',', &part)) {
        enum severity severity;
        uint64_t seconds;
        size_t equals = str_index(part, '=');
        struct str name = equals == SIZE_MAX ? STR_NONE : str_trim(str_first(part, equals));
        struct str time = str_trim(equals == SIZE_MAX ? part : str_from(part, equals + 1));
        if (!clock_duration(time, &seconds))
            return err_set(err, PL_E_USAGE,
                           "--grace: \"%.*s\" is no time such as 14d, nor SEVERITY=TIME",
                           STR_ARG(str_first(part, 100)));
        if (name.len && !severity_parse(name, &severity))
            return err_set(err, PL_E_USAGE,
                           "--grace: \"%.*s\" is none of critical, high, medium, low, negligible, "
                           "unknown",
                           STR_ARG(str_first(name, 100)));
        for (int i = 0; i < SEVERITY_COUNT; i++)
            if (name.len == 0 || i == (int)severity)
                gate->grace[i] = seconds;
    }
    return 0;
}

/* ---- the reasons ---- */

static void add_reason(struct report *report, bool fails, const struct pl_err *text)
{
    *VEC_ADD(&report->verdict.reasons) = (struct verdict_reason){
        .fails = fails,
        .message = arena_str(&report->arena, str_of(text->message)),
        .local = arena_str(&report->arena, str_of(text->local)),
    };
}

/* "CVE-2024-1 (openssl)", the first of them. */
struct named {
    struct buf text;
    size_t count;
};

static void name_finding(struct named *named, const struct report *report,
                         const struct finding *finding)
{
    if (named->count++ >= NAMED)
        return;
    struct str place = finding->package == PACKAGE_NONE
                           ? finding->path
                           : report->packages.items[finding->package].name;
    buf_printf(&named->text, "%s%.*s (%.*s)", named->count > 1 ? ", " : "",
               STR_ARG(str_first(finding->id, 80)), STR_ARG(str_first(place, 80)));
}

static void end_names(struct named *named)
{
    if (named->count > NAMED)
        buf_puts(&named->text, ", …");
}

/* ---- the verdict ---- */

/* The last day of the finding's grace, or 0: it has none. Without a date the fix may be old. */
static int64_t grace_end(const struct gate *gate, const struct finding *finding)
{
    int64_t since;
    if (!gate->has_grace || finding->kind != FINDING_VULNERABILITY || !finding->fixed.len ||
        !gate->grace[finding->severity] || !clock_parse(finding->fix_date, &since))
        return 0;
    return since + (int64_t)gate->grace[finding->severity];
}

static void judge(const struct gate *gate, struct report *report)
{
    struct named failing = {0}, spared = {0};
    struct pl_err text;
    int64_t now = clock_now(), first_end = INT64_MAX;
    char date[CLOCK_TEXT];
    const char *level = severity_name(gate->fail_on);
    for (size_t i = 0; i < report->findings.count; i++) {
        struct finding *finding = &report->findings.items[i];
        if (finding->suppressed_by || finding->severity < gate->fail_on)
            continue;
        int64_t end = grace_end(gate, finding);
        finding->fails = end <= now;
        if (!finding->fails && end < first_end)
            first_end = end;
        name_finding(finding->fails ? &failing : &spared, report, finding);
    }
    end_names(&failing);
    end_names(&spared);
    report->verdict.failed = failing.count != 0;
    if (failing.count)
        err_set(&text, PL_OK, "findings of severity %s or worse (--fail-on %s): %zu: %.*s", level,
                level, failing.count, STR_ARG(buf_str(&failing.text)));
    else
        err_set(&text, PL_OK, "no finding counts that is of severity %s or worse (--fail-on %s)",
                level, level);
    add_reason(report, failing.count != 0, &text);
    if (spared.count) {
        clock_format(first_end, date);
        err_set(&text, PL_OK,
                "findings that are in grace, because their fix is young (--grace): %zu, the first "
                "until %.*s: %.*s",
                spared.count, 10, date, STR_ARG(buf_str(&spared.text)));
        add_reason(report, false, &text);
    }
    buf_free(&failing.text);
    buf_free(&spared.text);
}

/* ---- what is not to be shown ---- */

static bool is_unfixed(const struct gate *gate, const struct finding *finding)
{
    (void)gate;
    return finding->kind == FINDING_VULNERABILITY && finding->fixed.len == 0;
}

static bool is_filtered(const struct gate *gate, const struct finding *finding)
{
    return !gate->filter[finding->severity];
}

/* Suppressed findings go, too; those that count are counted. */
static size_t leave_out(const struct gate *gate, struct report *report,
                        bool (*unwanted)(const struct gate *gate, const struct finding *finding))
{
    size_t kept = 0, gone = 0;
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct finding *finding = &report->findings.items[i];
        if (unwanted(gate, finding))
            gone += finding->suppressed_by == NULL;
        else
            report->findings.items[kept++] = *finding;
    }
    report->findings.count = kept;
    return gone;
}

void gate_apply(const struct gate *gate, struct report *report)
{
    struct pl_err text;
    report->verdict.asked = gate->has_fail_on;
    size_t unfixed = gate->only_fixed ? leave_out(gate, report, is_unfixed) : 0;
    if (gate->has_fail_on)
        judge(gate, report);
    if (gate->policy)
        policy_apply(gate->policy, report, clock_now());
    if (gate->trust)
        trust_policy_judge(gate->trust, report);
    if (unfixed) {
        err_set(&text, PL_OK, "findings without a fix are left out (--only-fixed): %zu", unfixed);
        add_reason(report, false, &text);
    }
    size_t filtered = gate->has_filter ? leave_out(gate, report, is_filtered) : 0;
    if (filtered) {
        err_set(&text, PL_OK,
                "findings of other severities are not shown (--severity), but count: %zu",
                filtered);
        add_reason(report, false, &text);
    }
}
