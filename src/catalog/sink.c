#include "catalog/sink.h"

#include "base/hash.h"
#include "base/limits.h"

bool catalog_wants_problem(struct catalog_sink *sink)
{
    if (sink->problems.count < LIMIT_DIAGNOSTICS)
        return true;
    sink->problems_left_out++;
    return false;
}

void catalog_add_problem(struct catalog_sink *sink, const struct pl_err *problem)
{
    if (!catalog_wants_problem(sink))
        return;
    sink->passing =
        sink->passing || (problem->code != PL_E_FORMAT && problem->code != PL_E_UNSUPPORTED);
    *VEC_ADD(&sink->problems) = (struct catalog_problem){
        .where = sink->path,
        .message = arena_str(sink->arena, str_of(problem->message)),
        .local = arena_str(sink->arena, str_of(problem->local)),
        .limit = problem->limit,
        .error = true,
    };
}

bool catalog_take_budget(uint64_t *budget, uint64_t amount)
{
    uint64_t left = __atomic_load_n(budget, __ATOMIC_RELAXED);
    while (left >= amount)
        if (__atomic_compare_exchange_n(budget, &left, left - amount, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return true;
    return false;
}

static bool take_bytes(struct catalog_sink *sink, uint64_t amount)
{
    bool taken = catalog_take_budget(sink->byte_budget, amount);
    sink->bytes_taken += taken ? amount : 0;
    return taken;
}

static uint64_t list_bytes(const struct str *list, size_t count)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += sizeof(*list) + list[i].len + 1;
    return bytes;
}

/* What a copy of the package takes. */
static uint64_t package_bytes(const struct package *package)
{
    return sizeof(*package) + 2 * sizeof(package) + package->name.len + package->version.len +
           package->arch.len + package->source_name.len + package->source_version.len +
           package->module.len + package->vendor.len + package->purl.len + package->inner.len +
           package->qualifiers.len + package->sha1.len +
           list_bytes(package->cpes, package->cpe_count) +
           list_bytes(package->licenses, package->license_count) +
           list_bytes(package->paths, package->path_count) +
           list_bytes(package->hashes, package->hash_count) +
           list_bytes(package->needs, package->need_count) +
           list_bytes(package->provides, package->provide_count);
}

static bool bytes_fit(struct catalog_sink *sink, const struct package *package)
{
    uint64_t bytes = package_bytes(package);
    if (sink->byte_budget)
        return take_bytes(sink, bytes);
    uint64_t kept = sink->arena->total;
    return kept + bytes <= LIMIT_RECORD_BYTES;
}

static bool is_complete(struct catalog_sink *sink, const struct package *package)
{
    struct pl_err problem;
    /* A jar that only its digest may tell of: who knows digests fills the rest, or drops it. */
    if (package->name.len && (package->version.len || package->sha1.len))
        return true;
    if (!catalog_wants_problem(sink))
        return false;
    if (package->name.len)
        err_set(&problem, PL_E_FORMAT, "package \"%.*s\" has no version",
                STR_ARG(str_first(package->name, 100)));
    else
        err_set(&problem, PL_E_FORMAT, "a package of version \"%.*s\" has no name",
                STR_ARG(str_first(package->version, 100)));
    catalog_add_problem(sink, &problem);
    return false;
}

static bool fields_fit(struct catalog_sink *sink, const struct package *package)
{
    struct pl_err problem;
    size_t longest =
        package->name.len > package->version.len ? package->name.len : package->version.len;
    if (longest <= LIMIT_FIELD)
        return true;
    if (catalog_wants_problem(sink)) {
        err_limit(&problem, LIMIT_NAME(LIMIT_FIELD),
                  "package \"%.*s\": its name or version has %zu bytes, more than LIMIT_FIELD "
                  "allows (%llu)",
                  STR_ARG(str_first(package->name, 100)), longest, LIMIT_FIELD);
        catalog_add_problem(sink, &problem);
    }
    return false;
}

/* One problem a sink for each limit that ends the adding of packages. */
static bool tell_full(struct catalog_sink *sink, const struct pl_err *problem)
{
    sink->full = true;
    catalog_add_problem(sink, problem);
    return false;
}

static bool package_is_usable(struct catalog_sink *sink, const struct package *package)
{
    struct pl_err problem;
    if (!is_complete(sink, package) || !fields_fit(sink, package) || sink->full)
        return false;
    if (sink->package_budget && !catalog_take_budget(sink->package_budget, 1)) {
        err_limit(&problem, LIMIT_NAME(LIMIT_PACKAGES),
                  "package \"%.*s\" and those behind it are left out: the image has more packages "
                  "than LIMIT_PACKAGES allows (%llu)",
                  STR_ARG(str_first(package->name, 100)), LIMIT_PACKAGES);
        return tell_full(sink, &problem);
    }
    sink->packages_taken++;
    if (!bytes_fit(sink, package)) {
        err_limit(&problem, LIMIT_NAME(LIMIT_RECORD_BYTES),
                  "package \"%.*s\" and those behind it are left out: the image's packages take "
                  "more bytes than LIMIT_RECORD_BYTES allows (%llu)",
                  STR_ARG(str_first(package->name, 100)), LIMIT_RECORD_BYTES);
        return tell_full(sink, &problem);
    }
    return true;
}

static struct str *copy_list(struct arena *arena, const struct str *list, size_t count)
{
    if (count == 0)
        return NULL;
    struct str *copy = ARENA_ARRAY(arena, struct str, count);
    for (size_t i = 0; i < count; i++)
        copy[i] = arena_str(arena, list[i]);
    return copy;
}

bool catalog_wants_details(const struct catalog_sink *sink)
{
    return sink->details && !sink->full; /* nothing more is added then */
}

static void copy_details(struct catalog_sink *sink, const struct package *package,
                         struct package *copy)
{
    struct arena *arena = sink->arena;
    bool wanted = sink->details;
    copy->hash_count = wanted ? package->hash_count : 0;
    copy->need_count = wanted ? package->need_count : 0;
    copy->provide_count = wanted ? package->provide_count : 0;
    copy->hashes = copy_list(arena, package->hashes, copy->hash_count);
    copy->needs = copy_list(arena, package->needs, copy->need_count);
    copy->provides = copy_list(arena, package->provides, copy->provide_count);
}

void catalog_add_package(struct catalog_sink *sink, const struct package *package)
{
    struct arena *arena = sink->arena;
    if (!package_is_usable(sink, package))
        return;
    struct package *copy = ARENA_NEW(arena, struct package);
    *VEC_ADD(&sink->packages) = copy;
    *copy = *package;
    copy->name = arena_str(arena, package->name);
    copy->version = arena_str(arena, package->version);
    copy->arch = arena_str(arena, package->arch);
    /* A source package mostly has the name and version of its binary package: shared then. */
    copy->source_name = str_equal(package->source_name, package->name)
                            ? copy->name
                            : arena_str(arena, package->source_name);
    copy->source_version = str_equal(package->source_version, package->version)
                               ? copy->version
                               : arena_str(arena, package->source_version);
    copy->module = arena_str(arena, package->module);
    copy->vendor = arena_str(arena, package->vendor);
    copy->licenses = copy_list(arena, package->licenses, package->license_count);
    copy->paths = copy_list(arena, package->paths, package->path_count);
    copy->purl = arena_str(arena, package->purl);
    copy->cpes = copy_list(arena, package->cpes, package->cpe_count);
    copy->inner = arena_str(arena, package->inner);
    copy->qualifiers = arena_str(arena, package->qualifiers);
    copy->sha1 = arena_str(arena, package->sha1);
    copy_details(sink, package, copy);
    copy->owner = OWNER_NONE;
    if (copy->path_count == 0) {
        copy->paths = ARENA_NEW(arena, struct str);
        copy->paths[0] = sink->path;
        copy->path_count = 1;
    }
    if (!copy->cataloger && sink->cataloger)
        copy->cataloger = sink->cataloger->name;
    copy->in_use = -1;
    copy->layer = LAYER_NONE;
}

void catalog_add_owned(struct catalog_sink *sink, enum package_type type, struct str package,
                       struct str path, struct checksum checksum)
{
    struct catalog_owner *last =
        sink->owners.count ? &sink->owners.items[sink->owners.count - 1] : NULL;
    bool again = last && last->type == type && str_equal(last->package, package);
    uint64_t bytes = sizeof(struct catalog_owned) + (again ? 0 : sizeof(*last) + package.len);
    if (str_starts(path, STR("/")))
        path = str_from(path, 1);
    sink->owned_added = path.len != 0 && (!sink->byte_budget || take_bytes(sink, bytes));
    if (!sink->owned_added) {
        sink->passing = sink->passing || path.len != 0;
        return;
    }
    if (!again)
        *VEC_ADD(&sink->owners) = (struct catalog_owner){arena_str(sink->arena, package), type};
    *VEC_ADD(&sink->owned) =
        (struct catalog_owned){hash_str(path), checksum, (uint32_t)sink->owners.count - 1};
}

void catalog_set_owned_checksum(struct catalog_sink *sink, struct checksum checksum)
{
    if (sink->owned_added)
        sink->owned.items[sink->owned.count - 1].checksum = checksum;
}

void catalog_sink_free(struct catalog_sink *sink)
{
    VEC_FREE(&sink->packages);
    VEC_FREE(&sink->problems);
    VEC_FREE(&sink->owners);
    VEC_FREE(&sink->owned);
}

void catalog_keep(struct catalog_sink *sink, struct str text)
{
    struct pl_err problem;
    if (sink->byte_budget && !take_bytes(sink, text.len)) {
        err_limit(&problem, LIMIT_NAME(LIMIT_RECORD_BYTES),
                  "it is left out: what is kept of the image's files takes more bytes than "
                  "LIMIT_RECORD_BYTES allows (%llu)",
                  LIMIT_RECORD_BYTES);
        catalog_add_problem(sink, &problem);
        return;
    }
    sink->kept = arena_str(sink->arena, text);
    sink->has_kept = true;
}

void catalog_set_path(struct catalog_sink *sink, struct str path)
{
    sink->path = arena_str(sink->arena, path);
}
