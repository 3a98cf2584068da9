/* Parses and scores vectors for about a second each; prints vectors a second: "v3.1 N" and "v4.0
 * N". */
#include <stdio.h>
#include <time.h>

#include "base/mem.h"
#include "score/cvss.h"

enum { VECTORS = 4096 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Different vectors, so that nothing is guessed from the last one. */
static void make_v3(char *text, size_t size, unsigned n)
{
    snprintf(text, size, "CVSS:3.1/AV:%c/AC:%c/PR:%c/UI:%c/S:%c/C:%c/I:%c/A:%c", "NALP"[n & 3],
             "LH"[n >> 2 & 1], "NLH"[n % 3], "NR"[n >> 3 & 1], "UC"[n >> 4 & 1], "NLH"[n / 3 % 3],
             "NLH"[n / 9 % 3], "NLH"[n / 27 % 3]);
}

static void make_v4(char *text, size_t size, unsigned n)
{
    snprintf(text, size,
             "CVSS:4.0/AV:%c/AC:%c/AT:%c/PR:%c/UI:%c/VC:%c/VI:%c/VA:%c/SC:%c/SI:%c/SA:%c",
             "NALP"[n & 3], "LH"[n >> 2 & 1], "NP"[n >> 3 & 1], "NLH"[n % 3], "NPA"[n / 3 % 3],
             "HLN"[n / 9 % 3], "HLN"[n / 27 % 3], "HLN"[n / 81 % 3], "HLN"[n / 5 % 3],
             "HLN"[n / 7 % 3], "HLN"[n / 11 % 3]);
}

static void run(const char *name, void (*make)(char *, size_t, unsigned))
{
    static char texts[VECTORS][96];
    struct str vectors[VECTORS];
    double start, sum = 0;
    unsigned long done = 0;
    for (unsigned i = 0; i < VECTORS; i++) {
        make(texts[i], sizeof(texts[i]), i * 2654435761U >> 7);
        vectors[i] = str_of(texts[i]);
    }
    for (start = now(); now() - start < 1; done += VECTORS)
        for (unsigned i = 0; i < VECTORS; i++) {
            struct cvss cvss;
            struct pl_err err;
            if (cvss_parse(vectors[i], &cvss, &err) == 0)
                sum += cvss.score;
        }
    printf("%s %.0f %s\n", name, (double)done / (now() - start), sum > 0 ? "" : "nothing scored");
}

int main(void)
{
    run("v3.1", make_v3);
    run("v4.0", make_v4);
    return 0;
}
