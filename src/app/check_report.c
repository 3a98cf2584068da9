#include "app/check_report.h"

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/i18n.h"
#include "base/limits.h"

static void suppress(struct report *report, const struct check_finding *found,
                     struct finding *finding)
{
    struct pl_err why;
    finding->suppressed_by = "ignore";
    if (found->ignored_in.len)
        err_set(&why, PL_E_USAGE, "settings in %.*s", STR_ARG(found->ignored_in));
    else if (found->ignored_why.len)
        err_set(&why, PL_E_USAGE, "a comment in the file: %.*s", STR_ARG(found->ignored_why));
    else
        err_set(&why, PL_E_USAGE, "a comment in the file");
    finding->suppressed_why = arena_str(&report->arena, str_of(why.message));
    finding->suppressed_local = arena_str(&report->arena, str_of(why.local));
}

/* What tells one from another of the same check and file; lines would not last. */
static struct str identity_of(struct report *report, const struct check_finding *found,
                              struct hash_set *seen)
{
    uint64_t hash = hash_with(hash_str(found->evidence), (uintptr_t)found->check);
    if (hash_set_add(seen, hash))
        return arena_str(&report->arena, found->evidence);
    for (unsigned number = 2; number < LIMIT_CHECK_SAME; number++)
        if (hash_set_add(seen, hash_with(hash, number)))
            return arena_printf(&report->arena, "%.*s#%u", STR_ARG(found->evidence), number);
    return arena_printf(&report->arena, "%.*s#", STR_ARG(found->evidence));
}

static void add(struct report *report, const struct check_finding *found, struct str path,
                uint32_t layer, struct hash_set *seen)
{
    struct finding finding = {
        .kind = FINDING_CONFIG,
        .package = PACKAGE_NONE,
        .status = FINDING_AFFECTED,
        .path = path,
        .layer = layer,
        .line = found->line,
        .end_line = found->end_line,
        .column = found->column,
        .excerpt = arena_str(&report->arena, found->evidence),
        .detail = arena_str(&report->arena, found->detail),
        .detail_local = arena_str(&report->arena, found->detail_local),
        .identity = identity_of(report, found, seen),
    };
    finding.id = str_of(found->check->id);
    /* Without the aliases: one more of them must not make a finding a new one. */
    finding.fingerprint = finding_fingerprint(&report->arena, &finding, NULL, report->target.root);
    check_describe(&report->arena, found->check, &finding);
    finding.severity = found->severity;
    finding.risk = finding_risk(finding.kind, finding.severity);
    if (found->ignored)
        suppress(report, found, &finding);
    *VEC_ADD(&report->findings) = finding;
}

void check_report(struct report *report, const struct check_findings *findings, struct str path,
                  uint32_t layer)
{
    struct hash_set seen = {0};
    struct str kept = arena_str(&report->arena, path);
    for (size_t i = 0; i < findings->items.count; i++)
        add(report, &findings->items.items[i], kept, layer, &seen);
    hash_set_free(&seen);
    if (findings->left_out) {
        struct pl_err problem;
        err_limit(&problem, LIMIT_NAME(LIMIT_CHECK_FINDINGS), "%llu more findings are left out",
                  (unsigned long long)findings->left_out);
        report_tell(report, true, path, &problem);
    }
}
