#include "base/sha256_pair.h"

#include "unit/test.h"

/* Two streams in pieces of all lengths have the digests that each has alone. */
static void as_each_alone(void)
{
    enum { SIZE = 3000 };
    static unsigned char a[SIZE], b[SIZE];
    unsigned char want_a[SHA256_BYTES], want_b[SHA256_BYTES], got[SHA256_BYTES];
    for (size_t i = 0; i < SIZE; i++) {
        a[i] = (unsigned char)(i * 7 + i / 251);
        b[i] = (unsigned char)(i * 13 + i / 17);
    }
    for (size_t step = 1; step < SIZE; step += step < 200 ? 1 : 97) {
        struct sha256 x, y, alone_x, alone_y;
        sha256_init(&x);
        sha256_init(&y);
        sha256_init(&alone_x);
        sha256_init(&alone_y);
        for (size_t at = 0; at < SIZE; at += step) {
            size_t len = SIZE - at < step ? SIZE - at : step;
            sha256_add_pair(&x, a + at, &y, b + at, len);
            sha256_add(&alone_x, a + at, len);
            sha256_add(&alone_y, b + at, len);
        }
        sha256_end(&alone_x, want_a);
        sha256_end(&alone_y, want_b);
        sha256_end(&x, got);
        CHECK(memcmp(got, want_a, sizeof(got)) == 0);
        sha256_end(&y, got);
        CHECK(memcmp(got, want_b, sizeof(got)) == 0);
    }
}

/* FIPS 180-4's example of one block, beside a stream of another length. */
static void known_digest(void)
{
    struct sha256 x, y;
    unsigned char digest[SHA256_BYTES];
    char text[DIGEST_TEXT];
    char zeros[128] = {0};
    sha256_init(&x);
    sha256_init(&y);
    sha256_add(&y, zeros, 64);
    sha256_add_pair(&x, "abc", &y, zeros, 3);
    sha256_end(&x, digest);
    sha256_text(digest, text);
    CHECK_STR(str_of(text),
              "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
    RUN(as_each_alone);
    RUN(known_digest);
    return test_end();
}
