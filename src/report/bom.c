#include "report/bom.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "license/expression.h"

enum license_word bom_license_word(struct str license)
{
    if (license_is_id(license))
        return LICENSE_ID;
    /* What another document explains, and what only SPDX 3.0 knows, these documents cannot say. */
    bool elsewhere = str_find(license, STR("DocumentRef-")) != SIZE_MAX ||
                     str_find(license, STR("AdditionRef-")) != SIZE_MAX;
    return !elsewhere && license_is_expression(license) ? LICENSE_EXPRESSION : LICENSE_NAME;
}

bool bom_license_expression(struct buf *out, const struct package *package)
{
    for (size_t i = 0; i < package->license_count; i++)
        if (bom_license_word(package->licenses[i]) == LICENSE_NAME)
            return false;
    for (size_t i = 0; i < package->license_count; i++) {
        struct str license = package->licenses[i];
        bool apart = package->license_count > 1 && bom_license_word(license) == LICENSE_EXPRESSION;
        buf_printf(out, apart ? "%s(%.*s)" : "%s%.*s", i ? " AND " : "", STR_ARG(license));
    }
    return package->license_count != 0;
}

void bom_time(const struct report *report, char ret_text[CLOCK_TEXT])
{
    int64_t seconds;
    if (!report->database.used || !clock_parse(report->database.built, &seconds))
        seconds = clock_now();
    clock_format(seconds, ret_text);
}

static void add(struct sha256 *sha, struct str text)
{
    sha256_add(sha, text.data, text.len);
    sha256_add(sha, "", 1);
}

void bom_uuid(const struct report *report, char ret_text[BOM_UUID])
{
    struct sha256 sha;
    unsigned char d[SHA256_BYTES];
    sha256_init(&sha);
    add(&sha, report->target.name);
    add(&sha, report->target.image_id);
    for (size_t i = 0; i < report->packages.count; i++) {
        add(&sha, report->packages.items[i].name);
        add(&sha, report->packages.items[i].version);
    }
    for (size_t i = 0; i < report->findings.count; i++)
        add(&sha, report->findings.items[i].id);
    sha256_end(&sha, d);
    snprintf(ret_text, BOM_UUID,
             "%02x%02x%02x%02x-%02x%02x-8%x%02x-%x%x%02x-%02x%02x%02x%02x%02x%02x", d[0], d[1],
             d[2], d[3], d[4], d[5], d[6] & 15, d[7], 8 | (d[8] & 3), d[9] & 15, d[10], d[11],
             d[12], d[13], d[14], d[15], d[16]);
}

bool *bom_top_level(const struct report *report)
{
    size_t count = report->packages.count;
    bool *top = mem_zalloc(count + 1, sizeof(*top));
    memset(top, true, count);
    for (size_t i = 0; i < count; i++) {
        const struct package *package = &report->packages.items[i];
        for (size_t j = 0; j < package->depend_count; j++)
            if (package->depends[j] < count && package->depends[j] != i)
                top[package->depends[j]] = false;
    }
    return top;
}

const char *bom_hash(struct str hash, bool cyclonedx, struct str *ret_hex)
{
    static const struct {
        const char *name, *cyclonedx, *spdx;
        size_t digits;
    } algorithms[] = {
        {"md5", "MD5", "MD5", 32},
        {"sha1", "SHA-1", "SHA1", 40},
        {"sha256", "SHA-256", "SHA256", 64},
        {"sha384", "SHA-384", "SHA384", 96},
        {"sha512", "SHA-512", "SHA512", 128},
    };
    struct str name;
    if (!str_cut(&hash, ':', &name))
        return NULL;
    for (size_t i = 0; i < hash.len; i++) {
        char c = hash.data[i];
        if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
            return NULL;
    }
    *ret_hex = hash;
    for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
        if (str_is(name, algorithms[i].name) && hash.len == algorithms[i].digits)
            return cyclonedx ? algorithms[i].cyclonedx : algorithms[i].spdx;
    return NULL;
}
