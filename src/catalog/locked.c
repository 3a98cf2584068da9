#include "catalog/locked.h"

#include "catalog/npm_names.h"

bool locked_is_version(struct str version)
{
    if (!version.len)
        return false;
    for (size_t i = 0; i < version.len; i++)
        if ((unsigned char)version.data[i] <= ' ' || strchr(":/\\<>=^*|,\"'", version.data[i]))
            return false;
    return true;
}

bool locked_is_package(const struct package *package)
{
    return package->name.len && locked_is_version(package->version) &&
           (package->type != PACKAGE_NPM || npm_name_is_valid(package->name));
}

void locked_add_package(struct catalog_sink *sink, struct package *package)
{
    package->origin = PACKAGE_LOCKED;
    if (locked_is_package(package))
        catalog_add_package(sink, package);
}

void locked_add(struct catalog_sink *sink, enum package_type type, struct str name,
                struct str version, bool development)
{
    struct package package = {
        .type = type, .development = development, .name = name, .version = version};
    locked_add_package(sink, &package);
}

bool locked_is_below(struct str path, const char *folder)
{
    struct str name = str_of(folder);
    bool begins = true;
    for (;;) {
        size_t at = str_find(path, name);
        if (at == SIZE_MAX)
            return false;
        begins = at ? path.data[at - 1] == '/' : begins;
        path = str_from(path, at + name.len);
        if (begins && path.len && path.data[0] == '/')
            return true;
        begins = false;
    }
}

bool locked_is_of_installed(struct str path)
{
    return locked_is_below(path, "node_modules") || locked_is_below(path, "usr/share/nodejs") ||
           locked_is_below(path, "usr/lib/nodejs");
}

void locked_tell(struct catalog_sink *sink, struct str place, struct pl_err *problem)
{
    if (!catalog_wants_problem(sink))
        return;
    if (place.len)
        err_prefix(problem, "\"%.*s\"", STR_ARG(str_first(place, 200)));
    catalog_add_problem(sink, problem);
}

bool locked_split_at(struct str text, struct str *ret_name, struct str *ret_version)
{
    size_t at = str_index(str_from(text, 1), '@');
    if (at == SIZE_MAX)
        return false;
    *ret_name = str_first(text, at + 1);
    *ret_version = str_from(text, at + 2);
    return true;
}
