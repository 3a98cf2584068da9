/* SPDX 3.0.1, profiles Core, Software and SimpleLicensing, as JSON-LD: a graph of elements that
 * refer to one another by their spdxId. */
#include "report/spdx3.h"

#include <stdlib.h>

#include "io/json_writer.h"
#include "report/spdx2.h"

struct spdx3 {
    struct json_writer json;
    const struct report *report;
    struct arena arena; /* of ids that live as long as the document is written */
    char uuid[BOM_UUID];
    char time[CLOCK_TEXT];
    struct buf id;
};

/* The same for the same document; valid until the next call. */
static struct str id_of(struct spdx3 *to, const char *what, size_t number)
{
    to->id.len = 0;
    buf_printf(&to->id, "https://plimsoll.invalid/spdx/%s#%s", to->uuid, what);
    if (number != SIZE_MAX)
        buf_printf(&to->id, "-%zu", number);
    return buf_str(&to->id);
}

static struct str package_id(struct spdx3 *to, size_t index)
{
    return id_of(to, "Package", index);
}

static void begin(struct spdx3 *to, const char *type, struct str id)
{
    json_begin(&to->json, '{');
    json_put_text(&to->json, "type", type);
    json_put_str(&to->json, "spdxId", id);
    json_put_text(&to->json, "creationInfo", "_:creationInfo");
}

static void end(struct spdx3 *to)
{
    json_end(&to->json, '}');
}

static void put_list(struct spdx3 *to, const char *key, struct str only)
{
    json_open(&to->json, key, '[');
    json_str(&to->json, only);
    json_end(&to->json, ']');
}

static void write_head(struct spdx3 *to)
{
    json_begin(&to->json, '{');
    json_put_text(&to->json, "type", "CreationInfo");
    json_put_text(&to->json, "@id", "_:creationInfo");
    json_put_text(&to->json, "specVersion", "3.0.1");
    json_put_text(&to->json, "created", to->time);
    put_list(to, "createdBy", id_of(to, "Agent", SIZE_MAX));
    put_list(to, "createdUsing", id_of(to, "Tool", SIZE_MAX));
    end(to);
    begin(to, "SoftwareAgent", id_of(to, "Agent", SIZE_MAX));
    json_put_text(&to->json, "name", "plimsoll");
    end(to);
    begin(to, "Tool", id_of(to, "Tool", SIZE_MAX));
    json_put_text(&to->json, "name", "plimsoll-" PLIMSOLL_VERSION);
    end(to);
    begin(to, "SpdxDocument", id_of(to, "Document", SIZE_MAX));
    json_put_str(&to->json, "name", to->report->target.name);
    json_open(&to->json, "profileConformance", '[');
    json_str(&to->json, STR("core"));
    json_str(&to->json, STR("software"));
    json_str(&to->json, STR("simpleLicensing"));
    json_end(&to->json, ']');
    put_list(to, "rootElement", id_of(to, "Bom", SIZE_MAX));
    end(to);
    begin(to, "software_Sbom", id_of(to, "Bom", SIZE_MAX));
    put_list(to, "software_sbomType", STR("analyzed"));
    put_list(to, "rootElement", id_of(to, "Target", SIZE_MAX));
    end(to);
}

static void write_annotation(struct spdx3 *to, size_t number, struct str subject, struct str facts)
{
    subject = arena_str(&to->arena, subject);
    begin(to, "Annotation", id_of(to, "Annotation", number));
    json_put_text(&to->json, "annotationType", "other");
    json_put_str(&to->json, "subject", subject);
    json_put_str(&to->json, "statement", facts);
    end(to);
}

static void write_target(struct spdx3 *to)
{
    const struct report *report = to->report;
    struct str version =
        report->target.digest.len ? report->target.digest : report->target.image_id;
    AUTO_BUF facts = {0};
    begin(to, "software_Package", id_of(to, "Target", SIZE_MAX));
    json_put_str(&to->json, "name", report->target.name);
    if (version.len)
        json_put_str(&to->json, "software_packageVersion", version);
    json_put_text(&to->json, "software_primaryPurpose", "container");
    end(to);
    spdx_target_facts(&facts, report);
    write_annotation(to, SIZE_MAX, id_of(to, "Target", SIZE_MAX), buf_str(&facts));
}

static void write_os(struct spdx3 *to)
{
    const struct os_info *os = &to->report->target.os;
    if (os->id.len == 0)
        return;
    begin(to, "software_Package", id_of(to, "OperatingSystem", SIZE_MAX));
    json_put_str(&to->json, "name", os->id);
    if (os->name.len)
        json_put_str(&to->json, "description", os->name);
    if (os->version.len)
        json_put_str(&to->json, "software_packageVersion", os->version);
    json_put_text(&to->json, "software_primaryPurpose", "operatingSystem");
    end(to);
}

static void write_identifier(struct spdx3 *to, const char *type, struct str identifier)
{
    json_begin(&to->json, '{');
    json_put_text(&to->json, "type", "ExternalIdentifier");
    json_put_text(&to->json, "externalIdentifierType", type);
    json_put_str(&to->json, "identifier", identifier);
    json_end(&to->json, '}');
}

static void write_identifiers(struct spdx3 *to, const struct package *package)
{
    struct arena arena = {0};
    if (package->cpe_count == 0 && package->purl.len == 0)
        return;
    json_open(&to->json, "externalIdentifier", '[');
    if (package->purl.len)
        write_identifier(to, "packageUrl", package->purl);
    for (size_t i = 0; i < package->cpe_count; i++)
        write_identifier(to, "cpe23", package_cpe(&arena, package, i));
    json_end(&to->json, ']');
    arena_free(&arena);
}

static void write_hashes(struct spdx3 *to, const struct package *package)
{
    bool begun = false;
    for (size_t i = 0; i < package->hash_count; i++) {
        struct str hex = package->hashes[i], name, digits;
        if (!bom_hash(hex, false, &digits) || !str_cut(&hex, ':', &name))
            continue;
        if (!begun)
            json_open(&to->json, "verifiedUsing", '[');
        begun = true;
        json_begin(&to->json, '{');
        json_put_text(&to->json, "type", "Hash");
        json_put_str(&to->json, "algorithm", name);
        json_put_str(&to->json, "hashValue", digits);
        json_end(&to->json, '}');
    }
    if (begun)
        json_end(&to->json, ']');
}

static void write_package(struct spdx3 *to, size_t index)
{
    const struct package *package = &to->report->packages.items[index];
    AUTO_BUF facts = {0}, source = {0};
    begin(to, "software_Package", package_id(to, index));
    json_put_str(&to->json, "name", package->name);
    write_hashes(to, package);
    write_identifiers(to, package);
    if (package->version.len)
        json_put_str(&to->json, "software_packageVersion", package->version);
    if (package->purl.len)
        json_put_str(&to->json, "software_packageUrl", package->purl);
    spdx_source_info(&source, package);
    if (source.len)
        json_put_str(&to->json, "software_sourceInfo", buf_str(&source));
    json_put_text(&to->json, "software_primaryPurpose", "library");
    end(to);
    spdx_package_facts(&facts, to->report, index);
    write_annotation(to, index, package_id(to, index), buf_str(&facts));
}

/* ---- relationships ---- */

static void begin_relationship(struct spdx3 *to, const char *name, size_t number, const char *type,
                               struct str from)
{
    from = arena_str(&to->arena, from);
    begin(to, "Relationship", id_of(to, name, number));
    json_put_text(&to->json, "relationshipType", type);
    json_put_str(&to->json, "from", from);
    json_open(&to->json, "to", '[');
}

static void end_relationship(struct spdx3 *to)
{
    json_end(&to->json, ']');
    end(to);
}

/* Every expression is an element of its own; equal ones are one. */
struct declared {
    struct str expression;
    size_t package;
};

static int by_expression(const void *a, const void *b)
{
    const struct declared *x = a, *y = b;
    int order = str_compare(x->expression, y->expression);
    return order ? order : (x->package > y->package) - (x->package < y->package);
}

static void write_custom_id(struct spdx3 *to, struct str license, bool *begun)
{
    AUTO_BUF ref = {0};
    if (!*begun)
        json_open(&to->json, "simplelicensing_customIdToUri", '[');
    *begun = true;
    spdx_license_ref(&ref, license);
    json_begin(&to->json, '{');
    json_put_text(&to->json, "type", "DictionaryEntry");
    json_put_str(&to->json, "key", buf_str(&ref));
    json_put_str(&to->json, "value",
                 id_of(to, arena_str(&to->arena, buf_str(&ref)).data, SIZE_MAX));
    json_end(&to->json, '}');
}

static void write_custom_ids(struct spdx3 *to, const struct package *package)
{
    bool begun = false;
    for (size_t i = 0; i < package->license_count; i++) {
        struct str rest = package->licenses[i], reference;
        if (bom_license_word(rest) == LICENSE_NAME)
            write_custom_id(to, rest, &begun);
        else
            while (spdx_next_reference(&rest, &reference))
                write_custom_id(to, reference, &begun);
    }
    if (begun)
        json_end(&to->json, ']');
}

static void write_license_texts(struct spdx3 *to)
{
    size_t count;
    AUTO_FREE struct str *licenses = spdx_other_licenses(to->report, &count);
    AUTO_BUF ref = {0};
    for (size_t i = 0; i < count; i++) {
        ref.len = 0;
        spdx_license_ref(&ref, licenses[i]);
        begin(to, "simplelicensing_SimpleLicensingText",
              id_of(to, arena_str(&to->arena, buf_str(&ref)).data, SIZE_MAX));
        json_put_str(&to->json, "name", licenses[i]);
        json_put_str(&to->json, "simplelicensing_licenseText", licenses[i]);
        end(to);
    }
}

static void write_licenses(struct spdx3 *to)
{
    VEC(struct declared) all = {0};
    const struct report *report = to->report;
    write_license_texts(to);
    for (size_t i = 0; i < report->packages.count; i++) {
        AUTO_BUF expression = {0};
        spdx_license_expression(&expression, &report->packages.items[i]);
        if (expression.len)
            *VEC_ADD(&all) = (struct declared){arena_str(&to->arena, buf_str(&expression)), i};
    }
    if (all.count)
        qsort(all.items, all.count, sizeof(*all.items), by_expression);
    for (size_t i = 0, number = 0; i < all.count; i++) {
        struct declared *one = &all.items[i];
        if (i == 0 || !str_equal(one->expression, all.items[i - 1].expression)) {
            begin(to, "simplelicensing_LicenseExpression", id_of(to, "License", ++number));
            json_put_str(&to->json, "simplelicensing_licenseExpression", one->expression);
            write_custom_ids(to, &report->packages.items[one->package]);
            end(to);
        }
        begin_relationship(to, "Declared", one->package, "hasDeclaredLicense",
                           package_id(to, one->package));
        json_str(&to->json, id_of(to, "License", number));
        end_relationship(to);
    }
    VEC_FREE(&all);
}

static void write_relationships(struct spdx3 *to)
{
    const struct report *report = to->report;
    begin_relationship(to, "Describes", SIZE_MAX, "describes", id_of(to, "Document", SIZE_MAX));
    json_str(&to->json, id_of(to, "Target", SIZE_MAX));
    end_relationship(to);
    if (report->packages.count || report->target.os.id.len) {
        begin_relationship(to, "Contains", SIZE_MAX, "contains", id_of(to, "Target", SIZE_MAX));
        if (report->target.os.id.len)
            json_str(&to->json, id_of(to, "OperatingSystem", SIZE_MAX));
        for (size_t i = 0; i < report->packages.count; i++)
            json_str(&to->json, package_id(to, i));
        end_relationship(to);
    }
    for (size_t i = 0; i < report->packages.count; i++) {
        const struct package *package = &report->packages.items[i];
        if (package->depend_count == 0)
            continue;
        begin_relationship(to, "DependsOn", i, "dependsOn", package_id(to, i));
        for (size_t j = 0; j < package->depend_count; j++)
            json_str(&to->json, package_id(to, package->depends[j]));
        end_relationship(to);
    }
}

void spdx3_write(struct out *out, const struct report *report)
{
    struct spdx3 spdx = {.json = {.out = out}, .report = report}, *to = &spdx;
    bom_uuid(report, to->uuid);
    bom_time(report, to->time);
    json_begin(&to->json, '{');
    json_put_text(&to->json, "@context", "https://spdx.org/rdf/3.0.1/spdx-context.jsonld");
    json_open(&to->json, "@graph", '[');
    write_head(to);
    write_target(to);
    write_os(to);
    for (size_t i = 0; i < report->packages.count; i++)
        write_package(to, i);
    write_licenses(to);
    write_relationships(to);
    json_end(&to->json, ']');
    json_end(&to->json, '}');
    buf_free(&to->id);
    arena_free(&to->arena);
}
