#include "vulndb/format.h"

#include <stdio.h>

void format_put_number(struct buf *buf, uint64_t number)
{
    while (number >= 0x80) {
        buf_putc(buf, (char)(number | 0x80));
        number >>= 7;
    }
    buf_putc(buf, (char)number);
}

static bool all_digits(struct str text, uint64_t *ret_value)
{
    return text.len && text.data[0] >= '0' && text.data[0] <= '9' && str_to_u64(text, ret_value);
}

bool format_parse_cve(struct str id, uint16_t *ret_year, uint32_t *ret_number)
{
    uint64_t year, number;
    if (id.len < 13 || !str_starts(id, STR("CVE-")) || id.data[8] != '-')
        return false;
    struct str digits = str_from(id, 9);
    if (!all_digits(str_first(str_from(id, 4), 4), &year) || !all_digits(digits, &number))
        return false;
    /* More than four digits have no leading zero: the id can be made again from its numbers. */
    if (number > UINT32_MAX || (digits.len > 4 && digits.data[0] == '0'))
        return false;
    *ret_year = (uint16_t)year;
    *ret_number = (uint32_t)number;
    return true;
}

bool format_vulnerability_key(struct str id, struct buf *key)
{
    uint16_t year;
    uint32_t number;
    key->len = 0;
    buf_putc(key, KEY_VULNERABILITY);
    if (!format_parse_cve(id, &year, &number)) {
        buf_add(key, id);
        return id.len && id.len < KEY_MAX && (unsigned char)id.data[0] != 1;
    }
    buf_putc(key, 1);
    for (int shift = 8; shift >= 0; shift -= 8)
        buf_putc(key, (char)(year >> shift));
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_putc(key, (char)(number >> shift));
    return true;
}

void format_vulnerability_id(struct str key, struct buf *id)
{
    const unsigned char *at = (const unsigned char *)key.data;
    id->len = 0;
    if (key.len < 2 || key.data[0] != KEY_VULNERABILITY)
        return;
    if (at[1] != 1)
        buf_add(id, str_from(key, 1));
    else if (key.len == 8)
        buf_printf(id, "CVE-%04u-%04u", (unsigned)at[2] << 8 | at[3],
                   (unsigned)at[4] << 24 | (unsigned)at[5] << 16 | (unsigned)at[6] << 8 | at[7]);
}

bool format_package_key(struct str name_space, struct str package, char ret_key[KEY_MAX],
                        size_t *ret_len)
{
    size_t len = name_space.len + package.len + 2;
    if (name_space.len > KEY_MAX || package.len > KEY_MAX || len > KEY_MAX || !package.len)
        return false;
    char *at = ret_key;
    *at++ = KEY_PACKAGE;
    memcpy(at, name_space.data, name_space.len);
    at += name_space.len;
    *at++ = '\0';
    memcpy(at, package.data, package.len);
    *ret_len = len;
    return true;
}
