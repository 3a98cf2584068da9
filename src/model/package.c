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

/* Letters in lower case; digits, '.', '-' and '_' as they are; others behind a backslash. */
static size_t put_cpe(char *out, struct str text)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        char low = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        bool plain = (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                     c == '_';
        if (!plain)
            out[len++] = '\\';
        out[len++] = low;
    }
    return len;
}

struct str package_cpe(struct arena *arena, const struct package *package, size_t index)
{
    struct str name = package->cpes[index], version = package->version;
    size_t colon = str_index(name, ':'), len = 0;
    struct str vendor = str_first(name, colon), product = str_from(name, vendor.len + 1);
    const char *head = str_is(name, "linux:linux_kernel") ? "cpe:2.3:o:" : "cpe:2.3:a:";
    static const char tail[] = ":*:*:*:*:*:*:*";
    if (package->type == PACKAGE_GOLANG && str_starts(version, STR("v")))
        version = str_from(version, 1);
    char *out = arena_alloc(arena, 2 * (name.len + version.len) + 64);
    memcpy(out, head, len = strlen(head));
    len += put_cpe(out + len, vendor);
    out[len++] = ':';
    len += put_cpe(out + len, product);
    out[len++] = ':';
    if (package->unordered)
        out[len++] = '*'; /* any */
    else
        len += put_cpe(out + len, version);
    memcpy(out + len, tail, sizeof(tail));
    return str_make(out, len + sizeof(tail) - 1);
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
