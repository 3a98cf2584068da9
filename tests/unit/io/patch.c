/* Patches between random pairs, and bytes that are none. */
#include "io/patch.h"

#include "base/buf.h"
#include "test.h"

static unsigned state = 7;
static unsigned next_number(void)
{
    return (state = state * 1103515245 + 12345) >> 8;
}

static void add_random(struct buf *buf, size_t len)
{
    for (size_t i = 0; i < len; i++)
        buf_putc(buf, (char)next_number());
}

/* Pieces of the base, in any order, with something new between them. */
static void derive(struct str base, struct buf *out)
{
    for (unsigned i = next_number() % 8; i > 0; i--) {
        size_t at = base.len ? next_number() % base.len : 0;
        buf_add(out, str_first(str_from(base, at), next_number() % 5000));
        add_random(out, next_number() % 50);
    }
}

static void random_pairs(void)
{
    for (int i = 0; i < 200; i++) {
        AUTO_BUF base = {0}, bytes = {0};
        AUTO_MAPPED patch = MAPPED_NONE, back = MAPPED_NONE, wrong = MAPPED_NONE;
        add_random(&base, next_number() % 20000);
        derive(buf_str(&base), &bytes);
        CHECK_INT(patch_make(buf_str(&base), buf_str(&bytes), &patch, NULL), 0);
        CHECK_INT(patch_apply(buf_str(&base), mapped_str(&patch), bytes.len, &back, NULL), 0);
        CHECK(str_equal(mapped_str(&back), buf_str(&bytes)));
        CHECK(patch_apply(buf_str(&base), mapped_str(&patch), bytes.len + 1, &wrong, NULL) < 0);
        if (bytes.len)
            CHECK(patch_apply(buf_str(&base), mapped_str(&patch), bytes.len - 1, &wrong, NULL) < 0);
    }
}

static void noise(void)
{
    AUTO_BUF base = {0}, bytes = {0};
    AUTO_MAPPED patch = MAPPED_NONE;
    add_random(&base, 5000);
    derive(buf_str(&base), &bytes);
    add_random(&bytes, 3000);
    CHECK_INT(patch_make(buf_str(&base), buf_str(&bytes), &patch, NULL), 0);
    /* The patch is held against a digest before: here it must only do no harm. */
    for (size_t i = 0; i < patch.size; i++) {
        AUTO_MAPPED back = MAPPED_NONE;
        CHECK(patch_apply(buf_str(&base), str_first(mapped_str(&patch), i), bytes.len, &back,
                          NULL) < 0);
        patch.data[i] ^= 0x5a;
        if (patch_apply(buf_str(&base), mapped_str(&patch), bytes.len, &back, NULL) == 0)
            CHECK_INT(back.size, bytes.len);
        patch.data[i] ^= 0x5a;
    }
}

int main(void)
{
    RUN(random_pairs);
    RUN(noise);
    return test_end();
}
