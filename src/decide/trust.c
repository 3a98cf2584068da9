#include "decide/trust.h"

#include <stdlib.h>

struct trust_policy {
    struct arena arena;
    VEC(struct signature_key *) keys;
    VEC(struct str) names;
    VEC(struct str) registries;
};

static const char UNSIGNED[] = "image-unsigned", FOREIGN[] = "image-registry";

struct trust_policy *trust_policy_new(void)
{
    return mem_zalloc(1, sizeof(struct trust_policy));
}

void trust_policy_free(struct trust_policy *policy)
{
    for (size_t i = 0; i < policy->keys.count; i++)
        signature_key_free(policy->keys.items[i]);
    VEC_FREE(&policy->keys);
    VEC_FREE(&policy->names);
    VEC_FREE(&policy->registries);
    arena_free(&policy->arena);
    free(policy);
}

int trust_policy_add_key(struct trust_policy *policy, const char *path, struct pl_err *err)
{
    struct signature_key *key;
    int r = signature_key_read(path, &key, err);
    if (r < 0)
        return r;
    *VEC_ADD(&policy->keys) = key;
    *VEC_ADD(&policy->names) = arena_str(&policy->arena, str_of(path));
    return 0;
}

int trust_policy_add_registry(struct trust_policy *policy, struct str pattern, struct pl_err *err)
{
    while (pattern.len && pattern.data[pattern.len - 1] == '/')
        pattern.len--;
    if (pattern.len == 0 || str_find(pattern, STR("://")) != SIZE_MAX)
        return err_set(err, PL_E_USAGE,
                       "\"%.*s\" is no registry: a host name is needed, such as registry.example "
                       "or registry.example/team",
                       STR_ARG(str_first(pattern, 200)));
    *VEC_ADD(&policy->registries) = arena_str(&policy->arena, pattern);
    return 0;
}

struct attachment_keys trust_policy_keys(const struct trust_policy *policy)
{
    return (struct attachment_keys){
        .keys = (const struct signature_key *const *)policy->keys.items,
        .names = policy->names.items,
        .count = policy->keys.count,
    };
}

bool trust_policy_is_empty(const struct trust_policy *policy)
{
    return policy->keys.count == 0 && policy->registries.count == 0;
}

/* A pattern speaks of a repository, and of all below it. */
static bool is_below(struct str repository, struct str pattern)
{
    for (size_t end = repository.len;;) {
        if (str_glob(pattern, str_first(repository, end)))
            return true;
        size_t slash = str_last_index(str_first(repository, end), '/');
        if (slash == SIZE_MAX)
            return false;
        end = slash;
    }
}

static void add(struct report *report, const char *id, enum severity severity,
                const struct pl_err *title)
{
    struct finding finding = {
        .kind = FINDING_CONFIG,
        .id = str_of(id),
        .severity = severity,
        .risk = finding_risk(FINDING_CONFIG, severity),
        .package = PACKAGE_NONE,
        .status = FINDING_AFFECTED,
        .layer = LAYER_NONE,
        .title = arena_str(&report->arena, str_of(title->message)),
        .title_local = arena_str(&report->arena, str_of(title->local)),
    };
    finding.fingerprint = finding_fingerprint(&report->arena, &finding, NULL, report->target.root);
    *VEC_ADD(&report->findings) = finding;
}

static void check_registry(const struct trust_policy *policy, struct report *report,
                           struct str repository)
{
    struct pl_err title;
    for (size_t i = 0; i < policy->registries.count; i++)
        if (repository.len && is_below(repository, policy->registries.items[i]))
            return;
    if (repository.len)
        err_set(&title, PL_OK, "the image is of %.*s, which is not among the trusted registries",
                STR_ARG(repository));
    else
        err_set(
            &title, PL_OK,
            "which registry the image is from is not known, so it is of none of the trusted ones");
    add(report, FOREIGN, SEVERITY_HIGH, &title);
}

void trust_policy_apply(const struct trust_policy *policy, struct report *report,
                        struct str repository)
{
    struct pl_err title;
    if (policy->registries.count)
        check_registry(policy, report, repository);
    if (policy->keys.count && !report->target.signature.verified) {
        if (repository.len)
            err_set(&title, PL_OK, "the image is not signed by a key that is trusted");
        else
            err_set(
                &title, PL_OK,
                "the image is not signed by a key that is trusted: signatures are looked for in "
                "registries only");
        add(report, UNSIGNED, SEVERITY_CRITICAL, &title);
    }
    report_sort(report);
}

void trust_policy_judge(const struct trust_policy *policy, struct report *report)
{
    if (trust_policy_is_empty(policy))
        return;
    report->verdict.asked = true;
    for (size_t i = 0; i < report->findings.count; i++) {
        struct finding *finding = &report->findings.items[i];
        bool ours = str_is(finding->id, UNSIGNED) || str_is(finding->id, FOREIGN);
        if (finding->kind != FINDING_CONFIG || !ours || finding->suppressed_by)
            continue;
        finding->fails = true;
        report->verdict.failed = true;
        *VEC_ADD(&report->verdict.reasons) = (struct verdict_reason){
            .fails = true, .message = finding->title, .local = finding->title_local};
    }
}
