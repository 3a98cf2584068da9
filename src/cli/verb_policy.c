#include "app/policy_report.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/utf8.h"
#include "cli/ui.h"
#include "decide/policy.h"
#include "io/json_writer.h"
#include "io/out.h"

struct policy_run {
    const struct args *args;
    struct policy *policy;
    struct out out;
    bool json, failed;
};

/* ---- tests that stand in the file ---- */

static void write_result(struct policy_run *run, const struct policy_result *result)
{
    AUTO_BUF name = {0};
    if (result->test.len)
        utf8_safe(&name, result->test);
    else
        buf_printf(&name, tr("line %zu"), result->line);
    out_printf(&run->out, "%s  %.*s: %s", result->good ? tr("ok  ") : tr("FAIL"),
               STR_ARG(buf_str(&name)), policy_outcome_name(result->outcome));
    out_printf(&run->out, tr(" (rule %.*s)"), STR_ARG(result->rule));
    if (!result->good) {
        out_printf(&run->out, tr(", expected %s"), policy_outcome_name(result->expected));
        if (result->wanted_rule.len)
            out_printf(&run->out, tr(" by rule %.*s"), STR_ARG(result->wanted_rule));
        if (result->wanted_owner.len)
            out_printf(&run->out, tr(", owner %.*s, not \"%.*s\""), STR_ARG(result->wanted_owner),
                       STR_ARG(result->owner));
    }
    out_putc(&run->out, '\n');
}

static void put_result(struct json_writer *json, const struct policy_result *result)
{
    json_begin(json, '{');
    json_put_str(json, "name", result->test);
    json_put_u64(json, "line", result->line);
    json_put_text(json, "expected", policy_outcome_name(result->expected));
    json_put_text(json, "outcome", policy_outcome_name(result->outcome));
    json_put_str(json, "rule", result->rule);
    json_put_str_or_null(json, "owner", result->owner);
    json_put_bool(json, "good", result->good);
    json_end(json, '}');
}

static void run_tests(struct policy_run *run, struct json_writer *json)
{
    size_t count = policy_test_count(run->policy), good = 0;
    if (json)
        json_open(json, "tests", '[');
    for (size_t i = 0; i < count; i++) {
        struct policy_result result = policy_test(run->policy, i);
        good += result.good;
        run->failed = run->failed || !result.good;
        if (json)
            put_result(json, &result);
        else
            write_result(run, &result);
    }
    if (json)
        json_end(json, ']');
    else if (count)
        out_printf(&run->out, tr("%zu of %zu tests hold\n"), good, count);
    else
        out_puts(&run->out, tr("The policy can be read; it has no tests (docs/policy.md).\n"));
}

/* ---- reports ---- */

static void write_verdict(struct policy_run *run, const char *path, const struct report *report)
{
    out_printf(&run->out, "\n%s: %s\n", path,
               report->verdict.failed ? tr("would fail") : tr("would pass"));
    for (size_t i = 0; i < report->verdict.reasons.count; i++) {
        AUTO_BUF text = {0};
        utf8_safe(&text, report->verdict.reasons.items[i].local);
        out_printf(&run->out, "  %.*s\n", STR_ARG(buf_str(&text)));
    }
    for (size_t i = 0; i < policy_rule_count(run->policy); i++) {
        struct policy_rule_use use = policy_rule_use(run->policy, i);
        out_printf(&run->out, tr("  rule %.*s (line %zu): %zu findings\n"), STR_ARG(use.name),
                   use.line, use.decided);
    }
}

static void put_verdict(struct json_writer *json, const struct policy *policy, const char *path,
                        const struct report *report)
{
    json_begin(json, '{');
    json_put_text(json, "report", path);
    json_put_bool(json, "failed", report->verdict.failed);
    json_open(json, "reasons", '[');
    for (size_t i = 0; i < report->verdict.reasons.count; i++)
        json_str(json, report->verdict.reasons.items[i].message);
    json_end(json, ']');
    json_open(json, "rules", '[');
    for (size_t i = 0; i < policy_rule_count(policy); i++) {
        struct policy_rule_use use = policy_rule_use(policy, i);
        json_begin(json, '{');
        json_put_str(json, "name", use.name);
        json_put_u64(json, "line", use.line);
        json_put_u64(json, "findings", use.decided);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_end(json, '}');
}

static int judge_report(struct policy_run *run, const char *path, struct json_writer *json,
                        struct pl_err *err)
{
    struct report report = {0};
    struct decisions *decisions = decisions_new();
    int r = policy_report_read(path, &report, err);
    if (r == 0) {
        policy_add_exceptions(run->policy, decisions);
        decisions_apply(decisions, &report);
        policy_apply(run->policy, &report, clock_now());
        run->failed = run->failed || report.verdict.failed;
        if (json)
            put_verdict(json, run->policy, path, &report);
        else
            write_verdict(run, path, &report);
    }
    decisions_free(decisions);
    report_free(&report);
    return r;
}

static int run_all(struct policy_run *run, struct pl_err *err)
{
    struct json_writer writer = {.out = &run->out}, *json = run->json ? &writer : NULL;
    int r = 0;
    if (json) {
        json_begin(json, '{');
        json_put_text(json, "schema", "plimsoll.policy-test/1");
    }
    run_tests(run, json);
    if (json)
        json_open(json, "reports", '[');
    for (size_t i = 1; i < run->args->words.count && r == 0; i++)
        r = judge_report(run, run->args->words.items[i], json, err);
    if (json) {
        json_end(json, ']');
        json_end(json, '}');
        out_putc(&run->out, '\n');
    }
    return r;
}

static int policy_test_run(const struct args *args)
{
    struct policy_run run = {.args = args, .policy = policy_new()};
    struct pl_err err;
    const char *format = args_get(args, "format");
    int r = args->words.count ? policy_read(run.policy, args->words.items[0], &err)
                              : err_set(&err, PL_E_USAGE, "the file of a policy is needed");
    run.json = format && strcmp(format, "json") == 0;
    if (r == 0 && format && !run.json && strcmp(format, "table") != 0)
        r = err_set(&err, PL_E_USAGE, "--format of policy test is table or json, not \"%s\"",
                    format);
    if (r == 0) {
        out_init(&run.out, 1);
        r = run_all(&run, &err);
        int closed = out_close(&run.out, r < 0 ? NULL : &err);
        r = r < 0 ? r : closed;
    }
    policy_free(run.policy);
    if (r < 0)
        return ui_fail(&err);
    return run.failed ? EXIT_FOUND : EXIT_DONE;
}

static const struct option policy_test_options[] = {
    {"format", "table|json", N_("how results are written; by default table")},
    {NULL, NULL, NULL},
};

const struct verb verb_policy_test = {
    .name = "policy test",
    .arguments = "FILE [REPORT...]",
    .help = N_("whether a policy does what it is meant to"),
    .details = N_("Runs the tests that stand in the policy, and says what it would make of reports "
                  "that were written before (--format json). The exit code is 1 when a test does "
                  "not hold or a report would fail, 2 when the policy cannot be read. "
                  "docs/policy.md."),
    .options = policy_test_options,
    .examples = {"plimsoll policy test policy.yaml",
                 "plimsoll policy test policy.yaml report.json"},
    .run = policy_test_run,
};
