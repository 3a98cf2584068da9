#include "model/package.h"

#include "model/ecosystem.h"

const char *package_type_name(enum package_type type)
{
    return ecosystem_of(type)->type;
}

const char *package_origin_name(enum package_origin origin)
{
    static const char *const names[PACKAGE_ORIGIN_COUNT] = {"installed", "vendored", "locked",
                                                            "declared"};
    return names[origin];
}

int package_compare(const struct package *a, const struct package *b)
{
    int order =
        a->type == b->type ? 0 : strcmp(package_type_name(a->type), package_type_name(b->type));
    if (order == 0)
        order = str_compare(a->name, b->name);
    if (order == 0)
        order = str_compare(a->version, b->version);
    if (order == 0)
        order = str_compare(a->sha1, b->sha1);
    if (order == 0)
        order = str_compare(a->path_count ? a->paths[0] : STR_NONE,
                            b->path_count ? b->paths[0] : STR_NONE);
    return order ? order : str_compare(a->arch, b->arch);
}
