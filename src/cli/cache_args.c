#include "cli/cache_args.h"

#include <string.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "cli/paths.h"
#include "cli/ui.h"

static const uint64_t DEFAULT_SIZE = GIB, LEAST_SIZE = MIB;

/* "500M", "2G", "1GiB": powers of 1024. */
static bool parse_size(struct str text, uint64_t *ret_size)
{
    static const char units[] = "KMGT";
    uint64_t factor = 1;
    static const char *const tails[] = {"iB", "B"};
    for (size_t i = 0; i < ARRAY_LEN(tails); i++)
        if (str_ends(text, str_of(tails[i]))) {
            text = str_first(text, text.len - strlen(tails[i]));
            break;
        }
    size_t unit = text.len ? str_index(STR(units), text.data[text.len - 1]) : SIZE_MAX;
    for (size_t i = 0; unit != SIZE_MAX && i <= unit; i++)
        factor *= 1024;
    if (unit != SIZE_MAX)
        text = str_first(text, text.len - 1);
    return str_to_u64(text, ret_size) && !__builtin_mul_overflow(*ret_size, factor, ret_size);
}

int cache_args_open(const struct args *args, struct cache **ret_cache, struct pl_err *err)
{
    const char *given = args_get(args, "cache"), *size = args_get(args, "cache-size");
    uint64_t bytes = DEFAULT_SIZE;
    *ret_cache = NULL;
    if (size && (!parse_size(str_of(size), &bytes) || bytes < LEAST_SIZE || bytes > INT64_MAX))
        return err_set(err, PL_E_USAGE,
                       "--cache-size takes a size of at least 1M, such as 500M or 2G, not \"%s\"",
                       size);
    if (given && strcmp(given, "none") == 0)
        return 0;
    struct arena arena = {0};
    struct str folder = str_of(given);
    if (!given) {
        struct str data = paths_data(&arena);
        folder = arena_printf(&arena, "%.*s/cache", STR_ARG(data));
    }
    *ret_cache = cache_new(folder, bytes);
    arena_free(&arena);
    return 0;
}

void cache_args_tell(const struct args *args, struct cache *cache)
{
    const struct pl_err *problem = cache ? cache_problem(cache) : NULL;
    if (!problem || (problem->code == PL_E_UNSUPPORTED && !args_has(args, "verbose")))
        return;
    ui_say(tr("The cache of layers is not used (%s): nothing is missing in the report."),
           problem->local);
}
