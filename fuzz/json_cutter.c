/* Cutting JSON: the first byte says in which pieces the rest is handed out, and the way to the
 * entries. Pieces of other sizes must give the same entries. */
#include <stdint.h>
#include <stdlib.h>

#include "base/hash.h"
#include "io/json_cutter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct cut {
    struct str rest;
    size_t piece;
    uint64_t hash;
    size_t entries, scalars, steps;
};

static int read_piece(void *context, struct str *ret_chunk, struct pl_err *err)
{
    struct cut *cut = context;
    (void)err;
    *ret_chunk = str_first(cut->rest, cut->piece);
    cut->rest = str_from(cut->rest, ret_chunk->len);
    return 0;
}

static void mix(struct cut *cut, struct str text)
{
    cut->hash = (cut->hash ^ hash_str(text)) * 0x9e3779b97f4a7c15U + text.len;
}

static int take_entry(void *context, const struct str *names, struct str text, struct pl_err *err)
{
    struct cut *cut = context;
    for (size_t i = 0; i < cut->steps; i++)
        mix(cut, names[i]);
    mix(cut, text);
    cut->entries++;
    if (text.len == 0)
        return err_set(err, PL_E_FAULT, "an entry of nothing");
    return 0;
}

static int take_scalar(void *context, struct str name, struct str text, struct pl_err *err)
{
    struct cut *cut = context;
    (void)err;
    mix(cut, name);
    mix(cut, text);
    cut->scalars++;
    return 0;
}

static int run(struct cut *cut, const char *const *path, bool scalars)
{
    struct json_cutter cutter = {
        .read = read_piece,
        .path = path,
        .entry = take_entry,
        .scalar = scalars ? take_scalar : NULL,
        .context = cut,
    };
    struct pl_err err;
    while (path[cut->steps])
        cut->steps++;
    int r = json_cut(&cutter, &err);
    if (r == -PL_E_FAULT)
        abort();
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[][JSON_PATH_MAX + 1] = {
        {NULL},
        {JSON_ANY_MEMBER, NULL},
        {JSON_ANY_ELEMENT, NULL},
        {"packages", JSON_ANY_ELEMENT, NULL},
        {JSON_ANY_MEMBER, JSON_ANY_MEMBER, NULL},
        {"vulnerabilities", JSON_ANY_ELEMENT, "cve", NULL},
        {JSON_ANY_MEMBER, JSON_ANY_ELEMENT, JSON_ANY_MEMBER, "x", NULL},
    };
    if (size < 1)
        return 0;
    struct str text = str_make((const char *)data + 1, size - 1);
    const char *const *path = paths[data[0] % (sizeof(paths) / sizeof(paths[0]))];
    struct cut whole = {.rest = text, .piece = text.len + 1};
    struct cut parts = {.rest = text, .piece = 1 + data[0] / 16};
    int a = run(&whole, path, data[0] & 8), b = run(&parts, path, data[0] & 8);
    if (a != b || whole.hash != parts.hash || whole.entries != parts.entries ||
        whole.scalars != parts.scalars)
        abort();
    return 0;
}
