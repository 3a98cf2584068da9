/* A snapshot of dependencies for GitHub's dependency graph: REST API 2022-11-28, "Create a snapshot
 * of dependencies for a repository". A manifest is the system's packages of one type, or what one
 * file tells of. */
#include <stdio.h>

#include "base/clock.h"
#include "io/json_writer.h"
#include "report/parts.h"

/* What the API needs and only the pipeline knows. */
static struct str variable(const char *name)
{
    return str_of(getenv(name));
}

struct entry {
    const struct package *package;
    size_t index;
    struct str manifest;
};

static int compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = str_compare(x->manifest, y->manifest);
    if (order == 0)
        order = str_compare(x->package->purl, y->package->purl);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

static struct str manifest_of(const struct package *package)
{
    return part_is_system(package) || package->path_count == 0
               ? str_of(package_type_name(package->type))
               : package->paths[0];
}

/* Those with a purl, by manifest and purl, each once. */
static struct entry *make_entries(const struct report *report, size_t *ret_count)
{
    size_t count = 0, kept = 0;
    struct entry *entries = mem_zalloc(report->packages.count + 1, sizeof(*entries));
    for (size_t i = 0; i < report->packages.count; i++) {
        const struct package *package = &report->packages.items[i];
        if (package->purl.len)
            entries[count++] = (struct entry){package, i, manifest_of(package)};
    }
    qsort(entries, count, sizeof(*entries), compare);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || !str_equal(entries[i].manifest, entries[kept - 1].manifest) ||
            !str_equal(entries[i].package->purl, entries[kept - 1].package->purl))
            entries[kept++] = entries[i];
    *ret_count = kept;
    return entries;
}

static void write_dependencies(struct json_writer *json, const struct report *report,
                               const struct entry *entry)
{
    struct str last = STR_NONE;
    json_open(json, "dependencies", '[');
    for (size_t i = 0; i < entry->package->depend_count; i++) {
        const struct package *other = &report->packages.items[entry->package->depends[i]];
        if (other->purl.len == 0 || !str_equal(manifest_of(other), entry->manifest) ||
            str_equal(other->purl, last) || str_equal(other->purl, entry->package->purl))
            continue;
        json_str(json, other->purl);
        last = other->purl;
    }
    json_end(json, ']');
}

static void write_resolved(struct json_writer *json, const struct report *report,
                           const struct entry *entry, const bool *asked_for)
{
    AUTO_BUF key = {0};
    buf_add(&key, entry->package->purl);
    buf_putc(&key, '\0');
    json_open(json, key.data, '{');
    json_put_str(json, "package_url", entry->package->purl);
    json_put_text(json, "relationship", asked_for[entry->index] ? "indirect" : "direct");
    json_put_text(json, "scope", entry->package->development ? "development" : "runtime");
    write_dependencies(json, report, entry);
    json_end(json, '}');
}

/* Returns the number of entries that the manifest has. */
static size_t write_manifest(struct json_writer *json, const struct report *report,
                             const struct entry *entries, size_t count, const bool *asked_for)
{
    AUTO_BUF key = {0};
    struct str name = entries[0].manifest;
    size_t end = 0;
    buf_add(&key, name);
    buf_putc(&key, '\0');
    json_open(json, key.data, '{');
    json_put_str(json, "name", name);
    if (!part_is_system(entries[0].package) && entries[0].package->path_count) {
        json_open(json, "file", '{');
        json_put_str(json, "source_location", name);
        json_end(json, '}');
    }
    json_open(json, "resolved", '{');
    for (; end < count && str_equal(entries[end].manifest, name); end++)
        write_resolved(json, report, &entries[end], asked_for);
    json_end(json, '}');
    json_end(json, '}');
    return end;
}

static void write_manifests(struct json_writer *json, const struct report *report,
                            const struct entry *entries, size_t count)
{
    bool *asked_for = mem_zalloc(report->packages.count + 1, sizeof(*asked_for));
    for (size_t i = 0; i < report->packages.count; i++)
        for (size_t k = 0; k < report->packages.items[i].depend_count; k++)
            asked_for[report->packages.items[i].depends[k]] = true;
    json_open(json, "manifests", '{');
    for (size_t i = 0; i < count;)
        i += write_manifest(json, report, entries + i, count - i, asked_for);
    json_end(json, '}');
    free(asked_for);
}

static void write_job(struct json_writer *json)
{
    struct str workflow = variable("GITHUB_WORKFLOW"), job = variable("GITHUB_JOB");
    struct str run = variable("GITHUB_RUN_ID"), server = variable("GITHUB_SERVER_URL");
    struct str repository = variable("GITHUB_REPOSITORY");
    AUTO_BUF text = {0};
    json_open(json, "job", '{');
    buf_printf(&text, "%.*s%s%.*s", STR_ARG(workflow), workflow.len && job.len ? " " : "",
               STR_ARG(job));
    json_put_str(json, "correlator", text.len ? buf_str(&text) : STR("plimsoll"));
    json_put_str(json, "id", run.len ? run : STR("0"));
    if (server.len && repository.len && run.len) {
        text.len = 0;
        buf_printf(&text, "%.*s/%.*s/actions/runs/%.*s", STR_ARG(server), STR_ARG(repository),
                   STR_ARG(run));
        json_put_str(json, "html_url", buf_str(&text));
    }
    json_end(json, '}');
}

/* The API takes eight keys with scalar values. */
static void write_metadata(struct json_writer *json, const struct report *report, size_t written)
{
    struct str os = part_os(report);
    json_open(json, "metadata", '{');
    json_put_str(json, "target", report->target.name);
    if (report->target.image_id.len)
        json_put_str(json, "image_id", report->target.image_id);
    if (os.len)
        json_put_str(json, "os", os);
    json_put_bool(json, "complete", report->complete);
    json_put_u64(json, "packages_left_out", report->packages.count - written);
    if (!variable("GITHUB_SHA").len || !variable("GITHUB_REF").len)
        json_put_text(json, "note",
                      "GITHUB_SHA and GITHUB_REF were not set: put the commit into \"sha\" and "
                      "\"ref\" before this is submitted");
    json_end(json, '}');
}

static void github_write(struct out *out, const struct report *report,
                         const struct report_style *style)
{
    struct json_writer json = {.out = out};
    char now[CLOCK_TEXT];
    size_t count;
    struct entry *entries = make_entries(report, &count);
    (void)style;
    clock_format(clock_now(), now);
    json_begin(&json, '{');
    json_put_u64(&json, "version", 0);
    json_put_str(&json, "sha", variable("GITHUB_SHA"));
    json_put_str(&json, "ref", variable("GITHUB_REF"));
    write_job(&json);
    json_open(&json, "detector", '{');
    json_put_text(&json, "name", "plimsoll");
    json_put_text(&json, "version", PLIMSOLL_VERSION);
    json_put_text(&json, "url", "pkg:generic/plimsoll@" PLIMSOLL_VERSION);
    json_end(&json, '}');
    json_put_text(&json, "scanned", now);
    write_metadata(&json, report, count);
    write_manifests(&json, report, entries, count);
    json_end(&json, '}');
    free(entries);
}

const struct report_format report_format_github = {
    .name = "github",
    .help = N_("snapshot of dependencies for GitHub's dependency graph"),
    .write = github_write,
};
