/* What libhs alone does with the rules for secrets: bench-libhs PATTERNS FILE TIMES. The file is
 * mapped and in memory before the clock starts; blocks are those of the program. Prints the best
 * time in seconds. */
#include <fcntl.h>
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

enum { PATTERNS = 4096, BLOCK = 256 * 1024 };

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *context)
{
    (void)id;
    (void)from;
    (void)to;
    (void)flags;
    ++*(unsigned long *)context;
    return 0;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double scan(const hs_database_t *database, hs_scratch_t *scratch, const char *bytes,
                   size_t size)
{
    unsigned long hits = 0;
    double start = now();
    for (size_t at = 0; at < size; at += BLOCK)
        hs_scan(database, bytes + at, (unsigned)(size - at < BLOCK ? size - at : BLOCK), 0, scratch,
                on_match, &hits);
    return now() - start;
}

int main(int argc, char **argv)
{
    static const char *patterns[PATTERNS];
    static unsigned flags[PATTERNS], ids[PATTERNS];
    unsigned count = 0;
    char *line = NULL;
    size_t capacity = 0;
    hs_database_t *database = NULL;
    hs_compile_error_t *problem = NULL;
    hs_scratch_t *scratch = NULL;
    struct stat status;
    FILE *list = argc == 4 ? fopen(argv[1], "r") : NULL;
    int fd = argc == 4 ? open(argv[2], O_RDONLY) : -1;
    if (!list || fd < 0 || fstat(fd, &status) < 0)
        return 2;
    while (getline(&line, &capacity, list) > 0 && count < PATTERNS) {
        line[strcspn(line, "\n")] = 0;
        ids[count] = count;
        patterns[count++] = strdup(line);
    }
    size_t size = (size_t)status.st_size;
    const char *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (bytes == MAP_FAILED ||
        hs_compile_multi(patterns, flags, ids, count, HS_MODE_BLOCK, NULL, &database, &problem) !=
            HS_SUCCESS ||
        hs_alloc_scratch(database, &scratch) != HS_SUCCESS)
        return 1;
    double best = scan(database, scratch, bytes, size);
    for (int i = atoi(argv[3]); i > 1; i--) {
        double one = scan(database, scratch, bytes, size);
        best = one < best ? one : best;
    }
    printf("%.4f\n", best);
    return 0;
}
