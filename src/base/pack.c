#include "base/pack.h"

void pack_number(struct buf *buf, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        buf_putc(buf, (char)(unsigned char)(number | 0x80));
    buf_putc(buf, (char)(unsigned char)number);
}

void pack_hash(struct buf *buf, uint64_t hash)
{
    unsigned char *to = (unsigned char *)buf_reserve(buf, sizeof(hash));
    for (unsigned i = 0; i < sizeof(hash); i++)
        to[i] = (unsigned char)(hash >> (8 * i));
    buf->len += sizeof(hash);
}

void pack_text(struct buf *buf, struct str text)
{
    pack_number(buf, text.len);
    buf_add(buf, text);
}

struct unpack unpack_begin(struct str bytes)
{
    const unsigned char *at = (const unsigned char *)(bytes.data ? bytes.data : "");
    return (struct unpack){.at = at, .end = at + bytes.len};
}

static bool has(struct unpack *unpack, uint64_t bytes)
{
    if (unpack->wrong || bytes > (uint64_t)(unpack->end - unpack->at)) {
        unpack->wrong = true;
        unpack->at = unpack->end;
    }
    return !unpack->wrong;
}

static uint64_t fail(struct unpack *unpack)
{
    unpack->wrong = true;
    unpack->at = unpack->end;
    return 0;
}

uint64_t unpack_number(struct unpack *unpack)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (!has(unpack, 1))
            return 0;
        unsigned char byte = *unpack->at++;
        uint64_t bits = byte & 0x7f;
        if (shift == 63 && bits > 1)
            return fail(unpack); /* more than 64 bits */
        number |= bits << shift;
        if (byte < 0x80)
            return number;
    }
    return fail(unpack);
}

uint64_t unpack_below(struct unpack *unpack, uint64_t bound)
{
    uint64_t number = unpack_number(unpack);
    return number < bound ? number : fail(unpack);
}

size_t unpack_count(struct unpack *unpack, size_t least)
{
    uint64_t count = unpack_number(unpack);
    if (count > (uint64_t)(unpack->end - unpack->at) / least)
        return (size_t)fail(unpack);
    return (size_t)count;
}

uint64_t unpack_hash(struct unpack *unpack)
{
    uint64_t hash = 0;
    if (!has(unpack, sizeof(hash)))
        return 0;
    for (unsigned i = 0; i < sizeof(hash); i++)
        hash |= (uint64_t)unpack->at[i] << (8 * i);
    unpack->at += sizeof(hash);
    return hash;
}

struct str unpack_text(struct unpack *unpack)
{
    uint64_t len = unpack_number(unpack);
    if (!has(unpack, len) || len == 0)
        return STR_NONE;
    struct str text = str_make((const char *)unpack->at, (size_t)len);
    unpack->at += len;
    return text;
}

bool unpack_ended(const struct unpack *unpack)
{
    return !unpack->wrong && unpack->at == unpack->end;
}
