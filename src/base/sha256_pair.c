#include "base/sha256_pair.h"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

/* FIPS 180-4, section 4.2.2. */
static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define SHA_TARGET __attribute__((target("sha,sse4.1,ssse3")))

/* The eight words of a digest as the instructions want them: A B E F and C D G H. */
struct lane {
    __m128i abef, cdgh;
};

SHA_TARGET static inline struct lane load_state(const uint32_t *h)
{
    __m128i dcba = _mm_loadu_si128((const __m128i *)(const void *)h);
    __m128i hgfe = _mm_loadu_si128((const __m128i *)(const void *)(h + 4));
    __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1);
    __m128i efgh = _mm_shuffle_epi32(hgfe, 0x1b);
    return (struct lane){_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xf0)};
}

SHA_TARGET static inline void store_state(uint32_t *h, struct lane lane)
{
    __m128i feba = _mm_shuffle_epi32(lane.abef, 0x1b);
    __m128i dchg = _mm_shuffle_epi32(lane.cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)(void *)h, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(void *)(h + 4), _mm_alignr_epi8(dchg, feba, 8));
}

SHA_TARGET static inline __m128i load_words(const unsigned char *block, int index)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)block + index),
                            big_endian);
}

/* Four rounds with four words of the schedule. */
#define ROUNDS(lane, words, at)                                                                    \
    do {                                                                                           \
        __m128i sum = _mm_add_epi32(words, _mm_load_si128((const __m128i *)(const void *)(at)));   \
        (lane).cdgh = _mm_sha256rnds2_epu32((lane).cdgh, (lane).abef, sum);                        \
        sum = _mm_shuffle_epi32(sum, 0x0e);                                                        \
        (lane).abef = _mm_sha256rnds2_epu32((lane).abef, (lane).cdgh, sum);                        \
    } while (0)

/* The next four words of the schedule, in the place of the oldest. */
#define SCHEDULE(w0, w1, w2, w3)                                                                   \
    w0 = _mm_sha256msg2_epu32(                                                                     \
        _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4)), w3)

SHA_TARGET static void add_blocks(uint32_t *state_a, const unsigned char *a, uint32_t *state_b,
                                  const unsigned char *b, size_t blocks)
{
    struct lane x = load_state(state_a), y = load_state(state_b);
    for (; blocks; blocks--, a += 64, b += 64) {
        struct lane before_x = x, before_y = y;
        __m128i p0 = load_words(a, 0), p1 = load_words(a, 1), p2 = load_words(a, 2),
                p3 = load_words(a, 3);
        __m128i q0 = load_words(b, 0), q1 = load_words(b, 1), q2 = load_words(b, 2),
                q3 = load_words(b, 3);
        for (size_t i = 0; i < 48; i += 16) {
            ROUNDS(x, p0, constants + i);
            ROUNDS(y, q0, constants + i);
            SCHEDULE(p0, p1, p2, p3);
            SCHEDULE(q0, q1, q2, q3);
            ROUNDS(x, p1, constants + i + 4);
            ROUNDS(y, q1, constants + i + 4);
            SCHEDULE(p1, p2, p3, p0);
            SCHEDULE(q1, q2, q3, q0);
            ROUNDS(x, p2, constants + i + 8);
            ROUNDS(y, q2, constants + i + 8);
            SCHEDULE(p2, p3, p0, p1);
            SCHEDULE(q2, q3, q0, q1);
            ROUNDS(x, p3, constants + i + 12);
            ROUNDS(y, q3, constants + i + 12);
            SCHEDULE(p3, p0, p1, p2);
            SCHEDULE(q3, q0, q1, q2);
        }
        ROUNDS(x, p0, constants + 48);
        ROUNDS(y, q0, constants + 48);
        ROUNDS(x, p1, constants + 52);
        ROUNDS(y, q1, constants + 52);
        ROUNDS(x, p2, constants + 56);
        ROUNDS(y, q2, constants + 56);
        ROUNDS(x, p3, constants + 60);
        ROUNDS(y, q3, constants + 60);
        x.abef = _mm_add_epi32(x.abef, before_x.abef);
        x.cdgh = _mm_add_epi32(x.cdgh, before_x.cdgh);
        y.abef = _mm_add_epi32(y.abef, before_y.abef);
        y.cdgh = _mm_add_epi32(y.cdgh, before_y.cdgh);
    }
    store_state(state_a, x);
    store_state(state_b, y);
}

/* Asking the processor costs microseconds in a virtual machine: once is enough. */
bool sha256_pair_is_fast(void)
{
    static int known; /* 0: not yet, 1: yes, 2: no */
    unsigned a, b, c, d;
    int answer = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (answer == 0) {
        bool fast = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 29)) &&
                    __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_1) && (c & bit_SSSE3);
        answer = fast ? 1 : 2;
        __atomic_store_n(&known, answer, __ATOMIC_RELAXED);
    }
    return answer == 1;
}
#else
static void add_blocks(uint32_t *state_a, const unsigned char *a, uint32_t *state_b,
                       const unsigned char *b, size_t blocks)
{
    (void)state_a, (void)a, (void)state_b, (void)b, (void)blocks;
}

bool sha256_pair_is_fast(void)
{
    return false;
}
#endif

enum { BLOCK = 64 };

/* OpenSSL counts bits in two words. */
static void count_bytes(SHA256_CTX *ctx, size_t len)
{
    uint64_t bits = ((uint64_t)ctx->Nh << 32 | ctx->Nl) + ((uint64_t)len << 3);
    ctx->Nl = (SHA_LONG)bits;
    ctx->Nh = (SHA_LONG)(bits >> 32);
}

void sha256_add_pair(struct sha256 *a, const void *data_a, struct sha256 *b, const void *data_b,
                     size_t len)
{
    SHA256_CTX *x = (SHA256_CTX *)(void *)a->state, *y = (SHA256_CTX *)(void *)b->state;
    size_t whole = x->num == 0 && y->num == 0 && sha256_pair_is_fast() ? len / BLOCK : 0;
    if (whole) {
        add_blocks(x->h, data_a, y->h, data_b, whole);
        count_bytes(x, whole * BLOCK);
        count_bytes(y, whole * BLOCK);
    }
    sha256_add(a, (const char *)data_a + whole * BLOCK, len - whole * BLOCK);
    sha256_add(b, (const char *)data_b + whole * BLOCK, len - whole * BLOCK);
}
