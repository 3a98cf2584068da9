#include "password/md5_crypt.h"

#include "base/buf.h"
#include "base/hash.h"

static const char digits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* The lowest six bits first. */
static void put64(struct buf *out, uint32_t value, unsigned count)
{
    for (; count; count--, value >>= 6)
        buf_putc(out, digits[value & 63]);
}

static void add(struct md5 *md5, struct str text)
{
    md5_add(md5, text.data ? text.data : "", text.len);
}

/* What the rounds begin with: word, magic, salt, bytes of another digest and of the word's length.
 */
static void begin(struct str word, struct str salt, unsigned char ret_digest[MD5_BYTES])
{
    struct md5 md5;
    unsigned char other[MD5_BYTES];
    md5_init(&md5);
    add(&md5, word);
    add(&md5, salt);
    add(&md5, word);
    md5_end(&md5, other);
    md5_init(&md5);
    add(&md5, word);
    add(&md5, STR("$apr1$"));
    add(&md5, salt);
    for (size_t left = word.len; left; left -= left > MD5_BYTES ? MD5_BYTES : left)
        md5_add(&md5, other, left > MD5_BYTES ? MD5_BYTES : left);
    for (size_t bits = word.len; bits; bits >>= 1)
        md5_add(&md5, bits & 1 ? "" : word.data, 1);
    md5_end(&md5, ret_digest);
}

static void one_round(unsigned number, struct str word, struct str salt,
                      unsigned char digest[MD5_BYTES])
{
    struct str before = str_make((const char *)digest, MD5_BYTES);
    struct md5 md5;
    md5_init(&md5);
    add(&md5, number & 1 ? word : before);
    if (number % 3)
        add(&md5, salt);
    if (number % 7)
        add(&md5, word);
    add(&md5, number & 1 ? before : word);
    md5_end(&md5, digest);
}

bool md5_crypt_try(struct str hash, struct str word)
{
    enum { ROUNDS = 1000, SALT_MOST = 8 };
    static const unsigned char order[] = {0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 5};
    unsigned char digest[MD5_BYTES];
    AUTO_BUF text = {0};
    struct str rest = str_from(hash, 6), salt;
    if (!str_cut(&rest, '$', &salt) || !rest.data)
        return false;
    salt = str_first(salt, SALT_MOST);
    begin(word, salt, digest);
    for (unsigned i = 0; i < ROUNDS; i++)
        one_round(i, word, salt, digest);
    for (size_t i = 0; i < sizeof(order); i += 3)
        put64(&text,
              (uint32_t)digest[order[i]] << 16 | (uint32_t)digest[order[i + 1]] << 8 |
                  digest[order[i + 2]],
              4);
    put64(&text, digest[11], 2);
    return str_equal(buf_str(&text), rest);
}

bool phpass_try(struct str hash, struct str word)
{
    enum { LENGTH = 34, SALT_AT = 4, SALT = 8 };
    unsigned char digest[MD5_BYTES];
    AUTO_BUF text = {0};
    struct md5 md5;
    const char *power = hash.len == LENGTH ? memchr(digits, hash.data[3], 64) : NULL;
    if (!power || power - digits > 30)
        return false;
    md5_init(&md5);
    md5_add(&md5, hash.data + SALT_AT, SALT);
    add(&md5, word);
    md5_end(&md5, digest);
    for (uint64_t left = 1ULL << (power - digits); left; left--) {
        md5_init(&md5);
        md5_add(&md5, digest, MD5_BYTES);
        add(&md5, word);
        md5_end(&md5, digest);
    }
    for (size_t i = 0; i < MD5_BYTES; i += 3) {
        bool last = i + 1 == MD5_BYTES;
        uint32_t value = digest[i];
        if (!last)
            value |= (uint32_t)digest[i + 1] << 8 | (uint32_t)digest[i + 2] << 16;
        put64(&text, value, last ? 2 : 4);
    }
    return str_equal(buf_str(&text), str_from(hash, SALT_AT + SALT));
}
