/* Trivy's own JSON, SchemaVersion 2, with its packages (--list-all-pkgs). */
#include "base/i18n.h"
#include "io/json_cutter.h"
#include "model/facts.h"
#include "sbom/json.h"

static bool detect(struct str head)
{
    return str_starts(str_trim(head), STR("{")) && sbom_has(head, "\"SchemaVersion\"") &&
           (sbom_has(head, "\"ArtifactName\"") || sbom_has(head, "\"Results\""));
}

/* ---- what the document is about ---- */

static void take_scalar(struct sbom_builder *builder, struct str name, struct str text,
                        void *context)
{
    bool *has_version = context;
    if (str_is(name, "SchemaVersion"))
        *has_version = str_is(text, "2");
    else if (str_is(name, "ArtifactName"))
        sbom_set_target(builder, text, STR_NONE);
}

static void take_metadata(struct sbom_builder *builder, struct str name, const json_t *metadata,
                          void *context)
{
    struct report *report = builder->report;
    struct arena *arena = &report->arena;
    const json_t *os = json_member(metadata, "OS"), *item;
    const json_t *config = json_member(metadata, "ImageConfig");
    struct str system = json_text(config, "os"), processor = json_text(config, "architecture");
    size_t i;
    (void)name;
    (void)context;
    sbom_set_os(builder, json_text(os, "Family"), json_text(os, "Name"), STR_NONE);
    report->target.image_id = arena_str(arena, json_text(metadata, "ImageID"));
    if (system.len && processor.len)
        report->target.platform =
            arena_printf(arena, "%.*s/%.*s", STR_ARG(system), STR_ARG(processor));
    json_array_foreach(json_list(metadata, "DiffIDs"), i, item) if (json_is_string(item))
        sbom_layer(builder, str_make(json_string_value(item), json_string_length(item)));
    item = json_array_get(json_list(metadata, "RepoDigests"), 0);
    struct str digest = json_is_string(item)
                            ? str_make(json_string_value(item), json_string_length(item))
                            : STR_NONE;
    size_t at = str_index(digest, '@');
    if (at != SIZE_MAX)
        report->target.digest = arena_str(arena, str_from(digest, at + 1));
}

/* ---- packages ---- */

/* Before purls were told: what a result's "Type" brings. */
static const struct {
    const char *type, *package;
} types[] = {
    {"alma", "rpm"},
    {"alpine", "apk"},
    {"amazon", "rpm"},
    {"azurelinux", "rpm"},
    {"bitnami", "bitnami"},
    {"bun", "npm"},
    {"bundler", "gem"},
    {"cargo", "cargo"},
    {"cbl-mariner", "rpm"},
    {"centos", "rpm"},
    {"chainguard", "apk"},
    {"cocoapods", "cocoapods"},
    {"composer", "composer"},
    {"composer-vendor", "composer"},
    {"conan", "conan"},
    {"conda-pkg", "conda"},
    {"debian", "deb"},
    {"dotnet-core", "nuget"},
    {"fedora", "rpm"},
    {"gemspec", "gem"},
    {"gobinary", "golang"},
    {"gomod", "golang"},
    {"gradle", "maven"},
    {"hex", "hex"},
    {"jar", "maven"},
    {"julia", "julia"},
    {"node-pkg", "npm"},
    {"npm", "npm"},
    {"nuget", "nuget"},
    {"opensuse", "rpm"},
    {"opensuse.leap", "rpm"},
    {"opensuse.tumbleweed", "rpm"},
    {"oracle", "rpm"},
    {"packages-props", "nuget"},
    {"photon", "rpm"},
    {"pip", "pypi"},
    {"pipenv", "pypi"},
    {"pnpm", "npm"},
    {"poetry", "pypi"},
    {"pom", "maven"},
    {"pub", "pub"},
    {"python-pkg", "pypi"},
    {"redhat", "rpm"},
    {"rocky", "rpm"},
    {"rustbinary", "cargo"},
    {"sbt", "maven"},
    {"suse linux enterprise server", "rpm"},
    {"swift", "swift"},
    {"ubuntu", "deb"},
    {"uv", "pypi"},
    {"wolfi", "apk"},
    {"yarn", "npm"},
};

struct result {
    struct sbom_builder *builder;
    struct str target, type;
    bool is_system;
};

/* [epoch:]version[-release] */
static struct str whole_version(struct arena *arena, const json_t *package, const char *epoch_key,
                                const char *version_key, const char *release_key)
{
    struct str epoch = sbom_json_word(arena, package, epoch_key);
    struct str version = json_text(package, version_key), release = json_text(package, release_key);
    bool has_epoch = epoch.len && !str_is(epoch, "0");
    if (version.len == 0 || (!has_epoch && release.len == 0))
        return version;
    return arena_printf(arena, "%.*s%s%.*s%s%.*s", STR_ARG(has_epoch ? epoch : STR_NONE),
                        has_epoch ? ":" : "", STR_ARG(version), release.len ? "-" : "",
                        STR_ARG(release));
}

static struct str ref_of(struct arena *arena, const struct result *result, struct str id)
{
    return arena_printf(arena, "%.*s\n%.*s", STR_ARG(result->target), STR_ARG(id));
}

static void read_lists(struct sbom_entry *entry, const struct result *result, const json_t *package)
{
    size_t i;
    const json_t *item;
    struct str path = json_text(package, "FilePath"), digest = json_text(package, "Digest"), name;
    json_array_foreach(json_list(package, "Licenses"), i, item) if (json_is_string(item))
        strs_add(&entry->scratch, &entry->licenses, &entry->license_count,
                 str_make(json_string_value(item), json_string_length(item)));
    json_array_foreach(json_list(package, "DependsOn"), i, item) if (json_is_string(item))
        sbom_depends(result->builder, entry->ref,
                     ref_of(&entry->scratch, result,
                            str_make(json_string_value(item), json_string_length(item))));
    if (path.len == 0 && !result->is_system)
        path = result->target;
    if (path.len)
        strs_add(&entry->scratch, &entry->paths, &entry->path_count, path);
    if (str_cut(&digest, ':', &name) && digest.len)
        sbom_add_hash(entry, name, digest);
}

static void take_package(struct sbom_builder *builder, struct str name, const json_t *package,
                         void *context)
{
    const struct result *result = context;
    struct sbom_entry entry = sbom_entry_new();
    struct str id = json_text(package, "ID"), source = json_text(package, "SrcName");
    (void)name;
    entry.name = json_text(package, "Name");
    entry.version = whole_version(&entry.scratch, package, "Epoch", "Version", "Release");
    entry.purl = json_text(json_member(package, "Identifier"), "PURL");
    entry.ref = ref_of(&entry.scratch, result, id.len ? id : entry.name);
    entry.layer = json_text(json_member(package, "Layer"), "DiffID");
    entry.module = json_text(package, "Modularitylabel");
    entry.package.vendor = json_text(package, "Maintainer");
    entry.package.development = json_is_true(json_object_get(package, "Dev"));
    if (source.len) {
        entry.source_name = source;
        entry.source_version =
            whole_version(&entry.scratch, package, "SrcEpoch", "SrcVersion", "SrcRelease");
    }
    if (entry.purl.len == 0) {
        entry.package.arch = json_text(package, "Arch");
        for (size_t i = 0; i < ARRAY_LEN(types); i++)
            if (str_is(result->type, types[i].type))
                package_set_fact(&entry.scratch, &entry.package, STR("type"),
                                 str_of(types[i].package));
    }
    read_lists(&entry, result, package);
    sbom_add(builder, &entry);
}

static int take_inner(void *context, const struct str *names, struct str text, struct pl_err *err)
{
    struct result *result = context;
    struct pl_err problem;
    AUTO_JSON *json = NULL;
    (void)names;
    (void)err;
    if (json_document(text, &json, &problem) < 0)
        report_tell(result->builder->report, true, result->target, &problem);
    else
        take_package(result->builder, STR_NONE, json, result);
    return 0;
}

static int take_word(void *context, struct str name, struct str text, struct pl_err *err)
{
    struct result *result = context;
    struct arena *arena = &result->builder->report->arena;
    (void)err;
    if (str_is(name, "Target"))
        result->target = arena_str(arena, text);
    else if (str_is(name, "Type"))
        result->type = arena_str(arena, text);
    else if (str_is(name, "Class"))
        result->is_system = str_is(text, "os-pkgs");
    return 0;
}

/* A result, cut once for its words and once for its packages. */
static int take_result(void *context, const struct str *names, struct str text, struct pl_err *err)
{
    static const char *const nothing[] = {"", NULL}, *const path[] = {"Packages", "[]", NULL};
    struct sbom_json *reading = context;
    struct result result = {.builder = reading->builder};
    struct json_cutter words = {.path = nothing,
                                .entry = take_inner,
                                .scalar = take_word,
                                .context = &result,
                                .text = text};
    struct json_cutter packages = {
        .path = path, .entry = take_inner, .context = &result, .text = text};
    (void)names;
    int r = json_cut(&words, err);
    return r < 0 ? r : json_cut(&packages, err);
}

static int read_input(void *context, struct str *ret_chunk, struct pl_err *err)
{
    struct sbom_json *reading = context;
    return rewind_read(reading->input, ret_chunk, err);
}

static int read_document(struct rewind_input *input, struct sbom_builder *builder,
                         struct pl_err *err)
{
    static const char *const metadata[] = {"Metadata", NULL}, *const path[] = {"Results", "[]",
                                                                               NULL};
    bool has_version = false;
    struct sbom_json first = {input, builder,       metadata,    NULL,
                              NULL,  take_metadata, take_scalar, &has_version};
    struct json_cutter results = {
        .read = read_input, .path = path, .entry = take_result, .context = &first};
    int r = sbom_json_each(&first, err);
    if (r == 0 && !has_version)
        r = err_set(err, PL_E_UNSUPPORTED, "of Trivy's JSON only SchemaVersion 2 is read");
    builder->report->target.sbom_format = STR("Trivy JSON 2");
    builder->report->target.sbom_tool = STR("trivy");
    if (r == 0)
        r = rewind_start(input, err);
    if (r == 0)
        r = json_cut(&results, err);
    if (r == 0 && builder->report->packages.count == 0) {
        struct pl_err problem;
        err_set(&problem, PL_E_NOT_FOUND,
                "the document lists no packages: Trivy writes them with --list-all-pkgs");
        report_tell(builder->report, true, STR_NONE, &problem);
    }
    return r;
}

const struct sbom_format sbom_format_trivy = {
    .name = "trivy",
    .help = N_("Trivy JSON, SchemaVersion 2, with its packages"),
    .detect = detect,
    .read = read_document,
};
