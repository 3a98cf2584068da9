#include "catalog/sink.h"

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
    *VEC_ADD(&sink->problems) = (struct catalog_problem){
        .where = sink->path,
        .message = arena_str(sink->arena, str_of(problem->message)),
        .local = arena_str(sink->arena, str_of(problem->local)),
        .limit = problem->limit,
        .error = true,
    };
}

/* Takes one from the budget that several threads share; false when it is used up. */
static bool take_budget(struct catalog_sink *sink)
{
    uint64_t *budget = sink->package_budget;
    if (!budget)
        return true;
    uint64_t left = __atomic_load_n(budget, __ATOMIC_RELAXED);
    while (left > 0)
        if (__atomic_compare_exchange_n(budget, &left, left - 1, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return true;
    return false;
}

static bool field_fits(struct catalog_sink *sink, const struct package *package, struct str field,
                       const char *what)
{
    struct pl_err problem;
    if (field.len <= LIMIT_FIELD)
        return true;
    if (catalog_wants_problem(sink)) {
        err_limit(&problem, LIMIT_NAME(LIMIT_FIELD),
                  "package \"%.*s\": its %s has %zu bytes, more than LIMIT_FIELD allows (%llu)",
                  STR_ARG(str_first(package->name, 100)), what, field.len, LIMIT_FIELD);
        catalog_add_problem(sink, &problem);
    }
    return false;
}

static bool package_is_usable(struct catalog_sink *sink, const struct package *package)
{
    struct pl_err problem;
    if (package->name.len == 0 || package->version.len == 0) {
        if (catalog_wants_problem(sink)) {
            err_set(&problem, PL_E_FORMAT, "package \"%.*s\" has no %s",
                    STR_ARG(str_first(package->name, 100)), package->name.len ? "version" : "name");
            catalog_add_problem(sink, &problem);
        }
        return false;
    }
    if (!field_fits(sink, package, package->name, "name") ||
        !field_fits(sink, package, package->version, "version"))
        return false;
    if (take_budget(sink))
        return true;
    if (!sink->packages_full && catalog_wants_problem(sink)) {
        err_limit(&problem, LIMIT_NAME(LIMIT_PACKAGES),
                  "package \"%.*s\" and those behind it are left out: the image has more packages "
                  "than LIMIT_PACKAGES allows (%llu)",
                  STR_ARG(str_first(package->name, 100)), LIMIT_PACKAGES);
        catalog_add_problem(sink, &problem);
    }
    sink->packages_full = true;
    return false;
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

void catalog_add_package(struct catalog_sink *sink, const struct package *package)
{
    struct arena *arena = sink->arena;
    if (!package_is_usable(sink, package))
        return;
    struct package *copy = VEC_ADD(&sink->packages);
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
