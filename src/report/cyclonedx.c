#include "report/cyclonedx.h"

#include <stdlib.h>

#include "base/i18n.h"
#include "model/facts.h"

void cyclonedx_ref(struct buf *out, const struct report *report, size_t index)
{
    const struct package *package = &report->packages.items[index];
    if (package->purl.len)
        buf_printf(out, "%.*s#%zu", STR_ARG(package->purl), index);
    else
        buf_printf(out, "package-%zu", index);
}

void cyclonedx_property(struct elements *to, const char *name, struct str value)
{
    if (value.len == 0)
        return;
    elements_item(to, "property");
    elements_attribute(to, "name", str_of(name));
    elements_own_text(to, "value", value);
    elements_end(to);
}

static void fact(void *context, const char *key, struct str value)
{
    char name[64] = "plimsoll:";
    struct str text = str_first(str_of(key), sizeof(name) - 10);
    memcpy(name + 9, text.data, text.len);
    cyclonedx_property(context, name, value);
}

static void write_hashes(struct elements *to, const struct package *package)
{
    bool begun = false;
    for (size_t i = 0; i < package->hash_count; i++) {
        struct str hex;
        const char *algorithm = bom_hash(package->hashes[i], true, &hex);
        if (!algorithm)
            continue;
        if (!begun)
            elements_list(to, "hashes", "hashes");
        begun = true;
        elements_item(to, "hash");
        elements_attribute(to, "alg", str_of(algorithm));
        elements_own_text(to, "content", hex);
        elements_end(to);
    }
    if (begun)
        elements_end(to);
}

/* One expression, or a list of licences of which none is an expression: schema, "licenseChoice". */
static void write_licenses(struct elements *to, const struct package *package)
{
    bool has_expression = false;
    AUTO_BUF expression = {0};
    if (package->license_count == 0)
        return;
    for (size_t i = 0; i < package->license_count; i++)
        has_expression |= bom_license_word(package->licenses[i]) == LICENSE_EXPRESSION;
    elements_list(to, "licenses", "licenses");
    if (has_expression && bom_license_expression(&expression, package)) {
        elements_item(to, NULL);
        elements_text(to, "expression", buf_str(&expression));
        elements_end(to);
        elements_end(to);
        return;
    }
    for (size_t i = 0; i < package->license_count; i++) {
        struct str license = package->licenses[i];
        elements_item(to, NULL);
        elements_object(to, "license");
        elements_text(to, bom_license_word(license) == LICENSE_ID ? "id" : "name", license);
        elements_end(to);
        elements_end(to);
    }
    elements_end(to);
}

static void write_occurrences(struct elements *to, const struct package *package)
{
    if (package->path_count == 0)
        return;
    elements_object(to, "evidence");
    elements_list(to, "occurrences", "occurrences");
    for (size_t i = 0; i < package->path_count; i++) {
        elements_item(to, "occurrence");
        elements_text(to, "location", package->paths[i]);
        elements_end(to);
    }
    elements_end(to);
    elements_end(to);
}

static void write_component(struct elements *to, const struct report *report, size_t index)
{
    const struct package *package = &report->packages.items[index];
    AUTO_BUF ref = {0};
    cyclonedx_ref(&ref, report, index);
    elements_item(to, "component");
    elements_attribute(to, "type", STR("library"));
    elements_attribute(to, "bom-ref", buf_str(&ref));
    if (package->vendor.len)
        elements_text(to, "publisher", package->vendor);
    elements_text(to, "name", package->name);
    if (package->version.len)
        elements_text(to, "version", package->version);
    if (package->development)
        elements_text(to, "scope", STR("optional"));
    write_hashes(to, package);
    write_licenses(to, package);
    if (package->cpe_count) {
        struct arena arena = {0};
        elements_text(to, "cpe", package_cpe(&arena, package, 0));
        arena_free(&arena);
    }
    if (package->purl.len)
        elements_text(to, "purl", package->purl);
    elements_list(to, "properties", "properties");
    package_facts(report, index, package->license_count > 1, fact, to);
    elements_end(to);
    write_occurrences(to, package);
    elements_end(to);
}

static void write_os_component(struct elements *to, const struct os_info *os)
{
    if (os->id.len == 0)
        return;
    elements_item(to, "component");
    elements_attribute(to, "type", STR("operating-system"));
    elements_attribute(to, "bom-ref", STR("operating-system"));
    elements_text(to, "name", os->id);
    if (os->version.len)
        elements_text(to, "version", os->version);
    if (os->name.len)
        elements_text(to, "description", os->name);
    elements_end(to);
}

static void write_tools(struct elements *to)
{
    elements_object(to, "tools");
    elements_list(to, "components", "components");
    elements_item(to, "component");
    elements_attribute(to, "type", STR("application"));
    elements_text(to, "name", STR("plimsoll"));
    elements_text(to, "version", STR(PLIMSOLL_VERSION));
    elements_end(to);
    elements_end(to);
    elements_end(to);
}

static void write_metadata(struct elements *to, const struct report *report)
{
    char time[CLOCK_TEXT];
    bom_time(report, time);
    struct str version =
        report->target.digest.len ? report->target.digest : report->target.image_id;
    elements_object(to, "metadata");
    elements_text(to, "timestamp", str_of(time));
    write_tools(to);
    elements_object(to, "component");
    elements_attribute(to, "type", STR("container"));
    elements_attribute(to, "bom-ref", STR("target"));
    elements_text(to, "name", report->target.name);
    if (version.len)
        elements_text(to, "version", version);
    elements_list(to, "properties", "properties");
    target_facts(report, fact, to);
    elements_end(to);
    elements_end(to);
    elements_end(to);
}

/* Of what is asked for only the system and what nothing else asks for hang on the target itself. */
static void write_dependencies(struct elements *to, const struct report *report)
{
    AUTO_FREE bool *top = bom_top_level(report);
    AUTO_BUF ref = {0};
    elements_list(to, "dependencies", "dependencies");
    elements_item(to, "dependency");
    elements_attribute(to, "ref", STR("target"));
    elements_list(to, "dependsOn", NULL);
    if (report->target.os.id.len)
        elements_ref_item(to, "dependency", STR("operating-system"));
    for (size_t i = 0; i < report->packages.count; i++) {
        if (!top[i])
            continue;
        ref.len = 0;
        cyclonedx_ref(&ref, report, i);
        elements_ref_item(to, "dependency", buf_str(&ref));
    }
    elements_end(to);
    elements_end(to);
    for (size_t i = 0; i < report->packages.count; i++) {
        const struct package *package = &report->packages.items[i];
        if (package->depend_count == 0)
            continue;
        ref.len = 0;
        cyclonedx_ref(&ref, report, i);
        elements_item(to, "dependency");
        elements_attribute(to, "ref", buf_str(&ref));
        elements_list(to, "dependsOn", NULL);
        for (size_t j = 0; j < package->depend_count; j++) {
            ref.len = 0;
            cyclonedx_ref(&ref, report, package->depends[j]);
            elements_ref_item(to, "dependency", buf_str(&ref));
        }
        elements_end(to);
        elements_end(to);
    }
    elements_end(to);
}

/* What others read of a scan that could not see everything. */
static void write_compositions(struct elements *to, const struct report *report)
{
    elements_list(to, "compositions", "compositions");
    elements_item(to, "composition");
    elements_text(to, "aggregate", report->catalog.complete ? STR("unknown") : STR("incomplete"));
    elements_list(to, "assemblies", "assemblies");
    elements_ref_item(to, "assembly", STR("target"));
    elements_end(to);
    elements_end(to);
    elements_end(to);
}

void cyclonedx_write(struct out *out, const struct report *report, const struct report_style *style,
                     bool xml)
{
    struct arena arena = {0};
    struct elements elements, *to = &elements;
    struct str version = style->version.len ? style->version : STR("1.6");
    char uuid[BOM_UUID];
    bom_uuid(report, uuid);
    struct str serial = arena_printf(&arena, "urn:uuid:%s", uuid);
    elements_init(to, out, xml);
    elements_root(
        to, "bom",
        arena_printf(&arena, "http://cyclonedx.org/schema/bom/%.*s", STR_ARG(version)).data);
    if (!xml) {
        elements_attribute(to, "$schema",
                           arena_printf(&arena, "http://cyclonedx.org/schema/bom-%.*s.schema.json",
                                        STR_ARG(version)));
        elements_attribute(to, "bomFormat", STR("CycloneDX"));
        elements_attribute(to, "specVersion", version);
    }
    elements_attribute(to, "serialNumber", serial);
    if (xml)
        elements_attribute(to, "version", STR("1"));
    else
        elements_number(to, "version", 1, 0);
    write_metadata(to, report);
    elements_list(to, "components", "components");
    write_os_component(to, &report->target.os);
    for (size_t i = 0; i < report->packages.count; i++)
        write_component(to, report, i);
    elements_end(to);
    write_dependencies(to, report);
    write_compositions(to, report);
    if (report->database.used)
        cyclonedx_vulnerabilities(to, report, style);
    elements_end(to);
    arena_free(&arena);
}

static void write_json(struct out *out, const struct report *report,
                       const struct report_style *style)
{
    cyclonedx_write(out, report, style, false);
}

static const char *const versions[] = {"1.6", "1.7", NULL};
const struct report_format report_format_cyclonedx = {
    .name = "cyclonedx",
    .help = N_("CycloneDX JSON: bill of materials, with vulnerabilities"),
    .versions = versions,
    .write = write_json,
};
