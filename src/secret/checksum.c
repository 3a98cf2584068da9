/* Tokens that tell by themselves whether they can be real: by check digits (a wrong one was made
 * up, or mistyped) or by what they are an encoding of. */
#include <string.h>

#include "base/base64.h"
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

/* GitLab's routable ones, PAYLOAD.VERSION.LENGTH and seven digits of base 36: the CRC-32 of all
 * before these (lib/authn/token_field/generator/routable_token.rb of GitLab). Those before version
 * 1 have two parts and are passed. */
static bool gitlab(struct str secret)
{
    enum { DIGITS = 7 };
    size_t dot = str_index(secret, '.');
    if (dot == SIZE_MAX || str_last_index(secret, '.') == dot || secret.len < DIGITS)
        return dot != SIZE_MAX;
    uint32_t number = crc32_of(str_first(secret, secret.len - DIGITS));
    for (size_t i = 0; i < DIGITS; i++, number /= 36)
        if (secret.data[secret.len - 1 - i] != "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36])
            return false;
    return true;
}

/* A JSON web token (RFC 7519): the first part is base64url of an object with a member "alg". */
static bool jwt(struct str secret)
{
    AUTO_BUF header = {0};
    size_t dot = str_index(secret, '.');
    return dot != SIZE_MAX && base64_decode(str_first(secret, dot), &header) &&
           str_starts(buf_str(&header), STR("{")) &&
           str_find(buf_str(&header), STR("\"alg\"")) != SIZE_MAX;
}

/* RFC 7617: base64 of USER:PASSWORD, without control characters; the password is not empty. */
static bool basic_auth(struct str secret)
{
    AUTO_BUF pair = {0};
    if (!base64_decode(secret, &pair))
        return false;
    for (size_t i = 0; i < pair.len; i++)
        if ((unsigned char)pair.data[i] < 0x20 || pair.data[i] == 0x7f)
            return false;
    size_t colon = str_index(buf_str(&pair), ':');
    return colon != SIZE_MAX && pair.data[pair.len - 1] != ':';
}

bool secret_checksum_holds(const char *name, struct str secret)
{
    static const struct {
        const char *name;
        bool (*holds)(struct str secret);
    } checks[] = {{"github", crc32_base62}, {"npm", crc32_base62}, {"grafana", grafana},
                  {"gitlab", gitlab},       {"jwt", jwt},          {"basic-auth", basic_auth}};
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        if (strcmp(name, checks[i].name) == 0)
            return checks[i].holds(secret);
    return true;
}
