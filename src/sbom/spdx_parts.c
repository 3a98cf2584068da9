#include "base/hash.h"
#include "base/limits.h"
#include "model/facts.h"
#include "sbom/spdx.h"

/* ---- our own facts ---- */

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static struct str decode(struct arena *arena, struct str text)
{
    if (str_index(text, '%') == SIZE_MAX)
        return text;
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        int high = c == '%' && text.len - i > 2 ? hex_value(text.data[i + 1]) : -1;
        int low = high >= 0 ? hex_value(text.data[i + 2]) : -1;
        if (low >= 0) {
            c = (char)(unsigned char)(high * 16 + low);
            i += 2;
        }
        out[len++] = c;
    }
    return str_make(out, len);
}

void spdx_facts(struct sbom_builder *builder, struct sbom_entry *entry, struct str lines)
{
    struct str line, own = STR("plimsoll:");
    while (str_cut(&lines, '\n', &line)) {
        size_t equals = str_index(line, '=');
        if (equals == SIZE_MAX || !str_starts(line, own))
            continue;
        struct str key = str_from(str_first(line, equals), own.len);
        struct str value = str_from(line, equals + 1);
        if (entry)
            sbom_entry_fact(entry, key, decode(&entry->scratch, value));
        else
            target_set_fact(builder->report, key, decode(&builder->report->arena, value));
    }
}

/* Trivy's word for the package that a system's package was built from: its name and version. */
static bool take_source(struct sbom_entry *entry, struct str info)
{
    struct str head = STR("built package from: "), name;
    if (!str_starts(info, head))
        return false;
    info = str_trim(str_from(info, head.len));
    if (!str_cut(&info, ' ', &name) || info.len == 0)
        return true;
    entry->source_name = name;
    entry->source_version = str_trim(info);
    return true;
}

void spdx_read_source_info(struct sbom_entry *entry, struct str info)
{
    static const char *const heads[] = {"found in: ", "acquired package info from "};
    struct str path;
    bool known = false;
    if (take_source(entry, info))
        return;
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        known |= str_starts(info, str_of(heads[i]));
    size_t colon = known ? str_find(info, STR(": ")) : SIZE_MAX;
    if (colon == SIZE_MAX)
        return;
    info = str_from(info, colon + 2);
    while (str_cut(&info, ',', &path)) {
        path = str_trim(path);
        while (path.len && path.data[0] == '/')
            path = str_from(path, 1);
        if (path.len)
            strs_add(&entry->scratch, &entry->paths, &entry->path_count, path);
    }
}

/* ---- the document ---- */

void spdx_root(struct spdx_reading *reading, struct str name, struct str text)
{
    if (str_is(name, "spdxVersion") && !reading->has_version) {
        reading->has_version = true;
        text = str_first(text, sizeof(reading->version) - 1);
        memcpy(reading->version, text.data, text.len);
        reading->version[text.len] = 0;
    }
}

int spdx_check_version(struct spdx_reading *reading, struct pl_err *err)
{
    struct report *report = reading->builder->report;
    struct str version = str_of(reading->version), number = str_from(version, 5);
    if (!str_starts(version, STR("SPDX-2.")))
        return err_set(err, PL_E_UNSUPPORTED, "SPDX version \"%s\" is not read: 2.x and 3.0 are",
                       reading->version);
    report->target.sbom_format =
        arena_printf(&report->arena, "SPDX %.*s %s", STR_ARG(number), reading->syntax);
    return 0;
}

void spdx_creator(struct spdx_reading *reading, struct str creator)
{
    struct report *report = reading->builder->report;
    struct str tool = STR("Tool: ");
    if (str_starts(creator, tool) && report->target.sbom_tool.len == 0)
        report->target.sbom_tool = arena_str(&report->arena, str_from(creator, tool.len));
}

void spdx_describes(struct spdx_reading *reading, struct str id)
{
    if (reading->described.count >= LIMIT_PACKAGES || id.len == 0)
        return;
    bool first = reading->described.count == 0;
    hash_set_add(&reading->described, hash_str(id));
    if (first && id.len < sizeof(reading->target)) {
        memcpy(reading->target, id.data, id.len);
        reading->target[id.len] = 0;
    }
}

/* SPDX 2.3, 11.1: which of the two asks for the other. */
void spdx_relationship(struct spdx_reading *reading, struct str from, struct str type,
                       struct str to)
{
    bool document = str_is(from, "SPDXRef-DOCUMENT");
    if (document && (str_is(type, "DESCRIBES") || str_is(type, "CONTAINS"))) {
        spdx_describes(reading, to);
    } else if (str_is(type, "DESCRIBED_BY") && str_is(to, "SPDXRef-DOCUMENT")) {
        spdx_describes(reading, from);
    } else if (str_is(type, "DEPENDS_ON")) {
        sbom_depends(reading->builder, from, to);
    } else if (str_ends(type, STR("DEPENDENCY_OF"))) {
        sbom_depends(reading->builder, to, from);
    }
}

/* ---- packages ---- */

static bool is_told(struct str text)
{
    return text.len && !str_is(text, "NOASSERTION") && !str_is(text, "NONE");
}

static void read_references(struct sbom_entry *entry, const json_t *package)
{
    size_t i;
    const json_t *reference;
    json_array_foreach(json_list(package, "externalRefs"), i, reference)
    {
        struct str type = json_text(reference, "referenceType");
        struct str locator = json_text(reference, "referenceLocator");
        if (str_is(type, "purl") && entry->purl.len == 0)
            entry->purl = locator;
        else if ((str_ends(type, STR("cpe23Type")) || str_ends(type, STR("cpe22Type"))) &&
                 entry->cpe.len == 0)
            entry->cpe = locator;
    }
}

/* Comments of our own, and of Trivy ("LayerDiffID: sha256:..."). */
static void read_comment(struct sbom_builder *builder, struct sbom_entry *entry, struct str comment)
{
    struct str layer = STR("LayerDiffID: ");
    if (str_starts(comment, STR("plimsoll:")))
        spdx_facts(builder, entry, comment);
    else if (entry && str_starts(comment, layer))
        entry->layer = str_from(comment, layer.len);
}

static void read_comments(struct sbom_builder *builder, struct sbom_entry *entry,
                          const json_t *package)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_list(package, "annotations"), i, item)
        read_comment(builder, entry, json_text(item, "comment"));
    json_array_foreach(json_list(package, "attributionTexts"), i, item) if (json_is_string(item))
        read_comment(builder, entry, str_make(json_string_value(item), json_string_length(item)));
}

static struct str supplier_name(struct str supplier)
{
    static const char *const kinds[] = {"Organization: ", "Person: "};
    if (!is_told(supplier))
        return STR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_starts(supplier, str_of(kinds[i])))
            return str_from(supplier, strlen(kinds[i]));
    return supplier;
}

static void read_target(struct spdx_reading *reading, const json_t *package)
{
    struct sbom_builder *builder = reading->builder;
    struct str name = json_text(package, "name");
    struct sbom_entry entry = sbom_entry_new();
    read_references(&entry, package);
    sbom_set_target_purl(builder, entry.purl);
    struct str version = json_text(package, "versionInfo");
    struct str purpose = json_text(package, "primaryPackagePurpose");
    sbom_set_target(builder, is_told(name) ? name : STR_NONE, version);
    if (!str_is(purpose, "CONTAINER") && !str_is(purpose, "FILE"))
        sbom_set_target_cpe(builder, is_told(version) ? version : STR_NONE, entry.cpe);
    read_comments(builder, NULL, package);
}

void spdx_package(struct spdx_reading *reading, const json_t *package)
{
    struct sbom_builder *builder = reading->builder;
    struct sbom_entry entry = sbom_entry_new();
    struct str purpose = json_text(package, "primaryPackagePurpose");
    size_t i;
    const json_t *item;
    entry.ref = json_text(package, "SPDXID");
    if (reading->described.count == 1 && str_is(entry.ref, reading->target)) {
        read_target(reading, package);
        return;
    }
    read_references(&entry, package);
    bool known = entry.purl.len || entry.cpe.len;
    if (str_is(purpose, "OPERATING-SYSTEM") || str_is(purpose, "OPERATING_SYSTEM")) {
        sbom_set_os(builder, json_text(package, "name"), json_text(package, "versionInfo"),
                    json_text(package, "description"));
        return;
    }
    if (!known && (str_is(purpose, "FILE") || str_is(purpose, "CONTAINER")))
        return;
    entry.name = json_text(package, "name");
    entry.version = json_text(package, "versionInfo");
    if (!is_told(entry.version))
        entry.version = STR_NONE;
    entry.needs_version = str_is(purpose, "APPLICATION");
    read_comments(builder, &entry, package);
    if (!entry.own)
        entry.package.vendor = supplier_name(json_text(package, "supplier"));
    struct str declared = json_text(package, "licenseDeclared");
    if (!is_told(declared))
        declared = json_text(package, "licenseConcluded");
    if (is_told(declared))
        strs_add(&entry.scratch, &entry.licenses, &entry.license_count, declared);
    json_array_foreach(json_list(package, "checksums"), i, item)
        sbom_add_hash(&entry, json_text(item, "algorithm"), json_text(item, "checksumValue"));
    spdx_read_source_info(&entry, json_text(package, "sourceInfo"));
    sbom_add(builder, &entry);
}
