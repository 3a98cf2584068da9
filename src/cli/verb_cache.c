/* What is kept of layers that were read: how much, where, and away with it. */
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "cli/cache_args.h"
#include "cli/ui.h"
#include "io/json_writer.h"
#include "io/out.h"

static void print_json(struct out *out, const struct cache_info *info)
{
    struct json_writer json = {.out = out};
    json_begin(&json, '{');
    json_put_text(&json, "schema", "plimsoll.cache/1");
    json_put_str(&json, "path", info->path);
    json_put_u64(&json, "bytes", info->bytes);
    json_put_u64(&json, "bound", info->bound);
    json_put_u64(&json, "layers", info->counts[CACHE_LAYER]);
    json_put_u64(&json, "layers_behind_links", info->counts[CACHE_LINKS]);
    json_put_u64(&json, "names", info->counts[CACHE_NAME]);
    json_end(&json, '}');
}

static void print_text(struct out *out, const struct cache_info *info)
{
    char bytes[32], bound[32];
    ui_format_bytes(info->bytes, bytes, sizeof(bytes));
    ui_format_bytes(info->bound, bound, sizeof(bound));
    out_printf(out, tr("%.*s: %s of at most %s\n"), STR_ARG(info->path), bytes, bound);
    out_printf(out, tr("  layers: %llu\n"), (unsigned long long)info->counts[CACHE_LAYER]);
    out_printf(out, tr("  layers with what stands behind links: %llu\n"),
               (unsigned long long)info->counts[CACHE_LINKS]);
    out_printf(out, tr("  known files and blobs: %llu\n"),
               (unsigned long long)info->counts[CACHE_NAME]);
}

static int open_cache(const struct args *args, struct cache **ret_cache, struct pl_err *err)
{
    int r = args->words.count ? err_set(err, PL_E_USAGE, "it takes no words, but got \"%s\"",
                                        args->words.items[0])
                              : cache_args_open(args, ret_cache, err);
    if (r == 0 && !*ret_cache)
        r = err_set(err, PL_E_USAGE, "--cache none: there is no cache to look at");
    return r;
}

static int info_run(const struct args *args)
{
    CLEANUP(cache_freep) struct cache *cache = NULL;
    struct cache_info info;
    struct pl_err err;
    struct out out;
    const char *format = args_get(args, "format");
    bool json = format && strcmp(format, "json") == 0;
    int r = open_cache(args, &cache, &err);
    if (r == 0 && format && !json && strcmp(format, "text") != 0)
        r = err_set(&err, PL_E_USAGE, "--format of cache info is text or json");
    if (r == 0)
        r = cache_info(cache, &info, &err);
    if (r == 0) {
        out_init(&out, STDOUT_FILENO);
        if (json)
            print_json(&out, &info);
        else
            print_text(&out, &info);
        r = out_close(&out, &err);
    }
    return r < 0 ? ui_fail(&err) : EXIT_DONE;
}

static int clear_run(const struct args *args)
{
    CLEANUP(cache_freep) struct cache *cache = NULL;
    struct pl_err err;
    int r = open_cache(args, &cache, &err);
    if (r == 0)
        r = cache_clear(cache, &err);
    return r < 0 ? ui_fail(&err) : EXIT_DONE;
}

static const char details[] =
    N_("What a layer holds is kept by the digest of its bytes, the readers' versions and their "
       "configuration; a layer that was seen before is not read again. What was not used for "
       "longest goes first. docs/cache.md");

static const struct option info_options[] = {
    CACHE_OPTIONS,
    {"format", "text|json", N_("text (the default) or json, schema plimsoll.cache/1")},
    {NULL, NULL, NULL},
};
static const struct option clear_options[] = {CACHE_OPTIONS, {NULL, NULL, NULL}};

const struct verb verb_cache_info = {
    .name = "cache info",
    .arguments = "",
    .help = N_("where the cache of layers is, and what is in it"),
    .details = details,
    .options = info_options,
    .examples = {"plimsoll cache info", "plimsoll cache info --format json --cache /srv/cache"},
    .run = info_run,
};

const struct verb verb_cache_clear = {
    .name = "cache clear",
    .arguments = "",
    .help = N_("empties the cache of layers"),
    .details = details,
    .options = clear_options,
    .examples = {"plimsoll cache clear", "plimsoll cache clear --cache /srv/cache"},
    .run = clear_run,
};
