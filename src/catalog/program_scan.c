/* Finds versions in the bytes of programs: Hyperscan tells where a pattern ends, for all of them in
 * one pass, and PCRE2 what its group is. Without Hyperscan, PCRE2 looks for one pattern after the
 * other. */
#include <pthread.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "catalog/program_table.h"
#include "io/hyperscan.h"
#include "io/pcre.h"

extern const unsigned char program_database[];
extern const size_t program_database_size;

enum {
    WINDOW = 256 * 1024,
    OVERLAP = 2048, /* more than the longest pattern */
    REACH = 512,    /* the longest pattern */
};

static hs_database_t *database;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* What was compiled when the program was built; where the library is another one, anew. */
static void open_database(void)
{
    const struct hyperscan_api *hs = hyperscan_load();
    hs_compile_error_t *problem = NULL;
    if (!hs || hs->deserialize((const char *)program_database, program_database_size, &database) ==
                   HS_SUCCESS)
        return;
    const char **patterns = mem_zalloc(program_pattern_count, sizeof(*patterns));
    unsigned *flags = mem_zalloc(program_pattern_count, sizeof(*flags)), count = 0;
    unsigned *ids = mem_zalloc(program_pattern_count, sizeof(*ids));
    for (const struct program *program = programs; program->name; program++)
        for (const char *const *one = program->patterns; one && *one; one++) {
            ids[count] = count;
            patterns[count++] = *one;
        }
    if (hs->compile_multi(patterns, flags, ids, count, HS_MODE_BLOCK, NULL, &database, &problem) !=
        HS_SUCCESS)
        hs->free_compile_error(problem);
    free(patterns);
    free(flags);
    free(ids);
}

struct scanning {
    uint32_t tried[PROGRAM_CANDIDATES]; /* patterns that were looked for in this window */
    struct program_found *found;
    size_t count;
    struct str window;
    bool first, last;   /* the window is the file's first, its last */
    unsigned unsettled; /* programs whose best pattern has not been found */
};

/* Takes the first match of a pattern in the window, from `from` on, that can be a version. One near
 * the end of the window could go on behind it: the next one has the whole of it. */
static void take(struct scanning *scanning, struct program_found *found, unsigned rank, size_t from)
{
    struct str version, window = scanning->window;
    struct pcre *pcre = pcre_new(found->program->patterns[rank]);
    size_t end = from;
    bool hit = false;
    while (pcre && !hit && pcre_find(pcre, window, from, scanning->first, &version, &end) &&
           end > from && (scanning->last || end + PROGRAM_VERSION < window.len)) {
        hit = version.len && version.len < PROGRAM_VERSION;
        from = end;
    }
    pcre_free(pcre);
    if (!hit)
        return;
    memcpy(found->version, version.data, version.len);
    found->version[version.len] = 0;
    found->rank = rank;
    scanning->unsettled -= rank == 0;
}

static bool is_better(const struct program_found *found, unsigned rank)
{
    return !found->version[0] || rank < found->rank;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *context)
{
    struct scanning *scanning = context;
    (void)from;
    (void)flags;
    for (size_t i = 0; i < scanning->count; i++) {
        struct program_found *found = &scanning->found[i];
        unsigned first = found->program->first, rank = id - first;
        unsigned own = 0;
        while (found->program->patterns[own])
            own++;
        if (id < first || rank >= own || !is_better(found, rank))
            continue;
        /* From the first place where it ends PCRE2 looks through the whole of the window: hostile
         * bytes match at each of a million places. */
        if (scanning->tried[i] >> (rank & 31) & 1)
            continue;
        scanning->tried[i] |= 1U << (rank & 31);
        take(scanning, found, rank, to > REACH ? (size_t)to - REACH : 0);
    }
    return scanning->unsettled == 0;
}

static void scan_by_pcre(struct scanning *scanning)
{
    for (size_t i = 0; i < scanning->count; i++)
        for (unsigned rank = 0; scanning->found[i].program->patterns[rank]; rank++)
            if (is_better(&scanning->found[i], rank))
                take(scanning, &scanning->found[i], rank, 0);
}

static int scan_windows(struct scanning *scanning, const struct content *content,
                        const struct hyperscan_api *hs, hs_scratch_t *scratch, void *buffer,
                        struct pl_err *err)
{
    uint64_t size = content->size < LIMIT_PROGRAM_SCAN ? content->size : LIMIT_PROGRAM_SCAN;
    for (uint64_t at = 0; at < size && scanning->unsettled;) {
        size_t len = size - at < WINDOW ? (size_t)(size - at) : WINDOW;
        const unsigned char *bytes;
        int r = content_read(content, at, len, buffer, &bytes, err);
        if (r < 0)
            return r;
        scanning->window = str_make((const char *)bytes, len);
        memset(scanning->tried, 0, sizeof(scanning->tried));
        scanning->first = at == 0;
        scanning->last = at + len == size;
        hs_error_t result = HS_INVALID;
        if (scratch)
            result = hs->scan(database, scanning->window.data, (unsigned)len, 0, scratch, on_match,
                              scanning);
        if (result != HS_SUCCESS && result != HS_SCAN_TERMINATED)
            scan_by_pcre(scanning);
        if (scanning->last)
            break;
        at += len - OVERLAP;
    }
    return 0;
}

static int scan(const struct content *content, struct program_found *found, size_t count,
                const struct hyperscan_api *hs, struct pl_err *err)
{
    struct scanning scanning = {.found = found, .count = count, .unsettled = (unsigned)count};
    hs_scratch_t *scratch = NULL;
    if (!pcre_available())
        return err_set(err, PL_E_NOT_FOUND,
                       "looking into programs needs PCRE2, which is not installed here (Debian: "
                       "package libpcre2-8-0): which programs they are is not known");
    if (hs && hs->alloc_scratch(database, &scratch) != HS_SUCCESS)
        scratch = NULL;
    AUTO_FREE void *buffer = content->bytes ? NULL : mem_alloc(WINDOW);
    int r = scan_windows(&scanning, content, hs, scratch, buffer, err);
    if (scratch)
        hs->free_scratch(scratch);
    return r;
}

int program_scan(const struct content *content, struct program_found *found, size_t count,
                 struct pl_err *err)
{
    pthread_once(&once, open_database);
    return scan(content, found, count, database ? hyperscan_load() : NULL, err);
}

int program_scan_slowly(const struct content *content, struct program_found *found, size_t count,
                        struct pl_err *err)
{
    return scan(content, found, count, NULL, err);
}

bool program_match_text(const char *pattern, struct str text, char ret_version[PROGRAM_VERSION])
{
    struct str version;
    size_t end;
    struct pcre *pcre = pcre_new(pattern);
    bool hit = pcre && pcre_find(pcre, text, 0, true, &version, &end) && version.len &&
               version.len < PROGRAM_VERSION;
    pcre_free(pcre);
    if (!hit)
        return false;
    memcpy(ret_version, version.data, version.len);
    ret_version[version.len] = 0;
    return true;
}

const struct program *program_of_module(struct str module)
{
    for (const struct program *program = programs; program->name; program++) {
        struct str known = str_of(program->go_module);
        if (!known.len || !str_starts(module, known))
            continue;
        struct str rest = str_from(module, known.len);
        if (rest.len == 0 || (str_starts(rest, STR("/v")) && rest.len > 2 &&
                              str_index(str_from(rest, 1), '/') == SIZE_MAX))
            return program;
    }
    return NULL;
}

const struct program *program_of_maven(struct str name)
{
    for (const struct program *program = programs; program->name; program++)
        for (const char *const *one = program->maven; one && *one; one++)
            if (str_is(name, *one))
                return program;
    return NULL;
}

void program_add_cpes(const struct program *program, struct package *package,
                      struct str cpes[PROGRAM_CPES])
{
    package->cpes = cpes;
    package->cpe_count = 0;
    for (const char *const *cpe = program->cpes; *cpe && package->cpe_count < PROGRAM_CPES; cpe++)
        cpes[package->cpe_count++] = str_of(*cpe);
}
