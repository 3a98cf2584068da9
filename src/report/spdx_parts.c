#include <stdlib.h>

#include "base/hash.h"
#include "model/facts.h"
#include "report/spdx2.h"

void spdx_license_ref(struct buf *out, struct str license)
{
    if (str_starts(license, STR("LicenseRef-")) && bom_license_word(license) == LICENSE_EXPRESSION)
        buf_add(out, license);
    else
        buf_printf(out, "LicenseRef-plimsoll-%016llx", (unsigned long long)hash_str(license));
}

void spdx_license_expression(struct buf *out, const struct package *package)
{
    for (size_t i = 0; i < package->license_count; i++) {
        struct str license = package->licenses[i];
        enum license_word word = bom_license_word(license);
        bool apart = word == LICENSE_EXPRESSION && package->license_count > 1;
        if (i)
            buf_puts(out, " AND ");
        if (word == LICENSE_NAME)
            spdx_license_ref(out, license);
        else
            buf_printf(out, apart ? "(%.*s)" : "%.*s", STR_ARG(license));
    }
}

static int by_bytes(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

bool spdx_next_reference(struct str *rest, struct str *ret_reference)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    size_t at = str_find(*rest, STR("LicenseRef-")), end;
    if (at == SIZE_MAX)
        return false;
    struct str text = str_from(*rest, at);
    for (end = 0; end < text.len && strchr(plain, text.data[end]);)
        end++;
    *ret_reference = str_first(text, end);
    *rest = str_from(text, end);
    return true;
}

struct str *spdx_other_licenses(const struct report *report, size_t *ret_count)
{
    VEC(struct str) all = {0};
    size_t kept = 0;
    for (size_t i = 0; i < report->packages.count; i++) {
        const struct package *package = &report->packages.items[i];
        for (size_t j = 0; j < package->license_count; j++) {
            struct str rest = package->licenses[j], reference;
            if (bom_license_word(rest) == LICENSE_NAME)
                *VEC_ADD(&all) = rest;
            else
                while (spdx_next_reference(&rest, &reference))
                    *VEC_ADD(&all) = reference;
        }
    }
    if (all.count)
        qsort(all.items, all.count, sizeof(*all.items), by_bytes);
    for (size_t i = 0; i < all.count; i++)
        if (kept == 0 || !str_equal(all.items[i], all.items[kept - 1]))
            all.items[kept++] = all.items[i];
    *ret_count = kept;
    return all.items;
}

/* '<' could begin the end of a text of tag-value. */
static void put_fact(void *context, const char *key, struct str value)
{
    static const char hex[] = "0123456789ABCDEF";
    struct buf *out = context;
    size_t plain = 0;
    buf_puts(out, out->len ? "\nplimsoll:" : "plimsoll:");
    buf_puts(out, key);
    buf_putc(out, '=');
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c >= ' ' && c != '%' && c != '<' && c != 0x7f)
            continue;
        buf_add(out, str_make(value.data + plain, i - plain));
        buf_putc(out, '%');
        buf_putc(out, hex[c >> 4]);
        buf_putc(out, hex[c & 15]);
        plain = i + 1;
    }
    buf_add(out, str_from(value, plain));
}

void spdx_package_facts(struct buf *out, const struct report *report, size_t index)
{
    package_facts(report, index, true, put_fact, out);
}

void spdx_target_facts(struct buf *out, const struct report *report)
{
    target_facts(report, put_fact, out);
}

void spdx_source_info(struct buf *out, const struct package *package)
{
    for (size_t i = 0; i < package->path_count; i++)
        buf_printf(out, "%s%.*s", i ? ", " : "found in: ", STR_ARG(package->paths[i]));
}
