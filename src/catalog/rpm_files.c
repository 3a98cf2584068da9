/* Which files belong to an rpm package. Source: rpm's tag list, "Installed file information". */
#include "base/buf.h"
#include "base/limits.h"
#include "catalog/bytes.h"
#include "catalog/rpm_header.h"

/* The string at `offset` of the store; its end in *ret_next. False where it leaves the store. */
static bool string_at(const struct rpm_file_list *list, uint32_t offset, struct str *ret_text,
                      uint32_t *ret_next)
{
    if (offset >= list->store_size)
        return false;
    const char *start = (const char *)list->store + offset;
    const char *end = memchr(start, 0, list->store_size - offset);
    if (!end)
        return false;
    *ret_text = str_make(start, (size_t)(end - start));
    *ret_next = offset + (uint32_t)ret_text->len + 1;
    return true;
}

void rpm_files_add(struct catalog_sink *sink, const struct rpm_file_list *list)
{
    AUTO_BUF path = {0};
    struct str name;
    struct str digest = STR_NONE;
    VEC(struct str) dirs = {0};
    uint32_t next = list->dirs_at, next_digest = list->digests_at;
    for (uint32_t i = 0; i < list->dir_count && string_at(list, next, &name, &next); i++)
        *VEC_ADD(&dirs) = name;
    bool indexed = list->indexes_at <= list->store_size &&
                   list->index_count <= (list->store_size - list->indexes_at) / 4;
    next = list->names_at;
    for (uint32_t i = 0; indexed && i < list->name_count && i < list->index_count; i++) {
        uint32_t dir = get_be32(list->store + list->indexes_at + (size_t)i * 4);
        if (!string_at(list, next, &name, &next) || dir >= dirs.count)
            break;
        bool told = i < list->digest_count && string_at(list, next_digest, &digest, &next_digest);
        path.len = 0;
        buf_add(&path, dirs.items[dir]);
        buf_add(&path, name);
        if (path.len <= LIMIT_PATH)
            catalog_add_owned(sink, PACKAGE_RPM, list->owner, buf_str(&path),
                              told ? checksum_of_hex(digest) : CHECKSUM_UNKNOWN);
    }
    VEC_FREE(&dirs);
}
