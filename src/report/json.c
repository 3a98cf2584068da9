/* The contract's report, schema plimsoll.report/1. */
#include "report/json.h"
#include "base/i18n.h"
#include "io/json_writer.h"

static void write_strs(struct json_writer *json, const char *key, const struct str *strs,
                       size_t count)
{
    json_open(json, key, '[');
    for (size_t i = 0; i < count; i++)
        json_str(json, strs[i]);
    json_end(json, ']');
}

static void write_generator(struct json_writer *json, const struct report *report)
{
    json_open(json, "generator", '{');
    json_put_text(json, "name", "plimsoll");
    json_put_text(json, "version", PLIMSOLL_VERSION);
    if (!report->database.used) {
        json_put_null(json, "database");
        json_end(json, '}');
        return;
    }
    json_open(json, "database", '{');
    json_put_str_or_null(json, "built", report->database.built);
    json_put_u64(json, "advisories", report->database.advisories);
    json_open(json, "feeds", '[');
    for (size_t i = 0; i < report->database.feeds.count; i++) {
        const struct report_feed *feed = &report->database.feeds.items[i];
        json_begin(json, '{');
        json_put_str(json, "name", feed->name);
        json_put_str_or_null(json, "updated", feed->updated);
        json_put_u64(json, "advisories", feed->advisories);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_end(json, '}');
    json_end(json, '}');
}

static void write_os(struct json_writer *json, const struct os_info *os)
{
    if (os->id.len == 0) {
        json_put_null(json, "os");
        return;
    }
    json_open(json, "os", '{');
    json_put_str(json, "id", os->id);
    if (os->id_like.len)
        json_put_str(json, "id_like", os->id_like);
    json_put_str_or_null(json, "version", os->version);
    json_put_str_or_null(json, "codename", os->codename);
    json_put_str_or_null(json, "name", os->name);
    json_put_str_or_null(json, "end_of_life", os->end_of_life);
    write_strs(json, "streams", os->streams, os->stream_count);
    json_end(json, '}');
}

static void write_layer(struct json_writer *json, const struct report_layer *layer)
{
    json_begin(json, '{');
    json_put_str_or_null(json, "digest", layer->digest);
    json_put_str_or_null(json, "diff_id", layer->diff_id);
    json_key(json, "size");
    if (layer->size == UINT64_MAX)
        json_none(json);
    else
        json_u64(json, layer->size);
    json_put_str_or_null(json, "created_by", layer->created_by);
    json_key(json, "base");
    if (layer->base == BASE_UNKNOWN)
        json_none(json);
    else
        json_bool(json, layer->base == BASE_YES);
    if (layer->by_toc)
        json_put_str(json, "read", STR("toc"));
    json_end(json, '}');
}

/* The base image, the signature and the bill of materials are there where there is one. */
static void write_origin(struct json_writer *json, const struct report *report)
{
    if (report->target.base.layers) {
        json_open(json, "base_image", '{');
        json_put_str(json, "name", report->target.base.name);
        json_put_str(json, "chain_id", report->target.base.chain_id);
        json_put_u64(json, "layers", report->target.base.layers);
        json_put_str(json, "known_by", report->target.base.known_by);
        json_end(json, '}');
    }
    if (report->target.index_digest.len)
        json_put_str(json, "index_digest", report->target.index_digest);
    if (report->target.signature.asked) {
        json_open(json, "signature", '{');
        json_put_bool(json, "verified", report->target.signature.verified);
        json_put_str_or_null(json, "key", report->target.signature.key);
        json_put_str_or_null(json, "kind", report->target.signature.kind);
        json_end(json, '}');
    }
    if (report->target.sbom_file.len) {
        json_open(json, "sbom", '{');
        json_put_str(json, "file", report->target.sbom_file);
        json_put_str(json, "format", report->target.sbom_format);
        json_put_str_or_null(json, "tool", report->target.sbom_tool);
        json_end(json, '}');
    }
}

static void write_target(struct json_writer *json, const struct report *report)
{
    json_open(json, "target", '{');
    json_put_text(json, "kind", report->target.kind);
    json_put_str(json, "name", report->target.name);
    json_put_str_or_null(json, "root", report->target.root);
    json_put_str_or_null(json, "digest", report->target.digest);
    json_put_str_or_null(json, "image_id", report->target.image_id);
    json_put_str_or_null(json, "platform", report->target.platform);
    if (report->target.created.len)
        json_put_str(json, "created", report->target.created);
    write_os(json, &report->target.os);
    json_open(json, "layers", '[');
    for (size_t i = 0; i < report->target.layers.count; i++)
        write_layer(json, &report->target.layers.items[i]);
    json_end(json, ']');
    write_origin(json, report);
    json_end(json, '}');
}

static void write_layer_id(struct json_writer *json, const struct report *report, uint32_t layer)
{
    json_put_str_or_null(json, "layer",
                         layer < report->target.layers.count
                             ? report->target.layers.items[layer].diff_id
                             : STR_NONE);
}

static void write_cpes(struct json_writer *json, const struct package *package)
{
    struct arena arena = {0};
    json_open(json, "cpes", '[');
    for (size_t i = 0; i < package->cpe_count; i++)
        json_str(json, package_cpe(&arena, package, i));
    json_end(json, ']');
    arena_free(&arena);
}

/* By algorithm: "sha256": "<hex>". */
static void write_hashes(struct json_writer *json, const struct package *package)
{
    if (!package->sha1.len && !package->hash_count)
        return;
    json_open(json, "hashes", '{');
    if (package->sha1.len)
        json_put_str(json, "sha1", package->sha1);
    for (size_t i = 0; i < package->hash_count; i++) {
        struct str hex = package->hashes[i], name;
        char key[32];
        if (!str_cut(&hex, ':', &name) || name.len >= sizeof(key))
            continue;
        memcpy(key, name.data, name.len);
        key[name.len] = 0;
        json_put_str(json, key, hex);
    }
    json_end(json, '}');
}

void report_json_package(struct json_writer *json, const struct report *report, size_t index)
{
    const struct package *package = &report->packages.items[index];
    json_begin(json, '{');
    json_put_u64(json, "ref", index);
    json_put_text(json, "type", package_type_name(package->type));
    json_put_str(json, "name", package->name);
    json_put_str(json, "version", package->version);
    json_put_str_or_null(json, "arch", package->arch);
    if (package->source_name.len) {
        json_open(json, "source", '{');
        json_put_str(json, "name", package->source_name);
        json_put_str_or_null(json, "version", package->source_version);
        json_end(json, '}');
    } else {
        json_put_null(json, "source");
    }
    if (package->module.len)
        json_put_str(json, "module", package->module);
    if (package->vendor.len)
        json_put_str(json, "vendor", package->vendor);
    json_put_str_or_null(json, "purl", package->purl);
    write_strs(json, "licenses", package->licenses, package->license_count);
    write_strs(json, "paths", package->paths, package->path_count);
    write_layer_id(json, report, package->layer);
    json_put_text(json, "cataloger", package->cataloger);
    json_put_text(json, "origin", package_origin_name(package->origin));
    if (package->development)
        json_put_bool(json, "development", true);
    if (package->unordered)
        json_put_bool(json, "unordered", true);
    if (package->cpe_count)
        write_cpes(json, package);
    write_hashes(json, package);
    if (package->depend_count) {
        json_open(json, "depends_on", '[');
        for (size_t i = 0; i < package->depend_count; i++)
            json_u64(json, package->depends[i]);
        json_end(json, ']');
    }
    if (package->owner != OWNER_NONE)
        json_put_u64(json, "owner", package->owner);
    json_key(json, "in_use");
    if (package->in_use < 0)
        json_none(json);
    else
        json_bool(json, package->in_use != 0);
    json_end(json, '}');
}

static void write_cvss(struct json_writer *json, const struct finding *finding)
{
    json_open(json, "cvss", '[');
    for (size_t i = 0; i < finding->cvss_count; i++) {
        const struct cvss_entry *entry = &finding->cvss[i];
        json_begin(json, '{');
        json_put_text(json, "version", cvss_version_name(entry->version));
        json_put_str(json, "vector", entry->vector);
        json_key(json, "score");
        json_double(json, entry->score, 1);
        json_put_str_or_null(json, "source", entry->source);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void write_likelihood(struct json_writer *json, const struct finding *finding)
{
    if (finding->has_epss) {
        json_open(json, "epss", '{');
        json_key(json, "score");
        json_double(json, finding->epss_score, 5);
        json_key(json, "percentile");
        json_double(json, finding->epss_percentile, 5);
        json_end(json, '}');
    } else {
        json_put_null(json, "epss");
    }
    if (finding->kev_added.len) {
        json_open(json, "kev", '{');
        json_put_str(json, "added", finding->kev_added);
        json_put_bool(json, "ransomware", finding->kev_ransomware);
        json_end(json, '}');
    } else {
        json_put_null(json, "kev");
    }
}

static void write_match(struct json_writer *json, const struct finding *finding)
{
    if (finding->kind != FINDING_VULNERABILITY) {
        json_put_null(json, "match");
        return;
    }
    json_open(json, "match", '{');
    json_put_str(json, "feed", finding->match.feed);
    write_strs(json, "advisories", finding->match.advisories, finding->match.advisory_count);
    json_put_str(json, "scheme", finding->match.scheme);
    json_put_str(json, "range", finding->match.range);
    json_put_str(json, "by", finding->match.by);
    json_end(json, '}');
}

static void write_suppressed(struct json_writer *json, const struct finding *finding,
                             const struct report_style *style)
{
    if (!finding->suppressed_by) {
        json_put_null(json, "suppressed");
        return;
    }
    json_open(json, "suppressed", '{');
    json_put_text(json, "by", finding->suppressed_by);
    json_put_str(json, "why",
                 style->local && finding->suppressed_local.len ? finding->suppressed_local
                                                               : finding->suppressed_why);
    json_put_str_or_null(json, "until", finding->suppressed_until);
    json_end(json, '}');
}

/* Lines are of files that are text; `column` counts bytes. */
static void write_place(struct json_writer *json, const struct finding *finding)
{
    json_key(json, "line");
    if (finding->line)
        json_u64(json, finding->line);
    else
        json_none(json);
    if (finding->end_line > finding->line)
        json_put_u64(json, "end_line", finding->end_line);
    if (finding->column)
        json_put_u64(json, "column", finding->column);
    if (finding->excerpt.len)
        json_put_str(json, "excerpt", finding->excerpt);
    if (finding->kind != FINDING_VULNERABILITY && finding->layer != LAYER_NONE)
        json_put_bool(json, "removed", finding->removed);
}

static void write_help(struct json_writer *json, const struct finding *finding,
                       const struct report_style *style)
{
    if (finding->detail.len)
        json_put_str(json, "detail",
                     style->local && finding->detail_local.len ? finding->detail_local
                                                               : finding->detail);
    if (finding->why.len)
        json_put_str(json, "why",
                     style->local && finding->why_local.len ? finding->why_local : finding->why);
    if (finding->mend.len)
        json_put_str(json, "mend",
                     style->local && finding->mend_local.len ? finding->mend_local : finding->mend);
    if (!finding->references)
        return;
    json_open(json, "references", '[');
    for (const char *const *reference = finding->references; *reference; reference++)
        json_str(json, str_of(*reference));
    json_end(json, ']');
}

void report_json_finding(struct json_writer *json, const struct report *report,
                         const struct finding *finding, const struct report_style *style)
{
    json_begin(json, '{');
    json_put_text(json, "kind", finding_kind_name(finding->kind));
    json_put_str(json, "id", finding->id);
    write_strs(json, "aliases", finding->aliases, finding->alias_count);
    json_put_str(json, "title",
                 style->local && finding->title_local.len ? finding->title_local : finding->title);
    json_put_text(json, "severity", severity_name(finding->severity));
    json_put_u64(json, "risk", (uint64_t)finding->risk);
    json_key(json, "package");
    if (finding->package == PACKAGE_NONE)
        json_none(json);
    else
        json_u64(json, finding->package);
    json_put_str(json, "installed", finding->installed);
    json_put_str_or_null(json, "fixed", finding->fixed);
    json_put_text(json, "status", finding_status_name(finding->status));
    json_put_str_or_null(json, "reason", finding->reason);
    if (finding->fix_date.len)
        json_put_str(json, "fix_date", finding->fix_date);
    if (finding->stream.len) {
        json_open(json, "stream_fix", '{');
        json_put_str(json, "stream", finding->stream);
        json_put_str_or_null(json, "fixed", finding->stream_fixed);
        json_end(json, '}');
    }
    write_cvss(json, finding);
    write_strs(json, "cwes", finding->cwes, finding->cwe_count);
    json_put_str_or_null(json, "published", finding->published);
    write_likelihood(json, finding);
    write_match(json, finding);
    json_put_str_or_null(json, "path", finding->path);
    write_place(json, finding);
    write_layer_id(json, report, finding->layer);
    write_help(json, finding, style);
    enum base_known base = report_base_of(report, finding);
    json_key(json, "base");
    if (base == BASE_UNKNOWN)
        json_none(json);
    else
        json_bool(json, base == BASE_YES);
    if (finding->owner.len)
        json_put_str(json, "owner", finding->owner);
    if (report->verdict.asked)
        json_put_bool(json, "fails", finding->fails);
    write_suppressed(json, finding, style);
    json_put_str(json, "fingerprint", finding->fingerprint);
    json_end(json, '}');
}

static void write_diagnostics(struct json_writer *json, const struct report *report,
                              const struct report_style *style)
{
    json_open(json, "diagnostics", '[');
    for (size_t i = 0; i < report->diagnostics.count; i++) {
        const struct diagnostic *diagnostic = &report->diagnostics.items[i];
        json_begin(json, '{');
        json_put_text(json, "level", diagnostic->error ? "error" : "warning");
        json_put_str(json, "where", diagnostic->where);
        json_put_str(json, "message", diagnostic_text(diagnostic, style));
        json_put_str_or_null(json, "limit", diagnostic->limit);
        /* Holds for whoever reads the packages, whatever their database. */
        if (diagnostic->error && i < report->catalog.diagnostics)
            json_put_bool(json, "catalog", true);
        json_end(json, '}');
    }
    json_end(json, ']');
    if (report->diagnostics_left_out)
        json_put_u64(json, "diagnostics_left_out", report->diagnostics_left_out);
}

static void write_summary(struct json_writer *json, const struct report *report)
{
    struct report_counts counts = report_count(report);
    json_open(json, "summary", '{');
    json_put_u64(json, "packages", report->packages.count);
    json_open(json, "by_severity", '{');
    for (int severity = SEVERITY_COUNT - 1; severity >= 0; severity--)
        json_put_u64(json, severity_name((enum severity)severity), counts.by_severity[severity]);
    json_end(json, '}');
    json_open(json, "by_kind", '{');
    for (int kind = 0; kind < FINDING_KIND_COUNT; kind++)
        json_put_u64(json, finding_kind_name((enum finding_kind)kind), counts.by_kind[kind]);
    json_end(json, '}');
    if (report->target.base.layers) {
        json_open(json, "by_base", '{');
        json_put_u64(json, "base", counts.by_base[BASE_YES]);
        json_put_u64(json, "yours", counts.by_base[BASE_NO]);
        json_end(json, '}');
    }
    json_put_u64(json, "fixable", counts.fixable);
    json_put_u64(json, "suppressed", counts.suppressed);
    /* A kind that has no findings may not have been looked for. */
    json_open(json, "looked_for", '[');
    for (int kind = 0; kind < FINDING_KIND_COUNT; kind++)
        if (report_looked_for(report, (enum finding_kind)kind))
            json_str(json, str_of(finding_kind_name((enum finding_kind)kind)));
    json_end(json, ']');
    json_end(json, '}');
}

static void write_verdict(struct json_writer *json, const struct report *report,
                          const struct report_style *style)
{
    if (!report->verdict.asked && report->verdict.reasons.count == 0)
        return;
    json_open(json, "verdict", '{');
    json_put_bool(json, "failed", report->verdict.failed);
    json_open(json, "reasons", '[');
    for (size_t i = 0; i < report->verdict.reasons.count; i++) {
        const struct verdict_reason *reason = &report->verdict.reasons.items[i];
        json_begin(json, '{');
        json_put_bool(json, "fails", reason->fails);
        json_put_str(json, "message", style->local ? reason->local : reason->message);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_end(json, '}');
}

static void write_beginning(struct json_writer *json, const struct report *report)
{
    json_put_text(json, "schema", "plimsoll.report/1");
    json_put_bool(json, "complete", report->complete);
    write_generator(json, report);
    write_target(json, report);
}

static void write_ending(struct json_writer *json, const struct report *report,
                         const struct report_style *style)
{
    write_diagnostics(json, report, style);
    write_summary(json, report);
    write_verdict(json, report, style);
}

void report_json_frame(struct json_writer *json, const struct report *report,
                       const struct report_style *style)
{
    json_begin(json, '{');
    write_beginning(json, report);
    write_ending(json, report, style);
    json_end(json, '}');
}

static void json_write(struct out *out, const struct report *report,
                       const struct report_style *style)
{
    struct json_writer json = {.out = out};
    json_begin(&json, '{');
    write_beginning(&json, report);
    json_open(&json, "packages", '[');
    for (size_t i = 0; i < report->packages.count; i++)
        report_json_package(&json, report, i);
    json_end(&json, ']');
    json_open(&json, "findings", '[');
    for (size_t i = 0; i < report->findings.count; i++)
        report_json_finding(&json, report, &report->findings.items[i], style);
    json_end(&json, ']');
    write_ending(&json, report, style);
    json_end(&json, '}');
}

const struct report_format report_format_json = {
    .name = "json",
    .help = N_("everything, for programs: schema plimsoll.report/1"),
    .write = json_write,
};
