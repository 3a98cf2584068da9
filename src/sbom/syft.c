/* Syft's own JSON, schema 3 and later: https://github.com/anchore/syft/tree/main/schema/json. */
#include "base/i18n.h"
#include "model/facts.h"
#include "sbom/json.h"

static bool detect(struct str head)
{
    return str_starts(str_trim(head), STR("{")) && sbom_has(head, "\"artifacts\"") &&
           (sbom_has(head, "\"foundBy\"") || sbom_has(head, "syft"));
}

/* ---- what the document is about ---- */

/* The source's facts are in `target` up to schema 5, in `metadata` since; of a folder it was a
 * text.
 */
static void take_source(struct sbom_builder *builder, struct str name, const json_t *source,
                        void *context)
{
    struct report *report = builder->report;
    struct arena *arena = &report->arena;
    const json_t *image = json_member(source, "metadata"), *layer;
    struct str subject = json_text(source, "target");
    size_t i;
    (void)name;
    (void)context;
    if (!image)
        image = json_member(source, "target");
    if (subject.len == 0)
        subject = json_text(image, "userInput");
    if (subject.len == 0)
        subject = json_text(source, "name");
    if (subject.len == 0)
        subject = json_text(image, "path");
    sbom_set_target(builder, subject, json_text(image, "manifestDigest"));
    report->target.image_id = arena_str(arena, json_text(image, "imageID"));
    struct str system = json_text(image, "os"), processor = json_text(image, "architecture");
    if (system.len && processor.len)
        report->target.platform =
            arena_printf(arena, "%.*s/%.*s", STR_ARG(system), STR_ARG(processor));
    json_array_foreach(json_list(image, "layers"), i, layer)
        sbom_layer(builder, json_text(layer, "digest"));
}

static void take_distro(struct sbom_builder *builder, struct str name, const json_t *distro,
                        void *context)
{
    struct os_info *os = &builder->report->target.os;
    struct arena *arena = &builder->report->arena;
    struct str id = json_text(distro, "id"), version = json_text(distro, "versionID");
    const json_t *like = json_object_get(distro, "idLike");
    (void)name;
    (void)context;
    sbom_set_os(builder, id.len ? id : json_text(distro, "name"),
                version.len || id.len ? version : json_text(distro, "version"),
                json_text(distro, "prettyName"));
    os->codename = arena_str(arena, json_text(distro, "versionCodename"));
    struct str first = json_value_text(like);
    for (size_t i = 0; i < json_array_size(like) && i < 8; i++)
        first = arena_printf(arena, "%.*s%s%.*s", STR_ARG(first), i ? " " : "",
                             STR_ARG(json_value_text(json_array_get(like, i))));
    os->id_like = arena_str(arena, first);
}

static void take_descriptor(struct sbom_builder *builder, struct str name, const json_t *descriptor,
                            void *context)
{
    struct report *report = builder->report;
    struct str tool = json_text(descriptor, "name"), version = json_text(descriptor, "version");
    (void)name;
    (void)context;
    report->target.sbom_tool =
        arena_printf(&report->arena, "%.*s %.*s", STR_ARG(tool), STR_ARG(version));
}

static void take_schema(struct sbom_builder *builder, struct str name, const json_t *schema,
                        void *context)
{
    struct report *report = builder->report;
    (void)name;
    (void)context;
    report->target.sbom_format =
        arena_printf(&report->arena, "Syft JSON %.*s", STR_ARG(json_text(schema, "version")));
}

/* ---- artifacts ---- */

/* A text, or since schema 9 an object. */
static void read_licenses(struct sbom_entry *entry, const json_t *artifact)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_list(artifact, "licenses"), i, item)
    {
        struct str license = json_value_text(item);
        if (license.len == 0)
            license = json_text(item, "spdxExpression");
        if (license.len == 0)
            license = json_text(item, "value");
        if (license.len)
            strs_add(&entry->scratch, &entry->licenses, &entry->license_count, license);
    }
}

static void read_locations(struct sbom_entry *entry, const json_t *artifact)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_list(artifact, "locations"), i, item)
    {
        struct str path = json_text(item, "path");
        while (path.len && path.data[0] == '/')
            path = str_from(path, 1);
        if (path.len)
            strs_add(&entry->scratch, &entry->paths, &entry->path_count, path);
        if (entry->layer.len == 0)
            entry->layer = json_text(item, "layerID");
    }
    const json_t *cpe = json_array_get(json_list(artifact, "cpes"), 0);
    entry->cpe = json_value_text(cpe);
    if (entry->cpe.len == 0)
        entry->cpe = json_text(cpe, "cpe");
}

/* The database's own words for the source. */
static void read_source(struct sbom_entry *entry, const json_t *metadata)
{
    struct str source = json_text(metadata, "source"),
               origin = json_text(metadata, "originPackage");
    struct str version = json_text(metadata, "sourceVersion");
    entry->source_name = source.len ? source : origin;
    entry->source_version = version.len ? version : entry->version;
    if (json_text(metadata, "sourceRpm").len)
        entry->source_name = STR_NONE; /* it stands in the purl */
}

/* Packages of a system that Syft could not tell have no purl. */
static void read_type(struct sbom_entry *entry, struct str type)
{
    static const struct {
        const char *type, *package;
    } others[] = {
        {"go-module", "golang"},     {"java-archive", "maven"}, {"php-composer", "composer"},
        {"python", "pypi"},          {"rust-crate", "cargo"},   {"dotnet", "nuget"},
        {"jenkins-plugin", "maven"}, {"pod", "cocoapods"},      {"dart-pub", "pub"},
    };
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (str_is(type, others[i].type))
            type = str_of(others[i].package);
    package_set_fact(&entry->scratch, &entry->package, STR("type"), type);
}

static void take_artifact(struct sbom_builder *builder, const json_t *artifact)
{
    struct sbom_entry entry = sbom_entry_new();
    const json_t *metadata = json_member(artifact, "metadata");
    struct str vendor = json_text(metadata, "maintainer");
    entry.ref = json_text(artifact, "id");
    entry.name = json_text(artifact, "name");
    entry.version = json_text(artifact, "version");
    entry.purl = json_text(artifact, "purl");
    entry.package.vendor = vendor.len ? vendor : json_text(metadata, "vendor");
    read_locations(&entry, artifact);
    read_licenses(&entry, artifact);
    read_source(&entry, metadata);
    read_type(&entry, json_text(artifact, "type"));
    entry.module = json_text(metadata, "modularityLabel");
    sbom_add(builder, &entry);
}

static void take_relationship(struct sbom_builder *builder, const json_t *relationship)
{
    struct str type = json_text(relationship, "type");
    struct str parent = json_text(relationship, "parent"), child = json_text(relationship, "child");
    if (str_is(type, "dependency-of"))
        sbom_depends(builder, child, parent);
    else if (str_is(type, "ownership-by-file-overlap"))
        sbom_owns(builder, parent, child);
}

static void take_item(struct sbom_builder *builder, struct str name, const json_t *json,
                      void *context)
{
    (void)context;
    if (str_is(name, "artifacts"))
        take_artifact(builder, json);
    else
        take_relationship(builder, json);
}

static int read_document(struct rewind_input *input, struct sbom_builder *builder,
                         struct pl_err *err)
{
    static const char *const schema[] = {"schema", NULL}, *const source[] = {"source", NULL},
                             *const distro[] = {"distro", NULL},
                             *const descriptor[] = {"descriptor", NULL};
    static const char *const lists[] = {"artifacts", "artifactRelationships", NULL};
    struct sbom_json passes[] = {
        {input, builder, schema, NULL, NULL, take_schema, NULL, NULL},
        {input, builder, source, NULL, NULL, take_source, NULL, NULL},
        {input, builder, distro, NULL, NULL, take_distro, NULL, NULL},
        {input, builder, descriptor, NULL, NULL, take_descriptor, NULL, NULL},
        {input, builder, sbom_json_lists, lists, NULL, take_item, NULL, NULL},
    };
    int r = 0;
    for (size_t i = 0; i < ARRAY_LEN(passes) && r == 0; i++)
        r = sbom_json_each(&passes[i], err);
    if (r == 0 && builder->report->target.sbom_format.len == 0)
        builder->report->target.sbom_format = STR("Syft JSON");
    return r;
}

const struct sbom_format sbom_format_syft = {
    .name = "syft",
    .help = N_("Syft JSON, schema 3 and later"),
    .detect = detect,
    .read = read_document,
};
