#include "app/policy_report.h"

#include "base/limits.h"
#include "io/json_doc.h"
#include "io/whole_file.h"

static struct str kept(struct report *report, const json_t *object, const char *key)
{
    return arena_str(&report->arena, json_text(object, key));
}

static void read_target(struct report *report, const json_t *root)
{
    const json_t *target = json_member(root, "target"), *layers = json_list(target, "layers");
    report->target.kind = "report";
    report->target.name = kept(report, target, "name");
    report->target.created = kept(report, target, "created");
    report->complete = json_is_true(json_object_get(root, "complete"));
    for (size_t i = 0; layers && i < json_array_size(layers); i++) {
        const json_t *layer = json_array_get(layers, i), *base = json_object_get(layer, "base");
        *VEC_ADD(&report->target.layers) = (struct report_layer){
            .diff_id = kept(report, layer, "diff_id"),
            .base = json_is_true(base)    ? BASE_YES
                    : json_is_false(base) ? BASE_NO
                                          : BASE_UNKNOWN,
        };
    }
}

static void read_packages(struct report *report, const json_t *list)
{
    for (size_t i = 0; list && i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i), *paths = json_list(item, "paths");
        struct package package = {
            .name = kept(report, item, "name"),
            .version = kept(report, item, "version"),
            .source_name = kept(report, json_member(item, "source"), "name"),
            .purl = kept(report, item, "purl"),
            .owner = OWNER_NONE,
        };
        struct str type = json_text(item, "type");
        for (int k = 0; k < PACKAGE_TYPE_COUNT; k++)
            if (str_is(type, package_type_name((enum package_type)k)))
                package.type = (enum package_type)k;
        package.path_count = paths ? json_array_size(paths) : 0;
        package.paths = ARENA_ARRAY(&report->arena, struct str, package.path_count + 1);
        for (size_t k = 0; k < package.path_count; k++)
            package.paths[k] = arena_str(&report->arena, json_value_text(json_array_get(paths, k)));
        *VEC_ADD(&report->packages) = package;
    }
}

static uint32_t layer_of(const struct report *report, struct str diff_id)
{
    for (size_t i = report->target.layers.count; diff_id.len && i-- > 0;)
        if (str_equal(report->target.layers.items[i].diff_id, diff_id))
            return (uint32_t)i;
    return LAYER_NONE;
}

static void read_scores(struct report *report, const json_t *item, struct finding *finding)
{
    const json_t *list = json_list(item, "cvss"), *epss = json_member(item, "epss");
    finding->cvss_count = list ? json_array_size(list) : 0;
    finding->cvss = ARENA_ARRAY(&report->arena, struct cvss_entry, finding->cvss_count + 1);
    for (size_t i = 0; i < finding->cvss_count; i++)
        finding->cvss[i].score =
            json_number_value(json_object_get(json_array_get(list, i), "score"));
    finding->has_epss = epss != NULL;
    finding->epss_score = json_number_value(json_object_get(epss, "score"));
    finding->kev_added = kept(report, json_member(item, "kev"), "added");
}

static int read_finding(struct report *report, const json_t *item, struct pl_err *err)
{
    struct finding finding = {
        .id = kept(report, item, "id"),
        .title = kept(report, item, "title"),
        .risk = (int)json_count(item, "risk", 0),
        .package = PACKAGE_NONE,
        .installed = kept(report, item, "installed"),
        .fixed = kept(report, item, "fixed"),
        .fix_date = kept(report, item, "fix_date"),
        .published = kept(report, item, "published"),
        .path = kept(report, item, "path"),
        .layer = layer_of(report, json_text(item, "layer")),
        .removed = json_is_true(json_object_get(item, "removed")),
        .fingerprint = kept(report, item, "fingerprint"),
    };
    struct str kind = json_text(item, "kind"), status = json_text(item, "status");
    const json_t *aliases = json_list(item, "aliases");
    uint64_t package = json_count(item, "package", UINT64_MAX);
    while (finding.kind < FINDING_KIND_COUNT && !str_is(kind, finding_kind_name(finding.kind)))
        finding.kind++;
    if (finding.kind == FINDING_KIND_COUNT ||
        !severity_parse(json_text(item, "severity"), &finding.severity))
        return err_set(err, PL_E_FORMAT, "finding %zu has no kind or severity that is known",
                       report->findings.count + 1);
    if (package != UINT64_MAX && package >= report->packages.count)
        return err_set(err, PL_E_FORMAT, "a finding names package %llu, which is not there",
                       (unsigned long long)package);
    if (package != UINT64_MAX)
        finding.package = (size_t)package;
    for (int i = 0; i < FINDING_STATUS_COUNT; i++)
        if (str_is(status, finding_status_name((enum finding_status)i)))
            finding.status = (enum finding_status)i;
    finding.alias_count = aliases ? json_array_size(aliases) : 0;
    finding.aliases = ARENA_ARRAY(&report->arena, struct str, finding.alias_count + 1);
    for (size_t i = 0; i < finding.alias_count; i++)
        finding.aliases[i] = arena_str(&report->arena, json_value_text(json_array_get(aliases, i)));
    read_scores(report, item, &finding);
    if (json_member(item, "suppressed"))
        finding.suppressed_by = "ignore"; /* whatever it was: it does not count */
    *VEC_ADD(&report->findings) = finding;
    return 0;
}

int policy_report_read(const char *path, struct report *report, struct pl_err *err)
{
    AUTO_BUF text = {0};
    AUTO_JSON *root = NULL;
    int r = whole_file_read(path, LIMIT_BASELINE, LIMIT_NAME(LIMIT_BASELINE), &text, err);
    if (r < 0)
        return r;
    r = json_document(buf_str(&text), &root, err);
    if (r == 0 && !str_is(json_text(root, "schema"), "plimsoll.report/1"))
        r = err_set(err, PL_E_FORMAT,
                    "this is no report of plimsoll (schema plimsoll.report/1, --format json)");
    if (r == 0) {
        const json_t *findings = json_list(root, "findings");
        read_target(report, root);
        read_packages(report, json_list(root, "packages"));
        for (size_t i = 0; r == 0 && findings && i < json_array_size(findings); i++)
            r = read_finding(report, json_array_get(findings, i), err);
    }
    return r < 0 ? err_prefix(err, "%s", path) : 0;
}
