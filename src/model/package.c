#include "model/package.h"

const char *package_type_name(enum package_type type)
{
    static const char *const names[PACKAGE_TYPE_COUNT] = {
        [PACKAGE_DEB] = "deb",
        [PACKAGE_APK] = "apk",
        [PACKAGE_RPM] = "rpm",
    };
    return names[type];
}

int package_compare(const struct package *a, const struct package *b)
{
    int order = strcmp(package_type_name(a->type), package_type_name(b->type));
    if (order == 0)
        order = str_compare(a->name, b->name);
    if (order == 0)
        order = str_compare(a->version, b->version);
    if (order == 0)
        order = str_compare(a->path_count ? a->paths[0] : STR_NONE,
                            b->path_count ? b->paths[0] : STR_NONE);
    return order ? order : str_compare(a->arch, b->arch);
}
