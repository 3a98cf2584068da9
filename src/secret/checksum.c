/* Tokens with check digits of their own: a wrong one was made up, or mistyped. */
#include <string.h>

#include "secret/scanner.h"

/* CRC-32 of ISO 3309, as gzip and PNG use it. */
static uint32_t crc32_of(struct str bytes)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= (unsigned char)bytes.data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
    }
    return ~crc;
}

/* GitHub's and npm's: behind the prefix 30 characters, and the CRC-32 of them in six digits of base
 * 62 (GitHub's blog, "Behind GitHub's new authentication token formats", 2021). */
static bool crc32_base62(struct str secret)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t prefix = str_index(secret, '_');
    if (prefix == SIZE_MAX || secret.len < prefix + 8)
        return false;
    struct str body = str_make(secret.data + prefix + 1, secret.len - prefix - 7);
    uint32_t number = crc32_of(body);
    for (size_t i = 0; i < 6; i++) {
        if (secret.data[secret.len - 1 - i] != digits[number % 62])
            return false;
        number /= 62;
    }
    return true;
}

/* Grafana's service accounts: behind the last '_' the CRC-32 of all before it, little endian, in
 * hexadecimal digits. */
static bool grafana(struct str secret)
{
    size_t at = str_last_index(secret, '_');
    if (at == SIZE_MAX || secret.len != at + 9)
        return false;
    uint32_t number = crc32_of(str_first(secret, at));
    for (size_t i = 0; i < 8; i++) {
        unsigned nibble = number >> (i / 2 * 8 + (i % 2 ? 0 : 4)) & 15;
        char c = secret.data[at + 1 + i];
        if (c != "0123456789abcdef"[nibble] && c != "0123456789ABCDEF"[nibble])
            return false;
    }
    return true;
}

bool secret_checksum_holds(const char *name, struct str secret)
{
    static const struct {
        const char *name;
        bool (*holds)(struct str secret);
    } checks[] = {{"github", crc32_base62}, {"npm", crc32_base62}, {"grafana", grafana}};
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        if (strcmp(name, checks[i].name) == 0)
            return checks[i].holds(secret);
    return true;
}
