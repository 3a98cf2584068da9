#include "password/derived.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <strings.h>

#include "base/base64.h"

enum function {
    BY_PBKDF2,
    BY_SCRYPT,
    BY_SALT,   /* a digest of salt and word, or HMAC with the salt as its key */
    BY_SUFFIX, /* a digest of word and salt */
    BY_TOMCAT, /* a digest of salt and word, again and again; or PBKDF2 with SHA-1 or SHA-512 */
};
struct derived {
    enum function function;
    const char *name;
    const EVP_MD *kind;
    uint64_t rounds, block, lanes; /* of scrypt N, r and p */
    struct buf salt, want;
};

static void derived_free(struct derived *derived)
{
    buf_free(&derived->salt);
    buf_free(&derived->want);
}

/* ---- parts of the text ---- */

static const EVP_MD *kind_of(struct str name)
{
    static const struct {
        const char *name;
        const EVP_MD *(*kind)(void);
    } kinds[] = {
        {"md5", EVP_md5},       {"sha1", EVP_sha1},     {"sha", EVP_sha1},
        {"sha224", EVP_sha224}, {"sha256", EVP_sha256}, {"sha384", EVP_sha384},
        {"sha512", EVP_sha512},
    };
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (name.len == strlen(kinds[i].name) &&
            strncasecmp(name.data, kinds[i].name, name.len) == 0)
            return kinds[i].kind();
    return NULL;
}

static const EVP_MD *kind_of_length(size_t bytes)
{
    switch (bytes) {
    case 16:
        return EVP_md5();
    case 20:
        return EVP_sha1();
    case 32:
        return EVP_sha256();
    case 64:
        return EVP_sha512();
    default:
        return NULL;
    }
}

static bool take_hex(struct str text, struct buf *ret)
{
    for (size_t i = 0; i + 1 < text.len; i += 2) {
        int high = str_hex_digit(text.data[i]), low = str_hex_digit(text.data[i + 1]);
        if (high < 0 || low < 0)
            return false;
        buf_putc(ret, (char)(high << 4 | low));
    }
    return text.len && text.len % 2 == 0;
}

/* passlib's: '.' in the place of '+', without padding. */
static bool take_base64(struct str text, struct buf *ret)
{
    AUTO_BUF plain = {0};
    for (size_t i = 0; i < text.len; i++)
        buf_putc(&plain, text.data[i] == '.' ? '+' : text.data[i]);
    return text.len && base64_decode(buf_str(&plain), ret);
}

/* ---- the texts ---- */

/* pbkdf2_sha256$ROUNDS$SALT$BASE64 */
static bool read_django(struct str text, struct derived *ret)
{
    struct str name, rounds, salt;
    if (!str_cut(&text, '$', &name) || !str_cut(&text, '$', &rounds) || !str_cut(&text, '$', &salt))
        return false;
    ret->kind = kind_of(str_from(name, 7));
    ret->name = "Django PBKDF2";
    buf_add(&ret->salt, salt);
    return ret->kind && str_to_u64(rounds, &ret->rounds) && take_base64(text, &ret->want);
}

/* scrypt$N$SALT$R$P$BASE64 */
static bool read_django_scrypt(struct str text, struct derived *ret)
{
    struct str name, n, salt, r, p;
    if (!str_cut(&text, '$', &name) || !str_cut(&text, '$', &n) || !str_cut(&text, '$', &salt) ||
        !str_cut(&text, '$', &r) || !str_cut(&text, '$', &p))
        return false;
    ret->function = BY_SCRYPT;
    ret->name = "scrypt";
    buf_add(&ret->salt, salt);
    return str_to_u64(n, &ret->rounds) && str_to_u64(r, &ret->block) &&
           str_to_u64(p, &ret->lanes) && take_base64(text, &ret->want);
}

/* ROUNDS$SALT$HASH behind "$pbkdf2-sha256$" or "{PBKDF2-SHA256}". */
static bool read_passlib(struct str text, struct derived *ret)
{
    struct str name, rounds, salt;
    char end = text.data[0] == '{' ? '}' : '$';
    text = str_from(text, 1);
    if (!str_cut(&text, end, &name) || !str_cut(&text, '$', &rounds) || !str_cut(&text, '$', &salt))
        return false;
    ret->kind = name.len > 7 ? kind_of(str_from(name, 7)) : EVP_sha1();
    ret->name = "PBKDF2";
    return ret->kind && str_to_u64(rounds, &ret->rounds) && take_base64(salt, &ret->salt) &&
           take_base64(text, &ret->want);
}

/* pbkdf2:sha256:ROUNDS$SALT$HEX and scrypt:N:R:P$SALT$HEX */
static bool read_werkzeug(struct str text, struct derived *ret)
{
    struct str method, salt, name, part[3] = {STR_NONE, STR_NONE, STR_NONE};
    if (!str_cut(&text, '$', &method) || !str_cut(&text, '$', &salt) ||
        !str_cut(&method, ':', &name))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(part); i++)
        str_cut(&method, ':', &part[i]);
    buf_add(&ret->salt, salt);
    ret->name = str_is(name, "scrypt") ? "scrypt" : "PBKDF2";
    if (str_is(name, "scrypt")) {
        ret->function = BY_SCRYPT;
        return str_to_u64(part[0], &ret->rounds) && str_to_u64(part[1], &ret->block) &&
               str_to_u64(part[2], &ret->lanes) && take_hex(text, &ret->want);
    }
    ret->kind = kind_of(part[0]);
    return ret->kind && str_to_u64(part[1], &ret->rounds) && take_hex(text, &ret->want);
}

/* sha1$SALT$HEX: Django puts the salt before the word, Werkzeug makes it the key of HMAC. */
static bool read_salted(struct str text, struct derived *ret)
{
    struct str name, salt;
    if (!str_cut(&text, '$', &name) || !str_cut(&text, '$', &salt))
        return false;
    ret->function = BY_SALT;
    ret->name = "salted digest";
    ret->kind = kind_of(name);
    ret->rounds = 1;
    buf_add(&ret->salt, salt);
    return ret->kind && take_hex(text, &ret->want);
}

/* CouchDB, [admins]: -pbkdf2-HEX,SALT,ROUNDS, -pbkdf2:sha256-HEX,SALT,ROUNDS, -hashed-HEX,SALT. */
static bool read_couchdb(struct str text, struct derived *ret)
{
    struct str name, want, salt;
    text = str_from(text, 1);
    if (!str_cut(&text, '-', &name) || !str_cut(&text, ',', &want) || !str_cut(&text, ',', &salt))
        return false;
    buf_add(&ret->salt, salt);
    ret->kind = EVP_sha1();
    if (str_is(name, "hashed")) {
        ret->function = BY_SUFFIX;
        ret->name = "salted SHA-1";
        ret->rounds = 1;
        return take_hex(want, &ret->want);
    }
    if (str_starts(name, STR("pbkdf2:")))
        ret->kind = kind_of(str_from(name, 7));
    ret->name = "PBKDF2";
    return ret->kind && str_to_u64(text, &ret->rounds) && take_hex(want, &ret->want);
}

/* mosquitto_passwd(1): $6$SALT$HASH, which is SHA-512 of word and salt, $7$ROUNDS$SALT$HASH. */
static bool read_mosquitto(struct str text, struct derived *ret)
{
    struct str salt;
    bool plain = str_starts(text, STR("$6$"));
    if (!plain && !str_starts(text, STR("$7$")))
        return false;
    text = str_from(text, 3);
    ret->kind = EVP_sha512();
    ret->function = plain ? BY_SUFFIX : BY_PBKDF2;
    ret->name = plain ? "salted SHA-512" : "PBKDF2";
    ret->rounds = 1;
    struct str rounds;
    if (!plain && (!str_cut(&text, '$', &rounds) || !str_to_u64(rounds, &ret->rounds)))
        return false;
    return str_cut(&text, '$', &salt) && take_base64(salt, &ret->salt) &&
           take_base64(text, &ret->want);
}

/* Tomcat's digest.sh: SALT$ROUNDS$HEX, the salt in hexadecimal, or the digest alone. */
static bool read_tomcat(struct str text, struct derived *ret)
{
    struct str salt, rounds;
    ret->function = BY_TOMCAT;
    ret->rounds = 1;
    ret->name = "digest";
    if (str_index(text, '$') == SIZE_MAX)
        return take_hex(text, &ret->want) && kind_of_length(ret->want.len);
    if (!str_cut(&text, '$', &salt) || !str_cut(&text, '$', &rounds))
        return false;
    return take_hex(salt, &ret->salt) && str_to_u64(rounds, &ret->rounds) &&
           take_hex(text, &ret->want);
}

/* GlassFish's keyfile: {SSHA256} and base64 of the digest and eight bytes of salt; the digest of
 * word and salt is made a hundred times. */
static bool read_glassfish(struct str text, struct derived *ret)
{
    enum { ROUNDS = 100 };
    AUTO_BUF bytes = {0};
    size_t end = str_index(text, '}');
    ret->function = BY_SUFFIX;
    ret->name = "salted digest";
    ret->kind = str_starts(text, STR("{SSHA256}")) ? EVP_sha256() : EVP_sha1();
    ret->rounds = str_starts(text, STR("{SSHA256}")) ? ROUNDS : 1;
    size_t len = (size_t)EVP_MD_get_size(ret->kind);
    if (!str_starts(text, STR("{SSHA")) || !take_base64(str_from(text, end + 1), &bytes) ||
        bytes.len < len)
        return false;
    buf_add(&ret->want, str_first(buf_str(&bytes), len));
    buf_add(&ret->salt, str_from(buf_str(&bytes), len));
    return true;
}

/* Solr's security.json: base64 of SHA-256 of SHA-256 of salt and word, a space, base64 of the salt.
 */
static bool read_solr(struct str text, struct derived *ret)
{
    struct str want;
    ret->function = BY_SALT;
    ret->name = "salted SHA-256";
    ret->kind = EVP_sha256();
    ret->rounds = 2;
    return str_cut(&text, ' ', &want) && base64_decode(want, &ret->want) &&
           ret->want.len == (size_t)EVP_MD_get_size(ret->kind) && base64_decode(text, &ret->salt);
}

static bool read_text(enum hash_form form, struct str text, struct derived *ret)
{
    static const struct {
        const char *prefix;
        bool (*read)(struct str text, struct derived *ret);
    } readers[] = {
        {"pbkdf2_sha", read_django}, {"scrypt$", read_django_scrypt}, {"$pbkdf2", read_passlib},
        {"{PBKDF2", read_passlib},   {"pbkdf2:", read_werkzeug},      {"scrypt:", read_werkzeug},
        {"md5$", read_salted},       {"sha1$", read_salted},          {"sha256$", read_salted},
        {"sha512$", read_salted},    {"-pbkdf2", read_couchdb},       {"-hashed-", read_couchdb},
    };
    *ret = (struct derived){.function = BY_PBKDF2};
    if (form == HASH_MOSQUITTO)
        return read_mosquitto(text, ret);
    if (form == HASH_TOMCAT)
        return read_tomcat(text, ret);
    if (form == HASH_GLASSFISH)
        return read_glassfish(text, ret);
    if (text.len > 44 && text.data[43] == '=' && text.data[44] == ' ')
        return read_solr(text, ret);
    for (size_t i = 0; i < ARRAY_LEN(readers); i++)
        if (str_starts(text, str_of(readers[i].prefix)))
            return readers[i].read(text, ret);
    return false;
}

/* ---- what it costs ---- */

static bool fits(const struct derived *derived)
{
    enum { LONGEST_WANT = 256 };
    if (derived->want.len < 8 || derived->want.len > LONGEST_WANT || derived->rounds == 0)
        return false;
    if (derived->function == BY_SALT || derived->function == BY_SUFFIX)
        return derived->want.len == (size_t)EVP_MD_get_size(derived->kind);
    return derived->function != BY_SCRYPT || (derived->block && derived->lanes);
}

static uint64_t capped(uint64_t value)
{
    return value < UINT32_MAX ? value : UINT32_MAX;
}

static void measure(const struct derived *derived, struct password_hash *ret)
{
    uint64_t rounds = capped(derived->rounds), block = capped(derived->block);
    ret->cost = 1 + rounds / 2;
    if (derived->function == BY_TOMCAT)
        ret->cost = 1 + 2 * rounds; /* all that it may be is tried */
    if (derived->function != BY_SCRYPT)
        return;
    bool sane = block <= 1024 && derived->lanes <= 1024;
    ret->memory = sane ? 128 * block * rounds : UINT64_MAX;
    ret->cost = sane ? capped(1 + ret->memory / 130 * derived->lanes) : UINT32_MAX;
}

bool derived_measure(enum hash_form form, struct str text, struct password_hash *ret)
{
    struct derived derived;
    bool known = read_text(form, text, &derived) && fits(&derived);
    if (known) {
        bool fast =
            derived.function != BY_PBKDF2 && derived.function != BY_SCRYPT && derived.rounds < 1000;
        *ret = (struct password_hash){.form = form,
                                      .name = derived.name,
                                      .text = text,
                                      .old = fast ? SEVERITY_LOW : SEVERITY_UNKNOWN};
        measure(&derived, ret);
    }
    derived_free(&derived);
    return known;
}

/* ---- whether this is it ---- */

static bool is_wanted(const struct derived *derived, const unsigned char *got, size_t len)
{
    return len == derived->want.len && memcmp(got, derived->want.data, len) == 0;
}

static bool by_pbkdf2(const struct derived *derived, const EVP_MD *kind, struct str word)
{
    unsigned char got[256];
    return derived->rounds < INT_MAX && derived->want.len <= sizeof(got) &&
           PKCS5_PBKDF2_HMAC(word.data ? word.data : "", (int)word.len,
                             (const unsigned char *)derived->salt.data, (int)derived->salt.len,
                             (int)derived->rounds, kind, (int)derived->want.len, got) == 1 &&
           is_wanted(derived, got, derived->want.len);
}

static bool by_scrypt(const struct derived *derived, struct str word)
{
    unsigned char got[256];
    uint64_t most = 256 * derived->rounds * derived->block + (1 << 20);
    return derived->want.len <= sizeof(got) &&
           EVP_PBE_scrypt(word.data ? word.data : "", word.len,
                          (const unsigned char *)derived->salt.data, derived->salt.len,
                          derived->rounds, derived->block, derived->lanes, most, got,
                          derived->want.len) == 1 &&
           is_wanted(derived, got, derived->want.len);
}

/* The digest of both, again and again. */
static bool by_digest(const struct derived *derived, const EVP_MD *kind, struct str a, struct str b)
{
    AUTO_BUF both = {0};
    unsigned char got[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    buf_add(&both, a);
    buf_add(&both, b);
    EVP_Digest(both.data ? both.data : "", both.len, got, &len, kind, NULL);
    for (uint64_t left = derived->rounds; left > 1; left--)
        EVP_Digest(got, len, got, &len, kind, NULL);
    return is_wanted(derived, got, len);
}

static bool by_hmac(const struct derived *derived, struct str word)
{
    unsigned char got[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    return HMAC(derived->kind, derived->salt.data ? derived->salt.data : "", (int)derived->salt.len,
                (const unsigned char *)(word.data ? word.data : ""), word.len, got, &len) &&
           is_wanted(derived, got, len);
}

static bool by_tomcat(const struct derived *derived, struct str word)
{
    const EVP_MD *kind = kind_of_length(derived->want.len);
    return (kind && by_digest(derived, kind, buf_str(&derived->salt), word)) ||
           (derived->salt.len &&
            (by_pbkdf2(derived, EVP_sha1(), word) || by_pbkdf2(derived, EVP_sha512(), word)));
}

static bool derive(const struct derived *derived, struct str word)
{
    struct str salt = buf_str(&derived->salt);
    switch (derived->function) {
    case BY_PBKDF2:
        return by_pbkdf2(derived, derived->kind, word);
    case BY_SCRYPT:
        return by_scrypt(derived, word);
    case BY_SALT:
        return by_digest(derived, derived->kind, salt, word) || by_hmac(derived, word);
    case BY_SUFFIX:
        return by_digest(derived, derived->kind, word, salt);
    case BY_TOMCAT:
        return by_tomcat(derived, word);
    }
    return false;
}

bool derived_try(const struct password_hash *hash, struct str word)
{
    struct derived derived;
    bool opened =
        read_text(hash->form, hash->text, &derived) && fits(&derived) && derive(&derived, word);
    derived_free(&derived);
    return opened;
}
