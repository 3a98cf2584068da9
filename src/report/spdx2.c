#include "report/spdx2.h"

#include <stdlib.h>

#include "io/json_writer.h"
#include "model/facts.h"

struct spdx {
    struct out *out;
    bool tags;
    struct json_writer json;
    const struct report *report;
    char time[CLOCK_TEXT];
};

/* ---- the two syntaxes ---- */

/* A field; tag-value has several lines between <text> and </text> only. */
static void put(struct spdx *to, const char *key, const char *tag, struct str value)
{
    if (!to->tags) {
        json_put_str(&to->json, key, value);
        return;
    }
    bool lines = str_index(value, '\n') != SIZE_MAX || str_index(value, '<') != SIZE_MAX;
    size_t plain = 0;
    out_puts(to->out, tag);
    out_puts(to->out, lines ? ": <text>" : ": ");
    for (size_t i = 0; i < value.len; i++) {
        char c = value.data[i];
        bool ends = c == '<' && str_starts(str_from(value, i), STR("</text>"));
        if (!ends && (c == '\n' || (unsigned char)c >= ' '))
            continue;
        out_add(to->out, str_make(value.data + plain, i - plain));
        out_putc(to->out, ' ');
        plain = i + 1;
    }
    out_add(to->out, str_from(value, plain));
    out_puts(to->out, lines ? "</text>\n" : "\n");
}

static void put_text(struct spdx *to, const char *key, const char *tag, const char *value)
{
    put(to, key, tag, str_of(value));
}

static void open_list(struct spdx *to, const char *key)
{
    if (!to->tags)
        json_open(&to->json, key, '[');
}

static void close_list(struct spdx *to)
{
    if (!to->tags)
        json_end(&to->json, ']');
}

static void open_item(struct spdx *to)
{
    if (to->tags)
        out_putc(to->out, '\n');
    else
        json_begin(&to->json, '{');
}

static void close_item(struct spdx *to)
{
    if (!to->tags)
        json_end(&to->json, '}');
}

/* ---- packages: SPDX 2.3, clause 7 ---- */

static void write_checksums(struct spdx *to, const struct package *package)
{
    bool begun = false;
    for (size_t i = 0; i < package->hash_count; i++) {
        struct str hex;
        const char *algorithm = bom_hash(package->hashes[i], false, &hex);
        if (!algorithm)
            continue;
        if (to->tags) {
            out_printf(to->out, "PackageChecksum: %s: %.*s\n", algorithm, STR_ARG(hex));
            continue;
        }
        if (!begun)
            json_open(&to->json, "checksums", '[');
        begun = true;
        json_begin(&to->json, '{');
        json_put_text(&to->json, "algorithm", algorithm);
        json_put_str(&to->json, "checksumValue", hex);
        json_end(&to->json, '}');
    }
    if (begun)
        json_end(&to->json, ']');
}

static void write_reference(struct spdx *to, const char *category, const char *type,
                            struct str locator)
{
    if (to->tags) {
        out_printf(to->out, "ExternalRef: %s %s %.*s\n", category, type, STR_ARG(locator));
        return;
    }
    json_begin(&to->json, '{');
    json_put_text(&to->json, "referenceCategory", category);
    json_put_text(&to->json, "referenceType", type);
    json_put_str(&to->json, "referenceLocator", locator);
    json_end(&to->json, '}');
}

static void write_references(struct spdx *to, const struct package *package)
{
    struct arena arena = {0};
    if (package->purl.len == 0 && package->cpe_count == 0)
        return;
    open_list(to, "externalRefs");
    if (package->purl.len)
        write_reference(to, "PACKAGE-MANAGER", "purl", package->purl);
    for (size_t i = 0; i < package->cpe_count; i++)
        write_reference(to, "SECURITY", "cpe23Type", package_cpe(&arena, package, i));
    close_list(to);
    arena_free(&arena);
}

/* Clause 12. In tag-value annotations stand behind the package and name it. */
static void write_annotation(struct spdx *to, struct str id, struct str comment)
{
    open_list(to, "annotations");
    open_item(to);
    put_text(to, "annotator", "Annotator", "Tool: plimsoll-" PLIMSOLL_VERSION);
    put_text(to, "annotationDate", "AnnotationDate", to->time);
    put_text(to, "annotationType", "AnnotationType", "OTHER");
    if (to->tags)
        put(to, NULL, "SPDXREF", id);
    put(to, "comment", "AnnotationComment", comment);
    close_item(to);
    close_list(to);
}

static void write_licenses(struct spdx *to, const struct package *package)
{
    AUTO_BUF expression = {0};
    spdx_license_expression(&expression, package);
    put_text(to, "licenseConcluded", "PackageLicenseConcluded", "NOASSERTION");
    put(to, "licenseDeclared", "PackageLicenseDeclared",
        expression.len ? buf_str(&expression) : STR("NOASSERTION"));
    put_text(to, "copyrightText", "PackageCopyrightText", "NOASSERTION");
}

static void begin_package(struct spdx *to, struct str name, struct str id, struct str version)
{
    open_item(to);
    put(to, "name", "PackageName", name.len ? name : STR("NOASSERTION"));
    put(to, "SPDXID", "SPDXID", id);
    if (version.len)
        put(to, "versionInfo", "PackageVersion", version);
}

static void write_download(struct spdx *to)
{
    put_text(to, "downloadLocation", "PackageDownloadLocation", "NOASSERTION");
    if (to->tags)
        put_text(to, NULL, "FilesAnalyzed", "false");
    else
        json_put_bool(&to->json, "filesAnalyzed", false);
}

static struct str package_id(struct buf *buf, size_t index)
{
    buf->len = 0;
    buf_printf(buf, "SPDXRef-Package-%zu", index);
    return buf_str(buf);
}

static void write_package(struct spdx *to, size_t index)
{
    const struct package *package = &to->report->packages.items[index];
    AUTO_BUF id = {0}, facts = {0}, supplier = {0}, source = {0};
    begin_package(to, package->name, package_id(&id, index), package->version);
    if (package->vendor.len)
        buf_printf(&supplier, "Organization: %.*s", STR_ARG(package->vendor));
    put(to, "supplier", "PackageSupplier", supplier.len ? buf_str(&supplier) : STR("NOASSERTION"));
    write_download(to);
    write_checksums(to, package);
    spdx_source_info(&source, package);
    if (source.len)
        put(to, "sourceInfo", "PackageSourceInfo", buf_str(&source));
    write_licenses(to, package);
    write_references(to, package);
    put_text(to, "primaryPackagePurpose", "PrimaryPackagePurpose", "LIBRARY");
    spdx_package_facts(&facts, to->report, index);
    write_annotation(to, buf_str(&id), buf_str(&facts));
    close_item(to);
}

static void write_target(struct spdx *to)
{
    const struct report *report = to->report;
    struct str version =
        report->target.digest.len ? report->target.digest : report->target.image_id;
    AUTO_BUF facts = {0};
    begin_package(to, report->target.name, STR("SPDXRef-Target"), version);
    write_download(to);
    write_licenses(to, &(struct package){0});
    put_text(to, "primaryPackagePurpose", "PrimaryPackagePurpose", "CONTAINER");
    spdx_target_facts(&facts, report);
    write_annotation(to, STR("SPDXRef-Target"), buf_str(&facts));
    close_item(to);
}

static void write_os(struct spdx *to)
{
    const struct os_info *os = &to->report->target.os;
    if (os->id.len == 0)
        return;
    begin_package(to, os->id, STR("SPDXRef-OperatingSystem"), os->version);
    write_download(to);
    write_licenses(to, &(struct package){0});
    if (os->name.len)
        put(to, "description", "PackageDescription", os->name);
    put_text(to, "primaryPackagePurpose", "PrimaryPackagePurpose", "OPERATING-SYSTEM");
    close_item(to);
}

/* ---- relationships: clause 11 ---- */

static void relate(struct spdx *to, struct str from, const char *type, struct str other)
{
    if (to->tags) {
        out_printf(to->out, "Relationship: %.*s %s %.*s\n", STR_ARG(from), type, STR_ARG(other));
        return;
    }
    json_begin(&to->json, '{');
    json_put_str(&to->json, "spdxElementId", from);
    json_put_text(&to->json, "relationshipType", type);
    json_put_str(&to->json, "relatedSpdxElement", other);
    json_end(&to->json, '}');
}

static void write_relationships(struct spdx *to)
{
    const struct report *report = to->report;
    AUTO_BUF id = {0}, other = {0};
    open_list(to, "relationships");
    if (to->tags)
        out_putc(to->out, '\n');
    relate(to, STR("SPDXRef-DOCUMENT"), "DESCRIBES", STR("SPDXRef-Target"));
    if (report->target.os.id.len)
        relate(to, STR("SPDXRef-Target"), "CONTAINS", STR("SPDXRef-OperatingSystem"));
    for (size_t i = 0; i < report->packages.count; i++)
        relate(to, STR("SPDXRef-Target"), "CONTAINS", package_id(&id, i));
    for (size_t i = 0; i < report->packages.count; i++) {
        const struct package *package = &report->packages.items[i];
        for (size_t j = 0; j < package->depend_count; j++)
            relate(to, package_id(&id, i), "DEPENDS_ON", package_id(&other, package->depends[j]));
    }
    close_list(to);
}

/* ---- the document ---- */

/* Clause 10: what packages call their licence and SPDX does not know. */
static void write_other_licenses(struct spdx *to)
{
    size_t count;
    AUTO_FREE struct str *licenses = spdx_other_licenses(to->report, &count);
    AUTO_BUF id = {0};
    if (count == 0)
        return;
    open_list(to, "hasExtractedLicensingInfos");
    for (size_t i = 0; i < count; i++) {
        id.len = 0;
        spdx_license_ref(&id, licenses[i]);
        open_item(to);
        put(to, "licenseId", "LicenseID", buf_str(&id));
        put(to, "extractedText", "ExtractedText", licenses[i]);
        put(to, "name", "LicenseName", licenses[i]);
        close_item(to);
    }
    close_list(to);
}

/* Clause 6. */
static void write_creation(struct spdx *to)
{
    char uuid[BOM_UUID];
    struct arena arena = {0};
    static const char creator[] = "Tool: plimsoll-" PLIMSOLL_VERSION;
    bom_uuid(to->report, uuid);
    put_text(to, "spdxVersion", "SPDXVersion", "SPDX-2.3");
    put_text(to, "dataLicense", "DataLicense", "CC0-1.0");
    put_text(to, "SPDXID", "SPDXID", "SPDXRef-DOCUMENT");
    put(to, "name", "DocumentName",
        to->report->target.name.len ? to->report->target.name : STR("NOASSERTION"));
    put(to, "documentNamespace", "DocumentNamespace",
        arena_printf(&arena, "https://plimsoll.invalid/spdx/%s", uuid));
    if (!to->tags) {
        json_open(&to->json, "creationInfo", '{');
        json_open(&to->json, "creators", '[');
        json_str(&to->json, str_of(creator));
        json_end(&to->json, ']');
    } else {
        put_text(to, NULL, "Creator", creator);
    }
    put_text(to, "created", "Created", to->time);
    if (!to->tags)
        json_end(&to->json, '}');
    arena_free(&arena);
}

void spdx2_write(struct out *out, const struct report *report, bool tags)
{
    struct spdx spdx = {.out = out, .tags = tags, .json = {.out = out}, .report = report};
    bom_time(report, spdx.time);
    if (!tags)
        json_begin(&spdx.json, '{');
    write_creation(&spdx);
    open_list(&spdx, "packages");
    write_target(&spdx);
    write_os(&spdx);
    for (size_t i = 0; i < report->packages.count; i++)
        write_package(&spdx, i);
    close_list(&spdx);
    write_other_licenses(&spdx);
    write_relationships(&spdx);
    if (!tags)
        json_end(&spdx.json, '}');
}
