#include "sbom/builder.h"

#include "base/hash.h"
#include "base/limits.h"
#include "model/ecosystem.h"
#include "model/facts.h"
#include "model/purl.h"

enum { LAYERS_TOLD = 1024 }; /* of other programs' documents */

struct sbom_entry sbom_entry_new(void)
{
    return (struct sbom_entry){
        .number = UINT64_MAX,
        .package = {.type = PACKAGE_GENERIC,
                    .layer = LAYER_NONE,
                    .file_layer = LAYER_NONE,
                    .owner = OWNER_NONE,
                    .in_use = -1},
    };
}

void sbom_entry_fact(struct sbom_entry *entry, struct str key, struct str value)
{
    if (str_is(key, "number")) {
        str_to_u64(value, &entry->number);
        return;
    }
    bool set = package_set_fact(&entry->scratch, &entry->package, key, value);
    entry->own = entry->own || (set && str_is(key, "type"));
}

/* ---- the system ---- */

struct str sbom_os_id(struct arena *arena, struct str name)
{
    static const struct {
        const char *name, *id;
    } ids[] = {
        {"alma", "almalinux"},
        {"alma linux", "almalinux"},
        {"amazon", "amzn"},
        {"amazon linux", "amzn"},
        {"azure", "azurelinux"},
        {"cbl-mariner", "mariner"},
        {"opensuse.leap", "opensuse-leap"},
        {"opensuse.tumbleweed", "opensuse-tumbleweed"},
        {"oracle", "ol"},
        {"oracle linux", "ol"},
        {"oraclelinux", "ol"},
        {"red hat enterprise linux", "rhel"},
        {"redhat", "rhel"},
        {"rocky linux", "rocky"},
        {"slem", "sl-micro"},
        {"suse", "sles"},
        {"suse linux enterprise server", "sles"},
    };
    struct str low = ecosystem_name(arena, NAME_LOWER, str_trim(name));
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        if (str_is(low, ids[i].name))
            return str_of(ids[i].id);
    return low;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Debian's point releases are no releases of their own; Trivy says "2 (Karoo)" of Amazon's. */
static struct str release_of(struct str id, struct str version)
{
    version = str_trim(version);
    version = str_first(version, str_index(version, ' '));
    return str_is(id, "debian") ? str_first(version, str_index(version, '.')) : version;
}

/* "debian-12", "opensuse-leap-15.5", "bookworm", and Trivy's "3.19.1" of Alpine. */
static struct sbom_distro parse_distro(struct arena *arena, struct str distro, struct str space)
{
    struct sbom_distro result = {0};
    size_t dash = str_last_index(distro, '-');
    struct str behind = dash == SIZE_MAX ? STR_NONE : str_from(distro, dash + 1);
    if (behind.len && is_digit(behind.data[0])) {
        result.id = sbom_os_id(arena, str_first(distro, dash));
        result.version = release_of(result.id, behind);
    } else if (dash != SIZE_MAX && str_starts(distro, space)) {
        result.id = sbom_os_id(arena, str_first(distro, dash));
        result.codename = behind;
    } else if (str_equal(distro, space) || distro.len == 0) {
        result.id = sbom_os_id(arena, space);
    } else if (is_digit(distro.data[0])) {
        result.id = sbom_os_id(arena, space);
        result.version = release_of(result.id, distro);
    } else {
        result.id = sbom_os_id(arena, space);
        result.codename = distro;
    }
    return result;
}

static void note_distro(struct sbom_builder *builder, struct arena *scratch,
                        const struct purl *purl)
{
    enum { DISTROS_TOLD = 64 };
    struct str text = purl_qualifier(scratch, purl, "distro");
    if (text.len == 0 && purl->name_space.len == 0)
        return;
    struct sbom_distro distro = parse_distro(scratch, text, purl->name_space);
    for (size_t i = 0; i < builder->distros.count; i++) {
        struct sbom_distro *known = &builder->distros.items[i];
        if (str_equal(known->id, distro.id) && str_equal(known->version, distro.version) &&
            str_equal(known->codename, distro.codename)) {
            known->packages++;
            return;
        }
    }
    if (builder->distros.count >= DISTROS_TOLD)
        return;
    struct arena *arena = &builder->report->arena;
    *VEC_ADD(&builder->distros) =
        (struct sbom_distro){arena_str(arena, distro.id), arena_str(arena, distro.version),
                             arena_str(arena, distro.codename), 1};
}

void sbom_set_os(struct sbom_builder *builder, struct str id, struct str version, struct str name)
{
    struct arena *arena = &builder->report->arena;
    struct os_info *os = &builder->report->target.os;
    if (os->id.len || id.len == 0)
        return;
    os->id = arena_str(arena, sbom_os_id(arena, id));
    os->version = arena_str(arena, release_of(os->id, version));
    os->name = arena_str(arena, name);
}

/* ---- the target ---- */

void sbom_set_target(struct sbom_builder *builder, struct str name, struct str version)
{
    struct report *report = builder->report;
    if (builder->has_target || name.len == 0)
        return;
    builder->has_target = true;
    report->target.name = arena_str(&report->arena, name);
    if (digest_is_valid(version) && report->target.digest.len == 0)
        report->target.digest = arena_str(&report->arena, version);
}

void sbom_set_target_purl(struct sbom_builder *builder, struct str purl)
{
    struct report *report = builder->report;
    if (report->target.purl.len == 0)
        report->target.purl = arena_str(&report->arena, purl);
}

void sbom_set_target_cpe(struct sbom_builder *builder, struct str version, struct str cpe)
{
    struct arena *arena = &builder->report->arena;
    if (builder->lone_version.len == 0)
        builder->lone_version = arena_str(arena, version);
    if (builder->lone_cpe.len == 0)
        builder->lone_cpe = arena_str(arena, cpe);
}

uint32_t sbom_layer(struct sbom_builder *builder, struct str diff_id)
{
    struct report *report = builder->report;
    size_t count = report->target.layers.count;
    if (diff_id.len == 0)
        return LAYER_NONE;
    for (size_t i = 0; i < count && i < LAYERS_TOLD; i++)
        if (str_equal(report->target.layers.items[i].diff_id, diff_id))
            return (uint32_t)i;
    if (count >= LAYERS_TOLD)
        return LAYER_NONE;
    *VEC_ADD(&report->target.layers) =
        (struct report_layer){.diff_id = arena_str(&report->arena, diff_id), .size = UINT64_MAX};
    return (uint32_t)count;
}

/* ---- entries ---- */

static void tell(struct sbom_builder *builder, const struct sbom_entry *entry,
                 const struct pl_err *problem)
{
    struct str where = entry->name.len ? entry->name : entry->ref;
    report_tell(builder->report, true, str_first(where, 200), problem);
}

/* The document's own name keeps capitals that its purl may have lost. */
static struct str better_name(struct sbom_entry *entry, enum package_type type, struct str name)
{
    enum name_rule rule = ecosystem_of(type)->in_purl;
    struct arena *arena = &entry->scratch;
    struct str group = entry->group,
               candidates[] = {
                   entry->name,
                   arena_printf(arena, "%.*s/%.*s", STR_ARG(group), STR_ARG(entry->name)),
               };
    struct str want = ecosystem_name(arena, rule, name);
    for (size_t i = 0; i < ARRAY_LEN(candidates) && rule != NAME_AS_IT_IS; i++)
        if (str_equal(ecosystem_name(arena, rule, candidates[i]), want))
            return candidates[i];
    return name;
}

static struct str cpe_part(struct arena *arena, struct str part)
{
    char *out = arena_alloc(arena, part.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < part.len; i++)
        if (part.data[i] != '\\')
            out[len++] = part.data[i];
    return str_make(out, len);
}

/* A ':' that is escaped belongs to the part. */
static bool cut_cpe(struct str *rest, struct str *ret_part)
{
    size_t at = 0;
    if (!rest->data)
        return false;
    while (at < rest->len && rest->data[at] != ':')
        at += rest->data[at] == '\\' && at + 1 < rest->len ? 2 : 1;
    *ret_part = str_first(*rest, at);
    *rest = at < rest->len ? str_from(*rest, at + 1) : STR_NONE;
    return true;
}

/* NISTIR 7695: "cpe:2.3:a:vendor:product:version:..." (6.2) and "cpe:/a:vendor:product:version"
 * (6.1). */
bool sbom_entry_cpe(struct sbom_entry *entry, struct str cpe)
{
    struct str rest = cpe, part, vendor, product, version;
    struct arena *arena = &entry->scratch;
    bool formatted = str_starts(rest, STR("cpe:2.3:"));
    if (!formatted && !str_starts(rest, STR("cpe:/")))
        return false;
    rest = str_from(rest, formatted ? 8 : 5);
    if (!cut_cpe(&rest, &part) || !cut_cpe(&rest, &vendor) || !cut_cpe(&rest, &product))
        return false;
    vendor = cpe_part(arena, vendor);
    product = cpe_part(arena, product);
    if (vendor.len == 0 || product.len == 0)
        return false;
    if (entry->name.len == 0)
        entry->name = product;
    if (cut_cpe(&rest, &version) && !str_is(version, "*") && !str_is(version, "-") &&
        entry->version.len == 0)
        entry->version = cpe_part(arena, version);
    strs_add(arena, &entry->package.cpes, &entry->package.cpe_count,
             arena_printf(arena, "%.*s:%.*s", STR_ARG(vendor), STR_ARG(product)));
    return true;
}

/* False: it is told, or no package. */
static bool from_purl(struct sbom_builder *builder, struct sbom_entry *entry)
{
    struct purl purl;
    struct package package;
    struct pl_err problem;
    if (purl_parse(&entry->scratch, entry->purl, &purl, &problem) < 0) {
        tell(builder, entry, &problem);
        return false;
    }
    if (str_is(purl.type, "oci") || str_is(purl.type, "docker"))
        return false; /* an image, not a package in it */
    bool known = purl_package(&entry->scratch, &purl, &package);
    package.name = better_name(entry, package.type, package.name);
    if (package.version.len == 0)
        package.version = entry->version;
    package.vendor = entry->package.vendor;
    package.origin = entry->package.origin;
    package.development = entry->package.development;
    package.layer = entry->package.layer;
    if (package.type == PACKAGE_GENERIC && entry->cpe.len && sbom_entry_cpe(entry, entry->cpe)) {
        package.cpes = entry->package.cpes;
        package.cpe_count = entry->package.cpe_count;
    }
    if (known && ecosystem_of(package.type)->system)
        note_distro(builder, &entry->scratch, &purl);
    entry->package = package;
    return true;
}

static bool from_name(struct sbom_builder *builder, struct sbom_entry *entry)
{
    bool has_cpe = entry->cpe.len && sbom_entry_cpe(entry, entry->cpe);
    if (entry->name.len == 0) {
        builder->nameless++;
        return false;
    }
    if (entry->needs_version && !has_cpe && entry->version.len == 0)
        return false;
    entry->package.name = entry->group.len
                              ? arena_printf(&entry->scratch, "%.*s/%.*s", STR_ARG(entry->group),
                                             STR_ARG(entry->name))
                              : entry->name;
    entry->package.version = entry->version;
    return true;
}

static bool make_package(struct sbom_builder *builder, struct sbom_entry *entry)
{
    struct package *package = &entry->package;
    if (entry->own) {
        package->name = entry->name;
        package->version = entry->version;
        return true;
    }
    if (!(entry->purl.len ? from_purl(builder, entry) : from_name(builder, entry)))
        return false;
    builder->unknown += package->type == PACKAGE_GENERIC && package->cpe_count == 0;
    if (entry->module.len && package->module.len == 0)
        package->module = entry->module;
    if (entry->source_name.len && ecosystem_of(package->type)->system) {
        package->source_name = entry->source_name;
        package->source_version = entry->source_version;
    }
    if (entry->layer.len)
        package->layer = package->file_layer = sbom_layer(builder, entry->layer);
    package->unordered = package->unordered || package->version.len == 0;
    return true;
}

static void keep(struct arena *arena, struct str *text)
{
    *text = arena_str(arena, *text);
}

static void keep_list(struct arena *arena, struct str **items, size_t count)
{
    struct str *list = count ? ARENA_ARRAY(arena, struct str, count) : NULL;
    for (size_t i = 0; i < count; i++)
        list[i] = arena_str(arena, (*items)[i]);
    *items = list;
}

/* What our own facts do not tell, the document's fields do. */
static void take_list(struct str **items, size_t *count, struct str *other, size_t other_count)
{
    if (*count)
        return;
    *items = other;
    *count = other_count;
}

static void keep_package(struct arena *arena, struct package *package, const char *last_cataloger)
{
    const char *cataloger = package->cataloger ? package->cataloger : "sbom";
    keep(arena, &package->name);
    keep(arena, &package->version);
    keep(arena, &package->arch);
    keep(arena, &package->source_name);
    if (str_equal(package->source_version, package->version))
        package->source_version = package->version;
    else
        keep(arena, &package->source_version);
    keep(arena, &package->qualifiers);
    keep(arena, &package->module);
    keep(arena, &package->vendor);
    keep(arena, &package->sha1);
    keep(arena, &package->purl);
    keep_list(arena, &package->cpes, package->cpe_count);
    keep_list(arena, &package->paths, package->path_count);
    keep_list(arena, &package->licenses, package->license_count);
    keep_list(arena, &package->hashes, package->hash_count);
    package->cataloger = last_cataloger && strcmp(last_cataloger, cataloger) == 0
                             ? last_cataloger
                             : arena_str(arena, str_of(cataloger)).data;
}

void sbom_add(struct sbom_builder *builder, struct sbom_entry *entry)
{
    struct report *report = builder->report;
    size_t count = report->packages.count;
    struct package *package = &entry->package;
    if (count >= LIMIT_PACKAGES) {
        builder->too_many_packages = true;
    } else if (make_package(builder, entry)) {
        take_list(&package->licenses, &package->license_count, entry->licenses,
                  entry->license_count);
        take_list(&package->hashes, &package->hash_count, entry->hashes, entry->hash_count);
        take_list(&package->paths, &package->path_count, entry->paths, entry->path_count);
        package->purl = entry->purl;
        keep_package(&report->arena, package,
                     count ? report->packages.items[count - 1].cataloger : NULL);
        *VEC_ADD(&report->packages) = *package;
        *VEC_ADD(&builder->numbers) = entry->number;
        if (entry->ref.len)
            *VEC_ADD(&builder->refs) = (struct sbom_ref){hash_str(entry->ref), count};
    }
    arena_free(&entry->scratch);
}

void sbom_depends(struct sbom_builder *builder, struct str from, struct str to)
{
    if (builder->edges.count >= LIMIT_SBOM_EDGES)
        builder->too_many_edges = true;
    else if (from.len && to.len)
        *VEC_ADD(&builder->edges) = (struct sbom_edge){hash_str(from), hash_str(to)};
}

void sbom_owns(struct sbom_builder *builder, struct str owner, struct str owned)
{
    if (builder->owners.count < LIMIT_SBOM_EDGES && owner.len && owned.len)
        *VEC_ADD(&builder->owners) = (struct sbom_edge){hash_str(owner), hash_str(owned)};
}

void sbom_builder_free(struct sbom_builder *builder)
{
    VEC_FREE(&builder->refs);
    VEC_FREE(&builder->edges);
    VEC_FREE(&builder->owners);
    VEC_FREE(&builder->numbers);
    VEC_FREE(&builder->distros);
}
