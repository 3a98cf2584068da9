#include "password/authorized_keys.h"

#include "base/base64.h"
#include "base/hash.h"
#include "password/internal.h"

enum { BLOB_MOST = 16 * 1024 };

/* ---- the line ---- */

/* The next word; quotes of options hold spaces together. */
static struct str next_word(struct str *rest)
{
    bool quoted = false;
    size_t end = 0;
    *rest = str_trim(*rest);
    for (; end < rest->len; end++) {
        char c = rest->data[end];
        if (c == '\\' && quoted && end + 1 < rest->len)
            end++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == ' ' || c == '\t'))
            break;
    }
    struct str word = str_first(*rest, end);
    *rest = str_from(*rest, end);
    return word;
}

static bool is_type(struct str word)
{
    return str_starts(word, STR("ssh-")) || str_starts(word, STR("ecdsa-sha2-")) ||
           str_starts(word, STR("sk-ssh-")) || str_starts(word, STR("sk-ecdsa-"));
}

/* ---- the blob: texts with their length in four bytes before them ---- */

static bool take_text(struct str *blob, struct str *ret)
{
    const unsigned char *at = (const unsigned char *)blob->data;
    if (blob->len < 4)
        return false;
    size_t len = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
    if (len > blob->len - 4)
        return false;
    *ret = str_make(blob->data + 4, len);
    *blob = str_from(*blob, 4 + len);
    return true;
}

static unsigned bits_of(struct str number)
{
    while (number.len && number.data[0] == 0)
        number = str_from(number, 1);
    if (number.len == 0)
        return 0;
    unsigned bits = (unsigned)(number.len - 1) * 8;
    for (unsigned char top = (unsigned char)number.data[0]; top; top >>= 1)
        bits++;
    return bits;
}

static unsigned remainder_of(struct str number, unsigned prime)
{
    unsigned left = 0;
    for (size_t i = 0; i < number.len; i++)
        left = (left << 8 | (unsigned char)number.data[i]) % prime;
    return left;
}

/* CVE-2017-15361 (Nemec and others, "The Return of Coppersmith's Attack", section 2): primes of
 * that library are powers of 65537 modulo the product of the first small primes, and so is the
 * modulus. Whether it is one modulo each of these primes tells it from others but for one in 2^27.
 */
static bool is_roca(struct str modulus)
{
    static const unsigned primes[] = {
        3,  5,  7,  11, 13, 17,  19,  23,  29,  31,  37,  41,  43,  47,  53,  59,  61,  67,  71,
        73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};
    for (size_t i = 0; i < ARRAY_LEN(primes); i++) {
        unsigned want = remainder_of(modulus, primes[i]), power = 1;
        do
            power = power * (65537 % primes[i]) % primes[i];
        while (power != want && power != 1);
        if (power != want)
            return false;
    }
    return true;
}

static enum key_weakness weakness_of_rsa(struct str blob, struct ssh_key *key)
{
    enum { ENOUGH = 2048 };
    struct str exponent, modulus;
    if (!take_text(&blob, &exponent) || !take_text(&blob, &modulus))
        return KEY_BROKEN;
    key->bits = bits_of(modulus);
    if (is_roca(modulus))
        return KEY_ROCA;
    return key->bits < ENOUGH ? KEY_SHORT : KEY_GOOD;
}

static void fingerprint(struct str blob, struct ssh_key *key)
{
    struct sha256 sha;
    unsigned char digest[SHA256_BYTES];
    AUTO_BUF text = {0};
    sha256_init(&sha);
    sha256_add(&sha, blob.data, blob.len);
    sha256_end(&sha, digest);
    buf_puts(&text, "SHA256:");
    base64_encode(str_make((const char *)digest, sizeof(digest)), &text);
    while (text.len && text.data[text.len - 1] == '=')
        text.len--;
    size_t len = text.len < sizeof(key->fingerprint) ? text.len : sizeof(key->fingerprint) - 1;
    memcpy(key->fingerprint, text.data, len);
    key->fingerprint[len] = '\0';
}

static enum key_weakness weakness_of(struct str blob, struct ssh_key *key)
{
    struct str type;
    fingerprint(blob, key);
    for (const struct known_key *known = known_keys; known->fingerprint; known++)
        if (strcmp(known->fingerprint, key->fingerprint + 7) == 0) {
            key->whose = known->whose;
            return KEY_KNOWN;
        }
    if (!take_text(&blob, &type) || !str_equal(type, key->type))
        return KEY_BROKEN;
    /* PROTOCOL.certkeys: a certificate has a nonce before the key's own numbers. */
    bool certificate = str_starts(type, STR("ssh-rsa-cert-v01@"));
    struct str nonce;
    if (certificate && !take_text(&blob, &nonce))
        return KEY_BROKEN;
    if (str_is(type, "ssh-dss") || str_starts(type, STR("ssh-dss-cert-v01@")))
        return KEY_DSA;
    return certificate || str_is(type, "ssh-rsa") ? weakness_of_rsa(blob, key) : KEY_GOOD;
}

bool ssh_key_of_line(struct str line, struct ssh_key *ret_key)
{
    AUTO_BUF blob = {0};
    struct str rest = str_trim(line), word;
    *ret_key = (struct ssh_key){.weakness = KEY_BROKEN};
    if (rest.len == 0 || rest.data[0] == '#')
        return false;
    word = next_word(&rest);
    if (!is_type(word))
        word = next_word(&rest); /* options stood before it */
    ret_key->type = word;
    word = next_word(&rest);
    ret_key->comment = str_trim(rest);
    if (is_type(ret_key->type) && word.len && word.len < BLOB_MOST && base64_decode(word, &blob))
        ret_key->weakness = weakness_of(buf_str(&blob), ret_key);
    return true;
}

/* ---- the files ---- */

void read_authorized_keys(struct password_file *file)
{
    static const char *const ids[] = {
        [KEY_KNOWN] = "password-key-known",
        [KEY_ROCA] = "password-key-roca",
        [KEY_SHORT] = "password-key-short",
        [KEY_DSA] = "password-key-dsa",
        [KEY_BROKEN] = NULL,
    };
    struct str rest = file->bytes, text;
    for (uint32_t line = 1; str_cut(&rest, '\n', &text); line++) {
        struct ssh_key key;
        AUTO_BUF detail = {0};
        if (!ssh_key_of_line(text, &key) || !ids[key.weakness])
            continue;
        buf_printf(&detail, "%.*s", STR_ARG(key.type));
        if (key.bits)
            buf_printf(&detail, " %u", key.bits);
        buf_printf(&detail, " %s", key.fingerprint);
        if (key.whose)
            buf_printf(&detail, " (%s)", key.whose);
        password_add(file, ids[key.weakness], SEVERITY_UNKNOWN, line, str_of(key.fingerprint),
                     buf_str(&detail));
    }
}

/* Every container of the image has the same one. */
void read_host_key(struct password_file *file)
{
    if (str_find(str_first(file->bytes, 256), STR("PRIVATE KEY-----")) != SIZE_MAX)
        password_add(file, "password-ssh-host-key", SEVERITY_UNKNOWN, 0, STR_NONE, STR_NONE);
}
