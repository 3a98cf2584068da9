/* XML: the first byte says in which pieces the rest is handed out. Pieces of other sizes must give
 * the same elements. */
#include <stdint.h>
#include <stdlib.h>

#include "base/hash.h"
#include "io/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
    struct str rest;
    size_t piece, depth;
    uint64_t hash;
};

static int next(void *context, struct str *ret_chunk, struct pl_err *err)
{
    struct run *run = context;
    (void)err;
    *ret_chunk = str_first(run->rest, run->piece);
    run->rest = str_from(run->rest, run->piece);
    return 0;
}

static void mix(struct run *run, struct str text)
{
    run->hash = (run->hash ^ hash_str(text)) * 0x9e3779b97f4a7c15U + text.len;
}

static bool start(void *context, struct str name, const char **attributes)
{
    struct run *run = context;
    mix(run, name);
    mix(run, xml_attribute(attributes, "id"));
    run->depth++;
    return name.len % 2 == 0;
}

static void end(void *context, struct str name, struct str text)
{
    struct run *run = context;
    if (run->depth-- == 0)
        abort(); /* more ends than beginnings */
    mix(run, name);
    mix(run, text);
}

static uint64_t parse(struct str text, size_t piece, int *ret)
{
    struct run run = {.rest = text, .piece = piece};
    struct xml_reader reader = {.read = next, .start = start, .end = end, .context = &run};
    struct pl_err err;
    *ret = xml_read(&reader, &err);
    if (*ret < 0 && !err.message[0])
        abort(); /* an error has a text */
    return run.hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int one, other;
    if (size < 2)
        return 0;
    struct str text = str_make((const char *)data + 1, size - 1);
    uint64_t first = parse(text, (size_t)data[0] + 1, &one);
    uint64_t second = parse(text, SIZE_MAX / 2, &other);
    if (one != other || (one == 0 && first != second))
        abort(); /* the pieces made a difference */
    return 0;
}
