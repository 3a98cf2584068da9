#include "app/sweep_result.h"

static json_t *text_or_null(struct str text)
{
    json_t *value = text.len ? json_stringn(text.data, text.len) : NULL;
    return value ? value : json_null(); /* bytes of an image may be no UTF-8 */
}

static void put_text(json_t *object, const char *key, struct str text)
{
    json_object_set_new(object, key, text_or_null(text));
}

static json_t *finding_of(const struct report *report, const struct finding *finding)
{
    json_t *item = json_object();
    const struct package *package = finding->package < report->packages.count
                                        ? &report->packages.items[finding->package]
                                        : NULL;
    put_text(item, "id", finding->id);
    put_text(item, "kind", str_of(finding_kind_name(finding->kind)));
    put_text(item, "severity", str_of(severity_name(finding->severity)));
    put_text(item, "package", package ? package->name : STR_NONE);
    put_text(item, "type", package ? str_of(package_type_name(package->type)) : STR_NONE);
    put_text(item, "installed", finding->installed);
    put_text(item, "fixed", finding->fixed);
    put_text(item, "title", finding->title);
    json_object_set_new(item, "risk", json_integer(finding->risk));
    json_object_set_new(item, "kev", json_boolean(finding->kev_added.len != 0));
    put_text(item, "fingerprint", finding->fingerprint);
    return item;
}

static json_t *counts_of(const struct report *report, size_t *ret_kev)
{
    struct report_counts counts = report_count(report);
    json_t *by_severity = json_object(), *summary = json_object();
    for (int i = SEVERITY_COUNT - 1; i >= 0; i--)
        json_object_set_new(by_severity, severity_name((enum severity)i),
                            json_integer((json_int_t)counts.by_severity[i]));
    json_object_set_new(summary, "packages", json_integer((json_int_t)report->packages.count));
    json_object_set_new(summary, "by_severity", by_severity);
    json_object_set_new(summary, "fixable", json_integer((json_int_t)counts.fixable));
    json_object_set_new(summary, "suppressed", json_integer((json_int_t)counts.suppressed));
    json_object_set_new(summary, "kev", json_integer((json_int_t)*ret_kev));
    return summary;
}

static json_t *system_of(const struct os_info *os)
{
    if (os->id.len == 0)
        return json_null();
    json_t *result = json_object();
    put_text(result, "id", os->id);
    put_text(result, "version", os->version);
    put_text(result, "name", os->name);
    put_text(result, "end_of_life", os->end_of_life);
    return result;
}

json_t *sweep_result_of(const struct report *report, int code)
{
    json_t *result = json_object(), *findings = json_array(), *layers = json_array();
    json_t *diagnostics = json_array();
    size_t kev = 0;
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct finding *finding = &report->findings.items[i];
        if (finding->suppressed_by)
            continue;
        kev += finding->kev_added.len != 0;
        json_array_append_new(findings, finding_of(report, finding));
    }
    for (size_t i = 0; i < report->target.layers.count; i++)
        json_array_append_new(layers, text_or_null(report->target.layers.items[i].digest));
    for (size_t i = 0; i < report->diagnostics.count; i++)
        if (report->diagnostics.items[i].error)
            json_array_append_new(diagnostics, text_or_null(report->diagnostics.items[i].message));
    put_text(result, "image_id", report->target.image_id);
    put_text(result, "platform", report->target.platform);
    json_object_set_new(result, "os", system_of(&report->target.os));
    json_object_set_new(result, "complete", json_boolean(report->complete));
    json_object_set_new(result, "failed", json_boolean(report->verdict.failed));
    json_object_set_new(result, "exit_code", json_integer(code));
    json_object_set_new(result, "error", json_null());
    json_object_set_new(result, "summary", counts_of(report, &kev));
    json_object_set_new(result, "layers", layers);
    json_object_set_new(result, "findings", findings);
    json_object_set_new(result, "diagnostics", diagnostics);
    return result;
}

json_t *sweep_result_of_error(const struct pl_err *error, int code)
{
    json_t *result = json_object();
    json_object_set_new(result, "complete", json_false());
    json_object_set_new(result, "failed", json_false());
    json_object_set_new(result, "exit_code", json_integer(code));
    json_object_set_new(result, "error", json_string(error->message));
    json_object_set_new(result, "error_local", json_string(error->local));
    return result;
}
