#include "password/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <strings.h>

#include "base/base64.h"
#include "base/hash.h"
#include "base/limits.h"
#include "password/argon2_library.h"
#include "password/crypt_library.h"
#include "password/derived.h"
#include "password/md5_crypt.h"

/* ---- which kind ---- */

static bool is_hex(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!((text.data[i] >= '0' && text.data[i] <= '9') ||
              (text.data[i] >= 'a' && text.data[i] <= 'f') ||
              (text.data[i] >= 'A' && text.data[i] <= 'F')))
            return false;
    return text.len > 0;
}

/* crypt(5)'s alphabet of 64 characters, in order; -1: none of it. */
static int digit64(char c)
{
    static const char digits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static bool is_crypt64(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (digit64(text.data[i]) < 0)
            return false;
    return text.len > 0;
}

/* "rounds=N$" behind the prefix; else the kind's own number. */
static uint64_t rounds_of(struct str rest, uint64_t otherwise)
{
    uint64_t rounds;
    if (!str_starts(rest, STR("rounds=")))
        return otherwise;
    rest = str_from(rest, 7);
    return str_to_u64(str_first(rest, str_index(rest, '$')), &rounds) ? rounds : UINT32_MAX;
}

/* 5000 rounds of sha512crypt take 2.2 ms. */
static void cost_sha(struct password_hash *hash, struct str rest)
{
    hash->cost = 1 + rounds_of(rest, 5000) / 2;
}

static void cost_sha1(struct password_hash *hash, struct str rest)
{
    uint64_t rounds;
    bool known = str_to_u64(str_first(rest, str_index(rest, '$')), &rounds);
    hash->cost = 1 + (known ? rounds : UINT32_MAX);
}

static void cost_bcrypt(struct password_hash *hash, struct str rest)
{
    uint64_t power;
    bool known = str_to_u64(str_first(rest, 2), &power) && power < 32;
    hash->cost = known ? 52 * (1ULL << power) : UINT32_MAX;
}

/* crypt(5), "yescrypt": flags, then log2(N) and r, a digit each in the forms that are in use. */
static void cost_yescrypt(struct password_hash *hash, struct str rest)
{
    struct str params = str_first(rest, str_index(rest, '$'));
    int power = params.len == 3 ? digit64(params.data[1]) : -1,
        r = params.len == 3 ? digit64(params.data[2]) : -1;
    bool known = power >= 0 && power < 30 && r >= 0 && r < 62;
    hash->memory = known ? 128ULL * ((uint64_t)r + 1) << (power + 1) : UINT64_MAX;
    hash->cost = known ? 1 + hash->memory / 800 : UINT32_MAX;
}

/* $7$: log2(N) a digit, r and p five digits each, the lowest first. */
static void cost_scrypt(struct password_hash *hash, struct str rest)
{
    uint64_t r = 0, p = 0;
    int power = rest.len > 11 ? digit64(rest.data[0]) : -1;
    for (size_t i = 5; power >= 0 && i > 0; i--) {
        r = r << 6 | (uint64_t)(digit64(rest.data[i]) & 63);
        p = p << 6 | (uint64_t)(digit64(rest.data[5 + i]) & 63);
    }
    bool known = power > 0 && power < 30 && r && r < 1024 && p && p < 1024;
    hash->memory = known ? 128ULL * r << power : UINT64_MAX;
    hash->cost = known ? 1 + hash->memory / 130 * p : UINT32_MAX;
}

/* phpass: log2 of the rounds, a digit. */
static void cost_phpass(struct password_hash *hash, struct str rest)
{
    int power = rest.len ? digit64(rest.data[0]) : -1;
    hash->cost = power > 0 && power < 31 ? 1 + (1ULL << power) / 3 : UINT32_MAX;
}

static void cost_pbkdf2(struct password_hash *hash, struct str rest)
{
    uint64_t rounds;
    size_t end = 0;
    while (end < rest.len && rest.data[end] >= '0' && rest.data[end] <= '9')
        end++;
    hash->cost = str_to_u64(str_first(rest, end), &rounds) ? 1 + rounds / 2 : UINT32_MAX;
}

/* $argon2id$v=19$m=KIB,t=PASSES,p=LANES$... */
static void cost_argon2(struct password_hash *hash, struct str rest)
{
    enum { MOST_LANES = 16 };
    uint64_t memory = 0, passes = 0, lanes = 0;
    size_t at = str_find(rest, STR("m="));
    struct str params = str_from(rest, at), part;
    params = str_first(params, str_index(params, '$'));
    while (str_cut(&params, ',', &part)) {
        uint64_t value;
        if (part.len < 3 || part.data[1] != '=' || !str_to_u64(str_from(part, 2), &value))
            continue;
        memory = part.data[0] == 'm' ? value : memory;
        passes = part.data[0] == 't' ? value : passes;
        lanes = part.data[0] == 'p' ? value : lanes;
    }
    bool known = memory && memory < UINT32_MAX && passes && passes < UINT32_MAX && lanes &&
                 lanes <= MOST_LANES;
    hash->memory = known ? memory * 1024 : UINT64_MAX;
    hash->cost = known && memory * passes < UINT32_MAX ? 1 + memory * passes : UINT32_MAX;
}

static const struct {
    const char *prefix; /* those in braces whatever the case */
    enum hash_form form;
    const char *name;
    enum severity old;
    uint64_t cost; /* where nothing in the hash says it */
    void (*measure)(struct password_hash *hash, struct str rest);
} prefixes[] = {
    {"$y$", HASH_CRYPT, "yescrypt", SEVERITY_UNKNOWN, 0, cost_yescrypt},
    {"$gy$", HASH_CRYPT, "gost-yescrypt", SEVERITY_UNKNOWN, 0, cost_yescrypt},
    {"$7$", HASH_CRYPT, "scrypt", SEVERITY_UNKNOWN, 0, cost_scrypt},
    {"$2a$", HASH_CRYPT, "bcrypt", SEVERITY_UNKNOWN, 0, cost_bcrypt},
    {"$2b$", HASH_CRYPT, "bcrypt", SEVERITY_UNKNOWN, 0, cost_bcrypt},
    {"$2y$", HASH_CRYPT, "bcrypt", SEVERITY_UNKNOWN, 0, cost_bcrypt},
    {"$2x$", HASH_CRYPT, "bcrypt", SEVERITY_MEDIUM, 0, cost_bcrypt},
    {"$6$", HASH_CRYPT, "sha512crypt", SEVERITY_UNKNOWN, 0, cost_sha},
    {"$5$", HASH_CRYPT, "sha256crypt", SEVERITY_UNKNOWN, 0, cost_sha},
    {"$1$", HASH_CRYPT, "md5crypt", SEVERITY_MEDIUM, 140, NULL},
    {"$sha1$", HASH_CRYPT, "sha1crypt", SEVERITY_MEDIUM, 0, cost_sha1},
    {"$md5", HASH_CRYPT, "SunMD5", SEVERITY_MEDIUM, 7000, NULL},
    {"$3$", HASH_CRYPT, "NT", SEVERITY_HIGH, 2, NULL},
    {"$apr1$", HASH_APR1, "apr1", SEVERITY_LOW, 300, NULL},
    {"$P$", HASH_PHPASS, "phpass", SEVERITY_LOW, 0, cost_phpass},
    {"$H$", HASH_PHPASS, "phpass", SEVERITY_LOW, 0, cost_phpass},
    {"{SHA}", HASH_LDAP, "SHA-1", SEVERITY_MEDIUM, 1, NULL},
    {"{SSHA}", HASH_LDAP, "salted SHA-1", SEVERITY_LOW, 1, NULL},
    {"{MD5}", HASH_LDAP, "MD5", SEVERITY_HIGH, 1, NULL},
    {"{SMD5}", HASH_LDAP, "salted MD5", SEVERITY_MEDIUM, 1, NULL},
    {"{SHA256}", HASH_LDAP, "SHA-256", SEVERITY_MEDIUM, 1, NULL},
    {"{SSHA256}", HASH_LDAP, "salted SHA-256", SEVERITY_LOW, 1, NULL},
    {"{SHA512}", HASH_LDAP, "SHA-512", SEVERITY_MEDIUM, 1, NULL},
    {"{SSHA512}", HASH_LDAP, "salted SHA-512", SEVERITY_LOW, 1, NULL},
    {"SCRAM-SHA-256$", HASH_SCRAM, "SCRAM-SHA-256", SEVERITY_UNKNOWN, 0, cost_pbkdf2},
    {"$argon2id$", HASH_ARGON2, "argon2id", SEVERITY_UNKNOWN, 0, cost_argon2},
    {"$argon2i$", HASH_ARGON2, "argon2i", SEVERITY_UNKNOWN, 0, cost_argon2},
    {"$argon2d$", HASH_ARGON2, "argon2d", SEVERITY_UNKNOWN, 0, cost_argon2},
};

static bool has_prefix(struct str text, struct str prefix)
{
    return text.len >= prefix.len &&
           (prefix.data[0] == '{' ? strncasecmp(text.data, prefix.data, prefix.len) == 0
                                  : str_starts(text, prefix));
}

static bool by_prefix(struct str text, struct password_hash *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        struct str prefix = str_of(prefixes[i].prefix);
        if (!has_prefix(text, prefix) || text.len < prefix.len + 8)
            continue;
        *ret = (struct password_hash){.form = prefixes[i].form,
                                      .name = prefixes[i].name,
                                      .text = text,
                                      .old = prefixes[i].old,
                                      .cost = prefixes[i].cost};
        if (prefixes[i].measure)
            prefixes[i].measure(ret, str_from(text, prefix.len));
        return true;
    }
    return false;
}

/* Names of schemes (LDAP, Dovecot, Django, Jenkins, Jupyter) before a hash that says itself what it
 * is. */
static struct str without_scheme(struct str text)
{
    static const char *const schemes[] = {
        "{CRYPT}",     "{SHA512-CRYPT}", "{SHA256-CRYPT}", "{MD5-CRYPT}", "{BLF-CRYPT}",
        "{DES-CRYPT}", "{ARGON2ID}",     "{ARGON2I}",      "{ARGON2}",    "{SCRAM-SHA-256}",
        "bcrypt$",     "#jbcrypt:",      "argon2:"};
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
        if (has_prefix(text, str_of(schemes[i])))
            return str_from(text, strlen(schemes[i]));
    return str_starts(text, STR("argon2$argon2")) ? str_from(text, 6) : text;
}

static bool by_form(struct str text, struct password_hash *ret_hash)
{
    enum { DES = 13, BSDI = 20 };
    *ret_hash = (struct password_hash){.text = text, .cost = 1};
    if (text.len == 41 && text.data[0] == '*' && is_hex(str_from(text, 1))) {
        ret_hash->form = HASH_MYSQL;
        ret_hash->name = "mysql_native_password";
        ret_hash->old = SEVERITY_LOW;
    } else if (text.len == 35 && str_starts(text, STR("md5")) && is_hex(str_from(text, 3))) {
        ret_hash->form = HASH_POSTGRES;
        ret_hash->name = "PostgreSQL md5";
        ret_hash->old = SEVERITY_LOW;
    } else if (text.len == BSDI && text.data[0] == '_' && is_crypt64(str_from(text, 1))) {
        ret_hash->form = HASH_CRYPT;
        ret_hash->name = "BSDi DES";
        ret_hash->old = SEVERITY_HIGH;
        ret_hash->cost =
            1 + ((uint64_t)digit64(text.data[1]) | (uint64_t)digit64(text.data[2]) << 6 |
                 (uint64_t)digit64(text.data[3]) << 12 | (uint64_t)digit64(text.data[4]) << 18) /
                    4;
    } else if (text.len == DES && is_crypt64(text)) {
        ret_hash->form = HASH_CRYPT;
        ret_hash->name = "DES";
        ret_hash->old = SEVERITY_HIGH;
        ret_hash->cost = 14;
    }
    return ret_hash->form != HASH_NONE;
}

bool password_hash_parse(struct str text, struct password_hash *ret_hash)
{
    enum { LONGEST = 512 };
    if (text.len == 0 || text.len > LONGEST || memchr(text.data, '\0', text.len))
        return false;
    text = without_scheme(text);
    if (str_starts(text, STR("bcrypt_sha256$")) && by_prefix(str_from(text, 14), ret_hash)) {
        ret_hash->form = HASH_BCRYPT_SHA256;
        return true;
    }
    return by_prefix(text, ret_hash) || derived_measure(HASH_DERIVED, text, ret_hash) ||
           by_form(text, ret_hash);
}

bool password_hash_is_bare(const struct password_hash *hash)
{
    return hash->form == HASH_CRYPT && hash->text.data[0] != '$';
}

bool password_hash_is_unknown(struct str text)
{
    enum { SHORTEST = 20 };
    struct password_hash ignored;
    if (text.len < SHORTEST || text.data[0] != '$' || str_index(str_from(text, 1), '$') == SIZE_MAX)
        return false;
    return !password_hash_parse(text, &ignored);
}

bool password_hash_is_missing(const struct password_hash *hash)
{
    if (hash->form == HASH_ARGON2)
        return !argon2_library_available();
    return (hash->form == HASH_CRYPT || hash->form == HASH_BCRYPT_SHA256) &&
           !crypt_library_available();
}

/* ---- whether this is it ---- */

static bool same_hex(const unsigned char *digest, size_t len, struct str hex)
{
    char text[2 * EVP_MAX_MD_SIZE + 1];
    hash_hex(digest, len, text);
    return hex.len == 2 * len && strncasecmp(text, hex.data, hex.len) == 0;
}

static size_t digest_two(const EVP_MD *kind, struct str a, struct str b, unsigned char *ret)
{
    AUTO_BUF both = {0};
    unsigned len = 0;
    buf_add(&both, a);
    buf_add(&both, b);
    EVP_Digest(both.data ? both.data : "", both.len, ret, &len, kind, NULL);
    return len;
}

static const EVP_MD *ldap_kind(struct str name)
{
    if (name.len > 3 && strncasecmp(name.data + name.len - 3, "MD5", 3) == 0)
        return EVP_md5();
    if (str_ends(name, STR("256")))
        return EVP_sha256();
    return str_ends(name, STR("512")) ? EVP_sha512() : EVP_sha1();
}

static bool try_ldap(const struct password_hash *hash, struct str word)
{
    AUTO_BUF bytes = {0};
    unsigned char digest[EVP_MAX_MD_SIZE];
    size_t end = str_index(hash->text, '}');
    const EVP_MD *kind = ldap_kind(str_first(hash->text, end));
    size_t len = (size_t)EVP_MD_get_size(kind);
    if (!base64_decode(str_from(hash->text, end + 1), &bytes) || bytes.len < len)
        return false;
    digest_two(kind, word, str_from(buf_str(&bytes), len), digest);
    return memcmp(digest, bytes.data, len) == 0;
}

static bool try_mysql(const struct password_hash *hash, struct str word)
{
    unsigned char once[EVP_MAX_MD_SIZE], twice[EVP_MAX_MD_SIZE];
    size_t len = digest_two(EVP_sha1(), word, STR_NONE, once);
    digest_two(EVP_sha1(), str_make((char *)once, len), STR_NONE, twice);
    return same_hex(twice, len, str_from(hash->text, 1));
}

static bool try_plain_digest(const EVP_MD *kind, struct str a, struct str b, struct str hex)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    return same_hex(digest, digest_two(kind, a, b, digest), hex);
}

static bool pbkdf2(const EVP_MD *kind, struct str word, struct str salt, uint64_t rounds,
                   unsigned char *ret)
{
    return rounds && rounds < INT32_MAX && salt.len < 4096 &&
           PKCS5_PBKDF2_HMAC(word.data ? word.data : "", (int)word.len,
                             (const unsigned char *)salt.data, (int)salt.len, (int)rounds, kind,
                             EVP_MD_get_size(kind), ret) == 1;
}

static bool try_scram(const struct password_hash *hash, struct str word)
{
    AUTO_BUF salt = {0}, stored = {0};
    unsigned char salted[EVP_MAX_MD_SIZE], client[EVP_MAX_MD_SIZE], key[EVP_MAX_MD_SIZE];
    struct str rest = str_from(hash->text, 14), iterations, salt_text;
    uint64_t rounds;
    if (!str_cut(&rest, ':', &iterations) || !str_cut(&rest, '$', &salt_text) ||
        !str_to_u64(iterations, &rounds) || !base64_decode(salt_text, &salt) ||
        !base64_decode(str_first(rest, str_index(rest, ':')), &stored) ||
        stored.len != SHA256_BYTES || !pbkdf2(EVP_sha256(), word, buf_str(&salt), rounds, salted))
        return false;
    HMAC(EVP_sha256(), salted, SHA256_BYTES, (const unsigned char *)"Client Key", 10, client, NULL);
    digest_two(EVP_sha256(), str_make((char *)client, SHA256_BYTES), STR_NONE, key);
    return memcmp(key, stored.data, SHA256_BYTES) == 0;
}

/* By their bytes: MD5, SHA-1, SHA-256, SHA-384, SHA-512; NULL: none is so long. */
static const EVP_MD *kind_of_bytes(size_t bytes)
{
    const EVP_MD *kinds[] = {EVP_md5(), EVP_sha1(), EVP_sha256(), EVP_sha384(), EVP_sha512()};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if ((size_t)EVP_MD_get_size(kinds[i]) == bytes)
            return kinds[i];
    return NULL;
}

static bool try_hex(const struct password_hash *hash, struct str word)
{
    const EVP_MD *kind = kind_of_bytes(hash->text.len / 2);
    return kind && try_plain_digest(kind, hash->prefix, word, hash->text);
}

static bool try_bcrypt_sha256(const struct password_hash *hash, struct str word)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char text[2 * EVP_MAX_MD_SIZE + 1];
    hash_hex(digest, digest_two(EVP_sha256(), word, STR_NONE, digest), text);
    return crypt_library_try(hash->text, str_of(text));
}

static bool try_rabbitmq(const struct password_hash *hash, struct str word)
{
    enum { SALT = 4 };
    AUTO_BUF bytes = {0};
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (!base64_decode(hash->text, &bytes) || bytes.len < SALT)
        return false;
    const EVP_MD *kind = kind_of_bytes(bytes.len - SALT);
    if (!kind)
        return false;
    size_t len = digest_two(kind, str_make(bytes.data, SALT), word, digest);
    return memcmp(digest, bytes.data + SALT, len) == 0;
}

bool password_hash_try(const struct password_hash *hash, struct str user, struct str word)
{
    switch (hash->form) {
    case HASH_CRYPT:
        return crypt_library_try(hash->text, word);
    case HASH_APR1:
        return md5_crypt_try(hash->text, word);
    case HASH_PHPASS:
        return phpass_try(hash->text, word);
    case HASH_LDAP:
        return try_ldap(hash, word);
    case HASH_MYSQL:
        return try_mysql(hash, word);
    case HASH_POSTGRES:
        return try_plain_digest(EVP_md5(), word, user, str_from(hash->text, 3));
    case HASH_HEX:
        return try_hex(hash, word);
    case HASH_SCRAM:
        return try_scram(hash, word);
    case HASH_DERIVED:
    case HASH_MOSQUITTO:
    case HASH_TOMCAT:
    case HASH_GLASSFISH:
        return derived_try(hash, word);
    case HASH_ARGON2:
        return argon2_library_try(hash->text, word);
    case HASH_BCRYPT_SHA256:
        return try_bcrypt_sha256(hash, word);
    case HASH_RABBITMQ:
        return try_rabbitmq(hash, word);
    case HASH_NONE:
        break;
    }
    return false;
}
