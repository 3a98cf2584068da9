/* What a policy finds in a report's packages. OR holds when one of its licences is allowed, AND
 * when all are: what offends is told by the part of the expression that does. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "license/policy_internal.h"

enum { ID_MAX = 200 };

struct judging {
    const struct license_policy *policy;
    struct report *report;
    struct arena arena; /* of one licence */
    size_t package;
    int64_t now;
};

static enum license_verdict judge(const struct license_policy *policy,
                                  const struct license_expression *expression, size_t index)
{
    const struct license_node *node = &expression->nodes[index];
    if (node->kind == LICENSE_TERM)
        return license_policy_judge(policy, node->id, node->exception);
    enum license_verdict worst = LICENSE_ALLOWED, best = LICENSE_DENIED;
    for (size_t i = node->first; i != LICENSE_NO_NODE; i = expression->nodes[i].next) {
        enum license_verdict verdict = judge(policy, expression, i);
        worst = verdict > worst ? verdict : worst;
        best = verdict < best ? verdict : best;
    }
    return node->kind == LICENSE_AND ? worst : best;
}

/* ---- exemptions ---- */

/* "pkg:npm/left" is any version of it, "pkg:npm/left@1.0" that one. */
static bool purl_fits(struct str wanted, struct str purl)
{
    return str_starts(purl, wanted) &&
           (purl.len == wanted.len || strchr("@?#", purl.data[wanted.len]) != NULL);
}

static bool path_fits(struct str glob, const struct package *package)
{
    bool fits = glob.len == 0;
    for (size_t i = 0; i < package->path_count && !fits; i++)
        fits = str_glob(glob, package->paths[i]);
    return fits;
}

static const struct license_exemption *exemption_of(struct judging *judging,
                                                    const struct package *package, struct str id)
{
    struct str lower = license_lower(&judging->arena, id);
    for (size_t i = 0; i < judging->policy->exemptions.count; i++) {
        const struct license_exemption *one = &judging->policy->exemptions.items[i];
        if ((one->package.len == 0 || str_glob(one->package, package->name)) &&
            (one->license.len == 0 || str_glob(one->license, lower)) &&
            (one->purl.len == 0 || purl_fits(one->purl, package->purl)) &&
            path_fits(one->path, package) && (one->ends == 0 || judging->now < one->ends))
            return one;
    }
    return NULL;
}

/* ---- findings ---- */

static void set_title(struct arena *arena, struct finding *finding, enum license_verdict verdict,
                      bool none)
{
    struct pl_err text;
    struct str id = finding->id;
    if (none)
        err_set(&text, PL_OK, "no licence is told");
    else if (verdict == LICENSE_DENIED)
        err_set(&text, PL_OK, "licence %.*s is denied", STR_ARG(id));
    else if (verdict == LICENSE_UNLISTED)
        err_set(&text, PL_OK, "licence %.*s is not among the allowed ones", STR_ARG(id));
    else
        err_set(&text, PL_OK, "licence %.*s is not known", STR_ARG(id));
    finding->title = arena_str(arena, str_of(text.message));
    finding->title_local = arena_str(arena, str_of(text.local));
}

/* `text` empty: the package tells no licence. */
static void add(struct judging *judging, enum license_verdict verdict, struct str text)
{
    struct report *report = judging->report;
    const struct package *package = &report->packages.items[judging->package];
    struct str id = text.len ? utf8_fit(text, ID_MAX) : STR("unknown-license");
    struct finding finding = {
        .kind = FINDING_LICENSE,
        .id = arena_str(&report->arena, id),
        .severity = judging->policy->severities[verdict],
        .package = judging->package,
        .installed = package->version,
        .status = FINDING_AFFECTED,
        .path = package->path_count ? package->paths[0] : STR_NONE,
        .layer = package->layer,
    };
    set_title(&report->arena, &finding, verdict, text.len == 0);
    finding.fingerprint =
        finding_fingerprint(&report->arena, &finding, package, report->target.root);
    const struct license_exemption *exemption = exemption_of(judging, package, id);
    if (exemption) {
        finding.suppressed_by = "ignore";
        finding.suppressed_why = finding.suppressed_local =
            arena_str(&report->arena, exemption->reason);
        finding.suppressed_until = arena_str(&report->arena, exemption->until);
    }
    *VEC_ADD(&report->findings) = finding;
}

/* Of "A AND B" each that offends is told by itself. */
static void judge_parts(struct judging *judging, const struct license_expression *expression)
{
    const struct license_node *nodes = expression->nodes, *root = &nodes[expression->root];
    bool several = root->kind == LICENSE_AND;
    size_t i = several ? root->first : expression->root;
    for (; i != LICENSE_NO_NODE; i = several ? nodes[i].next : LICENSE_NO_NODE) {
        struct license_expression part = {expression->nodes, expression->count, i};
        enum license_verdict verdict = judge(judging->policy, &part, i);
        AUTO_BUF text = {0};
        if (verdict == LICENSE_ALLOWED)
            continue;
        license_print(&text, &part);
        add(judging, verdict, buf_str(&text));
    }
}

static void judge_package(struct judging *judging)
{
    const struct license_policy *policy = judging->policy;
    const struct package *package = &judging->report->packages.items[judging->package];
    if (package->license_count == 0 && policy->unknown != LICENSE_ALLOWED)
        add(judging, policy->unknown, STR_NONE);
    for (size_t i = 0; i < package->license_count; i++) {
        struct license_expression expression;
        struct str text = package->licenses[i];
        if (license_parse(&judging->arena, text, &expression, NULL) == 0) {
            judge_parts(judging, &expression);
            continue;
        }
        enum license_verdict verdict = license_policy_judge_words(policy, text);
        if (verdict != LICENSE_ALLOWED)
            add(judging, verdict, text);
    }
}

void license_policy_apply(const struct license_policy *policy, struct report *report)
{
    struct judging judging = {.policy = policy, .report = report, .now = clock_now()};
    report->licenses_judged = true;
    for (size_t i = 0; i < report->packages.count; i++) {
        judging.package = i;
        judge_package(&judging);
        arena_free(&judging.arena);
    }
    report_sort(report);
}
