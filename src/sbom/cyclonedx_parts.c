#include "model/facts.h"
#include "sbom/cyclonedx.h"

static void add_license(struct sbom_entry *entry, struct str license)
{
    if (license.len)
        strs_add(&entry->scratch, &entry->licenses, &entry->license_count, license);
}

static void read_licenses(struct sbom_entry *entry, const json_t *component)
{
    size_t i;
    const json_t *choice;
    json_array_foreach(json_list(component, "licenses"), i, choice)
    {
        const json_t *license = json_member(choice, "license");
        struct str id = json_text(license, "id");
        add_license(entry, json_text(choice, "expression"));
        add_license(entry, id.len ? id : json_text(license, "name"));
    }
}

static void add_path(struct sbom_entry *entry, struct str path)
{
    while (path.len && path.data[0] == '/')
        path = str_from(path, 1);
    if (path.len)
        strs_add(&entry->scratch, &entry->paths, &entry->path_count, path);
}

/* ---- properties ---- */

/* Where other programs put what the standard has no field for. */
static void syft_property(struct sbom_entry *entry, struct str name, struct str value)
{
    if (str_is(name, "location:0:layerID"))
        entry->layer = value;
    else if (str_starts(name, STR("location:")) && str_ends(name, STR(":path")))
        add_path(entry, value);
    else if (str_is(name, "metadata:source"))
        entry->source_name = value;
}

static void trivy_property(struct sbom_entry *entry, struct str name, struct str value)
{
    if (str_is(name, "LayerDiffID"))
        entry->layer = value;
    else if (str_is(name, "FilePath"))
        add_path(entry, value);
}

static void read_property(struct sbom_entry *entry, struct str name, struct str value)
{
    static const struct {
        const char *prefix;
        void (*take)(struct sbom_entry *entry, struct str name, struct str value);
    } programs[] = {
        {"plimsoll:", sbom_entry_fact},
        {"syft:", syft_property},
        {"aquasecurity:trivy:", trivy_property},
    };
    for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
        struct str prefix = str_of(programs[i].prefix);
        if (str_starts(name, prefix))
            programs[i].take(entry, str_from(name, prefix.len), value);
    }
}

/* Trivy tells of the source in parts: aquasecurity:trivy:SrcName and so on. */
static void read_trivy_source(struct sbom_entry *entry, const json_t *properties)
{
    struct str parts[4] = {{0}};
    static const char *const names[4] = {"SrcEpoch", "SrcName", "SrcVersion", "SrcRelease"};
    struct str prefix = STR("aquasecurity:trivy:");
    size_t i;
    const json_t *property;
    json_array_foreach(properties, i, property)
    {
        struct str name = json_text(property, "name");
        for (size_t j = 0; j < ARRAY_LEN(names) && str_starts(name, prefix); j++)
            if (str_is(str_from(name, prefix.len), names[j]))
                parts[j] = json_text(property, "value");
    }
    if (parts[1].len == 0)
        return;
    bool epoch = parts[0].len && !str_is(parts[0], "0");
    entry->source_name = parts[1];
    entry->source_version = arena_printf(
        &entry->scratch, "%.*s%s%.*s%s%.*s", STR_ARG(epoch ? parts[0] : STR_NONE), epoch ? ":" : "",
        STR_ARG(parts[2]), parts[3].len ? "-" : "", STR_ARG(parts[3]));
}

/* ---- components ---- */

static void read_evidence(struct sbom_entry *entry, const json_t *component)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_list(json_member(component, "evidence"), "occurrences"), i, item)
        add_path(entry, json_text(item, "location"));
    json_array_foreach(json_list(component, "hashes"), i, item)
        sbom_add_hash(entry, json_text(item, "alg"), json_text(item, "content"));
}

static void read_package(struct sbom_builder *builder, const json_t *component, bool needs_version)
{
    struct sbom_entry entry = sbom_entry_new();
    const json_t *properties = json_list(component, "properties"), *property;
    struct str publisher = json_text(component, "publisher");
    size_t i;
    entry.ref = json_text(component, "bom-ref");
    entry.group = json_text(component, "group");
    entry.name = json_text(component, "name");
    entry.version = json_text(component, "version");
    entry.purl = json_text(component, "purl");
    entry.cpe = json_text(component, "cpe");
    entry.needs_version = needs_version;
    if (entry.ref.len == 0)
        entry.ref = entry.purl;
    json_array_foreach(properties, i, property)
        read_property(&entry, json_text(property, "name"), json_text(property, "value"));
    if (!entry.own) {
        entry.package.vendor =
            publisher.len ? publisher : json_text(json_member(component, "supplier"), "name");
        read_trivy_source(&entry, properties);
        if (entry.source_version.len == 0)
            entry.source_name = STR_NONE; /* the purl says it better */
    }
    read_licenses(&entry, component);
    read_evidence(&entry, component);
    sbom_add(builder, &entry);
}

void cyclonedx_component(struct sbom_builder *builder, const json_t *component)
{
    /* "type": what is no software is left out, unless it has a purl. */
    static const char *const others[] = {"file", "data", "device", "machine-learning-model",
                                         "cryptographic-asset"};
    struct str type = json_text(component, "type");
    bool known = json_text(component, "purl").len != 0 || json_text(component, "cpe").len != 0;
    size_t i;
    const json_t *inner;
    if (!json_is_object(component)) {
        builder->nameless++;
        return;
    }
    if (str_is(type, "operating-system") && !known) {
        sbom_set_os(builder, json_text(component, "name"), json_text(component, "version"),
                    json_text(component, "description"));
    } else {
        bool software = true;
        for (size_t j = 0; j < ARRAY_LEN(others); j++)
            software = software && !str_is(type, others[j]);
        bool library = str_is(type, "library") || str_is(type, "framework");
        if (str_is(type, "operating-system"))
            sbom_set_os(builder, json_text(component, "name"), json_text(component, "version"),
                        json_text(component, "description"));
        else if (known || software)
            read_package(builder, component, !library);
    }
    json_array_foreach(json_list(component, "components"), i, inner)
        cyclonedx_component(builder, inner);
}

void cyclonedx_dependency(struct sbom_builder *builder, const json_t *dependency)
{
    struct str from = json_text(dependency, "ref");
    size_t i;
    const json_t *to;
    json_array_foreach(json_list(dependency, "dependsOn"), i, to) if (json_is_string(to))
        sbom_depends(builder, from, str_make(json_string_value(to), json_string_length(to)));
}

/* ---- metadata ---- */

static void read_target_property(struct sbom_builder *builder, struct str name, struct str value)
{
    struct report *report = builder->report;
    struct arena *arena = &report->arena;
    struct str own = STR("plimsoll:"), trivy = STR("aquasecurity:trivy:");
    if (str_starts(name, own)) {
        target_set_fact(report, str_from(name, own.len), value);
        return;
    }
    if (!str_starts(name, trivy))
        return;
    name = str_from(name, trivy.len);
    if (str_is(name, "ImageID"))
        report->target.image_id = arena_str(arena, value);
    else if (str_is(name, "DiffID"))
        sbom_layer(builder, value);
    else if (str_is(name, "RepoDigest") && str_index(value, '@') != SIZE_MAX &&
             report->target.digest.len == 0)
        report->target.digest = arena_str(arena, str_from(value, str_index(value, '@') + 1));
}

/* 1.4: a list of tools; since 1.5 also an object with components. */
static struct str tool_name(struct arena *arena, const json_t *metadata)
{
    const json_t *tools = json_object_get(metadata, "tools");
    if (json_is_object(tools))
        tools = json_list(tools, "components");
    const json_t *tool = json_array_get(tools, 0);
    if (!tool) /* XML, 1.4 */
        tool = json_member(json_member(metadata, "tools"), "tool");
    struct str name = json_text(tool, "name"), version = json_text(tool, "version");
    return name.len ? arena_printf(arena, "%.*s%s%.*s", STR_ARG(name), version.len ? " " : "",
                                   STR_ARG(version))
                    : STR_NONE;
}

void cyclonedx_metadata(struct sbom_builder *builder, const json_t *metadata)
{
    struct report *report = builder->report;
    const json_t *component = json_member(metadata, "component"), *property, *inner;
    struct str group = json_text(component, "group"), name = json_text(component, "name");
    size_t i;
    if (group.len && name.len)
        name = arena_printf(&report->arena, "%.*s/%.*s", STR_ARG(group), STR_ARG(name));
    report->target.sbom_tool = tool_name(&report->arena, metadata);
    sbom_set_target(builder, name, json_text(component, "version"));
    sbom_set_target_purl(builder, json_text(component, "purl"));
    if (json_text(component, "cpe").len)
        sbom_set_target_cpe(builder, json_text(component, "version"), json_text(component, "cpe"));
    if (str_is(json_text(component, "type"), "operating-system"))
        sbom_set_os(builder, json_text(component, "name"), json_text(component, "version"),
                    json_text(component, "description"));
    json_array_foreach(json_list(component, "properties"), i, property)
        read_target_property(builder, json_text(property, "name"), json_text(property, "value"));
    /* Parts of what the document is about. */
    json_array_foreach(json_list(component, "components"), i, inner)
        cyclonedx_component(builder, inner);
}

int cyclonedx_version(struct sbom_builder *builder, struct str version, const char *syntax,
                      struct pl_err *err)
{
    struct report *report = builder->report;
    uint64_t minor;
    version = str_first(version, 20);
    if (!str_starts(version, STR("1.")) || !str_to_u64(str_from(version, 2), &minor) || minor < 2)
        return err_set(err, PL_E_UNSUPPORTED,
                       "CycloneDX %.*s is not read: 1.2 and later versions of 1 are",
                       STR_ARG(version));
    report->target.sbom_format =
        arena_printf(&report->arena, "CycloneDX %.*s %s", STR_ARG(version), syntax);
    return 0;
}
