/* OSV records, https://ossf.github.io/osv-schema/ 1.7: what language ecosystems, AlmaLinux, Rocky,
 * Ubuntu, Wolfi and others publish.
 *
 * Which ids a record speaks of. General sources (npm, PyPI, Go ...): the CVEs among id, aliases and
 * upstream, else the first of GitHub's ids, else the record's own; `related` is something else.
 * Errata of distributions: the CVEs among these and `related`; a bugfix or enhancement erratum
 * without one is nothing to find.
 */
#include "base/i18n.h"
#include "base/limits.h"
#include "feed/feed.h"
#include "feed/head.h"
#include "feed/osv_record.h"
#include "feed/words.h"
#include "model/ecosystem.h"

static bool osv_recognise(struct str head)
{
    /* Members come in any order: a long list of affected packages can hide what stands behind it.
     */
    if (head.len >= FEED_HEAD && head_has_member(head, 1, "affected"))
        return true;
    return head_has_member(head, 1, "id") &&
           (head_has_member(head, 1, "affected") || head_has_member(head, 1, "modified") ||
            head_has_member(head, 1, "schema_version"));
}

static void tell_record(const struct osv_record *record, const struct pl_err *problem)
{
    feed_tell(record->import, record->document, record->id, problem);
}

/* The unit of an ecosystem; a record of an archive that is about it alone shows that the archive is
 * that ecosystem's whole. */
static uint32_t unit_of(struct osv_record *record, struct str ecosystem)
{
    struct builder *builder = record->import->builder;
    struct str base = str_first(ecosystem, str_index(ecosystem, ':'));
    uint32_t unit = builder_unit(builder, FEED_OSV, STR("osv"), base);
    if (!str_equal(base, record->last_base)) {
        record->last_base = base;
        record->bases++;
        builder_advisory(builder, unit, record->id);
        builder_updated(builder, unit, record->modified.len ? record->modified : record->published);
    }
    return unit;
}

/* SUSE names source packages, and beside them the binary packages of the update. */
static void add_binaries(struct osv_record *record, const json_t *affected, uint32_t unit,
                         struct str ecosystem, struct vulndb_statement *statement)
{
    struct pl_err err;
    const json_t *specific = json_member(affected, "ecosystem_specific");
    struct str name = json_text(json_member(affected, "package"), "name");
    size_t index, count = 0;
    json_t *group, *version;
    const char *binary;
    int r = 0;
    json_array_foreach(json_list(specific, "binaries"), index, group)
    {
        json_object_foreach(group, binary, version)
        {
            struct advisory_range range = {
                .introduced = STR(""),
                .fixed = str_make(json_string_value(version), json_string_length(version))};
            if (!range.fixed.len)
                continue;
            statement->ranges = &range;
            statement->range_count = 1;
            count++;
            r = builder_statement(record->import->builder, unit, ecosystem, str_of(binary),
                                  statement, &err);
            if (r < 0)
                tell_record(record, &err);
        }
    }
    if (count)
        return;
    struct str source = arena_printf(&record->arena, "%.*s/src", STR_ARG(name));
    if (builder_statement(record->import->builder, unit, ecosystem, source, statement, &err) < 0)
        tell_record(record, &err);
}

/* Under the package's name as its ecosystem makes names equal; Rocky names source packages, as
 * which it counts, too. */
static void add_named(struct osv_record *record, uint32_t unit, struct str ecosystem,
                      struct str name, const struct vulndb_statement *statement)
{
    struct builder *builder = record->import->builder;
    const struct ecosystem *known = ecosystem_find(ecosystem);
    struct pl_err err;
    if (known)
        name = ecosystem_name(&record->arena, known->matched, name);
    int r = builder_statement(builder, unit, ecosystem, name, statement, &err);
    if (r == 0 && str_starts(ecosystem, STR("Rocky Linux:")))
        r = builder_statement(builder, unit, ecosystem,
                              arena_printf(&record->arena, "%.*s/src", STR_ARG(name)), statement,
                              &err);
    if (r < 0)
        tell_record(record, &err);
}

static void add_statement(struct osv_record *record, const json_t *affected)
{
    struct vulndb_statement statement = {.feed = FEED_OSV};
    const json_t *package = json_member(affected, "package");
    struct str ecosystem = osv_namespace(json_text(package, "ecosystem"));
    struct str name = json_text(package, "name");
    if (!ecosystem.len)
        return; /* a repository of sources: nothing that is installed */
    uint32_t unit = unit_of(record, ecosystem);
    record->unit = unit;
    builder_namespace(record->import->builder, unit, ecosystem);
    if (record->withdrawn || !record->id_count)
        return;
    statement.advisory = record->id;
    statement.ids = record->ids;
    statement.id_count = record->id_count;
    statement.status = ADVISORY_AFFECTED;
    statement.severity = osv_statement_severity(record, affected);
    if (!osv_read_ranges(record, affected, ecosystem, &statement))
        return; /* nothing that a version could be compared with */
    statement.modular = osv_is_modular(&statement);
    /* "kernel:4.18.0" in a summary is a version, not a stream: the builds tell. */
    statement.module = statement.modular ? record->module : STR_NONE;
    if (str_starts(ecosystem, STR("SUSE:")) || str_starts(ecosystem, STR("openSUSE:")))
        add_binaries(record, affected, unit, ecosystem, &statement);
    else
        add_named(record, unit, ecosystem, name, &statement);
}

static void add_facet(struct osv_record *record, struct str id, struct vulndb_facet *facet)
{
    struct pl_err err;
    struct str aliases[64];
    facet->alias_count = 0;
    facet->aliases = aliases;
    for (size_t i = 0; i < record->alias_count && facet->alias_count < 64; i++)
        if (!str_equal(record->aliases[i], id))
            aliases[facet->alias_count++] = record->aliases[i];
    facet->advisory = str_equal(id, record->id) ? STR_NONE : record->id;
    if (builder_facet(record->import->builder, record->unit, id, facet, &err) < 0)
        tell_record(record, &err);
    facet->aliases = NULL;
    facet->alias_count = 0;
}

/* What the record knows goes to its own id; to the ids of its vulnerabilities too, when the record
 * is about that vulnerability and not an erratum for many. */
static void add_facets(struct osv_record *record)
{
    struct vulndb_facet facet = {.title = record->title,
                                 .published = record->published,
                                 .modified = record->modified,
                                 .severity = record->severity,
                                 .withdrawn = record->withdrawn,
                                 .cwes = record->cwes,
                                 .cwe_count = record->cwe_count};
    osv_read_scores(record, &facet);
    add_facet(record, record->id, &facet);
    if (record->withdrawn)
        return;
    for (size_t i = 0; i < record->id_count; i++) {
        struct str id = record->ids[i];
        if (str_equal(id, record->id))
            continue;
        if (!record->erratum) {
            add_facet(record, id, &facet);
            continue;
        }
        struct vulndb_facet line = {.title = osv_erratum_title(record, id)};
        if (line.title.len)
            add_facet(record, id, &line);
    }
}

static void read_record(struct feed_import *import, const struct feed_document *document,
                        const struct str *names, const json_t *json, void *context)
{
    struct pl_err err;
    (void)names;
    (void)context;
    struct osv_record record = {.import = import, .document = document, .json = json};
    if (osv_record_read(&record, &err) < 0) {
        feed_tell(import, document, record.id, &err);
    } else {
        size_t index;
        json_t *affected;
        json_array_foreach(json_list(json, "affected"), index, affected)
            add_statement(&record, affected);
        /* GitHub's repository is not all that OSV has of an ecosystem. */
        if (record.bases == 1 && document->in_archive &&
            str_find(document->name, STR("github-reviewed/")) == SIZE_MAX)
            feed_brings_whole(import, record.unit);
        if (record.bases && (record.id_count || record.withdrawn))
            add_facets(&record);
    }
    osv_record_free(&record);
}

static int osv_read(struct feed_import *import, struct feed_document *document, struct pl_err *err)
{
    static const char *const path[] = {NULL};
    return feed_read_entries(import, document, path, read_record, NULL, NULL, err);
}

#define OSV(ecosystem, what)                                                                       \
    {                                                                                              \
        "https://osv-vulnerabilities.storage.googleapis.com/" ecosystem "/all.zip", what, NULL     \
    }
static const struct feed_address addresses[] = {
    OSV("AlmaLinux", "AlmaLinux errata"),
    OSV("Rocky%20Linux", "Rocky Linux errata"),
    OSV("Bitnami", "Bitnami components"),
    OSV("Go", "Go modules"),
    OSV("Maven", "Java packages"),
    OSV("NuGet", ".NET packages"),
    OSV("Packagist", "PHP packages"),
    OSV("PyPI", "Python packages"),
    OSV("RubyGems", "Ruby gems"),
    OSV("crates.io", "Rust crates"),
    OSV("npm", "npm packages"),
    OSV("Hex", "Hex packages"),
    OSV("Pub", "Dart packages"),
    OSV("SwiftURL", "Swift packages"),
    OSV("GitHub%20Actions", "GitHub actions"),
    OSV("CRAN", "R packages"),
    OSV("Hackage", "Haskell packages"),
    OSV("Julia", "Julia packages"),
    {NULL, NULL, NULL},
};
static const struct feed_address large_addresses[] = {
    OSV("Ubuntu", "Ubuntu advisories"),
    OSV("SUSE", "SUSE updates"),
    OSV("openSUSE", "openSUSE updates"),
    {NULL, NULL, NULL},
};

const struct feed feed_osv = {
    .name = "osv",
    .help = N_("OSV records of distributions and language ecosystems"),
    .id = FEED_OSV,
    .recognise = osv_recognise,
    .read = osv_read,
    .addresses = addresses,
    .large_addresses = large_addresses,
};
